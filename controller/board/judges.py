"""Answers -> how often each judge says what: of each intent, of each kind of question that no intent asks.

The one idea: a judge's column counts its own opinions, never the gate's verdict, so that a page can't show a judge agreeing
with a question that it did not look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from controller.board.matrix import Named
from controller.board.words import Both, both, both_ways
from controller.jobs.verify import VerifyReport, name_of, verdict_name
from intents.builtin import BUILTIN
from intents.model import Intent
from verification.verdicts.opinions import BATFISH, ENGINE, Alone
from verification.verdicts.question import Answer, QuestionKind, traits_of

UNSEEN = "unseen"
_WORST_FIRST = ("violated", "disputed", "not_modelled", "hold", UNSEEN)

Tally = tuple[tuple[str, int], ...]
"""How many questions have which verdict, worst first, and none that no question has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """One intent: what it is called and where it comes from, what each judge says of its rules, and the gate's verdict."""

    intent: Named
    opinions: tuple[Tally, ...]
    gate: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """Questions of one kind that no intent asks: how many, and what each judge and the gate say of them."""

    kind: Named
    about: Both
    count: int
    opinions: tuple[Tally, ...]
    gate: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class AloneRow:
    """What one judge alone vouches for."""

    scope: Both
    judge: Both
    count: int


def judges_of_columns(report: VerifyReport) -> tuple[str, ...]:
    """Return whose opinions have a column: the engine, then every other judge; "" stands for a second one if there is none."""
    others = {item.judge for answer in report.judgement.answers for item in answer.opinions}
    if report.judgement.second is not None:
        others.add(report.judgement.second.name)
    return (ENGINE, *(sorted(others - {ENGINE}) or ("",)))


def name_judge(judge: str) -> Both:
    """Return a judge as people call it."""
    match judge:
        case "":
            return both("second_column")
        case _ if judge in (ENGINE, BATFISH):
            return both(f"judge_{judge}")
        case _:
            return Both(vi=judge)


def name_intent(identifier: str, intent: Intent | None) -> Named:
    """Return an intent with where it is written, who asked for it and who decided; a built-in one has no such place."""
    if intent is None:
        return Named(title=both("built_in") if identifier == BUILTIN else Both(vi=""), name=identifier)
    head = intent.head
    source = (f"{head.where.file}:{head.where.line}", head.request_ref, head.decision_ref)
    return Named(title=Both(vi=head.title), name=identifier, source=" · ".join(part for part in source if part))


def opinion_of(answer: Answer, judge: str) -> str:
    """Return the name of a judge's own verdict, or that it has none; an answer without opinions is the engine's."""
    if not answer.opinions and judge == ENGINE:
        return verdict_name(answer)
    return next((name_of(item.verdict) for item in answer.opinions if item.judge == judge), UNSEEN)


def intent_rows(report: VerifyReport) -> tuple[IntentRow, ...]:
    """Return a row for every intent, in force or not, and for the built-in ones: what is wrong first, then by place."""
    asked: dict[str, list[Answer]] = {}
    for answer in report.judgement.answers:
        for identifier in answer.question.intents:
            asked.setdefault(identifier, []).append(answer)
    intents = {intent.head.identifier: intent for intent in report.compiled.addressed.wanted.intents}
    names = [*sorted(intents, key=lambda name: intents[name].head.where), *sorted(asked.keys() - intents.keys())]
    judges = judges_of_columns(report)
    rows = [_intent_row(name, intents.get(name), asked.get(name, []), judges) for name in names]
    return tuple(sorted(rows, key=_badness))


def kind_rows(report: VerifyReport) -> tuple[KindRow, ...]:
    """Return a row for every kind of question that is asked without an intent."""
    asked: dict[QuestionKind, list[Answer]] = {}
    for answer in report.judgement.answers:
        if not answer.question.intents:
            asked.setdefault(answer.question.kind, []).append(answer)
    judges = judges_of_columns(report)
    return tuple(
        KindRow(
            kind=Named(title=both_ways(traits_of(kind).words.title), name=str(kind)),
            about=both_ways(traits_of(kind).words.asks),
            count=len(asked[kind]),
            opinions=opinions_of(asked[kind], judges),
            gate=tally(verdict_name(answer) for answer in asked[kind]),
        )
        for kind in QuestionKind
        if kind in asked
    )


def alone_rows(alone: tuple[Alone, ...]) -> tuple[AloneRow, ...]:
    """Return what one judge alone vouches for, in words."""
    return tuple(
        AloneRow(scope=both(f"scope_{item.scope}"), judge=name_judge(item.judge), count=item.count) for item in alone
    )


def tally(names: Iterable[str]) -> Tally:
    """Return how many there are of each verdict."""
    counts = Counter(names)
    return tuple((name, counts[name]) for name in _WORST_FIRST if counts[name])


def opinions_of(answers: list[Answer], judges: tuple[str, ...]) -> tuple[Tally, ...]:
    """Return each judge's own verdicts of these answers."""
    return tuple(tally(opinion_of(answer, judge) for answer in answers) for judge in judges)


def _intent_row(identifier: str, intent: Intent | None, answers: list[Answer], judges: tuple[str, ...]) -> IntentRow:
    return IntentRow(
        intent=name_intent(identifier, intent),
        opinions=opinions_of(answers, judges),
        gate=tally(verdict_name(answer) for answer in answers),
    )


def _badness(row: IntentRow) -> int:
    """Return where a row stands: what is violated first; what holds or is not asked last."""
    return min(_WORST_FIRST.index(name) for name, _ in row.gate) if row.gate else len(_WORST_FIRST)
