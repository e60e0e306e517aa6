"""Which cables there are, and where every attachment is plugged in: from equipment and address plan alone.

The one idea: what a judge expects of the world outside the devices must not come from whoever wrote their texts. This is the
judges' own reading of `Inventory` and `AddressPlan`; the builder has another, and neither imports the other, so that a fault in
one shows as a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.registry import Attachment, Registry
from ipam.address_plan import AddressPlan, EntryState, NumberKind
from ipam.inventory import Inventory, Place, rendered_devices
from ipam.keys import AttachmentOwner, ChannelScope, LanKey, LanScope, LinkKey, NumberKey, Scope
from routing.model import AttachmentPort, PhysicalLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Cabling:
    """The cables between devices that get a configuration (by name), and the attachments' ports (by attachment, device)."""

    links: tuple[PhysicalLink, ...]
    ports: tuple[AttachmentPort, ...]


def cabling_of(registry: Registry, inventory: Inventory, address_plan: AddressPlan) -> Cabling:
    """Return the cables and attachment ports of one day.

    ValueError for an attachment that stands somewhere and has no active tag there.
    """
    tags = {
        (entry.scope, entry.key): entry.value
        for entry in address_plan.numbers
        if entry.kind is NumberKind.VLAN and entry.state is EntryState.ACTIVE
    }
    ports = (
        _port(registry.attachments[name], place, tags) for name, places in inventory.places.items() for place in places
    )
    return Cabling(
        links=tuple(sorted(_links(inventory), key=lambda item: item.name)),
        ports=tuple(sorted(ports, key=lambda item: (item.attachment, item.device, item.interface))),
    )


def _links(inventory: Inventory) -> Iterator[PhysicalLink]:
    ours = {device.name for device in rendered_devices(inventory)}
    for channel in inventory.channels.values():
        if {channel.a_device, channel.b_device} <= ours:
            yield PhysicalLink(
                name=channel.name,
                a_device=channel.a_device,
                a_interface=channel.a_interface,
                b_device=channel.b_device,
                b_interface=channel.b_interface,
                ducts=channel.ducts,
            )


def _port(attachment: Attachment, place: Place, tags: Mapping[tuple[Scope, NumberKey], int]) -> AttachmentPort:
    """Return the port of an attachment at a place: behind a level-I CPE it hands over on the channel, else on its own LAN."""
    if place.level1_cpe:
        key: LanKey | LinkKey = LinkKey(place.channel, AttachmentOwner(attachment.name))
        scope: Scope = ChannelScope(place.channel)
    else:
        key = LanKey(attachment.name)
        scope = LanScope(place.device, place.interface)
    tag = tags.get((scope, key))
    if tag is None:
        raise ValueError(f"{key} has no active VLAN in {scope}")
    return AttachmentPort(
        attachment=str(attachment.name),
        device=place.device,
        interface=f"{place.interface}.{tag}",
        external=bool(place.level1_cpe) or attachment.outside is not None,
        subnet=key,
        vlan=tag,
    )
