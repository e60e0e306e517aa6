"""Entries fitted to a platform: what they say stays, how they say it is the platform's own.

Turns sourced entries into others that mean the same. The one idea: permits between two denies commute, so within such a run
repeated ones are dropped and, where a platform's entry may name several values, similar ones are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from intents.policy import Rule
from intents.prefix import Family
from intents.service import ALL_PORTS
from routing.model import AclEntry, Action, AddressMatch, IcmpMatch, NonInitial, PortRange
from routing.vendors.vendor import FenceTraits

_Item = TypeVar("_Item")

TCP, UDP = 6, 17


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedEntry:
    """An entry and the rules that it serves."""

    entry: AclEntry
    rules: tuple[Rule, ...]


def fit(sourced: Iterable[SourcedEntry], family: Family, platform: FenceTraits) -> list[SourcedEntry]:
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


def _fit_permits(run: list[SourcedEntry], family: Family, platform: FenceTraits) -> list[SourcedEntry]:
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


def address_key(match: AddressMatch) -> tuple[int, int]:
    """Return the sorting key of an address match."""
    return match.value, match.care


def _addresses(found: Iterable[tuple[AddressMatch, ...] | None]) -> tuple[AddressMatch, ...] | None:
    return _union(found, address_key)


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
