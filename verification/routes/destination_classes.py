"""Destinations that are routed alike: one of each class is settled, the others' routes are read off it.

Turns a `Topology` into a `Destination` for each prefix that only stubs originate. The one idea (that of Bonsai, SIGCOMM 2018,
kept exact): what all other nodes make of such a prefix follows from its entries, which is what its stubs' sessions bring in,
and from which route filters permit it. If two prefixes enter at the same nodes with the same attributes and meet the same
filters, every state of one is that of the other, with its own sessions, next hops and ASs in the place of the first one's.

Renaming must not change a choice: an AS is renamed only if nothing between other nodes names it, and neighbours' addresses, which
break ties, have to stand in the same order among all others. Where an address is heard in two sessions, anything is
aggregated, or a policy asks for ASs of a path, there are no classes (ADR 27).
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from intents.prefix import Family, Prefix
from verification.routes.adjacency import Session
from verification.routes.advertisements import Advertisements
from verification.routes.best_path import ORIGINATED, Candidate, CandidateKey, Selected
from verification.routes.origination import Origins
from verification.routes.rib import PrefixState
from verification.routes.route_filters import Filter, PathAttributes, RuleTable
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology, grouped


class Ingress(NamedTuple):
    """What one session of a stub brings in: its receiver, its number, and the offer that the receiver makes of it."""

    receiver: int
    session: int
    offer: Candidate


@dataclass(frozen=True, slots=True)
class Destination:
    """A prefix that only stubs originate, and its class, by number.

    `origins`: what each stub originates; `entries` in the order in which they are told; `asns`: those ASs of their paths that
    nothing else names, in the order in which they occur.
    """

    number: int
    origins: Mapping[int, Candidate]
    entries: tuple[Ingress, ...]
    asns: tuple[int, ...]

    def is_spared(self, surviving: Surviving) -> bool:
        """Return whether all that enters is what enters in the whole network."""
        sessions = (item.session for item in self.entries)
        return surviving.lost_sessions.isdisjoint(sessions) and surviving.nodes_with_lost_route.isdisjoint(self.origins)


def find_destinations(
    topology: Topology, advertisements: Advertisements, origins: Origins, whole: Surviving
) -> dict[Prefix, Destination]:
    """Return the prefixes that share their class with others; `whole`: everything alive."""
    stubs = advertisements.stubs.settled
    inner = [item for item in topology.sessions if item.sender not in stubs and item.receiver not in stubs]
    if origins.aggregating or advertisements.reads_paths or _is_doubled(topology):
        return {}
    filters = _filters_between(topology, advertisements, inner)
    beside = _beside(topology, inner)
    named = _named(inner, filters)
    entering = _entering(advertisements, origins, whole)
    keys: dict[Prefix, Hashable] = {}
    asns: dict[Prefix, tuple[int, ...]] = {}
    for prefix, (_, entries) in entering.items():
        asns[prefix] = tuple(
            dict.fromkeys(asn for item in entries for asn in item.offer.attributes.as_path if asn not in named)
        )
        watched = tuple(asn in advertisements.stubs.asns for asn in asns[prefix])
        order = [beside.get((item.receiver, prefix.family), []) for item in entries]
        keys[prefix] = (prefix.family, watched, _shape(entries, asns[prefix], order))
    permitted = _permitting(dict.fromkeys(table for item in filters for table in item.tables()), _shared(keys))
    numbers: dict[Hashable, int] = {}
    classes = _shared({prefix: (keys[prefix], found) for prefix, found in permitted.items()})
    return {
        prefix: Destination(numbers.setdefault(key, len(numbers)), *entering[prefix], asns[prefix])
        for prefix, key in classes.items()
    }


def _is_doubled(topology: Topology) -> bool:
    """Return whether an address is a neighbour's in two sessions."""
    return len({(item.family, item.next_hop) for item in topology.sessions}) != len(topology.sessions)


def _beside(topology: Topology, inner: Iterable[Session]) -> dict[tuple[int, Family], list[int]]:
    """Return the neighbours whose offers may stand beside a node's: its own ones, and those of nodes that leak where it does."""
    sources = grouped((leak.target, leak.source) for leak in topology.leaks)
    rivals: dict[int, set[int]] = {}
    for leak in topology.leaks:
        rivals.setdefault(leak.source, set()).update(sources[leak.target])
    found: dict[tuple[int, Family], list[int]] = {}
    for item in inner:
        for node in rivals.get(item.receiver, set()) | {item.receiver}:
            found.setdefault((node, item.family), []).append(item.next_hop)
    return {key: sorted(neighbors) for key, neighbors in found.items()}


def _filters_between(topology: Topology, advertisements: Advertisements, inner: Iterable[Session]) -> list[Filter]:
    """Return the filters that routes pass between nodes that are no stubs."""
    groups = {group.number: group for group in (advertisements.group_of[item.number] for item in inner)}
    found = [item for group in groups.values() for item in (*group.exports, *group.imports)]
    for leak in topology.leaks:
        maps = [item for item in (leak.import_map, leak.export_map) if item is not None]
        found += advertisements.named(topology.nodes[leak.target][0], maps)
    return found


def _named(inner: Iterable[Session], filters: Iterable[Filter]) -> frozenset[int]:
    """Return the ASs that sessions between nodes that are no stubs, or filters there, look for or put in a path."""
    found: set[int] = set()
    for item in inner:
        own = item.accept.local_as
        found |= {item.accept.remote_as, item.sender_asn, *item.sender_path, *item.loop_asns}
        found |= set() if own is None else {own.asn}
    return frozenset(found.union(*(item.prepends for item in filters)))


def _entering(
    advertisements: Advertisements, origins: Origins, whole: Surviving
) -> dict[Prefix, tuple[dict[int, Candidate], tuple[Ingress, ...]]]:
    """Return, for the prefixes that stubs and nobody else have, who originates them and what enters."""
    settling: dict[Prefix, set[int]] = {}
    for node, prefixes in advertisements.stubs.settled.items():
        for prefix in prefixes:
            settling.setdefault(prefix, set()).add(node)
    found: dict[Prefix, tuple[dict[int, Candidate], tuple[Ingress, ...]]] = {}
    for prefix in origins.prefixes:
        nodes = list(origins.possible(prefix))
        if settling.get(prefix, set()) == set(nodes):
            own = {node: origins.originate(node, prefix, whole, {}) for node in nodes}
            originated = {node: item for node, item in own.items() if item is not None}
            entries = _entries(prefix, advertisements, originated, whole) if len(originated) == len(own) else ()
            if entries:
                found[prefix] = (originated, entries)
    return found


def _entries(
    prefix: Prefix, advertisements: Advertisements, origins: Mapping[int, Candidate], whole: Surviving
) -> tuple[Ingress, ...]:
    """Return what enters, in the order in which it is told; nothing if one of the stubs tells another one."""
    found: list[Ingress] = []
    for node, own in origins.items():
        for group in advertisements.groups(node, prefix):
            if prefix in group.stubs:
                return ()
            sent = advertisements.sent(group, prefix, own)
            offers = (
                ()
                if sent is None
                else [(item, advertisements.received(item, sent, whole.next_hops)) for item in group.always]
            )
            found += [Ingress(item.receiver, item.number, offer) for item, offer in offers if offer is not None]
    return tuple(found)


def _shape(entries: tuple[Ingress, ...], asns: tuple[int, ...], beside: Iterable[list[int]]) -> Hashable:
    """Return what two prefixes' entries have in common if one can be renamed to the other.

    `beside`: for each entry, the neighbours that its own may be compared with, in their order.
    """
    renamed = {asn: -1 - index for index, asn in enumerate(asns)}
    shape = tuple(
        (
            receiver,
            offer.attributes._replace(as_path=tuple(renamed.get(asn, asn) for asn in offer.attributes.as_path)),
            bisect(order, offer.neighbor),
        )
        for (receiver, _, offer), order in zip(entries, beside, strict=True)
    )
    return (shape, tuple(sorted(range(len(entries)), key=lambda place: entries[place].offer.neighbor)))


def _shared(keys: Mapping[Prefix, Hashable]) -> dict[Prefix, Hashable]:
    """Return the keys that more than one prefix has."""
    first: dict[Hashable, Prefix] = {}
    several = {key for prefix, key in keys.items() if first.setdefault(key, prefix) != prefix}
    return {prefix: key for prefix, key in keys.items() if key in several}


def _permitting(tables: Iterable[RuleTable], prefixes: Iterable[Prefix]) -> dict[Prefix, tuple[int, ...]]:
    """Return which tables permit each prefix, by number."""
    found: dict[Prefix, list[int]] = {prefix: [] for prefix in prefixes}
    for number, table in enumerate(tables):
        exact = table.exact
        for prefix in found.keys() & exact if exact is not None else filter(table.accepts, found):
            found[prefix].append(number)
    return {prefix: tuple(numbers) for prefix, numbers in found.items()}


def read_off(state: PrefixState, like: Destination, mine: Destination, base: PrefixState | None) -> PrefixState:
    """Return the state of a destination, given the same state (whole, or a view; `base` is then mine) of one of its class."""
    renaming = _Renaming(like, mine)
    origins = {} if base is not None else {node: Selected((own,), (ORIGINATED,)) for node, own in mine.origins.items()}
    return PrefixState(
        candidates={
            node: {renaming.key(key): renaming.candidate(key, item) for key, item in offers.items()}
            for node, offers in state.candidates.items()
            if node not in like.origins
        },
        selected={
            **origins,
            **{node: renaming.selected(chosen) for node, chosen in state.selected.items() if node not in like.origins},
        },
        base=base,
        changed=state.changed,
    )


class _Renaming:
    """One destination's sessions, ASs, next hops and neighbours by those of another one of its class."""

    def __init__(self, like: Destination, mine: Destination) -> None:
        pairs = list(zip(like.entries, mine.entries, strict=True))
        self._entries = {("s", one.session): other for one, other in pairs}
        self._asns = dict(zip(like.asns, mine.asns, strict=True))
        self._hops = {
            hop: other_hop
            for one, other in pairs
            for hop, other_hop in zip(one.offer.hops, other.offer.hops, strict=True)
        }
        self._neighbors = {one.offer.neighbor: other.offer.neighbor for one, other in pairs}
        self._attributes: dict[PathAttributes, PathAttributes] = {}

    def key(self, key: CandidateKey) -> CandidateKey:
        """Return the name of an offer."""
        entry = self._entries.get(key)
        return key if entry is None else ("s", entry.session)

    def candidate(self, key: CandidateKey, item: Candidate) -> Candidate:
        """Return an offer; next hops and neighbours are those of an entry, or were leaked from it."""
        entry = self._entries.get(key)
        if entry is not None:
            return entry.offer
        attributes = self._attributes.get(item.attributes)
        if attributes is None:
            attributes = self._renamed(item.attributes)
            self._attributes[item.attributes] = attributes
        if key[0] == "s":
            return item._replace(attributes=attributes)
        hops = tuple(self._hops.get(hop, hop) for hop in item.hops)
        return item._replace(
            attributes=attributes, hops=hops, neighbor=self._neighbors.get(item.neighbor, item.neighbor)
        )

    def selected(self, chosen: Selected | None) -> Selected | None:
        """Return a choice."""
        if chosen is None:
            return None
        used = tuple(map(self.candidate, chosen.keys, chosen.used))
        keys = chosen.keys if self._entries.keys().isdisjoint(chosen.keys) else tuple(map(self.key, chosen.keys))
        return Selected(used, keys)

    def _renamed(self, item: PathAttributes) -> PathAttributes:
        path = tuple(self._asns.get(asn, asn) for asn in item.as_path)
        return item._replace(as_path=path)
