"""What a device shows as up before its change and after it -> what fell that the change leaves alone.

The one idea: only what was up before, and what both texts have alike, has to be up again; what a change ends, moves or begins is
not asked for, and what a device does not show is told, never taken for up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from controller.apply.ways import PlannedDevice
from controller.journal.records import LinksSeen
from intents.prefix import format_address, prefix_of
from intents.reason import Reason, because
from routing.model import BgpNeighbor, Device
from routing.vendors import VENDORS
from routing.vendors.device_tables import DeviceTables, TableKind, scope_in_words

KINDS = frozenset({TableKind.INTERFACES, TableKind.NEIGHBORS})
"""The tables that are looked at."""
_GLOBAL = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksUp:
    """Interfaces by name, and BGP sessions as VRF and address, as `LinksSeen` has them; `not_shown`: tables that were not had."""

    interfaces: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    not_shown: tuple[Reason, ...] = ()


def links_up(tables: DeviceTables | None) -> LinksUp:
    """Return what is up as a device shows it."""
    if tables is None:
        return LinksUp()
    missing = (
        because("table_missing", table=scope_in_words(table.scope), why=table.missing)
        for table in tables.tables
        if table.missing is not None
    )
    return LinksUp(
        interfaces=frozenset(item.name for table in tables.tables for item in table.interfaces if item.up),
        sessions=frozenset(
            session_name(table.scope.vrf, format_address(table.scope.family, item.address))
            for table in tables.tables
            if table.scope.family is not None
            for item in table.neighbors
            if item.established
        ),
        not_shown=tuple(missing),
    )


def session_name(vrf: str | None, address: str) -> str:
    """Return what `LinksSeen` calls a session."""
    return f"{vrf or _GLOBAL} {address}"


def links_kept(device: PlannedDevice) -> LinksUp:
    """Return what the texts before and after the change have alike: enabled interfaces; sessions over the same addresses, to the
    same neighbour in the same AS."""
    vendor = VENDORS[device.reach.platform]
    before, after = (vendor.read(device.name, text).device for text in (device.there.running, device.there.standing))
    return LinksUp(
        interfaces=_enabled(before) & _enabled(after),
        sessions=frozenset(name for name, _ in set(_sessions(before)) & set(_sessions(after))),
    )


def _enabled(device: Device) -> frozenset[str]:
    return frozenset(item.name for item in device.interfaces if item.enabled)


def _sessions(device: Device) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield each session with what it rests on: who is to be at the other end, and what is between."""
    for instance in device.bgp:
        for item in instance.neighbors:
            if item.enabled:
                between = tuple(
                    (interface.name, interface.vlan, interface.enabled, address)
                    for interface in device.interfaces
                    if interface.vrf == instance.vrf
                    for address in interface.addresses
                    if address.family is item.family
                    and prefix_of(address.family, address.value, address.length).holds(item.address)
                )
                name = session_name(instance.vrf, format_address(item.family, item.address))
                yield name, (instance.asn, *_ends(item), between)


def _ends(item: BgpNeighbor) -> tuple[object, ...]:
    return item.remote_as, item.local_as, item.source, item.passive, item.guards


def fallen(seen: LinksSeen, kept: LinksUp, now: LinksUp) -> tuple[str, ...]:
    """Return what was up, is left alone by the change, and is not up now."""
    interfaces = frozenset(seen.interfaces) & kept.interfaces
    sessions = frozenset(seen.sessions) & kept.sessions
    return (*sorted(interfaces - now.interfaces), *sorted(sessions - now.sessions))
