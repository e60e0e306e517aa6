"""Which eBGP sessions come up.

The one idea: a session is found from one side, by asking who answers for the neighbour's address, and it counts only
if the other side's statement says the same back: address, VRF, tag, AS in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from routing.model import BgpInstance, BgpNeighbor, Device, Interface
from verification.reference.cabling import Cables, neighbours

Node = tuple[str, str | None]
"""A device's name and one of its VRFs (None: the global table)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One end of a session: the device, its BGP instance, its statement about the other end and its interface."""

    device: Device
    instance: BgpInstance
    neighbor: BgpNeighbor
    interface: Interface

    @property
    def node(self) -> Node:
        return (self.device.name, self.instance.vrf)


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpSession:
    """One direction of an established session: what `sender` announces, `receiver` hears."""

    sender: Speaker
    receiver: Speaker


def sessions(wiring: Cables) -> tuple[BgpSession, ...]:
    """Return both directions of every session that comes up, in the order of the devices and their statements."""
    return tuple(
        BgpSession(sender=far, receiver=near)
        for name in sorted(wiring.network.devices)
        for near in _speakers(wiring, wiring.network.devices[name])
        for far in _answering(wiring, near)
    )


def _speakers(wiring: Cables, device: Device) -> Iterator[Speaker]:
    """Yield every statement about a neighbour with each working interface of its VRF that may lead there."""
    for instance in device.bgp:
        interfaces = [item for item in wiring.working[device.name] if item.vrf == instance.vrf]
        for neighbor in instance.neighbors:
            for interface in interfaces if neighbor.enabled else ():
                yield Speaker(device=device, instance=instance, neighbor=neighbor, interface=interface)


def _answering(wiring: Cables, near: Speaker) -> Iterator[Speaker]:
    family = near.neighbor.family
    for device_name, interface in neighbours(wiring, near.device.name, near.interface, family, near.neighbor.address):
        device = wiring.network.devices[device_name]
        for instance in device.bgp:
            for neighbor in instance.neighbors if instance.vrf == interface.vrf else ():
                far = Speaker(device=device, instance=instance, neighbor=neighbor, interface=interface)
                if neighbor.enabled and neighbor.family is family and _agree(wiring, near, far):
                    yield far


def _agree(wiring: Cables, near: Speaker, far: Speaker) -> bool:
    heard = neighbours(wiring, far.device.name, far.interface, far.neighbor.family, far.neighbor.address)
    return (
        (near.device.name, near.interface) in heard
        and near.neighbor.remote_as == _presented_as(far)
        and far.neighbor.remote_as == _presented_as(near)
    )


def _presented_as(speaker: Speaker) -> int:
    local_as = speaker.neighbor.local_as
    return speaker.instance.asn if local_as is None else local_as.asn
