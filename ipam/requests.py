"""One request for a prefix, and the list in which requests are gathered.

The one idea: a request says what a thing needs and how it is called, never which address it gets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from intents.finding import Finding, Severity, Where, make_finding
from intents.prefix import Family, Prefix
from intents.registry import PurposeName, Registry, UnitKey
from ipam.address_plan import EntryState, NumberKind, PoolUse, PrefixEntry
from ipam.inventory import Inventory
from ipam.keys import INFRASTRUCTURE, NumberKey, Party, PrefixKey, Scope
from ipam.pool_choice import Choice, PoolChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAttributes:
    """What an entry says beside its prefix (D04)."""

    party: Party = INFRASTRUCTURE
    organisation: str = ""
    purpose: str = ""
    level: int = 0
    unit: str = ""
    registration_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixRequest:
    """A request for a prefix of `length` bits; an existing one is big enough if its length is at most `fits`.

    `slot` is the number of the slot that is preferred (that of the commune) and `first_other` the first slot number
    beyond all communes. `fixed` is a prefix that isn't ours to choose.
    """

    key: PrefixKey
    family: Family
    choice: Choice = field(default_factory=Choice)
    length: int = 0
    fits: int = 0
    slot: int | None = None
    first_other: int = 0
    fixed: Prefix | None = None
    attributes: EntryAttributes
    where: Where


def active_entry(request: PrefixRequest, prefix: Prefix, pool: str, since: date) -> PrefixEntry:
    """Return the entry of a request that is given a prefix."""
    attributes = request.attributes
    return PrefixEntry(
        key=request.key,
        prefix=prefix,
        pool=pool,
        state=EntryState.ACTIVE,
        since=since,
        party=attributes.party,
        organisation=attributes.organisation,
        purpose=attributes.purpose,
        level=attributes.level,
        unit=attributes.unit,
        registration_ref=attributes.registration_ref,
    )


MANAGEMENT = PurposeName("management")
"""The devices' own purpose."""

NumberRequest = tuple[NumberKind, Scope, NumberKey]
"""A request for a number: kind, scope and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Everything wanted on one day, sorted by key; `gaps` are the findings about pools that are missing."""

    prefixes: tuple[PrefixRequest, ...]
    numbers: tuple[NumberRequest, ...]
    gaps: tuple[Finding, ...]


PoolNeed = tuple[PoolUse, str, str, str]
"""A pool that is missing: use, purpose ("" for links and loopbacks), root block and address family in words."""


@dataclass(slots=True)
class _Gap:
    """A pool that is missing, and who needs it."""

    where: Where
    first: PrefixKey
    count: int = 0


@dataclass(slots=True)
class Requests:
    """The list being written; `communes` numbers the units at commune level in each root block, in key order."""

    registry: Registry
    inventory: Inventory
    pools: PoolChoice
    headroom: int
    communes: Mapping[str, Mapping[UnitKey, int]]
    prefixes: list[PrefixRequest] = field(default_factory=list)
    numbers: set[NumberRequest] = field(default_factory=set)
    _gaps: dict[PoolNeed, _Gap] = field(default_factory=dict)
    _lost: dict[str, _Gap] = field(default_factory=dict)

    def pair(
        self,
        key: PrefixKey,
        attributes: EntryAttributes,
        root_blocks: Sequence[str],
        where: Where,
        families: Sequence[Family] = tuple(Family),
        *,
        every: bool = False,
    ) -> None:
        """Wish for the two ends of a point-to-point link; unless `every` family is needed, IPv6 only if there are IPv6 LANs or
        links at all."""
        for family in families:
            choice = self.pools.infrastructure(PoolUse.LINK, family, root_blocks)
            if not choice.pools:
                if every or family is Family.V4 or self.pools.has(PoolUse.LAN, family):
                    self.miss((PoolUse.LINK, "", root_blocks[0], f"IPv{family.value}"), key, where)
                continue
            self.add(key, family, choice, attributes, where)

    def add(self, key: PrefixKey, family: Family, choice: Choice, attributes: EntryAttributes, where: Where) -> None:
        """Wish for one slot of infrastructure space; one that exists stays whatever its size."""
        self.prefixes.append(
            PrefixRequest(
                key=key,
                family=family,
                choice=choice,
                length=choice.pools[0].slot,
                fits=family.bits,
                attributes=attributes,
                where=where,
            )
        )

    def lose(self, unit: str, key: PrefixKey, where: Where) -> None:
        """Note that the unit of a thing's site doesn't exist on this day."""
        _count(self._lost.setdefault(unit, _Gap(where, key)), key, where)

    def miss(self, need: PoolNeed, key: PrefixKey, where: Where) -> None:
        """Note that there is no pool for something."""
        _count(self._gaps.setdefault(need, _Gap(where, key)), key, where)

    def gaps(self) -> tuple[Finding, ...]:
        """Return one finding for each missing pool and lost unit, at the first thing (by key) that needs it."""
        missing = [
            make_finding(
                "TR510",
                gap.where,
                use=use,
                purpose=purpose or "-",
                root_block=root_block or "-",
                family=family,
                first=gap.first,
                count=gap.count,
            )
            for (use, purpose, root_block, family), gap in sorted(self._gaps.items())
        ]
        lost = [
            make_finding("TR509", gap.where, severity=Severity.WARNING, unit=unit, first=gap.first, count=gap.count)
            for unit, gap in sorted(self._lost.items())
        ]
        return (*missing, *lost)


def _count(gap: _Gap, key: PrefixKey, where: Where) -> None:
    gap.count += 1
    if key < gap.first:
        gap.first, gap.where = key, where


def number_all(keys: Iterable[UnitKey]) -> dict[UnitKey, int]:
    """Return the place of each key in their order, from 0."""
    return {key: place for place, key in enumerate(sorted(keys))}
