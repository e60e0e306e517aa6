"""How the day's data centres are joined to the network: A19 (Circular 06/2026 art. 5.4).

The one idea: what counts is what leaves the site: two fibre channels in separate ducts from its devices to the backbone's
elsewhere; where all of the backbone stands in it there is nowhere to lead to. Who hosts the data centre is the host of its room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from intents.finding import Finding
from intents.legal.registers import Registers
from intents.registry import Domain, Registry, SiteKind, SiteName
from intents.rule_packs import report_breach
from ipam.checks_inventory import are_diverse
from ipam.inventory import BACKBONE_ROLES, Channel, Inventory, Medium


def check_data_centres(registers: Registers, registry: Registry, inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield data centres with something attached and no two fibre channels in separate ducts: an error if an enterprise hosts
    it, a warning else (the circular asks for priority)."""
    in_use = {item.site for item in registry.attachments.values()}
    for name, site in registry.sites.items():
        if site.kind is not SiteKind.DATA_CENTRE or name not in in_use:
            continue
        elsewhere = {
            key for key, item in inventory.devices.items() if item.site != name and item.role in BACKBONE_ROLES
        }
        if not elsewhere:
            continue
        fibre = [item for item in _leaving(name, elsewhere, inventory) if item.medium is Medium.DIRECT_FIBRE]
        if are_diverse(fibre):
            continue
        room = registers.rooms.get(name)
        host = room.host if room is not None else "-"
        hosted = host == Domain.TELECOM_ENTERPRISE or host in registers.enterprises
        requirement = "A19.hosted" if hosted else "A19"
        values = {"site": name, "host": host, "channels": ", ".join(item.name for item in fibre) or "-"}
        also = tuple(item.where for item in fibre)
        yield report_breach(requirement, "TR460", site.where, on, also=also, about=name, **values)


def _leaving(site: SiteName, elsewhere: Collection[str], inventory: Inventory) -> Iterator[Channel]:
    """Yield the channels between a device at the site and a backbone device elsewhere."""
    for channel in inventory.channels.values():
        for one, other in ((channel.a_device, channel.b_device), (channel.b_device, channel.a_device)):
            if inventory.devices[one].site == site and other in elsewhere:
                yield channel
