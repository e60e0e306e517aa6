"""An office report -> words: on the terminal, as JSON Lines, and as CSV files.

The one idea: a cell is put into words in one place, so that a report says the same in every form; a gap is said, never empty.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from controller.office.calendar import DueItem
from controller.office.report import (
    Basis,
    Cell,
    Figure,
    OfficeReport,
    ReportGap,
    ReportRow,
    ReportTable,
    Word,
)
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.output.words import fill, load_words
from intents.finding import RuleRef
from intents.messages import printable
from intents.rule_packs import rule_on

REPORT_FORMAT = "truc/report/1"
DUE_FORMAT = "truc/due/1"
BOOK = "office"
MOST_SHOWN = 40
"""Rows of one table that a terminal is shown; every other form has all."""
_STEERING = re.compile(r"[=+\-@\t]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?: %)?")


def office_word(language: str, key: str, **values: object) -> str:
    """Return a sentence of the office's book."""
    return fill(load_words(language, BOOK)[key], values)


def cell_text(language: str, cell: Cell) -> str:
    """Return a cell in words; numbers and days as they are written everywhere."""
    match cell:
        case ReportGap():
            return office_word(language, "word_gap")
        case Word():
            return office_word(language, f"word_{cell.key}", **dict(cell.values))
        case date():
            return cell.isoformat()
        case _:
            return printable(str(cell))


def rule_text(rule: RuleRef) -> str:
    """Return a requirement with its article and pack."""
    return f"{rule.requirement} ({rule.article}, {rule.pack})"


def basis_lines(language: str, report: OfficeReport) -> Iterator[tuple[str, str]]:
    """Yield what a report was made from: label and value."""
    basis = report.basis
    yield office_word(language, "form_rule"), "; ".join(map(rule_text, basis.rules))
    yield office_word(language, "form_made_from"), commit_text(language, basis)
    yield office_word(language, "form_digest"), basis.digest
    if basis.missing:
        yield office_word(language, "form_missing"), ", ".join(basis.missing)


def commit_text(language: str, basis: Basis) -> str:
    """Return the commit in words."""
    if not basis.commit:
        return office_word(language, "form_no_commit")
    said = office_word(language, "form_commit", commit=basis.commit)
    return said + (office_word(language, "form_changed") if basis.is_changed else "")


def headings(language: str, table: ReportTable) -> list[str]:
    """Return the columns in words."""
    return [office_word(language, f"column_{name}") for name in table.columns]


def print_report(output: Output, report: OfficeReport) -> None:
    """Write a report to the terminal, or as messages."""
    if output.json:
        _print_json(output, report)
        return
    language = output.language
    output.line(office_word(language, f"title_{report.name}"))
    output.line(office_word(language, "form_of", province=report.basis.province, on=report.basis.on.isoformat()))
    for label, value in basis_lines(language, report):
        output.line(f"{label}: {value}")
    if report.due is not None:
        output.line(office_word(language, "form_due", day=report.due.isoformat()))
    output.line("")
    for figure in report.figures:
        output.line(f"{office_word(language, f'figure_{figure.key}')}: {figure.value:,}")
    for note in report.notes:
        output.line(cell_text(language, note))
    for table in report.tables:
        output.line("")
        output.line(office_word(language, f"table_{table.key}"))
        _print_table(output, table)


def _print_table(output: Output, table: ReportTable) -> None:
    if not table.rows:
        output.line(office_word(output.language, "form_nothing"))
        return
    shown = [[cell_text(output.language, cell) for cell in line.cells] for line in table.rows[:MOST_SHOWN]]
    numbers = tuple(
        at for at in range(len(table.columns)) if all(isinstance(line.cells[at], int) for line in table.rows)
    )
    output.table(headings(output.language, table), shown, numbers)
    if len(table.rows) > MOST_SHOWN:
        output.line(office_word(output.language, "form_more", count=len(table.rows) - MOST_SHOWN))


def _print_json(output: Output, report: OfficeReport) -> None:
    basis = report.basis
    start_messages(
        output,
        REPORT_FORMAT,
        report=str(report.name),
        on=basis.on.isoformat(),
        commit=basis.commit,
        changed=basis.is_changed,
        digest=basis.digest,
        rules=[rule_text(rule) for rule in basis.rules],
        missing=list(basis.missing),
        due=report.due.isoformat() if report.due is not None else None,
    )
    for figure in report.figures:
        print_message(output, {"type": "figure", "figure": figure.key, "value": figure.value, **_objects(figure)})
    for table in report.tables:
        for line in table.rows:
            cells = {name: _plain(output.language, cell) for name, cell in zip(table.columns, line.cells, strict=True)}
            print_message(output, {"type": "row", "table": table.key, "cells": cells, **_objects(line)})
    count = sum(len(table.rows) for table in report.tables)
    print_message(output, {"type": "summary", "ok": True, "rows": count})


def _objects(item: Figure | ReportRow) -> Mapping[str, object]:
    return {"objects": [{"name": one.name, "where": str(one.where)} for one in item.objects]}


def _plain(language: str, cell: Cell) -> object:
    """Return a cell as data: numbers stay numbers, a gap is null."""
    match cell:
        case ReportGap():
            return None
        case int():
            return cell
        case _:
            return cell_text(language, cell)


def csv_files(language: str, report: OfficeReport) -> dict[str, bytes]:
    """Return the report as CSV files by name: its basis, its figures, each table, and the objects behind each row and figure.

    With a mark of UTF-8 at the start, which a spreadsheet needs to know it by; a text that a spreadsheet would compute is quoted.
    """
    form = {
        key: office_word(language, f"form_{key}") for key in ("figure", "value", "objects", "where", "about", "row")
    }
    basis = [[label, value] for label, value in basis_lines(language, report)]
    figures: list[tuple[str, int]] = [
        (office_word(language, f"figure_{item.key}"), item.value) for item in report.figures
    ]
    notes = [["", cell_text(language, note)] for note in report.notes]
    behind: list[list[str | int]] = [
        [office_word(language, f"figure_{item.key}"), "", one.name, str(one.where)]
        for item in report.figures
        for one in item.objects
    ]
    found = {
        "about.csv": csv_bytes([form["about"], form["value"]], [*basis, *notes]),
        "figures.csv": csv_bytes([form["figure"], form["value"]], figures),
    }
    for table in report.tables:
        rows = [[_csv_cell(language, cell) for cell in line.cells] for line in table.rows]
        found[f"{table.key.replace('_', '-')}.csv"] = csv_bytes(headings(language, table), rows)
        behind += [
            [office_word(language, f"table_{table.key}"), number, one.name, str(one.where)]
            for number, line in enumerate(table.rows, 1)
            for one in line.objects
        ]
    found["objects.csv"] = csv_bytes([form["figure"], form["row"], form["objects"], form["where"]], behind)
    return found


def _csv_cell(language: str, cell: Cell) -> str | int:
    return cell if isinstance(cell, int) else cell_text(language, cell)


def csv_bytes(header: Sequence[str], rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return a table as bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_unsteered(cell) for cell in line] for line in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _unsteered(cell: str | int) -> str | int:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(cell, int) or not _STEERING.match(cell) or _PLAIN_NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def print_due(output: Output, items: tuple[DueItem, ...], on: date) -> None:
    """Write what is due, the earliest first."""
    language = output.language
    if output.json:
        start_messages(output, DUE_FORMAT, on=on.isoformat())
        for item in items:
            print_message(output, _due_message(language, item, on))
        print_message(output, {"type": "summary", "ok": True, "rows": len(items)})
        return
    header = [office_word(language, f"column_{key}") for key in ("before_day", "state", "what_due", "requirement")]
    rows = [
        [
            item.before.isoformat(),
            office_word(language, f"state_{item.state(on)}"),
            cell_text(language, item.what),
            rule_text(rule_on(item.requirement, on)),
        ]
        for item in items
    ]
    output.table(header, rows)


def _due_message(language: str, item: DueItem, on: date) -> Mapping[str, object]:
    rule = rule_on(item.requirement, on)
    return {
        "type": "due",
        "before": item.before.isoformat(),
        "state": str(item.state(on)),
        "what": cell_text(language, item.what),
        "requirement": rule.requirement,
        "article": rule.article,
        "pack": rule.pack,
        "objects": [{"name": one.name, "where": str(one.where)} for one in item.objects],
    }
