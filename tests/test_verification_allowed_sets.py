"""The allowed sets agree, packet by packet, with the policy's meaning for one packet, over a small address book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.finding import Where
from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
)
from intents.prefix import Family, Prefix, parse_address, parse_prefix
from intents.registry import (
    Attachment,
    AttachmentName,
    Category,
    OrganisationName,
    OutsideName,
    PurposeName,
    Registry,
    SiteName,
    SystemName,
    Tier,
    Validity,
)
from intents.service import EVERY_SERVICE, ServiceSet, Transport, service_set
from verification.packets.flow_sets import FlowSet, Packet, flow_of
from verification.packets.header_space import header_space
from verification.packets.headers import Header
from verification.packets.permitted_pairs import pair_policy
from verification.packets.permitted_sets import AllowedSets, allowed_matches, gateway_of
from verification.reference.allowed import attachment_lans, is_allowed

GOV = PurposeName("government")
X, Y = OrganisationName("x"), OrganisationName("y")
COMMUNES = ClassEndpoint(category=Category.PEOPLES_COMMITTEE_BODY, tier=Tier.COMMUNE, purpose=GOV)
NOT_Y = ClassEndpoint(category=Category.PEOPLES_COMMITTEE_BODY, tier=Tier.COMMUNE, purpose=GOV, excluding=(Y,))
ONLY_X = OrganisationEndpoint(organisation=X, purpose=GOV)
ONLY_Y = OrganisationEndpoint(organisation=Y, purpose=GOV)
SYSTEM = SystemEndpoint(system=SystemName("s"))
OUTSIDE = OutsideEndpoint(outside=OutsideName("o"))
ENDPOINTS: tuple[Endpoint, ...] = (COMMUNES, NOT_Y, ONLY_X, ONLY_Y, SYSTEM, OUTSIDE, DevicesEndpoint())

LANS = {
    "x1": ("10.1.0.0/28", "2001:db8:1::/64"),
    "x2": ("10.1.0.16/28", "2001:db8:1:1::/64"),
    "y1": ("10.1.0.32/28", "2001:db8:1:2::/64"),
    "system-s": ("10.2.0.0/28", "2001:db8:2::/64"),
    "outside-o": ("10.3.0.0/31", "2001:db8:3::/127"),
}
POOL = ("10.1.0.0/26", "2001:db8:1::/62")
BEHIND = (("203.0.113.0/28", "198.51.100.8/29"), ("2001:db8:ffff::/48",))
LOOPBACKS = ("10.4.0.64/26",)
ROUTERS = ("10.4.0.0/24", "2001:db8:4::/64")
SERVICES = (
    service_set([(Transport.TCP, 443, 443)]),
    service_set([(Transport.TCP, 400, 500), (Transport.UDP, 53, 53)]),
    service_set([(Transport.UDP, 5000, 5010)]),
    service_set([(Transport.ICMP_ECHO, 0, 0)]),
    EVERY_SERVICE,
)


def prefixes_of(texts: tuple[str, ...]) -> tuple[Prefix, ...]:
    return tuple(parse_prefix(text) for text in texts)


@dataclass(frozen=True)
class Book:
    """A stand-in for what an address plan says of endpoints."""

    def prefixes(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]:
        column = 0 if family is Family.V4 else 1
        match endpoint:
            case ClassEndpoint():
                return prefixes_of((POOL[column],))
            case OrganisationEndpoint(organisation=name):
                return prefixes_of(tuple(pair[column] for lan, pair in LANS.items() if lan.startswith(name)))
            case SystemEndpoint():
                return prefixes_of((LANS["system-s"][column],))
            case OutsideEndpoint():
                return prefixes_of(BEHIND[column])
            case DevicesEndpoint():
                return prefixes_of(LOOPBACKS) if family is Family.V4 else ()

    def excluded(self, endpoint: Endpoint, family: Family) -> tuple[Prefix, ...]:
        if isinstance(endpoint, ClassEndpoint) and endpoint.excluding:
            return self.prefixes(ONLY_Y, family)
        return ()

    def lans(self, family: Family) -> Mapping[AttachmentName, Prefix]:
        column = 0 if family is Family.V4 else 1
        return {AttachmentName(name): parse_prefix(pair[column]) for name, pair in LANS.items()}

    def infrastructure(self, family: Family) -> tuple[Prefix, ...]:
        return prefixes_of((ROUTERS[0 if family is Family.V4 else 1],))


BOOK = Book()


def attachment(name: str) -> Attachment:
    return Attachment(
        name=AttachmentName(name),
        organisation=OrganisationName(name[0]) if len(name) == 2 else None,
        system=SystemName("s") if name == "system-s" else None,
        outside=OutsideName("o") if name == "outside-o" else None,
        site=SiteName("site"),
        purpose=GOV,
        hosts=5,
        validity=Validity(start=date(2025, 7, 1)),
        where=Where(),
    )


REGISTRY = Registry(
    units={},
    organisations={},
    sites={},
    purposes={},
    systems={},
    outside_networks={},
    attachments={AttachmentName(name): attachment(name) for name in LANS},
)


HOLDERS = attachment_lans(REGISTRY, BOOK)


def allowed_sets(policy: Policy, family: Family) -> AllowedSets:
    pairs = pair_policy(policy, REGISTRY, BOOK, BOOK.infrastructure(family), family)
    return AllowedSets(pairs=pairs, space=header_space(family, allowed_matches(pairs)))


def own_spans(name: str, family: Family) -> list[tuple[int, int]]:
    column = 0 if family is Family.V4 else 1
    texts = BEHIND[column] if name == "outside-o" else (LANS[name][column],)
    return [(prefix.network, prefix.last) for prefix in prefixes_of(texts)]


def addresses(family: Family) -> tuple[int, ...]:
    """Return one or two addresses of every kind, edges included."""
    column = 0 if family is Family.V4 else 1
    texts = (*(pair[column] for pair in LANS.values()), POOL[column], *BEHIND[column], ROUTERS[column])
    found = {0, *(parse_prefix(text).network for text in texts), *(parse_prefix(text).last for text in texts)}
    found |= {gateway_of(prefix) for prefix in BOOK.lans(family).values()}
    if family is Family.V6:
        found |= {parse_address("fe80::1").value, parse_address("ff02::1:ff00:1").value, parse_address("ff05::2").value}
    return tuple(sorted(found))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    found: dict[tuple[Effect, Endpoint, Endpoint, bool], ServiceSet] = {}
    for _ in range(draw(st.integers(0, 5))):
        effect = draw(st.sampled_from((Effect.PERMIT, Effect.PERMIT, Effect.FORBID)))
        source, destination = draw(st.sampled_from(ENDPOINTS)), draw(st.sampled_from(ENDPOINTS))
        within = draw(st.booleans()) and isinstance(source, ClassEndpoint | OrganisationEndpoint)
        key = (effect, source, source if within else destination, within)
        found[key] = found.get(key, ServiceSet()) | draw(st.sampled_from(SERVICES))
    return Policy(
        rules=tuple(
            Rule(effect=effect, source=source, destination=destination, service=service, same_organisation=within)
            for (effect, source, destination, within), service in found.items()
        )
    )


@settings(max_examples=120)
@given(policies(), st.sampled_from(Family), st.sampled_from(tuple(LANS)), st.data())
def test_what_an_attachment_may_send_is_what_the_policy_says_packet_by_packet(
    policy: Policy, family: Family, text: str, data: st.DataObject
) -> None:
    name, sets = AttachmentName(text), allowed_sets(policy, family)
    sent = sets.sent_from(name)
    sources = [*edges(text, family), 0, data.draw(st.sampled_from(addresses(family)))]
    for packet in product(sources, addresses(family), headers(sets, data)):
        flow = flow_of(Packet(*packet), family, "cpe", "Gi0.100")
        assert (Packet(*packet) in sent) == is_allowed(policy, BOOK, HOLDERS, flow, name)


@settings(max_examples=120)
@given(policies(), st.sampled_from(Family), st.sampled_from(tuple(LANS)), st.data())
def test_what_may_be_delivered_to_an_attachment_is_what_the_policy_says_packet_by_packet(
    policy: Policy, family: Family, text: str, data: st.DataObject
) -> None:
    name, sets = AttachmentName(text), allowed_sets(policy, family)
    delivered = sets.delivered_to(name)
    for packet in product(addresses(family), edges(text, family), headers(sets, data)):
        flow = flow_of(Packet(*packet), family, "core", "Gi0")
        assert (Packet(*packet) in delivered) == is_allowed(policy, BOOK, HOLDERS, flow, None)


def edges(text: str, family: Family) -> list[int]:
    """Return the first and last address of what an attachment's packets come from."""
    return [edge for span in own_spans(text, family) for edge in span]


def headers(sets: AllowedSets, data: st.DataObject) -> tuple[Header, ...]:
    """Return every fourth header that the sets tell apart, from a drawn one on."""
    return tuple(sets.space.headers)[data.draw(st.integers(0, 3)) :: 4]


@settings(max_examples=120)
@given(policies(), st.sampled_from(Family))
def test_between_two_attachments_what_one_may_send_is_what_may_be_delivered_to_the_other(
    policy: Policy, family: Family
) -> None:
    sets = allowed_sets(policy, family)
    for one, other in (("x1", "x2"), ("x1", "y1"), ("y1", "system-s"), ("outside-o", "x2")):
        sent, delivered = sets.sent_from(AttachmentName(one)), sets.delivered_to(AttachmentName(other))
        for (source, _), (target, _) in product(own_spans(one, family), own_spans(other, family)):
            assert sent.mask_at(source, target) == delivered.mask_at(source, target)


def permit(source: Endpoint, destination: Endpoint, services: ServiceSet = SERVICES[0]) -> Rule:
    return Rule(effect=Effect.PERMIT, source=source, destination=destination, service=services)


def forbid(source: Endpoint, destination: Endpoint, services: ServiceSet = SERVICES[0]) -> Rule:
    return Rule(effect=Effect.FORBID, source=source, destination=destination, service=services)


def packet_between(source: str, destination: str, header: Header) -> Packet:
    return Packet(parse_address(source).value, parse_address(destination).value, header)


SYN_443, ACK_443 = Header(6, 40000, 443, 2), Header(6, 443, 40000, 16)


def sent(policy: Policy, name: str) -> FlowSet:
    return allowed_sets(policy, Family.V4).sent_from(AttachmentName(name))


def test_a_policy_without_rules_allows_the_built_in_intents_only() -> None:
    found = sent(Policy(), "x1")
    assert packet_between("10.1.0.5", "10.1.0.1", Header(1, icmp_type=8, icmp_code=0)) in found
    assert [row[:2] for row in found.rows] == [own_spans("x1", Family.V4)[0]]
    assert allowed_sets(Policy(), Family.V4).delivered_to(AttachmentName("x1")).is_empty


def test_a_class_means_its_whole_pool_and_not_its_members() -> None:
    policy = Policy(rules=(permit(SYSTEM, COMMUNES),))
    free_address = "10.1.0.60"
    assert packet_between("10.2.0.5", free_address, SYN_443) in sent(policy, "system-s")


def test_a_forbid_takes_sessions_and_their_returns_but_never_replies_to_the_other_side() -> None:
    policy = Policy(rules=(permit(ONLY_X, SYSTEM), permit(SYSTEM, ONLY_X), forbid(ONLY_X, SYSTEM)))
    assert packet_between("10.1.0.5", "10.2.0.5", SYN_443) not in sent(policy, "x1")
    assert packet_between("10.2.0.5", "10.1.0.5", ACK_443) not in sent(policy, "system-s")
    assert packet_between("10.2.0.5", "10.1.0.5", SYN_443) in sent(policy, "system-s")
    assert packet_between("10.1.0.5", "10.2.0.5", ACK_443) in sent(policy, "x1")


def test_sites_of_one_organisation_talk_by_a_rule_for_one_organisation_and_others_do_not() -> None:
    rule = Rule(
        effect=Effect.PERMIT, source=COMMUNES, destination=COMMUNES, service=SERVICES[0], same_organisation=True
    )
    found = sent(Policy(rules=(rule,)), "x1")
    assert packet_between("10.1.0.5", "10.1.0.20", SYN_443) in found
    assert packet_between("10.1.0.5", "10.1.0.40", SYN_443) not in found
    assert packet_between("10.1.0.5", "10.1.0.60", SYN_443) not in found


def test_an_excluded_organisation_is_outside_its_class() -> None:
    policy = Policy(rules=(permit(NOT_Y, SYSTEM),))
    assert packet_between("10.1.0.40", "10.2.0.5", SYN_443) not in sent(policy, "y1")
    assert packet_between("10.1.0.5", "10.2.0.5", SYN_443) in sent(policy, "x1")


def test_routers_may_send_icmp_errors_to_whoever_has_a_permit() -> None:
    sets = allowed_sets(Policy(rules=(permit(ONLY_X, SYSTEM),)), Family.V4)
    too_big = packet_between("10.4.0.7", "10.1.0.5", Header(1, icmp_type=3, icmp_code=4))
    assert too_big in sets.delivered_to(AttachmentName("x1"))
    assert sets.delivered_to(AttachmentName("y1")).is_empty


def test_the_gateway_is_the_one_of_the_subnet_of_the_interface() -> None:
    sets = allowed_sets(Policy(), Family.V4)
    found = sets.sent_from(AttachmentName("x1"), parse_prefix("10.4.0.2/31"))
    assert packet_between("10.1.0.5", "10.4.0.2", Header(1, icmp_type=8, icmp_code=0)) in found
    assert packet_between("10.1.0.5", "10.1.0.1", Header(1, icmp_type=8, icmp_code=0)) not in found


def test_an_attachment_without_addresses_in_a_family_is_refused() -> None:
    with pytest.raises(KeyError):
        allowed_sets(Policy(), Family.V4).sent_from(AttachmentName("nobody"))
