"""What whoever changes devices needs of a session that writes, and what may go wrong in one.

The one idea: an error in a session says what was seen, never what the device now carries; that is for whoever reads it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

from controller.fleet.readings import DeviceReach, DeviceReading
from intents.reason import Reason
from routing.vendors.device_tables import TableKind


class WritingTrouble(StrEnum):
    """What a device did in place of taking a change."""

    REFUSED = "refused"
    """It says that it does not take a line, or an operation."""
    SAID = "said"
    """It took a line and said something that nobody expected."""
    BUSY = "busy"
    """Somebody else is changing it, or has left changes that nobody has committed."""
    ECHO = "echo"
    """What it shows is not what was typed."""
    PROMPT = "prompt"
    """It waits with another prompt than the one of configuration mode."""
    DIFFERS = "differs"
    """It would become, or has become, another text than the one that shall stand."""
    FALLEN = "fallen"
    """Something that was up before, and that the change leaves alone, does not come up again."""


class WritingError(Exception):
    """Ends the writing to one device; `lines`: how many lines of the last call had been taken before."""

    def __init__(self, trouble: WritingTrouble, detail: Reason, lines: int = 0) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.detail = detail
        self.lines = lines


class LineSession(Protocol):
    """A command line on which each line acts at once. Every method raises ReadingError and WritingError."""

    def text(self) -> str:
        """Return the device's whole text, outside configuration mode."""
        ...

    def enter(self, minutes: int = 0) -> None:
        """Enter configuration mode; with `minutes`, so that the device goes back by itself unless it is confirmed by then."""
        ...

    def type_lines(self, lines: Sequence[str], notices: frozenset[str]) -> None:
        """Type lines, all at once; WritingError at the first that is not taken, or answered by more than a known notice."""
        ...

    def leave(self) -> None:
        """Leave configuration mode."""
        ...

    def confirm(self) -> bool:
        """Confirm what waits for it; False: nothing did."""
        ...

    def save(self) -> bool:
        """Keep the text over a restart; return whether the device says that it did."""
        ...


class CandidateSession(Protocol):
    """A session with a candidate. Every method raises ReadingError and WritingError."""

    def text(self) -> str:
        """Return the text that acts."""
        ...

    def lock(self) -> None:
        """Take the candidate for this session alone, clean."""
        ...

    def unlock(self) -> None:
        """Give it back."""
        ...

    def load(self, lines: Sequence[str]) -> None:
        """Load lines into the candidate."""
        ...

    def candidate(self) -> str:
        """Return the candidate's text."""
        ...

    def discard(self) -> None:
        """Make the candidate what runs."""
        ...

    def outlives(self) -> bool:
        """Return whether what is tried may outlive the session, and be kept by whoever has its token."""
        ...

    def try_commit(self, seconds: int, token: str = "") -> None:
        """Commit, so that it is taken back unless `keep` follows in time; where minutes are counted, a part of one is one."""
        ...

    def keep(self, token: str = "") -> bool:
        """Commit for good; also what was only tried before. False: the device does not show that nothing waits with the token."""
        ...

    def take_back(self, token: str) -> bool:
        """Have the device take back, now, what is on trial with a token; False: nothing is."""
        ...


class DeviceAccess(Protocol):
    """Ways to devices; each opens a connection of its own, with the pinned key."""

    def read(self, reach: DeviceReach, kinds: frozenset[TableKind] = frozenset()) -> DeviceReading:
        """Return a device's text, and tables of some kinds, read over a fresh connection, or why it was not read."""
        ...

    def lines(self, reach: DeviceReach) -> AbstractContextManager[LineSession]:
        """Open a command line that writes. ReadingError."""
        ...

    def candidate(self, reach: DeviceReach) -> AbstractContextManager[CandidateSession]:
        """Open a session with a candidate. ReadingError."""
        ...

    def cut(self) -> None:
        """End all connections now, from any thread."""
        ...
