"""Which of the faults that the engine sees a second judge sees too.

The one idea: a fault that the second judge does not see must break nothing but what it can't see by nature (the closed list of
`Scope`); anything else is a fault of that judge, or of what it is asked.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from intents.prefix import Family
from intents.reason import Reason
from verification.batfish.opinions import verdicts_of
from verification.batfish.protocol import BatfishError, BatfishSession, Trouble
from verification.batfish.snapshot import network_snapshot
from verification.engine.engine import judge
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.mutation.faults import mutate
from verification.mutation.score import Outcome, Score, ScoredFault, text_of, with_text
from verification.verdicts.opinions import Scope
from verification.verdicts.question import Answer, Question, traits_of
from verification.verdicts.verdict import NotModelled, Violated

Told = Callable[[str, int, int], None]
"""Shows progress: stage, done, total."""


class Sight(StrEnum):
    """What became of a fault in the second judge's eyes."""

    SEEN = "seen by both"
    REFUSED = "not read by Batfish"
    ALONE = "engine alone"
    MISSED = "missed by Batfish"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondSight:
    """A fault that the engine sees. `scopes`: what it breaks that the second judge can't see, if it is seen by one alone."""

    fault: ScoredFault
    sight: Sight
    scopes: tuple[Scope, ...] = ()
    detail: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondScore:
    """Every fault that the engine saw, with what the second judge says of it."""

    faults: tuple[SecondSight, ...]

    def count(self, sight: Sight) -> int:
        """Return how many faults came out so."""
        return sum(item.sight is sight for item in self.faults)

    def scopes(self) -> dict[Scope, int]:
        """Return for how many faults that the engine alone sees which scope is the reason."""
        found = Counter(scope for item in self.faults for scope in item.scopes)
        return {scope: found[scope] for scope in Scope if found[scope]}


def score_second(session: BatfishSession, given: Given, score: Score, told: Told | None = None) -> SecondScore:
    """Return what the second judge says of every fault that the engine saw; BatfishError if it stops answering."""
    questions = [answer.question for answer in judge(given, with_failures=False).answers]
    seen = [item for item in score.faults if item.outcome is Outcome.SEEN]
    found = []
    for number, item in enumerate(seen):
        found.append(_look(session, given, item, questions))
        if told is not None:
            told("mutate_second", number + 1, len(seen))
    return SecondScore(faults=tuple(found))


def _look(session: BatfishSession, given: Given, item: ScoredFault, questions: Sequence[Question]) -> SecondSight:
    device = item.fault.device
    faulty = with_text(given, device, mutate(text_of(given, device), item.fault))
    doubted: Reason | None = None
    try:
        for verdict in verdicts_of(session, faulty, questions):
            if isinstance(verdict, Violated):
                return SecondSight(fault=item, sight=Sight.SEEN, detail=verdict.reason)
            if isinstance(verdict, NotModelled):
                doubted = doubted or verdict.reason
    except BatfishError as error:
        if error.trouble not in (Trouble.INCOMPLETE, Trouble.REFUSED):
            raise
        if error.trouble is Trouble.REFUSED:  # the fault's doing only if the server can still judge the right texts
            deque(verdicts_of(session, given, questions), maxlen=0)
        return SecondSight(fault=item, sight=Sight.REFUSED, detail=error.detail)
    finally:
        name = network_snapshot(faulty).name
        if name != network_snapshot(given).name:  # it is, if the fault is in what is hidden
            with suppress(BatfishError):  # the server may never have had it; if it is gone, the next fault says so
                session.discard(name)
    if doubted is not None:
        return SecondSight(fault=item, sight=Sight.REFUSED, detail=doubted)
    broken = [answer for answer in judge_and_replay(faulty).answers if isinstance(answer.verdict, Violated)]
    scopes = [tuple(_scopes(answer)) for answer in broken]
    if broken and all(scopes):
        return SecondSight(
            fault=item,
            sight=Sight.ALONE,
            scopes=tuple(sorted({scope for row in scopes for scope in row})),
            detail=item.detail,
        )
    return SecondSight(fault=item, sight=Sight.MISSED, detail=item.detail)


def _scopes(answer: Answer) -> Iterator[Scope]:
    """Yield why Batfish can't see that an answer is violated; nothing if it could."""
    kind, verdict = answer.question.kind, answer.verdict
    scope = traits_of(kind).unseen
    if scope is not None:
        yield scope
    if not isinstance(verdict, Violated):
        return
    if verdict.failure:
        yield Scope.FAILURES
    if verdict.flow is not None and verdict.flow.fragment:
        yield Scope.FRAGMENTS
    if (verdict.family if verdict.flow is None else verdict.flow.family) is Family.V6:
        yield Scope.IPV6
