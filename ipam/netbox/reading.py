"""A NetBox -> everything in it that is ours, and what is in our way: whole, as it was at one moment, or refused.

The one idea: lists are followed by their cursor, which loses no row when others go; then NetBox's own record of changes says what
was written meanwhile, and just that is read again, until nothing of ours was touched. So a reading can also be brought up to
date at any time (`read_on`), which is the same as to read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reader.source_text import FORBIDDEN, forbidden_character
from intents.reason import because
from ipam.address_plan import AddressPlan
from ipam.netbox.mapping import HOMES, NAMED_KINDS, OWN, line_of, plan_of, things_of
from ipam.netbox.record import PAGE, Recorded, RecordMark, mark_of, marked, objects, recorded_since
from ipam.netbox.rows import ForeignRow, ObjectNumbers, OwnRow, Row, ShapeError, UsedRow, asked_fields, read_row
from ipam.netbox.server import Server, refuse
from ipam.netbox.thing import OBJECT_TYPES, POINTS_TO, USED_TYPES, ObjectKind, UsedKind
from ipam.store.plan_store import NOTHING, KeptPlan, Revision

MOST_OBJECTS = 1_000_000
"""Objects of all kinds beyond which a NetBox is not read."""
TIMES = 4
"""Times that it is read whole until its lists are as long as it says."""
ROUNDS = 20
"""Times that what was written meanwhile is read again until nothing of ours was touched."""
_AT_ONCE = 100
"""Objects that are asked for by their numbers in one request."""

Kind = ObjectKind | UsedKind
Key = tuple[Kind, int]
KINDS: tuple[Kind, ...] = (*ObjectKind, *UsedKind)
_KIND_OF: Mapping[str, Kind] = {name: kind for types in (OBJECT_TYPES, USED_TYPES) for kind, name in types.items()}
_NAMING = frozenset(POINTS_TO.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: objects of ours in the order of their kinds, those of others, what uses addresses, and the state of which
    that is; `mark` is how far NetBox's record of changes is known."""

    rows: tuple[OwnRow, ...]
    foreign: tuple[ForeignRow, ...]
    revision: Revision
    shown: str
    used: tuple[UsedRow, ...] = ()
    mark: RecordMark = frozenset()

    def numbers(self) -> ObjectNumbers:
        """Return the numbers of our objects."""
        found = ObjectNumbers()
        for row in self.rows:
            found.add(row.thing.endpoint, row.thing.entry, row.number)
        return found


def read_netbox(server: Server, progress: Callable[[int], None] = lambda _: None) -> Reading:
    """Read everything (FindingsError: TR993, TR994); `progress` is told how many objects were read."""
    for _ in range(TIMES):
        mark = mark_of(server)
        found = _Found()
        for kind in KINDS:
            for row in _rows_of(server, kind, found.numbers):
                found.put(row)
            progress(len(found.rows))
        followed = _follow(server, found, mark)
        if followed is not None and _is_whole(server, found, followed):
            return found.reading(server.url, followed)
    raise FindingsError([make_finding("TR994", Where(file=server.url), times=TIMES)])


def read_on(server: Server, reading: Reading, progress: Callable[[int], None] = lambda _: None) -> Reading:
    """Return what is there now, having asked only for what was written since; its dull twin is `read_netbox`."""
    found = _Found()
    known: tuple[Row, ...] = (*reading.rows, *reading.foreign, *reading.used)
    for row in known:
        found.put(row)
    followed = _follow(server, found, reading.mark)
    return read_netbox(server, progress) if followed is None else found.reading(server.url, followed)


@dataclass(slots=True)
class _Found:
    """What was read up to now; `numbers` knows every object that others may name."""

    rows: dict[Key, Row] = field(default_factory=dict)
    numbers: ObjectNumbers = field(default_factory=ObjectNumbers)

    def put(self, row: Row) -> None:
        if isinstance(row, OwnRow):
            self.rows[row.thing.endpoint, row.number] = row
            self.numbers.add(row.thing.endpoint, row.thing.entry, row.number)
        else:
            self.rows[row.endpoint, row.number] = row

    def drop(self, key: Key) -> None:
        row = self.rows.pop(key, None)
        if isinstance(row, OwnRow):
            self.numbers.drop(row.thing.endpoint, row.thing.entry, row.number)

    def entry_of(self, key: Key) -> str | None:
        """Return whose entry an object is, "" for one that is not ours, None for none."""
        row = self.rows.get(key)
        return None if row is None else row.thing.entry if isinstance(row, OwnRow) else ""

    def reading(self, shown: str, mark: RecordMark) -> Reading:
        order = {kind: place for place, kind in enumerate(KINDS)}
        rows = [self.rows[key] for key in sorted(self.rows, key=lambda key: (order[key[0]], key[1]))]
        own = tuple(row for row in rows if isinstance(row, OwnRow))
        return Reading(
            rows=own,
            foreign=tuple(row for row in rows if isinstance(row, ForeignRow)),
            used=tuple(row for row in rows if isinstance(row, UsedRow)),
            revision=_revision(own),
            shown=shown,
            mark=mark,
        )


def _rows_of(server: Server, kind: Kind, numbers: ObjectNumbers, asked: tuple[int, ...] = ()) -> Iterator[Row]:
    """Yield the objects of a kind as values, all or those `asked` for by their numbers; FindingsError (TR993)."""
    query: dict[str, Any] = {"id": asked} if asked else {}
    where = f"{server.url}/api/{kind}/"
    for count, found in enumerate(objects(server, f"{kind}/", fields=asked_fields(kind), **query)):
        try:
            row = read_row(kind, found, numbers)
        except (ShapeError, AttributeError) as error:
            raise refuse(where, because("netbox_shape", said=error)) from None
        if asked and row.number not in asked:
            raise refuse(where, because("netbox_shape", said="id"))
        if count > MOST_OBJECTS:
            raise refuse(server.url, because("netbox_too_many", most=MOST_OBJECTS))
        yield row


def _follow(server: Server, found: _Found, mark: RecordMark) -> RecordMark | None:
    """Bring what was found up to date; returns how far the record was followed, None if all has to be read anew.

    What others do to what is theirs while it is read again is taken as it comes; what was done to ours is read until nobody did.
    """
    for _ in range(ROUNDS):
        recorded = recorded_since(server, mark)
        keys = _keys_of(recorded)
        if len(keys) > PAGE:  # then all is read as fast
            return None
        before = {key: found.entry_of(key) for key in keys}
        if not _renew(server, found, keys):
            return None
        mark = marked(mark, recorded)
        if not any(before[key] or found.entry_of(key) for key in keys):
            return mark
    return None


def _keys_of(recorded: tuple[Recorded, ...]) -> tuple[Key, ...]:
    """Return the objects that were changed, those first that others name."""
    touched = {(_KIND_OF[one.kind], one.changed) for one in recorded if one.kind in _KIND_OF}
    order = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted(touched, key=lambda key: (order[key[0]], key[1])))


def _renew(server: Server, found: _Found, keys: tuple[Key, ...]) -> bool:
    """Read objects again; returns whether what names them still says what was read of it."""
    for kind in KINDS:
        numbers = [number for where, number in keys if where is kind]
        for start in range(0, len(numbers), _AT_ONCE):
            asked = tuple(numbers[start : start + _AT_ONCE])
            rows = {row.number: row for row in _rows_of(server, kind, found.numbers, asked)}
            for number in asked:
                known = found.entry_of((kind, number))
                found.drop((kind, number))
                if number in rows:
                    found.put(rows[number])
                if kind in _NAMING and known is not None and known != found.entry_of((kind, number)):
                    return False
    return True


def _is_whole(server: Server, found: _Found, mark: RecordMark) -> bool:
    """Return whether each list is as long as NetBox says, those left out that somebody wrote to meanwhile."""
    said = {kind: _count(server, kind) for kind in KINDS}
    moving = {_KIND_OF.get(one.kind) for one in recorded_since(server, mark)}
    counts = dict.fromkeys(KINDS, 0)
    for kind, _ in found.rows:
        counts[kind] += 1
    return all(counts[kind] == said[kind] for kind in KINDS if kind not in moving)


def _count(server: Server, kind: Kind) -> int:
    try:
        return int(server.get(f"{kind}/", limit=1, fields="id")["count"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(server.url, because("netbox_shape", said=error)) from None


def _revision(rows: tuple[OwnRow, ...]) -> Revision:
    if not rows:
        return NOTHING
    content = [(row.number, row.updated, row.thing.digest) for row in rows]
    return Revision(sha256(repr(content).encode()).hexdigest())


# What was read, as a plan.


def kept_plan(reading: Reading) -> KeptPlan:
    """Return the plan that our objects say, with everything in which they contradict one another or say nothing that is one."""
    plan, unread = plan_of((row.thing for row in reading.rows), reading.shown)
    lines = sorted((line, place_of(reading.shown, row)) for row in reading.rows if (line := line_of(row.thing)))
    wrong = (*_hidden(lines), *_placed(lines, unread))
    findings = (*wrong, *_contradictions(reading, AddressPlan() if unread else plan, is_whole=not unread))
    return KeptPlan(plan=AddressPlan() if findings else plan, revision=reading.revision, findings=findings)


def _hidden(lines: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """Yield each line with a letter that no lockfile may hold, for it hides or reorders others, or steers a terminal."""
    for line, place in lines:
        found = FORBIDDEN.search(line)
        if found is not None:
            yield forbidden_character(found.group()[0], Where(file=place))


def _placed(lines: Sequence[tuple[str, str]], unread: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield what is wrong with lines where people find what says them: nobody has seen those lines."""

    def placed(where: Where) -> Where:
        number = where.line - 2  # the header's line is the first
        return Where(file=lines[number][1]) if 0 <= number < len(lines) else where

    for finding in unread:
        yield replace(finding, where=placed(finding.where), also=tuple(map(placed, finding.also)), excerpt="")


def _contradictions(reading: Reading, plan: AddressPlan, *, is_whole: bool) -> Iterator[Finding]:
    """Yield a finding for each field that says another thing than what follows from the entry."""
    made = {thing.entry: thing for thing in things_of(plan)}
    strays: list[OwnRow] = []
    seen: dict[str, OwnRow] = {}
    for row in reading.rows:
        thing = row.thing
        kind = thing.entry.partition(" ")[0]
        if thing.entry in seen:
            yield _drifted(reading.shown, row, "truc_entry", thing.entry, f"id {seen[thing.entry].number}")
        elif kind not in HOMES and kind not in NAMED_KINDS:
            yield _drifted(reading.shown, row, "truc_entry", thing.entry or "-", "-")
        elif is_whole and thing.entry in made:
            for name in thing.differing(made[thing.entry]):
                values = (str(one.fields.get(name) or "-") for one in (thing, made[thing.entry]))
                yield _drifted(reading.shown, row, name, *values)
        elif is_whole and kind in HOMES:
            strays.append(row)
        seen.setdefault(thing.entry, row)
    for untagged in reading.foreign:
        if untagged.entry:
            yield _drifted(reading.shown, untagged, "tags", "-", OWN)
    if strays:
        meant = {line_of(thing): thing.entry for thing in made.values()}
        for row in strays:
            yield _drifted(reading.shown, row, "truc_entry", row.thing.entry, meant.get(line_of(row.thing), "-"))


def _drifted(shown: str, row: OwnRow | ForeignRow, field: str, found: str, wanted: str) -> Finding:
    where = Where(file=place_of(shown, row))
    entry = row.thing.entry if isinstance(row, OwnRow) else row.entry
    return make_finding("TR996", where, entry=entry or "-", field=field, text=found, other=wanted)


def place_of(shown: str, row: Row) -> str:
    """Return where people find an object in NetBox's own pages."""
    endpoint = row.thing.endpoint if isinstance(row, OwnRow) else row.endpoint
    return f"{shown}/{endpoint}/{row.number}/"
