"""Where packets end in small networks: one thing is changed and the packet ends elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family, parse_prefix
from routing.model import (
    Acl,
    AclBinding,
    AclEntry,
    Action,
    ControlFilter,
    Device,
    Direction,
    NonInitial,
)
from routing.refs import acl_entry_ref, acl_ref
from tests.small_networks import (
    AGGREGATION_AS,
    acl,
    bgp,
    chain,
    changed,
    find,
    interface,
    matching,
    neighbor,
    network,
    permit_to,
    tcp,
    value,
    with_interface,
)
from tests.small_walks import end
from verification.reference.routes import routes_to
from verification.reference.walk import delivers, walk
from verification.verdicts.failure import NO_FAILURE, link_failure
from verification.verdicts.flow import Disposition, Trace

FROM_A = tcp("cpe-1 lan.100", "10.1.0.9", "10.2.0.9")


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


def test_on_a_linked_interface_an_address_that_nobody_has_is_unreachable() -> None:
    wide = with_interface(chain(), "cpe-1", interface("up.10", "10.255.0.1/29", vrf="A", vlan=10))
    assert end(wide, replace(FROM_A, destination=value("10.255.0.6"))) is Disposition.NEIGHBOR_UNREACHABLE


def test_routes_passed_in_give_the_same_traces_and_must_fit_the_question() -> None:
    net = chain()
    routes = routes_to(net, NO_FAILURE, FROM_A.family, FROM_A.destination)
    assert walk(net, FROM_A, routes=routes) == walk(net, FROM_A)
    with pytest.raises(ValueError, match="another network"):
        walk(net, replace(FROM_A, destination=1), routes=routes)
    with pytest.raises(ValueError, match="another network"):
        walk(net, FROM_A, link_failure(net, "channel-1"), routes)
    with pytest.raises(ValueError, match="another network"):
        walk(chain(), FROM_A, routes=routes)


def test_a_starting_point_must_exist() -> None:
    with pytest.raises(ValueError, match=r"no such starting point: cpe-9 lan\.100"):
        walk(chain(), replace(FROM_A, start_device="cpe-9"))
    with pytest.raises(ValueError, match=r"no such starting point: cpe-1 lan\.9"):
        walk(chain(), replace(FROM_A, start_interface="lan.9"))


def test_an_entry_without_any_source_matches_nothing() -> None:
    nothing = AclEntry(action=Action.PERMIT, sources=())
    something = AclEntry(action=Action.PERMIT, sources=matching("10.1.0.0/24"))
    for entry, expected in ((nothing, False), (something, True)):
        net = with_interface(chain(), "cpe-1", interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100, acl_in="F"))
        net = changed(net, replace(net.devices["cpe-1"], acls=(acl("F", entry),)))
        assert delivers(walk(net, FROM_A)) is expected


def test_a_failed_link_takes_its_own_prefix_away() -> None:
    net = chain()
    to_link = replace(FROM_A, destination=value("10.255.0.1"))
    assert end(net, to_link) is Disposition.ACCEPTED
    (trace,) = walk(net, to_link, link_failure(net, "channel-1"))
    assert trace.disposition is Disposition.NO_ROUTE


def test_a_second_address_of_an_interface_counts_like_the_first() -> None:
    net = with_interface(chain(), "cpe-2", interface("lan.100", "10.2.0.1/24", "10.5.0.1/24", vrf="B", vlan=100))
    for destination in ("10.2.0.9", "10.5.0.9"):
        assert end(net, replace(FROM_A, destination=value(destination))) is Disposition.DELIVERED_TO_SUBNET


def test_one_way_that_delivers_makes_a_packet_delivered() -> None:
    arrived = Trace(hops=(), disposition=Disposition.ACCEPTED)
    lost = Trace(hops=(), disposition=Disposition.NO_ROUTE)
    assert delivers((lost, arrived))
    assert not delivers((lost, lost))


def test_only_the_acl_of_the_direction_and_family_is_asked() -> None:
    nothing = AclEntry(action=Action.DENY)
    lan = interface("lan.100", "10.1.0.1/24", "2001:db8:1::1/64", vrf="A", vlan=100)
    flow_6 = tcp("cpe-1 lan.100", "2001:db8:1::9", "2001:db8:2::9")
    for family, refused, passed in ((Family.V4, FROM_A, flow_6), (Family.V6, flow_6, FROM_A)):
        for direction in Direction:
            bound = replace(lan, bindings=(AclBinding(direction=direction, family=family, acl="F"),))
            net = with_interface(chain(), "cpe-1", bound)
            net = changed(net, replace(net.devices["cpe-1"], acls=(acl("F", nothing, family=family),)))
            into = direction is Direction.IN
            assert end(net, refused) is (Disposition.DENIED_IN if into else Disposition.DELIVERED_TO_SUBNET)
            assert end(net, passed) is Disposition.DELIVERED_TO_SUBNET


def test_a_control_filter_of_the_global_table_is_for_the_global_table() -> None:
    closed = acl("CLOSED", AclEntry(action=Action.DENY))
    device = Device(
        name="d",
        platform="junos",
        interfaces=(interface("a", "10.1.0.1/24"), interface("b", "10.2.0.1/24", vrf="B")),
        acls=(closed,),
        control_filters=(ControlFilter(family=Family.V4, acl="CLOSED", vrf=""),),
    )
    assert end(network((device,)), tcp("d a", "10.1.0.9", "10.1.0.1")) is Disposition.DENIED_IN
    assert end(network((device,)), tcp("d b", "10.2.0.9", "10.2.0.1")) is Disposition.ACCEPTED
