"""The words that Junos writes for numbers: IP protocols, ports, ICMP types and codes, TCP flags.

The one idea: closed tables in one place; a word that is not in its table is not understood (the reader reports the line
as unknown). Source: Junos "Firewall Filter Match Conditions for IPv4 Traffic" and "... for IPv6 Traffic".
"""

from __future__ import annotations

from intents.prefix import Family, parse_address
from intents.reason import unclear
from routing.vendors.reserved import RESERVED_ASNS

PROTOCOLS = {
    "ah": 51, "dstopts": 60, "egp": 8, "esp": 50, "fragment": 44, "gre": 47, "hop-by-hop": 0, "icmp": 1, "icmp6": 58,
    "icmpv6": 58, "igmp": 2, "ipip": 4, "ipv6": 41, "no-next-header": 59, "ospf": 89, "pim": 103, "routing": 43,
    "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "vrrp": 112,
}  # fmt: skip
PROTOCOL_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 51: "ah", 58: "icmp6", 89: "ospf"}

PORTS = {
    "afs": 1483, "bgp": 179, "biff": 512, "bootpc": 68, "bootps": 67, "cmd": 514, "cvspserver": 2401, "dhcp": 67,
    "domain": 53, "eklogin": 2105, "ekshell": 2106, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "http": 80,
    "https": 443, "ident": 113, "imap": 143, "kerberos-sec": 88, "klogin": 543, "kpasswd": 761, "krb-prop": 754,
    "krbupdate": 760, "kshell": 544, "ldap": 389, "ldp": 646, "login": 513, "mobileip-agent": 434, "mobilip-mn": 435,
    "msdp": 639, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ssn": 139, "nfsd": 2049, "nntp": 119, "ntalk": 518,
    "ntp": 123, "pop3": 110, "pptp": 1723, "printer": 515, "radacct": 1813, "radius": 1812, "rip": 520, "rkinit": 2108,
    "smtp": 25, "snmp": 161, "snmptrap": 162, "snpp": 444, "socks": 1080, "ssh": 22, "sunrpc": 111, "syslog": 514,
    "tacacs": 49, "tacacs-ds": 65, "talk": 517, "telnet": 23, "tftp": 69, "timed": 525, "who": 513, "xdmcp": 177,
}  # fmt: skip

_ICMP4_TYPES = {
    "echo-reply": 0, "unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
    "router-advertisement": 9, "router-solicit": 10, "time-exceeded": 11, "parameter-problem": 12, "timestamp": 13,
    "timestamp-reply": 14, "info-request": 15, "info-reply": 16, "mask-request": 17, "mask-reply": 18,
}  # fmt: skip
_ICMP6_TYPES = {
    "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo-request": 128,
    "echo-reply": 129, "membership-query": 130, "membership-report": 131, "membership-termination": 132,
    "router-solicit": 133, "router-advertisement": 134, "neighbor-solicit": 135, "neighbor-advertisement": 136,
    "redirect": 137, "router-renumbering": 138, "node-information-request": 139, "node-information-reply": 140,
}  # fmt: skip
ICMP_TYPES = {Family.V4: _ICMP4_TYPES, Family.V6: _ICMP6_TYPES}

_ICMP4_CODES = {
    ("ip-header-bad", 12): 0, ("required-option-missing", 12): 1, ("redirect-for-network", 5): 0,
    ("redirect-for-host", 5): 1, ("redirect-for-tos-and-net", 5): 2, ("redirect-for-tos-and-host", 5): 3,
    ("ttl-eq-zero-during-transit", 11): 0, ("ttl-eq-zero-during-reassembly", 11): 1, ("network-unreachable", 3): 0,
    ("host-unreachable", 3): 1, ("protocol-unreachable", 3): 2, ("port-unreachable", 3): 3,
    ("fragmentation-needed", 3): 4, ("source-route-failed", 3): 5, ("destination-network-unknown", 3): 6,
    ("destination-host-unknown", 3): 7, ("source-host-isolated", 3): 8, ("destination-network-prohibited", 3): 9,
    ("destination-host-prohibited", 3): 10, ("network-unreachable-for-TOS", 3): 11, ("host-unreachable-for-TOS", 3): 12,
    ("communication-prohibited-by-filtering", 3): 13, ("host-precedence-violation", 3): 14,
    ("precedence-cutoff-in-effect", 3): 15,
}  # fmt: skip
_ICMP6_CODES = {
    ("no-route-to-destination", 1): 0, ("administratively-prohibited", 1): 1, ("address-unreachable", 1): 3,
    ("port-unreachable", 1): 4, ("ttl-eq-zero-during-transit", 3): 0, ("ttl-eq-zero-during-reassembly", 3): 1,
    ("ip6-header-bad", 4): 0, ("unrecognized-next-header", 4): 1, ("unrecognized-option", 4): 2,
}  # fmt: skip
ICMP_CODES = {Family.V4: _ICMP4_CODES, Family.V6: _ICMP6_CODES}

TCP_FLAGS = {"fin": 1, "syn": 2, "rst": 4, "push": 8, "ack": 16, "urgent": 32}


def protocol_word(number: int) -> str:
    """Return how a protocol is written: by name where every Junos release has one, else by number."""
    return PROTOCOL_NAMES.get(number, str(number))


def number(text: str, low: int, high: int) -> int:
    """Read a decimal number in low..high; ValueError otherwise."""
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or not low <= int(text) <= high:
        raise unclear("not_a_number_between", low=low, high=high, text=text)
    return int(text)


def numbers(text: str, low: int, high: int, words: dict[str, int]) -> tuple[int, int]:
    """Read a word of the table, a number or a range `a-b` as an inclusive range; ValueError otherwise."""
    if text in words:
        return words[text], words[text]
    first, dash, last = text.partition("-")
    if not dash:
        value = number(text, low, high)
        return value, value
    result = number(first, low, high), number(last, low, high)
    if result[0] > result[1]:
        raise unclear("not_a_range", text=text)
    return result


def as_number(text: str) -> int:
    """Read an AS number that a speaker may use, plain or as `high.low`; ValueError otherwise."""
    high, dot, low = text.partition(".")
    found = number(high, 0, 65535) << 16 | number(low, 0, 65535) if dot else number(text, 1, (1 << 32) - 1)
    if found in RESERVED_ASNS:
        raise unclear("reserved_asn", text=text)
    return found


def administered(text: str) -> str:
    """Read a route distinguisher or target, `AS:N`, `ASL:N` or `ADDRESS:N`, into one text for equal values; ValueError otherwise.

    An AS of four octets has the suffix L, and it or an address leaves two octets for N (JUN-VAL-01, BOTH-VAL-01, BOTH-VAL-02).
    """
    who, _, low = text.rpartition(":")
    if "." in who:
        return f"{parse_address(who)}:{number(low, 0, 65535)}"
    if who.endswith("L"):
        return f"{number(who[:-1], 0, (1 << 32) - 1)}L:{number(low, 0, 65535)}"
    return f"{number(who, 0, 65535)}:{number(low, 0, (1 << 32) - 1)}"
