"""The right to allocate in a NetBox, which one run has at a time.

The one idea: the right is an object that NetBox can have only once: a VRF with a certain route distinguisher, which its
database keeps unique, whereas what NetBox only looks up (a custom field, a prefix in a VRF) two clients at once both get.
Whoever made it may allocate. It says who that is; who is dead for some minutes loses it to the next who waits, under the entity
tag of what was read, so that one of many takes it, and never from somebody who is alive. All clocks are NetBox's.
"""

from __future__ import annotations

import http
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intents.finding import FindingsError, Where, make_finding
from intents.reason import because
from ipam.netbox.rows import etag_of
from ipam.netbox.server import NoAnswerError, Server, ServerAnswer, refusal_of, refuse
from ipam.netbox.thing import ObjectKind

PATH = f"{ObjectKind.VRF}/"
RD, NAME = "truc:lock", "truc lock"
LEASE = 300.0
"""Seconds after which a right that nobody has renewed is given up for dead."""
_RENEWED = LEASE / 5
_BREATH, _FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5, 10.0
_MOST_REFUSALS = 20
"""Times that nobody has the right and NetBox lets none be made, until that is told: others may take and give it back between."""
_LONGEST = 200
"""Letters of a description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseHolder:
    """Who has the right: a word that no other run has, and what people are shown."""

    word: str
    shown: str

    @property
    def description(self) -> str:
        return f"{self.word} {self.shown}"[:_LONGEST]


@dataclass(slots=True)
class WriteLease:
    """The right as this run has it; lost to another one if it was not renewed in time."""

    server: Server
    holder: LeaseHolder
    number: int
    etag: str
    renewed: float

    def renew(self) -> None:
        """Say that this run is alive, if that was not just said; FindingsError (TR903) if it has the right no more.

        To be called before anything is written: a run that slept for long writes nothing on.
        """
        if time.monotonic() - self.renewed < _RENEWED:
            return
        self._say()
        found = _found(self.server)  # whatever was answered, or if nothing was
        if found is None or found.word != self.holder.word:
            raise FindingsError([make_finding("TR903", Where(file=self.server.url))])
        self.number, self.etag, self.renewed = found.number, found.etag, time.monotonic()

    def _say(self) -> None:
        with suppress(NoAnswerError):
            body = {"description": self.holder.description}
            self.server.ask("PATCH", f"{PATH}{self.number}/", body, {"If-Match": self.etag})

    def release(self) -> None:
        """Give the right back; one that can't be is taken over by this run's next one, or by anybody after a while."""
        with suppress(NoAnswerError):
            self.server.ask("DELETE", f"{PATH}{self.number}/", None, {"If-Match": self.etag})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """The right as it was read: whose it is, and how many seconds ago that was said; None if the server tells no time."""

    number: int
    etag: str
    word: str
    shown: str
    age: float | None


@contextmanager
def leased(
    server: Server, holder: LeaseHolder, wait: float, waits: Callable[[str], None] = lambda _: None
) -> Iterator[WriteLease]:
    """Have the right while the block runs; FindingsError: TR902 if another run has it for all the seconds that are waited.

    `waits` is told for whom.
    """
    try:
        lease = _lease(server, holder, wait, waits)
    except BaseException:
        _give_back(server, holder)
        raise
    try:
        yield lease
    finally:
        lease.release()


def _give_back(server: Server, holder: LeaseHolder) -> None:
    """Let go of the right if it was had when something went wrong, an interruption too."""
    with suppress(NoAnswerError, FindingsError):
        held = _found(server)
        if held is not None and held.word == holder.word:
            server.ask("DELETE", f"{PATH}{held.number}/", None, {"If-Match": held.etag})


def _lease(server: Server, holder: LeaseHolder, wait: float, waits: Callable[[str], None]) -> WriteLease:
    until, held, idle = time.monotonic() + wait, None, 0
    for pause in _pauses():
        refusal = _try_to_make(server, holder) if held is None else None
        held = _found(server)
        idle = idle + 1 if held is None and refusal is not None else 0
        if refusal is not None and idle == _MOST_REFUSALS:
            raise _refused(server, refusal)
        if held is not None and held.word == holder.word:
            _check_conditions(server, held)
            lease = WriteLease(server, holder, held.number, held.etag, -LEASE)
            lease.renew()
            return lease
        if held is not None and held.age is not None and held.age > LEASE:
            with suppress(NoAnswerError):  # of many who see that it is dead, one takes it away
                server.ask("DELETE", f"{PATH}{held.number}/", None, {"If-Match": held.etag})
            held = None
        if time.monotonic() > until:
            shown = "-" if held is None else held.shown
            raise FindingsError([make_finding("TR902", Where(file=server.url), holder=shown, seconds=int(wait))])
        if held is not None:
            waits(held.shown)
        time.sleep(pause if held is not None else _BREATH)
    raise AssertionError("pauses never end")


def _check_conditions(server: Server, held: _Held) -> None:
    """FindingsError (TR993) if a server, or what stands before it, gives other tags than are worked out here, or does not heed
    the one under which something is written: then nobody's edit would be safe."""
    path = f"{PATH}{held.number}/"
    is_done = False
    with suppress(NoAnswerError):  # what it did, its tag says as well
        is_done = server.ask("PATCH", path, {}, {"If-Match": 'W/"truc"'}).status < http.HTTPStatus.MULTIPLE_CHOICES
    if is_done or _tag_of(server, path) != held.etag:
        raise refuse(server.url, because("netbox_no_conditions"))


def _tag_of(server: Server, path: str) -> str:
    return server.look(path, fields="id,last_updated").etag


def _try_to_make(server: Server, holder: LeaseHolder) -> ServerAnswer | None:
    """Ask for the object that is there only once; who has it then is looked up, whatever was answered: returns a refusal, None
    for all else. FindingsError (TR916) for whom NetBox lets make none."""
    body = {"name": NAME, "rd": RD, "enforce_unique": True, "description": holder.description}
    with suppress(NoAnswerError):
        answer = server.ask("POST", PATH, body)
        if answer.status in (http.HTTPStatus.FORBIDDEN, http.HTTPStatus.UNAUTHORIZED):
            raise _refused(server, answer)
        if http.HTTPStatus.MULTIPLE_CHOICES <= answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
            return answer
    return None


def _refused(server: Server, answer: ServerAnswer) -> FindingsError:
    where = Where(file=f"{server.url}/api/{PATH}")
    return FindingsError([make_finding("TR916", where, done=0, reason=refusal_of(answer))])


def _pauses() -> Iterator[float]:
    """Yield seconds between two questions: ever longer, and not the same for all who wait."""
    pause = _FIRST_PAUSE
    while True:
        yield pause * random.uniform(0.7, 1.3)  # noqa: S311 (no secret)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _found(server: Server) -> _Held | None:
    """Return who has the right; FindingsError (TR993)."""
    answer = server.look(PATH, rd=RD, fields="id,rd,description,last_updated")
    try:
        rows = [one for one in answer.body["results"] if one["rd"] == RD]
        return _held(rows[0], answer.at) if rows else None
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refuse(f"{server.url}/api/{PATH}", because("netbox_shape", said=error)) from None


def _held(row: Any, now: datetime | None) -> _Held:
    word, _, shown = str(row["description"]).partition(" ")
    said = datetime.fromisoformat(str(row["last_updated"]))
    age = None if now is None else (now - said).total_seconds()
    return _Held(number=int(row["id"]), etag=etag_of(str(row["last_updated"])), word=word, shown=shown or "-", age=age)
