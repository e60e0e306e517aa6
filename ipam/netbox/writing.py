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

from intents.finding import FindingsError, Where, make_finding
from ipam.address_plan import AddressPlan
from ipam.netbox.changes import NetBoxChanges, ThingChange, changes_to
from ipam.netbox.mapping import NAMED_KINDS
from ipam.netbox.reading import Reading, read_on
from ipam.netbox.rows import ObjectNumbers, OwnRow, body_of
from ipam.netbox.server import Server, ServerAnswer, numbers_made, send
from ipam.netbox.thing import ObjectKind

BATCH = 100
MESSAGE = "truc netbox export"
"""What NetBox's record of changes says of each."""
_FIRST = (*NAMED_KINDS.values(), ObjectKind.VRF)
"""What others name is there before them, and goes after them."""
_REST = tuple(endpoint for endpoint in ObjectKind if endpoint not in _FIRST)

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
        for endpoint in reversed(_REST):
            self._delete(endpoint, changes.gone)
        for endpoint in _FIRST:
            self._make(endpoint, changes.made)
        for endpoint in ObjectKind:
            self._change(endpoint, changes.changed)
        for endpoint in _REST:
            self._make(endpoint, changes.made)
        self._delete(ObjectKind.VRF, changes.gone)

    def _make(self, endpoint: ObjectKind, changes: Sequence[ThingChange]) -> None:
        for batch in _batches([change.thing for change in changes if change.thing.endpoint is endpoint]):
            bodies = [body_of(thing, self.numbers, MESSAGE) for thing in batch]
            answer = self._send("POST", endpoint, bodies, http.HTTPStatus.CREATED)
            made = numbers_made(self.server, f"{endpoint}/", answer, len(batch), done=self.done)
            for thing, number in zip(batch, made, strict=True):
                self.numbers.add(endpoint, thing.entry, number)
            self._count(len(batch))

    def _change(self, endpoint: ObjectKind, changes: Sequence[ThingChange]) -> None:
        for batch in _batches([change for change in changes if change.thing.endpoint is endpoint]):
            rows = [change.row for change in batch if change.row is not None]
            bodies = [
                {"id": row.number, **body_of(change.thing, self.numbers, MESSAGE)}
                for change, row in zip(batch, rows, strict=True)
            ]
            for body in bodies:
                del body["tags"]  # ours is there, and people's own stay
            self._send("PATCH", endpoint, bodies, http.HTTPStatus.OK, rows)
            for change, row in zip(batch, rows, strict=True):
                self.numbers.add(endpoint, change.thing.entry, row.number)
            self._count(len(batch))

    def _delete(self, endpoint: ObjectKind, gone: Sequence[OwnRow]) -> None:
        for batch in _batches([row for row in gone if row.thing.endpoint is endpoint]):
            bodies = [{"id": row.number, "changelog_message": MESSAGE} for row in batch]
            self._send("DELETE", endpoint, bodies, http.HTTPStatus.NO_CONTENT, batch)
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


def check_said(server: Server, plan: AddressPlan, reading: Reading) -> Reading:
    """Return what is there since it was read and written to; FindingsError (TR914) if that is not the plan."""
    reading = read_on(server, reading)
    left = changes_to(reading, plan)
    if left.count or left.conflicts:
        raise FindingsError([make_finding("TR914", Where(file=server.url), count=left.count), *left.conflicts])
    return reading
