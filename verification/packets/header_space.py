"""The layer-4 headers of one family, cut into atoms: turns every layer-4 condition that occurs into a set of them.

The one idea: two headers that satisfy the same conditions can't be told apart by any set built from those conditions.
So such headers form one atom, and union, intersection and complement of sets of atoms are exact Boolean algebra without a solver.
Few atoms are numbered, and a set is an integer with one bit for each; where conditions name so many ports on both sides that the
grid of them would be large, a set is a row for each kind of source port (`row_sets`). Each atom keeps its most natural header,
which is what a counterexample shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import NamedTuple, Protocol

import numpy as np

from intents.prefix import Family
from verification.packets.atoms import Bits
from verification.packets.bit_sets import bit, first, from_bits, lowest, numbers, union
from verification.packets.header_blocks import Block, Ported, flat_blocks, grid_block, ported_blocks
from verification.packets.headers import Header, HeaderMatch, HeaderSet, accepts
from verification.packets.row_sets import from_rows, rows_of

LARGEST_GRID = 1 << 14
"""Cells (flags times source ports times destination ports) up to which atoms are numbered; above, rows are faster and smaller."""


class _Atoms(Protocol):
    """What tells sets of one space and headers apart."""

    @property
    def full(self) -> HeaderSet: ...

    def headers(self) -> Iterator[Header]: ...

    def sample(self, mask: HeaderSet) -> Header: ...

    def alike(self, kept: HeaderSet, header: Header) -> HeaderSet: ...

    def unfragmented(self) -> HeaderSet: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderSpace:
    """The atoms of one family; compared by identity, because sets of two spaces must never meet.

    `masks`: the atoms of every condition.
    """

    family: Family
    masks: Mapping[HeaderMatch, HeaderSet]
    atoms: _Atoms

    @property
    def full(self) -> HeaderSet:
        """Return all headers."""
        return self.atoms.full

    @property
    def headers(self) -> Iterator[Header]:
        """Yield the natural header of each atom, by bit number if atoms are numbered."""
        return self.atoms.headers()

    @property
    def unfragmented(self) -> HeaderSet:
        """Return the headers of whole packets and first fragments."""
        return self.atoms.unfragmented()

    def mask(self, match: HeaderMatch) -> HeaderSet:
        """Return the atoms of a condition; KeyError if the space was not made for it."""
        return self.masks[match]

    def sample(self, mask: HeaderSet) -> Header:
        """Return the most natural header of a set; ValueError if it is empty."""
        return self.atoms.sample(mask)

    def locate(self, header: Header) -> HeaderSet:
        """Return atoms that no condition tells from a header: one, or one kind of rows."""
        kept = self.full
        for match, mask in self.masks.items():
            kept &= mask if accepts(match, header) else ~mask
        return self.atoms.alike(kept, header)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbered:
    """Atoms with a number each: a set is an integer."""

    order: tuple[Header, ...]

    @property
    def full(self) -> HeaderSet:
        return first(len(self.order))

    def headers(self) -> Iterator[Header]:
        return iter(self.order)

    def sample(self, mask: HeaderSet) -> Header:
        return self.order[lowest(mask)]

    def alike(self, kept: HeaderSet, header: Header) -> HeaderSet:
        for number in numbers(kept):
            sample = self.order[number]
            if (sample.protocol, sample.non_initial) == (header.protocol, header.non_initial):
                return bit(number)
        return bit(lowest(kept)) if kept else kept

    def unfragmented(self) -> HeaderSet:
        return union(bit(number) for number, header in enumerate(self.order) if not header.non_initial)


class _Area(NamedTuple):
    """A protocol with ports among the rows: the first number of its source ports, and of what else."""

    block: Ported
    source_at: int
    rest_at: int

    def full(self) -> tuple[int, int]:
        """Return (sources, what else) of all its headers."""
        flags, sources, targets = self.block.shape
        return ((1 << sources) - 1) << self.source_at, ((1 << flags * targets) - 1) << self.rest_at

    def part(self, match: HeaderMatch) -> tuple[int, int]:
        """Return (sources, what else) of a condition."""
        if not self.block.takes(match):
            return 0, 0
        flags, targets = self.block.by_flags[match.tcp_flags], self.block.by_target[match.destination_ports]
        rest = _integer((flags[:, None] & targets[None, :]).ravel())
        return _integer(self.block.by_source[match.source_ports]) << self.source_at, rest << self.rest_at

    def place(self, sources: int, rest: int) -> tuple[int, int, int]:
        """Return the first flags, source and destination of a row of this area."""
        flags, target = divmod(_low(rest) - self.rest_at, len(self.block.targets))
        return flags, _low(sources) - self.source_at, target


@dataclass(frozen=True, slots=True, kw_only=True)
class _InRows:
    """Atoms by source port: a set is a row of (flags, destination port) for each, and one of all headers without ports.

    `flat`: the headers without ports, fragments last; `flat_at`: the numbers of their row and of the first of them.
    """

    areas: tuple[_Area, ...]
    flat: tuple[Header, ...]
    flat_at: tuple[int, int]

    @property
    def full(self) -> HeaderSet:
        return self._first(len(self.flat))

    def unfragmented(self) -> HeaderSet:
        return self._first(sum(not header.non_initial for header in self.flat))

    def _first(self, flat: int) -> HeaderSet:
        return from_rows([*(area.full() for area in self.areas), self.flat_part((1 << flat) - 1)])

    def flat_part(self, mask: int) -> tuple[int, int]:
        """Return (the one row, what else) of some headers without ports."""
        row, at = self.flat_at
        return (1 << row, mask << at) if mask else (0, 0)

    def headers(self) -> Iterator[Header]:
        for area in self.areas:
            yield from (area.block.header(*place) for place in np.ndindex(area.block.shape))
        yield from self.flat

    def sample(self, mask: HeaderSet) -> Header:
        rows = list(rows_of(mask & self.full))
        for area in self.areas:
            found = [area.place(*row) for row in rows if row[1] & area.full()[1]]
            if found:
                return area.block.header(*min(found))
        if not rows:
            raise ValueError("an empty set has no sample")
        return self.flat[min(_low(rest) for _, rest in rows) - self.flat_at[1]]

    def alike(self, kept: HeaderSet, header: Header) -> HeaderSet:
        parts = [
            area.full() for area in self.areas if area.block.protocol == header.protocol and not header.non_initial
        ]
        kind = (header.protocol, header.non_initial)
        flat = [number for number, item in enumerate(self.flat) if (item.protocol, item.non_initial) == kind]
        return kept & from_rows([*parts, self.flat_part(sum(1 << number for number in flat))]) or kept


def _low(bits: int) -> int:
    return lowest(from_bits(bits))


def _integer(found: Bits) -> int:
    return int.from_bytes(np.packbits(found, bitorder="little").tobytes(), "little")


def header_space(family: Family, matches: Iterable[HeaderMatch], *, largest_grid: int = LARGEST_GRID) -> HeaderSpace:
    """Return the atoms that can express every one of these conditions: numbered and as few as can be, if no grid of ports is
    larger than `largest_grid` cells."""
    known = tuple(sorted(set(matches), key=repr))
    ported, flat = ported_blocks(known), list(flat_blocks(family, known))
    if all(prod(block.shape) <= largest_grid for block in ported):
        return _numbered(family, known, [*(grid_block(block, known) for block in ported), *flat])
    return _in_rows(family, known, ported, flat)


def _numbered(family: Family, known: Sequence[HeaderMatch], blocks: Sequence[Block]) -> HeaderSpace:
    headers, masks = _joined(known, blocks)
    sets: dict[HeaderMatch, HeaderSet] = {match: from_bits(mask) for match, mask in zip(known, masks, strict=True)}
    return HeaderSpace(family=family, masks=sets, atoms=_Numbered(order=tuple(headers)))


def _in_rows(
    family: Family, known: Sequence[HeaderMatch], ported: Sequence[Ported], blocks: Sequence[Block]
) -> HeaderSpace:
    sources_at = [0, *accumulate(len(block.sources) for block in ported)]
    rest_at = [0, *accumulate(len(block.flags) * len(block.targets) for block in ported)]
    areas = tuple(_Area(*found) for found in zip(ported, sources_at[:-1], rest_at[:-1], strict=True))
    headers, masks = _joined(known, blocks)
    atoms = _InRows(areas=areas, flat=tuple(headers), flat_at=(sources_at[-1], rest_at[-1]))
    sets: dict[HeaderMatch, HeaderSet] = {
        match: from_rows([*(area.part(match) for area in areas), atoms.flat_part(mask)])
        for match, mask in zip(known, masks, strict=True)
    }
    return HeaderSpace(family=family, masks=sets, atoms=atoms)


def _joined(known: Sequence[HeaderMatch], blocks: Sequence[Block]) -> Block:
    """Return blocks as one, behind each other."""
    headers: list[Header] = []
    masks = [0] * len(known)
    for block_headers, block_masks in blocks:
        for index, mask in enumerate(block_masks):
            masks[index] |= mask << len(headers)
        headers.extend(block_headers)
    return headers, masks
