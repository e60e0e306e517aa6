"""What is *not* allowed between two attachments, as header conditions that Batfish takes.

The one idea: `allowed` names services, replies and errors; all other headers fall into a few boxes (other protocols, other ICMP
messages, other ports, replies without ACK or RST), and each box is one condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from routing.model import ESTABLISHED, NonInitial, PortRange
from verification.batfish.flow import WHOLE
from verification.packets.flow_sets import Span
from verification.packets.headers import HeaderMatch
from verification.verdicts.flow import ICMP4, TCP, UDP

Headers = dict[str, object]
_OPENING = [{"ack": False, "rst": False}]


def outside(allowed: Iterable[HeaderMatch]) -> Iterator[Headers]:
    """Yield conditions whose union is every IPv4 packet (but non-initial fragments) that none of `allowed` accepts.

    ValueError for a condition of a shape that `allowed` never has.
    """
    known = tuple(item for item in allowed if item.non_initial is not NonInitial.ONLY)
    named = {TCP, UDP, ICMP4}
    if any(item.protocols is None or not set(item.protocols) <= named for item in known):
        raise ValueError("allowed headers of a protocol that no service names")
    others = [str(number) for number in range(256) if number not in named]
    yield {**WHOLE, "ipProtocols": others}
    yield from _messages([item for item in known if item.protocols == (ICMP4,)])
    for protocol, name in ((TCP, "TCP"), (UDP, "UDP")):
        yield from _ports(name, [item for item in known if item.protocols == (protocol,)])


def _messages(allowed: Sequence[HeaderMatch]) -> Iterator[Headers]:
    types: set[int] = set()
    for item in allowed:
        for message in item.icmp or ():
            if message.code is not None:
                raise ValueError("allowed messages with a code")
            types.add(message.type)
        if item.icmp is None:
            return
    left = _gaps([(kind, kind) for kind in types], 255)
    if left:
        yield {**WHOLE, "ipProtocols": ["ICMP"], "icmpTypes": _shown(left)}


def _ports(protocol: str, allowed: Sequence[HeaderMatch]) -> Iterator[Headers]:
    """Yield what is left of a protocol with ports: neither to a service nor from one, and openings from a service's port."""
    to: list[PortRange] = []
    replies: list[PortRange] = []
    for item in allowed:
        if item.source_ports is None and item.destination_ports is not None and item.tcp_flags is None:
            to += item.destination_ports
        elif item.source_ports is not None and item.destination_ports is None and item.tcp_flags in (None, ESTABLISHED):
            replies += item.source_ports
        else:
            raise ValueError("allowed headers that are neither a session's opening nor its replies")
    not_to = _gaps(to, 65535)
    if not not_to:
        return
    base: Headers = {**WHOLE, "ipProtocols": [protocol], "dstPorts": _shown(not_to)}
    elsewhere = _gaps(replies, 65535)
    if elsewhere:
        yield {**base, "srcPorts": _shown(elsewhere)}
    if replies and protocol == "TCP":
        yield {**base, "srcPorts": _shown(sorted(set(replies))), "tcpFlags": _OPENING}


def _gaps(ranges: Iterable[Span], last: int) -> list[Span]:
    """Return 0..last without some ranges."""
    found: list[Span] = []
    start = 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    if start <= last:
        found.append((start, last))
    return found


def _shown(ranges: Iterable[Span]) -> str:
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)
