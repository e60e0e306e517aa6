"""`allowed` as sets of packets: what each attachment may send, and what may be delivered to it.

The one idea: all addresses of one kind see the same row of destinations, so a row is computed once for each kind, and
an attachment's set is its own prefix with that row; only prefixes of its own organisation and the built-in intents
(its gateway, its neighbours, the routers' ICMP errors) are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from intents.prefix import Family, Prefix, parse_prefix
from intents.registry import AttachmentName
from verification.packets.bit_sets import everything, nothing, union
from verification.packets.flow_sets import FlowSet, Row, Span, append_run, combine, rectangle, span_of
from verification.packets.header_space import HeaderSpace
from verification.packets.headers import ICMP, HeaderMatch, HeaderSet
from verification.packets.permitted_pairs import NOBODY, Kind, PairPolicy, RuleSet
from verification.packets.session_headers import (
    echo_request,
    error_match,
    fragment_match,
    neighbor_discovery,
    pair_matches,
)


class PacketBounds(NamedTuple):
    """Packets that must pass, and all that may: `must` lies in `may`, and is the same where one state is declared."""

    must: FlowSet
    may: FlowSet


def bounds_of(allowed: Sequence[FlowSet]) -> PacketBounds:
    """Return the bounds of what several declared states allow: what all of them do, and what any does."""
    return PacketBounds(reduce(and_, allowed), reduce(or_, allowed))


LINK_LOCAL = span_of(parse_prefix("fe80::/10"))
_UNSPECIFIED: Span = (0, 0)
LINK_MULTICAST = span_of(parse_prefix("ff02::/16"))


def allowed_matches(pairs: PairPolicy) -> frozenset[HeaderMatch]:
    """Return every layer-4 condition that `allowed` is made of: the header space must know them."""
    found = {*_fragments(pairs.family), error_match(pairs.family), echo_request(pairs.family)}
    if pairs.family is Family.V6:
        found.add(neighbor_discovery())
    for services in pairs.every_service():
        found.update(pair_matches(services, services, pairs.family))
    return frozenset(found)


def gateway_of(subnet: Prefix) -> int:
    """Return the device's address on an attachment's subnet: the first usable one (the lower one of two)."""
    return subnet.network if subnet.size <= 2 else subnet.network + 1


def _fragments(family: Family) -> tuple[HeaderMatch, ...]:
    """Return the ICMP fragments that go with built-in intents: none in IPv6."""
    return (fragment_match(ICMP[family]),) if family is Family.V4 else ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AllowedSets:
    """The sets of packets that a policy allows, over one header space that knows all of `allowed_matches(pairs)`."""

    pairs: PairPolicy
    space: HeaderSpace
    _masks: dict[tuple[RuleSet, RuleSet], HeaderSet] = field(default_factory=dict, repr=False)
    _rows: dict[tuple[Kind, bool, bool], Row] = field(default_factory=dict, repr=False)

    def sent_from(self, attachment: AttachmentName, subnet: Prefix | None = None) -> FlowSet:
        """Return what may arrive from an attachment at its port.

        `subnet`: the prefix of the interface there; the attachment's LAN if None. KeyError for an attachment that has
        no addresses in this family.
        """
        near = subnet or self.pairs.lans[attachment]
        own = self.pairs.own[attachment]
        rows: list[tuple[int, int, Row]] = []
        for low, high, kind in self.pairs.kinds_in(own):
            append_run(rows, low, high, self._seen_by(attachment, kind, sends=True), ())
        sessions = FlowSet(space=self.space, rows=tuple(rows))
        to_gateway = rectangle(self.space, own, [(gateway_of(near),) * 2], self._gateway_mask())
        return sessions | to_gateway | self._neighbors(near)

    def delivered_to(self, attachment: AttachmentName, subnet: Prefix | None = None) -> FlowSet:
        """Return what may be delivered to an attachment from anywhere; `subnet` and errors as in `sent_from`."""
        near = subnet or self.pairs.lans[attachment]
        own = self.pairs.own[attachment]
        sessions = FlowSet(space=self.space)
        for low, high, kind in self.pairs.kinds_in(own):
            column = self._seen_by(attachment, kind, sends=False)
            sessions |= FlowSet(space=self.space, rows=tuple((a, b, ((low, high, mask),)) for a, b, mask in column))
        if not sessions.is_empty:
            sessions |= rectangle(self.space, self.pairs.routers, own, self._error_mask())
        return sessions | self._neighbors(near)

    def _seen_by(self, attachment: AttachmentName, kind: Kind, *, sends: bool) -> Row:
        """Return the peers' runs and what an address of a kind may send to them (or they to it)."""
        outside = self._row(kind, company=False, sends=sends)
        inside = self._row(kind, company=True, sends=sends)
        if inside == outside:
            return outside
        company: Row = tuple((low, high, everything()) for low, high in self.pairs.company.get(attachment, ()))
        abroad = combine(outside, company, lambda mask, cut: mask & ~cut, nothing())
        return combine(abroad, combine(inside, company, and_, nothing()), or_, nothing())

    def _row(self, kind: Kind, *, company: bool, sends: bool) -> Row:
        key = (kind, company, sends)
        if key not in self._rows:
            runs: list[tuple[int, int, HeaderSet]] = []
            for low, high, peer in self.pairs.runs if kind != NOBODY else ():
                source, destination = (kind, peer) if sends else (peer, kind)
                append_run(runs, low, high, self._mask(source, destination, company=company), nothing())
            self._rows[key] = tuple(runs)
        return self._rows[key]

    def _mask(self, source: Kind, destination: Kind, *, company: bool) -> HeaderSet:
        """Return the headers that one kind of address may send to another."""
        started = self.pairs.touching(source, destination, company=company)
        answered = self.pairs.touching(destination, source, company=company)
        key = (started, answered)
        if key not in self._masks:
            services = self.pairs.services
            self._masks[key] = self._all_of(pair_matches(services(started), services(answered), self.pairs.family))
        return self._masks[key]

    def _gateway_mask(self) -> HeaderSet:
        return self._all_of((echo_request(self.pairs.family), *_fragments(self.pairs.family)))

    def _error_mask(self) -> HeaderSet:
        return self._all_of((error_match(self.pairs.family), *_fragments(self.pairs.family)))

    def _neighbors(self, subnet: Prefix) -> FlowSet:
        """Return the neighbour discovery of a subnet (IPv6 only)."""
        if self.pairs.family is Family.V4:
            return FlowSet(space=self.space)
        here = span_of(subnet)
        mask = self._all_of((neighbor_discovery(),))
        sources = (_UNSPECIFIED, here, LINK_LOCAL)
        return rectangle(self.space, sources, (here, LINK_LOCAL, LINK_MULTICAST), mask)

    def _all_of(self, matches: Iterable[HeaderMatch]) -> HeaderSet:
        return union(map(self.space.mask, matches))
