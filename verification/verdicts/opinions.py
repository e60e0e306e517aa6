"""What each judge says of a question, who the second judge was, and what one judge alone vouches for.

The one idea: a verdict of the gate never hides how it came about; the opinions that it was made from stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verification.verdicts.verdict import Culprit, Verdict

ENGINE = "engine"
BATFISH = "batfish"
WALK = "walk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One judge's own verdict of a question; a judge that does not see the question has none.

    `replays`: whether this judge sees the same happen to the packet of another judge's counterexample; None if it was not asked.
    """

    judge: str
    verdict: Verdict
    replays: bool | None = None


class Scope(StrEnum):
    """What one judge alone may vouch for: the closed list of all that the other can't see."""

    IPV6 = "ipv6"
    """Batfish has no IPv6 data plane."""
    FRAGMENTS = "fragments"
    """Batfish judges a non-initial fragment by ports that it does not have."""
    FAILURES = "failures"
    """Batfish is asked about the whole network; single failures are other routing states."""
    LOGINS = "logins"
    """Batfish does not say who may log in to a device: packets to the device's own addresses."""
    ROUTE_FILTERS = "route-filters"
    """Batfish sees what both filters of a session let through together, not each on its own."""
    WAYS = "ways"
    """Between declared states a way that misses what one of them asserts may be right by another: Batfish can't ask both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Something that `judge` alone vouches for. `count`: how many questions, prefixes or states, as the scope's words say."""

    scope: Scope
    judge: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondJudge:
    """The second judge and over how much it judged.

    `snapshot` is the digest of what it was given; `recorded` is the day (ISO 8601) of the recording if its answers were
    replayed, "" if it was asked now. `seconds` is the wall time of asking, by step; "evidence" is our own preparation.
    """

    name: str
    version: str
    snapshot: str
    recorded: str = ""
    devices: int
    sessions: int
    routes: int
    questions: int
    flows: int
    seconds: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOpinion:
    """Which lines of IPv4 lists a judge calls unreachable, as (device, list, what it calls the line). `lists`: (device, list)
    of those that it has whole."""

    judge: str
    lists: frozenset[tuple[str, str]]
    lines: frozenset[tuple[str, str, str]]


class Unseen(StrEnum):
    """Why two judges may differ about a line of a list: the closed list."""

    FRAGMENTS = "fragments"
    """Non-initial fragments decide: Batfish leaves out entries for them, and finds ports in them."""
    LIST = "list"
    """Batfish has not the whole list: it chains filters under another name, or did not read a line of the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDifference:
    """A line that only `judge` calls unreachable; `unseen` None: for no reason that is known."""

    place: Culprit
    judge: str
    unseen: Unseen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """A second judge's opinions in the order of the questions (None: it does not see that one) and of the lines of lists, who it
    was, and what the engine alone vouches for."""

    opinions: tuple[Opinion | None, ...]
    lines: LineOpinion
    second: SecondJudge
    alone: tuple[Alone, ...]
