"""What a policy means for single packets: openings, replies, errors, fragments and the built-in intents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.finding import Where
from intents.registry import (
    Attachment,
    AttachmentName,
    OrganisationName,
    OutsideName,
    PurposeName,
    Registry,
    SiteName,
    SystemName,
    Validity,
)
from intents.service import EVERY_SERVICE, Transport, service_set
from tests.small_networks import tcp, value
from tests.small_policies import (
    ADDRESSES,
    COMMUNES,
    EDOC,
    LANS,
    NDXP,
    ONE,
    OPENING,
    OUTSIDE,
    RULE,
    SYSTEM,
    THREE,
    TWO,
    allowed,
    forbid,
    icmp,
    lan,
    permit,
    turned,
)
from verification.reference.allowed import attachment_lans
from verification.verdicts.flow import ACK, RST, SYN


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


@pytest.mark.parametrize("protocol", [0, 47, 58, 89, 132])
def test_a_protocol_that_no_service_runs_on_is_never_allowed(protocol: int) -> None:
    everything = (permit(COMMUNES, EDOC, EVERY_SERVICE), permit(EDOC, COMMUNES, EVERY_SERVICE))
    for kind in (0, 3, 8):
        packet = replace(OPENING, protocol=protocol, icmp_type=kind)
        assert not allowed(packet, ONE, *everything)
        assert not allowed(replace(packet, fragment=True), ONE, *everything)
        assert not allowed(replace(packet, destination=value("10.1.1.1")), ONE)


def test_systems_are_of_no_organisation_and_so_not_of_the_same_one() -> None:
    rule = permit(EDOC, EDOC, EVERY_SERVICE, same_organisation=True)
    inside = tcp("edge lan", "10.9.0.5", "10.9.0.6")
    assert not allowed(inside, SYSTEM, rule)
    assert allowed(inside, SYSTEM, replace(rule, same_organisation=False))


def attachment(name: AttachmentName, *, organisation: str = "", outside: str = "") -> Attachment:
    return Attachment(
        name=name,
        organisation=OrganisationName(organisation) if organisation else None,
        outside=OutsideName(outside) if outside else None,
        system=None if organisation or outside else SystemName("edoc"),
        site=SiteName("s"),
        purpose=PurposeName("government"),
        hosts=1,
        validity=Validity(),
        where=Where(),
    )


def test_the_addresses_of_attachments_come_from_the_plan() -> None:
    attachments = (
        attachment(ONE, organisation="x"),
        attachment(SYSTEM),
        attachment(OUTSIDE, outside="ndxp"),
        attachment(AttachmentName("unplanned"), organisation="z"),
    )
    registry = Registry(
        units={},
        organisations={},
        sites={},
        purposes={},
        systems={},
        outside_networks={},
        attachments={item.name: item for item in attachments},
    )
    found = attachment_lans(registry, ADDRESSES)
    assert found == {
        ONE: LANS[ONE],
        SYSTEM: LANS[SYSTEM],
        OUTSIDE: LANS[OUTSIDE],
        AttachmentName("unplanned"): lan(organisation="z"),
    }
