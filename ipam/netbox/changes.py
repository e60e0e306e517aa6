"""What was read and a plan -> what has to be made, changed and deleted so that a NetBox says that plan, or why it may not
be.

The one idea: every object carries the digest of what truc wrote there. One that says something else was changed by somebody
since: it is drift of the address plan, told with its place, and never written over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from intents.finding import Finding, Severity, Where, make_finding
from intents.prefix import Prefix, parse_prefix
from ipam.address_plan import AddressPlan, PoolUse, PrefixEntry
from ipam.netbox.mapping import DIGEST, ENTRY, HELD, NAMED_KINDS, PLAN_ONLY, place_in_plan, things_of
from ipam.netbox.overlaps import Outermost, prefix_in
from ipam.netbox.reading import Reading, place_of
from ipam.netbox.rows import ForeignRow, OwnRow
from ipam.netbox.tables_homes import CAN_GO, TABLE_HOMES
from ipam.netbox.tables_mapping import is_bare, suffix_of, things_of_tables
from ipam.netbox.thing import ENDING, NATIVE, FieldValue, Form, ObjectKind, Thing
from ipam.store.table_files import Tables

_NAMING_FORMS = frozenset({Form.ENTRY, Form.TYPED, Form.ENDS})
"""Of the fields in which stands another object of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingChange:
    """An object that says other than it should; `row` is what it says, None for one that is not there."""

    thing: Thing
    row: OwnRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBoxChanges:
    """All that tells a NetBox from a plan and tables, each in the order of kinds; `emptied` stays although no line says it any
    more; `conflicts` are errors: while there is one, nothing may be written; `warnings` are about what is not ours."""

    made: tuple[ThingChange, ...]
    changed: tuple[ThingChange, ...]
    gone: tuple[OwnRow, ...]
    conflicts: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    emptied: tuple[ThingChange, ...] = ()

    @property
    def count(self) -> int:
        return len(self.made) + len(self.changed) + len(self.gone) + len(self.emptied)


def changes_to(reading: Reading, plan: AddressPlan, tables: Tables | None = None) -> NetBoxChanges:
    """Return what has to be done so that what was read says a plan, and tables if there are any."""
    wanted = _wanted(plan, tables)
    rows = {row.thing.entry: row for row in reading.rows}
    there = rows.keys() | {row.says for row in reading.catalogue}
    entries = {thing.entry for thing in wanted}
    left = [row for row in reading.rows if row.thing.entry not in entries]
    gone = tuple(row for row in left if _may_go(row.thing, with_tables=tables is not None))
    renamed = _renamed(gone, [thing for thing in wanted if thing.entry not in there])
    found = ((thing, rows.get(thing.entry) or renamed.get(thing.entry)) for thing in wanted if not _is_named(thing))
    changed = tuple(
        ThingChange(thing=thing, row=row)
        for thing, row in found
        if row is not None and (row.thing != thing or row.written != thing.digest)
    )
    kept = {row.key for row in renamed.values()}
    gone = tuple(row for row in gone if row.key not in kept)
    said = {thing.entry for thing in wanted if not _is_named(thing)}
    unsaid = [row for row in reading.rows if row.thing.entry not in said and _stays(row)]
    emptied = () if tables is None else tuple(_emptied(row) for row in unsaid)
    missing = [thing for thing in wanted if thing.entry not in there and thing.entry not in renamed]
    filled = {row.says for row in reading.foreign if row.is_global}
    made = tuple(
        ThingChange(thing=thing, row=None)
        for thing in missing
        if not (is_held(thing) and thing.fields["prefix"] in filled)
    )
    return NetBoxChanges(
        made=made,
        changed=changed,
        gone=gone,
        emptied=emptied,
        conflicts=(
            *_twice(reading),
            *_edited(reading, (*changed, *emptied), gone),
            *_in_the_way(reading, wanted, made),
        ),
        warnings=(*_beside(reading, plan), *_unallocated(reading, plan)),
    )


def is_held(thing: Thing) -> bool:
    """Return whether a thing only fills a pool; another's prefix in the very place does it as well."""
    return thing.entry.startswith(f"{HELD} ")


def open_pools(reading: Reading, changes: NetBoxChanges) -> Iterator[Finding]:
    """Yield a warning if pools are there in which NetBox's own allocation would give out what is in other VRFs."""
    pools = [row.thing.fields.get("prefix") for row in reading.rows if row.thing.entry.startswith("pool ")]
    known = Outermost(prefix for pool in pools if (prefix := prefix_in(str(pool))) is not None)
    lacking = [change.thing.fields["prefix"] for change in changes.made if is_held(change.thing)]
    lacking = [prefix for prefix in lacking if known.holds(parse_prefix(str(prefix)))]
    if lacking:
        where = Where(file=reading.shown)
        yield make_finding("TR814", where, severity=Severity.WARNING, count=len(lacking), first=lacking[0])


def _renamed(gone: Sequence[OwnRow], made: Sequence[Thing]) -> dict[str, OwnRow]:
    """Return the object of each entry that has another name now: it keeps its place, and at no time is that free for others."""
    places = {place_in_plan(row.thing): row for row in gone}
    return {
        thing.entry: places[place] for thing in made if (place := place_in_plan(thing)) is not None and place in places
    }


def _wanted(plan: AddressPlan, tables: Tables | None) -> tuple[Thing, ...]:
    """Return every object that has to be there; what tables say of something says more than that the plan names it."""
    found = {} if tables is None else {thing.entry: thing for thing in things_of_tables(tables)}
    for thing in things_of(plan):
        found.setdefault(thing.entry, thing)
    order = {endpoint: place for place, endpoint in enumerate(ObjectKind)}
    return tuple(sorted(found.values(), key=lambda thing: order[thing.endpoint]))


def _is_named(thing: Thing) -> bool:
    """Return whether a tenant or region is wanted only because a line of the plan names it: the rest is its table's affair."""
    return thing.endpoint not in PLAN_ONLY and thing.entry.partition(" ")[0] in NAMED_KINDS and is_bare(thing)


def _may_go(thing: Thing, *, with_tables: bool) -> bool:
    """Return whether an object is deleted when it is not wanted. What others may name stays: people may name it, too."""
    kind = thing.entry.partition(" ")[0]
    if thing.endpoint in PLAN_ONLY:
        return kind not in NAMED_KINDS
    return with_tables and (kind in CAN_GO or kind not in TABLE_HOMES)


def _stays(row: OwnRow) -> bool:
    """Return whether an object that no line says any more has to be emptied."""
    kind = row.thing.entry.partition(" ")[0]
    return kind in TABLE_HOMES and kind not in CAN_GO and not is_bare(row.thing)


def _emptied(row: OwnRow) -> ThingChange:
    """Return the change that leaves of an object what NetBox can't do without; its name is free for others."""
    thing = row.thing
    fields = {name: value for name, value in thing.fields.items() if not name.startswith("truc_")}
    if "status" in fields:
        fields["status"] = ENDING
    name = str(fields.get("name", ""))
    shown = {} if thing.endpoint is ObjectKind.DEVICE or not name else {"name": f"{name}{suffix_of(thing.entry)}"}
    return ThingChange(thing=Thing(endpoint=thing.endpoint, entry=thing.entry, fields=fields, shown=shown), row=row)


def _twice(reading: Reading) -> Iterator[Finding]:
    seen: dict[str, OwnRow] = {}
    for row in reading.rows:
        other = seen.setdefault(row.thing.entry, row)
        if other is not row:
            yield _conflict(reading, row, ENTRY, place_of(reading.shown, other))


def _edited(reading: Reading, changed: tuple[ThingChange, ...], gone: tuple[OwnRow, ...]) -> Iterator[Finding]:
    """Yield what somebody changed and would be written over; where a person put our tag on it, what stands there already."""
    there = {row.thing.entry for row in reading.rows}
    for change in changed:
        row = change.row
        if (
            row is None
            or row.thing == change.thing
            or row.is_as_written
            or _is_bereft(reading, row, change.thing, there)
        ):
            continue
        names = row.thing.differing(change.thing)
        if row.is_given and not is_bare(change.thing):
            names = tuple(name for name in names if name in row.thing.fields)
        if names:
            yield _conflict(reading, row, names[0], str(row.thing.fields.get(names[0], "-")))
        elif row.thing.entry != change.thing.entry:
            yield _conflict(reading, row, ENTRY, row.thing.entry or "-")
    for row in gone:
        if not row.is_as_written:
            yield _conflict(reading, row, ENTRY, row.thing.entry or "-")


def _is_bereft(reading: Reading, row: OwnRow, wanted: Thing, there: Container[str]) -> bool:
    """Return whether an object lacks nothing but what went with others that somebody deleted: what it named, which NetBox empties
    then, and fields of ours that were made anew since."""
    if row.thing.entry != wanted.entry:
        return False
    is_said = row.written == wanted.digest or (not row.written and reading.is_newer(DIGEST, row))
    return is_said and all(
        row.thing.fields.get(name) is None and _is_gone(reading, row, name, wanted.fields.get(name), there)
        for name in row.thing.differing(wanted)
    )


def _is_gone(reading: Reading, row: OwnRow, name: str, value: FieldValue, there: Container[str]) -> bool:
    """Return whether what stood in a field went with what it named, or with the field."""
    form = NATIVE[row.thing.endpoint].get(name)
    if form in _NAMING_FORMS:
        return str(value) not in there
    return reading.is_newer(str(value) if form is Form.SLUG else name, row)


def _conflict(reading: Reading, row: OwnRow, field: str, found: str) -> Finding:
    where = Where(file=place_of(reading.shown, row))
    return make_finding("TR998", where, entry=row.thing.entry or "-", field=field, text=found)


def _in_the_way(reading: Reading, wanted: tuple[Thing, ...], made: tuple[ThingChange, ...]) -> Iterator[Finding]:
    """Yield what is not ours, or not any more, and keeps a thing of ours from being made: NetBox has it once only."""
    taken = {(change.thing.endpoint, says): change.thing for change in made for says in _takes(change.thing)}
    titles = {title: change.thing for change in made if (title := _title_of(change.thing))}
    roots = [thing for thing in wanted if thing.endpoint is ObjectKind.AGGREGATE]
    entries = {thing.entry for thing in wanted}
    for row in reading.foreign:
        if row.entry in entries:
            where = Where(file=place_of(reading.shown, row))
            yield make_finding("TR998", where, entry=row.entry, field="tags", text="-")
            continue
        thing = next((one for says in _said(row) if (one := taken.get((row.endpoint, says))) is not None), None)
        thing = thing or titles.get(row.title)
        if row.endpoint is ObjectKind.AGGREGATE:
            thing = next(
                (one for one in roots if _overlap(prefix_in(str(one.fields["prefix"])), prefix_in(row.says))), None
            )
        if thing is not None:
            where = Where(file=place_of(reading.shown, row))
            yield make_finding(
                "TR915", where, entry=thing.entry, text=row.says if row.title not in titles else row.title
            )


def _title_of(thing: Thing) -> str:
    """Return what a site is called in NetBox, "" for all else."""
    return str({**thing.fields, **thing.shown}.get("name", "")) if thing.endpoint is ObjectKind.SITE else ""


def _said(row: ForeignRow) -> Sequence[str]:
    return row.says.split("; ") if row.endpoint is ObjectKind.CABLE else (row.says,)


def _takes(thing: Thing) -> Iterator[str]:
    """Yield what an object has that no other may have."""
    match thing.endpoint:
        case ObjectKind.DEVICE | ObjectKind.CIRCUIT:
            yield thing.entry.partition(" ")[2]
        case ObjectKind.CIRCUIT_TERMINATION:
            yield f"{thing.fields['circuit']} {thing.fields['term_side']}"
        case ObjectKind.CABLE:
            yield from (str(thing.fields[name]) for name in ("a_terminations", "b_terminations"))
        case ObjectKind.DEVICE_TYPE | ObjectKind.PROVIDER | ObjectKind.INTERFACE:
            return
        case _:
            written = {**thing.fields, **thing.shown}
            yield from (str(written[name]) for name in ("slug", "asn") if name in written)


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
