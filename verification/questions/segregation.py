"""Where routes lead that nobody needs: pairs that may not talk must not even be routable; from evidence to findings of fact.

The one idea: most routes are needed by all who have them, and need no second look in any state; the few others are followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intents.prefix import Prefix
from intents.reason import because
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.evidence.address_index import AddressIndex
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import PermittedMatrix
from verification.packets.permitted_pairs import NOBODY
from verification.questions.reachability import Failing, Wrong, WrongKind
from verification.routes.forwarding import Forwarding, Way
from verification.verdicts.flow import SUCCESS


def check_wall(
    evidence: Evidence,
    address_index: AddressIndex,
    state: Forwarding,
    routes: Iterable[tuple[int, Prefix]],
    permitted_matrix: PermittedMatrix,
) -> Iterator[Wrong]:
    """Yield what an attachment can reach, filters ignored, though neither may talk to the other.

    `routes`: (node, prefix) pairs to look at: every route of a node in the whole network, the changed ones under a failure.
    A route of one who talks to a destination, to that destination's own prefix, is what it needs.
    """
    for node, prefix in routes:
        for device, region, owner in _over_sites(evidence, address_index, state, node, prefix):
            yield from _carried(evidence, state, device, region, owner)
        for port, region in _not_needed(evidence, address_index, node, prefix, permitted_matrix):
            if state.matched(node, region) == prefix:
                yield from _leads_astray(evidence, address_index, state, node, port, region)


def exposed(
    evidence: Evidence,
    address_index: AddressIndex,
    state: Forwarding,
    routes: Iterable[tuple[int, Prefix]],
    permitted_matrix: PermittedMatrix,
) -> Iterator[tuple[int, Prefix]]:
    """Yield those of some routes of which something can be wrong for `check_wall`, here or where they lead in another state."""
    for node, prefix in routes:
        if any(_over_sites(evidence, address_index, state, node, prefix)) or any(
            _not_needed(evidence, address_index, node, prefix, permitted_matrix)
        ):
            yield node, prefix


def _not_needed(
    evidence: Evidence, address_index: AddressIndex, node: int, prefix: Prefix, permitted_matrix: PermittedMatrix
) -> Iterator[tuple[AttachmentPort, Prefix]]:
    """Yield ports on a node with the regions of a route of its that their attachments don't need."""
    ports = evidence.start_ports.get(node, ())
    for region in evidence.regions.inside.get(prefix, ()) if ports else ():
        owner = address_index.owner.get(region)
        for port in ports if region not in address_index.routers else ():
            if owner is None or not permitted_matrix.between(AttachmentName(port.attachment), owner, region.family):
                yield port, region


def _over_sites(
    evidence: Evidence, address_index: AddressIndex, state: Forwarding, node: int, prefix: Prefix
) -> Iterator[tuple[str, Prefix, AttachmentName]]:
    """Yield sites that a backbone node sends packets to, with the regions that don't stand there and their owners."""
    if node in address_index.site_nodes or node in evidence.start_ports:
        return
    towards = address_index.site_nodes.intersection(
        [hop.node for hop in state.chosen_hops(node, prefix) if hop.node is not None]
    )
    for device in sorted({evidence.topology.nodes[item][0] for item in towards}):
        for region in evidence.regions.inside.get(prefix, ()):
            owner = address_index.owner.get(region)
            if owner is not None and all(port.device != device for port in evidence.ports.get(owner, ())):
                yield device, region, owner


def _carried(
    evidence: Evidence, state: Forwarding, device: str, region: Prefix, owner: AttachmentName
) -> Iterator[Wrong]:
    for start, ports in evidence.start_ports.items():
        for way in state.ways(start, region):
            if way.end in SUCCESS and device in way.devices[1:-1]:
                failing = Failing(port=ports[0], region=region, way=way, state=state)
                source = AttachmentName(ports[0].attachment)
                yield failing.wrong(WrongKind.TRANSIT, source, owner, because("site_carries"))
                return


def _leads_astray(
    evidence: Evidence, address_index: AddressIndex, state: Forwarding, node: int, port: AttachmentPort, region: Prefix
) -> Iterator[Wrong]:
    source = AttachmentName(port.attachment)
    for way in state.ways(node, region):
        if way.end not in SUCCESS or (way.device, way.interface) == (port.device, port.interface):
            continue
        failing = Failing(port=port, region=region, way=way, state=state)
        name = evidence.topology.ports.get((way.device, way.interface))
        if name is None and _is_router(evidence, way):
            if not _may_reach(evidence, source, region):
                reason = because("router_routable", device=way.device, region=region, source=source)
                yield failing.wrong(WrongKind.WALL, source, None, reason)
            continue
        if name is None:
            yield failing.wrong(WrongKind.WALL, source, None, because("leads_to_undeclared_lan"))
            continue
        other = AttachmentName(name)
        if other == source:
            continue
        if address_index.owner.get(region) != other:
            reason = because("delivered_to_stranger", region=region, destination=other)
            yield failing.wrong(WrongKind.WALL, source, other, reason)
        elif set(way.devices[1:-1]) & evidence.given.roles.sites:
            yield failing.wrong(WrongKind.TRANSIT, source, other, because("site_carries"))
        elif not evidence.may_talk(source, other, region.family):
            reason = because("stranger_routable", destination=other)
            yield failing.wrong(WrongKind.WALL, source, other, reason)


def _is_router(evidence: Evidence, way: Way) -> bool:
    """Return whether a way ends on an interface that only the device itself is behind (a loopback)."""
    found = evidence.topology.interfaces.get((way.device, way.interface))
    return found is not None and all(item.length == item.family.bits for item in found.addresses)


def _may_reach(evidence: Evidence, source: AttachmentName, region: Prefix) -> bool:
    """Return whether an attachment may start anything to the addresses of a region, or be started to from there."""
    for state in evidence.states:
        pairs = state.pairs[region.family]
        mine = state.kinds.get((source, region.family), NOBODY)
        for _, _, kind in pairs.kinds_in(((region.network, region.last),)):
            for rules in (pairs.touching(mine, kind, company=False), pairs.touching(kind, mine, company=False)):
                if rules and pairs.services(rules):
                    return True
    return False
