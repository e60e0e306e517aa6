"""Changes -> requests: a hundred objects at once, each request done as a whole or not at all, and never over somebody's
edit.

The one idea: nothing is remembered between runs. What a crash, a lost answer or a refusal left half done is seen by reading
again, so the same command goes on where it ended; and whatever is changed or deleted goes under its entity tag.
"""

from __future__ import annotations

import http
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from intents.finding import FindingsError, Where, make_finding, raise_errors
from ipam.address_plan import AddressPlan
from ipam.netbox.changes import NetBoxChanges, changes_to
from ipam.netbox.conflicts import ThingChange
from ipam.netbox.dependents import spare_what_is_named
from ipam.netbox.mapping import DIGEST, ENTRY, OWN, TARGETS
from ipam.netbox.reading import Reading, read_on, rows_of
from ipam.netbox.rows import CUSTOM, ForeignRow, ObjectNumbers, OwnRow, body_of
from ipam.netbox.server import Server, ServerAnswer, numbers_made, send
from ipam.netbox.thing import ObjectKind, Thing
from ipam.netbox.uniqueness import FREED
from ipam.store.table_files import Tables

BATCH = 100
MESSAGE = "truc netbox export"
"""What NetBox's record of changes says of each."""
_MANY = ("terminations", "targets")
"""How fields end in which several things stand."""
_FIRST = (
    *(ObjectKind.TENANT, ObjectKind.REGION, ObjectKind.SITE, ObjectKind.DEVICE_TYPE, ObjectKind.DEVICE),
    *(ObjectKind.INTERFACE, ObjectKind.PROVIDER, ObjectKind.VLAN_GROUP, ObjectKind.VRF),
)
"""What others name is there before them, and goes after them."""
_REST = tuple(endpoint for endpoint in ObjectKind if endpoint not in _FIRST)

_GONE_FIRST = (ObjectKind.CIRCUIT, *(one for one in reversed(_REST) if one is not ObjectKind.CIRCUIT))
"""With a cable, or an end of a circuit, NetBox writes to what it was at, which would then be another than was read; with a
circuit its ends go."""

Item = TypeVar("Item")


@dataclass(slots=True)
class Writer:
    """Sends changes to a server; `numbers` knows every object that others may name; `before` is called before each request;
    `done` counts what was written, `slowest` is how many seconds a request took at most."""

    server: Server
    numbers: ObjectNumbers
    progress: Callable[[int], None]
    before: Callable[[], None] = lambda: None
    done: int = 0
    slowest: float = 0.0

    def write(self, changes: NetBoxChanges) -> None:
        """Do all changes, in an order in which nothing names what is not there; FindingsError (TR998, TR913, TR916)."""
        for endpoint in ObjectKind:
            self._hand_over(endpoint, changes.handed)
        gone_with = {row.thing.entry for row in changes.gone}
        gone = [row for row in changes.gone if row.thing.fields.get("circuit") not in gone_with]
        for endpoint in _GONE_FIRST:
            self._delete(endpoint, gone)
        for endpoint in ObjectKind:
            self._change(endpoint, changes.emptied)
        for endpoint in _FIRST:
            self._make(endpoint, changes.made)
        for endpoint in ObjectKind:
            if endpoint is not ObjectKind.CABLE:
                self._change(endpoint, changes.changed)
        for endpoint in _REST:
            if endpoint is ObjectKind.CABLE:  # it may have lost an end that is made just now
                self._change(endpoint, changes.changed)
            self._make(endpoint, changes.made)
        for endpoint in reversed(_FIRST):
            self._delete(endpoint, changes.gone)

    def free(self, freed: Sequence[ThingChange]) -> None:
        """Have objects let go of what others need, before anything else is done; then they have to be read again."""
        for endpoint in ObjectKind:
            self._change(endpoint, freed)

    def _make(self, endpoint: ObjectKind, changes: Sequence[ThingChange]) -> None:
        things = [change.thing for change in changes if change.thing.endpoint is endpoint]
        for batch in _ready_batches(self._lacking(things) if endpoint is ObjectKind.INTERFACE else things):
            bodies = [body_of(thing, self.numbers, MESSAGE) for thing in batch]
            answer = self._send("POST", endpoint, bodies, http.HTTPStatus.CREATED)
            made = numbers_made(self.server, f"{endpoint}/", answer, len(batch), done=self.done)
            for thing, number in zip(batch, made, strict=True):
                self.numbers.add(endpoint, thing.entry, number)
            self._count(len(batch))

    def _lacking(self, things: Sequence[Thing]) -> list[Thing]:
        """Return the interfaces that are not there: with a device NetBox makes those that its type has."""
        devices = sorted({self.numbers.of_entry[str(thing.fields["device"])] for thing in things})
        for batch in _batches(devices):
            for row in rows_of(self.server, ObjectKind.INTERFACE, self.numbers, device_id=batch):
                if isinstance(row, ForeignRow):
                    self.numbers.add(ObjectKind.INTERFACE, row.says, row.number)
        return [thing for thing in things if thing.entry not in self.numbers.of_entry]

    def _change(self, endpoint: ObjectKind, changes: Sequence[ThingChange]) -> None:
        for batch in _batches([change for change in changes if change.thing.endpoint is endpoint]):
            rows = [change.row for change in batch if change.row is not None]
            bodies = [
                {"id": row.number, **self._changed_body(change.thing, row)}
                for change, row in zip(batch, rows, strict=True)
            ]
            self._send("PATCH", endpoint, bodies, http.HTTPStatus.OK, rows)
            for change, row in zip(batch, rows, strict=True):
                self.numbers.add(endpoint, change.thing.entry, row.number)
            self._count(len(batch))

    def _changed_body(self, thing: Thing, row: OwnRow) -> Mapping[str, Any]:
        """Return what has to be sent of an object that is there: what people wrote beside it stays."""
        body = body_of(thing, self.numbers, MESSAGE, (*thing.differing(row.thing), *thing.shown))
        del body["tags"]  # ours is there, and people's own stay
        return body

    def _delete(self, endpoint: ObjectKind, gone: Sequence[OwnRow]) -> None:
        for batch in _batches([row for row in gone if row.thing.endpoint is endpoint]):
            bodies = [{"id": row.number, "changelog_message": MESSAGE} for row in batch]
            self._send("DELETE", endpoint, bodies, http.HTTPStatus.NO_CONTENT, batch)
            self._count(len(batch))

    def _hand_over(self, endpoint: ObjectKind, handed: Sequence[OwnRow]) -> None:
        for batch in _batches([row for row in handed if row.thing.endpoint is endpoint]):
            more = (TARGETS,) if endpoint is ObjectKind.VRF else ()
            nothing = dict.fromkeys((ENTRY, DIGEST, *CUSTOM[endpoint], *more))
            said: dict[str, Any] = {
                "remove_tags": [{"slug": OWN}],
                "custom_fields": nothing,
                "changelog_message": MESSAGE,
            }
            said |= {name: [] if name.endswith(_MANY) else None for name in FREED.get(endpoint, ())}
            bodies = [{"id": row.number, **said} for row in batch]
            self._send("PATCH", endpoint, bodies, http.HTTPStatus.OK, batch)
            self._count(len(batch))

    def _send(
        self,
        method: str,
        endpoint: ObjectKind,
        bodies: Sequence[Mapping[str, Any]],
        status: int,
        rows: Sequence[OwnRow] = (),
    ) -> ServerAnswer:
        tags = [row.etag for row in rows]
        self.before()
        begun = time.monotonic()
        try:
            return send(self.server, method, f"{endpoint}/", bodies, status, tags, done=self.done)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - begun)

    def _count(self, more: int) -> None:
        self.done += more
        self.progress(self.done)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _ready_batches(things: Sequence[Thing]) -> Iterator[Sequence[Thing]]:
    """Yield things in hundreds, none with one under which it stands: that has to have its number first."""
    batch: list[Thing] = []
    entries: set[str] = set()
    for thing in things:
        if len(batch) == BATCH or thing.fields.get("parent") in entries:
            yield batch
            batch, entries = [], set()
        batch.append(thing)
        entries.add(thing.entry)
    if batch:
        yield batch


def to_write(
    server: Server, plan: AddressPlan, reading: Reading, writer: Writer, tables: Tables | None = None
) -> tuple[Reading, NetBoxChanges]:
    """Return what is left to be written when what others need was let go of, with what is there then; FindingsError for what may
    not be written."""
    changes = _spared(server, reading, plan, tables)
    if freed := changes.freed:
        writer.free(freed)
        reading = read_on(server, reading)
        changes = _spared(server, reading, plan, tables)
    return reading, changes


def _spared(server: Server, reading: Reading, plan: AddressPlan, tables: Tables | None) -> NetBoxChanges:
    changes = changes_to(reading, plan, tables)
    raise_errors(changes.conflicts)
    changes = spare_what_is_named(server, reading, changes)
    raise_errors(changes.conflicts)
    return changes


def check_said(server: Server, plan: AddressPlan, reading: Reading, tables: Tables | None = None) -> Reading:
    """Return what is there since it was read and written to; FindingsError (TR914) if that is not the plan, and the tables."""
    reading = read_on(server, reading)
    left = changes_to(reading, plan, tables)
    if left.count or left.conflicts:
        raise FindingsError([make_finding("TR914", Where(file=server.url), count=left.count), *left.conflicts])
    return reading
