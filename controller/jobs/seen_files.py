"""Folders -> what can be seen of their files without reading them, and which have changed since.

The one idea: what is seen is a value; files are told apart by it before they are read, so that what changes while it is read is
seen again the next time.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from intents.reader.unread import is_open

CALM = 0.05
"""Seconds for which nothing may change before files are read: an editor writes in several steps."""
_MOST_WAITS = 40

Look = tuple[int, int, int, int, int]
"""Of one file: inode, kind and mode, size, times of the last change of what it says (which programs set) and of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFiles:
    """The files and folders that stand in some folders (not in those below), and what each looks like."""

    looks: Mapping[Path, Look] = field(default_factory=dict)

    def changed(self, before: SeenFiles) -> tuple[Path, ...]:
        """Return the files that are new, gone or look otherwise."""
        both = self.looks.keys() | before.looks.keys()
        return tuple(sorted(path for path in both if self.looks.get(path) != before.looks.get(path)))


def see(folders: Sequence[Path]) -> SeenFiles:
    """Return what stands in folders now; what can't be looked at is not there."""
    looks: dict[Path, Look] = {}
    for folder in folders:
        with suppress(OSError):
            for path in folder.iterdir():
                if not is_open(path.name):
                    with suppress(OSError):
                        looks[path] = _look_at(path)
    return SeenFiles(looks=looks)


def see_calm(folders: Sequence[Path]) -> SeenFiles:
    """Return what stands in folders once nothing changes there any more; after a while, what stands there all the same."""
    seen = see(folders)
    for _ in range(_MOST_WAITS):
        time.sleep(CALM)
        before, seen = seen, see(folders)
        if seen == before:
            break
    return seen


def _look_at(path: Path) -> Look:
    try:
        found = path.stat()  # of what a link leads to: that is what is read
    except FileNotFoundError:
        found = path.lstat()  # a link to nowhere is wrong, so it must be seen
    if stat.S_ISDIR(found.st_mode):  # what is below is not read, but that a folder is there may be wrong
        return found.st_ino, found.st_mode, 0, 0, 0
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns
