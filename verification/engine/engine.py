"""The judge that sees all flows: every question of the policy, in the whole network and under every single failure.

Turns `Given` into a `Proven`, and a `Proven` and what has changed since into the next. The one idea: a proof is made of parts,
and each part of what it hangs on alone: routes of the texts without lists and logins, a fence of one list, what is said of a list
of its content, ways in of one device. Judging again makes those parts anew whose ground has changed, and keeps the others, which
would come out equal; answers are put together from all parts every time.

Fences are proved once (they hold under any routing state); routing questions are asked of the whole network first, and then,
failure by failure, only of the pairs whose routes that failure changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from verification.engine.delta import Delta
from verification.engine.failure_states import Inquiry, Progress
from verification.engine.network_answers import (
    LoginFaults,
    NetworkFacts,
    attachment_answers,
    login_faults,
    network_answers,
)
from verification.engine.policy_answers import Known, rule_answers, via_answers
from verification.engine.routing_judgement import RoutingJudgement, running_states
from verification.engine.workers import Workers
from verification.evidence.evidence import Evidence, Given, add_filters, change_filters, routing_part
from verification.evidence.routing_part import routing_device
from verification.questions.fences import FenceResult, check_fences, check_fences_again
from verification.questions.filters_on_paths import check_isolation, check_sessions_filtered
from verification.questions.judgement import Judgement
from verification.questions.policy_questions import rule_questions
from verification.questions.unknown_lines import Unknowns, unknowns_of
from verification.questions.unreachable_lines import JudgedLists, judge_lists
from verification.routes.rib import NotSettledError
from verification.verdicts.question import Answer
from verification.verdicts.verdict import NotModelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """What is proved of lists, logins and lines, beside routes: `evidence` with all of them."""

    evidence: Evidence
    fences: tuple[FenceResult, ...]
    logins: LoginFaults
    unknowns: Unknowns


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a judgement is made of where routes settle."""

    routing: RoutingJudgement
    filtered: Filtered


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A judgement with what it is made of; `parts`: None if routes do not settle."""

    given: Given
    with_failures: bool
    parts: Parts | None
    lists: JudgedLists
    judgement: Judgement


def judge(
    given: Given,
    *,
    with_failures: bool = True,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Judgement:
    """Answer every question; `with_failures` False looks at the whole network only (and the answers say one state).

    `workers`: judge failures side by side; None: one after the other here.
    """
    return prove(given, with_failures=with_failures, progress=progress, workers=workers).judgement


def prove(
    given: Given,
    *,
    with_failures: bool = True,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Proven:
    """Return the judgement of a network with all that it is made of; arguments as of `judge`."""
    return _prove(given, None, None, with_failures=with_failures, progress=progress, workers=workers)


def reprove(
    proven: Proven, delta: Delta, *, progress: Progress | None = None, workers: Workers | None = None
) -> Proven:
    """Return what `prove` returns of the network after a change, in less time (`prove` is its dull twin)."""
    given, with_failures = delta.given, proven.with_failures
    lists = judge_lists(given, proven.lists, delta.devices)
    kept = None if delta.wanted or proven.parts is None else (proven.parts, delta)
    if kept is None or _reroutes(proven.given, delta):
        return _prove(given, lists, kept, with_failures=with_failures, progress=progress, workers=workers)
    routing = kept[0].routing
    parts = Parts(routing=routing, filtered=_filtered_again(routing.inquiry, *kept))
    return _proven(given, parts, lists, with_failures=with_failures)


def _reroutes(before: Given, delta: Delta) -> bool:
    """Return whether a change of texts touches what routes hang on."""
    old, new = before.network.devices, delta.given.network.devices
    return old.keys() != new.keys() or any(
        routing_device(old[name]) != routing_device(new[name]) for name in delta.devices
    )


def _prove(
    given: Given,
    lists: JudgedLists | None,
    kept: tuple[Parts, Delta] | None,
    *,
    with_failures: bool,
    progress: Progress | None,
    workers: Workers | None,
) -> Proven:
    """Prove a network. `lists`: if they are judged already; `kept`: what is known of one that is judged between the same bounds,
    and what has changed since."""
    part = routing_part(given) if kept is None else routing_part(given, kept[0].routing.given, kept[1].devices)
    known = None if kept is None else kept[0].routing
    try:
        with running_states(part, known, with_failures=with_failures, progress=progress, workers=workers) as states:
            filtered = _filtered(states.inquiry, given) if kept is None else _filtered_again(states.inquiry, *kept)
            lists = lists or judge_lists(given)
            routing = states.judged(part)
    except NotSettledError as error:
        lists = lists or judge_lists(given)
        judgement = _not_settled(given, error, lists)
        return Proven(given=given, with_failures=with_failures, parts=None, lists=lists, judgement=judgement)
    return _proven(given, Parts(routing=routing, filtered=filtered), lists, with_failures=with_failures)


def _not_settled(given: Given, error: NotSettledError, lists: JudgedLists) -> Judgement:
    verdict = NotModelled(reason=error.reason)
    answers = tuple(Answer(question=item, verdict=verdict) for item in rule_questions(given))
    return Judgement(answers=answers, devices=len(given.network.devices), states=0, flows=0, lists=lists.bound)


def _filtered(inquiry: Inquiry, given: Given) -> Filtered:
    evidence = add_filters(inquiry.evidence, given)
    return Filtered(
        evidence=evidence,
        fences=check_fences(evidence),
        logins=login_faults(evidence, inquiry.plane, sorted(given.network.devices)),
        unknowns=unknowns_of(evidence),
    )


def _filtered_again(inquiry: Inquiry, parts: Parts, delta: Delta) -> Filtered:
    """Return the same after a change of texts: fences hang on no route, ways in on nothing of routes but which VRF manages, and
    lines that are not computed on all of them."""
    changed, known, before = delta.devices, parts.filtered, parts.routing.inquiry
    evidence = change_filters(inquiry.evidence, known.evidence, delta.given, changed)
    unusual = known.unknowns.unusual
    devices = delta.given.network.devices
    kept = devices.keys() - changed if inquiry.plane.vrfs == before.plane.vrfs else frozenset[str]()
    again = login_faults(evidence, inquiry.plane, sorted(devices.keys() - kept))
    return Filtered(
        evidence=evidence,
        fences=check_fences_again(evidence, known.evidence, known.fences),
        logins={**{name: known.logins[name] for name in kept}, **again},
        unknowns=unknowns_of(
            evidence, {name: unusual[name] for name in devices.keys() - changed} if inquiry is before else None
        ),
    )


def _proven(given: Given, parts: Parts, lists: JudgedLists, *, with_failures: bool) -> Proven:
    filtered, tally = parts.filtered, parts.routing.tally
    inquiry = replace(parts.routing.inquiry, evidence=filtered.evidence)
    judgement = Judgement(
        answers=_answers(inquiry, parts),
        devices=len(given.network.devices),
        states=tally.states,
        flows=inquiry.permitted_matrix.must.pairs + len(filtered.fences),
        lists=lists.bound,
    )
    return Proven(given=given, with_failures=with_failures, parts=parts, lists=lists, judgement=judgement)


def _answers(inquiry: Inquiry, parts: Parts) -> tuple[Answer, ...]:
    evidence, tally = inquiry.evidence, parts.routing.tally
    unknowns, fences = parts.filtered.unknowns, parts.filtered.fences
    known = Known(
        tally=tally,
        unknowns=unknowns,
        filtered=check_sessions_filtered(evidence, inquiry.address_index, fences, inquiry.permitted_matrix.must),
        leaking=check_isolation(evidence, inquiry.address_index, fences),
    )
    facts = NetworkFacts(routing=parts.routing.faults, logins=parts.filtered.logins)
    return (
        *rule_answers(evidence, known),
        *via_answers(evidence, known, inquiry.vias),
        *attachment_answers(evidence, fences, tally, unknowns, known.leaking),
        *network_answers(inquiry, facts, tally, unknowns),
    )
