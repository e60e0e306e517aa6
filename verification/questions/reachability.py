"""What routing makes of the policy: permitted pairs are joined; from evidence to findings of fact.

The one idea: everything is asked of *ways* (where packets from a node to a region end, filters ignored), so one routine serves
the whole network and every failure: it looks only at pairs whose destination's routes differ in that state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.evidence.address_index import AddressIndex
from verification.evidence.delivery import Deliveries
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import PermittedMatrix
from verification.routes.adjacency import parent_of
from verification.routes.forwarding import Forwarding, Way
from verification.verdicts.failure import FailureName
from verification.verdicts.flow import SUCCESS, Disposition

Components = Mapping[str, frozenset[int]]
"""The components of the physical graph that each device hangs on; a device that is absent hangs on none."""


class WrongKind(StrEnum):
    """What a fault of routing breaks."""

    SESSION = "session"
    WALL = "wall"
    TRANSIT = "transit"
    VIA = "via"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing wrong about routing: what it breaks, between whom, where the packet went, in which state; `missed`: one of which
    devices it had to pass."""

    kind: WrongKind
    source: AttachmentName
    destination: AttachmentName | None
    family: Family
    port: AttachmentPort
    region: Prefix
    way: Way
    failure: FailureName
    reason: Reason
    missed: tuple[str, ...] = ()


def plain_ports(evidence: Evidence) -> dict[AttachmentName, tuple[AttachmentPort, ...]]:
    """Return the ports that attachments keep and that do not stand in a stub, by attachment: those that are missing included."""
    stubs = evidence.control_plane.stubs.settled
    found = {
        name: tuple(port for port in ports if evidence.start_node(port) not in stubs and evidence.stays(port))
        for name, ports in evidence.ports.items()
    }
    return {name: ports for name, ports in found.items() if ports}


def check_joined(
    evidence: Evidence, address_index: AddressIndex, deliveries: Deliveries, permitted_matrix: PermittedMatrix
) -> Iterator[Wrong]:
    """Yield what keeps a pair that talks from being joined, in the whole network: source's port to destination.

    Of sources in stubs only destinations that no text has are looked at.
    """
    plain = plain_ports(evidence)
    missing = {
        family: permitted_matrix.set_of(
            name for (name, of_family), found in address_index.kept.items() if of_family is family and not found
        )
        for family in Family
    }
    for name, all_ports in sorted(evidence.ports.items()):
        for family in Family:
            for destination in permitted_matrix.of(name, family, None if name in plain else missing[family]):
                regions = address_index.kept[(destination, family)]
                for port in plain.get(name, ()) if regions else filter(evidence.stays, all_ports):
                    node = evidence.start_node(port)
                    if node is not None and regions and all(deliveries.at(item).from_leaf(node) for item in regions):
                        continue
                    yield from join(evidence, address_index, deliveries.state, port, destination, family)


@dataclass(frozen=True, slots=True, kw_only=True)
class Senders:
    """Who may send: who talks to whom, ports of attachments that are in no stub, and what is known of the whole network."""

    permitted_matrix: PermittedMatrix
    plain: Mapping[AttachmentName, tuple[AttachmentPort, ...]]
    deliveries: Deliveries


def check_changed(
    evidence: Evidence,
    address_index: AddressIndex,
    deliveries: Deliveries,
    region: Prefix,
    changed: Collection[int],
    who: Senders,
    joined: Components,
) -> Iterator[Wrong]:
    """Yield what keeps a pair apart in a state that differs from the whole network at some nodes only.

    If all arrive still, only senders that changed are asked, else everybody who sends there. Senders
    in stubs are not asked unless they changed.
    """
    state = deliveries.state
    destination = address_index.owner[region]
    arriving = deliveries.at(region)
    if deliveries.arrive_still(region, changed, who.deliveries):
        asked = [port for node in changed for port in evidence.start_ports.get(node, ()) if evidence.stays(port)]
    else:
        asked = [port for ports in who.plain.values() for port in ports]
    for port in asked:
        if not who.permitted_matrix.between(destination, AttachmentName(port.attachment), region.family):
            continue
        node = evidence.start_node(port)
        if node is not None and arriving.from_leaf(node):
            continue
        if is_excused(evidence, port, destination, joined) or is_cut(state, port):
            continue
        yield from join(evidence, address_index, state, port, destination, region.family)


def is_cut(state: Forwarding, port: AttachmentPort) -> bool:
    """Return whether a failure took a port's own interface down."""
    return (port.device, parent_of(port.interface)) in state.surviving.failure.interfaces


def is_excused(evidence: Evidence, port: AttachmentPort, destination: AttachmentName, joined: Components) -> bool:
    """Return whether the physical graph no longer joins two ends."""
    here = joined.get(port.device, frozenset())
    return all(here.isdisjoint(joined.get(end.device, frozenset())) for end in evidence.ports.get(destination, ()))


def join(
    evidence: Evidence,
    address_index: AddressIndex,
    state: Forwarding,
    port: AttachmentPort,
    destination: AttachmentName,
    family: Family,
) -> Iterator[Wrong]:
    """Yield the first way from a port to a destination that does not end there."""
    source = AttachmentName(port.attachment)
    node = evidence.start_node(port)
    ends = {(item.device, item.interface) for item in evidence.ports.get(destination, ())}
    regions = address_index.kept.get((destination, family), ())
    if node is None or not regions:
        missing = Way(Disposition.NO_ROUTE, port.device, port.interface, (port.device,), ())
        any_region = next(iter(regions), _planned_host(evidence, destination, family))
        reason = because("source_port_missing") if node is None else because("destination_nowhere")
        cut = Failing(port=port, region=any_region, way=missing, state=state)
        yield cut.wrong(WrongKind.SESSION, source, destination, reason)
        return
    for region in regions:
        for way in state.ways(node, region):
            if way.end not in SUCCESS or (way.device, way.interface) not in ends:
                failing = Failing(port=port, region=region, way=way, state=state)
                yield failing.wrong(WrongKind.SESSION, source, destination, _ended(way))
                return


def _planned_host(evidence: Evidence, name: AttachmentName, family: Family) -> Prefix:
    """Return a host of an attachment by plan, where no text has a prefix of its own."""
    low, high = next(iter(evidence.kept.get((name, family), ())), (0, 0))
    return Prefix(family, min(low + 2, high), family.bits)


def _ended(way: Way) -> Reason:
    if not way.interface:
        return because("ends_on_device", end=way.end, device=way.device)
    return because("ends_on", end=way.end, device=way.device, interface=way.interface)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A way that a packet from a port to a region takes in some state, and that something is wrong with."""

    port: AttachmentPort
    region: Prefix
    way: Way
    state: Forwarding

    def wrong(
        self, kind: WrongKind, source: AttachmentName, destination: AttachmentName | None, reason: Reason
    ) -> Wrong:
        """Return what is wrong with it."""
        return Wrong(
            kind=kind,
            source=source,
            destination=destination,
            family=self.region.family,
            port=self.port,
            region=self.region,
            way=self.way,
            failure=self.state.surviving.failure.name,
            reason=reason,
        )
