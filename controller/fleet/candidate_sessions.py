"""A NETCONF session that writes: a candidate that is locked, loaded, compared, committed on trial and kept.

The one idea: operations are the platform's words; here is only that a refusal tells who is in the way from what is wrong, and
that an answer which holds an error is one, whatever is around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from controller.fleet.asking import ask_again, ask_text
from controller.fleet.lines import Line
from controller.fleet.sessions import NetconfSession, RefusedOperationError, names_in, text_in
from controller.fleet.writing import WritingError, WritingTrouble
from intents.reason import because
from routing.vendors import VENDORS
from routing.vendors.entering import CandidateEntry

_TAKEN = frozenset({"lock-denied", "in-use"})


class NetconfCandidate:
    """A session that has said hello. `seconds`: what each step may take."""

    def __init__(self, session: NetconfSession, line: Line, seconds: float) -> None:
        vendor = VENDORS[line.reach.platform]
        assert isinstance(vendor.entry, CandidateEntry)
        self._entry: CandidateEntry = vendor.entry
        self._showing = vendor.showing
        self._session = session
        self._line = line
        self._seconds = seconds
        self._is_ready = False

    def text(self) -> str:
        """Return the text that acts. ReadingError."""
        with self._line.step(self._seconds):
            if self._is_ready:
                return ask_again(self._session, self._showing)
            self._is_ready = True
            return ask_text(self._session, self._line, self._showing)

    def lock(self) -> None:
        """Take the candidate for this session alone, clean. ReadingError, WritingError."""
        self._do("lock", self._entry.lock)

    def unlock(self) -> None:
        """Give it back. ReadingError, WritingError."""
        self._do("unlock", self._entry.unlock)

    def load(self, lines: Sequence[str]) -> None:
        """Load lines into the candidate. ReadingError, WritingError."""
        self._do("load", self._entry.loading(lines))

    def candidate(self) -> str:
        """Return the candidate's text. ReadingError, WritingError."""
        operation, holder = self._entry.show
        return self._showing.settled(text_in(self._do("show", operation), holder))

    def discard(self) -> None:
        """Make the candidate what runs. ReadingError, WritingError."""
        self._do("discard", self._entry.discard)

    def restore(self) -> None:
        """Make the candidate what ran before the last commit. ReadingError, WritingError."""
        self._do("restore", self._entry.restore)

    def outlives(self) -> bool:
        """Return whether what is tried may outlive the session."""
        wanted = self._entry.persist_capability
        return bool(wanted) and self._session.offers(wanted)

    def try_commit(self, minutes: int, token: str = "") -> None:
        """Commit on trial. ReadingError, WritingError."""
        words = self._entry.try_commit_token if token else self._entry.try_commit
        self._do("commit", words.format(minutes=minutes, token=token))

    def keep(self, token: str = "") -> None:
        """Commit for good. ReadingError, WritingError."""
        self._do("confirm", self._entry.keep_token.format(token=token) if token else self._entry.keep)

    def _do(self, step: str, operation: str) -> str:
        try:
            with self._line.step(self._seconds):
                reply = self._session.do(operation)
        except RefusedOperationError as error:
            if error.tag in _TAKEN:
                raise WritingError(WritingTrouble.BUSY, because("writing_busy")) from error
            raise _refused(step, error.tag) from error
        if names_in(reply) & self._entry.failed:
            raise _refused(step, "operation-failed")
        return reply


def _refused(step: str, tag: str) -> WritingError:
    return WritingError(WritingTrouble.REFUSED, because("writing_refused", step=step, tag=tag))
