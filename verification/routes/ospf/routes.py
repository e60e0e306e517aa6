"""The routes that OSPF gives every node: shortest paths in the area (RFC-OSPF-01), and external ones behind them (RFC-OSPF-03).

The one idea: Dijkstra from each router, with every equally short first step kept; a prefix is then as near as the nearest router
that announces it, and an external one as near as what its type says.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from intents.prefix import Prefix
from routing.model import Network, OspfInstance, OspfRedistribution, RouteSource
from routing.vendors import VENDORS
from verification.routes.adjacency import ForwardingHop, LocalRoute
from verification.routes.ospf.graph import OspfGraph, OspfNode
from verification.routes.route_filters import PathAttributes, compile_filters

Tables = Sequence[Mapping[Prefix, LocalRoute]]


class Reach(NamedTuple):
    """How a router reaches another one."""

    cost: int
    hops: frozenset[ForwardingHop]


class External(NamedTuple):
    """A route that a router tells from elsewhere: type 1 is better than 2, then the metric (RFC 2328 16.4)."""

    type: int
    metric: int


class OspfRouting:
    """What OSPF makes of a graph, given the connected and static routes of every node."""

    def __init__(self, graph: OspfGraph, network: Network, tables: Tables) -> None:
        self.graph = graph
        self._told = _Externals(network, graph, tables)
        self._reached = {key: shortest_paths(graph, key) for key in graph.routers}
        self._inside = {key: _inside(graph, reached) for key, reached in self._reached.items()}
        self._mine = {key: frozenset(prefix for prefix, _ in graph.attached[key]) for key in graph.routers}

    def routes(self) -> Iterator[tuple[int, Prefix, LocalRoute]]:
        """Yield what each node is offered; nothing for prefixes of its own interfaces."""
        for key, instance in self.graph.routers.items():
            for prefix, reach in self._inside[key].items():
                if prefix not in self._mine[key]:
                    yield key.node, prefix, _route(reach, reach.cost, instance.distance, RouteSource.OSPF)
            told = {prefix for router in self._reached[key] for prefix in self._told.by_router[router]}
            for prefix in sorted(told):
                route = self._outside(key, prefix, {})
                if route is not None:
                    yield key.node, prefix, route

    def announced(self, key: OspfNode) -> frozenset[Prefix]:
        """Return the prefixes that a router announces, or tells from elsewhere."""
        return self._mine[key] | self._told.by_router[key].keys()

    def told_besides(self, prefix: Prefix, more: Mapping[OspfNode, External]) -> Mapping[int, LocalRoute]:
        """Return the external routes of all nodes to a prefix that more routers tell than those that have it of their own."""
        found = (
            (key.node, self._outside(key, prefix, more)) for key in self.graph.routers if key.family is prefix.family
        )
        return {node: route for node, route in found if route is not None}

    def _outside(self, root: OspfNode, prefix: Prefix, more: Mapping[OspfNode, External]) -> LocalRoute | None:
        """Return the external route of one node: among those of type 2 the nearest router decides last."""
        if prefix in self._inside[root] or prefix in self._mine[root]:
            return None
        best: tuple[int, int, int] | None = None
        hops: frozenset[ForwardingHop] = frozenset()
        for router, reach in self._reached[root].items():
            own, other = self._told.by_router[router].get(prefix), more.get(router)
            told = [item for item in (own, other) if item is not None]
            if router == root or not told:
                continue
            item = min(told)
            rank = (item.type, item.metric + (reach.cost if item.type == 1 else 0), reach.cost)
            if best is None or rank < best:
                best, hops = rank, reach.hops
            elif rank == best:
                hops |= reach.hops
        if best is None:
            return None
        distance = self.graph.routers[root].external_distance
        return _route(Reach(best[2], hops), best[1], distance, RouteSource.OSPF_EXTERNAL)


def _route(reach: Reach, metric: int, distance: int, source: RouteSource) -> LocalRoute:
    hops = tuple(sorted(reach.hops, key=lambda hop: (hop.interface, hop.node or 0, hop.peer_interface, hop.link)))
    return LocalRoute(distance=distance, source=source, hops=hops, metric=metric)


def shortest_paths(graph: OspfGraph, root: OspfNode) -> dict[OspfNode, Reach]:
    """Return how a router reaches every router of its area, itself at no cost."""
    found: dict[OspfNode, Reach] = {root: Reach(0, frozenset())}
    queue = [(0, root)]
    done: set[OspfNode] = set()
    while queue:
        cost, near = heapq.heappop(queue)
        if near in done:
            continue
        done.add(near)
        for edge in graph.edges[near]:
            hops = frozenset({edge.hop}) if near == root else found[near].hops
            offer, held = Reach(cost + edge.cost, hops), found.get(edge.far)
            if held is None or offer.cost < held.cost:
                found[edge.far] = offer
                heapq.heappush(queue, (offer.cost, edge.far))
            elif offer.cost == held.cost and edge.far != root:
                found[edge.far] = Reach(held.cost, held.hops | hops)
    return found


def _inside(graph: OspfGraph, reached: Mapping[OspfNode, Reach]) -> dict[Prefix, Reach]:
    found: dict[Prefix, Reach] = {}
    for router, reach in reached.items():
        for prefix, cost in graph.attached[router]:
            _better(found, prefix, Reach(reach.cost + cost, reach.hops))
    return found


def _better(found: dict[Prefix, Reach], prefix: Prefix, offer: Reach) -> None:
    held = found.get(prefix)
    if held is None or offer.cost < held.cost:
        found[prefix] = offer
    elif offer.cost == held.cost:
        found[prefix] = Reach(held.cost, held.hops | offer.hops)


class _Externals:
    """What every router tells from elsewhere, by prefix."""

    def __init__(self, network: Network, graph: OspfGraph, tables: Tables) -> None:
        devices = {name: network.devices[name] for name in graph.devices.values()}
        self._filters = compile_filters((name, policy) for name, item in devices.items() for policy in item.policies)
        self._rules = {name: VENDORS[item.platform].capabilities.rules for name, item in devices.items()}
        self.by_router = {
            key: self._told(graph.devices[key], key, instance, tables[key.node])
            for key, instance in graph.routers.items()
        }

    def _told(
        self, device: str, key: OspfNode, instance: OspfInstance, table: Mapping[Prefix, LocalRoute]
    ) -> dict[Prefix, External]:
        found: dict[Prefix, External] = {}
        for prefix, route in table.items():
            if prefix.family is key.family and (prefix.length or self._rules[device].redistributes_default):
                for item in instance.redistributions:
                    told = self._redistributed(device, item, prefix, route)
                    if told is not None:
                        found[prefix] = min(told, found.get(prefix, told))
        default, everywhere = instance.default, Prefix(key.family, 0, 0)
        if default is not None and (default.always or everywhere in table):
            found[everywhere] = External(default.type, default.metric)
        return found

    def _redistributed(
        self, device: str, item: OspfRedistribution, prefix: Prefix, route: LocalRoute
    ) -> External | None:
        if item.source != route.source:
            return None
        path: PathAttributes | None = PathAttributes(source=item.source, as_path=())
        for name in item.policies:
            policy = self._filters.get((device, name))
            path = None if policy is None or path is None else policy.apply(prefix, path, announcing=True)
        if path is None:
            return None
        return External(item.type, item.metric if path.metric is None else path.metric)
