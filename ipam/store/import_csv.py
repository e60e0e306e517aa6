"""An address plan that exists in a spreadsheet into entries of ours.

The one idea: a line of the table is a request that already has its address; whatever we would not have a request for, or would
not allocate there, is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from intents.finding import Finding, make_finding, sort_findings
from intents.prefix import Family, Prefix, parse_prefix
from intents.reader.csv_reader import read_csv
from intents.reader.suggestions import suggest
from intents.reader.table import Row
from intents.registry import Registry
from ipam.address_plan import AddressPlan, EntryState, Pool, PoolUse, PrefixEntry, prefix_order
from ipam.demand import list_demand
from ipam.inventory import Inventory
from ipam.keys import PrefixKey
from ipam.requests import PrefixRequest, active_entry
from ipam.space import PoolSpace

COLUMNS: Mapping[str, bool] = {"key": True, "prefix": True, "registration_ref": False, "since": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTarget:
    """What a table is imported into: registry (of the day), equipment, pools and the plan so far."""

    registry: Registry
    inventory: Inventory
    pools: tuple[Pool, ...]
    previous: AddressPlan
    on: date


def import_plan(path: Path, shown: str, target: ImportTarget) -> tuple[AddressPlan, tuple[Finding, ...]]:
    """Return the previous plan with the entries of a table (columns `COLUMNS`) added, and what is wrong with the table.

    A line is left out if it has a finding: unknown key, not a prefix or date, no pool of ours, a pool of another root block,
    class or purpose, or an overlap with a line or entry before it.
    """
    table, findings = read_csv(path, shown, COLUMNS)
    wanted = list_demand(target.registry, target.inventory, target.pools, 0, target.on)
    requests = {(request.key, request.family): request for request in wanted.prefixes}
    importing = _Import(target, requests)
    found = [importing.read(row) for row in table.rows]
    entries = [item for item in found if isinstance(item, PrefixEntry)]
    findings = (*findings, *map(_of_import, table.warnings()), *(item for item in found if isinstance(item, Finding)))
    plan = AddressPlan(
        pools=tuple(sorted(target.pools, key=lambda pool: pool.name)),
        prefixes=tuple(sorted((*target.previous.prefixes, *entries), key=prefix_order)),
        numbers=target.previous.numbers,
    )
    return plan, sort_findings(findings)


def _of_import(finding: Finding) -> Finding:
    """Return what is said of a table that is read once and no part of the workspace: nothing tidies it."""
    return replace(finding, code="TR547") if finding.code == "TR143" else finding


class _Import:
    """One run over a table: the space that is used so far and the keys that have an entry."""

    def __init__(self, target: ImportTarget, requests: Mapping[tuple[PrefixKey, Family], PrefixRequest]) -> None:
        self._requests = requests
        self._keys = {str(key): key for key, _ in requests}
        self._space = PoolSpace(target.pools)
        self._roots = [pool for pool in target.pools if pool.use is PoolUse.ROOT]
        self._used: list[tuple[Prefix, PrefixKey]] = []
        self._given: set[tuple[PrefixKey, Family]] = set()
        for entry in target.previous.prefixes:
            self._note(entry.key, entry.prefix, active=entry.state is not EntryState.QUARANTINED)

    def read(self, row: Row) -> PrefixEntry | Finding:
        """Return the entry that a row says, or the first thing that is wrong with it."""
        key = row.text("key")
        try:
            prefix = parse_prefix(row.text("prefix"))
        except ValueError:
            return make_finding("TR543", row.where("prefix"), text=row.text("prefix"), column="prefix")
        try:
            since = date.fromisoformat(row.text("since"))
        except ValueError:
            return make_finding("TR543", row.where("since"), text=row.text("since"), column="since")
        if key not in self._keys:
            return make_finding("TR540", row.where("key"), key=key, suggestion=suggest(key, sorted(self._keys)))
        request = self._requests.get((self._keys[key], prefix.family))
        if request is None:
            return make_finding("TR546", row.where("prefix"), key=key, family=f"IPv{prefix.family.value}")
        return self._check_place(row, request, prefix) or self._entry(row, request, prefix, since)

    def _check_place(self, row: Row, request: PrefixRequest, prefix: Prefix) -> Finding | None:
        if (request.key, request.family) in self._given:
            return make_finding("TR545", row.where("key"), key=request.key)
        pool = self._space.pool_of(prefix)
        where = row.where("prefix")
        if pool is None:
            root = next((root.root_block for root in self._roots if root.prefix.covers(prefix)), "")
            return make_finding("TR544", where, key=request.key, prefix=prefix, root_block=root or "-")
        if pool.name not in request.choice.kept:
            allowed = ", ".join(sorted(request.choice.kept)) or "-"
            return make_finding("TR542", where, key=request.key, prefix=prefix, pool=pool.name, allowed=allowed)
        if not self._space.free[pool.name].holds(prefix):
            other = next(name for used, name in self._used if used.overlaps(prefix))
            return make_finding("TR541", where, key=request.key, prefix=prefix, other=other)
        return None

    def _entry(self, row: Row, request: PrefixRequest, prefix: Prefix, since: date) -> PrefixEntry:
        self._note(request.key, prefix, active=True)
        pool = self._space.pool_of(prefix)
        entry = active_entry(request, prefix, pool.name if pool is not None else "", since)
        return replace(entry, registration_ref=row.text("registration_ref") or entry.registration_ref)

    def _note(self, key: PrefixKey, prefix: Prefix, *, active: bool) -> None:
        self._space.use(prefix)
        self._used.append((prefix, key))
        if active:
            self._given.add((key, prefix.family))
