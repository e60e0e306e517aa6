"""Time that passes only when somebody waits: hours of a night in no time, and a wall clock that can be made to jump.

The one idea: whoever sleeps moves the time on to where he wakes, and what was to happen meanwhile happens then, in order. It
takes the place of the system's clock for a whole process, in which nothing else may wait.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count

from controller.apply import logbook

NIGHT = datetime(2026, 12, 5, 15, 0, tzinfo=UTC)


@dataclass(order=True)
class Alarm:
    """Something that is due; kept in order of time."""

    at: float
    number: int
    do: Callable[[], None] = field(compare=False)
    is_off: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.is_off = True


class VirtualTime:
    """Seconds that pass (`monotonic`), and what the wall clock shows, which `jump` moves alone."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.jumped = 0.0
        self._alarms: list[Alarm] = []
        self._numbers = count()

    def monotonic(self) -> float:
        return self.seconds

    def now(self, _zone: tzinfo | None = None) -> datetime:
        return NIGHT + timedelta(seconds=self.seconds - 1000.0 + self.jumped)

    def jump(self, seconds: float) -> None:
        self.jumped += seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass, and let happen what falls into it."""
        until = self.seconds + max(seconds, 0.0)
        while self._alarms and self._alarms[0].at <= until:
            alarm = heapq.heappop(self._alarms)
            self.seconds = max(self.seconds, alarm.at)
            if not alarm.is_off:
                alarm.do()
        self.seconds = until

    def after(self, seconds: float, do: Callable[[str], None], word: str) -> Alarm:
        alarm = Alarm(self.seconds + seconds, next(self._numbers), lambda: do(word))
        heapq.heappush(self._alarms, alarm)
        return alarm

    @contextmanager
    def ruling(self) -> Iterator[None]:
        """Be this process's time while the block lasts."""
        before = vars(time)["monotonic"], vars(time)["sleep"], vars(logbook)["datetime"]
        try:
            self._set(self.monotonic, self.sleep, self)
            yield
        finally:
            self._set(*before)

    def _set(self, monotonic: object, sleep: object, wall: object) -> None:
        """Let the clocks be these; all that a journal asks of the wall clock is `now`."""
        vars(time).update(monotonic=monotonic, sleep=sleep)
        vars(logbook).update(datetime=wall)
