"""The way into a device, of whoever changes it: does a host still get a session with every right, whatever is being typed?

The one idea: the way in is made of parts, each of one device (its own address, filters, the service, who is let in) or of routes
between devices; it holds if every part holds, so parts are asked where they may have changed and nowhere else (ADR 44). What
stands in no model is `NotModelled`: that a line keeps nobody out is never assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from intents.prefix import Family, Prefix, format_address
from intents.reason import Reason, because
from routing.model import (
    Acl,
    AclEntry,
    Device,
    Direction,
    FlagMatch,
    Interface,
    LinePath,
    LoginService,
    NonInitial,
    UnknownLine,
)
from routing.vendors import VENDORS
from routing.vendors.admission import Account, Admission
from verification.evidence.evidence import Evidence
from verification.packets.acl_sets import permitted
from verification.packets.flow_sets import NotExpressibleError, Span, rectangle, span_of, union_of, whole
from verification.packets.header_space import header_space
from verification.packets.headers import HeaderMatch, header_match
from verification.routes.forwarding import Way
from verification.verdicts.flow import ACK, RST, SUCCESS, SYN, TCP
from verification.verdicts.verdict import NotModelled, Violated

Wrong = Violated | NotModelled
PORTS = {LoginService.SSH: 22, LoginService.NETCONF: 830}
"""IANA service names; NETCONF over SSH (RFC 6242)."""


class Leg(Enum):
    """Packets of a session that a host opens: to the device, or the answers."""

    FORTH = "forth"
    BACK = "back"


Ends = tuple[tuple[Span, ...], tuple[Span, ...]]
"""Sources and destinations of packets."""


class Crossing(NamedTuple):
    """Packets that a list must let pass: whose, where to, of which service, on which leg."""

    family: Family
    ends: Ends
    service: LoginService
    leg: Leg = Leg.FORTH


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPort:
    """Where hosts are plugged in that log in to devices."""

    device: str
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WayInAsked:
    """Who gets in where, in every state: `hosts`: where whoever changes devices sits; `own`: the addresses by which each device
    is reached; `ports`: where the hosts are plugged in; `sites`: devices that nobody's way to another one leads over."""

    hosts: tuple[Prefix, ...]
    own: Mapping[str, tuple[Prefix, ...]]
    ports: tuple[StationPort, ...]
    sites: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """How whoever changes a device came in at first: services, our accounts, who each service let in on which terms, and
    lines that nobody understands and that let it in nevertheless."""

    services: tuple[LoginService, ...]
    accounts: frozenset[Account]
    admissions: Mapping[LoginService, Admission]
    unknown: frozenset[UnknownLine]


def entrant_of(device: Device, names: frozenset[str]) -> Entrant:
    """Return how one comes into a device as it stands; `names`: accounts of ours, which are asked for if any of them is there."""
    services = tuple(item for item in PORTS if any(login.service is item for login in device.logins))
    admissions = {item: VENDORS[device.platform].admission(device, item) for item in PORTS}
    found = admissions[LoginService.SSH].accounts
    return Entrant(
        services=tuple(dict.fromkeys((LoginService.SSH, *services))),
        accounts=frozenset(item for item in found if item.name in names) or found,
        admissions=admissions,
        unknown=frozenset(device.unknown),
    )


# One device.


def check_way_in(device: Device, asked: WayInAsked, entrant: Entrant) -> Iterator[Wrong]:
    """Yield what keeps the hosts out of a device, or may, as far as the device itself decides it."""
    for line in device.unknown:
        if line not in entrant.unknown:
            shown = _shown(device, line.path)
            yield NotModelled(reason=because("way_in_unknown_line", line=shown, reason=line.reason))
    for own in asked.own.get(device.name, ()):
        if any(host.family is own.family for host in asked.hosts):
            yield from _arrives(device, asked, entrant, own)
    yield from _crosses(device, asked, entrant)
    yield from _let_in(device, entrant)


def _shown(device: Device, path: LinePath) -> str:
    """Return a line without its secrets."""
    return VENDORS[device.platform].hide_secrets(path[-1]).removesuffix("\n")


def _arrives(device: Device, asked: WayInAsked, entrant: Entrant, own: Prefix) -> Iterator[Wrong]:
    """Yield what stops packets of the hosts between an address of the device and its services."""
    holding = next((item for item in device.interfaces if item.enabled and _holds(item, own)), None)
    if holding is None:
        yield Violated(reason=_no_address(own), family=own.family)
        return
    hosts = _spans(asked.hosts, own.family)
    control = _control(device, own.family, holding.vrf)
    for service in entrant.services:
        yield from _listens(device, holding.vrf, Crossing(own.family, (hosts, whole(own.family)), service))
        if control is not None:
            yield from _passes(device, control, Crossing(own.family, (hosts, (span_of(own),)), service))


def _holds(item: Interface, own: Prefix) -> bool:
    return any((one.family, one.value) == (own.family, own.network) for one in item.addresses)


def _no_address(own: Prefix) -> Reason:
    return because("way_in_no_address", address=format_address(own.family, own.network))


def _listens(device: Device, vrf: str | None, crossing: Crossing) -> Iterator[Wrong]:
    """Yield what keeps a service from listening for the hosts. A session gets any line of several, so all must take it."""
    ways = [login for login in device.logins if login.service is crossing.service and crossing.family in login.families]
    if not ways:
        yield Violated(reason=because("way_in_no_service", service=crossing.service), family=crossing.family)
    for login in ways:
        if login.vrfs is not None and (vrf or "") not in login.vrfs:
            where = because("the_vrf", vrf=vrf) if vrf else because("the_global_table")
            yield Violated(reason=because("way_in_other_vrf", service=crossing.service, where=where))
        for family, name in login.acls:
            if family is crossing.family:
                yield from _passes(device, name, crossing)


def _control(device: Device, family: Family, vrf: str | None) -> str | None:
    own = [item.acl for item in device.control_filters if item.family is family and item.vrf == vrf]
    default = [item.acl for item in device.control_filters if item.family is family and item.vrf is None]
    return next(iter(own or default), None)


def _let_in(device: Device, entrant: Entrant) -> Iterator[Wrong]:
    """Yield why a session gets no account, or fewer rights, or is not known to come about."""
    for service in entrant.services:
        now, before = VENDORS[device.platform].admission(device, service), entrant.admissions[service]
        for term in sorted(now.terms ^ before.terms):
            yield NotModelled(reason=because("way_in_term", line=_shown(device, term)))
        if now.refusal is not None:
            yield Violated(reason=now.refusal)
            continue
        for account in sorted(entrant.accounts - now.accounts):
            yield Violated(reason=because("way_in_account_gone", name=account.name))


# Filters on the way.


def managing_vrfs(device: Device, asked: WayInAsked) -> frozenset[str | None]:
    """Return the VRFs of a device that ways in lead through: that of its own addresses, and those of hosts on it."""
    ports = {port.interface for port in asked.ports if port.device == device.name}
    own = asked.own.get(device.name, ())
    return frozenset(
        item.vrf for item in device.interfaces if item.name in ports or any(_holds(item, one) for one in own)
    )


def _crosses(device: Device, asked: WayInAsked, entrant: Entrant) -> Iterator[Wrong]:
    """Yield filters that stop what must cross them, at interfaces of the VRFs that ways in lead through."""
    vrfs = managing_vrfs(device, asked)
    for item in device.interfaces:
        if item.vrf in vrfs and item.enabled:
            for binding in item.bindings:
                for leg in _legs(device.name, asked, item.name, binding.direction):
                    ends = _ends(device.name, asked, binding.family, leg)
                    for service in entrant.services:
                        yield from _passes(device, binding.acl, Crossing(binding.family, ends, service, leg))


def _legs(name: str, asked: WayInAsked, interface: str, direction: Direction) -> tuple[Leg, ...]:
    """Return which packets cross an interface in a direction: a host's own port and a site without hosts have one leg each way,
    all else has both."""
    has_hosts = any(port.device == name for port in asked.ports)
    is_port = StationPort(device=name, interface=interface) in asked.ports
    if is_port or (name in asked.sites and not has_hosts):
        return (Leg.FORTH,) if direction is Direction.IN else (Leg.BACK,)
    return tuple(Leg)


def _ends(name: str, asked: WayInAsked, family: Family, leg: Leg) -> Ends:
    """Return sources and destinations of what crosses a device: of a site without hosts its own, of all else everybody's."""
    is_end = name in asked.sites and all(port.device != name for port in asked.ports)
    own = _spans((item for one in ((name,) if is_end else asked.own) for item in asked.own.get(one, ())), family)
    hosts = _spans(asked.hosts, family)
    return (hosts, own) if leg is Leg.FORTH else (own, hosts)


def _spans(prefixes: Iterable[Prefix], family: Family) -> tuple[Span, ...]:
    return union_of(span_of(item) for item in prefixes if item.family is family)


def _passes(device: Device, name: str, crossing: Crossing) -> Iterator[Wrong]:
    """Yield what is wrong with a list that packets must pass."""
    if not all(crossing.ends):
        return
    entries = _entries(device, name, crossing.family)
    if not entries:
        yield NotModelled(reason=because("way_in_list_empty", list=name))
        return
    try:
        stopped = _stopped(entries, crossing)
    except NotExpressibleError as error:
        yield NotModelled(reason=error.reason)
        return
    if stopped is not None:
        source = format_address(crossing.family, stopped)
        yield Violated(reason=because("way_in_list", list=name, service=crossing.service, source=source))


def _entries(device: Device, name: str, family: Family) -> tuple[AclEntry, ...]:
    return next((item.entries for item in device.acls if (item.name, item.family) == (name, family)), ())


@lru_cache(maxsize=1 << 12)
def _stopped(entries: tuple[AclEntry, ...], crossing: Crossing) -> int | None:
    """Return a source whose packets a list stops, None if there is none; once per content, for many devices share one.
    NotExpressibleError."""
    match = _session(PORTS[crossing.service], crossing.leg)
    space = header_space(crossing.family, {match, *(header_match(entry) for entry in entries)})
    asked = rectangle(space, *crossing.ends, space.mask(match))
    passed = permitted(Acl(name="", family=crossing.family, entries=entries), space, crossing.ends)
    left = (asked - passed).witness()
    return None if left is None else left.source


def _session(port: int, leg: Leg) -> HeaderMatch:
    """Return the packets of a session that a host opens (RFC 9293 3.5): the first one and those that follow, or the answers."""
    follows = FlagMatch(value=ACK, care=ACK)
    match = HeaderMatch(protocols=(TCP,), non_initial=NonInitial.SKIP)
    if leg is Leg.BACK:
        return match._replace(source_ports=((port, port),), tcp_flags=(follows,))
    opens = FlagMatch(value=SYN, care=SYN | ACK | RST)
    return match._replace(destination_ports=((port, port),), tcp_flags=(opens, follows))


def ground_of(device: Device, asked: WayInAsked, entrant: Entrant) -> tuple[object, ...]:
    """Return all of a device, beside its routes, that the way in rests on: where it is equal, `check_way_in` answers alike."""
    vrfs = managing_vrfs(device, asked)
    return (
        device.unknown,
        [(login, [_entries(device, name, family) for family, name in login.acls]) for login in device.logins],
        [(item, _entries(device, item.acl, item.family)) for item in device.control_filters],
        [(item.name, item.vrf, item.addresses, item.enabled) for item in device.interfaces if item.vrf in vrfs],
        [
            (item.name, binding, _entries(device, binding.acl, binding.family))
            for item in device.interfaces
            if item.vrf in vrfs
            for binding in item.bindings
        ],
        [VENDORS[device.platform].admission(device, service) for service in entrant.services],
    )


# Routes between devices.


def check_routes_in(evidence: Evidence, asked: WayInAsked) -> Iterator[tuple[str, Wrong]]:
    """Yield devices that a host does not reach by routes, or that do not reach it, each with what is wrong."""
    starts = {
        port: node for port in asked.ports if (node := evidence.starts.get((port.device, port.interface))) is not None
    }
    regions = {host: tuple(_regions(evidence, host)) for host in asked.hosts}
    holding = {
        (evidence.topology.nodes[node][0], address): node
        for node, held in enumerate(evidence.topology.own)
        for address in held
    }
    for device, prefixes in sorted(asked.own.items()):
        if device in evidence.given.network.devices:
            for own in prefixes:
                node = holding.get((device, (own.family, own.network)))
                reason = _unreached(evidence, asked, starts, regions, (device, node, own))
                if reason is not None:
                    yield device, Violated(reason=reason, family=own.family)


def _unreached(
    evidence: Evidence,
    asked: WayInAsked,
    starts: Mapping[StationPort, int],
    regions: Mapping[Prefix, tuple[Prefix, ...]],
    goal: tuple[str, int | None, Prefix],
) -> Reason | None:
    device, node, own = goal
    hosts = [host for host in asked.hosts if host.family is own.family]
    if not hosts:
        return None
    if node is None or own not in evidence.regions.chains:
        return _no_address(own)
    for port in asked.ports:
        start = starts.get(port)
        ways = () if start is None else evidence.whole.ways(start, own)
        if not ways or any(way.end not in SUCCESS or way.device != device for way in ways):
            return because("way_in_no_way", address=format_address(own.family, own.network), station=port.device)
    ends = frozenset((port.device, port.interface) for port in asked.ports)
    for host in hosts:
        back = [evidence.whole.ways(node, region) for region in regions[host]]
        if not back or not all(_all_end(ways, ends) for ways in back):
            return because("way_in_no_way_back", host=host)
    return None


def _all_end(ways: tuple[Way, ...], ends: frozenset[tuple[str, str]]) -> bool:
    return bool(ways) and all(way.end in SUCCESS and (way.device, way.interface) in ends for way in ways)


def _regions(evidence: Evidence, host: Prefix) -> Iterator[Prefix]:
    """Yield the prefixes by which routes treat addresses of a host apart: those inside, and the longest one around it."""
    if host in evidence.regions.chains:
        yield from evidence.regions.inside[host]
        return
    around = [item for item in evidence.regions.chains if item.covers(host)]
    if around:
        yield max(around, key=lambda item: item.length)
    yield from (item for item in evidence.regions.chains if host.covers(item))
