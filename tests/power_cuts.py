"""A disk that remembers what was forced out, and the files that a power cut may leave of it.

As ext4 has it (data=ordered, no disk that lies about barriers): what was written since a file was last synced may be there or
not, block by block; a file may have any length that it had since then, or one between; a block that was never written reads as
zeros; a name that is not synced with its folder may be missing, whatever was synced of the file. And as Linux has it: pages of a
sync that failed count as clean, are shown for as long as the system runs, and are never written.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from controller.journal.disk import SystemDisk

BLOCKS = (1, 16, 64, 512, 4096)


@dataclass
class Contents:
    """What the disk surely has of a file and whether its name is surely there; what the system shows (`cached`); what the disk
    would have after each call since (`since`), and from where on that differs."""

    durable: bytes = b""
    is_named: bool = False
    cached: bytes = b""
    since: list[bytes] = field(default_factory=list)
    alike: int = 1 << 62

    def change(self, cached: bytes, start: int, end: int) -> None:
        before = self.since[-1] if self.since else self.durable
        after = bytearray(before[: len(cached)].ljust(len(cached), b"\0"))
        after[start:end] = cached[start:end]
        self.cached, self.alike = cached, min(self.alike, start)
        self.since.append(bytes(after))

    def sync(self) -> None:
        self.durable = self.since[-1] if self.since else self.durable
        self.forget()

    def forget(self) -> None:
        self.since, self.alike = [], 1 << 62

    def image(self, chance: Random) -> bytes | None:
        """Return what a power cut may leave; None if the file is gone."""
        if not self.is_named and chance.random() < 0.5:
            return None
        states = [self.durable, *self.since]
        last = chance.randrange(len(states))
        length = len(states[last])
        if last and chance.random() < 0.3:
            length = chance.randint(*sorted((len(states[last - 1]), length)))
        size = chance.choice(BLOCKS)
        alike = min(self.alike, len(self.durable), length) // size * size
        blocks = [
            chance.choice(states)[start : start + size].ljust(size, b"\0") for start in range(alike, length, size)
        ]
        return (self.durable[:alike] + b"".join(blocks))[:length]


@dataclass
class RememberingDisk(SystemDisk):
    """The system's calls on a real file, without its syncs, and what a power cut would leave. `cut_after`: how many calls until
    the power is off."""

    chance: Random
    cut_after: int = 1 << 30
    short: bool = True
    failing_syncs: frozenset[int] = frozenset()
    calls: int = 0
    syncs: int = 0
    files: dict[Path, Contents] = field(default_factory=dict)
    opened: dict[int, Path] = field(default_factory=dict)

    def begin(self, path: Path, image: bytes | None) -> None:
        """Put what an earlier power cut has left in its place."""
        path.unlink(missing_ok=True)
        if image is not None:
            path.write_bytes(image)
            self.files[path] = Contents(durable=image, cached=image, is_named=True)

    def _call(self) -> None:
        self.calls += 1
        if self.calls > self.cut_after:
            raise PowerCut

    def open(self, path: Path, flags: int) -> int:
        self._call()
        number = super().open(path, flags)
        self.files.setdefault(path, Contents())
        self.opened[number] = path
        return number

    def _of(self, number: int) -> Contents:
        return self.files[self.opened[number]]

    def write(self, number: int, data: bytes) -> int:
        self._call()
        return self._written(number, data, len(self._of(number).cached), at_end=True)

    def write_at(self, number: int, data: bytes, offset: int) -> int:
        self._call()
        return self._written(number, data, offset, at_end=False)

    def _written(self, number: int, data: bytes, offset: int, *, at_end: bool) -> int:
        if self.short and len(data) > 1 and self.chance.random() < 0.3:
            data = data[: self.chance.randint(1, len(data) - 1)]
        contents, end = self._of(number), offset + len(data)
        contents.change(contents.cached[:offset] + data + contents.cached[end:], offset, end)
        return super().write(number, data) if at_end else super().write_at(number, data, offset)

    def cut(self, number: int, length: int) -> None:
        self._call()
        contents = self._of(number)
        contents.change(contents.cached[:length], length, length)
        super().cut(number, length)

    def sync(self, number: int) -> None:
        self._call()
        self.syncs += 1
        if self.syncs in self.failing_syncs:
            self._of(number).forget()
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._of(number).sync()

    def sync_folder(self, folder: Path) -> None:
        self._call()
        for path, contents in self.files.items():
            contents.is_named |= path.parent == folder

    def close(self, number: int) -> None:
        self.opened.pop(number, None)
        super().close(number)


class PowerCut(BaseException):
    """The power is off: whoever called sees nothing of it."""


class NeverSyncing(RememberingDisk):
    """Wrong: believes that what was written is on the disk."""

    def sync(self, number: int) -> None:
        assert number in self.opened
        self._call()


class SyncingBefore(RememberingDisk):
    """Wrong: syncs before it writes, not after."""

    def write(self, number: int, data: bytes) -> int:
        super().sync(number)
        return super().write(number, data)

    def sync(self, number: int) -> None:
        assert number in self.opened
        self._call()


class LeavingNames(RememberingDisk):
    """Wrong: syncs what is in the file and not its name (as a rename does whose folder is never synced)."""

    def sync_folder(self, folder: Path) -> None:
        assert folder.is_dir()
        self._call()


class WritingAnew(RememberingDisk):
    """Wrong: writes the whole file anew for each line."""

    def write(self, number: int, data: bytes) -> int:
        whole = self._of(number).cached + data
        self.cut(number, 0)
        self.short = False
        super().write(number, whole)
        return len(data)


class BelievingItsCache(RememberingDisk):
    """Wrong: after a sync that failed, it takes what the system shows for what is on the disk."""

    def write_at(self, number: int, data: bytes, offset: int) -> int:
        assert offset <= len(self._of(number).cached)
        self._call()
        return len(data)


@dataclass
class FullDisk(RememberingDisk):
    """A disk that is full after so many bytes."""

    room: int = 0

    @classmethod
    def with_room(cls, room: int) -> FullDisk:
        return cls(chance=Random(1), short=False, room=room)  # noqa: S311 - nothing is drawn

    def write(self, number: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = data[: self.room]
        self.room -= len(taken)
        return super().write(number, taken)
