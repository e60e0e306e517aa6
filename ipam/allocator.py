"""Requests and the previous plan into the next `AddressPlan`.

The one idea: first everything that exists keeps its place, quarantined space included; only then do new requests take
what is free, in the order of their keys. So allocating twice changes nothing, and nothing that exists ever moves for
something new. Requirements D01, D07 and D14.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

from intents.finding import Finding, Severity, make_finding, sort_findings
from intents.prefix import Family, Prefix
from intents.registry import AttachmentName, Registry
from ipam.address_plan import AddressPlan, EntryState, Pool, PrefixEntry, prefix_order
from ipam.checks import check_plan
from ipam.demand import list_demand
from ipam.inventory import Inventory
from ipam.keys import OutsideKey, PrefixKey
from ipam.number_allocator import allocate_numbers
from ipam.requests import PrefixRequest, active_entry
from ipam.space import NOTHING_TAKEN, PoolSpace, TakenSpace
from ipam.store.kept_checks import check_kept, check_renewed

EntryKey = tuple[PrefixKey, Family]


class AllocationSettings(Protocol):
    """The numbers that allocation needs; `intents.settings.Settings` has them."""

    @property
    def headroom_percent(self) -> int: ...

    @property
    def reserve_warning_percent(self) -> int: ...

    @property
    def quarantine_days(self) -> int: ...


def allocate(
    registry: Registry,
    inventory: Inventory,
    pools: Sequence[Pool],
    previous: AddressPlan,
    settings: AllocationSettings,
    on: date,
    taken: TakenSpace = NOTHING_TAKEN,
) -> tuple[AddressPlan, tuple[Finding, ...]]:
    """Return the plan of one day and what is wrong with it; `registry` is the one of that day.

    What is still wanted keeps its value; what isn't is quarantined for `quarantine_days` from `on`; a full pool is a
    finding. Nothing new gets what is `taken`. The pools must be free of errors.
    """
    wanted = list_demand(registry, inventory, pools, settings.headroom_percent, on)
    until = on + timedelta(days=settings.quarantine_days)
    allocation = _Allocation(pools=pools, on=on, until=until)
    allocation.keep(wanted.prefixes, previous.prefixes)
    for prefix in sorted(taken.prefixes):
        allocation.space.use(prefix)
    allocation.place()
    numbers, number_findings = allocate_numbers(wanted.numbers, previous.numbers, on, until, taken.asns)
    plan = AddressPlan(
        pools=tuple(sorted(pools, key=lambda pool: pool.name)),
        prefixes=tuple(sorted(allocation.entries, key=prefix_order)),
        numbers=numbers,
    )
    checks = check_plan(plan, registry, inventory, settings.reserve_warning_percent, on)
    kept = (*check_kept(previous, registry, on), *check_renewed(previous, plan, on))
    findings = (*kept, *wanted.gaps, *allocation.findings, *number_findings, *checks)
    return plan, sort_findings(findings)


@dataclass(slots=True)
class _Allocation:
    """One run: the space, the entries of the next plan and the requests that are still open."""

    pools: Sequence[Pool]
    on: date
    until: date
    entries: list[PrefixEntry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    space: PoolSpace = field(init=False)
    _open: list[PrefixRequest] = field(default_factory=list)
    _full: dict[str, list[PrefixRequest]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.space = PoolSpace(self.pools)

    def keep(self, requests: Iterable[PrefixRequest], previous: Iterable[PrefixEntry]) -> None:
        """Give each request what it had, quarantine what nobody wants any more, and leave the other requests open."""
        before: dict[EntryKey, list[PrefixEntry]] = {}
        agreed: dict[tuple[AttachmentName, Prefix], date] = {}
        for entry in previous:
            if isinstance(entry.key, OutsideKey):
                agreed[entry.key.attachment, entry.prefix] = entry.since
            elif not _released(entry, self.on):
                before.setdefault((entry.key, entry.prefix.family), []).append(entry)
        for request in requests:
            if isinstance(request.key, OutsideKey) and request.fixed is not None:
                # its number does not matter: one more prefix before it changes nothing about it
                since = agreed.get((request.key.attachment, request.fixed), self.on)
                self.entries.append(active_entry(request, request.fixed, "", since))
                continue
            self._keep_one(request, before.pop((request.key, request.family), []))
        for entries in before.values():
            self.entries.extend(self._quarantine(entry, "no longer wanted") for entry in entries)
        for entry in self.entries:
            if not isinstance(entry.key, OutsideKey):
                self.space.use(entry.prefix)

    def _keep_one(self, request: PrefixRequest, before: list[PrefixEntry]) -> None:
        ordered = sorted(before, key=_latest_first) if len(before) > 1 else before
        found = next((entry for entry in ordered if self._stays(request, entry)), None)
        for entry in before:
            if entry is found:
                since = self.on if entry.state is EntryState.QUARANTINED else entry.since
                pool = self.space.pool_of(entry.prefix)
                kept = active_entry(request, entry.prefix, pool.name if pool else entry.pool, since)
                self.entries.append(kept)
            elif entry.state is EntryState.QUARANTINED:
                self.entries.append(entry)
            else:
                self._move(request, entry)
        if found is None:
            self._open.append(request)

    def _stays(self, request: PrefixRequest, entry: PrefixEntry) -> bool:
        """Return whether an entry can serve its request: big enough, and in a pool where it may be.

        An active entry outside every pool stays too: a pool that was moved or shrunk must not renumber anything.
        """
        if entry.prefix.length > request.fits:
            return False
        pool = self.space.pool_of(entry.prefix)
        if pool is None:
            return entry.state is not EntryState.QUARANTINED
        return pool.name in request.choice.kept

    def _move(self, request: PrefixRequest, entry: PrefixEntry) -> None:
        grown = entry.prefix.length > request.fits
        reason = "too small for the declared hosts" if grown else "in a pool of another class or purpose"
        self.entries.append(self._quarantine(entry, reason))
        self.findings.append(
            make_finding(
                "TR512" if grown else "TR513",
                request.where,
                severity=Severity.WARNING,
                key=request.key,
                prefix=entry.prefix,
                pool=entry.pool,
                until=self.until,
            )
        )

    def place(self) -> None:
        """Place the open requests: communes in their slots first, then all others in the lowest free place."""
        rest = [request for request in self._open if not self._place_in_slot(request)]
        for request in rest:
            if request.choice.pools and not self._place_lowest(request):
                self._full.setdefault(request.choice.pools[0].name, []).append(request)
        for pool, requests in sorted(self._full.items()):
            prefix = next(item.prefix for item in self.pools if item.name == pool)
            first, length, count = requests[0], requests[0].length, len(requests)
            finding = make_finding(
                "TR511", first.where, pool=pool, prefix=prefix, first=first.key, length=length, count=count
            )
            self.findings.append(finding)

    def _place_in_slot(self, request: PrefixRequest) -> bool:
        if request.slot is None:
            return False
        pool = request.choice.pools[0]
        size = 1 << (request.family.bits - pool.slot)
        network = pool.prefix.network + request.slot * size
        wanted = Prefix(request.family, network, request.length)
        return network % wanted.size == 0 and self._take(request, pool, wanted)

    def _place_lowest(self, request: PrefixRequest) -> bool:
        for pool in request.choice.pools:
            free = self.space.free[pool.name]
            size = 1 << (request.family.bits - pool.slot)
            found = free.lowest(request.length, pool.prefix.network + request.first_other * size) or free.lowest(
                request.length
            )
            if found is not None and self._take(request, pool, found):
                return True
        return False

    def _take(self, request: PrefixRequest, pool: Pool, prefix: Prefix) -> bool:
        if not self.space.free[pool.name].take(prefix):
            return False
        self.entries.append(active_entry(request, prefix, pool.name, self.on))
        return True

    def _quarantine(self, entry: PrefixEntry, reason: str) -> PrefixEntry:
        if entry.state is EntryState.QUARANTINED:
            return entry
        return replace(entry, state=EntryState.QUARANTINED, since=self.on, until=self.until, reason=reason)


def _released(entry: PrefixEntry, on: date) -> bool:
    """Return whether a quarantine is over."""
    return entry.state is EntryState.QUARANTINED and entry.until is not None and entry.until < on


def _latest_first(entry: PrefixEntry) -> tuple[bool, int, Prefix]:
    """Sort what is in use first, then the quarantined by how lately they were given up."""
    return (entry.state is EntryState.QUARANTINED, -entry.since.toordinal(), entry.prefix)
