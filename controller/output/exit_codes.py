"""What a command's exit code says to a script.

The one idea: one closed list, so that no command invents a number; a usage error is an error like any other (1), because
2 means that something changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from verification.verdicts.question import Answer
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Violated


class ExitCode(IntEnum):
    FINE = 0
    ERROR = 1
    """A mistake in the files, a failure of the surroundings, or a violated question."""
    CHANGES = 2
    """Something changed or would change (asked for by `--check` or `--detailed-exitcode`)."""
    INCONCLUSIVE = 3
    """Nothing is violated, but something is disputed or not modelled."""
    NOT_APPROVED = 4
    PARTLY_APPLIED = 5
    """A plan stands on some devices, or on all and not yet over a restart."""
    LOCKED = 6
    INTERRUPTED = 130
    """By Ctrl-C, SIGTERM or SIGHUP alike."""


def code_of_answers(answers: Iterable[Answer]) -> ExitCode:
    """Return the exit code that answers lead to: one violated question outweighs every inconclusive one."""
    found = ExitCode.FINE
    for answer in answers:
        match answer.verdict:
            case Violated():
                return ExitCode.ERROR
            case Disputed() | NotModelled():
                found = ExitCode.INCONCLUSIVE
            case Holds():
                pass
    return found
