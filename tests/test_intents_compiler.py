"""Intents into a policy: what a selector means, dates, services and every finding on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from intents.compiler import compile_policy
from intents.finding import Finding, Severity
from intents.model import Forbid, Intent, Permit, Selector, SystemTarget, Via, Within
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
from intents.policy_order import add_rules
from intents.registry import (
    PARTY_CATEGORIES,
    Category,
    ConnectionKind,
    Domain,
    OrganisationName,
    OutsideName,
    PurposeName,
    SystemName,
    Tier,
)
from intents.service import ServiceSet
from tests.small_registries import (
    FILES,
    GOVERNMENT,
    MANAGEMENT,
    ON,
    PARTY,
    PC,
    PROVINCE,
    WEB,
    at,
    attachment,
    communes_of,
    head,
    named,
    organisation,
    outside,
    purpose,
    registry,
    system,
    target,
)

A, B, OFFICE = (OrganisationName(name) for name in ("ubnd-a", "ubnd-b", "office"))
REGISTRY = registry(
    organisations=(
        organisation("office", PC, Tier.PROVINCE, "pilot"),
        organisation("ubnd-a", labels="pilot"),
        organisation("ubnd-b"),
        organisation("unattached"),
    ),
    attachments=(attachment("office", "s-1"), attachment("ubnd-a", "s-1"), attachment("ubnd-b", "s-2")),
    systems=(system("edoc", {"web": WEB, "files": FILES}), system("mail", {"web": WEB})),
    outsides=(outside("ndxp", "198.51.100.0/26"),),
    communes=(1, 2),
)
COMMUNES = ClassEndpoint(category=PC, tier=Tier.COMMUNE, purpose=GOVERNMENT)
EDOC = SystemEndpoint(system=SystemName("edoc"))


def compiled(*intents: Intent) -> Policy:
    policy, findings = compile_policy(intents, REGISTRY, ON)
    assert [item for item in findings if item.severity is Severity.ERROR] == []
    return policy


def found(*intents: Intent) -> list[tuple[str, Severity]]:
    _, findings = compile_policy(intents, REGISTRY, ON)
    return [(item.code, item.severity) for item in findings]


def one(code: str, *intents: Intent) -> Finding:
    (finding,) = (item for item in compile_policy(intents, REGISTRY, ON)[1] if item.code == code)
    return finding


def permit(*sources: Selector | SystemTarget, to: Selector | SystemTarget, service: ServiceSet | None = None) -> Permit:
    return Permit(head=head("p"), sources=sources, destinations=(to,), service=service)


def test_a_selector_of_categories_and_tiers_stays_a_class() -> None:
    policy = compiled(permit(communes_of(), to=target("edoc", "web")))
    assert policy.rules == (Rule(effect=Effect.PERMIT, source=COMMUNES, destination=EDOC, service=WEB),)
    assert policy.sources[policy.rules[0]] == ("p",)


def test_a_class_does_not_change_when_an_organisation_joins_it() -> None:
    bigger = registry(
        organisations=(*REGISTRY.organisations.values(), organisation("ubnd-new")),
        attachments=(*REGISTRY.attachments.values(), attachment("ubnd-new", "s-2")),
        communes=(1, 2),
    )
    bigger = replace(bigger, systems=REGISTRY.systems)
    intents = (permit(communes_of(), to=target("edoc", "web")),)
    assert compile_policy(intents, bigger, ON)[0] == compile_policy(intents, REGISTRY, ON)[0]


def test_exceptions_stay_with_the_class_if_they_are_in_it() -> None:
    policy = compiled(permit(communes_of(without="ubnd-b office unknown"), to=target("edoc", "web")))
    assert policy.rules[0].source == replace(COMMUNES, excluding=(B,))


@pytest.mark.parametrize(
    ("selector", "members"),
    [
        (Selector(labels=frozenset({"pilot"}), where=at(1)), (OFFICE, A)),
        (Selector(labels=frozenset({"pilot"}), tiers=frozenset({Tier.COMMUNE}), where=at(1)), (A,)),
        (Selector(domains=frozenset({Domain.USING_ORG}), excluding=frozenset({A}), where=at(1)), (OFFICE, B)),
        (Selector(below=PROVINCE, where=at(1)), (OFFICE, A, B)),
        (named("ubnd-a", "office"), (OFFICE, A)),
    ],
)
def test_anything_narrower_means_the_attached_members_of_today(
    selector: Selector, members: tuple[OrganisationName, ...]
) -> None:
    policy = compiled(permit(selector, to=target("edoc", "web")))
    ends = [OrganisationEndpoint(organisation=name, purpose=GOVERNMENT) for name in members]
    assert [rule.source for rule in policy.rules] == ends


def test_an_attachment_through_an_own_network_does_not_count() -> None:
    own = replace(attachment("ubnd-a", "s-1"), connection=ConnectionKind.VIA_LAN)
    changed = replace(REGISTRY, attachments={own.name: own})
    policy, findings = compile_policy([permit(named("ubnd-a"), to=target("edoc", "web"))], changed, ON)
    assert policy.rules == ()
    assert [item.code for item in findings] == ["TR311", "TR316"]


def test_empty_never_means_any() -> None:
    nothing = Selector(where=at(1))
    assert compiled(permit(nothing, to=target("edoc", "web"))).rules == ()
    no_service = SystemTarget(systems=frozenset({SystemName("edoc")}), services=frozenset(), where=at(1))
    assert compiled(permit(communes_of(), to=no_service)).rules == ()
    assert compiled() == Policy()


def test_anyone_means_every_cell_of_the_table_but_the_party_s() -> None:
    everyone = Selector(anyone=True, purpose=GOVERNMENT, where=at(1))
    policy = compiled(permit(everyone, to=target("edoc", "web")))
    assert len(policy.rules) == (len(Category) - len(PARTY_CATEGORIES)) * len(Tier)
    of_the_party = replace(
        permit(everyone, to=target("edoc", "web")), head=replace(head("p"), domain=Domain.PARTY_OFFICE)
    )
    assert len(compiled(of_the_party).rules) == len(Category) * len(Tier)


def test_anyone_leaves_out_what_is_at_home_nowhere_and_what_nobody_is() -> None:
    everyone = Selector(anyone=True, where=at(1))
    policy = compiled(permit(everyone, to=target("edoc", "web")))
    homes = {category for item in REGISTRY.purposes.values() for category in item.home_of}
    found = {rule.source.category for rule in policy.rules if isinstance(rule.source, ClassEndpoint)}
    assert found == homes - PARTY_CATEGORIES
    assert found


def test_mutual_permits_both_directions() -> None:
    both = replace(permit(named("ubnd-a"), to=named("ubnd-b"), service=WEB), mutual=True)
    a, b = (OrganisationEndpoint(organisation=name, purpose=GOVERNMENT) for name in (A, B))
    assert [(rule.source, rule.destination) for rule in compiled(both).rules] == [(a, b), (b, a)]


def test_within_is_about_each_organisation_with_itself() -> None:
    policy = compiled(Within(head=head("w"), organisations=communes_of(), service=WEB))
    rule = Rule(effect=Effect.PERMIT, source=COMMUNES, destination=COMMUNES, service=WEB, same_organisation=True)
    assert policy.rules == (rule,)


def test_services_of_equal_rules_are_united_and_both_intents_named() -> None:
    first = replace(permit(communes_of(), to=target("edoc", "web")), head=head("b"))
    second = replace(permit(communes_of(), to=target("edoc", "files")), head=head("a", 2))
    policy = compiled(first, second)
    assert [rule.service for rule in policy.rules] == [WEB | FILES]
    assert policy.sources[policy.rules[0]] == ("a", "b")


def test_all_declared_services_are_meant_only_if_the_target_says_so() -> None:
    assert compiled(permit(communes_of(), to=target("edoc"))).rules[0].service == WEB | FILES


def test_systems_and_outside_networks_may_start_sessions_too() -> None:
    source = SystemTarget(outside_networks=frozenset({OutsideName("ndxp")}), where=at(1))
    policy = compiled(permit(source, to=target("edoc", "web")))
    assert policy.rules[0].source == OutsideEndpoint(outside=OutsideName("ndxp"))


def test_a_system_is_not_permitted_to_itself() -> None:
    assert compiled(permit(target("edoc"), to=target("edoc", "web"))).rules == ()


def test_a_via_becomes_an_assertion_with_sorted_devices() -> None:
    via = Via(
        head=head("v"),
        sources=(communes_of(),),
        destinations=(target("edoc"),),
        devices=frozenset({"edge-2", "edge-1"}),
    )
    policy = compiled(via)
    expected = ViaAssertion(source=COMMUNES, destination=EDOC, devices=("edge-1", "edge-2"))
    assert policy.vias == (expected,)
    assert policy.sources[expected] == ("v",)


def test_built_in_rules_keep_the_normal_form_and_name_their_source() -> None:
    rule = Rule(effect=Effect.PERMIT, source=DevicesEndpoint(), destination=EDOC, service=WEB)
    policy = add_rules(compiled(permit(communes_of(), to=target("edoc", "web"))), (rule, rule), "built-in")
    assert policy.sources[rule] == ("built-in",)
    assert len(policy.rules) == 2


def test_what_is_out_of_force_is_left_out_and_said() -> None:
    old = replace(permit(communes_of(), to=target("edoc", "web")), head=head("old", 1, end=date(2026, 7, 14)))
    new = replace(permit(communes_of(), to=target("edoc", "web")), head=head("new", 2, start=date(2026, 7, 16)))
    policy, findings = compile_policy((old, new), REGISTRY, ON)
    assert policy == Policy()
    assert [(item.code, item.severity) for item in findings] == [("TR304", Severity.WARNING), ("TR305", Severity.INFO)]


def test_an_unknown_service_is_found_even_in_an_intent_of_the_future() -> None:
    typo = replace(permit(communes_of(), to=target("edoc", "wbe")), head=head("new", start=date(2027, 1, 1)))
    assert dict(one("TR301", typo).values)["suggestion"] == "web"
    assert one("TR301", typo).severity is Severity.ERROR


def test_a_category_without_a_home_needs_a_purpose() -> None:
    court = communes_of(Category.PEOPLES_COURT)
    assert found(permit(court, to=target("edoc", "web"))) == [("TR302", Severity.ERROR)]
    with_purpose = communes_of(Category.PEOPLES_COURT, purpose_name=GOVERNMENT)
    assert found(permit(with_purpose, to=target("edoc", "web"))) == [("TR311", Severity.WARNING)]


def test_a_category_with_two_homes_needs_a_purpose() -> None:
    two = replace(REGISTRY, purposes={**REGISTRY.purposes, MANAGEMENT: purpose(MANAGEMENT, PC)})
    _, findings = compile_policy([permit(communes_of(), to=target("edoc", "web"))], two, ON)
    assert [item.code for item in findings] == ["TR303"]


def test_an_unknown_purpose_is_an_error() -> None:
    wrong = communes_of(purpose_name=PurposeName("goverment"))
    assert dict(one("TR315", permit(wrong, to=target("edoc", "web"))).values)["suggestion"] == "government"


def test_a_class_that_is_empty_today_is_a_warning_and_stands() -> None:
    selector = replace(communes_of(), tiers=frozenset({Tier.COMMUNE, Tier.DISTRICT}))
    intent = permit(selector, to=target("edoc", "web"))
    assert found(intent) == [("TR310", Severity.WARNING)]
    assert len(compiled(intent).rules) == 2


def test_what_does_not_exist_today_is_left_out_with_a_warning() -> None:
    assert found(permit(communes_of(), to=target("gone", "web"))) == [("TR312", Severity.WARNING)]
    assert found(permit(named("gone"), to=target("edoc", "web"))) == [
        ("TR311", Severity.WARNING),
        ("TR312", Severity.WARNING),
    ]


def test_a_destination_without_a_service_is_an_error() -> None:
    assert found(permit(communes_of(), to=named("office"))) == [("TR313", Severity.ERROR)]
    silent = SystemTarget(systems=frozenset({SystemName("edoc")}), where=at(1))
    assert found(permit(communes_of(), to=silent)) == [("TR313", Severity.ERROR)]
    assert compiled(permit(communes_of(), to=silent, service=FILES)).rules[0].service == FILES


def test_an_organisation_without_a_lan_in_the_purpose_is_said() -> None:
    wrong = named("ubnd-a", purpose_name=PARTY)
    assert found(permit(wrong, to=target("edoc", "web"))) == [
        ("TR311", Severity.WARNING),
        ("TR316", Severity.WARNING),
    ]


def forbid(*sources: Selector, to: SystemTarget, line: int = 2, end: date | None = None) -> Forbid:
    return Forbid(head=head("f", line, end=end), sources=sources, destinations=(to,))


def test_a_permit_that_can_never_have_effect_is_an_error_that_names_both_places() -> None:
    wholly = one("TR306", permit(communes_of(), to=target("edoc", "web")), forbid(communes_of(), to=target("edoc")))
    assert wholly.severity is Severity.ERROR
    assert (wholly.where, wholly.also) == (at(1), (at(2),))


def test_a_class_forbids_its_members() -> None:
    permitted = permit(named("ubnd-a"), to=target("edoc", "web"))
    assert one("TR306", permitted, forbid(communes_of(), to=target("edoc"))).severity is Severity.ERROR
    spared = forbid(communes_of(without="ubnd-a"), to=target("edoc"))
    assert found(permitted, spared) == []


def test_several_forbids_together_can_forbid_all() -> None:
    permitted = permit(communes_of(), to=target("edoc"))
    parts = (
        forbid(communes_of(), to=target("edoc", "web")),
        replace(forbid(communes_of(), to=target("edoc", "files")), head=head("g", 3)),
    )
    assert one("TR306", permitted, *parts).also == (at(2), at(3))


def test_what_today_alone_makes_contradictory_is_a_warning() -> None:
    permitted = permit(communes_of(), to=target("edoc", "web"))
    for_now = forbid(communes_of(), to=target("edoc"), end=date(2026, 12, 31))
    assert one("TR306", permitted, for_now).severity is Severity.WARNING
    pilots = permit(Selector(labels=frozenset({"pilot"}), where=at(1)), to=target("edoc", "web"))
    against = forbid(communes_of(), named("office"), to=target("edoc"))
    assert one("TR306", pilots, against).severity is Severity.WARNING


def test_a_partly_forbidden_permit_is_only_reported() -> None:
    permitted = permit(communes_of(), to=target("edoc"))
    assert found(permitted, forbid(named("ubnd-a"), to=target("edoc", "web"))) == [("TR307", Severity.INFO)]
    within = Within(head=head("w"), organisations=communes_of(), service=WEB)
    self_only = Forbid(head=head("f", 2), sources=(named("ubnd-a"),), destinations=(named("ubnd-a"),), service=WEB)
    other = Forbid(head=head("f", 2), sources=(named("ubnd-a"),), destinations=(named("ubnd-b"),), service=WEB)
    assert found(within, self_only) == [("TR307", Severity.INFO)]
    assert found(within, other) == []


def test_the_same_statement_twice_is_a_warning_at_the_later_place() -> None:
    first = permit(communes_of(), to=target("edoc", "web"))
    repeated = one("TR308", first, replace(first, head=head("again", 9)))
    assert (repeated.where, repeated.also) == (at(9), (at(1),))
    via = Via(head=head("v"), sources=(communes_of(),), destinations=(target("edoc"),), devices=frozenset({"edge-1"}))
    assert one("TR308", via, replace(via, head=head("again", 9))).where == at(9)


def test_a_permit_inside_a_wider_one_is_a_warning() -> None:
    wide = permit(communes_of(), to=target("edoc"))
    member = replace(permit(named("ubnd-a"), to=target("edoc", "web")), head=head("narrow", 5))
    shadowed = one("TR309", wide, member)
    assert (shadowed.where, shadowed.also) == (at(5), (at(1),))
    excepted = permit(communes_of(without="ubnd-a"), to=target("edoc"))
    assert found(excepted, member) == []


def test_a_permit_that_outlives_the_wider_one_is_not_superfluous() -> None:
    wide = replace(permit(communes_of(), to=target("edoc")), head=head("wide", end=date(2026, 12, 31)))
    member = replace(permit(named("ubnd-a"), to=target("edoc", "web")), head=head("narrow", 5))
    assert found(wide, member) == []


def test_a_rule_inside_one_organisation_is_part_of_the_same_rule_without_the_limit() -> None:
    wide = permit(communes_of(), to=communes_of(), service=WEB)
    within = Within(head=head("w", 5), organisations=communes_of(), service=WEB)
    assert one("TR309", wide, within).where == at(5)


def test_what_is_said_of_a_class_with_an_exception_does_not_cover_the_whole_class() -> None:
    permitted = permit(communes_of(), to=target("edoc", "web"))
    assert found(permitted, forbid(communes_of(without="ubnd-a"), to=target("edoc"))) == [("TR307", Severity.INFO)]
    narrower = permit(communes_of(without="ubnd-a ubnd-b"), to=target("edoc", "web"))
    assert one("TR306", narrower, forbid(communes_of(without="ubnd-a"), to=target("edoc"))).severity is Severity.ERROR
