"""A CSV table -> rows whose cells know their column, or Findings.

The one idea: a record is one line, and a place is computed only for a cell that is wrong, so that good tables cost little
more than splitting. Lines are read with a bound, so that an endless one is refused after its first 64 KB. What a spreadsheet
made of the table is undone on the way (`habits`), and said once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from intents.finding import Finding, Where, last_of_file, make_finding
from intents.reader.csv_cells import Cells, split_line
from intents.reader.habits import separator_of, separator_reason
from intents.reader.look_alikes import odd_finding
from intents.reader.lost_text import is_formula, is_lost_value, starts_with_lost_value
from intents.reader.settling import settle
from intents.reader.source_text import FORBIDDEN_IN_VALUE, forbidden_character, merge_conflict
from intents.reader.suggestions import suggest
from intents.reader.table import CsvTable, Row
from intents.reader.table_source import TableSource, in_code_page, letters_lost, open_table
from intents.reason import because

MAXIMUM_LINE = 64 << 10
MAY_BE_ABSENT = frozenset({"renamed_from", "security_level", "control_points"})
"""Columns that few tables have: only for a while, or because what they leave unsaid is the lowest level."""


class _NotUtf8Error(Exception):
    """A line of a table is not UTF-8; `finding` says where."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


def read_csv(path: Path, shown: str, columns: Mapping[str, bool]) -> tuple[CsvTable, tuple[Finding, ...]]:
    """Read a table of at most 64 MB whose header must name every key of `columns` (value: may its cells not be empty?).

    A required empty cell is a finding here; rows with any finding are left out. What spreadsheets do to a table is undone where
    it is certain, and recorded in its `habits`.
    """
    opened = open_table(path, shown)
    if isinstance(opened, Finding):
        return CsvTable(shown=shown), (opened,)
    try:
        return _TableReader(shown, columns).read(opened)
    except _NotUtf8Error as error:
        recoded = in_code_page(path, shown)
        if isinstance(recoded, TableSource):
            return _TableReader(shown, columns).read(recoded)
        return CsvTable(shown=shown), (error.finding,)


class _TableReader:
    """One run over a table: the separator and the number of cells once they are known, and the findings so far."""

    def __init__(self, shown: str, columns: Mapping[str, bool]) -> None:
        self._table = CsvTable(shown=shown)
        self._columns = columns
        self._separator = ""
        self._width = 0
        self._findings: list[Finding] = []

    def read(self, source: TableSource) -> tuple[CsvTable, tuple[Finding, ...]]:
        """Read the whole table."""
        table, findings = self._table, self._findings
        if source.encoding:
            table.habits.note(because("habit_encoding", encoding=source.encoding), self._where(1, 1))
        if source.line_ends:
            table.habits.note(because("habit_line_ends"), self._where(1, 1))
        with source.file as file:
            for number, line in self._lines(file):
                lost = letters_lost(line) if source.encoding == "Windows-1258" else -1
                if lost >= 0:
                    where = self._where(number, lost + 1)
                    findings.append(make_finding("TR146", where, reason=because("letters_lost")))
                    break
                if not table.index:
                    self._read_header(line, number)
                    if findings:
                        break
                    continue
                row = self._read_row(line, number)
                if row is not None:
                    table.rows.append(row)
                if self._has_too_many(self._where(number)):
                    break
        if not table.index and not findings:
            findings.append(make_finding("TR132", self._where(1, 1), columns=", ".join(self._columns)))
        findings += settle(table)
        return table, tuple(findings)

    def _has_too_many(self, where: Where) -> bool:
        """Return whether there are more findings than anybody reads; that is then the last one, at the place reached."""
        last = last_of_file(len(self._findings), where)
        if last is not None:
            self._findings.append(last)
        return last is not None

    def _where(self, line: int, column: int = 0) -> Where:
        return Where(file=self._table.shown, line=line, column=column)

    def _lines(self, file: BinaryIO) -> Iterator[tuple[int, str]]:
        """Yield line numbers and decoded lines; blank lines and comments are set aside; stops at an endless one."""
        number = 0
        while content := file.readline(MAXIMUM_LINE + 1):
            number += 1
            if len(content) > MAXIMUM_LINE:
                self._findings.append(make_finding("TR125", self._where(number), limit=MAXIMUM_LINE))
                return
            line = self._decode(content, number)
            conflict = merge_conflict(line, self._where(number, 1))
            if conflict is not None:
                self._findings.append(conflict)
                return
            if not line or line.isspace() or line.startswith("#"):
                self._set_aside(line, number)
            elif number == 1 and len(line) == 5 and line.startswith("sep="):
                self._table.habits.note(because("habit_names_separator"), self._where(1, 1))
            elif self._admitted(line, number):
                yield number, line

    def _set_aside(self, line: str, number: int) -> None:
        """Keep a comment or blank line; a row whose first cell a spreadsheet could not compute is none, and lost as one."""
        if starts_with_lost_value(line):
            self._findings.append(make_finding("TR146", self._where(number, 1), reason=because("error_value")))
        elif self._shows(line.replace("\t", " "), number):
            self._table.aside.append((number, line.rstrip()))
            if self._width and line[1:2].isalnum() and line.count(self._separator) + 1 == self._width:
                self._note_comment_like_a_row(line, number)

    def _note_comment_like_a_row(self, line: str, number: int) -> None:
        if len(_without_empty_ends(line.split(self._separator))) > 1:
            self._table.like_rows.append(self._where(number, 1))

    def _decode(self, content: bytes, number: int) -> str:
        content = content.rstrip(b"\n").removesuffix(b"\r")
        if number == 1:
            content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            line = content.decode("utf-8")
        except UnicodeDecodeError as error:
            column = len(content[: error.start].decode("utf-8")) + 1
            where = self._where(number, column)
            raise _NotUtf8Error(make_finding("TR103", where, byte=f"0x{content[error.start]:02X}")) from error
        if line.isascii() or unicodedata.is_normalized("NFC", line):
            return line
        self._table.habits.note(because("habit_letters_in_parts"), self._where(number, 1))
        return unicodedata.normalize("NFC", line)

    def _admitted(self, line: str, number: int) -> bool:
        """Return whether a line holds no forbidden character; learn the separator from the first one."""
        if not self._separator:
            self._separator = separator_of(line, self._columns)
            if self._separator != ",":
                self._table.habits.note(separator_reason(self._separator), self._where(number, 1))
        return self._shows(line.replace("\t", " ") if self._separator == "\t" else line, number)

    def _shows(self, line: str, number: int) -> bool:
        """Return whether all of a line shows; if not, that is a finding."""
        found = None if line.isascii() and line.isprintable() else FORBIDDEN_IN_VALUE.search(line)
        if found is None:
            return True
        self._findings.append(forbidden_character(found.group(), self._where(number, found.start() + 1)))
        return False

    def _split(self, line: str, number: int) -> Cells | None:
        split = split_line(line, self._separator, self._where(number))
        if isinstance(split, Finding):
            self._findings.append(split)
            return None
        return split

    def _read_header(self, line: str, number: int) -> None:
        if self._findings:
            return
        split = self._split(line, number)
        if split is None:
            return
        cells, starts = split
        used, self._width = len(_without_empty_ends(cells)), len(cells)
        if used < len(cells):
            self._table.habits.note(because("habit_empty_columns"), self._where(number, 1))
        self._table.header_line = number
        meant: set[str] = set()
        at = 1
        for position, cell in enumerate(cells[:used]):
            where = self._where(number, starts[position] if starts else at)
            at += len(cell) + 1
            self._name_column(self._plain_name(cell.strip(" "), where), position, where, meant)
            if self._has_too_many(where):
                return
        start = self._where(number, 1)
        known = {*self._table.index, *meant, *MAY_BE_ABSENT}
        missing = [name for name in self._columns if name not in known]
        self._findings.extend(make_finding("TR129", start, column=name) for name in missing)

    def _plain_name(self, name: str, where: Where) -> str:
        """Return the column that a name means whatever its capitals."""
        if name in self._columns or name.lower() not in self._columns:
            return name
        self._table.habits.note(because("habit_capitals"), where)
        return name.lower()

    def _name_column(self, name: str, position: int, where: Where, meant: set[str]) -> None:
        if name in self._table.index:
            self._findings.append(make_finding("TR130", where, column=name))
        elif name not in self._columns:
            nearest, allowed = suggest(name, self._columns), ", ".join(self._columns)
            meant.add(nearest)
            unknown = make_finding("TR128", where, column=name, suggestion=nearest, allowed=allowed)
            self._findings.append(odd_finding(name, where) or unknown)
        self._table.index.setdefault(name, position)

    def _read_row(self, line: str, number: int) -> Row | None:
        before = len(self._findings)
        split = self._split(line, number)
        if split is None:
            return None
        cells, starts = split
        wanted = len(self._table.index)
        filled = len(_without_empty_ends(cells))
        if filled == 0:
            self._table.habits.note(because("habit_empty_rows"), self._where(number, 1))
            return None
        if filled == 1 and cells[0].startswith("#") and not starts_with_lost_value(cells[0]):
            self._table.habits.note(because("habit_quoted_comments"), self._where(number, 1))
            self._table.aside.append((number, cells[0].rstrip()))
            return None
        if len(cells) == self._width and filled <= wanted < self._width:
            self._table.habits.note(because("habit_empty_columns"), self._where(number, 1))
            cells = cells[:wanted]
        row = Row(self._table, number, cells, starts)
        if len(cells) != wanted:
            self._findings.append(make_finding("TR127", row.start, found=len(cells), wanted=wanted))
            return None
        if "=" in line or "|" in line or "(" in line or "!" in line:
            formulas = [name for name in self._table.index if is_formula(row.text(name))]
            self._findings.extend(
                make_finding("TR146", row.where(name), reason=because("is_formula")) for name in formulas
            )
        if "#" in line or "Err:" in line:
            lost = [name for name in self._table.index if is_lost_value(row.text(name))]
            self._findings.extend(
                make_finding("TR146", row.where(name), reason=because("error_value")) for name in lost
            )
        for name, required in self._columns.items():
            if required and not row.text(name):
                self._findings.append(make_finding("TR131", row.where(name), field=name))
        return row if len(self._findings) == before else None


def _without_empty_ends(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells up to the last one that holds something."""
    count = len(cells)
    while count and not cells[count - 1].strip(" "):
        count -= 1
    return cells[:count]
