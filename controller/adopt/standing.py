"""Devices as read -> what each interface faces, where people stand, which tables belong together, and for which purpose.

The one idea: nobody's word is needed: two interfaces in one subnet with equal tags face each other; what has an address and faces
no device has people or another network behind it; and a table that several devices have by one name is a purpose.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from intents.messages import printable
from intents.prefix import Prefix, prefix_of
from routing.model import Device, Interface, Network
from routing.subnet_links import port_of
from verification.inspection.reach import StandingPlace

Table = tuple[str, str]
"""A device and a VRF of it ("" the global table)."""
LONGEST_NAME = 48


class Facing(StrEnum):
    """What an interface faces."""

    CABLE = "cable"
    """Another device whose text is there."""
    LAN = "lan"
    """People: nothing that has a text."""
    OUTSIDE = "outside"
    """A router that has no text: routes lead to it, or BGP is spoken with it."""
    LOOPBACK = "loopback"
    PARENT = "parent"
    """It carries sub-interfaces that face something."""
    SHUT = "shut"
    ALONE = "alone"
    """Its table meets no other device's and no second LAN."""
    ENGINE = "engine"
    """A port of the routing engine, by which nothing is forwarded."""
    LEFT = "left"
    """Somebody said that the table is another's."""
    NOTHING = "nothing"


OURS = frozenset({Facing.CABLE, Facing.LAN, Facing.OUTSIDE, Facing.LOOPBACK, Facing.PARENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """Where people stand, or another network does. `also`: further interfaces that lead to the same network. `prefixes`: those of
    the interface; `behind`: those that static routes send there; `purposes`: by the names of tables, one if it is clear;
    `hint`: the interface's description, if it is plain words."""

    name: str
    device: str
    interface: str
    also: tuple[tuple[str, str], ...] = ()
    vrf: str
    vlan: int | None
    facing: Facing
    prefixes: tuple[Prefix, ...]
    behind: tuple[Prefix, ...]
    purposes: tuple[str, ...]
    hint: str

    @property
    def standing(self) -> StandingPlace:
        """Return the place as it is asked about: an outside network's addresses are those behind the link."""
        prefixes = self.behind if self.facing is Facing.OUTSIDE and self.behind else self.prefixes
        return StandingPlace(self.name, ((self.device, self.interface), *self.also), prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStanding:
    """What every interface faces, by device and name; places by name; the tables that nothing of ours meets; which tables meet,
    directly or by others (`groups`)."""

    facings: Mapping[tuple[str, str], Facing]
    places: tuple[FoundPlace, ...]
    alone: frozenset[Table]
    left: frozenset[Table]
    groups: frozenset[frozenset[Table]]

    def takes(self, table: Table) -> bool:
        """Return whether a table is proposed as ours."""
        return table not in self.alone and table not in self.left


def find_standing(network: Network, leave: Collection[str]) -> FoundStanding:
    """Return what stands in a network; `leave`: names of VRFs that stay another's."""
    devices = network.devices
    meetings = _meetings(devices.values())
    first = {
        (name, item.name): _facing(device, item, bool(meetings.get((name, item.name))))
        for name, device in devices.items()
        for item in device.interfaces
    }
    tables = _Tables(devices.values(), meetings, first)
    left = frozenset(table for table in tables.every if table[1] in leave)
    facings = {place: _settled(facing, tables.of[place], tables.alone, left) for place, facing in first.items()}
    for device, name in [place for place, facing in facings.items() if facing in OURS]:
        if facings.get((device, port_of(name))) is Facing.NOTHING:
            facings[device, port_of(name)] = Facing.PARENT
    names = _Names()
    places = (
        _place(devices[place[0]], place[1], facing, tables, names)
        for place, facing in sorted(facings.items())
        if facing in (Facing.LAN, Facing.OUTSIDE)
    )
    return FoundStanding(
        facings=facings, places=_joined(places), alone=tables.alone, left=left, groups=frozenset(tables.groups)
    )


def _joined(places: Iterable[FoundPlace]) -> tuple[FoundPlace, ...]:
    """Return places in which an outside network that several interfaces lead to is one."""
    found: dict[object, FoundPlace] = {}
    for place in places:
        key = place.behind if place.facing is Facing.OUTSIDE and place.behind else place.name
        first = found.get(key)
        further = () if first is None else (*first.also, (place.device, place.interface))
        found[key] = place if first is None else replace(first, also=further)
    return tuple(found.values())


def _meetings(devices: Iterable[Device]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Return the interfaces of other devices in a subnet and with the tag of each."""
    subnets: dict[tuple[Prefix, int | None], list[tuple[str, str]]] = {}
    for device in devices:
        for item in device.interfaces:
            if item.enabled and item.transit:
                for prefix in _prefixes(item):
                    subnets.setdefault((prefix, item.vlan), []).append((device.name, item.name))
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for places in subnets.values():
        for place in places:
            found.setdefault(place, set()).update(other for other in places if other[0] != place[0])
    return found


def _prefixes(interface: Interface) -> Iterator[Prefix]:
    """Yield the subnets of an interface that others can be in."""
    for address in interface.addresses:
        if address.length < address.family.bits:
            yield prefix_of(address.family, address.value, address.length)


def _facing(device: Device, interface: Interface, meets: bool) -> Facing:
    parent = next((item for item in device.interfaces if item.name == port_of(interface.name)), interface)
    if not interface.transit:
        return Facing.ENGINE
    if interface.name.lower().startswith("lo"):
        return Facing.LOOPBACK
    if not (interface.enabled and parent.enabled):
        return Facing.SHUT
    if meets:
        return Facing.CABLE
    if not any(_prefixes(interface)):
        return Facing.NOTHING
    return Facing.OUTSIDE if _behind(device, interface) or _spoken_with(device, interface) else Facing.LAN


def _behind(device: Device, interface: Interface) -> tuple[Prefix, ...]:
    """Return the prefixes that static routes send through an interface."""
    subnets = list(_prefixes(interface))
    found = {
        item.prefix
        for item in device.statics
        if item.vrf == interface.vrf
        and (
            item.interface == interface.name
            or any(
                item.next_hop is not None and held.family is item.prefix.family and held.holds(item.next_hop)
                for held in subnets
            )
        )
    }
    return tuple(sorted(found))


def _spoken_with(device: Device, interface: Interface) -> bool:
    """Return whether BGP is spoken with somebody in an interface's subnets."""
    subnets = list(_prefixes(interface))
    return any(
        held.family is item.family and held.holds(item.address)
        for instance in device.bgp
        if instance.vrf == interface.vrf
        for item in instance.neighbors
        for held in subnets
    )


def _settled(facing: Facing, table: Table, alone: frozenset[Table], left: frozenset[Table]) -> Facing:
    """Return what an interface faces when it is known whose its table is."""
    if facing not in OURS:
        return facing
    return Facing.LEFT if table in left else Facing.ALONE if table in alone else facing


class _Tables:
    """The tables of all devices, and which meet: over a cable, or by route targets on one device."""

    def __init__(
        self,
        devices: Iterable[Device],
        meetings: Mapping[tuple[str, str], set[tuple[str, str]]],
        facings: Mapping[tuple[str, str], Facing],
    ) -> None:
        devices = tuple(devices)
        self.of: dict[tuple[str, str], Table] = {
            (device.name, item.name): (device.name, item.vrf or "") for device in devices for item in device.interfaces
        }
        self.every = frozenset(self.of.values()) | {(item.name, vrf.name) for item in devices for vrf in item.vrfs}
        self._wired: dict[Table, set[Table]] = {}
        for place, others in meetings.items():
            for other in others:
                self._wired.setdefault(self.of[place], set()).add(self.of[other])
        self._leaked: dict[Table, set[Table]] = {}
        for device in devices:
            for taker, giver in _leaks(device):
                self._leaked.setdefault((device.name, taker), set()).add((device.name, giver))
                self._leaked.setdefault((device.name, giver), set()).add((device.name, taker))
        guarded = {(item.name, "") for item in devices if item.control_filters}
        lans: dict[Table, int] = {}
        for place, facing in facings.items():
            if facing in (Facing.LAN, Facing.OUTSIDE):
                lans[self.of[place]] = lans.get(self.of[place], 0) + 1
        self.groups = tuple(self._groups())
        self.alone = (
            frozenset(
                table
                for group in self.groups
                if len({device for device, _ in group}) == 1 and sum(lans.get(table, 0) for table in group) < 2
                for table in group
            )
            - guarded
        )
        held: dict[str, set[str]] = {}
        for holder, vrf in self.every - self.alone:
            held.setdefault(vrf, set()).add(holder)
        self._shared = frozenset(vrf for vrf, holders in held.items() if len(holders) > 1)

    def _groups(self) -> Iterator[frozenset[Table]]:
        """Yield the tables that meet, directly or by others."""
        seen: set[Table] = set()
        for table in sorted(self.every):
            group, waiting = {table}, [table]
            while waiting and table not in seen:
                item = waiting.pop()
                more = (self._wired.get(item, set()) | self._leaked.get(item, set())) - group
                group |= more
                waiting += more
            if table not in seen:
                seen |= group
                yield frozenset(group)

    def purposes(self, table: Table) -> tuple[str, ...]:
        """Return the names of the tables that a table serves: its own if several devices have it, else those that it meets over
        cables, else those that it exchanges routes with."""
        if table[1] in self._shared:
            return (table[1],)
        for meeting in (self._wired, self._leaked):
            found = {vrf for _, vrf in meeting.get(table, set()) if vrf in self._shared}
            if found:
                return tuple(sorted(found))
        return (table[1],)


def _leaks(device: Device) -> Iterator[tuple[str, str]]:
    """Yield pairs of VRFs of a device of which one takes what the other gives."""
    families = [(vrf.name, family) for vrf in device.vrfs for family in vrf.families]
    given: dict[tuple[int, str], list[str]] = {}
    for name, family in families:
        for target in family.exports:
            given.setdefault((family.family, target), []).append(name)
    for name, family in families:
        for target in family.imports:
            yield from ((name, other) for other in given.get((family.family, target), ()) if other != name)


def _place(device: Device, name: str, facing: Facing, tables: _Tables, names: _Names) -> FoundPlace:
    interface = next(item for item in device.interfaces if item.name == name)
    return FoundPlace(
        name=names.of(device.name, name),
        device=device.name,
        interface=name,
        vrf=interface.vrf or "",
        vlan=interface.vlan,
        facing=facing,
        prefixes=tuple(sorted(set(_prefixes(interface)))),
        behind=_behind(device, interface),
        purposes=tables.purposes((device.name, interface.vrf or "")),
        hint=plain_hint(interface.description),
    )


_PLAIN = re.compile(r"[^\W_](?:[\w .,/-]{0,78}[\w.])?")


def plain_hint(words: str | None) -> str:
    """Return a description if it is plain words on one line, else "": it goes into tables that other programs open."""
    text = (words or "").strip()
    return text if _PLAIN.fullmatch(text) and printable(text) == text else ""


def slug_of(text: str) -> str:
    """Return a name of a workspace (lower-case letters, digits, `-`) that is like a text; what is too long ends in a digest."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or f"x{sha256(text.encode()).hexdigest()[:6]}"
    if len(plain) <= LONGEST_NAME:
        return plain
    return f"{plain[: LONGEST_NAME - 7]}-{sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"


class _Names:
    """Names of places: of the device and, shortened, of the interface; each is given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, device: str, interface: str) -> str:
        """Return a name that nothing else has."""
        letters = re.match(r"[A-Za-z]*", interface)
        word = "" if letters is None else letters[0]
        short = f"{device}-{word[:2]}{interface[len(word) :].lstrip('-')}"
        name = slug_of(short)
        if name in self._given:
            name = slug_of(f"{device}-{interface}")
        while name in self._given:
            name = slug_of(f"{name}-x")
        self._given.add(name)
        return name
