"""The two fences of an attachment: access lists on its own interface, exact by construction.

From the peers of an attachment (most specific first) to ACL entries: what it may send (in) and what may be sent to it (out).
The one idea: each peer prefix gets its exact permits and, if a wider peer prefix follows that says something else, is closed
by a deny of the whole pair; so a forbid inside a permit's aggregate needs no special case, and no entry depends on another
prefix's. Lists are named by their content (make before break needs it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple, TypeVar

from intents.policy import Rule
from intents.prefix import Family, Prefix, parse_prefix, truncate
from intents.service import ALL_PORTS, ServiceSet, Transport
from routing.model import (
    ESTABLISHED,
    Acl,
    AclEntry,
    Action,
    AddressMatch,
    Direction,
    FlagMatch,
    IcmpMatch,
    NonInitial,
    PortRange,
)
from routing.needs import Peer, cover_of
from routing.standing import Standing

_Item = TypeVar("_Item")

TCP, UDP = 6, 17
ICMP = {Family.V4: 1, Family.V6: 58}
ECHO_REQUEST = {Family.V4: 8, Family.V6: 128}
ECHO_REPLY = {Family.V4: 0, Family.V6: 129}
ERRORS = {Family.V4: (3, 11, 12), Family.V6: (1, 2, 3, 4)}
"""Unreachable (with fragmentation needed), time exceeded, parameter problem; RFC 792, and RFC 4443 with packet too big."""
NEIGHBOR_DISCOVERY = (135, 136)
UNSPECIFIED = parse_prefix("::/128")
LINK_SCOPE = (parse_prefix("fe80::/10"), parse_prefix("ff02::/16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FencePlatform:
    """What a platform's filters mean: `permits_match_fragments`: a permit with ports also admits non-initial fragments (IOS);
    `several_values`: one entry may name several addresses and ports (Junos)."""

    permits_match_fragments: bool
    several_values: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedEntry:
    """An entry and the rules that it serves."""

    entry: AclEntry
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A named list and, entry by entry, the rules served."""

    acl: Acl
    rules: tuple[tuple[Rule, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Own prefix and peer prefix in packet order, with the service sets as seen by the packet's sender."""

    family: Family
    source: Prefix
    destination: Prefix
    started: ServiceSet
    answered: ServiceSet


def build_fence(
    standing: Standing,
    peers: tuple[Peer, ...],
    family: Family,
    direction: Direction,
    infrastructure: tuple[Prefix, ...],
    platform: FencePlatform,
) -> Fence:
    """Return the fence of a standing in one direction and family."""
    sourced = list(_builtins(standing, peers, family, direction, infrastructure))
    for own in standing.own.get(family, ()):
        for index, peer in enumerate(peers):
            sourced += _peer_entries(own, peer, direction)
            cover = cover_of(peer, peers[index + 1 :])
            if cover is not None and cover.talks:
                sourced.append(SourcedEntry(entry=_closing(own, peer.prefix, direction), rules=peer.rules))
    fitted = _fit(sourced, family, platform)
    fitted.append(SourcedEntry(entry=AclEntry(action=Action.DENY, log=True), rules=()))
    entries = tuple(item.entry for item in fitted)
    acl = Acl(name=content_name(family, direction, entries), family=family, entries=entries)
    return Fence(acl=acl, rules=tuple(item.rules for item in fitted))


def content_name(family: Family, direction: Direction, entries: tuple[AclEntry, ...]) -> str:
    """Return the name of a list with this content, e.g. TRUC-IN4-1f0c9a3be27d."""
    digest = hashlib.sha256(repr(entries).encode()).hexdigest()[:12]
    return f"TRUC-{direction.upper()}{int(family)}-{digest}"


@cache
def match_prefix(prefix: Prefix) -> AddressMatch:
    """Return the match of a prefix."""
    ones = (1 << prefix.family.bits) - 1
    return AddressMatch(value=prefix.network, care=truncate(prefix.family, ones, prefix.length))


def match_host(family: Family, value: int) -> AddressMatch:
    """Return the match of a single address."""
    return AddressMatch(value=value, care=(1 << family.bits) - 1)


def _builtins(
    standing: Standing,
    peers: tuple[Peer, ...],
    family: Family,
    direction: Direction,
    infrastructure: tuple[Prefix, ...],
) -> Iterator[SourcedEntry]:
    own = standing.own.get(family, ())
    subnet = standing.subnet.get(family)
    if subnet is None:
        return
    if family is Family.V6:
        for source in (subnet, LINK_SCOPE[0], UNSPECIFIED):
            for prefix in (subnet, *LINK_SCOPE):
                for kind in NEIGHBOR_DISCOVERY:
                    yield _unsourced(family, match_prefix(source), match_prefix(prefix), kind)
    if direction is Direction.IN:
        for prefix in own:
            gateway = match_host(family, standing.gateway[family])
            yield _unsourced(family, match_prefix(prefix), gateway, ECHO_REQUEST[family])
    elif any(peer.talks for peer in peers):
        for router in infrastructure:
            for prefix in own:
                for kind in ERRORS[family]:
                    yield _unsourced(family, match_prefix(router), match_prefix(prefix), kind)


def _unsourced(family: Family, source: AddressMatch, destination: AddressMatch, kind: int) -> SourcedEntry:
    entry = AclEntry(
        action=Action.PERMIT,
        protocols=(ICMP[family],),
        sources=(source,),
        destinations=(destination,),
        icmp=(IcmpMatch(type=kind),),
    )
    return SourcedEntry(entry=entry, rules=())


def _peer_entries(own: Prefix, peer: Peer, direction: Direction) -> Iterator[SourcedEntry]:
    if not peer.talks:
        return
    sends = direction is Direction.IN
    pair = _Pair(
        family=own.family,
        source=own if sends else peer.prefix,
        destination=peer.prefix if sends else own,
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
        sources=(match_prefix(pair.source),),
        destinations=(match_prefix(pair.destination),),
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
    for ports in pair.answered.of(Transport.TCP):
        yield _entry(pair, TCP, source_ports=_ports(ports), tcp_flags=ESTABLISHED)
    for ports in pair.answered.of(Transport.UDP):
        yield _entry(pair, UDP, source_ports=_ports(ports))
    if pair.answered.of(Transport.ICMP_ECHO):
        yield _entry(pair, ICMP[pair.family], icmp=_message(ECHO_REPLY[pair.family]))


def _errors(pair: _Pair) -> Iterator[AclEntry]:
    for kind in ERRORS[pair.family]:
        yield _entry(pair, ICMP[pair.family], icmp=_message(kind))


def _closing(own: Prefix, peer: Prefix, direction: Direction) -> AclEntry:
    source, destination = (own, peer) if direction is Direction.IN else (peer, own)
    return AclEntry(
        action=Action.DENY, sources=(match_prefix(source),), destinations=(match_prefix(destination),), log=True
    )


def _fit(sourced: Iterable[SourcedEntry], family: Family, platform: FencePlatform) -> list[SourcedEntry]:
    """Return entries that mean the same on a platform, run by run: permits between two denies commute.

    IPv6 non-initial fragments are dropped first: Junos can't tell them from initial ones, so no policy permits them.
    """
    fitted: list[SourcedEntry] = []
    if family is Family.V6 and platform.permits_match_fragments:
        none = AclEntry(action=Action.DENY, non_initial=NonInitial.ONLY, log=True)
        fitted.append(SourcedEntry(entry=none, rules=()))
    run: list[SourcedEntry] = []
    for item in (*sourced, None):
        if item is not None and item.entry.action is Action.PERMIT:
            run.append(item)
            continue
        fitted += _fit_permits(run, family, platform)
        run = []
        if item is not None:
            fitted.append(item)
    return fitted


def _fit_permits(run: list[SourcedEntry], family: Family, platform: FencePlatform) -> list[SourcedEntry]:
    if not platform.permits_match_fragments:
        if family is Family.V4:
            run = [*_fragment_permits(run), *(_never_fragments(item) for item in run)]
        else:
            run = [_never_fragments(_with_ports(item)) for item in run]
    unique: dict[AclEntry, tuple[Rule, ...]] = {}
    for item in run:
        held = unique.get(item.entry)
        unique[item.entry] = item.rules if held is None else tuple(dict.fromkeys((*held, *item.rules)))
    permits = [SourcedEntry(entry=entry, rules=rules) for entry, rules in unique.items()]
    if platform.several_values:
        for field in _JOINABLE:
            permits = _join(permits, field)
    return permits


def _has_layer4(entry: AclEntry) -> bool:
    fields = (entry.source_ports, entry.destination_ports, entry.tcp_flags, entry.icmp)
    return any(field is not None for field in fields)


def _fragment_permits(run: Iterable[SourcedEntry]) -> Iterator[SourcedEntry]:
    for item in run:
        if _has_layer4(item.entry):
            bare = AclEntry(
                action=Action.PERMIT,
                protocols=item.entry.protocols,
                sources=item.entry.sources,
                destinations=item.entry.destinations,
                non_initial=NonInitial.ONLY,
            )
            yield SourcedEntry(entry=bare, rules=item.rules)


def _with_ports(item: SourcedEntry) -> SourcedEntry:
    """Say "every port" where ports are not restricted: an entry that asks for ports matches no non-initial fragment."""
    if item.entry.protocols not in ((TCP,), (UDP,)) or _has_layer4(item.entry):
        return item
    return replace(item, entry=replace(item.entry, destination_ports=(ALL_PORTS,)))


def _never_fragments(item: SourcedEntry) -> SourcedEntry:
    if not _has_layer4(item.entry):
        return item
    return replace(item, entry=replace(item.entry, non_initial=NonInitial.SKIP))


def _join(permits: list[SourcedEntry], field: _Field) -> list[SourcedEntry]:
    """Join permits that differ in one field only, keeping the order of first appearance."""
    groups: dict[AclEntry, list[SourcedEntry]] = {}
    for item in permits:
        groups.setdefault(field.without(item.entry), []).append(item)
    return [_joined(members, field) for members in groups.values()]


def _joined(members: list[SourcedEntry], field: _Field) -> SourcedEntry:
    if len(members) == 1:
        return members[0]
    rules = tuple(dict.fromkeys(rule for item in members for rule in item.rules))
    return SourcedEntry(entry=field.union([item.entry for item in members]), rules=rules)


class _Field(NamedTuple):
    """One field of an entry that may hold several values: the entry without it, and several entries joined in it."""

    without: Callable[[AclEntry], AclEntry]
    union: Callable[[list[AclEntry]], AclEntry]


def _addresses(found: Iterable[tuple[AddressMatch, ...] | None]) -> tuple[AddressMatch, ...] | None:
    return _union(found, lambda item: (item.value, item.care))


def _port_ranges(found: Iterable[tuple[PortRange, ...] | None]) -> tuple[PortRange, ...] | None:
    return _union(found, lambda item: item)


def _messages(found: Iterable[tuple[IcmpMatch, ...] | None]) -> tuple[IcmpMatch, ...] | None:
    return _union(found, lambda item: (item.type, -1 if item.code is None else item.code))


def _union(
    found: Iterable[tuple[_Item, ...] | None], key: Callable[[_Item], tuple[int, int]]
) -> tuple[_Item, ...] | None:
    """Return all values, sorted; None (any) if one of them is."""
    values: set[_Item] = set()
    for item in found:
        if item is None:
            return None
        values.update(item)
    return tuple(sorted(values, key=key))


_JOINABLE = (
    _Field(
        lambda entry: entry if entry.destinations is None else replace(entry, destinations=()),
        lambda entries: replace(entries[0], destinations=_addresses(item.destinations for item in entries)),
    ),
    _Field(
        lambda entry: entry if entry.sources is None else replace(entry, sources=()),
        lambda entries: replace(entries[0], sources=_addresses(item.sources for item in entries)),
    ),
    _Field(
        lambda entry: entry if entry.destination_ports is None else replace(entry, destination_ports=()),
        lambda entries: replace(entries[0], destination_ports=_port_ranges(i.destination_ports for i in entries)),
    ),
    _Field(
        lambda entry: entry if entry.source_ports is None else replace(entry, source_ports=()),
        lambda entries: replace(entries[0], source_ports=_port_ranges(item.source_ports for item in entries)),
    ),
    _Field(
        lambda entry: entry if entry.icmp is None else replace(entry, icmp=()),
        lambda entries: replace(entries[0], icmp=_messages(item.icmp for item in entries)),
    ),
)
