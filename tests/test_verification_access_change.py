"""What a change of texts opens and cuts: as `walk` has it, packet by packet, and as a real Batfish server had it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled
from intents.prefix import Family, parse_prefix, prefix_of
from intents.reason import because, describe_reason
from routing.model import AttachmentPort
from tests.batfish_cases import given_of
from tests.change_cases import CHANGES, RECORDED_CHANGES, changes_of
from tests.corner_flows import Corners
from tests.mutants import mutants
from tests.small_builds import network_of
from tests.strategies import Province, compile_province, provinces
from verification.batfish.recording import RecordedBatfish
from verification.change import suspects as access_suspects
from verification.change.access import AccessChange, Place, Turn, access_changes
from verification.change.batfish import SeenChanges, ask_changes
from verification.change.judge import ChangeOfAccess, judge_change
from verification.evidence.evidence import Given, gather
from verification.reference.walk import walk
from verification.routes.rib import NotSettledError
from verification.verdicts.flow import Flow
from verification.verdicts.verdict import NotModelled

STILL = (
    "to right",
    "to a destination fence is gone",
    "to a Junos filter term is wider",
    "to a default route appears",
    "a LAN reaches itself",
)
V4, V6 = Family.V4, Family.V6


def pairs_of(found: ChangeOfAccess, turn: Turn, family: Family) -> set[tuple[str, str]]:
    return {
        (item.change.source, item.change.destination)
        for item in found.changes
        if item.change.turn is turn and item.change.flow.family is family
    }


@pytest.mark.parametrize("name", STILL)
def test_what_delivers_the_same_packets_to_others_is_no_change(name: str) -> None:
    assert changes_of(name).changes == ()


@pytest.mark.parametrize("name", CHANGES)
def test_the_way_back_cuts_what_was_opened_and_opens_what_was_cut(name: str) -> None:
    there, back = (changes_of(name, back=way).changes for way in (False, True))
    other = {Turn.OPENED: Turn.CUT, Turn.CUT: Turn.OPENED}
    assert {(item.change.source, item.change.destination, other[item.change.turn]) for item in there} == {
        (item.change.source, item.change.destination, item.change.turn) for item in back
    }
    assert all(item.replayed is not False for item in (*there, *back))


def test_a_new_intent_opens_exactly_the_pairs_that_it_names_and_their_replies() -> None:
    found = changes_of("an intent is new")
    communes = ("gia-sang", "phan-dinh-phung", "tan-cuong")
    there = {(f"ubnd-{one}-cq", f"hdnd-{other}-cq") for one in communes for other in communes}
    expected = there | {(destination, source) for source, destination in there}
    assert pairs_of(found, Turn.OPENED, V4) == pairs_of(found, Turn.OPENED, V6) == expected
    assert not pairs_of(found, Turn.CUT, V4) | pairs_of(found, Turn.CUT, V6)
    asked = {item.change.flow.destination_port for item in found.changes if item.change.source.startswith("ubnd")}
    assert asked == {443}


def test_a_change_of_one_entry_is_one_cut_with_a_packet_of_that_entry() -> None:
    (told,) = changes_of("to an entry of a source fence is gone").changes
    change = told.change
    assert (change.source, change.destination, change.turn) == ("ubnd-gia-sang-cq", "system-edoc", Turn.CUT)
    assert (change.flow.destination_port, told.judges, told.replayed) == (443, ("engine",), True)


def test_one_port_may_open_and_cut_to_the_same_place() -> None:
    one, other = sorted(changes_of("two turns at one port").changes, key=lambda item: item.change.turn)
    assert (one.change.turn, one.change.flow.destination_port) == (Turn.CUT, 444)
    assert (other.change.turn, other.change.flow.destination_port) == (Turn.OPENED, 443)


def test_what_only_ipv6_gets_is_told_too_and_counted_as_the_engines_alone() -> None:
    found = changes_of("an entry of IPv6 is new", partial(ask_changes, recorded()))
    (told,) = found.changes
    assert (told.change.flow.family, told.change.turn, told.judges) == (V6, Turn.OPENED, ("engine",))
    assert (found.alone, found.differences, found.judges) == (1, (), ("batfish", "engine"))


def test_a_prefix_that_moves_is_cut_at_its_old_place_and_opened_at_its_new_one() -> None:
    found = changes_of("a prefix moves")
    there = {
        (item.change.turn, prefix_of(V4, item.change.flow.destination, 26))
        for item in found.changes
        if item.change.destination == "ubnd-gia-sang-cq"
    }
    old, new = parse_prefix("10.196.1.64/26"), parse_prefix("10.196.0.64/26")
    assert there == {(Turn.CUT, old), (Turn.OPENED, new)}


def test_a_device_without_a_running_text_is_new_and_what_stands_behind_it_is_opened() -> None:
    found = changes_of("a device is new")
    assert found.new == ("cpe-gia-sang",)
    assert {item.change.turn for item in found.changes} == {Turn.OPENED}
    assert {item.change.destination for item in found.changes} >= {"ubnd-gia-sang-cq", "hdnd-gia-sang-cq"}


def test_a_lan_of_the_running_texts_that_nobody_declares_is_named() -> None:
    whole = given_of("right")
    left = replace(whole.network, ports=tuple(item for item in whole.network.ports if item.attachment != "so-khcn-vc"))
    found = judge_change(replace(whole, network=left), replace(whole, network=left))
    assert found.undeclared == ("cpe-so-khcn GigabitEthernet0/0/1.102",)


def test_lines_that_nobody_understands_leave_a_doubt() -> None:
    found = judge_change(given_of("right"), given_of("an AS override is passed over in silence"))
    assert found.doubts
    assert "as-override" in describe_reason(found.doubts[0].reason, "en")


def drawn(data: st.DataObject, compiled: Compiled) -> tuple[Given, Given]:
    """Return a network as it is wanted, and as it is after some mutation."""
    right = replace(give(compiled, {}), network=network_of(compiled))
    return right, replace(right, network=data.draw(mutants(network_of(compiled))))


@settings(max_examples=15)
@given(st.data(), provinces(most_sites=3, fewest_intents=2))
def test_packets_change_their_fate_exactly_where_a_change_is_told(data: st.DataObject, province: Province) -> None:
    compiled = compile_province(province)
    right, wrong = drawn(data, compiled)
    try:
        found = access_changes(gather(right), gather(wrong))
    except NotSettledError:
        return
    before, after = Corners(compiled, right.network), Corners(compiled, wrong.network)
    ends = ends_of(right.network.ports)
    for change in found[::7]:
        assert turn_of(before, after, change.flow, ends[change.destination]) is change.turn, change
    told = {
        (change.flow.start_device, change.flow.start_interface, change.destination, change.flow.family, change.turn)
        for change in found
    }
    for port, flow in (*before.likely_flows(37), *before.unlikely_flows(997, 37)):
        if (flow.family, flow.destination) in before.routers | after.routers:
            continue
        for owner in owners_of(before, flow):
            turn = turn_of(before, after, flow, ends[owner])
            assert turn is None or (port.device, port.interface, owner, flow.family, turn) in told, flow


@settings(max_examples=15)
@given(st.data(), provinces(most_sites=4, fewest_intents=2))
def test_nobody_changes_who_is_not_suspected(data: st.DataObject, province: Province) -> None:
    right, wrong = drawn(data, compile_province(province))
    try:
        networks = gather(right), gather(wrong)
    except NotSettledError:
        return
    found = access_changes(*networks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access_suspects, "_only_fences", lambda _: False)
        assert access_changes(*networks) == found


def turn_of(before: Corners, after: Corners, flow: Flow, ends: frozenset[Place]) -> Turn | None:
    """Return how `walk` says that a packet's fate changes at some interfaces."""
    was, is_now = (
        any(
            trace.delivered and (trace.hops[-1].device, trace.hops[-1].out_interface) in ends
            for trace in walk(corners.network, flow, routes=corners.routes(flow))
        )
        for corners in (before, after)
    )
    if was == is_now:
        return None
    return Turn.OPENED if is_now else Turn.CUT


def ends_of(ports: Iterable[AttachmentPort]) -> dict[str, frozenset[Place]]:
    found: dict[str, frozenset[Place]] = {}
    for port in ports:
        found[port.attachment] = found.get(port.attachment, frozenset()) | {(port.device, port.interface)}
    return found


def owners_of(corners: Corners, flow: Flow) -> set[str]:
    """Return whose host a packet is for: neither of free space, nor of the edge of a LAN."""
    return {
        name
        for name, lans in corners.lans.items()
        for prefix in lans.own
        if prefix.family is flow.family and prefix.network < flow.destination < prefix.last
    }


@cache
def recorded() -> RecordedBatfish:
    return RecordedBatfish(RECORDED_CHANGES)


@pytest.mark.parametrize("name", CHANGES)
def test_batfish_saw_the_same_changes(name: str) -> None:
    found = changes_of(name, partial(ask_changes, recorded()))
    alone = [item for item in found.changes if item.judges == ("engine",)]
    assert all(item.change.flow.family is V6 or stands_once(item.change) for item in alone)
    assert len(alone) == found.alone
    assert (
        not found.differences or found.doubts
    )  # one line on a channel Batfish takes otherwise; nobody claims to know it


def stands_once(change: AccessChange) -> bool:
    """Return whether a packet starts at a LAN that stands in one of the networks only: Batfish has no packet to follow there."""
    return change.flow.start_device == "cpe-gia-sang"


def test_a_change_that_only_one_judge_sees_is_a_difference() -> None:
    name = "two turns at one port"
    seen: list[SeenChanges] = []

    def keep(*asked: Any) -> SeenChanges:
        seen.append(ask_changes(recorded(), *asked))
        return seen[-1]

    assert changes_of(name, keep).differences == ()
    flows = seen[0].flows
    (lost, flow), *_ = flows.items()
    group, place, turn = lost
    elsewhere = ("dc-edge-1", "TenGigabitEthernet0/0/0.101")
    for answer, said in (
        (
            {key: item for key, item in flows.items() if key != lost},
            f"{turn} by the engine, nothing of the kind by Batfish",
        ),
        (
            {**flows, (group, elsewhere, turn): flow},
            f"{turn} by Batfish, nothing of the kind by the engine (and by walk)",
        ),
        (
            {**flows, (1 - group, place, turn): flow},
            f"{turn} by Batfish, nothing of the kind by the engine (and by walk)",
        ),
        ({**flows, lost: replace(flow, destination_port=9)}, f"{turn} by Batfish, not by walk"),
    ):
        found = changes_of(name, lambda *_, answer=answer: replace(seen[0], flows=answer))
        assert len(found.differences) == 1
        assert said in describe_reason(found.differences[0], "en")


def test_lines_that_batfish_does_not_read_leave_a_doubt() -> None:
    doubt = NotModelled(reason=because("os_said", said="Batfish does not read 1 lines"))

    def ask(*asked: Any) -> SeenChanges:
        return replace(ask_changes(recorded(), *asked), doubts=(doubt,))

    assert changes_of("two turns at one port", ask).doubts == (doubt,)
