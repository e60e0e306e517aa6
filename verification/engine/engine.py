"""The judge that sees all flows: every question of the policy, in the whole network and under every single failure.

Turns `Given` into answers. The one idea: fences are proved once (they hold under any routing state); routing questions are
asked of the whole network first, and then, failure by failure, only of the pairs whose routes that failure changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from verification.engine.failure_states import (
    Inquiry,
    Progress,
    Submit,
    Tally,
    all_failures,
    all_routes,
    collect_failures,
    judge_failures,
    judge_whole,
    start_failures,
)
from verification.engine.network_answers import NetworkFacts, attachment_answers, network_answers, network_facts
from verification.engine.policy_answers import Known, rule_answers, via_answers
from verification.evidence.address_index import index_addresses
from verification.evidence.delivery import Deliveries
from verification.evidence.evidence import Evidence, Given, gather
from verification.evidence.management_plane import management_plane
from verification.evidence.permitted_matrix import permitted_matrix_of
from verification.evidence.stub_ribs import StubRibs
from verification.questions.fences import FenceResult, check_fences
from verification.questions.filters_on_paths import check_isolation, check_sessions_filtered
from verification.questions.judgement import Judgement
from verification.questions.network import node_purposes
from verification.questions.policy_questions import rule_questions
from verification.questions.purposes import homes_of
from verification.questions.segregation import exposed
from verification.questions.stub_reachability import stub_demand
from verification.questions.unknown_lines import Unknowns, unknowns_of
from verification.questions.unreachable_lines import check_lines
from verification.questions.via import via_pairs
from verification.routes.rib import NotSettledError
from verification.routes.topology import grouped
from verification.verdicts.failure import Failure
from verification.verdicts.question import Answer
from verification.verdicts.verdict import NotModelled

JudgeStates = Callable[[Sequence[Failure]], Tally]
Workers = Callable[[JudgeStates], AbstractContextManager[Submit]]
"""Makes workers that judge states by a function, which knows all that they share, as long as the context lasts."""


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
    try:
        evidence = gather(given)
    except NotSettledError as error:
        verdict = NotModelled(reason=error.reason)
        answers = tuple(Answer(question=item, verdict=verdict) for item in rule_questions(given))
        return Judgement(
            answers=answers, devices=len(given.network.devices), states=0, flows=0, lists=check_lines(given)
        )
    inquiry = open_inquiry(evidence)
    unknowns = unknowns_of(evidence)
    whole = judge_whole(inquiry)
    tally = whole.tally
    states = all_failures(evidence) if with_failures else ()
    if states and workers is not None:
        with workers(partial(judge_failures, inquiry, whole)) as submit:
            begun = start_failures(submit, states)
            fences, facts, lists = check_fences(evidence), network_facts(inquiry, unknowns), check_lines(given)
            tally.merge(collect_failures(begun, progress))
    else:
        fences, facts, lists = check_fences(evidence), network_facts(inquiry, unknowns), check_lines(given)
        tally.merge(judge_failures(inquiry, whole, states, progress))
    return Judgement(
        answers=_answers(inquiry, unknowns, tally, fences, facts),
        devices=len(given.network.devices),
        states=tally.states,
        flows=inquiry.permitted_matrix.must.pairs + len(fences),
        lists=lists,
    )


def open_inquiry(evidence: Evidence) -> Inquiry:
    """Return everything that states are judged by."""
    address_index = index_addresses(evidence)
    permitted_matrix = permitted_matrix_of(evidence)
    routes = StubRibs(address_index, Deliveries(evidence, address_index, evidence.whole))
    plane = management_plane(evidence)
    found = tuple(exposed(evidence, address_index, evidence.whole, all_routes(evidence), permitted_matrix.may))
    return Inquiry(
        evidence=evidence,
        address_index=address_index,
        permitted_matrix=permitted_matrix,
        routes=routes,
        demand=stub_demand(evidence, address_index, routes),
        exposed=found,
        exposed_by=grouped((prefix, place) for place, (_, prefix) in enumerate(found)),
        vias=via_pairs(evidence),
        plane=plane,
        homes=homes_of(evidence, address_index, plane),
        purposes=node_purposes(evidence),
    )


def _answers(
    inquiry: Inquiry,
    unknowns: Unknowns,
    tally: Tally,
    fences: tuple[FenceResult, ...],
    facts: NetworkFacts,
) -> tuple[Answer, ...]:
    evidence = inquiry.evidence
    known = Known(
        tally=tally,
        unknowns=unknowns,
        filtered=check_sessions_filtered(evidence, inquiry.address_index, fences, inquiry.permitted_matrix.must),
        leaking=check_isolation(evidence, inquiry.address_index, fences),
    )
    return (
        *rule_answers(evidence, known),
        *via_answers(evidence, known, inquiry.vias),
        *attachment_answers(evidence, fences, tally, unknowns, known.leaking),
        *network_answers(inquiry, facts, tally, unknowns),
    )
