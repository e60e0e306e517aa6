"""How a text is changed into another, as edits in an order that never leaves open what either text closes.

The one idea: what is new is made before anything names it, what is named is switched by one line each, and what nothing names
any more goes last. A platform says which line is which; whether the order does what it should is not believed but executed and
judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.vendors.execution import TextState


class EditKind(StrEnum):
    """What an edit is for."""

    CREATE = "create"
    """A line of an object that nothing names yet."""
    SWITCH = "switch"
    """A line that acts: it binds, addresses, opens a session, or takes such a line back."""
    CLEAR = "clear"
    """A command after which policies act on routes that are there already (IOS-UP-16)."""
    DELETE = "delete"
    """An object that nothing names any more."""
    COMMIT = "commit"
    """What makes a candidate the text that acts, all at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One line with the headers of the sections that it is typed in, outermost first."""

    kind: EditKind
    line: str
    section: tuple[str, ...] = ()

    @property
    def typed(self) -> tuple[str, ...]:
        """The lines that are typed for it."""
        return (*self.section, self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeEdits:
    """Edits that were executed: the state that they lead to, and what the device says that is no error."""

    edits: tuple[Edit, ...]
    state: TextState
    notices: tuple[str, ...] = ()


class WayBack(StrEnum):
    """What a device does by itself if nobody confirms a change in time."""

    CONFIRMED_COMMIT = "confirmed commit"
    """The whole candidate is taken back as one state: as proved as the way there (Junos; minutes)."""
    REPLACE = "revert timer"
    """`configure replace` goes back line by line, in up to five passes and without soft clears: not proved (IOS-XE)."""
