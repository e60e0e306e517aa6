"""A routing fault as something that can be replayed: the packet, its way, the guilty lines.

Turns a `Wrong` into `Violated`. The one idea: the flow is made from what the policy permits (or any packet, where none is
permitted), so that the dull meaning (`walk`) can be asked about the very same packet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from intents.prefix import Prefix, format_address
from intents.reason import Reason, because
from routing.model import Ref
from routing.refs import interface_ref, neighbor_ref
from verification.evidence.evidence import Evidence
from verification.packets.flow_sets import flow_of, rectangle, span_of
from verification.questions.network import NetworkFault
from verification.questions.reachability import Wrong, WrongKind
from verification.verdicts.flow import TCP, Flow, flow_in_words
from verification.verdicts.verdict import Claim, ClaimKind, Culprit, Violated

SYN = 2


def violated_by(evidence: Evidence, wrong: Wrong, intents: tuple[str, ...]) -> Violated:
    """Return the verdict that a routing fault leads to."""
    flow = _flow(evidence, wrong)
    return Violated(
        reason=because("wrong_between", ends=_ends(wrong), reason=wrong.reason, flow=flow_in_words(flow)),
        flow=flow,
        path=wrong.way.devices,
        culprits=_culprits(evidence, wrong),
        intents=intents,
        failure=wrong.failure,
        claim=_claim(evidence, wrong),
    )


def violated_network(evidence: Evidence, fault: NetworkFault) -> Violated:
    """Return the verdict that a fault of the network as a whole leads to: no packet shows it."""
    culprit = evidence.culprit(fault.device, fault.ref)
    return Violated(reason=fault.reason, culprits=(culprit,), failure=fault.failure, family=fault.family)


def _ends(wrong: Wrong) -> Reason:
    source = wrong.source
    ends = (
        because("from_source", source=source)
        if wrong.destination is None
        else because("from_source_to", source=source, destination=wrong.destination)
    )
    return because("under_failure", ends=ends, failure=wrong.failure.in_words()) if wrong.failure else ends


def _claim(evidence: Evidence, wrong: Wrong) -> Claim | None:
    match wrong.kind:
        case WrongKind.SESSION:
            ports = () if wrong.destination is None else evidence.ports.get(wrong.destination, ())
            places = tuple((port.device, port.interface) for port in ports)
            return Claim(kind=ClaimKind.UNDELIVERED, places=places)
        case WrongKind.WALL:
            return Claim(kind=ClaimKind.ROUTED)
        case WrongKind.VIA:
            return past(wrong.missed)
        case WrongKind.TRANSIT:
            return None
        case _:
            assert_never(wrong.kind)


def past(devices: Iterable[str]) -> Claim:
    """Return the claim that a packet gets there by none of some devices."""
    return Claim(kind=ClaimKind.PAST, places=tuple((device, "") for device in sorted(devices)))


def _flow(evidence: Evidence, wrong: Wrong) -> Flow:
    side = evidence.sides[wrong.family]
    spans = evidence.own.get((wrong.source, wrong.family), ((0, 0),))
    if wrong.source in side.own and wrong.destination is not None:
        pair = rectangle(side.space, spans, (span_of(wrong.region),), side.space.full)
        sent = side.sent_from(wrong.source)
        packet = ((sent.must if wrong.kind is WrongKind.SESSION else sent.may) & pair).witness()
        if packet is not None:
            return flow_of(packet, wrong.family, wrong.port.device, wrong.port.interface)
    return Flow(
        family=wrong.family,
        source=_inside(spans[0]),
        destination=_inside(span_of(wrong.region)),
        protocol=TCP,
        source_port=40000,
        destination_port=443,
        tcp_flags=SYN,
        start_device=wrong.port.device,
        start_interface=wrong.port.interface,
    )


def _inside(span: tuple[int, int]) -> int:
    """Return an address of a span that is neither its first nor, if possible, a gateway's."""
    low, high = span
    return min(low + 2, high)


def _culprits(evidence: Evidence, wrong: Wrong) -> tuple[Culprit, ...]:
    """Return the lines to look at: where the packet ended, and the start's own interface and neighbours."""
    found: list[Culprit] = []
    if wrong.way.interface:
        found.append(evidence.culprit(wrong.way.device, interface_ref(wrong.way.interface)))
    found += [
        evidence.culprit(wrong.way.device, ref) for ref in _neighbor_refs(evidence, wrong.way.device, wrong.region)
    ]
    found.append(evidence.culprit(wrong.port.device, interface_ref(wrong.port.interface)))
    return tuple(dict.fromkeys(found))


def _neighbor_refs(evidence: Evidence, device: str, region: Prefix) -> list[Ref]:
    """Return the sessions over which a device could have learned the region but whose VRF has no route."""
    refs: list[Ref] = []
    if region not in evidence.regions.chains:  # no text has the prefix, so there is no route to look for
        return refs
    for node, instance in evidence.topology.instances.items():
        name, vrf = evidence.topology.nodes[node]
        if name == device and evidence.whole.matched(node, region) is None:
            refs += [
                neighbor_ref(vrf, item.family, format_address(item.family, item.address))
                for item in instance.neighbors
                if item.family is region.family
            ]
    return refs[:2]
