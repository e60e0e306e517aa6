"""Many sets of services -> those that share a port with another set, found without looking at each.

The one idea: ranges sorted by their low port, with the highest end of each half, and halves of halves: where none ends late
enough, nothing inside is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from intents.service import ServiceSet, Transport

_Item = tuple[int, int, int]
"""Low port, high port, number of the set."""


class ServiceIndex:
    """Sets of services by number."""

    def __init__(self, services: Mapping[int, ServiceSet]) -> None:
        found: dict[Transport, list[_Item]] = {}
        for number, item in services.items():
            for transport, low, high in item.ranges:
                found.setdefault(transport, []).append((low, high, number))
        self._ranges = {transport: sorted(items) for transport, items in found.items()}
        self._ends = {transport: _highest(items) for transport, items in self._ranges.items()}

    def meeting(self, services: ServiceSet) -> Iterator[int]:
        """Yield the numbers of the sets that share a port with this one, each once, by low port and number."""
        seen: set[int] = set()
        for transport, low, high in services.ranges:
            items = self._ranges.get(transport, [])
            before = bisect_right(items, (high, 65536, 0))
            for place in _late(self._ends.get(transport, []), before, low):
                number = items[place][2]
                if number not in seen:
                    seen.add(number)
                    yield number


def _highest(items: list[_Item]) -> list[int]:
    """Return the tree of highest ends: node 1 is all, node n has 2n and 2n + 1, the leaves are the last half."""
    size = 1 << max(len(items) - 1, 0).bit_length()
    ends = [-1] * size + [high for _, high, _ in items] + [-1] * (size - len(items))
    for node in range(size - 1, 0, -1):
        ends[node] = max(ends[2 * node], ends[2 * node + 1])
    return ends


def _late(ends: list[int], before: int, low: int) -> Iterator[int]:
    """Yield the places before one, in order, whose range ends at a port or later."""
    size = len(ends) // 2
    waiting = [(1, 0, size)] if before else []
    while waiting:
        node, start, width = waiting.pop()
        if start >= before or ends[node] < low:
            continue
        if width == 1:
            yield start
        else:
            half = width // 2
            waiting += ((2 * node + 1, start + half, half), (2 * node, start, half))
