"""What is asked of a policy: one question for each rule, one for each assertion about the way, and whom each rule is about.

The one idea: a question's subject is its rule, so that every judge is asked about the same thing.
"""

from __future__ import annotations

from intents.policy import Effect
from intents.registry import AttachmentName
from verification.evidence.evidence import Evidence, Given
from verification.packets.bit_sets import numbers
from verification.verdicts.question import Question, QuestionKind

Members = tuple[frozenset[AttachmentName], frozenset[AttachmentName]]
"""The attachments that a rule is about, as sources and as destinations."""


def rule_questions(given: Given) -> list[Question]:
    """Return one question for each rule of the policy, in its order."""
    return [
        Question(
            kind=QuestionKind.SESSION if rule.effect is Effect.PERMIT else QuestionKind.FORBIDDEN,
            subject=rule,
            intents=given.policy.sources.get(rule, ()),
        )
        for rule in given.policy.rules
    ]


def members_of_rules(evidence: Evidence) -> list[Members]:
    """Return the members of every rule, in the order of the policy."""
    count = len(evidence.given.policy.rules)
    sources: list[set[AttachmentName]] = [set() for _ in range(count)]
    destinations: list[set[AttachmentName]] = [set() for _ in range(count)]
    for (name, _), kind in evidence.kinds.items():
        for index in numbers(kind.source_of):
            sources[index].add(name)
        for index in numbers(kind.destination_of):
            destinations[index].add(name)
    return [(frozenset(one), frozenset(other)) for one, other in zip(sources, destinations, strict=True)]
