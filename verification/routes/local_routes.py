"""Connected and static routes of every node, from interfaces and statics alone.

The one idea: a static route is resolved to the ways on that it stands for when it is read; what fails later only takes ways away.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Address, Prefix, prefix_of
from routing.model import Network, StaticRoute
from verification.routes.adjacency import Adjacencies, ForwardingHop, LocalRoute


def local_routes(
    network: Network, wiring: Adjacencies, unusable: Mapping[str, int | None]
) -> tuple[dict[Prefix, LocalRoute], ...]:
    """Return the connected and static routes of every node, by node number; `unusable`: the distance by device at which a static
    route is never installed."""
    local: list[dict[Prefix, LocalRoute]] = [{} for _ in wiring.number]
    for (device, name), item in wiring.interfaces.items():
        node = wiring.number[(device, item.vrf)]
        end = "NEIGHBOR_UNREACHABLE" if wiring.is_linked(device, name) else "DELIVERED_TO_SUBNET"
        if not item.transit:  # JUN-FIL-08
            end = "INSUFFICIENT_INFO"
        for address in item.addresses:
            prefix = prefix_of(address.family, address.value, address.length)
            hop = ForwardingHop(interface=name, end=end)
            held = local[node].get(prefix)
            hops = (hop,) if held is None else (*held.hops, hop)
            local[node][prefix] = LocalRoute(distance=0, source="connected", hops=hops)
    for device_item in network.devices.values():
        for static in device_item.statics:
            node = wiring.number[(device_item.name, static.vrf)]
            _add_static(device_item.name, static, local[node], wiring, unusable[device_item.name])
    return tuple(local)


def _add_static(
    device: str,
    static: StaticRoute,
    held: dict[Prefix, LocalRoute],
    wiring: Adjacencies,
    unusable: int | None,
) -> None:
    if static.distance == unusable:
        return
    hops = _static_hops(device, static, held, wiring)
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
    wiring: Adjacencies,
) -> tuple[ForwardingHop, ...]:
    if static.discard:
        return (ForwardingHop(interface="", end="NULL_ROUTED"),)
    if static.interface is not None or static.next_hop is None:
        return _exit_hops(device, static, wiring)
    connected = [
        (prefix, route)
        for prefix, route in held.items()
        if route.source == "connected" and prefix.family is static.prefix.family and prefix.holds(static.next_hop)
    ]
    if any(_owns(device, hop, static, wiring) for _, route in connected for hop in route.hops):
        return ()
    longest = sorted(connected, key=lambda item: -item[0].length)[:1]
    return tuple(_towards(device, hop, static, wiring) for _, route in longest for hop in route.hops)


def _owns(device: str, hop: ForwardingHop, static: StaticRoute, wiring: Adjacencies) -> bool:
    """Return whether a next hop is the device's own address on an interface: no platform takes such a route (IOS-STAT-11)."""
    addresses = wiring.interfaces[(device, hop.interface)].addresses
    return any(item.family is static.prefix.family and item.value == static.next_hop for item in addresses)


def _exit_hops(device: str, static: StaticRoute, wiring: Adjacencies) -> tuple[ForwardingHop, ...]:
    if static.interface is None or (device, static.interface) not in wiring.interfaces:
        return ()
    if static.next_hop is not None:
        return (_towards(device, ForwardingHop(interface=static.interface), static, wiring),)
    return (ForwardingHop(interface=static.interface, end="INSUFFICIENT_INFO"),)


def towards(device: str, interface: str, next_hop: Address, wiring: Adjacencies) -> ForwardingHop:
    """Return the way over an interface to whoever has an address there; a port of the routing engine forwards nothing."""
    if not wiring.interfaces[(device, interface)].transit:  # JUN-FIL-08
        return ForwardingHop(interface=interface, end="INSUFFICIENT_INFO")
    for joint in wiring.joints.get((device, interface), ()):
        other = wiring.interfaces[(joint.device, joint.interface)]
        if any(a.value == next_hop.value and a.family is next_hop.family for a in other.addresses):
            return ForwardingHop(
                interface=interface,
                node=wiring.number[(joint.device, other.vrf)],
                peer_interface=joint.interface,
                link=joint.link,
            )
    if not wiring.is_linked(device, interface):
        return ForwardingHop(interface=interface, end="EXITS_NETWORK")
    return ForwardingHop(interface=interface, end="NEIGHBOR_UNREACHABLE")


def _towards(device: str, hop: ForwardingHop, static: StaticRoute, wiring: Adjacencies) -> ForwardingHop:
    return towards(device, hop.interface, Address(static.prefix.family, static.next_hop or 0), wiring)
