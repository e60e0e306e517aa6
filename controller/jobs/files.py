"""Texts -> files and folders that are there whole or not at all.

The one idea: everything is written beside its place first, all of it, and only then renamed; so a full disk or a missing right
is met while nothing has changed, and whoever reads, and whatever crashes, finds the old or the new.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from intents.finding import FindingsError, Where, make_finding


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step (OSError)."""
    write_bytes(path, text.encode("utf-8", errors="surrogateescape"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step (OSError)."""
    with Placing() as placing:
        placing.file(path, data)
        placing.put()


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an OSError within name this path: people know it, and not the temporary file beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Staged:
    """One thing that waits beside its place: `shown` is how people name the place, `target` where links lead."""

    shown: Path
    target: Path
    temporary: Path


@dataclass(slots=True)
class Placing:
    """Files and folders that are put in their places together, in the order in which they were given.

    Between two renames power may fail: then the first thing is new and the next old. Any other failure puts everything back.
    """

    _looks: list[Callable[[], None]] = field(default_factory=list)
    _staged: list[_Staged] = field(default_factory=list)
    _done: list[_Staged] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for item in self._staged:
            _remove(item.temporary)

    def file(self, path: Path, data: bytes, mode: int | None = None) -> None:
        """Write a file beside its place; it will have that mode, else the mode of the one that it replaces (OSError)."""
        target = real_path(path)
        with naming(path):
            descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            self._staged.append(_Staged(shown=path, target=target, temporary=Path(name)))
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode or (target.stat().st_mode & 0o777 if target.exists() else 0o644))

    def folder(self, path: Path, texts: Mapping[str, str]) -> None:
        """Write a folder with exactly these files (by relative name) beside its place (OSError)."""
        target = real_path(path)
        with naming(path):
            recover_folder(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            self._staged.append(_Staged(shown=path, target=target, temporary=temporary))
            for name, text in sorted(texts.items()):
                place = temporary / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
            temporary.chmod(0o755)

    def before(self, look: Callable[[], None]) -> None:
        """Have something looked at when all is written and nothing is renamed: what it raises leaves everything as it is."""
        self._looks.append(look)

    def put(self) -> None:
        """Rename everything to its place (OSError, and everything is as it was); FindingsError if that can't be undone."""
        for look in self._looks:
            look()
        try:
            for item in self._staged:
                with naming(item.shown):
                    _swap_in(item, self._done)
        except BaseException:
            self._put_back()
            raise
        for item in self._done:
            _remove(_aside(item.target))
        for folder in sorted({item.target.parent for item in self._staged}):
            _sync(folder)

    def _put_back(self) -> None:
        for item in reversed(self._done):
            aside = _aside(item.target)
            try:
                if item.target.is_dir():
                    item.target.rename(item.temporary)
                elif not aside.exists():
                    item.target.unlink()
                if aside.exists():
                    aside.replace(item.target)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                finding = make_finding("TR849", Where(file=str(item.shown)), reason=reason)
                raise FindingsError([finding]) from error


def _swap_in(item: _Staged, done: list[_Staged]) -> None:
    """Keep what stands in a place aside, and put the new there: a file in one rename, a folder in two."""
    aside = _aside(item.target)
    if item.temporary.is_dir():
        if item.target.exists():
            item.target.rename(aside)
        try:
            item.temporary.rename(item.target)
        except BaseException:
            recover_folder(item.target)
            raise
    else:
        _remove(aside)
        if item.target.exists():
            _keep(item.target, aside)
        item.temporary.replace(item.target)
    done.append(item)


def _keep(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except OSError:  # a file system without hard links
        shutil.copy2(path, aside)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _sync(folder: Path) -> None:
    """Make renames in a folder last over a power cut, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def recover_folder(folder: Path) -> None:
    """Put back the folder that an interrupted run left aside."""
    folder = real_path(folder)
    aside = _aside(folder)
    if aside.is_dir():
        if folder.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(folder)


def real_path(path: Path) -> Path:
    """Return where a path leads, links followed: what is renamed must be the thing, not a link to it."""
    return Path(os.path.realpath(path))


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.before")
