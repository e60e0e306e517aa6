"""Does a fence admit all that must pass, and nothing but what may? Turns an ACL and bounds into the gaps between them.

The one idea: all of them are `FlowSet` values in normal form, so what is beyond a bound is a set again, from which an example
packet is taken and led back to the entry that decides about it. A list whose masks have too many pieces is looked at between
likely addresses alone, where a gap is one all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intents.reason import Reason
from routing.model import Acl
from verification.packets.acl_sets import deciding_entry, permitted
from verification.packets.flow_sets import (
    FlowSet,
    NotExpressibleError,
    Packet,
    Span,
    flow_of,
    rectangle,
    union_of,
    whole,
)
from verification.packets.permitted_sets import PacketBounds
from verification.verdicts.flow import Flow

StartOf = Callable[[int], tuple[str, str]]
"""Gives for a source address the device and interface where packets with that source start."""


class GapKind(StrEnum):
    TOO_MUCH = "too_much"
    """The fence admits packets that may not pass."""
    TOO_LITTLE = "too_little"
    """The fence drops packets that must pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceGap:
    """All packets on which a fence is wrong in one way, one of them as a flow, and the index of the entry that decides
    about that one (None: no entry does, or no ACL is there)."""

    kind: GapKind
    packets: FlowSet
    flow: Flow
    entry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceCheck:
    """The gaps of a fence; `problem`: why they are looked for between likely addresses only, or nowhere."""

    gaps: tuple[FenceGap, ...]
    problem: Reason | None = None


def check_source_fence(
    acl: Acl | None, bounds: PacketBounds, likely: Sequence[Span], start: tuple[str, str]
) -> FenceCheck:
    """Return the gaps of the fence at a source, over every packet that can be sent there, spoofed sources included.

    `acl` None: nothing filters (no ACL is bound, or one that the platform takes for "permit everything"). `bounds`:
    what the attachment may send. `likely`: spans that examples are taken from if possible. `start`: device and
    interface of the attachment's port.
    """
    return _check(acl, bounds, likely, lambda _: start)


def check_destination_fence(
    acl: Acl | None, bounds: PacketBounds, likely: Sequence[Span], starts: StartOf
) -> FenceCheck:
    """Return the gaps of the fence at a destination, over every packet, whatever its source.

    `bounds`: what may be delivered to the attachment; `likely`: spans that examples are taken from if possible; `starts`:
    where packets with a source address start.
    """
    return _check(acl, bounds, likely, starts)


def _check(acl: Acl | None, bounds: PacketBounds, likely: Sequence[Span], starts: StartOf) -> FenceCheck:
    space, everything = bounds.may.space, whole(bounds.may.space.family)
    try:
        return FenceCheck(gaps=tuple(_gaps(acl, bounds, (everything, everything), likely, starts)))
    except NotExpressibleError as error:
        problem = error.reason
    there = union_of(likely)
    try:
        within = rectangle(space, there, there, space.full)
        inside = PacketBounds(bounds.must & within, bounds.may & within)
        return FenceCheck(gaps=tuple(_gaps(acl, inside, (there, there), likely, starts)), problem=problem)
    except NotExpressibleError:
        return FenceCheck(gaps=(), problem=problem)


def _gaps(
    acl: Acl | None,
    bounds: PacketBounds,
    within: tuple[Sequence[Span], Sequence[Span]],
    likely: Sequence[Span],
    starts: StartOf,
) -> Iterator[FenceGap]:
    space = bounds.may.space
    admitted = rectangle(space, *within, space.full) if acl is None else permitted(acl, space, within)
    if admitted in (bounds.may, bounds.must):  # as most fences are, and equality costs least
        return
    for kind, packets in ((GapKind.TOO_MUCH, admitted - bounds.may), (GapKind.TOO_LITTLE, bounds.must - admitted)):
        packet = _example(packets, likely)
        if packet is not None:
            flow = flow_of(packet, space.family, *starts(packet.source))
            entry = None if acl is None else deciding_entry(acl, packet)
            yield FenceGap(kind=kind, packets=packets, flow=flow, entry=entry)


def _example(packets: FlowSet, likely: Sequence[Span]) -> Packet | None:
    """Return a packet between likely addresses if there is one, else from a likely source, else any."""
    space = packets.space
    for sources, destinations in ((likely, likely), (likely, whole(space.family))):
        found = (packets & rectangle(space, sources, destinations, space.full)).witness()
        if found is not None:
            return found
    return packets.witness()
