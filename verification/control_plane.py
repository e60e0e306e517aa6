"""Routes of every VRF, computed from device texts, in the whole network and under any single failure.

Turns a `Topology` into a `ControlPlane`: for each prefix, what every node selects. The one idea: prefixes are independent of
each other (but for aggregates, which only ask whether a more specific route is there), so each is settled by its own small
work list; and a failure restarts that work list, on a copy-on-write view of the settled state, only from the nodes that lost
a candidate. What used nothing of the failed element is never touched.
Sessions of a node that send and accept by the same filters are told together; stubs are not told, they ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from intents.prefix import Prefix
from routing.model import Aggregate, BgpInstance, RouteSource
from verification.alive import Alive
from verification.announcements import Announcements
from verification.best_path import Candidate, CandidateKey, Selected, grade, select
from verification.failure import NO_FAILURE
from verification.route_filters import Attributes
from verification.topology import Topology
from verification.wiring import Hop, Leak

EBGP_DISTANCE = 20
LOCAL_DISTANCE = 200


@dataclass(slots=True)
class PrefixState:
    """Candidates and selection of every node for one prefix; a view falls back on `base` for nodes it does not hold.

    `touched`: nodes of a view whose own connected or static route changed.
    """

    candidates: dict[int, dict[CandidateKey, Candidate]] = field(default_factory=dict)
    selected: dict[int, Selected | None] = field(default_factory=dict)
    base: PrefixState | None = None
    touched: frozenset[int] = frozenset()

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
        """Return what a node has settled on (see `ControlPlane.choice` for stubs)."""
        if node in self.selected or self.base is None:
            return self.selected.get(node)
        return self.base.selected.get(node)


class NotSettledError(Exception):
    """The routes to a prefix do not settle: nothing may be said about it."""

    def __init__(self, prefix: Prefix) -> None:
        super().__init__(str(prefix))
        self.prefix = prefix


class ControlPlane:
    """All routes of a network: settled once, and per failure as views."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.announcements = Announcements(topology)
        self.stubs = self.announcements.stubs
        self._leaked: dict[int, list[Leak]] = {}
        for leak in topology.leaks:
            self._leaked.setdefault(leak.source, []).append(leak)
        self._whole = Alive(topology, NO_FAILURE)
        self._aggregates = {
            node: instance.aggregates for node, instance in topology.instances.items() if instance.aggregates
        }
        self.prefixes = _all_prefixes(topology)
        self.base: dict[Prefix, PrefixState] = {}
        self.by_session: dict[int, list[Prefix]] = {}
        """For each session, the prefixes for which what it brings is as good as what its receiver chose."""
        self._origins: dict[Prefix, list[int]] = {}
        for node, held in enumerate(topology.local):
            for prefix in held:
                self._origins.setdefault(prefix, []).append(node)
        for prefix in self.prefixes:
            self.base[prefix] = self._settle(prefix)
        for prefix, state in self.base.items():
            for node, offers in state.candidates.items():
                for number in _contending(state, node, offers):
                    self.by_session.setdefault(number, []).append(prefix)

    def choice(self, state: PrefixState, prefix: Prefix, node: int, alive: Alive) -> Selected | None:
        """Return what a node has chosen for a prefix in a state of its: what it settled on, or what its uplinks tell it."""
        if not self.stubs.asks(node, prefix):
            return state.choice(node)
        offers: dict[CandidateKey, Candidate] = {}
        for session in self.stubs.hears[node]:
            if session.number in alive.dead_sessions:
                continue
            told = state.choice(session.sender)
            group = self.announcements.group_of[session.number]
            if told is None or not group.passes(prefix) or self.suppressed(session.sender, prefix):
                continue
            sent = self.announcements.sent(group, prefix, told.used[0])
            offer = None if sent is None else self.announcements.received(session, sent)
            if offer is not None:
                offers[("s", session.number)] = offer
        return self._choose(node, offers)

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

    def under(self, alive: Alive) -> dict[Prefix, PrefixState]:
        """Return views for exactly those prefixes whose routes change on some living node; NotSettledError."""
        lost: dict[Prefix, set[int]] = {}
        for number in alive.dead_sessions:
            receiver = self.topology.sessions[number].receiver
            if receiver in alive.dead_nodes:
                continue
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
        devices = {device for device, _ in alive.failure.interfaces}
        return {node for device in devices for node in self.topology.nodes_of.get(device, ())} - alive.dead_nodes

    def _view(self, prefix: Prefix, nodes: set[int], alive: Alive, views: Mapping[Prefix, PrefixState]) -> PrefixState:
        local = self.topology.local
        touched = frozenset(
            n for n in nodes if prefix in local[n] and alive.local(n, local[n][prefix]) != local[n][prefix]
        )
        view = PrefixState(base=self.base[prefix], touched=touched)
        dirty = {
            node
            for node in nodes
            if any(number in alive.dead_sessions for number in _contending(view, node, view.offers(node)))
        }
        for node in (*nodes, *(item for item in self._possible_origins(prefix) if item in self._aggregates)):
            if node in alive.dead_nodes:
                continue
            before = view.offers(node).get(("o", 0))
            after = self._originate(node, prefix, alive, views)
            if before != after:
                _put(view.change(node), ("o", 0), after)
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
            chosen = self._choose(node, _living(state.offers(node), node, alive))
            before = state.choice(node)
            if chosen == before:
                continue
            state.selected[node] = chosen
            if chosen is not None and before is not None and chosen.used[0] == before.used[0]:
                continue  # only the best one is told
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
        suppressed = self.suppressed(node, prefix)
        for group in self.announcements.groups(node, prefix):
            sent = None if best is None or suppressed else self.announcements.sent(group, prefix, best)
            for session in group.told(prefix):
                if session.number not in alive.dead_sessions:
                    offer = None if sent is None else self.announcements.received(session, sent)
                    if _offer(state, session.receiver, ("s", session.number), offer):
                        yield session.receiver
        for leak in self._leaked.get(node, ()):
            if leak.family is prefix.family and leak.target not in alive.dead_nodes:
                offer = None if best is None else self._leak(leak, prefix, best)
                if _offer(state, leak.target, ("l", leak.source), offer):
                    yield leak.target

    def _leak(self, leak: Leak, prefix: Prefix, best: Candidate) -> Candidate | None:
        if best.attributes.source is RouteSource.LEAKED:
            return None
        device = self.topology.nodes[leak.target][0]
        names = () if leak.import_map is None else (leak.import_map,)
        accepted = self.announcements.filtered(device, names, prefix, best.attributes, announcing=False)
        if accepted is None:
            return None
        return Candidate(accepted._replace(source=RouteSource.LEAKED), best.hops, best.neighbor, best.external)

    def suppressed(self, node: int, prefix: Prefix) -> bool:
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
                accepted = self.announcements.filtered(device, names, prefix, path, announcing=True)
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
    """Put an offer in the place of an earlier one; return whether the node's choice may change."""
    held = state.offers(node).get(key)
    if held == offer:
        return False
    _put(state.change(node), key, offer)
    chosen = state.choice(node)
    if chosen is None:
        return True
    best = grade(chosen.keys[0], chosen.used[0])
    return any(item is not None and grade(key, item) <= best for item in (held, offer))


def _contending(state: PrefixState, node: int, offers: Mapping[CandidateKey, Candidate]) -> Iterator[int]:
    """Yield the sessions whose offers are as good as the node's choice; without any other one it chooses the same."""
    chosen = state.choice(node)
    best = None if chosen is None else grade(chosen.keys[0], chosen.used[0])
    for key, offer in offers.items():
        if key[0] == "s" and (best is None or grade(key, offer) <= best):
            yield key[1]


def _living(offers: Mapping[CandidateKey, Candidate], node: int, alive: Alive) -> Mapping[CandidateKey, Candidate]:
    """Return the offers that did not come over a session that is dead."""
    if node not in alive.bereft:
        return offers
    return {key: offer for key, offer in offers.items() if key[0] != "s" or key[1] not in alive.dead_sessions}
