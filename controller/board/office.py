"""An office report -> a page in both languages, which needs nothing else and runs nothing.

The one idea: the page is the report's own value; a row opens to the objects that it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from controller.board.report import csp_hash, page_environment
from controller.board.words import Both
from controller.office.report import Cell, OfficeReport, ReportedObject, ReportGap, ReportTable, Word
from controller.output.words import Language
from controller.reports.office.texts import basis_lines, cell_text, headings, office_word

TEMPLATE = "office.html.jinja"
STYLES = ("report.css", "office.css")
MOST_OBJECTS = 60
"""Objects that one figure or row lists on the page; the workbook has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    """A cell in both languages; `kind`: number, day, gap or text."""

    words: Both
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownObjects:
    """The objects behind something: the first ones, and how many more there are."""

    first: tuple[ReportedObject, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReportTable:
    """A table on the page."""

    title: Both
    columns: tuple[ShownCell, ...]
    rows: tuple[tuple[tuple[ShownCell, ...], ShownObjects], ...]


def office_page(report: OfficeReport) -> str:
    """Return the page; equal reports give equal bytes."""
    environment = page_environment()
    style = "".join(environment.get_template(name).render() for name in STYLES)
    return (
        environment.get_template(TEMPLATE).render(
            title=_both(f"title_{report.name}"),
            of=_both("form_of", province=report.basis.province, on=report.basis.on.isoformat()),
            basis=list(_basis(report)),
            figures=[(_both(f"figure_{item.key}"), item.value, _objects(item.objects)) for item in report.figures],
            notes=[_cell(note).words for note in report.notes],
            tables=[_table(item) for item in report.tables],
            words={key: _both(f"form_{key}") for key in ("figures", "objects", "nothing")},
            more=lambda count: _both("form_more", count=count),
            styles=STYLES,
            style_hash=csp_hash(style),
        )
        + "\n"
    )


def _both(key: str, **values: object) -> Both:
    vi, en = (office_word(language, key, **values) for language in (Language.VI, Language.EN))
    return Both(vi=vi, en="" if en == vi else en)


def _basis(report: OfficeReport) -> Iterator[tuple[Both, Both]]:
    pairs = zip(basis_lines(Language.VI, report), basis_lines(Language.EN, report), strict=True)
    for (label_vi, value_vi), (label_en, value_en) in pairs:
        yield Both(vi=label_vi, en=label_en), Both(vi=value_vi, en="" if value_en == value_vi else value_en)
    if report.due is not None:
        yield Both(vi=""), _both("form_due", day=report.due.isoformat())


def _cell(cell: Cell) -> ShownCell:
    vi, en = (cell_text(language, cell) for language in (Language.VI, Language.EN))
    kinds: tuple[tuple[type, str], ...] = (
        (ReportGap, "gap"),
        (int, "number"),
        (date, "day"),
        (str, "text"),
        (Word, "text"),
    )
    kind = next(name for of, name in kinds if isinstance(cell, of))
    return ShownCell(words=Both(vi=vi, en="" if en == vi else en), kind=kind)


def _objects(objects: tuple[ReportedObject, ...]) -> ShownObjects:
    return ShownObjects(first=objects[:MOST_OBJECTS], more=max(0, len(objects) - MOST_OBJECTS))


def _table(table: ReportTable) -> ShownReportTable:
    pairs = zip(headings(Language.VI, table), headings(Language.EN, table), strict=True)
    number = [all(isinstance(line.cells[at], int) for line in table.rows) for at in range(len(table.columns))]
    columns = tuple(
        ShownCell(words=Both(vi=vi, en="" if en == vi else en), kind="number" if right else "text")
        for (vi, en), right in zip(pairs, number, strict=True)
    )
    rows = tuple((tuple(map(_cell, line.cells)), _objects(line.objects)) for line in table.rows)
    return ShownReportTable(title=_both(f"table_{table.key}"), columns=columns, rows=rows)
