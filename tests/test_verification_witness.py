"""Devices' tables against the model: no difference where somebody else computed the same, and each seeded one in its class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest

from intents.reason import describe_reason
from routing.vendors import VENDORS
from routing.vendors.platform_facts import platform_facts
from tests.batfish_cases import given_of
from tests.device_tables import Route, Shown, Way
from tests.heard_tables import Answers, Edit, heard, inspected, tables_of, without
from tests.recorded_tables import shown_devices, shown_with
from verification.drift.seen import seen_by
from verification.drift.witness import Witness, WitnessClass, WitnessDifference

IOS, JUNOS = "cpe-gia-sang", "cpe-tan-cuong"
CORE, EDGE = "core-2", "dc-edge-1"
FAULT = WitnessClass.MODEL_FAULT


def of_class(witness: Witness, name: WitnessClass) -> list[WitnessDifference]:
    return [item for item in witness.differences if item.witness_class is name]


def with_route(shown: Shown, old: Route | None, new: Route | None) -> Shown:
    kept = tuple(route for route in shown.routes if route != old)
    assert old is None or len(kept) == len(shown.routes) - 1
    return replace(shown, routes=kept if new is None else (*kept, new))


def told(shown: Shown, family: int) -> Iterator[Route]:
    return (route for route in shown.routes if route.source == "bgp" and route.net.version == family)


def test_what_batfish_and_walk_computed_is_what_the_model_predicts() -> None:
    witness = heard(shown_devices())
    assert witness == Witness(devices=10, tables=witness.tables, routes=witness.routes)
    assert witness.tables > 100
    assert witness.routes > 700


# faults of the model: one seed a route, all heard at once


class Seed(NamedTuple):
    """What is changed of a device's route of a family."""

    device: str
    family: int
    kind: str


def elsewhere(route: Route) -> Route:
    other = "203.0.113.9" if route.net.version == 4 else "2001:db8:0:9::9"
    return route._replace(ways=(Way("GigabitEthernet0/0/9.9", other),))


KINDS: Mapping[str, Callable[[Route], Route | None]] = {
    "missing": lambda _: None,
    "elsewhere": elsewhere,
    "other source": lambda route: route._replace(source="ospf"),
    "other distance": lambda route: route._replace(distance=route.distance + 1),
    "discarded": lambda route: route._replace(source="static", ways=(Way(""),)),
    "connected": lambda route: route._replace(source="connected", distance=0, ways=(Way(route.ways[0].interface),)),
}
EXTRA = {4: "203.0.113.0/24", 6: "2001:db8:7777::/48"}
SEEDS = [
    Seed(device, family, kind) for device in (IOS, JUNOS, EDGE, CORE) for family in (4, 6) for kind in (*KINDS, "extra")
]


def is_plain(route: Route, seed: Seed) -> bool:
    """Return whether a route is not leaked: of those only the interface is compared, if it is shown."""
    return bool(route.ways[0].next_hop) and (seed.device != EDGE or route.vrf.startswith("P-"))


@cache
def seeded() -> tuple[Witness, Mapping[Seed, tuple[str, str]]]:
    """Return what is heard of all seeds, and the VRF and prefix of each."""
    shown = dict(shown_devices())
    places: dict[Seed, tuple[str, str]] = {}
    taken: set[Route] = set()
    for seed in SEEDS:
        old = next(
            route
            for route in told(shown_devices()[seed.device], seed.family)
            if is_plain(route, seed) and route not in taken
        )
        taken.add(old)
        if seed.kind == "extra":
            new: Route | None = old._replace(prefix=EXTRA[seed.family])
            shown[seed.device] = with_route(shown[seed.device], None, new)
            places[seed] = old.vrf, EXTRA[seed.family]
        else:
            shown[seed.device] = with_route(shown[seed.device], old, KINDS[seed.kind](old))
            places[seed] = old.vrf, old.prefix
    return heard(shown), places


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.device} IPv{seed.family} {seed.kind}")
def test_what_nothing_explains_is_a_fault_of_the_model_with_its_line_and_facts(seed: Seed) -> None:
    witness, places = seeded()
    (found,) = [
        item
        for item in witness.differences
        if (item.device, (item.vrf, str(item.prefix))) == (seed.device, places[seed])
    ]
    assert found.witness_class is FAULT
    assert found.predicted != found.shown
    known = {fact.identifier for fact in platform_facts()}
    assert found.facts
    assert known.issuperset(found.facts)
    text = given_of("right").texts[seed.device]
    assert all(line.line and line.text == text[line.line - 1].strip() for line in found.culprits)


def test_nothing_else_is_said_than_what_was_seeded() -> None:
    witness, _ = seeded()
    assert len(witness.differences) == len(SEEDS)
    assert (witness.down, witness.not_read) == ((), ())


# what is down explains


DOWN_IOS = frozenset({(IOS, "GigabitEthernet0/0/0.102")})
DOWN_JUNOS = frozenset({(JUNOS, "ge-0/0/1")})
QUIET = frozenset({
    (IOS, "10.192.0.76"), (IOS, "2001:db8:1000::4c"), (CORE, "10.192.0.63"), (JUNOS, "2001:db8:1000::70")
})  # fmt: skip
DEAD = {"ports": DOWN_IOS | DOWN_JUNOS, "neighbours": QUIET}


@pytest.mark.parametrize("name", DEAD)
def test_what_is_down_explains_all_that_follows_from_it_and_is_named(name: str) -> None:
    witness = heard(shown_with(DEAD[name]))
    assert {item.witness_class for item in witness.differences} == {WitnessClass.FAILURE}
    assert {device for device, _ in DEAD[name]} <= {item.device for item in witness.differences}
    said = [describe_reason(cause, "en") for cause in witness.down]
    assert len(said) == len(DEAD[name])
    assert all(any(device in words and what in words for words in said) for device, what in DEAD[name])
    assert all(item.causes == witness.down for item in witness.differences)


def test_a_fault_is_seen_beside_a_failure() -> None:
    shown = dict(shown_with(DOWN_IOS))
    gone = next(route for route in told(shown[CORE], 6))
    shown[CORE] = with_route(shown[CORE], gone, None)
    (fault,) = heard(shown).faults
    assert (fault.device, str(fault.prefix)) == (CORE, gone.prefix)


def test_a_route_as_before_a_failure_that_others_show_is_not_settled() -> None:
    after, before = shown_with(DOWN_IOS), shown_devices()
    shown = {**after, CORE: before[CORE]}
    witness = heard(shown)
    assert witness.faults == ()
    unsettled = of_class(witness, WitnessClass.UNSETTLED)
    assert {item.device for item in unsettled} == {CORE}


def test_an_established_session_that_the_texts_do_not_make_is_a_fault() -> None:
    given = given_of("right")
    device = given.network.devices[JUNOS]
    bgp = tuple(
        replace(item, neighbors=tuple(replace(one, remote_as=64999) for one in item.neighbors)) for item in device.bgp
    )
    network = replace(given.network, devices={**given.network.devices, JUNOS: replace(device, bgp=bgp)})
    witness = heard(shown_devices(), texts=inspected(replace(given, network=network)))
    sessions = [item for item in witness.faults if item.prefix is None]
    assert len([item for item in sessions if item.device == JUNOS]) == len(shown_devices()[JUNOS].neighbors)


def test_an_interface_that_is_up_though_the_text_shuts_it_is_a_fault() -> None:
    shown = shown_with(DOWN_JUNOS)
    given = given_of("right")
    device = given.network.devices[JUNOS]
    shut = tuple(replace(item, enabled=item.enabled and item.name != "ge-0/0/1") for item in device.interfaces)
    network = replace(given.network, devices={**given.network.devices, JUNOS: replace(device, interfaces=shut)})
    up = replace(shown[JUNOS], ports=shown_devices()[JUNOS].ports)
    witness = heard({**shown, JUNOS: up}, texts=inspected(replace(given, network=network)))
    assert {item.device for item in witness.differences} == {JUNOS}
    assert "ge-0/0/1" in describe_reason(witness.faults[0].shown, "en")
    assert heard(shown, texts=inspected(replace(given, network=network))).differences == ()


# half a table is none


def cut(command: str, lines: int) -> Edit:
    def edit(answers: Answers) -> None:
        answers[command] = "".join(answers[command].splitlines(keepends=True)[:-lines])

    return edit


def instead(command: str, other: str) -> Edit:
    def edit(answers: Answers) -> None:
        answers[command] = answers[other]

    return edit


def emptied(command: str, answer: str) -> Edit:
    def edit(answers: Answers) -> None:
        answers[command] = answer

    return edit


def _swapped(answers: Answers) -> None:
    text = answers["show bgp neighbor"]
    assert "10.192.0.122" in text
    answers["show bgp neighbor"] = text.replace("10.192.0.122", "10.9.9.9")


UNREAD: Mapping[str, tuple[str, Edit]] = {
    "IOS-XE IPv4 cut": (IOS, cut("show ip route vrf A-12", 1)),
    "IOS-XE IPv6 cut": (IOS, cut("show ipv6 route vrf A-12", 2)),
    "IOS-XE another VRF": (IOS, instead("show ip route vrf A-12", "show ip route vrf A-1")),
    "IOS-XE IPv6 another VRF": (IOS, instead("show ipv6 route vrf A-12", "show ipv6 route vrf A-1")),
    "IOS-XE another VRF's neighbours": (
        IOS,
        instead("show bgp vpnv4 unicast vrf A-12 summary", "show bgp vpnv4 unicast vrf A-1 summary"),
    ),
    "IOS-XE neighbours of the other family": (
        IOS,
        instead("show bgp vpnv6 unicast vrf A-12 summary", "show bgp vpnv4 unicast vrf A-12 summary"),
    ),
    "IOS-XE interfaces cut": (IOS, cut("show ip interface brief", 1)),
    "IOS-XE another command's answer": (IOS, instead("show ip route vrf A-1", "show ip interface brief")),
    "Junos routes cut": (JUNOS, cut("show route", 9)),
    "Junos another answer": (JUNOS, instead("show route", "show bgp neighbor")),
    "Junos interfaces cut": (JUNOS, cut("show interfaces terse", 1)),
    "Junos no interfaces": (JUNOS, emptied("show interfaces terse", "<interface-information></interface-information>")),
    "Junos other neighbours": (JUNOS, _swapped),
    "Junos no neighbours": (JUNOS, emptied("show bgp neighbor", "<bgp-information></bgp-information>")),
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_table_that_is_not_whole_or_not_the_one_asked_for_is_not_read(name: str) -> None:
    device, edit = UNREAD[name]
    network = given_of("right").network
    tables = tables_of(network.devices[device], shown_devices()[device], edit)
    unusable = seen_by(network, {device: tables}).unusable
    assert tables.missing or unusable
    assert all(table.rows == () for table in tables.missing)


def test_a_table_that_is_not_read_agrees_with_nothing_and_differs_from_nothing() -> None:
    whole = heard(shown_devices())
    edits = {
        device: UNREAD[name][1] for name in ("IOS-XE IPv4 cut", "Junos routes cut") for device, _ in [UNREAD[name]]
    }
    witness = heard(shown_devices(), edits)
    assert witness.differences == ()
    lost = [item for item in witness.not_read if item.device == JUNOS]
    assert {item.device for item in witness.not_read} == {IOS, JUNOS}
    assert witness.tables == whole.tables - len(lost) - 1


def test_a_difference_is_no_fault_where_the_states_behind_it_are_not_known() -> None:
    shown = dict(shown_devices())
    gone = next(route for route in told(shown[CORE], 4))
    shown[CORE] = with_route(shown[CORE], gone, None)
    witness = heard(shown, {IOS: cut("show ip interface brief", 1)})
    (found,) = witness.differences
    assert found.witness_class is WitnessClass.UNSETTLED
    assert IOS in describe_reason(found.causes[0], "en")


# what is not the model's


def test_a_line_that_is_not_understood_explains_and_is_named() -> None:
    given = given_of("right")
    text = "\n".join(given.texts[IOS]) + "\nfrobnicate all packets\n"
    read = VENDORS["cisco_ios"].read(IOS, text)
    network = replace(given.network, devices={**given.network.devices, IOS: read.device})
    unknown = {**given.unknown_lines, IOS: read.unknown_lines}
    texts = inspected(replace(given, network=network, unknown_lines=unknown))
    shown = dict(shown_devices())
    gone = next(route for route in told(shown[IOS], 4))
    shown[IOS] = with_route(shown[IOS], gone, None)
    (found,) = heard(shown, texts=texts).differences
    assert found.witness_class is WitnessClass.NOT_MODELLED
    assert IOS in describe_reason(found.causes[0], "en")
    assert heard(shown_devices(), texts=texts).differences == ()


def test_routes_of_neighbours_without_a_text_are_from_outside() -> None:
    given = without(given_of("right"), EDGE)
    shown = {name: item for name, item in shown_devices().items() if name != EDGE}
    witness = heard(shown, texts=inspected(given))
    assert witness.differences
    assert {item.witness_class for item in witness.differences} == {WitnessClass.OUTSIDE}


def test_a_route_of_the_text_found_that_the_declared_one_has_not_is_drift_and_no_fault() -> None:
    given = given_of("right")
    device = given.network.devices[IOS]
    bgp = tuple(replace(item, neighbors=()) if item.vrf == "A-12" else item for item in device.bgp)
    declared = replace(given.network, devices={**given.network.devices, IOS: replace(device, bgp=bgp)})
    witness = heard(shown_devices(), declared=inspected(replace(given, network=declared)))
    assert witness.differences
    assert {item.witness_class for item in witness.differences} == {WitnessClass.DRIFT}
    assert {item.vrf for item in witness.differences if item.device == IOS} == {"A-12"}
