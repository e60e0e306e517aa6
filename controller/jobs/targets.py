"""Where a command will write -> nothing, or why it may not: said before any work is done.

The one idea: a place is refused if a file of the workspace or anything that the command reads would be lost, if two outputs
would be one, or if the place is none for a file; whether it can be written is tried, not guessed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from controller.jobs.files import naming, real_path
from intents.finding import Finding, Where, make_finding, raise_errors
from intents.reason import Reason, because

WORKSPACE_FOLDERS = frozenset({"intents", "changes", "running", "out"})
WORKSPACE_ENDINGS = frozenset({".csv", ".yaml", ".yml"})
_STREAMS = ("/dev/std", "/dev/fd/", "/proc/")
"""Where links lead to files that a process has open: a rename would take the file away from it."""
TEXT_ENDINGS = frozenset({".cfg", ".conf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One output: the option that names it, its path, and whether it is a folder that is replaced as a whole."""

    option: str | Reason
    path: Path
    is_folder: bool = False

    @property
    def real(self) -> Path:
        """Return where the path leads."""
        return real_path(self.path)


def check_targets(targets: Sequence[Target], workspace: Path | None, read: Iterable[Path | None] = ()) -> None:
    """FindingsError if an output may not be where it is to be; OSError if it cannot be written there.

    `read`: further files and folders that the command reads.
    """
    sources = [real_path(path) for path in read if path is not None]
    home = None if workspace is None else real_path(workspace)
    findings: list[Finding] = []
    for target in targets:
        findings += _no_place(target)
        findings += _overwriting(target, home, sources)
    findings += _meeting(targets)
    raise_errors(findings)
    for target in targets:
        try_place(target)


def _no_place(target: Target) -> Iterator[Finding]:
    """Yield why a path is no place for a file, or for a folder."""
    reason = _why_no_folder(target) if target.is_folder else _why_no_file(target)
    if reason is not None:
        where = Where(file=str(target.path))
        yield make_finding("TR848", where, option=target.option, path=target.path, reason=reason)


def _why_no_file(target: Target) -> Reason | None:
    path, named = target.real, os.path.abspath(target.path)  # noqa: PTH100 (links are not to be followed)
    if named.startswith(_STREAMS):
        return because("not_a_regular_file")
    if path.is_dir():
        return because("is_a_folder")
    if os.path.lexists(path) and not path.is_file():
        return because("not_a_regular_file")
    return None if path.parent.is_dir() else because("no_such_folder", folder=str(path.parent))


def _why_no_folder(target: Target) -> Reason | None:
    path = target.real
    if not path.name or os.path.ismount(path):
        return because("is_a_mount_point")
    if os.path.lexists(path) and not path.is_dir():
        return because("is_no_folder")
    above = _standing(path)
    return None if above.is_dir() else because("no_such_folder", folder=str(above))


def _standing(path: Path) -> Path:
    """Return the nearest thing above a path that is there."""
    return next(parent for parent in path.parents if os.path.lexists(parent))


def _overwriting(target: Target, home: Path | None, sources: Sequence[Path]) -> Iterator[Finding]:
    """Yield what of the workspace, or of all that is read, would be lost."""
    path = target.real
    lost = next((source for source in sources if _would_lose(target, source)), None)
    if lost is None and home is not None and (_is_above(path, home) or _is_of_workspace(target, home)):
        lost = home
    if lost is not None:
        yield make_finding(
            "TR846", Where(file=str(target.path)), option=target.option, path=target.path, source=str(lost)
        )


def _would_lose(target: Target, source: Path) -> bool:
    path = target.real
    if path == source or _is_above(path, source):
        return True
    inside = source.is_dir() and _is_above(source, path)
    return inside and (path.parent == source or path.exists() or target.is_folder or path.suffix in TEXT_ENDINGS)


def _is_above(path: Path, other: Path) -> bool:
    return path in other.parents or path == other


def _is_of_workspace(target: Target, home: Path) -> bool:
    """Return whether a path is one that a workspace has: its tables, YAML files, folders, and what is hidden."""
    if not _is_above(home, target.real):
        return False
    first, *more = target.real.relative_to(home).parts
    if first.startswith("."):
        return True
    if first.casefold() in WORKSPACE_FOLDERS:
        return bool(more) or not (target.is_folder and first == "out")
    return not more and Path(first).suffix.casefold() in WORKSPACE_ENDINGS


def _meeting(targets: Sequence[Target]) -> Iterator[Finding]:
    """Yield the outputs that would overwrite each other."""
    for one, other in combinations(targets, 2):
        if _is_above(one.real, other.real) or _is_above(other.real, one.real):
            yield make_finding(
                "TR847", Where(file=str(other.path)), option=other.option, other=one.option, path=other.path
            )


def try_place(target: Target) -> None:
    """Make a file beside the place and take it away again (OSError)."""
    path = target.real
    beside = _standing(path) if target.is_folder else path.parent
    with naming(target.path):
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=beside)
        os.close(descriptor)
        Path(name).unlink()
