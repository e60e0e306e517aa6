"""A static route by interface and next hop: what it means to the engine, to `walk`, and as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family, parse_prefix
from routing.model import Device, Interface, Network, StaticRoute
from routing.vendors.cisco_ios import VENDOR
from tests.small_networks import interface, link, network, tcp, value
from verification.questions.far_ends import shown_target
from verification.reference.walk import walk
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding, regions_of
from verification.routes.surviving import Surviving
from verification.routes.topology import build_topology
from verification.verdicts.failure import NO_FAILURE

FAR = parse_prefix("10.9.0.0/16")
ROUTE = StaticRoute(vrf=None, prefix=FAR, next_hop=value("10.255.0.1"), interface="GigabitEthernet0/0/1")


def port(number: int, *addresses: str, enabled: bool = True) -> Interface:
    return interface(f"GigabitEthernet0/0/{number}", *addresses, enabled=enabled)


def pair(*statics: StaticRoute, enabled: bool = True) -> Network:
    """Two routers with two links between them; the far one owns 10.255.0.1 and 10.255.1.1, and the far prefix's LAN."""
    near = Device(
        name="near",
        platform="cisco_ios",
        interfaces=(
            port(0, "10.1.0.1/24"),
            port(1, "10.255.0.0/31", enabled=enabled),
            port(2, "10.255.1.0/31"),
        ),
        statics=statics,
    )
    far = Device(
        name="far",
        platform="cisco_ios",
        interfaces=(port(0, "10.9.0.1/16"), port(1, "10.255.0.1/31"), port(2, "10.255.1.1/31")),
    )
    cables = (
        link("one", "near GigabitEthernet0/0/1", "far GigabitEthernet0/0/1"),
        link("two", "near GigabitEthernet0/0/2", "far GigabitEthernet0/0/2"),
    )
    return network((near, far), cables)


def ends_of_engine(net: Network) -> set[tuple[str, str, tuple[str, ...]]]:
    topology = build_topology(net)
    plane = ControlPlane(topology)
    state = Forwarding(plane, regions_of(plane), Surviving(topology, NO_FAILURE), {})
    ways = state.ways(topology.number[("near", None)], FAR)
    return {(str(way.end), way.interface, way.devices) for way in ways}


def ends_of_walk(net: Network) -> set[tuple[str, str, tuple[str, ...]]]:
    traces = walk(net, tcp("near GigabitEthernet0/0/0", "10.1.0.9", "10.9.0.9"))
    return {
        (str(trace.disposition), trace.hops[-1].out_interface or "", tuple(hop.device for hop in trace.hops))
        for trace in traces
    }


@pytest.mark.parametrize(
    ("statics", "enabled", "ends"),
    [
        pytest.param((ROUTE,), True, {("DELIVERED_TO_SUBNET", "GigabitEthernet0/0/0", ("near", "far"))}, id="up"),
        pytest.param((ROUTE,), False, {("NO_ROUTE", "", ("near",))}, id="its interface is shut"),
        pytest.param(
            (replace(ROUTE, next_hop=value("10.255.0.0")),),
            True,
            {("NEIGHBOR_UNREACHABLE", "GigabitEthernet0/0/1", ("near",))},
            id="nobody answers",
        ),
        pytest.param(
            (ROUTE, replace(ROUTE, next_hop=value("10.255.1.1"), interface="GigabitEthernet0/0/2", distance=5)),
            False,
            {("DELIVERED_TO_SUBNET", "GigabitEthernet0/0/0", ("near", "far"))},
            id="a floating one by the other link",
        ),
    ],
)
def test_both_meanings_take_the_named_interface(
    statics: tuple[StaticRoute, ...], enabled: bool, ends: set[tuple[str, str, tuple[str, ...]]]
) -> None:
    net = pair(*statics, enabled=enabled)
    assert ends_of_engine(net) == ends
    assert ends_of_walk(net) == ends


def test_the_line_of_the_route_is_the_one_that_a_trace_names() -> None:
    (trace,) = walk(pair(ROUTE), tcp("near GigabitEthernet0/0/0", "10.1.0.9", "10.9.0.9"))
    assert trace.hops[0].route is not None
    read = VENDOR.read("near", "".join(f"{line.text}\n" for line in VENDOR.render(pair(ROUTE).devices["near"])))
    assert read.device.statics == (ROUTE,)
    assert trace.hops[0].route.line is not None
    assert trace.hops[0].route.line[1] in read.lines
    assert shown_target(ROUTE) == "GigabitEthernet0/0/1 10.255.0.1"


@pytest.mark.parametrize(
    "route",
    [
        pytest.param(replace(ROUTE, next_hop=value("10.8.0.1")), id="not on the link"),
        pytest.param(replace(ROUTE, next_hop=value("10.255.0.0")), id="its own address"),
        pytest.param(replace(ROUTE, interface="GigabitEthernet0/0/9"), id="no such interface"),
    ],
)
def test_what_the_reader_would_not_take_is_not_written(route: StaticRoute) -> None:
    assert route.prefix.family is Family.V4
    with pytest.raises(ValueError, match=r"static route 10\.9\.0\.0/16"):
        VENDOR.render(pair(route).devices["near"])
