"""What a roll-out works with: ways to devices, the journal, and how patient it is.

The one idea: all that has an effect is handed in, so the same code runs an operator's night and a test that kills it.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

from controller.apply.logbook import Logbook
from controller.apply.ways import PlannedDevice, own_text
from controller.fleet.readings import DeviceText, NotRead, ReadingError, ReadingTrouble, Stop
from controller.fleet.writing import DeviceAccess

FINAL = frozenset(
    {ReadingTrouble.KEY_DIFFERS, ReadingTrouble.KEY_UNKNOWN, ReadingTrouble.LOGIN, ReadingTrouble.ANOTHER_NAME}
)
"""Troubles after which asking once more would be no help, or harm: a wrong key, a lock-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`seconds`: how long a device waits to be confirmed before it goes back by itself; `arms`: whether also a device is made to
    that would do so in steps that nobody has proved. `pauses`: seconds between attempts to read a device that does not answer.
    `grace`: seconds behind a device's own time until it is surely over."""

    seconds: int = 300
    arms: bool = False
    pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0)
    grace: float = 20.0

    @property
    def minutes(self) -> int:
        """The same for devices that count in minutes: a part of one is one."""
        return math.ceil(self.seconds / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutTerms:
    """What devices are changed with. `alone`: held by the one device that is changed without a way back of its own."""

    access: DeviceAccess
    log: Logbook
    patience: Patience
    stop: Stop
    alone: threading.Lock = field(default_factory=threading.Lock)

    def pause(self, seconds: float) -> None:
        """Wait, unless the run is to end now."""
        until = time.monotonic() + seconds
        while self.stop.asked < 2 and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))

    def read(self, device: PlannedDevice) -> str:
        """Return a device's text in the form of plans, read over a fresh connection; ReadingError."""
        found = self.access.read(device.reach)
        match found:
            case NotRead():
                raise ReadingError(found.trouble, found.detail)
            case DeviceText():
                text = own_text(device.name, device.reach.platform, found.text, device.there.standing)
                return found.text if text is None else text

    def read_patiently(self, device: PlannedDevice, *, until: float = 0.0) -> str:
        """Return the same, asking again while the device does not answer: a few times, and as long as `until` (monotonic) has not
        come. ReadingError."""
        pauses = list(self.patience.pauses)
        while True:
            try:
                return self.read(device)
            except ReadingError as error:
                is_late = time.monotonic() >= until
                if error.trouble in FINAL or self.stop.asked > 1 or (not pauses and is_late):
                    raise
                self.pause(pauses.pop(0) if pauses else self.patience.pauses[-1])
