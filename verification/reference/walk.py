"""The meaning of a network: every way that one packet may take through it, and how each ends.

The one idea: follow the packet. At each device: the ACL of the interface it arrives on, the device's own addresses,
the longest matching route of the VRF, the ACL of the interface it leaves by, and then whoever hears that interface. It
is slow and plain on purpose; what is clever is checked against it. Lines that the reader did not understand are not
looked at here.

Assumptions, each of which widens what is delivered: every path that BGP may use side by side is walked; a leaked route
is followed out of the other VRF's interface; what leaves by an interface without a link has left the network. Not
followed: time to live, reassembly, IPv4 multicast and broadcast (plain destinations here).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from intents.prefix import Family, parse_prefix
from routing.model import Direction, Interface, Network
from verification.reference.acl import Passage, judge_control, judge_interface
from verification.reference.cabling import connected_prefixes, is_linked, is_loopback, neighbours, owns
from verification.reference.own_routes import Route
from verification.reference.paths import Exit, Path
from verification.reference.routes import WalkRoutes, routes_to
from verification.verdicts.failure import NO_FAILURE, Failure
from verification.verdicts.flow import Disposition, Flow, Hop, Line, MatchedRoute, Trace

_LINK_SCOPE = (parse_prefix("fe80::/10"), parse_prefix("ff02::/16"))
"""IPv6 destinations that no router forwards (RFC 4291 2.5.6, 2.7): whoever hears the packet is at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Journey:
    """What stays the same on the way."""

    flow: Flow
    routes: WalkRoutes


def walk(
    network: Network, flow: Flow, failure: Failure = NO_FAILURE, routes: WalkRoutes | None = None
) -> tuple[Trace, ...]:
    """Return every way the packet may take under a failure, each with its end; never empty.

    `routes` are those of the same network, failure and destination, if the caller has them already (else ValueError).
    A starting interface that does not work under the failure gives one NEIGHBOR_UNREACHABLE without hops: nobody there
    hears the packet. ValueError if the starting interface does not exist.
    """
    found = routes or routes_to(network, failure, flow.family, flow.destination)
    asked = (failure, flow.family, flow.destination)
    if found.wiring.network is not network or (found.wiring.failure, found.family, found.destination) != asked:
        raise ValueError("routes of another network, failure or destination")
    device = network.devices.get(flow.start_device)
    if device is None or all(item.name != flow.start_interface for item in device.interfaces):
        raise ValueError(f"no such starting point: {flow.start_device} {flow.start_interface}")
    start = [item for item in found.wiring.working[flow.start_device] if item.name == flow.start_interface]
    if not start:
        return (Trace(hops=(), disposition=Disposition.NEIGHBOR_UNREACHABLE),)
    return tuple(dict.fromkeys(_arrive(_Journey(flow=flow, routes=found), flow.start_device, start[0], ())))


def delivers(traces: Iterable[Trace]) -> bool:
    """Return whether at least one of the ways that a packet may take gets it where it was sent."""
    return any(trace.delivered for trace in traces)


def _arrive(journey: _Journey, device_name: str, interface: Interface, before: tuple[Hop, ...]) -> Iterator[Trace]:
    """Yield every way on from the packet's arrival on an interface."""
    hop = Hop(device=device_name, vrf=interface.vrf, in_interface=interface.name)
    if any((old.device, old.vrf, old.in_interface) == (hop.device, hop.vrf, hop.in_interface) for old in before):
        yield Trace(hops=(*before, hop), disposition=Disposition.LOOP)
        return
    device = journey.routes.wiring.network.devices[device_name]
    hop, refused = _pass(hop, judge_interface(device, interface, Direction.IN, journey.flow))
    if refused is not None:
        yield Trace(hops=(*before, hop), disposition=Disposition.DENIED_IN, deciding=refused.line)
    elif _is_own_address(journey, device_name, interface):
        yield _accept(journey, interface.vrf, before, hop)
    elif not journey.routes.settled or not interface.transit:  # JUN-FIL-08
        yield Trace(hops=(*before, hop), disposition=Disposition.INSUFFICIENT_INFO)
    else:
        yield from _route(journey, before, hop)


def _is_own_address(journey: _Journey, device: str, interface: Interface) -> bool:
    """Return whether a packet is for the device that it arrives at; an interface without IPv6 hears nothing of a link's scope."""
    flow = journey.flow
    if flow.family is Family.V6 and any(prefix.holds(flow.destination) for prefix in _LINK_SCOPE):
        return any(address.family is Family.V6 for address in interface.addresses)
    working = journey.routes.wiring.working[device]
    return any(item.vrf == interface.vrf and owns(item, flow.family, flow.destination) for item in working)


def _accept(journey: _Journey, vrf: str | None, before: tuple[Hop, ...], hop: Hop) -> Trace:
    """Return the end at one of a device's own addresses in `vrf`: accepted unless a control filter refuses."""
    device = journey.routes.wiring.network.devices[hop.device]
    hop, refused = _pass(hop, judge_control(device, vrf, journey.flow))
    if refused is not None:
        return Trace(hops=(*before, hop), disposition=Disposition.DENIED_IN, deciding=refused.line)
    return Trace(hops=(*before, hop), disposition=Disposition.ACCEPTED)


def _route(journey: _Journey, before: tuple[Hop, ...], hop: Hop) -> Iterator[Trace]:
    routes = journey.routes.routes[(hop.device, hop.vrf)]
    if not routes:
        yield Trace(hops=(*before, hop), disposition=Disposition.NO_ROUTE)
        return
    longest = routes[0]
    for path in longest.paths:
        for way in path.exits:
            yield from _leave(journey, before, hop, longest, path, way)


def _leave(
    journey: _Journey, before: tuple[Hop, ...], hop: Hop, route: Route, path: Path, way: Exit
) -> Iterator[Trace]:
    """Yield every way on after one exit of the route was taken."""
    flow, wiring = journey.flow, journey.routes.wiring
    interface = next((item for item in wiring.working[hop.device] if item.name == way.interface), None)
    vrf = hop.vrf if interface is None else interface.vrf
    matched = MatchedRoute(prefix=route.prefix, source=path.source, vrf=vrf, as_path=path.as_path, line=path.line)
    hop = replace(hop, out_interface=way.interface, next_hop=way.next_hop, route=matched)
    if interface is None:
        yield Trace(hops=(*before, hop), disposition=Disposition.NULL_ROUTED, deciding=path.line)
        return
    if owns(interface, flow.family, flow.destination):
        yield _accept(journey, interface.vrf, before, hop)
        return
    device = wiring.network.devices[hop.device]
    hop, refused = _pass(hop, judge_interface(device, interface, Direction.OUT, flow))
    if refused is not None:
        yield Trace(hops=(*before, hop), disposition=Disposition.DENIED_OUT, deciding=refused.line)
    elif not interface.transit:  # JUN-FIL-08
        yield Trace(hops=(*before, hop), disposition=Disposition.INSUFFICIENT_INFO)
    elif is_linked(wiring, hop.device, interface):
        yield from _cross(journey, before, hop, interface)
    else:
        yield Trace(hops=(*before, hop), disposition=_end_outside(flow, interface, way))


def _cross(journey: _Journey, before: tuple[Hop, ...], hop: Hop, interface: Interface) -> Iterator[Trace]:
    flow = journey.flow
    target = flow.destination if hop.next_hop is None else hop.next_hop
    heard = list(neighbours(journey.routes.wiring, hop.device, interface, flow.family, target))
    if not heard:
        yield Trace(hops=(*before, hop), disposition=Disposition.NEIGHBOR_UNREACHABLE)
    for device, far in heard:
        yield from _arrive(journey, device, far, (*before, hop))


def _end_outside(flow: Flow, interface: Interface, way: Exit) -> Disposition:
    """Return how a packet ends that leaves by an interface without a link."""
    if is_loopback(interface.name):
        return Disposition.NEIGHBOR_UNREACHABLE
    on_wire = any(prefix.holds(flow.destination) for prefix in connected_prefixes(interface, flow.family))
    if way.next_hop is None and on_wire:
        return Disposition.DELIVERED_TO_SUBNET
    return Disposition.EXITS_NETWORK


def _pass(hop: Hop, passages: Iterable[Passage]) -> tuple[Hop, Passage | None]:
    """Return the hop with the lines that decided, and the passage that refused the packet, if one did."""
    lines: list[Line] = []
    for passage in passages:
        if passage.line is not None:
            lines.append(passage.line)
        if not passage.passes:
            return replace(hop, lines=(*hop.lines, *lines)), passage
    return replace(hop, lines=(*hop.lines, *lines)), None
