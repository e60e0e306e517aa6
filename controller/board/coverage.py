"""What the questions of a judgement rest on -> what the board's page says of it.

The one idea: lines of one thing with one reason are one row, so that a board sees kinds and not a listing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from controller.board.lines import culprit_line
from controller.board.words import Both, both_ways
from controller.jobs.verify import VerifyReport

MOST_UNCOVERED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UncoveredRow:
    """The first line of a thing, how many more lines it has, and why no question rests on it."""

    line: Both
    more: int
    why: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """How much is covered: in percent, of how many modelled lines; and what is not."""

    percent: str
    modelled: int
    uncovered: int
    rows: tuple[UncoveredRow, ...]
    left_out: int


def covered_of(report: VerifyReport) -> Covered | None:
    """Return what the page says of coverage; None if that was not asked."""
    coverage = report.coverage
    if coverage is None:
        return None
    alike = groupby(coverage.uncovered, key=lambda item: (item.line.device, item.line.ref, item.why))
    groups = [list(items) for _, items in alike]
    return Covered(
        percent=f"{coverage.percent:.1f}",
        modelled=coverage.modelled,
        uncovered=len(coverage.uncovered),
        rows=tuple(
            UncoveredRow(line=culprit_line(report, items[0].line), more=len(items) - 1, why=both_ways(items[0].why))
            for items in groups[:MOST_UNCOVERED]
        ),
        left_out=max(0, len(groups) - MOST_UNCOVERED),
    )
