"""Which sessions a set of headers lets somebody start, and what it passes that belongs to no session.

Turns the headers that pass from A to B, and from B to A, into services. The one idea: a session starts from any port that
clients take (1024 up, RFC 6335 6), so a port is served only if headers from all of these pass to it; a reply, which comes from
a served port to any port, is then no start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from intents.prefix import Family
from intents.service import ALL_PORTS, Range, ServiceSet, Transport, service_set
from routing.model import FlagMatch, NonInitial
from verification.packets.bit_sets import nothing, union
from verification.packets.header_space import HeaderSpace, header_space
from verification.packets.headers import HeaderMatch, HeaderSet
from verification.packets.session_headers import echo_request, pair_matches
from verification.verdicts.flow import SYN, TCP, UDP

CLIENT_PORTS: Range = (1024, 65535)
_EVERY_FLAG = 255
_PROTOCOLS = ((Transport.TCP, TCP), (Transport.UDP, UDP))


class SessionSpace:
    """The header space of one family in which filters and sessions can be held against each other."""

    def __init__(self, family: Family, conditions: Iterable[HeaderMatch]) -> None:
        """`conditions`: those of every filter that is asked about."""
        known = set(conditions)
        self._family = family
        self._pieces = {transport: tuple(_pieces(known, protocol)) for transport, protocol in _PROTOCOLS}
        starts = {
            (transport, piece): _start(protocol, piece)
            for transport, protocol in _PROTOCOLS
            for piece in self._pieces[transport]
        }
        sessions = {match for piece in self._every_piece() for match in _both(piece, family)}
        self.space: HeaderSpace = header_space(family, known | sessions | set(starts.values()))
        self._starts = {key: self.space.mask(match) for key, match in starts.items()}
        self._echo = self.space.mask(echo_request(family))
        self._services: dict[HeaderSet, ServiceSet] = {}
        self._sessions: dict[tuple[ServiceSet, ServiceSet], HeaderSet] = {}

    def services(self, headers: HeaderSet) -> ServiceSet:
        """Return what may be started by whoever may send these headers."""
        if headers not in self._services:
            found = [(kind, *piece) for (kind, piece), mask in self._starts.items() if not mask & ~headers]
            if not self._echo & ~headers:
                found.append((Transport.ICMP_ECHO, 0, 0))
            self._services[headers] = service_set(found)
        return self._services[headers]

    def starting(self, services: ServiceSet) -> HeaderSet:
        """Return the headers that start sessions of some services."""
        cut = self._cut(services).ranges
        ports = [self._starts[(kind, (low, high))] for kind, low, high in cut if (kind, (low, high)) in self._starts]
        return union(ports) if ports else self._echo if cut else nothing()

    def beyond(self, headers: HeaderSet, started: ServiceSet, answered: ServiceSet) -> HeaderSet:
        """Return the headers that belong to no session that may be started there or from there."""
        key = (started, answered)
        if key not in self._sessions:
            cut = (self._cut(started), self._cut(answered))
            self._sessions[key] = union(self.space.mask(match) for match in pair_matches(*cut, self._family))
        return headers & ~self._sessions[key]

    def answers(self, headers: HeaderSet, started: ServiceSet) -> ServiceSet:
        """Return the services, of those that somebody may start, that these headers from the other end answer."""
        return service_set(
            piece
            for piece in self._cut(started).ranges
            if not union(map(self.space.mask, _replies(piece, self._family))) & ~headers
        )

    def _every_piece(self) -> Iterator[ServiceSet]:
        for transport, pieces in self._pieces.items():
            yield from (_Cut(((transport, *piece),)) for piece in pieces)
        yield _Cut(((Transport.ICMP_ECHO, 0, 0),))

    def _cut(self, services: ServiceSet) -> ServiceSet:
        """Return services in the pieces whose conditions the space knows."""
        return _Cut(
            tuple(
                (transport, *piece)
                for transport, low, high in services.ranges
                for piece in self._pieces.get(transport, ((0, 0),))
                if low <= piece[0] and piece[1] <= high
            )
        )


_Cut = ServiceSet
"""Services in pieces, not in normal form: never compared, only gone through."""


def _pieces(conditions: Iterable[HeaderMatch], protocol: int) -> Iterator[Range]:
    """Yield the ranges of ports that no condition on a protocol divides, whichever end has the port."""
    edges = {ALL_PORTS[0], ALL_PORTS[1] + 1}
    for match in conditions:
        if match.names_protocol(protocol):
            for low, high in chain(match.source_ports or (), match.destination_ports or ()):
                edges |= {low, high + 1}
    yield from ((low, after - 1) for low, after in pairwise(sorted(edges)))


def _start(protocol: int, ports: Range) -> HeaderMatch:
    flags = (FlagMatch(value=SYN, care=_EVERY_FLAG),) if protocol == TCP else None
    return HeaderMatch(
        protocols=(protocol,),
        source_ports=(CLIENT_PORTS,),
        destination_ports=(ports,),
        tcp_flags=flags,
        non_initial=NonInitial.SKIP,
    )


def _both(piece: ServiceSet, family: Family) -> Iterator[HeaderMatch]:
    yield from pair_matches(piece, ServiceSet(), family)
    yield from pair_matches(ServiceSet(), piece, family)


def _replies(piece: tuple[Transport, int, int], family: Family) -> Iterator[HeaderMatch]:
    """Yield the condition of replies to one piece: the first that it brings along, before errors and fragments."""
    yield next(pair_matches(ServiceSet(), _Cut((piece,)), family))
