"""What a new compilation changes: the old and the new address plan, the old and the new texts -> counted differences.

The one idea: entries are compared by what they are for and what they give, so that a moved address shows as one new and one
gone; texts are compared as bags of lines, which is what a reviewer counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ipam.address_plan import AddressPlan, EntryState, NumberEntry, Pool, PrefixEntry

Entry = PrefixEntry | NumberEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """Entries of one pool (or kind of number) that are new, changed, quarantined, or released from quarantine."""

    place: str
    new: int = 0
    changed: int = 0
    quarantined: int = 0
    released: int = 0

    @property
    def total(self) -> int:
        """Return how many entries differ."""
        return self.new + self.changed + self.quarantined + self.released


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange:
    """Lines of one device's text that are new or gone; `is_new`: the device had no text, `is_gone`: it has none now."""

    device: str
    new: int
    gone: int
    is_new: bool = False
    is_gone: bool = False


def compare_plans(old: AddressPlan, new: AddressPlan) -> tuple[PlanChange, ...]:
    """Return what differs, by pool and kind of number; nothing for those that are as they were."""
    before, after = _entries(old), _entries(new)
    counts: dict[str, Counter[str]] = {}
    for key in before.keys() | after.keys():
        kind = _change_of(before.get(key), after.get(key))
        entry = after.get(key) or before[key]
        if kind:
            counts.setdefault(_place_of(entry), Counter())[kind] += 1
    return tuple(PlanChange(place=place, **found) for place, found in sorted(counts.items()))


def compare_pools(old: AddressPlan, new: AddressPlan) -> tuple[int, int, int]:
    """Return how many pools are new, changed and gone."""
    before: dict[str, Pool] = {pool.name: pool for pool in old.pools}
    after: dict[str, Pool] = {pool.name: pool for pool in new.pools}
    changed = sum(before[name] != after[name] for name in before.keys() & after.keys())
    return len(after.keys() - before.keys()), changed, len(before.keys() - after.keys())


def compare_texts(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[TextChange, ...]:
    """Return the devices whose text differs, by name."""
    found = []
    for device in sorted(old.keys() | new.keys()):
        before, after = old.get(device), new.get(device)
        if before == after:
            continue
        one, other = Counter((before or "").splitlines()), Counter((after or "").splitlines())
        found.append(
            TextChange(
                device=device,
                new=(other - one).total(),
                gone=(one - other).total(),
                is_new=before is None,
                is_gone=after is None,
            )
        )
    return tuple(found)


def new_access(old: AddressPlan, new: AddressPlan) -> tuple[str, ...]:
    """Return, in words, which new prefixes lie in a pool dedicated to a class: each gets that class's access at once."""
    known = {(entry.key, entry.prefix) for entry in old.prefixes if entry.state is not EntryState.QUARANTINED}
    pools = {pool.name: pool.dedicated for pool in new.pools if pool.dedicated is not None}
    found = []
    for entry in new.prefixes:
        dedicated = pools.get(entry.pool)
        if dedicated is None or entry.state is EntryState.QUARANTINED or (entry.key, entry.prefix) in known:
            continue
        found.append(f"{entry.key} {entry.prefix}: {dedicated.category}/{dedicated.tier} in {dedicated.purpose}")
    return tuple(sorted(found))


def _entries(plan: AddressPlan) -> dict[tuple[object, ...], Entry]:
    found: dict[tuple[object, ...], Entry] = {(entry.key, entry.prefix): entry for entry in plan.prefixes}
    return found | {(item.kind, item.scope, item.key, item.value): item for item in plan.numbers}


def _change_of(old: Entry | None, new: Entry | None) -> str:
    if new is None:
        return "released"
    if new == old:
        return ""
    if new.state is EntryState.QUARANTINED:
        return "changed" if old is not None and old.state is EntryState.QUARANTINED else "quarantined"
    return "new" if old is None else "changed"


def _place_of(entry: Entry) -> str:
    if isinstance(entry, NumberEntry):
        return f"number/{entry.kind}"
    return entry.pool or "outside"


def total_of(changes: Iterable[PlanChange]) -> PlanChange:
    """Return the sum over all places."""
    kept = tuple(changes)
    return PlanChange(
        place="",
        new=sum(item.new for item in kept),
        changed=sum(item.changed for item in kept),
        quarantined=sum(item.quarantined for item in kept),
        released=sum(item.released for item in kept),
    )
