"""What Batfish is given: device texts without secrets, and the cables.

The one idea: Batfish gets the very texts that the engine read, but for secrets; the file's name leads back to the device,
whatever the text calls itself.
"""

from __future__ import annotations

import json

from routing.vendors import VENDORS
from verification.batfish.protocol import Snapshot, name_snapshot
from verification.evidence.evidence import Given

CONFIGS = "configs/"


def file_of(device: str) -> str:
    """Return the path of a device's text in a snapshot."""
    return f"{CONFIGS}{device}.cfg"


def device_of(path: str) -> str:
    """Return the device whose text is at a path."""
    return path.removeprefix(CONFIGS).removesuffix(".cfg")


def network_snapshot(given: Given) -> Snapshot:
    """Return the network as a snapshot: every text that is judged, and the cables between those devices."""
    files = {}
    for name, device in given.network.devices.items():
        text = "".join(f"{line}\n" for line in given.texts[name])
        files[file_of(name)] = VENDORS[device.platform].hide_secrets(text)

    def end(device: str, interface: str) -> dict[str, str]:
        vendor = VENDORS[given.network.devices[device].platform]
        return {"hostname": device, "interfaceName": vendor.interface_name(interface)}

    edges = [
        {"node1": end(link.a_device, link.a_interface), "node2": end(link.b_device, link.b_interface)}
        for link in given.network.links
        if link.a_device in given.network.devices and link.b_device in given.network.devices
    ]
    files["batfish/layer1_topology.json"] = json.dumps({"edges": edges}, indent=1)
    return name_snapshot("network", files)
