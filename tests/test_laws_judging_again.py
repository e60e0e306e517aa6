"""Judging again is judging: `reprove(prove(a), delta(a, b)) == prove(b)`, verdicts, witnesses and counts (law 16)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.evidence import give
from tests.drawn_otherwise import drawn_otherwise
from tests.mutants import OF_POLICIES, Change, mutants
from tests.proof_bugs import PROOF_BUGS
from tests.small_builds import compiled, network_of
from tests.strategies import compile_province, provinces
from verification.engine import delta as deltas
from verification.engine.engine import Proven, prove, reprove
from verification.evidence.evidence import Given
from verification.mutation.faults import mutate, uniform_faults
from verification.mutation.score import text_of, with_text
from verification.questions.judgement import Judgement

MOST, FEW = 20, 3
"""Changes, and their undoing, in one sequence: at most, and in three of four."""
NETWORKS, SEQUENCES = 63, 20 if "TRUC_LAWS" in os.environ else 8
"""Networks for each of four laws, and sequences on each of them: 2,016 in all; 50,400 by `make laws` (ten times the networks)."""
SHOWN = 5
"""Networks that a bug has to show itself in."""


def again(proven: Proven, after: Given) -> Proven:
    return reprove(proven, deltas.delta(proven.given, after))


@st.composite
def sequences(draw: st.DrawFn, right: Given, changes: Sequence[Change] | None = None) -> list[Given]:
    """Draw networks one after the other: each the one before with something changed (of some kinds), or an earlier one again."""
    found = [right]
    for _ in range(draw(st.integers(1, draw(st.sampled_from([FEW, FEW, FEW, MOST]))))):
        if draw(st.booleans()):
            found.append(draw(st.sampled_from(found)))
        else:
            found.append(replace(found[-1], network=draw(mutants(found[-1].network, changes))))
    return found


@pytest.mark.counted
@pytest.mark.parametrize("with_failures", [False, True])
@pytest.mark.parametrize("changes", [None, OF_POLICIES], ids=["anything", "policies"])
@drawn_otherwise
@settings(max_examples=NETWORKS)
@given(data=st.data())
def test_judging_again_is_judging(data: st.DataObject, changes: Sequence[Change] | None, with_failures: bool) -> None:
    """Where policies alone change, only routes to prefixes that they treat otherwise are looked at under failures."""
    compiled_province = compile_province(data.draw(provinces(most_sites=2 if with_failures else 3)))
    right = replace(give(compiled_province, {}), network=network_of(compiled_province))
    proof = prove(right, with_failures=with_failures)
    for _ in range(SEQUENCES):
        proven = proof
        for after in data.draw(sequences(right, changes))[1:]:
            proven = again(proven, after)
        assert proven.judgement == prove(proven.given, with_failures=with_failures).judgement


@settings(max_examples=5)
@given(st.data())
def test_judging_again_is_judging_in_the_small_example(data: st.DataObject) -> None:
    proven = prove(example(), with_failures=False)
    for after in data.draw(sequences(example()))[1:]:
        proven = again(proven, after)
    assert proven.judgement == prove(proven.given, with_failures=False).judgement


def test_judging_again_is_judging_after_faults_in_the_text() -> None:
    """Line numbers and quoted texts move, too."""
    right = prove(texts(), with_failures=False)
    for fault in uniform_faults({name: text_of(texts(), name) for name in texts().texts}, 16, seed=16):
        faulty = with_text(texts(), fault.device, mutate(text_of(texts(), fault.device), fault))
        seen = again(right, faulty)
        assert seen.judgement == prove(faulty, with_failures=False).judgement, fault
        assert again(seen, texts()).judgement == right.judgement, fault


def test_what_has_not_changed_is_kept() -> None:
    """Of one list that changes, one fence is asked again, and no route."""
    right = prove(texts(), with_failures=False)
    device = right.given.network.devices["cpe-gia-sang"]
    changed = replace(device, acls=(replace(device.acls[0], entries=device.acls[0].entries[1:]), *device.acls[1:]))
    devices = {**right.given.network.devices, device.name: changed}
    seen = again(right, replace(right.given, network=replace(right.given.network, devices=devices)))
    assert seen.parts is not None
    assert right.parts is not None
    assert seen.parts.routing is right.parts.routing
    pairs = zip(seen.parts.filtered.fences, right.parts.filtered.fences, strict=True)
    assert sum(one is not other for one, other in pairs) == 1


def test_there_are_at_least_twenty_bugs() -> None:
    assert len(PROOF_BUGS) >= 20


@pytest.mark.parametrize("name", PROOF_BUGS)
def test_a_proof_that_remembers_too_little_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bug = PROOF_BUGS[name]
    right = proven_example(with_failures=bug.with_failures)
    shown = [
        (after, prove(after, with_failures=bug.with_failures).judgement)
        for after in islice(bug.shown_by(example()), SHOWN)
    ]
    assert shown, "nothing shows the bug"
    assert all(is_law(right, after, judged) for after, judged in shown), "without the bug the law does not hold"
    with monkeypatch.context() as patch:
        bug.inject(patch)
        assert not all(is_law(right, after, judged) for after, judged in shown)


def is_law(right: Proven, after: Given, judged: Judgement) -> bool:
    try:
        return again(right, after).judgement == judged
    except (LookupError, ValueError):  # a proof that mixes two networks may also fall over
        return False


@cache
def proven_example(*, with_failures: bool) -> Proven:
    return prove(example(), with_failures=with_failures)


@cache
def example() -> Given:
    """The small example as built."""
    return replace(give(compiled(), {}), network=network_of(compiled()))


@cache
def texts() -> Given:
    """The small example as its texts say it."""
    return give(compiled(), {name: item.text for name, item in compiled().configs.items()})
