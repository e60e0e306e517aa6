"""What goes when a block of IOS-XE is taken away with `no`, there and elsewhere, and what is said then.

The one idea: a VRF takes the addresses of its interfaces and its families of BGP along, at once, and is itself deleted in the
background: for a while its name can't be taken again (Cisco, MPLS Command Reference, vrf definition).
"""

from __future__ import annotations

import time

from tests.device_ios_config import Block, IosConfig
from tests.device_ios_special import drop_addresses


def removed(config: IosConfig, lines: dict[str, str | Block], slot: str, head: str, later: float) -> str:
    """Take away a block with all that is in it, and what goes with it elsewhere."""
    words = head.split()
    if words[0] == "route-map" and len(words) == 2:
        for key in [key for key in lines if key.startswith(f"{head} ")]:
            del lines[key]
        return ""
    found = lines.get(slot)
    if words[0] == "interface" and isinstance(found, Block) and found.mode == "interface" and _physical(words[1]):
        return "% Removal of physical interfaces is not permitted\n"
    lines.pop(slot, None)
    if words[:2] == ["vrf", "definition"] and isinstance(found, Block):
        return _vrf_gone(config, words[2], ("ip", "ipv6"), later)
    if words[0] == "address-family" and len(words) == 2 and isinstance(found, Block) and found.mode == "vrf-family":
        vrf = next(
            (key.split()[-1] for key, line in config.lines.items() if isinstance(line, Block) and line.lines is lines),
            "",
        )
        return _family_gone(config, vrf, "ip" if words[1] == "ipv4" else "ipv6")
    if words[0] == "interface" and isinstance(found, Block):
        return "% Not all config may be removed and may reappear after reactivating the sub-interface\n"
    return ""


def _physical(name: str) -> bool:
    return "Ethernet" in name or "GigE" in name


def _vrf_gone(config: IosConfig, name: str, families: tuple[str, ...], later: float) -> str:
    config.deleting[name] = time.monotonic() + later
    for interface in config.interfaces(name):
        drop_addresses(interface, families)
        del interface.lines["vrf forwarding"]
        interface.touch()
    bgp = config.block("router bgp")
    if bgp is not None:
        for key in [key for key in bgp.lines if key.endswith(f" vrf {name}")]:
            del bgp.lines[key]
            bgp.touch()
    return f"% IPv4 and IPv6 addresses from all interfaces in VRF {name} have been removed\n"


def _family_gone(config: IosConfig, vrf: str, family: str) -> str:
    had = [interface for interface in config.interfaces(vrf) if drop_addresses(interface, (family,))]
    said = "ipv4" if family == "ip" else "ipv6"
    return f"% {said} addresses from all interfaces in VRF {vrf} have been removed\n" if had else ""
