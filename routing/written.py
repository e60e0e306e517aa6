"""What an office writes that comes to stand in texts of devices -> what the platform of each device can't carry.

The one idea: whatever rendering would refuse, or would write as something else, is found here first and told where it is written;
a text of the workspace is asked of the platforms whose texts it reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.finding import Finding, Where, make_finding
from intents.registry import Registry
from intents.settings import ManagementSettings
from ipam.inventory import Inventory, InventoryDevice, Role, rendered_devices
from routing.vendors import VENDORS
from routing.vendors.vendor import WrittenFault, WrittenKind

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9/.:_-]{0,63}")
"""Names of interfaces of devices that are not ours: no text of ours has them."""


def check_written(registry: Registry, inventory: Inventory, management: ManagementSettings) -> tuple[Finding, ...]:
    """Return an error for every text that a device which it reaches can't carry; all dates."""
    return (*_ports(registry, inventory), *_names(registry, inventory), *_settings(inventory, management))


def _ports(registry: Registry, inventory: Inventory) -> Iterator[Finding]:
    for device in inventory.devices.values():
        if device.lan_interface:
            yield from _port(device, "lan_interface", device.lan_interface, device.lan_where)
    for channel in inventory.channels.values():
        ends = (
            (channel.a_device, "a_interface", channel.a_interface, channel.a_where),
            (channel.b_device, "b_interface", channel.b_interface, channel.b_where),
        )
        for name, field, interface, where in ends:
            if name in inventory.devices:
                yield from _port(inventory.devices[name], field, interface, where)
    for attachment in registry.attachments.values():
        for place in inventory.places.get(attachment.name, ())[:1] if attachment.interface else ():
            stands = inventory.devices[place.level1_cpe or place.device]
            yield from _port(stands, "interface", attachment.interface, attachment.interface_where)


def _port(device: InventoryDevice, field: str, name: str, where: Where) -> Iterator[Finding]:
    vendor = VENDORS[device.platform]
    if device.role is Role.LEVEL1_CPE and _PLAIN.fullmatch(name):
        return
    fault = vendor.port_fault(name)
    if fault is not None:
        yield make_finding(
            "TR232",
            where,
            also=(device.where,),
            field=field,
            text=name,
            device=device.name,
            platform=device.platform,
            reason=fault.reason,
            needed=fault.wanted,
            suggestion=fault.suggestion,
        )


def _names(registry: Registry, inventory: Inventory) -> Iterator[Finding]:
    devices = rendered_devices(inventory)
    for device in devices:
        fault = VENDORS[device.platform].written_fault(WrittenKind.DEVICE, device.name)
        if fault is not None:
            yield _refused(WrittenKind.DEVICE, device.name, device.platform, fault, device.where)
    for purpose in registry.purposes.values():
        yield from _everywhere(WrittenKind.PURPOSE, purpose.name, purpose.where, inventory)


def _settings(inventory: Inventory, management: ManagementSettings) -> Iterator[Finding]:
    written = (
        (WrittenKind.DOMAIN_NAME, management.domain_name),
        (WrittenKind.TIMEZONE, management.timezone),
        (WrittenKind.BANNER, management.banner),
    )
    for kind, text in written:
        yield from _everywhere(kind, text, management.places.get(kind, Where()), inventory)


def _everywhere(kind: WrittenKind, text: str, where: Where, inventory: Inventory) -> Iterator[Finding]:
    """Yield what the platforms of our devices say against a text that all of them carry."""
    found: dict[WrittenFault, list[str]] = {}
    for platform in sorted({device.platform for device in rendered_devices(inventory)}):
        fault = VENDORS[platform].written_fault(kind, text)
        if fault is not None:
            found.setdefault(fault, []).append(platform)
    for fault, platforms in found.items():
        yield _refused(kind, text, ", ".join(platforms), fault, where)


def _refused(kind: WrittenKind, text: str, platform: str, fault: WrittenFault, where: Where) -> Finding:
    return make_finding(
        "TR233",
        where,
        field=kind,
        text=text,
        platform=platform,
        reason=fault.reason,
        needed=fault.wanted,
        suggestion=fault.suggestion,
    )
