"""One line of a table -> its cells and where each starts.

The one idea: a record is one line; a cell is in quotes as a whole or not at all, and a doubled quote inside quotes is one quote.
"""

from __future__ import annotations

from collections.abc import Sequence

from intents.finding import Finding, Where, make_finding

Cells = tuple[Sequence[str], "tuple[int, ...] | None"]
"""The cells, and their columns (from 1) where quotes moved them."""


def split_line(line: str, separator: str, where: Where) -> Cells | Finding:
    """Split a line at separators outside quotes; a Finding at the place of a wrong quote."""
    if '"' not in line:
        return line.split(separator), None
    cells: list[str] = []
    starts: list[int] = []
    at = 0
    while True:
        quoted = line.startswith('"', at)
        text, next_at = _quoted_cell(line, at, separator) if quoted else _plain_cell(line, at, separator)
        if text is None:
            return make_finding("TR126", Where(file=where.file, line=where.line, column=next_at + 1))
        starts.append(at + (2 if quoted else 1))
        cells.append(text)
        if next_at >= len(line):
            return cells, tuple(starts)
        at = next_at + 1


def join_cells(cells: Sequence[str]) -> str:
    """Return cells as a line with commas, in quotes where they would be read as something else."""
    return ",".join(_quote(cell, first=at == 0) for at, cell in enumerate(cells))


def _quote(cell: str, *, first: bool) -> str:
    needs = "," in cell or '"' in cell or (first and cell.startswith("#"))
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if needs else cell


def _plain_cell(line: str, at: int, separator: str) -> tuple[str | None, int]:
    end = line.find(separator, at)
    end = len(line) if end < 0 else end
    quote = line.find('"', at, end)
    return (line[at:end], end) if quote < 0 else (None, quote)


def _quoted_cell(line: str, at: int, separator: str) -> tuple[str | None, int]:
    """Return the text and the index behind the closing quote; (None, place of the fault) if quoting is wrong."""
    search = at + 1
    while (quote := line.find('"', search)) >= 0:
        if line.startswith('"', quote + 1):
            search = quote + 2
            continue
        if quote + 1 < len(line) and line[quote + 1] != separator:
            return None, quote + 1
        return line[at + 1 : quote].replace('""', '"'), quote + 1
    return None, at
