"""Devices -> the links that their addresses suggest: two interfaces in one subnet, with the same tag, are taken to be joined.

The one idea: this is a guess, and says so; where a subnet leaves open who is joined to whom (an address that two interfaces have,
unequal tags, a LAN too wide), nothing is joined and the subnet is named. VRFs do not part a wire, so they are not looked at.
Ports of routing engines that share a subnet stand in the network by which people come in: nothing passes from one to another
(JUN-FIL-08), so no link is made of them, unless a routing protocol goes that way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from intents.prefix import Family, Prefix, parse_prefix, prefix_of
from routing.model import Device, Interface, PhysicalLink

WIDEST_LAN = 64
"""Interfaces of one subnet that are joined each with each; a wider LAN would make links by the thousand."""
_LINK_LOCAL = parse_prefix("fe80::/10")


class UnclearKind(StrEnum):
    """Why a subnet joins nobody, or not all."""

    REPEATED = "repeated"
    TAGS = "tags"
    WIDE = "wide"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearSubnet:
    """A subnet that leaves open who is joined to whom, and its interfaces (device, name)."""

    prefix: Prefix
    kind: UnclearKind
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetLinks:
    """Links that subnets suggest, sorted by name, and subnets that suggest none for sure."""

    links: tuple[PhysicalLink, ...]
    unclear: tuple[UnclearSubnet, ...]


class _Place(NamedTuple):
    device: str
    interface: Interface
    address: int


def links_of_subnets(devices: Iterable[Device]) -> SubnetLinks:
    """Return the links between interfaces that share a subnet and a tag."""
    links: dict[str, PhysicalLink] = {}
    unclear: list[UnclearSubnet] = []
    for prefix, places in sorted(_shared(devices).items()):
        for kind, found in _unclear(places):
            unclear.append(UnclearSubnet(prefix=prefix, kind=kind, places=tuple(_names(found))))
        for one, other in _joined(places):
            link = _link(one, other)
            links.setdefault(link.name, link)
    return SubnetLinks(links=tuple(links[name] for name in sorted(links)), unclear=tuple(unclear))


def _shared(devices: Iterable[Device]) -> Mapping[Prefix, list[_Place]]:
    """Return the interfaces by subnet, where more than one is in it and something may pass between them."""
    found: dict[Prefix, list[_Place]] = {}
    every = sorted(devices, key=lambda item: item.name)
    for device in every:
        for item in device.interfaces:
            for address in () if item.name.lower().startswith("lo") else item.addresses:
                prefix = prefix_of(address.family, address.value, address.length)
                if prefix.length < address.family.bits and not _is_link_local(prefix):
                    found.setdefault(prefix, []).append(_Place(device.name, item, address.value))
    kept = {prefix: _without_spare(places) for prefix, places in found.items()}
    spoken = _Spoken(every)
    return {
        prefix: places
        for prefix, places in kept.items()
        if len(places) > 1 and (any(place.interface.transit for place in places) or spoken.at(prefix, places))
    }


class _Spoken:
    """Where routing protocols speak: the addresses of BGP neighbours, and the interfaces of OSPF."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self._neighbors: set[tuple[Family, int]] = set()
        self._interfaces: set[tuple[str, str]] = set()
        for device in devices:
            for instance in device.bgp:
                self._neighbors |= {(item.family, item.address) for item in instance.neighbors}
            for process in device.ospf:
                self._interfaces |= {(device.name, item.name) for item in process.interfaces}

    def at(self, prefix: Prefix, places: Iterable[_Place]) -> bool:
        """Return whether one speaks in a subnet in which interfaces stand."""
        heard = any(family is prefix.family and prefix.holds(address) for family, address in self._neighbors)
        return heard or any((place.device, place.interface.name) in self._interfaces for place in places)


def _without_spare(places: list[_Place]) -> list[_Place]:
    """Return the places without shut interfaces whose address another one has taken over."""
    used = {place.address for place in places if place.interface.enabled}
    return [place for place in places if place.interface.enabled or place.address not in used]


def _is_link_local(prefix: Prefix) -> bool:
    return prefix.family is _LINK_LOCAL.family and _LINK_LOCAL.covers(prefix)


def _unclear(places: list[_Place]) -> Iterator[tuple[UnclearKind, list[_Place]]]:
    if len(places) > WIDEST_LAN:
        yield UnclearKind.WIDE, places
    elif len({place.address for place in places}) < len(places):
        yield UnclearKind.REPEATED, places
    elif len({place.interface.vlan for place in places}) > 1:
        yield UnclearKind.TAGS, places


def _joined(places: list[_Place]) -> Iterator[tuple[_Place, _Place]]:
    if len(places) > WIDEST_LAN or len({place.address for place in places}) < len(places):
        return
    for one, other in combinations(places, 2):
        if one.interface.vlan == other.interface.vlan:
            yield one, other


def _names(places: Iterable[_Place]) -> Iterator[tuple[str, str]]:
    return ((place.device, place.interface.name) for place in places)


def _link(one: _Place, other: _Place) -> PhysicalLink:
    (a_device, a_port), (b_device, b_port) = sorted(
        (place.device, port_of(place.interface.name)) for place in (one, other)
    )
    return PhysicalLink(
        name=link_name(a_device, a_port, b_device, b_port),
        a_device=a_device,
        a_interface=a_port,
        b_device=b_device,
        b_interface=b_port,
    )


def port_of(interface: str) -> str:
    """Return the port that a sub-interface stands on, or the name itself."""
    return interface.rpartition(".")[0] or interface


def link_name(a_device: str, a_port: str, b_device: str, b_port: str) -> str:
    """Return what a link is called that nobody has named."""
    return f"{a_device}:{a_port}={b_device}:{b_port}"
