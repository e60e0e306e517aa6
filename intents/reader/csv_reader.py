"""A CSV table -> rows whose cells know their column, or Findings.

The one idea: a record is one line, and a place is computed only for a cell that is wrong, so that good tables cost little
more than splitting. Lines are read with a bound, so that an endless one is refused after its first 64 KB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from intents.finding import Finding, Where, make_finding
from intents.reader.source_text import FORBIDDEN_IN_VALUE, forbidden_character, open_regular
from intents.reader.suggestions import suggest

MAXIMUM_SIZE = 64 << 20
MAXIMUM_LINE = 64 << 10
MAXIMUM_FINDINGS = 200
MAY_BE_ABSENT = frozenset({"renamed_from"})
"""Columns that few tables have, and only for a while."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: cells in the order of the header; `starts` are the cells' columns where quotes moved them."""

    table: CsvTable
    line: int
    cells: Sequence[str]
    starts: tuple[int, ...] | None

    def text(self, column: str) -> str:
        """Return a cell's text, without surrounding blanks; "" in a column that the file does not have."""
        at = self.table.index.get(column)
        return "" if at is None else self.cells[at].strip(" ")

    def where(self, column: str) -> Where:
        """Return the place of a cell's first character."""
        at = self.table.index[column]
        if self.starts is not None:
            start = self.starts[at]
        else:
            start = sum(len(cell) + 1 for cell in self.cells[:at]) + 1
        cell = self.cells[at]
        blanks = len(cell) - len(cell.lstrip(" ")) if self.starts is None and cell.strip(" ") else 0
        return Where(file=self.table.shown, line=self.line, column=start + blanks)

    @property
    def start(self) -> Where:
        """Return the place of the record itself."""
        return Where(file=self.table.shown, line=self.line, column=1)


@dataclass(slots=True, eq=False)
class CsvTable:
    """A read table: `index` tells where a column stands in the cells; columns are those the file has."""

    shown: str
    index: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


def read_csv(path: Path, shown: str, columns: Mapping[str, bool]) -> tuple[CsvTable, tuple[Finding, ...]]:
    """Read a table of at most 64 MB whose header must name every key of `columns` (value: may its cells not be empty?).

    A required empty cell is a finding here; rows with any finding are left out.
    """
    table = CsvTable(shown=shown)
    opened = open_regular(path, shown, MAXIMUM_SIZE)
    if isinstance(opened, Finding):
        return table, (opened,)
    findings: list[Finding] = []
    with opened as file:
        for number, line in _lines(file, shown, findings):
            if not table.index:
                table.index = _read_header(line, number, shown, columns, findings)
                if findings:
                    break
                continue
            row = _read_row(table, line, number, columns, findings)
            if row is not None:
                table.rows.append(row)
            if len(findings) > MAXIMUM_FINDINGS:
                findings.append(make_finding("TR135", Where(file=shown, line=number), limit=MAXIMUM_FINDINGS))
                break
    if not table.index and not findings:
        findings.append(make_finding("TR132", Where(file=shown, line=1, column=1), columns=", ".join(columns)))
    return table, tuple(findings)


def _lines(file: BinaryIO, shown: str, findings: list[Finding]) -> Iterator[tuple[int, str]]:
    """Yield line numbers and decoded lines; blank lines and comments are left out; stops at the first unreadable one."""
    number = 0
    while content := file.readline(MAXIMUM_LINE + 1):
        number += 1
        if len(content) > MAXIMUM_LINE:
            findings.append(make_finding("TR125", Where(file=shown, line=number), limit=MAXIMUM_LINE))
            return
        line = _decode_line(content, number, shown, findings)
        if line is None:
            return
        if line and not line.isspace() and not line.startswith("#"):
            yield number, line


def _decode_line(content: bytes, number: int, shown: str, findings: list[Finding]) -> str | None:
    content = content.rstrip(b"\n").removesuffix(b"\r")
    if number == 1:
        content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        line = content.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(content[: error.start].decode("utf-8")) + 1
        where = Where(file=shown, line=number, column=column)
        findings.append(make_finding("TR103", where, byte=f"0x{content[error.start]:02X}"))
        return None
    if not line.isprintable():
        found = FORBIDDEN_IN_VALUE.search(line)
        if found is not None:
            where = Where(file=shown, line=number, column=found.start() + 1)
            findings.append(forbidden_character(found.group(), where))
            return ""
    elif found_wide := None if line.isascii() else FORBIDDEN_IN_VALUE.search(line):
        where = Where(file=shown, line=number, column=found_wide.start() + 1)
        findings.append(forbidden_character(found_wide.group(), where))
        return ""
    return line


def _read_header(
    line: str, number: int, shown: str, columns: Mapping[str, bool], findings: list[Finding]
) -> dict[str, int]:
    cells, starts = _split(line, number, shown, findings)
    index: dict[str, int] = {}
    meant: set[str] = set()
    at = 1
    for position, cell in enumerate(cells):
        where = Where(file=shown, line=number, column=starts[position] if starts else at)
        at += len(cell) + 1
        name = cell.strip(" ")
        if name in index:
            findings.append(make_finding("TR130", where, column=name))
        elif name not in columns:
            nearest, allowed = suggest(name, columns), ", ".join(columns)
            meant.add(nearest)
            findings.append(make_finding("TR128", where, column=name, suggestion=nearest, allowed=allowed))
        index.setdefault(name, position)
    start = Where(file=shown, line=number, column=1)
    missing = [name for name in columns if name not in index and name not in MAY_BE_ABSENT and name not in meant]
    findings.extend(make_finding("TR129", start, column=name) for name in missing)
    return index


def _read_row(
    table: CsvTable, line: str, number: int, columns: Mapping[str, bool], findings: list[Finding]
) -> Row | None:
    before = len(findings)
    cells, starts = _split(line, number, table.shown, findings)
    if len(findings) > before:
        return None
    row = Row(table, number, cells, starts)
    if len(cells) != len(table.index):
        where = Where(file=table.shown, line=number, column=1)
        findings.append(make_finding("TR127", where, found=len(cells), wanted=len(table.index)))
        return None
    for name, required in columns.items():
        if required and not row.text(name):
            findings.append(make_finding("TR131", row.where(name), field=name))
    return row if len(findings) == before else None


def _split(line: str, number: int, shown: str, findings: list[Finding]) -> tuple[Sequence[str], tuple[int, ...] | None]:
    """Split a line at commas outside quotes; a doubled quote inside quotes is one quote."""
    if '"' not in line:
        return line.split(","), None
    cells: list[str] = []
    starts: list[int] = []
    at = 0
    while True:
        text, next_at = _quoted_cell(line, at) if line.startswith('"', at) else _plain_cell(line, at)
        if text is None:
            findings.append(make_finding("TR126", Where(file=shown, line=number, column=next_at + 1)))
            return cells, tuple(starts)
        starts.append(at + (2 if line.startswith('"', at) else 1))
        cells.append(text)
        if next_at >= len(line):
            return cells, tuple(starts)
        at = next_at + 1


def _plain_cell(line: str, at: int) -> tuple[str | None, int]:
    end = line.find(",", at)
    end = len(line) if end < 0 else end
    quote = line.find('"', at, end)
    return (line[at:end], end) if quote < 0 else (None, quote)


def _quoted_cell(line: str, at: int) -> tuple[str | None, int]:
    """Return the text and the index behind the closing quote; (None, place of the fault) if quoting is wrong."""
    search = at + 1
    while (quote := line.find('"', search)) >= 0:
        if line.startswith('"', quote + 1):
            search = quote + 2
            continue
        if quote + 1 < len(line) and line[quote + 1] != ",":
            return None, quote + 1
        return line[at + 1 : quote].replace('""', '"'), quote + 1
    return None, at
