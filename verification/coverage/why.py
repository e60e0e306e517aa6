"""Why a packet arrives: the least set of lines whose loss would stop it.

The one idea: no chain of reasons is put together; each line that might matter is taken away and the packet is followed again, by
the dull meaning. What is named is thereby shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from intents.prefix import Prefix, format_address
from routing.model import BgpNeighbor, Device, Interface, Network, Ref, RoutePolicy
from verification.coverage.loss import without
from verification.reference.cabling import connected_prefixes
from verification.reference.routes import WalkRoutes, routes_to
from verification.reference.walk import delivers, walk
from verification.routes.adjacency import parent_of
from verification.verdicts.failure import NO_FAILURE, Failure
from verification.verdicts.flow import Flow, Hop, Line, MatchedRoute, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Necessity:
    """Lines that a packet hangs on. `each`: the loss of any single one stops it; else only the loss of all of them together does,
    and of none of them less."""

    lines: tuple[Line, ...]
    each: bool


def why_delivered(
    network: Network, lines: Mapping[str, Mapping[Ref, int]], flow: Flow, failure: Failure = NO_FAILURE
) -> Necessity | None:
    """Return what a packet hangs on under a failure; None if it does not arrive. `lines`: where each thing is said, by device."""
    routes = routes_to(network, failure, flow.family, flow.destination)
    traces = walk(network, flow, failure, routes)
    if not delivers(traces):
        return None
    asked = tuple(dict.fromkeys(_candidates(network, lines, traces)))
    single = tuple(line for line in asked if _stops(network, line, flow, routes))
    if single:
        return Necessity(lines=single, each=True)
    return Necessity(lines=_together(network, asked, flow, failure), each=False)


def _lost(network: Network, lines: Sequence[Line]) -> Network:
    """Return a network without some things; of one list the later entries go first, so that the numbers of the others stay."""
    devices = dict(network.devices)
    for device, ref in sorted(
        lines, key=lambda line: [int(part) if part.isdigit() else 0 for part in line[1]], reverse=True
    ):
        devices[device] = without(devices[device], ref)
    return replace(network, devices=devices)


def _arrives(network: Network, flow: Flow, failure: Failure, routes: WalkRoutes | None = None) -> bool:
    device = network.devices[flow.start_device]
    if all(item.name != flow.start_interface for item in device.interfaces):
        return False
    return delivers(walk(network, flow, failure, routes))


def _stops(network: Network, line: Line, flow: Flow, routes: WalkRoutes) -> bool:
    """Return whether the loss of one thing stops a packet; of routes nothing hangs on an entry of a list."""
    lost = _lost(network, (line,))
    failure = routes.wiring.failure
    kept = replace(routes, wiring=replace(routes.wiring, network=lost)) if line[1][0] == "acl-entry" else None
    return not _arrives(lost, flow, failure, kept)


def _together(network: Network, asked: tuple[Line, ...], flow: Flow, failure: Failure) -> tuple[Line, ...]:
    """Return a set whose loss stops the packet, of which none can be left out; () if even the loss of all does not."""
    if _arrives(_lost(network, asked), flow, failure):
        return ()
    needed = list(asked)
    for line in asked:
        fewer = [item for item in needed if item != line]
        if not _arrives(_lost(network, fewer), flow, failure):
            needed = fewer
    return tuple(needed)


def _candidates(network: Network, lines: Mapping[str, Mapping[Ref, int]], traces: Sequence[Trace]) -> Iterator[Line]:
    """Yield the things on the ways of a packet that may decide about it, in the order of its hops."""
    for hop in dict.fromkeys(hop for trace in traces for hop in trace.hops):
        yield from hop.lines
        for name in (hop.in_interface, hop.out_interface):
            if name is not None:
                yield from ((hop.device, ("interface", item)) for item in dict.fromkeys((name, parent_of(name))))
        if hop.route is not None:
            about = _about(network.devices[hop.device], hop, hop.route)
            yield from ((hop.device, ref) for ref in lines.get(hop.device, {}) if about.has(ref))


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What on a device may have a part in a route to `prefix` that a packet follows: these VRFs, neighbours and policies."""

    prefix: Prefix
    vrfs: frozenset[str]
    neighbors: frozenset[str]
    policies: Mapping[str, RoutePolicy]

    def has(self, ref: Ref) -> bool:
        family = str(int(self.prefix.family))
        match ref:
            case ("bgp", vrf) | ("vrf", vrf):
                return vrf in self.vrfs
            case ("neighbor", vrf, of, address):
                return vrf in self.vrfs and of == family and address in self.neighbors
            case ("vrf-import" | "vrf-export", vrf, of, _) | ("ospf", vrf, of):
                return vrf in self.vrfs and of == family
            case ("static", vrf, to, _):
                return vrf in self.vrfs and to == str(self.prefix)
            case ("policy", name) | ("clause", name, _):
                return name in self.policies
            case ("prefix-rule", name, index, at):
                return name in self.policies and _takes(self.policies[name], int(index), int(at), self.prefix)
            case _:
                return False


def _about(device: Device, hop: Hop, route: MatchedRoute) -> _About:
    """Return what may have a part in the route that a hop follows: what is said of its VRFs, and of neighbours on its ports."""
    vrfs = frozenset((hop.vrf or "", route.vrf or ""))
    ports = [item for item in device.interfaces if item.name in (hop.in_interface, hop.out_interface)]
    instances = [item for item in device.bgp if (item.vrf or "") in vrfs]
    near = [
        item
        for instance in instances
        for item in instance.neighbors
        if instance.is_internal(item) or any(_on_link(port, item) for port in ports)
    ]
    named = {name for item in near for name in (*item.imports, *item.exports)}
    named |= {item.policy for instance in instances for item in instance.redistributions if item.policy}
    families = [item for vrf in device.vrfs if vrf.name in vrfs for item in vrf.families]
    named |= {name for item in families for name in (item.import_map, item.export_map) if name}
    return _About(
        prefix=route.prefix,
        vrfs=vrfs,
        neighbors=frozenset(format_address(item.family, item.address) for item in near),
        policies={item.name: item for item in device.policies if item.name in named},
    )


def _on_link(port: Interface, neighbor: BgpNeighbor) -> bool:
    return any(prefix.holds(neighbor.address) for prefix in connected_prefixes(port, neighbor.family))


def _takes(policy: RoutePolicy, clause: int, at: int, prefix: Prefix) -> bool:
    rule = (policy.clauses[clause].prefixes or ())[at]
    return rule.low <= prefix.length <= rule.high and rule.prefix.covers(prefix)
