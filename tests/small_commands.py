"""Running truc in tests: in this process (fast) or as a process of its own (streams, locale, permissions)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from controller.cli import app

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "examples" / "small"
ON = "2026-09-01"
START = "import sys; sys.argv[0] = 'truc'; from controller.cli import main; main()"


def truc(*words: str | Path, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Return exit code and all output of a command run in this process."""
    result = CliRunner().invoke(app, [str(word) for word in words], env={"TRUC_LANG": None, **(environment or {})})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def start_truc(
    *words: str | Path, environment: dict[str, str] | None = None, before: tuple[str, ...] = (), folder: Path = ROOT
) -> subprocess.CompletedProcess[bytes]:
    """Return a command run as a process with a nearly empty environment; `before` are words that start another."""
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(environment or {})}
    command = [*before, sys.executable, "-c", START, *(str(word) for word in words)]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, check=False)


def copy_small(folder: Path) -> Path:
    """Return a copy of the small example that may be changed."""
    target = folder / "mạng nhỏ"
    shutil.copytree(SMALL, target, ignore=shutil.ignore_patterns("out", "truc.lock.csv"))
    return target


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
