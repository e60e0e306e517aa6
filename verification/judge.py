"""The gate: the engine's answers and, if one is asked, a second judge's, every counterexample replayed by the dull meaning.

Turns `Given` into a `Judgement`. The one idea: what a judge calls violated must be shown by `walk` on the very packet, and
what it says holds by a sample of packets; where the two differ the question is disputed, and the gate stays shut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from intents.reason import because
from routing.model import Direction, Network
from verification.engine.engine import judge
from verification.engine.failure_states import Progress
from verification.engine.workers import Workers
from verification.evidence.evidence import Given
from verification.questions.judgement import Judgement
from verification.questions.line_differences import line_differences
from verification.reference.acl import judge_interface
from verification.reference.cabling import wire
from verification.reference.walk import walk
from verification.sample import dispute, sample
from verification.verdicts.failure import NO_FAILURE, Failure, FailureName, failures
from verification.verdicts.flow import Disposition, Flow, Trace, flow_in_words
from verification.verdicts.gate import combine_verdicts
from verification.verdicts.opinions import ENGINE, WALK, Opinion, Opinions
from verification.verdicts.question import Answer
from verification.verdicts.verdict import Claim, ClaimKind, Disputed, Replay, Statement, Verdict, Violated

AskSecond = Callable[[Given, Judgement], Opinions]
"""Asks a second judge the questions that the engine answered, and about its counterexamples."""

REPLAYS = 40
"""How many different counterexamples are replayed; the rest say that they were not."""


def judge_and_replay(
    given: Given,
    *,
    with_failures: bool = True,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Judgement:
    """Answer every question (see `engine.judge`), replay the counterexamples, and dispute what a sample shows otherwise."""
    return replay(judge(given, with_failures=with_failures, progress=progress, workers=workers), given)


def replay(judgement: Judgement, given: Given) -> Judgement:
    """Return what the engine says of a network after its counterexamples were replayed and what holds was sampled."""
    return dispute(replace(judgement, answers=replay_answers(judgement.answers, given)), sample(given))


def replay_answers(answers: Iterable[Answer], given: Given, most: int = REPLAYS) -> tuple[Answer, ...]:
    """Return answers after their counterexamples were replayed, the first `most` different ones."""
    replayer = _Replayer(given, most)
    return tuple(replace(item, verdict=replayer.replayed(item)) for item in answers)


def consult(judgement: Judgement, given: Given, second: AskSecond) -> Judgement:
    """Ask a second judge the same questions, and return what both say together.

    Whatever the second judge raises goes through: an opinion that is not to be had is never taken for agreement.
    """
    found = second(given, judgement)
    replayer = _Replayer(given)
    answers = tuple(
        _combine(item, opinion, replayer) for item, opinion in zip(judgement.answers, found.opinions, strict=True)
    )
    differences = line_differences(given, judgement.lists.unreachable, found.lines)
    lists = replace(judgement.lists, differences=differences)
    return replace(judgement, answers=answers, lists=lists, second=found.second, alone=found.alone)


def _combine(answer: Answer, opinion: Opinion | None, replayer: _Replayer) -> Answer:
    """Return the answer that two judges make; each one's own opinion stays beside it."""
    mine = Opinion(judge=ENGINE, verdict=answer.verdict)
    verdict = combine_verdicts(answer.verdict, None if opinion is None else opinion.verdict, replayer.shows)
    return replace(answer, verdict=verdict, opinions=(mine,) if opinion is None else (mine, opinion))


class _Replayer:
    """Replays claims, each different one once."""

    def __init__(self, given: Given, most: int = REPLAYS) -> None:
        self._most = most
        self._network = given.network
        self._bare = _without_filters(given.network)
        devices = sorted(given.roles.backbone & given.network.devices.keys())
        self._failures = {item.name: item for item in (NO_FAILURE, *failures(given.network, devices))}
        self._known: dict[tuple[Flow, Claim, FailureName], bool] = {}

    def replayed(self, answer: Answer) -> Verdict:
        """Return a verdict that says whether `walk` agrees, or why it was not asked; disputed if it does not agree."""
        verdict = answer.verdict
        if not isinstance(verdict, Violated):
            return verdict
        flow, claim = verdict.flow, verdict.claim
        if flow is None or claim is None:
            return replace(verdict, replay=Replay.NO_PACKET)
        failure = self._failures.get(verdict.failure)
        if failure is None:
            return replace(verdict, replay=Replay.NO_STATE)
        if not _starts(self._network, failure, flow):
            return replace(verdict, replay=Replay.NO_START)
        key = (flow, claim, verdict.failure)
        if key not in self._known:
            if len(self._known) >= self._most:
                return replace(verdict, replay=Replay.LIMIT)
            self._known[key] = self._shows(flow, claim, failure)
        if self._known[key]:
            return replace(verdict, replay=Replay.AGREES)
        return Disputed(
            one=Statement(judges=(ENGINE,), said=verdict.reason),
            other=Statement(judges=(WALK,), said=because("not_so", flow=flow_in_words(flow))),
        )

    def shows(self, verdict: Violated) -> bool:
        """Return whether `walk` shows what a violation of another judge claims; False for one that claims nothing of a packet."""
        flow, claim = verdict.flow, verdict.claim
        if flow is None or claim is None or not _starts(self._network, NO_FAILURE, flow):
            return False
        return self._shows(flow, claim, NO_FAILURE)

    def _shows(self, flow: Flow, claim: Claim, failure: Failure) -> bool:
        match claim.kind:
            case ClaimKind.ADMITTED | ClaimKind.DROPPED:
                return self._passes(flow, claim) is (claim.kind is ClaimKind.ADMITTED)
            case ClaimKind.ROUTED:
                return any(trace.delivered for trace in walk(self._bare, flow, failure))
            case ClaimKind.PAST:
                passed = {device for device, _ in claim.places}
                traces = (trace for trace in walk(self._bare, flow, failure) if trace.delivered)
                return any(passed.isdisjoint(hop.device for hop in trace.hops) for trace in traces)
            case ClaimKind.DELIVERED:
                return any(trace.delivered for trace in walk(self._network, flow, failure))
            case ClaimKind.UNDELIVERED:
                return any(not _arrives(trace, claim) for trace in walk(self._network, flow, failure))

    def _passes(self, flow: Flow, claim: Claim) -> bool:
        ((device_name, interface_name),) = claim.places
        device = self._network.devices[device_name]
        interface = next(item for item in device.interfaces if item.name == interface_name)
        passages = judge_interface(device, interface, Direction(claim.direction), flow)
        return all(passage.passes for passage in passages)


def _arrives(trace: Trace, claim: Claim) -> bool:
    """Return whether a packet ends at one of a claim's places, or in the device there if it is sent to the device itself."""
    if not trace.delivered:
        return False
    last = trace.hops[-1]
    if trace.disposition is Disposition.ACCEPTED:
        return any(device == last.device for device, _ in claim.places)
    return (last.device, last.out_interface or "") in claim.places


def _starts(network: Network, failure: Failure, flow: Flow) -> bool:
    """Return whether the starting interface is there and works: a packet can't be followed from one that is not or does not."""
    working = wire(network, failure).working.get(flow.start_device, ())
    return any(item.name == flow.start_interface for item in working)


def _without_filters(network: Network) -> Network:
    devices = {
        name: replace(
            device,
            interfaces=tuple(replace(item, bindings=()) for item in device.interfaces),
            control_filters=(),
        )
        for name, device in network.devices.items()
    }
    return replace(network, devices=devices)
