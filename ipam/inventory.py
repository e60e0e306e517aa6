"""Equipment: devices, channels between them, and on which interface each attachment stands.

The one idea: this is what an office fills in (devices.csv, channels.csv), already checked for references; who owns and who
may change a thing is an attribute with it, never a code path. No addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intents.finding import NOWHERE, Where
from intents.prefix import Family
from intents.registry import AttachmentName, Domain, SiteName, Validity


class Role(StrEnum):
    CORE = "core"
    AGGREGATION = "aggregation"
    EDGE = "edge"
    """Data-centre edge, gateway or level-I boundary: where systems, outside networks and level-I organisations attach and
    where purposes leak into each other."""
    CPE = "cpe"
    LEVEL1_CPE = "level1_cpe"
    """Belongs to the central operator: modelled, never rendered."""


BACKBONE_ROLES = frozenset({Role.CORE, Role.AGGREGATION, Role.EDGE})


class Medium(StrEnum):
    """Art. 6.1."""

    DIRECT_FIBRE = "direct_fibre"
    ENTERPRISE_INFRASTRUCTURE = "enterprise_infrastructure"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryDevice:
    """A device; `lan_interface` is the parent port whose sub-interfaces are the LANs of the attachments that stand on it,
    `lan_where` the place where it is written."""

    name: str
    role: Role
    platform: str
    model: str
    site: SiteName
    domain: Domain
    lan_interface: str
    ipv6: bool
    validity: Validity
    where: Where
    lan_where: Where = NOWHERE
    renamed_from: tuple[str, ...] = ()

    @property
    def families(self) -> frozenset[Family]:
        """Return the address families that the device can forward."""
        return frozenset(Family) if self.ipv6 else frozenset({Family.V4})


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel or cable between two ports; `ducts` are shared-risk groups (what fails together); `level` 1 or 2 for an
    access channel, 0 inside the backbone; `a` is the side nearer the backbone; `a_where` and `b_where` are where the interfaces
    are written."""

    name: str
    a_device: str
    a_interface: str
    b_device: str
    b_interface: str
    level: int
    medium: Medium
    enterprise: str
    ducts: tuple[str, ...]
    bandwidth_mbps: int
    validity: Validity
    where: Where
    a_where: Where = NOWHERE
    b_where: Where = NOWHERE
    renamed_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an attachment stands: device and parent port; `level1_cpe` is the central operator's CPE behind our boundary
    device for a level-I attachment (then there is one place for each of its channels), else ""."""

    attachment: AttachmentName
    device: str
    interface: str
    channel: str = ""
    level1_cpe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All equipment by name, and the places of every attachment (level I: one for each channel)."""

    devices: Mapping[str, InventoryDevice]
    channels: Mapping[str, Channel]
    places: Mapping[AttachmentName, tuple[Place, ...]]


def families_at(inventory: Inventory, attachment: AttachmentName) -> frozenset[Family]:
    """Return the families that every device which an attachment stands on or behind can forward."""
    found = frozenset(Family)
    for place in inventory.places.get(attachment, ()):
        for name in (place.device, place.level1_cpe):
            if name in inventory.devices:
                found &= inventory.devices[name].families
    return found


def rendered_devices(inventory: Inventory) -> tuple[InventoryDevice, ...]:
    """Return the devices that get a configuration, by name: all but the central operator's."""
    return tuple(item for _, item in sorted(inventory.devices.items()) if item.role is not Role.LEVEL1_CPE)
