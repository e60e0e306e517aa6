"""How full each pool is.

The one idea: free space is what the entries leave, counted in addresses; a quarantined prefix is neither used nor free.
"""

from __future__ import annotations

from dataclasses import dataclass

from intents.prefix import Prefix
from ipam.address_plan import AddressPlan, EntryState, Pool, PoolUse
from ipam.space import PoolSpace


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilisation:
    """One pool's addresses: `used` (reserved too), `quarantined`, `free`; no `largest_free` if it is full."""

    pool: Pool
    used: int
    quarantined: int
    free: int
    largest_free: Prefix | None

    @property
    def free_percent(self) -> float:
        """Return the free share in percent."""
        return 100 * self.free / self.pool.prefix.size


def utilisation(plan: AddressPlan) -> tuple[Utilisation, ...]:
    """Return the utilisation of every pool that is allocated from (no root blocks), by name."""
    space = PoolSpace(plan.pools)
    used: dict[str, int] = {}
    quarantined: dict[str, int] = {}
    for entry in plan.prefixes:
        pool = space.pool_of(entry.prefix)
        if pool is not None and space.use_in(pool, entry.prefix):
            counts = quarantined if entry.state is EntryState.QUARANTINED else used
            counts[pool.name] = counts.get(pool.name, 0) + entry.prefix.size
    return tuple(
        Utilisation(
            pool=pool,
            used=used.get(pool.name, 0),
            quarantined=quarantined.get(pool.name, 0),
            free=space.free[pool.name].free,
            largest_free=space.free[pool.name].largest,
        )
        for pool in sorted(plan.pools, key=lambda pool: pool.name)
        if pool.use is not PoolUse.ROOT
    )
