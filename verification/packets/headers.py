"""The layer-4 header of a packet, and the condition that an ACL entry makes on it.

The one idea: a header is what a condition may ask about and no more; a field that the protocol lacks, or that a fragment does
not carry, satisfies no condition on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from intents.prefix import Family
from routing.model import AclEntry, FlagMatch, IcmpMatch, NonInitial, PortRange
from verification.packets.bit_sets import BitSet
from verification.verdicts.flow import ICMP4, ICMP6, TCP, UDP

ICMP: Mapping[Family, int] = {Family.V4: ICMP4, Family.V6: ICMP6}

SCTP = 132
WITH_PORTS = frozenset({TCP, UDP, SCTP})
"""The protocols whose ports an ACL entry can ask about."""


class HeaderMatch(NamedTuple):
    """The layer-4 condition of an ACL entry, fields as in `AclEntry`: every field that is not None must hold."""

    protocols: tuple[int, ...] | None = None
    source_ports: tuple[PortRange, ...] | None = None
    destination_ports: tuple[PortRange, ...] | None = None
    tcp_flags: tuple[FlagMatch, ...] | None = None
    icmp: tuple[IcmpMatch, ...] | None = None
    non_initial: NonInitial = NonInitial.MATCH

    def names_protocol(self, protocol: int) -> bool:
        """Return whether the protocol number satisfies the condition's protocol field."""
        return self.protocols is None or protocol in self.protocols

    def takes_header(self, protocol: int, *, ports: bool, flags: bool, icmp: bool) -> bool:
        """Return whether a packet with a layer-4 header that has just these fields can match at all."""
        return (
            self.non_initial is not NonInitial.ONLY
            and self.names_protocol(protocol)
            and (ports or (self.source_ports is None and self.destination_ports is None))
            and (flags or self.tcp_flags is None)
            and (icmp or self.icmp is None)
        )


class Header(NamedTuple):
    """One layer-4 header; a field that the protocol lacks is None. `non_initial`: a fragment, which has no header."""

    protocol: int
    source_port: int | None = None
    destination_port: int | None = None
    tcp_flags: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    non_initial: bool = False


HeaderSet = BitSet[Header]
"""A set of headers: bit n is the n-th atom of a header space."""


def header_match(entry: AclEntry) -> HeaderMatch:
    """Return the layer-4 condition of an ACL entry."""
    return HeaderMatch(
        entry.protocols, entry.source_ports, entry.destination_ports, entry.tcp_flags, entry.icmp, entry.non_initial
    )


def accepts(match: HeaderMatch, header: Header) -> bool:
    """Return whether one header satisfies a condition (a condition on a field that the header lacks fails)."""
    if not match.names_protocol(header.protocol):
        return False
    if header.non_initial:
        return match.non_initial is not NonInitial.SKIP
    return (
        match.non_initial is not NonInitial.ONLY
        and _port_in(match.source_ports, header.source_port)
        and _port_in(match.destination_ports, header.destination_port)
        and _flags_in(match.tcp_flags, header.tcp_flags)
        and _message_in(match.icmp, header.icmp_type, header.icmp_code)
    )


def _port_in(ranges: tuple[PortRange, ...] | None, port: int | None) -> bool:
    return ranges is None or (port is not None and any(low <= port <= high for low, high in ranges))


def _flags_in(wanted: tuple[FlagMatch, ...] | None, flags: int | None) -> bool:
    return wanted is None or (flags is not None and any(flags & item.care == item.value for item in wanted))


def _message_in(wanted: tuple[IcmpMatch, ...] | None, kind: int | None, code: int | None) -> bool:
    return wanted is None or any(item.type == kind and item.code in (None, code) for item in wanted)
