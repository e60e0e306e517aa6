"""The words of IOS-XE access lists: protocol, port and ICMP names, and the short forms of interface names.

Turns a word into its number and a number into the word that `show running-config` prints. The one idea: reading accepts
every name that some release prints; writing uses only names that all releases print, and numbers otherwise.
Sources: Cisco IOS Security Command Reference (`permit (IP)`, `permit (IPv6)`), IANA registries for the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from intents.prefix import Family
from routing.model import IcmpMatch

TCP = 6
UDP = 17
SCTP = 132
ICMP4 = 1
ICMP6 = 58

PROTOCOLS4: Mapping[str, int] = {
    "ahp": 51, "eigrp": 88, "esp": 50, "gre": 47, "icmp": 1, "igmp": 2, "ospf": 89, "pcp": 108, "pim": 103, "sctp": 132,
    "tcp": 6, "udp": 17,
}  # fmt: skip
"""Without `ipinip` and `nos`: documents differ on which of them is 4 and which 94."""
PROTOCOLS6: Mapping[str, int] = {"ahp": 51, "esp": 50, "icmp": 58, "pcp": 108, "sctp": 132, "tcp": 6, "udp": 17}

TCP_PORTS: Mapping[str, int] = {
    "bgp": 179, "chargen": 19, "cmd": 514, "connectedapps-plain": 15001, "connectedapps-tls": 15002, "daytime": 13,
    "discard": 9, "domain": 53, "drip": 3949, "echo": 7, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20,
    "gopher": 70, "hostname": 101, "ident": 113, "irc": 194, "klogin": 543, "kshell": 544, "login": 513, "lpd": 515,
    "msrpc": 135, "nntp": 119, "onep-plain": 15001, "onep-tls": 15002, "pim-auto-rp": 496, "pop2": 109, "pop3": 110,
    "smtp": 25, "sunrpc": 111, "syslog": 514, "tacacs": 49, "talk": 517, "telnet": 23, "time": 37, "uucp": 540,
    "whois": 43, "www": 80,
}  # fmt: skip
UDP_PORTS: Mapping[str, int] = {
    "biff": 512, "bootpc": 68, "bootps": 67, "discard": 9, "dnsix": 195, "domain": 53, "echo": 7, "isakmp": 500,
    "mobile-ip": 434, "nameserver": 42, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ss": 139, "non500-isakmp": 4500,
    "ntp": 123, "pim-auto-rp": 496, "rip": 520, "ripv6": 521, "snmp": 161, "snmptrap": 162, "sunrpc": 111,
    "syslog": 514, "tacacs": 49, "talk": 517, "tftp": 69, "time": 37, "who": 513, "xdmcp": 177,
}  # fmt: skip
NO_PORTS: Mapping[str, int] = {}

# Names that differ between releases are read but never written.
_UNSTABLE = frozenset(
    {"connectedapps-plain", "connectedapps-tls", "onep-plain", "onep-tls", "drip", "msrpc", "ripv6", "dnsix", "irc"}
)

ICMP4_NAMES: Mapping[str, tuple[int, int | None]] = {
    "administratively-prohibited": (3, 13), "alternate-address": (6, None), "conversion-error": (31, None),
    "dod-host-prohibited": (3, 10), "dod-net-prohibited": (3, 9), "echo": (8, None), "echo-reply": (0, None),
    "general-parameter-problem": (12, 0), "host-isolated": (3, 8), "host-precedence-unreachable": (3, 14),
    "host-redirect": (5, 1), "host-tos-redirect": (5, 3), "host-tos-unreachable": (3, 12), "host-unknown": (3, 7),
    "host-unreachable": (3, 1), "information-reply": (16, None), "information-request": (15, None),
    "mask-reply": (18, None), "mask-request": (17, None), "mobile-redirect": (32, None), "net-redirect": (5, 0),
    "net-tos-redirect": (5, 2), "net-tos-unreachable": (3, 11), "net-unreachable": (3, 0), "network-unknown": (3, 6),
    "no-room-for-option": (12, 2), "option-missing": (12, 1), "packet-too-big": (3, 4), "parameter-problem": (12, None),
    "port-unreachable": (3, 3), "precedence-unreachable": (3, 15), "protocol-unreachable": (3, 2),
    "reassembly-timeout": (11, 1), "redirect": (5, None), "router-advertisement": (9, None),
    "router-solicitation": (10, None), "source-quench": (4, None), "source-route-failed": (3, 5),
    "time-exceeded": (11, None), "timestamp-reply": (14, None), "timestamp-request": (13, None),
    "traceroute": (30, None), "ttl-exceeded": (11, 0), "unreachable": (3, None),
}  # fmt: skip
ICMP6_NAMES: Mapping[str, tuple[int, int | None]] = {
    "beyond-scope": (1, 2), "destination-unreachable": (1, 3), "echo-reply": (129, None), "echo-request": (128, None),
    "header": (4, 0), "hop-limit": (3, 0), "mld-query": (130, None), "mld-reduction": (132, None),
    "mld-report": (131, None), "nd-na": (136, None), "nd-ns": (135, None), "next-header": (4, 1), "no-admin": (1, 1),
    "no-route": (1, 0), "packet-too-big": (2, None), "parameter-option": (4, 2), "parameter-problem": (4, None),
    "port-unreachable": (1, 4), "reassembly-timeout": (3, 1), "renum-command": (138, 0), "renum-result": (138, 1),
    "renum-seq-number": (138, 255), "router-advertisement": (134, None), "router-renumbering": (138, None),
    "router-solicitation": (133, None), "time-exceeded": (3, None), "unreachable": (1, None),
}  # fmt: skip

FLAG_BITS: Mapping[str, int] = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}

_PROTOCOL_WORDS4 = {number: word for word, number in PROTOCOLS4.items()}
_PROTOCOL_WORDS6 = {number: word for word, number in PROTOCOLS6.items()}
_TCP_WORDS = {number: word for word, number in TCP_PORTS.items() if word not in _UNSTABLE and word != "syslog"}
_UDP_WORDS = {number: word for word, number in UDP_PORTS.items() if word not in _UNSTABLE}
_ICMP4_WORDS = {pair: word for word, pair in ICMP4_NAMES.items()}
_ICMP6_WORDS = {pair: word for word, pair in ICMP6_NAMES.items() if not word.startswith("renum")}

KINDS = (
    "GigabitEthernet", "TenGigabitEthernet", "TwentyFiveGigE", "FortyGigabitEthernet", "FiftyGigE", "HundredGigE",
    "TwoGigabitEthernet", "FiveGigabitEthernet", "FastEthernet", "Ethernet", "Loopback", "Port-channel", "Null",
    "Tunnel", "Vlan", "BDI", "Serial",
)  # fmt: skip
_SHORT = {
    "gi": "GigabitEthernet", "gig": "GigabitEthernet", "te": "TenGigabitEthernet", "twe": "TwentyFiveGigE",
    "fo": "FortyGigabitEthernet", "fif": "FiftyGigE", "hu": "HundredGigE",
    "fa": "FastEthernet", "et": "Ethernet", "eth": "Ethernet", "lo": "Loopback",
    "po": "Port-channel", "nu": "Null", "tu": "Tunnel", "vl": "Vlan", "se": "Serial",
}  # fmt: skip
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,9})(?:/(?:0|[1-9][0-9]{0,9})){0,5}(?:\.[1-9][0-9]{0,9})?")
_LONG = {kind.lower(): kind for kind in KINDS}

ETHERNET_KINDS = frozenset(kind for kind in KINDS if kind.endswith(("Ethernet", "GigE")))


def small_number(word: str, most: int) -> int | None:
    """Return the decimal number that `word` spells if it lies in 0..`most`, else None."""
    if len(word) <= 10 and word.isascii() and word.isdigit():
        value = int(word)
        return value if value <= most else None
    return None


def protocol_word(family: Family, number: int) -> str:
    """Return how an access list of the family prints a protocol number."""
    words = _PROTOCOL_WORDS4 if family is Family.V4 else _PROTOCOL_WORDS6
    return words.get(number, str(number))


def port_names(protocol: int) -> Mapping[str, int]:
    """Return the port names that go with a protocol number."""
    return TCP_PORTS if protocol == TCP else UDP_PORTS if protocol == UDP else NO_PORTS


def port_word(protocol: int, port: int) -> str:
    """Return how an access list prints a port of TCP or UDP."""
    words = _TCP_WORDS if protocol == TCP else _UDP_WORDS if protocol == UDP else {}
    return words.get(port, str(port))


def icmp_words(family: Family, match: IcmpMatch) -> str:
    """Return how an access list prints an ICMP type and code."""
    words = _ICMP4_WORDS if family is Family.V4 else _ICMP6_WORDS
    word = words.get((match.type, match.code))
    if word is not None:
        return word
    return str(match.type) if match.code is None else f"{match.type} {match.code}"


@lru_cache(maxsize=1 << 16)
def interface_name(word: str) -> str | None:
    """Return the one form of an interface name (`Gi0/0/1` -> `GigabitEthernet0/0/1`), None for an unknown kind, a short form
    that several kinds share, and a number that no device prints (`Gi00/1` would be a second name of `Gi0/1`)."""
    digit = next((index for index, letter in enumerate(word) if letter.isdigit()), len(word))
    kind = word[:digit].lower()
    number = word[digit:]
    long = _LONG.get(kind) or _SHORT.get(kind)
    if long is None or _NUMBER.fullmatch(number) is None:
        return None
    return long + number


def interface_kind(name: str) -> str:
    """Return the kind part of a long interface name."""
    return name.rstrip("0123456789/.")
