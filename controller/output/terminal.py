"""What a command says -> bytes on a terminal, in a pipe or in a log.

The one idea: the text is the same everywhere; a terminal gets colour and progress on top, never information. Streams are
UTF-8 whatever the locale says, and what can't be encoded is shown by its number instead of ending the program. What could steer
the terminal is shown by its number, too, whoever has said it: only colours of our own go there as they are.
"""

from __future__ import annotations

import io
import os
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TextIO

from controller.output.words import say
from intents.messages import printable, printable_lines
from intents.reason import Telling, describe_reason

_COLOURS = {"good": "32", "bad": "31;1", "unsure": "33", "quiet": "2"}
_PAINTED = re.compile(f"(\x1b\\[(?:{'|'.join(('0', *_COLOURS.values()))})m)")
_SECONDS_BETWEEN = 0.1


class OutputError(OSError):
    """Standard output can't be written, but for a reader who has gone."""


def prepare_streams() -> bool:
    """Make standard output and error UTF-8: under LC_ALL=C Python would refuse Vietnamese letters.

    Return whether there is a standard output. A closed stream gets a place that leads nowhere, so that no file that is opened
    later is taken for it.
    """
    is_open = sys.stdout is not None
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, so this one
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return is_open


def abandon_output() -> None:
    """Forget what can't be written: the reader has gone or the disk is full, and flushing at exit would fail again."""
    _abandon(sys.stdout)


def _abandon(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(io.UnsupportedOperation):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def display_width(text: str) -> int:
    """Return how many columns a terminal gives to a text."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def table_lines(headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int]) -> list[str]:
    """Return a table as lines, columns two blanks apart; those in `numbers` are set to the right."""
    cells = [list(headers), *(list(row) for row in rows)]
    widths = [max(display_width(row[column]) for row in cells) for column in range(len(headers))]
    return [
        "  ".join(
            " " * (width - display_width(cell)) + cell
            if column in numbers
            else cell + " " * (width - display_width(cell))
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


class Output:
    """Where a command writes: results to standard output, progress to standard error if that is a terminal."""

    def __init__(self, language: str, *, json: bool = False) -> None:
        self.language = language
        self.json = json
        self._out: TextIO = sys.stdout
        self._err: TextIO = sys.stderr
        self.is_terminal = self._out.isatty()
        self._colour = self.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._progress = self._err.isatty() and os.environ.get("TERM") != "dumb"
        self._shown_at = 0.0
        self._busy = False
        self.started = False
        """Whether a first JSON message has been written."""
        self.stage = ""
        """What is being done, by the key of its words."""
        self.owed: list[Path] = []
        """Files that were asked for and are not written yet."""
        self.is_verbatim = False
        """Whether the result is a text as it is, to which nothing may be added."""
        self.standing_day: date | None = None
        """The day that a workspace says instead of today, if a command worked on it."""
        self._lost: Callable[[str], None] | None = None
        self._unsent = ""
        """What is not known to have gone out, while work goes on without it."""

    @contextmanager
    def going_on(self, lost: Callable[[str], None]) -> Iterator[None]:
        """Let no standard output that fails end what is done in the block: from then on, results go to standard error, if that
        works. `lost` is called once, with the reason."""
        self._lost = lost
        try:
            self.flush()
            yield
            self.flush()
        finally:
            self._lost = None

    def line(self, text: str = "") -> None:
        """Write one line (or several) of the result."""
        self._write(f"{self._harmless(text)}\n")

    def raw(self, text: str) -> None:
        """Write a text as it is."""
        self.is_verbatim = True
        self._write(text)

    def error(self, text: str) -> None:
        """Write about a failure, beside the result."""
        self.clear()
        with suppress(OSError):  # where the result can't go, what is said about that still can
            self._out.flush()
        self._write_beside(f"{self._harmless(text)}\n")

    def note_day(self, day: date, *, stands_still: bool) -> None:
        """Remember that a workspace stands still in time, so that it is said where people look last."""
        self.standing_day = day if stands_still else None

    def close(self) -> None:
        """Say in a last line that the day is not today; beside the result where that is no text for people."""
        if self.standing_day is not None:
            write = self.error if self.json or self.is_verbatim else self.line
            write(self.words("stands_still", on=self.standing_day))
        self.flush()

    def flush(self) -> None:
        """Hand everything over now, so that a reader who has gone is noticed here."""
        self._write("", flush=True)

    def say(self, key: str, **values: object) -> None:
        """Write a sentence of the command line's own."""
        self.line(self.words(key, **values))

    def words(self, key: str, **values: object) -> str:
        """Return a sentence of the command line's own."""
        return say(self.language, key, **values)

    def in_words(self, telling: Telling) -> str:
        """Return what is told in the language of the output."""
        return describe_reason(telling, self.language)

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> None:
        """Write a table; `numbers` are the columns set to the right."""
        cells = [[printable(cell) for cell in row] for row in rows]
        for text in table_lines(headers, cells, frozenset(numbers)):
            self.line(f"  {text}")

    def paint(self, text: str, kind: str) -> str:
        """Return a text in the colour of its kind, where colours are wanted; the text says all without it."""
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self._colour else text

    def progress(self, stage: str, done: int, total: int) -> None:
        """Remember what is being done; show on a terminal how far a long stage is, at most ten times a second."""
        self.stage = stage
        now = time.monotonic()
        if not self._progress or (now - self._shown_at < _SECONDS_BETWEEN and done):
            return
        self._shown_at = now
        count = f" {done:,}/{total:,}" if total else ""
        self._write_beside(f"\r\x1b[K{self.words('stage_' + stage)}{count} … ")
        self._busy = True

    def clear(self) -> None:
        """Take the progress line away."""
        if self._busy:
            self._busy = False
            self._write_beside("\r\x1b[K")

    def _harmless(self, text: str) -> str:
        """Return lines in which nothing steers a terminal but our own colours, where they are wanted."""
        if not self._colour:
            return printable_lines(text)
        parts = _PAINTED.split(text)
        return "".join(part if number % 2 else printable_lines(part) for number, part in enumerate(parts))

    def _write(self, text: str, *, flush: bool = False) -> None:
        self.clear()
        stream = self._out
        self._unsent += text if self._lost is not None else ""
        try:
            stream.write(text)
            if flush:
                stream.flush()
                self._unsent = ""
        except OSError as error:
            self._lose(stream, error)

    def _write_beside(self, text: str) -> None:
        """Write to standard error; whoever does not read that stops nothing."""
        try:
            self._err.write(text)
            self._err.flush()
        except OSError:
            _abandon(self._err)

    def _lose(self, stream: TextIO, error: OSError) -> None:
        """Take a stream that refuses what is said as an end, named as what it is about; or go on beside it, if that is wanted."""
        if stream is self._err:
            _abandon(stream)
            return
        if self._lost is None:
            if isinstance(error, BrokenPipeError):
                raise error
            raise OutputError(error.errno, error.strerror) from error
        _abandon(stream)
        if self._out is stream:  # of several threads that meet it, one tells
            self._out = self._err
            self._lost(error.strerror or type(error).__name__)
        unsent, self._unsent = self._unsent, ""
        self._write_beside(unsent)
