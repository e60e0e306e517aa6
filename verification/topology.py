"""Who is next to whom, from device texts and cables alone: VRF nodes, adjacencies and eBGP sessions.

Turns a `Network` into a `Topology` of integer-numbered nodes (one for each VRF of each device). The one idea: two
sub-interfaces are joined only by a cable between their parent ports and equal tags, never by sharing a subnet; a session
exists only if both ends name each other's address and AS over such a joint. Whatever a text got wrong is simply absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix, prefix_of
from routing.model import BgpInstance, BgpNeighbor, Device, Interface, Network, StaticRoute, VrfFamily

Vrf = str | None
NodeKey = tuple[str, Vrf]
InterfaceKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """The far end of a sub-interface: device, interface, and the cable between."""

    device: str
    interface: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One direction of an eBGP session: routes go from `sender` to `receiver`.

    `sender_asn` is the AS that the receiver sees; `loop_asns` are the ASs whose presence the receiver takes for a loop;
    `interface` is the receiver's, towards `peer_interface` of the sender; `next_hop` is the sender's address.
    """

    number: int
    sender: int
    receiver: int
    family: Family
    link: str
    interface: str
    peer_interface: str
    next_hop: int
    export: BgpNeighbor
    accept: BgpNeighbor
    sender_path: tuple[int, ...]
    sender_asn: int
    loop_asns: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One way on from a node: over `interface` (of the node itself, or of the VRF that a route leaked from).

    `node` and `peer_interface` are the next device's; None if the packet ends here: `end` then says how
    (a `Disposition` name), `link` is the cable crossed.
    """

    interface: str
    node: int | None = None
    peer_interface: str = ""
    link: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRoute:
    """A connected or static route of a node: distance, ways on, and the interfaces that it needs up."""

    distance: int
    source: str
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Routes of node `source` (not leaked themselves) that enter `target`, on one device and in one family."""

    source: int
    target: int
    family: Family
    import_map: str | None
    export_map: str | None


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything static about a network. `local[node][prefix]` holds connected and static routes; `own[node]` the node's
    own addresses (family, value); `down` the interfaces that are shut."""

    network: Network
    nodes: tuple[NodeKey, ...]
    number: Mapping[NodeKey, int]
    interfaces: Mapping[InterfaceKey, Interface]
    joints: Mapping[InterfaceKey, tuple[Joint, ...]]
    instances: Mapping[int, BgpInstance]
    sessions: tuple[Session, ...]
    leaks: tuple[Leak, ...]
    local: tuple[Mapping[Prefix, LocalRoute], ...]
    own: tuple[frozenset[tuple[Family, int]], ...]
    ports: Mapping[InterfaceKey, str]
    external: frozenset[InterfaceKey]


def parent_of(name: str) -> str:
    """Return the parent port of a (sub-)interface name."""
    return name.rpartition(".")[0] or name


def build_topology(network: Network) -> Topology:
    """Return the topology of a network as its texts have it."""
    interfaces = {
        (device.name, item.name): item for device in network.devices.values() for item in _up_interfaces(device)
    }
    nodes = tuple(sorted(_node_keys(network), key=lambda item: (item[0], item[1] or "")))
    number = {key: index for index, key in enumerate(nodes)}
    joints = _joints(network, interfaces)
    instances = {
        number[(device.name, instance.vrf)]: instance
        for device in network.devices.values()
        for instance in device.bgp
    }
    external = frozenset((port.device, port.interface) for port in network.ports if port.external)
    ports = {(port.device, port.interface): port.attachment for port in network.ports}
    local = _local_routes(network, interfaces, joints, number, external)
    return Topology(
        network=network,
        nodes=nodes,
        number=number,
        interfaces=interfaces,
        joints=joints,
        instances=instances,
        sessions=tuple(_sessions(network, interfaces, joints, number, instances)),
        leaks=tuple(_leaks(network, number)),
        local=local,
        own=_own_addresses(interfaces, number),
        ports=ports,
        external=external,
    )


def _up_interfaces(device: Device) -> Iterator[Interface]:
    by_name = {item.name: item for item in device.interfaces}
    for item in device.interfaces:
        parent = by_name.get(parent_of(item.name))
        if item.enabled and (parent is None or parent.enabled):
            yield item


def _node_keys(network: Network) -> set[NodeKey]:
    keys: set[NodeKey] = set()
    for device in network.devices.values():
        keys.add((device.name, None))
        keys |= {(device.name, vrf.name) for vrf in device.vrfs}
        keys |= {(device.name, item.vrf) for item in device.interfaces}
        keys |= {(device.name, item.vrf) for item in device.bgp}
        keys |= {(device.name, item.vrf) for item in device.statics}
    return keys


def _joints(
    network: Network, interfaces: Mapping[InterfaceKey, Interface]
) -> dict[InterfaceKey, tuple[Joint, ...]]:
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


def _local_routes(
    network: Network,
    interfaces: Mapping[InterfaceKey, Interface],
    joints: Mapping[InterfaceKey, tuple[Joint, ...]],
    number: Mapping[NodeKey, int],
    external: frozenset[InterfaceKey],
) -> tuple[dict[Prefix, LocalRoute], ...]:
    local: list[dict[Prefix, LocalRoute]] = [{} for _ in number]
    linked = {(link.a_device, link.a_interface) for link in network.links}
    linked |= {(link.b_device, link.b_interface) for link in network.links}
    for (device, name), item in interfaces.items():
        node = number[(device, item.vrf)]
        end = "NEIGHBOR_UNREACHABLE" if (device, parent_of(name)) in linked else "DELIVERED_TO_SUBNET"
        for address in item.addresses:
            prefix = prefix_of(address.family, address.value, address.length)
            hop = Hop(interface=name, end=end)
            held = local[node].get(prefix)
            hops = (hop,) if held is None else (*held.hops, hop)
            local[node][prefix] = LocalRoute(distance=0, source="connected", hops=hops)
    for device_item in network.devices.values():
        for static in device_item.statics:
            node = number[(device_item.name, static.vrf)]
            _add_static(device_item.name, static, local[node], interfaces, joints, number, external)
    return tuple(local)


def _add_static(
    device: str,
    static: StaticRoute,
    held: dict[Prefix, LocalRoute],
    interfaces: Mapping[InterfaceKey, Interface],
    joints: Mapping[InterfaceKey, tuple[Joint, ...]],
    number: Mapping[NodeKey, int],
    external: frozenset[InterfaceKey],
) -> None:
    hops = _static_hops(device, static, held, interfaces, joints, number, external)
    old = held.get(static.prefix)
    if not hops or (old is not None and old.distance < static.distance):
        return
    if old is not None and old.distance == static.distance:
        hops = tuple(dict.fromkeys((*old.hops, *hops)))
    held[static.prefix] = LocalRoute(distance=static.distance, source="static", hops=hops)


def _static_hops(
    device: str,
    static: StaticRoute,
    held: Mapping[Prefix, LocalRoute],
    interfaces: Mapping[InterfaceKey, Interface],
    joints: Mapping[InterfaceKey, tuple[Joint, ...]],
    number: Mapping[NodeKey, int],
    external: frozenset[InterfaceKey],
) -> tuple[Hop, ...]:
    if static.discard:
        return (Hop(interface="", end="NULL_ROUTED"),)
    if static.next_hop is None:
        return _exit_hops(device, static, interfaces)
    found: list[Hop] = []
    connected = [
        (prefix, route)
        for prefix, route in held.items()
        if route.source == "connected" and prefix.family is static.prefix.family and prefix.holds(static.next_hop)
    ]
    for _, route in sorted(connected, key=lambda item: -item[0].length)[:1]:
        for hop in route.hops:
            found.append(_towards(device, hop, static, interfaces, joints, number, external))
    return tuple(found)


def _exit_hops(
    device: str, static: StaticRoute, interfaces: Mapping[InterfaceKey, Interface]
) -> tuple[Hop, ...]:
    if static.interface is None or (device, static.interface) not in interfaces:
        return ()
    return (Hop(interface=static.interface, end="INSUFFICIENT_INFO"),)


def _towards(
    device: str,
    hop: Hop,
    static: StaticRoute,
    interfaces: Mapping[InterfaceKey, Interface],
    joints: Mapping[InterfaceKey, tuple[Joint, ...]],
    number: Mapping[NodeKey, int],
    external: frozenset[InterfaceKey],
) -> Hop:
    for joint in joints.get((device, hop.interface), ()):
        other = interfaces[(joint.device, joint.interface)]
        if any(a.value == static.next_hop and a.family is static.prefix.family for a in other.addresses):
            return Hop(
                interface=hop.interface,
                node=number[(joint.device, other.vrf)],
                peer_interface=joint.interface,
                link=joint.link,
            )
    if (device, hop.interface) in external:
        return Hop(interface=hop.interface, end="EXITS_NETWORK")
    return Hop(interface=hop.interface, end="NEIGHBOR_UNREACHABLE")


def _sessions(
    network: Network,
    interfaces: Mapping[InterfaceKey, Interface],
    joints: Mapping[InterfaceKey, tuple[Joint, ...]],
    number: Mapping[NodeKey, int],
    instances: Mapping[int, BgpInstance],
) -> Iterator[Session]:
    statements = {
        (node, neighbor.family, neighbor.address): neighbor
        for node, instance in instances.items()
        for neighbor in instance.neighbors
        if neighbor.enabled
    }
    count = 0
    for (device, name), joined in sorted(joints.items()):
        item = interfaces[(device, name)]
        receiver = number[(device, item.vrf)]
        for joint in joined:
            other = interfaces[(joint.device, joint.interface)]
            sender = number[(joint.device, other.vrf)]
            for mine, theirs in _address_pairs(item, other):
                accept = statements.get((receiver, mine[0], theirs[1]))
                export = statements.get((sender, mine[0], mine[1]))
                if accept is None or export is None:
                    continue
                if not _agree(accept, instances[receiver], export, instances[sender]):
                    continue
                yield _session(
                    count, sender, receiver, joint, name, theirs[1], export, accept, instances
                )
                count += 1


def _address_pairs(
    item: Interface, other: Interface
) -> Iterator[tuple[tuple[Family, int], tuple[Family, int]]]:
    for mine in item.addresses:
        subnet = prefix_of(mine.family, mine.value, mine.length)
        for theirs in other.addresses:
            back = prefix_of(theirs.family, theirs.value, theirs.length)
            if mine.family is theirs.family and subnet.holds(theirs.value) and back.holds(mine.value):
                yield (mine.family, mine.value), (theirs.family, theirs.value)


def presented_asn(neighbor: BgpNeighbor, instance: BgpInstance) -> int:
    """Return the AS that a neighbour sees at this end."""
    return neighbor.local_as.asn if neighbor.local_as is not None else instance.asn


def _agree(accept: BgpNeighbor, here: BgpInstance, export: BgpNeighbor, there: BgpInstance) -> bool:
    return accept.remote_as == presented_asn(export, there) and export.remote_as == presented_asn(accept, here)


def _session(
    count: int,
    sender: int,
    receiver: int,
    joint: Joint,
    interface: str,
    next_hop: int,
    export: BgpNeighbor,
    accept: BgpNeighbor,
    instances: Mapping[int, BgpInstance],
) -> Session:
    source, target = instances[sender], instances[receiver]
    if export.local_as is None:
        path: tuple[int, ...] = (source.asn,)
    elif export.local_as.replace:
        path = (export.local_as.asn,)
    else:
        path = (export.local_as.asn, source.asn)
    own = {*target.loop_asns, target.asn, *([accept.local_as.asn] if accept.local_as is not None else [])}
    return Session(
        number=count,
        sender=sender,
        receiver=receiver,
        family=accept.family,
        link=joint.link,
        interface=interface,
        peer_interface=joint.interface,
        next_hop=next_hop,
        export=export,
        accept=accept,
        sender_path=path,
        sender_asn=path[0],
        loop_asns=frozenset(own),
    )


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
