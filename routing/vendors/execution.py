"""What a device does with one line that is typed into it: the values that every platform's `execute` speaks in.

The one idea: a state is a value, so every intermediate state of a change can be kept, printed as the device would print it, and
judged; what a line does that no document says is no state but an answer, `Unmodelled`.
"""

from __future__ import annotations

from dataclasses import dataclass

from intents.reason import Reason


@dataclass(frozen=True, slots=True)
class Accepted:
    """The device takes the line and says nothing."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The device takes the line and says what follows from it; `text` may begin with `%` as an error does."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The device does not take the line, and nothing changes; `text` is what it says, as far as that is documented."""

    text: str


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """What the device does with the line is not known here; the state is the one before, and no plan may hold the line."""

    reason: Reason


Answer = Accepted | Notice | Refused | Unmodelled


class TextState:
    """The state of one device's text while lines are typed; each platform has its own kind, which only it looks into."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """A state after one line and what the device said, in order; never empty."""

    state: TextState
    said: tuple[Answer, ...]

    @property
    def is_taken(self) -> bool:
        """Return whether the device took the line, and what it then did is known."""
        return all(isinstance(answer, Accepted | Notice) for answer in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The text whose route policies are those that act now; `unsure` says where no text can say that."""

    text: str
    unsure: tuple[Reason, ...] = ()
