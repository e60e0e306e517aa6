"""Lines added where nobody wrote any: a route, an entry, a network, a neighbour, an import, a binding, a login, a bridge.

The one idea: what is added is made of words that stand in the text already (its VRFs, lists, prefixes and neighbours), so
that it hits something; what a reader of texts would have to look for is not a changed line but one more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from verification.mutation.edits import DeviceLines, Edits

_WIDE = ("10.0.0.0 255.0.0.0", "0.0.0.0 128.0.0.0", "128.0.0.0 128.0.0.0", "0.0.0.0 0.0.0.0", "172.16.0.0 255.240.0.0")
_WIDE_SLASH = ("10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0", "172.16.0.0/12")
_WIDE6 = ("::/0", "2001:DB8::/32", "8000::/1")


def added_lines(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    """Yield additions to a text of either style."""
    makers = (
        (_set_routes, _set_terms, _set_instances, _set_interfaces, _set_services)
        if text.set_style
        else (_routes, _entries, _bgp, _interfaces, _services)
    )
    for maker in makers:
        yield from maker(text, random)


def _found(text: DeviceLines, pattern: str) -> tuple[str, ...]:
    """Return what a pattern's group is in lines that it fits as a whole, sorted, each once."""
    matches = (re.fullmatch(pattern, line) for line in text.lines)
    return tuple(sorted({match[1] for match in matches if match is not None}))


def _some(items: tuple[str, ...], random: Random, count: int = 2) -> list[str]:
    return random.sample(items, min(count, len(items)))


# Sections by indentation.


def _end(text: DeviceLines) -> int:
    """Return the last line at which a further command can stand: before a closing `end`."""
    last = len(text.lines) - 1
    return last - 1 if text.lines[last] == "end" and last else last


def _routes(text: DeviceLines, random: Random) -> Iterator[Edits]:
    """Static routes of every VRF into nothing, to what it hears of and over an interface of it; both families."""
    ways = ("Null0", *_some(_found(text, r" +neighbor (\d\S+) activate"), random))
    ways6 = ("Null0", *_some(_found(text, r" +neighbor (\S*:\S*) activate"), random))
    specifics = _found(text, r" +network (\S+ mask \S+)")
    for vrf in _found(text, r"vrf definition (\S+)"):
        for prefix in (*_WIDE, *(item.replace(" mask", "") for item in _some(specifics, random))):
            yield (text.insert(_end(text), f"ip route vrf {vrf} {prefix} {random.choice(ways)}"),)
        yield (text.insert(_end(text), f"ipv6 route vrf {vrf} {random.choice(_WIDE6)} {random.choice(ways6)}"),)


def _entries(text: DeviceLines, random: Random) -> Iterator[Edits]:
    """Entries that permit everything, or that another list permits, in front of a list and at its end."""
    permitted = {
        4: _found(text, r" \d+ (permit .*)"),
        6: _found(text, r" sequence \d+ (permit .*)"),
    }
    for index, line in enumerate(text.lines):
        match = re.fullmatch(r"(ip access-list extended|ipv6 access-list) \S+", line)
        if match is None:
            continue
        is_old = match[1].startswith("ip ")
        everything = "permit ip any any" if is_old else "permit ipv6 any any"
        for body in (everything, *_some(permitted[4 if is_old else 6], random)):
            for number in (5, 999999):
                yield (text.insert(index, f" {number} {body}" if is_old else f" sequence {number} {body}"),)


def _bgp(text: DeviceLines, random: Random) -> Iterator[Edits]:
    """A network, a redistribution, a neighbour or an aggregate in an address family of a VRF, and one more import of the VRF."""
    networks = {"ipv4": _found(text, r"  (network \S+ mask \S+)"), "ipv6": _found(text, r"  (network \S+/\d+)")}
    neighbors = _found(text, r"  neighbor (\S+) remote-as \d+")
    numbers = _found(text, r"  neighbor \S+ remote-as (\d+)")
    for index, line in enumerate(text.lines):
        match = re.fullmatch(r" address-family (ipv[46]) vrf \S+", line)
        if match is None:
            continue
        added = [f"  redistribute {source}" for source in ("connected", "static")]
        added += [f"  {item}" for item in _some(networks[match[1]], random)]
        if match[1] == "ipv4":
            added.append("  aggregate-address 10.0.0.0 255.0.0.0")
        yield from ((text.insert(index, item),) for item in added)
        for neighbor in _some(neighbors, random, 1):
            number = random.choice(numbers)
            lines = (f"  neighbor {neighbor} remote-as {number}", f"  neighbor {neighbor} activate")
            yield (text.insert(index, *lines),)


def _interfaces(text: DeviceLines, random: Random) -> Iterator[Edits]:
    """A filter, a second address, a bridge, a policy or translation on an interface."""
    lists = _found(text, r"ip access-list extended (\S+)")
    lists6 = _found(text, r"ipv6 access-list (\S+)")
    addresses = _found(text, r" ip address (\S+ \S+)")
    for index, line in enumerate(text.lines):
        if not re.fullmatch(r"interface \S+\.\d+", line):
            continue
        way = random.choice(("in", "out"))
        added = [f" ip access-group {name} {way}" for name in _some(lists, random, 1)]
        added += [f" ipv6 traffic-filter {name} {way}" for name in _some(lists6, random, 1)]
        added += [f" ip address {item} secondary" for item in _some(addresses, random, 1)]
        added += [
            " bridge-group 1",
            " ip policy route-map OTHER",
            " ip nat inside",
            " shutdown",
            " xconnect 192.0.2.9 7 encapsulation mpls",
        ]
        yield from ((text.insert(index, item),) for item in added)


def _services(text: DeviceLines, random: Random) -> Iterator[Edits]:
    """Further ways in, and what forwards beside all filters."""
    for lines in (
        ("line vty 5 15", " transport input all"),
        ("line vty 5 15", " transport input ssh"),
        ("snmp-server community other RO",),
        ("ip http server",),
        ("ip http secure-server",),
        ("netconf-yang",),
        ("restconf",),
        ("ip dhcp pool OTHER", " network 10.9.9.0 255.255.255.0"),
        (
            "interface Tunnel7",
            " ip address 10.9.9.1 255.255.255.252",
            " tunnel source Loopback0",
            " tunnel destination 192.0.2.9",
        ),
        ("ip nat inside source list 1 interface Loopback0 overload",),
        ("router ospf 1", " network 0.0.0.0 255.255.255.255 area 0"),
        ("bridge irb",),
    ):
        yield (text.insert(_end(text), *lines),)


# Set lines.


def _set_routes(text: DeviceLines, random: Random) -> Iterator[Edits]:
    last = len(text.lines) - 1
    ways = _found(text, r"set routing-instances \S+ protocols bgp group \S+ neighbor (\d+\.[0-9.]+) .*")
    for name in _found(text, r"set routing-instances (\S+) instance-type .*"):
        options = f"set routing-instances {name} routing-options"
        for prefix in _WIDE_SLASH:
            way = random.choice(("discard", *(f"next-hop {item}" for item in _some(ways, random))))
            yield (text.insert(last, f"{options} static route {prefix} {way}"),)
        yield (text.insert(last, f"{options} aggregate route 10.0.0.0/8 discard"),)
        yield (text.insert(last, f"{options} rib {name}.inet6.0 static route {random.choice(_WIDE6)} discard"),)


def _set_terms(text: DeviceLines, random: Random) -> Iterator[Edits]:
    """A last term that accepts in every filter, a term of another filter in it, and one that accepts in every policy."""
    last = len(text.lines) - 1
    for family in ("inet", "inet6"):
        for name in _found(text, rf"set firewall family {family} filter (\S+) .*"):
            start = f"set firewall family {family} filter {name} term ADDED"
            yield (text.insert(last, f"{start} then accept"),)
            yield (text.insert(last, f"{start} from is-fragment", f"{start} then accept"),)
    for name in _found(text, r"set policy-options policy-statement (\S+) .*"):
        yield (text.insert(last, f"set policy-options policy-statement {name} then accept"),)
        yield (text.insert(last, f"set policy-options policy-statement {name} term ADDED then accept"),)


def _set_instances(text: DeviceLines, random: Random) -> Iterator[Edits]:
    last = len(text.lines) - 1
    neighbors = _found(text, r"set routing-instances \S+ protocols bgp group \S+ neighbor (\S+) .*")
    groups = _found(text, r"set routing-instances (\S+ protocols bgp group \S+) .*")
    for group in groups:
        for neighbor in _some(neighbors, random, 1):
            yield (text.insert(last, f"set routing-instances {group} neighbor {neighbor} peer-as 65001"),)
        yield (text.insert(last, f"set routing-instances {group} passive"),)


def _set_interfaces(text: DeviceLines, random: Random) -> Iterator[Edits]:
    last = len(text.lines) - 1
    filters = _found(text, r"set firewall family inet filter (\S+) .*")
    for unit in _found(text, r"set interfaces (\S+ unit \d+) vlan-id \d+"):
        start = f"set interfaces {unit}"
        for name in _some(filters, random, 1):
            yield (text.insert(last, f"{start} family inet filter {random.choice(('input', 'output'))} {name}"),)
        added = (
            "family inet address 10.9.9.1/24",
            "family bridge",
            "disable",
            "family mpls",
            "family inet unnumbered-address lo0.0",
        )
        yield from ((text.insert(last, f"{start} {item}"),) for item in added)


def _set_services(text: DeviceLines, random: Random) -> Iterator[Edits]:
    last = len(text.lines) - 1
    for line in (
        "set system services telnet",
        "set system services ftp",
        "set system services web-management http",
        "set snmp community other authorization read-only",
        "set protocols ospf area 0 interface all",
        "set bridge-domains OTHER vlan-id 7",
        "set protocols l2circuit neighbor 192.0.2.9 interface ge-0/0/0.7 virtual-circuit-id 7",
        "set forwarding-options dhcp-relay server-group OTHER 192.0.2.9",
    ):
        yield (text.insert(last, line),)
