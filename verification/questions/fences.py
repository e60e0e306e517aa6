"""The two fences of every attachment and what their gaps let through: from evidence to answers.

The one idea: a fence is proved alone, by comparing sets; only where one is not right is it asked what then happens on the way
(isolation), because a right source fence admits nothing that could be delivered wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import Acl, AttachmentPort, Direction, Ref
from routing.refs import acl_entry_ref, acl_ref, binding_ref, interface_ref
from verification.evidence.declared_state import Side
from verification.evidence.evidence import Evidence
from verification.packets.compare_acl import FenceGap, GapKind, check_destination_fence, check_source_fence
from verification.packets.header_space import HeaderSpace
from verification.questions.addressing import tag_named
from verification.verdicts.flow import Flow, flow_in_words
from verification.verdicts.opinions import ENGINE
from verification.verdicts.question import Answer, Question, QuestionKind
from verification.verdicts.verdict import Claim, ClaimKind, Holds, NotModelled, Verdict, Violated


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceResult:
    """The gaps of one fence of one port in one family; `problem`: why nothing can be said of packets but those of the plan."""

    attachment: AttachmentName
    port: AttachmentPort
    family: Family
    direction: Direction
    gaps: tuple[FenceGap, ...]
    space: HeaderSpace
    problem: Reason | None = None

    @property
    def exact(self) -> bool:
        return not self.gaps and self.problem is None


def check_fences(evidence: Evidence) -> tuple[FenceResult, ...]:
    """Return the result of every fence, sorted by attachment, device, family and direction."""
    starts = {family: _StartOf(evidence, family) for family in Family}
    results = [
        _check(evidence, name, port, side, direction, starts[side.family])
        for name, ports in sorted(evidence.ports.items())
        for port in ports
        for side in evidence.sides.values()
        if name in side.own
        for direction in (Direction.IN, Direction.OUT)
    ]
    return tuple(results)


def check_fences_again(evidence: Evidence, before: Evidence, known: Iterable[FenceResult]) -> tuple[FenceResult, ...]:
    """Return what `check_fences` returns, given the results of a network `before` with the same policy, plan and ports.

    A fence that is exact is so in any header space; what an inexact one lets through must be a set of this one.
    """
    starts = {family: _StartOf(evidence, family) for family in Family}
    changed = {
        name
        for name, device in evidence.given.network.devices.items()
        if device is not before.given.network.devices.get(name)
    }
    return tuple(
        item
        if (item.exact or item.space is evidence.sides[item.family].space)
        and (item.port.device not in changed or _list_of(evidence, item) == _list_of(before, item))
        else _check(
            evidence, item.attachment, item.port, evidence.sides[item.family], item.direction, starts[item.family]
        )
        for item in known
    )


def _list_of(evidence: Evidence, fence: FenceResult) -> Acl | None:
    return evidence.filter_of(fence.port.device, fence.port.interface, fence.direction, fence.family)


class _StartOf:
    """Finds where packets with an unspoofed source start, for showing a counterexample."""

    def __init__(self, evidence: Evidence, family: Family) -> None:
        self._evidence = evidence
        self._family = family

    @cached_property
    def _spans(self) -> list[tuple[int, int, AttachmentName]]:
        return sorted(
            (low, high, name)
            for (name, of_family), spans in self._evidence.own.items()
            if of_family is self._family
            for low, high in spans
        )

    def __call__(self, source: int) -> tuple[str, str]:
        ports = self._evidence.ports
        for low, high, name in self._spans:
            if low <= source <= high and ports.get(name):
                return ports[name][0].device, ports[name][0].interface
        return "", ""


def _check(
    evidence: Evidence,
    name: AttachmentName,
    port: AttachmentPort,
    side: Side,
    direction: Direction,
    starts: _StartOf,
) -> FenceResult:
    acl = evidence.filter_of(port.device, port.interface, direction, side.family)
    if direction is Direction.IN:
        found = check_source_fence(acl, side.sent_from(name, port), side.unspoofed, (port.device, port.interface))
    else:
        found = check_destination_fence(acl, side.delivered_to(name, port), side.unspoofed, starts)
    return FenceResult(
        attachment=name,
        port=port,
        family=side.family,
        direction=direction,
        gaps=found.gaps,
        space=side.space,
        problem=found.problem,
    )


def fence_answers(evidence: Evidence, results: tuple[FenceResult, ...]) -> Iterator[Answer]:
    """Yield one answer for each attachment and fence."""
    grouped: dict[tuple[AttachmentName, Direction], list[FenceResult]] = {}
    for result in results:
        grouped.setdefault((result.attachment, result.direction), []).append(result)
    for (name, direction), found in sorted(grouped.items(), key=lambda item: (item[0][1], item[0][0])):
        kind = QuestionKind.SOURCE_FENCE if direction is Direction.IN else QuestionKind.DESTINATION_FENCE
        question = Question(kind=kind, subject=str(name), cases=len(found))
        yield Answer(question=question, verdict=_verdict(evidence, found))


def _verdict(evidence: Evidence, found: list[FenceResult]) -> Verdict:
    for result in found:
        place = (result.port.device, result.port.interface)
        if place not in evidence.topology.interfaces:
            if not evidence.stays(result.port):
                continue  # nobody is promised anything there, and nothing is open
            culprit = evidence.culprit(result.port.device, interface_ref(result.port.interface))
            return Violated(reason=port_missing(result.port), culprits=(culprit,))
        found_tag = evidence.topology.interfaces[place].vlan
        if found_tag not in evidence.tags_of(result.port):
            culprit = evidence.culprit(result.port.device, interface_ref(result.port.interface))
            return Violated(reason=port_tagged(result.port, found_tag), culprits=(culprit,))
        if result.gaps:
            return _violated(evidence, result)
        if result.problem is not None:
            return NotModelled(reason=result.problem)
    return Holds(judges=(ENGINE,))


def port_missing(port: AttachmentPort) -> Reason:
    """Return that a port is not there, or down."""
    return because("port_missing", interface=port.interface, device=port.device)


def port_tagged(port: AttachmentPort, found: int | None) -> Reason:
    """Return that a port has another tag than its LAN."""
    tags = {"found": tag_named(found), "wanted": tag_named(port.vlan)}
    return because("port_tagged", interface=port.interface, device=port.device, **tags)


def fence_gap(direction: Direction, flow: Flow, *, admits: bool) -> Reason:
    """Return which fence does the wrong thing with a packet."""
    packet = flow_in_words(flow)
    match direction, admits:
        case Direction.IN, True:
            return because("source_fence_admits", flow=packet)
        case Direction.IN, False:
            return because("source_fence_drops", flow=packet)
        case Direction.OUT, True:
            return because("destination_fence_admits", flow=packet)
        case _:
            return because("destination_fence_drops", flow=packet)


def filter_at(device: str, interface: str, direction: Direction) -> Reason:
    """Return where a packet passes a filter, as a step of its way."""
    if direction is Direction.IN:
        return because("filter_in", device=device, interface=interface)
    return because("filter_out", device=device, interface=interface)


def _violated(evidence: Evidence, result: FenceResult) -> Violated:
    gap = result.gaps[0]
    ref = guilty_ref(evidence, result, gap)
    return Violated(
        reason=fence_gap(result.direction, gap.flow, admits=gap.kind is GapKind.TOO_MUCH),
        flow=gap.flow,
        path=(filter_at(result.port.device, result.port.interface, result.direction),),
        culprits=(evidence.culprit(result.port.device, ref),),
        claim=Claim(
            kind=ClaimKind.ADMITTED if gap.kind is GapKind.TOO_MUCH else ClaimKind.DROPPED,
            places=((result.port.device, result.port.interface),),
            direction=str(result.direction),
        ),
    )


def guilty_ref(evidence: Evidence, result: FenceResult, gap: FenceGap) -> Ref:
    """Return what decided about a gap's example: an entry, the list's implicit end, or the missing binding."""
    acl = evidence.filter_of(result.port.device, result.port.interface, result.direction, result.family)
    if acl is None:
        found = binding_ref(result.port.interface, str(result.direction), result.family)
        known = evidence.given.lines.get(result.port.device, {})
        return found if found in known else interface_ref(result.port.interface)
    return acl_ref(acl.name) if gap.entry is None else acl_entry_ref(acl.name, gap.entry)
