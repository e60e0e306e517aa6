"""Stubs: VRFs of attachments that hear routes and pass none on, so that nobody's routes depend on what they choose.

The one idea: what a stub chooses follows from what its uplinks tell, so it is looked up when it is asked for and never settled
or stored. A thousand sites that all talk to each other then cost what their uplinks cost. The few prefixes that a stub has
itself, or would tell if it had them, and all inside those that it tells, are settled like everybody's: packets of others may
come to it by them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Prefix, prefix_of
from verification.routes.adjacency import Session
from verification.routes.topology import Topology


@dataclass(frozen=True, slots=True)
class Stubs:
    """The stubs of a topology: `settled[node]` are the prefixes whose routes are settled there like everywhere, `hears[node]`
    the sessions that it receives on; `asns` the ASs that any of them takes for a loop."""

    settled: Mapping[int, frozenset[Prefix]]
    receives: Mapping[int, tuple[Session, ...]]
    asns: frozenset[int]

    def asks(self, node: int, prefix: Prefix) -> bool:
        """Return whether a node's choice for a prefix is looked up at its uplinks when it is asked for."""
        settled = self.settled.get(node)
        return settled is not None and prefix not in settled

    def occurring(self, path: tuple[int, ...]) -> list[int]:
        """Return what stubs look for in a path, each AS as often as it occurs: some accept it once, but not twice."""
        return [] if self.asns.isdisjoint(path) else sorted(asn for asn in path if asn in self.asns)


NO_STUBS = Stubs(settled={}, receives={}, asns=frozenset())


def find_stubs(topology: Topology, passing: Callable[[Session], frozenset[Prefix] | None]) -> Stubs:
    """Return the stubs; `passing`: the prefixes that can pass a session whatever their attributes, None if not bounded."""
    settled = {node: set(topology.local[node]) for node in _quiet(topology)}
    receives: dict[int, list[Session]] = {node: [] for node in settled}
    advertises: dict[Prefix, set[int]] = {}
    for session in topology.sessions:
        if session.receiver in receives:
            receives[session.receiver].append(session)
        if session.sender in settled:
            advertised = passing(session)
            if advertised is None:
                del settled[session.sender]
                continue
            settled[session.sender] |= advertised
            for prefix in advertised:
                advertises.setdefault(prefix, set()).add(session.sender)
    for prefix, cover in _inside(topology, advertises):
        for node in advertises[cover] & settled.keys():
            settled[node].add(prefix)
    return Stubs(
        settled={node: frozenset(prefixes) for node, prefixes in settled.items()},
        receives={node: tuple(receives[node]) for node in settled},
        asns=frozenset(asn for node in settled for item in receives[node] for asn in item.loop_asns),
    )


def _quiet(topology: Topology) -> set[int]:
    """Return the nodes of attachments' ports that leak and aggregate nothing, and that nobody sends packets to by a static
    route: what is not told can't come back."""
    starts = {
        topology.number[(device, topology.interfaces[(device, name)].vrf)]
        for device, name in topology.ports
        if (device, name) in topology.interfaces
    }
    leaking = {node for leak in topology.leaks for node in (leak.source, leak.target)}
    sent_to = {hop.node for held in topology.local for route in held.values() for hop in route.hops}
    return {
        node
        for node in starts - leaking - sent_to
        if (instance := topology.instances.get(node)) is not None and not instance.aggregates
    }


def _inside(topology: Topology, advertises: Collection[Prefix]) -> Iterator[tuple[Prefix, Prefix]]:
    """Yield every prefix with each one of `tells` that it lies in: packets to it follow that one to whoever tells it."""
    lengths = {(prefix.family, prefix.length) for prefix in advertises}
    known = {prefix for held in topology.local for prefix in held}
    known |= {item.prefix for instance in topology.instances.values() for item in instance.aggregates}
    for prefix in known:
        for family, length in lengths:
            if family is prefix.family and length < prefix.length:
                cover = prefix_of(family, prefix.network, length)
                if cover in advertises:
                    yield prefix, cover
