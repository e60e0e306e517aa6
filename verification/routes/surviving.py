"""What still works under a failure: sessions, nodes, interfaces, and what is left of a local route.

The one idea: a failure is looked up, never simulated: everything that lost its signal is named by it.
"""

from __future__ import annotations

from verification.routes.adjacency import LocalRoute, parent_of
from verification.routes.topology import Topology
from verification.verdicts.failure import Failure


class Surviving:
    """Which sessions, nodes and interfaces still work under a failure.

    `cut`: devices that no cable joins to the backbone any more. They count as gone: nobody is promised anything there, and
    what their attachments can do to each other is a question of its own (without any backbone).
    """

    def __init__(self, topology: Topology, failure: Failure, cut: frozenset[str] = frozenset()) -> None:
        self.failure = failure
        self._topology = topology
        gone = failure.devices | cut
        self.lost_nodes = frozenset(node for device in gone for node in topology.nodes_of.get(device, ()))
        ended = [item for link in failure.links for item in topology.sessions_on.get(link, ())]
        ended += [item for device in gone for item in topology.sessions_of.get(device, ())]
        self.nodes_with_lost_interface = (
            frozenset(node for device, _ in failure.interfaces for node in topology.nodes_of.get(device, ()))
            - self.lost_nodes
        )
        """The living nodes of devices that lost an interface."""
        self.lost_sessions = frozenset(item.number for item in ended)
        self.nodes_with_lost_session = frozenset(item.receiver for item in ended) - self.lost_nodes
        """The living nodes that lost a session."""

    def interface(self, node: int, name: str) -> bool:
        """Return whether an interface of a node's device still works."""
        device = self._topology.nodes[node][0]
        return device not in self.failure.devices and (device, parent_of(name)) not in self.failure.interfaces

    def local(self, node: int, route: LocalRoute | None) -> LocalRoute | None:
        """Return what is left of a connected or static route."""
        if route is None or node in self.lost_nodes:
            return None
        if not self.failure.interfaces:
            return route
        hops = tuple(hop for hop in route.hops if not hop.interface or self.interface(node, hop.interface))
        return LocalRoute(distance=route.distance, source=route.source, hops=hops) if hops else None
