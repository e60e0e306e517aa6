"""An address plan and the fates of attachments -> a line for each of its prefixes: keep, renumber or release.

The one idea: whose a prefix is stands in its key, so its fate is that of its attachment, device or channel; no line is ever
decided on its own, and none is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from intents.prefix import Prefix
from intents.reader.csv_cells import join_cells
from intents.registry import AttachmentName
from intents.reorganisation.fates import AttachmentFate, FateGround, FateKind, Fates, PrefixAction
from ipam.address_plan import AddressPlan, EntryState, PrefixEntry, prefix_order
from ipam.inventory import Inventory
from ipam.keys import AttachmentOwner, LanKey, LinkKey, LoopbackKey, PrefixKey

PREFIX_FILE = "reorganisation.csv"
PREFIX_HEADER = ("prefix", "key", "action", "reason", "organisation", "site")
QUARANTINED = "quarantined"
EQUIPMENT = "equipment"
NOT_THERE = "not-there"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedEquipment:
    """Devices and channels that end with their sites."""

    devices: frozenset[str]
    channels: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixLine:
    """What becomes of one prefix and why; `organisation` and `site` are its own from then on, "" for infrastructure."""

    prefix: Prefix
    key: PrefixKey
    action: PrefixAction
    reason: str
    organisation: str = ""
    site: str = ""


def ended_equipment(inventory: Inventory, fates: Fates) -> EndedEquipment:
    """Return the devices that stand at sites which end, and all channels to them."""
    gone = {name for name, fate in fates.sites.items() if fate.kind is FateKind.ENDED}
    devices = frozenset(item.name for item in inventory.devices.values() if item.site in gone)
    channels = (item for item in inventory.channels.values() if item.a_device in devices or item.b_device in devices)
    return EndedEquipment(devices=devices, channels=frozenset(item.name for item in channels))


def attachment_of(key: PrefixKey) -> AttachmentName | None:
    """Return the attachment whose LAN or link a prefix is, None for what belongs to equipment or lies outside."""
    match key:
        case LanKey(attachment) | LinkKey(_, AttachmentOwner(attachment)):
            return attachment
        case _:
            return None


def prefix_lines(
    plan: AddressPlan, fates: Fates, ended: EndedEquipment, inventory: Inventory
) -> tuple[PrefixLine, ...]:
    """Return a line for every entry of a plan, in the order of the lockfile."""
    return tuple(_line(entry, fates, ended, inventory) for entry in sorted(plan.prefixes, key=prefix_order))


def _line(entry: PrefixEntry, fates: Fates, ended: EndedEquipment, inventory: Inventory) -> PrefixLine:
    action, reason = _action(entry, fates, ended, inventory)
    owner = attachment_of(entry.key)
    fate = None if owner is None else fates.attachments.get(owner)
    gone = fate is None or fate.kind is FateKind.ENDED
    places = () if owner is None else inventory.places.get(owner, ())
    site = inventory.devices[places[0].device].site if places and places[0].device in inventory.devices else ""
    organisation = entry.organisation if gone or fate is None else fate.organisation
    return PrefixLine(
        prefix=entry.prefix, key=entry.key, action=action, reason=reason, organisation=organisation, site=site
    )


def _action(entry: PrefixEntry, fates: Fates, ended: EndedEquipment, inventory: Inventory) -> tuple[PrefixAction, str]:
    if entry.state is EntryState.QUARANTINED:
        return PrefixAction.RELEASE, QUARANTINED
    match entry.key:
        case LanKey(attachment) | LinkKey(_, AttachmentOwner(attachment)):
            if attachment in fates.attachments:
                return _of_attachment(fates.attachments[attachment])
            return _of_another(entry.key, attachment, fates, inventory)
        case LinkKey(channel, _):
            return _of_equipment(gone=channel in ended.channels)
        case LoopbackKey(device):
            return _of_equipment(gone=device in ended.devices)
        case _:
            return PrefixAction.KEEP, FateGround.UNTOUCHED


def _of_attachment(fate: AttachmentFate) -> tuple[PrefixAction, str]:
    if fate.kind is FateKind.ENDED:
        return PrefixAction.RELEASE, fate.ground
    return (PrefixAction.RENUMBER if fate.renumbered else PrefixAction.KEEP), fate.ground


def _of_another(
    key: PrefixKey, attachment: AttachmentName, fates: Fates, inventory: Inventory
) -> tuple[PrefixAction, str]:
    """Return what becomes of a prefix of a system or an outside network: its LAN moves with its site into another root block."""
    places = inventory.places.get(attachment)
    if places is None:
        return PrefixAction.RELEASE, NOT_THERE
    leaves = isinstance(key, LanKey) and any(inventory.devices[item.device].site in fates.leaving for item in places)
    return (PrefixAction.RENUMBER, FateGround.ROOT_BLOCK) if leaves else (PrefixAction.KEEP, FateGround.UNTOUCHED)


def _of_equipment(*, gone: bool) -> tuple[PrefixAction, str]:
    return (PrefixAction.RELEASE, FateGround.EMPTY) if gone else (PrefixAction.KEEP, EQUIPMENT)


def lines_text(lines: Iterable[PrefixLine]) -> str:
    """Return the lines as the table that people edit."""
    rows = [PREFIX_HEADER]
    rows += [
        (str(item.prefix), str(item.key), item.action, item.reason, item.organisation, item.site) for item in lines
    ]
    return "".join(f"{join_cells(row)}\n" for row in rows)
