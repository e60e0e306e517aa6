"""What a journal asks of the system: few calls, so that tests can stand in the way and cut the power between any two of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

_DIRECTORY = getattr(os, "O_DIRECTORY", 0)


class Disk(Protocol):
    """Calls that change or force out what is on a disk, and the one that reads it; all raise OSError."""

    def open(self, path: Path, flags: int) -> int:
        """Return the descriptor of a file; one that is made is its owner's alone."""

    def read(self, number: int) -> bytes:
        """Return all that stands in a file."""

    def write(self, number: int, data: bytes) -> int:
        """Write bytes at the end (a file that is opened so), and return how many were taken."""

    def write_at(self, number: int, data: bytes, offset: int) -> int:
        """Write bytes over others, and return how many were taken."""

    def cut(self, number: int, length: int) -> None:
        """Cut a file off."""

    def sync(self, number: int) -> None:
        """Return when all that was written to a file is on the disk."""

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder are on the disk."""

    def close(self, number: int) -> None:
        """Let go of a file."""


class SystemDisk:
    """The system's own calls."""

    def open(self, path: Path, flags: int) -> int:
        """Return the descriptor of a file."""
        return os.open(path, flags | getattr(os, "O_CLOEXEC", 0), 0o600)

    def read(self, number: int) -> bytes:
        """Return all that stands in a file."""
        with open(number, "rb", closefd=False) as file:
            file.seek(0)
            return file.read()

    def write(self, number: int, data: bytes) -> int:
        """Write bytes at the end."""
        return os.write(number, data)

    def write_at(self, number: int, data: bytes, offset: int) -> int:
        """Write bytes over others."""
        os.lseek(number, offset, os.SEEK_SET)
        return os.write(number, data)

    def cut(self, number: int, length: int) -> None:
        """Cut a file off."""
        os.ftruncate(number, length)

    def sync(self, number: int) -> None:
        """Return when all that was written to a file is on the disk."""
        os.fsync(number)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in a folder are on the disk."""
        number = os.open(folder, os.O_RDONLY | _DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)

    def close(self, number: int) -> None:
        """Let go of a file."""
        os.close(number)
