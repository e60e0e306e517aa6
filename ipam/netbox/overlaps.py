"""Prefixes -> whether one meets any of them.

The one idea: of two prefixes that meet, one covers the other; so the outermost ones of many never meet, and a look at the two
beside its place tells of any other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from intents.prefix import Prefix, parse_prefix


class Outermost:
    """Many prefixes, those left out that another one covers."""

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        self._sorted: list[Prefix] = []
        for prefix in sorted(prefixes):
            if not self._sorted or not self._sorted[-1].covers(prefix):
                self._sorted.append(prefix)

    def holds(self, prefix: Prefix) -> bool:
        """Return whether one of them covers a prefix."""
        place = bisect_right(self._sorted, prefix)
        return any(one.covers(prefix) for one in self._sorted[max(place - 1, 0) : place + 1])

    def meets(self, prefix: Prefix) -> bool:
        """Return whether a prefix shares an address with any of them."""
        place = bisect_right(self._sorted, prefix)
        return any(one.overlaps(prefix) for one in self._sorted[max(place - 1, 0) : place + 1])


def prefix_in(text: str) -> Prefix | None:
    """Return the prefix that somebody's text says, None if it says none."""
    try:
        return parse_prefix(text)
    except ValueError:
        return None
