"""The answers about each attachment and about the network as a whole.

The one idea: a question without a wrong holds, unless a line that nobody understands, or routes that do not settle, touch it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import assert_never

from intents.registry import AttachmentName
from verification.engine.failure_states import Inquiry, Tally
from verification.evidence.evidence import Evidence
from verification.questions.addressing import check_addressing
from verification.questions.control_plane_filters import check_control, check_ways_in
from verification.questions.counterexample import violated_by, violated_network
from verification.questions.fences import FenceResult, fence_answers
from verification.questions.filters_on_paths import Leakage
from verification.questions.logins import UnplannedLogins, check_logins
from verification.questions.network import (
    NetworkFault,
    check_backbone,
    check_default_routes,
    check_leaks,
    check_overlaps,
)
from verification.questions.route_filters import check_route_filters
from verification.questions.stray_routes import check_own_routes, check_strays
from verification.questions.unknown_lines import Unknowns
from verification.verdicts.opinions import ENGINE
from verification.verdicts.question import Answer, Question, QuestionKind
from verification.verdicts.verdict import Holds, NotModelled, Verdict, Violated


def attachment_answers(
    evidence: Evidence, fences: tuple[FenceResult, ...], tally: Tally, unknowns: Unknowns, leaking: Leakage
) -> Iterator[Answer]:
    """Answer fences, isolation and wall of every attachment; `leaking`: what packets not allowed pass between."""
    for answer in fence_answers(evidence, fences):
        name = AttachmentName(str(answer.question.subject))
        verdict = unknowns.verdict if isinstance(answer.verdict, Holds) and unknowns.of_fence(name) else answer.verdict
        yield Answer(question=answer.question, verdict=verdict)
    for name in sorted(evidence.ports):
        found = next((violated for pair, violated in leaking.found.items() if pair[0] == name), None)
        first = found or leaking.unsure.get(name)
        yield _attachment_answer(evidence, QuestionKind.ISOLATION, name, first, tally, unknowns)
        wrong = tally.wall.get(name)
        yield _attachment_answer(
            evidence,
            QuestionKind.WALL,
            name,
            None if wrong is None else violated_by(evidence, wrong, ()),
            tally,
            unknowns,
        )


def _attachment_answer(
    evidence: Evidence,
    kind: QuestionKind,
    name: AttachmentName,
    violated: Violated | NotModelled | None,
    tally: Tally,
    unknowns: Unknowns,
) -> Answer:
    question = Question(kind=kind, subject=str(name), cases=len(evidence.ports[name]))
    verdict: Verdict = Holds(judges=(ENGINE,), states=tally.states)
    if violated is not None:
        verdict = violated
    elif unknowns.of_routes(frozenset({name})):
        verdict = unknowns.verdict
    elif tally.unsettled is not None:
        verdict = NotModelled(reason=tally.unsettled)
    return Answer(question=question, verdict=verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """What is wrong whatever fails, by kind of question, and with each device's logins; None where nothing is."""

    backbone: Violated | None
    default_route: Violated | None
    overlap: Violated | None
    leak: Violated | None
    route_filter: Violated | None
    addressing: Violated | None
    logins: Mapping[str, Violated | None]


def network_facts(inquiry: Inquiry, unknowns: Unknowns) -> NetworkFacts:
    """Look at everything that no failure changes."""
    evidence, address_index = inquiry.evidence, inquiry.address_index
    leaks = check_leaks(evidence, address_index, inquiry.purposes)
    unplanned_logins = UnplannedLogins(evidence)
    return NetworkFacts(
        backbone=_faulty(evidence, check_backbone(evidence, address_index)),
        default_route=_faulty(evidence, check_default_routes(evidence)),
        overlap=_faulty(evidence, check_overlaps(evidence)),
        leak=_faulty(
            evidence, chain(leaks, check_strays(evidence, address_index, inquiry.plane), check_own_routes(evidence))
        ),
        route_filter=_faulty(evidence, check_route_filters(evidence, inquiry.plane)),
        addressing=_addressing(evidence, unknowns),
        logins={
            name: _faulty(
                evidence,
                chain(
                    check_logins(unplanned_logins, device),
                    check_control(evidence, device, inquiry.plane),
                    check_ways_in(evidence, device, inquiry.plane),
                ),
            )
            for name, device in sorted(evidence.given.network.devices.items())
        },
    )


def network_answers(inquiry: Inquiry, facts: NetworkFacts, tally: Tally, unknowns: Unknowns) -> Iterator[Answer]:
    """Answer what is asked of the network as a whole, and of each device."""
    evidence = inquiry.evidence
    transit = next(iter(tally.transit.values()), None)
    yield Answer(
        question=Question(kind=QuestionKind.TRANSIT, subject=None, cases=len(evidence.given.roles.sites)),
        verdict=_or_not_modelled(
            None if transit is None else violated_by(evidence, transit, ()), tally.states, unknowns
        ),
    )
    purposes = _faulty(evidence, iter(tally.purposes))
    # a line that nobody understands may keep its device's own prefixes from the backbone, or bring what is missing there
    unsure = unknowns.verdict if unknowns.devices else None
    for kind in QuestionKind:
        verdict = _network_verdict(kind, facts, unknowns)
        if kind is QuestionKind.PURPOSE:
            verdict = unsure or _or_not_modelled(purposes, tally.states, unknowns)
        elif kind is QuestionKind.ROUTES:
            verdict = _settled(tally, unknowns)
        if verdict is not None:
            question = Question(kind=kind, subject=None, cases=len(evidence.topology.nodes))
            yield Answer(question=question, verdict=verdict)
    for name, device in sorted(evidence.given.network.devices.items()):
        question = Question(kind=QuestionKind.MANAGEMENT, subject=name, cases=max(1, len(device.logins)))
        is_unsure = bool(device.unknown) or unknowns.anywhere
        cut = iter([tally.management[name]] if name in tally.management and not is_unsure else [])
        violated = facts.logins[name] or _faulty(evidence, cut)
        if violated is None and is_unsure:
            yield Answer(question=question, verdict=unknowns.verdict)
        else:
            yield Answer(question=question, verdict=violated or Holds(judges=(ENGINE,), states=tally.states))


def _network_verdict(kind: QuestionKind, facts: NetworkFacts, unknowns: Unknowns) -> Verdict | None:
    """Return the verdict of what no failure changes; None for what is answered elsewhere: of rules, of attachments and devices,
    and of routes in every state."""
    match kind:
        case QuestionKind.BACKBONE:
            return _or_not_modelled(facts.backbone, 1, unknowns)
        case QuestionKind.DEFAULT_ROUTE:
            return _or_not_modelled(facts.default_route, 1, unknowns)
        case QuestionKind.OVERLAP:
            return _or_not_modelled(facts.overlap, 1, unknowns)
        case QuestionKind.LEAK:
            return _or_not_modelled(facts.leak, 1, unknowns)
        case QuestionKind.ROUTE_FILTER:
            return _or_not_modelled(facts.route_filter, 1, unknowns)
        case QuestionKind.ADDRESSING:
            return _or_not_modelled(facts.addressing, 1, unknowns)
        case QuestionKind.SESSION | QuestionKind.FORBIDDEN | QuestionKind.VIA:
            return None
        case QuestionKind.SOURCE_FENCE | QuestionKind.DESTINATION_FENCE | QuestionKind.ISOLATION | QuestionKind.WALL:
            return None
        case QuestionKind.MANAGEMENT | QuestionKind.TRANSIT | QuestionKind.PURPOSE | QuestionKind.ROUTES:
            return None
        case _:
            assert_never(kind)


def _faulty(evidence: Evidence, found: Iterator[NetworkFault]) -> Violated | None:
    fault = next(found, None)
    return None if fault is None else violated_network(evidence, fault)


def _addressing(evidence: Evidence, unknowns: Unknowns) -> Violated | None:
    """Return what is not as planned; where a line is not understood, what is only missing may be just that line."""
    found = check_addressing(evidence)
    return _faulty(evidence, (item for item in found if not item.missing) if unknowns.devices else found)


def _settled(tally: Tally, unknowns: Unknowns) -> Verdict:
    if tally.unsettled is not None:
        return NotModelled(reason=tally.unsettled)
    return unknowns.verdict if unknowns.devices else Holds(judges=(ENGINE,), states=tally.states)


def _or_not_modelled(violated: Violated | None, states: int, unknowns: Unknowns) -> Verdict:
    if violated is not None:
        return violated
    return unknowns.verdict if unknowns.devices else Holds(judges=(ENGINE,), states=states)
