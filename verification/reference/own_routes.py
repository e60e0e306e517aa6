"""The routes that a VRF has of its own: connected and static, as far as their interfaces work.

The one idea: each configured address and each static route offers itself for its prefix, the lowest distance wins, and
offers of equal distance are used side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Prefix, format_address
from routing.model import Device, Interface, RouteSource, StaticRoute
from routing.refs import interface_ref, static_ref
from verification.reference.bgp_sessions import Node
from verification.reference.cabling import Cables, connected_prefixes
from verification.reference.paths import DISCARD, Exit, Path, behaviour_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route in use: `paths` are used side by side; `distance` is the one that won."""

    prefix: Prefix
    distance: int
    paths: tuple[Path, ...]


def own_routes(wiring: Cables, node: Node, prefixes: tuple[Prefix, ...]) -> Mapping[Prefix, Route]:
    """Return the connected and static routes in use, by prefix: the lowest distance wins, equals are used side by
    side."""
    name, vrf = node
    device = wiring.network.devices[name]
    interfaces = [item for item in wiring.working[name] if item.vrf == vrf]
    unusable = behaviour_of(device).unusable_distance
    found: dict[Prefix, Route] = {}
    for prefix in prefixes:
        offers = [
            *((0, _connected_path(name, item, prefix)) for item in interfaces if _is_connected(item, prefix)),
            *(
                (static.distance, path)
                for static in device.statics
                if static.vrf == vrf and static.prefix == prefix and static.distance != unusable
                for path in _static_paths(wiring, device, static)
            ),
        ]
        if offers:
            lowest = min(distance for distance, _ in offers)
            paths = tuple(path for distance, path in offers if distance == lowest)
            found[prefix] = Route(prefix=prefix, distance=lowest, paths=paths)
    return found


def _is_connected(interface: Interface, prefix: Prefix) -> bool:
    return prefix in connected_prefixes(interface, prefix.family)


def _connected_path(device: str, interface: Interface, prefix: Prefix) -> Path:
    return Path(
        prefix=prefix,
        source=RouteSource.CONNECTED,
        exits=(Exit(interface=interface.name),),
        line=(device, interface_ref(interface.name)),
    )


def _static_paths(wiring: Cables, device: Device, static: StaticRoute) -> Iterator[Path]:
    """Yield the static route once for each exit that works; a next hop alone must lie in a connected prefix of its VRF.

    A route that names its exit interface uses it whatever VRF that interface is in (IOS).
    """
    working = wiring.working[device.name]
    if static.discard:
        exits = [DISCARD]
    elif static.interface is not None:
        exits = [
            Exit(interface=item.name, next_hop=static.next_hop) for item in working if item.name == static.interface
        ]
    else:
        exits = list(_resolve([item for item in working if item.vrf == static.vrf], static))
    for way in exits:
        yield Path(
            prefix=static.prefix,
            source=RouteSource.STATIC,
            exits=(way,),
            line=(device.name, static_ref(static.vrf, str(static.prefix), _static_target(static))),
        )


def _resolve(interfaces: list[Interface], static: StaticRoute) -> Iterator[Exit]:
    mine = {
        address.value for item in interfaces for address in item.addresses if address.family is static.prefix.family
    }
    if static.next_hop is None or static.next_hop in mine:  # no platform takes its own address (IOS-STAT-11)
        return
    holding = [
        (prefix.length, item)
        for item in interfaces
        for prefix in connected_prefixes(item, static.prefix.family)
        if prefix.holds(static.next_hop)
    ]
    longest = max((length for length, _ in holding), default=0)
    for length, interface in holding:
        if length == longest:
            yield Exit(interface=interface.name, next_hop=static.next_hop)


def _static_target(static: StaticRoute) -> str:
    """Return where a static route leads as its line is named: exit interface and next hop, or one of them."""
    words = [static.interface] if static.interface is not None else []
    if static.next_hop is not None:
        words.append(format_address(static.prefix.family, static.next_hop))
    return " ".join(words) or "discard"
