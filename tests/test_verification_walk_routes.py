"""Which routes a packet finds: several ways, failures, leaks, aggregates, policies, and no end of change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family, parse_prefix
from routing.model import (
    Aggregate,
    BgpInstance,
    Network,
    Redistribution,
    RouteSource,
    StaticRoute,
)
from routing.refs import bgp_ref
from tests.small_networks import (
    CONNECTED_V4,
    LEFT_TO_RIGHT,
    diamond,
    exactly,
    interface,
    value,
)
from tests.small_walks import only, ways
from verification.reference.walk import walk
from verification.verdicts.failure import device_failure, duct_failure, failures, link_failure
from verification.verdicts.flow import Disposition


@pytest.mark.parametrize("maximum_paths", [1, 2])
def test_equal_paths_are_all_walked_for_a_device_may_prefer_any(maximum_paths: int) -> None:
    net = diamond(maximum_paths=maximum_paths)
    assert ways(net, LEFT_TO_RIGHT) == [("left", "agg-1", "right"), ("left", "agg-2", "right")]


@pytest.mark.parametrize("failing", ["left-1", "right-1"])
def test_a_failed_link_moves_the_packet_to_the_other_aggregation(failing: str) -> None:
    net = diamond(maximum_paths=2)
    assert ways(net, LEFT_TO_RIGHT, link_failure(net, failing)) == [("left", "agg-2", "right")]


def test_a_failed_device_moves_the_packet_and_a_failed_duct_stops_it() -> None:
    net = diamond(maximum_paths=2)
    assert ways(net, LEFT_TO_RIGHT, device_failure(net, "agg-1")) == [("left", "agg-2", "right")]
    assert only(net, LEFT_TO_RIGHT, duct_failure(net, "river")).disposition is Disposition.NO_ROUTE
    assert only(net, LEFT_TO_RIGHT, device_failure(net, "left")).disposition is Disposition.NEIGHBOR_UNREACHABLE


def test_every_single_failure_is_listed_once_and_a_lone_duct_is_its_link() -> None:
    net = diamond()
    net = replace(net, links=tuple(replace(item, ducts=(*item.ducts, f"only-{item.name}")) for item in net.links))
    assert [str(failure.name) for failure in failures(net, ("agg-2", "agg-1"))] == [
        "device/agg-1",
        "device/agg-2",
        "duct/river",
        "link/left-1",
        "link/left-2",
        "link/right-1",
        "link/right-2",
    ]
    with pytest.raises(ValueError, match="not in the network: agg-9"):
        failures(net, ("agg-9",))


def test_a_failure_says_which_links_and_ports_are_dead() -> None:
    net = diamond()
    river = duct_failure(net, "river")
    assert river.links == {"left-1", "left-2"}
    assert river.interfaces == {("left", "u1"), ("agg-1", "l"), ("left", "u2"), ("agg-2", "l")}
    assert link_failure(net, "right-1").interfaces == {("agg-1", "r"), ("right", "u1")}
    gone = device_failure(net, "agg-1")
    assert gone.devices == {"agg-1"}
    assert gone.links == {"left-1", "right-1"}
    assert gone.interfaces == {("left", "u1"), ("right", "u1")}


def aggregating(*, summary_only: bool, right_lan: str = "10.2.0.1/24") -> Network:
    net = diamond()
    aggregates = (Aggregate(prefix=parse_prefix("10.2.0.0/16"), summary_only=summary_only),)
    agg = net.devices["agg-1"]
    right = net.devices["right"]
    changed = (
        replace(agg, bgp=tuple(replace(item, aggregates=aggregates) for item in agg.bgp)),
        replace(right, interfaces=(interface("lan.1", right_lan, vrf="B", vlan=1), *right.interfaces[1:])),
    )
    kept = {name: device for name, device in net.devices.items() if name != "agg-2"}
    return replace(net, devices={**kept, **{device.name: device for device in changed}})


@pytest.mark.parametrize(("summary_only", "length"), [(True, 16), (False, 24)])
def test_a_summary_only_aggregate_hides_what_it_stands_for(*, summary_only: bool, length: int) -> None:
    trace = only(aggregating(summary_only=summary_only), LEFT_TO_RIGHT)
    assert trace.delivered
    assert trace.hops[0].route is not None
    assert trace.hops[0].route.prefix.length == length


def test_the_free_space_of_an_aggregate_ends_where_the_aggregate_is_made() -> None:
    trace = only(aggregating(summary_only=True), replace(LEFT_TO_RIGHT, destination=value("10.2.99.9")))
    assert (trace.disposition, trace.hops[-1].device) == (Disposition.NULL_ROUTED, "agg-1")
    assert trace.deciding == ("agg-1", bgp_ref("GOV"))


def test_an_aggregate_lives_only_while_something_more_specific_does() -> None:
    net = aggregating(summary_only=True, right_lan="10.3.0.1/24")
    assert only(net, replace(LEFT_TO_RIGHT, destination=value("10.2.99.9"))).disposition is Disposition.NO_ROUTE


def test_an_aggregate_is_kept_alive_by_something_longer_only() -> None:
    """agg-1 hears exactly the aggregate's prefix: that is no reason to make the aggregate, so packets follow it on."""
    net = aggregating(summary_only=True, right_lan="10.2.0.1/16")
    assert only(net, replace(LEFT_TO_RIGHT, destination=value("10.2.99.9"))).delivered


def test_an_aggregate_hides_nothing_outside_it() -> None:
    net = aggregating(summary_only=True, right_lan="10.3.0.1/24")
    assert only(net, replace(LEFT_TO_RIGHT, destination=value("10.3.0.9"))).delivered


def test_only_the_named_source_of_the_named_family_is_redistributed() -> None:
    net = diamond()
    right = net.devices["right"]
    for kind in (RouteSource.CONNECTED, RouteSource.STATIC):
        for family in Family:
            item = Redistribution(family=family, source=kind)
            changed = replace(right, bgp=(replace(right.bgp[0], redistributions=(item,)),))
            traces = walk(replace(net, devices={**net.devices, "right": changed}), LEFT_TO_RIGHT)
            assert any(trace.delivered for trace in traces) is (item == CONNECTED_V4)


def test_a_redistribution_policy_says_which_routes_enter() -> None:
    net = diamond()
    right = net.devices["right"]
    for prefix, enters in (("10.2.0.0/24", True), ("10.2.0.0/25", False)):
        item = replace(CONNECTED_V4, policy="ONLY")
        changed = replace(
            right, policies=(exactly("ONLY", prefix),), bgp=(replace(right.bgp[0], redistributions=(item,)),)
        )
        traces = walk(replace(net, devices={**net.devices, "right": changed}), LEFT_TO_RIGHT)
        assert any(trace.delivered for trace in traces) is enters


def test_export_and_import_policies_must_all_accept() -> None:
    net = diamond()
    left = net.devices["left"]
    wide, narrow = exactly("WIDE", "10.2.0.0/24", "10.9.0.0/24"), exactly("NARROW", "10.9.0.0/24")
    for names, heard in (
        (("WIDE",), True),
        (("WIDE", "NARROW"), False),
        (("NARROW", "WIDE"), False),
        (("X",), False),
        ((), True),
    ):
        statements = tuple(replace(item, imports=names) for item in left.bgp[0].neighbors)
        changed = replace(left, policies=(narrow, wide), bgp=(replace(left.bgp[0], neighbors=statements),))
        traces = walk(replace(net, devices={**net.devices, "left": changed}), LEFT_TO_RIGHT)
        assert any(trace.delivered for trace in traces) is heard


def test_a_network_statement_announces_a_route_that_exists_and_nothing_else() -> None:
    net = diamond()
    right = net.devices["right"]
    statement = BgpInstance(
        vrf="B",
        asn=65002,
        router_id=2,
        loop_asns=(65002,),
        neighbors=right.bgp[0].neighbors,
        networks=(parse_prefix("10.66.0.0/24"), parse_prefix("10.67.0.0/24")),
    )
    discard = StaticRoute(vrf="B", prefix=parse_prefix("10.66.0.0/24"), discard=True)
    net = replace(net, devices={**net.devices, "right": replace(right, bgp=(statement,), statics=(discard,))})
    present = walk(net, replace(LEFT_TO_RIGHT, destination=value("10.66.0.9")))
    assert {(trace.disposition, trace.hops[-1].device) for trace in present} == {(Disposition.NULL_ROUTED, "right")}
    assert only(net, replace(LEFT_TO_RIGHT, destination=value("10.67.0.9"))).disposition is Disposition.NO_ROUTE
    assert only(net, LEFT_TO_RIGHT).disposition is Disposition.NO_ROUTE


def test_a_floating_static_route_waits_until_bgp_is_gone() -> None:
    net = diamond()
    floating = StaticRoute(vrf="A", prefix=parse_prefix("10.2.0.0/24"), discard=True, distance=250)
    net = replace(net, devices={**net.devices, "left": replace(net.devices["left"], statics=(floating,))})
    quiet = tuple(replace(item, redistributions=()) for item in net.devices["left"].bgp)
    net = replace(net, devices={**net.devices, "left": replace(net.devices["left"], bgp=quiet)})
    assert ways(net, LEFT_TO_RIGHT) == [("left", "agg-1", "right"), ("left", "agg-2", "right")]
    assert only(net, LEFT_TO_RIGHT, duct_failure(net, "river")).disposition is Disposition.NULL_ROUTED
