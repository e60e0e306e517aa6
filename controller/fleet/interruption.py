"""Ctrl-C while devices are talked to -> a word that a run looks at, instead of an exception in its middle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from controller.fleet.readings import Stop
from controller.interruptions import LOST_SESSION, hear_as_before, hear_interruptions


@contextmanager
def stopping() -> Iterator[Stop]:
    """Let the first interruption end the run after the devices that are being asked, a second one now, a third one anyhow.

    A session that is lost is lost once, however often that is told, and is never the second word.
    """
    stop = Stop()
    words = 0

    def hear(number: int, _frame: FrameType | None) -> None:
        nonlocal words
        words += number != LOST_SESSION
        stop.asked, stop.is_unheard = max(stop.asked, words, 1), False
        if words > 2:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = hear_interruptions(hear)
    try:
        yield stop
    finally:
        hear_as_before(before)
