"""Stubs: VRFs of attachments that hear routes and pass none on, so that nobody's routes depend on what they choose.

The one idea: what a stub chooses follows from what its uplinks tell, so it is looked up when it is asked for and never settled
or stored. A thousand sites that all talk to each other then cost what their uplinks cost. The few prefixes that a stub has
itself, or would tell if it had them, are settled like everybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from intents.prefix import Prefix
from verification.topology import Topology
from verification.wiring import Session


@dataclass(frozen=True, slots=True)
class Stubs:
    """The stubs of a topology: `settled[node]` are the prefixes whose routes are settled there like everywhere, `hears[node]`
    the sessions that it receives on; `asns` the ASs that any of them takes for a loop."""

    settled: Mapping[int, frozenset[Prefix]]
    hears: Mapping[int, tuple[Session, ...]]
    asns: frozenset[int]

    def asks(self, node: int, prefix: Prefix) -> bool:
        """Return whether a node's choice for a prefix is looked up at its uplinks when it is asked for."""
        settled = self.settled.get(node)
        return settled is not None and prefix not in settled

    def occurring(self, path: tuple[int, ...]) -> list[int]:
        """Return what stubs look for in a path, each AS as often as it occurs: some accept it once, but not twice."""
        return [] if self.asns.isdisjoint(path) else sorted(asn for asn in path if asn in self.asns)


def find_stubs(topology: Topology, passing: Callable[[Session], frozenset[Prefix] | None]) -> Stubs:
    """Return the stubs; `passing`: the prefixes that can pass a session whatever their attributes, None if not bounded."""
    starts = {
        topology.number[(device, topology.interfaces[(device, name)].vrf)]
        for device, name in topology.ports
        if (device, name) in topology.interfaces
    }
    leaking = {node for leak in topology.leaks for node in (leak.source, leak.target)}
    settled = {
        node: frozenset(topology.local[node])
        for node in starts - leaking
        if (instance := topology.instances.get(node)) is not None and not instance.aggregates
    }
    hears: dict[int, list[Session]] = {node: [] for node in settled}
    for session in topology.sessions:
        if session.receiver in hears:
            hears[session.receiver].append(session)
        if session.sender in settled:
            told = passing(session)
            if told is None:
                del settled[session.sender]
            else:
                settled[session.sender] |= told
    return Stubs(
        settled=settled,
        hears={node: tuple(hears[node]) for node in settled},
        asns=frozenset(asn for node in settled for item in hears[node] for asn in item.loop_asns),
    )
