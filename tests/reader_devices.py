"""The hand-written snippets of both readers as devices of one network, each with the packets that it must pass or stop.

The one idea: a snippet's text is a whole device's text, with behind it only what makes its static routes usable, so that Batfish
can be asked of all snippets at once what the reader's tests ask of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from intents.prefix import Family, format_address, prefix_of
from routing.model import Device, StaticRoute
from routing.vendors import VENDORS
from routing.vendors.junos.names import PROTOCOLS
from routing.vendors.vendor import ReadDevice
from tests.test_routing_cisco_ios_acl import CASES as LISTS
from tests.test_routing_cisco_ios_acl import FLAGS, parse_packet
from tests.test_routing_cisco_ios_harmless import data
from tests.test_routing_cisco_ios_sections import CASES as SECTIONS
from tests.test_routing_junos_snippets import SNIPPETS, whole_text
from verification.batfish.protocol import Snapshot, name_snapshot
from verification.batfish.snapshot import file_of

_FIRST_LINES = {"cisco_ios": "!RANCID-CONTENT-TYPE: cisco", "junos": "#RANCID-CONTENT-TYPE: juniper"}
"""Tells Batfish the platform, which a line or two do not give away."""
_NAMED = {6: "TCP", 17: "UDP", 1: "ICMP"}
_FLAG_LETTERS = {"F": "fin", "S": "syn", "R": "rst", "P": "psh", "A": "ack", "U": "urg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketCase:
    """A packet as its snippet writes it, as Batfish takes it, and what the filter does with it."""

    text: str
    filter: str
    headers: tuple[tuple[str, str], ...]
    flags: frozenset[str] | None
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderDevice:
    """A snippet: `hidden` counts its packets that Batfish has no eyes for (IPv6, non-initial
    fragments, port 0)."""

    name: str
    platform: str
    text: str
    read: ReadDevice
    packets: tuple[PacketCase, ...] = ()
    hidden: int = 0

    @property
    def is_claimed(self) -> bool:
        """Return whether the reader says what the text means: with one unknown line it says nothing of the device."""
        return not self.read.device.unknown


@cache
def reader_devices() -> tuple[ReaderDevice, ...]:
    """Return every snippet of tests/readers as a device, by name."""
    found = [*_lists(), *_sections(), *_junos()]
    assert len({device.name for device in found}) == len(found)
    return tuple(sorted(found, key=lambda device: device.name))


@cache
def readers_snapshot() -> Snapshot:
    """Return all snippets as one snapshot, secrets hidden."""
    return name_snapshot(
        "readers",
        {
            file_of(
                device.name
            ): f"{_FIRST_LINES[device.platform]}\n{VENDORS[device.platform].hide_secrets(device.text)}"
            for device in reader_devices()
        },
    )


def _device(name: str, platform: str, text: str, packets: list[PacketCase | None]) -> ReaderDevice:
    seen = tuple(packet for packet in packets if packet is not None)
    read = VENDORS[platform].read("r1", text)
    return ReaderDevice(
        name=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        platform=platform,
        text=text,
        read=read,
        packets=seen,
        hidden=len(packets) - len(seen),
    )


def _lists() -> Iterator[ReaderDevice]:
    for case in LISTS:
        name = str(case.get("list", "X"))
        packets = [
            _list_packet(str(text), name, action)
            for action in ("permit", "deny")
            for text in case.get(action, [])  # type: ignore[attr-defined] # a list, as YAML has it
        ]
        yield _device(f"ios {case['name']}", "cisco_ios", f"{case['text']}\n", packets)


def _sections() -> Iterator[ReaderDevice]:
    for case in SECTIONS:
        text = str(case["text"]).rstrip("\n") + "\n"
        read = VENDORS["cisco_ios"].read("r1", text).device
        behind = "" if read.unknown else "".join(_ways(read))
        yield _device(f"ios {case['name']}", "cisco_ios", text + behind, [])
    yield _device("ios harmless lines", "cisco_ios", f"vrf definition MGMT\n!\n{data('harmless.txt')}", [])
    yield _device("ios lines that are not harmless", "cisco_ios", data("not_harmless.txt"), [])


def _ways(device: Device) -> Iterator[str]:
    """Yield interfaces through which the next hops of IPv4 static routes are reached: without one no route stands."""
    reached: set[tuple[str | None, int]] = set()
    known = {interface.name for interface in device.interfaces}
    for route in device.statics:
        if route.prefix.family is not Family.V4 or route.discard or _is_reached(device, route):
            continue
        if route.interface is not None:
            if route.interface not in known:
                yield f"interface {route.interface}\n ip address 198.51.100.254 255.255.255.0\n"
        elif route.next_hop is not None and (route.vrf, route.next_hop >> 8) not in reached:
            reached.add((route.vrf, route.next_hop >> 8))
            vrf = "" if route.vrf is None else f" vrf forwarding {route.vrf}\n"
            own = 253 if route.next_hop & 255 == 254 else 254
            address = format_address(Family.V4, route.next_hop >> 8 << 8 | own)
            yield f"interface GigabitEthernet0/9/{len(reached)}\n{vrf} ip address {address} 255.255.255.0\n"


def _is_reached(device: Device, route: StaticRoute) -> bool:
    """Return whether a next hop lies on an interface that the snippet has itself."""
    return route.next_hop is not None and any(
        prefix_of(address.family, address.value, address.length).holds(route.next_hop)
        for interface in device.interfaces
        if interface.vrf == route.vrf and interface.enabled
        for address in interface.addresses
        if address.family is route.prefix.family
    )


def _junos() -> Iterator[ReaderDevice]:
    for snippet in SNIPPETS:
        packets = [
            _filter_packet(line)
            for line in snippet.expected
            if re.match(r"\S+ (permit|deny) ", line) and not line.startswith("policy ")
        ]
        yield _device(f"junos {snippet.name}", "junos", whole_text(snippet), packets)


def _list_packet(text: str, name: str, action: str) -> PacketCase | None:
    """Return a packet of the access lists' file; None if Batfish has no eyes for it."""
    packet = parse_packet(text)
    _, source, _, destination, *_ = text.split()
    if source.count(":") > 1 or packet.fragment or _has_port_zero(packet.protocol, packet.ports):
        return None
    ends = (source.partition(":")[0], destination.partition(":")[0])
    flags = frozenset(flag for flag, bit in FLAGS.items() if packet.flags & bit)
    return _case(text, name, action, packet.protocol, ends, packet.ports, packet.icmp, flags)


def _filter_packet(line: str) -> PacketCase | None:
    """Return a packet of the filters' file; None if Batfish has no eyes for it."""
    name, action, protocol, source, destination, *rest = line.split()
    number = PROTOCOLS[protocol] if protocol in PROTOCOLS else int(protocol)
    if source.count(":") > 1 or "frag" in rest:
        return None
    (from_address, _, from_port), (to_address, _, to_port) = source.partition(":"), destination.partition(":")
    icmp = None
    if number == 1:
        kind, _, code = rest[0].partition("/")
        icmp = (int(kind), int(code or 0))
    flags = frozenset(_FLAG_LETTERS[letter] for word in rest if number == 6 for letter in word)
    ends, ports = (from_address, to_address), (int(from_port or 1024), int(to_port or 1024))
    if _has_port_zero(number, ports):
        return None
    return _case(line.partition(f"{action} ")[2], name, action, number, ends, ports, icmp, flags)


def _has_port_zero(protocol: int, ports: tuple[int, int]) -> bool:
    """Return whether a packet is one of those that Batfish can't be asked about."""
    return protocol in {6, 17} and 0 in ports


def _case(
    text: str,
    name: str,
    action: str,
    protocol: int,
    ends: tuple[str, str],
    ports: tuple[int, int],
    icmp: tuple[int, int] | None,
    flags: frozenset[str],
) -> PacketCase:
    headers = {"srcIps": ends[0], "dstIps": ends[1], "ipProtocols": _NAMED.get(protocol, str(protocol))}
    if protocol in {6, 17}:
        headers |= {"srcPorts": str(ports[0]), "dstPorts": str(ports[1])}
    if icmp is not None:
        headers |= {"icmpTypes": str(icmp[0]), "icmpCodes": str(icmp[1])}
    return PacketCase(
        text=text,
        filter=name,
        headers=tuple(sorted(headers.items())),
        flags=flags if protocol == 6 else None,
        action=action,
    )
