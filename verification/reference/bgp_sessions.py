"""Which sessions between ASs come up.

The one idea: a session is found from one side, by asking who answers for the neighbour's address, and it counts only
if the other side's statement says the same back: address, VRF, tag, AS in both directions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from intents.prefix import Family
from routing.model import BgpInstance, BgpNeighbor, Device, Interface
from verification.reference.cabling import Cables, is_loopback, neighbours
from verification.reference.paths import Exit, behaviour_of

Node = tuple[str, str | None]
"""A device's name and one of its VRFs (None: the global table)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One end of a session: the device, its BGP instance and its statement about the other end."""

    device: Device
    instance: BgpInstance
    neighbor: BgpNeighbor

    @property
    def node(self) -> Node:
        return (self.device.name, self.instance.vrf)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSpeaker(Speaker):
    """An end that speaks over an interface, to whoever is next to it."""

    interface: Interface


Resolve = Callable[[int], tuple[int, tuple[Exit, ...]] | None]
"""From a next hop to its metric and the exits there, None if it is nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpSession:
    """One direction of an established session: what `sender` announces, `receiver` hears, over its `interface`.

    Inside an AS there is no such interface: the receiver finds next hops by `resolve`. `sender_id`, `receiver_id`: router IDs.
    """

    sender: Speaker
    receiver: Speaker
    interface: str = ""
    resolve: Resolve | None = None
    sender_id: int = 0
    receiver_id: int = 0


def sessions(wiring: Cables) -> tuple[BgpSession, ...]:
    """Return both directions of every session that comes up, in the order of the devices and their statements."""
    return tuple(
        BgpSession(sender=far, receiver=near, interface=near.interface.name)
        for name in sorted(wiring.network.devices)
        for near in _speakers(wiring, wiring.network.devices[name])
        for far in _answering(wiring, near)
    )


def _speakers(wiring: Cables, device: Device) -> Iterator[EdgeSpeaker]:
    """Yield every statement about a neighbour with each working interface of its VRF that may lead there."""
    for instance in device.bgp:
        interfaces = [item for item in wiring.working[device.name] if item.vrf == instance.vrf]
        for neighbor in instance.neighbors:
            is_outside = neighbor.remote_as != instance.asn
            for interface in interfaces if neighbor.enabled and is_outside else ():
                yield EdgeSpeaker(device=device, instance=instance, neighbor=neighbor, interface=interface)


def _answering(wiring: Cables, near: EdgeSpeaker) -> Iterator[EdgeSpeaker]:
    family = near.neighbor.family
    for device_name, interface in neighbours(wiring, near.device.name, near.interface, family, near.neighbor.address):
        device = wiring.network.devices[device_name]
        for instance in device.bgp:
            for neighbor in instance.neighbors if instance.vrf == interface.vrf else ():
                far = EdgeSpeaker(device=device, instance=instance, neighbor=neighbor, interface=interface)
                if neighbor.enabled and neighbor.family is family and _agree(wiring, near, far):
                    yield far


def _agree(wiring: Cables, near: EdgeSpeaker, far: EdgeSpeaker) -> bool:
    heard = neighbours(wiring, far.device.name, far.interface, far.neighbor.family, far.neighbor.address)
    return (
        (near.device.name, near.interface) in heard
        and near.neighbor.remote_as == _presented_as(far)
        and far.neighbor.remote_as == _presented_as(near)
        and near.neighbor.guards == far.neighbor.guards
        and (not near.neighbor.passive or not far.neighbor.passive)  # one end must open the session (JUN-SESS-05)
        and _recognise(router_id_of(wiring, near), router_id_of(wiring, far), near, far)
    )


def router_id_of(wiring: Cables, speaker: Speaker) -> int | None:
    """Return the router ID: the configured one, else the highest address of a loopback, else of any interface, that works.

    It is looked for in the instance's VRF or in the global table, as the platform does (IOS-RID-03, JUN-UP-07).
    """
    if speaker.instance.router_id is not None:
        return speaker.instance.router_id
    home = speaker.instance.vrf if behaviour_of(speaker.device).router_id_of_instance else None
    here = [item for item in wiring.working[speaker.device.name] if item.vrf == home]
    for candidates in ([item for item in here if is_loopback(item.name)], here):
        values = [address.value for item in candidates for address in item.addresses if address.family is Family.V4]
        if values:
            return max(values)
    return None


def _recognise(one: int | None, other: int | None, near: Speaker, far: Speaker) -> bool:
    """Return whether both ends have a router ID and accept the other's (IOS-UP-01, RFC-SESS-03)."""
    if one is None or other is None:
        return False
    return one != other or not any(behaviour_of(item.device).refuses_own_router_id for item in (near, far))


def _presented_as(speaker: Speaker) -> int:
    local_as = speaker.neighbor.local_as
    return speaker.instance.asn if local_as is None else local_as.asn
