"""The table of hostile inputs (`tests/data/hostile/workspace.csv`): a field or file, what is put there, and what is said of it.

A row names a field as `file:way.through.the.schema` and gives its text as JSON (or a letter and how often), or a whole file and
its bytes (`text:`, `hex:`, `repeat:COUNT:TEXT`). To record anew what is said, after reading the difference:
`python -m tests.hostile_inputs`.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

from controller.cli import app
from tests.hostile_fields import Field, inject, place_of, rich_workspace, text_fields, write_file

TABLE = Path(__file__).parent / "data" / "hostile" / "workspace.csv"
COLUMNS = ("where", "kind", "input", "code", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileInput:
    """One row: where it is put, what kind of harm it is, the input itself, and the code and place of the first error."""

    where: str
    kind: str
    input: str
    code: str = ""
    place: str = ""


@cache
def fields_by_name() -> dict[str, Field]:
    return {str(field): field for field in text_fields()}


@cache
def base() -> dict[str, object]:
    return rich_workspace()


def load_inputs() -> tuple[HostileInput, ...]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(HostileInput(**row) for row in csv.DictReader(file))


def write_base(folder: Path) -> None:
    """Write a workspace in which every field has a value."""
    for file, content in base().items():
        write_file(folder, file, content)


def put(folder: Path, item: HostileInput) -> Path:
    """Put an input into its place; return the file that it is in."""
    field = fields_by_name().get(item.where)
    if field is None:
        path = folder / item.where
        path.write_bytes(content_of(item.input))
        return path
    place = place_of(field, base())
    assert place is not None, item
    file, way = place
    written = json.loads(item.input)
    text = written if isinstance(written, str) else written[0] * written[1]
    write_file(folder, file, inject(base()[file], way, text))
    return folder / file


def content_of(written: str) -> bytes:
    """Return the bytes of a whole file."""
    form, _, rest = written.partition(":")
    if form == "hex":
        return bytes.fromhex(rest)
    if form == "repeat":
        count, _, text = rest.partition(":")
        return str(json.loads(text)).encode("utf-8") * int(count)
    assert form == "text", written
    return str(json.loads(rest)).encode("utf-8")


def take_back(folder: Path, path: Path) -> None:
    """Make a workspace what it was."""
    file = str(path.relative_to(folder))
    path.unlink()
    if file in base():
        write_file(folder, file, base()[file])


def said_of(folder: Path) -> tuple[int, str, str]:
    """Return exit code, output and the first error's line of `truc validate`; an exception of ours is raised."""
    done = CliRunner().invoke(app, ["validate", "-w", str(folder), "--lang", "en"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    first = next((line for line in done.output.splitlines() if line.startswith("error ")), "")
    return done.exit_code, done.output, first


def code_and_place(line: str) -> tuple[str, str]:
    """Return code and place of an error's first line."""
    words = line.split(" ")
    return words[1].rstrip(":"), words[2].rstrip(":") if len(words) > 2 and not words[1].endswith(":") else ""


def record() -> None:
    """Write the table with what is said today."""
    items = load_inputs()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_base(folder)
        found = []
        for item in items:
            path = put(folder, item)
            _, _, first = said_of(folder)
            code, place = code_and_place(first) if first else ("", "")
            found.append(replace(item, code=code, place=place))
            take_back(folder, path)
        shutil.rmtree(folder, ignore_errors=True)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([item.where, item.kind, item.input, item.code, item.place] for item in found)


if __name__ == "__main__":
    record()
