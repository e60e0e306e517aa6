"""Where hostile lines are put: three devices of the small example, the names of their objects, and the places in their texts.

Turns an entry, a device and a place into a text. The one idea: names are taken from the device as it was read, so a line hits
real objects whatever the builder calls them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bench.hostile_lines import Entry, Place
from intents.prefix import Family, format_address, prefix_of
from routing.model import BgpInstance, BgpNeighbor, Device, Direction, Interface, Network


class Standing(NamedTuple):
    """A device to put lines on: a LAN of it, another one, an uplink and the VRF whose BGP is meant."""

    device: str
    lan: str
    other_lan: str
    uplink: str
    bgp_vrf: str


_NAME = re.compile(r"(?<!\$)\{([a-z][a-z0-9_]*)\}")
EDGE = "dc-edge-1"
STANDINGS = (
    Standing("cpe-gia-sang", "GigabitEthernet0/0/1.101", "GigabitEthernet0/0/1.100", "GigabitEthernet0/0/0.101", "A-4"),
    Standing(
        EDGE,
        "TenGigabitEthernet0/0/0.102",
        "TenGigabitEthernet0/0/0.104",
        "TenGigabitEthernet0/0/1.100",
        "P-GOVERNMENT",
    ),
    Standing("cpe-tan-cuong", "ge-0/0/1.101", "ge-0/0/1.100", "ge-0/0/0.101", "A-6"),
)
MANAGEMENT = "P-MANAGEMENT"

_IOS_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "lan": ("interface {lan}",),
    "uplink": ("interface {uplink}",),
    "port": ("interface {port}",),
    "loopback": ("interface Loopback0",),
    "bgp": ("router bgp {asn}",),
    "family": ("router bgp {asn}", "address-family ipv4 vrf {bgp_vrf}"),
    "family6": ("router bgp {asn}", "address-family ipv6 vrf {bgp_vrf}"),
    "acl": ("ip access-list extended {acl_in}",),
    "acl_out": ("ip access-list extended {acl_out}",),
    "mgmt_acl": ("ip access-list extended {mgmt_acl}",),
    "acl6": ("ipv6 access-list {acl6_in}",),
    "acl6_out": ("ipv6 access-list {acl6_out}",),
    "vrf": ("vrf definition {vrf}",),
    "vrf_family": ("vrf definition {vrf}", "address-family ipv4"),
    "map": ("route-map {map_out} permit 10",),
    "vty": ("line vty 0 4",),
    "con": ("line con 0",),
    "aux": ("line aux 0",),
    "archive": ("archive",),
}
_JUNOS_SECTIONS: Mapping[str, str] = {
    "lan": "interfaces {port} unit {unit} ",
    "uplink": "interfaces {up_port} unit {up_unit} ",
    "port": "interfaces {port} ",
    "loopback": "interfaces lo0 ",
    "filter": "firewall family inet filter {acl_in} ",
    "filter6": "firewall family inet6 filter {acl6_in} ",
    "policy": "policy-options policy-statement {map_out} ",
    "instance": "routing-instances {vrf} ",
    "bgp": "routing-instances {vrf} protocols bgp group {group} ",
    "system": "system ",
    "snmp": "snmp ",
    "protocols": "protocols ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A device with its text (for Junos in braces, too) and what the names in braces stand for."""

    device: str
    platform: str
    text: str
    names: Mapping[str, str]
    is_edge: bool

    def fill(self, text: str) -> str:
        """Return a text with names in their places; ValueError for a name that is not known."""
        filled = _NAME.sub(lambda found: self.names.get(found[1], found[0]), text)
        left = _NAME.search(filled)
        if left is not None:
            raise ValueError(f"{left[0]} of {text!r} is no name of {self.device}")
        return filled


def target_of(standing: Standing, network: Network, text: str) -> Target:
    """Return a device as a target, all names taken from what was read."""
    device = network.devices[standing.device]
    names = _names(standing, device, text)
    return Target(
        device=device.name,
        platform=device.platform,
        text=text,
        is_edge=standing.device == EDGE,
        names=names | {"peer_id": _peer_id(network, names["neighbor"])},
    )


def _peer_id(network: Network, neighbor: str) -> str:
    """Return the router ID of the device that has a neighbour's address."""
    for device in network.devices.values():
        for interface in device.interfaces:
            if any(format_address(item.family, item.value) == neighbor for item in interface.addresses):
                found = next(item.router_id for item in device.bgp if item.vrf == interface.vrf)
                return format_address(Family.V4, found or 0)
    raise ValueError(f"nobody has {neighbor}")


def _names(standing: Standing, device: Device, text: str) -> dict[str, str]:
    interfaces = {item.name: item for item in device.interfaces}
    lan, other = interfaces[standing.lan], interfaces[standing.other_lan]
    port, _, unit = standing.lan.partition(".")
    up_port, _, up_unit = standing.uplink.partition(".")
    names = {
        "lan": standing.lan, "other_lan": standing.other_lan, "uplink": standing.uplink, "port": port, "unit": unit,
        "up_port": up_port, "up_unit": up_unit, "other_unit": standing.other_lan.partition(".")[2],
        "lan_short": standing.lan.replace("TenGigabitEthernet", "Te").replace("GigabitEthernet", "Gi"),
        "vrf": lan.vrf or "", "other_vrf": other.vrf or "",
        "bgp_vrf": standing.bgp_vrf, "mgmt_vrf": MANAGEMENT, "tag": str(lan.vlan), "other_tag": str(other.vlan),
    }  # fmt: skip
    names["device"] = device.name
    names["lan_capitals"] = names["lan_short"].upper()
    names |= _list_names("", lan) | _list_names("other_", other)
    names |= (
        _address_names("lan", lan) | _address_names("far", other) | _address_names("up", interfaces[standing.uplink])
    )
    names |= _bgp_names(device, standing.bgp_vrf)
    lists = re.findall(rf"^route-map {names['map_out']} .*\n match ip address prefix-list (\S+)", text, re.MULTILINE)
    login = re.search(r"^ access-class (\S+) in", text, re.MULTILINE)
    login6 = re.search(r"^ ipv6 access-class (\S+) in", text, re.MULTILINE)
    control = next((item.acl for item in device.control_filters if item.vrf == MANAGEMENT), "")
    rds = {item.name: item.rd or "" for item in device.vrfs}
    return names | {
        "rd": rds[names["vrf"]],
        "other_rd": rds[names["other_vrf"]],
        "list_out": lists[0] if lists else "",
        "mgmt_acl": login[1] if login else control,
        "mgmt_acl6": login6[1] if login6 else "",
        "group": f"TRUC-V4-{names['neighbor'].replace('.', '-')}",
    }


def _list_names(start: str, interface: Interface) -> dict[str, str]:
    ends = {(Family.V4, Direction.IN): "acl_in", (Family.V4, Direction.OUT): "acl_out"} | {
        (Family.V6, Direction.IN): "acl6_in",
        (Family.V6, Direction.OUT): "acl6_out",
    }
    return {start + ends[item.family, item.direction]: item.acl for item in interface.bindings}


def _address_names(start: str, interface: Interface) -> dict[str, str]:
    four, six = (next(item for item in interface.addresses if item.family is family) for family in Family)
    net4, net6 = (prefix_of(item.family, item.value, item.length) for item in (four, six))
    mask = (1 << 32) - (1 << 32 - four.length)
    return {
        f"{start}_address": format_address(Family.V4, four.value),
        f"{start}_mask": format_address(Family.V4, mask),
        f"{start}_wild": format_address(Family.V4, (1 << 32) - 1 - mask),
        f"{start}_net": format_address(Family.V4, net4.network),
        f"{start}_prefix": str(net4),
        f"{start}_host": format_address(Family.V4, net4.network + 9),
        f"{start}_address6": format_address(Family.V6, six.value),
        f"{start}_prefix6": str(net6),
        f"{start}_host6": format_address(Family.V6, net6.network + 9),
    }


def _bgp_names(device: Device, vrf: str) -> dict[str, str]:
    instance: BgpInstance = next(item for item in device.bgp if item.vrf == vrf)
    four, six = (next(item for item in instance.neighbors if item.family is family) for family in Family)
    return {
        "asn": str(instance.asn),
        "router_id": format_address(Family.V4, instance.router_id or 0),
        "neighbor": format_address(Family.V4, four.address),
        "neighbor6": format_address(Family.V6, six.address),
        "remote_as": str(four.remote_as),
        "local_as": _local_as(four, instance),
        "map_out": four.exports[0],
        "map6_out": six.exports[0],
        "map_in": (four.imports or four.exports)[0],
    }


def _local_as(neighbor: BgpNeighbor, instance: BgpInstance) -> str:
    return str(instance.asn if neighbor.local_as is None else neighbor.local_as.asn)


def inject(target: Target, entry: Entry, place: Place) -> str:
    """Return the target's text with an entry put at a place."""
    text, block = target.text, target.fill(entry.text)
    if target.platform == "junos":
        return _inject_junos(target, entry, place, block)
    if place is Place.TOP:
        return f"{block}\n{text}"
    headers = tuple(target.fill(item) for item in _IOS_SECTIONS.get(entry.section, ()))
    if place is Place.END:
        opened = "".join(f"{' ' * depth}{line}\n" for depth, line in enumerate(headers))
        return f"{text}{opened}{block if entry.raw else _indented(block, len(headers))}\n"
    inside = headers or (target.fill("interface {lan}"),)
    at = _behind(text, inside, whole=bool(headers))
    return f"{text[:at]}\n{block if entry.raw else _indented(block, len(inside))}{text[at:]}"


def _behind(text: str, headers: tuple[str, ...], *, whole: bool) -> int:
    """Return where the line of the innermost header ends, or the last line of its section."""
    at = 0
    for depth, line in enumerate(headers):
        at = text.index(f"\n{' ' * depth}{line}\n", at) + len(line) + depth + 1
    inside = "\n" + " " * len(headers)
    while whole and text.startswith(inside, at):
        at = text.index("\n", at + 1)
    return at


def _indented(block: str, depth: int) -> str:
    return "\n".join(" " * depth + line for line in block.split("\n"))


def _inject_junos(target: Target, entry: Entry, place: Place, block: str) -> str:
    text = braces_of(target.text) if entry.braces else target.text
    if place is Place.TOP:
        return f"{block}\n{text}"
    if place is Place.END:
        return f"{text}{block}\n"
    start = "" if entry.braces else "set "
    at = text.rindex("\n" + start + target.fill(_JUNOS_SECTIONS[entry.section]))
    at = text.index("\n", at + 1)
    return f"{text[:at]}\n{block}{text[at:]}"


def braces_of(text: str) -> str:
    """Return `set` lines as statements that end in semicolons, which mean the same."""
    return "".join(f"{line.removeprefix('set ')};\n" for line in text.splitlines())
