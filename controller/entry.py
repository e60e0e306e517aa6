"""Where the program `truc` starts: nothing is loaded yet, so whoever interrupts it now sees no traceback.

The one idea: while modules load, an interruption ends the process at once, for nothing has begun; from then on the command
line takes it, whoever interrupts.
"""
# ruff: noqa: PLC0415 -- what loads slowly is loaded only once an interruption can be met

from __future__ import annotations

import os
import signal
from types import FrameType

from controller.interruptions import hear_interruptions

INTERRUPTED = 130


def start() -> None:
    """Load the command line and run it."""
    hear_interruptions(_leave)
    from controller.cli import main

    hear_interruptions(signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
