"""What a judge says of one question.

The one idea: never a bool. A question `Holds` (and says who said so), is `Violated` with something that can be replayed, is
`Disputed` between judges, or is `NotModelled` with the reason; only the first opens the gate.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.model import Ref
from verification.flow import Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """A line of a device's text that decided, with its number (0 if no line says it: something is missing)."""

    device: str
    ref: Ref
    line: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    judges: tuple[str, ...]
    states: int = 1
    """Routing states (failures included) in which it was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violated:
    """A counterexample: the flow (None for a rule about routes alone), in words what happens, the way hop by hop, the
    guilty lines, the intents touched, and the failure under which it happens ("none" for the whole network)."""

    reason: str
    flow: Flow | None = None
    path: tuple[str, ...] = ()
    culprits: tuple[Culprit, ...] = ()
    intents: tuple[str, ...] = ()
    failure: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """Two judges differ and no counterexample replays."""

    one: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModelled:
    """Nothing may be claimed, because of these lines (`device:line`) or features."""

    reason: str
    culprits: tuple[Culprit, ...] = ()


Verdict = Holds | Violated | Disputed | NotModelled
