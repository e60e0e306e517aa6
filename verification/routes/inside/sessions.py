"""Sessions inside an AS that come up: between addresses that need not be neighbours, over routes that BGP has no part in.

The one idea: two statements make a session if each names the address that the other end speaks from, and packets come from each
end to the other; what leaves that open is told as such, never decided (RFC-SESS-07, IOS-SESS-07, JUN-SESS-08).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Address, Family, prefix_of
from routing.model import BgpInstance, BgpNeighbor
from verification.routes.adjacency import Adjacencies, Session
from verification.routes.bgp_sessions import Identity
from verification.routes.inside.next_hops import Arrival, NextHops, Road


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalPair:
    """Two statements that might make a session: the first one's node has the lower number."""

    nodes: tuple[int, int]
    statements: tuple[BgpNeighbor, BgpNeighbor]

    def addresses(self) -> tuple[Address, Address]:
        """Return where each end says that the other one is."""
        one, other = self.statements
        return Address(one.family, one.address), Address(other.family, other.address)


def internal_pairs(
    instances: Mapping[int, BgpInstance], own: tuple[frozenset[tuple[Family, int]], ...]
) -> Iterator[InternalPair]:
    """Yield every two internal statements that name an address of each other's node."""
    stated = [
        (node, item)
        for node, instance in sorted(instances.items())
        for item in instance.neighbors
        if item.enabled and instance.is_internal(item)
    ]
    for node, mine in stated:
        for other, theirs in stated:
            names = (mine.family, mine.address) in own[other] and (theirs.family, theirs.address) in own[node]
            if node < other and mine.family is theirs.family and names:
                yield InternalPair(nodes=(node, other), statements=(mine, theirs))


class InternalEnds:
    """What decides whether a pair makes a session, in one routing state."""

    def __init__(
        self,
        wiring: Adjacencies,
        instances: Mapping[int, BgpInstance],
        identities: Mapping[int, Identity],
        next_hops: NextHops,
    ) -> None:
        self._wiring = wiring
        self._instances = instances
        self._identities = identities
        self._next_hops = next_hops

    def roads(self, pair: InternalPair) -> tuple[Road, Road]:
        """Return what packets of each end meet on their way to the other."""
        (one, other), (there, back) = pair.nodes, pair.addresses()
        return self._next_hops.road(one, there), self._next_hops.road(other, back)

    def reach(self, pair: InternalPair) -> Arrival:
        """Return whether a session of the pair comes up; UNSURE if no document, or no text, says."""
        one, other = pair.nodes
        mine, theirs = pair.statements
        if self._instances[one].asn != self._instances[other].asn or not self._agrees(pair):
            return Arrival.LOST
        meets = {self._is_source(one, mine, theirs.address), self._is_source(other, theirs, mine.address)}
        if meets == {False}:
            return Arrival.LOST
        there, back = self.roads(pair)
        if Arrival.LOST in (there.reach, back.reach):
            return Arrival.LOST
        sure = meets == {True} and there.reach is back.reach is Arrival.REACHED
        return Arrival.REACHED if sure and there.arrived == {other} and back.arrived == {one} else Arrival.UNSURE

    def _agrees(self, pair: InternalPair) -> bool:
        mine, theirs = pair.statements
        ids = [self._identities[node].router_id for node in pair.nodes]
        return (
            mine.guards == theirs.guards
            and not (mine.passive and theirs.passive)
            and None not in ids
            and ids[0] != ids[1]  # of one AS, whatever the platform (RFC-SESS-07)
        )

    def _is_source(self, node: int, statement: BgpNeighbor, address: int) -> bool | None:
        """Return whether a node speaks from an address to the neighbour of a statement; None if the text does not say."""
        if statement.source is not None:
            return statement.source == address
        near = [
            one.value
            for (device, _), item in self._wiring.interfaces.items()
            if self._wiring.number[(device, item.vrf)] == node
            for one in item.addresses
            if one.family is statement.family and prefix_of(one.family, one.value, one.length).holds(statement.address)
        ]
        return None if not near else near == [address]


def internal_sessions(
    count: int,
    pairs: tuple[InternalPair, ...],
    instances: Mapping[int, BgpInstance],
    identities: Mapping[int, Identity],
) -> Iterator[Session]:
    """Yield both directions of every pair, numbered from a count; whether it comes up is another question."""
    for pair in pairs:
        for here, there in ((0, 1), (1, 0)):
            receiver, sender = pair.nodes[here], pair.nodes[there]
            instance = instances[sender]
            router_id = identities[sender].router_id or 0
            yield Session(
                number=count,
                sender=sender,
                receiver=receiver,
                family=pair.statements[here].family,
                link="",
                interface="",
                peer_interface="",
                next_hop=pair.statements[here].address,
                export=pair.statements[there],
                accept=pair.statements[here],
                sender_path=(),
                sender_asn=instance.asn,
                loop_asns=frozenset({*instances[receiver].loop_asns, instances[receiver].asn}),
                internal=True,
                sender_id=router_id,
                receiver_id=identities[receiver].router_id or 0,
                cluster=instance.cluster_id or router_id,
            )
            count += 1
