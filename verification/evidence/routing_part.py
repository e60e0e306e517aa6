"""What routes hang on: a network without lists, logins and all else that no route asks about.

The one idea: whatever is computed from this part alone can't depend on anything else, so it still holds of every network whose
part is equal. Names of lists and descriptions are left out: a list that is renamed at every change changes no route. Nor does a
policy that nothing names, as long as nothing does.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from routing.model import Device, Interface, Network


def routing_network(network: Network, known: Network | None = None, changed: Container[str] = ()) -> Network:
    """Return the part of a network that routes hang on. `known`: that of one that differs from it by the `changed` devices."""
    kept = {} if known is None else {name: item for name, item in known.devices.items() if name not in changed}
    devices = {name: kept.get(name) or routing_device(device) for name, device in network.devices.items()}
    return replace(network, devices=devices)


def routing_device(device: Device) -> Device:
    """Return the part of a device that routes hang on: where something filters, but not what."""
    named = named_policies(device)
    return replace(
        device,
        interfaces=tuple(map(_bare, device.interfaces)),
        policies=tuple(item for item in device.policies if item.name in named),
        acls=(),
        logins=(),
        control_filters=(),
        harmless=(),
        unknown=(),
    )


def named_policies(device: Device) -> frozenset[str]:
    """Return the names of policies that something on a device names, defined or not."""
    peers = (item for instance in device.bgp for item in instance.neighbors)
    families = (item for vrf in device.vrfs for item in vrf.families)
    found = {name for item in peers for name in (*item.imports, *item.exports)}
    found |= {item.policy for instance in device.bgp for item in instance.redistributions if item.policy}
    found |= {name for item in families for name in (item.import_map, item.export_map) if name}
    return frozenset(found | {name for ospf in device.ospf for item in ospf.redistributions for name in item.policies})


def _bare(interface: Interface) -> Interface:
    bindings = tuple(replace(item, acl="") for item in interface.bindings)
    return replace(interface, description=None, bindings=bindings) if bindings or interface.description else interface
