"""What the policy means for one packet: is it among those that somebody asked for?

The one idea: a session is asked about by its two ends and its service, so a packet is allowed if it, or what it would
be when turned round, belongs to a session that may be started. Everything is looked up anew for each packet; no set of
packets is ever made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from intents.policy import Effect, Endpoint, OutsideEndpoint, Policy, Rule
from intents.prefix import Family, Prefix, parse_prefix
from intents.registry import AttachmentName, OrganisationName, Registry
from intents.service import ServiceSet, Transport
from verification.verdicts.flow import ACK, ICMP4, ICMP6, RST, TCP, UDP, Flow

_ICMP = {Family.V4: ICMP4, Family.V6: ICMP6}
_ECHO_REQUEST = {Family.V4: 8, Family.V6: 128}
_ECHO_REPLY = {Family.V4: 0, Family.V6: 129}
_ERRORS = {Family.V4: (3, 11, 12), Family.V6: (1, 2, 3, 4)}
"""Unreachable, time exceeded, parameter problem (RFC 792); IPv6 also packet too big (RFC 4443)."""
_NEIGHBOR_DISCOVERY = (135, 136)
"""Neighbour solicitation and advertisement (RFC 4861)."""
_LINK_LOCAL = parse_prefix("fe80::/10")
_UNSPECIFIED = parse_prefix("::/128")
_LINK_MULTICAST = parse_prefix("ff02::/16")


class PlanAddresses(Protocol):
    """Which prefixes endpoints, attachments and the network itself have (`ipam.endpoints`)."""

    def prefixes(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]: ...

    def excluded(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]: ...

    def lans(self, family: Family) -> Mapping[AttachmentName, Prefix]: ...

    def infrastructure(self, family: Family) -> tuple[Prefix, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentAddresses:
    """The prefixes of an attachment's LAN, those its packets come from (the same, but for outside networks), and whose
    it is (None: a system or an outside network)."""

    lans: tuple[Prefix, ...]
    own: tuple[Prefix, ...]
    organisation: OrganisationName | None = None


AttachmentLans = Mapping[AttachmentName, AttachmentAddresses]


def attachment_lans(registry: Registry, addresses: PlanAddresses) -> AttachmentLans:
    """Return the addresses of every attachment of a registry of one day, in both families."""
    found: dict[AttachmentName, AttachmentAddresses] = {}
    for name, attachment in sorted(registry.attachments.items()):
        lans = tuple(addresses.lans(family)[name] for family in Family if name in addresses.lans(family))
        own = lans
        if attachment.outside is not None:
            behind = OutsideEndpoint(outside=attachment.outside)
            own = tuple(prefix for family in Family for prefix in addresses.prefixes(behind, family))
        found[name] = AttachmentAddresses(lans=lans, own=own, organisation=attachment.organisation)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Everything that one declared state says of a packet is looked up here."""

    policy: Policy
    addresses: PlanAddresses
    lans: AttachmentLans

    def allows(self, flow: Flow, start: AttachmentName | None) -> bool:
        """Return whether the state allows a packet (see `is_allowed`); it allows none from whom it does not have."""
        if start is not None and start not in self.lans:
            return False
        return is_allowed(self.policy, self.addresses, self.lans, flow, start)

    def has_hosts(self, flow: Flow) -> bool:
        """Return whether a packet goes to an attachment: to the free space of a class it may be allowed, and finds nobody."""
        return any(_holds(item.own, flow.family, flow.destination) for item in self.lans.values())


def must_arrive(sayings: Iterable[Saying], flow: Flow, start: AttachmentName | None) -> bool:
    """Return whether every declared state allows a packet, and has somebody where it goes."""
    return all(saying.allows(flow, start) and saying.has_hosts(flow) for saying in sayings)


def may_arrive(sayings: Iterable[Saying], flow: Flow, start: AttachmentName | None) -> bool:
    """Return whether some declared state allows a packet."""
    return any(saying.allows(flow, start) for saying in sayings)


def is_allowed(
    policy: Policy, addresses: PlanAddresses, lans: AttachmentLans, flow: Flow, start: AttachmentName | None
) -> bool:
    """Return whether a packet that starts at an attachment's port is allowed (an IPv6 non-initial fragment never is).

    `start` None: the packet comes out of the network towards whom it is addressed, with an honest source; then the
    ICMP errors of routers belong to it too. KeyError if the attachment is not in `lans`.
    """
    if flow.fragment and flow.family is Family.V6:
        return False
    sight = Saying(policy=policy, addresses=addresses, lans=lans)
    if start is None:
        near = tuple(prefix for item in lans.values() for prefix in item.lans)
        return _belongs_to_session(sight, flow) or _is_router_error(sight, flow) or _is_discovery(near, flow)
    here = lans[start]
    honest = _holds(here.own, flow.family, flow.source)
    sent = honest and (_belongs_to_session(sight, flow) or _is_gateway_echo(here, flow))
    return sent or _is_discovery(here.lans, flow)


# Sessions, and what belongs to them.


def _belongs_to_session(sight: Saying, flow: Flow) -> bool:
    started = _services(sight, flow.family, flow.source, flow.destination)
    answered = _services(sight, flow.family, flow.destination, flow.source)
    if flow.fragment:
        return _is_fragment_of(started, flow) or _is_fragment_of(answered, flow)
    return (
        _opens(started, flow)
        or (_may_reply(flow) and _opens(answered, _turned(flow)))
        or (_is_error(flow) and bool(started or answered))
    )


def _opens(services: ServiceSet, flow: Flow) -> bool:
    """Return whether a packet goes from the starter of a session of one of the services to its other end."""
    if flow.protocol == TCP:
        return _has(services, Transport.TCP, flow.destination_port)
    if flow.protocol == UDP:
        return _has(services, Transport.UDP, flow.destination_port)
    echo = flow.protocol == _ICMP[flow.family] and flow.icmp_type == _ECHO_REQUEST[flow.family]
    return echo and bool(services.of(Transport.ICMP_ECHO))


def _has(services: ServiceSet, transport: Transport, port: int) -> bool:
    return any(low <= port <= high for low, high in services.of(transport))


def _may_reply(flow: Flow) -> bool:
    """Return whether a packet can belong to a session started from where it goes (TCP: ACK or RST is set)."""
    if flow.protocol == TCP:
        return flow.tcp_flags & (ACK | RST) != 0
    return flow.protocol == UDP or (flow.protocol == _ICMP[flow.family] and flow.icmp_type == _ECHO_REPLY[flow.family])


def _turned(flow: Flow) -> Flow:
    """Return the packet that a reply answers: ends and ports exchanged, an echo reply made a request."""
    is_icmp = flow.protocol == _ICMP[flow.family]
    return replace(
        flow,
        source=flow.destination,
        destination=flow.source,
        source_port=flow.destination_port,
        destination_port=flow.source_port,
        icmp_type=_ECHO_REQUEST[flow.family] if is_icmp else flow.icmp_type,
    )


def _is_error(flow: Flow) -> bool:
    return flow.protocol == _ICMP[flow.family] and flow.icmp_type in _ERRORS[flow.family]


def _is_fragment_of(services: ServiceSet, flow: Flow) -> bool:
    """Return whether a fragment has the protocol of what the services bring with them (ICMP: the errors of any of
    them)."""
    if flow.protocol == TCP:
        return bool(services.of(Transport.TCP))
    if flow.protocol == UDP:
        return bool(services.of(Transport.UDP))
    return flow.protocol == _ICMP[flow.family] and bool(services)


# Who may start which services to whom.


def _services(sight: Saying, family: Family, source: int, destination: int) -> ServiceSet:
    """Return the services whose sessions `source` may start to `destination`: the permitted without the forbidden."""
    permitted, forbidden = ServiceSet(), ServiceSet()
    for rule in sight.policy.rules:
        if _concerns(sight, rule, family, source, destination):
            if rule.effect is Effect.PERMIT:
                permitted |= rule.service
            else:
                forbidden |= rule.service
    return permitted - forbidden


def _concerns(sight: Saying, rule: Rule, family: Family, source: int, destination: int) -> bool:
    return (
        _is_member(sight, rule.source, family, source)
        and _is_member(sight, rule.destination, family, destination)
        and (not rule.same_organisation or _share_organisation(sight, family, source, destination))
    )


def _is_member(sight: Saying, endpoint: Endpoint, family: Family, address: int) -> bool:
    inside = _holds(sight.addresses.prefixes(endpoint, family), family, address)
    return inside and not _holds(sight.addresses.excluded(endpoint, family), family, address)


def _share_organisation(sight: Saying, family: Family, one: int, other: int) -> bool:
    return bool(_organisations_at(sight, family, one) & _organisations_at(sight, family, other))


def _organisations_at(sight: Saying, family: Family, address: int) -> frozenset[OrganisationName]:
    return frozenset(
        item.organisation
        for item in sight.lans.values()
        if item.organisation is not None and _holds(item.lans, family, address)
    )


def _holds(prefixes: tuple[Prefix, ...], family: Family, address: int) -> bool:
    return any(prefix.family is family and prefix.holds(address) for prefix in prefixes)


# The built-in intents.


def gateway_of(lan: Prefix) -> int:
    """Return the device's own address on a LAN: its first address, which is the lower one where there are only two."""
    return lan.network if lan.size <= 2 else lan.network + 1


def _is_gateway_echo(here: AttachmentAddresses, flow: Flow) -> bool:
    gateways = [gateway_of(lan) for lan in here.lans if lan.family is flow.family]
    is_icmp = flow.protocol == _ICMP[flow.family]
    return is_icmp and flow.destination in gateways and (flow.fragment or flow.icmp_type == _ECHO_REQUEST[flow.family])


def _is_discovery(lans: tuple[Prefix, ...], flow: Flow) -> bool:
    """Return whether a packet is the neighbour discovery of one of some LANs."""
    return any(_is_discovery_on(lan, flow) for lan in lans if lan.family is Family.V6)


def _is_discovery_on(lan: Prefix, flow: Flow) -> bool:
    return (
        flow.family is Family.V6
        and flow.protocol == ICMP6
        and flow.icmp_type in _NEIGHBOR_DISCOVERY
        and _holds((lan, _LINK_LOCAL, _UNSPECIFIED), Family.V6, flow.source)
        and _holds((lan, _LINK_LOCAL, _LINK_MULTICAST), Family.V6, flow.destination)
    )


def _is_router_error(sight: Saying, flow: Flow) -> bool:
    """Return whether a packet is a router's ICMP error towards an attachment that has some session at all."""
    from_router = _holds(sight.addresses.infrastructure(flow.family), flow.family, flow.source)
    is_error = flow.protocol == _ICMP[flow.family] and (flow.fragment or _is_error(flow))
    receivers = [item for item in sight.lans.values() if _holds(item.own, flow.family, flow.destination)]
    return from_router and is_error and any(_has_sessions(sight, item, flow.family) for item in receivers)


def _has_sessions(sight: Saying, item: AttachmentAddresses, family: Family) -> bool:
    """Return whether any address of an attachment may start a session, or be the other end of one.

    Addresses differ only where a prefix that somebody named begins or ends, so one address of each stretch stands for
    all.
    """
    steps = _steps(sight, family)
    ours = [address for address in steps if _holds(item.own, family, address)]
    return any(
        bool(_services(sight, family, mine, other) or _services(sight, family, other, mine))
        for mine in ours
        for other in steps
    )


def _steps(sight: Saying, family: Family) -> tuple[int, ...]:
    """Return the first address of each stretch in which all addresses belong to the same endpoints and attachments."""
    endpoints = {endpoint for rule in sight.policy.rules for endpoint in (rule.source, rule.destination)}
    named = [
        *(prefix for item in endpoints for prefix in sight.addresses.prefixes(item, family)),
        *(prefix for item in endpoints for prefix in sight.addresses.excluded(item, family)),
        *(prefix for item in sight.lans.values() for prefix in (*item.lans, *item.own) if prefix.family is family),
    ]
    edges = {edge for prefix in named for edge in (prefix.network, prefix.last + 1)}
    return tuple(sorted(edge for edge in edges if edge < 1 << family.bits))
