"""The whole table of a VRF by the engine: from a routing state to the route that a node uses for each prefix.

The one idea: forwarding has chosen already; here only the words for it are found: where it came from, over what, by which line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Prefix, format_address
from routing.model import OWN_SOURCES, RouteSource, StaticRoute
from routing.refs import bgp_ref, interface_ref, neighbor_ref, ospf_ref, static_ref, vrf_import_ref
from verification.routes.adjacency import ForwardingHop, LocalRoute
from verification.routes.best_path import CandidateKey, Selected
from verification.routes.forwarding import Forwarding, distance_of
from verification.routes.ospf.graph import shared_subnet
from verification.verdicts.flow import Line
from verification.verdicts.route_entry import RouteEntry, RouteWay


def table(state: Forwarding, node: int) -> Mapping[Prefix, RouteEntry]:
    """Return the routes of a node by prefix."""
    found = ((prefix, entry(state, node, prefix)) for prefix in state.control_plane.prefixes)
    return {prefix: item for prefix, item in found if item is not None}


def entry(state: Forwarding, node: int, prefix: Prefix) -> RouteEntry | None:
    """Return the route that a node uses for a prefix, None if it has none."""
    winner = _own_if_told(state, node, prefix)
    if winner is None:
        return None
    metric = 0
    if isinstance(winner, LocalRoute):
        ways, distance, metric = _local_ways(state, node, prefix, winner), winner.distance, winner.metric
        source = RouteSource(winner.source)
    else:
        ways, distance = _chosen_ways(state, node, prefix, winner), distance_of(winner, state.topology.rules[node])
        source = winner.used[0].attributes.source
    kept = sorted(set(ways), key=lambda way: (way.interface, way.next_hop, way.as_path, way.line or ("", ())))
    if not kept:
        return None
    return RouteEntry(prefix=prefix, source=source, distance=distance, ways=tuple(kept), metric=metric)


def _own_if_told(state: Forwarding, node: int, prefix: Prefix) -> LocalRoute | Selected | None:
    """Return the winner; if BGP only tells a route of the node's own, that route (BGP then offers nothing for forwarding)."""
    winner = state.winner(node, prefix)
    if isinstance(winner, Selected) and winner.used[0].attributes.source in OWN_SOURCES:
        return state.surviving.local(node, prefix)
    return winner


def _local_ways(state: Forwarding, node: int, prefix: Prefix, route: LocalRoute) -> Iterator[RouteWay]:
    device, vrf = state.topology.nodes[node]
    if route.source == RouteSource.CONNECTED:
        for hop in route.hops:
            yield RouteWay(interface=hop.interface, line=(device, interface_ref(hop.interface)))
        return
    if route.source != RouteSource.STATIC:
        for hop in route.hops:
            yield RouteWay(
                interface=hop.interface,
                next_hop=_neighbor(state, device, hop, prefix),
                line=(device, ospf_ref(vrf, prefix.family)),
            )
        return
    statics = [
        item
        for item in state.topology.network.devices[device].statics
        if (item.vrf, item.prefix, item.distance) == (vrf, prefix, route.distance)
    ]
    for hop in route.hops:
        static = _static_of(state, device, hop, statics)
        yield RouteWay(
            interface=hop.interface,
            next_hop=-1 if static is None or static.next_hop is None else static.next_hop,
            line=None if static is None else (device, static_ref(vrf, str(prefix), _target(static))),
        )


def _neighbor(state: Forwarding, device: str, hop: ForwardingHop, prefix: Prefix) -> int:
    """Return the address of an OSPF neighbour; that of an IPv6 subnet stands for the link-local one, which no text says."""
    interfaces = state.topology.interfaces
    far = interfaces[(state.topology.nodes[hop.node or 0][0], hop.peer_interface)]
    shared = shared_subnet(interfaces[(device, hop.interface)], far, prefix.family)
    return -1 if shared is None else shared[1].value


def _static_of(state: Forwarding, device: str, hop: ForwardingHop, statics: list[StaticRoute]) -> StaticRoute | None:
    """Return the static route that a way on comes from: the only one, or the one whose next hop is there."""
    if len(statics) == 1:
        return statics[0]
    if not hop.interface:
        return next((item for item in statics if item.discard), None)
    if hop.node is not None:
        far = state.topology.interfaces[(state.topology.nodes[hop.node][0], hop.peer_interface)]
        return next((s for s in statics if any(a.value == s.next_hop for a in far.addresses)), None)
    near = state.topology.interfaces[(device, hop.interface)]
    masks = [(item.value, item.length, item.family.bits - item.length) for item in near.addresses]
    fitting = [s for s in statics if s.next_hop is not None and any(v >> n == s.next_hop >> n for v, _, n in masks)]
    return fitting[0] if len(fitting) == 1 else None


def _target(static: StaticRoute) -> str:
    if static.next_hop is not None:
        return format_address(static.prefix.family, static.next_hop)
    return static.interface or "discard"


def _chosen_ways(state: Forwarding, node: int, prefix: Prefix, chosen: Selected) -> Iterator[RouteWay]:
    for key, item in state.living(chosen):
        line = _line(state, node, prefix, key)
        for hop in item.hops:
            next_hop = item.neighbor if len(item.hops) == 1 and item.external else -1
            yield RouteWay(interface=hop.interface, next_hop=next_hop, as_path=item.attributes.as_path, line=line)


def _line(state: Forwarding, node: int, prefix: Prefix, key: CandidateKey) -> Line:
    device, vrf = state.topology.nodes[node]
    match key:
        case ("s", number):
            accept = state.topology.sessions[number].accept
            return device, neighbor_ref(vrf, accept.family, format_address(accept.family, accept.address))
        case ("l", source):
            return device, _import(state, node, source, prefix)
        case _:
            return device, bgp_ref(vrf)


def _import(state: Forwarding, node: int, source: int, prefix: Prefix) -> tuple[str, ...]:
    """Return the import of a route target by which a route was leaked; the first one that meets the other VRF's exports."""
    device, vrf = state.topology.nodes[node]
    families = {item.name: item.families for item in state.topology.network.devices[device].vrfs}
    exports = [
        target
        for family in families.get(state.topology.nodes[source][1] or "", ())
        if family.family is prefix.family
        for target in family.exports
    ]
    imports = [
        target
        for family in families.get(vrf or "", ())
        if family.family is prefix.family
        for target in family.imports
        if target in exports
    ]
    return vrf_import_ref(vrf or "", prefix.family, imports[0]) if imports else bgp_ref(vrf)
