"""What a policy means for single packets: openings, replies, errors, fragments and the built-in intents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from intents.policy import (
    ClassEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
)
from intents.prefix import Family, Prefix, parse_prefix
from intents.registry import (
    AttachmentName,
    Category,
    OrganisationName,
    OutsideName,
    PurposeName,
    SystemName,
    Tier,
)
from intents.service import EVERY_SERVICE, ServiceSet, Transport, service_set
from tests.small_networks import tcp, value
from verification.allowed import AttachmentAddresses, is_allowed
from verification.flow import ACK, RST, SYN, Flow

COMMUNES = ClassEndpoint(category=Category.PEOPLES_COMMITTEE_BODY, tier=Tier.COMMUNE, purpose=PurposeName("government"))
EDOC = SystemEndpoint(system=SystemName("edoc"))
NDXP = OutsideEndpoint(outside=OutsideName("ndxp"))
WEB = service_set([(Transport.TCP, 443, 443)])
ONE, TWO, THREE, SYSTEM, OUTSIDE = map(AttachmentName, ("one", "two", "three", "system", "outside"))
"""Two sites of commune x, one of commune y, a system and an outside network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Addresses by hand: /24 LANs in the communes' pool 10.1.0.0/16; every LAN also in IPv6."""

    spaces: Mapping[Endpoint, tuple[str, ...]] = field(
        default_factory=lambda: {
            COMMUNES: ("10.1.0.0/16", "2001:db8:1::/48"),
            EDOC: ("10.9.0.0/24", "2001:db8:9::/64"),
            NDXP: ("198.51.100.0/24",),
            OrganisationEndpoint(organisation=OrganisationName("x"), purpose=PurposeName("government")): (
                "10.1.1.0/24",
                "10.1.2.0/24",
            ),
        }
    )

    def prefixes(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]:
        named = replace(endpoint, excluding=()) if isinstance(endpoint, ClassEndpoint) else endpoint
        return tuple(item for item in map(parse_prefix, self.spaces[named]) if item.family is family)

    def excluded(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]:
        names = endpoint.excluding if isinstance(endpoint, ClassEndpoint) else ()
        organisations = [OrganisationEndpoint(organisation=name, purpose=PurposeName("government")) for name in names]
        return tuple(prefix for item in organisations for prefix in self.prefixes(item, family))

    def lans(self, family: Family) -> Mapping[AttachmentName, Prefix]:
        return {name: prefix for name, item in LANS.items() for prefix in item.lans if prefix.family is family}

    def infrastructure(self, family: Family) -> tuple[Prefix, ...]:
        return (parse_prefix("10.255.0.0/16" if family is Family.V4 else "2001:db8:ff::/48"),)


def lan(*texts: str, organisation: str = "") -> AttachmentAddresses:
    prefixes = tuple(map(parse_prefix, texts))
    owner = OrganisationName(organisation) if organisation else None
    return AttachmentAddresses(lans=prefixes, own=prefixes, organisation=owner)


LANS = {
    ONE: lan("10.1.1.0/24", "2001:db8:1:1::/64", organisation="x"),
    TWO: lan("10.1.2.0/24", organisation="x"),
    THREE: lan("10.1.3.0/24", organisation="y"),
    SYSTEM: lan("10.9.0.0/24", "2001:db8:9::/64"),
    OUTSIDE: replace(lan("10.7.0.0/30"), own=(parse_prefix("198.51.100.0/24"),)),
}
ADDRESSES = Plan()


def permit(
    source: Endpoint, destination: Endpoint, service: ServiceSet = WEB, *, same_organisation: bool = False
) -> Rule:
    return Rule(
        effect=Effect.PERMIT,
        source=source,
        destination=destination,
        service=service,
        same_organisation=same_organisation,
    )


def forbid(source: Endpoint, destination: Endpoint, service: ServiceSet = WEB) -> Rule:
    return replace(permit(source, destination, service), effect=Effect.FORBID)


def allowed(flow: Flow, start: AttachmentName | None, *rules: Rule) -> bool:
    return is_allowed(Policy(rules=rules), ADDRESSES, LANS, flow, start)


RULE = permit(COMMUNES, EDOC)
OPENING = tcp("cpe lan", "10.1.1.9", "10.9.0.5")


def turned(flow: Flow, flags: int = 0) -> Flow:
    """The packet that goes the other way."""
    return replace(
        flow,
        source=flow.destination,
        destination=flow.source,
        source_port=flow.destination_port,
        destination_port=flow.source_port,
        tcp_flags=flags,
    )


def icmp(flow: Flow, kind: int, code: int = 0) -> Flow:
    protocol = 1 if flow.family is Family.V4 else 58
    return replace(flow, protocol=protocol, icmp_type=kind, icmp_code=code, tcp_flags=0)


def test_an_opening_is_allowed_from_the_starter_only() -> None:
    assert allowed(OPENING, ONE, RULE)
    assert not allowed(replace(OPENING, destination_port=80), ONE, RULE)
    assert not allowed(replace(OPENING, protocol=17), ONE, RULE)
    assert not allowed(replace(turned(OPENING), destination_port=443), SYSTEM, RULE)


def test_a_policy_that_permits_nothing_allows_nothing() -> None:
    assert not allowed(OPENING, ONE)
    assert not allowed(OPENING, None)


def test_a_spoofed_source_is_not_allowed() -> None:
    assert not allowed(OPENING, TWO, RULE)
    assert not allowed(OPENING, SYSTEM, RULE)


@pytest.mark.parametrize(("flags", "expected"), [(0, False), (SYN, False), (ACK, True), (RST, True), (SYN | ACK, True)])
def test_a_tcp_reply_has_ack_or_rst(flags: int, *, expected: bool) -> None:
    assert allowed(turned(OPENING, flags=flags), SYSTEM, RULE) is expected


def test_a_udp_reply_is_the_opening_turned_round() -> None:
    rule = permit(COMMUNES, EDOC, service_set([(Transport.UDP, 53, 53)]))
    query = replace(OPENING, protocol=17, destination_port=53, tcp_flags=0)
    assert allowed(query, ONE, rule)
    assert allowed(turned(query), SYSTEM, rule)
    assert not allowed(replace(turned(query), source_port=54), SYSTEM, rule)
    assert not allowed(replace(turned(query), source_port=40000, destination_port=53), SYSTEM, rule)


@pytest.mark.parametrize(
    ("source", "destination", "request_type", "reply_type"),
    [("10.1.1.9", "10.9.0.5", 8, 0), ("2001:db8:1:1::9", "2001:db8:9::5", 128, 129)],
)
def test_an_echo_has_a_request_there_and_a_reply_back(
    source: str, destination: str, request_type: int, reply_type: int
) -> None:
    rule = permit(COMMUNES, EDOC, service_set([(Transport.ICMP_ECHO, 0, 0)]))
    there = tcp("cpe lan", source, destination)
    assert allowed(icmp(there, request_type), ONE, rule)
    assert not allowed(icmp(there, reply_type), ONE, rule)
    assert allowed(icmp(turned(there), reply_type), SYSTEM, rule)
    assert not allowed(icmp(turned(there), request_type), SYSTEM, rule)


@pytest.mark.parametrize(("kind", "expected"), [(3, True), (11, True), (12, True), (5, False), (8, False), (13, False)])
def test_icmp_errors_go_both_ways_between_ends_of_a_session(kind: int, *, expected: bool) -> None:
    assert allowed(icmp(OPENING, kind), ONE, RULE) is expected
    assert allowed(icmp(turned(OPENING), kind), SYSTEM, RULE) is expected
    assert not allowed(icmp(replace(OPENING, destination=value("10.1.3.9")), kind), ONE, RULE)


def test_packet_too_big_is_an_ipv6_error() -> None:
    there = tcp("cpe lan", "2001:db8:1:1::9", "2001:db8:9::5")
    assert allowed(icmp(there, 2), ONE, RULE)
    assert not allowed(icmp(there, 11), ONE, RULE)
    assert not allowed(replace(icmp(there, 2), protocol=1), ONE, RULE)


def test_a_fragment_needs_the_pair_and_the_protocol_in_either_direction() -> None:
    fragment = replace(OPENING, fragment=True, destination_port=0, tcp_flags=0)
    assert allowed(fragment, ONE, RULE)
    assert allowed(turned(fragment), SYSTEM, RULE)
    assert allowed(replace(fragment, protocol=1), ONE, RULE)
    assert not allowed(replace(fragment, protocol=17), ONE, RULE)
    assert not allowed(replace(fragment, destination=value("10.1.3.9")), ONE, RULE)
    assert not allowed(fragment, ONE)


def test_a_forbid_beats_every_permit_but_not_the_replies_to_the_other_side() -> None:
    both = (permit(COMMUNES, EDOC, EVERY_SERVICE), permit(EDOC, COMMUNES))
    bitten = (*both, forbid(COMMUNES, EDOC, EVERY_SERVICE))
    assert allowed(OPENING, ONE, *both)
    assert not allowed(OPENING, ONE, *bitten)
    assert not allowed(replace(OPENING, tcp_flags=ACK), ONE, *bitten)
    from_system = replace(turned(OPENING), source_port=40000, destination_port=443)
    assert allowed(from_system, SYSTEM, *bitten)
    assert allowed(turned(from_system, flags=ACK), ONE, *bitten)


def test_a_session_that_is_forbidden_whole_has_no_errors_and_no_fragments() -> None:
    rules = (RULE, forbid(COMMUNES, EDOC))
    assert not allowed(icmp(OPENING, 3), ONE, *rules)
    assert not allowed(replace(OPENING, fragment=True), ONE, *rules)


def test_a_class_is_its_whole_pool_without_the_excluded_members() -> None:
    without_x = replace(COMMUNES, excluding=(OrganisationName("x"),))
    from_y = replace(OPENING, source=value("10.1.3.9"))
    assert allowed(from_y, THREE, permit(without_x, EDOC))
    assert not allowed(OPENING, ONE, permit(without_x, EDOC))
    future = replace(turned(OPENING, flags=ACK), destination=value("10.1.200.9"))
    assert allowed(future, SYSTEM, RULE)


def test_within_an_organisation_means_the_same_one() -> None:
    rule = permit(COMMUNES, COMMUNES, EVERY_SERVICE, same_organisation=True)
    to_two = replace(OPENING, destination=value("10.1.2.9"))
    assert allowed(to_two, ONE, rule)
    assert not allowed(replace(OPENING, destination=value("10.1.3.9")), ONE, rule)
    assert not allowed(replace(OPENING, destination=value("10.1.200.9")), ONE, rule)
    assert not allowed(OPENING, ONE, rule)


def test_an_outside_network_speaks_from_the_prefixes_behind_it() -> None:
    rule = permit(NDXP, EDOC)
    assert allowed(replace(OPENING, source=value("198.51.100.9")), OUTSIDE, rule)
    assert not allowed(replace(OPENING, source=value("10.7.0.2")), OUTSIDE, rule)


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
