"""Lines of access lists that no packet reaches -> the rows of the board's page about them, and about judges who differ.

The one idea: a board must see at once which of these lines says the contrary of what is done; the others are only dead weight.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.board.judges import name_judge
from controller.board.lines import culprit_line
from controller.board.words import Both, both
from controller.jobs.verify import VerifyReport
from verification.questions.unreachable_lines import Anomaly, UnreachableLine
from verification.verdicts.opinions import LineDifference

MOST_UNREACHABLE = 100
MOST_COVERS = 3
"""Lines named as covering one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachableRow:
    """One line, in how many more lists of the same content it stands, why no packet reaches it, and what covers it."""

    line: Both
    more: int
    anomaly: Both
    hides: bool
    covers: tuple[Both, ...]
    more_covers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """A line that only one judge calls unreachable, and why the other may not."""

    line: Both
    judge: Both
    reason: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """Everything that was found in bound access lists."""

    lists: int
    skipped: int
    rows: tuple[UnreachableRow, ...]
    left_out: int
    differences: tuple[DifferenceRow, ...]
    differences_left_out: int


def unreachable_of(report: VerifyReport) -> Unreachable:
    """Return what the page says of lines that no packet reaches."""
    lists = report.judgement.lists
    return Unreachable(
        lists=lists.lists,
        skipped=lists.skipped,
        rows=tuple(_row(report, item) for item in lists.unreachable[:MOST_UNREACHABLE]),
        left_out=max(0, len(lists.unreachable) - MOST_UNREACHABLE),
        differences=tuple(_difference(report, item) for item in lists.differences[:MOST_UNREACHABLE]),
        differences_left_out=max(0, len(lists.differences) - MOST_UNREACHABLE),
    )


def _row(report: VerifyReport, item: UnreachableLine) -> UnreachableRow:
    return UnreachableRow(
        line=culprit_line(report, item.places[0]),
        more=len(item.places) - 1,
        anomaly=both(f"anomaly_{item.anomaly}"),
        hides=item.anomaly is Anomaly.SHADOWED,
        covers=tuple(culprit_line(report, cover) for cover in item.covers[:MOST_COVERS]),
        more_covers=max(0, len(item.covers) - MOST_COVERS),
    )


def _difference(report: VerifyReport, item: LineDifference) -> DifferenceRow:
    return DifferenceRow(
        line=culprit_line(report, item.place),
        judge=name_judge(item.judge),
        reason=both("unseen_nothing" if item.unseen is None else f"unseen_{item.unseen}"),
    )
