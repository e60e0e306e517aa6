"""What an ACL permits, as a set of packets: turns first-match entries into a `FlowSet`.

The one idea: sweep over the source addresses with the set of entries that can match there as one integer; all sources
with the same set of entries have the same destinations, which are computed once, by going through the entries in order
and taking from each destination cell's remaining headers what the entry matches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from intents.prefix import Family
from routing.model import Acl, AclEntry, Action
from verification.packets.bit_sets import BitSet, bit, nothing, numbers
from verification.packets.flow_sets import (
    FlowSet,
    NotExpressibleError,
    Packet,
    Row,
    Span,
    append_run,
    spans_within,
    union_of,
    whole,
)
from verification.packets.header_space import HeaderSpace
from verification.packets.headers import HeaderSet, accepts, header_match

EntrySet = BitSet[AclEntry]
"""A set of entries: bit n is the n-th of the list."""


class Step(NamedTuple):
    """One entry as sets; `sources` and `destinations` are disjoint and lie in what is asked for."""

    permit: bool
    mask: HeaderSet
    sources: tuple[Span, ...]
    destinations: tuple[Span, ...]


def permitted(acl: Acl, space: HeaderSpace, within: tuple[Sequence[Span], Sequence[Span]] | None = None) -> FlowSet:
    """Return the packets that an ACL permits, among those from and to the given spans (sorted, disjoint; None: any).

    First match decides and no match denies, also in an ACL without entries: that a platform takes an empty or undefined
    one for "permit everything" is the caller's to know. NotExpressible if an address mask has too many pieces.
    """
    sources, destinations = within or (whole(acl.family), whole(acl.family))
    steps = steps_of(acl, space, sources, destinations)
    rows: list[tuple[int, int, Row]] = []
    known: dict[EntrySet, Row] = {nothing(): ()}
    for low, high, active in sweep(steps, sources):
        if active not in known:
            known[active] = _row([steps[index] for index in numbers(active)], space.full)
        append_run(rows, low, high, known[active], ())
    return FlowSet(space=space, rows=tuple(rows))


def permitted_of(acl: Acl, packets: FlowSet) -> FlowSet:
    """Return which of some packets an ACL permits; NotExpressibleError if a mask has too many pieces even among those."""
    try:
        found = permitted(acl, packets.space)
    except NotExpressibleError:
        sources = tuple((low, high) for low, high, _ in packets.rows)
        destinations = union_of((low, high) for _, _, row in packets.rows for low, high, _ in row)
        found = permitted(acl, packets.space, (union_of(sources), destinations))
    return found & packets


def steps_of(acl: Acl, space: HeaderSpace, sources: Sequence[Span], destinations: Sequence[Span]) -> list[Step]:
    """Return the entries of an ACL as sets, each between the given spans. NotExpressibleError."""
    return [_step(entry, acl.family, space, sources, destinations) for entry in acl.entries]


def sweep(steps: Sequence[Step], sources: Sequence[Span]) -> Iterator[tuple[int, int, EntrySet]]:
    """Yield spans of sources with the entries that can match there."""
    toggles: dict[int, EntrySet] = {edge: nothing() for low, high in sources for edge in (low, high + 1)}
    for index, step in enumerate(steps):
        for low, high in step.sources:
            toggles[low] = toggles.get(low, nothing()) ^ bit(index)
            toggles[high + 1] = toggles.get(high + 1, nothing()) ^ bit(index)
    active: EntrySet = nothing()
    for start, after in pairwise(sorted(toggles)):
        active ^= toggles[start]
        yield start, after - 1, active


def _step(
    entry: AclEntry, family: Family, space: HeaderSpace, sources: Sequence[Span], destinations: Sequence[Span]
) -> Step:
    """Return an entry as sets; with no headers or no addresses in question it has no sources either."""
    mask = space.mask(header_match(entry))
    goes_to = spans_within(entry.destinations, family, destinations)
    comes_from = spans_within(entry.sources, family, sources) if mask and goes_to else ()
    return Step(entry.action is Action.PERMIT, mask, comes_from, goes_to)


def _row(steps: Sequence[Step], full: HeaderSet) -> Row:
    """Return which headers the steps, in order, permit to which destinations."""
    cuts = sorted({edge for step in steps for low, high in step.destinations for edge in (low, high + 1)})
    remaining = [full] * len(cuts)
    admitted: list[HeaderSet] = [nothing()] * len(cuts)
    for step in steps:
        for low, high in step.destinations:
            for cell in range(bisect_left(cuts, low), bisect_left(cuts, high + 1)):
                hit = remaining[cell] & step.mask
                if hit:
                    remaining[cell] ^= hit
                    if step.permit:
                        admitted[cell] |= hit
    runs: list[tuple[int, int, HeaderSet]] = []
    for cell, (start, after) in enumerate(pairwise(cuts)):
        append_run(runs, start, after - 1, admitted[cell], nothing())
    return tuple(runs)


def deciding_entry(acl: Acl, packet: Packet) -> int | None:
    """Return the index (from 0) of the entry that decides about a packet; None is the implicit deny at the end."""
    return next((index for index, entry in enumerate(acl.entries) if _matches(entry, packet)), None)


def _matches(entry: AclEntry, packet: Packet) -> bool:
    return (
        (entry.sources is None or any(packet.source & item.care == item.value for item in entry.sources))
        and (entry.destinations is None or any(packet.destination & i.care == i.value for i in entry.destinations))
        and accepts(header_match(entry), packet.header)
    )
