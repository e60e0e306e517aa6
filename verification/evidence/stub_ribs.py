"""What stubs hear from their uplinks in one routing state, as sets of regions.

Turns a `Forwarding` into `AdjRibIn` values. The one idea: what an uplink offers is what its node has and its filters let
pass, two sets; so thousands of routes of thousands of stubs are a few set operations, and under a failure only nodes that
changed count.
What sets can't say (loops, a stub's own prefixes, regions inside regions) is told apart, to be asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from routing.model import RouteSource
from verification.evidence.address_index import AddressIndex, RegionSet
from verification.evidence.delivery import Deliveries
from verification.packets.bit_sets import bit, everything, nothing
from verification.routes.adjacency import Session
from verification.routes.control_plane import ControlPlane
from verification.routes.groups import Group
from verification.routes.rib import PrefixState
from verification.routes.route_filters import Filter

NO_REGIONS: RegionSet = nothing()
Chain = tuple[Family, tuple[Filter, ...], tuple[Filter, ...]]
"""The filters that a route of a family passes: the sender's, then the receiver's."""


@dataclass(slots=True)
class LocRib:
    """What one node tells about, by region: `has` a route that it tells; `learned` that by BGP; `delivers` packets to its owner.

    A view has `base`, and replaces what it says of `changed` regions; `turned` are those whose path holds ASs of other stubs.
    """

    has: RegionSet = NO_REGIONS
    learned: RegionSet = NO_REGIONS
    delivers: RegionSet = NO_REGIONS
    base: LocRib | None = None
    changed: RegionSet = NO_REGIONS
    turned: RegionSet = NO_REGIONS


@dataclass(frozen=True, slots=True)
class AdjRibIn:
    """What a stub hears: regions offered by some uplink, offered by one that does not deliver them, and to be asked singly."""

    offered: RegionSet
    misrouted: RegionSet
    singly: RegionSet


@dataclass(frozen=True, slots=True)
class Uplinks:
    """What no failure changes about stubs: the groups of sessions that they hear, by number, with their members; the nodes that
    tell them, and the groups at each; each stub's own regions."""

    groups: Mapping[int, Group]
    members: Mapping[int, tuple[int, ...]]
    nodes: frozenset[int]
    at: Mapping[int, tuple[Group, ...]]
    own: Mapping[int, RegionSet]


def find_uplinks(address_index: AddressIndex, plane: ControlPlane) -> Uplinks:
    """Return what stubs hear from, read off the sessions."""
    groups: dict[int, Group] = {}
    members: dict[int, list[int]] = {}
    for node, sessions in plane.stubs.receives.items():
        for session in sessions:
            group = plane.advertisements.group_of[session.number]
            groups[group.number] = group
            members.setdefault(group.number, []).append(node)
    at: dict[int, tuple[Group, ...]] = {}
    for number in sorted(groups):
        sender = groups[number].first.sender
        at[sender] = (*at.get(sender, ()), groups[number])
    return Uplinks(
        groups=groups,
        at=at,
        members={number: tuple(found) for number, found in members.items()},
        nodes=frozenset(at),
        own={
            node: address_index.set_of([prefix for prefix in settled if prefix in address_index.number])
            for node, settled in plane.stubs.settled.items()
        },
    )


class StubRibs:
    """All that stubs hear in one state; a view of the whole network's under a failure."""

    def __init__(self, address_index: AddressIndex, deliveries: Deliveries, base: StubRibs | None = None) -> None:
        self.address_index = address_index
        self.state = deliveries.state
        self.plane = self.state.control_plane
        self.base = base
        self.deliveries = deliveries
        self._offered: dict[int, RegionSet] = {}
        self._told: dict[int, LocRib] = {}
        self.paths: dict[int, set[int]] = {}
        """By AS of a stub, the regions whose path from some uplink holds it (of a view: those that changed)."""
        self.touched: RegionSet = NO_REGIONS
        """The regions that any node's routes differ for from the whole network's."""
        self.uplinks: Uplinks = find_uplinks(address_index, self.plane) if base is None else base.uplinks
        self.passing: dict[Chain, tuple[RegionSet, RegionSet]] = {} if base is None else base.passing
        """What is known of filters, which no failure changes: of which regions they were asked, and which can pass."""
        if base is None:
            self._advertise_all()
        else:
            self._advertise_changes(base)

    def advertised(self, node: int) -> LocRib:
        """Return what an uplink's node tells about."""
        if node not in self._told:
            self._told[node] = LocRib() if self.base is None else self.base.advertised(node)
        return self._told[node]

    def _advertise_all(self) -> None:
        for prefix, state in self.plane.base.items():
            for node in state.selected:
                if node in self.uplinks.nodes:
                    self._advertise(self.advertised(node), node, prefix, state)
        for region in self.address_index.owner:
            bit = self.address_index.bit(region)
            arriving = self.deliveries.at(region)
            for node in self.plane.base[region].selected:
                if node in self.uplinks.nodes and arriving.from_node(node):
                    self.advertised(node).delivers |= bit

    def _advertise(self, advertised: LocRib, node: int, prefix: Prefix, state: PrefixState) -> None:
        """Note what a node tells about a prefix."""
        bit = self.address_index.bit(prefix)
        chosen = state.choice(node)
        if chosen is None or self.plane.suppressed(node, prefix):
            return
        best = chosen.used[0].attributes
        advertised.has |= bit
        if best.source is RouteSource.BGP:
            advertised.learned |= bit
        for asn in self.plane.stubs.asns.intersection(best.as_path):
            self.paths.setdefault(asn, set()).add(self.address_index.number[prefix])

    def _advertise_changes(self, base: StubRibs) -> None:
        for prefix, view in self.state.views.items():
            bit = self.address_index.bit(prefix)
            for node in view.changed & self.uplinks.nodes:
                advertised = self._changing(base, node)
                advertised.changed |= bit
                advertised.has &= ~bit
                advertised.learned &= ~bit
                self._advertise(advertised, node, prefix, view)
                if self._turns(prefix, node, view):
                    advertised.turned |= bit
            for region in self.state.regions.inside.get(prefix, ()) if view.changed else ():
                self.touched |= self.address_index.bit(region)
                if region in self.address_index.owner:
                    self._deliver(base, region, view)

    def _changing(self, base: StubRibs, node: int) -> LocRib:
        advertised = self._told.get(node)
        if advertised is None or advertised.base is None:
            before = base.advertised(node)
            advertised = LocRib(has=before.has, learned=before.learned, delivers=before.delivers, base=before)
            self._told[node] = advertised
        return advertised

    def _turns(self, prefix: Prefix, node: int, view: PrefixState) -> bool:
        """Return whether stub ASs (any, if a policy asks for them) occur otherwise in a node's path than in the whole network."""
        before, after = self.plane.base[prefix].choice(node), view.choice(node)
        if before is None or after is None:
            return False
        paths = [item.used[0].attributes.as_path for item in (before, after)]
        if self.plane.advertisements.reads_paths:
            return paths[0] != paths[1]
        return self.plane.stubs.occurring(paths[0]) != self.plane.stubs.occurring(paths[1])

    def _deliver(self, base: StubRibs, region: Prefix, view: PrefixState) -> None:
        """Note which nodes deliver a region whose routes changed."""
        arriving = self.deliveries.at(region)
        bit = self.address_index.bit(region)
        changed = view.changed
        still = self.deliveries.arrive_still(region, changed, base.deliveries)
        nodes = changed if still else changed | self.plane.base[region].selected.keys()
        for node in (nodes & self.uplinks.nodes) - self.state.surviving.lost_nodes:
            advertised = base.advertised(node) if node not in self._told else self._told[node]
            good = arriving.from_node(node)
            if good != bool(advertised.delivers & bit):
                self._changing(base, node).delivers ^= bit

    def offered(self, group: Group) -> RegionSet:
        """Return the regions that a group's members are offered, their loop checks aside."""
        if group.number not in self._offered:
            self._offered[group.number] = self._offer(group)
        return self._offered[group.number]

    def _offer(self, group: Group) -> RegionSet:
        advertised = self.advertised(group.first.sender)
        if self.base is None:
            return self._pass_on(group, advertised, advertised.has)
        before = self.base.offered(group)
        if advertised.base is None:
            return before
        return before & ~advertised.changed | self._pass_on(group, advertised, advertised.has & advertised.changed)

    def _pass_on(self, group: Group, advertised: LocRib, regions: RegionSet) -> RegionSet:
        """Return those of some regions that a node tells of which a group's filters accept."""
        passing = self._passes(group, regions)
        if any(item.conditional for item in (*group.exports, *group.imports)):
            return self._singly(group, passing)
        found = (
            passing & advertised.learned if group.first.sender_path[0] == group.first.accept.remote_as else NO_REGIONS
        )
        return found | self._singly(group, passing & ~advertised.learned)

    def _singly(self, group: Group, regions: RegionSet) -> RegionSet:
        """Return those of some prefixes that a group's filters accept, asked one by one."""
        found = NO_REGIONS
        for prefix in self.address_index.members(regions):
            state = self.state.views.get(prefix) or self.plane.base[prefix]
            chosen = state.choice(group.first.sender)
            if chosen is not None and self.plane.advertisements.sent(group, prefix, chosen.used[0]) is not None:
                found |= self.address_index.bit(prefix)
        return found

    def _passes(self, group: Group, has: RegionSet) -> RegionSet:
        """Return those of some prefixes that can pass a group's filters, which are asked once for each prefix."""
        key = (group.family, group.exports, group.imports)
        asked, passing = self.passing.get(key, (NO_REGIONS, NO_REGIONS))
        for prefix in self.address_index.members(has & ~asked):
            if group.passes(prefix):
                passing |= self.address_index.bit(prefix)
        self.passing[key] = (asked | has, passing)
        return passing & has

    def received(self, node: int) -> AdjRibIn:
        """Return what a stub hears over the sessions that are alive."""
        offered = misrouted = singly = NO_REGIONS
        dead = self.state.surviving.lost_sessions
        for session in self.plane.stubs.receives[node]:
            if session.number in dead:
                continue
            group = self.plane.advertisements.group_of[session.number]
            advertised = self.advertised(session.sender)
            found = self.offered(group)
            offered |= found
            misrouted |= found & ~advertised.delivers
            singly |= self._looping(session, group)
        return AdjRibIn(offered, misrouted, (singly | self.address_index.nested) & offered | self.uplinks.own[node])

    def _looping(self, session: Session, group: Group) -> RegionSet:
        """Return the regions whose path holds an AS that the receiver takes for a loop."""
        prepended = frozenset(session.sender_path).union(*(item.prepends for item in group.exports))
        found = NO_REGIONS
        for asn in session.loop_asns:
            if asn in prepended:
                return everything()
            before = () if self.base is None else self.base.paths.get(asn, ())
            for number in (*before, *self.paths.get(asn, ())):
                prefix = self.address_index.order[number]
                chosen = (self.state.views.get(prefix) or self.plane.base[prefix]).choice(session.sender)
                if chosen is not None and asn in chosen.used[0].attributes.as_path:
                    found |= bit(number)
        return found

    def changes(self, reachable: RegionSet) -> Iterator[tuple[Group, RegionSet]]:
        """Yield the groups whose members may hear otherwise than in the whole network, and of which regions.

        `reachable`: regions that stand on what is left; what nobody tells of others any more is left out.
        """
        base = self.base
        for node, advertised in sorted(self._told.items()):
            if base is None or advertised.base is None:
                continue
            delivers = advertised.delivers ^ advertised.base.delivers
            if not (advertised.changed | delivers) & (reachable | advertised.has):
                continue
            for group in self.uplinks.at[node]:
                before, after = base.offered(group), self.offered(group)
                found = (before ^ after) | delivers & (before | after) | advertised.turned & after
                if found & (reachable | advertised.has):
                    yield group, found
