"""The journal as a roll-out writes it: a record with its moment, heard by whoever tells what happens.

The one idea: what is told is what was written down, never more; so the words on a screen and the journal can't differ. The moment
is that of writing: of two devices at work at once, neither has to wait with an older one and look as if a clock had gone back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

from controller.journal.device_state import DeviceState
from controller.journal.records import Record
from controller.journal.state import JournalState, RolloutState

Hear: TypeAlias = Callable[[Record], None]
"""Hears of a record that stands in the journal."""


class OpenJournal(Protocol):
    """A journal that is open: `controller.journal.file.Journal`, or one that a test stands before."""

    @property
    def state(self) -> JournalState:
        """Return what is known after all that was appended."""
        ...

    def append(self, record: Record) -> str:
        """Write a record down; return when it is on the disk."""
        ...


def utc_now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


class Logbook:
    """A journal and who hears of it; several threads may write."""

    def __init__(self, journal: OpenJournal, hear: Hear) -> None:
        self._journal = journal
        self._hear = hear
        self._turn = threading.Lock()

    def write(self, record: Record) -> None:
        """Write a record down, and let it be heard. FindingsError if it is not known to be on the disk."""
        with self._turn:
            written = replace(record, at=utc_now())
            self._journal.append(written)
        self._hear(written)

    @property
    def rollout(self) -> RolloutState:
        """What is known of the roll-out."""
        found = self._journal.state.last
        assert found is not None
        return found

    def device(self, name: str) -> DeviceState:
        """Return what is known of a device."""
        return self.rollout.devices[name]
