"""Which facts a line is said to rest on."""

from __future__ import annotations

from intents.prefix import Family
from routing.refs import acl_entry_ref, bgp_ref, neighbor_ref, static_ref
from routing.vendors import VENDORS
from routing.vendors.platform_facts import facts_about, platform_facts


def test_every_area_belongs_to_some_thing_or_to_the_text_or_its_changes_as_a_whole() -> None:
    refs = (neighbor_ref(None, Family.V4, "10.0.0.1"), bgp_ref(None), static_ref(None, "10.0.0.0/8", "discard"))
    kinds = ("interface", "binding", "vrf", "acl", "policy", "ospf", "login", "control-filter")
    asked = (*refs, *((kind, "x") for kind in kinds))
    reached = {fact.area for name in VENDORS for ref in asked for fact in facts_about(name, ref, "")}
    assert {fact.area for fact in platform_facts()} - reached == {"parse", "execute"}


def test_what_speaks_of_the_words_of_the_line_comes_first() -> None:
    found = facts_about(
        "cisco_ios", neighbor_ref("A-1", Family.V4, "10.0.0.1"), "neighbor 10.0.0.1 local-as 5 no-prepend replace-as"
    )
    assert any("local-as" in fact.rule for fact in found[:3])
    assert all(fact.platform in ("ios", "both") for fact in found)


def test_each_platform_has_its_own() -> None:
    ours = {
        fact.platform
        for fact in facts_about("junos", acl_entry_ref("X", 0), "set firewall family inet filter X term 1 then accept")
    }
    assert "ios" not in ours
    assert "junos" in ours
