"""The answers about each attachment and about the network as a whole.

The one idea: a question without a wrong holds, unless a line that nobody understands, or routes that do not settle, touch it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import assert_never

from intents.registry import AttachmentName
from verification.engine.failure_states import Inquiry, Tally
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import ManagementPlane
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
class RoutingFaults:
    """What is wrong about routes and addresses whatever fails, by kind of question; None where nothing is.

    `addressing`: the first of all faults; `present`: the first that is not merely something missing.
    """

    backbone: NetworkFault | None
    default_route: NetworkFault | None
    overlap: NetworkFault | None
    leak: NetworkFault | None
    route_filter: NetworkFault | None
    addressing: NetworkFault | None
    present: NetworkFault | None


def routing_faults(inquiry: Inquiry) -> RoutingFaults:
    """Look at everything about routes and addresses that no failure changes."""
    evidence, address_index = inquiry.evidence, inquiry.address_index
    leaks = check_leaks(evidence, address_index, inquiry.purposes)
    strays = check_strays(evidence, address_index, inquiry.plane)
    addressing = tuple(until_present(check_addressing(evidence)))
    return RoutingFaults(
        backbone=next(check_backbone(evidence, address_index), None),
        default_route=next(check_default_routes(evidence), None),
        overlap=next(check_overlaps(evidence), None),
        leak=next(chain(leaks, strays, check_own_routes(evidence)), None),
        route_filter=next(check_route_filters(evidence, inquiry.plane), None),
        addressing=next(iter(addressing), None),
        present=next((item for item in addressing if not item.missing), None),
    )


def until_present(found: Iterator[NetworkFault]) -> Iterator[NetworkFault]:
    """Yield faults up to the first that is not merely something missing."""
    for item in found:
        yield item
        if not item.missing:
            return


LoginFaults = Mapping[str, NetworkFault | None]
"""What is wrong about the ways into each device."""


def login_faults(evidence: Evidence, plane: ManagementPlane, devices: Iterable[str]) -> LoginFaults:
    """Look at the ways into some devices."""
    unplanned_logins = UnplannedLogins(evidence)
    network = evidence.given.network.devices
    return {
        name: next(
            chain(
                check_logins(unplanned_logins, network[name]),
                check_control(evidence, network[name], plane),
                check_ways_in(evidence, network[name], plane),
            ),
            None,
        )
        for name in devices
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """What is wrong whatever fails: about routes and addresses, and with each device's logins."""

    routing: RoutingFaults
    logins: LoginFaults


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
    purposes = _violated(evidence, next(iter(tally.purposes), None))
    # a line that nobody understands may keep its device's own prefixes from the backbone, or bring what is missing there
    unsure = unknowns.verdict if unknowns.devices else None
    for kind in QuestionKind:
        verdict = _network_verdict(evidence, kind, facts.routing, unknowns)
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
        fault = facts.logins[name] or (None if is_unsure else tally.management.get(name))
        violated = _violated(evidence, fault)
        if violated is None and is_unsure:
            yield Answer(question=question, verdict=unknowns.verdict)
        else:
            yield Answer(question=question, verdict=violated or Holds(judges=(ENGINE,), states=tally.states))


def _network_verdict(
    evidence: Evidence, kind: QuestionKind, faults: RoutingFaults, unknowns: Unknowns
) -> Verdict | None:
    """Return the verdict of what no failure changes; None for what is answered elsewhere: of rules, of attachments and devices,
    and of routes in every state."""
    fault: NetworkFault | None = None
    match kind:
        case QuestionKind.BACKBONE:
            fault = faults.backbone
        case QuestionKind.DEFAULT_ROUTE:
            fault = faults.default_route
        case QuestionKind.OVERLAP:
            fault = faults.overlap
        case QuestionKind.LEAK:
            fault = faults.leak
        case QuestionKind.ROUTE_FILTER:
            fault = faults.route_filter
        case QuestionKind.ADDRESSING:  # where a line is not understood, what is only missing may be just that line
            fault = faults.present if unknowns.devices else faults.addressing
        case QuestionKind.SESSION | QuestionKind.FORBIDDEN | QuestionKind.VIA | QuestionKind.LEVEL:
            return None
        case QuestionKind.SOURCE_FENCE | QuestionKind.DESTINATION_FENCE | QuestionKind.ISOLATION | QuestionKind.WALL:
            return None
        case QuestionKind.MANAGEMENT | QuestionKind.TRANSIT | QuestionKind.PURPOSE | QuestionKind.ROUTES:
            return None
        case _:
            assert_never(kind)
    return _or_not_modelled(_violated(evidence, fault), 1, unknowns)


def _violated(evidence: Evidence, fault: NetworkFault | None) -> Violated | None:
    return None if fault is None else violated_network(evidence, fault)


def _settled(tally: Tally, unknowns: Unknowns) -> Verdict:
    if tally.unsettled is not None:
        return NotModelled(reason=tally.unsettled)
    return unknowns.verdict if unknowns.devices else Holds(judges=(ENGINE,), states=tally.states)


def _or_not_modelled(violated: Violated | None, states: int, unknowns: Unknowns) -> Verdict:
    if violated is not None:
        return violated
    return unknowns.verdict if unknowns.devices else Holds(judges=(ENGINE,), states=states)
