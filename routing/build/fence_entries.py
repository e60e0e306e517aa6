"""The two fences of an attachment: access lists on its own interface, exact by construction.

From the peers of an attachment (most specific first) to ACL entries: what it may send (in) and what may be sent to it (out).
The one idea: each peer prefix gets its exact permits and, if a wider peer prefix follows that says something else, is closed
by a deny of the whole pair; so a forbid inside a permit's aggregate needs no special case, and no entry depends on another
prefix's. Lists are named by their content (make before break needs it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from intents.prefix import Family, Prefix, parse_prefix, truncate
from intents.service import ALL_PORTS, ServiceSet, Transport
from routing.build.peers import Covers, Peer
from routing.build.platform_entries import TCP, UDP, SourcedEntry, fit
from routing.model import (
    ESTABLISHED,
    AclEntry,
    Action,
    AddressMatch,
    Direction,
    FlagMatch,
    IcmpMatch,
    PortRange,
)
from routing.vendors.vendor import FenceTraits

ICMP = {Family.V4: 1, Family.V6: 58}
ECHO_REQUEST = {Family.V4: 8, Family.V6: 128}
ECHO_REPLY = {Family.V4: 0, Family.V6: 129}
ERRORS = {Family.V4: (3, 11, 12), Family.V6: (1, 2, 3, 4)}
"""Unreachable (with fragmentation needed), time exceeded, parameter problem; RFC 792, and RFC 4443 with packet too big."""
NEIGHBOR_DISCOVERY = (135, 136)
UNSPECIFIED = parse_prefix("::/128")
LINK_SCOPE = (parse_prefix("fe80::/10"), parse_prefix("ff02::/16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a fence knows of where its attachment stands: its own prefixes, the interface's prefix and the device's address."""

    own: tuple[AddressMatch, ...]
    subnet: AddressMatch | None
    gateway: AddressMatch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Own prefix and peer prefix in packet order, with the service sets as seen by the packet's sender."""

    family: Family
    source: AddressMatch
    destination: AddressMatch
    started: ServiceSet
    answered: ServiceSet


def fence_entries(
    ground: Ground,
    peers: tuple[Peer, ...],
    family: Family,
    direction: Direction,
    infrastructure: tuple[Prefix, ...],
    platform: FenceTraits,
) -> tuple[SourcedEntry, ...]:
    """Return the entries of a fence in one direction and family."""
    sourced = list(_builtins(ground, peers, family, direction, infrastructure))
    covers = Covers(peers)
    for own in ground.own:
        for peer in peers:
            sourced += _peer_entries(own, peer, direction)
            cover = covers.of(peer)
            if cover is not None and cover.talks:
                sourced.append(SourcedEntry(entry=_closing(own, peer.prefix, direction), rules=peer.rules))
    last = SourcedEntry(entry=AclEntry(action=Action.DENY, log=True), rules=())
    return (*fit(sourced, family, platform), last)


def content_name(family: Family, direction: Direction, entries: tuple[AclEntry, ...]) -> str:
    """Return the name of a list with this content, e.g. TRUC-IN4-1f0c9a3be27d."""
    return digest_name(family, direction, repr(entries))


def digest_name(family: Family, direction: Direction, text: str) -> str:
    """Return the name of a list whose entries are printed by this text."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"TRUC-{direction.upper()}{int(family)}-{digest}"


@lru_cache(maxsize=1 << 16)
def match_prefix(prefix: Prefix) -> AddressMatch:
    """Return the match of a prefix."""
    ones = (1 << prefix.family.bits) - 1
    return AddressMatch(value=prefix.network, care=truncate(prefix.family, ones, prefix.length))


def match_host(family: Family, value: int) -> AddressMatch:
    """Return the match of a single address."""
    return AddressMatch(value=value, care=(1 << family.bits) - 1)


def _builtins(
    ground: Ground,
    peers: tuple[Peer, ...],
    family: Family,
    direction: Direction,
    infrastructure: tuple[Prefix, ...],
) -> Iterator[SourcedEntry]:
    if ground.subnet is None or ground.gateway is None:
        return
    if family is Family.V6:
        for source in (ground.subnet, *map(match_prefix, (LINK_SCOPE[0], UNSPECIFIED))):
            for destination in (ground.subnet, *map(match_prefix, LINK_SCOPE)):
                for kind in NEIGHBOR_DISCOVERY:
                    yield _unsourced(family, source, destination, kind)
    if direction is Direction.IN:
        for own in ground.own:
            yield _unsourced(family, own, ground.gateway, ECHO_REQUEST[family])
    elif any(peer.talks for peer in peers):
        for router in infrastructure:
            for own in ground.own:
                for kind in ERRORS[family]:
                    yield _unsourced(family, match_prefix(router), own, kind)


def _unsourced(family: Family, source: AddressMatch, destination: AddressMatch, kind: int) -> SourcedEntry:
    entry = AclEntry(
        action=Action.PERMIT,
        protocols=(ICMP[family],),
        sources=(source,),
        destinations=(destination,),
        icmp=(IcmpMatch(type=kind),),
    )
    return SourcedEntry(entry=entry, rules=())


def _peer_entries(own: AddressMatch, peer: Peer, direction: Direction) -> Iterator[SourcedEntry]:
    if not peer.talks:
        return
    sends = direction is Direction.IN
    other = match_prefix(peer.prefix)
    pair = _Pair(
        family=peer.prefix.family,
        source=own if sends else other,
        destination=other if sends else own,
        started=peer.forward if sends else peer.backward,
        answered=peer.backward if sends else peer.forward,
    )
    for entry in (*_started(pair), *_answered(pair), *_errors(pair)):
        yield SourcedEntry(entry=entry, rules=peer.rules)


def _entry(
    pair: _Pair,
    protocol: int,
    *,
    source_ports: tuple[PortRange, ...] | None = None,
    destination_ports: tuple[PortRange, ...] | None = None,
    tcp_flags: tuple[FlagMatch, ...] | None = None,
    icmp: tuple[IcmpMatch, ...] | None = None,
) -> AclEntry:
    return AclEntry(
        action=Action.PERMIT,
        protocols=(protocol,),
        sources=(pair.source,),
        destinations=(pair.destination,),
        source_ports=source_ports,
        destination_ports=destination_ports,
        tcp_flags=tcp_flags,
        icmp=icmp,
    )


@cache
def _message(kind: int) -> tuple[IcmpMatch, ...]:
    return (IcmpMatch(type=kind),)


def _ports(ports: PortRange) -> tuple[PortRange, ...] | None:
    return None if ports == ALL_PORTS else (ports,)


def _started(pair: _Pair) -> Iterator[AclEntry]:
    for protocol, transport in ((TCP, Transport.TCP), (UDP, Transport.UDP)):
        for ports in pair.started.of(transport):
            yield _entry(pair, protocol, destination_ports=_ports(ports))
    if pair.started.of(Transport.ICMP_ECHO):
        yield _entry(pair, ICMP[pair.family], icmp=_message(ECHO_REQUEST[pair.family]))


def _answered(pair: _Pair) -> Iterator[AclEntry]:
    for ports in _not_started(pair, Transport.TCP):
        yield _entry(pair, TCP, source_ports=_ports(ports), tcp_flags=ESTABLISHED)
    for ports in _not_started(pair, Transport.UDP):
        yield _entry(pair, UDP, source_ports=_ports(ports))
    if pair.answered.of(Transport.ICMP_ECHO):
        yield _entry(pair, ICMP[pair.family], icmp=_message(ECHO_REPLY[pair.family]))


def _not_started(pair: _Pair, transport: Transport) -> tuple[PortRange, ...]:
    """Return the ports that answers come from, none if sessions to every port may be started: those permits match answers too."""
    return () if ALL_PORTS in pair.started.of(transport) else pair.answered.of(transport)


def _errors(pair: _Pair) -> Iterator[AclEntry]:
    for kind in ERRORS[pair.family]:
        yield _entry(pair, ICMP[pair.family], icmp=_message(kind))


def _closing(own: AddressMatch, peer: Prefix, direction: Direction) -> AclEntry:
    other = match_prefix(peer)
    source, destination = (own, other) if direction is Direction.IN else (other, own)
    return AclEntry(action=Action.DENY, sources=(source,), destinations=(destination,), log=True)
