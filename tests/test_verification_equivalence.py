"""Whether two texts behave alike: hand-made pairs that are known to, or known not to, and the enumeration against `walk`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family, parse_prefix
from intents.reason import because, describe_reason
from routing.model import (
    ESTABLISHED,
    AclEntry,
    Action,
    Device,
    FlagMatch,
    IcmpMatch,
    Login,
    LoginService,
    Network,
    NonInitial,
    StaticRoute,
)
from tests.small_networks import acl, chain, diamond, exactly, find, interface, matching, value, with_interface
from verification.mutation.equivalence import Difference, Same, Unmutated
from verification.mutation.equivalent_acls import differing_packet
from verification.mutation.equivalent_routes import Ends, route, stretches
from verification.reference.acl import entry_matches
from verification.reference.table import named_prefixes
from verification.reference.walk import walk
from verification.verdicts.failure import NO_FAILURE, Failure, failures
from verification.verdicts.flow import Flow

WEB = AclEntry(
    action=Action.PERMIT,
    protocols=(6,),
    sources=matching("10.1.0.0/26"),
    destinations=matching("10.2.0.0/26"),
    destination_ports=((443, 443),),
)
ECHO = AclEntry(action=Action.PERMIT, protocols=(1,), icmp=(IcmpMatch(type=8),), non_initial=NonInitial.SKIP)
DENY = AclEntry(action=Action.DENY)
V4 = Family.V4


def changed(entry: AclEntry, **fields: object) -> AclEntry:
    return replace(entry, **fields)  # type: ignore[arg-type]  # the callers name real fields


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((WEB, ECHO, DENY), (ECHO, WEB, DENY), id="rules that never meet change places"),
        pytest.param((WEB, DENY), (WEB,), id="the implicit deny written out"),
        pytest.param((WEB, DENY), (WEB, WEB, DENY), id="a rule twice"),
        pytest.param((WEB, DENY, ECHO), (WEB, DENY), id="a rule that is never reached"),
        pytest.param((WEB,), (changed(WEB, log=True),), id="only logged"),
        pytest.param(
            (changed(WEB, sources=matching("10.1.0.0/26", "10.1.0.64/26")),),
            (changed(WEB, sources=matching("10.1.0.0/25")),),
            id="two halves and the whole",
        ),
        pytest.param((), None, id="an empty list and none at all let everything pass"),
    ],
)
def test_filters_that_say_the_same_have_no_differing_packet(
    before: tuple[AclEntry, ...], after: tuple[AclEntry, ...] | None
) -> None:
    assert differing_packet(V4, before, after) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((WEB,), (ECHO,), id="another rule"),
        pytest.param((DENY, WEB), (WEB, DENY), id="a deny comes first"),
        pytest.param((WEB,), None, id="no filter"),
        pytest.param((WEB,), (changed(WEB, destination_ports=((443, 444),)),), id="one port more"),
        pytest.param((WEB,), (changed(WEB, sources=matching("10.1.0.0/25")),), id="one bit more"),
        pytest.param((WEB,), (changed(WEB, tcp_flags=ESTABLISHED),), id="established"),
        pytest.param((WEB,), (changed(WEB, tcp_flags=(FlagMatch(value=0, care=128),)),), id="an unusual flag"),
        pytest.param((WEB,), (changed(WEB, non_initial=NonInitial.SKIP),), id="fragments"),
        pytest.param((WEB,), (changed(WEB, protocols=(6, 132)),), id="a rare protocol"),
        pytest.param((ECHO,), (changed(ECHO, icmp=(IcmpMatch(type=8, code=0),)),), id="one code only"),
        pytest.param((ECHO,), (changed(ECHO, icmp=(IcmpMatch(type=8), IcmpMatch(type=13))),), id="one type more"),
    ],
)
def test_filters_that_differ_have_a_differing_packet(
    before: tuple[AclEntry, ...], after: tuple[AclEntry, ...] | None
) -> None:
    assert differing_packet(V4, before, after) is not None


def test_an_ipv6_list_differs_in_its_last_bit() -> None:
    one = AclEntry(action=Action.PERMIT, sources=matching("2001:db8::/128"))
    packet = differing_packet(Family.V6, (one,), (changed(one, sources=matching("2001:db8::/127")),))
    assert packet is not None
    assert (packet.source, packet.passed) == (value("2001:db8::1"), False)
    assert describe_reason(packet.in_words(), "en").startswith("protocol 0 2001:db8::1 -> ::")


PREFIXES = ("0.0.0.0/0", "10.0.0.0/30", "10.0.0.0/31", "10.0.0.1/32", "10.0.0.2/31")
ENTRIES = st.builds(
    AclEntry,
    action=st.sampled_from(Action),
    protocols=st.sampled_from([None, (1,), (6,), (17,), (6, 17)]),
    sources=st.one_of(st.none(), st.sampled_from(PREFIXES).map(matching)),
    destinations=st.one_of(st.none(), st.sampled_from(PREFIXES).map(matching)),
    destination_ports=st.sampled_from([None, ((80, 80),), ((80, 90),)]),
    tcp_flags=st.sampled_from([None, ESTABLISHED]),
    icmp=st.sampled_from([None, (IcmpMatch(type=8),)]),
    non_initial=st.sampled_from(NonInitial),
)
LISTS = st.lists(ENTRIES, min_size=1, max_size=5).map(tuple)
FLOWS = st.builds(
    Flow,
    family=st.just(V4),
    source=st.sampled_from([value(text) for text in ("9.9.9.9", "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3")]),
    destination=st.sampled_from([value(text) for text in ("9.9.9.9", "10.0.0.0", "10.0.0.1", "10.0.0.2")]),
    protocol=st.sampled_from([1, 6, 17, 50]),
    destination_port=st.sampled_from([79, 80, 85, 91]),
    tcp_flags=st.sampled_from([0, 2, 4, 16, 18]),
    icmp_type=st.sampled_from([0, 8]),
    fragment=st.booleans(),
    start_device=st.just("a"),
    start_interface=st.just("b"),
)


def passes(entries: tuple[AclEntry, ...], flow: Flow) -> bool:
    return next((entry.action is Action.PERMIT for entry in entries if entry_matches(entry, flow)), False)


@given(LISTS, LISTS, st.lists(FLOWS, min_size=20, max_size=20))
def test_corner_packets_differ_iff_some_packet_does(
    before: tuple[AclEntry, ...], after: tuple[AclEntry, ...], tried: list[Flow]
) -> None:
    packet = differing_packet(V4, before, after)
    if packet is None:
        assert all(passes(before, flow) == passes(after, flow) for flow in tried)
        return
    head = packet.header
    flow = Flow(
        family=V4,
        source=packet.source,
        destination=packet.destination,
        protocol=head.protocol,
        source_port=head.source_port,
        destination_port=head.destination_port,
        tcp_flags=head.flags,
        icmp_type=head.icmp[0],
        icmp_code=head.icmp[1],
        fragment=head.fragment,
        start_device="a",
        start_interface="b",
    )
    assert passes(before, flow) == packet.passed
    assert passes(after, flow) != packet.passed


# Ends of ways, against `walk`.


@pytest.mark.parametrize("net", [chain(), diamond(), diamond(maximum_paths=2)], ids=["chain", "diamond", "equal paths"])
def test_ends_are_those_of_walk_from_every_interface_to_every_stretch_in_every_state(net: Network) -> None:
    prefixes = named_prefixes(net)
    for failure in (NO_FAILURE, *failures(net, sorted(net.devices))):
        ends = Ends(route(net, failure, prefixes))
        for family, address in stretches(prefixes):
            for device in sorted(net.devices.keys() - failure.devices):
                for item in ends.state.wiring.working[device]:
                    if item.vrf is not None:
                        found = ends.of((device, item.vrf), family, address)
                        ways = walked(net, failure, device, item.name, family, address)
                        assert {(end, where) for end, where, _ in found} == ways


def walked(
    net: Network, failure: Failure, device: str, name: str, family: Family, address: int
) -> set[tuple[str, str]]:
    flow = Flow(family=family, source=1, destination=address, protocol=6, start_device=device, start_interface=name)
    return {(str(trace.disposition), trace.hops[-1].device) for trace in walk(net, flow, failure)}


# Whole devices.


def compare(net: Network, after: Device) -> Difference | Same:
    states = (NO_FAILURE, *failures(net, sorted(net.devices)))
    return Unmutated(net, states).compare(after)


def test_a_device_behaves_like_itself_and_like_itself_with_other_descriptions() -> None:
    net = chain()
    cpe = net.devices["cpe-1"]
    described = tuple(replace(item, description="moved to the first floor") for item in cpe.interfaces)
    assert compare(net, cpe) == Same()
    assert compare(net, replace(cpe, interfaces=described)) == Same()


def test_a_harmless_line_is_noted_and_changes_nothing() -> None:
    net = chain()
    assert compare(net, replace(net.devices["agg"], harmless=(("ntp server 10.0.0.1",),))) == Same(
        notes=(because("note_harmless"),)
    )


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(interface("lan.100", "10.1.0.2/24", "2001:db8:1::1/64", vrf="A", vlan=100), id="address"),
        pytest.param(interface("lan.100", "10.1.0.1/25", "2001:db8:1::1/64", vrf="A", vlan=100), id="mask"),
        pytest.param(interface("lan.100", "10.1.0.1/24", vrf="A", vlan=100), id="one family gone"),
        pytest.param(interface("lan.100", "10.1.0.1/24", "2001:db8:1::1/64", vrf="C", vlan=100), id="VRF"),
        pytest.param(
            interface("lan.100", "10.1.0.1/24", "2001:db8:1::1/64", vrf="A", vlan=100, enabled=False), id="shut"
        ),
    ],
)
def test_an_interface_that_is_wrong_is_a_difference(other: object) -> None:
    net = chain()
    assert isinstance(other, type(find(net, "cpe-1", "lan.100")))
    assert isinstance(compare(net, with_interface(net, "cpe-1", other).devices["cpe-1"]), Difference)


def test_a_spare_session_that_is_gone_shows_under_a_failure_only() -> None:
    net = diamond()
    left = net.devices["left"]
    (instance,) = left.bgp
    lame = replace(left, bgp=(replace(instance, neighbors=instance.neighbors[:1]),))
    assert isinstance(Unmutated(net, (NO_FAILURE,)).compare(lame), Same)
    found = compare(net, lame)
    assert isinstance(found, Difference)
    assert describe_reason(found.what, "en").startswith("device/agg-1: from left")


def test_a_policy_that_lets_the_same_routes_pass_is_the_same_and_one_that_keeps_one_back_is_not() -> None:
    net = chain()
    cpe = net.devices["cpe-1"]

    def filtered(*prefixes: str) -> Device:
        (instance,) = cpe.bgp
        neighbors = tuple(replace(item, exports=("out",)) for item in instance.neighbors)
        bgp = (replace(instance, neighbors=neighbors),)
        return replace(cpe, bgp=bgp, policies=(exactly("out", *prefixes),))

    own = ("10.1.0.0/24", "10.255.0.0/31", "2001:db8:1::/64", "2001:db8:ff::/127")
    assert isinstance(compare(net, filtered(*own)), Same)
    assert isinstance(compare(net, filtered(*own[1:])), Difference)


def test_a_static_route_towards_nothing_new_is_a_difference() -> None:
    net = chain()
    cpe = net.devices["cpe-1"]
    static = StaticRoute(vrf="A", prefix=parse_prefix("10.9.0.0/24"), discard=True)
    assert isinstance(compare(net, replace(cpe, statics=(static,))), Difference)


def test_a_login_list_that_lets_one_more_in_is_a_difference_and_one_written_otherwise_is_not() -> None:
    net = chain()
    entries = AclEntry(action=Action.PERMIT, sources=matching("10.1.0.0/26", "10.1.0.64/26"))
    login = Login(service=LoginService.SSH, acls=((V4, "who"),), families=(V4,))

    def guarded(*sources: str) -> Device:
        return replace(
            net.devices["cpe-1"], logins=(login,), acls=(acl("who", replace(entries, sources=matching(*sources))),)
        )

    right = guarded("10.1.0.0/26", "10.1.0.64/26")
    unmutated = Unmutated(replace(net, devices={**net.devices, "cpe-1": right}), (NO_FAILURE,))
    assert isinstance(unmutated.compare(guarded("10.1.0.0/25")), Same)
    assert isinstance(unmutated.compare(guarded("10.1.0.0/24")), Difference)
