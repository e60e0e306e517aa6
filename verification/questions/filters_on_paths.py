"""What inexact filters do to packets that routing would deliver: sessions that are cut, packets that get through.

The one idea: where both fences are exact and nothing else filters on the way there is nothing to compute; only gaps, and
filters that stand where no fence should be, are followed along the ways. Where a filter can't be said as a set of packets, not
even of those in question, nothing is said of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import AttachmentPort, Direction
from routing.refs import binding_ref
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import PermittedMatrix
from verification.packets.acl_sets import permitted_of
from verification.packets.compare_acl import GapKind
from verification.packets.flow_sets import FlowSet, NotExpressibleError, flow_of, rectangle, span_of
from verification.questions.fences import FenceResult, guilty_ref
from verification.routes.forwarding import Filter, Way
from verification.verdicts.flow import SUCCESS, Flow, flow_in_words
from verification.verdicts.verdict import Claim, ClaimKind, NotModelled, Violated

Ends = tuple[AttachmentName, AttachmentName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """Pairs that packets which are not allowed pass between, and the attachments of which filters leave it open."""

    found: Mapping[Ends, Violated]
    unsure: Mapping[AttachmentName, NotModelled]


def check_sessions_filtered(
    evidence: Evidence, address_index: AddressIndex, fences: tuple[FenceResult, ...], permitted_matrix: PermittedMatrix
) -> Mapping[Ends, Violated | NotModelled]:
    """Return, for pairs that some filter on the way cuts, what is cut (one direction: source's packets to destination)."""
    exact = {(item.port.device, item.port.interface, str(item.direction), item.family) for item in fences if item.exact}
    found: dict[Ends, Violated | NotModelled] = {}
    inside = _filters_elsewhere(evidence)
    broken = frozenset(item.attachment for item in fences if not item.exact)
    for source, destination, family in _touched_pairs(permitted_matrix, None if inside else broken):
        try:
            cut = next(_cuts(evidence, address_index, exact, source, destination, family), None)
        except NotExpressibleError as error:
            found.setdefault((source, destination), NotModelled(reason=error.reason))
            continue
        if cut is not None and not isinstance(found.get((source, destination)), Violated):
            found[source, destination] = cut
    return found


def _touched_pairs(
    permitted_matrix: PermittedMatrix, broken: frozenset[AttachmentName] | None
) -> Iterator[tuple[AttachmentName, AttachmentName, Family]]:
    """Yield the pairs that talk and have an end with a broken fence (None: all pairs), by destination."""
    all_of = frozenset(permitted_matrix.names) if broken is None else broken
    among = permitted_matrix.set_of(all_of.intersection(permitted_matrix.names))
    for destination in permitted_matrix.names:
        for family in Family:
            for source in permitted_matrix.of(destination, family, None if destination in all_of else among):
                yield source, destination, family


def _filters_elsewhere(evidence: Evidence) -> bool:
    """Return whether anything filters on an interface that is no attachment's."""
    return any(
        item.bindings and key not in evidence.topology.ports for key, item in evidence.topology.interfaces.items()
    )


def _cuts(
    evidence: Evidence,
    address_index: AddressIndex,
    exact: set[tuple[str, str, str, Family]],
    source: AttachmentName,
    destination: AttachmentName,
    family: Family,
) -> Iterator[Violated]:
    for port in evidence.ports.get(source, ()):
        for region, way in _delivered(evidence, address_index, port, destination, family):
            crossed: tuple[Filter, ...] = ((port.device, port.interface, "in"), *way.filters)
            needed = _session_packets(evidence, source, destination, region)
            for device, interface, direction in crossed:
                if (device, interface, direction, family) in exact:
                    continue
                passed = passes(evidence, device, interface, Direction(direction), needed)
                left = needed - passed
                if not left.is_empty:
                    yield _cut(evidence, left, port, way, (device, interface, direction), family)


def _delivered(
    evidence: Evidence, address_index: AddressIndex, port: AttachmentPort, destination: AttachmentName, family: Family
) -> Iterator[tuple[Prefix, Way]]:
    node = evidence.start_node(port)
    if node is None:
        return
    for region in address_index.kept.get((destination, family), ()):
        for way in sorted(evidence.whole.ways(node, region)):
            if way.end in SUCCESS:
                yield region, way


def _session_packets(
    evidence: Evidence, source: AttachmentName, destination: AttachmentName, region: Prefix
) -> FlowSet:
    """Return the packets that must get from an attachment to a region of another."""
    side = evidence.sides[region.family]
    spans = evidence.own[(source, region.family)]
    pair = rectangle(side.space, spans, (span_of(region),), side.space.full)
    return side.sent_from(source).must & pair if source != destination else pair - pair


def passes(evidence: Evidence, device: str, interface: str, direction: Direction, packets: FlowSet) -> FlowSet:
    """Return what a filter lets through of some packets; NotExpressibleError."""
    acl = evidence.filter_of(device, interface, direction, packets.space.family)
    return packets if acl is None else permitted_of(acl, packets)


def _cut(evidence: Evidence, left: FlowSet, port: AttachmentPort, way: Way, where: Filter, family: Family) -> Violated:
    flow = _flow(left, family, port)
    device, interface, direction = where
    culprit = evidence.culprit(device, binding_ref(interface, direction, family))
    return Violated(
        reason=_of_packet(_dropped(device, interface, Direction(direction)), flow),
        flow=flow,
        path=way.devices,
        culprits=(culprit,),
        claim=Claim(kind=ClaimKind.DROPPED, places=((device, interface),), direction=direction),
    )


def _dropped(device: str, interface: str, direction: Direction) -> Reason:
    if direction is Direction.IN:
        return because("filter_drops_in", device=device, interface=interface)
    return because("filter_drops_out", device=device, interface=interface)


def _of_packet(reason: Reason, flow: Flow | None) -> Reason:
    return reason if flow is None else because("with_packet", reason=reason, flow=flow_in_words(flow))


def _flow(packets: FlowSet, family: Family, port: AttachmentPort) -> Flow | None:
    packet = packets.witness()
    return None if packet is None else flow_of(packet, family, port.device, port.interface)


def check_isolation(evidence: Evidence, address_index: AddressIndex, fences: tuple[FenceResult, ...]) -> Leakage:
    """Return, for each pair, a packet that no declared state allows and that is yet delivered through a gap of the source's
    fence."""
    found: dict[Ends, Violated] = {}
    unsure: dict[AttachmentName, NotModelled] = {}
    for result in (item for item in fences if item.direction is Direction.IN):
        if result.problem is not None:
            unsure.setdefault(result.attachment, NotModelled(reason=result.problem))
        try:
            for gap in (item for item in result.gaps if item.kind is GapKind.TOO_MUCH):
                ref = guilty_ref(evidence, result, gap)
                for other, violated in _escapes(evidence, address_index, result, gap.packets):
                    culprit = evidence.culprit(result.port.device, ref)
                    item = replace(violated, culprits=(culprit,))
                    found.setdefault((result.attachment, other), item)
        except NotExpressibleError as error:
            unsure.setdefault(result.attachment, NotModelled(reason=error.reason))
    return Leakage(found=found, unsure=unsure)


def _escapes(
    evidence: Evidence, address_index: AddressIndex, result: FenceResult, packets: FlowSet
) -> Iterator[tuple[AttachmentName, Violated]]:
    node = evidence.start_node(result.port)
    if node is None:
        return
    space = packets.space
    for region, owner in address_index.owner.items():
        if region.family is not result.family or owner == result.attachment:
            continue
        there = packets & rectangle(space, ((0, (1 << space.family.bits) - 1),), (span_of(region),), space.full)
        if there.is_empty or evidence.whole.matched(node, region) is None:
            continue
        for way in sorted(evidence.whole.ways(node, region)):
            if way.end not in SUCCESS:
                continue
            left = there
            for device, interface, direction in way.filters:
                left = passes(evidence, device, interface, Direction(direction), left)
            if not left.is_empty:
                flow = _flow(left, result.family, result.port)
                yield (
                    owner,
                    Violated(
                        reason=_of_packet(because("delivered_to", destination=owner), flow),
                        flow=flow,
                        path=way.devices,
                        claim=Claim(kind=ClaimKind.DELIVERED),
                    ),
                )
