"""The texts that a roll-out found on its devices, kept beside the journal until somebody throws them away.

The one idea: a device that stands half-way no longer shows the text that its plan was made from, and foreign lines on it stand in
no workspace; so that text is on the disk before the first line is typed. It holds secrets: only its owner can read it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from controller.jobs.files import Placing

PRIVATE = 0o600


def texts_folder(journal: Path) -> Path:
    """Return the folder with the texts of a journal."""
    return journal.with_name(f"{journal.name}.texts")


def kept_folder(journal: Path, plan: str) -> Path:
    """Return the folder with the texts of one plan (its digest)."""
    return texts_folder(journal) / plan.removeprefix("sha256:")


def keep_texts(journal: Path, plan: str, texts: Mapping[str, str]) -> None:
    """Keep texts as they were read before a plan (its digest) was carried out; OSError. They are on the disk on return."""
    folder = kept_folder(journal, plan)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    with Placing() as placing:
        for name, text in sorted(texts.items()):
            placing.file(folder / name, text.encode("utf-8", errors="surrogateescape"), PRIVATE)
        placing.put()
    for path in (*folder.iterdir(), folder, folder.parent, journal.parent):
        _sync(path)


def kept_texts(journal: Path, plan: str) -> dict[str, str]:
    """Return the texts that were kept of a plan, none if there are none; OSError."""
    folder = kept_folder(journal, plan)
    if not folder.is_dir():
        return {}
    # A name that begins with a dot is what a crash left of a text that was being written.
    found = (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
    return {path.name: path.read_bytes().decode("utf-8", errors="surrogateescape") for path in found}


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
