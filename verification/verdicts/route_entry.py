"""One route of a VRF's table as a value that both meanings can say, and where they differ.

The one idea: whatever is worked out about a route, it is this in the end: a prefix, where it came from, and the ways on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from intents.prefix import Prefix
from intents.reason import Reason, because
from routing.model import RouteSource
from verification.verdicts.flow import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteWay:
    """One of the ways that a route may take: out of an interface ("": discarded), to a next hop (-1: the destination itself, or
    not known), by what AS path; `line` says which configured thing it came by."""

    interface: str
    next_hop: int = -1
    as_path: tuple[int, ...] = ()
    line: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEntry:
    """A route in use: where it came from, its administrative distance, its ways (sorted), and OSPF's metric (else 0)."""

    prefix: Prefix
    source: RouteSource
    distance: int
    ways: tuple[RouteWay, ...]
    metric: int = 0

    def agrees(self, other: RouteEntry) -> bool:
        """Return whether two meanings say the same: prefix, source, distance, metric, interfaces, AS paths, and next hops as far
        as both know them."""
        mine = (self.prefix, self.source, self.distance, self.metric)
        if mine != (other.prefix, other.source, other.distance, other.metric):
            return False
        if {(way.interface, way.as_path) for way in self.ways} != {(way.interface, way.as_path) for way in other.ways}:
            return False
        here, there = _next_hops(self.ways), _next_hops(other.ways)
        return here is None or there is None or here == there


def table_named(vrf: str | None) -> Reason | str:
    """Return a VRF's name, or what the global table is called in its place."""
    return vrf or because("global_table")


def _next_hops(ways: Iterable[RouteWay]) -> frozenset[int] | None:
    found = frozenset(way.next_hop for way in ways)
    return None if -1 in found else found


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDispute:
    """A prefix of which the two meanings say different things; None: no route at all."""

    prefix: Prefix
    engine: RouteEntry | None
    walk: RouteEntry | None
