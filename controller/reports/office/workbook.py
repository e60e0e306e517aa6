"""An office report -> a workbook (XLSX): a sheet about the report, one for each table, one with the objects behind every figure.

The one idea: every cell is written as what it is, a number, a day or a text, so that a text is never computed; the same report
gives the same bytes.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Protocol

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it has no types

from controller.office.report import Cell, OfficeReport, ReportGap, ReportTable
from controller.reports.office.texts import basis_lines, cell_text, headings, office_word

LONGEST_NAME = 31
"""Letters of a sheet's name."""
WIDEST = 48
MOST_EXACT = 1 << 53
"""Beyond it a spreadsheet rounds: addresses of IPv6 are counted in text."""
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def workbook_bytes(language: str, report: OfficeReport) -> bytes:
    """Return the workbook's bytes."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(target, options) as book:
        day = report.basis.on
        title = office_word(language, f"title_{report.name}")
        book.set_properties({"title": title, "created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001 - a day, no moment
        styles = _Styles(book)
        _about(book.add_worksheet(_sheet_name(office_word(language, "form_about"), set())), styles, language, report)
        taken = {_sheet_name(office_word(language, "form_about"), set())}
        for table in report.tables:
            name = _sheet_name(office_word(language, f"table_{table.key}"), taken)
            _table(book.add_worksheet(name), styles, language, table)
        _objects(
            book.add_worksheet(_sheet_name(office_word(language, "form_objects"), taken)), styles, language, report
        )
    return target.getvalue()


class _Sheet(Protocol):
    """What is used of a worksheet."""

    def write_string(self, row: int, column: int, text: str, style: object, /) -> object: ...
    def write_number(self, row: int, column: int, number: int, style: object, /) -> object: ...
    def write_datetime(self, row: int, column: int, day: datetime, style: object, /) -> object: ...
    def set_column(self, first: int, last: int, width: float, /) -> object: ...
    def freeze_panes(self, row: int, column: int, /) -> object: ...
    def autofilter(self, row: int, column: int, last_row: int, last_column: int, /) -> object: ...


class _Book(Protocol):
    """What is used of a workbook."""

    def add_format(self, properties: dict[str, object], /) -> object: ...


class _Styles:
    """The formats of one workbook."""

    def __init__(self, book: _Book) -> None:
        self.head = book.add_format({"bold": True, "bg_color": "#12406B", "font_color": "#FFFFFF", "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.label = book.add_format({"bold": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.gap = book.add_format({"bg_color": "#FFF5DC", "font_color": "#7A4F01", "valign": "top"})


def _sheet_name(text: str, taken: set[str]) -> str:
    """Return a name that a sheet may have and no other one has."""
    plain = " ".join(text.translate(_NOT_IN_NAMES).split())[:LONGEST_NAME] or "-"
    name, number = plain, 2
    while name.casefold() in {other.casefold() for other in taken}:
        name = f"{plain[: LONGEST_NAME - 3]} {number}"
        number += 1
    taken.add(name)
    return name


def _write(sheet: _Sheet, line: int, column: int, cell: Cell, language: str, styles: _Styles) -> int:
    """Write a cell as what it is; return how wide its text is."""
    text = cell_text(language, cell)
    match cell:
        case int() if abs(cell) <= MOST_EXACT:
            sheet.write_number(line, column, cell, styles.number)
        case date():
            sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), styles.day)  # noqa: DTZ001 - a day
        case ReportGap():
            sheet.write_string(line, column, text, styles.gap)
        case _:
            sheet.write_string(line, column, text, styles.text)
    return len(text)


def _table(sheet: _Sheet, styles: _Styles, language: str, table: ReportTable) -> None:
    header = headings(language, table)
    widths = [len(text) for text in header]
    for column, text in enumerate(header):
        sheet.write_string(0, column, text, styles.head)
    for line, found in enumerate(table.rows, 1):
        for column, cell in enumerate(found.cells):
            widths[column] = max(widths[column], _write(sheet, line, column, cell, language, styles))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(WIDEST, width + 2))
    sheet.freeze_panes(1, 1)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(header) - 1)


def _about(sheet: _Sheet, styles: _Styles, language: str, report: OfficeReport) -> None:
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, office_word(language, f"title_{report.name}"), styles.title)
    basis = report.basis
    sheet.write_string(
        1, 0, office_word(language, "form_of", province=basis.province, on=basis.on.isoformat()), styles.label
    )
    line = 3
    said = list(basis_lines(language, report))
    if report.due is not None:
        said.append(("", office_word(language, "form_due", day=report.due.isoformat())))
    for label, value in said:
        sheet.write_string(line, 0, label, styles.label)
        sheet.write_string(line, 1, value, styles.text)
        line += 1
    line += 1
    sheet.write_string(line, 0, office_word(language, "form_figure"), styles.head)
    sheet.write_string(line, 1, office_word(language, "form_value"), styles.head)
    for figure in report.figures:
        line += 1
        sheet.write_string(line, 0, office_word(language, f"figure_{figure.key}"), styles.text)
        sheet.write_number(line, 1, figure.value, styles.number)
    for note in report.notes:
        line += 1
        sheet.write_string(line, 0, cell_text(language, note), styles.text)


def _objects(sheet: _Sheet, styles: _Styles, language: str, report: OfficeReport) -> None:
    """Write what every figure and every row was made from."""
    for column, key in enumerate(("figure", "row", "objects", "where")):
        sheet.write_string(0, column, office_word(language, f"form_{key}"), styles.head)
    line = 1
    behind = [
        *((office_word(language, f"figure_{item.key}"), 0, item.objects) for item in report.figures),
        *(
            (office_word(language, f"table_{table.key}"), number, found.objects)
            for table in report.tables
            for number, found in enumerate(table.rows, 1)
        ),
    ]
    for name, number, objects in behind:
        for one in objects:
            sheet.write_string(line, 0, name, styles.text)
            if number:
                sheet.write_number(line, 1, number, styles.number)
            sheet.write_string(line, 2, cell_text(language, one.name), styles.text)
            sheet.write_string(line, 3, cell_text(language, str(one.where)), styles.text)
            line += 1
    for column, width in enumerate((36, 8, 48, 36)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
