"""Endpoints into prefixes: classes by their pools, everybody else by their own entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.finding import Severity
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
from intents.prefix import Family, parse_address
from intents.registry import AttachmentName, Category, OrganisationName, OutsideName, SystemName, Tier
from ipam.address_plan import AddressPlan, EntryState, PoolUse
from ipam.allocator import allocate
from ipam.checks import check_classes
from ipam.endpoints import Resolver
from tests.small_registries import (
    GOVERNMENT,
    ON,
    PC,
    POOLS,
    SHARED,
    WEB,
    Numbers,
    attachment,
    inventory,
    organisation,
    outside,
    pool,
    registry,
    system,
)

A, B = OrganisationName("ubnd-a"), OrganisationName("ubnd-b")
REGISTRY = registry(
    organisations=[organisation("ubnd-a"), organisation("ubnd-b"), organisation("office", PC, Tier.PROVINCE)],
    attachments=[
        attachment("ubnd-a", "s-1"),
        replace(attachment("ubnd-a", "s-2"), name=AttachmentName("ubnd-a-second")),
        attachment("ubnd-b", "s-2"),
        attachment("office", "s-1", SHARED),
    ],
    systems=[system("edoc", {"web": WEB})],
    outsides=[outside("ndxp", "198.51.100.0/26")],
    communes=(1, 2),
)
SECOND = pool("communes-gov-w4", PoolUse.LAN, "10.196.16.0/24", 26, GOVERNMENT, PC)
PLAN, _ = allocate(REGISTRY, inventory(REGISTRY), (*POOLS, SECOND), AddressPlan(), Numbers(), ON)
RESOLVER = Resolver(PLAN)
COMMUNES = ClassEndpoint(category=PC, tier=Tier.COMMUNE, purpose=GOVERNMENT)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (COMMUNES, ["10.196.0.0/20", "10.196.16.0/24"]),
        (replace(COMMUNES, tier=Tier.PROVINCE), []),
        (OrganisationEndpoint(organisation=A, purpose=GOVERNMENT), ["10.196.0.0/26", "10.196.0.64/26"]),
        (OrganisationEndpoint(organisation=A, purpose=SHARED), []),
        (SystemEndpoint(system=SystemName("edoc")), ["10.193.0.64/26"]),
        (OutsideEndpoint(outside=OutsideName("ndxp")), ["198.51.100.0/26"]),
        (DevicesEndpoint(), ["10.192.128.0/24"]),
    ],
)
def test_an_endpoint_stands_for_these_prefixes(endpoint: Endpoint, expected: list[str]) -> None:
    assert [str(prefix) for prefix in RESOLVER.prefixes(endpoint, Family.V4)] == expected


def test_families_are_kept_apart() -> None:
    assert [str(prefix) for prefix in RESOLVER.prefixes(COMMUNES, Family.V6)] == ["2001:db8:1400::/56"]
    assert RESOLVER.prefixes(OutsideEndpoint(outside=OutsideName("ndxp")), Family.V6) == ()


def test_exceptions_are_the_lans_of_the_excluded_in_that_purpose() -> None:
    without_a = replace(COMMUNES, excluding=(A, OrganisationName("unknown")))
    assert [str(prefix) for prefix in RESOLVER.excluded(without_a, Family.V4)] == ["10.196.0.0/26", "10.196.0.64/26"]
    assert RESOLVER.excluded(COMMUNES, Family.V4) == ()
    assert RESOLVER.prefixes(without_a, Family.V4) == RESOLVER.prefixes(COMMUNES, Family.V4)


def test_members_are_the_lans_of_each_organisation_inside_an_endpoint() -> None:
    assert list(RESOLVER.members(COMMUNES, Family.V4)) == [A, B]
    assert len(RESOLVER.members(COMMUNES, Family.V4)[A]) == 2
    assert list(RESOLVER.members(replace(COMMUNES, excluding=(A,)), Family.V4)) == [B]
    alone = OrganisationEndpoint(organisation=B, purpose=GOVERNMENT)
    assert RESOLVER.members(alone, Family.V4) == {B: RESOLVER.prefixes(alone, Family.V4)}
    assert RESOLVER.members(DevicesEndpoint(), Family.V4) == {}


def test_what_is_quarantined_belongs_to_nobody_but_stays_inside_its_class() -> None:
    gone = AddressPlan(
        pools=PLAN.pools,
        prefixes=tuple(replace(entry, state=EntryState.QUARANTINED) for entry in PLAN.prefixes),
    )
    resolver = Resolver(gone)
    assert resolver.prefixes(OrganisationEndpoint(organisation=A, purpose=GOVERNMENT), Family.V4) == ()
    assert resolver.prefixes(COMMUNES, Family.V4) == RESOLVER.prefixes(COMMUNES, Family.V4)
    assert resolver.lans(Family.V4) == {}


def test_an_address_is_found_in_the_lan_that_holds_it() -> None:
    assert RESOLVER.attachment_at(Family.V4, parse_address("10.196.0.63").value) == "ubnd-a-government"
    assert RESOLVER.attachment_at(Family.V4, parse_address("10.196.0.64").value) == "ubnd-a-second"
    assert RESOLVER.attachment_at(Family.V4, parse_address("10.196.15.1").value) is None
    assert RESOLVER.attachment_at(Family.V4, 0) is None


def test_every_attachment_has_its_lan_in_the_index() -> None:
    assert set(RESOLVER.lans(Family.V4)) == set(REGISTRY.attachments)
    assert str(RESOLVER.lans(Family.V4)[AttachmentName("outside-ndxp")]).endswith("/31")


def test_infrastructure_is_the_pools_of_links_and_loopbacks() -> None:
    assert [str(prefix) for prefix in RESOLVER.infrastructure(Family.V4)] == ["10.192.0.0/22", "10.192.128.0/24"]
    assert [str(prefix) for prefix in RESOLVER.infrastructure(Family.V6)] == ["2001:db8:1000::/112"]


def test_a_member_outside_the_pools_of_its_class_is_found_only_if_the_class_is_named() -> None:
    pools = (
        *(item for item in POOLS if item.dedicated is None),
        pool("g4", PoolUse.LAN, "10.198.0.0/20", 26, GOVERNMENT),
    )
    plan, _ = allocate(REGISTRY, inventory(REGISTRY), pools, AddressPlan(), Numbers(), ON)
    edoc = SystemEndpoint(system=SystemName("edoc"))
    policy = Policy(rules=(Rule(effect=Effect.PERMIT, source=COMMUNES, destination=edoc, service=WEB),))
    other = replace(COMMUNES, category=Category.ELECTED_BODY)
    unrelated = Policy(rules=(Rule(effect=Effect.PERMIT, source=other, destination=edoc, service=WEB),))
    findings = check_classes(policy, plan, REGISTRY, ON)
    assert [dict(item.values)["key"] for item in findings] == [
        "lan/ubnd-a-government",
        "lan/ubnd-a-second",
        "lan/ubnd-b-government",
    ]
    assert {item.code for item in findings} == {"TR522"}
    (note,) = check_classes(unrelated, plan, REGISTRY, ON)
    assert (note.code, note.severity) == ("TR524", Severity.INFO)
    assert check_classes(policy, PLAN, REGISTRY, ON) == ()
