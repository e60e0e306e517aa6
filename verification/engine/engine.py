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
from verification.engine.routing_judgement import RoutingJudgement, Workers, running_states
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
class Proven:
    """A judgement with the parts that it is made of; without `routing` and `filtered` if routes do not settle."""

    given: Given
    with_failures: bool
    routing: RoutingJudgement | None
    filtered: Filtered | None
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
    return _prove(given, None, with_failures=with_failures, progress=progress, workers=workers)


def reprove(
    proven: Proven, delta: Delta, *, progress: Progress | None = None, workers: Workers | None = None
) -> Proven:
    """Return what `prove` returns of the network after a change, in less time (`prove` is its dull twin)."""
    if proven.routing is None or proven.filtered is None or _reroutes(proven.given, delta):
        return _prove(
            delta.given, (proven, delta), with_failures=proven.with_failures, progress=progress, workers=workers
        )
    lists = judge_lists(delta.given, proven.lists, delta.devices)
    filtered = _filtered_again(proven.routing.inquiry, proven.routing.inquiry, proven.filtered, delta)
    return _proven(delta.given, proven.routing, filtered, lists, with_failures=proven.with_failures)


def _reroutes(before: Given, delta: Delta) -> bool:
    """Return whether a change touches what routes hang on, or what is wanted of them."""
    old, new = before.network.devices, delta.given.network.devices
    return (
        delta.wanted
        or old.keys() != new.keys()
        or any(routing_device(old[name]) != routing_device(new[name]) for name in delta.devices)
    )


def _prove(
    given: Given,
    known: tuple[Proven, Delta] | None,
    *,
    with_failures: bool,
    progress: Progress | None,
    workers: Workers | None,
) -> Proven:
    """Prove a network, with those parts of what is known of another one that can't come out otherwise."""
    part = routing_part(given)
    before = known[0] if known is not None and not known[1].wanted else None
    lists = None
    try:
        with running_states(
            part,
            None if before is None else before.routing,
            with_failures=with_failures,
            progress=progress,
            workers=workers,
        ) as states:
            filtered = _filtered(states.inquiry, given, before, known)
            lists = _lists(given, known)
            routing = states.judged(part)
    except NotSettledError as error:
        lists = lists or _lists(given, known)
        judgement = _not_settled(given, error, lists)
        return Proven(
            given=given, with_failures=with_failures, routing=None, filtered=None, lists=lists, judgement=judgement
        )
    return _proven(given, routing, filtered, lists, with_failures=with_failures)


def _lists(given: Given, known: tuple[Proven, Delta] | None) -> JudgedLists:
    return judge_lists(given) if known is None else judge_lists(given, known[0].lists, known[1].devices)


def _not_settled(given: Given, error: NotSettledError, lists: JudgedLists) -> Judgement:
    verdict = NotModelled(reason=error.reason)
    answers = tuple(Answer(question=item, verdict=verdict) for item in rule_questions(given))
    return Judgement(answers=answers, devices=len(given.network.devices), states=0, flows=0, lists=lists.bound)


def _filtered(inquiry: Inquiry, given: Given, before: Proven | None, known: tuple[Proven, Delta] | None) -> Filtered:
    """Prove lists, logins and lines; `before`: another network proved that is judged between the same bounds."""
    if before is not None and before.routing is not None and before.filtered is not None and known is not None:
        return _filtered_again(inquiry, before.routing.inquiry, before.filtered, known[1])
    evidence = add_filters(inquiry.evidence, given)
    return Filtered(
        evidence=evidence,
        fences=check_fences(evidence),
        logins=login_faults(evidence, inquiry.plane, sorted(given.network.devices)),
        unknowns=unknowns_of(evidence),
    )


def _filtered_again(inquiry: Inquiry, before: Inquiry, known: Filtered, delta: Delta) -> Filtered:
    """Return the same after a change of texts: fences hang on no route, ways in on nothing of routes but which VRF manages, and
    lines that are not computed on all of them."""
    changed = delta.devices
    evidence = change_filters(inquiry.evidence, known.evidence, delta.given, changed)
    logins, unusual = known.logins, known.unknowns.unusual
    devices = delta.given.network.devices
    kept = devices.keys() - changed if inquiry.plane.vrfs == before.plane.vrfs else frozenset[str]()
    again = login_faults(evidence, inquiry.plane, sorted(devices.keys() - kept))
    return Filtered(
        evidence=evidence,
        fences=check_fences_again(evidence, known.evidence, known.fences),
        logins={name: again[name] if name in again else logins[name] for name in devices},
        unknowns=unknowns_of(
            evidence, {name: unusual[name] for name in devices.keys() - changed} if inquiry is before else None
        ),
    )


def _proven(
    given: Given, routing: RoutingJudgement, filtered: Filtered, lists: JudgedLists, *, with_failures: bool
) -> Proven:
    inquiry = replace(routing.inquiry, evidence=filtered.evidence)
    judgement = Judgement(
        answers=_answers(inquiry, routing, filtered),
        devices=len(given.network.devices),
        states=routing.tally.states,
        flows=inquiry.permitted_matrix.must.pairs + len(filtered.fences),
        lists=lists.bound,
    )
    return Proven(
        given=given,
        with_failures=with_failures,
        routing=routing,
        filtered=filtered,
        lists=lists,
        judgement=judgement,
    )


def _answers(inquiry: Inquiry, routing: RoutingJudgement, filtered: Filtered) -> tuple[Answer, ...]:
    evidence, tally, unknowns, fences = inquiry.evidence, routing.tally, filtered.unknowns, filtered.fences
    known = Known(
        tally=tally,
        unknowns=unknowns,
        filtered=check_sessions_filtered(evidence, inquiry.address_index, fences, inquiry.permitted_matrix.must),
        leaking=check_isolation(evidence, inquiry.address_index, fences),
    )
    facts = NetworkFacts(routing=routing.faults, logins=filtered.logins)
    return (
        *rule_answers(evidence, known),
        *via_answers(evidence, known, inquiry.vias),
        *attachment_answers(evidence, fences, tally, unknowns, known.leaking),
        *network_answers(inquiry, facts, tally, unknowns),
    )
