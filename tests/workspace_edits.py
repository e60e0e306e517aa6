"""Small edits of a workspace's files, by what people see in them: a row, an item of a list, an entry of a mapping.

Each edit must find what it is to change, so that a test which removes something can't pass by removing nothing.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path


def copy_workspace(source: Path, target: Path) -> Path:
    """Return a copy of an example, without what `truc compile` writes, that may be changed."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("out", "truc.lock.csv"))
    return target


def drop_row(folder: Path, table: str, name: str) -> None:
    """Remove the row of a CSV table whose first cell is a name."""
    path = folder / f"{table}.csv"
    _write_without(path, _lines(path), lambda line: line.startswith(f"{name},"))


def drop_intents(folder: Path, *identifiers: str) -> None:
    """Remove intents from whatever files hold them."""
    for identifier in identifiers:
        _drop_intent(folder, f" id: {identifier}\n")


def _drop_intent(folder: Path, words: str) -> None:
    (path,) = (path for path in (folder / "intents").iterdir() if words in _text(path))
    _write_without(path, _chunks(path, r"^  - "), lambda chunk: words in chunk)
    if not re.search(r"^  - ", _text(path), flags=re.MULTILINE):
        path.write_text("intents: []\n", encoding="utf-8")


def drop_entry(folder: Path, file: str, name: str) -> None:
    """Remove an entry of a file's only mapping (a system, an outside network)."""
    path = folder / file
    _write_without(path, _chunks(path, r"^  \S+:"), lambda chunk: chunk.startswith(f"  {name}:"))


def drop_pool(folder: Path, name: str) -> None:
    """Remove a pool from the settings."""
    path = folder / "settings.yaml"
    _write_without(path, _chunks(path, r"^(?:  - |\S)"), lambda chunk: chunk.startswith(f"  - {{name: {name},"))


def substitute(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a text wherever it stands in a file."""
    path = folder / file
    assert old in _text(path), (file, old)
    path.write_text(_text(path).replace(old, new), encoding="utf-8")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _lines(path: Path) -> list[str]:
    return _text(path).splitlines(keepends=True)


def _chunks(path: Path, start: str) -> list[str]:
    """Return a text cut before every line that begins with a pattern."""
    return re.split(f"(?={start})", _text(path), flags=re.MULTILINE)


def _write_without(path: Path, pieces: list[str], unwanted: Callable[[str], bool]) -> None:
    kept = [piece for piece in pieces if not unwanted(piece)]
    assert len(kept) == len(pieces) - 1, path
    path.write_text("".join(kept), encoding="utf-8")
