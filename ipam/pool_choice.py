"""Which pools something may be allocated from.

The one idea: the choice is made by attributes alone (use, family, root block, purpose, class, level), in one ordered
list; the first pool with room is taken, and an entry stays where it is as long as its pool is one that it could be in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intents.prefix import Family
from intents.reader.reserved import is_public
from ipam.address_plan import DedicatedClass, Pool, PoolUse


@dataclass(frozen=True, slots=True, kw_only=True)
class LanQuestion:
    """A LAN that looks for a pool: `member_of` is its class (None for a system), `public` whether it may be public."""

    family: Family
    purpose: str
    root_block: str
    level: int
    member_of: DedicatedClass | None
    public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Pools for a new prefix, best first, and all pools in which an existing one may stay."""

    pools: tuple[Pool, ...] = ()
    kept: frozenset[str] = frozenset()


class PoolChoice:
    """The pools of a plan, ready to be asked; answers are remembered, since thousands of LANs ask the same."""

    def __init__(self, pools: Iterable[Pool]) -> None:
        self._pools = sorted(pools, key=lambda pool: pool.name)
        self._lans: dict[LanQuestion, Choice] = {}
        self._others: dict[tuple[PoolUse, Family, tuple[str, ...]], Choice] = {}

    def has(self, use: PoolUse, family: Family) -> bool:
        """Return whether there is any pool of this use and family."""
        return any(pool.use is use and pool.prefix.family is family for pool in self._pools)

    def lan(self, question: LanQuestion) -> Choice:
        """Return the dedicated pools of the class in its root block, else those of the purpose that serve no class."""
        if question not in self._lans:
            self._lans[question] = self._choose_lan(question)
        return self._lans[question]

    def infrastructure(self, use: PoolUse, family: Family, root_blocks: Sequence[str]) -> Choice:
        """Return the pools of links or loopbacks: those of the first root block, then of the next, then all others."""
        key = (use, family, tuple(root_blocks))
        if key not in self._others:
            fitting = [pool for pool in self._pools if pool.use is use and pool.prefix.family is family]
            order = {block: place for place, block in reversed(list(enumerate(root_blocks)))}
            ranked = sorted(fitting, key=lambda pool: (order.get(pool.root_block, len(order)), pool.name))
            self._others[key] = Choice(pools=tuple(ranked), kept=frozenset(pool.name for pool in ranked))
        return self._others[key]

    def _choose_lan(self, question: LanQuestion) -> Choice:
        fitting = [pool for pool in self._pools if _may_hold(pool, question)]
        kept = frozenset(pool.name for pool in fitting)
        levels = (0, question.level)
        here = [pool for pool in fitting if pool.root_block == question.root_block and pool.level in levels]
        dedicated = [pool for pool in here if pool.dedicated is not None]
        ranked = sorted(dedicated or here, key=lambda pool: (pool.level == 0, not is_public(pool.prefix), pool.name))
        return Choice(pools=tuple(ranked), kept=kept)


def _may_hold(pool: Pool, question: LanQuestion) -> bool:
    return (
        pool.use is PoolUse.LAN
        and pool.prefix.family is question.family
        and pool.purpose == question.purpose
        and (not question.root_block or pool.root_block == question.root_block)
        and (pool.dedicated is None or pool.dedicated == question.member_of)
        and (question.public or not is_public(pool.prefix))
    )
