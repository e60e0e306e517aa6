"""What a change of texts opens and cuts -> what the terminal and JSON Lines say of it.

The one idea: every change is told with who saw it; what may be missing from the list is told beside it, and never left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from controller.json_lines import Message, flow_message
from controller.output import Output
from controller.verify import VerifyReport
from intents.messages import printable
from verification.access_change import Turn
from verification.change_judge import ChangeOfAccess, ToldChange
from verification.flow import describe_flow

MOST_CHANGES = 20
"""Changes shown on a terminal; the rest is counted, and `--json` has all."""


def print_change(output: Output, report: VerifyReport) -> None:
    """Write what opens and what is cut, the first few with a packet each, and why there may be more."""
    change = report.change
    if change is None:
        return
    counts = Counter(item.change.turn for item in change.changes)
    output.say("change", opened=counts[Turn.OPENED], cut=counts[Turn.CUT], judges=", ".join(change.judges) or "-")
    for item in change.changes[:MOST_CHANGES]:
        _print_one(output, change, item)
    if len(change.changes) > MOST_CHANGES:
        output.say("more_changes", count=len(change.changes) - MOST_CHANGES)
    if change.new:
        output.say("change_new", devices=", ".join(change.new))
    for doubt in change.doubts:
        output.say("change_doubt", reason=printable(doubt.reason))
    for difference in change.differences:
        output.say("change_differs", what=printable(difference))
    output.line()


def _print_one(output: Output, change: ChangeOfAccess, item: ToldChange) -> None:
    found = item.change
    alone = "" if item.judges == change.judges else f" ({', '.join(item.judges)})"
    turn = output.words(f"turn_{found.turn}")
    output.line(f"  {turn} {found.source} -> {found.destination}: {describe_flow(found.flow)}{alone}")


def change_messages(report: VerifyReport) -> Iterator[Message]:
    """Yield a message for every change of access, then one about all of them; nothing if none was asked for."""
    change = report.change
    if change is None:
        return
    for item in change.changes:
        found = item.change
        yield {
            "type": "access change",
            "turn": str(found.turn),
            "source": str(found.source),
            "destination": str(found.destination),
            "flow": flow_message(found.flow),
            "judges": list(item.judges),
            "replayed": item.replayed,
        }
    yield {
        "type": "access changes",
        "judges": list(change.judges),
        "new": list(change.new),
        "doubts": [item.reason for item in change.doubts],
        "differences": list(change.differences),
    }
