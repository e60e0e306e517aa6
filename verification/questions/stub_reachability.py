"""Is every stub told what its attachment needs, and nothing else? In the whole network, and under each failure that changes it.

Turns `StubRoutes` into what is wrong. The one idea: what a stub is offered and delivered must be the set of its partners'
regions; only where the sets differ, or can't say, are ways followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.evidence.address_index import Layout, RegionSet
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import Partners, gather_partners, sum_of
from verification.evidence.stub_ribs import StubRoutes
from verification.questions.reachability import Components, Wrong, is_cut, join
from verification.questions.segregation import check_wall
from verification.routes.forwarding import Forwarding

EVERYTHING: RegionSet = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class StubNeeds:
    """What stubs need, by node: of each of their ports, the regions of its attachment's partners.

    `harmless`: regions that anybody may have a route to. `some`, `every`: by group, what some and what every member needs.
    `suspects`: regions that already in the whole network some stub is offered without need, or by an uplink that does not
    deliver them, or that lie in each other: with any other path to them, what was harmless by luck may no longer be.
    """

    ports: Mapping[int, tuple[tuple[AttachmentPort, RegionSet], ...]]
    harmless: RegionSet
    some: Mapping[int, RegionSet]
    every: Mapping[int, RegionSet]
    suspects: RegionSet


def stub_needs(evidence: Evidence, layout: Layout, routes: StubRoutes) -> StubNeeds:
    """Return what every stub needs."""
    partners = gather_partners(evidence, {key: layout.set_of(regions) for key, regions in layout.regions.items()})
    needs: dict[AttachmentName, RegionSet] = {}
    for (name, _), regions in partners.items():
        needs[name] = needs.get(name, 0) | regions
    ports = {
        node: tuple((port, needs.get(AttachmentName(port.attachment), 0)) for port in evidence.start_ports[node])
        for node in evidence.control_plane.stubs.settled
    }
    by_group = {
        number: [regions for node in members for _, regions in ports[node]]
        for number, members in routes.uplinks.members.items()
    }
    every = dict.fromkeys(by_group, EVERYTHING)
    for number, found in by_group.items():
        for regions in found:
            every[number] &= regions
    harmless = layout.set_of(layout.routers)
    return StubNeeds(
        ports=ports,
        harmless=harmless,
        suspects=layout.nested
        | sum_of(
            heard.offered & ~regions & ~harmless & ~routes.uplinks.own[node] | heard.astray & regions
            for node, found in ports.items()
            for heard in (routes.heard(node),)
            for _, regions in found
        ),
        some={number: sum_of(found) for number, found in by_group.items()},
        every=every,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StubCheck:
    """Everything that stubs are judged by, in one state."""

    evidence: Evidence
    layout: Layout
    needs: StubNeeds
    talking: Partners
    routes: StubRoutes

    @property
    def state(self) -> Forwarding:
        return self.routes.state


def check_stubs(asked: StubCheck) -> Iterator[Wrong]:
    """Yield what is wrong about stubs in the whole network."""
    for node in asked.needs.ports:
        yield from _check(asked, node, EVERYTHING, {}, None)


def check_changed_stubs(asked: StubCheck, joined: Components) -> Iterator[Wrong]:
    """Yield what is wrong about stubs that lost a session, or whose uplinks tell or deliver otherwise than before."""
    within = _within(asked.layout, joined)
    alive = asked.state.alive
    for node in sorted(alive.bereft & asked.needs.ports.keys()):
        yield from _check(asked, node, EVERYTHING, joined, within)
    reachable = sum_of(within.values())
    suspects = asked.needs.suspects & asked.routes.touched
    for node in sorted(asked.needs.ports.keys() - alive.dead_nodes) if suspects else ():
        yield from _check(asked, node, suspects, joined, within)
    for group, changed in asked.routes.changes(reachable):
        told = asked.routes.told(group.first.sender)
        offered = asked.routes.offered(group)
        lost = changed & ~(offered & told.delivers) & asked.needs.some[group.number] & reachable
        gained = changed & offered & ~asked.needs.every[group.number] & ~asked.needs.harmless
        if lost or gained or told.turned:
            for node in asked.routes.uplinks.members[group.number]:
                if node not in alive.dead_nodes and node not in alive.bereft:
                    yield from _check(asked, node, changed, joined, within)


def _within(layout: Layout, joined: Components) -> dict[int, RegionSet]:
    """Return the regions that stand on each component of the physical graph."""
    found: dict[int, RegionSet] = {}
    for device, regions in layout.at_device.items():
        for number in joined.get(device, ()):
            found[number] = found.get(number, 0) | regions
    return found


def _check(
    asked: StubCheck, node: int, regions: RegionSet, joined: Components, within: Mapping[int, RegionSet] | None
) -> Iterator[Wrong]:
    """Yield what is wrong about some regions at a stub; `within`: what each component holds (None: all is up)."""
    heard = asked.routes.heard(node)
    for port, needs in asked.needs.ports[node]:
        missing = regions & needs & (~heard.offered | heard.astray | heard.singly)
        if within is not None:
            missing &= sum_of(within.get(number, 0) for number in joined.get(port.device, ()))
        if missing and not is_cut(asked.state, port):
            yield from _not_joined(asked, port, missing)
        spare = regions & heard.offered & ~asked.routes.uplinks.own[node]
        spare &= ~needs & ~asked.needs.harmless | asked.layout.nested
        if spare:
            routes = ((node, prefix) for prefix in asked.layout.members(spare))
            yield from check_wall(asked.evidence, asked.layout, asked.state, routes, asked.talking)


def _not_joined(asked: StubCheck, port: AttachmentPort, regions: RegionSet) -> Iterator[Wrong]:
    """Yield those of some regions that packets from a port are not delivered to."""
    node = asked.evidence.start_node(port)
    for region in asked.layout.members(regions):
        if node is None or not asked.routes.arrivals.at(region).from_leaf(node):
            owner = asked.layout.owner[region]
            yield from join(asked.evidence, asked.layout, asked.state, port, owner, region.family)
