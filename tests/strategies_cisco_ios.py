"""Hypothesis strategies for devices that IOS-XE can carry, in the canonical form that `read` gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from intents.prefix import Family, Prefix, prefix_of
from routing.model import (
    ESTABLISHED,
    Acl,
    AclBinding,
    AclEntry,
    Action,
    AddressMatch,
    Aggregate,
    BgpInstance,
    BgpNeighbor,
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
    PrefixRule,
    Redistribution,
    RoutePolicy,
    RouteSource,
    StaticRoute,
    Vrf,
    VrfFamily,
)
from routing.vendors.cisco_ios.reader.interface import advertises
from routing.vendors.cisco_ios.reader.static import farthest
from routing.vendors.cisco_ios.terms import is_router_number
from routing.vendors.reserved import RESERVED_ASNS

FAMILIES = st.sampled_from(list(Family))
NAMES = st.from_regex(r"[A-Z][A-Za-z0-9_-]{0,12}", fullmatch=True)
TEXTS = st.text("abc XYZ0-ủy ban", min_size=1, max_size=20).map(str.strip).filter(bool)
TARGETS = st.builds("{}:{}".format, st.integers(1, 65535), st.integers(1, 65535))
AS_NUMBERS = st.integers(1, 4294967295).filter(lambda number: number not in RESERVED_ASNS)
COMMUNITIES = st.builds("{}:{}".format, st.integers(0, 65534), st.integers(0, 65535))
PORTS = st.integers(0, 65535)


def all_ones(family: Family) -> int:
    """Return the address with every bit set."""
    return (1 << family.bits) - 1


def address_values(family: Family) -> st.SearchStrategy[int]:
    """Return addresses that are neither zero nor all ones, nor link-local."""
    found = st.integers(1, all_ones(family) - 1)
    return found if family is Family.V4 else found.filter(lambda value: value >> 118 != 0xFE80 >> 6)


@st.composite
def prefixes(draw: st.DrawFn, family: Family) -> Prefix:
    """Return any prefix of the family."""
    return prefix_of(family, draw(st.integers(0, all_ones(family))), draw(st.integers(0, family.bits)))


@st.composite
def address_matches(draw: st.DrawFn, family: Family) -> tuple[AddressMatch, ...] | None:
    """Return any, a host, a prefix or (IPv4) any wildcard."""
    if family is Family.V4 and draw(st.booleans()):
        care = draw(st.integers(1, all_ones(family)))
    else:
        length = draw(st.integers(0, family.bits))
        care = all_ones(family) >> (family.bits - length) << (family.bits - length)
    if care == 0:
        return None
    return (AddressMatch(value=draw(st.integers(0, all_ones(family))) & care, care=care),)


PORT_RANGES = st.none() | st.tuples(PORTS, PORTS).map(lambda pair: ((min(pair), max(pair)),))
FLAGS = (
    st.none()
    | st.just(ESTABLISHED)
    | st.tuples(st.integers(1, 63), st.integers(0, 63)).map(
        lambda pair: (FlagMatch(value=pair[0] & pair[1], care=pair[0]),)
    )
)
ICMP = st.none() | st.builds(
    lambda kind, code: (IcmpMatch(type=kind, code=code),), st.integers(0, 255), st.none() | st.integers(0, 255)
)


@st.composite
def acl_entries(draw: st.DrawFn, family: Family) -> AclEntry:
    """Return an entry that is one line."""
    action = draw(st.sampled_from(list(Action)))
    icmp_number = 1 if family is Family.V4 else 58
    protocol = draw(st.none() | st.sampled_from([6, 17, 132, icmp_number]) | st.integers(1, 255))
    ported = protocol in (6, 17, 132)
    source_ports = draw(PORT_RANGES) if ported else None
    destination_ports = draw(PORT_RANGES) if ported else None
    flags = draw(FLAGS) if protocol == 6 else None
    icmp = draw(ICMP) if protocol == icmp_number else None
    layer4 = (source_ports, destination_ports, flags, icmp) != (None,) * 4
    if layer4:
        non_initial = NonInitial.MATCH if action is Action.PERMIT else NonInitial.SKIP
    else:
        non_initial = draw(st.sampled_from([NonInitial.MATCH, NonInitial.ONLY]))
    return AclEntry(
        action=action,
        protocols=None if protocol is None else (protocol,),
        sources=draw(address_matches(family)),
        destinations=draw(address_matches(family)),
        source_ports=source_ports,
        destination_ports=destination_ports,
        tcp_flags=flags,
        icmp=icmp,
        non_initial=non_initial,
        log=draw(st.booleans()),
    )


@st.composite
def acls(draw: st.DrawFn, name: str) -> Acl:
    """Return an access list; an IPv6 one ends with an entry for every packet."""
    family = draw(FAMILIES)
    entries = tuple(draw(st.lists(acl_entries(family), max_size=4)))
    if family is Family.V6 and entries:
        entries += (AclEntry(action=Action.DENY, log=True),)
    return Acl(name=name, family=family, entries=entries)


@st.composite
def prefix_rules(draw: st.DrawFn, family: Family) -> PrefixRule:
    """Return a rule with lengths in order."""
    prefix = draw(prefixes(family))
    low = draw(st.integers(prefix.length, family.bits))
    return PrefixRule(prefix=prefix, low=low, high=draw(st.integers(low, family.bits)), permit=draw(st.booleans()))


@st.composite
def clauses(draw: st.DrawFn, number: int) -> PolicyClause:
    """Return a route-map clause."""
    family = draw(FAMILIES)
    community_sets = st.lists(COMMUNITIES, min_size=1, max_size=2, unique=True).map(lambda found: tuple(sorted(found)))
    wanted = draw(st.none() | st.lists(community_sets, min_size=1, max_size=2, unique=True))
    return PolicyClause(
        name=str(number),
        action=draw(st.sampled_from(list(Action))),
        prefixes=draw(st.none() | st.lists(prefix_rules(family), min_size=1, max_size=3).map(tuple)),
        communities=None if wanted is None else tuple(sorted(wanted)),
        add_communities=tuple(sorted(draw(st.lists(COMMUNITIES, max_size=2, unique=True)))),
        replace_communities=draw(st.booleans()),
        local_preference=draw(st.none() | st.integers(0, 4294967295)),
        metric=draw(st.none() | st.integers(0, 4294967295)),
        prepend=tuple(draw(st.lists(AS_NUMBERS, max_size=3))),
    )


@st.composite
def policies(draw: st.DrawFn, name: str) -> RoutePolicy:
    """Return a route map."""
    numbers = sorted(draw(st.lists(st.integers(1, 65535), min_size=1, max_size=3, unique=True)))
    return RoutePolicy(name=name, clauses=tuple(draw(clauses(number)) for number in numbers))


@st.composite
def bound_policies(draw: st.DrawFn, family: Family, name: str) -> RoutePolicy:
    """Return the policy of a prefix list that is bound to a neighbour without a route map."""
    rules = tuple(draw(st.lists(prefix_rules(family), min_size=1, max_size=3)))
    start = "prefix-list" if family is Family.V4 else "ipv6 prefix-list"
    clause = PolicyClause(name="10", action=Action.PERMIT, prefixes=rules)
    return RoutePolicy(name=f"{start} {name}", clauses=(clause,))


@st.composite
def vrfs(draw: st.DrawFn, name: str, maps: Sequence[str], number: int) -> Vrf:
    """Return a VRF with at least one family; its route distinguisher is that of no VRF with another number."""
    found = sorted(draw(st.sets(FAMILIES, min_size=1)))
    return Vrf(
        name=name,
        rd=f"{number}:{draw(st.integers(1, 65535))}",
        families=tuple(draw(vrf_families(family, maps)) for family in found),
        description=draw(st.none() | TEXTS),
    )


@st.composite
def vrf_families(draw: st.DrawFn, family: Family, maps: Sequence[str]) -> VrfFamily:
    """Return one family of a VRF."""
    return VrfFamily(
        family=family,
        imports=tuple(sorted(draw(st.sets(TARGETS, max_size=2)))),
        exports=tuple(sorted(draw(st.sets(TARGETS, max_size=2)))),
        import_map=draw(st.none() | st.sampled_from(maps)) if maps else None,
    )


@st.composite
def interfaces(draw: st.DrawFn, name: str, vrf: Vrf | None, bindable: Sequence[Acl]) -> Interface:
    """Return an interface of the VRF with addresses of its families."""
    allowed = list(Family) if vrf is None else [family.family for family in vrf.families]
    addresses: set[InterfaceAddress] = set()
    for family in draw(st.sets(st.sampled_from(allowed))):
        for number, value in enumerate(draw(st.lists(address_values(family), min_size=1, max_size=2, unique=True))):
            secondary = family is Family.V4 and number > 0
            length = draw(st.integers(1, family.bits))
            addresses.add(InterfaceAddress(family=family, value=value, length=length, secondary=secondary))
    bindings = {
        (direction, acl.family): AclBinding(direction=direction, family=acl.family, acl=acl.name)
        for acl in (draw(st.lists(st.sampled_from(bindable), max_size=2)) if bindable else ())
        for direction in draw(st.sets(st.sampled_from(list(Direction))))
    }
    return Interface(
        name=name,
        vrf=None if vrf is None else vrf.name,
        vlan=int(name.partition(".")[2]) if "." in name else None,
        addresses=tuple(sorted(addresses, key=lambda a: (a.family, a.secondary, a.value, a.length))),
        enabled=draw(st.booleans()),
        bindings=tuple(bindings[key] for key in sorted(bindings)),
        description=draw(st.none() | TEXTS),
    )


@st.composite
def statics(draw: st.DrawFn, vrf: str | None) -> StaticRoute:
    """Return a static route in a VRF."""
    family = draw(FAMILIES)
    kind = draw(st.sampled_from(["next_hop", "interface", "discard"]))
    return StaticRoute(
        vrf=vrf,
        prefix=draw(prefixes(family).filter(is_destination)),
        next_hop=draw(address_values(family)) if kind == "next_hop" else None,
        interface="GigabitEthernet0/0/1" if kind == "interface" else None,
        discard=kind == "discard",
        distance=draw(st.integers(1, farthest(family))),
    )


@st.composite
def neighbors(draw: st.DrawFn, asn: int, family: Family, address: int, names: Sequence[str]) -> BgpNeighbor:
    """Return an eBGP neighbour; at most one route map and one prefix list per direction."""
    remote_as = draw(AS_NUMBERS.filter(lambda number: number != asn))
    start = "prefix-list" if family is Family.V4 else "ipv6 prefix-list"
    usable = [name for name in names if " " not in name]
    bound = [name for name in names if name.startswith(start + " ")]
    ways = [
        tuple(sorted([*draw(st.lists(st.sampled_from(usable), max_size=1) if usable else st.just([])),
                      *draw(st.lists(st.sampled_from(bound), max_size=1) if bound else st.just([]))]))
        for _ in range(2)
    ]  # fmt: skip
    prepend, replace = draw(st.sampled_from([(True, False), (False, False), (False, True)]))
    local = draw(st.none() | AS_NUMBERS.filter(lambda number: number not in (asn, remote_as)))
    return BgpNeighbor(
        family=family,
        address=address,
        remote_as=remote_as,
        enabled=draw(st.booleans()),
        local_as=None if local is None else LocalAs(asn=local, prepend_in=prepend, replace=replace),
        imports=ways[0],
        exports=ways[1],
        loops=draw(st.integers(0, 10)),
        maximum_prefixes=draw(st.none() | st.integers(1, 2**31 - 1)),
        send_communities=draw(st.booleans()),
        description=draw(st.none() | TEXTS),
    )


@st.composite
def instances(draw: st.DrawFn, vrf: Vrf | None, asn: int, router_id: int | None, names: Sequence[str]) -> BgpInstance:
    """Return BGP in one VRF (None: the global table)."""
    allowed = list(Family) if vrf is None else [family.family for family in vrf.families]
    family_sets = st.sampled_from(allowed)
    ends = sorted(
        draw(
            st.sets(family_sets.flatmap(lambda family: st.tuples(st.just(family), address_values(family))), max_size=3)
        )
    )
    maps = st.sampled_from([None, *(name for name in names if " " not in name)])
    sources = draw(
        st.sets(st.tuples(family_sets, st.sampled_from([RouteSource.CONNECTED, RouteSource.STATIC])), max_size=3)
    )
    paths = draw(st.integers(1, 32))
    aggregates = draw(st.sets(family_sets.flatmap(prefixes), max_size=2))
    found = BgpInstance(
        vrf=None if vrf is None else vrf.name,
        asn=asn,
        router_id=router_id,
        loop_asns=(asn,),
        neighbors=tuple(draw(neighbors(asn, family, address, names)) for family, address in ends),
        redistributions=tuple(
            Redistribution(family=family, source=source, policy=draw(maps)) for family, source in sorted(sources)
        ),
        networks=tuple(sorted(draw(st.sets(family_sets.flatmap(prefixes), max_size=2)))),
        aggregates=tuple(Aggregate(prefix=prefix, summary_only=draw(st.booleans())) for prefix in sorted(aggregates)),
        maximum_paths=paths,
    )
    return found if said_families(found) <= set(allowed) else found.__class__(vrf=found.vrf, asn=asn, loop_asns=(asn,))


def said_families(instance: BgpInstance) -> set[Family]:
    """Return the families that the text of an instance has sections for."""
    found = {neighbor.family for neighbor in instance.neighbors}
    found |= {redistribution.family for redistribution in instance.redistributions}
    found |= {prefix.family for prefix in instance.networks}
    found |= {aggregate.prefix.family for aggregate in instance.aggregates}
    return found or {Family.V4}


@st.composite
def logins(draw: st.DrawFn, acls4: Sequence[str], acls6: Sequence[str]) -> tuple[Login, ...]:
    """Return ways in that IOS can say."""
    found: dict[LoginService, Login] = {}
    for service in draw(st.sets(st.sampled_from(list(LoginService)))):
        chosen = []
        for family, names in ((Family.V4, acls4), (Family.V6, acls6)):
            name = draw(st.sampled_from([None, *names]))
            if name is not None:
                chosen.append((family, name))
        limited = service in (LoginService.SSH, LoginService.TELNET) and len(chosen) == 2 and draw(st.booleans())
        found[service] = Login(service=service, vrfs=("",) if limited else None, acls=tuple(chosen))
    return tuple(found[service] for service in sorted(found))


HARMLESS: tuple[LinePath, ...] = (
    ("aaa new-model",),
    ("archive",),
    ("archive", "log config"),
    ("archive", "log config", "hidekeys"),
    ("banner login ^C\nhello\n interface Loopback9\n^C",),
    ("line con 0",),
    ("line con 0", "stopbits 1"),
    ("line vty 0 4", "exec-timeout 10 0"),
    ("ntp server 10.0.0.1",),
    ("service password-encryption",),
    ("version 17.9",),
)


@st.composite
def harmless_lines(draw: st.DrawFn) -> tuple[LinePath, ...]:
    """Return harmless lines, each with the headers of its section (that of the vty lines is modelled)."""
    chosen = draw(st.sets(st.sampled_from(HARMLESS)))
    if ("aaa new-model",) in chosen:  # or nobody would get in (IOS-AAA-02)
        chosen.add(("username truc privilege 15 secret 9 $9$abc",))
    headers = {path[:length] for path in chosen for length in range(1, len(path))}
    return tuple(sorted(chosen | (headers - {("line vty 0 4",)})))


@st.composite
def devices(draw: st.DrawFn) -> Device:
    """Return a device as `read` gives it back from its own text."""
    acl_values = tuple(draw(acls(name)) for name in sorted(draw(st.sets(NAMES, max_size=3))))
    maps = [draw(policies(name)) for name in sorted(draw(st.sets(NAMES, max_size=3)))]
    vrf_values = tuple(
        draw(vrfs(name, [policy.name for policy in maps], number))
        for number, name in enumerate(sorted(draw(st.sets(NAMES, max_size=3))), start=1)
    )
    places: list[Vrf | None] = [None, *vrf_values]
    bound = [draw(bound_policies(family, draw(NAMES))) for family in draw(st.sets(FAMILIES))]
    names = [policy.name for policy in (*maps, *bound)]
    asn = draw(AS_NUMBERS)
    router_id = draw(st.none() | address_values(Family.V4).filter(is_router_number))
    homes = [place for place in places if draw(st.booleans()) and (place is None or bgp_fits(place))]
    bgp = tuple(draw(instances(place, asn, router_id, names)) for place in homes)
    used = {
        name for instance in bgp for neighbor in instance.neighbors for name in (*neighbor.imports, *neighbor.exports)
    }
    routes = {
        (route.vrf, route.prefix, route.next_hop, route.interface, route.discard): route
        for place in places
        for route in draw(st.lists(statics(None if place is None else place.name), max_size=2))
        if place is None or any(family.family is route.prefix.family for family in place.families)
    }
    return Device(
        name="r1",
        platform="cisco_ios",
        interfaces=standing(tuple(draw(interfaces(*found, acl_values)) for found in draw(interface_places(places)))),
        vrfs=vrf_values,
        acls=acl_values,
        policies=tuple(sorted((*maps, *(p for p in bound if p.name in used)), key=lambda policy: policy.name)),
        statics=tuple(
            sorted(
                routes.values(),
                key=lambda r: (r.vrf or "", r.prefix, -1 if r.next_hop is None else r.next_hop, r.interface or ""),
            )
        ),
        bgp=bgp,
        logins=draw(
            logins(
                [acl.name for acl in acl_values if acl.family is Family.V4 and acl.entries],
                [acl.name for acl in acl_values if acl.family is Family.V6 and acl.entries],
            )
        ),
        harmless=draw(harmless_lines()),
    )


def standing(found: tuple[Interface, ...]) -> tuple[Interface, ...]:
    """Return the interfaces without the addresses that a device would refuse: no host's, or overlapping one before it."""
    taken: list[tuple[str | None, str, Prefix]] = []
    kept = []
    for interface in found:
        addresses: list[InterfaceAddress] = []
        for address in interface.addresses:
            subnet = prefix_of(address.family, address.value, address.length)
            is_free = not any(vrf == interface.vrf and other.overlaps(subnet) for vrf, _, other in taken)
            has_primary = not address.secondary or any(item.family is Family.V4 for item in addresses)
            if is_host(address) and is_free and has_primary:
                addresses.append(address)
                taken.append((interface.vrf, interface.name, subnet))
        kept.append(replace(interface, addresses=tuple(addresses), advertises=advertises(interface.name, addresses)))
    return tuple(kept)


def is_destination(prefix: Prefix) -> bool:
    """Return whether a static route may lead to a prefix."""
    octet, inside = prefix.network >> 24, prefix.length >= 8
    return prefix.family is Family.V6 or not (
        (inside and octet in (0, 127)) or (prefix.length >= 4 and 224 <= octet < 240)
    )


def is_host(address: InterfaceAddress) -> bool:
    """Return whether an address may be an interface's."""
    if address.family is Family.V6:
        return address.value > 1 and address.value >> 120 != 0xFF
    host_bits = all_ones(Family.V4) >> address.length
    is_edge = address.length < 31 and address.value & host_bits in (0, host_bits)
    return 0 < address.value >> 24 < 224 and address.value >> 24 != 127 and not is_edge


def bgp_fits(vrf: Vrf) -> bool:
    """Return whether an empty BGP instance (said with an IPv4 section) fits into a VRF."""
    return any(family.family is Family.V4 for family in vrf.families)


@st.composite
def interface_places(draw: st.DrawFn, places: Sequence[Vrf | None]) -> list[tuple[str, Vrf | None]]:
    """Return interface names in order with the VRF of each."""
    names = draw(st.sets(st.sampled_from(["GigabitEthernet0/0/1", "Loopback0", "GigabitEthernet0/0/1.7",
                                          "TenGigabitEthernet0/1/0.4094", "GigabitEthernet0/0/10"])))  # fmt: skip
    return [(name, draw(st.sampled_from(places))) for name in sorted(names)]
