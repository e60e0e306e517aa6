"""Packets that no rule names and that are allowed all the same: gateways, neighbours, routers' errors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.prefix import parse_prefix
from tests.small_networks import tcp, value
from tests.small_policies import COMMUNES, EDOC, ONE, OPENING, RULE, THREE, allowed, forbid, icmp
from verification.reference.allowed import gateway_of


def test_the_own_gateway_may_be_pinged() -> None:
    to_gateway = replace(OPENING, destination=value("10.1.1.1"))
    assert allowed(icmp(to_gateway, 8), ONE)
    assert not allowed(icmp(to_gateway, 0), ONE)
    assert not allowed(to_gateway, ONE)
    assert not allowed(icmp(replace(OPENING, destination=value("10.1.2.1")), 8), ONE)
    assert not allowed(icmp(replace(to_gateway, source=value("10.1.2.9")), 8), ONE)
    assert allowed(icmp(tcp("cpe lan", "2001:db8:1:1::9", "2001:db8:1:1::1"), 128), ONE)


@pytest.mark.parametrize("source", ["::", "fe80::9", "2001:db8:1:1::9"])
@pytest.mark.parametrize("destination", ["ff02::1", "fe80::1", "2001:db8:1:1::1"])
@pytest.mark.parametrize("kind", [135, 136])
def test_neighbour_discovery_stays_on_its_lan(source: str, destination: str, kind: int) -> None:
    packet = icmp(tcp("cpe lan", source, destination), kind)
    assert allowed(packet, ONE)
    assert not allowed(replace(packet, icmp_type=134), ONE)
    assert not allowed(replace(packet, destination=value("2001:db8:9::5")), ONE)
    assert not allowed(replace(packet, source=value("2001:db8:9::5")), ONE)


def test_a_routers_error_reaches_whoever_has_a_session_but_never_starts_at_an_attachment() -> None:
    error = icmp(tcp("cpe lan", "10.255.0.1", "10.1.3.9"), 11)
    assert allowed(error, None, RULE)
    assert not allowed(error, None)
    assert not allowed(error, None, RULE, forbid(COMMUNES, EDOC))
    assert not allowed(error, THREE, RULE)
    assert not allowed(icmp(error, 5), None, RULE)
    assert not allowed(replace(error, destination=value("10.1.200.9")), None, RULE)


def test_out_of_the_network_comes_what_some_session_brings() -> None:
    assert allowed(OPENING, None, RULE)
    assert not allowed(replace(OPENING, destination_port=80), None, RULE)


def test_no_ipv6_fragment_is_allowed() -> None:
    """Whatever its pair and protocol, and though its ICMP type stands for nothing."""
    session = tcp("cpe lan", "2001:db8:1:1::9", "2001:db8:9::5")
    assert allowed(session, ONE, RULE)
    assert not allowed(replace(session, fragment=True), ONE, RULE)
    for packet in (
        icmp(session, 2),
        icmp(replace(session, destination=value("2001:db8:1:1::1")), 128),
        icmp(replace(session, destination=value("ff02::1")), 135),
    ):
        assert allowed(packet, ONE, RULE)
        assert not allowed(replace(packet, fragment=True), ONE, RULE)


def test_a_fragment_towards_the_gateway_may_belong_to_an_echo() -> None:
    to_gateway = replace(icmp(replace(OPENING, destination=value("10.1.1.1")), 0), fragment=True)
    assert allowed(to_gateway, ONE)
    assert not allowed(replace(to_gateway, protocol=6), ONE)


def test_out_of_the_network_comes_neighbour_discovery_of_its_lan() -> None:
    assert allowed(icmp(tcp("cpe lan", "2001:db8:1:1::1", "2001:db8:1:1::9"), 135), None)
    assert not allowed(icmp(tcp("cpe lan", "2001:db8:9::1", "2001:db8:1:1::9"), 135), None)


def test_a_routers_error_is_an_icmp_error_from_a_router() -> None:
    error = icmp(tcp("cpe lan", "10.255.0.1", "10.1.3.9"), 11)
    assert not allowed(replace(error, protocol=17), None, RULE)
    assert not allowed(replace(error, source=value("10.254.0.1")), None, RULE)
    assert allowed(replace(error, fragment=True), None, RULE)
    assert allowed(replace(error, destination=value("10.9.0.5")), None, RULE)


def test_the_gateway_is_the_first_address_of_a_lan_and_the_lower_of_two() -> None:
    assert gateway_of(parse_prefix("10.1.1.0/24")) == value("10.1.1.1")
    assert gateway_of(parse_prefix("10.7.0.0/31")) == value("10.7.0.0")
    assert gateway_of(parse_prefix("10.7.0.0/30")) == value("10.7.0.1")
