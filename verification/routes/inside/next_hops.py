"""Where an address lies by the routes that BGP has no part in: next hops of internal routes, and the other ends of sessions.

The one idea: the longest connected, static or OSPF route decides, as long as no BGP route is longer; the default route decides
nothing, for platforms differ in whether it may (IOS-NH-04). Everything that was asked is kept, so that whoever knows the
BGP routes can say afterwards what they leave unsure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from intents.prefix import Address, Family, Prefix, prefix_of
from verification.routes.adjacency import Adjacencies, ForwardingHop, NodeKey, Tables
from verification.routes.local_routes import towards


class Resolved(NamedTuple):
    """What an address resolves by: the route's prefix, its metric, and the ways on."""

    prefix: Prefix
    metric: int
    hops: tuple[ForwardingHop, ...]


class Arrival(StrEnum):
    """Whether packets come to an address."""

    REACHED = "reached"
    LOST = "lost"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Road:
    """What packets to an address meet: whether they come there, where, the nodes on the way, and the interfaces crossed."""

    reach: Arrival
    arrived: frozenset[int]
    nodes: frozenset[int]
    crossed: frozenset[tuple[str, str, str]]
    """(device, interface, "in" or "out")."""


class NextHops:
    """Addresses as the nodes of one routing state find them."""

    def __init__(
        self,
        tables: Tables,
        wiring: Adjacencies,
        nodes: tuple[NodeKey, ...],
    ) -> None:
        self._tables = tables
        self._wiring = wiring
        self._nodes = nodes
        self._own: list[set[Address]] = []
        self.asked: dict[tuple[int, Address], Resolved | None] = {}

    def resolve(self, node: int, address: Address) -> Resolved | None:
        """Return what an address resolves by at a node, None if nothing but a default or BGP route can say."""
        key = (node, address)
        if key not in self.asked:
            self.asked[key] = self._find(node, address)
        return self.asked[key]

    def _find(self, node: int, address: Address) -> Resolved | None:
        device = self._nodes[node][0]
        for prefix in covering(address):
            route = self._tables[node].get(prefix) if prefix.length else None
            if route is None:
                continue
            hops = route.hops
            if route.source == "connected":
                hops = tuple(towards(device, hop.interface, address, self._wiring) for hop in hops)
            return Resolved(prefix, route.metric, hops)
        return None

    def leads_nowhere(self, node: int, address: Address) -> bool:
        """Return whether an address resolves by a discard route: no document says whether such a next hop counts."""
        found = self.resolve(node, address)
        return found is not None and any(hop.end == "NULL_ROUTED" for hop in found.hops)

    def unsure(self, node: int, address: Address) -> Iterator[Prefix]:
        """Yield the prefixes whose route at a node would decide about an address instead, if it has one: longest first."""
        found = self.resolve(node, address)
        for prefix in covering(address):
            if found is not None and prefix.length <= found.prefix.length:
                return
            yield prefix

    def has_default(self, node: int, family: Family) -> bool:
        """Return whether a node has a default route that BGP has no part in."""
        return Prefix(family, 0, 0) in self._tables[node]

    def _owns(self, node: int, address: Address) -> bool:
        if not self._own:
            self._own = [set() for _ in self._nodes]
            for (device, _), item in self._wiring.interfaces.items():
                held = self._own[self._wiring.number[(device, item.vrf)]]
                held.update(Address(one.family, one.value) for one in item.addresses)
        return address in self._own[node]

    def road(self, node: int, address: Address) -> Road:
        """Return what packets from a node to an address meet. Unsure is what leaves towards somebody whose text is not known, and
        a way that ends elsewhere, or turns in a circle, beside one that arrives."""
        nodes: set[int] = set()
        steps: dict[int, set[int]] = {}
        crossed: set[tuple[str, str, str]] = set()
        arrived: set[int] = set()
        lost = left = False
        queue = [node]
        while queue:
            here = queue.pop()
            if here in nodes:
                continue
            nodes.add(here)
            if self._owns(here, address):
                arrived.add(here)
                continue
            found = self.resolve(here, address)
            lost = lost or found is None
            steps[here] = set()
            for hop in () if found is None else found.hops:
                crossed.add((self._nodes[here][0], hop.interface, "out"))
                if hop.node is None:
                    lost, left = True, left or hop.end != "NULL_ROUTED"
                else:
                    steps[here].add(hop.node)
                    crossed.add((self._nodes[hop.node][0], hop.peer_interface, "in"))
                    queue.append(hop.node)
        if arrived:
            is_sure = not lost and len(arrived) == 1 and not _turns(steps)
            reach = Arrival.REACHED if is_sure else Arrival.UNSURE
        else:
            reach = Arrival.UNSURE if left else Arrival.LOST
        return Road(reach, frozenset(arrived), frozenset(nodes), frozenset(crossed))


def _turns(steps: Mapping[int, set[int]]) -> bool:
    """Return whether steps from node to node lead round in a circle."""
    left = dict(steps)
    while True:
        ended = [node for node, following in left.items() if left.keys().isdisjoint(following)]
        if not ended:
            return bool(left)
        for node in ended:
            del left[node]


def covering(address: Address) -> Iterator[Prefix]:
    """Yield the prefixes that hold an address, the longest first."""
    for length in range(address.family.bits, -1, -1):
        yield prefix_of(address.family, address.value, length)
