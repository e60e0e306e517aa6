"""What a lower security level sends into a higher one passes a control point: asked, found broken, and asked again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled, address, compile_network, want
from intents.policy import Rule, SystemEndpoint, ViaAssertion
from intents.registry import SystemName
from tests.rule_cases import SMALL, Change, changed
from tests.small_builds import compiled
from verification.engine.delta import delta
from verification.engine.engine import prove, reprove
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.questions.judgement import Judgement
from verification.verdicts.failure import NOTHING_FAILED
from verification.verdicts.question import Answer, QuestionKind, via_of_question
from verification.verdicts.requirements import rule_of
from verification.verdicts.verdict import Holds, NotModelled, Replay, Violated

POINT = 'security_level: 3\n    control_points: [dc-edge-1]\n    assessment_ref: "12/BC'
CPE, VRF, EDOC = "cpe-gia-sang", "A-19", "10.193.0.64 255.255.255.192"
"""Where the commune's People's Committee stands, and the LAN of the system that it uses."""


@cache
def texts() -> dict[str, str]:
    return {name: config.text for name, config in compiled().configs.items()}


def entered_at(point: str) -> Compiled:
    """Return the small example with another control point of one system, which no workspace may name."""
    done = compiled()
    policy = done.addressed.wanted.policy
    edoc = SystemEndpoint(system=SystemName("edoc"))
    moved: dict[Rule | ViaAssertion, ViaAssertion] = {
        item: replace(item, devices=(point,)) for item in policy.vias if item.destination == edoc
    }
    sources = {moved.get(statement, statement): found for statement, found in policy.sources.items()}
    policy = replace(policy, vias=tuple(moved.get(item, item) for item in policy.vias), sources=sources)
    wanted = replace(done.addressed.wanted, policy=policy)
    return replace(done, addressed=replace(done.addressed, wanted=wanted))


def with_line(line: str, device: str = CPE) -> Given:
    """Return the small example with a further line in a text."""
    return give(compiled(), {**texts(), device: f"{texts()[device]}{line}\n"})


def levels_of(judgement: Judgement) -> list[Answer]:
    return [item for item in judgement.answers if item.question.kind is QuestionKind.LEVEL]


def broken(judgement: Judgement) -> dict[str, Violated]:
    """Return the violated questions about levels, by whom they are about."""
    answers = ((via_of_question(item.question), item.verdict) for item in levels_of(judgement))
    return {f"{via.source} -> {via.destination}": said for via, said in answers if isinstance(said, Violated)}


def changed_example(folder: Path, *changes: Change) -> Compiled:
    return compile_network(address(want(changed(folder, *changes, source=SMALL), None)))


def test_every_flow_into_a_higher_level_is_asked_about_and_holds_for_its_intents() -> None:
    found = levels_of(judge_and_replay(give(compiled(), texts())))
    asked = {str(via_of_question(item.question).destination): via_of_question(item.question).levels for item in found}
    assert asked == {"edoc": (1, 3), "data-warehouse": (1, 3), "party-edoc": (1, 3), "budget": (1, 4)}
    assert all(isinstance(item.verdict, Holds) and item.question.cases for item in found)
    assert all(item.question.intents for item in found)
    rule = rule_of(QuestionKind.LEVEL, compiled().addressed.wanted.on)
    assert rule is not None
    assert rule.requirement == "A18"


def test_what_enters_elsewhere_than_at_the_control_point_breaks_it() -> None:
    found = broken(judge_and_replay(give(entered_at("cpe-so-khcn"), texts())))
    assert set(found) == {
        "elected_body/commune in government -> edoc",
        "peoples_committee_body/commune in government -> edoc",
        "peoples_committee_body/province in government -> edoc",
    }
    assert all("dc-edge-1" in str(said.path) and said.failure == NOTHING_FAILED for said in found.values())


def test_a_way_past_the_control_point_is_found_with_its_packet() -> None:
    """The commune's own CPE takes packets to the system for its own."""
    given = with_line(f"ip route vrf {VRF} {EDOC} 10.196.0.66")
    said = broken(judge_and_replay(given))["peoples_committee_body/commune in government -> edoc"]
    assert said.flow is not None
    assert said.flow.start_device == CPE
    assert "dc-edge-1" not in said.path
    assert said.replay is Replay.AGREES


def test_a_way_past_it_that_only_a_failure_opens_is_found_with_the_failure() -> None:
    given = with_line(f"ip route vrf {VRF} {EDOC} 10.196.0.66 250")
    said = broken(judge_and_replay(given))["peoples_committee_body/commune in government -> edoc"]
    assert said.failure != NOTHING_FAILED
    assert said.replay is Replay.AGREES


def test_judging_again_is_judging_where_a_way_past_opens_and_closes() -> None:
    right, wrong = (
        give(compiled(), texts()),
        with_line(f"ip route vrf {VRF} {EDOC} 10.196.0.66"),
    )
    first = prove(right)
    opened = reprove(first, delta(right, wrong))
    assert opened.judgement == prove(wrong).judgement
    assert broken(opened.judgement)
    assert reprove(opened, delta(wrong, right)).judgement == first.judgement


def test_judging_again_is_judging_where_levels_and_control_points_change(tmp_path: Path) -> None:
    right = give(compiled(), texts())
    other = changed_example(tmp_path, ("systems.yaml", POINT, 'security_level: 1\n    assessment_ref: "12/BC'))
    after = give(other, {name: config.text for name, config in other.configs.items()})
    again = reprove(prove(right, with_failures=False), delta(right, after)).judgement
    assert again == prove(after, with_failures=False).judgement
    assert {str(via_of_question(item.question).destination) for item in levels_of(again)} == {
        "data-warehouse",
        "party-edoc",
        "budget",
    }


@pytest.mark.parametrize("device", ["dc-edge-1", CPE])
def test_an_unknown_line_of_either_end_leaves_it_open(device: str) -> None:
    found = {
        str(via_of_question(item.question).destination): item.verdict
        for item in levels_of(judge_and_replay(with_line("frobnicate everything", device)))
    }
    assert isinstance(found["edoc"], NotModelled)
