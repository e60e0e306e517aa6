"""What is asked of a policy: one question for each rule, one for each assertion about the way, and whom each rule is about.

The one idea: a question's subject is its rule, so that every judge is asked about the same thing.
"""

from __future__ import annotations

from intents.policy import Effect, Rule
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
            intents=given.bounds.policy.sources.get(rule, ()),
        )
        for rule in given.bounds.policy.rules
    ]


def members_of_rules(evidence: Evidence) -> list[Members]:
    """Return the members of every rule by any declared state that has it, in the order of the policy."""
    sources: dict[Rule, set[AttachmentName]] = {rule: set() for rule in evidence.given.bounds.policy.rules}
    destinations: dict[Rule, set[AttachmentName]] = {rule: set() for rule in sources}
    for state in evidence.states:
        rules = state.declared.policy.rules
        for (name, _), kind in state.kinds.items():
            for index in numbers(kind.source_of):
                sources[rules[index]].add(name)
            for index in numbers(kind.destination_of):
                destinations[rules[index]].add(name)
    return [(frozenset(sources[rule]), frozenset(destinations[rule])) for rule in sources]
