"""How the devices of a platform show their whole configuration: commands that only read, and what an answer looks like.

The one idea: whoever talks to devices knows no platform; what is sent, how an answer ends, which of its lines are the clock's and
not the configuration's, is a value of the vendor module. Nothing in it changes a device: settings are those of one terminal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Gap(StrEnum):
    """Why an answer is not a whole configuration."""

    REFUSED = "refused"
    """The device says that it does not know the command, or that this user may not give it."""
    NO_END = "no_end"
    """The line that ends every configuration is not there."""
    SHORT = "short"
    """The device has announced more bytes than came."""
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What is asked of a device, and what it answers.

    `settings`: commands that let this terminal print all at once. `command`: what prints the configuration. `prompt`: what a
    terminal waits with, `name` being the device's own; `without_rights`: the same for a user who may not see all. `netconf`: the
    operation that returns the configuration as text, and the element that holds it; None: the platform has none. `last_line`
    ends every configuration ("": nothing does). `announced` finds how many bytes are to come. `passing`: lines that differ from
    reading to reading although nothing was changed. `refusal`: how an answer begins that is none.
    """

    settings: tuple[str, ...]
    command: str
    prompt: re.Pattern[str]
    without_rights: re.Pattern[str] | None = None
    netconf: tuple[str, str] | None = None
    last_line: str = ""
    announced: re.Pattern[str] | None = None
    passing: re.Pattern[str]
    refusal: re.Pattern[str]

    def gap(self, answer: str) -> Gap | None:
        """Return why an answer (lines end with `\\n`) is not a whole configuration, None if it is."""
        text = answer.strip()
        if not text:
            return Gap.EMPTY
        if self.refusal.match(text):
            return Gap.REFUSED
        if self.last_line and text.rsplit("\n", 1)[-1].rstrip() != self.last_line:
            return Gap.NO_END
        found = None if self.announced is None else self.announced.search(answer)
        if found is not None and self._bytes_behind(answer, found.end()) < int(found[1]):
            return Gap.SHORT
        return None

    def _bytes_behind(self, answer: str, start: int) -> int:
        """Return how many bytes follow the announcement, up to the last line; each line counts its end as one byte."""
        return len(f"{answer[start:].rstrip()}\n".encode(errors="surrogateescape"))

    def settled(self, answer: str) -> str:
        """Return an answer's configuration without what passes: the same bytes as long as nothing is changed."""
        kept = [line for line in answer.split("\n") if not self.passing.match(line)]
        return "\n".join(kept).strip("\n") + "\n"
