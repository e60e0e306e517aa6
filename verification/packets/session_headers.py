"""The layer-4 conditions that sessions bring with them: turns service sets into the headers that a pair may send.

The one idea: what A may send to B depends on two service sets only, what A may start to B and what B may start to A;
from these follow the openings, the replies, the ICMP errors that belong to either, and the fragments of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Family
from intents.service import ServiceSet, Transport
from routing.model import ESTABLISHED, IcmpMatch, NonInitial
from verification.packets.headers import ICMP, HeaderMatch
from verification.verdicts.flow import TCP, UDP

_ECHO_REQUEST: Mapping[Family, int] = {Family.V4: 8, Family.V6: 128}
_ECHO_REPLY: Mapping[Family, int] = {Family.V4: 0, Family.V6: 129}
_ERRORS: Mapping[Family, tuple[int, ...]] = {Family.V4: (3, 11, 12), Family.V6: (1, 2, 3, 4)}
"""Unreachable, time exceeded, parameter problem (RFC 792); for IPv6 also packet too big (RFC 4443)."""
_NEIGHBOR_DISCOVERY = (135, 136)
"""Neighbour solicitation and advertisement (RFC 4861)."""
DEVICE_MESSAGES: Mapping[Family, tuple[int, ...]] = {
    family: (_ECHO_REQUEST[family], _ECHO_REPLY[family], *_ERRORS[family], *more)
    for family, more in ((Family.V4, ()), (Family.V6, _NEIGHBOR_DISCOVERY))
}
"""What anybody may send to a device's own addresses: echo and its reply, errors, in IPv6 neighbour discovery."""


def pair_matches(started: ServiceSet, answered: ServiceSet, family: Family) -> Iterator[HeaderMatch]:
    """Yield what a sender may send to a receiver, given what it may start there and what may be started from there.

    No IPv6 non-initial fragment is ever allowed: not every platform can tell one from an initial fragment.
    """
    yield from _openings(started, family)
    yield from _replies(answered, family)
    if started or answered:
        yield error_match(family)
    if family is Family.V6:
        return
    if started or answered:
        yield fragment_match(ICMP[family])
    for transport, protocol in ((Transport.TCP, TCP), (Transport.UDP, UDP)):
        if started.of(transport) or answered.of(transport):
            yield fragment_match(protocol)


def _openings(services: ServiceSet, family: Family) -> Iterator[HeaderMatch]:
    for low, high in services.of(Transport.TCP):
        yield _whole(HeaderMatch(protocols=(TCP,), destination_ports=((low, high),)))
    for low, high in services.of(Transport.UDP):
        yield _whole(HeaderMatch(protocols=(UDP,), destination_ports=((low, high),)))
    if services.of(Transport.ICMP_ECHO):
        yield echo_request(family)


def _replies(services: ServiceSet, family: Family) -> Iterator[HeaderMatch]:
    for low, high in services.of(Transport.TCP):
        yield _whole(HeaderMatch(protocols=(TCP,), source_ports=((low, high),), tcp_flags=ESTABLISHED))
    for low, high in services.of(Transport.UDP):
        yield _whole(HeaderMatch(protocols=(UDP,), source_ports=((low, high),)))
    if services.of(Transport.ICMP_ECHO):
        yield _messages(family, (_ECHO_REPLY[family],))


def echo_request(family: Family) -> HeaderMatch:
    """Return the condition of an ICMP echo request."""
    return _messages(family, (_ECHO_REQUEST[family],))


def error_match(family: Family) -> HeaderMatch:
    """Return the condition of the ICMP errors that belong to sessions."""
    return _messages(family, _ERRORS[family])


def neighbor_discovery() -> HeaderMatch:
    """Return the condition of IPv6 neighbour solicitations and advertisements."""
    return _messages(Family.V6, _NEIGHBOR_DISCOVERY)


def fragment_match(protocol: int) -> HeaderMatch:
    """Return the condition of the non-initial fragments of a protocol."""
    return HeaderMatch(protocols=(protocol,), non_initial=NonInitial.ONLY)


def _messages(family: Family, types: tuple[int, ...]) -> HeaderMatch:
    return _whole(HeaderMatch(protocols=(ICMP[family],), icmp=tuple(IcmpMatch(type=kind) for kind in types)))


def _whole(match: HeaderMatch) -> HeaderMatch:
    return match._replace(non_initial=NonInitial.SKIP)
