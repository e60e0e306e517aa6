"""What was read and a plan -> what has to be made, changed and deleted so that a NetBox says that plan, or why it may not
be.

The one idea: every object carries the digest of what truc wrote there. One that says something else was changed by somebody
since: it is drift of the address plan, told with its place, and never written over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intents.finding import Finding, Severity, Where, make_finding
from intents.prefix import Prefix, parse_prefix
from ipam.address_plan import AddressPlan, PoolUse, PrefixEntry
from ipam.netbox.mapping import NAMED_KINDS, things_of
from ipam.netbox.reading import ADDRESSES, Reading, place_of
from ipam.netbox.rows import OwnRow
from ipam.netbox.thing import ObjectKind, Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingChange:
    """An object that says other than it should; `row` is what it says, None for one that is not there."""

    thing: Thing
    row: OwnRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBoxChanges:
    """All that tells a NetBox from a plan, each in the order of kinds; `conflicts` are errors: while there is one, nothing may be
    written; `warnings` are about what is not ours."""

    made: tuple[ThingChange, ...]
    changed: tuple[ThingChange, ...]
    gone: tuple[OwnRow, ...]
    conflicts: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        return len(self.made) + len(self.changed) + len(self.gone)


def changes_to(reading: Reading, plan: AddressPlan) -> NetBoxChanges:
    """Return what has to be done so that what was read says a plan."""
    wanted = things_of(plan)
    rows = {row.thing.entry: row for row in reading.rows}
    entries = {thing.entry for thing in wanted}
    changed = tuple(
        ThingChange(thing=thing, row=row)
        for thing in wanted
        if (row := rows.get(thing.entry)) is not None and (row.thing != thing or row.written != thing.digest)
    )
    gone = tuple(row for row in reading.rows if row.thing.entry not in entries and not _is_named(row.thing))
    return NetBoxChanges(
        made=tuple(ThingChange(thing=thing, row=None) for thing in wanted if thing.entry not in rows),
        changed=changed,
        gone=gone,
        conflicts=(*_twice(reading), *_edited(reading, changed, gone), *_in_the_way(reading, wanted)),
        warnings=(*_beside(reading, plan), *_unallocated(reading, plan)),
    )


def _is_named(thing: Thing) -> bool:
    """Return whether a thing is there only because others name it: then people may name it, too, and it stays."""
    return thing.entry.partition(" ")[0] in NAMED_KINDS


def _twice(reading: Reading) -> Iterator[Finding]:
    seen: dict[str, OwnRow] = {}
    for row in reading.rows:
        other = seen.setdefault(row.thing.entry, row)
        if other is not row:
            yield _conflict(reading, row, "truc_entry", place_of(reading.shown, other))


def _edited(reading: Reading, changed: tuple[ThingChange, ...], gone: tuple[OwnRow, ...]) -> Iterator[Finding]:
    """Yield what somebody changed and would be written over."""
    for change in changed:
        row = change.row
        if row is not None and row.thing != change.thing and not row.is_as_written:
            name = row.thing.differing(change.thing)[0]
            yield _conflict(reading, row, name, str(row.thing.fields.get(name) or "-"))
    for row in gone:
        if not row.is_as_written:
            yield _conflict(reading, row, "truc_entry", row.thing.entry or "-")


def _conflict(reading: Reading, row: OwnRow, field: str, found: str) -> Finding:
    where = Where(file=place_of(reading.shown, row))
    return make_finding("TR998", where, entry=row.thing.entry or "-", field=field, text=found)


def _in_the_way(reading: Reading, wanted: tuple[Thing, ...]) -> Iterator[Finding]:
    """Yield what is not ours, or not any more, and keeps a thing of ours from being made: NetBox has it once only."""
    taken = {
        (endpoint, str(thing.fields[name])): thing
        for thing in wanted
        for endpoint, name in ((thing.endpoint, "slug"), (thing.endpoint, "asn"))
        if thing.fields.get(name) is not None
    }
    roots = [thing for thing in wanted if thing.endpoint is ObjectKind.AGGREGATE]
    entries = {thing.entry for thing in wanted}
    for row in reading.foreign:
        if row.entry in entries:
            where = Where(file=place_of(reading.shown, row))
            yield make_finding("TR998", where, entry=row.entry, field="tags", text="-")
            continue
        thing = taken.get((row.endpoint, row.says))
        if row.endpoint is ObjectKind.AGGREGATE:
            thing = next(
                (one for one in roots if _overlap(_prefix(str(one.fields["prefix"])), _prefix(row.says))), None
            )
        if thing is not None:
            where = Where(file=place_of(reading.shown, row))
            yield make_finding("TR915", where, entry=thing.entry, text=row.says)


def _beside(reading: Reading, plan: AddressPlan) -> Iterator[Finding]:
    """Yield a warning for each prefix that is not ours inside our root blocks, in whichever VRF it is."""
    roots = [pool for pool in plan.pools if pool.use is PoolUse.ROOT]
    entries = sorted(plan.prefixes, key=lambda entry: entry.prefix)
    for row in reading.foreign:
        is_theirs = row.endpoint is ObjectKind.PREFIX and not row.entry
        prefix = _prefix(row.says) if is_theirs else None
        root = next((pool for pool in roots if prefix is not None and pool.prefix.covers(prefix)), None)
        if prefix is not None and root is not None:
            met = _met(entries, prefix)
            yield make_finding(
                "TR997",
                Where(file=place_of(reading.shown, row)),
                severity=Severity.WARNING,
                prefix=prefix,
                pool=root.name,
                count=len(met),
                first=met[0].key if met else "-",
            )


def _unallocated(reading: Reading, plan: AddressPlan) -> Iterator[Finding]:
    """Yield a warning for each address in use inside our root blocks, in whichever VRF, where the plan has nothing."""
    roots = [pool for pool in plan.pools if pool.use is PoolUse.ROOT]
    entries = sorted(plan.prefixes, key=lambda entry: entry.prefix)
    for row in reading.addresses:
        address = _host(row.says)
        root = next((pool for pool in roots if address is not None and pool.prefix.covers(address)), None)
        if address is not None and root is not None and not _met(entries, address):
            where = Where(file=f"{reading.shown}/{ADDRESSES}/{row.number}/")
            yield make_finding("TR869", where, severity=Severity.WARNING, address=row.says, pool=root.name)


def _host(text: str) -> Prefix | None:
    """Return an address with a mask as the prefix that it is alone in."""
    host = text.partition("/")[0]
    return _prefix(f"{host}/{128 if ':' in host else 32}")


def _met(entries: Sequence[PrefixEntry], prefix: Prefix) -> Sequence[PrefixEntry]:
    """Return the entries that a prefix overlaps; they are sorted, and none overlaps another."""
    first = bisect_left(entries, prefix, key=lambda entry: entry.prefix)
    if first and entries[first - 1].prefix.overlaps(prefix):
        return entries[first - 1 : first]
    after = bisect_right(
        entries, prefix._replace(network=prefix.last, length=prefix.family.bits), key=lambda one: one.prefix
    )
    return entries[first:after]


def _overlap(one: Prefix | None, other: Prefix | None) -> bool:
    return one is not None and other is not None and one.overlaps(other)


def _prefix(text: str) -> Prefix | None:
    try:
        return parse_prefix(text)
    except ValueError:
        return None
