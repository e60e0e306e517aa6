"""The text of IOS-XE devices: canonical form, content-named lists, ownership, and refusals of what it can't say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import Family, Prefix, parse_address, parse_prefix
from intents.reason import because
from routing.model import (
    ESTABLISHED,
    Acl,
    AclBinding,
    AclEntry,
    Action,
    AddressMatch,
    BgpInstance,
    BgpNeighbor,
    ControlFilter,
    Device,
    Direction,
    FlagMatch,
    IcmpMatch,
    Interface,
    InterfaceAddress,
    LocalAs,
    Login,
    LoginService,
    NonInitial,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    PrivateRemoval,
    Redistribution,
    RoutePolicy,
    RouteSource,
    StaticRoute,
    UnknownLine,
    Vrf,
    VrfFamily,
)
from routing.vendors.cisco_ios import VENDOR

EMPTY = Device(name="r1", platform="cisco_ios")
HOST = AddressMatch(value=parse_address("10.0.0.1").value, care=0xFFFFFFFF)
RULE = PrefixRule(prefix=parse_prefix("10.0.0.0/8"), low=8, high=24)


def text(device: Device) -> list[str]:
    return [line.text for line in VENDOR.render(device)]


def entry(**fields: object) -> AclEntry:
    return replace(AclEntry(action=Action.PERMIT), **fields)  # type: ignore[arg-type]  # fields by name, as in the model


def with_entry(family: Family = Family.V4, **fields: object) -> Device:
    return replace(EMPTY, acls=(Acl(name="X", family=family, entries=(entry(**fields),)),))


def neighbor(**fields: object) -> Device:
    found = replace(
        BgpNeighbor(family=Family.V4, address=HOST.value, remote_as=65001),
        **fields,  # type: ignore[arg-type]  # fields by name, as in the model
    )
    return replace(EMPTY, bgp=(BgpInstance(vrf=None, asn=65000, loop_asns=(65000,), neighbors=(found,)),))


def with_clause(**fields: object) -> Device:
    clause = replace(PolicyClause(name="10", action=Action.PERMIT), **fields)  # type: ignore[arg-type]  # as above
    return replace(EMPTY, policies=(RoutePolicy(name="M", clauses=(clause,)),))


def test_an_empty_device_closes_every_way_in() -> None:
    assert text(EMPTY) == [
        "hostname r1",
        "no ip http server",
        "no ip http secure-server",
        "line vty 0 4",
        " transport input none",
        "!",
    ]


ENTRY_TEXTS = [
    (entry(), "permit ip any any"),
    (AclEntry(action=Action.DENY, log=True), "deny ip any any log"),
    (entry(protocols=(6,), destinations=(HOST,), destination_ports=((80, 80),)), "permit tcp any host 10.0.0.1 eq www"),
    (entry(protocols=(6,), destination_ports=((443, 443),)), "permit tcp any any eq 443"),
    (entry(protocols=(17,), source_ports=((1, 9),)), "permit udp any range 1 discard any"),
    (entry(protocols=(6,), source_ports=((22, 22),), tcp_flags=ESTABLISHED), "permit tcp any eq 22 any established"),
    (entry(protocols=(6,), tcp_flags=(FlagMatch(value=2, care=18),)), "permit tcp any any match-all +syn -ack"),
    (entry(protocols=(6,), tcp_flags=(FlagMatch(value=16, care=16),)), "permit tcp any any ack"),
    (entry(protocols=(1,), icmp=(IcmpMatch(type=3, code=4),)), "permit icmp any any packet-too-big"),
    (entry(protocols=(1,), icmp=(IcmpMatch(type=3),)), "permit icmp any any unreachable"),
    (entry(protocols=(1,), icmp=(IcmpMatch(type=3, code=99),)), "permit icmp any any 3 99"),
    (entry(protocols=(89,)), "permit ospf any any"),
    (entry(protocols=(112,), non_initial=NonInitial.ONLY), "permit 112 any any fragments"),
    (entry(sources=(AddressMatch(value=0x0A000000, care=0xFF00FF00),)), "permit ip 10.0.0.0 0.255.0.255 any"),
]


@pytest.mark.parametrize(("value", "wanted"), ENTRY_TEXTS, ids=[wanted for _, wanted in ENTRY_TEXTS])
def test_an_entry_is_printed_as_the_device_prints_it(value: AclEntry, wanted: str) -> None:
    device = replace(EMPTY, acls=(Acl(name="X", family=Family.V4, entries=(value,)),))
    assert text(device)[1:3] == ["ip access-list extended X", f" 10 {wanted}"]


def test_ipv6_is_printed_in_capitals_and_routed() -> None:
    match = AddressMatch(value=parse_address("2001:db8::").value, care=((1 << 32) - 1) << 96)
    address = InterfaceAddress(family=Family.V6, value=parse_address("2001:db8::1").value, length=64)
    device = replace(
        EMPTY,
        acls=(Acl(name="X", family=Family.V6, entries=(entry(sources=(match,)), AclEntry(action=Action.DENY))),),
        interfaces=(Interface(name="Loopback0", addresses=(address,)),),
    )
    lines = text(device)
    assert "ipv6 unicast-routing" in lines
    assert " sequence 10 permit ipv6 2001:DB8::/32 any" in lines
    assert " ipv6 address 2001:DB8::1/64" in lines


def test_equal_prefix_lists_are_one_list_named_by_content() -> None:
    clauses = tuple(PolicyClause(name=str(n), action=Action.PERMIT, prefixes=(RULE,)) for n in (10, 20))
    lines = text(
        replace(EMPTY, policies=(RoutePolicy(name="M", clauses=clauses), RoutePolicy(name="N", clauses=clauses)))
    )
    lists = [line for line in lines if line.startswith("ip prefix-list TRUC-PL-")]
    assert len(lists) == 1
    assert lists[0].endswith(" seq 5 permit 10.0.0.0/8 le 24")
    assert sum(line.startswith(" match ip address prefix-list TRUC-PL-") for line in lines) == 4


def test_rendering_twice_gives_the_same_bytes() -> None:
    device = with_clause(prefixes=(RULE,), communities=(("65000:1",),))
    assert VENDOR.render(device) == VENDOR.render(device)


REFUSED: list[tuple[str, Device]] = [
    ("one protocol", with_entry(protocols=(6, 17))),
    ("two sources", with_entry(sources=(HOST, HOST))),
    ("no source", with_entry(sources=())),
    ("two port ranges", with_entry(protocols=(6,), destination_ports=((1, 1), (3, 3)))),
    ("ports without protocol", with_entry(destination_ports=((1, 1),))),
    ("ports upside down", with_entry(protocols=(6,), destination_ports=((3, 1),))),
    ("two ICMP types", with_entry(protocols=(1,), icmp=(IcmpMatch(type=0), IcmpMatch(type=8)))),
    ("ICMP type without ICMP", with_entry(icmp=(IcmpMatch(type=0),))),
    ("flags without TCP", with_entry(protocols=(17,), tcp_flags=ESTABLISHED)),
    ("two flag matches", with_entry(protocols=(6,), tcp_flags=(FlagMatch(value=1, care=1), FlagMatch(value=2, care=2)))),
    ("flags of congestion", with_entry(protocols=(6,), tcp_flags=(FlagMatch(value=64, care=64),))),
    ("permit that skips fragments", with_entry(protocols=(6,), destination_ports=((1, 1),), non_initial=NonInitial.SKIP)),
    ("deny with ports that takes fragments", with_entry(action=Action.DENY, protocols=(6,), destination_ports=((1, 1),))),
    ("fragments with ports", with_entry(protocols=(6,), destination_ports=((1, 1),), non_initial=NonInitial.ONLY)),
    ("skip without ports", with_entry(non_initial=NonInitial.SKIP)),
    ("address bits outside the mask", with_entry(sources=(AddressMatch(value=3, care=1),))),
    ("mask of no bits", with_entry(sources=(AddressMatch(value=0, care=0),))),
    ("protocol 0", with_entry(protocols=(0,))),
    ("IPv6 list without end", with_entry(Family.V6, protocols=(6,))),
    ("IPv6 wildcard", replace(EMPTY, acls=(Acl(name="X", family=Family.V6, entries=(
        entry(sources=(AddressMatch(value=0, care=5),)), entry())),))),
    ("a number that names no list", replace(EMPTY, acls=(Acl(name="700", family=Family.V4, entries=()),))),
    ("ports in a standard list", replace(EMPTY, acls=(Acl(name="10", family=Family.V4, entries=(entry(protocols=(6,)),)),))),
    ("name with a space", replace(EMPTY, acls=(Acl(name="a b", family=Family.V4, entries=()),))),
    ("names not sorted", replace(EMPTY, vrfs=(Vrf(name="B"), Vrf(name="A")))),
    ("a clause that goes on", with_clause(action=None)),
    ("source condition", with_clause(sources=(RouteSource.CONNECTED,))),
    ("empty prefix list", with_clause(prefixes=())),
    ("prefix list of both families", with_clause(prefixes=(
        RULE, PrefixRule(prefix=parse_prefix("2001:db8::/32"), low=32, high=32)))),
    ("lengths not in order", with_clause(prefixes=(replace(RULE, low=30),))),
    ("no community", with_clause(communities=())),
    ("community list without community", with_clause(communities=((),))),
    ("clause without number", with_clause(name="first")),
    ("no clause", replace(EMPTY, policies=(RoutePolicy(name="M", clauses=()),))),
    ("other default", replace(EMPTY, policies=(RoutePolicy(
        name="M", clauses=(PolicyClause(name="10", action=Action.PERMIT),), default=PolicyDefault.PROTOCOL),))),
    ("more than a prefix list", replace(EMPTY, policies=(RoutePolicy(
        name="prefix-list L", clauses=(PolicyClause(name="10", action=Action.DENY, prefixes=(RULE,)),)),))),
    ("two ASs", replace(EMPTY, vrfs=(Vrf(name="A"),), bgp=(
        BgpInstance(vrf=None, asn=1, loop_asns=(1,)), BgpInstance(vrf="A", asn=2, loop_asns=(2,))))),
    ("other loop check", replace(EMPTY, bgp=(BgpInstance(vrf=None, asn=1, loop_asns=(1, 2)),))),
    ("internal neighbour", neighbor(remote_as=65000)),
    ("local AS of the neighbour", neighbor(local_as=LocalAs(asn=65001))),
    ("replace with prepend", neighbor(local_as=LocalAs(asn=5, prepend_in=True, replace=True))),
    ("two route maps", neighbor(imports=("A", "B"))),
    ("BGP routes into BGP", replace(EMPTY, bgp=(BgpInstance(vrf=None, asn=1, loop_asns=(1,), redistributions=(
        Redistribution(family=Family.V4, source=RouteSource.LEAKED),)),))),
    ("route map of a redistribution", replace(EMPTY, bgp=(BgpInstance(vrf=None, asn=1, loop_asns=(1,), redistributions=(
        Redistribution(family=Family.V4, source=RouteSource.STATIC, policy="NONE"),)),))),
    ("BGP in no VRF", replace(EMPTY, bgp=(BgpInstance(vrf="A", asn=1, loop_asns=(1,)),))),
    ("router ID that would be inherited", replace(EMPTY, vrfs=(Vrf(name="A"),), bgp=(
        BgpInstance(vrf=None, asn=1, loop_asns=(1,), router_id=0x0A000007), BgpInstance(vrf="A", asn=1, loop_asns=(1,))))),
    ("export map", replace(EMPTY, vrfs=(Vrf(name="A", rd="1:1", families=(VrfFamily(family=Family.V4, export_map="M"),)),))),
    ("route target without RD", replace(EMPTY, vrfs=(Vrf(name="A", families=(VrfFamily(family=Family.V4, imports=("1:1",)),)),))),
    ("interface in no VRF", replace(EMPTY, interfaces=(Interface(name="Loopback0", vrf="A"),))),
    ("short interface name", replace(EMPTY, interfaces=(Interface(name="Gi0/0"),))),
    ("tunnel", replace(EMPTY, interfaces=(Interface(name="Tunnel0"),))),
    ("tag on a port", replace(EMPTY, interfaces=(Interface(name="GigabitEthernet0/0/0", vlan=5),))),
    ("sub-interface without tag", replace(EMPTY, interfaces=(Interface(
        name="GigabitEthernet0/0/0.5", addresses=(InterfaceAddress(family=Family.V4, value=1, length=8),)),))),
    ("two primary addresses", replace(EMPTY, interfaces=(Interface(name="Loopback0", addresses=(
        InterfaceAddress(family=Family.V4, value=1, length=8), InterfaceAddress(family=Family.V4, value=2, length=8))),))),
    ("description of two lines", replace(EMPTY, interfaces=(Interface(name="Loopback0", description="a\nb"),))),
    *[(f"clause with {name}", replace(EMPTY, policies=(RoutePolicy(name="M", clauses=(PolicyClause(
        name="10", action=Action.PERMIT, **{name: said}),)),)))  # type: ignore[arg-type] # each of its own type
      for name, said in (("as_paths", ((),)), ("local_preferences", (100,)), ("origin", 0), ("local_preference_change", 5),
                         ("metric_change", -5))],
    *[(f"neighbour with {name}", replace(EMPTY, bgp=(BgpInstance(vrf=None, asn=1, loop_asns=(1,), router_id=1 << 24, neighbors=(
        BgpNeighbor(family=Family.V4, address=9, remote_as=2, **{name: said}),)),)))  # type: ignore[arg-type] # as above
      for name, said in (("passive", True), ("remove_private", PrivateRemoval.ALL))],
    ("static without way", replace(EMPTY, statics=(StaticRoute(vrf=None, prefix=RULE.prefix),))),
    ("static in no VRF", replace(EMPTY, statics=(StaticRoute(vrf="A", prefix=RULE.prefix, discard=True),))),
    ("static in a VRF without its family", replace(EMPTY, vrfs=(Vrf(name="A", rd="1:1"),), statics=(
        StaticRoute(vrf="A", prefix=RULE.prefix, discard=True),))),
    ("static by a sub-interface that is not there", replace(EMPTY, statics=(
        StaticRoute(vrf=None, prefix=RULE.prefix, interface="GigabitEthernet0/0/0.5"),))),
    ("distance 255 of IPv6", replace(EMPTY, statics=(
        StaticRoute(vrf=None, prefix=parse_prefix("::/0"), discard=True, distance=255),))),
    ("name of a VRF that is too long", replace(EMPTY, vrfs=(Vrf(name="V" * 33),))),
    ("name of a list without a letter", replace(EMPTY, acls=(Acl(name="4A", family=Family.V4, entries=()),))),
    ("more paths than there may be", replace(EMPTY, bgp=(
        BgpInstance(vrf=None, asn=1, loop_asns=(1,), router_id=7, maximum_paths=33),))),
    ("router ID of nobody", replace(EMPTY, bgp=(BgpInstance(vrf=None, asn=1, loop_asns=(1,), router_id=0xE0000001),))),
    ("link-local address", replace(EMPTY, interfaces=(Interface(name="Loopback0", link_local=0xFE80 << 112 | 1),))),
    ("distance 0", replace(EMPTY, statics=(StaticRoute(vrf=None, prefix=RULE.prefix, discard=True, distance=0),))),
    ("login of one family", replace(EMPTY, logins=(Login(service=LoginService.SSH, families=(Family.V4,)),))),
    ("login behind a list that is not defined", replace(EMPTY, logins=(
        Login(service=LoginService.SSH, acls=((Family.V4, "M"),)),))),
    ("login behind an empty list", replace(EMPTY, acls=(Acl(name="M", family=Family.V4, entries=()),), logins=(
        Login(service=LoginService.SSH, acls=((Family.V4, "M"),)),))),
    ("login in one VRF", replace(EMPTY, logins=(Login(service=LoginService.SSH, vrfs=("A",)),))),
    ("global login without lists", replace(EMPTY, logins=(Login(service=LoginService.SSH, vrfs=("",)),))),
    ("two web servers", replace(EMPTY, logins=(
        Login(service=LoginService.HTTP), Login(service=LoginService.HTTP, acls=((Family.V4, "A"),))))),
    ("control filter", replace(EMPTY, control_filters=(ControlFilter(family=Family.V4, acl="X"),))),
    ("unknown line", replace(EMPTY, unknown=(UnknownLine(path=("x",), reason=because("not_modelled")),))),
    ("harmless line of no section", replace(EMPTY, harmless=(("interface Loopback0", "mtu 1500"),))),
]  # fmt: skip


@pytest.mark.parametrize("device", [device for _, device in REFUSED], ids=[name for name, _ in REFUSED])
def test_what_ios_cannot_say_is_refused(device: Device) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        VENDOR.render(device)


def owned_device() -> Device:
    return replace(
        EMPTY,
        vrfs=(Vrf(name="A", rd="1:1", families=(VrfFamily(family=Family.V4),)),),
        interfaces=(Interface(name="GigabitEthernet0/0/0.5", vrf="A", vlan=5, bindings=(
            AclBinding(direction=Direction.IN, family=Family.V4, acl="TRUC-X"),)),),
        bgp=(BgpInstance(vrf="A", asn=65000, loop_asns=(65000,)),),
        acls=(Acl(name="TRUC-M", family=Family.V4, entries=(AclEntry(action=Action.PERMIT),)),),
        logins=(Login(service=LoginService.SSH, acls=((Family.V4, "TRUC-M"),)),),
    )  # fmt: skip


OURS = [
    ("interface GigabitEthernet0/0/0.5", "ip nat inside"),
    ("interface Gi0/0/0.5", "ip address 10.0.0.1 255.0.0.0"),
    ("vrf definition A", "address-family ipv6"),
    ("ip route vrf A 10.0.0.0 255.0.0.0 Null0",),
    ("ip access-list extended TRUC-OLD", "10 permit ip any any"),
    ("ipv6 access-list TRUC-OLD",),
    ("ip prefix-list TRUC-PL-1 seq 5 permit 10.0.0.0/8",),
    ("ip community-list standard TRUC-CL-1 permit 65000:1",),
    ("route-map TRUC-OLD permit 10", "match ip address prefix-list X"),
    ("router bgp 65000", "address-family ipv4 vrf A", "neighbor 10.0.0.9 remote-as 1"),
    ("line vty 0 4", "access-class OTHER in"),
    ("line vty 0 4", "transport input telnet"),
    ("hostname other",),
    ("ip http server",),
    ("snmp-server group TRUC-SNMP v3 priv",),
]
NOT_OURS = [
    ("interface GigabitEthernet0/0/1", "ip address 10.0.0.1 255.0.0.0"),
    ("vrf definition B",),
    ("ip route vrf B 10.0.0.0 255.0.0.0 Null0",),
    ("ip route 10.0.0.0 255.0.0.0 Null0",),
    ("ip access-list extended OTHER", "10 permit ip any any"),
    ("ip prefix-list OTHER seq 5 permit 10.0.0.0/8",),
    ("route-map OTHER permit 10",),
    ("router bgp 65000", "neighbor 10.0.0.9 remote-as 1"),
    ("router bgp 65000", "address-family ipv4 vrf B", "neighbor 10.0.0.9 remote-as 1"),
    ("line vty 5 15", "access-class OTHER in"),
    ("ntp server 10.0.0.9",),
    ("ip nat inside source list 1 interface Gi0/0/0",),
    ("snmp-server community x RO",),
]


@pytest.mark.parametrize("path", OURS, ids=" / ".join)
def test_what_stands_in_our_things_is_ours(path: tuple[str, ...]) -> None:
    assert VENDOR.owned(path, frozenset(VENDOR.paths("\n".join(text(owned_device())))))


@pytest.mark.parametrize("path", NOT_OURS, ids=" / ".join)
def test_what_others_made_is_not_ours(path: tuple[str, ...]) -> None:
    assert not VENDOR.owned(path, frozenset(VENDOR.paths("\n".join(text(owned_device())))))


def test_capabilities_have_a_budget_for_every_other_role() -> None:
    capabilities = VENDOR.capabilities
    assert capabilities.platform == "cisco_ios"
    assert capabilities.leaks
    assert capabilities.ipv6
    assert "" in capabilities.budgets


def test_a_static_route_of_each_kind_is_one_line() -> None:
    prefix = Prefix(Family.V4, 0x0A000000, 8)
    routes = (
        StaticRoute(vrf=None, prefix=prefix, discard=True, distance=254),
        StaticRoute(vrf=None, prefix=prefix, next_hop=HOST.value),
        StaticRoute(vrf=None, prefix=parse_prefix("::/0"), interface="GigabitEthernet0/0/0"),
    )
    assert [line for line in text(replace(EMPTY, statics=routes)) if " route " in line] == [
        "ip route 10.0.0.0 255.0.0.0 Null0 254",
        "ip route 10.0.0.0 255.0.0.0 10.0.0.1",
        "ipv6 route ::/0 GigabitEthernet0/0/0",
    ]
