"""Texts -> files and folders that are there whole or not at all.

The one idea: everything is written beside its place first and then renamed, so that whoever reads, and whatever crashes,
finds the old or the new.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step (OSError)."""
    write_bytes(path, text.encode("utf-8", errors="surrogateescape"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step (OSError)."""
    with naming(path):
        _write(path, data)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an OSError within name this path: people know it, and not the temporary file beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(path: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def replace_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder hold exactly these files (by relative name) in one step; what was there before is removed (OSError).

    Two renames swap the folders; if power fails between them, the next run finds the old one beside and puts it back.
    """
    with naming(folder):
        _replace_folder(folder, texts)


def _replace_folder(folder: Path, texts: Mapping[str, str]) -> None:
    recover_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, text in sorted(texts.items()):
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
        temporary.chmod(0o755)
        if folder.exists():
            folder.rename(_aside(folder))
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        recover_folder(folder)
        raise
    shutil.rmtree(_aside(folder), ignore_errors=True)


def recover_folder(folder: Path) -> None:
    """Put back the folder that an interrupted run left aside."""
    aside = _aside(folder)
    if aside.exists():
        if folder.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.before")
