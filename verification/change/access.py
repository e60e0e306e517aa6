"""What a change of texts opens and cuts: who could send what to whom before, and who can after.

Turns the evidence of two networks into changes of access. The one idea: what becomes of a packet hangs on the filter where it
starts, its ways, and the filters on them; a pair of attachments is looked at only where one of these is another after the
change, and then both fates are sets over one header space, and their differences are the change. Whole network only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intents.prefix import Family, Prefix, prefix_of
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import AttachmentPort, Direction
from verification.change.list_contents import Course, Courses, ListContents
from verification.change.suspects import Suspects
from verification.evidence.address_index import RegionSet
from verification.evidence.evidence import Evidence
from verification.packets.bit_sets import numbers
from verification.packets.flow_sets import (
    FlowSet,
    Packet,
    Span,
    flow_of,
    rectangle,
    span_of,
    union_of,
    whole,
    without,
)
from verification.routes.forwarding import Way
from verification.verdicts.flow import SUCCESS, Flow

Place = tuple[str, str]
"""Device and interface."""


class Turn(StrEnum):
    """Which way access changes."""

    OPENED = "opened"
    CUT = "cut"


def turn_in_words(turn: Turn) -> Reason:
    """Return which way access changes as something that can be said."""
    match turn:
        case Turn.OPENED:
            return because("turn_opened")
        case Turn.CUT:
            return because("turn_cut")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessChange:
    """Packets from one attachment to another that only one of two networks delivers, by an example of them."""

    source: AttachmentName
    destination: AttachmentName
    turn: Turn
    flow: Flow


def access_changes(running: Evidence, intended: Evidence) -> tuple[AccessChange, ...]:
    """Return what delivery changes from one network to another over the same ports, sorted; NotExpressibleError.

    An attachment is the addresses that the plan gives it and those that its interfaces have in either network, but not those of
    devices themselves. A packet counts as delivered if it is on some way.
    """
    if running.given.network == intended.given.network:
        return ()
    lists = {family: ListContents(family, (running, intended)) for family in Family}
    suspects = Suspects(running, intended, lists)
    found = [
        change for family in Family for change in _Comparison(running, intended, lists[family], suspects).changes()
    ]
    return tuple(sorted(found, key=lambda item: (item.source, item.destination, item.flow.family, item.turn)))


class _Comparison:
    """Both networks in one family, over one header space."""

    def __init__(self, running: Evidence, intended: Evidence, lists: ListContents, suspects: Suspects) -> None:
        family = self._family = lists.family
        self._suspects = suspects
        self._lists = lists
        self._before, self._after = _Fates(running, family, self._lists), _Fates(intended, family, self._lists)
        self._ports = intended.ports
        self._own = {name: spans for (name, kind), spans in intended.own.items() if kind is family}
        self._spans = destinations_of(running, intended, family)

    def changes(self) -> Iterator[AccessChange]:
        """Yield at most one change of each turn for each port of a source and each destination."""
        pieces = _Pieces(self._spans, (self._before, self._after), self._suspects)
        for source, ports in sorted(self._ports.items()):
            for port in ports:
                for destination, spans in pieces.at(self._suspects.at(port, self._family)):
                    yield from self._between(source, port, destination, spans)

    def _between(
        self, source: AttachmentName, port: AttachmentPort, destination: AttachmentName, pieces: Iterable[Span]
    ) -> Iterator[AccessChange]:
        ends = frozenset((item.device, item.interface) for item in self._ports.get(destination, ()))
        told: set[Turn] = set()
        groups: dict[tuple[Courses, Courses], list[Span]] = {}
        for piece in pieces:
            courses = self._before.courses(port, piece[0], ends), self._after.courses(port, piece[0], ends)
            if courses[0] != courses[1]:
                groups.setdefault(courses, []).append(piece)
        for (before, after), held in groups.items():
            spans = self._lists.differing(before, after, held)
            for turn, flow in self._turns(source, port, before, after, spans):
                if turn not in told:
                    told.add(turn)
                    yield AccessChange(source=source, destination=destination, turn=turn, flow=flow)

    def _turns(
        self, source: AttachmentName, port: AttachmentPort, before: Courses, after: Courses, spans: Sequence[Span]
    ) -> Iterator[tuple[Turn, Flow]]:
        if not spans:
            return
        one, other = self._lists.delivered(before, spans), self._lists.delivered(after, spans)
        for turn, packets in ((Turn.OPENED, other - one), (Turn.CUT, one - other)):
            packet = self._example(source, packets)
            if packet is not None:
                yield turn, flow_of(packet, self._family, port.device, port.interface)

    def _example(self, source: AttachmentName, packets: FlowSet) -> Packet | None:
        """Return a packet of a set, if there is one an honest and whole one."""
        space = self._lists.space
        honest = self._own.get(source, ())
        everywhere = whole(self._family)
        for sources, mask in ((honest, self._lists.whole), (everywhere, self._lists.whole), (everywhere, space.full)):
            found = (packets & rectangle(space, sources, everywhere, mask)).witness()
            if found is not None:
                return found
        return None


class _Pieces:
    """The addresses of all attachments, in pieces that are treated alike in each network, by the number of their region."""

    def __init__(
        self, spans: Mapping[AttachmentName, Iterable[Span]], fates: tuple[_Fates, _Fates], suspects: Suspects
    ) -> None:
        cuts = sorted(fates[0].edges | fates[1].edges)
        self._always: dict[AttachmentName, list[Span]] = {}
        self._by_number: dict[int, list[Span]] = {}
        self._owner = suspects.owner
        for name, held in spans.items():
            for piece in _cut(held, cuts):
                one, other = (fate.region(piece[0]) for fate in fates)
                number = suspects.numbers.get(one) if one is not None and one == other else None
                if number is None or self._owner[number] != name:
                    self._always.setdefault(name, []).append(piece)
                else:
                    self._by_number.setdefault(number, []).append(piece)

    def at(self, suspected: RegionSet) -> Iterator[tuple[AttachmentName, list[Span]]]:
        """Yield, by destination, the pieces of suspected regions and those of no numbered one, sorted."""
        found = {name: list(pieces) for name, pieces in self._always.items()}
        for number in numbers(suspected):
            if number in self._by_number:
                found.setdefault(self._owner[number], []).extend(self._by_number[number])
        yield from sorted(found.items())


class _Fates:
    """Where one network delivers packets, and by which lists."""

    def __init__(self, evidence: Evidence, family: Family, lists: ListContents) -> None:
        self._evidence = evidence
        self._family = family
        self._lists = lists
        regions = sorted(prefix for prefix in evidence.regions.chains if prefix.family is family)
        self.edges = frozenset(edge for prefix in regions for edge in (prefix.network, prefix.last + 1))
        self._holders = _most_specific(regions)
        self._starts = [low for low, _ in self._holders]
        self._start: Place | None = None
        self._courses: dict[Prefix, Mapping[Place, Courses]] = {}
        self._filters: dict[tuple[str, str, str], tuple[int, ...]] = {}

    def region(self, address: int) -> Prefix | None:
        """Return the most specific prefix that holds an address."""
        return self._holders[bisect_right(self._starts, address) - 1][1] if self._starts else None

    def courses(self, port: AttachmentPort, address: int, ends: Iterable[Place]) -> Courses:
        """Return the ways from a port that deliver packets for an address at some of these interfaces."""
        held = self.region(address)
        if held is None:
            return frozenset()
        if self._start != (port.device, port.interface):  # each port's turn comes once
            self._start = (port.device, port.interface)
            self._courses.clear()
        if held not in self._courses:
            self._courses[held] = self._by_end(port, held)
        by_end = self._courses[held]
        return frozenset().union(*(by_end.get(end, frozenset()) for end in ends))

    def _by_end(self, port: AttachmentPort, region: Prefix) -> Mapping[Place, Courses]:
        node = self._evidence.start_node(port)
        found: dict[Place, set[Course]] = {}
        for way in () if node is None else self._evidence.whole.ways(node, region):
            if way.end in SUCCESS:
                found.setdefault((way.device, way.interface), set()).add(self._course(port, way))
        return {end: frozenset(courses) for end, courses in found.items()}

    def _course(self, port: AttachmentPort, way: Way) -> Course:
        crossed = ((port.device, port.interface, str(Direction.IN)), *way.filters)
        return tuple(number for place in crossed for number in self._numbers(place))

    def _numbers(self, place: tuple[str, str, str]) -> tuple[int, ...]:
        if place not in self._filters:
            device, interface, direction = place
            acl = self._evidence.filter_of(device, interface, Direction(direction), self._family)
            self._filters[place] = () if acl is None else (self._lists.number(acl),)
        return self._filters[place]


def _most_specific(regions: Iterable[Prefix]) -> list[tuple[int, Prefix | None]]:
    """Return where each stretch of addresses begins, with the most specific prefix that holds it; prefixes are laminar."""
    found: list[tuple[int, Prefix | None]] = [(0, None)]
    stack: list[Prefix] = []

    def close(before: int) -> None:
        while stack and stack[-1].last < before:
            ended = stack.pop()
            found.append((ended.last + 1, stack[-1] if stack else None))

    for prefix in regions:
        close(prefix.network)
        found.append((prefix.network, prefix))
        stack.append(prefix)
    close(1 << 129)
    last: dict[int, Prefix | None] = dict(
        found
    )  # of several that begin at one address, the last one said is the innermost
    return sorted(last.items())


def _cut(spans: Iterable[Span], edges: list[int]) -> Iterator[Span]:
    """Yield spans in pieces that no edge divides."""
    for low, high in spans:
        start = low
        for edge in edges[bisect_right(edges, low) : bisect_right(edges, high)]:
            yield start, edge - 1
            start = edge
        yield start, high


def destinations_of(running: Evidence, intended: Evidence, family: Family) -> dict[AttachmentName, tuple[Span, ...]]:
    """Return the addresses at which changes of access to each attachment are looked for."""
    both = (running, intended)
    taken = union_of((value, value) for item in both for value in _own_addresses(item, family))
    return {
        name: without(
            (
                *_hosts(intended.own.get((name, family), ())),
                *(span for item in both for span in _connected(item, name, family)),
            ),
            taken,
        )
        for name in sorted(intended.ports)
    }


def _connected(evidence: Evidence, name: AttachmentName, family: Family) -> Iterator[Span]:
    for port in evidence.ports.get(name, ()):
        found = None if port.external else evidence.topology.interfaces.get((port.device, port.interface))
        for address in () if found is None else found.addresses:
            if address.family is family:
                yield from _hosts((span_of(prefix_of(family, address.value, address.length)),))


def _hosts(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield addresses without the first and the last of each span: those stand for the subnet itself and for all in it."""
    return ((low + 1, high - 1) if high - low > 2 else (low, high) for low, high in spans)


def _own_addresses(evidence: Evidence, family: Family) -> Iterator[int]:
    return (value for own in evidence.topology.own for kind, value in own if kind is family)
