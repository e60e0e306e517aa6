"""Answers that do not hold -> what the board must read about each: packet, way, guilty lines, intents.

The one idea: what is violated stands one by one, because each has its own packet; what is open for one and the same reason
stands once, with all that it touches.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from controller.board.judges import name_intent, name_judge
from controller.board.lines import culprit_line
from controller.board.matrix import Named
from controller.board.words import Both, both_ways
from controller.jobs.verify import VerifyReport, name_of, verdict_name
from intents.model import Intent
from verification.verdicts.flow import flow_in_words
from verification.verdicts.opinions import Opinion
from verification.verdicts.question import Answer, QuestionKind, subject_in_words, traits_of
from verification.verdicts.requirements import rule_of
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled, Verdict, Violated

MOST_CARDS = 60
"""Wrong answers of one verdict shown in full."""
MOST_LINES = 20
MOST_INTENTS = 12
"""Lines and intents named in one of them: a card stays on one sheet."""
MOST_NAMED = 10
MOST_UNKNOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """What one judge said of a question: its verdict and its reason; `replays`: what it says of the other's packet, None if it
    was not asked about it."""

    judge: Both
    verdict: str
    reasons: tuple[Both, ...]
    replays: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One wrong answer, or several that are open for the same reason. `replay`: the key of the words
    for whether `walk` agrees, "" where nothing is violated."""

    verdict: str
    kinds: tuple[tuple[Named, int], ...]
    subject: Both
    reasons: tuple[Both, ...]
    failure: Both | None = None
    packet: Both | None = None
    path: tuple[Both, ...] = ()
    lines: tuple[Both, ...] = ()
    more_lines: int = 0
    intents: tuple[Named, ...] = ()
    more_intents: int = 0
    rule: str = ""
    replay: str = ""
    opinions: tuple[OwnWords, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """All of one verdict: those shown, and how many are not."""

    shown: tuple[Card, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRow:
    place: str
    text: str
    reason: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrongs:
    """Everything that does not hold; `named` are the guilty lines of violated questions with how often they are named."""

    violated: Cards
    disputed: Cards
    not_modelled: Cards
    named: tuple[tuple[Both, int], ...]
    unknown: tuple[UnknownRow, ...]
    unknown_count: int

    @property
    def nothing(self) -> bool:
        """Return whether nothing is wrong or open."""
        return not (self.violated.shown or self.disputed.shown or self.not_modelled.shown or self.unknown)


def wrongs_of(report: VerifyReport) -> Wrongs:
    """Return all that is wrong or open in a report."""
    groups: dict[str, dict[object, list[Answer]]] = {name: {} for name in ("violated", "disputed", "not_modelled")}
    for index, answer in enumerate(report.judgement.answers):
        if not isinstance(answer.verdict, Holds):
            key = answer.verdict if isinstance(answer.verdict, NotModelled) else index
            groups[verdict_name(answer)].setdefault(key, []).append(answer)
    cards = {name: _cards(report, list(found.values())) for name, found in groups.items()}
    return Wrongs(
        violated=cards["violated"],
        disputed=cards["disputed"],
        not_modelled=cards["not_modelled"],
        named=_named(report),
        unknown=tuple(
            UnknownRow(
                place=f"{report.file_name(item.device)}:{item.line}",
                text=item.text,
                reason=both_ways(item.reason),
            )
            for item in report.unknown[:MOST_UNKNOWN]
        ),
        unknown_count=len(report.unknown),
    )


def _named(report: VerifyReport) -> tuple[tuple[Both, int], ...]:
    """Return the lines that violated questions name most often, if any is named twice."""
    counts: Counter[Culprit] = Counter()
    for answer in report.judgement.answers:
        if isinstance(answer.verdict, Violated):
            counts.update(set(answer.verdict.culprits))
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0].device, item[0].line, item[0].ref))
    often = [(culprit_line(report, culprit), count) for culprit, count in order[:MOST_NAMED] if count > 1]
    return tuple(often)


def _cards(report: VerifyReport, groups: list[list[Answer]]) -> Cards:
    intents = {intent.head.identifier: intent for intent in report.compiled.addressed.wanted.intents}
    shown = tuple(_card(report, answers, intents) for answers in groups[:MOST_CARDS])
    return Cards(shown=shown, left_out=max(0, len(groups) - MOST_CARDS))


def _card(report: VerifyReport, answers: list[Answer], intents: dict[str, Intent]) -> Card:
    """Return the card of answers that have one and the same verdict."""
    answer, verdict = answers[0], answers[0].verdict
    counts = Counter(item.question.kind for item in answers)
    culprits = culprits_of(verdict)
    touched = sorted({name for item in answers for name in report.intents_of(item)})
    rule = rule_of(answer.question.kind, report.compiled.addressed.wanted.on)
    found = verdict if isinstance(verdict, Violated) else None
    return Card(
        verdict=verdict_name(answer),
        kinds=tuple(
            (Named(title=both_ways(traits_of(kind).words.title), name=str(kind)), counts[kind])
            for kind in QuestionKind
            if counts[kind]
        ),
        subject=both_ways(subject_in_words(answer.question.subject)) if len(answers) == 1 else Both(vi=""),
        reasons=reasons_of(verdict),
        failure=both_ways(found.failure.in_words()) if found is not None and found.failure else None,
        packet=both_ways(flow_in_words(found.flow)) if found is not None and found.flow is not None else None,
        path=tuple(map(both_ways, found.path)) if found is not None else (),
        lines=tuple(culprit_line(report, item) for item in culprits[:MOST_LINES]),
        more_lines=max(0, len(culprits) - MOST_LINES),
        intents=tuple(name_intent(name, intents.get(name)) for name in touched[:MOST_INTENTS]),
        more_intents=max(0, len(touched) - MOST_INTENTS),
        rule=f"{rule.requirement}, {rule.article}, {rule.pack}" if rule is not None and len(counts) == 1 else "",
        replay="" if found is None else f"replay_{found.replay}",
        opinions=tuple(_own_words(report, item) for item in answer.opinions) if len(answers) == 1 else (),
    )


def culprits_of(verdict: Verdict) -> tuple[Culprit, ...]:
    """Return the lines that a verdict names."""
    match verdict:
        case Violated(culprits=culprits) | NotModelled(culprits=culprits):
            return culprits
        case Holds() | Disputed():
            return ()


def reasons_of(verdict: Verdict) -> tuple[Both, ...]:
    """Return a verdict's reasons."""
    match verdict:
        case Violated(reason=reason) | NotModelled(reason=reason):
            return (both_ways(reason),)
        case Disputed(one=one, other=other):
            return (both_ways(one.in_words()), both_ways(other.in_words()))
        case Holds():
            return ()


def _own_words(report: VerifyReport, opinion: Opinion) -> OwnWords:
    return OwnWords(
        judge=name_judge(opinion.judge),
        verdict=name_of(opinion.verdict),
        reasons=reasons_of(opinion.verdict),
        replays=opinion.replays,
    )
