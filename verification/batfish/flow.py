"""Batfish's flows, traces and header conditions to ours and back.

The one idea: a counterexample of any judge is the same `Flow`, so that the other judge, and `walk`, can be asked about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any

from intents.prefix import Family, format_address
from intents.reason import Reason, because
from verification.packets.flow_sets import Span
from verification.verdicts.flow import ICMP4, SUCCESS, TCP, UDP, Flow

PROTOCOLS = {ICMP4: "ICMP", TCP: "TCP", UDP: "UDP"}
"""Batfish's names of the protocols that have ports or messages."""
_NUMBERS = {name: number for number, name in PROTOCOLS.items()}
TCP_FLAGS = ("Fin", "Syn", "Rst", "Psh", "Ack", "Urg", "Ece", "Cwr")
"""Batfish's names of the bits of the flag byte, the lowest first."""
TERMS = 100
"""Of how many specifiers one is made at most."""
WHOLE = {"fragmentOffsets": "0"}
"""Every question is about packets that are no non-initial fragments: Batfish judges those by ports that they don't have."""


def flow_of_row(row: Mapping[str, Any], device: str) -> Flow:
    """Return the flow of a row's `Flow` column, starting at its interface of a device of ours."""
    flags = sum(1 << bit for bit, name in enumerate(TCP_FLAGS) if row.get(f"tcpFlags{name}"))
    return Flow(
        family=Family.V4,
        source=int(IPv4Address(row["srcIp"])),
        destination=int(IPv4Address(row["dstIp"])),
        protocol=protocol_number(row["ipProtocol"]),
        source_port=row.get("srcPort") or 0,
        destination_port=row.get("dstPort") or 0,
        tcp_flags=flags,
        icmp_type=row.get("icmpType") or row.get("icmpVar") or 0,
        icmp_code=row.get("icmpCode") or 0,
        start_device=device,
        start_interface=row.get("ingressInterface") or "",
    )


def protocol_number(name: str | int) -> int:
    """Return the number of an IP protocol as Batfish names it; ValueError for a name that stands for none."""
    text = str(name)
    if text in _NUMBERS:
        return _NUMBERS[text]
    if text.isdecimal():
        return int(text)
    found = re.fullmatch(r"(?:UNNAMED|OTHER|UNRECOGNIZED)_(\d+)", text)
    if found is not None:
        return int(found.group(1))
    return _NAMED.get(text, 255)


_NAMED = {
    "HOPOPT": 0,
    "IGMP": 2,
    "GGP": 3,
    "IPINIP": 4,
    "ST": 5,
    "CBT": 7,
    "EGP": 8,
    "IGP": 9,
    "IPV6": 41,
    "RSVP": 46,
    "GRE": 47,
    "ESP": 50,
    "AHP": 51,
    "IPV6_ICMP": 58,
    "EIGRP": 88,
    "OSPF": 89,
    "PIM": 103,
    "VRRP": 112,
    "SCTP": 132,
}


def addresses(spans: Iterable[Span]) -> str:
    """Return spans of IPv4 addresses as Batfish's IP specifier; "" for none."""
    return united(
        [
            format_address(Family.V4, low)
            if low == high
            else f"{format_address(Family.V4, low)} - {format_address(Family.V4, high)}"
            for low, high in spans
        ]
    )


def united(terms: Sequence[str]) -> str:
    """Return the union of specifiers (of addresses, of locations) as one.

    The server follows a union term by term, each one call deeper, and its stack ends before five thousand of them (seen); so
    long ones are unions of unions.
    """
    if len(terms) <= TERMS:
        return ", ".join(terms)
    return united([f"({', '.join(terms[start : start + TERMS])})" for start in range(0, len(terms), TERMS)])


def hops_of_trace(trace: Mapping[str, Any], device_of: Mapping[str, str]) -> tuple[tuple[str, ...], Reason]:
    """Return a trace's way, a device each, and how it ends."""
    found = []
    for hop in trace.get("hops") or ():
        name = str(hop.get("node", {}).get("name", "?") if isinstance(hop.get("node"), Mapping) else hop.get("node"))
        found.append(device_of.get(name, name))
    return tuple(found), because("trace_ends", end=trace.get("disposition", "?"))


def end_of_trace(trace: Mapping[str, Any], device_of: Mapping[str, str]) -> tuple[str, str]:
    """Return the device and interface at which a trace arrives, "" for an interface that it does not leave by."""
    hops: Sequence[Mapping[str, Any]] = trace.get("hops") or ({},)
    name = str((hops[-1].get("node") or {}).get("name", "?"))
    if str(trace.get("disposition")) not in SUCCESS:
        return device_of.get(name, name), ""
    steps = hops[-1].get("steps") or ()
    exits = [_exit(step.get("detail") or {}) for step in steps]
    return device_of.get(name, name), next((item for item in reversed(exits) if item), "")


def _exit(detail: Mapping[str, Any]) -> str:
    """Return the interface that a step leaves by: routing names it alone, leaving and delivering with its device."""
    found = detail.get("outputInterface") or ""
    return str(found["interface"] if isinstance(found, Mapping) else found)
