"""Lines of access lists that no packet reaches -> what the terminal and JSON Lines say of them, and of judges who differ.

The one idea: such a line is told and shuts nothing; only a difference between judges that nothing explains is a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from controller.jobs.verify import VerifyReport
from controller.output.json_lines import Message
from controller.output.terminal import Output
from intents.messages import printable
from verification.questions.unreachable_lines import Anomaly, UnreachableLine
from verification.verdicts.opinions import LineDifference, Unseen
from verification.verdicts.verdict import Culprit

MOST_LINES = 5
"""Unreachable lines shown on a terminal; the rest is counted, and `--json` has all."""


def print_lines(output: Output, report: VerifyReport) -> None:
    """Write how many lines no packet reaches, and the first few with what covers them."""
    lists = report.judgement.lists
    if lists.skipped:
        output.say("lists_skipped", count=lists.skipped)
    if not lists.unreachable:
        output.say("unreachable_none", lists=lists.lists)
    else:
        counts = Counter(item.anomaly for item in lists.unreachable)
        named = {str(anomaly): counts[anomaly] for anomaly in Anomaly}
        output.say("unreachable", count=len(lists.unreachable), lists=lists.lists, **named)
        for item in lists.unreachable[:MOST_LINES]:
            _print_line(output, report, item)
        if len(lists.unreachable) > MOST_LINES:
            output.say("more_lines", count=len(lists.unreachable) - MOST_LINES)
    counted = Counter(item.unseen for item in lists.differences if item.unseen is not None)
    for unseen in Unseen:
        if counted[unseen]:
            output.say(f"unseen_{unseen}", count=counted[unseen])
    output.line()


def _print_line(output: Output, report: VerifyReport, item: UnreachableLine) -> None:
    more = len(item.places) - 1
    tail = output.words("also_on", count=more) if more else ""
    output.line(f"  {_shown(report, item.places[0])}{tail}")
    others = len(item.covers) - 1
    cover = _shown(report, item.covers[0]) if item.covers else ""
    tail = output.words("and_lines", count=others) if others > 0 else ""
    output.line(f"    {output.words(f'anomaly_{item.anomaly}', cover=cover)}{tail}")


def _shown(report: VerifyReport, place: Culprit) -> str:
    return printable(f"{report.file_name(place.device)}:{place.line}: {place.text}")


def line_messages(report: VerifyReport) -> Iterator[Message]:
    """Yield a message for every unreachable line, then for every difference between judges about one."""
    for item in report.judgement.lists.unreachable:
        yield {
            "type": "unreachable line",
            "anomaly": str(item.anomaly),
            "family": int(item.family),
            **_place(report, item.places[0]),
            "places": [_place(report, place) for place in item.places],
            "covers": [_place(report, cover) for cover in item.covers],
        }
    for difference in report.judgement.lists.differences:
        yield _difference(report, difference)


def _place(report: VerifyReport, place: Culprit) -> Message:
    return {"file": report.file_name(place.device), "line": place.line, "text": place.text}


def _difference(report: VerifyReport, item: LineDifference) -> Message:
    unseen = None if item.unseen is None else str(item.unseen)
    return {"type": "line difference", **_place(report, item.place), "judge": item.judge, "unseen": unseen}
