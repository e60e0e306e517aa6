"""OSPF beside BGP: what goes from one into the other, in both meanings and every state; what may hang on the order is a doubt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.prefix import Family, parse_address, parse_prefix
from routing.model import (
    Aggregate,
    BgpInstance,
    BgpNeighbor,
    Device,
    Network,
    OspfInterface,
    OspfNetwork,
    OspfRedistribution,
    Redistribution,
    RouteSource,
    StaticRoute,
)
from tests.ospf_networks import Cable, Drawing, built, drawings, host, subnet
from tests.small_networks import interface, link, neighbor, network
from tests.test_verification_ospf import assert_same
from verification.inspection.tables import Inspection
from verification.inspection.texts import InspectedTexts, LinkKnowledge
from verification.routes.adjacency import LocalRoute
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding
from verification.routes.surviving import Surviving
from verification.routes.topology import build_topology
from verification.verdicts.failure import NO_FAILURE, link_failure
from verification.verdicts.verdict import Holds

INSIDE, OUTSIDE = 65000, 65100
SOURCES = (RouteSource.CONNECTED, RouteSource.STATIC, RouteSource.OSPF, RouteSource.OSPF_EXTERNAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A router with BGP: what BGP takes and names, what OSPF tells of BGP (metric, type; None: nothing), and the number of the
    discard route that an outside router beside it tells (3: there is none)."""

    taken: frozenset[RouteSource]
    named: frozenset[int]
    told: tuple[int, int] | None
    outside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bordered:
    """A drawing with BGP on some routers, and on which cables between them there are sessions."""

    drawing: Drawing
    edges: dict[int, Edge]
    sessions: frozenset[int]


@st.composite
def bordered(draw: st.DrawFn) -> Bordered:
    drawing = replace(draw(drawings()), family=Family.V4)
    routers = range(len(drawing.lans))
    edge = st.builds(
        Edge,
        taken=st.frozensets(st.sampled_from(SOURCES)),
        named=st.frozensets(st.sampled_from(routers), max_size=2),
        told=st.none() | st.tuples(st.integers(1, 3), st.integers(1, 2)),
        outside=st.integers(0, 3),
    )
    edges = draw(st.dictionaries(st.sampled_from(routers), edge, min_size=1))
    between = [at for at, cable in enumerate(drawing.cables) if {cable.a, cable.b} <= edges.keys()]
    spoken = draw(st.frozensets(st.sampled_from(between))) if between else frozenset[int]()
    return Bordered(drawing=drawing, edges=edges, sessions=spoken)


def whole(found: Bordered) -> Network:
    """The network of a drawing with its borders."""
    made = built(found.drawing)
    devices, links = dict(made.devices), list(made.links)
    for number, edge in found.edges.items():
        device, peers = devices[f"r{number}"], list(_peers(found, number))
        if edge.outside < 3:
            device = replace(device, interfaces=(*device.interfaces, interface("out", f"10.5.{number}.1/30")))
            peers.append(neighbor(f"10.5.{number}.2", OUTSIDE + number))
            devices[f"x{number}"] = _outside(found.drawing, number, edge)
            links.append(link(f"o{number}", f"r{number} out", f"x{number} in"))
        named = tuple(sorted(parse_prefix(subnet(found.drawing, 8, other)) for other in edge.named))
        instance = replace(speaker(INSIDE + number, *peers, taken=edge.taken), networks=named)
        devices[f"r{number}"] = replace(telling(device, edge.told), bgp=(instance,))
    return network(devices.values(), links)


def _peers(found: Bordered, number: int) -> list[BgpNeighbor]:
    ends = [(at, found.drawing.cables[at]) for at in sorted(found.sessions)]
    return [
        neighbor(host(found.drawing, 0, at, 2 if number == cable.a else 1).partition("/")[0], INSIDE + other)
        for at, cable in ends
        for other in {cable.a, cable.b} - {number}
        if number in (cable.a, cable.b)
    ]


def _outside(drawing: Drawing, number: int, edge: Edge) -> Device:
    route = StaticRoute(vrf=None, prefix=parse_prefix(subnet(drawing, 6, edge.outside)), discard=True)
    return Device(
        name=f"x{number}",
        platform="cisco_ios",
        interfaces=(interface("in", f"10.5.{number}.2/30"),),
        statics=(route,),
        bgp=(
            speaker(
                OUTSIDE + number, neighbor(f"10.5.{number}.1", INSIDE + number), taken=frozenset({RouteSource.STATIC})
            ),
        ),
    )


def speaker(asn: int, *peers: BgpNeighbor, taken: frozenset[RouteSource]) -> BgpInstance:
    return BgpInstance(
        vrf=None,
        asn=asn,
        router_id=asn,
        loop_asns=(asn,),
        neighbors=tuple(sorted(peers, key=lambda item: item.address)),
        redistributions=tuple(Redistribution(family=Family.V4, source=source) for source in sorted(taken)),
    )


def telling(device: Device, told: tuple[int, int] | None) -> Device:
    if told is None:
        return device
    process = device.ospf[0]
    of_bgp = OspfRedistribution(source=RouteSource.BGP, metric=told[0], type=told[1])
    return replace(device, ospf=(replace(process, redistributions=(of_bgp, *process.redistributions)),))


def inspected(made: Network) -> Inspection:
    return Inspection(InspectedTexts(network=made, knowledge=LinkKnowledge.TABLE, lines={}, texts={}, unknown={}))


@settings(max_examples=60, deadline=None)
@given(bordered())
def test_where_nothing_is_in_doubt_both_meanings_make_the_same_tables_in_every_state(found: Bordered) -> None:
    made = whole(found)
    inspection = inspected(made)
    if not any(inspection.doubts.about(device) for device in made.devices):
        assert_same(made)
    else:
        reasons = {item.reason.key for device in made.devices for item in inspection.doubts.about(device)}
        assert reasons <= {"floating_route", "bgp_into_ospf"}


def line(told: tuple[int, int] | None, taken: frozenset[RouteSource] = frozenset()) -> Network:
    """r0 - r1 - r2, with an outside router beside r2 that has 10.6.0.0/24."""
    cables = (Cable(0, 1, 3, 5, OspfNetwork.BROADCAST), Cable(1, 2, 4, 6, OspfNetwork.POINT_TO_POINT))
    drawing = Drawing(family=Family.V4, lans=(1, 1, 1), cables=cables)
    edge = Edge(taken=taken, named=frozenset(), told=told, outside=0)
    return whole(Bordered(drawing=drawing, edges={2: edge}, sessions=frozenset()))


@pytest.mark.parametrize(("kind", "metric"), [(1, 3 + 4 + 9), (2, 9)])
def test_what_ospf_tells_of_bgp_is_everywhere_while_bgp_has_it(kind: int, metric: int) -> None:
    made = line((9, kind))
    prefix = parse_prefix("10.6.0.0/24")
    inspection = inspected(made)
    table = {item.prefix: item for item in inspection.table("r0", None).entries}
    assert inspection.table("r0", None).verdict == Holds(judges=("engine", "walk"))
    assert (table[prefix].source, table[prefix].distance) == (RouteSource.OSPF_EXTERNAL, 110)
    told = inspection.forwarding()
    assert isinstance(told, Forwarding)
    route = told.winner(inspection.topology.number[("r0", None)], prefix)
    assert isinstance(route, LocalRoute)
    assert route.metric == metric
    without = inspection.forwarding(link_failure(made, "o2"))
    assert isinstance(without, Forwarding)
    assert without.winner(inspection.topology.number[("r0", None)], prefix) is None
    assert_same(made)
    assert prefix not in {item.prefix for item in inspected(line(None)).table("r0", None).entries}


def test_what_bgp_takes_of_ospf_carries_its_metric() -> None:
    made = line(None, frozenset({RouteSource.OSPF}))
    plane = ControlPlane(build_topology(made))
    node = plane.topology.number[("r2", None)]
    chosen = plane.base[parse_prefix("10.8.0.0/24")].choice(node)
    assert chosen is not None
    assert chosen.used[0].attributes.metric == 6 + 5 + 1
    outside = {item.prefix: item for item in inspected(made).table("x2", None).entries}
    assert outside[parse_prefix("10.8.0.0/24")].source is RouteSource.BGP
    assert_same(made)


@pytest.mark.parametrize(
    ("address", "metric"),
    [("10.9.2.1", 3 + 4 + 1), ("10.0.1.2", 3 + 4), ("10.0.0.2", 0), ("10.8.0.9", 0), ("10.66.0.1", None)],
)
def test_a_next_hop_is_as_far_as_the_routes_without_bgp_say(address: str, metric: int | None) -> None:
    made = line(None)
    topology = build_topology(made)
    asked = parse_address(address)
    node = topology.number[("r0", None)]
    found = Surviving(topology, NO_FAILURE).next_hops.resolve(node, asked)
    assert (None if found is None else found.metric) == metric
    cut = Surviving(topology, link_failure(made, "c1"))
    assert cut.next_hops.resolve(node, parse_address("10.9.2.1")) is None


def recursive(next_hop: str) -> StaticRoute:
    return StaticRoute(vrf=None, prefix=parse_prefix("10.77.0.0/16"), next_hop=parse_address(next_hop).value)


AGGREGATE = Aggregate(prefix=parse_prefix("10.0.0.0/8"))


def at(name: str, **changes: object) -> Callable[[Network], Network]:
    """Changes the BGP of a router, which gets one first if it has none; `platform` and `statics` are the device's."""

    def change(made: Network) -> Network:
        device = made.devices[name]
        instance = device.bgp[0] if device.bgp else speaker(INSIDE, taken=frozenset())
        of_device = {key: value for key, value in changes.items() if key in ("platform", "statics")}
        of_bgp = {key: value for key, value in changes.items() if key not in of_device}
        if of_bgp or "platform" in of_device:
            device = replace(device, bgp=(replace(instance, **of_bgp),))  # type: ignore[arg-type] # fields by name
        device = replace(device, **of_device)  # type: ignore[arg-type] # fields by name
        return replace(made, devices={**made.devices, name: device})

    return change


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        (at("r0", networks=()), False),
        (at("r0", networks=(parse_prefix("10.8.0.0/24"), parse_prefix("10.8.2.0/24"))), False),
        (at("r0", networks=(parse_prefix("10.6.0.0/24"),)), True),
        (at("r0", redistributions=(Redistribution(family=Family.V4, source=RouteSource.OSPF),)), False),
        (at("r0", redistributions=(Redistribution(family=Family.V4, source=RouteSource.OSPF_EXTERNAL),)), True),
        (at("r0", platform="junos"), True),
        (at("r0", statics=(recursive("10.6.0.9"),)), True),
        (at("r0", statics=(recursive("10.66.0.9"),)), False),
        (at("r2", aggregates=(AGGREGATE,)), True),
        (at("r0", aggregates=(AGGREGATE,)), False),
    ],
)
def test_routes_of_bgp_that_may_come_back_to_it_are_left_open(
    change: Callable[[Network], Network], is_open: bool
) -> None:
    reasons = {item.reason.key for item in inspected(change(line((9, 2)))).doubts.about("r1")}
    assert ("bgp_into_ospf" in reasons) is is_open
    assert is_open or not reasons


def test_a_network_that_another_router_has_too_may_be_heard_of_by_both_protocols_once_it_is_lost() -> None:
    """r0 and r2 have one LAN, r0 names it, and the outside router brings it, too: nothing is claimed, though r0 is connected."""
    made = line(None)
    shared = "10.6.0.{}/24"
    devices = dict(made.devices)
    for number, name in enumerate(("r0", "r1"), 1):
        device, process = devices[name], devices[name].ospf[0]
        spoken = (*process.interfaces, OspfInterface(name="shared", cost=1, passive=True))
        devices[name] = replace(
            device,
            interfaces=(*device.interfaces, interface("shared", shared.format(number))),
            ospf=(replace(process, interfaces=spoken),),
        )
    devices["r0"] = at("r0", networks=(parse_prefix("10.6.0.0/24"),))(replace(made, devices=devices)).devices["r0"]
    changed = replace(made, devices=devices)
    assert {item.reason.key for item in inspected(changed).doubts.about("r0")} == {"floating_route"}
