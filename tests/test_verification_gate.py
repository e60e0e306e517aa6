"""Two opinions, one verdict: every pair of them, written down."""

from __future__ import annotations

import pytest

from intents.prefix import Family
from intents.reason import because, describe_reason
from verification.verdicts.flow import Flow
from verification.verdicts.gate import combine_verdicts
from verification.verdicts.verdict import (
    Claim,
    ClaimKind,
    Disputed,
    Holds,
    NotModelled,
    Replay,
    Statement,
    Verdict,
    Violated,
)

FLOW = Flow(
    family=Family.V4, source=1, destination=2, protocol=6, destination_port=443, start_device="a", start_interface="b"
)
THEIRS = because("os_said", said="batfish says so")
ENGINE = Holds(judges=("engine",), states=7)
BATFISH = Holds(judges=("batfish",))
WRONG = Violated(reason=because("os_said", said="engine says so"), flow=FLOW)
OTHERS = Violated(reason=THEIRS, flow=FLOW, claim=Claim(kind=ClaimKind.DELIVERED))
UNSURE = NotModelled(reason=because("not_modelled"))
SPLIT = Disputed(
    one=Statement(judges=("engine",), said=because("it_holds")),
    other=Statement(judges=("walk",), said=because("it_holds")),
)


def combine(one: Verdict, other: Verdict | None, *, replays: bool = False) -> Verdict:
    return combine_verdicts(one, other, lambda _: replays)


def test_both_judges_hold_it() -> None:
    assert combine(ENGINE, BATFISH) == Holds(judges=("batfish", "engine"), states=7)


def test_what_batfish_does_not_see_the_engine_holds_alone() -> None:
    assert combine(ENGINE, None) == ENGINE


def test_a_counterexample_of_either_that_replays_shuts_the_gate() -> None:
    for one in (ENGINE, UNSURE, SPLIT):
        found = combine(one, OTHERS, replays=True)
        assert isinstance(found, Violated)
        assert found.reason == THEIRS
        assert found.replay is Replay.AGREES


def test_a_counterexample_that_does_not_replay_is_a_dispute() -> None:
    found = combine(ENGINE, OTHERS)
    assert isinstance(found, Disputed)
    assert found.one == Statement(judges=("engine",), said=because("it_holds"))
    assert found.other == Statement(judges=("batfish",), said=THEIRS, flow=FLOW)
    assert describe_reason(found.other.in_words(), "en").startswith("batfish: batfish says so (tcp 0.0.0.1:0 -> ")


@pytest.mark.parametrize("second", [BATFISH, None, OTHERS, UNSURE])
def test_what_the_engine_shows_wrong_stays_wrong(second: Verdict | None) -> None:
    assert combine(WRONG, second, replays=True) == WRONG


def test_what_batfish_did_not_read_holds_for_nobody() -> None:
    assert combine(ENGINE, UNSURE) == UNSURE


@pytest.mark.parametrize("second", [BATFISH, None, UNSURE, OTHERS])
def test_an_opinion_never_heals_a_doubt_of_the_engine(second: Verdict | None) -> None:
    assert combine(UNSURE, second) == UNSURE
    assert combine(SPLIT, second) == SPLIT


def test_only_what_somebody_holds_and_nobody_doubts_holds() -> None:
    everything: list[Verdict | None] = [ENGINE, BATFISH, WRONG, OTHERS, UNSURE, SPLIT, None]
    for one in (ENGINE, WRONG, UNSURE, SPLIT):
        for other in everything:
            for replays in (False, True):
                holds = isinstance(combine(one, other, replays=replays), Holds)
                assert holds == (one is ENGINE and (other is None or isinstance(other, Holds)))
