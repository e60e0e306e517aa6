"""Where devices are -> connections to them, each opened, watched and ended here.

The one idea: whoever changes a device reads it back over another connection, so there is no session that is handed around; every
connection is cut when its time is over, whatever a library waits for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from controller.fleet.asking import ask_text
from controller.fleet.candidate_sessions import NetconfCandidate
from controller.fleet.credentials import CredentialReference, Credentials
from controller.fleet.line_sessions import TerminalLines
from controller.fleet.lines import Line
from controller.fleet.quiet import silent, tidy
from controller.fleet.readings import (
    PLAIN,
    DeviceReach,
    DeviceReading,
    DeviceText,
    DeviceTransport,
    NotRead,
    ReadingError,
    ReadingTrouble,
)
from controller.fleet.sessions import PinnedSessions
from controller.fleet.tables import tables_beside
from controller.fleet.terminals import PinnedTerminals
from controller.fleet.words import DeviceWords
from controller.fleet.writing import CandidateSession, LineSession
from routing.vendors import VENDORS
from routing.vendors.device_tables import TableKind

_LOOK = 0.1
"""Seconds between two looks for connections whose time is over."""


class FleetAccess:
    """Ways to devices as long as the block lasts. `seconds`: what one reading, or one step of writing, may take. `words`: those
    of each platform."""

    def __init__(
        self,
        credentials: Mapping[CredentialReference, Credentials],
        seconds: float,
        words: Mapping[str, DeviceWords] = VENDORS,
    ) -> None:
        self._credentials = credentials
        self._seconds = seconds
        self._words = words
        self._open: set[Line] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._cut_overdue, name="overdue", daemon=True)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(silent())
        self._stack.enter_context(tidy())
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._over.set()
        self._watch.join()
        self._stack.close()

    def read(self, reach: DeviceReach, kinds: frozenset[TableKind] = frozenset()) -> DeviceReading:
        """Return a device's text, and tables of some kinds, read over a fresh connection, or why it was not read."""
        if reach.host_key is None:
            return NotRead(reach=reach, trouble=ReadingTrouble.KEY_UNKNOWN, detail=PLAIN[ReadingTrouble.KEY_UNKNOWN])
        line = Line(reach, self._seconds)
        try:
            with self._connection(line) as way:
                text = ask_text(way.connection, line, self._words[reach.platform])
                read = DeviceText(reach=reach, text=text, seconds=line.seconds)
                if kinds:
                    read = replace(read, tables=tables_beside(read, way.connection, kinds), seconds=line.seconds)
        except ReadingError as error:
            return NotRead(reach=reach, trouble=error.trouble, detail=error.detail, seconds=line.seconds)
        return read

    @contextmanager
    def lines(self, reach: DeviceReach) -> Iterator[LineSession]:
        """Open a command line that writes. ReadingError."""
        line = Line(reach, self._seconds)
        with self._connection(line) as way:
            assert isinstance(way, PinnedTerminals)
            yield TerminalLines(way.connection, line, self._words[reach.platform], self._seconds)

    @contextmanager
    def candidate(self, reach: DeviceReach) -> Iterator[CandidateSession]:
        """Open a session with a candidate. ReadingError."""
        line = Line(reach, self._seconds)
        with self._connection(line) as way:
            assert isinstance(way, PinnedSessions)
            yield NetconfCandidate(way.connection, line, self._words[reach.platform], self._seconds)

    def cut(self) -> None:
        """End all connections now."""
        with self._lock:
            lines = tuple(self._open)
        for line in lines:
            line.cut()

    @contextmanager
    def _connection(self, line: Line) -> Iterator[PinnedTerminals | PinnedSessions]:
        way = PinnedTerminals() if line.reach.transport is DeviceTransport.CLI else PinnedSessions()
        with self._lock:
            self._open.add(line)
        try:
            way.open(extras={"line": line, "credentials": self._credentials[line.reach.credentials]})
            yield way
        finally:
            line.hang_up()
            way.close()
            with self._lock:
                self._open.discard(line)

    def _cut_overdue(self) -> None:
        while not self._over.wait(_LOOK):
            with self._lock:
                lines = tuple(self._open)
            for line in lines:
                if line.is_overdue:
                    line.cut()
