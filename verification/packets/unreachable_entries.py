"""Which entries of an ACL no packet reaches, and which entries before them take their packets.

The one idea: the sweep that tells what a list permits also tells who decides: an entry is reached if somewhere it still finds
headers that no entry before it has taken. Only a list that has an entry of the other kind is swept again, to see who takes them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from routing.model import Acl
from verification.packets.acl_sets import EntrySet, Step, steps_of, sweep
from verification.packets.bit_sets import bit, first, nothing, numbers
from verification.packets.flow_sets import clip, spans_of, whole
from verification.packets.header_space import HeaderSpace
from verification.packets.headers import HeaderSet, header_match


class _Take(NamedTuple):
    """Headers that one entry takes in one cell of destinations."""

    entry: int
    mask: HeaderSet


def unreached(acl: Acl, space: HeaderSpace) -> Mapping[int, tuple[int, ...]]:
    """Return every entry (by index from 0) that decides about no packet, with those before it that take its packets.

    An entry that none takes from matches nothing by itself. NotExpressibleError if an address mask has too many pieces.
    """
    steps = steps_of(acl, space, whole(acl.family), whole(acl.family))
    dead: EntrySet = first(len(steps))
    for active in sorted(
        _cuts(acl, steps), key=lambda item: item.bit_count(), reverse=True
    ):  # the first one often reaches all
        if active & dead:
            dead &= ~_reached(steps, active, space.full)
    takers: dict[int, set[int]] = {index: set() for index in numbers(dead)}
    for active in _cuts(acl, steps) if takers else ():
        if active & dead:
            _add_takers(takers, steps, active, space.full)
    return {index: tuple(sorted(found)) for index, found in takers.items()}


def _cuts(acl: Acl, steps: Sequence[Step]) -> frozenset[EntrySet]:
    """Return the different sets of entries that match at some source."""
    return frozenset(active for _, _, active in sweep(steps, whole(acl.family)))


def _reached(steps: Sequence[Step], active: EntrySet, full: HeaderSet) -> EntrySet:
    """Return which of the active entries decide about some packet."""
    found: EntrySet = nothing()
    for index, takes in _decided(steps, active, full):
        if takes:
            found |= bit(index)
    return found


def _add_takers(takers: Mapping[int, set[int]], steps: Sequence[Step], active: EntrySet, full: HeaderSet) -> None:
    """Add to each unreached entry those that take its packets from the sources of these active entries."""
    cells: dict[int, list[_Take]] = {}
    for index, takes in _decided(steps, active, full):
        for cell, mask in takes:
            cells.setdefault(cell, []).append(_Take(index, mask))
    cuts = _destinations(steps, active)
    for index, found in takers.items():
        for cell in _cells(cuts, steps[index]) if active & bit(index) else ():
            taken = cells.get(cell, ())
            found.update(take.entry for take in taken if take.entry < index and take.mask & steps[index].mask)


def _decided(
    steps: Sequence[Step], active: EntrySet, full: HeaderSet
) -> Iterator[tuple[int, list[tuple[int, HeaderSet]]]]:
    """Yield each active entry with the cells of destinations, and the headers there, that are left for it."""
    cuts = _destinations(steps, active)
    remaining = [full] * len(cuts)
    for index in numbers(active):
        step, takes = steps[index], []
        for cell in _cells(cuts, step):
            hit = remaining[cell] & step.mask
            if hit:
                remaining[cell] ^= hit
                takes.append((cell, hit))
        yield index, takes


def _destinations(steps: Sequence[Step], active: EntrySet) -> list[int]:
    return sorted(
        {edge for index in numbers(active) for low, high in steps[index].destinations for edge in (low, high + 1)}
    )


def _cells(cuts: Sequence[int], step: Step) -> Iterator[int]:
    for low, high in step.destinations:
        yield from range(bisect_left(cuts, low), bisect_left(cuts, high + 1))


def matches_all_of(acl: Acl, space: HeaderSpace, one: int, other: int) -> bool:
    """Return whether one entry matches every packet that another matches."""
    wide, narrow = acl.entries[one], acl.entries[other]
    if space.mask(header_match(narrow)) & ~space.mask(header_match(wide)):
        return False
    ends = ((wide.sources, narrow.sources), (wide.destinations, narrow.destinations))
    return all(
        clip(spans_of(inner, acl.family), spans_of(outer, acl.family)) == spans_of(inner, acl.family)
        for outer, inner in ends
    )
