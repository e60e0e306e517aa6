"""What is asked of the network -> the requirement of the regulation that the answer proves or breaks.

The one idea: a question's kind fixes its requirement, and the day fixes the article, so that an answer can be cited
without the engine knowing any regulation.
"""

from __future__ import annotations

from datetime import date
from typing import assert_never

from intents.finding import RuleRef
from intents.rule_packs import rule_on
from verification.verdicts.question import QuestionKind


def rule_of(kind: QuestionKind, on: date) -> RuleRef | None:
    """Return the reference that answers to a kind of question are reported with on that day; None if no rule asks it."""
    name = _requirement_of(kind)
    return rule_on(name, on) if name is not None else None


def _requirement_of(kind: QuestionKind) -> str | None:
    match kind:
        case QuestionKind.BACKBONE | QuestionKind.TRANSIT:
            return "A05"
        case QuestionKind.DEFAULT_ROUTE:
            return "A10"
        case QuestionKind.SOURCE_FENCE | QuestionKind.DESTINATION_FENCE | QuestionKind.WALL:
            return "A12"
        case QuestionKind.ISOLATION | QuestionKind.LEAK:
            return "A12"
        case QuestionKind.OVERLAP:
            return "D01"
        case QuestionKind.SESSION | QuestionKind.FORBIDDEN | QuestionKind.MANAGEMENT | QuestionKind.VIA:
            return None
        case QuestionKind.ADDRESSING | QuestionKind.PURPOSE | QuestionKind.ROUTE_FILTER | QuestionKind.ROUTES:
            return None
        case _:
            assert_never(kind)
