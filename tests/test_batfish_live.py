"""Asks a live Batfish server, which TRUC_BATFISH=HOST[:PORT] names; without one these tests are left out, and said to be.

What it answered when it was recorded is judged in every run (test_verification_batfish_recorded); here it is asked again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import Phase, assume, given, settings

from controller.jobs.evidence import give
from controller.jobs.second_judge import parse_address
from intents.prefix import Family
from routing.vendors import VENDORS
from tests.batfish_cases import CASES, given_of, judged
from tests.batfish_readers import compare_readers, faults
from tests.change_cases import CHANGES, changes_of
from tests.live_readers import LiveReaders
from tests.record_batfish import differences, violated_kinds
from tests.strategies import Province, compile_province, provinces
from verification.batfish.client import LiveBatfish
from verification.batfish.opinions import ask_batfish
from verification.batfish.snapshot import network_snapshot
from verification.batfish.tables import gather_facts
from verification.change.batfish import ask_changes
from verification.change.judge import judge_change
from verification.evidence.evidence import gather
from verification.evidence.permitted_matrix import permitted_matrix_of
from verification.judge import judge_and_replay
from verification.verdicts.question import QuestionKind
from verification.verdicts.verdict import Holds

SERVER = os.environ.get("TRUC_BATFISH", "")

pytestmark = [
    pytest.mark.batfish,
    pytest.mark.skipif(not SERVER, reason="TRUC_BATFISH names no Batfish server"),
]


@pytest.fixture(scope="module")
def session() -> LiveBatfish:
    address = parse_address(SERVER)
    return LiveBatfish(address.host, address.port, 600.0)


@pytest.mark.parametrize("name", CASES)
def test_the_live_server_says_what_was_recorded(session: LiveBatfish, name: str) -> None:
    judgement = judged(name)
    found = ask_batfish(session, given_of(name), judgement)
    assert differences(name, found) == []
    assert violated_kinds(name, found) == CASES[name].violated


def test_the_live_server_reads_the_snippets_as_their_readers_do() -> None:
    address = parse_address(SERVER)
    assert faults(compare_readers(LiveReaders(address.host, address.port, 600.0))) == []


@settings(max_examples=10, phases=(Phase.explicit, Phase.generate))
@given(provinces())
def test_batfish_reads_every_rendered_text_and_holds_what_the_engine_holds(
    session: LiveBatfish, province: Province
) -> None:
    compiled = compile_province(province)
    evidence = give(compiled, {name: config.text for name, config in compiled.configs.items()})
    judgement = judge_and_replay(evidence, with_failures=False)
    assume(any(item.question.kind is QuestionKind.SESSION for item in judgement.answers))
    assume(
        any(
            found
            for (_, family), found in permitted_matrix_of(gather(evidence)).must.sets.items()
            if family is Family.V4
        )
    )
    snapshot = network_snapshot(evidence)
    session.upload(snapshot)
    facts = gather_facts(session, snapshot, evidence)
    assert (facts.unread, facts.undefined) == ((), ())
    found = ask_batfish(session, evidence, judgement)
    for answer, opinion in zip(judgement.answers, found.opinions, strict=True):
        assert opinion is None or isinstance(answer.verdict, Holds) is isinstance(opinion.verdict, Holds), (
            answer.question
        )
    session.discard(snapshot.name)


@pytest.mark.parametrize("name", CHANGES)
def test_the_live_server_sees_the_same_changes_of_access(session: LiveBatfish, name: str) -> None:
    found = changes_of(name, partial(ask_changes, session))
    assert found.differences == () or found.doubts
    assert found.judges == ("batfish", "engine")


@settings(max_examples=5, phases=(Phase.explicit, Phase.generate))
@given(provinces(fewest_intents=2))
def test_batfish_sees_what_the_last_intent_changes(session: LiveBatfish, province: Province) -> None:
    compiled = compile_province(province)
    older = compile_province(replace(province, intents=province.intents[:-1]), compiled.addressed.address_plan)
    running, intended = (
        give(compiled, {name: config.text for name, config in item.configs.items()}) for item in (older, compiled)
    )
    assert judge_change(running, intended, partial(ask_changes, session)).differences == ()
    for name in {network_snapshot(item).name for item in (running, intended)}:
        session.discard(name)


def test_every_harmless_line_of_the_baseline_leaves_batfish_undisturbed(session: LiveBatfish) -> None:
    evidence = given_of("right")
    assert any(device.harmless for device in evidence.network.devices.values())
    assert all(VENDORS[device.platform].unread_by_batfish() for device in evidence.network.devices.values())
    snapshot = network_snapshot(evidence)
    session.upload(snapshot)
    assert gather_facts(session, snapshot, evidence).unread == ()
