"""One thing to be proved, in words, and the answer to it.

The one idea: questions are made from the policy, never from the network, so that a device that is missing or wrong cannot
make a question disappear; all that is fixed for a kind of question is one case of `traits_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import NamedTuple, assert_never

from intents.policy import Rule, ViaAssertion
from intents.policy_words import rule_in_words, via_in_words
from intents.reason import Reason, because
from verification.verdicts.opinions import Opinion, Scope
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
    LEVEL = "level"
    """What a lower security level sends into a higher one passes a control point (A18)."""


class About(StrEnum):
    """What a question of a kind is about: there is one for each."""

    PERMIT = "permit"
    FORBID = "forbid"
    VIA = "via intent"
    ASCENT = "permit into a higher level"
    ATTACHMENT = "attachment"
    DEVICE = "device"
    NETWORK = "network"


class Suite(StrEnum):
    """Where a question that no intent asks stands in a report of tests."""

    FENCES = "fences"
    WALL = "wall"
    NETWORK = "network"


class KindWords(NamedTuple):
    """A kind of question in a word or two, as a title, and what must hold."""

    name: Reason
    title: Reason
    asks: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTraits:
    """All that is fixed for a kind of question: its words, what it is about, the `requirement` of the regulation that it proves.

    `unseen`: why Batfish has no opinion of it, None if it may have one. `asked_apart`: it may take a question of its own there.
    """

    words: KindWords
    about: About
    suite: Suite = Suite.NETWORK
    requirement: str | None = None
    unseen: Scope | None = None
    asked_apart: bool = False


@cache
def traits_of(kind: QuestionKind) -> KindTraits:  # noqa: C901, PLR0912 - a table: one case a kind
    """Return what is fixed for a kind of question; a kind that is not here is a type error."""
    match kind:
        case QuestionKind.SESSION:
            words = KindWords(because("kind_session"), because("title_session"), because("asks_session"))
            return KindTraits(words=words, about=About.PERMIT, asked_apart=True)
        case QuestionKind.FORBIDDEN:
            words = KindWords(because("kind_forbidden"), because("title_forbidden"), because("asks_forbidden"))
            return KindTraits(words=words, about=About.FORBID, asked_apart=True)
        case QuestionKind.ISOLATION:
            words = KindWords(because("kind_isolation"), because("title_isolation"), because("asks_isolation"))
            return KindTraits(
                words=words, about=About.ATTACHMENT, suite=Suite.WALL, requirement="A12", asked_apart=True
            )
        case QuestionKind.SOURCE_FENCE:
            words = KindWords(because("kind_source_fence"), because("title_source_fence"), because("asks_source_fence"))
            return KindTraits(words=words, about=About.ATTACHMENT, suite=Suite.FENCES, requirement="A12")
        case QuestionKind.DESTINATION_FENCE:
            words = KindWords(
                because("kind_destination_fence"), because("title_destination_fence"), because("asks_destination_fence")
            )
            return KindTraits(words=words, about=About.ATTACHMENT, suite=Suite.FENCES, requirement="A12")
        case QuestionKind.WALL:
            words = KindWords(because("kind_wall"), because("title_wall"), because("asks_wall"))
            return KindTraits(words=words, about=About.ATTACHMENT, suite=Suite.WALL, requirement="A12")
        case QuestionKind.BACKBONE:
            words = KindWords(because("kind_backbone"), because("title_backbone"), because("asks_backbone"))
            return KindTraits(words=words, about=About.NETWORK, requirement="A05")
        case QuestionKind.TRANSIT:
            words = KindWords(because("kind_transit"), because("title_transit"), because("asks_transit"))
            return KindTraits(words=words, about=About.NETWORK, requirement="A05")
        case QuestionKind.LEAK:
            words = KindWords(because("kind_leak"), because("title_leak"), because("asks_leak"))
            return KindTraits(words=words, about=About.NETWORK, requirement="A12")
        case QuestionKind.PURPOSE:
            words = KindWords(because("kind_purpose"), because("title_purpose"), because("asks_purpose"))
            return KindTraits(words=words, about=About.NETWORK)
        case QuestionKind.ROUTE_FILTER:
            words = KindWords(because("kind_route_filter"), because("title_route_filter"), because("asks_route_filter"))
            return KindTraits(words=words, about=About.NETWORK, unseen=Scope.ROUTE_FILTERS)
        case QuestionKind.DEFAULT_ROUTE:
            words = KindWords(
                because("kind_default_route"), because("title_default_route"), because("asks_default_route")
            )
            return KindTraits(words=words, about=About.NETWORK, requirement="A10")
        case QuestionKind.ROUTES:
            words = KindWords(because("kind_routes"), because("title_routes"), because("asks_routes"))
            return KindTraits(words=words, about=About.NETWORK)
        case QuestionKind.ADDRESSING:
            words = KindWords(because("kind_addressing"), because("title_addressing"), because("asks_addressing"))
            return KindTraits(words=words, about=About.NETWORK)
        case QuestionKind.OVERLAP:
            words = KindWords(because("kind_overlap"), because("title_overlap"), because("asks_overlap"))
            return KindTraits(words=words, about=About.NETWORK, requirement="D01")
        case QuestionKind.MANAGEMENT:
            words = KindWords(because("kind_management"), because("title_management"), because("asks_management"))
            return KindTraits(words=words, about=About.DEVICE, unseen=Scope.LOGINS)
        case QuestionKind.VIA:
            words = KindWords(because("kind_via"), because("title_via"), because("asks_via"))
            return KindTraits(words=words, about=About.VIA, asked_apart=True)
        case QuestionKind.LEVEL:
            words = KindWords(because("kind_level"), because("title_level"), because("asks_level"))
            return KindTraits(words=words, about=About.ASCENT, requirement="A18.points", asked_apart=True)
        case _:
            assert_never(kind)


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
        if not isinstance(self.subject, _type_of(traits_of(self.kind).about)):
            raise TypeError(f"no question of kind {self.kind} is about {self.subject!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The gate's verdict of a question, and the opinions that it was made from (none kept if the engine judged alone)."""

    question: Question
    verdict: Verdict
    opinions: tuple[Opinion, ...] = ()


def _type_of(about: About) -> type:
    match about:
        case About.PERMIT | About.FORBID:
            return Rule
        case About.VIA | About.ASCENT:
            return ViaAssertion
        case About.ATTACHMENT | About.DEVICE:
            return str
        case About.NETWORK:
            return NoneType
        case _:
            assert_never(about)


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
    kind, subject = traits_of(question.kind).words.name, subject_in_words(question.subject)
    return because("question", kind=kind, subject=subject)
