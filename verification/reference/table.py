"""The whole table of a VRF by the dull meaning.

The one idea: all prefixes that anybody names are settled at once, by the same rounds that settle those of one destination; it is
only sooner done than one destination after the other.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Family, Prefix
from routing.model import OSPF_SOURCES, Network, RouteSource
from verification.reference.bgp_sessions import Node
from verification.reference.cabling import connected_prefixes
from verification.reference.ospf_routes import ospf_prefixes
from verification.reference.own_routes import Route
from verification.reference.routes import all_routes, peerings_of
from verification.verdicts.failure import Failure
from verification.verdicts.route_entry import RouteEntry, RouteWay

Tables = Mapping[Node, Mapping[Prefix, RouteEntry]]


def tables(network: Network, failure: Failure) -> Tables | None:
    """Return the table of every VRF under a failure, None if the routes to some prefix never settle."""
    routes = all_routes(peerings_of(network, failure), named_prefixes(network))
    if routes is None:
        return None
    return {node: {prefix: _entry(route) for prefix, route in held.items()} for node, held in routes.items()}


def named_prefixes(network: Network) -> tuple[Prefix, ...]:
    """Return every prefix that a text names as a route (connected, static, announced, aggregated, OSPF's), shortest first."""
    found = set(ospf_prefixes(network))
    for device in network.devices.values():
        found |= {
            prefix for family in Family for item in device.interfaces for prefix in connected_prefixes(item, family)
        }
        found |= {static.prefix for static in device.statics}
        for instance in device.bgp:
            found |= {*instance.networks, *(item.prefix for item in instance.aggregates)}
    return tuple(sorted(found, key=lambda prefix: (prefix.length, prefix.family, prefix.network)))


def _entry(route: Route) -> RouteEntry:
    first = route.paths[0]
    ways = {
        RouteWay(
            interface=way.interface or "",
            next_hop=-1 if way.next_hop is None else way.next_hop,
            as_path=path.as_path,
            line=path.line,
        )
        for path in route.paths
        for way in path.exits
    }
    return RouteEntry(
        prefix=route.prefix,
        source=RouteSource(first.source),
        distance=route.distance,
        ways=tuple(sorted(ways, key=_order)),
        metric=(first.metric or 0) if first.source in OSPF_SOURCES else 0,
    )


def _order(way: RouteWay) -> tuple[object, ...]:
    return (way.interface, way.next_hop, way.as_path, way.line or ("", ()))
