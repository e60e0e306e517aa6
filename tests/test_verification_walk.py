"""Where packets end in small networks: one thing is changed and the packet ends elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family, parse_prefix
from routing.model import (
    Acl,
    AclEntry,
    Action,
    ControlFilter,
    Device,
    Interface,
    LocalAs,
    Network,
    NonInitial,
    StaticRoute,
)
from routing.refs import acl_entry_ref, acl_ref, static_ref
from tests.small_networks import acl, bgp, interface, link, matching, neighbor, network, permit_to, tcp, value
from verification.failure import NO_FAILURE, link_failure
from verification.flow import Disposition, Flow
from verification.walk import delivers, walk
from verification.walk_routes import routes_to

AGGREGATION_AS = 65010
FROM_A = tcp("cpe-1 lan.100", "10.1.0.9", "10.2.0.9")


def chain() -> Network:
    """cpe-1 (VRF A, LAN 10.1.0.0/24) - agg (VRF GOV) - cpe-2 (VRF B, LAN 10.2.0.0/24), one address family each way."""
    cpe_1 = Device(
        name="cpe-1",
        platform="cisco_ios",
        interfaces=(
            interface("lan", vlan=None),
            interface("lan.100", "10.1.0.1/24", "2001:db8:1::1/64", vrf="A", vlan=100),
            interface("up.10", "10.255.0.1/31", "2001:db8:ff::1/127", vrf="A", vlan=10),
        ),
        bgp=(bgp("A", 65001, neighbor("10.255.0.0", AGGREGATION_AS), neighbor("2001:db8:ff::", AGGREGATION_AS)),),
    )
    agg = Device(
        name="agg",
        platform="cisco_ios",
        interfaces=(
            interface("p1.10", "10.255.0.0/31", "2001:db8:ff::/127", vrf="GOV", vlan=10),
            interface("p2.20", "10.255.0.2/31", "2001:db8:ff::2/127", vrf="GOV", vlan=20),
        ),
        bgp=(
            bgp(
                "GOV",
                AGGREGATION_AS,
                neighbor("10.255.0.1", 65001),
                neighbor("10.255.0.3", 65002),
                neighbor("2001:db8:ff::1", 65001),
                neighbor("2001:db8:ff::3", 65002),
            ),
        ),
    )
    cpe_2 = Device(
        name="cpe-2",
        platform="cisco_ios",
        interfaces=(
            interface("lan.100", "10.2.0.1/24", "2001:db8:2::1/64", vrf="B", vlan=100),
            interface("up.20", "10.255.0.3/31", "2001:db8:ff::3/127", vrf="B", vlan=20),
        ),
        bgp=(bgp("B", 65002, neighbor("10.255.0.2", AGGREGATION_AS), neighbor("2001:db8:ff::2", AGGREGATION_AS)),),
    )
    links = (link("channel-1", "agg p1", "cpe-1 up"), link("channel-2", "agg p2", "cpe-2 up"))
    return network((cpe_1, agg, cpe_2), links)


def hairpin(local_as: tuple[LocalAs | None, LocalAs | None], presented: tuple[int, int]) -> Network:
    """VRFs A and B of one device, AS 65001, that meet at an aggregation only."""
    cpe = Device(
        name="cpe",
        platform="cisco_ios",
        interfaces=(
            interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100),
            interface("lan.200", "10.2.0.1/24", vrf="B", vlan=200),
            interface("up.10", "10.255.0.1/31", vrf="A", vlan=10),
            interface("up.20", "10.255.0.3/31", vrf="B", vlan=20),
        ),
        bgp=(
            bgp("A", 65001, neighbor("10.255.0.0", AGGREGATION_AS, local_as=local_as[0])),
            bgp("B", 65001, neighbor("10.255.0.2", AGGREGATION_AS, local_as=local_as[1])),
        ),
    )
    agg = Device(
        name="agg",
        platform="cisco_ios",
        interfaces=(
            interface("p1.10", "10.255.0.0/31", vrf="GOV", vlan=10),
            interface("p1.20", "10.255.0.2/31", vrf="GOV", vlan=20),
        ),
        bgp=(bgp("GOV", AGGREGATION_AS, neighbor("10.255.0.1", presented[0]), neighbor("10.255.0.3", presented[1])),),
    )
    return network((cpe, agg), (link("channel", "agg p1", "cpe up"),))


def changed(net: Network, device: Device) -> Network:
    return replace(net, devices={**net.devices, device.name: device})


def with_interface(net: Network, device: str, changed_interface: Interface) -> Network:
    """The network with one interface replaced by the one of the same name."""
    old = net.devices[device]
    interfaces = tuple(changed_interface if item.name == changed_interface.name else item for item in old.interfaces)
    return changed(net, replace(old, interfaces=interfaces))


def find(net: Network, device: str, name: str) -> Interface:
    return next(item for item in net.devices[device].interfaces if item.name == name)


def end(net: Network, flow: Flow) -> Disposition:
    """The only end of a packet that has a single way."""
    (trace,) = walk(net, flow)
    return trace.disposition


def test_a_packet_crosses_the_chain_and_the_trace_names_every_device_and_the_route() -> None:
    (trace,) = walk(chain(), FROM_A)
    assert trace.disposition is Disposition.DELIVERED_TO_SUBNET
    assert [(hop.device, hop.vrf, hop.in_interface, hop.out_interface) for hop in trace.hops] == [
        ("cpe-1", "A", "lan.100", "up.10"),
        ("agg", "GOV", "p1.10", "p2.20"),
        ("cpe-2", "B", "up.20", "lan.100"),
    ]
    route = trace.hops[0].route
    assert route is not None
    assert route.as_path == (AGGREGATION_AS, 65002)
    assert route.prefix == parse_prefix("10.2.0.0/24")


def test_ipv6_has_routes_of_its_own() -> None:
    flow = tcp("cpe-1 lan.100", "2001:db8:1::9", "2001:db8:2::9")
    assert end(chain(), flow) is Disposition.DELIVERED_TO_SUBNET
    assert end(chain(), replace(flow, destination=value("2001:db8:3::9"))) is Disposition.NO_ROUTE


def test_a_link_scope_packet_ends_at_the_first_device() -> None:
    flow = replace(tcp("cpe-1 lan.100", "fe80::9", "ff02::1"), protocol=58, icmp_type=135)
    (trace,) = walk(chain(), flow)
    assert trace.disposition is Disposition.ACCEPTED
    assert len(trace.hops) == 1


def test_an_address_that_nobody_has_is_not_routed() -> None:
    assert end(chain(), replace(FROM_A, destination=value("10.3.0.1"))) is Disposition.NO_ROUTE


def test_an_own_address_accepts_the_packet_also_on_a_far_device() -> None:
    assert end(chain(), replace(FROM_A, destination=value("10.1.0.1"))) is Disposition.ACCEPTED
    assert end(chain(), replace(FROM_A, destination=value("10.2.0.1"))) is Disposition.ACCEPTED


def test_a_wrong_tag_stops_the_session() -> None:
    net = chain()
    wrong = replace(find(net, "cpe-1", "up.10"), vlan=11)
    assert end(with_interface(net, "cpe-1", wrong), FROM_A) is Disposition.NO_ROUTE


def test_no_tag_is_a_tag_of_its_own_and_needs_none_at_the_other_end() -> None:
    net = chain()
    untagged = with_interface(net, "cpe-1", replace(find(net, "cpe-1", "up.10"), vlan=None))
    assert end(untagged, FROM_A) is Disposition.NO_ROUTE
    both = with_interface(untagged, "agg", replace(find(net, "agg", "p1.10"), vlan=None))
    assert end(both, FROM_A) is Disposition.DELIVERED_TO_SUBNET


def test_an_interface_in_the_wrong_vrf_loses_its_session() -> None:
    net = chain()
    wrong = replace(find(net, "agg", "p2.20"), vrf="COURT")
    assert end(with_interface(net, "agg", wrong), FROM_A) is Disposition.NO_ROUTE


def test_equal_addresses_without_a_cable_join_nothing() -> None:
    assert end(replace(chain(), links=()), FROM_A) is Disposition.NO_ROUTE


def test_a_session_needs_both_statements_to_name_the_as_that_the_other_presents() -> None:
    net = chain()
    cpe = net.devices["cpe-1"]
    wrong = replace(cpe, bgp=(bgp("A", 65001, neighbor("10.255.0.0", 65099)),))
    assert end(changed(net, wrong), FROM_A) is Disposition.NO_ROUTE


def test_a_session_that_is_shut_down_at_one_end_is_down() -> None:
    net = chain()
    shut = replace(net.devices["cpe-2"], bgp=(bgp("B", 65002, neighbor("10.255.0.2", AGGREGATION_AS, enabled=False)),))
    assert end(changed(net, shut), FROM_A) is Disposition.NO_ROUTE


def test_a_sub_interface_works_only_if_its_parent_does() -> None:
    net = with_interface(chain(), "cpe-1", interface("lan", enabled=False))
    (trace,) = walk(net, FROM_A)
    assert trace.disposition is Disposition.NEIGHBOR_UNREACHABLE
    assert trace.hops == ()


def test_one_as_for_each_vrf_lets_two_vrfs_of_a_device_meet_at_the_aggregation() -> None:
    own = (LocalAs(asn=65101), LocalAs(asn=65102))
    (trace,) = walk(hairpin(own, (65101, 65102)), tcp("cpe lan.100", "10.1.0.9", "10.2.0.9"))
    assert trace.disposition is Disposition.DELIVERED_TO_SUBNET
    assert [hop.device for hop in trace.hops] == ["cpe", "agg", "cpe"]


def test_without_a_local_as_the_path_comes_back_to_its_own_device_and_is_dropped() -> None:
    net = hairpin((None, None), (65001, 65001))
    assert end(net, tcp("cpe lan.100", "10.1.0.9", "10.2.0.9")) is Disposition.NO_ROUTE


def test_a_local_as_that_does_not_replace_leaves_the_device_as_in_the_path_which_is_a_loop() -> None:
    own = (LocalAs(asn=65101, replace=False), LocalAs(asn=65102, replace=False))
    assert end(hairpin(own, (65101, 65102)), tcp("cpe lan.100", "10.1.0.9", "10.2.0.9")) is Disposition.NO_ROUTE


def test_a_local_as_in_front_of_received_paths_shows_in_the_path() -> None:
    own = (LocalAs(asn=65101, prepend_in=True), LocalAs(asn=65102))
    (trace,) = walk(hairpin(own, (65101, 65102)), tcp("cpe lan.100", "10.1.0.9", "10.2.0.9"))
    route = trace.hops[0].route
    assert route is not None
    assert route.as_path == (65101, AGGREGATION_AS, 65102)


def test_the_acl_at_the_entrance_decides_by_its_first_match() -> None:
    entries = (
        AclEntry(action=Action.DENY, protocols=(6,), destination_ports=((25, 25),)),
        permit_to("10.2.0.0/24"),
    )
    net = with_interface(chain(), "cpe-1", interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100, acl_in="F"))
    net = changed(net, replace(net.devices["cpe-1"], acls=(acl("F", *entries),)))
    (open_trace,) = walk(net, FROM_A)
    assert open_trace.hops[0].lines == (("cpe-1", acl_entry_ref("F", 1)),)
    (mail,) = walk(net, replace(FROM_A, destination_port=25))
    assert (mail.disposition, mail.deciding) == (Disposition.DENIED_IN, ("cpe-1", acl_entry_ref("F", 0)))
    (other,) = walk(net, replace(FROM_A, destination=value("10.3.0.9")))
    assert (other.disposition, other.deciding) == (Disposition.DENIED_IN, ("cpe-1", acl_ref("F")))


def test_the_acl_at_the_exit_denies_what_was_routed() -> None:
    net = with_interface(chain(), "cpe-2", interface("lan.100", "10.2.0.1/24", vrf="B", vlan=100, acl_out="F"))
    net = changed(net, replace(net.devices["cpe-2"], acls=(acl("F", permit_to("10.2.0.8/32")),)))
    (trace,) = walk(net, FROM_A)
    assert trace.disposition is Disposition.DENIED_OUT
    assert trace.hops[-1].device == "cpe-2"
    assert end(net, replace(FROM_A, destination=value("10.2.0.8"))) is Disposition.DELIVERED_TO_SUBNET


@pytest.mark.parametrize("acls", [(), (acl("F"),)], ids=["undefined", "empty"])
def test_a_bound_acl_that_is_undefined_or_empty_permits(acls: tuple[Acl, ...]) -> None:
    net = with_interface(chain(), "cpe-1", interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100, acl_in="F"))
    net = changed(net, replace(net.devices["cpe-1"], acls=acls))
    assert end(net, FROM_A) is Disposition.DELIVERED_TO_SUBNET


@pytest.mark.parametrize(
    ("non_initial", "expected"),
    [
        (NonInitial.MATCH, Disposition.DELIVERED_TO_SUBNET),
        (NonInitial.SKIP, Disposition.DENIED_IN),
        (NonInitial.ONLY, Disposition.DELIVERED_TO_SUBNET),
    ],
)
def test_a_fragment_is_judged_by_addresses_and_protocol_alone(non_initial: NonInitial, expected: Disposition) -> None:
    entry = AclEntry(action=Action.PERMIT, protocols=(6,), destination_ports=((443, 443),), non_initial=non_initial)
    net = with_interface(chain(), "cpe-1", interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100, acl_in="F"))
    net = changed(net, replace(net.devices["cpe-1"], acls=(acl("F", entry),)))
    assert end(net, replace(FROM_A, fragment=True, destination_port=0)) is expected
    whole = Disposition.DENIED_IN if non_initial is NonInitial.ONLY else Disposition.DELIVERED_TO_SUBNET
    assert end(net, FROM_A) is whole


def test_a_control_filter_guards_own_addresses_and_the_one_of_the_vrf_comes_first() -> None:
    net = chain()
    closed, opened = acl("CLOSED", AclEntry(action=Action.DENY)), acl("OPEN", AclEntry(action=Action.PERMIT))
    every = ControlFilter(family=Family.V4, acl="CLOSED")
    of_vrf = ControlFilter(family=Family.V4, acl="OPEN", vrf="A")
    to_gateway = replace(FROM_A, destination=value("10.1.0.1"))
    guarded = changed(net, replace(net.devices["cpe-1"], acls=(closed, opened), control_filters=(every,)))
    (trace,) = walk(guarded, to_gateway)
    assert (trace.disposition, trace.deciding) == (Disposition.DENIED_IN, ("cpe-1", acl_entry_ref("CLOSED", 0)))
    assert end(guarded, FROM_A) is Disposition.DELIVERED_TO_SUBNET
    excepted = changed(net, replace(net.devices["cpe-1"], acls=(closed, opened), control_filters=(every, of_vrf)))
    assert end(excepted, to_gateway) is Disposition.ACCEPTED


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


def test_on_a_linked_interface_an_address_that_nobody_has_is_unreachable() -> None:
    wide = with_interface(chain(), "cpe-1", interface("up.10", "10.255.0.1/29", vrf="A", vlan=10))
    assert end(wide, replace(FROM_A, destination=value("10.255.0.6"))) is Disposition.NEIGHBOR_UNREACHABLE


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


def test_routes_passed_in_give_the_same_traces_and_must_fit_the_question() -> None:
    net = chain()
    routes = routes_to(net, NO_FAILURE, FROM_A.family, FROM_A.destination)
    assert walk(net, FROM_A, routes=routes) == walk(net, FROM_A)
    with pytest.raises(ValueError, match="another network"):
        walk(net, replace(FROM_A, destination=1), routes=routes)
    with pytest.raises(ValueError, match="another network"):
        walk(net, FROM_A, link_failure(net, "channel-1"), routes)


def test_a_starting_point_must_exist() -> None:
    with pytest.raises(ValueError, match=r"no such starting point: cpe-9 lan\.100"):
        walk(chain(), replace(FROM_A, start_device="cpe-9"))


def test_an_entry_without_any_source_matches_nothing() -> None:
    nothing = AclEntry(action=Action.PERMIT, sources=())
    something = AclEntry(action=Action.PERMIT, sources=matching("10.1.0.0/24"))
    for entry, expected in ((nothing, False), (something, True)):
        net = with_interface(chain(), "cpe-1", interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100, acl_in="F"))
        net = changed(net, replace(net.devices["cpe-1"], acls=(acl("F", entry),)))
        assert delivers(walk(net, FROM_A)) is expected
