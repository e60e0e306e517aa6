"""What a made-up device remembers: running, candidate and startup, locks, a change that waits to be confirmed, and a log.

The one idea: every state that running passed through is kept with what made it, so that a test may judge each of them later; a
state is a tuple of blocks of text, most of which it shares with the state before. RFC 6241 (sections 7 and 8.3 to 8.8) says what
a lock, a commit and a confirmed commit are.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tests.device_faults import Fault, Place, Planned, due_fault


class Clock(Protocol):
    """Something that will be done later, unless it is told not to be."""

    def cancel(self) -> None: ...


def in_loop(seconds: float, do: Callable[[str], None], word: str) -> Clock:
    """Do something later in the loop that runs: the one of the server."""
    return asyncio.get_running_loop().call_later(seconds, do, word)


class Config(Protocol):
    """A configuration, as a platform keeps it."""

    def copy(self) -> Config: ...

    def blocks(self) -> tuple[str, ...]:
        """Return the text in blocks that end with a line break."""
        ...

    def way_back(self, before: Config, /) -> Iterator[tuple[Config, str]]:
        """Yield the configurations between this one and an earlier one if a device goes back in steps, each with its step."""
        ...


class RefusedError(Exception):
    """A device says no: the error's tag in RFC 6241 (appendix A), and a sentence."""

    def __init__(self, tag: str, said: str, info: str = "") -> None:
        super().__init__(said)
        self.tag = tag
        self.said = said
        self.info = info


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Running as it stood after something, and what that was."""

    made_by: str
    blocks: tuple[str, ...]
    at: float  # seconds, by time.monotonic

    @property
    def text(self) -> str:
        return "".join(self.blocks)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class Pending:
    """A change that is undone unless somebody confirms it: what stood before, who made it, and the clock."""

    before: Config
    session: int
    token: str | None
    minutes: float
    clock: Clock | None = None


@dataclass(slots=True, kw_only=True)
class Device:
    """One device; its sessions share it. Times are in seconds, but for `minute`: how long one of its minutes takes."""

    name: str
    platform: str
    running: Config
    startup: Config
    users: dict[str, str] = field(default_factory=lambda: {"truc": "truc"})
    keys: tuple[str, ...] = ()  # public keys that may log in, as authorized_keys has them
    enable_password: str | None = None  # None: a user is privileged from the start
    capabilities: tuple[str, ...] = ()
    minute: float = 60.0
    delay: float = 0.0  # before each answer, as a far device's round trip
    locks_on_trial: bool = (
        True  # False: as netconfd, which gives nobody else the candidate's lock while a commit is on trial
    )
    shows_secrets: bool = True  # False: as IOS-XE with `service password-encryption` shows them
    later: float = 0.05  # how long what a device does in the background takes
    away: float = 0.3  # how long a reboot takes
    faults: list[Planned] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)  # show command -> answer
    live: Callable[[Device], dict[str, str]] | None = None  # the same, worked out when it is asked for
    files: dict[str, Config] = field(default_factory=dict)  # name on flash -> configuration
    candidate: Config | None = None  # None: as running
    older: list[Config] = field(default_factory=list)  # what was committed before, the latest first
    locks: dict[str, int] = field(default_factory=dict)  # datastore -> session
    pending: Pending | None = None
    log: list[str] = field(default_factory=list)  # "connect", "authentication truc", "line …", "revert", …
    states: list[State] = field(default_factory=list)
    logins: int = 0  # attempts to authenticate, refused ones included
    cleared: int = 0  # soft clears of BGP sessions
    sessions: dict[int, Callable[[], None]] = field(default_factory=dict)  # number -> how to cut it
    notices: list[Callable[[str], None]] = field(default_factory=list)  # how terminals hear of what happens by itself
    restart: Callable[[], None] = lambda: None
    after: Callable[[float, Callable[[str], None], str], Clock] = in_loop  # how it does something later
    free_number: int = 1

    def table(self, command: str) -> str | None:
        """Return what a show command prints of the network, None if nobody said."""
        if command in self.tables or self.live is None or command.startswith("show running"):
            return self.tables.get(command)
        return self.live(self).get(command)

    def new_session(self, cut: Callable[[], None]) -> int:
        if not self.states:
            self.note("started")
        number = self.free_number
        self.free_number += 1
        self.sessions[number] = cut
        return number

    def note(self, made_by: str) -> None:
        """Remember running, if it is another than before."""
        blocks = self.running.blocks()
        if not self.states or self.states[-1].blocks != blocks:
            self.states.append(State(made_by=made_by, blocks=blocks, at=time.monotonic()))

    def bite(self, place: Place, said: str) -> Fault | None:
        return due_fault(self.faults, place, said) if self.faults else None

    # -- locks -------------------------------------------------------------------------------------------------------

    def lock(self, store: str, session: int) -> None:
        holder = self.locks.get(store)
        if holder is not None:
            raise RefusedError("lock-denied", "lock denied, held by another", f"<session-id>{holder}</session-id>")
        if store == "running" and self.pending is not None and self.pending.session != session:
            raise RefusedError("lock-denied", "a confirmed commit is pending", "<session-id>0</session-id>")
        if not self.locks_on_trial and self.pending is not None and self.pending.session != session:
            raise RefusedError("in-use", "a confirmed commit is pending")
        if store == "candidate" and self.dirty:
            raise RefusedError("lock-denied", "the candidate has been changed", "<session-id>0</session-id>")
        self.locks[store] = session

    def unlock(self, store: str, session: int) -> None:
        if self.locks.get(store) != session:
            raise RefusedError("operation-failed", "the lock is not held by this session")
        del self.locks[store]

    def check_free(self, store: str, session: int) -> None:
        holder = self.locks.get(store)
        if holder not in {None, session}:
            raise RefusedError("in-use", f"{store} is locked by session {holder}")

    # -- candidate ---------------------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        return self.candidate is not None and self.candidate.blocks() != self.running.blocks()

    def open_candidate(self, session: int) -> Config:
        self.check_free("candidate", session)
        if self.candidate is None:
            self.candidate = self.running.copy()
        return self.candidate

    def discard(self, session: int) -> None:
        self.check_free("candidate", session)
        self.candidate = None

    def commit(
        self,
        session: int,
        *,
        seconds: float | None = None,
        persist: str | None = None,
        persist_id: str | None = None,
    ) -> None:
        """Make the candidate running; with `seconds`, only until then unless another commit follows."""
        self.check_free("running", session)
        self.check_free("candidate", session)
        self._check_may_confirm(session, persist_id)
        before = self.pending.before if self.pending else self.running.copy()
        if self.candidate is not None:
            self.older.insert(0, self.running)
            del self.older[50:]
            self.running, self.candidate = self.candidate, None
        self.settle()
        if seconds is not None:
            self.arm(before, session, seconds, persist)
        self.note("commit" if seconds is None else "confirmed commit")

    def _check_may_confirm(self, session: int, persist_id: str | None) -> None:
        if self.pending is None:
            if persist_id is not None:
                raise RefusedError("invalid-value", "no confirmed commit with this persist-id is pending")
        elif self.pending.token is not None:
            if persist_id != self.pending.token:
                tag = "in-use" if persist_id is None else "invalid-value"
                raise RefusedError(tag, "a persistent confirmed commit is pending")
        elif persist_id is not None:
            raise RefusedError("invalid-value", "the pending confirmed commit has no persist-id")
        elif self.pending.session != session and self.platform != "junos":
            raise RefusedError("in-use", "another session's confirmed commit is pending")

    # -- a change on trial -------------------------------------------------------------------------------------------

    def arm(self, before: Config, session: int, seconds: float, token: str | None) -> None:
        """Start the clock that undoes what follows."""
        self.settle()
        self.pending = Pending(before=before, session=session, token=token, minutes=seconds / self.minute)
        self.pending.clock = self.after(seconds, self.revert, "expired")
        self.log.append(f"armed {seconds:g}")

    def settle(self) -> None:
        """Keep what is on trial."""
        if self.pending is not None and self.pending.clock is not None:
            self.pending.clock.cancel()
            self.log.append("confirmed")
        self.pending = None

    def revert(self, why: str) -> None:
        """Undo what is on trial, at once; a platform that undoes it in steps has its own way."""
        if self.pending is None:
            return
        if self.pending.clock is not None:
            self.pending.clock.cancel()
        before, self.pending = self.pending.before, None
        self.log.append(f"revert {why}")
        self.tell("revert")
        for step, made_by in self.running.way_back(before):
            self.running = step
            self.note(f"revert: {made_by}")
        self.running, self.candidate = before.copy(), None
        self.note(f"revert: {why}")

    def cancel(self, session: int, persist_id: str | None) -> None:
        if self.pending is None:
            raise RefusedError("operation-failed", "no confirmed commit is pending")
        self._check_may_confirm(session, persist_id)
        self.revert("cancelled")

    def gone(self, session: int, *, reverts: bool = False) -> None:
        """End a session: its locks go, and so does its change on trial if it `reverts` and was not made to outlive it."""
        self.sessions.pop(session, None)
        for store in [store for store, holder in self.locks.items() if holder == session]:
            del self.locks[store]
            if store == "candidate":
                self.candidate = None
        if reverts and self.pending is not None and (self.pending.session, self.pending.token) == (session, None):
            self.revert("session gone")

    def tell(self, what: str) -> None:
        for hear in list(self.notices):
            hear(what)

    def reboot(self) -> None:
        """Fall: all sessions are cut, and what was saved comes back."""
        self.log.append("reboot")
        if self.pending is not None and self.pending.clock is not None:
            self.pending.clock.cancel()
        if self.platform == "junos" and self.pending is not None:
            self.startup = self.pending.before
        elif self.platform == "junos":
            self.startup = self.running
        self.pending, self.candidate = None, None
        self.locks.clear()
        self.running = self.startup.copy()
        self.note("reboot")
        for cut in list(self.sessions.values()):
            cut()
        self.restart()
