"""All pools as space that is used up.

The one idea: an address belongs to the pool that covers it, found by one binary search, so a prefix that something had
before is placed by its address, whatever the pool was called then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from ipam.address_plan import Pool, PoolUse
from ipam.free_space import FreeSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenSpace:
    """What others use of ours, and nothing new may get: prefixes, and AS numbers."""

    prefixes: frozenset[Prefix] = frozenset()
    asns: frozenset[int] = frozenset()


NOTHING_TAKEN = TakenSpace()


class PoolSpace:
    """The pools (no roots) with what is free in each; pools must not overlap each other."""

    def __init__(self, pools: Iterable[Pool]) -> None:
        self._pools = sorted((pool for pool in pools if pool.use is not PoolUse.ROOT), key=lambda pool: pool.prefix)
        self._starts = {
            family: [(pool.prefix.network, place) for place, pool in enumerate(self._pools) if _of(pool, family)]
            for family in Family
        }
        self.free = {pool.name: FreeSpace(pool.prefix) for pool in self._pools}

    def pool_of(self, prefix: Prefix) -> Pool | None:
        """Return the pool that covers a prefix, None if none does."""
        starts = self._starts[prefix.family]
        place = bisect_right(starts, (prefix.network, len(self._pools))) - 1
        if place < 0:
            return None
        pool = self._pools[starts[place][1]]
        return pool if pool.prefix.covers(prefix) else None

    def use(self, prefix: Prefix) -> bool:
        """Mark a prefix as used wherever it lies; return False if part of it was used before."""
        pool = self.pool_of(prefix)
        if pool is not None:
            return self.use_in(pool, prefix)
        for other in self._pools:
            self.free[other.name].take_overlap(prefix)
        return True

    def use_in(self, pool: Pool, prefix: Prefix) -> bool:
        """Mark a prefix of a pool as used; return False if part of it was used before."""
        if self.free[pool.name].take(prefix):
            return True
        self.free[pool.name].take_overlap(prefix)
        return False


def _of(pool: Pool, family: Family) -> bool:
    return pool.prefix.family is family
