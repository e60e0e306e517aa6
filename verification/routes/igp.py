"""What every node has without BGP: connected, static and OSPF routes, whole or under a failure.

The one idea: nothing of it is mended under a failure; it is made anew from the interfaces and cables that are left.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Prefix
from routing.model import Network
from routing.vendors import VENDORS
from verification.routes.adjacency import Adjacencies, LocalRoute, parent_of
from verification.routes.local_routes import local_routes
from verification.routes.ospf_graph import OspfGraph, ospf_graph
from verification.routes.ospf_routes import ospf_routes
from verification.verdicts.failure import Failure

Tables = tuple[Mapping[Prefix, LocalRoute], ...]


def own_tables(network: Network, wiring: Adjacencies, graph: OspfGraph | None = None) -> Tables:
    """Return the routes of every node that BGP has no part in, by node number: of each prefix the one of the lowest distance.

    `graph`: that of the same wiring, if the caller has it.
    """
    unusable = {
        name: VENDORS[item.platform].capabilities.rules.unusable_distance for name, item in network.devices.items()
    }
    tables = local_routes(network, wiring, unusable)
    graph = ospf_graph(network, wiring) if graph is None else graph
    for node, prefix, route in list(ospf_routes(graph, network, tables)):
        held = tables[node].get(prefix)
        if held is None or route.distance < held.distance:
            tables[node][prefix] = route
    return tables


def left_of(wiring: Adjacencies, failure: Failure, gone: frozenset[str]) -> Adjacencies:
    """Return the interfaces and joints that a failure leaves; `gone`: devices that count as failed."""

    def works(device: str, name: str) -> bool:
        lost = (device, parent_of(name)) in failure.interfaces or (device, name) in failure.interfaces
        return device not in gone and not lost

    return Adjacencies(
        interfaces={key: item for key, item in wiring.interfaces.items() if works(*key)},
        joints={
            key: tuple(one for one in joints if one.link not in failure.links and works(one.device, one.interface))
            for key, joints in wiring.joints.items()
            if works(*key)
        },
        number=wiring.number,
        linked=wiring.linked,
    )
