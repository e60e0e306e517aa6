"""Who reaches whom today, by texts alone: between places where people stand, which sessions may be started, in sets.

Turns an `Inspection` and places into a `PairPassage` for each pair that anything passes between. The one idea: what a pair may
send is the union over its ways of what every filter on a way permits, cut to the addresses of both; services are read off the
headers. Whole network only. What a line that nobody understands may touch is open, and told by `Inspection.doubts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import NamedTuple

from intents.prefix import Family, Prefix
from intents.service import ServiceSet, united
from routing.model import Acl, AclEntry, Direction
from verification.inspection.services import SessionSpace
from verification.inspection.tables import Inspection
from verification.packets.acl_sets import permitted, permitted_of
from verification.packets.bit_sets import union
from verification.packets.flow_sets import (
    FlowSet,
    NotExpressibleError,
    Packet,
    Row,
    Span,
    clip,
    flow_of,
    rectangle,
    size_of,
    span_of,
    union_of,
    without,
)
from verification.packets.headers import HeaderSet, header_match
from verification.reference.routes import WalkRoutes, peerings_of, routes_to
from verification.reference.walk import walk
from verification.routes.forwarding import Forwarding, Way
from verification.verdicts.failure import NO_FAILURE
from verification.verdicts.flow import SUCCESS, Flow
from verification.verdicts.verdict import NotModelled

Port = tuple[str, str]
"""Device and interface."""


class StandingPlace(NamedTuple):
    """Where people stand: a name, the interfaces (device, name) that their packets arrive on, and the prefixes that they have."""

    name: str
    ports: tuple[Port, ...]
    prefixes: tuple[Prefix, ...]

    def spans(self, family: Family) -> tuple[Span, ...]:
        """Return the addresses of a family."""
        return union_of(span_of(prefix) for prefix in self.prefixes if prefix.family is family)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPassage:
    """What one place may send to another in one family.

    `services`: what may be started from some addresses to some; `everywhere`: what from all to all. `unanswered`: those of the
    services whose replies do not come back. `beyond`: a packet that passes and belongs to no session; `starts`: one that starts a
    session (None: there is none).
    """

    source: str
    destination: str
    family: Family
    services: ServiceSet
    everywhere: ServiceSet
    unanswered: ServiceSet
    starts: Flow | None
    beyond: Flow | None


@dataclass(slots=True)
class _Found:
    """What passes from one place to another: rectangles of addresses with the headers of each; `area`: of all that were asked."""

    pieces: list[tuple[Port, int, int, HeaderSet]] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    asked: int = 0

    def add(self, port: Port, packets: FlowSet, area: int) -> None:
        """Take what passes from a port between further addresses; `area`: the number of their pairs."""
        self.asked += area
        for low, high, row in packets.rows:
            for to_low, to_high, mask in row:
                self.pieces.append((port, low, to_low, mask))
                self.areas.append((high - low + 1) * (to_high - to_low + 1))

    @property
    def masks(self) -> frozenset[HeaderSet]:
        """Return the sets of headers that pass, each between some addresses."""
        return frozenset(mask for *_, mask in self.pieces)


class _Said(NamedTuple):
    """What headers say of sessions, as in `PairPassage`; `starting`, `beyond`: the headers that start some, and those of none."""

    services: ServiceSet
    everywhere: ServiceSet
    unanswered: ServiceSet
    starting: HeaderSet
    beyond: HeaderSet


def passages(inspection: Inspection, places: Sequence[StandingPlace]) -> tuple[PairPassage, ...] | NotModelled:
    """Return who may start what to whom, sorted by source, destination and family; NotModelled if routes do not settle, or if a
    filter falls into too many pieces."""
    forwarding = inspection.forwarding()
    if isinstance(forwarding, NotModelled):
        return forwarding
    try:
        found = [item for family in Family for item in _Reach(inspection, forwarding, family, places).passages()]
    except NotExpressibleError as error:
        return NotModelled(reason=error.reason)
    return tuple(sorted(found, key=lambda item: (item.source, item.destination, item.family)))


class _Reach:
    """One family of a network, over one header space."""

    def __init__(
        self, inspection: Inspection, forwarding: Forwarding, family: Family, places: Sequence[StandingPlace]
    ) -> None:
        self._topology, self._forwarding, self._family = inspection.topology, forwarding, family
        numbers: dict[tuple[AclEntry, ...], int] = {}
        self._contents: list[Acl] = []
        self._lists: dict[tuple[str, str], int] = {}
        for name, device in inspection.texts.network.devices.items():
            for acl in (item for item in device.acls if item.family is family and item.entries):
                if acl.entries not in numbers:
                    numbers[acl.entries] = len(self._contents)
                    self._contents.append(acl)
                self._lists[name, acl.name] = numbers[acl.entries]
        self._sessions = SessionSpace(family, {header_match(entry) for entries in numbers for entry in entries})
        self._permitted: dict[int, FlowSet | None] = {}
        self._known: dict[tuple[frozenset[HeaderSet], frozenset[HeaderSet]], _Said] = {}
        self._filters: dict[tuple[str, str, str], int | None] = {}
        self._places = [(place, spans) for place in places if (spans := place.spans(family))]
        self._routers = union_of(
            (value, value) for own in inspection.topology.own for kind, value in own if kind is family
        )

    def passages(self) -> Iterator[PairPassage]:
        """Yield what each pair may send, if anything that starts a session, or that belongs to none."""
        found = self._found()
        for (one, other), item in found.items():
            source, destination = self._places[one][0], self._places[other][0]
            passage = self._passage(source, destination, item, found.get((other, one), _Found()))
            if passage.services or passage.beyond is not None:
                yield passage

    def _found(self) -> dict[tuple[int, int], _Found]:
        """Return what passes from one place to another, by their numbers."""
        starts = [
            (number, port, node, sources)
            for number, (place, sources) in enumerate(self._places)
            for port in place.ports
            if (node := self._start(port)) is not None
        ]
        found: dict[tuple[int, int], _Found] = {}
        for other, (destination, _) in enumerate(self._places):
            ends = frozenset(destination.ports)
            for region, spans in self._regions(destination):
                for one, port, node, sources in starts:
                    ways = () if one == other else self._ways(node, ends, region)
                    if ways:
                        item = found.setdefault((one, other), _Found())
                        area = size_of(sources) * size_of(spans)
                        item.add(port, self._delivered(port, ways, sources, spans), area)
        return found

    def _start(self, port: Port) -> int | None:
        """Return the node that packets from a port enter, None if the interface is down."""
        interface = self._topology.interfaces.get(port)
        return None if interface is None else self._topology.number[(port[0], interface.vrf)]

    def _regions(self, place: StandingPlace) -> Iterator[tuple[Prefix, tuple[Span, ...]]]:
        """Yield the regions that tile a place's addresses, without those of devices themselves."""
        inside = self._forwarding.regions.inside
        for prefix in place.prefixes:
            for region in inside.get(prefix, ()) if prefix.family is self._family else ():
                nested = (span_of(item) for item in inside[region] if item != region)
                spans = without([span_of(region)], (*nested, *clip(self._routers, [span_of(region)])))
                if spans:
                    yield region, spans

    def _ways(self, node: int, ends: frozenset[Port], region: Prefix) -> tuple[Way, ...]:
        """Return the ways from a node that deliver at one of some ports."""
        return tuple(
            way
            for way in self._forwarding.ways(node, region)
            if way.end in SUCCESS and (way.device, way.interface) in ends
        )

    def _delivered(
        self, port: Port, ways: Iterable[Way], sources: tuple[Span, ...], destinations: tuple[Span, ...]
    ) -> FlowSet:
        """Return the packets between some addresses that pass all filters of any of some ways from a port."""
        first = (*port, str(Direction.IN))
        courses = {
            tuple(number for place in (first, *way.filters) if (number := self._filter(place)) is not None)
            for way in ways
        }
        space = self._sessions.space
        found: FlowSet | None = None
        for course in sorted(courses):
            packets = None if course else rectangle(space, sources, destinations, space.full)
            for number in course:
                passed = self._permits(number, sources, destinations)
                packets = passed if packets is None else packets & passed
            if packets is not None:
                found = packets if found is None else found | packets
        return FlowSet(space=space) if found is None else found

    def _filter(self, place: tuple[str, str, str]) -> int | None:
        """Return the number of the list that filters at an interface, None if nothing does (unbound, undefined or empty)."""
        if place not in self._filters:
            device, interface, direction = place
            found = self._topology.interfaces.get((device, interface))
            bindings = () if found is None else found.bindings
            bound = [item.acl for item in bindings if item.direction == direction and item.family is self._family]
            self._filters[place] = next((self._lists.get((device, name)) for name in bound), None)
        return self._filters[place]

    def _permits(self, number: int, sources: tuple[Span, ...], destinations: tuple[Span, ...]) -> FlowSet:
        """Return what a list permits between some addresses; NotExpressibleError."""
        space = self._sessions.space
        if number not in self._permitted:
            try:
                self._permitted[number] = permitted(self._contents[number], space)
            except NotExpressibleError:
                self._permitted[number] = None
        whole = self._permitted[number]
        if whole is None:
            return permitted_of(self._contents[number], rectangle(space, sources, destinations, space.full))
        return _between_spans(whole, sources, destinations)

    def _passage(self, source: StandingPlace, destination: StandingPlace, item: _Found, back: _Found) -> PairPassage:
        said = self._said(item.masks, back.masks)
        return PairPassage(
            source=source.name,
            destination=destination.name,
            family=self._family,
            services=said.services,
            everywhere=said.everywhere if sum(item.areas) == item.asked else ServiceSet(),
            unanswered=said.unanswered,
            starts=self._example(item, said.starting),
            beyond=self._example(item, said.beyond),
        )

    def _said(self, masks: frozenset[HeaderSet], back: frozenset[HeaderSet]) -> _Said:
        """Return what headers that pass, and those that come back, say of sessions."""
        if (masks, back) not in self._known:
            sessions, headers = self._sessions, union(masks)
            started = united(map(sessions.services, masks))
            answered = united(map(sessions.services, back))
            self._known[masks, back] = _Said(
                services=started,
                everywhere=reduce(and_, map(sessions.services, masks), started),
                unanswered=started - sessions.answers(union(back), started),
                starting=sessions.starting(started),
                beyond=sessions.beyond(headers, started, answered),
            )
        return self._known[masks, back]

    def _example(self, item: _Found, wanted: HeaderSet) -> Flow | None:
        for port, low, to_low, mask in item.pieces if wanted else ():
            if mask & wanted:
                packet = Packet(low, to_low, self._sessions.space.sample(mask & wanted))
                return flow_of(packet, self._family, *port)
        return None


def _between_spans(packets: FlowSet, sources: Sequence[Span], destinations: Sequence[Span]) -> FlowSet:
    """Return the packets of a set between some addresses (both sorted and disjoint)."""
    rows: list[tuple[int, int, Row]] = []
    cut: dict[Row, Row] = {}
    for low, high, row in packets.rows:
        for from_low, from_high in sources:
            if low <= from_high and from_low <= high:
                if row not in cut:
                    cut[row] = tuple(_cut_row(row, destinations))
                if cut[row]:
                    rows.append((max(low, from_low), min(high, from_high), cut[row]))
    return FlowSet(space=packets.space, rows=tuple(sorted(rows)))


def _cut_row(row: Row, spans: Sequence[Span]) -> Iterator[tuple[int, int, HeaderSet]]:
    for low, high, mask in row:
        for from_low, from_high in spans:
            if low <= from_high and from_low <= high:
                yield max(low, from_low), min(high, from_high), mask


MOST_REPLAYS = 12
"""To how many addresses examples are replayed by the dull meaning."""


def replay(inspection: Inspection, found: Iterable[PairPassage]) -> tuple[tuple[PairPassage, Flow], ...]:
    """Return the examples, of those to the first `MOST_REPLAYS` addresses, that `walk` does not deliver: the meanings differ."""
    network = inspection.texts.network
    peerings = peerings_of(network, NO_FAILURE)
    routes: dict[tuple[Family, int], WalkRoutes] = {}
    wrong: list[tuple[PairPassage, Flow]] = []
    for passage in found:
        flow = passage.starts or passage.beyond
        if flow is None:
            continue
        key = (flow.family, flow.destination)
        if key not in routes:
            if len(routes) == MOST_REPLAYS:
                continue
            routes[key] = routes_to(network, NO_FAILURE, *key, peerings)
        if not any(trace.delivered for trace in walk(network, flow, routes=routes[key])):
            wrong.append((passage, flow))
    return tuple(wrong)
