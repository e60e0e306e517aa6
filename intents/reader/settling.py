"""Cells that a spreadsheet rewrote -> what was written: dates, also in keys, whole numbers, codes that lost their zeros.

The one idea: whether day or month stands first is a habit of the whole file, so one date that can be read in one way only settles
all others; if none does, that is one finding, and no date of the file is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from intents.finding import Finding, make_finding
from intents.reader.habits import (
    DATE_COLUMNS,
    KEY_COLUMNS,
    NUMBER_COLUMNS,
    DateCell,
    date_cell,
    order_of,
    padded_code,
    whole_number,
    year_first,
)
from intents.reader.table import CsvTable, Row
from intents.reason import Reason, because


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date in a row that has the day or the month first; `before` stands in front of it in its cell (the code of a key)."""

    row: int
    column: str
    before: str
    cell: DateCell


def settle(table: CsvTable) -> list[Finding]:
    """Put back dates, numbers and codes in the rows of a table; record the habits; return what can't be told."""
    if "code" in table.index and "type" in table.index:
        _settle_codes(table)
    for column in NUMBER_COLUMNS:
        if column in table.index:
            _settle_numbers(table, column)
    return _settle_dates(table)


def _settle_dates(table: CsvTable) -> list[Finding]:
    found: list[_Dated] = []
    for at, row in enumerate(table.rows):
        for column in (*DATE_COLUMNS, *KEY_COLUMNS):
            text = row.text(column) if column in table.index else ""
            before, day = _parts(text) if column in KEY_COLUMNS else ("", text)
            if not day or _is_plain(day):
                continue
            iso, cell = year_first(day), date_cell(day)
            if iso is not None:
                table.habits.note(because("habit_dates_otherwise"), row.where(column))
                _replace(table, at, column, before + iso)
            elif cell is not None:
                found.append(_Dated(at, column, before, cell))
    return _settle_order(table, found) if found else []


def _settle_order(table: CsvTable, found: Sequence[_Dated]) -> list[Finding]:
    places = [(item.cell, table.rows[item.row].where(item.column)) for item in found]
    order = order_of(places)
    if isinstance(order, Reason):
        where = next((where for cell, where in places if not cell.certain), places[0][1])
        left_out = {item.row for item in found}
        table.rows[:] = [row for at, row in enumerate(table.rows) if at not in left_out]
        return [make_finding("TR144", where, reason=order)]
    for item in found:
        iso = item.cell.iso(order)
        if iso is not None:
            _replace(table, item.row, item.column, item.before + iso)
    first = because("habit_day_first") if order == "day" else because("habit_month_first")
    table.habits.note(first, places[0][1])
    return []


def _parts(key: str) -> tuple[str, str]:
    """Return the code of a key with its `@`, and the day."""
    code, sign, day = key.partition("@")
    return code + sign, day


def _is_plain(day: str) -> bool:
    """Return whether a date is written as it should be, as nearly all are."""
    return len(day) == 10 and day[4] == day[7] == "-"


def _settle_numbers(table: CsvTable, column: str) -> None:
    for at, row in enumerate(table.rows):
        text = row.text(column)
        if "." in text and (number := whole_number(text)) != text:
            table.habits.note(because("habit_decimals"), row.where(column))
            _replace(table, at, column, number)


def _settle_codes(table: CsvTable) -> None:
    """Put back lost zeros; where a code kept its own, the column is text, and a short code lacks another digit."""
    if any(row.text("code").startswith("0") for row in table.rows):
        return
    for at, row in enumerate(table.rows):
        code = row.text("code")
        padded = padded_code(code, row.text("type"))
        if padded != code:
            table.habits.note(because("habit_lost_zeros"), row.where("code"))
            _replace(table, at, "code", padded)


def _replace(table: CsvTable, at: int, column: str, text: str) -> None:
    """Put a text into a cell; the places of all cells of the row stay those of the file."""
    row = table.rows[at]
    cells = list(row.cells)
    cells[table.index[column]] = text
    table.rows[at] = replace(row, cells=cells, starts=row.starts or _starts(row))


def _starts(row: Row) -> tuple[int, ...]:
    names = sorted(row.table.index, key=lambda name: row.table.index[name])
    return tuple(row.where(name).column for name in names)
