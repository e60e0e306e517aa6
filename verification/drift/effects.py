"""Two judged networks, one with texts that differ -> what the difference does, each with a packet and who shows it.

The one idea: an effect is either a question that is answered otherwise, or a pair between which other packets pass; both are told
by the judge that looked at the texts as they are found, and every packet is replayed by `walk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from intents.policy import Effect as RuleEffect
from intents.policy import Rule
from intents.reason import Reason, Telling, because
from intents.registry import AttachmentName
from ipam.endpoints import Resolver
from verification.change.access import AccessChange, Turn
from verification.change.judge import ChangeOfAccess, ToldChange, judge_gathered, nothing_said
from verification.drift.classes import DriftClass, class_of_verdict, rank_of
from verification.drift.difference import TextDifference
from verification.engine.engine import Proven
from verification.evidence.evidence import Evidence, Given
from verification.judge import replay_answers
from verification.reference.allowed import Saying, attachment_lans, may_arrive
from verification.verdicts.bounds import Declared
from verification.verdicts.failure import NOTHING_FAILED, FailureName
from verification.verdicts.flow import Flow
from verification.verdicts.question import Answer, Question, subject_in_words
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled, Replay, Verdict, Violated

ACCESS = "access"
"""The kind of an effect that is no question: packets pass between two attachments, or no longer do."""
ADMISSION = "admission"
"""The kind of an effect that is no question either: somebody is let in whom nobody wrote down."""
MOST_REPLAYS = 12
"""Counterexamples, and addresses of examples, that are replayed for one difference; of others it is told that they were not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftEffect:
    """One thing that is otherwise. `kind`: of the question, or `access`; `subject`: what it is about; `was` and `now`: verdicts
    of a question, or whether packets pass. `alike`: how many questions have turned for this reason. `others`: devices whose texts
    do it only together with this one's; `hidden`: whether something else that differs hides it now.
    """

    drift_class: DriftClass
    kind: str
    subject: Telling
    was: str
    now: str
    reason: Reason
    flow: Flow | None = None
    failure: FailureName = NOTHING_FAILED
    replay: Replay = Replay.NO_PACKET
    culprits: tuple[Culprit, ...] = ()
    source: str = ""
    destination: str = ""
    alike: int = 1
    others: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """Return what makes it the same effect in another network."""
        family = None if self.flow is None else self.flow.family
        about = self.reason if self.drift_class is DriftClass.NOT_MODELLED else None
        return (self.drift_class, self.kind, self.subject, self.now, family if self.kind == ACCESS else None, about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """All effects of a difference, worst first, and why there may be more. `sure`: whether everything could be looked at that a
    reader understands, and nobody differs about it."""

    found: tuple[DriftEffect, ...] = ()
    doubts: tuple[Reason, ...] = ()
    sure: bool = True


def admission_effects(difference: TextDifference) -> tuple[DriftEffect, ...]:
    """Return who is let into a device by lines that it should not have; from where is told by the questions about logins."""
    reasons = [because("drift_admits", line=line.line) for line in difference.admitting]
    return tuple(
        DriftEffect(drift_class=DriftClass.WEAKENS_FENCE, kind=ADMISSION, subject=reason, was="", now="", reason=reason)
        for reason in reasons
    )


def effects_between(before: Proven, after: Proven) -> Effects:
    """Return what is otherwise in the second network than in the first, between the same bounds."""
    change = _change(before, after)
    found = [*_turned(before, after), *_passing(change, after.given)]
    doubts = (*change.differences, *(item.reason for item in change.doubts))
    sure = bool(change.judges) and not change.differences
    return Effects(found=tuple(sorted(found, key=_order)), doubts=tuple(dict.fromkeys(doubts)), sure=sure)


def _order(effect: DriftEffect) -> tuple[object, ...]:
    return rank_of(effect.drift_class), effect.kind != ACCESS, effect.kind, effect.source, effect.destination


def _change(before: Proven, after: Proven) -> ChangeOfAccess:
    one, other = _evidence(before), _evidence(after)
    if one is None or other is None:
        return nothing_said(because("drift_not_settled"))
    return judge_gathered(one, other, most=MOST_REPLAYS)


def _evidence(proven: Proven) -> Evidence | None:
    return None if proven.parts is None else proven.parts.filtered.evidence


def _turned(before: Proven, after: Proven) -> Iterator[DriftEffect]:
    old = {_about(answer.question): answer.verdict for answer in before.judgement.answers}
    turned = [item for item in after.judgement.answers if _has_turned(old.get(_about(item.question)), item.verdict)]
    groups: dict[object, list[DriftEffect]] = {}
    for answer in replay_answers(turned, after.given, MOST_REPLAYS):
        effect = _effect(old.get(_about(answer.question)), answer)
        alone = effect.drift_class is not DriftClass.NOT_MODELLED and effect.now != "hold"
        groups.setdefault((effect.kind, effect.subject) if alone else (effect.now, effect.reason), []).append(effect)
    for found in groups.values():
        yield replace(found[0], alike=len(found), subject=found[0].subject if len(found) == 1 else because("network"))


def _about(question: Question) -> tuple[object, ...]:
    return question.kind, question.subject


def _has_turned(was: Verdict | None, now: Verdict) -> bool:
    """Return whether an answer is of another kind, or wrong for another reason."""
    match was, now:
        case (None, Holds()) | (Holds(), Holds()):
            return False
        case (NotModelled(reason=one), NotModelled(reason=other)):
            return one != other
        case (Violated(reason=one), Violated(reason=other)):
            return one.key != other.key
        case _:
            return True


def _effect(was: Verdict | None, answer: Answer) -> DriftEffect:
    verdict, kind = answer.verdict, answer.question.kind
    found = DriftEffect(
        drift_class=class_of_verdict(kind, verdict),
        kind=str(kind),
        subject=subject_in_words(answer.question.subject),
        was="" if was is None else _name(was),
        now=_name(verdict),
        reason=because("drift_mended"),
    )
    match verdict:
        case Holds():
            return found
        case NotModelled(reason=reason, culprits=culprits):
            return replace(found, reason=reason, culprits=culprits)
        case Disputed(one=one, other=other):
            return replace(found, reason=because("drift_disputed", one=one.in_words(), other=other.in_words()))
        case Violated() as wrong:
            return replace(
                found,
                reason=wrong.reason,
                flow=wrong.flow,
                failure=wrong.failure,
                replay=wrong.replay,
                culprits=wrong.culprits,
            )


def _name(verdict: Verdict) -> str:
    match verdict:
        case Holds():
            return "hold"
        case Violated():
            return "violated"
        case Disputed():
            return "disputed"
        case NotModelled():
            return "not_modelled"


def _passing(change: ChangeOfAccess, given: Given) -> Iterator[DriftEffect]:
    if not change.changes:
        return
    declared = [_Asked(state) for state in given.bounds.declared]
    for item in change.changes:
        yield _access(item, declared)


def _access(told: ToldChange, declared: list[_Asked]) -> DriftEffect:
    change = told.change
    found, reason = _class_of_access(change, declared)
    if told.replayed is False:
        found, reason = DriftClass.NOT_MODELLED, because("drift_walk_differs", reason=reason)
    return DriftEffect(
        drift_class=found,
        kind=ACCESS,
        subject=f"{change.source} -> {change.destination}",
        was="passes" if change.turn is Turn.CUT else "stopped",
        now="stopped" if change.turn is Turn.CUT else "passes",
        reason=reason,
        flow=change.flow,
        replay=Replay.AGREES if told.replayed else Replay.LIMIT if told.replayed is None else Replay.NOT_ASKED,
        source=str(change.source),
        destination=str(change.destination),
    )


def _class_of_access(change: AccessChange, declared: list[_Asked]) -> tuple[DriftClass, Reason]:
    ends = {"source": str(change.source), "destination": str(change.destination)}
    allowed = may_arrive((item.saying for item in declared), change.flow, change.source)
    if change.turn is Turn.CUT and allowed:
        return DriftClass.BREAKS_PROMISE, because("drift_cuts", **ends)
    if change.turn is Turn.CUT:
        return DriftClass.NEUTRAL, because("drift_closes", **ends)
    if allowed:
        return DriftClass.NEUTRAL, because("drift_opens_declared", **ends)
    if any(item.forbids(change) for item in declared):
        return DriftClass.OPENS_FORBIDDEN, because("drift_opens_forbidden", **ends)
    return DriftClass.OPENS_UNDECLARED, because("drift_opens", **ends)


class _Asked:
    """What one declared state says of a pair."""

    def __init__(self, declared: Declared) -> None:
        self._resolver = Resolver(declared.address_plan)
        lans = attachment_lans(declared.registry, self._resolver)
        self.saying = Saying(policy=declared.policy, addresses=self._resolver, lans=lans)
        self._forbids = [rule for rule in declared.policy.rules if rule.effect is RuleEffect.FORBID]

    def forbids(self, change: AccessChange) -> bool:
        """Return whether some intent forbids sessions of a pair, whatever service it names."""
        return any(
            self._names(rule, change.source, change, source=True)
            and self._names(rule, change.destination, change, source=False)
            for rule in self._forbids
        )

    def _names(self, rule: Rule, name: AttachmentName, change: AccessChange, *, source: bool) -> bool:
        endpoint, family = (rule.source if source else rule.destination), change.flow.family
        held = self.saying.lans.get(name)
        own = () if held is None else tuple(item for item in held.own if item.family is family)
        excluded = self._resolver.excluded(endpoint, family)
        return any(
            whole.covers(lan) and not any(part.covers(lan) for part in excluded)
            for lan in own
            for whole in self._resolver.prefixes(endpoint, family)
        )
