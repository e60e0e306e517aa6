"""The rules that are proved on the texts of all devices: for each one changed line that breaks it, and the network as meant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled, address, compile_network
from intents.rule_packs import rule_on
from tests.rule_cases import SMALL, example
from verification.engine.engine import judge
from verification.verdicts.question import QuestionKind, traits_of
from verification.verdicts.requirements import rule_of
from verification.verdicts.verdict import Holds, Violated

COUNCIL_LAN = " description LAN hdnd-gia-sang-cq\n encapsulation dot1Q 101\n vrf forwarding "


@cache
def compiled() -> Compiled:
    return compile_network(address(example(SMALL)))


def texts() -> dict[str, str]:
    return {name: config.text for name, config in compiled().configs.items()}


def changed(device: str, old: str, new: str) -> Mapping[str, str]:
    """Return all texts with one place of one device changed."""
    found = texts()
    assert found[device].count(old) == 1, f"{old!r} stands {found[device].count(old)} times"
    return {**found, device: found[device].replace(old, new)}


def broken(requirement: str, given: Mapping[str, str]) -> dict[QuestionKind, Violated]:
    """Return the questions of a requirement that these texts violate, by kind."""
    on = example(SMALL).on
    wanted = rule_on(requirement, on)
    judgement = judge(give(compiled(), given), with_failures=False)
    asked = [item for item in judgement.answers if rule_of(item.question.kind, on) == wanted]
    assert asked
    assert all(isinstance(item.verdict, Holds | Violated) for item in asked)
    return {item.question.kind: item.verdict for item in asked if isinstance(item.verdict, Violated)}


def vrf_of(device: str, description: str) -> str:
    """Return the VRF of the interface with this description."""
    text = texts()[device]
    start = text.index("vrf forwarding ", text.index(f" description {description}\n"))
    return text[start:].split("\n", 1)[0].removeprefix("vrf forwarding ")


def source_filter(device: str, description: str) -> str:
    """Return the line that binds the IPv4 source fence of the interface with this description."""
    text = texts()[device]
    start = text.index(" ip access-group ", text.index(f" description {description}\n"))
    return text[start:].split("\n", 1)[0] + "\n"


def test_A05_two_organisations_in_one_vrf_of_a_site_break_it() -> None:
    council, committee = vrf_of("cpe-gia-sang", "LAN hdnd-gia-sang-cq"), vrf_of("cpe-gia-sang", "LAN ubnd-gia-sang-cq")
    given = changed("cpe-gia-sang", f"{COUNCIL_LAN}{council}\n", f"{COUNCIL_LAN}{committee}\n")
    assert QuestionKind.BACKBONE in broken("A05", given)


def test_A05_organisations_in_one_building_that_meet_over_the_backbone_meet_it() -> None:
    assert broken("A05", texts()) == {}


def test_A10_a_default_route_in_the_vrf_of_an_attachment_breaks_it() -> None:
    vrf = vrf_of("cpe-gia-sang", "LAN ubnd-gia-sang-cq")
    given = changed(
        "cpe-gia-sang", "no ip http server\n", f"ip route vrf {vrf} 0.0.0.0 0.0.0.0 10.192.0.78\nno ip http server\n"
    )
    assert set(broken("A10", given)) == {QuestionKind.DEFAULT_ROUTE}


def test_A10_a_network_without_default_routes_meets_it() -> None:
    assert broken("A10", texts()) == {}


def test_A12_a_lan_without_its_source_fence_breaks_it() -> None:
    given = changed("cpe-gia-sang", source_filter("cpe-gia-sang", "LAN hdnd-gia-sang-cq"), "")
    assert QuestionKind.SOURCE_FENCE in broken("A12", given)


def test_A12_fences_around_every_lan_and_a_wall_between_purposes_meet_it() -> None:
    assert broken("A12", texts()) == {}


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_rule_of_a_question_is_one_of_the_table_or_none(kind: QuestionKind) -> None:
    rule = rule_of(kind, example(SMALL).on)
    name = traits_of(kind).requirement
    assert rule is None or (name is not None and rule == rule_on(name, example(SMALL).on))


def test_the_questions_that_the_regulation_asks_cite_it() -> None:
    found = {kind: rule.requirement for kind in QuestionKind if (rule := rule_of(kind, example(SMALL).on))}
    assert found[QuestionKind.BACKBONE] == found[QuestionKind.TRANSIT] == "A05"
    assert found[QuestionKind.DEFAULT_ROUTE] == "A10"
    assert (
        found[QuestionKind.SOURCE_FENCE] == found[QuestionKind.DESTINATION_FENCE] == found[QuestionKind.WALL] == "A12"
    )
    assert found[QuestionKind.OVERLAP] == "D01"
