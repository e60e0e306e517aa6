"""A NetBox -> everything in it that is ours, and what is in our way: whole, as it was at one moment, or refused.

The one idea: lists are followed by their cursor, which loses no row when others go; the newest entry of NetBox's own record
of changes is asked before and after, and how many objects there are: if anything is otherwise, somebody wrote meanwhile,
and it is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reader.source_text import FORBIDDEN, forbidden_character
from intents.reason import because
from ipam.address_plan import AddressPlan
from ipam.netbox.mapping import HOMES, NAMED_KINDS, OWN, line_of, plan_of, things_of
from ipam.netbox.rows import (
    AddressRow,
    ForeignRow,
    ObjectNumbers,
    OwnRow,
    ShapeError,
    asked_fields,
    read_address,
    read_row,
)
from ipam.netbox.server import Server, refuse
from ipam.netbox.thing import ObjectKind
from ipam.store.plan_store import NOTHING, KeptPlan, Revision

PAGE = 1000
"""Objects in one answer: as many as NetBox gives."""
MOST_OBJECTS = 1_000_000
"""Objects of all kinds beyond which a NetBox is not read."""
ADDRESSES = "ipam/ip-addresses"
"""Where addresses in use are; truc keeps none there, and looks whether any lies where nothing is allocated."""
_LONGEST_NUMBER = 20
TIMES = 4
"""Times that it is read until nobody wrote meanwhile."""


Mark = tuple[int, int]
"""How many changes a NetBox has recorded, and the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: objects of ours in the order of their kinds, those of others, and the state of which that is; `mark` is the
    server's, another as soon as anything is written there."""

    rows: tuple[OwnRow, ...]
    foreign: tuple[ForeignRow, ...]
    revision: Revision
    shown: str
    mark: Mark = (0, 0)
    addresses: tuple[AddressRow, ...] = ()

    def numbers(self) -> ObjectNumbers:
        """Return the numbers of our objects."""
        found = ObjectNumbers()
        for row in self.rows:
            found.add(row.thing.endpoint, row.thing.entry, row.number)
        return found


def read_netbox(server: Server, progress: Callable[[int], None] = lambda _: None) -> Reading:
    """Read everything (FindingsError: TR993, TR994); `progress` is told how many objects were read."""
    for _ in range(TIMES):
        before = mark_of(server)
        rows, foreign, counts = _read_once(server, progress)
        addresses = tuple(_read_addresses(server))
        if counts == _counts(server) and before == mark_of(server):
            revision = _revision(rows)
            return Reading(
                rows=rows, foreign=foreign, revision=revision, shown=server.url, mark=before, addresses=addresses
            )
    raise FindingsError([make_finding("TR994", Where(file=server.url), times=TIMES)])


def mark_of(server: Server) -> Mark:
    """Return what is another as soon as anything is written there; FindingsError."""
    changes = server.get("core/object-changes/", limit=1, fields="id")
    try:
        newest = changes["results"][0]["id"] if changes["results"] else 0
        return (int(changes["count"]), int(newest))
    except (KeyError, TypeError, IndexError, ValueError, OverflowError) as error:
        raise refuse(server.url, because("netbox_shape", said=error)) from None


def _counts(server: Server) -> tuple[int, ...]:
    """Return how many objects of each kind there are."""
    try:
        return tuple(int(server.get(f"{kind}/", limit=1, fields="id")["count"]) for kind in ObjectKind)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(server.url, because("netbox_shape", said=error)) from None


def _read_once(
    server: Server, progress: Callable[[int], None]
) -> tuple[tuple[OwnRow, ...], tuple[ForeignRow, ...], tuple[int, ...]]:
    rows: list[OwnRow] = []
    foreign: list[ForeignRow] = []
    counts: list[int] = []
    numbers = ObjectNumbers()
    for endpoint in ObjectKind:
        known: set[int] = set()
        for found in objects(server, f"{endpoint}/", fields=asked_fields(endpoint)):
            try:
                row = read_row(endpoint, found, numbers)
            except (ShapeError, AttributeError) as error:
                raise refuse(f"{server.url}/api/{endpoint}/", because("netbox_shape", said=error)) from None
            known.add(row.number)
            if isinstance(row, OwnRow):
                rows.append(row)
                numbers.add(endpoint, row.thing.entry, row.number)
            else:
                foreign.append(row)
            if len(rows) + len(foreign) > MOST_OBJECTS:
                raise refuse(server.url, because("netbox_too_many", most=MOST_OBJECTS))
        counts.append(len(known))
        progress(len(rows) + len(foreign))
    return tuple(rows), tuple(foreign), tuple(counts)


def _read_addresses(server: Server) -> Iterator[AddressRow]:
    for count, found in enumerate(objects(server, f"{ADDRESSES}/", fields="id,address")):
        if count >= MOST_OBJECTS:
            raise refuse(server.url, because("netbox_too_many", most=MOST_OBJECTS))
        try:
            yield read_address(found)
        except ShapeError as error:
            raise refuse(f"{server.url}/api/{ADDRESSES}/", because("netbox_shape", said=error)) from None


def objects(server: Server, path: str, **query: object) -> Iterator[Any]:
    """Yield the objects of a list, following its cursor; FindingsError (TR993).

    Of the address of the next page only the number where it starts is taken: it leads nowhere else, and never back.
    """
    start = 0
    while True:
        page = server.get(path, start=start, limit=PAGE, **query)
        if not isinstance(page, dict) or not isinstance(page.get("results"), list):
            raise refuse(f"{server.url}/api/{path}", because("netbox_shape", said="results"))
        yield from page["results"]
        if not page.get("next"):
            return
        following = _start_of(page["next"])
        if following <= start:
            raise refuse(f"{server.url}/api/{path}", because("netbox_shape", said="next"))
        start = following


def _start_of(following: object) -> int:
    """Return the number at which the next page starts, 0 if it says none."""
    found = parse_qs(urlsplit(str(following)).query).get("start", ["0"])[-1]
    return int(found) if found.isascii() and found.isdigit() and len(found) < _LONGEST_NUMBER else 0


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


def place_of(shown: str, row: OwnRow | ForeignRow) -> str:
    """Return where people find an object in NetBox's own pages."""
    endpoint = row.thing.endpoint if isinstance(row, OwnRow) else row.endpoint
    return f"{shown}/{endpoint}/{row.number}/"
