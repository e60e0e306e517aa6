"""What leaves open how OSPF routes is named, at the device and at all that its routes reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from intents.prefix import Family, Prefix, parse_prefix
from routing.model import (
    AclBinding,
    AclEntry,
    Action,
    BgpInstance,
    Device,
    Direction,
    Interface,
    OspfDefault,
    OspfInstance,
    OspfInterface,
    OspfNetwork,
    OspfRedistribution,
    PolicyClause,
    Redistribution,
    RoutePolicy,
    RouteSource,
    StaticRoute,
)
from routing.subnet_links import links_of_subnets
from tests.small_networks import acl, interface, neighbor, network, value
from verification.inspection.tables import Inspection
from verification.inspection.texts import InspectedTexts, LinkKnowledge
from verification.verdicts.verdict import Holds, NotModelled

POINT_TO_POINT = OspfNetwork.POINT_TO_POINT
PREFIX = parse_prefix("10.7.0.0/16")
EVERYWHERE = parse_prefix("0.0.0.0/0")
Change = Callable[[Device], Device]


def router(name: str, number: int, *ports: Interface) -> Device:
    """A router with a loopback, a passive LAN and OSPF on all its ports."""
    own = (interface("Loopback0", f"10.9.{number}.1/32"), interface("lan", f"10.8.{number}.1/24"))
    spoken = [
        OspfInterface(name="Loopback0", cost=1, passive=True, host=True),
        OspfInterface(name="lan", cost=1, passive=True),
        *(OspfInterface(name=item.name, cost=1) for item in ports),
    ]
    return Device(
        name=name,
        platform="cisco_ios",
        interfaces=tuple(sorted((*own, *ports), key=lambda item: item.name)),
        ospf=(
            OspfInstance(
                vrf=None,
                family=Family.V4,
                area=0,
                router_id=number,
                interfaces=tuple(sorted(spoken, key=lambda item: item.name)),
                distance=110,
                external_distance=110,
            ),
        ),
    )


A = router("a", 1, interface("ab", "10.0.1.1/30"))
B = router("b", 2, interface("ab", "10.0.1.2/30"), interface("bc", "10.0.2.1/30"))
C = router("c", 3, interface("bc", "10.0.2.2/30"))


def inspected(*devices: Device) -> Inspection:
    made = network(devices, links_of_subnets(devices).links)
    return Inspection(InspectedTexts(network=made, knowledge=LinkKnowledge.SUBNETS, lines={}, texts={}, unknown={}))


def doubts(device: str, *devices: Device) -> set[tuple[str, str]]:
    return {(item.device, item.reason.key) for item in inspected(*devices).doubts.about(device)}


def process(**changes: object) -> Change:
    """Changes the process of a device."""
    return lambda device: replace(device, ospf=(replace(device.ospf[0], **changes),))  # type: ignore[arg-type] # fields


def port(name: str, **changes: object) -> Change:
    """Changes what a process says of an interface."""

    def change(device: Device) -> Device:
        found = tuple(
            replace(item, **changes) if item.name == name else item  # type: ignore[arg-type] # fields by name
            for item in device.ospf[0].interfaces
        )
        return process(interfaces=found)(device)

    return change


def cabling(name: str, text: str) -> Change:
    """Changes the address of an interface."""

    def change(device: Device) -> Device:
        kept = [item for item in device.interfaces if item.name != name]
        return replace(device, interfaces=tuple(sorted((*kept, interface(name, text)), key=lambda item: item.name)))

    return change


def test_a_line_of_routers_that_agree_is_known_by_both_meanings() -> None:
    found = inspected(A, B, C)
    for name in "abc":
        table = found.table(name, None)
        assert table.verdict == Holds(judges=("engine", "walk"))
    sources = {str(item.prefix): item.source for item in found.table("a", None).entries}
    assert sources["10.9.3.1/32"] is sources["10.0.2.0/30"] is RouteSource.OSPF
    assert {way.next_hop for item in found.table("a", None).entries for way in item.ways} == {-1, value("10.0.1.2")}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (port("ab", hello=5), "ospf_mismatch"),
        (port("ab", dead=41), "ospf_mismatch"),
        (port("ab", network=POINT_TO_POINT), "ospf_mismatch"),
        (port("ab", mtu=9000), None),
        (port("ab", authentication="message-digest 1"), "ospf_mismatch"),
        (port("ab", mtu=None), "ospf_mismatch"),
        (process(area=1), "ospf_mismatch"),
        (cabling("ab", "10.0.1.2/29"), "ospf_neighbor_unknown"),
        (port("ab", cost=None), "ospf_cost"),
        (process(router_id=1), "ospf_router_id_twice"),
        (process(router_id=value("10.0.1.1")), None),
        (process(redistributions=(OspfRedistribution(source=RouteSource.BGP, metric=1),)), None),
        (process(redistributions=(OspfRedistribution(source=RouteSource.AGGREGATE, metric=1),)), "bgp_into_ospf"),
        (port("ab", passive=True), None),
        (lambda device: replace(device, ospf=()), None),
    ],
)
def test_whatever_an_end_says_otherwise_leaves_open_the_tables_of_all(change: Change, reason: str | None) -> None:
    changed = change(B)
    for name in "abc":
        found = doubts(name, A, changed, C)
        assert (reason in {key for _, key in found}) is (reason is not None), found
        assert reason is not None or not found


def test_both_ends_that_say_the_same_unusual_thing_are_neighbours() -> None:
    change = port("ab", hello=5, dead=20, network=POINT_TO_POINT, mtu=9000, authentication="message-digest 1")
    found = inspected(change(A), change(B), C).table("a", None)
    assert found.verdict == Holds(judges=("engine", "walk"))
    assert parse_prefix("10.9.3.1/32") in {item.prefix for item in found.entries}


def test_ends_that_take_packets_of_different_lengths_never_become_neighbours() -> None:
    table = inspected(A, port("ab", mtu=1800)(B), C).table("a", None)
    assert table.verdict == Holds(judges=("engine", "walk"))
    assert {item.source for item in table.entries} == {RouteSource.CONNECTED}


def test_nobody_leads_where_all_priorities_are_zero() -> None:
    change = port("ab", priority=0)
    assert ("a", "ospf_mismatch") in doubts("a", change(A), change(B), C)
    assert not doubts("a", change(A), B, C)


def test_ends_of_ports_of_different_kinds_leave_open_what_the_cable_runs_at() -> None:
    slow, fast = port("ab", speed=100_000), port("ab", speed=1_000_000)
    assert ("c", "ospf_mismatch") not in doubts("a", fast(A), fast(B), C)
    assert ("a", "ospf_mismatch") in doubts("c", slow(A), fast(B), C)


def test_a_greeted_port_without_a_known_neighbour_is_named_and_a_passive_or_shut_one_is_not() -> None:
    open_port = replace(A, interfaces=(*A.interfaces, interface("up", "10.0.9.1/24")))
    speaking = process(interfaces=(*A.ospf[0].interfaces, OspfInterface(name="up", cost=1)))(open_port)
    assert doubts("c", speaking, B, C) == {("a", "ospf_neighbor_unknown")}
    assert not doubts("c", port("up", passive=True)(speaking), B, C)
    shut = replace(speaking, interfaces=(*A.interfaces, interface("up", "10.0.9.1/24", enabled=False)))
    assert not doubts("c", shut, B, C)


def test_a_point_to_point_network_of_three_is_named_and_a_broadcast_one_is_a_lan() -> None:
    routers = [router(name, number, interface("lan3", f"10.0.5.{number}/24")) for number, name in enumerate("abc", 1)]
    found = inspected(*routers)
    assert found.table("a", None).verdict == Holds(judges=("engine", "walk"))
    changed = [port("lan3", network=POINT_TO_POINT)(item) for item in routers]
    assert ("a", "ospf_several_neighbors") in doubts("a", *changed)


def test_a_router_without_an_identity_is_named() -> None:
    nameless = process(router_id=None)(A)
    assert not doubts("a", nameless, B, C)
    bare = replace(nameless, interfaces=())
    assert ("a", "ospf_no_router_id") in doubts("a", bare, B, C)
    assert ("a", "ospf_router_id_twice") in doubts("a", nameless, process(router_id=value("10.9.1.1"))(B), C)


@pytest.mark.parametrize("direction", list(Direction))
def test_a_filter_that_stops_greetings_is_named(direction: Direction) -> None:
    def filtered(*entries: AclEntry) -> Device:
        bound = AclBinding(direction=direction, family=Family.V4, acl="F")
        ports = tuple(replace(item, bindings=(bound,)) if item.name == "ab" else item for item in A.interfaces)
        return replace(A, interfaces=ports, acls=(acl("F", *entries),))

    tcp, all_of_ospf = (AclEntry(action=Action.PERMIT, protocols=(number,)) for number in (6, 89))
    assert ("a", "ospf_filtered") in doubts("c", filtered(tcp), B, C)
    assert not doubts("c", filtered(tcp, all_of_ospf), B, C)


def redistributing(*sources: RouteSource) -> Change:
    return process(redistributions=tuple(OspfRedistribution(source=source, metric=20) for source in sources))


def static(distance: int = 1, next_hop: str | None = None, prefix: Prefix = PREFIX) -> StaticRoute:
    hop = None if next_hop is None else value(next_hop)
    return StaticRoute(vrf=None, prefix=prefix, next_hop=hop, discard=hop is None, distance=distance)


@pytest.mark.parametrize(
    ("told", "route", "reason"),
    [
        (True, static(), None),
        (True, static(distance=200), "floating_route"),
        (True, static(distance=110), "floating_route"),
        (False, static(distance=110), "floating_route"),
        (False, static(distance=200), None),
        (True, static(next_hop="10.0.1.2"), "ospf_forwarding_address"),
        (True, static(next_hop="10.8.1.9"), None),
        (False, static(next_hop="10.0.1.2"), None),
    ],
)
def test_static_routes_beside_ospf(told: bool, route: StaticRoute, reason: str | None) -> None:
    changed = replace((redistributing(RouteSource.STATIC) if told else process())(A), statics=(route,))
    assert {key for _, key in doubts("c", changed, B, C)} == ({reason} if reason else set())


def test_a_static_route_over_a_point_to_point_network_is_told_without_a_forwarding_address() -> None:
    ends = [port("ab", network=POINT_TO_POINT)(item) for item in (A, B)]
    told = replace(redistributing(RouteSource.STATIC)(ends[0]), statics=(static(next_hop="10.0.1.2"),))
    assert not doubts("c", told, ends[1], C)


def test_a_loopback_told_as_a_host_and_as_a_subnet_is_named() -> None:
    told = redistributing(RouteSource.CONNECTED)
    assert not doubts("c", told(A), B, C)
    wide = cabling("Loopback0", "10.9.1.1/24")(told(A))
    assert doubts("c", wide, B, C) == {("a", "ospf_loopback_mask")}


def test_two_who_tell_a_default_route_and_have_none() -> None:
    always = process(default=OspfDefault(always=True, metric=1))
    assert not doubts("b", always(A), B, C)
    assert ("a", "ospf_two_defaults") in doubts("b", always(A), B, always(C))
    own = (static(prefix=EVERYWHERE),)
    assert not doubts("b", replace(always(A), statics=own), B, replace(always(C), statics=own))
    failing = (static(next_hop="10.8.1.9", prefix=EVERYWHERE),)
    assert ("a", "ospf_two_defaults") in doubts("b", replace(always(A), statics=failing), B, always(C))


def with_bgp(device: Device, asn: int, *peers: tuple[str, int], told: tuple[RouteSource, ...] = ()) -> Device:
    return replace(
        device,
        bgp=(
            BgpInstance(
                vrf=None,
                asn=asn,
                router_id=asn,
                loop_asns=(asn,),
                neighbors=tuple(neighbor(address, number) for address, number in peers),
                redistributions=tuple(Redistribution(family=Family.V4, source=source) for source in told),
            ),
        ),
    )


def edge(*told: RouteSource, other: tuple[RouteSource, ...] = ()) -> tuple[Device, Device]:
    """c with BGP to an outside router x, which has 10.9.1.1/32 and a default route of its own."""
    outside = Device(
        name="x",
        platform="cisco_ios",
        interfaces=(interface("xc", "10.0.6.2/30"),),
        statics=(static(prefix=parse_prefix("10.9.1.1/32")), static(prefix=EVERYWHERE)),
    )
    near = replace(C, interfaces=(*C.interfaces, interface("xc", "10.0.6.1/30")))
    return (
        with_bgp(near, 65003, ("10.0.6.2", 65004), told=told),
        with_bgp(outside, 65004, ("10.0.6.1", 65003), told=other),
    )


def test_a_route_of_ospf_that_bgp_tells_on_and_may_hear_of_hangs_on_which_came_first() -> None:
    assert not doubts("a", A, B, *edge(RouteSource.OSPF))
    assert not doubts("a", A, B, *edge(other=(RouteSource.STATIC,)))
    assert ("c", "floating_route") in doubts("x", A, B, *edge(RouteSource.OSPF, other=(RouteSource.STATIC,)))


def test_a_default_route_that_may_come_of_bgp_is_named() -> None:
    telling = process(default=OspfDefault(always=False, metric=1))
    near, outside = edge()
    assert not doubts("a", A, B, telling(near), outside)
    network_of_default = replace(outside, bgp=(replace(outside.bgp[0], networks=(EVERYWHERE,)),))
    assert ("c", "ospf_default_of_bgp") in doubts("a", A, B, telling(near), network_of_default)


def test_what_junos_tells_of_ospf_by_bgp_is_named() -> None:
    near, outside = edge(RouteSource.OSPF, RouteSource.OSPF_EXTERNAL)
    for source, is_named in ((RouteSource.OSPF, True), (RouteSource.STATIC, False)):
        policy = RoutePolicy(name="E", clauses=(PolicyClause(name="a", action=Action.PERMIT, sources=(source,)),))
        peer = replace(near.bgp[0].neighbors[0], exports=("E",))
        told = replace(near, platform="junos", policies=(policy,), bgp=(replace(near.bgp[0], neighbors=(peer,)),))
        assert (("c", "ospf_into_bgp") in doubts("a", A, B, told, outside)) is is_named


def test_routes_of_ospf_are_those_of_all_that_its_neighbours_reach() -> None:
    found = inspected(A, B, C)
    assert found.doubts.reaching("a") == ("a", "b", "c")
    assert isinstance(inspected(A, port("bc", hello=1)(B), C).table("a", None).verdict, NotModelled)
