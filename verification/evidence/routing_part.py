"""What routes hang on: a network without lists, logins and all else that no route asks about.

The one idea: whatever is computed from this part alone can't depend on anything else, so it still holds of every network whose
part is equal. Names of lists and descriptions are left out: a list that is renamed at every change changes no route.
"""

from __future__ import annotations

from dataclasses import replace

from routing.model import Device, Interface, Network


def routing_network(network: Network) -> Network:
    """Return the part of a network that routes hang on."""
    return replace(network, devices={name: routing_device(device) for name, device in network.devices.items()})


def routing_device(device: Device) -> Device:
    """Return the part of a device that routes hang on: where something filters, but not what."""
    return replace(
        device,
        interfaces=tuple(map(_bare, device.interfaces)),
        acls=(),
        logins=(),
        control_filters=(),
        harmless=(),
        unknown=(),
    )


def _bare(interface: Interface) -> Interface:
    bindings = tuple(replace(item, acl="") for item in interface.bindings)
    return replace(interface, description=None, bindings=bindings) if bindings or interface.description else interface
