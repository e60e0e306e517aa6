"""Who has a journal in hand, and what it means that somebody else has.

The one idea: a lock that belongs to a process can't be forgotten, for the system lets go of it; who holds it is only told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from intents.finding import FindingsError, Where, make_finding

MOST_SAID = 400
HELD_BYTES = 4096


class LockedError(FindingsError):
    """Somebody else is carrying out a roll-out by this journal: the run ends with exit code 6."""


class NotWrittenError(FindingsError):
    """What was to be written down is not known to be on the disk: nothing may be done that rests on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who opens a journal: the operator, the machine and process, and since when (UTC)."""

    operator: str
    host: str
    process: int
    since: datetime

    def in_words(self) -> str:
        """Return who it is, as it is told."""
        return f"{self.operator}@{self.host} ({self.process}, {self.since:%Y-%m-%d %H:%M:%S} UTC)"


def held_bytes(holder: Holder) -> bytes:
    """Return what stands in the file beside the journal while somebody holds it: always as long, so that it covers the last."""
    said = json.dumps({"holder": holder.in_words()[:MOST_SAID]}, ensure_ascii=False).encode()
    return said.ljust(HELD_BYTES - 1) + b"\n"


def locked_error(path: Path, said: bytes) -> LockedError:
    """Return the error that says who has a journal in hand."""
    try:
        whole = json.loads(said)
        who = str(whole["holder"])
    except (ValueError, KeyError, TypeError):
        who = "-"
    return LockedError([make_finding("TR946", Where(file=str(path)), file=path, holder=who)])
