"""The layer-4 headers of one family, cut into atoms: turns every layer-4 condition that occurs into a bit mask.

The one idea: two headers that satisfy the same conditions can't be told apart by any set built from those conditions.
So such headers form one atom, a set of headers is an integer with one bit for each atom, and union, intersection and
complement are the integer's own `|`, `&` and `^`: exact Boolean algebra without a solver. Atoms are found by signature,
first along each axis (source port, destination port, TCP flags, ICMP type, ICMP code, protocol number), then over the
grid of what is left. Each atom keeps its most natural header, which is what a counterexample shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from intents.prefix import Family
from routing.model import AclEntry, FlagMatch, IcmpMatch, NonInitial, PortRange
from verification.packets.atoms import Bits, among_flags, axis, equal_to, merge_cells, port_axis
from verification.packets.bit_sets import BitSet, bit, first, from_bits, lowest, numbers
from verification.verdicts.flow import ICMP4, ICMP6, TCP, UDP

ICMP: Mapping[Family, int] = {Family.V4: ICMP4, Family.V6: ICMP6}

SCTP = 132
WITH_PORTS = frozenset({TCP, UDP, SCTP})
"""The protocols whose ports an ACL entry can ask about."""
_FLAGS_FIRST = (2, 16, 18, 4, 24, 17, 20, 1, 0)
"""SYN, ACK, SYN+ACK, RST, PSH+ACK, FIN+ACK, RST+ACK, FIN, none: most expected in a counterexample first."""
_TYPES_FIRST: Mapping[Family, tuple[int, ...]] = {
    Family.V4: (8, 0, 3, 11, 12, 13, 5),
    Family.V6: (128, 129, 1, 2, 3, 4, 135, 136, 133, 134),
}
_PROTOCOLS_FIRST = (TCP, UDP, ICMP4, ICMP6, 47, SCTP, 50, 89)
_EXTENSION_HEADERS = (0, 43, 44, 60)
"""IPv6 extension headers (RFC 8200) are no upper-layer protocols: the last numbers to choose as an example."""


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeaderSpace:
    """The atoms of one family; compared by identity, because masks of two spaces must never meet.

    `headers`: the natural header of each atom, by bit number. `masks`: the atoms of every condition.
    """

    family: Family
    headers: tuple[Header, ...]
    masks: Mapping[HeaderMatch, HeaderSet]

    @property
    def full(self) -> HeaderSet:
        """Return the mask of all headers."""
        return first(len(self.headers))

    def mask(self, match: HeaderMatch) -> HeaderSet:
        """Return the atoms of a condition; KeyError if the space was not made for it."""
        return self.masks[match]

    def sample(self, mask: HeaderSet) -> Header:
        """Return the most natural header of a set; ValueError if it is empty."""
        return self.headers[lowest(mask)]

    def locate(self, header: Header) -> HeaderSet:
        """Return the atom of a header, as a mask of one bit."""
        kept = self.full
        for match, mask in self.masks.items():
            kept &= mask if accepts(match, header) else ~mask
        for number in numbers(kept):
            sample = self.headers[number]
            if (sample.protocol, sample.non_initial) == (header.protocol, header.non_initial):
                return bit(number)
        return bit(lowest(kept)) if kept else kept


def header_space(family: Family, matches: Iterable[HeaderMatch]) -> HeaderSpace:
    """Return the coarsest atoms that can express every one of these conditions."""
    known = tuple(sorted(set(matches), key=repr))
    headers: list[Header] = []
    masks = [0] * len(known)
    for block_headers, block_masks in _blocks(family, known):
        for index, mask in enumerate(block_masks):
            masks[index] |= mask << len(headers)
        headers.extend(block_headers)
    sets: dict[HeaderMatch, HeaderSet] = {match: from_bits(mask) for match, mask in zip(known, masks, strict=True)}
    return HeaderSpace(family=family, headers=tuple(headers), masks=sets)


_Block = tuple[list[Header], list[int]]


def _blocks(family: Family, known: Sequence[HeaderMatch]) -> Iterator[_Block]:
    yield _tcp_block(known)
    yield _ported_block(UDP, known)
    yield _ported_block(SCTP, known)
    yield _icmp_block(family, known)
    yield _other_block(family, known)
    yield _fragment_block(family, known)


def _tcp_block(known: Sequence[HeaderMatch]) -> _Block:
    mine = [match for match in known if match.takes_header(TCP, ports=True, flags=True, icmp=False)]
    flags, by_flags = axis((*_FLAGS_FIRST, *range(256)), {match.tcp_flags for match in mine}, among_flags)
    sources, by_source = port_axis({match.source_ports for match in mine})
    targets, by_target = port_axis({match.destination_ports for match in mine})

    def hits(match: HeaderMatch) -> Bits | None:
        if not match.takes_header(TCP, ports=True, flags=True, icmp=False):
            return None
        ports = by_source[match.source_ports][:, None] & by_target[match.destination_ports][None, :]
        return by_flags[match.tcp_flags][:, None, None] & ports[None, :, :]

    firsts, masks = merge_cells(len(flags) * len(sources) * len(targets), [hits(match) for match in known])
    places = [np.unravel_index(cell, (len(flags), len(sources), len(targets))) for cell in firsts]
    return [Header(TCP, sources[s], targets[d], flags[f]) for f, s, d in places], masks


def _ported_block(protocol: int, known: Sequence[HeaderMatch]) -> _Block:
    mine = [match for match in known if match.takes_header(protocol, ports=True, flags=False, icmp=False)]
    sources, by_source = port_axis({match.source_ports for match in mine})
    targets, by_target = port_axis({match.destination_ports for match in mine})

    def hits(match: HeaderMatch) -> Bits | None:
        if not match.takes_header(protocol, ports=True, flags=False, icmp=False):
            return None
        return by_source[match.source_ports][:, None] & by_target[match.destination_ports][None, :]

    firsts, masks = merge_cells(len(sources) * len(targets), [hits(match) for match in known])
    return [Header(protocol, sources[cell // len(targets)], targets[cell % len(targets)]) for cell in firsts], masks


def _icmp_block(family: Family, known: Sequence[HeaderMatch]) -> _Block:
    protocol = ICMP[family]
    mine = [match for match in known if match.takes_header(protocol, ports=False, flags=False, icmp=True)]
    messages = {message for match in mine for message in match.icmp or ()}
    types, by_type = axis((*_TYPES_FIRST[family], *range(256)), {message.type for message in messages}, equal_to)
    codes, by_code = axis(range(256), {message.code for message in messages}, equal_to)

    def hits(match: HeaderMatch) -> Bits | None:
        if not match.takes_header(protocol, ports=False, flags=False, icmp=True):
            return None
        found = np.full((len(types), len(codes)), match.icmp is None, dtype=np.bool_)
        for message in match.icmp or ():
            found |= by_type[message.type][:, None] & by_code[message.code][None, :]
        return found

    firsts, masks = merge_cells(len(types) * len(codes), [hits(match) for match in known])
    headers = [
        Header(protocol, icmp_type=types[cell // len(codes)], icmp_code=codes[cell % len(codes)]) for cell in firsts
    ]
    return headers, masks


def _other_block(family: Family, known: Sequence[HeaderMatch]) -> _Block:
    order = [number for number in _protocol_order() if number not in (TCP, UDP, SCTP, ICMP[family])]

    def hits(match: HeaderMatch) -> Bits:
        taken = [match.takes_header(number, ports=False, flags=False, icmp=False) for number in order]
        return np.array(taken, dtype=np.bool_)

    firsts, masks = merge_cells(len(order), [hits(match) for match in known])
    return [Header(order[cell]) for cell in firsts], masks


def _fragment_block(family: Family, known: Sequence[HeaderMatch]) -> _Block:
    order = [TCP, UDP, ICMP[family], *(n for n in _protocol_order() if n not in (TCP, UDP, ICMP[family]))]

    def hits(match: HeaderMatch) -> Bits:
        taken = [match.non_initial is not NonInitial.SKIP and match.names_protocol(number) for number in order]
        return np.array(taken, dtype=np.bool_)

    firsts, masks = merge_cells(len(order), [hits(match) for match in known])
    return [Header(order[cell], non_initial=True) for cell in firsts], masks


def _protocol_order() -> list[int]:
    ordinary = [number for number in range(256) if number not in (*_PROTOCOLS_FIRST, *_EXTENSION_HEADERS)]
    return [*_PROTOCOLS_FIRST, *ordinary, *_EXTENSION_HEADERS]
