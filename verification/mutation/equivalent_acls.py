"""Do two packet filters ever differ? Corner packets of both, every combination of them, the first match decides (numpy).

Turns two lists of entries into a packet that they treat differently, or None. The one idea: what a filter says can change only
where a number that some entry names begins or ends; so one address, header by header, for each stretch between such numbers
stands for all packets. Nothing here is shared with the sets that the engine computes with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from intents.prefix import Family, format_address
from intents.reason import Reason, because
from routing.model import AclEntry, Action, AddressMatch, NonInitial, PortRange
from verification.verdicts.flow import ACK, FIN, ICMP4, ICMP6, RST, SYN, TCP, UDP

_SCTP = 132
_PORTED = (TCP, UDP, _SCTP)
_OTHER_PROTOCOLS = (0, 1, 2, 47, 50, 58, 89, 103, 112, 253)
_USUAL_FLAGS = (0, SYN, ACK, RST, SYN | ACK, RST | ACK, FIN | ACK, 255)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class CornerHeader:
    """Everything of a corner packet but its addresses; `fragment` is a non-initial one."""

    protocol: int
    source_port: int = 0
    destination_port: int = 0
    flags: int = 0
    icmp: tuple[int, int] = (0, 0)
    fragment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CornerPacket:
    """A packet on which two filters differ, and what the first of them does with it."""

    family: Family
    source: int
    destination: int
    header: CornerHeader
    passed: bool

    def in_words(self) -> Reason:
        """Return the packet and what became of it."""
        head = self.header
        packet = because(
            "corner_packet",
            protocol=head.protocol,
            source=format_address(self.family, self.source),
            destination=format_address(self.family, self.destination),
            ports=f"{head.source_port},{head.destination_port}",
            flags=head.flags,
            icmp=f"{head.icmp[0]}/{head.icmp[1]}",
        )
        shown = because("corner_fragment", packet=packet) if head.fragment else packet
        return because("passed_before", packet=shown) if self.passed else because("dropped_before", packet=shown)


def differing_packet(
    family: Family, before: Sequence[AclEntry] | None, after: Sequence[AclEntry] | None
) -> CornerPacket | None:
    """Return a packet that two filters treat differently, None if there is none; a filter None or () lets all pass (IOS)."""
    entries = (*(before or ()), *(after or ()))
    sources = _addresses(family, (entry.sources for entry in entries))
    destinations = _addresses(family, (entry.destinations for entry in entries))
    headers = _headers(family, entries)
    sources = _representatives(sources, [entry.sources for entry in entries])
    destinations = _representatives(destinations, [entry.destinations for entry in entries])
    one = _passes(family, before, sources, destinations, headers)
    other = _passes(family, after, sources, destinations, headers)
    found = np.argwhere(one != other)
    if not found.size:
        return None
    at = tuple(int(number) for number in found[0])
    return CornerPacket(
        family=family,
        source=sources[at[0]],
        destination=destinations[at[1]],
        header=headers[at[2]],
        passed=bool(one[at]),
    )


def _addresses(family: Family, fields: Iterable[tuple[AddressMatch, ...] | None]) -> list[int]:
    """Return the corners of all address conditions: first, last and the ones beside; single bits of odd masks."""
    everything = (1 << family.bits) - 1
    found = {0, everything}
    for field in set(fields):
        for item in field or ():
            free = everything & ~item.care
            last = item.value | free
            found |= {item.value, last, max(0, item.value - 1), min(everything, last + 1)}
            if free & (free + 1):
                found |= {item.value ^ (1 << bit) for bit in range(family.bits)}
    return sorted(found)


def _representatives(addresses: list[int], fields: list[tuple[AddressMatch, ...] | None]) -> list[int]:
    """Return one address of those that every condition treats alike."""
    alike: dict[tuple[bool, ...], int] = {}
    conditions = list(dict.fromkeys(fields))
    for address in addresses:
        alike.setdefault(tuple(_holds(field, address) for field in conditions), address)
    return sorted(alike.values())


def _holds(field: tuple[AddressMatch, ...] | None, address: int) -> bool:
    return field is None or any(address & item.care == item.value for item in field)


def _headers(family: Family, entries: Sequence[AclEntry]) -> list[CornerHeader]:
    protocols = {TCP, UDP, *_OTHER_PROTOCOLS}
    for entry in entries:
        protocols |= {
            number for item in entry.protocols or () for number in (item - 1, item, item + 1) if 0 <= number < 256
        }
    ports = [_ports(entry.source_ports for entry in entries), _ports(entry.destination_ports for entry in entries)]
    kinds = {(0, 0), (3, 4), (8, 0), (128, 0), (255, 255)}
    for entry in entries:
        for message in entry.icmp or ():
            codes = (
                (0, 1, 255)
                if message.code is None
                else (max(0, message.code - 1), message.code, min(255, message.code + 1))
            )
            kinds |= {
                (kind, code)
                for kind in range(max(0, message.type - 1), min(255, message.type + 1) + 1)
                for code in codes
            }
    found = [CornerHeader(protocol=number, fragment=True) for number in sorted(protocols)]
    for number in sorted(protocols):
        if number in _PORTED:
            flags = _flags(entries) if number == TCP else (0,)
            found += [
                CornerHeader(protocol=number, source_port=one, destination_port=other, flags=flag)
                for one, other, flag in product(*ports, flags)
            ]
        elif number == (ICMP4 if family is Family.V4 else ICMP6):
            found += [CornerHeader(protocol=number, icmp=kind) for kind in sorted(kinds)]
        else:
            found.append(CornerHeader(protocol=number))
    return found


def _ports(fields: Iterable[tuple[PortRange, ...] | None]) -> list[int]:
    found = {0, 1023, 1024, 65535}
    for field in set(fields):
        for low, high in field or ():
            found |= {max(0, low - 1), low, high, min(65535, high + 1)}
    return sorted(found)


def _flags(entries: Sequence[AclEntry]) -> list[int]:
    """Return every combination of the flags that some entry looks at, among them the usual ones."""
    looked_at = 0
    for entry in entries:
        for item in entry.tcp_flags or ():
            looked_at |= item.care
    bits = [1 << bit for bit in range(8) if looked_at >> bit & 1]
    combined = {sum(choice) for choice in product(*((0, bit) for bit in bits))}
    return sorted(combined | {flags & 255 for flags in _USUAL_FLAGS})


def _passes(
    family: Family,
    entries: Sequence[AclEntry] | None,
    sources: list[int],
    destinations: list[int],
    headers: list[CornerHeader],
) -> Bools:
    """Return for every source, destination and header whether the packet passes."""
    shape = (len(sources), len(destinations), len(headers))
    if not entries:
        return np.ones(shape, dtype=np.bool_)
    passed, decided = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    for entry in entries:
        rows = np.array([_holds(entry.sources, item) for item in sources])
        columns = np.array([_holds(entry.destinations, item) for item in destinations])
        if not rows.any() or not columns.any():
            continue
        heads = np.array([_header_matches(family, entry, item) for item in headers])
        hit = rows[:, None, None] & columns[None, :, None] & heads[None, None, :] & ~decided
        decided |= hit
        if entry.action is Action.PERMIT:
            passed |= hit
    return passed


def _header_matches(family: Family, entry: AclEntry, header: CornerHeader) -> bool:
    if entry.protocols is not None and header.protocol not in entry.protocols:
        return False
    if header.fragment:
        return entry.non_initial is not NonInitial.SKIP
    if entry.non_initial is NonInitial.ONLY:
        return False
    ported, icmp = header.protocol in _PORTED, ICMP4 if family is Family.V4 else ICMP6
    return (
        (entry.source_ports is None or (ported and _within(entry.source_ports, header.source_port)))
        and (entry.destination_ports is None or (ported and _within(entry.destination_ports, header.destination_port)))
        and (
            entry.tcp_flags is None
            or (header.protocol == TCP and any(header.flags & item.care == item.value for item in entry.tcp_flags))
        )
        and (
            entry.icmp is None
            or (
                header.protocol == icmp
                and any(item.type == header.icmp[0] and item.code in (None, header.icmp[1]) for item in entry.icmp)
            )
        )
    )


def _within(ranges: tuple[PortRange, ...], port: int) -> bool:
    return any(low <= port <= high for low, high in ranges)
