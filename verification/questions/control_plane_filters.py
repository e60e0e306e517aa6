"""What a device takes at its own addresses: exactly BGP, ICMP, neighbour discovery, and logins of stations where they belong.

Turns a device's filter over its own addresses, and its ways in, into what is wrong with them. The one idea: what a declared
state lets in is one set (design: packets to a router's own addresses are a built-in intent), so a filter is right iff it lies
between the bounds of those sets; a list of one login is right iff the stations pass it (that nobody else does is `check_logins`'
question).

The set of a declared state: eBGP from the network's own addresses (RFC 4271: TCP port 179, either side opens), echo, its reply
and ICMP errors from anybody, neighbour discovery, all of them unfragmented; in the management VRF also, from a station, SSH,
NETCONF and SNMP, the answers to TCP sessions that the device opens (TACACS+) and to NTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce

from intents.policy import DevicesEndpoint, Effect, Policy
from intents.prefix import Family, format_address
from intents.reason import Reason, because
from intents.service import Transport
from routing.model import ESTABLISHED, Acl, AclEntry, Device, IcmpMatch, LoginService, NonInitial
from routing.refs import acl_entry_ref, acl_ref, control_filter_ref, login_ref
from verification.evidence.declared_state import DeclaredState
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
from verification.packets.acl_sets import deciding_entry, permitted, permitted_of
from verification.packets.flow_sets import FlowSet, NotExpressibleError, Span, clip, rectangle, span_of, union_of, whole
from verification.packets.header_space import HeaderSpace, header_space
from verification.packets.headers import ICMP, HeaderMatch, header_match
from verification.packets.login_headers import LOGIN_HEADERS
from verification.packets.permitted_sets import bounds_of
from verification.packets.session_headers import DEVICE_MESSAGES
from verification.questions.network import NetworkFault
from verification.verdicts.flow import TCP, UDP
from verification.verdicts.route_entry import table_named

_BGP = ((179, 179),)
_LOGINS = {
    LoginService.SSH: (Transport.TCP, 22),
    LoginService.NETCONF: (Transport.TCP, 830),
    LoginService.SNMP: (Transport.UDP, 161),
}
Part = tuple[tuple[Span, ...], HeaderMatch]
"""Sources, and the headers that they may send."""


def check_control(evidence: Evidence, device: Device, plane: ManagementPlane) -> Iterator[NetworkFault]:
    """Yield what a device's filters over its own addresses let in wrongly or keep out wrongly, VRF by VRF."""
    vrfs = sorted({item.vrf for item in device.interfaces if item.addresses}, key=lambda name: name or "")
    for family in Family:
        for vrf in vrfs if device.control_filters else ():
            is_management = vrf == plane.vrfs.get(device.name)
            yield from _check_filter(evidence, device, family, vrf, is_management=is_management)


def _check_filter(
    evidence: Evidence, device: Device, family: Family, vrf: str | None, *, is_management: bool
) -> Iterator[NetworkFault]:
    name = _filter_name(device, family, vrf)
    acl = evidence.acls.get((device.name, family, name))
    where = because("device_in_vrf", device=device.name, vrf=table_named(vrf))
    if acl is None or not acl.entries:
        reason = because("own_addresses_open", version=int(family), where=where)
        ref = control_filter_ref(vrf, family)
        yield NetworkFault(reason=reason, device=device.name, ref=ref, family=family)
        return
    wanted = tuple(_wanted(state, family, is_management=is_management) for state in evidence.states)
    for wrong, entry in _gaps(family, acl.entries, wanted):
        yield NetworkFault(
            reason=because("own_addresses_filter", where=where, wrong=wrong),
            device=device.name,
            ref=acl_ref(name) if entry is None else acl_entry_ref(name, entry),
            family=family,
        )


@lru_cache(maxsize=256)
def _gaps(
    family: Family, entries: tuple[AclEntry, ...], wanted: tuple[tuple[Part, ...], ...]
) -> tuple[tuple[Reason, int | None], ...]:
    """Return what a filter does wrongly and the entry that does it, by what each declared state wants; once per content, for many
    devices share one."""
    acl = Acl(name="", family=family, entries=entries)
    space = header_space(
        family, {*(match for parts in wanted for _, match in parts), *(header_match(entry) for entry in entries)}
    )
    try:
        admitted = permitted(acl, space)
    except NotExpressibleError as error:
        return ((because("filter_not_expressible", why=error.reason), None),)
    bounds = bounds_of([_union(space, parts) for parts in wanted])
    found: list[tuple[Reason, int | None]] = []
    for is_admitted, packets in ((True, admitted - bounds.may), (False, bounds.must - admitted)):
        packet = packets.witness()
        if packet is not None:
            source, protocol = format_address(family, packet.source), packet.header.protocol
            wrong = (
                because("admits_from", protocol=protocol, source=source)
                if is_admitted
                else because("drops_from", protocol=protocol, source=source)
            )
            found.append((wrong, deciding_entry(acl, packet)))
    return tuple(found)


def _filter_name(device: Device, family: Family, vrf: str | None) -> str:
    own = [item.acl for item in device.control_filters if item.family is family and vrf is not None and item.vrf == vrf]
    default = [item.acl for item in device.control_filters if item.family is family and item.vrf is None]
    return next(iter(own or default), "")


def _wanted(state: DeclaredState, family: Family, *, is_management: bool) -> tuple[Part, ...]:
    """Return what a declared state lets in."""
    routers = state.pairs[family].routers
    bgp = HeaderMatch(protocols=(TCP,), non_initial=NonInitial.SKIP)
    parts: list[Part] = [
        (routers, bgp._replace(destination_ports=_BGP)),
        (routers, bgp._replace(source_ports=_BGP, tcp_flags=ESTABLISHED)),
        (
            whole(family),
            HeaderMatch(
                protocols=(ICMP[family],),
                icmp=tuple(IcmpMatch(type=kind) for kind in DEVICE_MESSAGES[family]),
                non_initial=NonInitial.SKIP,
            ),
        ),
    ]
    stations = _stations(state, family)
    if is_management and stations:
        udp = bgp._replace(protocols=(UDP,))
        parts += [
            (stations, bgp._replace(destination_ports=((22, 22), (830, 830)))),
            (stations, bgp._replace(tcp_flags=ESTABLISHED)),
            (stations, udp._replace(destination_ports=((161, 161),))),
            (stations, udp._replace(source_ports=((123, 123),))),
        ]
    return tuple(parts)


def _stations(state: DeclaredState, family: Family) -> tuple[Span, ...]:
    return union_of(span_of(item) for item in state.declared.login_sources if item.family is family)


def _stations_kept(evidence: Evidence, family: Family) -> tuple[Span, ...]:
    """Return the management stations' addresses by every declared state."""
    first, *others = (_stations(state, family) for state in evidence.states)
    return reduce(clip, others, first)


def _union(space: HeaderSpace, parts: tuple[Part, ...]) -> FlowSet:
    found = FlowSet(space=space)
    for sources, match in parts:
        found |= rectangle(space, sources, whole(space.family), space.mask(match))
    return found


# Ways in that the stations need.


def check_ways_in(evidence: Evidence, device: Device, plane: ManagementPlane) -> Iterator[NetworkFault]:
    """Yield services that every declared state promises to the management stations and the device does not offer to those that
    stay."""
    vrf = plane.vrfs.get(device.name)
    for service in _promised(evidence):
        for family in Family:
            if _stations_kept(evidence, family) and not _offered(evidence, device, service, family, vrf):
                yield NetworkFault(
                    reason=because("login_closed", service=service, device=device.name, version=int(family)),
                    device=device.name,
                    ref=login_ref(service),
                    family=family,
                )


def _promised(evidence: Evidence) -> tuple[LoginService, ...]:
    return tuple(
        service
        for service, (transport, port) in _LOGINS.items()
        if all(_promises(state.declared.policy, transport, port) for state in evidence.states)
    )


def _promises(policy: Policy, transport: Transport, port: int) -> bool:
    return any(
        low <= port <= high
        for rule in policy.rules
        if rule.effect is Effect.PERMIT and rule.destination == DevicesEndpoint()
        for low, high in rule.service.of(transport)
    )


def _offered(evidence: Evidence, device: Device, service: LoginService, family: Family, vrf: str | None) -> bool:
    space = evidence.sides[family].space
    asked = rectangle(space, _stations_kept(evidence, family), whole(family), space.mask(LOGIN_HEADERS[service]))
    control = _filter_name(device, family, vrf)
    for login in device.logins:
        listens = login.vrfs is None or (vrf or "") in login.vrfs
        if login.service is not service or family not in login.families or not listens:
            continue
        names = [name for of_family, name in login.acls if of_family is family]
        if control:
            names.append(control)
        if all(_passes(evidence, device, family, name, asked) for name in names):
            return True
    return False


def _passes(evidence: Evidence, device: Device, family: Family, name: str, asked: FlowSet) -> bool:
    acl = evidence.acls.get((device.name, family, name))
    if acl is None or not acl.entries:
        return True
    try:
        return permitted_of(acl, asked).covers(asked)
    except NotExpressibleError:
        return False
