"""What leaves open how OSPF routes: from a device's processes to reasons, each of which silences all that its routes reach.

The one idea: an adjacency is claimed only where both ends are known and agree in everything, and a route that two protocols have
only where no order of arrival decides between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intents.prefix import Family, Prefix, prefix_of
from intents.reason import Reason, because
from routing.model import (
    Device,
    OspfInstance,
    OspfInterface,
    OspfNetwork,
    RouteSource,
    StaticRoute,
)
from verification.inspection.ospf_beside_bgp import beside_bgp, brought_by_others, may_come_back
from verification.routes.adjacency import Joint, parent_of
from verification.routes.ospf.graph import OspfNode, mismatch, ospf_interface, shared_subnet
from verification.routes.ospf.routes import shortest_paths
from verification.routes.topology import Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """One process with what it stands in."""

    topology: Topology
    device: Device
    instance: OspfInstance
    key: OspfNode

    @property
    def everywhere(self) -> Prefix:
        return Prefix(self.instance.family, 0, 0)


def ospf_doubts(device: Device, topology: Topology) -> Iterator[tuple[OspfInstance, Reason]]:
    """Yield what leaves open the routes of each OSPF process of a device."""
    for instance in device.ospf:
        key = OspfNode(topology.number[(device.name, instance.vrf)], instance.family)
        process = _Process(topology=topology, device=device, instance=instance, key=key)
        for find in (_interfaces, _router_ids, _redistributed, _defaults):
            for reason in find(process):
                yield instance, reason
        for reason in beside_bgp(topology, key):
            yield instance, reason


def ospf_neighbours(device: Device, topology: Topology) -> Iterator[str]:
    """Yield the devices at the other ends of the cables on which a device greets OSPF neighbours."""
    for instance in device.ospf:
        for item in instance.interfaces:
            for joint in () if item.passive else topology.joints.get((device.name, item.name), ()):
                yield joint.device


def _interfaces(process: _Process) -> Iterator[Reason]:
    for item in process.instance.interfaces:
        if (process.device.name, item.name) not in process.topology.interfaces:
            continue  # shut
        if item.cost is None:
            yield because("ospf_cost", interface=item.name)
        if item.passive:
            continue
        joints = list(_met(process, item))
        if not joints and not _is_shut_there(process, item):
            yield because("ospf_neighbor_unknown", interface=item.name)
        if len(joints) > 1 and item.network is OspfNetwork.POINT_TO_POINT:
            yield because("ospf_several_neighbors", interface=item.name)
        for joint in joints:
            yield from _joint(process, item, joint)


def _met(process: _Process, item: OspfInterface) -> Iterator[Joint]:
    """Yield the other ends that have addresses of the family: a port whose units have them is none."""
    for joint in process.topology.joints.get((process.device.name, item.name), ()):
        far = process.topology.interfaces[(joint.device, joint.interface)]
        if any(address.family is process.instance.family for address in far.addresses):
            yield joint


def _is_shut_there(process: _Process, item: OspfInterface) -> bool:
    """Return whether the other end of a cable is known, and switched off."""
    near = process.topology.interfaces[(process.device.name, item.name)]
    here = (process.device.name, parent_of(item.name))
    for link in process.topology.network.links:
        ends = [(link.a_device, link.a_interface), (link.b_device, link.b_interface)]
        for device, port in ends if here in ends else ():
            for far in process.topology.network.devices[device].interfaces:
                is_there = parent_of(far.name) == port and far.vlan == near.vlan and (device, port) != here
                if is_there and shared_subnet(near, far, process.instance.family) is not None:
                    return True
    return False


def _joint(process: _Process, item: OspfInterface, joint: Joint) -> Iterator[Reason]:
    """Yield in what two ends that greet each other do not agree."""
    topology, instance = process.topology, process.instance
    far = topology.interfaces[(joint.device, joint.interface)]
    other = topology.ospf.graph.routers.get(OspfNode(topology.number[(joint.device, far.vrf)], instance.family))
    theirs = None if other is None else ospf_interface(other, joint.interface)
    if other is None or theirs is None or theirs.passive:
        return
    near = topology.interfaces[(process.device.name, item.name)]
    word = mismatch(item, theirs)
    if instance.area != other.area:
        word = "area"
    elif shared_subnet(near, far, instance.family) is None:
        word = "subnet"
    elif item.speed != theirs.speed and item.speed is not None and theirs.speed is not None:
        word = "speed"
    is_sure = word == "mtu" and None not in (item.mtu, theirs.mtu)  # RFC-OSPF-10
    if word is not None and not is_sure:
        yield because("ospf_mismatch", interface=item.name, other=f"{joint.device} {joint.interface}", what=word)


def _router_ids(process: _Process) -> Iterator[Reason]:
    """Yield that a process has no router ID, or may have that of another router that it reaches (RFC-OSPF-05)."""
    mine = _possible_ids(process.topology, process.key)
    if not mine:
        yield because("ospf_no_router_id")
    for other in sorted(shortest_paths(process.topology.ospf.graph, process.key)):
        if other != process.key and mine & _possible_ids(process.topology, other):
            yield because("ospf_router_id_twice", other=process.topology.ospf.graph.devices[other])


def _possible_ids(topology: Topology, key: OspfNode) -> frozenset[int]:
    """Return the router ID as it is said, else every address that may be chosen for it."""
    said = topology.ospf.graph.routers[key].router_id
    if said is not None:
        return frozenset({said})
    device = topology.network.devices[topology.ospf.graph.devices[key]]
    return frozenset(
        address.value for item in device.interfaces for address in item.addresses if address.family is Family.V4
    )


def _redistributed(process: _Process) -> Iterator[Reason]:
    device, instance = process.device, process.instance
    told = {item.source for item in instance.redistributions}
    if RouteSource.AGGREGATE in told or (RouteSource.BGP in told and may_come_back(process.topology, process.key)):
        yield because("bgp_into_ospf")
    if RouteSource.CONNECTED in told:
        for item in instance.interfaces:
            near = process.topology.interfaces.get((device.name, item.name))
            addresses = () if near is None else near.addresses
            lengths = {address.length for address in addresses if address.family is instance.family}
            if item.host and lengths - {instance.family.bits}:  # IOS-OSPF-10
                yield because("ospf_loopback_mask", interface=item.name)
    for static in device.statics:
        if static.vrf != instance.vrf or static.prefix.family is not instance.family:
            continue
        is_told = RouteSource.STATIC in told or not static.prefix.length
        equals = static.distance in (instance.distance, instance.external_distance)
        if equals or (is_told and static.distance > min(instance.distance, instance.external_distance)):
            yield because("floating_route", prefix=static.prefix, distance=static.distance)
        if RouteSource.STATIC in told and _names_another_router(process, static):
            yield because("ospf_forwarding_address", prefix=static.prefix)


def _names_another_router(process: _Process, static: StaticRoute) -> bool:
    """Return whether a static route, told from elsewhere, may send others straight to its next hop (RFC-OSPF-06)."""
    for item in process.instance.interfaces:
        near = process.topology.interfaces.get((process.device.name, item.name))
        for address in () if near is None or item.passive else near.addresses:
            subnet = prefix_of(address.family, address.value, address.length)
            if address.family is static.prefix.family and (
                static.interface == item.name or (static.next_hop is not None and subnet.holds(static.next_hop))
            ):
                return item.network is not OspfNetwork.POINT_TO_POINT
    return False


def _defaults(process: _Process) -> Iterator[Reason]:
    """Yield that it is open who has a default route: of several that tell one, or where BGP may bring it."""
    default, topology = process.instance.default, process.topology
    if default is None:
        return
    if default.always:
        statics = [item for item in process.device.statics if item.vrf == process.instance.vrf and item.discard]
        is_lasting = any(
            item.prefix == process.everywhere and item.distance < process.instance.distance for item in statics
        )
        others = [key for key in shortest_paths(topology.ospf.graph, process.key) if key != process.key]
        telling = [key for key in others if topology.ospf.graph.routers[key].default is not None]
        if telling and not is_lasting:  # a way out of its own may fail
            yield because("ospf_two_defaults", other=topology.ospf.graph.devices[telling[0]])
    elif process.everywhere in brought_by_others(topology, process.key):
        yield because("ospf_default_of_bgp")
