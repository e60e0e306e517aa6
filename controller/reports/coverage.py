"""What the questions of a judgement rest on -> what the terminal and JSON Lines say of it.

The one idea: a line that nobody's proof needs is told with the reason; it is superfluous, or it was meant for something that
nobody has asked about.
"""

from __future__ import annotations

from collections.abc import Iterator

from controller.jobs.verify import VerifyReport
from controller.output.json_lines import Message, because_message
from controller.output.terminal import Output
from intents.messages import printable
from verification.coverage.lines import UncoveredLine, percent

MOST_LINES = 40
"""Uncovered lines shown on a terminal; the rest is counted, and `--json` has all."""


def print_coverage(output: Output, report: VerifyReport) -> None:
    """Write how many modelled lines some question rests on, and those on which none does."""
    coverage = report.coverage
    if coverage is None:
        return
    uncovered = coverage.uncovered
    counts = {"percent": coverage.percent, "modelled": coverage.modelled, "count": len(uncovered)}
    output.say("coverage" if uncovered else "coverage_whole", **counts)
    for item in uncovered[:MOST_LINES]:
        output.line(f"  {_shown(report, item)}: {output.in_words(item.why)}")
    if len(uncovered) > MOST_LINES:
        output.say("more_lines", count=len(uncovered) - MOST_LINES)
    output.line()


def _shown(report: VerifyReport, item: UncoveredLine) -> str:
    return printable(f"{report.file_name(item.line.device)}:{item.line.line}: {item.line.text}")


def coverage_messages(report: VerifyReport) -> Iterator[Message]:
    """Yield a message for every device, with its uncovered lines, if that was asked."""
    if report.coverage is None:
        return
    for item in report.coverage.devices:
        lines = [
            {"line": found.line.line, "text": found.line.text, **because_message(found.why)} for found in item.uncovered
        ]
        covered = item.modelled - len(item.uncovered)
        yield {
            "type": "coverage",
            "device": item.device,
            "file": report.file_name(item.device),
            "modelled": item.modelled,
            "percent": percent(covered, item.modelled),
            "uncovered": lines,
        }
