"""Routes of every VRF, computed from device texts, in the whole network and under any single failure.

Turns a `Topology` into a `ControlPlane`: for each prefix, what every node selects. The one idea: prefixes are independent of
each other (but for aggregates, which only ask whether a more specific route is there), so each is settled by its own small
work list; and a failure restarts that work list, on a copy-on-write view of the settled state, only from the nodes that lost
a candidate. What used nothing of the failed element is never touched.

Three things keep the work list short: stubs are not told, they ask (`stubs`); an offer that must be worse than what its
receiver has is not made, and whoever loses what it had asks its neighbours anew; and before a view settles, everybody whose
choice hangs on what is gone forgets it at once, so that nobody hunts along paths that no longer exist.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeVar

from intents.prefix import Prefix
from routing.model import RouteSource
from verification.alive import Alive
from verification.announcements import Announcements, Group, Sent
from verification.best_path import Candidate, CandidateKey, Grade, Selected, grade, select
from verification.failure import NO_FAILURE
from verification.origins import Origins, most_specific_first
from verification.prefix_state import NotSettledError, PrefixState
from verification.topology import Topology
from verification.wiring import Hop, Leak, Session

_T = TypeVar("_T")
_K = TypeVar("_K")

EBGP_DISTANCE = 20
LOCAL_DISTANCE = 200
ORIGINATED: CandidateKey = ("o", 0)


class ControlPlane:
    """All routes of a network: settled once, and per failure as views."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.announcements = Announcements(topology)
        self.stubs = self.announcements.stubs
        self._leaks_from = _grouped((leak.source, leak) for leak in topology.leaks)
        self._leaks_to = _grouped((leak.target, leak) for leak in topology.leaks)
        self._hears = _grouped((i.receiver, i) for i in topology.sessions if i.sender not in self.stubs.settled)
        self._hears_stubs = _grouped(
            ((item.receiver, prefix), item)
            for item in topology.sessions
            for prefix in self.stubs.settled.get(item.sender, ())
        )
        self._hops: dict[tuple[CandidateKey, ...], tuple[Hop, ...]] = {}
        self._whole = Alive(topology, NO_FAILURE)
        self._origins = Origins(topology, self.announcements)
        self.prefixes = self._origins.prefixes
        self.base: dict[Prefix, PrefixState] = {}
        self.by_session: dict[int, list[Prefix]] = {}
        """For each session, the prefixes that its receiver stores what it brings of."""
        for prefix in self.prefixes:
            self.base[prefix] = self._settle(prefix)
        for prefix, state in self.base.items():
            for offers in state.candidates.values():
                for kind, number in offers:
                    if kind == "s":
                        self.by_session.setdefault(number, []).append(prefix)

    def choice(self, state: PrefixState, prefix: Prefix, node: int, alive: Alive) -> Selected | None:
        """Return what a node has chosen for a prefix in a state of it: what it settled on, or what its uplinks tell it."""
        if not self.stubs.asks(node, prefix):
            return state.choice(node)
        return self._choose(node, dict(self._ask(self.stubs.hears[node], prefix, state, alive)))

    def hops(self, chosen: Selected) -> tuple[Hop, ...]:
        """Return the ways on that a choice stands for."""
        if len(chosen.used) == 1:
            return chosen.used[0].hops
        if chosen.keys not in self._hops:
            self._hops[chosen.keys] = tuple(hop for item in chosen.used for hop in item.hops)
        return self._hops[chosen.keys]

    def suppressed(self, node: int, prefix: Prefix) -> bool:
        """Return whether a node keeps a prefix to itself because an aggregate stands in for it."""
        return self._origins.suppressed(node, prefix)

    def _settle(self, prefix: Prefix) -> PrefixState:
        state = PrefixState()
        dirty: list[int] = []
        for node in self._origins.possible(prefix):
            candidate = self._origins.originate(node, prefix, self._whole, self.base)
            if candidate is not None:
                state.put(node, ORIGINATED, candidate)
                dirty.append(node)
        self._run(prefix, state, dirty, self._whole)
        return state

    def under(self, alive: Alive) -> dict[Prefix, PrefixState]:
        """Return views for exactly those prefixes whose routes a failure changes on some living node; NotSettledError.

        A node that merely lost some of several equal ways, over sessions that are dead, needs no view.
        """
        lost = self._lost(alive)
        views: dict[Prefix, PrefixState] = {}
        for prefix in sorted(lost, key=most_specific_first):
            view = self._view(prefix, lost[prefix], alive, views)
            if view is not None:
                views[prefix] = view
        return views

    def _lost(self, alive: Alive) -> dict[Prefix, set[int]]:
        """Return the living nodes that lost something, by prefix."""
        lost: dict[Prefix, set[int]] = {}
        for number in alive.dead_sessions:
            receiver = self.topology.sessions[number].receiver
            if receiver not in alive.dead_nodes:
                for prefix in self.by_session.get(number, ()):
                    lost.setdefault(prefix, set()).add(receiver)
        devices = {device for device, _ in alive.failure.interfaces}
        for node in {node for device in devices for node in self.topology.nodes_of.get(device, ())} - alive.dead_nodes:
            for prefix, route in self.topology.local[node].items():
                if alive.local(node, route) != route:
                    lost.setdefault(prefix, set()).add(node)
        if self._origins.aggregating:
            for prefix in self.prefixes:
                lost.setdefault(prefix, set())
        return lost

    def _view(
        self, prefix: Prefix, nodes: set[int], alive: Alive, views: dict[Prefix, PrefixState]
    ) -> PrefixState | None:
        """Return how a prefix is routed under a failure, None if nobody notices."""
        local = self.topology.local
        touched = {n for n in nodes if prefix in local[n] and alive.local(n, local[n][prefix]) != local[n][prefix]}
        base = self.base[prefix]
        if (
            len(nodes) == 1
            and not touched
            and not self._origins.aggregating
            and self._goes_on(prefix, min(nodes), alive)
        ):
            return None
        view = PrefixState(base=base)
        settled = ChainMap(views, self.base)
        dirty = {node for node in nodes if self._bereft(view, node, alive)}
        aggregating = self._origins.aggregating
        for node in chain(
            touched, (n for n in self._origins.possible(prefix) if n in aggregating and n not in touched)
        ):
            if node not in alive.dead_nodes:
                after = self._origins.originate(node, prefix, alive, settled)
                if view.offers(node).get(ORIGINATED) != after:
                    view.put(node, ORIGINATED, after)
                    dirty.add(node)
        if not dirty and not touched:
            return None
        dirty |= self._forget(prefix, view, dirty, alive)
        self._run(prefix, view, sorted(dirty), alive)
        view.changed = frozenset(
            touched.union(n for n, chosen in view.selected.items() if self._differs(base.choice(n), chosen))
        )
        is_noticed = view.changed or any(_lost_more(base.choice(n), c, alive) for n, c in view.selected.items())
        return view if is_noticed else None

    def _goes_on(self, prefix: Prefix, node: int, alive: Alive) -> bool:
        """Return whether a node merely goes on with what is left of several equal ways, and nobody it tells can care."""
        base = self.base[prefix]
        chosen = base.choice(node)
        if chosen is None or sum(1 for _ in _contending(base, node, base.offers(node))) != len(chosen.keys):
            return False
        left = _living(dict(zip(chosen.keys, chosen.used, strict=True)), node, alive)
        if not left:
            return False
        after = Selected(tuple(left.values()), tuple(left))
        if self._differs(chosen, after):
            return False
        return after.keys[0] == chosen.keys[0] or self._nobody_cares(prefix, node, after.used[0], alive)

    def _nobody_cares(self, prefix: Prefix, node: int, best: Candidate, alive: Alive) -> bool:
        """Return whether everybody whom a node tells of a path has something better, and nothing from this node."""
        base = self.base[prefix]
        for group in self.announcements.groups(node, prefix):
            bound = group.best_grade(best)
            for session in group.told(prefix):
                held = base.choice(session.receiver)
                if session.number in alive.dead_sessions:
                    continue
                if ("s", session.number) in base.offers(session.receiver) or held is None or _grade_of(held) >= bound:
                    return False
        return node not in self._leaks_from

    def _bereft(self, view: PrefixState, node: int, alive: Alive) -> bool:
        """Return whether a node has to choose anew: not if what it uses first is left, and nothing can take a lost place."""
        contending = tuple(_contending(view, node, view.offers(node)))
        if alive.dead_sessions.isdisjoint(contending):
            return False
        chosen = view.choice(node)
        if chosen is None or len(contending) != len(chosen.keys):
            return True
        kind, number = chosen.keys[0]
        return kind != "s" or number in alive.dead_sessions

    def _differs(self, before: Selected | None, after: Selected | None) -> bool:
        """Return whether a node sends packets where it sent none before, or tells other than it did."""
        if before is None or after is None:
            return before is not after
        if not set(after.keys) <= set(before.keys):
            return True
        one, other = before.used[0], after.used[0]
        mine, theirs = one.attributes, other.attributes
        if (one.external, mine.source, mine.communities, mine.local_preference, mine.metric) != (
            other.external,
            theirs.source,
            theirs.communities,
            theirs.local_preference,
            theirs.metric,
        ):
            return True
        asns = self.stubs.asns
        return mine.as_path != theirs.as_path and asns.intersection(mine.as_path) != asns.intersection(theirs.as_path)

    def _forget(self, prefix: Prefix, view: PrefixState, dirty: Iterable[int], alive: Alive) -> set[int]:
        """Let everybody forget a choice that hangs on what is gone, and ask anew; return who has to choose."""
        gone = self._hanging(prefix, view, dirty, alive)
        for node in gone:
            own = view.offers(node).get(ORIGINATED)
            view.selected[node] = None
            view.candidates[node] = {} if own is None else {ORIGINATED: own}
        touched = set(gone)
        for node in gone:
            for key, receiver in self._receivers(prefix, node, alive):
                if receiver not in gone and key in view.offers(receiver):
                    view.put(receiver, key, None)
                    touched.add(receiver)
        for node in gone:
            self._ask_anew(prefix, node, view, alive)
        return touched

    def _hanging(self, prefix: Prefix, view: PrefixState, dirty: Iterable[int], alive: Alive) -> set[int]:
        """Return the nodes all of whose used ways come from what is gone: dead sessions, lost origins, or such nodes."""
        gone: set[int] = set()
        queue = list(dirty)
        while queue:
            node = queue.pop()
            chosen = view.choice(node)
            if (
                node in gone
                or chosen is None
                or not all(self._is_gone(view, node, k, gone, alive) for k in chosen.keys)
            ):
                continue
            gone.add(node)
            queue += [receiver for _, receiver in self._receivers(prefix, node, alive)]
        return gone

    def _is_gone(self, view: PrefixState, node: int, key: CandidateKey, gone: set[int], alive: Alive) -> bool:
        kind, number = key
        if kind == "s":
            return number in alive.dead_sessions or self.topology.sessions[number].sender in gone
        return number in gone if kind == "l" else ORIGINATED not in view.offers(node)

    def _receivers(self, prefix: Prefix, node: int, alive: Alive) -> Iterator[tuple[CandidateKey, int]]:
        """Yield who may be told of a prefix by a node, and as which candidate."""
        for group in self.announcements.groups(node, prefix):
            for session in group.told(prefix):
                if session.number not in alive.dead_sessions:
                    yield ("s", session.number), session.receiver
        for leak in self._leaks_from.get(node, ()):
            yield ("l", node), leak.target

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
            before = state.choice(node)
            chosen = self._choose(node, _living(state.offers(node), node, alive))
            if before is not None and (chosen is None or _grade_of(chosen) > _grade_of(before)):
                self._ask_anew(prefix, node, state, alive)
                chosen = self._choose(node, state.offers(node))
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

    def _ask_anew(self, prefix: Prefix, node: int, state: PrefixState, alive: Alive) -> None:
        """Put in a node's candidates all that its neighbours tell and its VRFs leak now."""
        own = state.offers(node).get(ORIGINATED)
        offers: dict[CandidateKey, Candidate] = {} if own is None else {ORIGINATED: own}
        sessions = chain(self._hears.get(node, ()), self._hears_stubs.get((node, prefix), ()))
        offers.update(self._ask(sessions, prefix, state, alive))
        for leak in self._leaks_to.get(node, ()):
            told = state.choice(leak.source)
            offer = None if told is None or leak.family is not prefix.family else self._leak(leak, prefix, told.used[0])
            if offer is not None:
                offers[("l", leak.source)] = offer
        state.candidates[node] = offers

    def _ask(
        self, sessions: Iterable[Session], prefix: Prefix, state: PrefixState, alive: Alive
    ) -> Iterator[tuple[CandidateKey, Candidate]]:
        """Yield what the senders of sessions tell of a prefix now."""
        for session in sessions:
            told = state.choice(session.sender)
            if told is None or session.number in alive.dead_sessions:
                continue
            group = self.announcements.group_of[session.number]
            if group.passes(prefix) and not self._origins.suppressed(session.sender, prefix):
                sent = self.announcements.sent(group, prefix, told.used[0])
                offer = None if sent is None else self.announcements.received(session, sent)
                if offer is not None:
                    yield ("s", session.number), offer

    def _tell(
        self, prefix: Prefix, node: int, chosen: Selected | None, state: PrefixState, alive: Alive
    ) -> Iterator[int]:
        """Tell a choice to everybody it can matter to; yield those whose own choice may change."""
        best = None if chosen is None else chosen.used[0]
        if best is not None and self._origins.suppressed(node, prefix):
            best = None
        for group in self.announcements.groups(node, prefix):
            yield from self._tell_group(prefix, group, best, state, alive)
        for leak in self._leaks_from.get(node, ()):
            if leak.family is prefix.family and leak.target not in alive.dead_nodes:
                offer = None if best is None else self._leak(leak, prefix, best)
                if _offer(state, leak.target, ("l", leak.source), offer):
                    yield leak.target

    def _tell_group(
        self, prefix: Prefix, group: Group, best: Candidate | None, state: PrefixState, alive: Alive
    ) -> Iterator[int]:
        bound = None if best is None else group.best_grade(best)
        sent: Sent | None = None
        is_asked = False
        for session in group.told(prefix):
            key, receiver = ("s", session.number), session.receiver
            if session.number in alive.dead_sessions:
                continue
            if key not in state.offers(receiver):
                held = state.choice(receiver)
                if bound is None or (held is not None and _grade_of(held) < bound):
                    continue
            if best is not None and not is_asked:
                sent, is_asked = self.announcements.sent(group, prefix, best), True
            offer = None if sent is None else self.announcements.received(session, sent)
            if _offer(state, receiver, key, offer):
                yield receiver

    def _leak(self, leak: Leak, prefix: Prefix, best: Candidate) -> Candidate | None:
        if best.attributes.source is RouteSource.LEAKED:
            return None
        device = self.topology.nodes[leak.target][0]
        names = () if leak.import_map is None else (leak.import_map,)
        accepted = self.announcements.filtered(device, names, prefix, best.attributes, announcing=False)
        if accepted is None:
            return None
        return Candidate(accepted._replace(source=RouteSource.LEAKED), best.hops, best.neighbor, best.external)


def _grouped(pairs: Iterable[tuple[_K, _T]]) -> dict[_K, tuple[_T, ...]]:
    found: dict[_K, list[_T]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return {key: tuple(items) for key, items in found.items()}


def _grade_of(chosen: Selected) -> Grade:
    return grade(chosen.keys[0], chosen.used[0])


def _offer(state: PrefixState, node: int, key: CandidateKey, offer: Candidate | None) -> bool:
    """Put an offer in the place of an earlier one; return whether the node's choice may change."""
    held = state.offers(node).get(key)
    if held == offer:
        return False
    state.put(node, key, offer)
    chosen = state.choice(node)
    if chosen is None:
        return True
    best = _grade_of(chosen)
    return any(item is not None and grade(key, item) <= best for item in (held, offer))


def _contending(state: PrefixState, node: int, offers: Mapping[CandidateKey, Candidate]) -> Iterator[int]:
    """Yield the sessions whose offers are as good as the node's choice; without any other one it chooses the same."""
    chosen = state.choice(node)
    best = None if chosen is None else _grade_of(chosen)
    for key, offer in offers.items():
        if key[0] == "s" and (best is None or grade(key, offer) <= best):
            yield key[1]


def _lost_more(before: Selected | None, after: Selected | None, alive: Alive) -> bool:
    """Return whether a node lost ways other than those over dead sessions."""
    lost = set(() if before is None else before.keys) - set(() if after is None else after.keys)
    return any(kind != "s" or number not in alive.dead_sessions for kind, number in lost)


def _living(offers: Mapping[CandidateKey, Candidate], node: int, alive: Alive) -> Mapping[CandidateKey, Candidate]:
    """Return the offers that did not come over a session that is dead."""
    if node not in alive.bereft:
        return offers
    return {key: offer for key, offer in offers.items() if key[0] != "s" or key[1] not in alive.dead_sessions}
