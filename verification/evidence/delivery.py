"""Which nodes deliver packets to whom they are for, in one routing state.

The one idea: a node delivers a region if every one of its ways on does, so the answer for a node is read off those of the nodes
next to it; no way is ever written down.
"""

from __future__ import annotations

from collections.abc import Collection

from intents.prefix import Prefix
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.packets.bit_sets import BitSet, bit, nothing
from verification.routes.adjacency import ForwardingHop
from verification.routes.forwarding import Forwarding
from verification.verdicts.flow import SUCCESS, Disposition


class Deliveries:
    """Which nodes deliver packets to the owner of their region, in one state: asked once for each region and node."""

    def __init__(self, evidence: Evidence, address_index: AddressIndex, state: Forwarding) -> None:
        self._evidence = evidence
        self._layout = address_index
        self.state = state
        self._known: dict[Prefix, Delivery] = {}

    def at(self, region: Prefix) -> Delivery:
        """Return what is known about a region that somebody owns."""
        if region not in self._known:
            ports = self._evidence.ports.get(self._layout.owner[region], ())
            ends = frozenset((item.device, item.interface) for item in ports)
            self._known[region] = Delivery(self.state, region, ends)
        return self._known[region]

    def arrive_still(self, region: Prefix, changed: Collection[int], whole: Deliveries) -> bool:
        """Return whether every changed node that packets to a region pass delivers them: then so does who did not change.

        `changed`: the nodes whose routes to the region are others than in the whole network, of which `whole` knows.
        """
        here, before, dead = self.at(region), whole.at(region), self.state.surviving.lost_nodes
        return all(node in dead or here.from_node(node) for node in changed if before.has_passed(node))


class Delivery:
    """Which nodes deliver a region to its owner in one state: asked once a node, then looked up in sets (bit n is node n)."""

    def __init__(self, state: Forwarding, region: Prefix, ends: Collection[tuple[str, str]]) -> None:
        self._state = state
        self._region = region
        self._ends = ends
        self._passed: BitSet[int] = nothing()
        self._good: BitSet[int] = nothing()

    def has_passed(self, node: int) -> bool:
        """Return whether packets pass a node from any that was asked about so far."""
        return bool(self._passed & bit(node))

    def from_leaf(self, node: int) -> bool:
        """Return whether all ways from a node lead to the owner, by the nodes next to it."""
        hops = self._state.next_hops(node, self._region)
        delivered = [hop.node is not None and self.from_node(hop.node) for hop in hops]
        return bool(delivered) and all(delivered)

    def from_node(self, node: int) -> bool:
        """Return whether all ways from a node lead to the owner."""
        here: BitSet[int] = bit(node)
        if not self._passed & here:
            self._passed |= here  # what comes back here is a loop
            hops = self._state.next_hops(node, self._region)
            delivered = [self._by(node, hop) for hop in hops]  # every one: who is asked is what packets pass
            if delivered and all(delivered):
                self._good |= here
        return bool(self._good & here)

    def _by(self, node: int, hop: ForwardingHop) -> bool:
        if hop.node is not None:
            return self.from_node(hop.node)
        return Disposition(hop.end) in SUCCESS and (self._state.topology.nodes[node][0], hop.interface) in self._ends
