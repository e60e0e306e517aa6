"""The layer-4 headers of one family in blocks: what a protocol with ports has as axes, and all else as one list of atoms.

The one idea: within a block, values of a field that satisfy the same conditions stand for each other (`atoms.axis`), the most
natural one for all. What is made of the axes, a grid of atoms or rows, is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from intents.prefix import Family
from routing.model import FlagMatch, NonInitial, PortRange
from verification.packets.atoms import Bits, among_flags, axis, equal_to, merge_cells, port_axis
from verification.packets.headers import ICMP, SCTP, Header, HeaderMatch
from verification.verdicts.flow import ICMP4, ICMP6, TCP, UDP

_FLAGS_FIRST = (2, 16, 18, 4, 24, 17, 20, 1, 0)
"""SYN, ACK, SYN+ACK, RST, PSH+ACK, FIN+ACK, RST+ACK, FIN, none: most expected in a counterexample first."""
_TYPES_FIRST: Mapping[Family, tuple[int, ...]] = {
    Family.V4: (8, 0, 3, 11, 12, 13, 5),
    Family.V6: (128, 129, 1, 2, 3, 4, 135, 136, 133, 134),
}
_PROTOCOLS_FIRST = (TCP, UDP, ICMP4, ICMP6, 47, SCTP, 50, 89)
_EXTENSION_HEADERS = (0, 43, 44, 60)
"""IPv6 extension headers (RFC 8200) are no upper-layer protocols: the last numbers to choose as an example."""

Block = tuple[list[Header], list[int]]
"""The natural header of each atom, and each condition as a mask of them."""


class Ported(NamedTuple):
    """A protocol with ports: the classes of each field by representative, and each condition's field over them."""

    protocol: int
    flags: Sequence[int | None]
    sources: Sequence[int]
    targets: Sequence[int]
    by_flags: Mapping[tuple[FlagMatch, ...] | None, Bits]
    by_source: Mapping[tuple[PortRange, ...] | None, Bits]
    by_target: Mapping[tuple[PortRange, ...] | None, Bits]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return how many classes of flags, sources and destinations there are."""
        return len(self.flags), len(self.sources), len(self.targets)

    def takes(self, match: HeaderMatch) -> bool:
        """Return whether a header of this protocol can match a condition at all."""
        return _takes(match, self.protocol)

    def header(self, flags: int, source: int, target: int) -> Header:
        """Return the header of one class of each field."""
        return Header(self.protocol, self.sources[source], self.targets[target], self.flags[flags])


def _takes(match: HeaderMatch, protocol: int) -> bool:
    return match.takes_header(protocol, ports=True, flags=protocol == TCP, icmp=False)


def ported_blocks(known: Sequence[HeaderMatch]) -> tuple[Ported, ...]:
    """Return what the conditions tell apart in each protocol with ports."""
    return tuple(_ported(protocol, known) for protocol in (TCP, UDP, SCTP))


def _ported(protocol: int, known: Sequence[HeaderMatch]) -> Ported:
    mine = [match for match in known if _takes(match, protocol)]
    flags: Sequence[int | None] = (None,)
    by_flags: Mapping[tuple[FlagMatch, ...] | None, Bits] = {None: np.ones(1, dtype=np.bool_)}
    if protocol == TCP:
        flags, by_flags = axis((*_FLAGS_FIRST, *range(256)), {match.tcp_flags for match in mine}, among_flags)
    sources, by_source = port_axis({match.source_ports for match in mine})
    targets, by_target = port_axis({match.destination_ports for match in mine})
    return Ported(protocol, flags, sources, targets, by_flags, by_source, by_target)


def grid_block(block: Ported, known: Sequence[HeaderMatch]) -> Block:
    """Return the atoms of a protocol with ports: cells of the grid of all three fields, those alike merged."""

    def hits(match: HeaderMatch) -> Bits | None:
        if not block.takes(match):
            return None
        ports = block.by_source[match.source_ports][:, None] & block.by_target[match.destination_ports][None, :]
        return block.by_flags[match.tcp_flags][:, None, None] & ports[None, :, :]

    firsts, masks = merge_cells(int(np.prod(block.shape)), [hits(match) for match in known])
    return [block.header(*map(int, np.unravel_index(cell, block.shape))) for cell in firsts], masks


def flat_blocks(family: Family, known: Sequence[HeaderMatch]) -> Iterator[Block]:
    """Yield the atoms of ICMP, of all other protocols without ports, and of fragments that have no header."""
    yield _icmp_block(family, known)
    yield _other_block(family, known)
    yield _fragment_block(family, known)


def _icmp_block(family: Family, known: Sequence[HeaderMatch]) -> Block:
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


def _other_block(family: Family, known: Sequence[HeaderMatch]) -> Block:
    order = [number for number in _protocol_order() if number not in (TCP, UDP, SCTP, ICMP[family])]

    def taken(match: HeaderMatch) -> list[bool]:
        return [match.takes_header(number, ports=False, flags=False, icmp=False) for number in order]

    firsts, masks = merge_cells(len(order), _by_form(known, taken))
    return [Header(order[cell]) for cell in firsts], masks


def _fragment_block(family: Family, known: Sequence[HeaderMatch]) -> Block:
    order = [TCP, UDP, ICMP[family], *(n for n in _protocol_order() if n not in (TCP, UDP, ICMP[family]))]

    def taken(match: HeaderMatch) -> list[bool]:
        return [match.non_initial is not NonInitial.SKIP and match.names_protocol(number) for number in order]

    firsts, masks = merge_cells(len(order), _by_form(known, taken))
    return [Header(order[cell], non_initial=True) for cell in firsts], masks


def _by_form(known: Sequence[HeaderMatch], taken: Callable[[HeaderMatch], list[bool]]) -> list[Bits]:
    """Return what conditions take of headers that have a protocol alone: asked once of those that differ in values only."""
    found: dict[HeaderMatch, Bits] = {}
    forms = [_form(match) for match in known]
    for form in forms:
        if form not in found:
            found[form] = np.array(taken(form), dtype=np.bool_)
    return [found[form] for form in forms]


def _form(match: HeaderMatch) -> HeaderMatch:
    """Return a condition with some values for those that a header without these fields fails anyway."""
    return match._replace(
        source_ports=None if match.source_ports is None else (),
        destination_ports=None if match.destination_ports is None else (),
        tcp_flags=None if match.tcp_flags is None else (),
        icmp=None if match.icmp is None else (),
    )


def _protocol_order() -> list[int]:
    ordinary = [number for number in range(256) if number not in (*_PROTOCOLS_FIRST, *_EXTENSION_HEADERS)]
    return [*_PROTOCOLS_FIRST, *ordinary, *_EXTENSION_HEADERS]
