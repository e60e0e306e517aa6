"""Changes that would be made -> why they may not be, and which have to be made way for first.

The one idea: before anything is written, each object says what it needs that NetBox has once only, and each that is there what it
takes. Where one of ours lets go of it in the same run it is freed first; where it does not, or it is not ours, that is told.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from intents.finding import Finding, Where, make_finding
from ipam.netbox.mapping import DIGEST, ENTRY
from ipam.netbox.overlaps import prefix_in
from ipam.netbox.reading import Reading, place_of
from ipam.netbox.rows import ForeignRow, OwnRow
from ipam.netbox.tables_mapping import is_bare, is_titled, name_with_suffix
from ipam.netbox.thing import NATIVE, FieldValue, Form, ObjectKind, Thing
from ipam.netbox.uniqueness import FREED, Take, takes_of

_NAMING_FORMS = frozenset({Form.ENTRY, Form.TYPED, Form.ENDS})
"""Of the fields in which stands another object of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingChange:
    """An object that says other than it should; `row` is what it says, None for one that is not there."""

    thing: Thing
    row: OwnRow | None


def twice(reading: Reading) -> Iterator[Finding]:
    """Yield a conflict for each entry that has two objects."""
    seen: dict[str, OwnRow] = {}
    for row in reading.rows:
        other = seen.setdefault(row.thing.entry, row)
        if other is not row and row.thing.entry:
            yield _conflict(reading, row, ENTRY, place_of(reading.shown, other))


# What a person changed.


def edited(reading: Reading, changed: Iterable[ThingChange], gone: Iterable[OwnRow]) -> Iterator[Finding]:
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
        elif row.thing.entry not in ("", change.thing.entry):
            yield _conflict(reading, row, ENTRY, row.thing.entry)
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


# What is taken.


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the objects that are made or changed need that NetBox has once only: by what it is, which change needs it.

    `rows` are those of ours that are there and stay, `changes` what becomes of them; `has` is what anybody has, `twice` what two
    changes need.
    """

    of_take: Mapping[Take, ThingChange]
    rows: tuple[OwnRow, ...]
    changes: Mapping[tuple[ObjectKind, int], ThingChange]
    has: frozenset[Take]
    twice: tuple[tuple[Take, ThingChange, ThingChange], ...]

    def met_by(self, row: OwnRow) -> Sequence[Take]:
        """Return what an object of ours has and another needs."""
        return [take for take in sorted(row.takes) if self.is_for_another(take, row)]

    def is_for_another(self, take: Take, row: OwnRow) -> bool:
        """Return whether another object than this one needs something."""
        change = self.of_take.get(take)
        return change is not None and (change.row is None or change.row.key != row.key)


def needs_of(
    rows: Iterable[OwnRow], foreign: Iterable[ForeignRow], made: Sequence[ThingChange], changed: Sequence[ThingChange]
) -> Needs:
    """Return what is needed where `rows` are there and stay, and `foreign` are others'."""
    needed = [(take, change) for change in (*changed, *made) for take in sorted(_needed(change))]
    of_take: dict[Take, ThingChange] = {}
    twice = [(take, of_take[take], change) for take, change in needed if of_take.setdefault(take, change) is not change]
    rows = tuple(rows)
    return Needs(
        of_take=of_take,
        has=frozenset(take for one in (rows, foreign) for row in one for take in row.takes),
        twice=tuple(twice),
        rows=rows,
        changes={change.row.key: change for change in changed if change.row is not None},
    )


def _needed(change: ThingChange) -> frozenset[Take]:
    """Return what a change needs and has not yet; what people call it is written only when it is made."""
    thing, row = change.thing, change.row
    shown = {
        name: text
        for name, text in thing.shown.items()
        if row is None or NATIVE[thing.endpoint].get(name) is not Form.ONCE
    }
    return takes_of(thing.endpoint, {**thing.fields, **shown}) - (frozenset() if row is None else row.takes)


def freed(needs: Needs) -> Iterator[ThingChange]:
    """Yield for each object that lets go of what another needs the change that frees it: its name has its key behind it, its ends
    or its group are gone, until it gets what it is to have."""
    for row in needs.rows:
        if row.key in needs.changes and needs.met_by(row) and _can_be_freed(row, needs):
            yield ThingChange(thing=_without(row.thing), row=row)


def _can_be_freed(row: OwnRow, needs: Needs) -> bool:
    """Return whether an object can let go of what it has, and is not in another's way without it."""
    if row.thing.endpoint not in FREED and not is_titled(row.thing):
        return False
    without = _without(row.thing)
    found = takes_of(without.endpoint, {**without.fields, **without.shown})
    return needs.has.isdisjoint(found - row.takes) and not any(needs.is_for_another(take, row) for take in found)


def _without(thing: Thing) -> Thing:
    fields = {name: one for name, one in thing.fields.items() if name not in FREED.get(thing.endpoint, ())}
    return replace(thing, fields=fields, shown={"name": name_with_suffix(thing)} if is_titled(thing) else {})


def in_the_way(reading: Reading, wanted: Iterable[Thing], needs: Needs) -> Iterator[Finding]:
    """Yield what keeps a thing of ours from being made or changed: NetBox has it once only, and it is not ours, or not any more,
    or an object's of ours that keeps it or can't let go of it first."""
    roots = [thing for thing in wanted if thing.endpoint is ObjectKind.AGGREGATE]
    entries = {thing.entry for thing in wanted}
    for row in reading.foreign:
        if row.entry in entries:
            where = Where(file=place_of(reading.shown, row))
            yield make_finding("TR998", where, entry=row.entry, field="tags", text="-")
            continue
        take = next((take for take in sorted(row.takes) if take in needs.of_take), None)
        if take is not None:
            yield _taken(reading, row, needs.of_take[take].thing, take[-1])
        elif row.endpoint is ObjectKind.AGGREGATE:
            said = prefix_in(row.says)
            for root in roots:
                mine = prefix_in(str(root.fields["prefix"]))
                if said is not None and mine is not None and mine.overlaps(said):
                    yield _taken(reading, row, root, row.says)
    yield from kept_from(reading, needs.rows, needs)
    for take, one, other in needs.twice:
        where = Where(file=reading.shown if one.row is None else place_of(reading.shown, one.row))
        yield make_finding("TR915", where, entry=other.thing.entry, text=take[-1])


def kept_from(reading: Reading, rows: Iterable[OwnRow], needs: Needs) -> Iterator[Finding]:
    """Yield which of these objects of ours have, and keep, what another one needs."""
    for row in rows:
        for take in needs.met_by(row):
            change = needs.changes.get(row.key)
            is_let_go = change is not None and take not in _kept(change)
            is_first = is_titled(row.thing) or needs.of_take[take].row is not None  # what has no title is made last
            if not is_let_go or (is_first and not _can_be_freed(row, needs)):
                yield _taken(reading, row, needs.of_take[take].thing, take[-1])
                break


def _kept(change: ThingChange) -> frozenset[Take]:
    return takes_of(change.thing.endpoint, {**change.thing.fields, **change.thing.shown})


def _taken(reading: Reading, row: OwnRow | ForeignRow, thing: Thing, text: str) -> Finding:
    return make_finding("TR915", Where(file=place_of(reading.shown, row)), entry=thing.entry, text=text)
