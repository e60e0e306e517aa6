"""Static and connected routes of one device, and what lies behind its interfaces."""

from __future__ import annotations

from dataclasses import replace

from intents.prefix import parse_prefix
from routing.model import (
    Device,
    Network,
    StaticRoute,
)
from routing.refs import static_ref
from tests.small_networks import (
    interface,
    link,
    network,
    tcp,
    value,
)
from tests.small_walks import end
from verification.reference.walk import walk
from verification.verdicts.flow import Disposition


def static_device(*statics: StaticRoute) -> Network:
    edge = Device(
        name="edge",
        platform="cisco_ios",
        interfaces=(
            interface("in.1", "10.1.0.1/24", vrf="A", vlan=1),
            interface("out.2", "10.7.0.1/24", vrf="A", vlan=2),
            interface("Loopback0", "10.8.0.1/24", vrf="A"),
        ),
        statics=statics,
    )
    return network((edge,), outside=("edge out.2",))


def static(prefix: str, next_hop: str = "", *, distance: int = 1) -> StaticRoute:
    return StaticRoute(
        vrf="A",
        prefix=parse_prefix(prefix),
        next_hop=value(next_hop) if next_hop else None,
        discard=not next_hop,
        distance=distance,
    )


def test_a_next_hop_at_a_counterpart_takes_the_packet_out_of_the_network() -> None:
    net = static_device(static("198.51.100.0/24", "10.7.0.2"))
    assert end(net, tcp("edge in.1", "10.1.0.9", "198.51.100.9")) is Disposition.EXITS_NETWORK
    assert end(net, tcp("edge in.1", "10.1.0.9", "10.7.0.9")) is Disposition.DELIVERED_TO_SUBNET


def test_a_static_route_without_a_connected_next_hop_is_not_used() -> None:
    net = static_device(static("198.51.100.0/24", "10.99.0.2"))
    assert end(net, tcp("edge in.1", "10.1.0.9", "198.51.100.9")) is Disposition.NO_ROUTE


def test_a_discarding_static_route_names_itself() -> None:
    (trace,) = walk(static_device(static("10.66.0.0/16")), tcp("edge in.1", "10.1.0.9", "10.66.0.9"))
    assert trace.disposition is Disposition.NULL_ROUTED
    assert trace.deciding == ("edge", static_ref("A", "10.66.0.0/16", "discard"))


def test_the_longest_prefix_wins_and_then_the_lowest_distance() -> None:
    net = static_device(
        static("198.51.100.0/24", "10.7.0.2"), static("198.51.0.0/16"), static("198.51.100.0/24", distance=5)
    )
    assert end(net, tcp("edge in.1", "10.1.0.9", "198.51.100.9")) is Disposition.EXITS_NETWORK
    assert end(net, tcp("edge in.1", "10.1.0.9", "198.51.101.9")) is Disposition.NULL_ROUTED


def test_behind_a_loopback_there_is_nobody() -> None:
    net = static_device()
    assert end(net, tcp("edge in.1", "10.1.0.9", "10.8.0.1")) is Disposition.ACCEPTED
    assert end(net, tcp("edge in.1", "10.1.0.9", "10.8.0.9")) is Disposition.NEIGHBOR_UNREACHABLE


def test_static_routes_that_point_at_each_other_are_a_loop() -> None:
    left = Device(
        name="left",
        platform="junos",
        interfaces=(interface("lan.1", "10.1.0.1/24", vlan=1), interface("x.5", "10.255.0.0/31", vlan=5)),
        statics=(StaticRoute(vrf=None, prefix=parse_prefix("10.9.0.0/16"), next_hop=value("10.255.0.1")),),
    )
    right = Device(
        name="right",
        platform="junos",
        interfaces=(interface("y.5", "10.255.0.1/31", vlan=5),),
        statics=(StaticRoute(vrf=None, prefix=parse_prefix("10.9.0.0/16"), next_hop=value("10.255.0.0")),),
    )
    net = network((left, right), (link("cable", "left x", "right y"),))
    (trace,) = walk(net, tcp("left lan.1", "10.1.0.9", "10.9.0.9"))
    assert trace.disposition is Disposition.LOOP
    assert [hop.in_interface for hop in trace.hops] == ["lan.1", "y.5", "x.5", "y.5"]


def test_an_own_address_is_local_whatever_the_routes_say() -> None:
    net = static_device(static("10.7.0.1/32"))
    assert end(net, tcp("edge in.1", "10.1.0.9", "10.7.0.1")) is Disposition.ACCEPTED
    assert end(net, tcp("edge in.1", "10.1.0.9", "10.7.0.9")) is Disposition.DELIVERED_TO_SUBNET


def test_what_leaves_to_a_next_hop_or_beyond_the_wire_exits_and_is_not_delivered_there() -> None:
    by_interface = StaticRoute(vrf="A", prefix=parse_prefix("198.51.100.0/24"), interface="out.2")
    net = static_device(by_interface, static("10.7.0.8/32", "10.7.0.2"))
    assert end(net, tcp("edge in.1", "10.1.0.9", "198.51.100.9")) is Disposition.EXITS_NETWORK
    assert end(net, tcp("edge in.1", "10.1.0.9", "10.7.0.8")) is Disposition.EXITS_NETWORK
    (trace,) = walk(net, tcp("edge in.1", "10.1.0.9", "198.51.100.9"))
    assert trace.hops[0].route is not None
    assert trace.hops[0].route.line == ("edge", static_ref("A", "198.51.100.0/24", "out.2"))


def test_a_static_route_needs_its_vrf_its_interface_and_a_usable_distance() -> None:
    flow = tcp("edge in.1", "10.1.0.9", "198.51.100.9")
    good = static("198.51.100.0/24", "10.7.0.2")
    assert end(static_device(good), flow) is Disposition.EXITS_NETWORK
    assert end(static_device(replace(good, vrf="B")), flow) is Disposition.NO_ROUTE
    assert end(static_device(replace(good, distance=255)), flow) is Disposition.NO_ROUTE
    absent = StaticRoute(vrf="A", prefix=good.prefix, interface="out.3")
    assert end(static_device(absent), flow) is Disposition.NO_ROUTE
