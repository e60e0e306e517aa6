"""What is written for Junos comes back as it was, and what Junos can't say is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from intents.prefix import Family, parse_prefix
from intents.reason import because
from routing.model import (
    Acl,
    AclEntry,
    Action,
    AddressMatch,
    Aggregate,
    BgpInstance,
    BgpNeighbor,
    ControlFilter,
    Device,
    FlagMatch,
    IcmpMatch,
    Interface,
    InterfaceAddress,
    Login,
    LoginService,
    NonInitial,
    PolicyClause,
    PrefixRule,
    RoutePolicy,
    RouteSource,
    StaticRoute,
    UnknownLine,
    Vrf,
    VrfFamily,
)
from routing.vendors.junos import VENDOR, canonical
from routing.vendors.vendor import BaselineSettings
from tests.strategies_junos import devices

_SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _text(device: Device) -> str:
    return "".join(f"{line.text}\n" for line in VENDOR.render(device))


@given(devices())
@_SETTINGS
def test_a_rendered_device_is_read_back_equal(device: Device) -> None:
    assert VENDOR.read(device.name, _text(device)).device == device


@given(devices())
@_SETTINGS
def test_rendering_is_a_function_and_one_line_says_one_statement(device: Device) -> None:
    lines = VENDOR.render(device)
    assert lines == VENDOR.render(device)
    assert len({line.text for line in lines}) == len(lines)
    assert not [line.text for line in lines if "[" in line.text.partition('"')[0]]


@given(devices())
@_SETTINGS
def test_the_canonical_form_of_a_canonical_device_is_itself(device: Device) -> None:
    assert canonical(device) == device


_ADDRESS = InterfaceAddress(family=Family.V4, value=(10 << 24) + 1, length=24)
_PLAIN = canonical(
    Device(
        name="r1",
        platform="junos",
        interfaces=(Interface(name="ge-0/0/1.0", vrf="V", addresses=(_ADDRESS,)), Interface(name="lo0.0")),
        vrfs=(Vrf(name="V"),),
        acls=(Acl(name="A", family=Family.V4, entries=(AclEntry(action=Action.PERMIT),)),),
        policies=(RoutePolicy(name="P", clauses=()),),
        bgp=(
            BgpInstance(
                vrf="V",
                asn=65001,
                loop_asns=(65001,),
                neighbors=(BgpNeighbor(family=Family.V4, address=(10 << 24) + 2, remote_as=65002, imports=("P",)),),
            ),
        ),
    )
)
_ANY6 = AddressMatch(value=0, care=1)


def _entry(device: Device, **changes: object) -> Device:
    family = changes.pop("family", Family.V4)
    assert isinstance(family, Family)
    entry = replace(AclEntry(action=Action.DENY), **changes)  # type: ignore[arg-type] # fields by name
    return replace(device, acls=(Acl(name="A", family=family, entries=(entry,)),))


def _neighbor(device: Device, **changes: object) -> Device:
    (instance,) = device.bgp
    neighbor = replace(instance.neighbors[0], **changes)  # type: ignore[arg-type] # fields by name
    return replace(device, bgp=(replace(instance, neighbors=(neighbor,)),))


def _instance(device: Device, **changes: object) -> Device:
    return replace(device, bgp=(replace(device.bgp[0], **changes),))  # type: ignore[arg-type] # fields by name


def _unit(device: Device, **changes: object) -> Device:
    units = {interface.name: interface for interface in device.interfaces}
    units["ge-0/0/1.0"] = replace(units["ge-0/0/1.0"], **changes)  # type: ignore[arg-type] # fields by name
    return replace(device, interfaces=tuple(units.values()))


def _rules(device: Device, *rules: tuple[str, int, int, bool]) -> Device:
    prefixes = tuple(
        PrefixRule(prefix=parse_prefix(text), low=low, high=high, permit=p) for text, low, high, p in rules
    )
    clause = PolicyClause(name="c", action=Action.PERMIT, prefixes=prefixes)
    return replace(device, policies=(device.policies[0], RoutePolicy(name="P", clauses=(clause,))))


def _clause(device: Device, **changes: object) -> Device:
    clause = replace(PolicyClause(name="c", action=Action.PERMIT), **changes)  # type: ignore[arg-type] # fields by name
    return replace(device, policies=(device.policies[0], RoutePolicy(name="P", clauses=(clause,))))


def _static(device: Device, **changes: object) -> Device:
    route = StaticRoute(vrf="V", prefix=parse_prefix("10.9.0.0/16"), next_hop=(10 << 24) + 9, distance=5)
    return replace(device, statics=(replace(route, **changes),))  # type: ignore[arg-type] # fields by name


_TCP = {"protocols": (6,), "non_initial": NonInitial.SKIP}
_REFUSED: dict[str, Callable[[Device], Device]] = {
    "another platform": lambda d: replace(d, platform="cisco_ios"),
    "unknown lines": lambda d: replace(d, unknown=(UnknownLine(path=("x",), reason=because("not_modelled")),)),
    "route distinguisher": lambda d: replace(d, vrfs=(replace(d.vrfs[0], rd="65000:1"),)),
    "route targets": lambda d: replace(d, vrfs=(Vrf(name="V", families=(VrfFamily(family=Family.V4, imports=("1:1",)),)),)),
    "import map": lambda d: replace(d, vrfs=(Vrf(name="V", families=(VrfFamily(family=Family.V4, import_map="P"),)),)),
    "VRF name with a space": lambda d: replace(d, vrfs=(Vrf(name="a b"),)),
    "family without interface": lambda d: replace(d, vrfs=(Vrf(name="V", families=(VrfFamily(family=Family.V6),)),)),
    "secondary address": lambda d: _unit(d, addresses=(replace(_ADDRESS, secondary=True),)),
    "tagged beside untagged": lambda d: replace(
        d, interfaces=(*d.interfaces[:2], Interface(name="ge-0/0/1.7", vlan=7), *d.interfaces[2:])
    ),
    "unit without parent": lambda d: replace(d, interfaces=d.interfaces[1:]),
    "undefined VRF": lambda d: _unit(d, vrf="W"),
    "quoted description": lambda d: _unit(d, description='a "b"'),
    "empty ACL": lambda d: replace(d, acls=(Acl(name="A", family=Family.V4, entries=()),)),
    "one ACL name in two families": lambda d: replace(d, acls=(*d.acls, replace(d.acls[0], family=Family.V6))),
    "ports that match later fragments": lambda d: _entry(d, protocols=(6,), destination_ports=((80, 80),)),
    "ports of no protocol": lambda d: _entry(d, destination_ports=((80, 80),), non_initial=NonInitial.SKIP),
    "fragments with ports": lambda d: _entry(d, protocols=(6,), destination_ports=((80, 80),), non_initial=NonInitial.ONLY),
    "IPv6 fragments": lambda d: _entry(d, family=Family.V6, non_initial=NonInitial.ONLY),
    "IPv6 mask with gaps": lambda d: _entry(d, family=Family.V6, sources=(_ANY6,)),
    "sources that nothing meets": lambda d: _entry(d, sources=()),
    "ports that nothing meets": lambda d: _entry(d, **_TCP, source_ports=()),
    "ICMP with and without code": lambda d: _entry(
        d, protocols=(1,), icmp=(IcmpMatch(type=3, code=4), IcmpMatch(type=11)), non_initial=NonInitial.SKIP
    ),
    "codes of two ICMP types": lambda d: _entry(
        d, protocols=(1,), icmp=(IcmpMatch(type=3, code=4), IcmpMatch(type=11, code=0)), non_initial=NonInitial.SKIP
    ),
    "flags of ECN": lambda d: _entry(d, **_TCP, tcp_flags=(FlagMatch(value=64, care=64),)),
    "flags out of order": lambda d: _entry(d, **_TCP, tcp_flags=(FlagMatch(value=16, care=16), FlagMatch(value=4, care=4))),
    "flags without TCP": lambda d: _entry(d, tcp_flags=(FlagMatch(value=16, care=16),), non_initial=NonInitial.SKIP),
    "protocols out of order": lambda d: _entry(d, protocols=(17, 6)),
    "rules that refuse": lambda d: _rules(d, ("10.0.0.0/8", 8, 8, False)),
    "rules inside each other that differ": lambda d: _rules(d, ("10.0.0.0/8", 8, 32, True), ("10.1.0.0/16", 16, 16, True)),
    "one prefix twice": lambda d: _rules(d, ("10.0.0.0/8", 8, 8, True), ("10.0.0.0/8", 9, 9, True)),
    "rule shorter than its prefix": lambda d: _rules(d, ("10.0.0.0/8", 7, 8, True)),
    "no rules": lambda d: _clause(d, prefixes=()),
    "leaked routes": lambda d: _clause(d, sources=(RouteSource.LEAKED,)),
    "communities by pattern": lambda d: _clause(d, communities=(("65000:.*",),)),
    "communities replaced by none": lambda d: _clause(d, replace_communities=True),
    "undefined policy": lambda d: _neighbor(d, imports=("GONE",)),
    "two import policies": lambda d: _neighbor(d, imports=("P", "P")),
    "no export policy": lambda d: _neighbor(d, exports=()),
    "neighbour shut down": lambda d: _neighbor(d, enabled=False),
    "communities not sent": lambda d: _neighbor(d, send_communities=False),
    "internal neighbour": lambda d: _neighbor(d, remote_as=65001),
    "too many loops": lambda d: _neighbor(d, loops=10),
    "network statements": lambda d: _instance(d, networks=(parse_prefix("10.0.0.0/8"),)),
    "redistribution by policy": lambda d: _instance(d, redistributions=()),
    "four paths": lambda d: _instance(d, maximum_paths=4),
    "loop check for a stranger's AS": lambda d: _instance(d, loop_asns=(65009,)),
    "summary only": lambda d: _instance(d, aggregates=(Aggregate(prefix=parse_prefix("10.0.0.0/8"), summary_only=True),)),
    "static route to an interface": lambda d: _static(d, next_hop=None, interface="ge-0/0/1.0"),
    "static route between the platforms' distances": lambda d: _static(d, distance=100),
    "static route to nowhere connected": lambda d: _static(d, next_hop=11 << 24),
    "static route of no kind": lambda d: _static(d, next_hop=None),
    "login from some places": lambda d: replace(d, logins=(Login(service=LoginService.SSH, acls=((Family.V4, "A"),)),)),
    "login in some VRFs": lambda d: replace(d, logins=(Login(service=LoginService.SSH, vrfs=("V",)),)),
    "login that a harmless line opens": lambda d: replace(d, harmless=(("system services ssh root-login deny",),)),
    "harmless line that is not": lambda d: replace(d, harmless=(("system scripts commit file x",),)),
    "control filter without loopback": lambda d: replace(d, control_filters=(ControlFilter(family=Family.V4, acl="A", vrf="V"),)),
}  # fmt: skip


@pytest.mark.parametrize("change", _REFUSED.values(), ids=_REFUSED)
def test_what_junos_cannot_say_is_refused(change: Callable[[Device], Device]) -> None:
    assert VENDOR.read("r1", _text(_PLAIN)).device == _PLAIN
    with pytest.raises(ValueError, match=r"\S"):
        VENDOR.render(change(_PLAIN))


def test_leaking_is_refused_even_in_a_family_without_interfaces() -> None:
    leaking = Vrf(name="W", families=(VrfFamily(family=Family.V6, exports=("1:1",)),))
    device = canonical(replace(_PLAIN, vrfs=(*_PLAIN.vrfs, leaking)))
    with pytest.raises(ValueError, match="leaking is refused"):
        VENDOR.render(device)


def test_leaking_is_not_among_the_capabilities() -> None:
    assert not VENDOR.capabilities.leaks
    assert VENDOR.capabilities.platform == "junos"
    assert "" in VENDOR.capabilities.budgets


_BASELINE = BaselineSettings(
    domain_name="example.net",
    management_vrf="MGMT",
    management_interface="ge-0/0/0.0",
    ntp_servers=("192.0.2.1", "192.0.2.2"),
    syslog_servers=("192.0.2.3",),
    tacacs_servers=("192.0.2.4",),
    snmp_servers=("192.0.2.5",),
    banner="Cấm truy cập trái phép; mọi hành vi bị ghi lại.",
    timezone="Asia/Ho_Chi_Minh",
    secret_names={name: f"tn/{name}" for name in ("tacacs", "snmp_auth", "snmp_priv", "ntp", "enable", "admin")},
)


def test_every_line_of_the_baseline_is_harmless_and_is_kept() -> None:
    paths = VENDOR.baseline(_BASELINE)
    device = canonical(Device(name="r1", platform="junos", harmless=paths))
    assert VENDOR.read("r1", VENDOR.text(paths)).device == device
    assert VENDOR.read("r1", _text(device)).device == device
    assert device.harmless == paths
    assert len(paths) > 50


def test_the_baseline_opens_only_ssh_netconf_and_snmp_and_names_every_secret() -> None:
    paths = VENDOR.baseline(_BASELINE)
    logins = VENDOR.read("r1", VENDOR.text(paths)).device.logins
    assert {login.service for login in logins} == {LoginService.SSH, LoginService.NETCONF, LoginService.SNMP}
    text = VENDOR.text(paths)
    assert all(f'"{{{{secret:{name}}}}}"' in text for name in _BASELINE.secret_names.values())


def test_what_stands_in_our_units_instances_and_namespace_is_ours() -> None:
    intended = frozenset(line.path for line in VENDOR.render(_PLAIN))
    ours = (
        "interfaces ge-0/0/1 unit 0 family inet filter input OLD",
        "inactive: interfaces ge-0/0/1 unit 0 disable",
        "routing-instances V routing-options static route 10.0.0.0/8 discard",
        "firewall family inet filter TRUC-old term a then accept",
        "policy-options prefix-list TRUC-x 10.0.0.0/8",
        "protocols bgp group TRUC-V4-10-0-0-9 type external",
        "system host-name r1",
    )
    foreign = (
        "interfaces ge-0/0/1 traps",
        "interfaces ge-0/0/1 unit 1 family inet address 10.9.0.1/24",
        "interfaces ge-0/0/2 unit 0 family inet address 10.9.0.1/24",
        "routing-instances W instance-type virtual-router",
        "routing-instances V2 instance-type virtual-router",
        "firewall family inet filter OTHER term a then accept",
        "system login user x class y",
    )
    assert all(VENDOR.owned((path,), intended) for path in ours)
    assert not any(VENDOR.owned((path,), intended) for path in foreign)
