"""What the small example's devices would show, worked out by somebody else than the engine.

The one idea: a device's table is only a witness if nobody who is heard has written it. IPv4 routes and sessions are those that a
real Batfish server computed of the same texts (tests/recorded); IPv6, of which Batfish has no data plane, and all routes of a
network in which something has failed, those of `walk`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from intents.prefix import Family, format_address, prefix_of
from routing.model import Device, Interface, Network, RouteSource
from tests.batfish_cases import RECORDED, given_of
from tests.device_tables import Neighbor, Port, Route, Shown, Way
from verification.batfish.recording import RecordedBatfish
from verification.batfish.routes import batfish_table
from verification.batfish.snapshot import network_snapshot
from verification.batfish.tables import Facts, gather_facts
from verification.reference.table import Tables, tables
from verification.verdicts.failure import NO_FAILURE

DISTANCES = {
    "cisco_ios": {"connected": 0, "static": 1, "bgp": 20},
    "junos": {"connected": 0, "static": 5, "bgp": 170},
}
"""Cisco, 'What Is Administrative Distance?' (doc 15986); Juniper, 'Route Preferences Overview'."""
Dead = frozenset[tuple[str, str]]
"""Devices, each with an interface, or a neighbour's address, that is down."""


@cache
def _facts() -> Facts:
    given = given_of("right")
    return gather_facts(RecordedBatfish(RECORDED), network_snapshot(given), given)


def network() -> Network:
    return given_of("right").network


@cache
def _walked(dead: Dead = frozenset()) -> Tables:
    alive = replace(network(), devices={name: _alive(item, dead) for name, item in network().devices.items()})
    found = tables(alive, NO_FAILURE)
    assert found is not None
    return found


def _alive(device: Device, dead: Dead) -> Device:
    """Return a device as if its text shut what is dead."""
    gone = {what for name, what in dead if name == device.name}
    interfaces = tuple(replace(item, enabled=item.enabled and item.name not in gone) for item in device.interfaces)
    instances = tuple(
        replace(
            instance,
            neighbors=tuple(
                replace(item, enabled=item.enabled and format_address(item.family, item.address) not in gone)
                for item in instance.neighbors
            ),
        )
        for instance in device.bgp
    )
    return replace(device, interfaces=interfaces, bgp=instances)


@cache
def shown_devices() -> Mapping[str, Shown]:
    """Return what every device of the example shows."""
    return {
        name: _shown(device, (*_batfish_routes(device), *_walked_routes(device, _walked(), (Family.V6,))))
        for name, device in sorted(network().devices.items())
    }


@cache
def shown_with(dead: Dead) -> Mapping[str, Shown]:
    """Return what every device shows while interfaces or sessions are down."""
    return {
        name: _shown(device, _walked_routes(device, _walked(dead), tuple(Family)), dead)
        for name, device in sorted(network().devices.items())
    }


def _shown(device: Device, routes: Iterable[Route], dead: Dead = frozenset()) -> Shown:
    gone = {what for name, what in dead if name == device.name}
    up = [
        item
        for item in device.interfaces
        if item.enabled and item.name not in gone and item.name.partition(".")[0] not in gone
    ]
    ports = tuple(_port(item, up=item in up) for item in device.interfaces)
    subnets = {(item.vrf, own.family) for item in device.interfaces for own in item.addresses}
    families = {(item.name, family.family) for item in device.vrfs for family in item.families}
    return Shown(
        routes=(*routes, *_own_addresses(up)),
        ports=ports,
        neighbors=tuple(_neighbors(device, gone)),
        vrfs=frozenset((vrf or "", int(family)) for vrf, family in subnets | families),
    )


def _port(item: Interface, *, up: bool) -> Port:
    addresses = [format_address(own.family, own.value) for own in item.addresses if own.family is Family.V4]
    return Port(item.name, addresses[0] if addresses else "", up)


def _vrfs(device: Device) -> list[str | None]:
    return sorted({item.vrf for item in device.interfaces} | {item.name for item in device.vrfs}, key=str)


def _batfish_routes(device: Device) -> Iterator[Route]:
    for vrf in _vrfs(device):
        where = device.name, vrf or "default"
        sources = {route.prefix: route.protocol for route in _facts().routes.get(where, ())}
        for prefix, onward in batfish_table(_facts(), where).items():
            source = sources[prefix]
            ways = tuple(_way(device, word) for word in sorted(onward))
            yield Route(vrf or "", str(prefix), source, DISTANCES[device.platform][source], ways)


def _way(device: Device, word: str) -> Way:
    """Return a way: Batfish says the next hop or the interface, devices may print both."""
    return Way(_interface(device, word), word) if word[0].isdigit() else Way(word)


def _interface(device: Device, address: str) -> str:
    value = int.from_bytes(bytes(map(int, address.split("."))), "big")
    return next(
        item.name
        for item in device.interfaces
        for own in item.addresses
        if own.family is Family.V4 and prefix_of(own.family, own.value, own.length).holds(value)
    )


def _walked_routes(device: Device, walked: Tables, families: tuple[Family, ...]) -> Iterator[Route]:
    for vrf in _vrfs(device):
        for prefix, entry in walked.get((device.name, vrf), {}).items():
            if prefix.family in families:
                kept = entry.source in {RouteSource.CONNECTED, RouteSource.STATIC}
                source = str(entry.source) if kept else "bgp"
                ways = tuple(
                    Way(way.interface, "" if way.next_hop < 0 else format_address(prefix.family, way.next_hop))
                    for way in entry.ways
                )
                yield Route(vrf or "", str(prefix), source, DISTANCES[device.platform][source], ways)


def _own_addresses(up: Iterable[Interface]) -> Iterator[Route]:
    """Yield a device's own addresses, which it lists beside its networks."""
    for item in up:
        for own in item.addresses:
            if own.length < own.family.bits:
                text = f"{format_address(own.family, own.value)}/{own.family.bits}"
                yield Route(item.vrf or "", text, "local", 0, (Way(item.name),))


def _neighbors(device: Device, gone: set[str]) -> Iterator[Neighbor]:
    up = {(name, vrf, far) for name, vrf, _, far in _facts().sessions}
    for instance in device.bgp:
        for item in instance.neighbors:
            address = format_address(item.family, item.address)
            assert item.family is Family.V6 or (device.name, instance.vrf or "default", address) in up
            yield Neighbor(instance.vrf or "", address, item.remote_as, "Idle" if address in gone else "Established")
