"""A NetBox -> everything in it that is ours, and what is in our way: whole, as it was at one moment, or refused.

The one idea: lists are followed by their cursor, which loses no row when others go; then NetBox's own record of changes says what
was written meanwhile, and just that is read again, until nothing of ours was touched. So a reading can also be brought up to
date at any time (`read_on`), which is the same as to read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeGuard

from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reader.source_text import FORBIDDEN, forbidden_character
from intents.reason import because
from ipam.address_plan import AddressPlan
from ipam.netbox.mapping import HOMES, KIND_ENDPOINTS, OWN, PLAN_KINDS, PLAN_ONLY, line_of, plan_of, things_of
from ipam.netbox.record import PAGE, Recorded, RecordMark, mark_of, marked, objects, recorded_since
from ipam.netbox.rows import (
    CUSTOM,
    ForeignRow,
    ObjectNumbers,
    OwnRow,
    Row,
    ShapeError,
    UsedRow,
    asked_fields,
    moment_of,
    read_row,
)
from ipam.netbox.server import Server, refuse
from ipam.netbox.thing import CATALOGUE, NAMING, OBJECT_TYPES, USED_TYPES, ObjectKind, UsedKind
from ipam.netbox.uniqueness import FREED
from ipam.store.plan_store import NOTHING, KeptPlan, Revision

MOST_OBJECTS = 1_000_000
"""Objects of all kinds beyond which a NetBox is not read."""
TIMES = 4
"""Times that it is read whole until its lists are as long as it says."""
ROUNDS = 20
"""Times that what was written meanwhile is read again until nothing of ours was touched."""
_AT_ONCE = 100
"""Objects that are asked for by their numbers in one request."""

Since = Mapping[str, str]
"""Since when each field, role and group that objects need has been there, as NetBox says it, by name."""
Kind = ObjectKind | UsedKind
Key = tuple[Kind, int]
ALL_READS: tuple[Kind, ...] = (*ObjectKind, *UsedKind)
PLAN_READS: tuple[Kind, ...] = (*PLAN_KINDS, *UsedKind)
"""What has to be read to know the address plan, and what is in its way."""
_KIND_OF: Mapping[str, Kind] = {name: kind for types in (OBJECT_TYPES, USED_TYPES) for kind, name in types.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of some `kinds`: objects of ours in the order of their kinds, those of others, what is told by its name
    whoever made it (`catalogue`), what uses addresses, and the state of the address plan; `mark` is how far NetBox's record of
    changes is known, `since` what is known of what objects need."""

    rows: tuple[OwnRow, ...]
    foreign: tuple[ForeignRow, ...]
    revision: Revision
    shown: str
    used: tuple[UsedRow, ...] = ()
    catalogue: tuple[ForeignRow, ...] = ()
    kinds: tuple[Kind, ...] = PLAN_READS
    mark: RecordMark = frozenset()
    since: Since = field(default_factory=dict)

    def is_newer(self, name: str, row: OwnRow) -> bool:
        """Return whether a field, role or group was made after an object was written last: what the object said of it went with
        the one before."""
        made, written = moment_of(self.since.get(name, "")), moment_of(row.updated)
        return made is not None and written is not None and made > written

    def numbers(self) -> ObjectNumbers:
        """Return the numbers of what others may name."""
        found = ObjectNumbers()
        for row in self.rows:
            found.add(row.thing.endpoint, row.thing.entry, row.number)
        for one in self.catalogue:
            found.add(one.endpoint, one.says, one.number)
        return found


def read_netbox(
    server: Server,
    progress: Callable[[int], None] = lambda _: None,
    kinds: tuple[Kind, ...] = PLAN_READS,
    since: Since | None = None,
) -> Reading:
    """Read everything of some kinds (FindingsError: TR993, TR994); `progress` is told how many objects were read, `since` is what
    is known of what they need."""
    for _ in range(TIMES):
        mark = mark_of(server)
        found = _Found(kinds)
        for kind in kinds:
            for _ in range(_times(kind)):
                for row in rows_of(server, kind, found.numbers):
                    found.put(row)
            progress(len(found.rows))
        followed = _follow(server, found, mark)
        if followed is not None and _is_whole(server, found, followed):
            return found.reading(server.url, followed, since or {})
    raise FindingsError([make_finding("TR994", Where(file=server.url), times=TIMES)])


def read_on(server: Server, reading: Reading, progress: Callable[[int], None] = lambda _: None) -> Reading:
    """Return what is there now, having asked only for what was written since; its dull twin is `read_netbox`."""
    found = _Found(reading.kinds)
    known: tuple[Row, ...] = (*reading.rows, *reading.foreign, *reading.catalogue, *reading.used)
    for row in known:
        found.put(row)
    followed = _follow(server, found, reading.mark)
    if followed is None:
        return read_netbox(server, progress, reading.kinds, reading.since)
    return found.reading(server.url, followed, reading.since)


@dataclass(slots=True)
class _Found:
    """What was read up to now of some kinds; `numbers` knows every object that others may name."""

    kinds: tuple[Kind, ...]
    rows: dict[Key, Row] = field(default_factory=dict)
    numbers: ObjectNumbers = field(default_factory=ObjectNumbers)

    def put(self, row: Row) -> None:
        if isinstance(row, OwnRow):
            self.rows[row.thing.endpoint, row.number] = row
            self.numbers.add(row.thing.endpoint, row.thing.entry, row.number)
        else:
            self.rows[row.endpoint, row.number] = row
            if _is_named(row):
                self.numbers.add(row.endpoint, row.says, row.number)

    def drop(self, key: Key) -> None:
        row = self.rows.pop(key, None)
        if isinstance(row, OwnRow):
            self.numbers.drop(row.thing.endpoint, row.thing.entry, row.number)
        elif row is not None and _is_named(row):
            self.numbers.drop(row.endpoint, row.says, row.number)

    def entry_of(self, key: Key) -> str | None:
        """Return whose entry an object is, "" for one that is not ours, None for none."""
        row = self.rows.get(key)
        if row is None or isinstance(row, OwnRow):
            return None if row is None else row.thing.entry
        return row.says if _is_named(row) else ""

    def reading(self, shown: str, mark: RecordMark, since: Since) -> Reading:
        order = {kind: place for place, kind in enumerate(self.kinds)}
        rows = [self.rows[key] for key in sorted(self.rows, key=lambda key: (order[key[0]], key[1]))]
        own = tuple(row for row in rows if isinstance(row, OwnRow))
        return Reading(
            rows=own,
            foreign=tuple(row for row in rows if isinstance(row, ForeignRow) and row.endpoint not in CATALOGUE),
            catalogue=tuple(row for row in rows if isinstance(row, ForeignRow) and _is_named(row)),
            kinds=self.kinds,
            used=tuple(row for row in rows if isinstance(row, UsedRow)),
            revision=_revision(own),
            shown=shown,
            mark=mark,
            since=since,
        )


def _is_named(row: ForeignRow | UsedRow) -> TypeGuard[ForeignRow]:
    """Return whether something of the catalogue is what an object of ours may name."""
    return isinstance(row, ForeignRow) and row.endpoint in CATALOGUE and bool(row.says)


def _times(kind: Kind) -> int:
    """Return how often a list is read: a region names another, which may come after it."""
    return 2 if kind is ObjectKind.REGION else 1


def rows_of(
    server: Server, kind: Kind, numbers: ObjectNumbers, asked: tuple[int, ...] = (), **query: object
) -> Iterator[Row]:
    """Yield the objects of a kind as values, all or those `asked` for by their numbers; FindingsError (TR993)."""
    if asked:
        query["id"] = asked
    where = f"{server.url}/api/{kind}/"
    for count, found in enumerate(objects(server, f"{kind}/", 0, fields=asked_fields(kind), **query)):
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
        recorded = _written_since(server, found.kinds, mark)
        if recorded is None:
            return None
        keys = _keys_of(recorded, found.kinds)
        before = {key: found.entry_of(key) for key in keys}
        if not _renew(server, found, keys):
            return None
        mark = marked(mark, recorded)
        if not any(before[key] or found.entry_of(key) for key in keys):
            return mark
    return None


def _written_since(server: Server, kinds: tuple[Kind, ...], mark: RecordMark) -> Sequence[Recorded] | None:
    """Return what was written since, None as soon as it is so much that all is read as fast."""
    recorded: list[Recorded] = []
    touched: set[tuple[str, int]] = set()
    for one in recorded_since(server, mark):
        recorded.append(one)
        if _KIND_OF.get(one.kind) in kinds:
            touched.add((one.kind, one.changed))
        if len(touched) > PAGE:
            return None
    return recorded


def _keys_of(recorded: Sequence[Recorded], kinds: tuple[Kind, ...]) -> tuple[Key, ...]:
    """Return the objects of some kinds that were changed, those first that others name."""
    order = {kind: place for place, kind in enumerate(kinds)}
    touched = {(_KIND_OF[one.kind], one.changed) for one in recorded if _KIND_OF.get(one.kind) in order}
    return tuple(sorted(touched, key=lambda key: (order[key[0]], key[1])))


def _renew(server: Server, found: _Found, keys: tuple[Key, ...]) -> bool:
    """Read objects again; returns whether what names them still says what was read of it."""
    for kind in found.kinds:
        numbers = [number for where, number in keys if where is kind]
        starts = list(range(0, len(numbers), _AT_ONCE))
        for start in starts * _times(kind):
            asked = tuple(numbers[start : start + _AT_ONCE])
            rows = {row.number: row for row in rows_of(server, kind, found.numbers, asked)}
            for number in asked:
                known = found.entry_of((kind, number))
                found.drop((kind, number))
                if number in rows:
                    found.put(rows[number])
                if kind in NAMING and known is not None and known != found.entry_of((kind, number)):
                    return False
    return True


def _is_whole(server: Server, found: _Found, mark: RecordMark) -> bool:
    """Return whether each list is as long as NetBox says, those left out that somebody wrote to meanwhile."""
    said = {kind: _count(server, kind) for kind in found.kinds}
    moving = {_KIND_OF.get(one.kind) for one in recorded_since(server, mark)}
    counts = dict.fromkeys(found.kinds, 0)
    for kind, _ in found.rows:
        counts[kind] += 1
    return all(counts[kind] == said[kind] for kind in found.kinds if kind not in moving)


def _count(server: Server, kind: Kind) -> int:
    try:
        return int(server.get(f"{kind}/", limit=1, fields="id")["count"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(server.url, because("netbox_shape", said=error)) from None


def _revision(rows: tuple[OwnRow, ...]) -> Revision:
    """Return which state of the address plan rows are: what tables say is none of its business."""
    content = [(row.number, row.updated, row.thing.digest) for row in rows if row.thing.endpoint in PLAN_ONLY]
    if not content:
        return NOTHING
    return Revision(sha256(repr(content).encode()).hexdigest())


# What was read, as a plan.


def kept_plan(reading: Reading, offered: frozenset[Key] = frozenset()) -> KeptPlan:
    """Return the plan that our objects say, with everything in which they contradict one another or say nothing that is one;
    `offered` are those on which a person put our tag, and which say no line until they are taken over."""
    unfinished = tuple(let_go_of(reading, ObjectKind.VLAN))
    if unfinished:
        return KeptPlan(plan=AddressPlan(), revision=reading.revision, findings=unfinished)
    reading = replace(reading, rows=tuple(row for row in reading.rows if row.key not in offered))
    rows = [row for row in reading.rows if row.thing.endpoint in PLAN_ONLY]
    plan, unread = plan_of((row.thing for row in rows), reading.shown)
    lines = sorted((line, place_of(reading.shown, row)) for row in rows if (line := line_of(row.thing)))
    wrong = (*_hidden(lines), *_placed(lines, unread))
    findings = (*wrong, *_contradictions(reading, AddressPlan() if unread else plan, is_whole=not unread))
    return KeptPlan(plan=AddressPlan() if findings else plan, revision=reading.revision, findings=findings)


def let_go_of(reading: Reading, endpoint: ObjectKind) -> Iterator[Finding]:
    """Yield an error (TR917) if objects of a kind lack, as truc wrote it, what it lets go of while it exports: it was cut off."""
    left = [
        row
        for row in reading.rows
        if row.thing.endpoint is endpoint
        and row.is_as_written
        and any(row.thing.fields.get(name) is None for name in FREED[endpoint])
    ]
    if left:
        reason = because("netbox_unfinished", count=len(left), first=min(row.thing.entry for row in left))
        yield make_finding("TR917", Where(file=reading.shown), reason=reason)


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
        if thing.endpoint not in PLAN_ONLY:
            continue
        if thing.entry in seen:
            yield drifted(reading.shown, row, "truc_entry", thing.entry, f"id {seen[thing.entry].number}")
        elif KIND_ENDPOINTS.get(kind) is not thing.endpoint:
            yield drifted(reading.shown, row, "truc_entry", thing.entry or "-", "-")
        elif is_whole and thing.entry in made:
            for name in thing.differing(made[thing.entry]):
                values = (str(one.fields.get(name) or "-") for one in (thing, made[thing.entry]))
                yield drifted(reading.shown, row, name, *values)
        elif is_whole and kind in HOMES:
            strays.append(row)
        seen.setdefault(thing.entry, row)
    for untagged in reading.foreign:
        if untagged.entry and untagged.endpoint in PLAN_KINDS:
            yield drifted(reading.shown, untagged, "tags", "-", OWN)
    if strays:
        meant = {line_of(thing): thing.entry for thing in made.values()}
        for row in strays:
            yield drifted(reading.shown, row, "truc_entry", row.thing.entry, meant.get(line_of(row.thing), "-"))


def drifted(shown: str, row: OwnRow | ForeignRow, field: str, found: str, wanted: str) -> Finding:
    """Return the finding (TR996) that a field of an object says another thing than what else stands there."""
    where = Where(file=place_of(shown, row))
    entry = row.thing.entry if isinstance(row, OwnRow) else row.entry
    return make_finding("TR996", where, entry=entry or "-", field=field, text=found, other=wanted)


def made_anew(reading: Reading) -> Iterator[Finding]:
    """Yield an error (TR995) if fields were made after objects were written which may have said something in them."""
    lost = {
        name
        for row in reading.rows
        if not row.is_as_written and not row.is_given
        for name in CUSTOM[row.thing.endpoint]
        if name not in row.thing.fields and reading.is_newer(name, row)
    }
    if lost:
        reason = because("netbox_made_anew", count=len(lost), first=min(lost))
        yield make_finding("TR995", Where(file=reading.shown), reason=reason)


def place_of(shown: str, row: Row) -> str:
    """Return where people find an object in NetBox's own pages."""
    endpoint = row.thing.endpoint if isinstance(row, OwnRow) else row.endpoint
    return f"{shown}/{endpoint}/{row.number}/"
