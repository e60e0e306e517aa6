"""Running truc in tests: in this process (fast) or as a process of its own (streams, locale, permissions)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from typer.testing import CliRunner

from controller.cli import app
from controller.jobs.files import Placing
from controller.output.message_schemas import message_schemas

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "examples" / "small"
ON = "2026-09-01"
START = "import sys; sys.argv[0] = 'truc'; from controller.cli import main; main()"


def put_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Let a folder hold exactly these files (by relative name), as `compile` does."""
    with Placing() as placing:
        placing.folder(folder, texts)
        placing.put()


def truc(*words: str | Path, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Return exit code and all output of a command run in this process."""
    result = CliRunner().invoke(app, [str(word) for word in words], env={"TRUC_LANG": None, **(environment or {})})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if "--json" in words and result.stdout:
        check_messages(result.stdout)
    return result.exit_code, result.output


def check_messages(text: str) -> set[str]:
    """Hold every message against the schema of its format; return the types that there are."""
    first, *others = [json.loads(line) for line in text.splitlines()]
    check = validator(first["format"])
    for message in (first, *others):
        errors = [error.message for error in check.iter_errors(message)]
        assert errors == [], message
    return {f"{first['format']} {message['type']}" for message in others}


@cache
def validator(name: str) -> Draft202012Validator:  # type: ignore[no-any-unimported] # as above
    """Return what checks the messages of a format."""
    return Draft202012Validator(message_schemas()[name])


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
