"""The edge: a journal's file, into which records go one line at a time, each on the disk before anybody goes on.

The one idea: `append` returns only when its line is whole on the disk; if it raises, nothing is written any more through this
journal, and what stands at the end is looked at when it is opened again. One process at a time has it open (flock, which ends
with the process).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from controller.journal.chain import Link, first_line, next_line, repair_of
from controller.journal.disk import Disk, SystemDisk
from controller.journal.holder import HELD_BYTES, Holder, NotWrittenError, held_bytes, locked_error
from controller.journal.place import check_place
from controller.journal.reading import JournalText, read_bytes
from controller.journal.records import Record, Repaired
from controller.journal.state import JournalState, follow
from intents.finding import Where, make_finding

JOURNAL_NAME = "journal.jsonl"
_NEW = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)


@dataclass(slots=True, kw_only=True)
class Journal:
    """A journal that is open and locked. `state`: what is known after all that was appended; `identity`: its name for ever."""

    path: Path
    identity: str
    state: JournalState
    _last: Link
    _number: int
    _beside: int
    _disk: Disk
    _turn: Lock = field(default_factory=Lock)
    _broken: bool = False

    @property
    def head(self) -> str:
        """The hash of the last line: what is printed at the end of a run, and kept elsewhere."""
        return self._last.digest

    def append(self, record: Record) -> str:
        """Write a record down and return the journal's new head; may be called from several threads.

        CannotFollowError (a fault of ours: nothing is written) for a record that can't follow; NotWrittenError if it is not known
        to be on the disk: then the journal takes nothing more until it is opened again.
        """
        with self._turn:
            if self._broken:
                raise self._not_written("-")
            state = follow(self.state, record)
            link, line = next_line(self._last, record)
            try:
                _write_whole(self._disk, self._number, line)
            except OSError as error:
                self._broken = True
                raise self._not_written(error.strerror or type(error).__name__) from error
            except BaseException:
                self._broken = True
                raise
            self.state, self._last = state, link
            return link.digest

    def close(self) -> None:
        """Let go of the file and the lock; a second time does nothing."""
        with self._turn:
            self._broken = True
            for number in (self._number, self._beside):
                if number >= 0:
                    self._disk.close(number)
            self._number = self._beside = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, way: TracebackType | None
    ) -> None:
        self.close()

    def _not_written(self, reason: str) -> NotWrittenError:
        return NotWrittenError([make_finding("TR947", Where(file=str(self.path)), file=self.path, reason=reason)])


def open_journal(path: Path, holder: Holder, *, identity: str | None = None, disk: Disk | None = None) -> Journal:
    """Open a journal to write, for one holder alone; made if it is not there, with a name drawn at random unless one is given.

    What a crash left half-written at the end is cut off, and said so in a record. OSError, which names a file; LockedError (exit
    code 6) if somebody else has it; FindingsError for a broken one, which is not touched, and for what is no file.
    """
    check_place(path, writing=True)
    try:
        return _open(path, holder, identity, disk or SystemDisk())
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _open(path: Path, holder: Holder, identity: str | None, disk: Disk) -> Journal:
    number = disk.open(path, _NEW)
    beside = -1
    try:
        beside = _lock(path, holder, number, disk)
        text = read_bytes(disk.read(number), path)
        if text is None:
            last = _begin(path, identity or secrets.token_hex(16), number, disk)
            name, state = last[0], JournalState()
            link = last[1]
        else:
            link, state, name = _settle(path, text, holder, number, disk), text.state, text.chain.identity
    except BaseException:
        for opened in (number, beside):
            if opened >= 0:
                disk.close(opened)
        raise
    return Journal(path=path, identity=name, state=state, _last=link, _number=number, _beside=beside, _disk=disk)


def _lock(path: Path, holder: Holder, number: int, disk: Disk) -> int:
    """Lock a journal and say beside it who did; return the descriptor of what is said. LockedError."""
    beside = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        said = os.pread(beside, HELD_BYTES, 0)
        os.close(beside)
        raise locked_error(path, said) from error
    os.pwrite(beside, held_bytes(holder), 0)
    return beside


def _begin(path: Path, identity: str, number: int, disk: Disk) -> tuple[str, Link]:
    """Write the first line, over what a crash left of one, and see that the file's name is on the disk, too."""
    link, line = first_line(identity)
    disk.cut(number, 0)
    _write_whole(disk, number, line)
    disk.sync_folder(path.parent)
    return identity, link


def _settle(path: Path, text: JournalText, holder: Holder, number: int, disk: Disk) -> Link:
    """Make sure of the end of a journal: what is not whole is cut off, the last line is written once more.

    For a disk may have failed to keep a line that the system still shows: after a failed fsync pages count as clean (Linux).
    """
    chain = text.chain
    if chain.torn:
        disk.cut(number, chain.whole)  # forced out with the line that is written once more
    _rewrite_last(path, text, disk)
    if not chain.torn:
        return chain.links[-1]
    length, digest = repair_of(chain.torn)
    link, line = next_line(chain.links[-1], Repaired(at=holder.since, length=length, digest=digest))
    _write_whole(disk, number, line)
    return link


def _rewrite_last(path: Path, text: JournalText, disk: Disk) -> None:
    line = text.chain.last
    number = disk.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        offset = text.chain.whole - len(line)
        while line:
            written = disk.write_at(number, line, offset)
            line, offset = line[written:], offset + written
        disk.sync(number)
    finally:
        disk.close(number)
    disk.sync_folder(path.parent)


def _write_whole(disk: Disk, number: int, line: bytes) -> None:
    """Write a line and wait until it is on the disk (OSError)."""
    while line:
        line = line[disk.write(number, line) :]
    disk.sync(number)
