"""What a judge says of one question.

The one idea: never a bool. A question `Holds` (and says who said so), is `Violated` with something that can be replayed, is
`Disputed` between judges, or is `NotModelled` with the reason; only the first opens the gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from intents.prefix import Family
from intents.reason import Reason, because
from routing.model import Ref
from verification.verdicts.failure import NOTHING_FAILED, FailureName
from verification.verdicts.flow import Flow, flow_in_words

Step = str | Reason
"""One step of a packet's way: a device's name, or what happens there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """A line of a device's text that decided, with its number (0 if no line says it: something is missing)."""

    device: str
    ref: Ref
    line: int = 0
    text: str = ""


class ClaimKind(StrEnum):
    """What a counterexample is said to show."""

    UNDELIVERED = "undelivered"
    """The packet does not always end at one of the places."""
    DELIVERED = "delivered"
    """The packet is delivered on some way."""
    ROUTED = "routed"
    """With all filters removed the packet is delivered on some way."""
    PAST = "past"
    """The same on a way that passes none of the devices of the places."""
    ADMITTED = "admitted"
    """The filters at the place let the packet pass."""
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim about a flow, to be replayed; `places` are (device, interface) pairs, `direction` "in" or "out" for filters."""

    kind: ClaimKind
    places: tuple[tuple[str, str], ...] = ()
    direction: str = ""


class Replay(StrEnum):
    """Whether `walk` was asked about a counterexample and agreed, or why it was not asked."""

    AGREES = "agrees"
    NOT_ASKED = "not-asked"
    """Nobody has tried."""
    NO_PACKET = "no-packet"
    """A rule about routes or lines alone: there is no packet that could show it."""
    NO_START = "no-start"
    """The interface where the packet starts is not there, or does not work."""
    NO_STATE = "no-state"
    """It happens under a failure that is not one of the network's single failures."""
    LIMIT = "limit"
    """As many counterexamples as are replayed had been replayed before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    judges: tuple[str, ...]
    states: int = 1
    """Routing states (failures included) in which it was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violated:
    """A counterexample: the flow (None for a rule about routes alone), what happens, the way step by step, the guilty lines, the
    intents touched, and the failure under which it happens. `family`: the only address family that it is about, where no flow
    says so. `claim` is what `walk` can be asked about the flow; `replay` says that it was asked and agreed, or why
    it was not."""

    reason: Reason
    flow: Flow | None = None
    family: Family | None = None
    path: tuple[Step, ...] = ()
    culprits: tuple[Culprit, ...] = ()
    intents: tuple[str, ...] = ()
    failure: FailureName = NOTHING_FAILED
    claim: Claim | None = None
    replay: Replay = Replay.NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one side of a dispute says: by whom (several judges may say the same), what, and of which packet if of one."""

    judges: tuple[str, ...]
    said: Reason
    flow: Flow | None = None

    def in_words(self) -> Reason:
        """Return it as something that can be said."""
        judges = ", ".join(self.judges)
        if self.flow is None:
            return because("says", judges=judges, said=self.said)
        return because("says_of_packet", judges=judges, said=self.said, flow=flow_in_words(self.flow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """Two judges differ and no counterexample replays."""

    one: Statement
    other: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModelled:
    """Nothing may be claimed, because of these lines (`device:line`) or features."""

    reason: Reason
    culprits: tuple[Culprit, ...] = ()


Verdict = Holds | Violated | Disputed | NotModelled
