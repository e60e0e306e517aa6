"""From what is wanted and who has which address to the network that every device must carry.

Turns `Plans` into a `BuiltNetwork`. The one idea: each device is drafted by adding one contribution after the other, then
frozen into a sorted `Device`; platforms differ by the values in `Platform`, never by a test for a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents.policy import Rule
from ipam.inventory import InventoryDevice, rendered_devices
from routing.build.bgp import add_sessions, originate
from routing.build.context import DeviceBuilder, Plans
from routing.build.logins import add_logins
from routing.build.vrfs import add_attachment, add_channel_ends, add_parents, add_vrfs
from routing.model import Device, Ref
from routing.refs import RefTable


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltNetwork:
    """The intended devices by name, and which rules each configured thing of each device serves.

    No cables and no ports: these are facts about the world, which a judge must not take from whoever wrote the texts.
    """

    devices: Mapping[str, Device]
    served: Mapping[str, Mapping[Ref, tuple[Rule, ...]]]


def build(plans: Plans) -> BuiltNetwork:
    """Build every device that gets a configuration."""
    builders = [_build_device(device, plans) for device in rendered_devices(plans.inventory)]
    return BuiltNetwork(
        devices={builder.device.name: _freeze(builder, plans) for builder in builders},
        served={builder.device.name: RefTable(builder.served, builder.served_entries) for builder in builders},
    )


def _build_device(device: InventoryDevice, plans: Plans) -> DeviceBuilder:
    builder = DeviceBuilder(device=device)
    add_parents(builder, plans)
    for channel in plans.channels_of(device.name):
        add_channel_ends(builder, channel, plans)
    for circuit in plans.circuits_on(device.name):
        add_attachment(builder, circuit, plans)
    add_vrfs(builder, plans)
    for channel in plans.channels_of(device.name):
        add_sessions(builder, channel, plans)
    originate(builder, plans)
    add_logins(builder, plans)
    return builder


def _freeze(builder: DeviceBuilder, plans: Plans) -> Device:
    return Device(
        name=builder.device.name,
        platform=builder.device.platform,
        interfaces=tuple(item for _, item in sorted(builder.interfaces.items())),
        vrfs=tuple(item for _, item in sorted(builder.vrfs.items())),
        acls=tuple(item for _, item in sorted(builder.acls.items())),
        policies=tuple(item for _, item in sorted(builder.policies.items())),
        statics=tuple(sorted(builder.statics, key=lambda item: (item.vrf or "", item.prefix, item.next_hop or 0))),
        bgp=tuple(item for _, item in sorted(builder.bgp.items())),
        logins=tuple(sorted(builder.logins, key=lambda item: item.service)),
        control_filters=tuple(sorted(builder.control_filters, key=lambda item: (item.vrf or "", item.family))),
        harmless=plans.baselines.get(builder.device.name, ()),
    )
