"""One packet header at one starting point, how a packet's journey ends, and the journey itself.

The one idea: a `Flow` is nothing but integers and a place, so that a counterexample of any judge is the same value as
the question; a `Trace` says hop by hop which configured things decided, by `Ref`, so that a reader's side table leads
from there to lines of text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from intents.prefix import Family, Prefix, format_address
from intents.reason import Reason, because, describe_reason
from routing.model import Ref, RouteSource

TCP = 6
UDP = 17
ICMP4 = 1
ICMP6 = 58

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
FLAG_NAMES = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
PROTOCOL_NAMES = {TCP: "tcp", UDP: "udp", ICMP4: "icmp", ICMP6: "icmp6"}


class Disposition(StrEnum):
    """How a packet ends, by Batfish's names."""

    ACCEPTED = "ACCEPTED"
    DELIVERED_TO_SUBNET = "DELIVERED_TO_SUBNET"
    EXITS_NETWORK = "EXITS_NETWORK"
    DENIED_IN = "DENIED_IN"
    DENIED_OUT = "DENIED_OUT"
    NO_ROUTE = "NO_ROUTE"
    NULL_ROUTED = "NULL_ROUTED"
    NEIGHBOR_UNREACHABLE = "NEIGHBOR_UNREACHABLE"
    LOOP = "LOOP"
    INSUFFICIENT_INFO = "INSUFFICIENT_INFO"


SUCCESS = frozenset({Disposition.ACCEPTED, Disposition.DELIVERED_TO_SUBNET, Disposition.EXITS_NETWORK})
"""The ends at which the packet has got where it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A packet that arrives on `start_interface` of `start_device` from whatever is plugged in there.

    Addresses are unsigned integers of `family`; `protocol` is the IP protocol (IPv6: of the upper layer); `tcp_flags`
    is the flag byte (FIN=1 … CWR=128). `fragment`: a non-initial fragment; its ports, flags and ICMP fields stand for
    nothing. ValueError if a number does not fit its field.
    """

    family: Family
    source: int
    destination: int
    protocol: int
    source_port: int = 0
    destination_port: int = 0
    tcp_flags: int = 0
    icmp_type: int = 0
    icmp_code: int = 0
    fragment: bool = False
    start_device: str
    start_interface: str

    def __post_init__(self) -> None:
        limits = (
            ("source", self.source, self.family.bits),
            ("destination", self.destination, self.family.bits),
            ("protocol", self.protocol, 8),
            ("source_port", self.source_port, 16),
            ("destination_port", self.destination_port, 16),
            ("tcp_flags", self.tcp_flags, 8),
            ("icmp_type", self.icmp_type, 8),
            ("icmp_code", self.icmp_code, 8),
        )
        for name, value, bits in limits:
            if not 0 <= value < 1 << bits:
                raise ValueError(f"{name} does not fit {bits} bits: {value}")


Line = tuple[str, Ref]
"""A configured thing of one device: the device's name and the thing's `Ref`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedRoute:
    """The route that a packet followed at one hop; `vrf` is where its next hop lies (another VRF if it was leaked)."""

    prefix: Prefix
    source: RouteSource
    vrf: str | None
    as_path: tuple[int, ...] = ()
    line: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One device on the way. `lines` are the ACL entries (or ACLs, for an implicit deny) that decided here, in order.

    `out_interface`, `next_hop` and `route` are None where the packet ended before it was routed.
    """

    device: str
    vrf: str | None
    in_interface: str
    out_interface: str | None = None
    next_hop: int | None = None
    lines: tuple[Line, ...] = ()
    route: MatchedRoute | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One way that a packet may take: its hops, how it ends and what made it end so, if a configured thing did."""

    hops: tuple[Hop, ...]
    disposition: Disposition
    deciding: Line | None = None

    @property
    def delivered(self) -> bool:
        """Return whether the packet got where it was sent."""
        return self.disposition in SUCCESS


def describe_flow(flow: Flow, language: str) -> str:
    """Return a flow as one line: `tcp 10.1.2.3:40000 -> 10.9.0.5:443 [SYN] from cpe-1 GigabitEthernet0/0/1.110`."""
    return describe_reason(flow_in_words(flow), language)


def flow_in_words(flow: Flow) -> Reason:
    """Return a flow as something that can be said: protocol, ends, what else tells it apart, and where it starts."""
    source = format_address(flow.family, flow.source)
    destination = format_address(flow.family, flow.destination)
    if flow.protocol in (TCP, UDP) and not flow.fragment:
        source = _with_port(flow.family, source, flow.source_port)
        destination = _with_port(flow.family, destination, flow.destination_port)
    details = _details(flow)
    return because(
        "flow",
        protocol=_protocol_in_words(flow),
        source=source,
        destination=destination,
        details="" if details is None else because("flow_details", details=details),
        device=flow.start_device,
        interface=flow.start_interface,
    )


def _protocol_in_words(flow: Flow) -> Reason | str:
    """Return the protocol's name; ICMP of the other family is only a number here."""
    foreign = ICMP6 if flow.family is Family.V4 else ICMP4
    named = None if flow.protocol == foreign else PROTOCOL_NAMES.get(flow.protocol)
    return named or because("flow_protocol", number=flow.protocol)


def _with_port(family: Family, address: str, number: int) -> str:
    return f"{address}:{number}" if family is Family.V4 else f"[{address}]:{number}"


def _details(flow: Flow) -> Reason | str | None:
    if flow.fragment:
        return because("flow_fragment")
    if flow.protocol == TCP:
        set_flags = [name for bit, name in enumerate(FLAG_NAMES) if flow.tcp_flags >> bit & 1]
        return " ".join(set_flags) or because("flow_no_flags")
    if flow.protocol in (ICMP4, ICMP6):
        return because("flow_icmp", type=flow.icmp_type, code=flow.icmp_code)
    return None
