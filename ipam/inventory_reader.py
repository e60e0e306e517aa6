"""devices.csv and channels.csv -> Inventory, with the place of every attachment.

The one idea: equipment is read like every other table; where attachments stand is then worked out by `ipam.placement` from
values alone, so that it can be done again for the equipment of one day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from intents.finding import Finding, Where, make_finding, raise_errors
from intents.parser.equipment_names import read_device_table
from intents.parser.registry import columns_of, declare_names, read_rows, read_table
from intents.reader.excerpts import add_excerpts
from intents.reader.fields import RowFields
from intents.reader.parser_context import A03, A04, NameKind, ParserContext
from intents.registry import Domain, Registry, SiteName, Validity, YesNo
from ipam.inventory import BACKBONE_ROLES, Channel, Inventory, InventoryDevice, Medium, Role
from ipam.placement import place_attachments

CHANNEL_COLUMNS = columns_of(
    "name a_device a_interface b_device b_interface level medium bandwidth_mbps",
    "enterprise ducts valid_from valid_to renamed_from",
)
MOST_MBPS = 10_000_000


class PlatformName(StrEnum):
    CISCO_IOS = "cisco_ios"
    JUNOS = "junos"


MAKERS: Mapping[str, str] = {PlatformName.CISCO_IOS: "cisco", PlatformName.JUNOS: "juniper"}
"""Platform -> who makes the devices that it runs on."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One interface in use by one thing, for the time that it is valid."""

    device: str
    interface: str
    user: str
    validity: Validity
    where: Where


def load_inventory(folder: Path, registry: Registry) -> tuple[Inventory, tuple[Finding, ...]]:
    """Read the equipment of a workspace (of all dates); FindingsError if anything is wrong; else warnings come along."""
    reading = ParserContext()
    for site, value in registry.sites.items():
        reading.declared[NameKind.SITE][site] = value.where
    device_table = read_device_table(folder, reading)
    channel_table = read_table(folder, "channels.csv", CHANNEL_COLUMNS, reading, NameKind.CHANNEL)
    declare_names(device_table, NameKind.DEVICE, reading)
    declare_names(channel_table, NameKind.CHANNEL, reading)
    devices = read_rows(device_table, _read_device, reading)
    channels = read_rows(channel_table, _read_channel, reading)
    for channel in channels.values():
        reading.add(_check_channel(channel, devices))
    reading.add(_check_interfaces(devices, channels))
    reading.add(_check_ducts(channels))
    complete = len(devices) == len(device_table.rows) and len(channels) == len(channel_table.rows)
    places, findings = place_attachments(registry, devices, channels)
    if complete and not reading.unknown:
        reading.add(findings)
    kept = raise_errors(add_excerpts(folder, reading.findings))
    return Inventory(devices=devices, channels=channels, places=places), kept


def inventory_as_at(inventory: Inventory, registry: Registry, on: date) -> tuple[Inventory, tuple[Finding, ...]]:
    """Return the equipment of one day with the places of that day's attachments; `registry` is already of that day."""
    devices = {name: item for name, item in inventory.devices.items() if item.validity.holds(on)}
    channels = {
        name: item
        for name, item in inventory.channels.items()
        if item.validity.holds(on) and item.a_device in devices and item.b_device in devices
    }
    places, findings = place_attachments(registry, devices, channels)
    return Inventory(devices=devices, channels=channels, places=places), findings


def _read_device(fields: RowFields) -> tuple[str, InventoryDevice] | None:
    name = fields.text("name")
    device = InventoryDevice(
        name=name,
        role=fields.choice("role", Role),
        platform=fields.choice("platform", PlatformName).value,
        model=fields.text("model"),
        site=SiteName(fields.reference("site", NameKind.SITE)),
        domain=fields.choice("domain", Domain),
        lan_interface=fields.optional("lan_interface"),
        ipv6=fields.choice("ipv6", YesNo) is YesNo.YES,
        validity=fields.validity(),
        where=fields.place("name"),
        lan_where=fields.place("lan_interface"),
        renamed_from=fields.earlier_names(NameKind.DEVICE, name),
    )
    return (name, device) if fields.ok else None


def _read_channel(fields: RowFields) -> tuple[str, Channel] | None:
    name = fields.text("name")
    channel = Channel(
        name=name,
        a_device=fields.reference("a_device", NameKind.DEVICE),
        a_interface=fields.text("a_interface"),
        b_device=fields.reference("b_device", NameKind.DEVICE),
        b_interface=fields.text("b_interface"),
        level=fields.whole("level", 0, 2),
        medium=fields.choice("medium", Medium),
        enterprise=fields.optional("enterprise"),
        ducts=tuple(sorted(fields.texts("ducts"))),
        bandwidth_mbps=fields.whole("bandwidth_mbps", 1, MOST_MBPS),
        validity=fields.validity(),
        where=fields.place("name"),
        a_where=fields.place("a_interface"),
        b_where=fields.place("b_interface"),
        renamed_from=fields.earlier_names(NameKind.CHANNEL, name),
    )
    if fields.ok and channel.a_device == channel.b_device:
        fields.complain("TR223", fields.place("b_device"), channel=name, device=channel.a_device)
    return (name, channel) if fields.ok else None


_CARRIERS = frozenset({Role.CORE, Role.AGGREGATION})
_ENDS = {
    0: (BACKBONE_ROLES, BACKBONE_ROLES),
    1: (frozenset({Role.EDGE}), frozenset({Role.LEVEL1_CPE})),
    2: (_CARRIERS, frozenset({Role.CPE})),
}
"""Roles that sides a and b of a channel may have, by its level: level I ends where purposes leak into each other."""


def _check_channel(channel: Channel, devices: dict[str, InventoryDevice]) -> list[Finding]:
    """A channel of level 0 joins backbone devices; of level 1, an edge (a) and the central operator's CPE (b); of level 2, a
    core or aggregation device (a) and a CPE (b)."""
    near, far = devices.get(channel.a_device), devices.get(channel.b_device)
    if near is None or far is None:
        return []
    starts, ends = _ENDS[channel.level]
    if near.role in starts and far.role in ends:
        return []
    finding = make_finding(
        "TR224",
        channel.where,
        also=(near.where, far.where),
        rule=A03 if near.role in BACKBONE_ROLES else A04,
        channel=channel.name,
        level=channel.level,
        a_role=near.role,
        b_role=far.role,
        near=", ".join(sorted(starts)),
        wanted=", ".join(sorted(ends)),
    )
    return [finding]


def _check_interfaces(devices: dict[str, InventoryDevice], channels: dict[str, Channel]) -> list[Finding]:
    """Report an interface that two channels, or a channel and the LANs, use at the same time."""
    uses = [
        _Use(device.name, device.lan_interface, f"LANs of {device.name}", device.validity, device.where)
        for device in devices.values()
        if device.lan_interface
    ]
    for channel in channels.values():
        uses.append(_Use(channel.a_device, channel.a_interface, channel.name, channel.validity, channel.where))
        uses.append(_Use(channel.b_device, channel.b_interface, channel.name, channel.validity, channel.where))
    earlier: dict[tuple[str, str], list[_Use]] = {}
    findings: list[Finding] = []
    for use in uses:
        rivals = earlier.setdefault((use.device, use.interface), [])
        clash = next((item for item in rivals if item.validity.overlaps(use.validity)), None)
        if clash is not None:
            findings.append(
                make_finding(
                    "TR225",
                    use.where,
                    also=(clash.where,),
                    device=use.device,
                    interface=use.interface,
                    first=clash.user,
                    second=use.user,
                )
            )
        rivals.append(use)
    return findings


def _check_ducts(channels: dict[str, Channel]) -> list[Finding]:
    """Report a duct that is spelled in two ways: two names would be two ducts, which nothing shares."""
    spelled: dict[str, tuple[str, Channel]] = {}
    findings: list[Finding] = []
    for channel in channels.values():
        for duct in channel.ducts:
            known, first = spelled.setdefault(_duct_key(duct), (duct, channel))
            if known != duct:
                findings.append(
                    make_finding(
                        "TR260",
                        channel.where,
                        also=(first.where,),
                        channel=channel.name,
                        duct=duct,
                        other=first.name,
                        known=known,
                    )
                )
    return findings


def _duct_key(name: str) -> str:
    """Return what people spell one duct by: its name without case, form of letters and kind of separator."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", name).casefold())
