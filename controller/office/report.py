"""A report as a value: what it is made from, its figures, and its tables.

The one idea: no figure stands alone. Every row names the objects that it was made from, and a figure is counted from rows, so
that what adds up in one form adds up in all of them. Words are keys: the same report is printed in two languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intents.finding import RuleRef, Where


class ReportName(StrEnum):
    """The reports, by the names that the command line takes."""

    USAGE = "usage"
    OPERATION = "operation"
    REGISTRATION = "registration"
    CONNECTIONS = "connections"
    ORGANISATIONS = "organisations"
    LEVEL_1 = "level-1"
    ASSESSMENTS = "assessments"
    BUDGET = "budget"
    ENTERPRISES = "enterprises"
    ADDRESSES = "addresses"
    ZONES = "zones"
    EXCEPTIONS = "exceptions"
    TRAINING = "training"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGap:
    """Something that a report should say and the workspace does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of the office's vocabulary, by its key; a name is plain text instead."""

    key: str
    values: tuple[tuple[str, str | int], ...] = ()


GAP = ReportGap()
Cell = str | int | date | Word | ReportGap
"""A number is a figure; what is only called by digits is text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedObject:
    """An object behind a figure: what it is called, and where it is written."""

    name: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """Cells in the order of the table's columns, and the objects that they were made from."""

    cells: tuple[Cell, ...]
    objects: tuple[ReportedObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table: its key, its columns' keys, and its rows in their order."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[ReportRow, ...]

    def column(self, name: str) -> list[Cell]:
        """Return the cells of a column."""
        at = self.columns.index(name)
        return [row.cells[at] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with its name's key, and the objects that it counts or adds up."""

    key: str
    value: int
    objects: tuple[ReportedObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a report was made from: the province, the day that it is about, the commit of the workspace ("" where it is in none;
    `is_changed`: with changes that no commit has), the digest of all inputs, and the articles that ask for it."""

    province: str
    on: date
    commit: str
    is_changed: bool
    digest: str
    rules: tuple[RuleRef, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeReport:
    """A whole report; `due` is the last day on which it is in time, None if it has none."""

    name: ReportName
    basis: Basis
    due: date | None
    figures: tuple[Figure, ...]
    tables: tuple[ReportTable, ...]
    notes: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one report says, before it is put beside what it was made from."""

    figures: tuple[Figure, ...]
    tables: tuple[ReportTable, ...]
    notes: tuple[Word, ...] = ()


def word(key: str, **values: str | int) -> Word:
    """Return a word with its values."""
    return Word(key=key, values=tuple(sorted(values.items())))


def row(cells: Iterable[Cell], objects: Iterable[ReportedObject]) -> ReportRow:
    """Return a row; an empty text is a gap."""
    return ReportRow(cells=tuple(GAP if cell == "" else cell for cell in cells), objects=unique(objects))


def unique(objects: Iterable[ReportedObject]) -> tuple[ReportedObject, ...]:
    """Return objects in their order, each once."""
    return tuple(dict.fromkeys(objects))


def table(key: str, columns: str, rows: Iterable[ReportRow]) -> ReportTable:
    """Return a table with the columns named in a text."""
    return ReportTable(key=key, columns=tuple(columns.split()), rows=tuple(rows))


def counted(key: str, objects: Iterable[ReportedObject]) -> Figure:
    """Return how many objects there are."""
    found = unique(objects)
    return Figure(key=key, value=len(found), objects=found)


def numbered(key: str, things: Iterable[Iterable[ReportedObject]]) -> Figure:
    """Return how many things there are that are each made of several objects."""
    found = [tuple(objects) for objects in things]
    return Figure(key=key, value=len(found), objects=unique(item for objects in found for item in objects))


def summed(key: str, of: ReportTable, column: str) -> Figure:
    """Return the sum of a column, with all that its rows were made from."""
    value = sum(cell for cell in of.column(column) if isinstance(cell, int))
    return Figure(key=key, value=value, objects=unique(item for line in of.rows for item in line.objects))


def gaps_of(of: ReportTable) -> Figure:
    """Return how many cells of a table should say something and do not."""
    lines = [line for line in of.rows if GAP in line.cells]
    value = sum(cell == GAP for line in lines for cell in line.cells)
    return Figure(key="gaps", value=value, objects=unique(item for line in lines for item in line.objects))


def grouped(
    key: str, first: str, pairs: Sequence[tuple[Cell, ReportedObject]], order: Mapping[Cell, int] | None = None
) -> ReportTable:
    """Return a table that counts objects by something: a row for each value, in the order given or of the value's text."""
    found: dict[Cell, list[ReportedObject]] = {}
    for value, item in pairs:
        found.setdefault(value, []).append(item)
    keys = sorted(
        found, key=lambda item: ((order or {}).get(item, 0), item.key if isinstance(item, Word) else str(item))
    )
    return table(key, f"{first} count", [row((item, len(unique(found[item]))), found[item]) for item in keys])
