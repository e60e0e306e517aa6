"""The decision process of BGP speakers (RFC 4271 9): nodes choose among what they are offered and tell it, until nobody changes.

Turns a `PrefixState` with some dirty nodes into a settled one. The one idea: an offer that must be worse than what its receiver
has is not made, and whoever loses what it had asks its neighbours anew; and what hangs on something that is gone is forgotten
before anybody chooses, so that nobody hunts along paths that no longer exist.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import chain
from typing import assert_never

from intents.prefix import Prefix
from routing.model import RouteSource
from verification.routes.adjacency import Leak, Session
from verification.routes.advertisements import Advertisements
from verification.routes.best_path import (
    ORIGINATED,
    Candidate,
    CandidateKey,
    Grade,
    Selected,
    SessionKey,
    grade,
    select,
)
from verification.routes.groups import Group, Sent
from verification.routes.origination import Origins
from verification.routes.rib import NotSettledError, PrefixState
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology, grouped


class DecisionProcess:
    """What all nodes of a topology do about one prefix at a time."""

    def __init__(self, topology: Topology, advertisements: Advertisements, origins: Origins) -> None:
        self._topology = topology
        self._advertisements = advertisements
        self._origins = origins
        stubs = advertisements.stubs.settled
        self._keys: tuple[SessionKey, ...] = tuple(("s", item.number) for item in topology.sessions)
        self._key_tuples: dict[tuple[CandidateKey, ...], tuple[CandidateKey, ...]] = {}  # equal ones are stored once
        self._leaks_from = grouped((leak.source, leak) for leak in topology.leaks)
        self._leaks_to = grouped((leak.target, leak) for leak in topology.leaks)
        self._hears = grouped((item.receiver, item) for item in topology.sessions if item.sender not in stubs)
        self._hears_stubs = grouped(
            ((item.receiver, prefix), item) for item in topology.sessions for prefix in stubs.get(item.sender, ())
        )

    def leaks(self, node: int) -> bool:
        """Return whether a node leaks into another one."""
        return node in self._leaks_from

    def leaks_from(self, node: int) -> tuple[Leak, ...]:
        """Return what a node leaks into others."""
        return self._leaks_from.get(node, ())

    def leaks_to(self, node: int) -> tuple[Leak, ...]:
        """Return what others leak into a node."""
        return self._leaks_to.get(node, ())

    def hears(self, node: int, prefix: Prefix) -> Iterator[Session]:
        """Yield the sessions over which a node may be told of a prefix."""
        yield from self._hears.get(node, ())
        yield from self._hears_stubs.get((node, prefix), ())

    def told(
        self, prefix: Prefix, node: int, chosen: Selected, surviving: Surviving
    ) -> Iterator[tuple[CandidateKey, int, Candidate | None]]:
        """Yield what becomes of a choice at each one who may hear of it: as which offer, where, and what (None: nothing)."""
        if self._origins.suppressed(node, prefix):
            return
        for group in self._advertisements.groups(node, prefix):
            sent = self._advertisements.sent(group, prefix, chosen.used[0])
            for session in group.advertised(prefix):
                if session.number not in surviving.lost_sessions:
                    offer = None if sent is None else self._advertisements.received(session, sent, surviving.next_hops)
                    yield self._keys[session.number], session.receiver, offer
        for leak in self._leaks_from.get(node, ()):
            if leak.family is prefix.family and leak.target not in surviving.lost_nodes:
                yield ("l", node), leak.target, self._leak(leak, prefix, chosen, surviving)

    def settle(self, prefix: Prefix, state: PrefixState, dirty: list[int], surviving: Surviving) -> None:
        """Let nodes choose and tell until nobody changes its mind."""
        queue = list(dirty)
        waiting = set(queue)
        budget = 200 * (len(self._topology.nodes) + 10)
        position = 0
        while position < len(queue):
            node = queue[position]
            position += 1
            waiting.discard(node)
            before = state.choice(node)
            chosen = self.choose(living(state.offers(node), node, surviving))
            if before is not None and (chosen is None or grade_of(chosen) > grade_of(before)):
                self._route_refresh(prefix, node, state, surviving)
                chosen = self.choose(state.offers(node))
            if chosen == before:
                continue
            state.selected[node] = chosen
            is_told = chosen is None or before is None or chosen.used[0] != before.used[0]  # only the best one is
            sessions = self._advertise(prefix, node, chosen, state, surviving) if is_told else ()
            for other in chain(sessions, self._advertise_leaks(prefix, node, chosen, state, surviving)):
                if other not in waiting:
                    waiting.add(other)
                    queue.append(other)
            if position > budget:
                raise NotSettledError(prefix)

    def choose(self, offers: Mapping[CandidateKey, Candidate]) -> Selected | None:
        """Return what is selected of offers, None if there are none."""
        if not offers:
            return None
        used, keys = select(offers)
        return Selected(used, self._key_tuples.setdefault(keys, keys))

    def _route_refresh(self, prefix: Prefix, node: int, state: PrefixState, surviving: Surviving) -> None:
        """Put in a node's candidates all that its neighbours tell and its VRFs leak now."""
        own = state.offers(node).get(ORIGINATED)
        offers: dict[CandidateKey, Candidate] = {} if own is None else {ORIGINATED: own}
        offers.update(self.ask(self.hears(node, prefix), prefix, state, surviving))
        for leak in self._leaks_to.get(node, ()):
            advertised = state.choice(leak.source)
            offer = (
                None
                if advertised is None or leak.family is not prefix.family
                else self._leak(leak, prefix, advertised, surviving)
            )
            if offer is not None:
                offers[("l", leak.source)] = offer
        state.candidates[node] = offers

    def ask(
        self, sessions: Iterable[Session], prefix: Prefix, state: PrefixState, surviving: Surviving
    ) -> Iterator[tuple[CandidateKey, Candidate]]:
        """Yield what the senders of sessions tell of a prefix now."""
        for session in sessions:
            advertised = state.choice(session.sender)
            if advertised is None or session.number in surviving.lost_sessions:
                continue
            group = self._advertisements.group_of[session.number]
            if group.passes(prefix) and not self._origins.suppressed(session.sender, prefix):
                sent = self._advertisements.sent(group, prefix, advertised.used[0])
                offer = None if sent is None else self._advertisements.received(session, sent, surviving.next_hops)
                if offer is not None:
                    yield self._keys[session.number], offer

    def _advertise(
        self, prefix: Prefix, node: int, chosen: Selected | None, state: PrefixState, surviving: Surviving
    ) -> Iterator[int]:
        """Tell a choice over the sessions of a node; yield those whose own choice may change."""
        best = None if chosen is None else chosen.used[0]
        if best is not None and self._origins.suppressed(node, prefix):
            best = None
        for group in self._advertisements.groups(node, prefix):
            yield from self._advertise_to_group(prefix, group, best, state, surviving)

    def _advertise_leaks(
        self, prefix: Prefix, node: int, chosen: Selected | None, state: PrefixState, surviving: Surviving
    ) -> Iterator[int]:
        """Tell a choice to the VRFs that it leaks into; yield those whose own choice may change."""
        if chosen is not None and self._origins.suppressed(node, prefix):
            chosen = None
        for leak in self._leaks_from.get(node, ()):
            if leak.family is prefix.family and leak.target not in surviving.lost_nodes:
                offer = None if chosen is None else self._leak(leak, prefix, chosen, surviving)
                if _offer(state, leak.target, ("l", leak.source), offer):
                    yield leak.target

    def _advertise_to_group(
        self, prefix: Prefix, group: Group, best: Candidate | None, state: PrefixState, surviving: Surviving
    ) -> Iterator[int]:
        bound = None if best is None else group.best_grade(best)
        sent: Sent | None = None
        is_asked = False
        for session in group.advertised(prefix):
            key, receiver = self._keys[session.number], session.receiver
            if session.number in surviving.lost_sessions:
                continue
            if not state.is_offered(receiver, key):
                held = state.choice(receiver)
                if bound is None or (held is not None and grade_of(held) < bound):
                    continue
            if best is not None and not is_asked:
                sent, is_asked = self._advertisements.sent(group, prefix, best), True
            offer = None if sent is None else self._advertisements.received(session, sent, surviving.next_hops)
            if _offer(state, receiver, key, offer):
                yield receiver

    def _leak(self, leak: Leak, prefix: Prefix, chosen: Selected, surviving: Surviving) -> Candidate | None:
        """Return a choice as another VRF gets it: told is the best path, but packets go by whatever way its own VRF takes."""
        best = chosen.used[0]
        if best.attributes.source is RouteSource.LEAKED:
            return None
        device = self._topology.nodes[leak.target][0]
        names = () if leak.import_map is None else (leak.import_map,)
        accepted = self._advertisements.filtered(device, names, prefix, best.attributes, announcing=False)
        if accepted is None:
            return None
        dead = surviving.lost_sessions
        ways = zip(chosen.keys, chosen.used, strict=True)
        hops = tuple(hop for key, item in ways if key[0] != "s" or key[1] not in dead for hop in item.hops)
        weighs = self._topology.rules[leak.target].own_leaks_weigh
        return Candidate(accepted._replace(source=RouteSource.LEAKED), hops, best.neighbor, best.external, weighs)

    def withdraw(self, prefix: Prefix, view: PrefixState, dirty: Iterable[int], surviving: Surviving) -> set[int]:
        """Let everybody forget a choice that hangs on what is gone, and ask anew; return who has to choose."""
        gone = self._hanging(prefix, view, dirty, surviving)
        for node in gone:
            own = view.offers(node).get(ORIGINATED)
            view.selected[node] = None
            view.candidates[node] = {} if own is None else {ORIGINATED: own}
        touched = set(gone)
        for key, receiver in chain.from_iterable(gone.values()):
            if receiver not in gone and view.is_offered(receiver, key):
                view.put(receiver, key, None)
                touched.add(receiver)
        senders = [node for node in view.nodes() if node not in gone and view.choice(node) is not None]
        advertised = {receiver for sender in senders for _, receiver in self._receivers(prefix, sender, surviving)}
        for node in advertised & gone.keys():
            self._route_refresh(prefix, node, view, surviving)
        return touched

    def _hanging(
        self, prefix: Prefix, view: PrefixState, dirty: Iterable[int], surviving: Surviving
    ) -> dict[int, list[tuple[CandidateKey, int]]]:
        """Return the nodes all of whose used ways come from what is gone (dead sessions, lost origins, or such nodes), with whom
        they may have told."""
        gone: dict[int, list[tuple[CandidateKey, int]]] = {}
        queue = list(dirty)
        while queue:
            node = queue.pop()
            chosen = view.choice(node)
            if (
                node in gone
                or chosen is None
                or not all(self._is_gone(view, node, k, gone, surviving) for k in chosen.keys)
            ):
                continue
            gone[node] = list(self._receivers(prefix, node, surviving))
            queue += [receiver for _, receiver in gone[node]]
        return gone

    def _is_gone(
        self, view: PrefixState, node: int, key: CandidateKey, gone: Container[int], surviving: Surviving
    ) -> bool:
        match key:
            case ("s", number):
                return number in surviving.lost_sessions or self._topology.sessions[number].sender in gone
            case ("l", source):
                return source in gone
            case ("o", _):
                return ORIGINATED not in view.offers(node)
            case _:
                assert_never(key)

    def _receivers(self, prefix: Prefix, node: int, surviving: Surviving) -> Iterator[tuple[CandidateKey, int]]:
        """Yield who may be told of a prefix by a node, and as which candidate."""
        for group in self._advertisements.groups(node, prefix):
            for session in group.advertised(prefix):
                if session.number not in surviving.lost_sessions:
                    yield self._keys[session.number], session.receiver
        for leak in self._leaks_from.get(node, ()):
            yield ("l", node), leak.target


def grade_of(chosen: Selected) -> Grade:
    """Return the grade of what a node selected."""
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
    best = grade_of(chosen)
    return any(item is not None and grade(key, item) <= best for item in (held, offer))


def contending(state: PrefixState, node: int, offers: Mapping[CandidateKey, Candidate]) -> Iterator[int]:
    """Yield the sessions whose offers are as good as the node's choice; without any other one it chooses the same."""
    chosen = state.choice(node)
    best = None if chosen is None else grade_of(chosen)
    for key, offer in offers.items():
        if key[0] == "s" and (best is None or grade(key, offer) <= best):
            yield key[1]


def living(
    offers: Mapping[CandidateKey, Candidate], node: int, surviving: Surviving
) -> Mapping[CandidateKey, Candidate]:
    """Return the offers that did not come over a session that is dead."""
    if node not in surviving.nodes_with_lost_session:
        return offers
    return {key: offer for key, offer in offers.items() if key[0] != "s" or key[1] not in surviving.lost_sessions}
