"""Which tables may be touched by what nobody understands: from texts to the doubts about each device's routes.

The one idea: routes reach a device only from the neighbours that its own text names, and theirs from those that theirs name; so a
table is in doubt iff something on one of these devices is: a line that is not understood, a feature that is not computed, a
neighbour without a text, a session whose link is not known or that a filter may keep down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Address, format_address, prefix_of
from intents.reason import Reason, because
from routing.model import BgpInstance, BgpNeighbor, Device, Direction, Interface
from routing.refs import neighbor_ref, ospf_ref
from routing.subnet_links import port_of
from verification.evidence.not_computed import not_computed
from verification.inspection.ospf_doubts import ospf_doubts, ospf_neighbours
from verification.inspection.ospf_filters import filtered_greetings
from verification.inspection.texts import InspectedTexts
from verification.reference.acl import judge_control, judge_interface
from verification.routes.adjacency import Session
from verification.routes.control_plane import ControlPlane
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology
from verification.verdicts.failure import NO_FAILURE
from verification.verdicts.flow import ACK, SYN, TCP, Flow
from verification.verdicts.verdict import Culprit, NotModelled

BGP_PORT = 179
_CLIENT_PORTS = (1024, 11000, 32768, 49152, 65535)
"""Ports from which a session may be opened: a filter must pass each, for nobody says which a device takes."""
MOST_LINES = 5
"""Lines of a device that a doubt names; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing that leaves open what a device's routes are; `culprit` names its line, if a line says it."""

    device: str
    reason: Reason
    culprit: Culprit | None = None


class Doubts:
    """What leaves open the routes of each device, and which devices' routes may reach it."""

    def __init__(self, texts: InspectedTexts, topology: Topology, plane: ControlPlane | None) -> None:
        """`plane`: the routes, None if they do not settle."""
        self._plane = plane
        self._texts = texts
        self._topology = topology
        self._owners = _owners(texts.network.devices)
        self._links = tuple(
            ((link.a_device, link.a_interface), (link.b_device, link.b_interface)) for link in texts.network.links
        )
        self._whole = Surviving(topology, NO_FAILURE)
        self._own: dict[str, tuple[Doubt, ...]] = {}

    def of_device(self, device: str) -> tuple[Doubt, ...]:
        """Return what on a device itself leaves open what its routes are, and what it tells others."""
        if device not in self._own:
            self._own[device] = tuple(self._find(self._texts.network.devices[device]))
        return self._own[device]

    def reaching(self, device: str) -> tuple[str, ...]:
        """Return the devices whose routes may reach a device: itself first, then the others by name."""
        found, waiting = {device}, [device]
        while waiting:
            for near in self._named(waiting.pop()):
                if near not in found:
                    found.add(near)
                    waiting.append(near)
        return (device, *sorted(found - {device}))

    def about(self, device: str) -> tuple[Doubt, ...]:
        """Return everything that leaves open what the routes of a device are."""
        return tuple(doubt for name in self.reaching(device) for doubt in self.of_device(name))

    def _named(self, device: str) -> Iterator[str]:
        """Yield the devices that own an address which a device's text names as a neighbour, and those that it greets by OSPF."""
        yield from ospf_neighbours(self._texts.network.devices[device], self._topology)
        for _, neighbor in _neighbors(self._texts.network.devices[device]):
            yield from self._owners.get(Address(neighbor.family, neighbor.address), ())
        for pair in self._topology.pairs:
            if device in {self._topology.nodes[node][0] for node in pair.nodes}:
                passed = {node for road in self._whole.inner.roads(pair) for node in road.nodes}
                yield from sorted(self._topology.nodes[node][0] for node in passed)

    def _find(self, device: Device) -> Iterator[Doubt]:
        yield from self._unknown(device)
        for reason in not_computed(device, self._topology, self._plane):
            yield Doubt(device=device.name, reason=reason)
        found = (*ospf_doubts(device, self._topology), *filtered_greetings(device, self._topology))
        for process, reason in found:
            culprit = self._texts.culprit(device.name, ospf_ref(process.vrf, process.family))
            yield Doubt(device=device.name, reason=reason, culprit=culprit)
        for instance, neighbor in _neighbors(device):
            why = self._open_session(device, instance, neighbor)
            if why is not None:
                ref = neighbor_ref(instance.vrf, neighbor.family, format_address(neighbor.family, neighbor.address))
                yield Doubt(device=device.name, reason=why, culprit=self._texts.culprit(device.name, ref))
        for session in self._topology.sessions_of.get(device.name, ()):
            if self._topology.nodes[session.receiver][0] == device.name and not self._may_come_up(session):
                address = format_address(session.family, session.next_hop)
                yield Doubt(device=device.name, reason=because("session_filtered", neighbor=address))

    def _unknown(self, device: Device) -> Iterator[Doubt]:
        numbers = self._texts.unknown.get(device.name, ())
        for index, item in enumerate(device.unknown):
            number = numbers[index] if index < len(numbers) else 0
            culprit = Culprit(device=device.name, ref=("unknown", *item.path), line=number, text=item.path[-1])
            yield Doubt(device=device.name, reason=item.reason, culprit=culprit)

    def _open_session(self, device: Device, instance: BgpInstance, neighbor: BgpNeighbor) -> Reason | None:
        """Return why a neighbour statement leaves open whom it reaches, None if it does not."""
        address = format_address(neighbor.family, neighbor.address)
        near = [item for item in device.interfaces if item.vrf == instance.vrf and _holds(item, neighbor)]
        if near and not any((device.name, item.name) in self._topology.interfaces for item in near):
            return None  # shut here, so nothing comes up whoever is at the other end
        owners = self._owners.get(Address(neighbor.family, neighbor.address), ())
        if not owners:
            return because("neighbor_without_text", neighbor=address)
        if not near and instance.is_internal(neighbor):
            return None  # whether anything leads there is asked of the routes
        here = {(device.name, port_of(item.name)) for item in near}
        there = {(name, port_of(item.name)) for name in owners for item in self._having(name, neighbor)}
        if any((one in here and other in there) or (other in here and one in there) for one, other in self._links):
            return None
        return because("neighbor_without_link", neighbor=address, devices=", ".join(owners))

    def _having(self, device: str, neighbor: BgpNeighbor) -> Iterator[Interface]:
        """Yield the interfaces of a device that have a neighbour's address."""
        for item in self._texts.network.devices[device].interfaces:
            if any((one.family, one.value) == (neighbor.family, neighbor.address) for one in item.addresses):
                yield item

    def _may_come_up(self, session: Session) -> bool:
        """Return whether the filters at both ends let the session's packets pass, whoever opens it."""
        if session.internal:
            return self._passes_inside(session)
        ends = (
            (self._topology.nodes[session.receiver], session.interface, session.export.address),
            (self._topology.nodes[session.sender], session.peer_interface, session.accept.address),
        )
        (near, near_name, near_address), (far, far_name, far_address) = ends
        sides = ((near, near_name, near_address, far_address), (far, far_name, far_address, near_address))
        return all(
            self._passes(node, name, flow, direction)
            for node, name, here, there in sides
            for direction, source, destination in ((Direction.IN, there, here), (Direction.OUT, here, there))
            for flow in _session_packets(session, source, destination, node[0], name)
        )

    def _passes_inside(self, session: Session) -> bool:
        """Return whether no filter stands on the ways between the ends of an internal session, nor before themselves."""
        pair = self._topology.pair_of(session)
        crossed = {item for road in self._whole.inner.roads(pair) for item in road.crossed}
        if any((*item, session.family) in self._topology.bound for item in crossed):
            return False
        ends = {self._topology.nodes[node] for node in pair.nodes}
        filters = [(vrf, item) for device, vrf in ends for item in self._texts.network.devices[device].control_filters]
        return not any(item.family is session.family and item.vrf in (None, vrf) for vrf, item in filters)

    def _passes(self, node: tuple[str, str | None], name: str, flow: Flow, direction: Direction) -> bool:
        device = self._texts.network.devices[node[0]]
        interface = self._topology.interfaces[(node[0], name)]
        passages = list(judge_interface(device, interface, direction, flow))
        if direction is Direction.IN:
            passages += judge_control(device, node[1], flow)
        return all(item.passes for item in passages)


def _session_packets(session: Session, source: int, destination: int, device: str, interface: str) -> Iterator[Flow]:
    """Yield what one end of a BGP session sends to the other: as whoever opened it, and as whoever was called."""
    opened = (((port, BGP_PORT), flags) for port in _CLIENT_PORTS for flags in (SYN, ACK))
    called = (((BGP_PORT, port), flags) for port in _CLIENT_PORTS for flags in (SYN | ACK, ACK))
    for ports, flags in (*opened, *called):
        yield Flow(
            family=session.family,
            source=source,
            destination=destination,
            protocol=TCP,
            source_port=ports[0],
            destination_port=ports[1],
            tcp_flags=flags,
            start_device=device,
            start_interface=interface,
        )


def _neighbors(device: Device) -> Iterator[tuple[BgpInstance, BgpNeighbor]]:
    for instance in device.bgp:
        for neighbor in instance.neighbors:
            if neighbor.enabled:
                yield instance, neighbor


def _owners(devices: Mapping[str, Device]) -> Mapping[Address, tuple[str, ...]]:
    """Return which devices have each address."""
    found: dict[Address, dict[str, None]] = {}
    for name, device in sorted(devices.items()):
        for item in device.interfaces:
            for address in item.addresses:
                found.setdefault(Address(address.family, address.value), {})[name] = None
    return {address: tuple(names) for address, names in found.items()}


def _holds(interface: Interface, neighbor: BgpNeighbor) -> bool:
    """Return whether a neighbour's address lies in a subnet of an interface."""
    return any(
        item.family is neighbor.family and prefix_of(item.family, item.value, item.length).holds(neighbor.address)
        for item in interface.addresses
    )


def verdict_of(doubts: tuple[Doubt, ...]) -> NotModelled | None:
    """Return the verdict that doubts lead to, None if there are none."""
    if not doubts:
        return None
    reasons = tuple(_in_words(doubt) for doubt in doubts[:MOST_LINES])
    more = len(doubts) - len(reasons)
    reason = (
        because("unknown_lines_and_more", lines=reasons, more=more) if more else because("unknown_lines", lines=reasons)
    )
    return NotModelled(reason=reason, culprits=tuple(item.culprit for item in doubts if item.culprit is not None))


def _in_words(doubt: Doubt) -> Reason:
    culprit = doubt.culprit
    if culprit is None or not culprit.text:
        return because("unusual_device", device=doubt.device, reason=doubt.reason)
    return because("unknown_line", device=doubt.device, line=culprit.line, text=culprit.text, reason=doubt.reason)
