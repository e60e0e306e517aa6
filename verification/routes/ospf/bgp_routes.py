"""Routes of BGP that OSPF tells on: per prefix, once BGP has settled.

The one idea: nothing that OSPF tells in this way goes back into BGP (whatever might is named as a doubt), so it is looked up
when it is asked for and changes no choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from intents.prefix import Prefix
from routing.model import OspfRedistribution, RouteSource
from verification.routes.adjacency import LocalRoute
from verification.routes.advertisements import Advertisements
from verification.routes.best_path import Candidate
from verification.routes.ospf.graph import OspfGraph, OspfNode
from verification.routes.ospf.routes import External, OspfRouting

Used = Callable[[int, Prefix], Candidate | None]
"""What a node forwards by, if that is a route that BGP received (else None)."""


def tellers(graph: OspfGraph) -> Mapping[OspfNode, OspfRedistribution]:
    """Return the routers that tell routes of BGP on, with how."""
    return {
        key: item
        for key, instance in graph.routers.items()
        for item in instance.redistributions
        if item.source is RouteSource.BGP
    }


def told_of_bgp(
    prefix: Prefix,
    routing: OspfRouting,
    telling: Mapping[OspfNode, OspfRedistribution],
    used: Used,
    adverts: Advertisements,
) -> Mapping[int, LocalRoute]:
    """Return the external routes of every node to a prefix that routers of `telling` have of BGP; none if they do not."""
    more: dict[OspfNode, External] = {}
    for key, item in telling.items():
        best = used(key.node, prefix) if key.family is prefix.family and prefix.length else None
        if best is not None:
            path = best.attributes._replace(metric=None)
            device = routing.graph.devices[key]
            accepted = adverts.filtered(device, item.policies, prefix, path, announcing=True)
            if accepted is not None:
                more[key] = External(item.type, item.metric if accepted.metric is None else accepted.metric)
    return routing.told_besides(prefix, more) if more else {}
