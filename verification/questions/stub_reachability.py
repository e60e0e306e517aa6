"""Is every stub told what its attachment needs, and nothing else? In the whole network, and under each failure that changes it.

Turns `StubRibs` into what is wrong. The one idea: what a stub is offered and delivered must be the set of its partners'
regions; only where the sets differ, or can't say, are ways followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.evidence.address_index import AddressIndex, RegionSet
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import MatrixBounds, common, gather_partners
from verification.evidence.stub_ribs import StubRibs
from verification.packets.bit_sets import everything, nothing, union
from verification.questions.reachability import Components, Wrong, is_cut, join
from verification.questions.segregation import check_wall
from verification.routes.forwarding import Forwarding

EVERYTHING: RegionSet = everything()


@dataclass(frozen=True, slots=True, kw_only=True)
class StubDemand:
    """What stubs need, by node: of each of their ports, the regions of its attachment's partners, by all declared states (none at
    a port that not all of them keep) and by any.

    `harmless`: regions that anybody may have a route to. `some`: by group, what some member needs by all declared states;
    `every`: what every member may have.
    `suspects`: regions that already in the whole network some stub is offered without need, or by an uplink that does not
    deliver them, or that lie in each other: with any other path to them, what was harmless by luck may no longer be.
    """

    ports: Mapping[int, tuple[tuple[AttachmentPort, RegionSet, RegionSet], ...]]
    harmless: RegionSet
    some: Mapping[int, RegionSet]
    every: Mapping[int, RegionSet]
    suspects: RegionSet


def stub_demand(evidence: Evidence, address_index: AddressIndex, routes: StubRibs) -> StubDemand:
    """Return what every stub needs."""
    held = {key: address_index.set_of(regions) for key, regions in address_index.regions.items()}
    partners = [gather_partners(state, held) for state in evidence.states]
    kept = union(map(address_index.set_of, address_index.kept.values()))
    must: dict[AttachmentName, RegionSet] = {}
    may: dict[AttachmentName, RegionSet] = {}
    for key in evidence.own:
        must[key[0]] = must.get(key[0], nothing()) | (
            common(key, partners) & kept if key in evidence.kept else nothing()
        )
        may[key[0]] = may.get(key[0], nothing()) | union(item.get(key, nothing()) for item in partners)
    ports = {
        node: tuple(
            (port, must.get(name, nothing()) if evidence.stays(port) else nothing(), may.get(name, nothing()))
            for port in evidence.start_ports[node]
            for name in (AttachmentName(port.attachment),)
        )
        for node in evidence.control_plane.stubs.settled
    }
    by_group = {
        number: [regions for node in members for _, _, regions in ports[node]]
        for number, members in routes.uplinks.members.items()
    }
    every = dict.fromkeys(by_group, EVERYTHING)
    for number, found in by_group.items():
        for regions in found:
            every[number] &= regions
    harmless = address_index.set_of(address_index.routers)
    return StubDemand(
        ports=ports,
        harmless=harmless,
        suspects=address_index.nested
        | union(
            received.offered & ~welcome & ~harmless & ~routes.uplinks.own[node] | received.misrouted & needed
            for node, found in ports.items()
            for received in (routes.received(node),)
            for _, needed, welcome in found
        ),
        some={
            number: union(needed for node in members for _, needed, _ in ports[node])
            for number, members in routes.uplinks.members.items()
        },
        every=every,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StubCheck:
    """Everything that stubs are judged by, in one state."""

    evidence: Evidence
    address_index: AddressIndex
    demand: StubDemand
    permitted_matrix: MatrixBounds
    routes: StubRibs

    @property
    def state(self) -> Forwarding:
        return self.routes.state


def check_stubs(asked: StubCheck) -> Iterator[Wrong]:
    """Yield what is wrong about stubs in the whole network."""
    for node in asked.demand.ports:
        yield from _check(asked, node, EVERYTHING, {}, None)


def check_changed_stubs(asked: StubCheck, joined: Components) -> Iterator[Wrong]:
    """Yield what is wrong about stubs that lost a session, or whose uplinks tell or deliver otherwise than before."""
    within = _within(asked.address_index, joined)
    surviving = asked.state.surviving
    for node in sorted(surviving.nodes_with_lost_session & asked.demand.ports.keys()):
        yield from _check(asked, node, EVERYTHING, joined, within)
    reachable = union(within.values())
    suspects = asked.demand.suspects & asked.routes.touched
    for node in sorted(asked.demand.ports.keys() - surviving.lost_nodes) if suspects else ():
        yield from _check(asked, node, suspects, joined, within)
    for group, changed in asked.routes.changes(reachable):
        advertised = asked.routes.advertised(group.first.sender)
        offered = asked.routes.offered(group)
        lost = changed & ~(offered & advertised.delivers) & asked.demand.some[group.number] & reachable
        gained = changed & offered & ~asked.demand.every[group.number] & ~asked.demand.harmless
        if lost or gained or advertised.turned:
            for node in asked.routes.uplinks.members[group.number]:
                if node not in surviving.lost_nodes and node not in surviving.nodes_with_lost_session:
                    yield from _check(asked, node, changed, joined, within)


def _within(address_index: AddressIndex, joined: Components) -> dict[int, RegionSet]:
    """Return the regions that stand on each component of the physical graph."""
    found: dict[int, RegionSet] = {}
    for device, regions in address_index.at_device.items():
        for number in joined.get(device, ()):
            found[number] = found.get(number, nothing()) | regions
    return found


def _check(
    asked: StubCheck, node: int, regions: RegionSet, joined: Components, within: Mapping[int, RegionSet] | None
) -> Iterator[Wrong]:
    """Yield what is wrong about some regions at a stub; `within`: what each component holds (None: all is up)."""
    received = asked.routes.received(node)
    for port, needed, welcome in asked.demand.ports[node]:
        missing = regions & needed & (~received.offered | received.misrouted | received.singly)
        if within is not None:
            missing &= union(within.get(number, nothing()) for number in joined.get(port.device, ()))
        if missing and not is_cut(asked.state, port):
            yield from _not_joined(asked, port, missing)
        spare = regions & received.offered & ~asked.routes.uplinks.own[node]
        spare &= ~welcome & ~asked.demand.harmless | asked.address_index.nested
        if spare:
            routes = ((node, prefix) for prefix in asked.address_index.members(spare))
            yield from check_wall(asked.evidence, asked.address_index, asked.state, routes, asked.permitted_matrix.may)


def _not_joined(asked: StubCheck, port: AttachmentPort, regions: RegionSet) -> Iterator[Wrong]:
    """Yield those of some regions that packets from a port are not delivered to."""
    node = asked.evidence.start_node(port)
    for region in asked.address_index.members(regions):
        if node is None or not asked.routes.deliveries.at(region).from_leaf(node):
            owner = asked.address_index.owner[region]
            yield from join(asked.evidence, asked.address_index, asked.state, port, owner, region.family)
