"""Sets of packets of one family as values: any union of (source addresses, destination addresses, layer-4 headers).

The one idea: a set is a step function from source address to a step function from destination address to a mask of
layer-4 atoms. A step function is kept as its maximal runs, sorted, without the empty ones, so that equal sets are equal
values, and one sweep over two step functions (`combine`) is union, intersection and difference, on both levels.
"""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeVar

from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from routing.model import AddressMatch
from verification.packets.bit_sets import nothing
from verification.packets.header_space import HeaderSpace
from verification.packets.headers import ICMP, WITH_PORTS, Header, HeaderSet
from verification.verdicts.flow import TCP, Flow

Span = tuple[int, int]
"""Addresses low..high, both included."""
Row = tuple[tuple[int, int, HeaderSet], ...]
"""Destination runs (low, high, layer-4 atoms): sorted, disjoint, maximal, no empty mask."""
_Value = TypeVar("_Value")

LARGEST_MATCH = 4096
"""Pieces that one discontiguous address mask may fall into."""


class NotExpressibleError(Exception):
    """A condition falls into more pieces than is reasonable to compute with; the caller reports it as not modelled."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Packet(NamedTuple):
    """One packet: source and destination address as unsigned integers, and its layer-4 header."""

    source: int
    destination: int
    header: Header


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSet:
    """A set of packets over one header space; `rows` gives each maximal run of source addresses its destinations."""

    space: HeaderSpace
    rows: tuple[tuple[int, int, Row], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether no packet is in the set."""
        return not self.rows

    def __or__(self, other: FlowSet) -> FlowSet:
        return self._with(other, operator.or_)

    def __and__(self, other: FlowSet) -> FlowSet:
        return self._with(other, operator.and_)

    def __sub__(self, other: FlowSet) -> FlowSet:
        return self._with(other, lambda mine, cut: mine & ~cut)

    def covers(self, other: FlowSet) -> bool:
        """Return whether every packet of `other` is in this set."""
        return (other - self).is_empty

    def mask_at(self, source: int, destination: int) -> HeaderSet:
        """Return the layer-4 atoms that the set holds for one pair of addresses."""
        return value_at(value_at(self.rows, source, ()), destination, nothing())

    def __contains__(self, packet: Packet) -> bool:
        return bool(self.mask_at(packet.source, packet.destination) & self.space.locate(packet.header))

    def witness(self) -> Packet | None:
        """Return the most natural packet of the set (lowest source, then lowest destination), None if it is empty."""
        if not self.rows:
            return None
        low, high, row = self.rows[0]
        to_low, to_high, mask = row[0]
        return Packet(_ordinary(low, high), _ordinary(to_low, to_high), self.space.sample(mask))

    def _with(self, other: FlowSet, on_masks: Callable[[HeaderSet, HeaderSet], HeaderSet]) -> FlowSet:
        if self.space is not other.space:
            raise ValueError("sets of different header spaces can't be combined")

        def on_rows(mine: Row, others: Row) -> Row:
            return combine(mine, others, on_masks, nothing())

        nowhere: Row = ()
        return FlowSet(space=self.space, rows=combine(self.rows, other.rows, on_rows, nowhere))


def packet_of(flow: Flow) -> Packet:
    """Return a flow's packet, without the place it starts at and the fields that its protocol lacks."""
    header = Header(flow.protocol, non_initial=flow.fragment)
    if not flow.fragment and flow.protocol in WITH_PORTS:
        header = header._replace(source_port=flow.source_port, destination_port=flow.destination_port)
    if not flow.fragment and flow.protocol == TCP:
        header = header._replace(tcp_flags=flow.tcp_flags)
    if not flow.fragment and flow.protocol == ICMP[flow.family]:
        header = header._replace(icmp_type=flow.icmp_type, icmp_code=flow.icmp_code)
    return Packet(flow.source, flow.destination, header)


def flow_of(packet: Packet, family: Family, device: str, interface: str) -> Flow:
    """Return the flow of a packet that starts at an interface."""
    header = packet.header
    return Flow(
        family=family,
        source=packet.source,
        destination=packet.destination,
        protocol=header.protocol,
        source_port=header.source_port or 0,
        destination_port=header.destination_port or 0,
        tcp_flags=header.tcp_flags or 0,
        icmp_type=header.icmp_type or 0,
        icmp_code=header.icmp_code or 0,
        fragment=header.non_initial,
        start_device=device,
        start_interface=interface,
    )


def rectangle(space: HeaderSpace, sources: Iterable[Span], destinations: Iterable[Span], mask: HeaderSet) -> FlowSet:
    """Return the packets from any of the sources to any of the destinations with a header of the mask."""
    row: Row = tuple((low, high, mask) for low, high in union_of(destinations)) if mask else ()
    rows = tuple((low, high, row) for low, high in union_of(sources)) if row else ()
    return FlowSet(space=space, rows=rows)


def _ordinary(low: int, high: int) -> int:
    """Return the address of a run that an example shows: not the network's or its gateway's, if there is one."""
    return min(low + 2, high - 1) if low + 1 < high else low


def combine(
    left: Sequence[tuple[int, int, _Value]],
    right: Sequence[tuple[int, int, _Value]],
    on_values: Callable[[_Value, _Value], _Value],
    otherwise: _Value,
) -> tuple[tuple[int, int, _Value], ...]:
    """Return the step function `on_values(left, right)`; both sides are `otherwise` outside their runs."""
    cuts = sorted({edge for low, high, _ in (*left, *right) for edge in (low, high + 1)})
    runs: list[tuple[int, int, _Value]] = []
    at_left = at_right = 0
    for start, after in pairwise(cuts):
        while at_left < len(left) and left[at_left][1] < start:
            at_left += 1
        while at_right < len(right) and right[at_right][1] < start:
            at_right += 1
        mine = left[at_left][2] if at_left < len(left) and left[at_left][0] <= start else otherwise
        others = right[at_right][2] if at_right < len(right) and right[at_right][0] <= start else otherwise
        append_run(runs, start, after - 1, on_values(mine, others), otherwise)
    return tuple(runs)


def append_run(runs: list[tuple[int, int, _Value]], low: int, high: int, value: _Value, otherwise: _Value) -> None:
    """Add a run behind the last one, joined to it if it goes on with the same value, left out if it is `otherwise`."""
    if value == otherwise:
        return
    if runs and runs[-1][1] + 1 == low and runs[-1][2] == value:
        runs[-1] = (runs[-1][0], high, value)
    else:
        runs.append((low, high, value))


def value_at(runs: Sequence[tuple[int, int, _Value]], point: int, otherwise: _Value) -> _Value:
    """Return the value of a step function at one point."""
    return next((value for low, high, value in runs if low <= point <= high), otherwise)


def union_of(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same addresses as sorted, disjoint, non-adjacent spans."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def size_of(spans: Iterable[Span]) -> int:
    """Return how many addresses disjoint spans have."""
    return sum(high - low + 1 for low, high in spans)


def clip(spans: Iterable[Span], within: Sequence[Span]) -> tuple[Span, ...]:
    """Return the part of the spans that lies in `within` (disjoint spans)."""
    return union_of(
        (max(low, inner_low), min(high, inner_high))
        for low, high in spans
        for inner_low, inner_high in within
        if low <= inner_high and inner_low <= high
    )


def without(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans without some addresses, sorted and disjoint."""
    found: list[Span] = []
    cuts = union_of(holes)
    for low, high in union_of(spans):
        start = low
        for hole_low, hole_high in cuts[max(0, bisect_right(cuts, (low, low)) - 1) :]:
            if hole_low > high:
                break
            if hole_low > start:
                found.append((start, hole_low - 1))
            start = max(start, hole_high + 1)
        if start <= high:
            found.append((start, high))
    return tuple(found)


def whole(family: Family) -> tuple[Span, ...]:
    """Return every address of a family."""
    return ((0, (1 << family.bits) - 1),)


def span_of(prefix: Prefix) -> Span:
    """Return the addresses of a prefix."""
    return (prefix.network, prefix.last)


@lru_cache(maxsize=1 << 16)
def spans_of(matches: tuple[AddressMatch, ...] | None, family: Family) -> tuple[Span, ...]:
    """Return the addresses of a disjunction (None: any); NotExpressibleError if a mask falls into too many pieces."""
    if matches is None:
        return whole(family)
    return union_of(span for match in matches for span in _spans_of_one(match, family))


def spans_within(matches: tuple[AddressMatch, ...] | None, family: Family, within: Sequence[Span]) -> tuple[Span, ...]:
    """Return the addresses of a disjunction in sorted, disjoint spans; NotExpressibleError if too many pieces meet these."""
    try:
        return clip(spans_of(matches, family), within)
    except NotExpressibleError:
        if matches is None or within == whole(family):
            raise
    return clip((span for match in matches for span in _pieces_at(match, family, within)), within)


def _spans_of_one(match: AddressMatch, family: Family) -> list[Span]:
    tail, upper = _free_bits(match, family)
    if 1 << len(upper) > LARGEST_MATCH:
        raise NotExpressibleError(because("mask_in_pieces", bits=len(upper)))
    starts = [match.value]
    for bit in upper:
        starts += [start | 1 << bit for start in starts]
    return [(start, start | (1 << tail) - 1) for start in starts]


def _free_bits(match: AddressMatch, family: Family) -> tuple[int, list[int]]:
    """Return the number of free bits below the lowest one that is cared for, and the free bits above it."""
    free = ((1 << family.bits) - 1) & ~match.care
    tail = (~free & (free + 1)).bit_length() - 1
    return tail, [bit for bit in range(tail, family.bits) if free >> bit & 1]


def _pieces_at(match: AddressMatch, family: Family, within: Sequence[Span]) -> list[Span]:
    """Return the pieces of a mask that meet some spans, found from the highest bit down: most masks have few there."""
    tail, upper = _free_bits(match, family)
    starts = [match.value]
    for bit in sorted(upper, reverse=True):
        both = (start | value for start in starts for value in (0, 1 << bit))
        starts = [start for start in both if _meets(start, bit, match, within)]
        if len(starts) > LARGEST_MATCH:
            raise NotExpressibleError(because("mask_in_pieces", bits=len(upper)))
    return [(start, start | (1 << tail) - 1) for start in starts]


def _meets(start: int, bit: int, match: AddressMatch, within: Sequence[Span]) -> bool:
    """Return whether spans meet the addresses that differ from `start` below a bit, whatever the mask says there."""
    low = start >> bit << bit
    at = bisect_right(within, (low | (1 << bit) - 1, 1 << 128))
    return at > 0 and within[at - 1][1] >= low
