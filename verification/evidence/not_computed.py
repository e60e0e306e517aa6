"""What a reader understands of a device and no route computation follows: nothing may be claimed of what it touches.

The one idea: where a device's answer hangs on the order of arrival, on a route that resolves through another, or on what no
document says, the feature doubts like a line that nobody understands, whatever is asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix, format_address, prefix_of
from intents.reason import Reason, because
from routing.model import KEY_NOT_SHOWN, BgpInstance, Device, Interface, RouteSource, StaticRoute
from verification.routes.adjacency import InterfaceKey, parent_of
from verification.routes.control_plane import ControlPlane
from verification.routes.rib import PrefixState
from verification.routes.topology import Topology
from verification.verdicts.route_entry import table_named


@dataclass(frozen=True, slots=True, kw_only=True)
class _Routes:
    """What a device stands in, what its nodes have chosen (nothing, where routes do not settle), and which might have chosen
    otherwise."""

    topology: Topology
    base: Mapping[Prefix, PrefixState]
    open: Mapping[int, Reason]


def not_computed(device: Device, topology: Topology, plane: ControlPlane | None) -> Iterator[Reason]:
    """Yield the features of a device's routing that are read but not computed; `plane`: None if routes do not settle."""
    routes = _Routes(topology=topology, base={}, open={})
    if plane is not None:
        routes = _Routes(topology=topology, base=plane.base, open=plane.open)
    yield from _vrfs(device)
    yield from _unsure(routes, device)
    yield from dict.fromkeys(_media(device, topology))
    yield from _keys(device)
    for static in device.statics:
        yield from _static(routes, device, static)
    for instance in device.bgp:
        yield from _instance(routes, device, instance)
        yield from _segments(device, instance)


def _vrfs(device: Device) -> Iterator[Reason]:
    """Yield export maps, and import maps that stand nowhere (no document says what such a name does)."""
    policies = {policy.name for policy in device.policies}
    for vrf in device.vrfs:
        for family in vrf.families:
            if family.export_map:
                yield because("export_map")
            if family.import_map is not None and family.import_map not in policies:
                yield because("import_map_missing", policy=family.import_map, vrf=vrf.name)


def _media(device: Device, topology: Topology) -> Iterator[Reason]:
    """Yield cables at ports that forward nothing (JUN-FIL-08), and those whose ends have other speeds, duplex or MTUs: they may
    be down, or lose packets (BOTH-LINK-01, BOTH-MTU-01), or that are one address to IPv6 (RFC-DAD-01)."""
    interfaces = topology.interfaces
    for item in device.interfaces:
        if not item.transit and (device.name, item.name) in topology.ports:
            yield because("cable_at_management_port", device=device.name, interface=item.name)
        for joint in topology.joints.get((device.name, item.name), ()):
            ends = ((device.name, item.name), (joint.device, joint.interface))
            here, there = (_medium(interfaces, end) for end in ends)
            speaks = all(interfaces[end].addresses for end in ends)
            for end in ends:
                if not interfaces[end].transit:
                    yield because("cable_at_management_port", device=end[0], interface=end[1])
            for family, value in _shared(*(interfaces[end] for end in ends)):
                text, peer = format_address(family, value), f"{joint.device} {joint.interface}"
                yield because("address_at_both_ends", address=text, interface=item.name, peer=peer)
            if speaks and here != there:
                said = [" ".join(sorted(one - other)) or "-" for one, other in ((here, there), (there, here))]
                peer = f"{joint.device} {joint.interface}"
                yield because("other_medium", interface=item.name, here=said[0], peer=peer, there=said[1])


def _shared(one: Interface, other: Interface) -> list[tuple[Family, int]]:
    """Return the addresses that both ends of a link have: one does not use it, or takes the other's packets (BOTH-ADDR-01)."""
    return sorted(_held(one) & _held(other))


def _held(item: Interface) -> set[tuple[Family, int]]:
    found = {(address.family, address.value) for address in item.addresses}
    return found if item.link_local is None else found | {(Family.V6, item.link_local)}


def _keys(device: Device) -> Iterator[Reason]:
    """Yield sessions and OSPF interfaces whose key no text shows (RFC-SESS-08)."""
    for instance in device.bgp:
        for neighbor in instance.neighbors:
            if any(guard.endswith(f" {KEY_NOT_SHOWN}") for guard in neighbor.guards):
                yield because("key_not_shown", other=format_address(neighbor.family, neighbor.address))
    for process in device.ospf:
        for item in process.interfaces:
            if KEY_NOT_SHOWN in item.authentication.split():
                yield because("key_not_shown", other=item.name)


def _medium(interfaces: Mapping[InterfaceKey, Interface], end: InterfaceKey) -> frozenset[str]:
    """Return the settings of a sub-interface and of the port that it is a part of."""
    device, name = end
    found = (interfaces.get((device, part)) for part in (name, parent_of(name)))
    return frozenset(setting for item in found if item is not None for setting in item.medium)


def _unsure(routes: _Routes, device: Device) -> Iterator[Reason]:
    """Yield why the routes of a VRF are not sure: its choice hangs on which message came first (RFC-DEC-02, RFC-DEC-03), or on
    what no document says."""
    yield from (routes.open[node] for node in routes.topology.nodes_of.get(device.name, ()) if node in routes.open)


def _static(routes: _Routes, device: Device, static: StaticRoute) -> Iterator[Reason]:
    """Yield what is not known of a static route: who answers, what its next hop resolves through, whether it gives way."""
    if static.interface is not None and static.next_hop is None:
        yield because("route_without_next_hop", prefix=static.prefix, interface=static.interface)
    through = _resolving(routes, device, static)
    if through is not None and static.next_hop is not None:
        next_hop = format_address(static.prefix.family, static.next_hop)
        yield because("recursive_route", prefix=static.prefix, next_hop=next_hop, through=through)
    node = routes.topology.number.get((device.name, static.vrf))
    received = 0 if node is None else routes.topology.rules[node].external_distance
    if static.distance > received and _comes_from_elsewhere(routes, device, static):
        yield because("floating_route", prefix=static.prefix, distance=static.distance)


def _resolving(routes: _Routes, device: Device, static: StaticRoute) -> Prefix | None:
    """Return the route, not connected, default or itself, that a next hop may resolve through (IOS-STAT-01, IOS-STAT-02)."""
    node = routes.topology.number.get((device.name, static.vrf))
    if node is None or static.next_hop is None or static.interface is not None:
        return None
    if not routes.topology.rules[node].resolves_recursively:
        return None
    family, local = static.prefix.family, routes.topology.local[node]
    for length in range(family.bits, 0, -1):
        prefix = prefix_of(family, static.next_hop, length)
        held, state = local.get(prefix), routes.base.get(prefix)
        if prefix == static.prefix or (held is not None and held.source == "connected"):
            continue
        if held is not None or (state is not None and state.choice(node) is not None):
            return prefix
    return None


def _comes_from_elsewhere(routes: _Routes, device: Device, static: StaticRoute) -> bool:
    """Return whether another VRF has the prefix of its own, so that it may be received, too (IOS-STAT-09, JUN-STAT-06),
    or leaked (IOS-DEC-11)."""
    here = routes.topology.number.get((device.name, static.vrf))
    return any(static.prefix in held and node != here for node, held in enumerate(routes.topology.local))


def _instance(routes: _Routes, device: Device, instance: BgpInstance) -> Iterator[Reason]:
    """Yield limits, paths whose form no document says, and aggregates that are leaked or made of received routes."""
    prepending = {policy.name for policy in device.policies if any(clause.prepend for clause in policy.clauses)}
    for neighbor in instance.neighbors:
        address = format_address(neighbor.family, neighbor.address)
        if neighbor.maximum_prefixes is not None:
            yield because("prefix_limit", neighbor=address, count=neighbor.maximum_prefixes)
        if neighbor.local_as is not None and prepending.intersection(neighbor.exports):  # IOS-LAS-04
            yield because("prepend_with_local_as", neighbor=address)
    node = routes.topology.number[(device.name, instance.vrf)]
    for item in instance.aggregates:
        if any(leak.source == node for leak in routes.topology.leaks):  # IOS-AGG-02
            yield because("leaked_aggregate", prefix=item.prefix, vrf=table_named(instance.vrf))
        if not routes.topology.rules[node].aggregates_start_anew and _has_received(routes, node, item.prefix):
            yield because("aggregate_of_received", prefix=item.prefix, vrf=table_named(instance.vrf))  # JUN-AGG-02


def _has_received(routes: _Routes, node: int, aggregate: Prefix) -> bool:
    return any(
        aggregate.covers(prefix)
        and prefix != aggregate
        and (chosen := state.choice(node)) is not None
        and chosen.used[0].attributes.source in (RouteSource.BGP, RouteSource.LEAKED)
        for prefix, state in routes.base.items()
    )


def _segments(device: Device, instance: BgpInstance) -> Iterator[Reason]:
    """Yield subnets with several neighbours: what one of them tells is passed on with its own next hop (RFC-BGP-03)."""
    for item in device.interfaces:
        for address in item.addresses if item.vrf == instance.vrf else ():
            subnet = prefix_of(address.family, address.value, address.length)
            near = [one for one in instance.neighbors if one.family is subnet.family and subnet.holds(one.address)]
            if sum(one.enabled for one in near) > 1:
                yield because("shared_segment", interface=item.name)
