"""Ctrl-C while devices are talked to -> a word that a run looks at, instead of an exception in its middle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from controller.fleet.readings import Stop


@contextmanager
def stopping() -> Iterator[Stop]:
    """Let the first interruption end the run after the devices that are being asked, a second one now, a third one anyhow."""
    stop = Stop()

    def hear(_number: int, _frame: FrameType | None) -> None:
        stop.asked += 1
        if stop.asked > 2:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGINT, hear)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
