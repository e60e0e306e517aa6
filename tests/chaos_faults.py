"""What can go wrong in the middle of a roll-out, as values, and the boundaries at which it may.

The one idea: a boundary is a moment before or behind something that lasts: bytes that go to the disk or to a device. It has a
stage, what the roll-out was about, and a fault bites at the n-th boundary; so a case can be said in a line, and tried again.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from controller.journal.disk import SystemDisk


class Kind(StrEnum):
    """What goes wrong; closed."""

    KILL = "killed"  # SIGKILL of the process
    FULL = "disk full"  # nothing is taken any more
    FULL_HALF = "disk full within a line"
    IO_WRITE = "I/O error"
    IO_SYNC = "I/O error at the sync"  # what was written is shown all the same
    IO_LOST = "I/O error at the sync, and lost"  # what was written is not there when it is looked at again
    RESET = "connection reset"
    STALL = "stall"  # nothing comes through any more, and neither end is told
    REBOOT = "reboot"
    FORWARD = "clock on"
    BACKWARD = "clock back"
    SECOND_RUN = "second operator"  # with the same journal
    SECOND_JOURNAL = "second operator, another journal"
    FOREIGN = "foreign edit"  # in force
    FOREIGN_CANDIDATE = "foreign candidate"  # left dirty


ON_DISK = frozenset({Kind.FULL, Kind.FULL_HALF, Kind.IO_WRITE, Kind.IO_SYNC, Kind.IO_LOST})
AT_SYNC = frozenset({Kind.IO_SYNC, Kind.IO_LOST})
ON_WIRE = frozenset({Kind.RESET, Kind.STALL})
ON_CANDIDATE = frozenset({Kind.FOREIGN_CANDIDATE})


class Stage(StrEnum):
    """What a roll-out is about at a boundary."""

    JOURNAL = "journal"
    READ = "read"
    LOCK = "lock"
    PUSH = "push"
    ARM = "arm"
    CONFIRM = "confirm"
    SAVE = "save"


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """A moment. `device`: none on the disk; `when`: "before", "behind", or "open" for a connection; `at_sync`: of a sync."""

    stage: Stage
    when: str
    device: str = ""
    platform: str = ""
    at_sync: bool = False

    def admits(self, kind: Kind) -> bool:
        """Tell if a fault can happen here."""
        if kind in ON_DISK:
            return not self.device and self.when == "before" and self.at_sync == (kind in AT_SYNC)
        if kind in ON_WIRE:
            return bool(self.device)
        if kind in ON_CANDIDATE:
            return self.platform == "junos"
        return True


_WORDS: tuple[tuple[bytes, Stage], ...] = (
    (b"<confirmed/>", Stage.ARM),
    (b"<commit-configuration", Stage.CONFIRM),
    (b"<load-configuration", Stage.PUSH),
    (b"lock-configuration", Stage.LOCK),
    (b"configure terminal revert", Stage.ARM),
    (b"configure confirm", Stage.CONFIRM),
    (b"write memory", Stage.SAVE),
    (b"show ", Stage.READ),
    (b"terminal ", Stage.READ),
    (b"<", Stage.READ),
)


def stage_of(data: bytes) -> Stage:
    """Return what bytes to a device are about."""
    start = data[:400]
    return next((stage for words, stage in _WORDS if words in start), Stage.PUSH if data else Stage.READ)


class ChaosDisk(SystemDisk):
    """A disk that does what it is told. `passing` hears of each boundary and returns what goes wrong there.

    Nothing is forced out: whoever dies here is a process, and what it wrote is the system's.
    """

    def __init__(self, passing: Callable[[Boundary], Kind | None]) -> None:
        self._pass = passing
        self.is_full = False
        self._is_filling = False
        self._synced = 0

    def open(self, path: Path, flags: int) -> int:
        number = super().open(path, flags)
        self._synced = os.fstat(number).st_size
        return number

    def write(self, number: int, data: bytes) -> int:
        return self._written(data, lambda some: super(ChaosDisk, self).write(number, some))

    def write_at(self, number: int, data: bytes, offset: int) -> int:
        return self._written(data, lambda some: super(ChaosDisk, self).write_at(number, some, offset))

    def _written(self, data: bytes, write: Callable[[bytes], int]) -> int:
        match self._pass(Boundary(stage=Stage.JOURNAL, when="before")):
            case Kind.FULL:
                self.is_full = True
            case Kind.FULL_HALF:
                self._is_filling = True
            case Kind.IO_WRITE:
                raise OSError(errno.EIO, "Input/output error")
            case _:
                pass
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        if self._is_filling:
            self._is_filling, self.is_full = False, True
            data = data[: len(data) // 2]
        found = write(data)
        self._pass(Boundary(stage=Stage.JOURNAL, when="behind"))
        return found

    def sync(self, number: int) -> None:
        what = self._pass(Boundary(stage=Stage.JOURNAL, when="before", at_sync=True))
        if what is not None:
            if what is Kind.IO_LOST:
                self.cut(number, self._synced)
            raise OSError(errno.EIO, "Input/output error")
        self._synced = os.fstat(number).st_size
        self._pass(Boundary(stage=Stage.JOURNAL, when="behind", at_sync=True))

    def sync_folder(self, folder: Path) -> None:
        """Do nothing."""
