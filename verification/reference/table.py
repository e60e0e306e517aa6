"""The whole table of a VRF by the dull meaning: its routes to one destination after the other, put together.

The one idea: a prefix is in the table iff the routes to its first address hold it.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Family, Prefix
from routing.model import Network, RouteSource
from verification.reference.bgp_sessions import Node
from verification.reference.cabling import connected_prefixes
from verification.reference.own_routes import Route
from verification.reference.routes import routes_to
from verification.verdicts.failure import Failure
from verification.verdicts.route_entry import RouteEntry, RouteWay

Tables = Mapping[Node, Mapping[Prefix, RouteEntry]]


def tables(network: Network, failure: Failure) -> Tables | None:
    """Return the table of every VRF under a failure, None if the routes to some prefix never settle."""
    found: dict[Node, dict[Prefix, RouteEntry]] = {}
    for family, address in sorted({(prefix.family, prefix.network) for prefix in named_prefixes(network)}):
        routes = routes_to(network, failure, family, address)
        if not routes.settled:
            return None
        for node, held in routes.routes.items():
            table = found.setdefault(node, {})
            table.update((route.prefix, _entry(route)) for route in held if route.prefix not in table)
    return found


def named_prefixes(network: Network) -> frozenset[Prefix]:
    """Return every prefix that a text names as a route: connected, static, announced, aggregated."""
    found: set[Prefix] = set()
    for device in network.devices.values():
        found |= {
            prefix for family in Family for item in device.interfaces for prefix in connected_prefixes(item, family)
        }
        found |= {static.prefix for static in device.statics}
        for instance in device.bgp:
            found |= {*instance.networks, *(item.prefix for item in instance.aggregates)}
    return frozenset(found)


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
    )


def _order(way: RouteWay) -> tuple[object, ...]:
    return (way.interface, way.next_hop, way.as_path, way.line or ("", ()))
