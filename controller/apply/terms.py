"""What a roll-out works with: ways to devices, the journal, and how patient it is.

The one idea: all that has an effect is handed in, so the same code runs an operator's night and a test that kills it.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

from controller.apply.links import KINDS, LinksUp, links_up
from controller.apply.logbook import Logbook
from controller.apply.ways import PlannedDevice, planned_text
from controller.fleet.device_secrets import DeviceSecrets
from controller.fleet.readings import DeviceText, NotRead, ReadingError, ReadingTrouble, Stop
from controller.fleet.writing import DeviceAccess
from routing.vendors.device_tables import TableKind

FINAL = frozenset(
    {ReadingTrouble.KEY_DIFFERS, ReadingTrouble.KEY_UNKNOWN, ReadingTrouble.LOGIN, ReadingTrouble.ANOTHER_NAME}
)
"""Troubles after which asking once more would be no help, or harm: a wrong key, a lock-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`seconds`: how long a device waits to be confirmed before it goes back by itself; `arms`: whether also a device is made to
    that would do so in steps that nobody has proved. `pauses`: seconds between attempts to read a device that does not answer.
    `grace`: seconds behind a device's own time until it is surely over. `settle`: seconds that what was up before has to come up
    again after a change; 0: nobody looks."""

    seconds: int = 300
    arms: bool = False
    pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0)
    grace: float = 20.0
    settle: float = 60.0

    @property
    def minutes(self) -> int:
        """The same for devices that count in minutes: a part of one is one."""
        return math.ceil(self.seconds / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one reading of a device says: its text in the form of plans, and what is up."""

    text: str
    links: LinksUp


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutTerms:
    """What devices are changed with. `alone`: held by the one device that is changed without a way back of its own."""

    access: DeviceAccess
    log: Logbook
    patience: Patience
    stop: Stop
    alone: threading.Lock = field(default_factory=threading.Lock)
    secrets: DeviceSecrets = field(default_factory=DeviceSecrets)

    def pause(self, seconds: float) -> None:
        """Wait, unless the run is to end now."""
        until = time.monotonic() + seconds
        while self.stop.asked < 2 and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))

    def form_of(self, device: PlannedDevice, text: str) -> str:
        """Return a text that was read in the form of plans."""
        return planned_text(device, text, self.secrets)

    def look(self, device: PlannedDevice) -> Look:
        """Return what a device carries and, if that is wanted, what it shows as up, read over a fresh connection as
        `read_patiently` does. ReadingError."""
        return self._patiently(device, KINDS if self.patience.settle else frozenset(), 0.0)

    def read_patiently(self, device: PlannedDevice, *, until: float = 0.0) -> str:
        """Return a device's text in the form of plans, read over a fresh connection, asking again while it does not answer: a few
        times, and as long as `until` (monotonic) has not come. ReadingError."""
        return self._patiently(device, frozenset(), until).text

    def _patiently(self, device: PlannedDevice, kinds: frozenset[TableKind], until: float) -> Look:
        pauses = list(self.patience.pauses)
        while True:
            try:
                return self._read(device, kinds)
            except ReadingError as error:
                is_late = time.monotonic() >= until
                if error.trouble in FINAL or self.stop.asked > 1 or (not pauses and is_late):
                    raise
                self.pause(pauses.pop(0) if pauses else self.patience.pauses[-1])

    def _read(self, device: PlannedDevice, kinds: frozenset[TableKind]) -> Look:
        found = self.access.read(device.reach, kinds)
        match found:
            case NotRead():
                raise ReadingError(found.trouble, found.detail)
            case DeviceText():
                return Look(text=self.form_of(device, found.text), links=links_up(found.tables))
