"""One route that is predicted beside the row that a device shows of it: do they say the same, and what does each say?

The one idea: what one side does not say (the interface of a next hop, an address on the link, the distance of a leaked route) is
no difference; what both say must be equal.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Family, format_address
from intents.reason import Reason, because
from routing.model import RouteSource
from routing.vendors.device_tables import ShownRoute, ShownSource, ShownWay
from verification.verdicts.route_entry import RouteEntry, RouteWay

_LIKE: Mapping[RouteSource, frozenset[ShownSource]] = {
    RouteSource.CONNECTED: frozenset({ShownSource.CONNECTED}),
    RouteSource.STATIC: frozenset({ShownSource.STATIC}),
    RouteSource.BGP: frozenset({ShownSource.BGP}),
    RouteSource.AGGREGATE: frozenset({ShownSource.BGP, ShownSource.AGGREGATE}),
    RouteSource.LEAKED: frozenset({ShownSource.BGP}),
    RouteSource.OSPF: frozenset({ShownSource.OSPF}),
    RouteSource.OSPF_EXTERNAL: frozenset({ShownSource.OSPF}),
}
_TOLD_DISTANCE = frozenset({RouteSource.STATIC, RouteSource.BGP, RouteSource.OSPF, RouteSource.OSPF_EXTERNAL})
"""Sources whose distance both sides say alike."""


def agree(entry: RouteEntry | None, row: ShownRoute | None) -> bool:
    """Return whether a prediction and a row say the same: source, distance, and ways, as far as both say them.

    Of ways that are equal to the last step a device takes the one that came first, which no text says, so the engine reckons
    with all of them, and the device may have some.
    """
    if entry is None or row is None:
        return entry is None and row is None
    if row.source not in _LIKE[entry.source]:
        return False
    if row.distance >= 0 and entry.source in _TOLD_DISTANCE and row.distance != entry.distance:
        return False
    return bool(row.ways) and all(any(_meets(way, other) for other in entry.ways) for way in row.ways)


def _meets(way: ShownWay, other: RouteWay) -> bool:
    if way.interface is not None and way.interface != other.interface:
        return False
    return way.next_hop < 0 or other.next_hop < 0 or way.next_hop == other.next_hop


def predicted_in_words(entry: RouteEntry | None) -> Reason:
    """Return what is predicted."""
    if entry is None:
        return because("shown_nothing")
    ways = tuple(_way_in_words(entry.prefix.family, way.interface, way.next_hop) for way in entry.ways)
    return because("shown_route", source=entry.source, distance=entry.distance, ways=tuple(dict.fromkeys(ways)))


def shown_in_words(row: ShownRoute | None) -> Reason:
    """Return what a device shows."""
    if row is None:
        return because("shown_nothing")
    ways = tuple(_way_in_words(row.prefix.family, way.interface, way.next_hop) for way in row.ways)
    return because("shown_route", source=row.source, distance=max(row.distance, 0), ways=ways)


def _way_in_words(family: Family, interface: str | None, next_hop: int) -> Reason:
    if interface == "":
        return because("shown_discarded")
    hop = "" if next_hop < 0 else format_address(family, next_hop)
    return because("shown_way", way=" ".join(part for part in (interface or "", hop) if part) or "-")
