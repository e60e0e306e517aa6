"""What must have a prefix or a number, from the registry and the inventory of one day.

The one idea: list every request with its stable key first, and only then look at what exists; so that allocation is a
comparison of two lists and can't depend on the order in which things were asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from intents.finding import Where
from intents.prefix import Family
from intents.registry import (
    Attachment,
    ConnectionKind,
    PurposeName,
    Registry,
    SiteName,
    UnitKey,
    UnitType,
)
from ipam.address_plan import NumberKind, Pool, PoolUse
from ipam.inventory import BACKBONE_ROLES, Channel, Inventory, InventoryDevice, Place, Role
from ipam.keys import (
    PROVINCE,
    AttachmentOwner,
    ChannelScope,
    DeviceOwner,
    LanKey,
    LanScope,
    LinkKey,
    LoopbackKey,
    Owner,
    PurposeOnDevice,
    PurposeOwner,
)
from ipam.lan_demand import lan_attributes, request_lan
from ipam.pool_choice import PoolChoice
from ipam.requests import MANAGEMENT, Demand, EntryAttributes, Requests, number_all

COMMUNE_TYPES = frozenset({UnitType.COMMUNE, UnitType.WARD, UnitType.TOWNSHIP})


def list_demand(registry: Registry, inventory: Inventory, pools: Sequence[Pool], headroom: int, on: date) -> Demand:
    """Return all requests, sorted by key; `headroom` in percent of the declared hosts, `registry` that of the day."""
    requests = Requests(
        registry=registry,
        inventory=inventory,
        pools=PoolChoice(pools),
        headroom=headroom,
        communes=_communes(registry),
    )
    devices = {name: device for name, device in inventory.devices.items() if device.validity.holds(on)}
    channels = _standing(inventory, devices, on)
    of_cpe: dict[str, list[Channel]] = {}
    for channel in channels.values():
        of_cpe.setdefault(channel.b_device, []).append(channel)
    for attachment in registry.attachments.values():
        if attachment.connection is not ConnectionKind.VIA_LAN:
            request_lan(attachment, requests)
            _request_numbers(attachment, requests)
            for place in inventory.places.get(attachment.name, ()):
                if place.device in devices:
                    _request_place(attachment, place, _channels_of(place, devices, channels, of_cpe), requests)
    for channel in channels.values():
        _request_purposes(channel, devices, requests)
    _request_devices(devices, requests)
    prefixes = tuple(sorted(requests.prefixes, key=lambda request: (str(request.key), request.family)))
    return Demand(prefixes=prefixes, numbers=tuple(sorted(requests.numbers)), gaps=requests.gaps())


def _communes(registry: Registry) -> Mapping[str, Mapping[UnitKey, int]]:
    by_block: dict[str, list[UnitKey]] = {}
    for key, unit in registry.units.items():
        if unit.type in COMMUNE_TYPES:
            by_block.setdefault(unit.root_block, []).append(key)
    return {block: number_all(keys) for block, keys in by_block.items()}


def _standing(inventory: Inventory, devices: Mapping[str, InventoryDevice], on: date) -> dict[str, Channel]:
    """Return the channels of the day whose two devices exist, sorted by name."""
    return {
        name: channel
        for name, channel in sorted(inventory.channels.items())
        if channel.validity.holds(on) and channel.a_device in devices and channel.b_device in devices
    }


def _channels_of(
    place: Place,
    devices: Mapping[str, InventoryDevice],
    channels: Mapping[str, Channel],
    of_cpe: Mapping[str, Sequence[Channel]],
) -> Sequence[Channel]:
    """Return the channels on which an attachment standing here needs a sub-interface of its own."""
    if place.level1_cpe:
        return [channels[place.channel]] if place.channel in channels else []
    return of_cpe.get(place.device, ()) if devices[place.device].role is Role.CPE else ()


def _request_numbers(attachment: Attachment, requests: Requests) -> None:
    owner = AttachmentOwner(attachment.name)
    requests.numbers.add((NumberKind.VRF, PROVINCE, owner))
    requests.numbers.add((NumberKind.ASN, PROVINCE, owner))


def _request_place(attachment: Attachment, place: Place, channels: Sequence[Channel], requests: Requests) -> None:
    """Add the VLAN of the LAN (a level-I attachment has none here: its link is where it stands) and the links."""
    if not place.level1_cpe:
        scope = LanScope(place.device, place.interface)
        requests.numbers.add((NumberKind.VLAN, scope, LanKey(attachment.name)))
    of_lan = lan_attributes(attachment, requests)
    for channel in channels:
        attributes = EntryAttributes(
            organisation=of_lan.organisation, purpose=of_lan.purpose, level=channel.level, unit=of_lan.unit
        )
        _request_link(channel, AttachmentOwner(attachment.name), attributes, attachment.where, requests)


def _request_purposes(channel: Channel, devices: Mapping[str, InventoryDevice], requests: Requests) -> None:
    """Add the links that every purpose needs on a backbone channel, or that management needs towards a CPE."""
    near, far = devices[channel.a_device].role, devices[channel.b_device].role
    if Role.LEVEL1_CPE in (near, far):
        return
    if Role.CPE in (near, far):
        purposes: tuple[PurposeName, ...] = (MANAGEMENT,)
    elif near in BACKBONE_ROLES and far in BACKBONE_ROLES:
        purposes = tuple(sorted({*requests.registry.purposes, MANAGEMENT}))
    else:
        return
    unit = _unit_of(devices[channel.b_device].site, requests.registry)
    # Loopbacks are IPv4 only, so that is all that a CPE's management link carries; stations' LANs have both families.
    families = (Family.V4,) if Role.CPE in (near, far) else tuple(Family)
    for purpose in purposes:
        attributes = EntryAttributes(purpose=purpose, level=channel.level, unit=unit)
        _request_link(channel, PurposeOwner(purpose), attributes, channel.where, requests, families)


def _request_link(
    channel: Channel,
    owner: Owner,
    attributes: EntryAttributes,
    where: Where,
    requests: Requests,
    families: tuple[Family, ...] = tuple(Family),
) -> None:
    """Add the two ends of a channel's sub-interface and its tag; a family only if both devices can forward it."""
    key = LinkKey(channel.name, owner)
    devices = requests.inventory.devices
    both = devices[channel.a_device].families & devices[channel.b_device].families
    spoken = tuple(family for family in families if family in both)
    requests.pair(key, attributes, _root_blocks(channel, requests), where, spoken)
    requests.numbers.add((NumberKind.VLAN, ChannelScope(channel.name), key))


def _request_devices(devices: Mapping[str, InventoryDevice], requests: Requests) -> None:
    """Add loopback and AS number of each device that is rendered, and an AS number for each purpose on edge devices.

    A CPE's management VRF has one too: the device's own AS would be a loop to a station that stands on the same CPE.
    """
    for name, device in devices.items():
        if device.role is Role.LEVEL1_CPE:
            continue
        unit = _unit_of(device.site, requests.registry)
        block = _root_block(device.site, requests.registry)
        choice = requests.pools.infrastructure(PoolUse.LOOPBACK, Family.V4, (block,))
        if choice.pools:
            attributes = EntryAttributes(purpose=MANAGEMENT, unit=unit)
            requests.add(LoopbackKey(name), Family.V4, choice, attributes, device.where)
        else:
            requests.miss((PoolUse.LOOPBACK, "", block, "IPv4"), LoopbackKey(name), device.where)
        requests.numbers.add((NumberKind.ASN, PROVINCE, DeviceOwner(name)))
        if device.role is Role.CPE:
            requests.numbers.add((NumberKind.ASN, PROVINCE, PurposeOnDevice(MANAGEMENT, name)))
        if device.role is Role.EDGE:
            for purpose in requests.registry.purposes:
                requests.numbers.add((NumberKind.ASN, PROVINCE, PurposeOnDevice(purpose, name)))
    for purpose in requests.registry.purposes:
        requests.numbers.add((NumberKind.VRF, PROVINCE, PurposeOwner(purpose)))


def _root_blocks(channel: Channel, requests: Requests) -> tuple[str, ...]:
    """Return the root blocks for a channel's links: that of the far end, then that of the near end."""
    devices, registry = requests.inventory.devices, requests.registry
    far = _root_block(devices[channel.b_device].site, registry)
    near = _root_block(devices[channel.a_device].site, registry)
    return (far,) if far == near else (far, near)


def _root_block(site: SiteName, registry: Registry) -> str:
    unit = registry.units.get(UnitKey(_unit_of(site, registry)))
    return unit.root_block if unit is not None else ""


def _unit_of(site: SiteName, registry: Registry) -> str:
    found = registry.sites.get(site)
    return str(found.unit) if found is not None else ""
