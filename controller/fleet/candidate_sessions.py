"""A NETCONF session that writes: a candidate that is locked, loaded, compared, committed on trial and kept.

The one idea: operations are the platform's words; here is only that a refusal tells who is in the way from what is wrong, and
that an answer which holds an error is one, whatever is around it. What outlives its session has the words of RFC 6241 (section
8.4), whatever the platform; there, and only there, a device can be asked whether something still waits to be confirmed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from controller.fleet.asking import ask_again, ask_text
from controller.fleet.lines import Line
from controller.fleet.sessions import NetconfSession, RefusedOperationError, names_in, text_in
from controller.fleet.words import DeviceWords
from controller.fleet.writing import WritingError, WritingTrouble
from intents.reason import because
from routing.vendors.entering import CandidateEntry

_MINUTE = 60
_BASE = 'xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"'
_PERSISTS = "urn:ietf:params:netconf:capability:confirmed-commit:1.1"
"""Asked for by its whole name: 1.0 knows no token, and whoever takes one for the other has a trial that ends with its session."""
_TRY = (
    f"<commit {_BASE}><confirmed/><confirm-timeout>{{seconds}}</confirm-timeout><persist>{{token}}</persist></commit>"
)
_KEEP = f"<commit {_BASE}><persist-id>{{token}}</persist-id></commit>"
_TAKE_BACK = f"<cancel-commit {_BASE}><persist-id>{{token}}</persist-id></cancel-commit>"
_TAKEN = frozenset({"lock-denied", "in-use"})
_DIRTY = frozenset({"resource-denied"})
"""What netconfd answers in place of `lock-denied` where the candidate has been changed."""
_NOTHING_WAITS = frozenset({"invalid-value", "operation-failed"})
"""What is said of a token with which nothing waits: the former by RFC 6241, the latter by netconfd if nothing waits at all."""
_MORE_ASKING = 2
"""How often it is asked after what was said to be kept: a device that did nothing the first time may do it the second."""


class NetconfCandidate:
    """A session that has said hello. `seconds`: what each step may take."""

    def __init__(self, session: NetconfSession, line: Line, words: DeviceWords, seconds: float) -> None:
        assert isinstance(words.entry, CandidateEntry)
        self._entry: CandidateEntry = words.entry
        self._words = words
        self._session = session
        self._line = line
        self._seconds = seconds
        self._is_ready = False

    def text(self) -> str:
        """Return the text that acts. ReadingError."""
        with self._line.step(self._seconds):
            if self._is_ready:
                return ask_again(self._session, self._words.showing)
            self._is_ready = True
            return ask_text(self._session, self._line, self._words)

    def lock(self) -> None:
        """Take the candidate for this session alone, clean. ReadingError, WritingError."""
        self._do("lock", self._entry.lock, _TAKEN | _DIRTY)

    def unlock(self) -> None:
        """Give it back. ReadingError, WritingError."""
        self._do("unlock", self._entry.unlock)

    def load(self, lines: Sequence[str]) -> None:
        """Load lines into the candidate. ReadingError, WritingError."""
        self._do("load", self._entry.loading(lines))

    def candidate(self) -> str:
        """Return the candidate's text. ReadingError, WritingError."""
        operation, holder = self._entry.show
        return self._words.showing.settled(text_in(self._do("show", operation), holder))

    def discard(self) -> None:
        """Make the candidate what runs. ReadingError, WritingError."""
        self._do("discard", self._entry.discard)

    def outlives(self) -> bool:
        """Return whether what is tried may outlive the session."""
        return self._session.offers(_PERSISTS)

    def try_commit(self, seconds: int, token: str = "") -> None:
        """Commit on trial; where minutes are counted, a part of one is one. ReadingError, WritingError."""
        words = _TRY if token else self._entry.try_commit
        self._do("commit", words.format(seconds=seconds, minutes=math.ceil(seconds / _MINUTE), token=token))

    def keep(self, token: str = "") -> bool:
        """Commit for good. With a token, a device that says that it did is asked again until it says that nothing waits any more;
        without one there is nothing to ask, and it is believed. ReadingError, WritingError."""
        if not token:
            self._do("confirm", self._entry.keep)
            return True
        return self._waited("confirm", _KEEP, token) and not all(
            self._waited("confirm", _KEEP, token) for _ in range(_MORE_ASKING)
        )

    def take_back(self, token: str) -> bool:
        """Take back what is on trial; False: nothing is. ReadingError, WritingError."""
        return self._waited("cancel", _TAKE_BACK, token)

    def _waited(self, step: str, words: str, token: str) -> bool:
        """Do something with what waits with a token; False: the device says that nothing does. ReadingError, WritingError."""
        try:
            self._ask(words.format(token=token))
        except RefusedOperationError as error:
            if error.tag in _NOTHING_WAITS:
                return False
            raise _refused(step, error.tag, _TAKEN) from error
        return True

    def _do(self, step: str, operation: str, taken: frozenset[str] = _TAKEN) -> str:
        try:
            return self._ask(operation)
        except RefusedOperationError as error:
            raise _refused(step, error.tag, taken) from error

    def _ask(self, operation: str) -> str:
        with self._line.step(self._seconds):
            reply = self._session.do(operation)
        if names_in(reply) & self._entry.failed:
            raise RefusedOperationError("operation-failed")
        return reply


def _refused(step: str, tag: str, taken: frozenset[str]) -> WritingError:
    if tag in taken:
        return WritingError(WritingTrouble.BUSY, because("writing_busy"))
    return WritingError(WritingTrouble.REFUSED, because("writing_refused", step=step, tag=tag))
