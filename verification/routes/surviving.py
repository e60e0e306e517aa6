"""What still works under a failure: sessions, nodes, interfaces, and the routes that BGP has no part in.

The one idea: a failure is looked up, never simulated: everything that lost its signal is named by it. Where OSPF runs, a node may
find another way, so its own tables are made anew; else what is left of a route is what its interfaces leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Prefix
from verification.routes.adjacency import LocalRoute, Session, Tables, parent_of
from verification.routes.igp import left_of, own_routes
from verification.routes.inside.next_hops import Arrival, NextHops
from verification.routes.inside.sessions import InternalEnds, InternalPair
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
        self._tables: Tables | None = None
        self.ospf = topology.ospf
        left = topology.wiring
        if (topology.ospf.graph.routers or topology.pairs) and failure.name:
            left = left_of(topology.wiring, failure, gone)
            made = own_routes(topology.network, left)
            self._tables, self.ospf = made.tables, made.ospf
        self.next_hops = NextHops(self._tables or topology.local, left, topology.nodes)
        """Where addresses lie by the routes that BGP has no part in."""
        self.unsure_pairs: tuple[InternalPair, ...] = ()
        """Pairs of internal statements of which nothing says whether they make a session; they count as down."""
        self.inner = InternalEnds(left, topology.instances, topology.identities, self.next_hops)
        """What decides which pairs make a session."""
        ended += self._ended_inside()
        self.nodes_with_lost_route = (
            self.nodes_with_lost_interface
            if self._tables is None
            else frozenset(range(len(topology.nodes))) - self.lost_nodes
        )
        """The living nodes whose own routes may be others."""
        self.lost_sessions = frozenset(item.number for item in ended)
        self.nodes_with_lost_session = frozenset(item.receiver for item in ended) - self.lost_nodes
        """The living nodes that lost a session."""

    def _ended_inside(self) -> Iterator[Session]:
        """Yield the internal sessions that do not come up."""
        first = len(self._topology.sessions) - 2 * len(self._topology.pairs)
        for index, pair in enumerate(self._topology.pairs):
            reach = Arrival.LOST if self.lost_nodes.intersection(pair.nodes) else self.inner.reach(pair)
            if reach is Arrival.UNSURE:
                self.unsure_pairs += (pair,)
            if reach is not Arrival.REACHED:
                yield from self._topology.sessions[first + 2 * index : first + 2 * index + 2]

    def interface(self, node: int, name: str) -> bool:
        """Return whether an interface of a node's device still works."""
        device = self._topology.nodes[node][0]
        return device not in self.failure.devices and (device, parent_of(name)) not in self.failure.interfaces

    def local(self, node: int, prefix: Prefix) -> LocalRoute | None:
        """Return a node's own route to a prefix: connected, static or OSPF's."""
        if self._tables is not None:
            return None if node in self.lost_nodes else self._tables[node].get(prefix)
        route = self._topology.local[node].get(prefix)
        if route is None or node in self.lost_nodes:
            return None
        if not self.failure.interfaces:
            return route
        hops = tuple(hop for hop in route.hops if not hop.interface or self.interface(node, hop.interface))
        return LocalRoute(distance=route.distance, source=route.source, hops=hops) if hops else None
