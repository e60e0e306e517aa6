"""A packet as people write it: what is printed is read again, and what is wrong is named part by part."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family
from intents.reason import UnclearError
from tests.small_networks import value
from verification.verdicts.flow import ACK, ICMP4, ICMP6, SYN, TCP, UDP, Flow, describe_flow
from verification.verdicts.flow_text import parse_flow, parse_start

START = ("r1", "Gi0/1")


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A packet without what no packet of its protocol has."""
    family = draw(st.sampled_from(Family))
    addresses = st.integers(0, (1 << family.bits) - 1)
    protocol = draw(st.one_of(st.sampled_from((TCP, UDP, ICMP4, ICMP6)), st.integers(0, 255)))
    fragment = draw(st.booleans())
    ports = st.integers(0, 65535) if protocol in (TCP, UDP) and not fragment else st.just(0)
    octets = st.integers(0, 255)
    is_icmp = protocol in (ICMP4, ICMP6) and not fragment
    return Flow(
        family=family,
        source=draw(addresses),
        destination=draw(addresses),
        protocol=protocol,
        source_port=draw(ports),
        destination_port=draw(ports),
        tcp_flags=draw(octets) if protocol == TCP and not fragment else 0,
        icmp_type=draw(octets) if is_icmp else 0,
        icmp_code=draw(octets) if is_icmp else 0,
        fragment=fragment,
        start_device=draw(st.sampled_from(("r1", "core-1"))),
        start_interface=draw(st.sampled_from(("Gi0/1", "ge-0/0/0.0"))),
    )


@given(flows())
def test_what_is_printed_of_a_packet_is_read_as_the_same_packet(flow: Flow) -> None:
    assert parse_flow(describe_flow(flow, "en")) == flow


def flow(
    source: str,
    destination: str,
    protocol: int,
    *,
    ports: tuple[int, int] = (0, 0),
    tcp_flags: int = 0,
    icmp: tuple[int, int] = (0, 0),
    fragment: bool = False,
) -> Flow:
    return Flow(
        family=Family.V6 if ":" in source else Family.V4,
        source=value(source),
        destination=value(destination),
        protocol=protocol,
        source_port=ports[0],
        destination_port=ports[1],
        tcp_flags=tcp_flags,
        icmp_type=icmp[0],
        icmp_code=icmp[1],
        fragment=fragment,
        start_device=START[0],
        start_interface=START[1],
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tcp 10.1.2.3:40000 > 10.2.3.4:443 [SYN]",
         flow("10.1.2.3", "10.2.3.4", TCP, ports=(40000, 443), tcp_flags=SYN)),
        ("TCP 10.1.2.3:1>10.2.3.4:2", flow("10.1.2.3", "10.2.3.4", TCP, ports=(1, 2), tcp_flags=SYN)),
        ("tcp 10.1.2.3:1 -> 10.2.3.4:2 [syn,ack]",
         flow("10.1.2.3", "10.2.3.4", TCP, ports=(1, 2), tcp_flags=SYN | ACK)),
        ("tcp 10.1.2.3:1 > 10.2.3.4:2 [no flags]", flow("10.1.2.3", "10.2.3.4", TCP, ports=(1, 2))),
        ("udp [2001:db8::1]:53 > [2001:db8::2]:1024",
         flow("2001:db8::1", "2001:db8::2", UDP, ports=(53, 1024))),
        ("icmp 10.1.2.3 > 10.2.3.4", flow("10.1.2.3", "10.2.3.4", ICMP4, icmp=(8, 0))),
        ("icmp 10.1.2.3 > 10.2.3.4 [type 3 code 1]", flow("10.1.2.3", "10.2.3.4", ICMP4, icmp=(3, 1))),
        ("icmp6 2001:db8::1 > 2001:db8::2", flow("2001:db8::1", "2001:db8::2", ICMP6, icmp=(128, 0))),
        ("47 10.1.2.3 > 10.2.3.4", flow("10.1.2.3", "10.2.3.4", 47)),
        ("udp 10.1.2.3 > 10.2.3.4 [fragment]", flow("10.1.2.3", "10.2.3.4", UDP, fragment=True)),
    ],
)  # fmt: skip
def test_a_packet_is_written_shortly(text: str, wanted: Flow) -> None:
    assert parse_flow(text, START) == wanted


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "flow_not_clear"),
        ("tcp 10.1.2.3:1 10.2.3.4:2", "flow_not_clear"),
        ("tcp 10.1.2.3:1 > [2001:db8::1]:2", "flow_of_two_families"),
        ("tcp 10.1.2.3 > 10.2.3.4:2", "flow_port_missing"),
        ("udp 2001:db8::1 > [2001:db8::2]:1", "flow_port_missing"),
        ("icmp 10.1.2.3:1 > 10.2.3.4", "flow_port_unwanted"),
        ("udp 10.1.2.3:1 > 10.2.3.4:2 [fragment]", "flow_port_unwanted"),
        ("tcp 10.1.2.3:99999 > 10.2.3.4:2", "end_not_clear"),
        ("tcp 10.1.2.300:1 > 10.2.3.4:2", "end_not_clear"),
        ("tcp 10.1.2.3:1 > 10.2.3.4:2 [SYNC]", "flags_not_clear"),
        ("icmp 10.1.2.3 > 10.2.3.4 [type 300]", "icmp_not_clear"),
        ("icmp 2001:db8::1 > 2001:db8::2", "icmp_of_other_family"),
        ("icmp6 10.1.2.3 > 10.2.3.4", "icmp_of_other_family"),
        ("gre 10.1.2.3 > 10.2.3.4", "protocol_not_clear"),
        ("256 10.1.2.3 > 10.2.3.4", "protocol_not_clear"),
        ("47 10.1.2.3 > 10.2.3.4 [SYN]", "details_not_wanted"),
    ],
)
def test_what_is_wrong_with_a_packet_is_named(text: str, key: str) -> None:
    with pytest.raises(UnclearError) as raised:
        parse_flow(text, START)
    assert raised.value.reason.key == key


def test_a_packet_needs_a_start() -> None:
    with pytest.raises(UnclearError) as raised:
        parse_flow("47 10.1.2.3 > 10.2.3.4")
    assert raised.value.reason.key == "flow_without_start"
    assert parse_start("core-1:ge-0/0/0.0") == ("core-1", "ge-0/0/0.0")
    for text in ("core-1", ":Gi0", "core-1:"):
        with pytest.raises(UnclearError):
            parse_start(text)


@given(st.text(max_size=60))
def test_any_text_is_a_packet_or_says_why_not(text: str) -> None:
    with suppress(UnclearError):
        assert parse_flow(text, START).start_device
