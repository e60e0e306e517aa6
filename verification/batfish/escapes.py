"""Packets that are not allowed and yet arrive, through the gap of a source fence.

The one idea: only a source fence that admits too much can let any through; then, and only then, Batfish is asked what of all that
is not allowed from there gets anywhere, box of headers by box.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

from intents.prefix import Family
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.batfish.allowed_acls import AskedFence, Cover, bounds_at
from verification.batfish.flow import addresses
from verification.batfish.forbidden_headers import outside
from verification.batfish.reachability import ARRIVED, Asker, Seen
from verification.packets.bit_sets import nothing
from verification.packets.flow_sets import Row, Span, clip, union_of, whole, without
from verification.packets.headers import HeaderSet


class Escapes:
    """What gets out through one broken source fence."""

    def __init__(self, asker: Asker, fence: AskedFence, open_ends: frozenset[AttachmentName]) -> None:
        """`open_ends`: the attachments whose destination fence admits too much. At the others nothing arrives from the
        fence's own addresses but what is allowed: what may be sent between two is what may be delivered between them."""
        self._asker = asker
        self._open_ends = open_ends
        self._port: AttachmentPort = fence.port
        self._name = fence.attachment
        self._rows = bounds_at(asker.evidence, fence).may.rows
        self._cover = Cover(asker.evidence.sides[Family.V4].space)

    @cached_property
    def anywhere(self) -> Seen | None:
        """A packet that is not allowed and arrives at anybody else."""
        return self.to(frozenset(self._asker.hosts) - {self._name})

    def to(self, names: Collection[AttachmentName]) -> Seen | None:
        """Return a packet that is not allowed and arrives at one of some attachments.

        Packets to the devices' own addresses there are another question: no fence filters those.
        """
        spans = without(self._asker.spans_of(names), (*self._asker.hosts[self._name], *self._asker.own_addresses))
        if not spans:
            return None
        spoofed = without(whole(Family.V4), [(low, high) for low, high, _ in self._rows])
        found = self._first(spans, {"srcIps": addresses(spoofed)})
        if found is not None:
            return found
        spans = clip(spans, self._asker.spans_of(self._open_ends.intersection(names)))
        for low, high, row in self._rows if spans else ():
            source = {"srcIps": addresses([(low, high)])}
            for mask, held in _by_mask(row, spans):
                for headers in outside(self._cover(mask)) if mask else ({},):
                    found = self._first(held, {**headers, **source})
                    if found is not None:
                        return found
        return None

    def _first(self, spans: tuple[Span, ...], headers: dict[str, object]) -> Seen | None:
        return next(iter(self._asker.reach((self._port,), spans, ARRIVED, headers)), None)


def _by_mask(row: Row, spans: tuple[Span, ...]) -> Iterator[tuple[HeaderSet, tuple[Span, ...]]]:
    """Yield destinations by what may be sent to them, with no headers for those to which nothing may."""
    groups: dict[HeaderSet, list[Span]] = {}
    for low, high, mask in row:
        groups.setdefault(mask, []).extend(clip([(low, high)], spans))
    closed = without(spans, [(low, high) for low, high, _ in row])
    if closed:
        yield nothing(), closed
    for mask, held in groups.items():
        if held:
            yield mask, union_of(held)
