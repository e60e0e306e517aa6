"""Lines of devices as the board's page names them: file, number and text."""

from __future__ import annotations

from controller.board.words import Both, both
from controller.jobs.verify import VerifyReport
from verification.verdicts.verdict import Culprit


def culprit_line(report: VerifyReport, culprit: Culprit) -> Both:
    """Return a guilty line as `FILE:LINE: text`, or what is missing in which file."""
    name = report.file_name(culprit.device)
    if culprit.line:
        return Both(vi=f"{name}:{culprit.line}: {culprit.text}")
    missing = both("no_line", thing=" ".join(part for part in culprit.ref if part))
    return Both(vi=f"{name}: {missing.vi}", en=missing.en)
