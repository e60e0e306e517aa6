"""What a person asks to be changed: who asked and decided, which intents are touched, what shall open and close, who is cut off
meanwhile.

The one idea: a change request promises a difference and makes none; it is held against the difference of two workspaces, and
what it does not say may not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from intents.finding import Where
from intents.model import Head, Party

VIETNAM = timezone(timedelta(hours=7))
"""The time of the place, whatever machine says it: Indochina Time, no summer time since 1975 (tz database, Asia/Ho_Chi_Minh)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when, in the time of the place and without a zone; the end is later than the start."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"{self.end} is not after {self.start}")

    def holds(self, other: Window) -> bool:
        """Return whether another span lies in this one."""
        return self.start <= other.start and other.end <= self.end

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Return start and end with their zone, to be held against a clock."""
        return self.start.replace(tzinfo=VIETNAM), self.end.replace(tzinfo=VIETNAM)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} -> {self.end:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAccess:
    """Any of `sources` begins (or ceases) to reach any of `destinations`, replies included."""

    sources: tuple[Party, ...]
    destinations: tuple[Party, ...]
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """Devices, with all that is attached to them, that are cut off for a while: how their far end goes back, and who agreed."""

    devices: tuple[str, ...]
    span: Window
    way_back: str
    agreed_by: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """One request. `head` has its title, owner and references; `intents` are the identifiers of all that are touched, each with
    its place; `author`: who wrote it, by the name under which that person would sign, "" if nobody says; `agreement_ref`: what
    the units concerned agreed to of its routing policy."""

    head: Head
    intents: tuple[tuple[str, Where], ...]
    opens: tuple[DeclaredAccess, ...]
    closes: tuple[DeclaredAccess, ...]
    interruptions: tuple[Interruption, ...]
    window: Window
    author: str = ""
    agreement_ref: str = ""

    @property
    def interrupted(self) -> tuple[str, ...]:
        """Every device that is cut off meanwhile, sorted."""
        return tuple(sorted({device for item in self.interruptions for device in item.devices}))
