"""The folder of approvals beside a plan -> filed statements, and one more.

The one idea: a statement is filed under the digest of its content, signature first, each in one rename that replaces nothing; so
whoever looks finds it whole or not at all, and no approval ever overwrites another.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from controller.approval.statement import ApprovalStatement, FiledStatement, digest_of_statement, statement_bytes
from controller.jobs.files import naming

FOLDER_SUFFIX = ".approvals"
MOST_BYTES = 64 << 10
"""The longest file that is taken for a statement or a signature."""
MOST_STATEMENTS = 1000


def approvals_folder(plan: Path) -> Path:
    """Return where the approvals of a plan's file are."""
    return plan.with_name(f"{plan.name}{FOLDER_SUFFIX}")


def read_filed(plan: Path) -> tuple[FiledStatement, ...]:
    """Return every statement beside a plan, by name (OSError); one without a signature has none."""
    folder = approvals_folder(plan)
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))[:MOST_STATEMENTS]
    return tuple(
        FiledStatement(
            file=f"{folder.name}/{path.name}", content=_read(path), signature=_read(path.with_suffix(".sig"))
        )
        for path in files
    )


def file_statement(plan: Path, statement: ApprovalStatement, signature: bytes) -> Path:
    """Write a statement and its signature beside a plan; return the statement's file (OSError; FileExistsError)."""
    folder = approvals_folder(plan)
    short = digest_of_statement(statement).removeprefix("sha256:")[:12]
    path = folder / f"{statement.principal}-{statement.role}-{short}.json"
    with naming(path):
        folder.mkdir(exist_ok=True)
        _place(path.with_suffix(".sig"), signature)
        _place(path, statement_bytes(statement))
    return path


def _read(path: Path) -> bytes:
    """Return what stands in a file, b"" if there is none; no more than anything filed here has."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        return b""


def _place(path: Path, data: bytes) -> None:
    """Write a file that must not be there, whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        os.link(name, path)
    finally:
        Path(name).unlink()
