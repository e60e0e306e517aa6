"""What a change of texts opens and cuts -> the rows of the board's page about it.

The one idea: a board decides about a change; what it opens stands before what it cuts, each with a packet and who saw it.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.board.judges import name_judge
from controller.board.words import Both, both, both_ways
from controller.jobs.verify import VerifyReport
from verification.change.access import Turn
from verification.verdicts.flow import flow_in_words

MOST_CHANGES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """Packets that only one of running and intended texts deliver, by an example."""

    turn: Both
    opens: bool
    source: str
    destination: str
    packet: Both
    judges: tuple[Both, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that is said of the change; `asked`: whether the running texts were given."""

    asked: bool
    rows: tuple[ChangeRow, ...] = ()
    left_out: int = 0
    alone: int = 0
    new: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    doubts: tuple[Both, ...] = ()
    differences: tuple[Both, ...] = ()


def change_of(report: VerifyReport) -> Change:
    """Return what the page says of the change from running to intended texts."""
    change = report.change
    if change is None:
        return Change(asked=False)
    order = sorted(change.changes, key=lambda item: item.change.turn is Turn.CUT)
    return Change(
        asked=True,
        rows=tuple(
            ChangeRow(
                turn=both(f"turn_{item.change.turn}"),
                opens=item.change.turn is Turn.OPENED,
                source=str(item.change.source),
                destination=str(item.change.destination),
                packet=both_ways(flow_in_words(item.change.flow)),
                judges=tuple(name_judge(judge) for judge in item.judges),
            )
            for item in order[:MOST_CHANGES]
        ),
        left_out=max(0, len(order) - MOST_CHANGES),
        alone=change.alone,
        new=change.new,
        undeclared=change.undeclared,
        doubts=tuple(both_ways(item.reason) for item in change.doubts),
        differences=tuple(both_ways(item) for item in change.differences),
    )
