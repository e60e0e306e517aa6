"""Two judgements of one workspace, one after the other -> the questions whose verdict has turned.

The one idea: a question is the same one as long as it is of one kind about one subject; what is said of it has turned if the
verdict is another one, or the reason of a wrong one. That its line has moved is no turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from controller.jobs.verify import verdict_name
from intents.reason import Reason
from verification.verdicts.question import Answer, Question, QuestionKind, Subject
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled, Verdict, Violated

_Key = tuple[QuestionKind, Subject]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedVerdict:
    """One question: its answer before (None: it was not asked) and now (None: it is asked no more)."""

    before: Answer | None
    after: Answer | None

    @property
    def question(self) -> Question:
        """The question, as it is asked now."""
        answer = self.after or self.before
        if answer is None:
            raise ValueError("a turn of no question")
        return answer.question

    @property
    def names(self) -> tuple[str, str]:
        """The keys of both verdicts, "" where there is none."""
        before, after = ("" if item is None else verdict_name(item) for item in (self.before, self.after))
        return before, after

    @property
    def is_bad(self) -> bool:
        """Whether something is wrong now."""
        return self.names[1] not in ("", "hold")


def turns(before: Iterable[Answer], after: Iterable[Answer]) -> tuple[TurnedVerdict, ...]:
    """Return what has turned: what is wrong now first, then as questions are asked; a question that comes or goes as it holds is
    none."""
    old, new = _by_question(before), _by_question(after)
    found = [TurnedVerdict(before=old.get(key), after=new.get(key)) for key in dict.fromkeys((*new, *old))]
    return tuple(sorted(filter(_has_turned, found), key=lambda turn: not turn.is_bad))


def _by_question(answers: Iterable[Answer]) -> Mapping[_Key, Answer]:
    return {(answer.question.kind, answer.question.subject): answer for answer in answers}


def _has_turned(turn: TurnedVerdict) -> bool:
    before, after = turn.names
    if before != after:
        return not {before, after} <= {"", "hold"}
    return _said(turn.before) != _said(turn.after)


def _said(answer: Answer | None) -> tuple[Reason, ...]:
    return () if answer is None else tuple(reasons_of(answer.verdict))


def reasons_of(verdict: Verdict) -> Iterator[Reason]:
    """Yield why a verdict is not that it holds."""
    match verdict:
        case Holds():
            return
        case Violated(reason=reason) | NotModelled(reason=reason):
            yield reason
        case Disputed(one=one, other=other):
            yield from (one.in_words(), other.in_words())


def culprits_of(verdict: Verdict) -> tuple[Culprit, ...]:
    """Return the lines that decide about what does not hold."""
    return verdict.culprits if isinstance(verdict, Violated | NotModelled) else ()
