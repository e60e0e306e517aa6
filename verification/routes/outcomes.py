"""Whether routes could settle otherwise than they did: where local preferences or internal sessions stand (RFC 4264, RFC 3345).

Turns what nodes originate for a prefix into the nodes whose choice is not the only possible one. The one idea: a node is decided
once what decided neighbours tell it beats all that the others might ever tell, whatever they choose; if that decides every node,
there is one outcome, and every order of messages leads to it (docs/adr/0034). What others might tell is bounded by its grade
first, and listed path by path where that is not enough; both only ever say too much, so a node may be called open that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from intents.prefix import Prefix
from verification.routes.advertisements import Advertisements
from verification.routes.best_path import (
    ORIGINATED,
    Candidate,
    CandidateKey,
    Grade,
    Offer,
    Selected,
    contenders,
    grade,
    order_matters,
    surely_better,
    wins_in_any_order,
)
from verification.routes.decision_process import DecisionProcess
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology

MOST_PATHS = 20_000
"""Offers listed for one prefix; where there are more, the nodes left are open."""


class Outcomes:
    """What could become of one prefix, given who originates it."""

    def __init__(
        self, topology: Topology, advertisements: Advertisements, process: DecisionProcess, surviving: Surviving
    ) -> None:
        self._topology = topology
        self._advertisements = advertisements
        self._process = process
        self._surviving = surviving

    def undecided(self, prefix: Prefix, origins: Mapping[int, Candidate]) -> frozenset[int]:
        """Return the nodes that might choose otherwise, whatever they chose."""
        search = _Search(self._topology, self._advertisements, self._process, self._surviving, prefix)
        for node, own in origins.items():
            search.certain[node][ORIGINATED] = own
        while search.decide(search.bounded) or search.decide(search.listed):
            pass
        return frozenset(search.left)


class _Search:
    """Decided nodes grow, one after the other; `certain` is what they tell each node, `loose` what they tell it perhaps."""

    def __init__(
        self,
        topology: Topology,
        advertisements: Advertisements,
        process: DecisionProcess,
        surviving: Surviving,
        prefix: Prefix,
    ) -> None:
        nodes = range(len(topology.nodes))
        self._topology = topology
        self._advertisements = advertisements
        self._process = process
        self._surviving = surviving
        self._prefix = prefix
        self.left = set(nodes) - surviving.lost_nodes
        self.certain: list[dict[CandidateKey, Candidate]] = [{} for _ in nodes]
        self._loose: list[set[Offer]] = [set() for _ in nodes]
        self._lengths: dict[int, int] = {}

    def decide(self, decidable: Callable[[], Iterable[int]]) -> bool:
        """Decide every node that can be decided in one way; return whether there was one."""
        found = list(decidable())
        for node in found:
            self.left.discard(node)
            self._tell(node)
        return bool(found)

    def bounded(self) -> Iterator[int]:
        """Yield the nodes that nobody undecided can tell anything as good as what they have."""
        self._lengths = self._shortest()
        for node in sorted(self.left):
            offers = self.certain[node]
            bounds = list(self._bounds(node))
            best = min((grade(key, item) for key, item in offers.items()), default=None)
            is_above = not bounds or (best is not None and best < min(bounds))
            if is_above and not self._stands_against(node, self._loose[node], offers) and self._is_ordered(node):
                yield node

    def listed(self) -> Iterator[int]:
        """Yield the nodes that no path over undecided ones can bring anything as good as what they have."""
        offers = self._paths()
        if offers is None:
            return
        for node in sorted(self.left):
            if not self._stands_against(node, offers[node], self.certain[node]) and self._is_ordered(node):
                yield node

    def _is_ordered(self, node: int) -> bool:
        """Return whether what a node chooses of what it is certainly told hangs on no order of arrival."""
        offers = self.certain[node]
        chosen = self._process.choose(offers)
        if chosen is None:
            return True
        groups = self._groups_metrics(node)
        ages = {key for key, _ in contenders(offers)}
        is_steady = groups or not order_matters(offers.items()) or wins_in_any_order(tuple(offers.items()))
        return ages <= set(chosen.keys) and is_steady

    def _groups_metrics(self, node: int) -> bool:
        """Return whether a node compares metrics AS by AS, by itself or because its text says so (IOS-DEC-05)."""
        instance = self._topology.instances.get(node)
        return self._topology.rules[node].groups_metrics or (instance is not None and instance.deterministic_med)

    def _tell(self, node: int) -> None:
        """Note what a decided node tells: what it tells whatever came first is certain, the rest loose."""
        chosen = self._process.choose(self.certain[node])
        if chosen is None:
            return
        told: dict[tuple[int, CandidateKey], set[Candidate | None]] = {}
        for alternative in self._alternatives(chosen):
            for key, receiver, offer in self._process.told(self._prefix, node, alternative, self._surviving):
                told.setdefault((receiver, key), set()).add(offer)
        for (receiver, key), offers in told.items():
            found = [item for item in offers if item is not None]
            if len(offers) == 1 and found:
                self.certain[receiver][key] = found[0]
            else:
                self._loose[receiver] |= {(key, item) for item in found}

    def _alternatives(self, chosen: Selected) -> Iterator[Selected]:
        """Yield a choice with each of its equally good paths in front: told is the one that came first."""
        for place in range(len(chosen.used)):
            order = [place, *(other for other in range(len(chosen.used)) if other != place)]
            yield Selected(tuple(chosen.used[i] for i in order), tuple(chosen.keys[i] for i in order))

    def _stands_against(self, node: int, offers: Iterable[Offer], certain: Mapping[CandidateKey, Candidate]) -> bool:
        """Return whether one of the offers might be used beside what is certain, or instead."""
        every = [*certain.items(), *offers]
        groups = self._groups_metrics(node)
        return any(
            not any(surely_better(better, (key, item), every, groups=groups) for better in certain.items())
            for key, item in offers
        )

    def _bounds(self, node: int) -> Iterator[Grade]:
        """Yield the best grades that offers of undecided nodes can have."""
        for session in self._process.hears(node, self._prefix):
            if session.sender in self.left and session.number not in self._surviving.lost_sessions:
                group = self._advertisements.group_of[session.number]
                if group.passes(self._prefix) and session.sender in self._lengths:
                    yield group.bound(self._lengths[session.sender])
        for leak in self._process.leaks_to(node):
            if leak.source in self.left and leak.source in self._lengths:
                yield (False, -(1 << 32), 0, 0)

    def _shortest(self) -> dict[int, int]:
        """Return the fewest ASs that the path of each undecided node can have; those that can have none are not there."""
        found = {
            node: min(len(item.attributes.as_path) for _, item in chain(self.certain[node].items(), self._loose[node]))
            for node in self.left
            if self.certain[node] or self._loose[node]
        }
        queue = sorted(found, key=lambda node: found[node])
        while queue:
            node = queue.pop(0)
            reached = [
                (session.receiver, group.shortest(found[node]))
                for group in self._advertisements.groups(node, self._prefix)
                for session in group.advertised(self._prefix)
                if session.number not in self._surviving.lost_sessions
            ]
            reached += [(leak.target, found[node]) for leak in self._process.leaks_from(node)]
            for receiver, length in reached:
                if receiver in self.left and length < found.get(receiver, length + 1):
                    found[receiver] = length
                    queue.append(receiver)
        return found

    def _paths(self) -> list[set[Offer]] | None:
        """Return all that undecided nodes might be told by others, None if that is too much to list."""
        offers = [set(loose) for loose in self._loose]
        queue = [(node, offer) for node in self.left for offer in (*self.certain[node].items(), *self._loose[node])]
        count = 0
        while queue:
            node, (own, best) = queue.pop()
            if self._is_beaten(node, (own, best)):
                continue
            alone = Selected((best,), (own,))
            for key, receiver, offer in self._process.told(self._prefix, node, alone, self._surviving):
                if offer is None or receiver not in self.left or (key, offer) in offers[receiver]:
                    continue
                count += 1
                if count > MOST_PATHS:
                    return None
                offers[receiver].add((key, offer))
                queue.append((receiver, (key, offer)))
        return offers

    def _is_beaten(self, node: int, offer: Offer) -> bool:
        """Return whether a node never chooses an offer, by its grade alone: what else it hears may change the rest."""
        return any(grade(*better) < grade(*offer) for better in self.certain[node].items())
