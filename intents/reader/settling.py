"""Cells that a spreadsheet rewrote -> what was written: dates with the day first, codes that lost their zeros.

The one idea: whether day or month stands first is a habit of the whole file, so one date that can be read in one way only settles
all others; if none does, that is one finding, and no date of the file is guessed.
"""

from __future__ import annotations

from dataclasses import replace

from intents.finding import Finding, make_finding
from intents.reader.habits import DATE_COLUMNS, DateCell, date_cell, order_of, padded_code
from intents.reader.table import CsvTable, Row
from intents.reason import Reason, because


def settle(table: CsvTable) -> list[Finding]:
    """Put back dates and codes in the rows of a table; record the habits; return what can't be told."""
    if "code" in table.index and "type" in table.index:
        _settle_codes(table)
    return _settle_dates(table)


def _settle_dates(table: CsvTable) -> list[Finding]:
    found: list[tuple[int, str, DateCell]] = []
    for at, row in enumerate(table.rows):
        for column in DATE_COLUMNS:
            text = row.text(column) if column in table.index else ""
            cell = None if text[4:5] == "-" or not text else date_cell(text)
            if cell is not None:
                found.append((at, column, cell))
    if not found:
        return []
    places = [(cell, table.rows[at].where(column)) for at, column, cell in found]
    order = order_of(places)
    if isinstance(order, Reason):
        where = next((where for cell, where in places if not cell.certain), places[0][1])
        left_out = {at for at, _, _ in found}
        table.rows[:] = [row for at, row in enumerate(table.rows) if at not in left_out]
        return [make_finding("TR144", where, reason=order)]
    for at, column, cell in found:
        iso = cell.iso(order)
        if iso is not None:
            _replace(table, at, column, iso)
    first = because("habit_day_first") if order == "day" else because("habit_month_first")
    table.habits.note(first, places[0][1])
    return []


def _settle_codes(table: CsvTable) -> None:
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
