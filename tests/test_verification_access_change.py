"""What a change of texts opens and cuts: as `walk` has it, packet by packet, and as a real Batfish server had it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.evidence import give
from intents.prefix import Family
from tests.batfish_cases import CASES, RECORDED_CHANGES, changes_of, given_of
from tests.corner_flows import Corners
from tests.mutants import mutants
from tests.strategies import Province, compile_province, provinces
from verification.access_change import AccessChange, Turn, access_changes, destinations_of
from verification.batfish_change import SeenChanges, ask_changes
from verification.batfish_recording import RecordedBatfish
from verification.change_judge import judge_change
from verification.evidence import gather
from verification.flow import Flow
from verification.prefix_state import NotSettledError
from verification.walk import walk

STILL = ("right", "a destination fence is gone", "a Junos filter term is wider", "a default route appears")


@pytest.mark.parametrize("name", STILL)
def test_what_delivers_the_same_packets_is_no_change(name: str) -> None:
    assert changes_of("right", name, None).changes == ()


@pytest.mark.parametrize("name", CASES)
def test_the_way_back_cuts_what_was_opened_and_opens_what_was_cut(name: str) -> None:
    there, back = (changes_of(*pair, None).changes for pair in (("right", name), (name, "right")))
    other = {Turn.OPENED: Turn.CUT, Turn.CUT: Turn.OPENED}
    assert {(item.change.source, item.change.destination, other[item.change.turn]) for item in there} == {
        (item.change.source, item.change.destination, item.change.turn) for item in back
    }
    assert all(item.replayed is not False for item in (*there, *back))


def test_a_change_of_one_entry_is_one_cut_with_a_packet_of_that_entry() -> None:
    (told,) = changes_of("right", "an entry of a source fence is gone", None).changes
    change = told.change
    assert (change.source, change.destination, change.turn) == ("ubnd-gia-sang-cq", "system-edoc", Turn.CUT)
    assert (change.flow.destination_port, told.judges, told.replayed) == (443, ("engine",), True)


def test_what_only_ipv6_loses_is_told_too() -> None:
    found = changes_of("right", "a LAN is switched off", None)
    assert {item.change.flow.family.bits for item in found.changes} == {32, 128}


def test_a_device_without_a_running_text_is_new_and_what_stands_behind_it_is_opened() -> None:
    whole = given_of("right")
    devices = {name: item for name, item in whole.network.devices.items() if name != "cpe-gia-sang"}
    found = judge_change(replace(whole, network=replace(whole.network, devices=devices)), whole)
    assert found.new == ("cpe-gia-sang",)
    assert {item.change.turn for item in found.changes} == {Turn.OPENED}
    assert {item.change.destination for item in found.changes} >= {"ubnd-gia-sang-cq", "hdnd-gia-sang-cq"}


def test_lines_that_nobody_understands_leave_a_doubt() -> None:
    found = changes_of("right", "an AS override is passed over in silence", None)
    assert found.doubts
    assert "as-override" in found.doubts[0].reason


@settings(max_examples=15)
@given(st.data(), provinces(most_sites=3, fewest_intents=2))
def test_packets_change_their_fate_exactly_where_a_change_is_told(data: st.DataObject, province: Province) -> None:
    compiled = compile_province(province)
    right = replace(give(compiled, {}), network=compiled.built.network)
    wrong = replace(right, network=data.draw(mutants(compiled.built.network)))
    try:
        found = access_changes(gather(right), gather(wrong))
    except NotSettledError:
        return
    before, after = Corners(compiled, right.network), Corners(compiled, wrong.network)
    for change in found[::7]:
        assert turn_of(before, after, change.flow) is change.turn, change
    for port, flow in (*before.likely_flows(37), *before.unlikely_flows(997, 37)):
        turn = turn_of(before, after, flow)
        if turn is not None and is_to_somebody_else(before, flow, port.attachment):
            assert is_told(found, flow, turn), flow


def turn_of(before: Corners, after: Corners, flow: Flow) -> Turn | None:
    """Return how `walk` says that a packet's fate changes."""
    was, is_now = (
        any(trace.delivered for trace in walk(corners.network, flow, routes=corners.routes(flow)))
        for corners in (before, after)
    )
    if was == is_now:
        return None
    return Turn.OPENED if is_now else Turn.CUT


def is_to_somebody_else(corners: Corners, flow: Flow, source: str) -> bool:
    """Return whether a packet is for a host of another attachment: neither free space, nor a router, nor the edge of a LAN."""
    owners = {
        name
        for name, lans in corners.lans.items()
        for prefix in lans.own
        if prefix.family is flow.family and prefix.network < flow.destination < prefix.last
    }
    return corners.is_somebody(flow) and bool(owners - {source})


def is_told(found: tuple[AccessChange, ...], flow: Flow, turn: Turn) -> bool:
    return any(
        change.turn is turn
        and change.flow.family is flow.family
        and (change.flow.start_device, change.flow.start_interface) == (flow.start_device, flow.start_interface)
        for change in found
    )


@cache
def recorded() -> RecordedBatfish:
    return RecordedBatfish(RECORDED_CHANGES)


@pytest.mark.parametrize("name", CASES)
def test_batfish_saw_the_same_changes(name: str) -> None:
    found = changes_of("right", name, partial(ask_changes, recorded()))
    alone = [item for item in found.changes if item.judges == ("engine",)]
    assert all(item.change.flow.family.bits == 128 or is_off(item.change) for item in alone)
    assert bool(found.differences) is bool(found.doubts)


def is_off(change: AccessChange) -> bool:
    """Return whether a packet starts at the LAN that one case switches off: Batfish has no packet there to follow."""
    return change.flow.start_interface == "GigabitEthernet0/0/1.103"


def test_a_change_that_only_one_judge_sees_is_a_difference() -> None:
    name = "an entry names another port"
    right, wrong = given_of("right"), given_of(name)
    spans = destinations_of(gather(right), gather(wrong), Family.V4)
    seen = ask_changes(recorded(), right, wrong, spans)

    def nothing(*_: object) -> SeenChanges:
        return replace(seen, flows={})

    def more(*_: object) -> SeenChanges:
        ((place, turn), flow) = min(seen.flows.items())
        other = Turn.CUT if turn is Turn.OPENED else Turn.OPENED
        return replace(seen, flows={**seen.flows, (place, other): flow})

    def unread(*_: object) -> SeenChanges:
        return replace(seen, unread=("agg-1:3: something",))

    for ask, said in ((nothing, "nothing of the kind by Batfish"), (unread, "does not read 1 lines")):
        found = judge_change(given_of("right"), given_of(name), ask)
        assert any(said in item for item in found.differences)
    if len(seen.flows) == 1:
        found = judge_change(given_of("right"), given_of(name), more)
        assert any("nothing of the kind by the engine (not by walk)" in item for item in found.differences)
