"""The fences of all attachments, each list of peers worked out once.

Turns standings into named lists with the rules that each entry serves. The one idea: members of one class have the same peers,
so their fences differ only in their own addresses; a fence is worked out once with placeholders for these, and then filled in.
That is exact because working a fence out only asks which addresses are equal, and sorts them where one entry names several:
filling in keeps both if different placeholders get different addresses and none that stands in the fence already. Where an
attachment is among its own peers that does not hold, and its fence is worked out for itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from intents.policy import Rule
from intents.prefix import Family
from ipam.endpoints import Resolver
from routing.build.fence_entries import Ground, digest_name, fence_entries, match_host, match_prefix
from routing.build.peers import Peer, Reachability
from routing.build.placement import AttachmentCircuit
from routing.build.platform_entries import SourcedEntry, address_key
from routing.model import Acl, AclEntry, AddressMatch, Direction
from routing.vendors.vendor import FenceTraits

Addresses = tuple[AddressMatch, ...]
_PLACEHOLDER = re.compile(r"AddressMatch\(value=-[0-9]+, care=-1\)")
"""How a placeholder is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A named list and, entry by entry, the rules served; `all_rules` are those of all entries, no rule twice."""

    acl: Acl
    rules: tuple[tuple[Rule, ...], ...]
    all_rules: tuple[Rule, ...]


class _Row(NamedTuple):
    """An entry, and where its sources and destinations stand among the pattern's blanks (None: they are as they are)."""

    entry: AclEntry
    sources: int | None
    destinations: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """A fence with placeholders.

    `blanks`: the fields that hold some; `fixed`: the addresses that are none. `text` prints the entries; None if filling in
    may change the order within a field.
    """

    rows: tuple[_Row, ...]
    blanks: tuple[Addresses, ...]
    fixed: frozenset[AddressMatch]
    text: str | None
    rules: tuple[tuple[Rule, ...], ...]
    all_rules: tuple[Rule, ...]


class Fences:
    """The fences of one network."""

    def __init__(self, reachability: Reachability, resolver: Resolver) -> None:
        self._reachability = reachability
        self._resolver = resolver
        self._patterns: dict[tuple[int, Ground, Family, Direction, FenceTraits], _Pattern] = {}

    def fence(self, circuit: AttachmentCircuit, family: Family, direction: Direction, platform: FenceTraits) -> Fence:
        """Return the fence of a standing in one direction and family."""
        ground = ground_of(circuit, family)
        addresses = tuple(
            dict.fromkeys(item for item in (*ground.own, ground.subnet, ground.gateway) if item is not None)
        )
        peers = self._reachability.peers(circuit.membership, family)
        placeholders = {item: _placeholder(index) for index, item in enumerate(addresses)}
        blank = Ground(
            own=tuple(placeholders[item] for item in ground.own),
            subnet=ground.subnet and placeholders[ground.subnet],
            gateway=ground.gateway and placeholders[ground.gateway],
        )
        key = (self._reachability.number_of_peers(circuit.membership, family), blank, family, direction, platform)
        pattern = self._patterns.get(key)
        if pattern is None:
            pattern = self._patterns[key] = self._pattern(blank, peers, family, direction, platform)
        if not pattern.fixed.isdisjoint(addresses):
            addresses = ()
            pattern = self._pattern(ground, peers, family, direction, platform)
        return _fill(pattern, addresses, family, direction)

    def _pattern(
        self,
        ground: Ground,
        peers: tuple[Peer, ...],
        family: Family,
        direction: Direction,
        platform: FenceTraits,
    ) -> _Pattern:
        infrastructure = self._resolver.infrastructure(family)
        return _pattern(fence_entries(ground, peers, family, direction, infrastructure, platform))


def ground_of(circuit: AttachmentCircuit, family: Family) -> Ground:
    """Return what a fence of a family knows of a standing."""
    subnet = circuit.subnet.get(family)
    return Ground(
        own=tuple(match_prefix(prefix) for prefix in circuit.own.get(family, ())),
        subnet=None if subnet is None else match_prefix(subnet),
        gateway=None if subnet is None else match_host(family, circuit.gateway[family]),
    )


def _placeholder(index: int) -> AddressMatch:
    """Return the placeholder of an address: no address has a negative value."""
    return AddressMatch(value=-1 - index, care=-1)


def _is_blank(addresses: Addresses | None) -> bool:
    return addresses is not None and any(item.value < 0 for item in addresses)


def _pattern(sourced: tuple[SourcedEntry, ...]) -> _Pattern:
    entries = tuple(item.entry for item in sourced)
    found = dict.fromkeys(
        field for entry in entries for field in (entry.sources, entry.destinations) if field is not None
    )
    blanks = {field: index for index, field in enumerate(filter(_is_blank, found))}
    rules = tuple(item.rules for item in sourced)
    return _Pattern(
        rows=tuple(
            _Row(entry, blanks.get(entry.sources or ()), blanks.get(entry.destinations or ())) for entry in entries
        ),
        blanks=tuple(blanks),
        fixed=frozenset(item for field in found for item in field if item.value >= 0),
        text=repr(entries) if all(len(field) == 1 for field in blanks) else None,
        rules=rules,
        all_rules=tuple(dict.fromkeys(rule for group in rules for rule in group)),
    )


def _fill(pattern: _Pattern, addresses: Addresses, family: Family, direction: Direction) -> Fence:
    """Return the fence of a pattern with these addresses in place of its placeholders."""
    filled = {_placeholder(index): item for index, item in enumerate(addresses)}
    fields = [tuple(sorted((filled.get(item, item) for item in field), key=address_key)) for field in pattern.blanks]
    entries = tuple([_fill_row(row, fields) for row in pattern.rows])
    text = pattern.text
    if text is None:
        text = repr(entries)
    else:
        printed = {repr(placeholder): repr(item) for placeholder, item in filled.items()}
        text = _PLACEHOLDER.sub(lambda found: printed.get(found[0], found[0]), text)
    acl = Acl(name=digest_name(family, direction, text), family=family, entries=entries)
    return Fence(acl=acl, rules=pattern.rules, all_rules=pattern.all_rules)


def _fill_row(row: _Row, fields: list[Addresses]) -> AclEntry:
    entry, sources, destinations = row
    if sources is None and destinations is None:
        return entry
    return entry.between(
        entry.sources if sources is None else fields[sources],
        entry.destinations if destinations is None else fields[destinations],
    )
