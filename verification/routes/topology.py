"""Who is next to whom, from device texts and cables alone: VRF nodes, adjacencies and BGP sessions.

Turns a `Network` into a `Topology` of integer-numbered nodes (one for each VRF of each device). The one idea: two
sub-interfaces are joined only by a cable between their parent ports and equal tags, never by sharing a subnet; a session
exists only if both ends name each other's address and AS, over such a joint or, inside an AS, over routes. Whatever a text got
wrong is simply absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from intents.prefix import Family, Prefix
from routing.model import BgpInstance, Device, Interface, Network, VrfFamily
from routing.vendors import VENDORS
from routing.vendors.vendor import PlatformRules
from verification.routes.adjacency import (
    Adjacencies,
    InterfaceKey,
    Joint,
    Leak,
    LocalRoute,
    NodeKey,
    Session,
    parent_of,
)
from verification.routes.bgp_sessions import Identity, identity_of, sessions
from verification.routes.igp import own_routes
from verification.routes.inside.sessions import InternalPair, internal_pairs, internal_sessions
from verification.routes.ospf.routes import OspfRouting

_T = TypeVar("_T")
_K = TypeVar("_K")


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything static about a network. `local[node][prefix]` holds connected, static and OSPF routes; `own[node]` the node's
    own addresses (family, value); `wiring` what both are resolved by; `ospf` what OSPF makes of it."""

    network: Network
    nodes: tuple[NodeKey, ...]
    instances: Mapping[int, BgpInstance]
    sessions: tuple[Session, ...]
    """Those between ASs that come up, then both directions of each of `pairs`, whether it comes up or not."""
    pairs: tuple[InternalPair, ...]
    identities: Mapping[int, Identity]
    leaks: tuple[Leak, ...]
    wiring: Adjacencies
    ospf: OspfRouting
    local: tuple[Mapping[Prefix, LocalRoute], ...]
    own: tuple[frozenset[tuple[Family, int]], ...]
    ports: Mapping[InterfaceKey, str]
    external: frozenset[InterfaceKey]
    nodes_of: Mapping[str, tuple[int, ...]]
    """The nodes of each device."""
    sessions_on: Mapping[str, tuple[Session, ...]]
    """The sessions over each cable."""
    sessions_of: Mapping[str, tuple[Session, ...]]
    """The sessions that each device sends or receives on."""
    cables: Mapping[str, tuple[tuple[str, str], ...]]
    """What each device is cabled to: (link, device at its other end)."""
    rules: tuple[PlatformRules, ...]
    """What the platform of each node's device does by itself."""
    bound: frozenset[tuple[str, str, str, Family]]
    """Where a filter is bound: (device, interface, "in" or "out", family)."""

    @property
    def number(self) -> Mapping[NodeKey, int]:
        """The number of each node."""
        return self.wiring.number

    @property
    def interfaces(self) -> Mapping[InterfaceKey, Interface]:
        """The interfaces that are up."""
        return self.wiring.interfaces

    @property
    def joints(self) -> Mapping[InterfaceKey, tuple[Joint, ...]]:
        """Who is joined to each interface."""
        return self.wiring.joints

    def pair_of(self, session: Session) -> InternalPair:
        """Return the two statements that an internal session is made of."""
        first = len(self.sessions) - 2 * len(self.pairs)
        return self.pairs[(session.number - first) // 2]


def build_topology(network: Network) -> Topology:
    """Return the topology of a network as its texts have it."""
    nodes = tuple(sorted(_node_keys(network), key=lambda item: (item[0], item[1] or "")))
    wiring = _wiring(network, nodes)
    instances = {
        wiring.number[(device.name, instance.vrf)]: instance
        for device in network.devices.values()
        for instance in device.bgp
    }
    without_bgp = own_routes(network, wiring)
    identities = _identities(network, wiring.interfaces, wiring.number)
    own = _own_addresses(wiring.interfaces, wiring.number)
    found = tuple(sessions(wiring, instances, identities))
    pairs = tuple(internal_pairs(instances, own))
    found += tuple(internal_sessions(len(found), pairs, instances, identities))
    return Topology(
        network=network,
        nodes=nodes,
        instances=instances,
        sessions=found,
        pairs=pairs,
        identities=identities,
        leaks=tuple(_leaks(network, wiring.number)),
        wiring=wiring,
        ospf=without_bgp.ospf,
        local=without_bgp.tables,
        own=own,
        ports={(port.device, port.interface): port.attachment for port in network.ports},
        external=frozenset((port.device, port.interface) for port in network.ports if port.external),
        rules=tuple(rules_of(network.devices[device]) for device, _ in nodes),
        nodes_of=grouped((device, node) for node, (device, _) in enumerate(nodes)),
        sessions_on=grouped((item.link, item) for item in found),
        sessions_of=grouped((nodes[node][0], item) for item in found for node in (item.sender, item.receiver)),
        cables=_cables(network),
        bound=frozenset(_bound(wiring.interfaces)),
    )


def _wiring(network: Network, nodes: tuple[NodeKey, ...]) -> Adjacencies:
    interfaces = {
        (device.name, item.name): item for device in network.devices.values() for item in _up_interfaces(device)
    }
    ends = [((k.a_device, k.a_interface), (k.b_device, k.b_interface)) for k in network.links]
    return Adjacencies(
        interfaces=interfaces,
        joints=_joints(network, interfaces),
        number={key: index for index, key in enumerate(nodes)},
        linked=frozenset(end for pair in ends for end in pair),
    )


def _cables(network: Network) -> Mapping[str, tuple[tuple[str, str], ...]]:
    return grouped(
        (near, (link.name, far))
        for link in network.links
        for near, far in ((link.a_device, link.b_device), (link.b_device, link.a_device))
    )


def _bound(interfaces: Mapping[InterfaceKey, Interface]) -> Iterator[tuple[str, str, str, Family]]:
    for (device, name), item in interfaces.items():
        for binding in item.bindings:
            yield device, name, str(binding.direction), binding.family


def _identities(
    network: Network, interfaces: Mapping[InterfaceKey, Interface], number: Mapping[NodeKey, int]
) -> dict[int, Identity]:
    up = grouped((device, item) for (device, _), item in interfaces.items())
    return {
        number[(name, instance.vrf)]: identity_of(instance, rules_of(device), up.get(name, ()))
        for name, device in network.devices.items()
        for instance in device.bgp
    }


def rules_of(device: Device) -> PlatformRules:
    """Return what a device does by itself, beside what its text says."""
    return VENDORS[device.platform].capabilities.rules


def grouped(pairs: Iterable[tuple[_K, _T]]) -> dict[_K, tuple[_T, ...]]:
    """Return the second items by the first ones, in their order."""
    found: dict[_K, list[_T]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return {key: tuple(items) for key, items in found.items()}


def _up_interfaces(device: Device) -> Iterator[Interface]:
    by_name = {item.name: item for item in device.interfaces}
    must_stand = rules_of(device).parent_is_configured
    for item in device.interfaces:
        parent = by_name.get(parent_of(item.name))
        if item.enabled and (not must_stand if parent is None else parent.enabled):
            yield item


def _node_keys(network: Network) -> set[NodeKey]:
    keys: set[NodeKey] = set()
    for device in network.devices.values():
        keys.add((device.name, None))
        keys |= {(device.name, vrf.name) for vrf in device.vrfs}
        keys |= {(device.name, item.vrf) for item in device.interfaces}
        keys |= {(device.name, item.vrf) for item in device.bgp}
        keys |= {(device.name, item.vrf) for item in device.statics}
        keys |= {(device.name, item.vrf) for item in device.ospf}
    return keys


def _joints(network: Network, interfaces: Mapping[InterfaceKey, Interface]) -> dict[InterfaceKey, tuple[Joint, ...]]:
    by_parent: dict[InterfaceKey, list[Interface]] = {}
    for (device, name), item in interfaces.items():
        by_parent.setdefault((device, parent_of(name)), []).append(item)
    found: dict[InterfaceKey, list[Joint]] = {}
    for link in network.links:
        near = by_parent.get((link.a_device, link.a_interface), ())
        far: dict[int | None, list[Interface]] = {}
        for item in by_parent.get((link.b_device, link.b_interface), ()):
            far.setdefault(item.vlan, []).append(item)
        for item in near:
            for other in far.get(item.vlan, ()):
                found.setdefault((link.a_device, item.name), []).append(
                    Joint(device=link.b_device, interface=other.name, link=link.name)
                )
                found.setdefault((link.b_device, other.name), []).append(
                    Joint(device=link.a_device, interface=item.name, link=link.name)
                )
    return {key: tuple(items) for key, items in found.items()}


def _own_addresses(
    interfaces: Mapping[InterfaceKey, Interface], number: Mapping[NodeKey, int]
) -> tuple[frozenset[tuple[Family, int]], ...]:
    own: list[set[tuple[Family, int]]] = [set() for _ in number]
    for (device, _), item in interfaces.items():
        own[number[(device, item.vrf)]] |= {(address.family, address.value) for address in item.addresses}
    return tuple(frozenset(found) for found in own)


def _leaks(network: Network, number: Mapping[NodeKey, int]) -> Iterator[Leak]:
    for device in network.devices.values():
        for target in device.vrfs:
            for wanted in target.families:
                if not wanted.imports:
                    continue
                for source in device.vrfs:
                    offered = _family(source.families, wanted.family)
                    if source.name == target.name or offered is None or not set(wanted.imports) & set(offered.exports):
                        continue
                    yield Leak(
                        source=number[(device.name, source.name)],
                        target=number[(device.name, target.name)],
                        family=wanted.family,
                        import_map=wanted.import_map,
                        export_map=offered.export_map,
                    )


def _family(families: tuple[VrfFamily, ...], family: Family) -> VrfFamily | None:
    return next((item for item in families if item.family is family), None)
