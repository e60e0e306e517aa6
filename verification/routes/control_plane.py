"""Routes of every VRF, computed from device texts, in the whole network and under any single failure.

Turns a `Topology` into a `ControlPlane`: for each prefix, what every node selects. The one idea: prefixes are independent of
each other (but for aggregates, which only ask whether a more specific route is there), so each is settled by its own small
work list; and a failure restarts that work list, on a copy-on-write view of the settled state, only from the nodes that lost
a candidate. What used nothing of the failed element is never touched.

Three things keep that short: stubs are not told, they ask (`stubs`); of prefixes that are routed alike one is settled
(`destination_classes`); and a node that merely goes on with some of several equal ways changes nothing that anybody would have
to look at.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from itertools import chain

from intents.prefix import Prefix
from intents.reason import Reason, because
from routing.model import RouteSource
from verification.routes.adjacency import ForwardingHop
from verification.routes.advertisements import Advertisements
from verification.routes.again.settled_routes import SettledRoutes, kept_states
from verification.routes.best_path import ORIGINATED, Candidate, CandidateKey, Selected
from verification.routes.decision_process import DecisionProcess, contending, grade_of
from verification.routes.destination_classes import find_destinations, read_off
from verification.routes.inside.unsure import unsure_nodes
from verification.routes.origination import Origins, most_specific_first
from verification.routes.outcomes import Outcomes
from verification.routes.rib import NotSettledError, PrefixState
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology
from verification.verdicts.failure import NO_FAILURE
from verification.verdicts.route_entry import table_named


class ControlPlane:
    """All routes of a network: settled once, and per failure as views."""

    def __init__(self, topology: Topology, known: SettledRoutes | None = None) -> None:
        self.topology = topology
        self.advertisements = Advertisements(topology, None if known is None else known.filters)
        self.stubs = self.advertisements.stubs
        self._hops: dict[tuple[CandidateKey, ...], tuple[ForwardingHop, ...]] = {}
        self._whole = Surviving(topology, NO_FAILURE)
        self._origins = Origins(topology, self.advertisements)
        self._process = DecisionProcess(topology, self.advertisements, self._origins)
        self.prefixes = self._origins.prefixes
        self.destinations = find_destinations(topology, self.advertisements, self._origins, self._whole)
        self.base: dict[Prefix, PrefixState] = {}
        self.open: dict[int, Reason] = {}
        """Nodes whose routes are not sure, each with the first reason."""
        self.by_session: dict[int, list[Prefix]] = {}
        """For each session, the prefixes that its receiver stores what it brings of."""
        firsts: dict[int, Prefix] = {}
        kept = {} if known is None or self.advertisements.contested else kept_states(known, topology, self.stubs)
        for prefix in self.prefixes:
            first = self._first(prefix, firsts, self._whole)
            if prefix in kept:
                self.base[prefix] = kept[prefix]
            elif first == prefix:
                self.base[prefix] = self._settle(prefix, self._whole, self.base)
            else:
                self.base[prefix] = self._read_off(self.base[first], first, prefix)
            for node in self._undecided(prefix, self.base[prefix], self._whole):
                self.open.setdefault(node, self._several_outcomes(node, prefix))
            for node in self.base[prefix].selected:
                for kind, number in self.base[prefix].offers(node):
                    if kind == "s":
                        self.by_session.setdefault(number, []).append(prefix)
        for node, reason in unsure_nodes(self.topology, self.advertisements, self._whole, self.base):
            self.open.setdefault(node, reason)

    @property
    def settled(self) -> SettledRoutes:
        """What is known here of other networks."""
        is_sure = not self.open and not self.advertisements.contested
        return SettledRoutes(
            topology=self.topology,
            stubs=self.stubs,
            filters=self.advertisements.filters,
            states=self.base if is_sure else {},
        )

    def choice(self, state: PrefixState, prefix: Prefix, node: int, surviving: Surviving) -> Selected | None:
        """Return what a node has chosen for a prefix in a state of it: what it settled on, or what its uplinks tell it."""
        if not self.stubs.asks(node, prefix):
            return state.choice(node)
        return self._process.choose(dict(self._process.ask(self.stubs.receives[node], prefix, state, surviving)))

    def hops(self, chosen: Selected) -> tuple[ForwardingHop, ...]:
        """Return the ways on that a choice stands for."""
        if len(chosen.used) == 1:
            return chosen.used[0].hops
        is_received = (
            chosen.used[0].attributes.source is RouteSource.BGP
        )  # a leaked route's ways on hang on the prefix, too
        if is_received and chosen.keys in self._hops:
            return self._hops[chosen.keys]
        found = tuple(hop for item in chosen.used for hop in item.hops)
        if is_received:
            self._hops[chosen.keys] = found
        return found

    def suppressed(self, node: int, prefix: Prefix) -> bool:
        """Return whether a node keeps a prefix to itself because an aggregate stands in for it."""
        return self._origins.suppressed(node, prefix)

    def _first(self, prefix: Prefix, firsts: dict[int, Prefix], surviving: Surviving) -> Prefix:
        """Return what a prefix's state is read off from: the first of its class that the state spares, which may be itself."""
        found = self.destinations.get(prefix)
        return firsts.setdefault(found.number, prefix) if found is not None and found.is_spared(surviving) else prefix

    def _read_off(
        self, state: PrefixState, first: Prefix, prefix: Prefix, base: PrefixState | None = None
    ) -> PrefixState:
        return read_off(state, self.destinations[first], self.destinations[prefix], base)

    def _settle(self, prefix: Prefix, surviving: Surviving, settled: Mapping[Prefix, PrefixState]) -> PrefixState:
        state = PrefixState()
        dirty: list[int] = []
        for node in self._origins.possible(prefix):
            candidate = self._origins.originate(node, prefix, surviving, settled)
            if candidate is not None:
                state.put(node, ORIGINATED, candidate)
                dirty.append(node)
        self._process.settle(prefix, state, dirty, surviving)
        state.compact()
        return state

    def _undecided(self, prefix: Prefix, state: PrefixState, surviving: Surviving) -> frozenset[int]:
        """Return the nodes that might choose otherwise than they did."""
        if not self.advertisements.is_contested(prefix):
            return frozenset()
        offers = ((node, state.offers(node).get(ORIGINATED)) for node in self._origins.possible(prefix))
        search = Outcomes(self.topology, self.advertisements, self._process, surviving)
        return search.undecided(prefix, {node: own for node, own in offers if own is not None})

    def under(self, surviving: Surviving, among: frozenset[Prefix] | None = None) -> dict[Prefix, PrefixState]:
        """Return views for exactly those prefixes whose routes a failure changes on some living node; NotSettledError.

        A node that merely lost some of several equal ways, over sessions that are dead, needs no view. `among`: of some prefixes
        only; None: of all. Where prefixes hang on each other, all are looked at.
        """
        if self.advertisements.contested:
            return self._anew(surviving)
        lost = self._lost(surviving)
        if among is not None and not self._origins.aggregating:
            lost = {prefix: nodes for prefix, nodes in lost.items() if prefix in among}
        views: dict[Prefix, PrefixState] = {}
        firsts: dict[int, Prefix] = {}
        aggregating = bool(self._origins.aggregating)  # then more specific prefixes come first
        for prefix in sorted(lost, key=most_specific_first) if aggregating else lost:
            first = self._first(prefix, firsts, surviving)
            if first == prefix:
                view = self._view(prefix, lost[prefix], surviving, views)
            else:
                view = self._read_off(views[first], first, prefix, self.base[prefix]) if first in views else None
            if view is not None:
                views[prefix] = view
        return {prefix: views[prefix] for prefix in sorted(views, key=most_specific_first)}

    def _several_outcomes(self, node: int, prefix: Prefix) -> Reason:
        return because("several_outcomes", prefix=prefix, vrf=table_named(self.topology.nodes[node][1]))

    def _anew(self, surviving: Surviving) -> dict[Prefix, PrefixState]:
        """Return the same, every prefix settled anew: where routes may settle in several ways, what is left of those before is no
        guide; NotSettledError also if they may."""
        found: dict[Prefix, PrefixState] = {}
        for prefix in self.prefixes:
            state = self._settle(prefix, surviving, found)
            for node in self._undecided(prefix, state, surviving):
                raise NotSettledError(prefix, self._several_outcomes(node, prefix))
            base = self.base[prefix]
            living = (node for node in state.selected.keys() | base.selected.keys() if node not in surviving.lost_nodes)
            state.changed = frozenset(node for node in living if self._differs(base.choice(node), state.choice(node)))
            state.changed |= {
                node
                for node in surviving.nodes_with_lost_route
                if surviving.local(node, prefix) != self.topology.local[node].get(prefix)
            }
            found[prefix] = state
        for node, reason in unsure_nodes(self.topology, self.advertisements, surviving, found):
            raise NotSettledError(min(self.topology.local[node], default=self.prefixes[0]), reason)
        return {
            prefix: state
            for prefix, state in found.items()
            if state.changed or state.selected != self.base[prefix].selected
        }

    def _lost(self, surviving: Surviving) -> dict[Prefix, set[int]]:
        """Return the living nodes that lost something, by prefix."""
        lost: dict[Prefix, set[int]] = {}
        for number in surviving.lost_sessions:
            receiver = self.topology.sessions[number].receiver
            if receiver not in surviving.lost_nodes:
                for prefix in self.by_session.get(number, ()):
                    lost.setdefault(prefix, set()).add(receiver)
        for node in surviving.nodes_with_lost_route:
            for prefix, route in self.topology.local[node].items():
                if surviving.local(node, prefix) != route:
                    lost.setdefault(prefix, set()).add(node)
        if self._origins.aggregating:
            for prefix in self.prefixes:
                lost.setdefault(prefix, set())
        return lost

    def _view(
        self, prefix: Prefix, nodes: set[int], surviving: Surviving, views: dict[Prefix, PrefixState]
    ) -> PrefixState | None:
        """Return how a prefix is routed under a failure, None if nobody notices."""
        local = self.topology.local
        touched = {n for n in nodes if prefix in local[n] and surviving.local(n, prefix) != local[n][prefix]}
        base = self.base[prefix]
        if (
            len(nodes) == 1
            and not touched
            and not self._origins.aggregating
            and self._goes_on(prefix, min(nodes), surviving)
        ):
            return None
        view = PrefixState(base=base)
        settled = ChainMap(views, self.base)
        dirty = {node for node in nodes if self._lost_session(view, node, surviving)}
        aggregating = self._origins.aggregating
        for node in chain(
            touched, (n for n in self._origins.possible(prefix) if n in aggregating and n not in touched)
        ):
            if node not in surviving.lost_nodes:
                after = self._origins.originate(node, prefix, surviving, settled)
                if view.offers(node).get(ORIGINATED) != after:
                    view.put(node, ORIGINATED, after)
                    dirty.add(node)
        if not dirty and not touched:
            return None
        dirty |= self._process.withdraw(prefix, view, dirty, surviving)
        self._process.settle(prefix, view, sorted(dirty), surviving)
        view.changed = frozenset(
            touched.union(n for n, chosen in view.selected.items() if self._differs(base.choice(n), chosen))
        )
        is_noticed = view.changed or any(_lost_more(base.choice(n), c, surviving) for n, c in view.selected.items())
        return view if is_noticed else None

    def _goes_on(self, prefix: Prefix, node: int, surviving: Surviving) -> bool:
        """Return whether a node merely goes on with what is left of several equal ways, and nobody it tells can care."""
        base = self.base[prefix]
        chosen = base.choice(node)
        if self._process.leaks(node):
            return False
        if chosen is None or (
            node in base.candidates and sum(1 for _ in contending(base, node, base.offers(node))) != len(chosen.keys)
        ):
            return False
        dead = surviving.lost_sessions
        left = [item for key, item in zip(chosen.keys, chosen.used, strict=True) if key[0] != "s" or key[1] not in dead]
        if not left or self._advertises_else(chosen.used[0], left[0]):
            return False
        return left[0] is chosen.used[0] or self._nobody_cares(prefix, node, left[0], surviving)

    def _nobody_cares(self, prefix: Prefix, node: int, best: Candidate, surviving: Surviving) -> bool:
        """Return whether everybody whom a node tells of a path has something better, and nothing from this node."""
        base = self.base[prefix]
        for group in self.advertisements.groups(node, prefix):
            bound = group.best_grade(best)
            for session in group.advertised(prefix):
                held = base.choice(session.receiver)
                if session.number in surviving.lost_sessions:
                    continue
                if base.is_offered(session.receiver, ("s", session.number)) or held is None or grade_of(held) >= bound:
                    return False
        return True

    def _lost_session(self, view: PrefixState, node: int, surviving: Surviving) -> bool:
        """Return whether a node has to choose anew: not if what it uses first is left, and nothing can take a lost place."""
        rivals = tuple(contending(view, node, view.offers(node)))
        if surviving.lost_sessions.isdisjoint(rivals):
            return False
        chosen = view.choice(node)
        if chosen is None or len(rivals) != len(chosen.keys) or self._process.leaks(node):
            return True
        kind, number = chosen.keys[0]
        return kind != "s" or number in surviving.lost_sessions

    def _differs(self, before: Selected | None, after: Selected | None) -> bool:
        """Return whether a node sends packets where it sent none before, or tells other than it did."""
        if before is None or after is None:
            return before is not after
        ways = dict(zip(before.keys, before.used, strict=True))
        for key, item in zip(after.keys, after.used, strict=True):
            # a leaked route keeps its key when the one that it was leaked from takes another way
            if key not in ways or ways[key].hops != item.hops:
                return True
        return self._advertises_else(before.used[0], after.used[0])

    def _advertises_else(self, one: Candidate, other: Candidate) -> bool:
        """Return whether what follows from a path differs from what follows from another one."""
        if one is other:
            return False
        mine, theirs = one.attributes, other.attributes
        if one._replace(attributes=mine._replace(as_path=()), hops=(), neighbor=0) != other._replace(
            attributes=theirs._replace(as_path=()), hops=(), neighbor=0
        ):
            return True
        paths = (mine.as_path, theirs.as_path)
        if self.advertisements.reads_paths:
            return paths[0] != paths[1]
        return paths[0] != paths[1] and self.stubs.occurring(paths[0]) != self.stubs.occurring(paths[1])


def _lost_more(before: Selected | None, after: Selected | None, surviving: Surviving) -> bool:
    """Return whether a node lost ways other than those over dead sessions."""
    lost = set(() if before is None else before.keys) - set(() if after is None else after.keys)
    return any(kind != "s" or number not in surviving.lost_sessions for kind, number in lost)
