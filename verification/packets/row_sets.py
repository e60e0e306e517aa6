"""Sets of headers where ports are many: for each source port (or none) one integer says what else is in the set.

The one idea: conditions that name N source ports and conditions that name N destination ports cut headers into N times N atoms,
but a set that an ACL makes of them has few different rows. So sources with equal rows are kept as one row with an integer of
sources, and an operation on sets goes over pairs of rows. A set without members is the integer 0, and one of everything -1, as in
`bit_sets`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from verification.packets.bit_sets import BitSet, to_bits

_Member = TypeVar("_Member")
_Rows = Mapping[int, int]

_CONSTANT: Mapping[int, _Rows] = {0: {0: -1}, -1: {-1: -1}}


@dataclass(frozen=True, slots=True)
class RowSet:
    """A set that is neither empty nor everything. `rows`: what else -> sources; every source, however high, is in one row."""

    rows: _Rows

    def __hash__(self) -> int:
        return hash(frozenset(self.rows.items()))

    def __or__(self, other: RowSet | int) -> RowSet | int:
        return self._with(other, operator.or_)

    def __and__(self, other: RowSet | int) -> RowSet | int:
        return self._with(other, operator.and_)

    def __xor__(self, other: RowSet | int) -> RowSet | int:
        return self._with(other, operator.xor)

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__

    def __invert__(self) -> RowSet:
        return RowSet({~row: sources for row, sources in self.rows.items()})

    def bit_count(self) -> int:
        """Return how many members there are; of sources or rows without end, how many there are not."""
        return sum(row.bit_count() * sources.bit_count() for row, sources in self.rows.items())

    def _with(self, other: RowSet | int, on_rows: Callable[[int, int], int]) -> RowSet | int:
        theirs = _CONSTANT[other] if isinstance(other, int) else other.rows
        found: dict[int, int] = {}
        for row, sources in self.rows.items():
            for against, others in theirs.items():
                both = sources & others
                if both:
                    value = on_rows(row, against)
                    found[value] = found.get(value, 0) | both
        return _canonical(found)


def _canonical(rows: dict[int, int]) -> RowSet | int:
    return RowSet(rows) if len(rows) > 1 or not rows.keys() <= _CONSTANT.keys() else next(iter(rows))


def from_rows(parts: Iterable[tuple[int, int]]) -> BitSet[_Member]:
    """Return the set of some (sources, what else) whose sources are disjoint."""
    rows: dict[int, int] = {}
    left = -1
    for sources, row in parts:
        if sources and row:
            rows[row] = rows.get(row, 0) | sources
            left &= ~sources
    rows[0] = left  # there is no end of sources
    return _canonical(rows)  # type: ignore[return-value] # rows become a set in this module alone


def rows_of(found: BitSet[_Member]) -> Iterator[tuple[int, int]]:
    """Yield the (sources, what else) of a set, each row once, the empty one left out."""
    held: object = found
    rows = held.rows if isinstance(held, RowSet) else _CONSTANT[to_bits(found)]
    return ((sources, row) for row, sources in rows.items() if row)
