"""What routing makes of the policy: permitted pairs are joined, others are not even routable; from evidence to findings of fact.

The one idea: everything is asked of *ways* (where packets from a node to a region end, filters ignored), so one routine serves
the whole network and every failure: it looks only at pairs whose destination's routes differ in that state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.allowed_pairs import NOBODY
from verification.evidence import Evidence
from verification.flow import SUCCESS, Disposition
from verification.forwarding import Forwarding, Way
from verification.layout import Arrivals, Layout
from verification.talkers import Partners
from verification.wiring import parent_of

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


def plain_ports(evidence: Evidence) -> dict[AttachmentName, tuple[AttachmentPort, ...]]:
    """Return the ports of attachments that do not stand in a stub, by attachment: those that are missing included."""
    stubs = evidence.control_plane.stubs.settled
    found = {
        name: tuple(port for port in ports if evidence.start_node(port) not in stubs)
        for name, ports in evidence.ports.items()
    }
    return {name: ports for name, ports in found.items() if ports}


def check_joined(evidence: Evidence, layout: Layout, arrivals: Arrivals, talking: Partners) -> Iterator[Wrong]:
    """Yield what keeps a pair that talks from being joined, in the whole network: source's port to destination.

    Of sources in stubs only destinations that no text has are looked at.
    """
    plain = plain_ports(evidence)
    missing = {
        family: talking.set_of(
            name for (name, of_family), found in layout.regions.items() if of_family is family and not found
        )
        for family in Family
    }
    for name, all_ports in sorted(evidence.ports.items()):
        for family in Family:
            for destination in talking.of(name, family, None if name in plain else missing[family]):
                regions = layout.regions[(destination, family)]
                for port in plain.get(name, ()) if regions else all_ports:
                    node = evidence.start_node(port)
                    if node is not None and regions and all(arrivals.at(item).from_leaf(node) for item in regions):
                        continue
                    yield from join(evidence, layout, arrivals.state, port, destination, family)


@dataclass(frozen=True, slots=True, kw_only=True)
class Senders:
    """Who may send: who talks to whom, ports of attachments that are in no stub, and what is known of the whole network."""

    talking: Partners
    plain: Mapping[AttachmentName, tuple[AttachmentPort, ...]]
    arrivals: Arrivals


def check_changed(
    evidence: Evidence,
    layout: Layout,
    arrivals: Arrivals,
    region: Prefix,
    changed: Collection[int],
    who: Senders,
    joined: Components,
) -> Iterator[Wrong]:
    """Yield what keeps a pair apart in a state that differs from the whole network at some nodes only.

    If every changed node that packets to the region pass still delivers them, then so does every node that did not change
    itself; else everybody who sends there is asked. Senders in stubs are not asked unless they changed.
    """
    state = arrivals.state
    destination = layout.owner[region]
    arriving = arrivals.at(region)
    whole = who.arrivals.at(region)
    dead = state.alive.dead_nodes
    if all(node in dead or arriving.from_node(node) for node in changed if whole.has_passed(node)):
        asked = [port for node in changed for port in evidence.start_ports.get(node, ())]
    else:
        asked = [port for ports in who.plain.values() for port in ports]
    for port in asked:
        if not who.talking.between(destination, AttachmentName(port.attachment), region.family):
            continue
        node = evidence.start_node(port)
        if node is not None and arriving.from_leaf(node):
            continue
        if is_excused(evidence, port, destination, joined) or is_cut(state, port):
            continue
        yield from join(evidence, layout, state, port, destination, region.family)


def is_cut(state: Forwarding, port: AttachmentPort) -> bool:
    """Return whether a failure took a port's own interface down."""
    return (port.device, parent_of(port.interface)) in state.alive.failure.interfaces


def is_excused(evidence: Evidence, port: AttachmentPort, destination: AttachmentName, joined: Components) -> bool:
    """Return whether the physical graph no longer joins two ends."""
    here = joined.get(port.device, frozenset())
    return all(here.isdisjoint(joined.get(end.device, frozenset())) for end in evidence.ports.get(destination, ()))


def join(
    evidence: Evidence,
    layout: Layout,
    state: Forwarding,
    port: AttachmentPort,
    destination: AttachmentName,
    family: Family,
) -> Iterator[Wrong]:
    """Yield the first way from a port to a destination that does not end there."""
    source = AttachmentName(port.attachment)
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
    talking: Partners,
) -> Iterator[Wrong]:
    """Yield what an attachment can reach, filters ignored, though neither may talk to the other.

    `routes`: (node, prefix) pairs to look at: every route of a node in the whole network, the changed ones under a failure.
    A route of one who talks to a destination, to that destination's own prefix, is what it needs.
    """
    for node, prefix in routes:
        ports = evidence.start_ports.get(node, ())
        if not ports:
            yield from _over_a_site(evidence, layout, state, node, prefix)
            continue
        for region in evidence.regions.inside.get(prefix, ()):
            if region in layout.routers:
                continue
            owner = layout.owner.get(region)
            for port in ports:
                if owner is not None and talking.between(AttachmentName(port.attachment), owner, region.family):
                    continue
                if state.matched(node, region) == prefix:
                    yield from _leads_astray(evidence, layout, state, node, port, region)


def _over_a_site(evidence: Evidence, layout: Layout, state: Forwarding, node: int, prefix: Prefix) -> Iterator[Wrong]:
    """Yield a packet of somebody that a backbone node sends to a site where its destination doesn't stand."""
    if node in layout.site_nodes:
        return
    towards = layout.site_nodes.intersection(
        [hop.node for hop in state.chosen_hops(node, prefix) if hop.node is not None]
    )
    for device in sorted({evidence.topology.nodes[item][0] for item in towards}):
        for region in evidence.regions.inside.get(prefix, ()):
            owner = layout.owner.get(region)
            if owner is None or any(port.device == device for port in evidence.ports.get(owner, ())):
                continue
            yield from _carried(evidence, state, device, region, owner)


def _carried(
    evidence: Evidence, state: Forwarding, device: str, region: Prefix, owner: AttachmentName
) -> Iterator[Wrong]:
    for start, ports in evidence.start_ports.items():
        for way in state.ways(start, region):
            if way.end in SUCCESS and device in way.devices[1:-1]:
                failing = Failing(port=ports[0], region=region, way=way, state=state)
                yield failing.wrong("transit", AttachmentName(ports[0].attachment), owner, "a site carries it")
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
