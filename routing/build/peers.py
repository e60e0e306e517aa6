"""What one attachment may send to and hear from, by peer prefix: from policy and address plan to `Peer` values.

The one idea: all peer prefixes of an attachment form a laminar family (prefixes nest or are disjoint), so the exact meaning
of every prefix, minus its more specific ones, is one pair of service sets: what the attachment may start towards it, and what
it may start towards the attachment. Access lists and route filters are both printed from this list, most specific first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intents.policy import Effect, Endpoint, OrganisationEndpoint, Policy, Rule, endpoint_key
from intents.prefix import Family, Prefix, PrefixIndex
from intents.service import ServiceSet, united
from ipam.address_plan import AddressPlan
from ipam.endpoints import Resolver

Membership = frozenset[Endpoint]
"""The endpoints of the policy that an attachment belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One peer prefix: sessions that the attachment may start there (`forward`), sessions that may be started from there
    (`backward`), the longest route length in use below it, and the rules that say so (forbids included)."""

    prefix: Prefix
    forward: ServiceSet
    backward: ServiceSet
    longest: int
    rules: tuple[Rule, ...]

    @property
    def talks(self) -> bool:
        """Return whether any session is permitted in either direction."""
        return bool(self.forward or self.backward)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """One rule as seen from a member: peer prefixes, holes in them, and the direction."""

    rule: Rule
    starts: bool
    prefixes: PrefixIndex
    holes: PrefixIndex

    def covers(self, prefix: Prefix) -> bool:
        return self.prefixes.nearest(prefix) is not None and self.holes.nearest(prefix) is None


class Reachability:
    """Answers for every membership, computed once for each (members of one class share theirs)."""

    def __init__(self, policy: Policy, plan: AddressPlan, resolver: Resolver) -> None:
        self._resolver = resolver
        self._by_source: dict[Endpoint, list[Rule]] = {}
        self._by_destination: dict[Endpoint, list[Rule]] = {}
        for rule in policy.rules:
            self._by_source.setdefault(rule.source, []).append(rule)
            self._by_destination.setdefault(rule.destination, []).append(rule)
        self._slots = {pool.prefix: pool.slot for pool in plan.pools}
        self._lists: list[tuple[Peer, ...]] = []
        self._by_content: dict[tuple[Peer, ...], int] = {}
        self._by_membership: dict[tuple[Membership, Family], int] = {}
        self._named: dict[Membership, Membership] = {}
        self._rules: dict[tuple[Membership, frozenset[Family]], tuple[Rule, ...]] = {}

    @property
    def endpoints(self) -> Iterable[Endpoint]:
        """Return every endpoint that some rule names."""
        return self._by_source.keys() | self._by_destination.keys()

    def peers(self, membership: Membership, family: Family) -> tuple[Peer, ...]:
        """Return the peers of a membership, every prefix after the more specific ones inside it."""
        return self._lists[self.number_of_peers(membership, family)]

    def number_of_peers(self, membership: Membership, family: Family) -> int:
        """Return the number of a membership's list of peers; equal lists have the same one."""
        key = (self._deciding(membership), family)
        if key not in self._by_membership:
            found = self._compute(*key)
            if found not in self._by_content:
                self._by_content[found] = len(self._lists)
                self._lists.append(found)
            self._by_membership[key] = self._by_content[found]
        return self._by_membership[key]

    def rules(self, membership: Membership, families: frozenset[Family]) -> tuple[Rule, ...]:
        """Return every rule that some peer of a membership comes from, in the order of peers."""
        key = (self._deciding(membership), families)
        if key not in self._rules:
            found = (
                rule for family in sorted(families) for peer in self.peers(membership, family) for rule in peer.rules
            )
            self._rules[key] = tuple(dict.fromkeys(found))
        return self._rules[key]

    def _deciding(self, membership: Membership) -> Membership:
        """Return the endpoints of a membership that its peers depend on: those that rules name.

        All, if a rule means the member's own organisation.
        """
        if membership not in self._named:
            named = frozenset(item for item in membership if item in self._by_source or item in self._by_destination)
            rules = (
                rule for item in named for rule in (*self._by_source.get(item, ()), *self._by_destination.get(item, ()))
            )
            self._named[membership] = membership if any(rule.same_organisation for rule in rules) else named
        return self._named[membership]

    def _compute(self, membership: Membership, family: Family) -> tuple[Peer, ...]:
        nodes: set[Prefix] = set()
        reaches = tuple(self._reaches(membership, family, nodes))
        ordered = sorted(nodes, key=lambda item: (-item.length, item.network))
        return _without_repeats(tuple(_peer(node, reaches, self._slots) for node in ordered))

    def _reaches(self, membership: Membership, family: Family, nodes: set[Prefix]) -> Iterable[_Reach]:
        """Yield what each rule says of a member, and put the prefixes that it names into `nodes`."""
        for starts, index in ((True, self._by_source), (False, self._by_destination)):
            for endpoint in sorted(membership, key=endpoint_key):
                for rule in index.get(endpoint, ()) if self._resolver.prefixes(endpoint, family) else ():
                    other = self._other_side(rule, starts, membership)
                    prefixes = self._resolver.prefixes(other, family)
                    holes = self._resolver.excluded(other, family)
                    nodes.update(prefixes, holes)
                    yield _Reach(rule=rule, starts=starts, prefixes=PrefixIndex(prefixes), holes=PrefixIndex(holes))

    def _other_side(self, rule: Rule, starts: bool, membership: Membership) -> Endpoint:
        if rule.same_organisation:
            return next(item for item in membership if isinstance(item, OrganisationEndpoint))
        return rule.destination if starts else rule.source


def _peer(node: Prefix, reaches: tuple[_Reach, ...], slots: Mapping[Prefix, int]) -> Peer:
    touching = tuple(reach for reach in reaches if reach.covers(node))
    return Peer(
        prefix=node,
        forward=_allowed(reach.rule for reach in touching if reach.starts),
        backward=_allowed(reach.rule for reach in touching if not reach.starts),
        longest=slots.get(node, node.length),
        rules=tuple(dict.fromkeys(reach.rule for reach in touching)),
    )


def _allowed(rules: Iterable[Rule]) -> ServiceSet:
    every = tuple(rules)
    permitted, forbidden = (united(item.service for item in every if item.effect is effect) for effect in Effect)
    return permitted - forbidden


def _without_repeats(peers: tuple[Peer, ...]) -> tuple[Peer, ...]:
    """Drop a prefix whose nearest covering prefix says exactly the same, and one that says nothing and is covered by none."""
    kept: list[Peer] = []
    parents = Covers(peers)
    for peer in peers:
        parent = parents.of(peer)
        if parent is None:
            if peer.talks:
                kept.append(peer)
        elif (parent.forward, parent.backward) != (peer.forward, peer.backward):
            kept.append(peer)
    return tuple(kept)


class Covers:
    """The peers of one list, by what covers them."""

    def __init__(self, peers: Iterable[Peer]) -> None:
        self._peers = {peer.prefix: peer for peer in peers}
        self._index = PrefixIndex(self._peers)

    def of(self, peer: Peer) -> Peer | None:
        """Return the peer with the nearest covering prefix, or None."""
        above = self._index.above(peer.prefix)
        return None if above is None else self._peers[above]
