"""The tables of a workspace -> the same tables in the one form that all have.

The one idea: what is written is read again before it goes into its place; if a single cell or comment would differ, nothing is
written at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.jobs.files import write_text
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.parser.approvers import APPROVER_COLUMNS, APPROVERS_FILE
from intents.parser.registers import REGISTER_COLUMNS
from intents.parser.unit_events import EVENT_COLUMNS, EVENTS_FILE
from intents.reader.csv_cells import join_cells
from intents.reader.csv_reader import read_csv
from intents.reader.excerpts import add_excerpts
from intents.reader.table import CsvTable
from ipam.store import table_files

TABLES: Mapping[str, Mapping[str, bool]] = {
    **table_files.TABLES,
    EVENTS_FILE: EVENT_COLUMNS,
    APPROVERS_FILE: APPROVER_COLUMNS,
    **{str(name): columns for name, columns in REGISTER_COLUMNS.items()},
}
"""The tables of a workspace with their columns."""
_MAY_BE_ABSENT = frozenset({EVENTS_FILE, APPROVERS_FILE, *REGISTER_COLUMNS})


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyTable:
    """One table: its file, its tidy text, whether that differs from what stands there, and what is said of it."""

    file: str
    text: str
    changes: bool
    warnings: tuple[Finding, ...]


def tidy_tables(folder: Path) -> tuple[TidyTable, ...]:
    """Return every table of a workspace in its tidy form; FindingsError if one can't be read, or would lose anything."""
    found: list[TidyTable] = []
    findings: list[Finding] = []
    for file, columns in TABLES.items():
        if file in _MAY_BE_ABSENT and not (folder / file).exists():
            continue
        table, wrong = read_csv(folder / file, file, columns)
        if wrong:
            findings += wrong
            continue
        text = tidy_text(table)
        if not _is_same(table, text, columns):
            findings.append(make_finding("TR145", Where(file=file, line=table.header_line), file=file))
            continue
        changes = (folder / file).read_bytes() != text.encode("utf-8")
        found.append(TidyTable(file=file, text=text, changes=changes, warnings=table.warnings()))
    if findings:
        raise FindingsError(add_excerpts(folder, findings))
    return tuple(found)


def write_tables(folder: Path, tables: Sequence[TidyTable]) -> None:
    """Write the tables that change, each in one step (OSError)."""
    for table in tables:
        if table.changes:
            write_text((folder / table.file).resolve(), table.text)


def tidy_text(table: CsvTable) -> str:
    """Return a table as text: UTF-8, commas, columns in the file's order, comments and blank lines where they stood."""
    columns = sorted(table.index, key=lambda name: table.index[name])
    lines = {number: _comment(text) for number, text in table.aside}
    lines[table.header_line] = join_cells(columns)
    for row in table.rows:
        lines[row.line] = join_cells([row.text(column) for column in columns])
    text = "\n".join(lines[number] for number in sorted(lines))
    return text.rstrip("\n") + "\n"


def _comment(text: str) -> str:
    """Return a comment without the separators that a spreadsheet put behind it."""
    bare = text.rstrip(" ,;\t")
    return bare if len(text) - len(bare) > 1 else text


def _is_same(table: CsvTable, text: str, columns: Mapping[str, bool]) -> bool:
    """Return whether a text is read as this table: the same cells and comments, and no habit of a spreadsheet's."""
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "table.csv"
        path.write_text(text, encoding="utf-8", newline="\n")
        again, wrong = read_csv(path, table.shown, columns)
    return not wrong and not again.habits.seen and _contents(table, columns) == _contents(again, columns)


def _contents(table: CsvTable, columns: Mapping[str, bool]) -> tuple[list[list[str]], list[str]]:
    cells = [[row.text(column) for column in columns] for row in table.rows]
    return cells, [text for _, line in table.aside if (text := _comment(line))]
