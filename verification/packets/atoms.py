"""Signature refinement: turns many sets over one universe into the few classes that the sets can tell apart.

The one idea: members that lie in exactly the same sets have the same signature (one bit for each set), so a dictionary
from signature to first member is the coarsest partition, and each set is then a bit mask over the partition.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from routing.model import FlagMatch, PortRange

OTHER_PORT = 40000
"""The port that stands for a port which nothing names: an ordinary ephemeral one."""

Bits = NDArray[np.bool_]
"""Membership of a set over a universe."""
_Key = TypeVar("_Key", bound=Hashable)


def port_axis(
    sets: set[tuple[PortRange, ...] | None],
) -> tuple[list[int], dict[tuple[PortRange, ...] | None, Bits]]:
    """Return the classes of ports (by representative) that these sets tell apart, and each set over the classes."""
    starts = {0} | {edge for ranges in sets for low, high in ranges or () for edge in (low, high + 1)}
    return axis([OTHER_PORT, *sorted(starts - {65536})], sets, among_ports)


def axis(
    order: Iterable[int], sets: set[_Key], holds: Callable[[_Key, NDArray[np.int64]], Bits]
) -> tuple[list[int], dict[_Key, Bits]]:
    """Return the classes of values that these sets tell apart (by first value in `order`), and the sets over them."""
    values = np.fromiter(order, dtype=np.int64)
    keys = sorted(sets, key=repr)
    hits = [holds(key, values) for key in keys]
    firsts, _ = merge_cells(len(values), hits)
    return [int(values[cell]) for cell in firsts], {key: hit[firsts] for key, hit in zip(keys, hits, strict=True)}


def among_ports(ranges: tuple[PortRange, ...] | None, values: NDArray[np.int64]) -> Bits:
    found = np.full(len(values), ranges is None, dtype=np.bool_)
    for low, high in ranges or ():
        found |= (values >= low) & (values <= high)
    return found


def among_flags(wanted: tuple[FlagMatch, ...] | None, values: NDArray[np.int64]) -> Bits:
    found = np.full(len(values), wanted is None, dtype=np.bool_)
    for item in wanted or ():
        found |= (values & item.care) == item.value
    return found


def equal_to(wanted: int | None, values: NDArray[np.int64]) -> Bits:
    return np.full(len(values), fill_value=True) if wanted is None else values == wanted


def merge_cells(cells: int, hits: Sequence[Bits | None]) -> tuple[list[int], list[int]]:
    """Merge cells that lie in the same sets: their first cells, and each set (None: empty) as a mask of them."""
    columns = np.zeros((len(hits) // 8 + 1, cells), dtype=np.uint8)
    for index, hit in enumerate(hits):
        if hit is not None:
            columns[index >> 3] |= hit.ravel().view(np.uint8) << np.uint8(index & 7)
    width = len(columns)
    signatures = np.ascontiguousarray(columns.T).tobytes()
    seen: dict[bytes, int] = {}
    for cell in range(cells):
        seen.setdefault(signatures[cell * width : cell * width + width], cell)
    firsts = list(seen.values())
    rows = np.frombuffer(b"".join(seen), dtype=np.uint8).reshape(len(firsts), width)
    bits = np.unpackbits(rows, axis=1, bitorder="little")[:, : len(hits)]
    packed = np.packbits(bits, axis=0, bitorder="little")
    return firsts, [int.from_bytes(packed[:, index].tobytes(), "little") for index in range(len(hits))]
