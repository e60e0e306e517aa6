"""Faults that a made-up device is told to have: what goes wrong, and at which line, commit or login it bites.

The one idea: a fault is planned by name before the client comes; the sessions ask at each of three places whether one is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What can go wrong; closed, so that a test may try each."""

    REFUSE_LINE = "refuse_line"  # answers as to a typing error and keeps nothing
    DROP = "drop"  # the connection is gone, without a word; what the line did before stands
    STALL = "stall"  # takes it, and never answers
    HALF_ANSWER = "half_answer"  # takes it, says half of the answer, and never the rest
    REBOOT = "reboot"  # falls, and comes back with what was saved
    WRONG_PROMPT = "wrong_prompt"  # takes it, and calls itself by another name from then on
    ODD_PROMPT = "odd_prompt"  # takes it, and waits behind what no device of its kind waits behind
    ASKS = "asks"  # asks back before it takes it, and takes the next line for the answer
    WRONG_KEY = "wrong_key"  # shows another host key than the one that is known
    DOES_NOTHING = "does_nothing"  # says that all is well and does nothing


class Place(StrEnum):
    """Where a fault bites."""

    LOGIN = "login"
    LINE = "line"  # a line of configuration mode, or a part of an edit
    COMMAND = "command"  # a command outside configuration mode, or an RPC
    COMMIT = "commit"  # a commit; on a device without one, the line that saves
    CONFIRM = "confirm"  # what keeps a change whose timer runs


@dataclass(slots=True, kw_only=True)
class Planned:
    """A fault that waits: for the n-th thing at its place (the first is 1), or for one that contains some words."""

    fault: Fault
    place: Place = Place.LINE
    nth: int = 1
    containing: str = ""
    times: int = 1
    seen: int = field(default=0, init=False)

    def due(self, place: Place, said: str) -> bool:
        """Count one more thing at a place, and tell if the fault bites there."""
        if place is not self.place or self.times == 0 or self.containing not in said:
            return False
        self.seen += 1
        if self.seen < self.nth:
            return False
        self.times -= 1
        return True


def due_fault(planned: list[Planned], place: Place, said: str) -> Fault | None:
    """Return the first fault that bites now; every one that waits counts."""
    due = [one.fault for one in planned if one.due(place, said)]
    return due[0] if due else None
