"""One thing to be proved, in words, and the answer to it.

The one idea: questions are made from the policy, never from the network, so that a device that is missing or wrong cannot
make a question disappear.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verification.verdicts.opinions import Opinion
from verification.verdicts.verdict import Verdict


class QuestionKind(StrEnum):
    """What is asked; the order is that of reports."""

    SESSION = "session"
    """A permitted session is delivered, and its replies."""
    FORBIDDEN = "forbidden"
    """No session that an intent forbids is delivered."""
    ISOLATION = "isolation"
    """Every packet outside `allowed` is dropped, wherever it is sent."""
    SOURCE_FENCE = "source-fence"
    DESTINATION_FENCE = "destination-fence"
    WALL = "wall"
    """With both fences removed, only pairs with some permit are routable."""
    BACKBONE = "backbone"
    """Without the backbone no two attachments reach each other (A05)."""
    TRANSIT = "transit"
    """No site carries the traffic of others."""
    LEAK = "leak"
    """No route is in a VRF that no intent needs there."""
    PURPOSE = "purpose"
    """Every backbone VRF of a purpose knows every prefix of that purpose, whatever has failed."""
    ROUTE_FILTER = "route-filter"
    """What a site announces and what the backbone takes from it is, each on its own, what stands there."""
    DEFAULT_ROUTE = "default-route"
    """No VPN has a default route (A10)."""
    ROUTES = "routes"
    """The routes of every VRF settle, and each judge computes the same ones."""
    ADDRESSING = "addressing"
    """Every interface has the planned addresses, tag and VRF, and a session on it."""
    OVERLAP = "overlap"
    """VRFs that leak into each other hold no overlapping prefixes of different owners."""
    MANAGEMENT = "management"
    """A device can be logged in to from the management stations only."""
    VIA = "via"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`subject` names what it is about; `intents` are the identifiers of the intents that ask it; `cases` counts the
    (source, destination) pairs, filters or nodes that it covers; a report over no session at all is an error."""

    kind: QuestionKind
    subject: str
    intents: tuple[str, ...] = ()
    cases: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The gate's verdict of a question, and the opinions that it was made from (none kept if the engine judged alone)."""

    question: Question
    verdict: Verdict
    opinions: tuple[Opinion, ...] = ()
