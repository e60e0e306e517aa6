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
from intents.prefix import Prefix
from ipam.address_plan import AddressPlan, PoolUse, PrefixEntry
from ipam.netbox.mapping import NAMED_KINDS, things_of
from ipam.netbox.overlaps import Outermost, prefix_in
from ipam.netbox.reading import Reading, place_of
from ipam.netbox.rows import OwnRow
from ipam.netbox.thing import FieldValue, ObjectKind, Thing


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
    gone = tuple(row for row in reading.rows if row.thing.entry not in entries and not _is_named(row.thing))
    renamed = _renamed(gone, [thing for thing in wanted if thing.entry not in rows])
    found = ((thing, rows.get(thing.entry) or renamed.get(thing.entry)) for thing in wanted)
    changed = tuple(
        ThingChange(thing=thing, row=row)
        for thing, row in found
        if row is not None and (row.thing != thing or row.written != thing.digest)
    )
    kept = {row.key for row in renamed.values()}
    gone = tuple(row for row in gone if row.key not in kept)
    return NetBoxChanges(
        made=tuple(
            ThingChange(thing=thing, row=None)
            for thing in wanted
            if thing.entry not in rows and thing.entry not in renamed
        ),
        changed=changed,
        gone=gone,
        conflicts=(*_twice(reading), *_edited(reading, changed, gone), *_in_the_way(reading, wanted)),
        warnings=(*_beside(reading, plan), *_unallocated(reading, plan)),
    )


def _renamed(gone: Sequence[OwnRow], made: Sequence[Thing]) -> dict[str, OwnRow]:
    """Return the object of each entry that has another name now: it keeps its place, and at no time is that free for others."""
    places = {_place_in_plan(row.thing): row for row in gone}
    return {
        thing.entry: places[place] for thing in made if (place := _place_in_plan(thing)) is not None and place in places
    }


def _place_in_plan(thing: Thing) -> tuple[FieldValue, ...] | None:
    """Return what an entry has got, None for what others only name."""
    kind = thing.entry.partition(" ")[0]
    homes = {"prefix": ("prefix",), "vrf": ("truc_number",), "asn": ("asn",), "vlan": ("group", "vid")}
    return (kind, *(thing.fields.get(home) for home in homes[kind])) if kind in homes else None


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
                (one for one in roots if _overlap(prefix_in(str(one.fields["prefix"])), prefix_in(row.says))), None
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
        prefix = prefix_in(row.says) if is_theirs else None
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
    """Yield a warning for each root block in which somebody uses addresses that lie in no entry: how many, and the first."""
    entries = Outermost(entry.prefix for entry in plan.prefixes)
    stray = [row for row in reading.used if not all(entries.holds(prefix) for prefix in row.prefixes)]
    for pool in plan.pools:
        if pool.use is PoolUse.ROOT:
            found = [row for row in stray if any(pool.prefix.covers(prefix) for prefix in row.prefixes)]
            if found:
                where = Where(file=place_of(reading.shown, found[0]))
                first, count = found[0].says, len(found)
                yield make_finding("TR905", where, severity=Severity.WARNING, pool=pool.name, count=count, first=first)


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
