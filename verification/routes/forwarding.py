"""Where packets go, from routes: for a node and a region of addresses, every way that a packet may take.

Turns a routing state of the `ControlPlane` into `Way` values. The one idea: all prefixes of a network form a laminar family,
so the addresses that lie in a prefix and in no more specific one are treated alike everywhere: one such region is one
question, whatever its size. Filters on the way are collected, not applied: whoever asks decides what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from intents.prefix import Family, Prefix
from routing.model import RouteSource
from routing.vendors.vendor import PlatformRules
from verification.routes.adjacency import ForwardingHop, LocalRoute
from verification.routes.best_path import Candidate, CandidateKey, Selected
from verification.routes.control_plane import ControlPlane
from verification.routes.ospf.bgp_routes import tellers, told_of_bgp
from verification.routes.rib import PrefixState
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology
from verification.verdicts.flow import Disposition

Filter = tuple[str, str, str]
"""A bound filter that a packet crosses: device, interface, "in" or "out"."""


class Way(NamedTuple):
    """How a packet ends: disposition, device and interface there, the devices passed in order, and the filters crossed."""

    end: Disposition
    device: str
    interface: str
    devices: tuple[str, ...]
    filters: tuple[Filter, ...]


def distance_of(selected: Selected, rules: PlatformRules) -> int:
    """Return the administrative distance of what BGP offers."""
    best = selected.used[0]
    if best.internal:
        return rules.internal_distance
    return rules.external_distance if best.external else rules.local_distance


@dataclass(frozen=True, slots=True)
class Regions:
    """Every prefix of a family with those that cover it, itself first."""

    chains: Mapping[Prefix, tuple[Prefix, ...]]
    inside: Mapping[Prefix, tuple[Prefix, ...]]
    """The most specific regions that tile a prefix: itself and every prefix in it."""


def regions_of(control_plane: ControlPlane) -> Regions:
    """Return the regions of all prefixes known to a control plane."""
    chains: dict[Prefix, tuple[Prefix, ...]] = {}
    stack: list[Prefix] = []
    for prefix in sorted(control_plane.prefixes, key=lambda item: (int(item.family), item.network, item.length)):
        while stack and not stack[-1].covers(prefix):
            stack.pop()
        stack.append(prefix)
        chains[prefix] = tuple(reversed(stack))
    inside: dict[Prefix, list[Prefix]] = {}
    for prefix, chain in chains.items():
        for cover in chain:
            inside.setdefault(cover, []).append(prefix)
    return Regions(chains=chains, inside={prefix: tuple(found) for prefix, found in inside.items()})


class Forwarding:
    """The ways of one routing state; `views` are the prefixes that differ from the settled one."""

    def __init__(
        self, control_plane: ControlPlane, regions: Regions, surviving: Surviving, views: Mapping[Prefix, PrefixState]
    ) -> None:
        self.control_plane = control_plane
        self.topology: Topology = control_plane.topology
        self.regions = regions
        self.surviving = surviving
        self.views = views
        self._known: dict[Prefix, dict[int, tuple[Way, ...]]] = {}
        self._telling = tellers(surviving.ospf.graph)
        self._told: dict[Prefix, Mapping[int, LocalRoute]] = {}

    def chosen_hops(self, node: int, prefix: Prefix) -> tuple[ForwardingHop, ...]:
        """Return the ways on from a node for one prefix, () if it has no route: the lowest distance wins."""
        found = self.winner(node, prefix)
        if found is None or isinstance(found, LocalRoute):
            return () if found is None else found.hops
        if len(found.used) == 1 or node not in self.surviving.nodes_with_lost_session:
            return self.control_plane.hops(found)
        return tuple(hop for _, item in self.living(found) for hop in item.hops)

    def living(self, selected: Selected) -> Iterator[tuple[CandidateKey, Candidate]]:
        """Yield what is used of a choice: nothing that came over a dead session."""
        dead = self.surviving.lost_sessions
        for key, item in zip(selected.keys, selected.used, strict=True):
            if key[0] != "s" or key[1] not in dead:
                yield key, item

    def winner(self, node: int, prefix: Prefix) -> LocalRoute | Selected | None:
        """Return the route that a node uses for one prefix, its own or a chosen one: the lowest distance wins."""
        found = self._winner(node, prefix)
        told = self._of_bgp(prefix).get(node) if self._telling else None
        if told is None:
            return found
        if isinstance(found, Selected):
            return told if told.distance < self._distance(node, found) else found
        replaces = found is None or found.source == RouteSource.OSPF_EXTERNAL or told.distance < found.distance
        return told if replaces else found

    def _winner(self, node: int, prefix: Prefix) -> LocalRoute | Selected | None:
        local = self.surviving.local(node, prefix)
        if local is not None and local.distance == 0:
            return local
        state = self.views.get(prefix) or self.control_plane.base[prefix]
        selected = self.control_plane.choice(state, prefix, node, self.surviving)
        if selected is None or (local is not None and local.distance <= self._distance(node, selected)):
            return local
        return selected

    def _distance(self, node: int, selected: Selected) -> int:
        return distance_of(selected, self.topology.rules[node])

    def _of_bgp(self, prefix: Prefix) -> Mapping[int, LocalRoute]:
        """Return the routes to a prefix that OSPF has of BGP, by node."""
        if prefix not in self._told:
            adverts = self.control_plane.advertisements
            self._told[prefix] = told_of_bgp(prefix, self.surviving.ospf, self._telling, self._received, adverts)
        return self._told[prefix]

    def _received(self, node: int, prefix: Prefix) -> Candidate | None:
        """Return the path that a node forwards by, if another AS told it."""
        found = None if node in self.surviving.lost_nodes else self._winner(node, prefix)
        living = self.living(found) if isinstance(found, Selected) else ()
        best = next((item for _, item in living), None)
        return best if best is not None and best.external and best.attributes.source is RouteSource.BGP else None

    def is_changed(self, region: Prefix) -> bool:
        """Return whether a failure changes the routes to a region anywhere but by taking some of several equal ways."""
        return any(
            prefix in self.views and self.views[prefix].changed for prefix in self.regions.chains.get(region, ())
        )

    def matched(self, node: int, region: Prefix) -> Prefix | None:
        """Return the longest prefix that a node has a route to for a region."""
        return next((prefix for prefix in self.regions.chains[region] if self.chosen_hops(node, prefix)), None)

    def next_hops(self, node: int, region: Prefix) -> tuple[ForwardingHop, ...]:
        """Return the ways on from a node for a region, () if it has no route."""
        for prefix in self.regions.chains[region]:
            hops = self.chosen_hops(node, prefix)
            if hops:
                return hops
        return ()

    def ways(self, node: int, region: Prefix) -> tuple[Way, ...]:
        """Return every way from a node for packets to a region (addresses of no device)."""
        known = self._known.setdefault(region, {})
        if node not in known:
            self._explore(node, region, known, ())
        return known[node]

    def _explore(self, node: int, region: Prefix, known: dict[int, tuple[Way, ...]], path: tuple[int, ...]) -> None:
        device = self.topology.nodes[node][0]
        if node in path:
            known.setdefault(node, (Way(Disposition.LOOP, device, "", (device,), ()),))
            return
        prefix = self.matched(node, region)
        if prefix is None:
            known[node] = (Way(Disposition.NO_ROUTE, device, "", (device,), ()),)
            return
        found: set[Way] = set()
        for hop in self.chosen_hops(node, prefix):
            out = self._crossed(device, hop.interface, "out", region.family)
            if hop.node is None:
                found.add(Way(Disposition(hop.end), device, hop.interface, (device,), out))
                continue
            if hop.node not in known:
                self._explore(hop.node, region, known, (*path, node))
            into = self._crossed(self.topology.nodes[hop.node][0], hop.peer_interface, "in", region.family)
            for way in known[hop.node]:
                found.add(way._replace(devices=(device, *way.devices), filters=out + into + way.filters))
        known[node] = tuple(sorted(found))

    def _crossed(self, device: str, interface: str, direction: str, family: Family) -> tuple[Filter, ...]:
        bound = (device, interface, direction, family) in self.topology.bound
        return ((device, interface, direction),) if bound else ()
