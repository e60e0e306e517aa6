"""What asks a process to end -> a handler that hears it, whoever asks: a key, the system, or a session that is gone.

The one idea: Ctrl-C (SIGINT), `kill` (SIGTERM) and the end of a session (SIGHUP) are one question, so that no command answers two
of them otherwise than the third. A question that whoever started the process had it ignore (`nohup`) stays ignored.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from types import FrameType
from typing import TypeAlias

Hear: TypeAlias = Callable[[int, FrameType | None], None]
"""Takes the number of a signal and where it was met."""
LOST_SESSION = getattr(signal, "SIGHUP", None)
"""A lost session tells of itself several times: its shell, the system and whoever tidies up behind it each send one."""
_ASKED = tuple(number for number in (signal.SIGTERM, LOST_SESSION) if number is not None)


def hear_interruptions(hear: Hear) -> Mapping[int, object]:
    """Have interruptions heard, in the main thread; return how they were heard before."""
    numbers = (signal.SIGINT, *(number for number in _ASKED if signal.getsignal(number) is not signal.SIG_IGN))
    return {number: signal.signal(number, hear) for number in numbers}


def hear_as_before(before: Mapping[int, object]) -> None:
    """Have interruptions heard as they were."""
    for number, hear in before.items():
        signal.signal(number, hear)  # type: ignore[arg-type]  # what `signal.signal` returned


def leave_interruptions() -> None:
    """Let a worker hear of no interruption: whoever started it does, and ends it, by a SIGTERM that ends at once."""
    for number in (signal.SIGINT, *(() if LOST_SESSION is None else (LOST_SESSION,))):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
