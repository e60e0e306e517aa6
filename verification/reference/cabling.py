"""Which interfaces work under a failure, and who hears what one of them sends.

The one idea: two interfaces are neighbours because a cable joins their parent ports and both use the same 802.1Q tag,
never because their addresses look alike; an address is reachable over an interface only if a neighbour has it
configured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix, prefix_of
from routing.model import Device, Interface, Network
from routing.vendors import VENDORS
from verification.verdicts.failure import Failure

Port = tuple[str, str]
"""Device and parent port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cables:
    """A network under one failure: working interfaces by device and by port, and the far ends of each port's live
    links.

    `linked` holds every port that a link ends on, whether the link works or not.
    """

    network: Network
    failure: Failure
    working: Mapping[str, tuple[Interface, ...]]
    on_port: Mapping[Port, tuple[Interface, ...]]
    far_ends: Mapping[Port, tuple[Port, ...]]
    linked: frozenset[Port]


def wire(network: Network, failure: Failure) -> Cables:
    """Return the wiring of a network under a failure."""
    working = {
        name: tuple(item for item in device.interfaces if _works(device, item, failure))
        for name, device in network.devices.items()
    }
    on_port: dict[Port, list[Interface]] = {}
    for name, interfaces in working.items():
        for interface in interfaces:
            on_port.setdefault((name, parent_of(interface.name)), []).append(interface)
    linked: set[Port] = set()
    far_ends: dict[Port, list[Port]] = {}
    for link in network.links:
        a, b = (link.a_device, link.a_interface), (link.b_device, link.b_interface)
        linked |= {a, b}
        if link.name not in failure.links:
            far_ends.setdefault(a, []).append(b)
            far_ends.setdefault(b, []).append(a)
    return Cables(
        network=network,
        failure=failure,
        working=working,
        on_port={port: tuple(found) for port, found in on_port.items()},
        far_ends={port: tuple(found) for port, found in far_ends.items()},
        linked=frozenset(linked),
    )


def parent_of(interface: str) -> str:
    """Return the parent port of a sub-interface (the name before the last dot), or the name itself."""
    return interface.rpartition(".")[0] or interface


def is_loopback(interface: str) -> bool:
    """Return whether an interface is a loopback, by its name on either platform (`Loopback0`, `lo0.0`)."""
    return interface.lower().startswith("lo")


def _works(device: Device, interface: Interface, failure: Failure) -> bool:
    parent = parent_of(interface.name)
    parents = [item for item in device.interfaces if item.name == parent]
    is_there = bool(parents) or not VENDORS[device.platform].capabilities.rules.parent_is_configured
    switched_on = interface.enabled and is_there and all(item.enabled for item in parents)
    broken = (
        device.name in failure.devices
        or (device.name, parent) in failure.interfaces
        or (device.name, interface.name) in failure.interfaces
    )
    return switched_on and not broken


def connected_prefixes(interface: Interface, family: Family) -> tuple[Prefix, ...]:
    """Return the prefixes of an interface's own addresses in a family."""
    return tuple(
        prefix_of(family, address.value, address.length) for address in interface.addresses if address.family is family
    )


def owns(interface: Interface, family: Family, value: int) -> bool:
    """Return whether an address is configured on an interface."""
    return any(address.family is family and address.value == value for address in interface.addresses)


def is_linked(wiring: Cables, device: str, interface: Interface) -> bool:
    """Return whether a link ends on an interface's port, so that a device and not a LAN is behind it."""
    return (device, parent_of(interface.name)) in wiring.linked


def neighbours(
    wiring: Cables, device: str, interface: Interface, family: Family, target: int
) -> Iterator[tuple[str, Interface]]:
    """Yield who answers for the address `target` on an interface: device and its interface (more than one is a fault).

    The far interface must work, carry the same tag (None equals None) and own the address, and the address must lie in
    a connected prefix of the sending interface.
    """
    if not any(prefix.holds(target) for prefix in connected_prefixes(interface, family)):
        return
    for port in wiring.far_ends.get((device, parent_of(interface.name)), ()):
        for far in wiring.on_port.get(port, ()):
            if far.vlan == interface.vlan and owns(far, family, target):
                yield port[0], far
