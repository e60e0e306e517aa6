"""The boxes of headers that are not allowed are exactly the complement of those that are."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from intents.prefix import Family
from intents.service import ServiceSet, Transport, service_set
from routing.model import NonInitial
from verification.batfish.forbidden_headers import outside
from verification.batfish.lost_pairs import inside
from verification.packets.headers import Header, accepts
from verification.packets.session_headers import pair_matches
from verification.verdicts.flow import ICMP4, TCP, UDP

_NUMBERS = {"TCP": TCP, "UDP": UDP, "ICMP": ICMP4}
_PORTS = st.sampled_from([0, 1, 22, 79, 80, 81, 442, 443, 444, 5000, 5005, 5010, 5011, 65534, 65535])


@st.composite
def services(draw: st.DrawFn) -> ServiceSet:
    found = [(Transport.ICMP_ECHO, 0, 0)] if draw(st.booleans()) else []
    for transport in (Transport.TCP, Transport.UDP):
        for _ in range(draw(st.integers(0, 2))):
            low, high = sorted((draw(_PORTS), draw(_PORTS)))
            found.append((transport, low, high))
    return service_set(found)


def in_box(box: Mapping[str, object], header: Header) -> bool:
    """Return whether a header satisfies a condition as Batfish reads it."""
    protocols = box.get("ipProtocols")
    if isinstance(protocols, list) and header.protocol not in {
        _NUMBERS[str(name)] if str(name) in _NUMBERS else int(str(name)) for name in protocols
    }:
        return False
    return (
        _in(box.get("srcPorts"), header.source_port)
        and _in(box.get("dstPorts"), header.destination_port)
        and _in(box.get("icmpTypes"), header.icmp_type)
        and _flags(box.get("tcpFlags"), header.tcp_flags)
    )


def _in(ranges: object, value: int | None) -> bool:
    if ranges is None:
        return True
    pairs = [part.partition("-") for part in str(ranges).split(",")]
    return value is not None and any(int(low) <= value <= int(high or low) for low, _, high in pairs)


def _flags(wanted: object, flags: int | None) -> bool:
    if not isinstance(wanted, list):
        return True
    bits = {"ack": 16, "rst": 4}
    return flags is not None and any(
        all(bool(flags & bits[name]) is value for name, value in item.items()) for item in wanted
    )


@st.composite
def headers(draw: st.DrawFn) -> Header:
    protocol = draw(st.sampled_from([TCP, UDP, ICMP4, 0, 47, 132, 255]))
    if protocol in (TCP, UDP):
        header = Header(protocol, source_port=draw(_PORTS), destination_port=draw(_PORTS))
        return header._replace(tcp_flags=draw(st.sampled_from([0, 2, 4, 16, 18, 20, 1]))) if protocol == TCP else header
    if protocol == ICMP4:
        return Header(protocol, icmp_type=draw(st.integers(0, 255)), icmp_code=draw(st.integers(0, 3)))
    return Header(protocol)


@settings(max_examples=300, deadline=None)
@given(services(), services(), st.lists(headers(), max_size=30))
def test_a_header_is_in_some_box_iff_it_is_not_allowed(one: ServiceSet, other: ServiceSet, tried: list[Header]) -> None:
    allowed = list(pair_matches(one, other, Family.V4))
    boxes = list(outside(allowed))
    for header in tried:
        assert any(in_box(box, header) for box in boxes) is not any(accepts(item, header) for item in allowed)


@settings(max_examples=300, deadline=None)
@given(services(), services(), headers())
def test_a_condition_of_what_is_allowed_is_the_same_for_batfish(
    one: ServiceSet, other: ServiceSet, header: Header
) -> None:
    for match in pair_matches(one, other, Family.V4):
        if match.non_initial is not NonInitial.ONLY:
            assert in_box(inside(match), header) is accepts(match, header)
