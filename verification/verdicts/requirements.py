"""What is asked of the network -> the requirement of the regulation that the answer proves or breaks.

The one idea: a question's kind fixes its requirement, and the day fixes the article, so that an answer can be cited
without the engine knowing any regulation.
"""

from __future__ import annotations

from datetime import date

from intents.finding import RuleRef
from intents.rule_packs import rule_on
from verification.verdicts.question import QuestionKind, traits_of


def rule_of(kind: QuestionKind, on: date) -> RuleRef | None:
    """Return the reference that answers to a kind of question are reported with on that day; None if no rule asks it."""
    name = traits_of(kind).requirement
    return rule_on(name, on) if name is not None else None
