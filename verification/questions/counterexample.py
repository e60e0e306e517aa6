"""A routing fault as something that can be replayed: the packet, its way, the guilty lines.

Turns a `Wrong` into `Violated`. The one idea: the flow is made from what the policy permits (or any packet, where none is
permitted), so that the dull meaning (`walk`) can be asked about the very same packet.
"""

from __future__ import annotations

from intents.prefix import Prefix, format_address
from routing.model import Ref
from routing.refs import interface_ref, neighbor_ref
from verification.evidence.evidence import Evidence
from verification.packets.flow_sets import flow_of, rectangle, span_of
from verification.questions.reachability import Wrong
from verification.verdicts.flow import TCP, Flow, describe_flow
from verification.verdicts.verdict import Claim, ClaimKind, Culprit, Violated

SYN = 2


def violated_by(evidence: Evidence, wrong: Wrong, intents: tuple[str, ...]) -> Violated:
    """Return the verdict that a routing fault leads to."""
    flow = _flow(evidence, wrong)
    whom = "" if wrong.destination is None else f" to {wrong.destination}"
    state = "" if wrong.failure == "none" else f" under {wrong.failure}"
    return Violated(
        reason=f"from {wrong.source}{whom}{state}: {wrong.reason} ({describe_flow(flow)})",
        flow=flow,
        path=wrong.way.devices,
        culprits=_culprits(evidence, wrong),
        intents=intents,
        failure=wrong.failure,
        claim=_claim(evidence, wrong),
    )


def _claim(evidence: Evidence, wrong: Wrong) -> Claim | None:
    match wrong.kind:
        case "session":
            ports = () if wrong.destination is None else evidence.ports.get(wrong.destination, ())
            places = tuple((port.device, port.interface) for port in ports)
            return Claim(kind=ClaimKind.UNDELIVERED, places=places)
        case "wall":
            return Claim(kind=ClaimKind.ROUTED)
        case _:
            return None


def _flow(evidence: Evidence, wrong: Wrong) -> Flow:
    side = evidence.sides[wrong.family]
    spans = evidence.own.get((wrong.source, wrong.family), ((0, 0),))
    if wrong.source in side.pairs.lans and wrong.destination is not None:
        pair = rectangle(side.space, spans, (span_of(wrong.region),), side.space.full)
        packet = (side.allowed.sent_from(wrong.source) & pair).witness()
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
