"""Who is an OSPF neighbour of whom, and what each router announces: the graph of every area, from texts and cables alone.

The one idea: an adjacency is two interfaces of OSPF over a joint that agree in all that a hello says (RFC 2328 10.5); on a cable
with two ends a broadcast network and a point-to-point one give the same paths (RFC-OSPF-04).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from intents.prefix import Family, Prefix, prefix_of
from routing.model import Interface, InterfaceAddress, Network, OspfInstance, OspfInterface, OspfNetwork
from verification.routes.adjacency import Adjacencies, ForwardingHop, Joint


class OspfNode(NamedTuple):
    """A router: a node, in one family."""

    node: int
    family: Family


class OspfEdge(NamedTuple):
    """The way to a neighbour: what it costs, and over what."""

    cost: int
    far: OspfNode
    hop: ForwardingHop


@dataclass(frozen=True, slots=True)
class OspfGraph:
    """All routers with their devices, the ways between them, and what each announces of its interfaces: (prefix, cost)."""

    routers: Mapping[OspfNode, OspfInstance]
    devices: Mapping[OspfNode, str]
    edges: Mapping[OspfNode, tuple[OspfEdge, ...]]
    attached: Mapping[OspfNode, tuple[tuple[Prefix, int], ...]]


def ospf_graph(network: Network, wiring: Adjacencies) -> OspfGraph:
    """Return the graph of interfaces that are up and joints that work."""
    routers: dict[OspfNode, OspfInstance] = {}
    devices: dict[OspfNode, str] = {}
    for name, device in network.devices.items():
        for instance in device.ospf:
            number = wiring.number.get((name, instance.vrf))
            if number is not None:
                routers[OspfNode(number, instance.family)] = instance
                devices[OspfNode(number, instance.family)] = name
    return OspfGraph(
        routers=routers,
        devices=devices,
        edges={key: tuple(_edges(devices[key], key, routers, wiring)) for key in routers},
        attached={
            key: tuple(_attached(devices[key], instance, wiring.interfaces)) for key, instance in routers.items()
        },
    )


def _attached(
    device: str, instance: OspfInstance, interfaces: Mapping[tuple[str, str], Interface]
) -> Iterator[tuple[Prefix, int]]:
    for item in instance.interfaces:
        near = interfaces.get((device, item.name))
        for address in () if near is None or near.vrf != instance.vrf else near.addresses:
            if address.family is instance.family:
                length = address.family.bits if item.host else address.length
                yield prefix_of(address.family, address.value, length), item.cost or 0


def _edges(
    device: str, key: OspfNode, routers: Mapping[OspfNode, OspfInstance], wiring: Adjacencies
) -> Iterator[OspfEdge]:
    instance = routers[key]
    for item in instance.interfaces:
        near = wiring.interfaces.get((device, item.name))
        if item.passive or near is None or near.vrf != instance.vrf:
            continue
        for joint in wiring.joints.get((device, item.name), ()):
            far = wiring.interfaces[(joint.device, joint.interface)]
            there = OspfNode(wiring.number[(joint.device, far.vrf)], instance.family)
            other = routers.get(there)
            theirs = None if other is None else ospf_interface(other, joint.interface)
            if other is None or theirs is None or theirs.passive or instance.area != other.area:
                continue
            if mismatch(item, theirs) is None and shared_subnet(near, far, instance.family) is not None:
                yield OspfEdge(item.cost or 0, there, _hop(item.name, there.node, joint))


def _hop(interface: str, node: int, joint: Joint) -> ForwardingHop:
    return ForwardingHop(interface=interface, node=node, peer_interface=joint.interface, link=joint.link)


def ospf_interface(instance: OspfInstance, name: str) -> OspfInterface | None:
    """Return what an instance says of an interface, None if it does not run there."""
    return next((item for item in instance.interfaces if item.name == name), None)


def mismatch(one: OspfInterface, other: OspfInterface) -> str | None:
    """Return the word for the first thing that keeps two ends from becoming neighbours, None if nothing does (RFC-OSPF-02)."""
    words = {
        "hello-interval": one.hello == other.hello,
        "dead-interval": one.dead == other.dead,
        "authentication": one.authentication == other.authentication,
        "network": one.network is other.network,
        "mtu": one.mtu == other.mtu and one.mtu is not None,
        "priority": one.network is OspfNetwork.POINT_TO_POINT or bool(one.priority or other.priority),
    }
    return next((word for word, agrees in words.items() if not agrees), None)


def shared_subnet(one: Interface, other: Interface, family: Family) -> tuple[InterfaceAddress, InterfaceAddress] | None:
    """Return the addresses of two ends that lie in one subnet of one length and differ, None if there are none."""
    for mine in one.addresses:
        for theirs in other.addresses:
            if mine.family is theirs.family is family and mine.length == theirs.length and mine.value != theirs.value:
                subnet = prefix_of(family, mine.value, mine.length)
                if subnet.holds(theirs.value):
                    return mine, theirs
    return None
