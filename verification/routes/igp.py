"""What every node has without BGP: connected, static and OSPF routes, whole or under a failure.

The one idea: nothing of it is mended under a failure; it is made anew from the interfaces and cables that are left.
"""

from __future__ import annotations

from typing import NamedTuple

from routing.model import Network
from routing.vendors import VENDORS
from verification.routes.adjacency import Adjacencies, Tables, parent_of
from verification.routes.local_routes import local_routes
from verification.routes.ospf.graph import ospf_graph
from verification.routes.ospf.routes import OspfRouting
from verification.verdicts.failure import Failure


class OwnRoutes(NamedTuple):
    """The routes of every node that BGP has no part in, by node number, and the OSPF behind them."""

    tables: Tables
    ospf: OspfRouting


def own_routes(network: Network, wiring: Adjacencies) -> OwnRoutes:
    """Return what every node has without BGP: of each prefix the route of the lowest distance."""
    unusable = {
        name: VENDORS[item.platform].capabilities.rules.unusable_distance for name, item in network.devices.items()
    }
    tables = local_routes(network, wiring, unusable)
    ospf = OspfRouting(ospf_graph(network, wiring), network, tables)
    for node, prefix, route in ospf.routes():
        held = tables[node].get(prefix)
        if held is None or route.distance < held.distance:
            tables[node][prefix] = route
    return OwnRoutes(tables, ospf)


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
