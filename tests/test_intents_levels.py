"""Flows into a higher security level: which they are, whom they are about, and what is asserted and said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intents.checks.levels import SecurityLevels
from intents.compiler import compile_policy
from intents.finding import Severity
from intents.model import Intent, Permit, Selector, SystemTarget, Within
from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Effect,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
    ViaAssertion,
)
from intents.registry import Attachment, AttachmentName, OrganisationName, OutsideName, Registry, SystemName, Tier
from intents.service import ServiceSet
from tests.small_registries import (
    GOVERNMENT,
    ON,
    PC,
    WEB,
    at,
    attachment,
    communes_of,
    head,
    named,
    organisation,
    outside,
    registry,
    system,
    target,
)

COMMUNES = ClassEndpoint(category=PC, tier=Tier.COMMUNE, purpose=GOVERNMENT)
EDOC = SystemEndpoint(system=SystemName("edoc"))
A, B, OFFICE = (
    OrganisationEndpoint(organisation=OrganisationName(name), purpose=GOVERNMENT) for name in ("a", "b", "office")
)
EDGE = ("edge-1",)


def workspace(levels: dict[str, int], points: dict[str, tuple[str, ...]]) -> Registry:
    """Return a registry in which attachments have these levels and control points."""
    made = registry(
        organisations=(organisation("office", PC, Tier.PROVINCE), organisation("a"), organisation("b")),
        attachments=(attachment("office", "s-1"), attachment("a", "s-1"), attachment("b", "s-2")),
        systems=(system("edoc", {"web": WEB}),),
        outsides=(outside("ndxp", "198.51.100.0/26"),),
        communes=(1, 2),
    )

    def with_levels(name: AttachmentName, item: Attachment) -> Attachment:
        return replace(item, security_level=levels.get(name, 1), control_points=points.get(name, ()))

    return replace(made, attachments={name: with_levels(name, item) for name, item in made.attachments.items()})


def permit(*sources: Selector | SystemTarget, to: Selector | SystemTarget, service: ServiceSet | None = None) -> Permit:
    return Permit(head=head("p"), sources=sources, destinations=(to,), service=service)


def compiled(found: Registry, *intents: Intent) -> tuple[Policy, list[tuple[str, Severity, str]]]:
    policy, findings = compile_policy(intents, found, ON)
    return policy, [(item.code, item.severity, str(dict(item.values).get("name"))) for item in findings]


def upwards(source: object, levels: tuple[int, int], destination: object = EDOC) -> ViaAssertion:
    assert isinstance(source, ClassEndpoint | OrganisationEndpoint | OutsideEndpoint | SystemEndpoint)
    assert isinstance(destination, OrganisationEndpoint | OutsideEndpoint | SystemEndpoint)
    return ViaAssertion(source=source, destination=destination, devices=EDGE, levels=levels)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({}, [(COMMUNES, (1, 3))]),
        ({"a-government": 2, "b-government": 2}, [(COMMUNES, (2, 3))]),
        ({"a-government": 3}, [(B, (1, 3))]),
        ({"a-government": 2}, [(COMMUNES, (1, 3))]),
        ({"a-government": 4, "b-government": 5}, []),
    ],
)
def test_of_a_class_who_stands_lower_is_held_to_the_control_points(
    others: dict[str, int], expected: list[tuple[ClassEndpoint | OrganisationEndpoint, tuple[int, int]]]
) -> None:
    found = workspace({"system-edoc": 3, **others}, {"system-edoc": EDGE})
    policy, findings = compiled(found, permit(communes_of(), to=target("edoc", "web")))
    assert policy.vias == tuple(upwards(source, levels) for source, levels in expected)
    assert all(policy.sources[via] == ("p",) for via in policy.vias)
    assert findings == []


def test_a_class_that_nobody_is_in_today_has_the_lowest_level() -> None:
    found = workspace({"system-edoc": 2}, {"system-edoc": EDGE})
    empty = replace(
        found,
        organisations={},
        attachments={name: found.attachments[name] for name in (AttachmentName("system-edoc"),)},
    )
    policy, _ = compiled(empty, permit(communes_of(), to=target("edoc", "web")))
    assert policy.vias == (upwards(COMMUNES, (1, 2)),)


def test_whoever_is_entered_from_below_without_control_point_is_told_once_and_nothing_is_asserted() -> None:
    found = workspace({"system-edoc": 3}, {})
    policy, findings = compiled(found, permit(communes_of(), named("office"), to=target("edoc", "web")))
    assert len(policy.rules) == 2
    assert policy.vias == ()
    assert findings == [("TR320", Severity.ERROR, "edoc")]


def test_only_members_of_a_class_that_stand_higher_are_entered_and_from_below_only() -> None:
    found = workspace({"a-government": 3, "office-government": 2}, {"a-government": EDGE})
    policy, findings = compiled(found, replace(permit(named("office"), to=communes_of(), service=WEB), mutual=True))
    assert policy.vias == (upwards(OFFICE, (2, 3), A),)
    assert [code for code, _, _ in findings] == ["TR320"]  # of the office, which a stands below no more


def test_systems_and_outside_networks_have_levels_as_sources_and_as_destinations() -> None:
    ndxp = OutsideEndpoint(outside=OutsideName("ndxp"))
    of_ndxp = SystemTarget(outside_networks=frozenset({OutsideName("ndxp")}), services=frozenset({"api"}), where=at(1))
    high = workspace({"system-edoc": 3, "outside-ndxp": 4}, {"outside-ndxp": EDGE})
    intents = (permit(replace(of_ndxp, services=None), to=target("edoc", "web")), permit(target("edoc"), to=of_ndxp))
    policy, findings = compiled(high, *intents)
    assert policy.vias == (upwards(EDOC, (3, 4), ndxp),)
    assert findings == []


def test_sites_of_one_organisation_are_of_one_level() -> None:
    found = workspace({"a-government": 3}, {})
    policy, findings = compiled(found, Within(head=head("w"), organisations=communes_of(), service=WEB))
    assert policy.vias == ()
    assert findings == []


def test_the_control_points_of_all_sites_of_an_organisation_count() -> None:
    found = workspace({"a-government": 3}, {"a-government": ("cpe-1",)})
    second = replace(
        found.attachments[AttachmentName("a-government")],
        name=AttachmentName("a-second"),
        control_points=("cpe-2", "cpe-1"),
    )
    both = replace(found, attachments={**found.attachments, second.name: second})
    policy, _ = compiled(both, permit(named("office"), to=named("a"), service=WEB))
    (via,) = policy.vias
    assert via.devices == ("cpe-1", "cpe-2")


def test_devices_have_no_level_and_enter_nobody_from_below() -> None:
    found = workspace({"office-government": 2}, {})
    devices = DevicesEndpoint()
    rules = [
        Rule(effect=Effect.PERMIT, source=one, destination=other, service=WEB)
        for one, other in ((devices, OFFICE), (OFFICE, devices))
    ]
    assert list(SecurityLevels(found).ascents(rules)) == []
    assert SecurityLevels(found).level(devices) == 0
