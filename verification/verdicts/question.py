"""One thing to be proved, in words, and the answer to it.

The one idea: questions are made from the policy, never from the network, so that a device that is missing or wrong cannot
make a question disappear.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import NoneType
from typing import assert_never

from intents.policy import Rule, ViaAssertion
from intents.policy_words import rule_in_words, via_in_words
from intents.reason import Reason, because
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


Subject = Rule | ViaAssertion | str | None
"""What a question is about: a rule or an assertion of the policy, an attachment or a device by name, or the whole network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`intents` are the identifiers of the intents that ask it; `cases` counts the (source, destination) pairs, filters or nodes
    that it covers; a report over no session at all is an error. TypeError for a subject that a kind is not about."""

    kind: QuestionKind
    subject: Subject
    intents: tuple[str, ...] = ()
    cases: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.subject, _subjects_of(self.kind)):
            raise TypeError(f"no question of kind {self.kind} is about {self.subject!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The gate's verdict of a question, and the opinions that it was made from (none kept if the engine judged alone)."""

    question: Question
    verdict: Verdict
    opinions: tuple[Opinion, ...] = ()


def _subjects_of(kind: QuestionKind) -> tuple[type, ...]:
    """Return what a kind of question may be about."""
    match kind:
        case QuestionKind.SESSION | QuestionKind.FORBIDDEN:
            return (Rule,)
        case QuestionKind.VIA:
            return (ViaAssertion,)
        case QuestionKind.ISOLATION | QuestionKind.WALL:
            return (str,)
        case QuestionKind.SOURCE_FENCE | QuestionKind.DESTINATION_FENCE | QuestionKind.MANAGEMENT:
            return (str,)
        case QuestionKind.BACKBONE | QuestionKind.TRANSIT | QuestionKind.LEAK | QuestionKind.PURPOSE:
            return (NoneType,)
        case QuestionKind.ROUTE_FILTER | QuestionKind.DEFAULT_ROUTE | QuestionKind.ROUTES:
            return (NoneType,)
        case QuestionKind.ADDRESSING | QuestionKind.OVERLAP:
            return (NoneType,)
        case _:
            assert_never(kind)


def rule_of_question(question: Question) -> Rule:
    """Return the rule that a question is about; TypeError for a kind that is about none."""
    if not isinstance(question.subject, Rule):
        raise TypeError(f"{question.kind} is about no rule")
    return question.subject


def via_of_question(question: Question) -> ViaAssertion:
    """Return the assertion about the way that a question is about; TypeError for a kind that is about none."""
    if not isinstance(question.subject, ViaAssertion):
        raise TypeError(f"{question.kind} is about no way")
    return question.subject


def subject_in_words(subject: Subject) -> Reason | str:
    """Return what a question is about."""
    match subject:
        case Rule():
            return rule_in_words(subject)
        case ViaAssertion():
            return via_in_words(subject)
        case None:
            return because("network")
        case str():
            return subject
        case _:
            assert_never(subject)


def question_in_words(question: Question) -> Reason:
    """Return a question by its kind and what it is about."""
    kind, subject = kind_in_words(question.kind), subject_in_words(question.subject)
    return because("question", kind=kind, subject=subject)


def kind_in_words(kind: QuestionKind) -> Reason:  # noqa: C901, PLR0912 - a table: one line a kind
    """Return what is asked, in a word or two."""
    match kind:
        case QuestionKind.SESSION:
            return because("kind_session")
        case QuestionKind.FORBIDDEN:
            return because("kind_forbidden")
        case QuestionKind.ISOLATION:
            return because("kind_isolation")
        case QuestionKind.SOURCE_FENCE:
            return because("kind_source_fence")
        case QuestionKind.DESTINATION_FENCE:
            return because("kind_destination_fence")
        case QuestionKind.WALL:
            return because("kind_wall")
        case QuestionKind.BACKBONE:
            return because("kind_backbone")
        case QuestionKind.TRANSIT:
            return because("kind_transit")
        case QuestionKind.LEAK:
            return because("kind_leak")
        case QuestionKind.PURPOSE:
            return because("kind_purpose")
        case QuestionKind.ROUTE_FILTER:
            return because("kind_route_filter")
        case QuestionKind.DEFAULT_ROUTE:
            return because("kind_default_route")
        case QuestionKind.ROUTES:
            return because("kind_routes")
        case QuestionKind.ADDRESSING:
            return because("kind_addressing")
        case QuestionKind.OVERLAP:
            return because("kind_overlap")
        case QuestionKind.MANAGEMENT:
            return because("kind_management")
        case QuestionKind.VIA:
            return because("kind_via")
        case _:
            assert_never(kind)
