"""Junos devices in canonical form, for property tests: small, but with every construct that `render` can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from intents.prefix import Family, Prefix
from routing.model import (
    ESTABLISHED,
    Acl,
    AclBinding,
    AclEntry,
    Action,
    AddressMatch,
    Aggregate,
    AsPathStep,
    BgpInstance,
    BgpNeighbor,
    ControlFilter,
    Device,
    Direction,
    FlagMatch,
    IcmpMatch,
    Interface,
    InterfaceAddress,
    LinePath,
    LocalAs,
    Login,
    LoginService,
    NonInitial,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    PrivateRemoval,
    RoutePolicy,
    RouteSource,
    StaticRoute,
    Vrf,
)
from routing.vendors.junos import canonical
from routing.vendors.reserved import FIRST_GROUP, RESERVED_ASNS, is_router_id

FAMILIES = st.sampled_from(Family)
VRFS = ("GOV", "MGMT")
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters='"\\', exclude_categories=("C", "Z")), max_size=8
) | st.just("a; {b}")
_LINES: tuple[LinePath, ...] = (
    ("inactive: interfaces ge-0/0/9 unit 0 family inet address 10.9.9.9/24",),
    ("interfaces ge-0/0/1 traps",),
    ("protect system login",),
    ("snmp v3 target-address X address 192.0.2.9",),
    ('system login message " a  b "',),
    ("system ntp server 192.0.2.1",),
    ("system services ssh root-login deny",),
)


@st.composite
def address_matches(draw: st.DrawFn, family: Family) -> AddressMatch:
    full = (1 << family.bits) - 1
    length = draw(st.integers(0, family.bits))
    care = full ^ (full >> length)
    if family is Family.V4 and draw(st.integers(0, 9)) == 0:
        care = draw(st.integers(0, full))
    return AddressMatch(value=draw(st.integers(0, full)) & care, care=care)


def _optional(values: st.SearchStrategy[tuple[int, ...]]) -> st.SearchStrategy[tuple[int, ...] | None]:
    return st.none() | values


_PORTS = st.lists(
    st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(lambda pair: (min(pair), max(pair))),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
_FLAGS = st.just(ESTABLISHED) | st.lists(
    st.tuples(st.integers(1, 63), st.integers(0, 63)).map(
        lambda pair: FlagMatch(care=pair[0], value=pair[0] & pair[1])
    ),
    min_size=1,
    max_size=3,
    unique=True,
).map(lambda flags: tuple(sorted(flags, key=lambda flag: (flag.care, flag.value))))
_TYPES = st.lists(st.integers(0, 255), min_size=1, max_size=3, unique=True)
_ICMP = _TYPES.map(lambda types: tuple(IcmpMatch(type=number) for number in types)) | st.builds(
    lambda number, codes: tuple(IcmpMatch(type=number, code=code) for code in codes), st.integers(0, 255), _TYPES
)


@st.composite
def entries(draw: st.DrawFn, family: Family) -> AclEntry:
    addresses = st.none() | st.lists(address_matches(family), min_size=1, max_size=3, unique=True).map(tuple)
    base = AclEntry(
        action=draw(st.sampled_from(Action)),
        sources=draw(addresses),
        destinations=draw(addresses),
        log=draw(st.booleans()),
    )
    match draw(st.integers(0, 4)):
        case 0:
            numbers = draw(st.none() | st.sets(st.integers(0, 255), min_size=1, max_size=3))
            kinds = list(NonInitial) if family is Family.V4 else [NonInitial.MATCH]
            protocols = None if numbers is None else tuple(sorted(numbers))
            return replace(base, protocols=protocols, non_initial=draw(st.sampled_from(kinds)))
        case 1:
            protocols = draw(st.sampled_from([(6,), (17,), (6, 17)]))
            source, destination = draw(_PORTS), draw(st.none() | _PORTS)
            return replace(
                base,
                protocols=protocols,
                source_ports=source,
                destination_ports=destination,
                non_initial=NonInitial.SKIP,
            )
        case 2:
            return replace(base, protocols=(6,), destination_ports=draw(_PORTS), non_initial=NonInitial.SKIP)
        case 3:
            return replace(base, protocols=(6,), tcp_flags=draw(_FLAGS), non_initial=NonInitial.SKIP)
        case _:
            protocols = (1,) if family is Family.V4 else (58,)
            return replace(base, protocols=protocols, icmp=draw(_ICMP), non_initial=NonInitial.SKIP)


@st.composite
def acls(draw: st.DrawFn, name: str, family: Family) -> Acl:
    return Acl(name=name, family=family, entries=tuple(draw(st.lists(entries(family), min_size=1, max_size=5))))


@st.composite
def prefix_rules(draw: st.DrawFn) -> tuple[PrefixRule, ...]:
    """Rules for prefixes that don't lie in each other, of either family."""
    rules = []
    for index in draw(st.lists(st.integers(0, 200), min_size=1, max_size=4, unique=True)):
        family = draw(FAMILIES)
        bits, length = family.bits, 16
        prefix = Prefix(family, (10 << 8 | index) << (bits - 16), length)
        low = draw(st.integers(length, bits))
        rules.append(PrefixRule(prefix=prefix, low=low, high=draw(st.integers(low, bits))))
    return tuple(rules)


_AS_NUMBERS = st.integers(1, (1 << 32) - 1).filter(lambda number: number not in RESERVED_ASNS)
_COMMUNITY = st.builds(lambda a, b: f"{a}:{b}", st.integers(0, 65534), st.integers(0, 65535)) | st.just("no-export")
_COMMUNITIES = st.lists(_COMMUNITY, min_size=1, max_size=5, unique=True).map(tuple)
_SOURCES = st.sets(
    st.sampled_from([RouteSource.AGGREGATE, RouteSource.BGP, RouteSource.CONNECTED, RouteSource.STATIC]), min_size=1
).map(lambda sources: tuple(sorted(sources)))


_NUMBERS = st.integers(0, (1 << 32) - 1)
_PREFERENCES = st.sets(_NUMBERS, min_size=1, max_size=2).map(lambda values: tuple(sorted(values)))


@st.composite
def as_path_steps(draw: st.DrawFn) -> AsPathStep:
    """Any AS, one, or a few ranges that don't touch, some times in a row."""
    ends = sorted(draw(st.lists(st.integers(0, 99), min_size=1, max_size=6, unique=True)))
    pairs = zip(ends[::2], ends[1::2] or ends, strict=False)
    ranges = tuple((low * 10, max(low, high) * 10 + 3) for low, high in pairs)
    least = draw(st.integers(0, 3))
    most = draw(st.none() | st.integers(least, 5))
    return AsPathStep(draw(st.sampled_from([((0, (1 << 32) - 1),), ((65001, 65001),), ranges])), least, most)


AS_PATTERNS = st.lists(as_path_steps(), max_size=4).map(tuple)
_AS_PATHS = st.lists(AS_PATTERNS, min_size=1, max_size=2, unique=True).map(tuple)


_CHANGED: st.SearchStrategy[tuple[int | None, int]] = st.one_of(
    st.just((None, 0)),
    _NUMBERS.map(lambda value: (value, 0)),
    (_NUMBERS | _NUMBERS.map(lambda number: -number)).map(lambda change: (None, change)),
)
"""A value that is set, a change of it, or neither."""


@st.composite
def policies(draw: st.DrawFn, name: str) -> RoutePolicy:
    clauses = []
    for index in range(draw(st.integers(0, 3))):
        add = draw(st.just(()) | _COMMUNITIES)
        preference, preference_change = draw(_CHANGED)
        metric, metric_change = draw(_CHANGED)
        clauses.append(
            PolicyClause(
                name=f"c{index}",
                action=draw(st.none() | st.sampled_from(Action)),
                prefixes=draw(st.none() | prefix_rules()),
                sources=draw(st.none() | _SOURCES),
                communities=draw(st.none() | st.lists(_COMMUNITIES, min_size=1, max_size=2, unique=True).map(tuple)),
                add_communities=add,
                replace_communities=bool(add) and draw(st.booleans()),
                as_paths=draw(st.none() | _AS_PATHS),
                local_preferences=draw(st.none() | _PREFERENCES),
                local_preference=preference,
                local_preference_change=preference_change,
                metric=metric,
                metric_change=metric_change,
                origin=draw(st.none() | st.integers(0, 2)),
                prepend=draw(st.just(()) | st.lists(_AS_NUMBERS, min_size=1, max_size=3).map(tuple)),
            )
        )
    return RoutePolicy(name=name, clauses=tuple(clauses), default=draw(st.sampled_from(PolicyDefault)))


def _address(family: Family, link: int, host: int, length: int) -> InterfaceAddress:
    base = 10 << 24 if family is Family.V4 else 0x20010DB8 << 96
    return InterfaceAddress(family=family, value=base + (link << 8) + host, length=length)


@st.composite
def interfaces(draw: st.DrawFn, acl_names: dict[Family, tuple[str, ...]]) -> tuple[Interface, ...]:
    """Parents with units: one tagged, one plain, and loopbacks."""
    found = [Interface(name="lo0"), Interface(name="ge-0/0/9", enabled=draw(st.booleans()))]
    tagged = draw(st.booleans())
    found.append(Interface(name="ge-0/0/1", description=draw(st.none() | _TEXTS), enabled=draw(st.booleans())))
    for link in range(1, draw(st.integers(1, 4)) + 1 if tagged else 2):
        families = draw(st.sets(FAMILIES))
        addresses = tuple(
            _address(f, link, host, 24 if f is Family.V4 else 120) for f in sorted(families) for host in (1, 3)
        )
        bindings = tuple(
            AclBinding(direction=direction, family=family, acl=draw(st.sampled_from(acl_names[family])))
            for direction in Direction
            for family in sorted(families)
            if acl_names[family]
            if draw(st.booleans())
        )
        found.append(
            Interface(
                name=f"ge-0/0/1.{link if tagged else 0}",
                vrf=draw(st.none() | st.sampled_from(VRFS)),
                vlan=link if tagged else None,
                addresses=addresses,
                enabled=draw(st.booleans()),
                bindings=bindings,
                description=draw(st.none() | _TEXTS),
                advertises=Family.V6 in families and draw(st.booleans()),
            )
        )
    for unit, vrf in enumerate((None, *VRFS)):
        found.append(Interface(name=f"lo0.{unit}", vrf=vrf, addresses=(_address(Family.V4, 99, unit, 32),)))
    return tuple(found)


_ASNS = st.sampled_from([65001, 65002, 4200000001])


def _named(
    listed: tuple[RoutePolicy, ...], suits: Callable[[PolicyClause], bool]
) -> st.SearchStrategy[tuple[str, ...]]:
    """Return no policy, or one all of whose clauses suit."""
    names = [(policy.name,) for policy in listed if all(map(suits, policy.clauses))]
    return st.sampled_from([(), *names])


def _asks_no_path(clause: PolicyClause) -> bool:
    return clause.as_paths is None


def _asks_bgp_routes(clause: PolicyClause) -> bool:
    return (clause.as_paths, clause.local_preferences) == (None, None) or clause.sources == (RouteSource.BGP,)


@st.composite
def neighbors(draw: st.DrawFn, asn: int, listed: tuple[RoutePolicy, ...]) -> tuple[BgpNeighbor, ...]:
    found = []
    for index in range(draw(st.integers(0, 3))):
        family = draw(FAMILIES)
        importing, exporting = _named(listed, _asks_no_path), _named(listed, _asks_bgp_routes)
        local = st.builds(LocalAs, asn=st.just(64999), prepend_in=st.booleans(), replace=st.booleans())
        local_as, exports = draw(st.none() | local), draw(exporting)
        found.append(
            BgpNeighbor(
                family=family,
                address=_address(family, index, 2, 24).value,
                remote_as=draw(st.integers(1, 65000).filter(lambda remote: remote not in {asn, 64999} | RESERVED_ASNS)),
                local_as=local_as,
                imports=draw(importing),
                exports=exports,
                loops=draw(st.integers(0, 9)),
                maximum_prefixes=draw(st.none() | st.integers(1, 9999)),
                passive=draw(st.booleans()),
                remove_private=None if local_as or exports else draw(st.none() | st.just(PrivateRemoval.LEADING)),
                description=draw(st.none() | _TEXTS),
            )
        )
    return tuple(found)


@st.composite
def instances(draw: st.DrawFn, listed: tuple[RoutePolicy, ...]) -> tuple[BgpInstance, ...]:
    numbers = {vrf: draw(_ASNS) for vrf in (None, *VRFS) if draw(st.booleans())}
    everyone = tuple(sorted(set(numbers.values())))
    found = []
    for vrf, asn in numbers.items():
        prefixes = draw(st.sets(st.integers(0, 9), max_size=2))
        aggregates = {Prefix(Family.V4, 10 << 24 | number << 16, 16) for number in prefixes}
        aggregates |= {Prefix(Family.V6, (0x20010DB8 << 16 | number) << 80, 48) for number in prefixes}
        found.append(
            BgpInstance(
                vrf=vrf,
                asn=asn,
                router_id=draw(st.none() | st.integers(1 << 24, FIRST_GROUP - 1).filter(is_router_id)),
                loop_asns=draw(st.sampled_from([(asn,), everyone])),
                neighbors=draw(neighbors(asn, listed)),
                aggregates=tuple(Aggregate(prefix=prefix) for prefix in aggregates),
                maximum_paths=draw(st.sampled_from([1, 16])),
            )
        )
    return tuple(found)


@st.composite
def statics(draw: st.DrawFn, present: tuple[Interface, ...]) -> tuple[StaticRoute, ...]:
    distances = st.sampled_from([1, 5, 7, 19])
    found = [
        StaticRoute(
            vrf=vrf, prefix=Prefix(Family.V4, 192 << 24 | 168 << 16, 16), discard=True, distance=draw(distances)
        )
        for vrf in (None, *VRFS)
        if draw(st.booleans())
    ]
    for interface in present:
        for address in interface.addresses:
            if address.length < address.family.bits and draw(st.booleans()):
                prefix = Prefix(address.family, address.value - address.value % 16 << 0, address.family.bits - 4)
                found.append(StaticRoute(vrf=interface.vrf, prefix=prefix, next_hop=address.value + 9))
    unique = {(route.vrf, route.prefix, route.next_hop): route for route in found}
    return tuple(unique.values())


@st.composite
def devices(draw: st.DrawFn) -> Device:
    """Return a device that `render` accepts."""
    acl_list = [draw(acls(f"A{index}", draw(FAMILIES))) for index in range(draw(st.integers(0, 3)))]
    names = {family: tuple(acl.name for acl in acl_list if acl.family is family) for family in Family}
    policy_list = [draw(policies(f"P{index}")) for index in range(draw(st.integers(1, 3)))]
    present = draw(interfaces(names))
    guarded = [f for f in sorted(Family) if names[f] if draw(st.booleans())]
    tables = (None, *VRFS) if draw(st.booleans()) else VRFS[:1]
    device = Device(
        name=draw(st.sampled_from(["r1", "tn-cpe.0-1"])),
        platform="junos",
        interfaces=present,
        vrfs=tuple(Vrf(name=name, description=draw(st.none() | _TEXTS)) for name in VRFS),
        acls=tuple(acl_list),
        policies=tuple(policy_list),
        statics=draw(statics(present)),
        bgp=draw(instances(tuple(policy_list))),
        logins=tuple(Login(service=service) for service in draw(st.sets(st.sampled_from(LoginService)))),
        control_filters=tuple(ControlFilter(family=f, acl=names[f][0], vrf=vrf) for f in guarded for vrf in tables),
        harmless=tuple(draw(st.sets(st.sampled_from(_LINES)))),
    )
    return canonical(device)
