"""Routes of every VRF, computed from device texts, in the whole network and under any single failure.

Turns a `Topology` into a `ControlPlane`: for each prefix, what every node selects. The one idea: prefixes are independent of
each other (but for aggregates, which only ask whether a more specific route is there), so each is settled by its own small
work list; and a failure restarts that work list, on a copy-on-write view of the settled state, only from the nodes that lost
a candidate. What used nothing of the failed element is never touched.
Selection follows RFC 4271 9.1 as both platforms apply it to private eBGP: originated here, local preference, path length,
metric (same first AS), received before leaked, lowest neighbour; equals up to the metric are used side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from intents.prefix import Prefix
from routing.model import Aggregate, BgpInstance, RouteSource
from verification.failure import NO_FAILURE, Failure
from verification.route_filters import Attributes, Filters, compile_filters
from verification.topology import Hop, Leak, LocalRoute, Session, Topology, parent_of

EBGP_DISTANCE = 20
LOCAL_DISTANCE = 200

CandidateKey = tuple[str, int]
"""("s", session), ("l", source node of a leak) or ("o", 0) for a route originated here."""


class Candidate(NamedTuple):
    """A route offered to a node: its attributes, ways on, tie-breaker, and whether it came over eBGP into this device."""

    attributes: Attributes
    hops: tuple[Hop, ...]
    neighbor: int
    external: bool


class Selected(NamedTuple):
    """What a node selected for a prefix: candidates used, best first."""

    used: tuple[Candidate, ...]
    keys: tuple[CandidateKey, ...]


@dataclass(slots=True)
class PrefixState:
    """Candidates and selection of every node for one prefix; a view falls back on `base` for nodes it does not hold."""

    candidates: dict[int, dict[CandidateKey, Candidate]] = field(default_factory=dict)
    selected: dict[int, Selected | None] = field(default_factory=dict)
    base: PrefixState | None = None

    def offers(self, node: int) -> Mapping[CandidateKey, Candidate]:
        if node in self.candidates or self.base is None:
            return self.candidates.get(node, {})
        return self.base.candidates.get(node, {})

    def change(self, node: int) -> dict[CandidateKey, Candidate]:
        """Return the candidates of a node, its own copy in a view."""
        if node not in self.candidates:
            inherited = {} if self.base is None else self.base.candidates.get(node, {})
            self.candidates[node] = dict(inherited)
        return self.candidates[node]

    def choice(self, node: int) -> Selected | None:
        if node in self.selected or self.base is None:
            return self.selected.get(node)
        return self.base.selected.get(node)


class NotSettledError(Exception):
    """The routes to a prefix do not settle: nothing may be said about it."""

    def __init__(self, prefix: Prefix) -> None:
        super().__init__(str(prefix))
        self.prefix = prefix


class Alive:
    """Which sessions, nodes and interfaces still work under a failure."""

    def __init__(self, topology: Topology, failure: Failure) -> None:
        self.failure = failure
        self._topology = topology
        gone = {number for key, number in topology.number.items() if key[0] in failure.devices}
        self.dead_nodes = frozenset(gone)
        self.dead_sessions = frozenset(
            item.number
            for item in topology.sessions
            if item.link in failure.links or item.sender in gone or item.receiver in gone
        )

    def interface(self, node: int, name: str) -> bool:
        """Return whether an interface of a node's device still works."""
        device = self._topology.nodes[node][0]
        return device not in self.failure.devices and (device, parent_of(name)) not in self.failure.interfaces

    def local(self, node: int, route: LocalRoute | None) -> LocalRoute | None:
        """Return what is left of a connected or static route."""
        if route is None or node in self.dead_nodes:
            return None
        if not self.failure.interfaces:
            return route
        hops = tuple(hop for hop in route.hops if not hop.interface or self.interface(node, hop.interface))
        return LocalRoute(distance=route.distance, source=route.source, hops=hops) if hops else None


class ControlPlane:
    """All routes of a network: settled once, and per failure as views."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        network = topology.network
        self._filters: Filters = compile_filters(
            (device.name, policy) for device in network.devices.values() for policy in device.policies
        )
        self._sent: dict[int, list[Session]] = {}
        self._leaked: dict[int, list[Leak]] = {}
        for session in topology.sessions:
            self._sent.setdefault(session.sender, []).append(session)
        for leak in topology.leaks:
            self._leaked.setdefault(leak.source, []).append(leak)
        self._whole = Alive(topology, NO_FAILURE)
        self._aggregates = {
            node: instance.aggregates for node, instance in topology.instances.items() if instance.aggregates
        }
        self.prefixes = _all_prefixes(topology)
        self.base: dict[Prefix, PrefixState] = {}
        self.by_session: dict[int, list[Prefix]] = {}
        self._origins: dict[Prefix, list[int]] = {}
        for node, held in enumerate(topology.local):
            for prefix in held:
                self._origins.setdefault(prefix, []).append(node)
        for prefix in self.prefixes:
            self.base[prefix] = self._settle(prefix)
        for prefix, state in self.base.items():
            for offers in state.candidates.values():
                for kind, number in offers:
                    if kind == "s":
                        self.by_session.setdefault(number, []).append(prefix)

    def _settle(self, prefix: Prefix) -> PrefixState:
        state = PrefixState()
        dirty: list[int] = []
        for node in self._possible_origins(prefix):
            candidate = self._originate(node, prefix, self._whole, self.base)
            if candidate is not None:
                state.change(node)[("o", 0)] = candidate
                dirty.append(node)
        self._run(prefix, state, dirty, self._whole)
        return state

    def _possible_origins(self, prefix: Prefix) -> Iterator[int]:
        yield from self._origins.get(prefix, ())
        for node, aggregates in self._aggregates.items():
            if prefix not in self.topology.local[node] and any(item.prefix == prefix for item in aggregates):
                yield node

    def under(self, failure: Failure) -> dict[Prefix, PrefixState]:
        """Return views for exactly those prefixes whose routes anywhere change under a failure; NotSettledError."""
        alive = Alive(self.topology, failure)
        lost: dict[Prefix, set[int]] = {}
        for number in alive.dead_sessions:
            receiver = self.topology.sessions[number].receiver
            for prefix in self.by_session.get(number, ()):
                lost.setdefault(prefix, set()).add(receiver)
        for node in self._touched_nodes(alive):
            for prefix, route in self.topology.local[node].items():
                if alive.local(node, route) != route:
                    lost.setdefault(prefix, set()).add(node)
        if self._aggregates:
            for prefix in self.prefixes:
                lost.setdefault(prefix, set())
        views: dict[Prefix, PrefixState] = {}
        for prefix in sorted(lost, key=_most_specific_first):
            view = self._view(prefix, lost[prefix], alive, views)
            if view.candidates or view.selected or lost[prefix]:
                views[prefix] = view
        return views

    def _touched_nodes(self, alive: Alive) -> set[int]:
        devices = {device for device, _ in alive.failure.interfaces} | alive.failure.devices
        return {number for key, number in self.topology.number.items() if key[0] in devices}

    def _view(
        self, prefix: Prefix, nodes: set[int], alive: Alive, views: Mapping[Prefix, PrefixState]
    ) -> PrefixState:
        view = PrefixState(base=self.base[prefix])
        dirty: set[int] = set()
        for node in nodes:
            held = view.offers(node)
            dead = [key for key in held if key[0] == "s" and key[1] in alive.dead_sessions]
            if dead:
                own = view.change(node)
                for key in dead:
                    del own[key]
                dirty.add(node)
        for node in (*nodes, *(item for item in self._possible_origins(prefix) if item in self._aggregates)):
            before = view.offers(node).get(("o", 0))
            after = None if node in alive.dead_nodes else self._originate(node, prefix, alive, views)
            if before != after:
                _put(view.change(node), ("o", 0), after)
                dirty.add(node)
        for node in alive.dead_nodes:
            if view.offers(node):
                view.candidates[node] = {}
                dirty.add(node)
        self._run(prefix, view, sorted(dirty), alive)
        return view

    def _run(self, prefix: Prefix, state: PrefixState, dirty: list[int], alive: Alive) -> None:
        """Let nodes choose and tell until nobody changes its mind."""
        queue = list(dirty)
        waiting = set(queue)
        budget = 200 * (len(self.topology.nodes) + 10)
        position = 0
        while position < len(queue):
            node = queue[position]
            position += 1
            waiting.discard(node)
            chosen = self._choose(node, state.offers(node))
            if chosen == state.choice(node):
                continue
            state.selected[node] = chosen
            for other in self._tell(prefix, node, chosen, state, alive):
                if other not in waiting:
                    waiting.add(other)
                    queue.append(other)
            if position > budget:
                raise NotSettledError(prefix)

    def _choose(self, node: int, offers: Mapping[CandidateKey, Candidate]) -> Selected | None:
        if not offers:
            return None
        instance = self.topology.instances.get(node)
        return select(offers, 1 if instance is None else instance.maximum_paths)

    def _tell(
        self, prefix: Prefix, node: int, chosen: Selected | None, state: PrefixState, alive: Alive
    ) -> Iterator[int]:
        best = None if chosen is None else chosen.used[0]
        for session in self._sent.get(node, ()):
            if session.number in alive.dead_sessions or session.family is not prefix.family:
                continue
            offer = None if best is None else self._announce(session, prefix, best)
            if _offer(state, session.receiver, ("s", session.number), offer):
                yield session.receiver
        for leak in self._leaked.get(node, ()):
            if leak.family is prefix.family and leak.target not in alive.dead_nodes:
                offer = None if best is None else self._leak(leak, prefix, best)
                if _offer(state, leak.target, ("l", leak.source), offer):
                    yield leak.target

    def _announce(self, session: Session, prefix: Prefix, best: Candidate) -> Candidate | None:
        topology = self.topology
        if self._suppressed(session.sender, prefix):
            return None
        path = best.attributes
        sent = path._replace(as_path=(), metric=None if best.external else path.metric)
        device = topology.nodes[session.sender][0]
        accepted = self._filter(device, session.export.exports, prefix, sent, announcing=True)
        if accepted is None:
            return None
        as_path = accepted.as_path + session.sender_path + path.as_path
        if as_path[0] != session.accept.remote_as:
            return None
        if sum(asn in session.loop_asns for asn in as_path) > session.accept.loops:
            return None
        local_as = session.accept.local_as
        if local_as is not None and local_as.prepend_in:
            as_path = (local_as.asn, *as_path)
        arriving = Attributes(
            source=RouteSource.BGP,
            as_path=as_path,
            communities=accepted.communities if session.export.send_communities else frozenset(),
            metric=accepted.metric,
        )
        device = topology.nodes[session.receiver][0]
        learned = self._filter(device, session.accept.imports, prefix, arriving, announcing=False)
        if learned is None:
            return None
        hop = Hop(
            interface=session.interface,
            node=session.sender,
            peer_interface=session.peer_interface,
            link=session.link,
        )
        return Candidate(learned, (hop,), session.next_hop, True)

    def _leak(self, leak: Leak, prefix: Prefix, best: Candidate) -> Candidate | None:
        if best.attributes.source is RouteSource.LEAKED:
            return None
        device = self.topology.nodes[leak.target][0]
        names = () if leak.import_map is None else (leak.import_map,)
        accepted = self._filter(device, names, prefix, best.attributes, announcing=False)
        if accepted is None:
            return None
        return Candidate(accepted._replace(source=RouteSource.LEAKED), best.hops, best.neighbor, best.external)

    def _filter(
        self, device: str, names: Iterable[str], prefix: Prefix, path: Attributes, *, announcing: bool
    ) -> Attributes | None:
        current: Attributes | None = path
        for name in names:
            compiled = self._filters.get((device, name))
            if compiled is not None and current is not None:
                current = compiled.apply(prefix, current, announcing)
        return current

    def _suppressed(self, node: int, prefix: Prefix) -> bool:
        """Return whether a summary-only aggregate stands in for a prefix (which itself keeps that aggregate alive)."""
        return any(
            item.summary_only and item.prefix != prefix and item.prefix.covers(prefix)
            for item in self._aggregates.get(node, ())
        )

    def _originate(
        self, node: int, prefix: Prefix, alive: Alive, settled: Mapping[Prefix, PrefixState]
    ) -> Candidate | None:
        instance = self.topology.instances.get(node)
        if instance is None:
            return None
        route = alive.local(node, self.topology.local[node].get(prefix))
        if route is not None:
            path = self._redistributed(node, instance, prefix, RouteSource(route.source))
            if path is not None:
                return Candidate(path, route.hops, 0, False)
        for item in instance.aggregates:
            if item.prefix == prefix and self._contributes(node, item, settled):
                path = Attributes(source=RouteSource.AGGREGATE, as_path=())
                return Candidate(path, (Hop(interface="", end="NULL_ROUTED"),), 0, False)
        return None

    def _redistributed(
        self, node: int, instance: BgpInstance, prefix: Prefix, source: RouteSource
    ) -> Attributes | None:
        path = Attributes(source=source, as_path=())
        if prefix in instance.networks:
            return path
        for item in instance.redistributions:
            if item.family is prefix.family and item.source is source:
                names = () if item.policy is None else (item.policy,)
                device = self.topology.nodes[node][0]
                accepted = self._filter(device, names, prefix, path, announcing=True)
                if accepted is not None:
                    return accepted
        return None

    def _contributes(self, node: int, aggregate: Aggregate, settled: Mapping[Prefix, PrefixState]) -> bool:
        for prefix in self.prefixes:
            if aggregate.prefix.covers(prefix) and prefix != aggregate.prefix:
                state = settled.get(prefix) or self.base.get(prefix)
                if state is not None and state.choice(node) is not None:
                    return True
        return False


def _all_prefixes(topology: Topology) -> tuple[Prefix, ...]:
    found = {prefix for held in topology.local for prefix in held}
    found |= {item.prefix for instance in topology.instances.values() for item in instance.aggregates}
    return tuple(sorted(found, key=_most_specific_first))


def _most_specific_first(prefix: Prefix) -> tuple[int, int, int]:
    return (int(prefix.family), -prefix.length, prefix.network)


def _put(offers: dict[CandidateKey, Candidate], key: CandidateKey, offer: Candidate | None) -> None:
    if offer is None:
        offers.pop(key, None)
    else:
        offers[key] = offer


def _offer(state: PrefixState, node: int, key: CandidateKey, offer: Candidate | None) -> bool:
    if state.offers(node).get(key) == offer:
        return False
    _put(state.change(node), key, offer)
    return True


def select(offers: Mapping[CandidateKey, Candidate], maximum_paths: int) -> Selected:
    """Return the best candidate first, then those used beside it (received ones equal to it up to the metric)."""
    ranked = sorted(offers.items(), key=_rank)
    if len(ranked) > 1:
        ranked = _lowest_metric([item for item in ranked if _grade(item) == _grade(ranked[0])])
    (best_key, best), *others = ranked
    if best.attributes.source is not RouteSource.BGP:
        return Selected((best,), (best_key,))
    equal = [
        (key, item)
        for key, item in others
        if item.attributes.source is RouteSource.BGP and (item.attributes.metric or 0) == (best.attributes.metric or 0)
    ]
    kept = [(best_key, best), *equal][: max(maximum_paths, 1)]
    return Selected(tuple(item for _, item in kept), tuple(key for key, _ in kept))


def _grade(item: tuple[CandidateKey, Candidate]) -> tuple[bool, int, int]:
    key, candidate = item
    return (key[0] != "o", -candidate.attributes.local_preference, len(candidate.attributes.as_path))


def _rank(item: tuple[CandidateKey, Candidate]) -> tuple[object, ...]:
    key, candidate = item
    leaked = candidate.attributes.source is RouteSource.LEAKED
    return (*_grade(item), leaked, candidate.neighbor, candidate.attributes.as_path, key)


def _lowest_metric(ranked: list[tuple[CandidateKey, Candidate]]) -> list[tuple[CandidateKey, Candidate]]:
    return [
        (key, item)
        for key, item in ranked
        if all(
            (item.attributes.metric or 0) <= (other.attributes.metric or 0)
            for _, other in ranked
            if other.attributes.as_path[:1] == item.attributes.as_path[:1]
        )
    ]
