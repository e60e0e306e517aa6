"""How lines are entered into devices of a platform so that they act: words that change a device, and what it answers to them.

The one idea: there are two kinds of platforms. One takes each line as it is typed (`LineEntry`), the other takes a candidate and
makes it act by one commit (`CandidateEntry`). Whoever carries out a change knows these two kinds and no platform.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertTimer:
    """What lets a device go back by itself unless it is told in time that all is well; `{minutes}` stands for how long.

    `needs`: what must be found in its text for that. `arm` enters configuration mode. `unarmed`: answers by which it says that
    nothing waits to be confirmed any more.
    """

    arm: str
    confirm: str
    needs: tuple[re.Pattern[str], ...]
    armed: re.Pattern[str]
    unarmed: re.Pattern[str]
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEntry:
    """A command line on which each line acts at once.

    `enter`, `leave`: into configuration mode and out of it. `entered`: the answer to `enter`; `busy`: the same if somebody else
    keeps the mode to himself. `prompt`: what configuration mode waits with, `name` being the device's own, perhaps cut to `cut`
    characters. `save`: what keeps the text over a restart, and `saved`: what is said then. `timer`: None if there is none.
    """

    enter: str
    leave: str
    entered: re.Pattern[str]
    busy: re.Pattern[str]
    prompt: re.Pattern[str]
    cut: int
    save: str
    saved: re.Pattern[str]
    timer: RevertTimer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEntry:
    """A candidate over NETCONF, as operations in XML.

    `lock` refuses a candidate that is changed already or held by another; `unlock` gives it back. `load`: with `{lines}`.
    `show`: the operation that returns the candidate as text, and the element that holds it. `discard` makes the candidate what
    runs. `try_commit`: a commit that is taken back unless `keep` follows in `{minutes}`, or `{seconds}`; what outlives a session
    is said in words of RFC 6241, not of the platform. `failed`: elements in a reply that say that it was not done, though it is
    no error.
    """

    lock: str
    unlock: str
    load: str
    show: tuple[str, str]
    discard: str
    try_commit: str
    keep: str
    longest: int
    failed: frozenset[str] = frozenset()

    def loading(self, lines: Sequence[str]) -> str:
        """Return the operation that loads lines into the candidate."""
        return self.load.format(lines=escape("".join(f"{line}\n" for line in lines)))


Entry = LineEntry | CandidateEntry
