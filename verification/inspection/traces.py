"""How one packet fares in texts: every way by `walk`, each step of it checked with the engine.

The one idea: `walk` says what happens; at each device on the way the engine is asked which route it uses and whether each filter
there passes the packet, and whatever it says otherwise is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Prefix
from intents.reason import Reason, because
from routing.model import Acl
from verification.inspection.doubts import Doubt, verdict_of
from verification.inspection.tables import Inspection
from verification.packets.acl_sets import permitted
from verification.packets.flow_sets import NotExpressibleError, packet_of
from verification.packets.header_space import header_space
from verification.packets.headers import header_match
from verification.reference.walk import walk
from verification.routes.forwarding import Forwarding
from verification.verdicts.failure import NO_FAILURE, Failure
from verification.verdicts.flow import Disposition, Flow, Hop, Line, Trace
from verification.verdicts.opinions import ENGINE, WALK
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Statement

Choice = frozenset[tuple[str, str]]
"""Routes that a packet may follow at one node: (prefix, interface)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedFlow:
    """Every way of a packet under a failure; `verdict` holds if the engine agrees at each step and nothing leaves it open."""

    flow: Flow
    failure: Failure
    traces: tuple[Trace, ...]
    verdict: Holds | Disputed | NotModelled


def inspect_flow(inspection: Inspection, flow: Flow, failure: Failure = NO_FAILURE) -> InspectedFlow:
    """Return how a packet fares; ValueError if it starts nowhere."""
    traces = walk(inspection.texts.network, flow, failure)
    return InspectedFlow(
        flow=flow,
        failure=failure,
        traces=traces,
        verdict=_verdict(inspection, flow, traces, inspection.forwarding(failure)),
    )


def _verdict(
    inspection: Inspection, flow: Flow, traces: tuple[Trace, ...], state: Forwarding | NotModelled
) -> Holds | Disputed | NotModelled:
    if isinstance(state, NotModelled):
        return state
    doubted = verdict_of(tuple(_doubts(inspection, flow, traces)))
    if doubted is not None:
        return doubted
    if any(trace.disposition is Disposition.INSUFFICIENT_INFO for trace in traces):
        return NotModelled(reason=because("routes_never_settle"))
    for device, mine, theirs in _differences(inspection, state, flow, traces):
        return Disputed(
            one=Statement(judges=(ENGINE,), said=because("at_device", device=device, reason=mine), flow=flow),
            other=Statement(judges=(WALK,), said=because("at_device", device=device, reason=theirs), flow=flow),
        )
    return Holds(judges=(ENGINE, WALK))


def _doubts(inspection: Inspection, flow: Flow, traces: tuple[Trace, ...]) -> Iterator[Doubt]:
    """Yield what leaves open the routes and filters of any device on the way, each once."""
    seen: set[Doubt] = set()
    passed = (hop.device for trace in traces for hop in trace.hops)
    for device in dict.fromkeys((flow.start_device, *passed)):
        for doubt in inspection.doubts.about(device):
            if doubt not in seen:
                seen.add(doubt)
                yield doubt


def _differences(
    inspection: Inspection, state: Forwarding, flow: Flow, traces: tuple[Trace, ...]
) -> Iterator[tuple[str, Reason, Reason]]:
    """Yield where the engine says otherwise: device, what the engine says, what `walk` says."""
    for (device, vrf), walked in _walked(traces).items():
        chosen = _chosen(inspection, state, (device, vrf), flow)
        if chosen != walked:
            yield device, _routes(chosen), _routes(walked)
    devices = inspection.texts.network.devices
    for line, passes in _decisions(traces).items():
        found = (acl for acl in devices[line[0]].acls if (acl.name, acl.family) == (line[1][1], flow.family))
        said = next((_passes(acl, flow) for acl in found), None)
        if said is not None and said is not passes:
            yield line[0], _passage(line, passes=said), _passage(line, passes=passes)


def _walked(traces: tuple[Trace, ...]) -> Mapping[tuple[str, str | None], Choice]:
    """Return which routes `walk` followed at each node where it routed the packet."""
    found: dict[tuple[str, str | None], set[tuple[str, str]]] = {}
    for trace in traces:
        for hop in trace.hops:
            if hop.route is not None:
                found.setdefault((hop.device, hop.vrf), set()).add((str(hop.route.prefix), hop.out_interface or ""))
        if trace.disposition is Disposition.NO_ROUTE:
            found.setdefault((trace.hops[-1].device, trace.hops[-1].vrf), set())
    return {node: frozenset(routes) for node, routes in found.items()}


def _chosen(inspection: Inspection, state: Forwarding, key: tuple[str, str | None], flow: Flow) -> Choice:
    """Return which routes the engine uses for the packet at a node."""
    node = inspection.topology.number[key]
    for prefix in sorted(_holding(state, flow), key=lambda item: -item.length):
        hops = state.chosen_hops(node, prefix)
        if hops:
            return frozenset((str(prefix), hop.interface) for hop in hops)
    return frozenset()


def _holding(state: Forwarding, flow: Flow) -> Iterator[Prefix]:
    return (p for p in state.control_plane.prefixes if p.family is flow.family and p.holds(flow.destination))


def _routes(choice: Choice) -> Reason:
    if not choice:
        return because("uses_no_route")
    return because(
        "uses_routes", routes=", ".join(f"{prefix} {interface or '-'}" for prefix, interface in sorted(choice))
    )


def _decisions(traces: tuple[Trace, ...]) -> Mapping[Line, bool]:
    """Return what each filter on the way said of the packet, by the line that said it."""
    found: dict[Line, bool] = {}
    for trace in traces:
        for hop in trace.hops:
            found.update((line, not _refuses(trace, hop, line)) for line in hop.lines)
    return found


def _refuses(trace: Trace, hop: Hop, line: Line) -> bool:
    ended = trace.disposition in (Disposition.DENIED_IN, Disposition.DENIED_OUT)
    return ended and hop is trace.hops[-1] and line == trace.deciding


def _passes(acl: Acl, flow: Flow) -> bool | None:
    """Return whether the engine's set of what a filter permits has the packet; None if the filter makes no set."""
    space = header_space(acl.family, {header_match(entry) for entry in acl.entries})
    spans = (((flow.source, flow.source),), ((flow.destination, flow.destination),))
    try:
        return packet_of(flow) in permitted(acl, space, spans)
    except NotExpressibleError:
        return None


def _passage(line: Line, *, passes: bool) -> Reason:
    acl = line[1][1]
    return because("filter_passes", acl=acl) if passes else because("filter_drops", acl=acl)
