"""A table that was read: rows whose cells know their places, and what stands beside the rows.

The one idea: a place is computed only when it is asked for, from the cells as they stood in the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from intents.finding import Finding, Severity, Where, make_finding
from intents.reader.habits import Habits

MOST_ALSO = 9
"""Further places that a finding about many rows names."""


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
    """A read table: `index` tells where a column stands in the cells; columns are those the file has.

    `aside` are the comments and blank lines with their numbers, `header_line` is that of the header, `like_rows` are the places
    of comments that look like rows.
    """

    shown: str
    index: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    aside: list[tuple[int, str]] = field(default_factory=list)
    header_line: int = 0
    habits: Habits = field(default_factory=Habits)
    like_rows: list[Where] = field(default_factory=list)

    def warnings(self) -> tuple[Finding, ...]:
        """Return what is said of the whole table although it was read: its habits, and comments that look like rows."""
        habit = self.habits.finding()
        places = self.like_rows[: 1 + MOST_ALSO]
        if not places:
            return () if habit is None else (habit,)
        count = len(self.like_rows)
        like = make_finding("TR147", places[0], severity=Severity.WARNING, also=tuple(places[1:]), count=count)
        return (like,) if habit is None else (habit, like)
