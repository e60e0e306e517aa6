"""Names in a workspace -> what is not read, and what was probably meant by each.

The one idea: whoever puts a file into a workspace means something by it; what is read is a closed list of names, what may lie
there unread is another one, and whatever is in neither is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from intents.finding import Finding, Severity, Where, make_finding

_MOST_NAMES = 12
_MOST_BYTES = 1 << 20
_BESIDE = re.compile(
    r"(?i:readme|licen[cs]e|changelog|contributing|codeowners|makefile|thumbs\.db|desktop\.ini)(?:\.[a-z]+)*|.*\.md"
    r"|\.git(?:ignore|attributes|keep|modules)?|\.DS_Store|\.editorconfig|\.keep",
    re.IGNORECASE,
)
"""What explains a folder, what version control and file managers keep in it."""
_OPEN = re.compile(r"\..*\.sw[a-z]|\.#.*|~\$.*|\.~lock\..*#|\..*\.tmp|\.nfs[0-9a-f]+")
"""What editors and office programs keep beside a file only while it is open."""
_REPORTS = re.compile(r".*\.(?:html|xml|jsonl|jsonl\.gz|log)|\..*\.jsonl\.lock")
"""What truc itself writes where it is told to."""
_COPY = re.compile(r"^(?:copy of |bản sao của )|[ _-]*(?:\(\d+\)|- copy|copy|old|bak|backup|cũ|new)$")
_INTENTS = re.compile(rb"^intents[ \t]*:", re.MULTILINE)


def is_open(name: str) -> bool:
    """Return whether a program keeps a file of this name beside one that is open in it."""
    return _OPEN.fullmatch(name) is not None


def is_beside(name: str) -> bool:
    """Return whether a file or folder of this name may lie in a workspace without being read."""
    return _BESIDE.fullmatch(name) is not None or is_open(name)


def unread_in_intents(folder: Path, shown: str, names: Collection[str]) -> Iterator[Finding]:
    """Yield what stands in the folder of intents and is none of the files that are read (`names`).

    An error, because a forbid could stand in it; a warning if it is a copy of a file that is read.
    """
    for path in sorted(folder.iterdir()):
        if path.name in names or is_beside(path.name):
            continue
        copied = any(path.name.strip("#.~ ").startswith(name) for name in names)
        severity = Severity.WARNING if copied else Severity.ERROR
        yield make_finding("TR137", Where(file=f"{shown}/{path.name}"), severity=severity, file=f"{shown}/{path.name}")


def unread_in_workspace(folder: Path, known: Collection[str], made: Collection[str]) -> Iterator[Finding]:
    """Yield what stands in a workspace's own folder and is none of the `known` files and folders, nor `made` by truc.

    What looks like one of them is an error if that one is missing, else a warning; intents outside their folder are an error; all
    else is one note.
    """
    others: list[str] = []
    for path in sorted(folder.iterdir()):
        name = path.name
        if name in known or name in made or is_beside(name):
            continue
        hidden = name.startswith(".") and name[1:] not in known
        meant = "" if hidden else meant_by(name, known)
        if _holds_intents(path):
            yield make_finding("TR137", Where(file=name), file=name)
        elif meant:
            severity = Severity.WARNING if (folder / meant).exists() else Severity.ERROR
            yield make_finding("TR140", Where(file=name), severity=severity, file=name, meant=meant)
        elif not hidden and not _REPORTS.fullmatch(name) and not (path / "provenance.json").exists():
            others.append(name)
    if others:
        shown = ", ".join(others[:_MOST_NAMES]) + (" …" if len(others) > _MOST_NAMES else "")
        yield make_finding("TR141", Where(), severity=Severity.INFO, count=len(others), names=shown)


def meant_by(name: str, known: Collection[str]) -> str:
    """Return the known name that this one was probably meant for: another suffix, a copy, a slip; "" if none."""
    plain = name.strip("#.~ ").casefold()
    stem, _, _ = plain.partition(".")
    stem = _COPY.sub("", stem).strip()
    for item in sorted(known):
        if plain.startswith(f"{item.casefold()}.") or plain == item.casefold():
            return item
    for item in sorted(known):
        if stem == item.partition(".")[0].casefold():
            return item
    return next(iter(get_close_matches(plain, sorted(known), n=1, cutoff=0.85)), "")


def _holds_intents(path: Path) -> bool:
    """Return whether a file says `intents:`, as files of intents do."""
    if not any(ending in path.name.lower() for ending in (".yaml", ".yml", ".json", ".txt", ".bak")):
        return False
    if not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return False
    return _INTENTS.search(path.read_bytes()) is not None
