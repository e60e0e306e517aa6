"""A table that was read: rows whose cells know their places, and what stands beside the rows.

The one idea: a place is computed only when it is asked for, from the cells as they stood in the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from intents.finding import Where
from intents.reader.habits import Habits


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
        return self.place(self.table.index[column])

    def place(self, at: int) -> Where:
        """Return the place of the first character of the cell that stands there."""
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

    `aside` are the comments and blank lines with their numbers, `header_line` is that of the header.
    """

    shown: str
    index: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    aside: list[tuple[int, str]] = field(default_factory=list)
    header_line: int = 0
    habits: Habits = field(default_factory=Habits)
