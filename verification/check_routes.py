"""What routing makes of the policy: permitted pairs are joined, others are not even routable; from evidence to findings of fact.

The one idea: everything is asked of *ways* (where packets from a node to a region end, filters ignored), so one routine serves
the whole network and every failure: it looks only at pairs whose destination's routes differ in that state.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.allowed_pairs import NOBODY
from verification.evidence import Evidence
from verification.flow import SUCCESS, Disposition
from verification.forwarding import Forwarding, Way

Components = Mapping[str, frozenset[int]]
"""The components of the physical graph that each device hangs on; a device that is absent hangs on none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing wrong about routing: what it breaks, between whom, where the packet went, in which state."""

    kind: str
    source: AttachmentName
    destination: AttachmentName | None
    family: Family
    port: AttachmentPort
    region: Prefix
    way: Way
    failure: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Index of destinations: the regions of each attachment's own prefixes, and which attachments own a region."""

    regions: Mapping[tuple[AttachmentName, Family], tuple[Prefix, ...]]
    owner: Mapping[Prefix, AttachmentName]
    routers: frozenset[Prefix]
    """Regions that hold nothing but devices' own addresses."""


def lay_out(evidence: Evidence) -> Layout:
    """Return the regions that tile every attachment's own prefixes."""
    spans = sorted(
        (int(family), low, high, name) for (name, family), found in evidence.own.items() for low, high in found
    )
    starts = [(family, low) for family, low, _, _ in spans]
    routers = {address for held in evidence.topology.own for address in held}
    tiles: dict[tuple[AttachmentName, Family], list[Prefix]] = {key: [] for key in evidence.own}
    owner: dict[Prefix, AttachmentName] = {}
    silent: set[Prefix] = set()
    for prefix in evidence.regions.chains:
        place = bisect_right(starts, (int(prefix.family), prefix.network)) - 1
        if place >= 0 and spans[place][0] == prefix.family and prefix.last <= spans[place][2]:
            name = spans[place][3]  # also of a router's address that somebody put into a LAN that is not there
            tiles[(name, prefix.family)].append(prefix)
            owner[prefix] = name
        elif _is_routers(prefix, routers):
            silent.add(prefix)
    return Layout(regions={key: tuple(found) for key, found in tiles.items()}, owner=owner, routers=frozenset(silent))


def _is_routers(prefix: Prefix, routers: set[tuple[Family, int]]) -> bool:
    """Return whether a region holds nothing but devices' own addresses."""
    return prefix.size <= 2 and all(
        (prefix.family, value) in routers for value in range(prefix.network, prefix.last + 1)
    )


def check_joined(
    evidence: Evidence,
    layout: Layout,
    state: Forwarding,
    talkers: Mapping[tuple[AttachmentName, Family], Iterable[AttachmentName]],
) -> Iterator[Wrong]:
    """Yield what keeps a pair that talks from being joined, in the whole network: source's port to destination.

    `talkers`: who sends to a destination.
    """
    for (destination, family), sources in talkers.items():
        regions = layout.regions.get((destination, family), ())
        ends = frozenset((item.device, item.interface) for item in evidence.ports.get(destination, ()))
        arriving = [Arriving(state, region, ends) for region in regions]
        for source in sources:
            for port in evidence.ports.get(source, ()):
                node = evidence.start_node(port)
                if node is not None and arriving and all(item.from_leaf(node) for item in arriving):
                    continue
                yield from _join(evidence, layout, state, port, source, destination, family)


def check_changed(
    evidence: Evidence,
    layout: Layout,
    state: Forwarding,
    region: Prefix,
    changed: Collection[int],
    talkers: Collection[AttachmentName],
    joined: Components,
) -> Iterator[Wrong]:
    """Yield what keeps a pair apart in a state that differs from the whole network at some nodes only.

    If every changed node that packets to the region pass still delivers them, then so does every node that did not change
    itself; else everybody who sends there is asked.
    """
    destination = layout.owner[region]
    ends = frozenset((item.device, item.interface) for item in evidence.ports.get(destination, ()))
    arriving = Arriving(state, region, ends)
    passed = evidence.whole.explored(region)
    dead = state.alive.dead_nodes
    if all(node in dead or arriving.from_node(node) for node in changed if node in passed):
        ports = [evidence.start_ports[node] for node in changed if node in evidence.start_ports]
        asked = [port for port in ports if port.attachment in talkers]
    else:
        asked = [port for name in talkers for port in evidence.ports.get(name, ())]
    for port in asked:
        node = evidence.start_node(port)
        if node is not None and arriving.from_leaf(node):
            continue
        if _excused(evidence, port, destination, joined):
            continue
        if (port.device, _parent(port.interface)) in state.alive.failure.interfaces:
            continue
        source = AttachmentName(port.attachment)
        yield from _join(evidence, layout, state, port, source, destination, region.family)


class Arriving:
    """Which nodes deliver a region to its owner in one state: asked once a node, then looked up."""

    def __init__(self, state: Forwarding, region: Prefix, ends: Collection[tuple[str, str]]) -> None:
        self._state = state
        self._region = region
        self._ends = ends
        self._good: dict[int, bool] = {}

    def from_leaf(self, node: int) -> bool:
        """Return whether all ways from a node lead to the owner, by the nodes next to it."""
        hops = self._state.next_hops(node, self._region)
        return bool(hops) and all(hop.node is not None and self.from_node(hop.node) for hop in hops)

    def from_node(self, node: int) -> bool:
        """Return whether all ways from a node lead to the owner."""
        known = self._good.get(node)
        if known is None:
            ways = self._state.ways(node, self._region)
            known = all(way.end in SUCCESS and (way.device, way.interface) in self._ends for way in ways)
            self._good[node] = known
        return known


def _parent(name: str) -> str:
    return name.rpartition(".")[0] or name


def _excused(evidence: Evidence, port: AttachmentPort, destination: AttachmentName, joined: Components) -> bool:
    """Return whether the physical graph no longer joins two ends."""
    here = joined.get(port.device, frozenset())
    return all(here.isdisjoint(joined.get(end.device, frozenset())) for end in evidence.ports.get(destination, ()))


def _join(
    evidence: Evidence,
    layout: Layout,
    state: Forwarding,
    port: AttachmentPort,
    source: AttachmentName,
    destination: AttachmentName,
    family: Family,
) -> Iterator[Wrong]:
    node = evidence.start_node(port)
    ends = {(item.device, item.interface) for item in evidence.ports.get(destination, ())}
    regions = layout.regions.get((destination, family), ())
    if node is None or not regions:
        missing = Way(Disposition.NO_ROUTE, port.device, port.interface, (port.device,), ())
        any_region = next(iter(regions), Prefix(family, 0, 0))
        reason = "the interface is missing or down" if node is None else "no device has the destination's prefix"
        cut = Failing(port=port, region=any_region, way=missing, state=state)
        yield cut.wrong("session", source, destination, reason)
        return
    for region in regions:
        for way in state.ways(node, region):
            if way.end not in SUCCESS or (way.device, way.interface) not in ends:
                failing = Failing(port=port, region=region, way=way, state=state)
                yield failing.wrong("session", source, destination, _ended(way))
                return


def _ended(way: Way) -> str:
    return f"ends {way.end} on {way.device} {way.interface}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A way that a packet from a port to a region takes in some state, and that something is wrong with."""

    port: AttachmentPort
    region: Prefix
    way: Way
    state: Forwarding

    def wrong(self, kind: str, source: AttachmentName, destination: AttachmentName | None, reason: str) -> Wrong:
        """Return what is wrong with it."""
        return Wrong(
            kind=kind,
            source=source,
            destination=destination,
            family=self.region.family,
            port=self.port,
            region=self.region,
            way=self.way,
            failure=self.state.alive.failure.name,
            reason=reason,
        )


def check_wall(
    evidence: Evidence,
    layout: Layout,
    state: Forwarding,
    routes: Iterable[tuple[int, Prefix]],
    talking: Mapping[tuple[AttachmentName, Family], Collection[AttachmentName]],
) -> Iterator[Wrong]:
    """Yield what an attachment can reach, filters ignored, though neither may talk to the other.

    `routes`: (node, prefix) pairs to look at: every route of a node in the whole network, the changed ones under a failure.
    `talking`: who sends to a destination; a route of one of them to that destination's own prefix is what it needs.
    """
    ports = evidence.start_ports
    for node, prefix in routes:
        port = ports.get(node)
        if port is None:
            yield from _over_a_site(evidence, layout, state, node, prefix)
            continue
        for region in evidence.regions.inside.get(prefix, ()):
            if region in layout.routers:
                continue
            owner = layout.owner.get(region)
            if owner is not None and port.attachment in talking.get((owner, region.family), ()):
                continue
            if state.matched(node, region) == prefix:
                yield from _leads_astray(evidence, layout, state, node, port, region)


def _over_a_site(evidence: Evidence, layout: Layout, state: Forwarding, node: int, prefix: Prefix) -> Iterator[Wrong]:
    """Yield a packet of somebody that a backbone node sends to a site where its destination doesn't stand."""
    sites = evidence.given.roles.sites
    if evidence.topology.nodes[node][0] in sites:
        return
    towards = {evidence.topology.nodes[hop.node][0] for hop in state.chosen_hops(node, prefix) if hop.node is not None}
    for device in sorted(towards & sites):
        for region in evidence.regions.inside.get(prefix, ()):
            owner = layout.owner.get(region)
            if owner is None or any(port.device == device for port in evidence.ports.get(owner, ())):
                continue
            yield from _carried(evidence, state, device, region, owner)


def _carried(
    evidence: Evidence, state: Forwarding, device: str, region: Prefix, owner: AttachmentName
) -> Iterator[Wrong]:
    for start, port in evidence.start_ports.items():
        for way in state.ways(start, region):
            if way.end in SUCCESS and device in way.devices[1:-1]:
                source = AttachmentName(port.attachment)
                failing = Failing(port=port, region=region, way=way, state=state)
                yield failing.wrong("transit", source, owner, "a site carries it")
                return


def _leads_astray(
    evidence: Evidence, layout: Layout, state: Forwarding, node: int, port: AttachmentPort, region: Prefix
) -> Iterator[Wrong]:
    source = AttachmentName(port.attachment)
    for way in state.ways(node, region):
        if way.end not in SUCCESS or (way.device, way.interface) == (port.device, port.interface):
            continue
        failing = Failing(port=port, region=region, way=way, state=state)
        name = evidence.topology.ports.get((way.device, way.interface))
        if name is None and _is_router(evidence, way):
            if not _may_reach(evidence, source, region):
                reason = f"{way.device}'s own address {region} is routable from {source}"
                yield failing.wrong("wall", source, None, reason)
            continue
        if name is None:
            yield failing.wrong("wall", source, None, "leads to an undeclared LAN")
            continue
        other = AttachmentName(name)
        if other == source:
            continue
        if layout.owner.get(region) != other:
            reason = f"{region} is delivered to {other}, whose prefix it is not"
            yield failing.wrong("wall", source, other, reason)
        elif set(way.devices[1:-1]) & evidence.given.roles.sites:
            yield failing.wrong("transit", source, other, "a site carries it")
        elif not any(evidence.talks(source, other, region.family)):
            reason = f"{other} is routable though no intent lets the two talk"
            yield failing.wrong("wall", source, other, reason)


def _is_router(evidence: Evidence, way: Way) -> bool:
    """Return whether a way ends on an interface that only the device itself is behind (a loopback)."""
    found = evidence.topology.interfaces.get((way.device, way.interface))
    return found is not None and all(item.length == item.family.bits for item in found.addresses)


def _may_reach(evidence: Evidence, source: AttachmentName, region: Prefix) -> bool:
    """Return whether an attachment may start anything to the addresses of a region, or be started to from there."""
    pairs = evidence.sides[region.family].pairs
    mine = evidence.kinds.get((source, region.family), NOBODY)
    for _, _, kind in pairs.kinds_in(((region.network, region.last),)):
        for bits in (pairs.touching(mine, kind, company=False), pairs.touching(kind, mine, company=False)):
            if bits and pairs.services(bits):
                return True
    return False
