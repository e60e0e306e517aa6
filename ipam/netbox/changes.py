"""What was read and a plan -> what has to be made, changed and deleted so that a NetBox says that plan, or why it may not
be.

The one idea: every object carries the digest of what truc wrote there. One that says something else was changed by somebody
since: it is drift of the address plan, told with its place, and never written over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from intents.finding import Finding, Severity, Where, make_finding
from intents.prefix import Prefix, parse_prefix
from ipam.address_plan import AddressPlan, PoolUse, PrefixEntry
from ipam.netbox.conflicts import Needs, ThingChange, edited, freed, in_the_way, needs_of, twice
from ipam.netbox.mapping import HELD, NAMED_KINDS, PLAN_ONLY, place_in_plan, slug_beside, things_of
from ipam.netbox.overlaps import Outermost, prefix_in
from ipam.netbox.reading import Reading, place_of
from ipam.netbox.rows import OwnRow
from ipam.netbox.tables_homes import CAN_GO, TABLE_HOMES
from ipam.netbox.tables_mapping import is_bare, is_titled, name_with_suffix, things_of_tables
from ipam.netbox.thing import CATALOGUE, ENDING, FieldValue, ObjectKind, Thing
from ipam.netbox.uniqueness import takes_of
from ipam.store.table_files import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBoxChanges:
    """All that tells a NetBox from a plan and tables, each in the order of kinds.

    `emptied` stays although no line says it any more; `handed` stays although nothing wants it, for people name it, and is theirs
    from then on; `freed`: what has to be done before all else, so that one object can have what another lets go of. `conflicts`
    are errors: while there is one, nothing may be written; `warnings` are about what is not ours, or will not be; `needs` is what
    NetBox has once only.
    """

    made: tuple[ThingChange, ...]
    changed: tuple[ThingChange, ...]
    gone: tuple[OwnRow, ...]
    conflicts: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    needs: Needs
    emptied: tuple[ThingChange, ...] = ()
    handed: tuple[OwnRow, ...] = ()

    @property
    def freed(self) -> tuple[ThingChange, ...]:
        return tuple(freed(self.needs))

    @property
    def count(self) -> int:
        return len(self.made) + len(self.changed) + len(self.gone) + len(self.emptied) + len(self.handed)


def changes_to(reading: Reading, plan: AddressPlan, tables: Tables | None = None) -> NetBoxChanges:
    """Return what has to be done so that what was read says a plan, and tables if there are any."""
    wanted = _wanted(plan, tables)
    rows = {row.thing.entry: row for row in reading.rows}
    there = rows.keys() | {row.says for row in reading.catalogue}
    entries = {thing.entry for thing in wanted}
    left = [row for row in reading.rows if row.thing.entry not in entries]
    gone = [row for row in left if _may_go(row.thing, with_tables=tables is not None)]
    found_for = _taken_over(gone, [thing for thing in wanted if thing.entry not in there])
    found = ((thing, rows.get(thing.entry) or found_for.get(thing.entry)) for thing in wanted if not _is_named(thing))
    changed = tuple(
        ThingChange(thing=thing, row=row)
        for thing, row in found
        if row is not None and (row.thing != thing or row.written != thing.digest)
    )
    kept = {row.key for row in found_for.values()}
    gone = [row for row in gone if row.key not in kept]
    said = {thing.entry for thing in wanted if not _is_named(thing)}
    unsaid = [row for row in reading.rows if row.thing.entry not in said and _stays(row)]
    emptied = () if tables is None else tuple(_emptied(row) for row in unsaid)
    missing = [thing for thing in wanted if thing.entry not in there and thing.entry not in found_for]
    made = tuple(_made(missing, reading))
    leaving = {row.key for row in gone}
    staying = [row for row in reading.rows if row.key not in leaving]
    needs = needs_of(staying, reading.foreign, made, (*changed, *emptied))
    return NetBoxChanges(
        made=made,
        changed=changed,
        gone=tuple(gone),
        emptied=emptied,
        conflicts=(
            *twice(reading),
            *edited(reading, (*changed, *emptied), gone),
            *in_the_way(reading, wanted, needs),
        ),
        warnings=(*_beside(reading, plan), *_unallocated(reading, plan)),
        needs=needs,
    )


def _made(missing: Sequence[Thing], reading: Reading) -> Iterator[ThingChange]:
    """Yield what has to be made of what is missing: not what another's prefix does as well; and of the catalogue, which is told
    by its name, with another slug where somebody has its own."""
    filled = {row.says for row in reading.foreign if row.is_global}
    taken = {take for row in reading.catalogue for take in row.takes}
    for thing in missing:
        if is_held(thing) and thing.fields["prefix"] in filled:
            continue
        if thing.endpoint in CATALOGUE and not taken.isdisjoint(takes_of(thing.endpoint, thing.fields)):
            slug = slug_beside(str(thing.fields["slug"]), thing.entry)
            yield ThingChange(thing=replace(thing, fields={**thing.fields, "slug": slug}), row=None)
        else:
            yield ThingChange(thing=thing, row=None)


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


def _taken_over(gone: Sequence[OwnRow], made: Sequence[Thing]) -> dict[str, OwnRow]:
    """Return the object of each entry that is there under another name, so that its place is at no time free for others, or on
    which a person put our tag."""
    renamed = {(place_in_plan(row.thing), *_kept_by_a_rename(row.thing)): row for row in gone}
    given = {take: row for row in gone if row.is_offered for take in row.takes}
    found: dict[str, OwnRow] = {}
    for thing in made:
        if place_in_plan(thing) is None and thing.endpoint not in (*PLAN_ONLY, ObjectKind.CIRCUIT_TERMINATION):
            continue
        row = renamed.get((place_in_plan(thing), *_kept_by_a_rename(thing))) if place_in_plan(thing) else None
        row = row or next((given[take] for take in takes_of(thing.endpoint, thing.fields) if take in given), None)
        if row is not None:
            found[thing.entry] = row
    return found


def _kept_by_a_rename(thing: Thing) -> tuple[FieldValue, ...]:
    """Return what tells a renamed entry from one that is given what another one had: since when it is, and its state."""
    return tuple(thing.fields.get(name) for name in ("truc_since", "truc_state", "status", "truc_until"))


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
    has_title = is_titled(thing) and "name" in fields
    shown = {"name": name_with_suffix(replace(thing, fields=fields))} if has_title else {}
    return ThingChange(thing=Thing(endpoint=thing.endpoint, entry=thing.entry, fields=fields, shown=shown), row=row)


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
