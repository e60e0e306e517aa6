"""What a journal says of a device is true of it, after every record, wherever the run was cut off; what can't be is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.journal.device_state import IN_FORCE, CannotFollowError, DeviceState, Stage
from controller.journal.next_step import NextStep, next_step, next_steps
from controller.journal.plain import read_record, write_record
from controller.journal.records import (
    Activated,
    Aim,
    Alarm,
    Arming,
    Begun,
    Checked,
    Confirmed,
    Confirming,
    DeadMan,
    Ended,
    Failed,
    Indeterminate,
    ReadBack,
    Record,
    Released,
    Reopened,
    Repaired,
    Reserved,
    Resumed,
    RolloutOutcome,
    Saved,
    SecurityEvent,
    Sending,
    Taken,
    TurnedBack,
    WaveBegun,
    WaveEnded,
    WentBack,
)
from controller.journal.state import fold, follow
from controller.output.canonical_json import Plain
from intents.reason import Reason, because
from tests.journal_runs import NOW, REASON, Device, Run, begun, digest, play, run_of, target


def holds(state: DeviceState, device: Device) -> bool:
    """Return whether what is known of a device is true of it."""
    if state.stage is Stage.INDETERMINATE:
        return True
    if state.stage in {Stage.UNTOUCHED, Stage.CHECKED, Stage.WENT_BACK}:
        return device.text == state.target.running
    if state.stage in IN_FORCE:
        return device.text == state.target.standing
    if state.going_back and device.undone:
        return device.place == state.start and state.least <= device.undone <= state.most
    if state.going_back:  # at either end of the way, or where its own handle has brought it
        is_end = device.place == 0 or (device.place == state.start and state.least == 0)
        return is_end or state.armed is not None
    least = 0 if state.armed is not None else state.least
    return not device.undone and least <= device.place <= state.most


class Watched(Run):
    """A run that holds the journal against the devices after each record, and so does what follows from any part of it."""

    def log(self, record: Record) -> None:
        super().log(record)
        for name, state in self.rollout.devices.items():
            assert holds(state, self.devices[name]), (record, state, self.devices[name])


@given(seed=st.integers(0, 2**32))
@settings(max_examples=300)
def test_what_the_journal_says_of_a_device_is_true_after_each_record(seed: int) -> None:
    run = run_of(Random(seed))  # noqa: S311 (a made-up case, no secret)
    run.__class__ = Watched
    play(run)
    assert fold(run.records) == run.state
    assert all(read_record(write_record(record)) == record for record in run.records)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=100)
def test_a_calm_run_from_wherever_another_was_cut_off_settles_every_device(seed: int) -> None:
    run = run_of(Random(seed))  # noqa: S311 (a made-up case, no secret)
    play(run)
    stuck = {name for name, state in run.rollout.devices.items() if not state.is_settled}
    assert not stuck
    assert run.rollout.ended is not None
    for name, state in run.rollout.devices.items():
        assert run.devices[name].text in {state.target.running, state.target.standing}, name


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_every_prefix_folds_and_carrying_on_twice_is_carrying_on_once(seed: int) -> None:
    run = run_of(Random(seed))  # noqa: S311 (a made-up case, no secret)
    play(run, 1)
    state = fold(())
    for record in run.records:
        state = follow(state, record)
    again = Run(chance=Random(seed), devices=run.devices, write=lambda _: None, state=state, calm=True)  # noqa: S311 (a made-up case, no secret)
    again.log(Resumed(at=NOW, operator="an", aim=Aim.FORWARD))
    again.go()
    last = again.state
    again.log(Resumed(at=NOW, operator="an", aim=Aim.FORWARD))
    sent = len(again.records)
    again.go()
    assert not [record for record in again.records[sent:] if isinstance(record, Sending)]
    assert {name: one.stage for name, one in again.rollout.devices.items()} == {
        name: one.stage for name, one in last.rollouts[-1].devices.items()
    }


A, B = target("a", 3, 2), target("b", 1, 1)
BEGUN = begun((A, B), (("a",), ("b",)))


def _sending(first: int, last: int, *, going_back: bool = False, device: str = "a") -> Sending:
    return Sending(at=NOW, device=device, first=first, last=last, going_back=going_back)


def _read(edits: int | None, text: str, *, going_back: bool = False) -> ReadBack:
    return ReadBack(at=NOW, device="a", digest=text, edits=edits, going_back=going_back)


CHECKED = Checked(at=NOW, device="a", digest=A.running)
WAVE = WaveBegun(at=NOW, number=1, devices=("a",))
TAKEN = Taken(at=NOW, device="a", edits=3)
READ = _read(3, A.standing)
CONFIRMING = Confirming(at=NOW, device="a")
CONFIRMED = Confirmed(at=NOW, device="a", digest=A.standing)
ARMING = Arming(at=NOW, device="a", dead_man=DeadMan.REVERT_TIMER, seconds=60)
BACK = WentBack(at=NOW, device="a", digest=A.running)
FAILED = Failed(at=NOW, device="a", reason=REASON)
LOST = Indeterminate(at=NOW, device="a", reason=REASON)
WRONG_KEY = SecurityEvent(at=NOW, device="a", what=Alarm.WRONG_HOST_KEY)
RESUMED = Resumed(at=NOW, operator="an", aim=Aim.FORWARD)
RESERVED = Reserved(at=NOW, device="a", addresses=("10.0.0.0/24",))
OPEN = (BEGUN, CHECKED, WAVE)
DONE = (*OPEN, _sending(1, 3), TAKEN, READ)
IN_FORCE_NOW = (*DONE, CONFIRMING, CONFIRMED)
OVER = (*IN_FORCE_NOW, Ended(at=NOW, outcome=RolloutOutcome.PARTLY_APPLIED))

REFUSED: tuple[tuple[str, Sequence[Record], Record], ...] = (
    ("journal_not_begun", (), CHECKED),
    ("journal_begun_twice", (BEGUN,), BEGUN),
    ("journal_over", OVER, CHECKED),
    ("journal_reopened", (BEGUN,), Reopened(at=NOW, number=1)),
    ("journal_reopened", OVER, Reopened(at=NOW, number=2)),
    ("journal_reopened", OVER, Reopened(at=NOW, number=0)),
    ("journal_reopened", (*OVER, *OVER), Reopened(at=NOW, number=1)),
    ("journal_other_device", (BEGUN,), Checked(at=NOW, device="c", digest=A.running)),
    ("journal_checked_other", (BEGUN,), Checked(at=NOW, device="a", digest=A.standing)),
    ("journal_not_in_wave", (BEGUN, CHECKED), _sending(1, 1)),
    ("journal_not_in_wave", (*OPEN, TurnedBack(at=NOW, reason=REASON)), _sending(1, 1)),
    (
        "journal_only_confirms",
        (*DONE, Resumed(at=NOW, operator="an", aim=Aim.CONFIRM)),
        _sending(1, 1, going_back=True),
    ),
    ("journal_out_of_turn", (BEGUN, WAVE), _sending(1, 1)),
    ("journal_sent_more", OPEN, _sending(1, 4)),
    ("journal_sent_unknown", OPEN, _sending(2, 3)),
    ("journal_sent_unknown", (*OPEN, _sending(1, 2)), _sending(3, 3)),
    ("journal_sent_unknown", (*OPEN, _sending(1, 2)), _sending(1, 1)),
    ("journal_sent_unknown", (*DONE, RESUMED), _sending(1, 2, going_back=True)),
    ("journal_sent_unknown", (*OPEN, _sending(1, 2)), _sending(1, 1, going_back=True)),
    ("journal_sent_more", OPEN, TAKEN),
    ("journal_sent_more", (*OPEN, _sending(1, 2)), TAKEN),
    ("journal_sent_more", DONE, _sending(1, 3, going_back=True)),
    ("journal_read_further", (*OPEN, _sending(1, 2)), _read(3, digest("x"))),
    ("journal_read_other", (*OPEN, _sending(1, 3)), _read(3, digest("x"))),
    ("journal_read_other", (*OPEN, _sending(1, 3)), _read(0, A.standing)),
    ("journal_read_further", DONE, _read(1, digest("x"), going_back=True)),
    ("journal_out_of_turn", (BEGUN,), _read(None, digest("x"))),
    ("journal_confirmed_unread", (*OPEN, _sending(1, 3), TAKEN), CONFIRMING),
    ("journal_confirmed_unread", (*OPEN, ARMING, _sending(1, 3), TAKEN, READ), CONFIRMED),
    ("journal_confirmed_other", (*DONE, CONFIRMING), Confirmed(at=NOW, device="a", digest=A.running)),
    ("journal_back_other", DONE, WentBack(at=NOW, device="a", digest=A.standing)),
    ("journal_out_of_turn", OPEN, BACK),
    ("journal_out_of_turn", DONE, Saved(at=NOW, device="a")),
    ("journal_out_of_turn", (BEGUN,), ARMING),
    ("journal_out_of_turn", (*OPEN, FAILED), _sending(1, 1)),
    ("journal_device_unknown", (*OPEN, LOST), _sending(1, 1, going_back=True)),
    ("journal_device_unknown", (*OPEN, LOST), FAILED),
    ("journal_device_unknown", (*OPEN, LOST, RESUMED), CHECKED),
    ("journal_device_barred", (BEGUN, WRONG_KEY), CHECKED),
    ("journal_wave_begun", (BEGUN,), WaveBegun(at=NOW, number=2, devices=("b",))),
    ("journal_wave_begun", (BEGUN,), WaveBegun(at=NOW, number=1, devices=("b",))),
    ("journal_wave_begun", (BEGUN,), WaveBegun(at=NOW, number=0, devices=("b",))),
    ("journal_wave_begun", (BEGUN,), WaveBegun(at=NOW, number=1, devices=())),
    ("journal_wave_begun", OPEN, WaveBegun(at=NOW, number=2, devices=("b",))),
    ("journal_wave_ended", (BEGUN,), WaveEnded(at=NOW, number=1)),
    ("journal_wave_ended", OPEN, WaveEnded(at=NOW, number=2)),
    ("journal_wave_ended", DONE, WaveEnded(at=NOW, number=1)),
    ("journal_ended_otherwise", IN_FORCE_NOW, Ended(at=NOW, outcome=RolloutOutcome.APPLIED)),
    ("journal_ended_otherwise", DONE, Ended(at=NOW, outcome=RolloutOutcome.PARTLY_APPLIED)),
    ("journal_ended_otherwise", (*OPEN, LOST), Ended(at=NOW, outcome=RolloutOutcome.NOT_APPLIED)),
    ("journal_addresses", (BEGUN,), Activated(at=NOW, device="a")),
    ("journal_addresses", (BEGUN, RESERVED), Activated(at=NOW, device="a")),
    ("journal_addresses", (BEGUN, RESERVED), RESERVED),
    ("journal_addresses", (BEGUN,), Released(at=NOW, device="a")),
    ("journal_addresses", (*DONE, RESERVED), Released(at=NOW, device="a")),
)


@pytest.mark.parametrize(("key", "before", "record"), REFUSED)
def test_what_can_t_follow_is_refused_by_name(key: str, before: Sequence[Record], record: Record) -> None:
    state = fold(before)
    with pytest.raises(CannotFollowError) as caught:
        follow(state, record)
    reason: object = caught.value.reason
    assert isinstance(reason, Reason)
    assert key in {reason.key, *(item.key for _, item in reason.values if isinstance(item, Reason))}


def test_every_reason_to_refuse_is_tried() -> None:
    source = "".join(Path(f"controller/journal/{name}.py").read_text() for name in ("state", "device_state"))
    keys = set(re.findall(r'because\(\s*"(journal_\w+)"', source)) - {"journal_of_device"}
    assert keys == {key for key, _, _ in REFUSED}


def test_a_run_that_ends_well() -> None:
    other = (
        WaveEnded(at=NOW, number=1),
        Checked(at=NOW, device="b", digest=B.running),
        WaveBegun(at=NOW, number=2, devices=("b",)),
        _sending(1, 1, device="b"),
        Taken(at=NOW, device="b", edits=1),
        ReadBack(at=NOW, device="b", digest=B.standing, edits=1),
        Confirmed(at=NOW, device="b", digest=B.standing),
        Repaired(at=NOW, length=1, digest=digest("x")),
        Saved(at=NOW, device="b"),
        Ended(at=NOW, outcome=RolloutOutcome.APPLIED),
    )
    state = fold((*IN_FORCE_NOW, *other)).last
    assert state is not None
    assert (state.outcome, state.counts) == (RolloutOutcome.APPLIED, {Stage.CONFIRMED: 1, Stage.SAVED: 1})


@pytest.mark.parametrize(
    ("records", "aim", "step"),
    [
        ((BEGUN,), Aim.FORWARD, NextStep.CHECK),
        (OPEN, Aim.FORWARD, NextStep.SEND),
        ((*OPEN, _sending(1, 2)), Aim.FORWARD, NextStep.READ),
        ((*OPEN, _sending(1, 2), Taken(at=NOW, device="a", edits=2)), Aim.FORWARD, NextStep.SEND),
        ((*OPEN, _sending(1, 3), TAKEN), Aim.FORWARD, NextStep.READ),
        (DONE, Aim.FORWARD, NextStep.CONFIRM),
        ((*DONE, RESUMED), Aim.FORWARD, NextStep.READ),
        ((*DONE, CONFIRMING), Aim.CONFIRM, NextStep.READ),
        (DONE, Aim.BACK, NextStep.GO_BACK),
        (DONE, Aim.CONFIRM, NextStep.CONFIRM),
        ((BEGUN,), Aim.CONFIRM, NextStep.NOTHING),
        (IN_FORCE_NOW, Aim.FORWARD, NextStep.SAVE),
        ((*IN_FORCE_NOW, Saved(at=NOW, device="a")), Aim.FORWARD, NextStep.NOTHING),
        ((*IN_FORCE_NOW, Saved(at=NOW, device="a")), Aim.BACK, NextStep.GO_BACK),
        ((*IN_FORCE_NOW, Saved(at=NOW, device="a"), BACK), Aim.BACK, NextStep.SAVE),
        ((*DONE, BACK), Aim.BACK, NextStep.NOTHING),
        ((*DONE, FAILED, BACK), Aim.FORWARD, NextStep.NOTHING),
        ((*DONE, FAILED, BACK, RESUMED), Aim.FORWARD, NextStep.CHECK),
        ((*DONE, FAILED), Aim.FORWARD, NextStep.GO_BACK),
        ((*OPEN, FAILED), Aim.FORWARD, NextStep.NOTHING),
        ((*OPEN, LOST), Aim.FORWARD, NextStep.READ),
        ((*DONE, _read(None, digest("x"))), Aim.FORWARD, NextStep.PERSON),
        ((*OPEN, WRONG_KEY), Aim.FORWARD, NextStep.PERSON),
        ((*OPEN, ARMING, RESUMED), Aim.FORWARD, NextStep.READ),
    ],
)
def test_what_is_to_be_done_follows_from_what_is_known(records: Sequence[Record], aim: Aim, step: NextStep) -> None:
    state = fold(records).last
    assert state is not None
    assert next_step(state.devices["a"], aim) is step


def test_going_back_begins_with_the_last() -> None:
    state = fold((BEGUN,)).last
    assert state is not None
    assert list(next_steps(state)) == ["a", "b"]
    assert list(next_steps(replace(state, aim=Aim.BACK))) == ["b", "a"]


def test_a_second_roll_out_begins_after_the_first() -> None:
    assert len(fold((*OVER, BEGUN)).rollouts) == 2


def test_a_device_that_went_back_by_itself_counts_as_back_only_when_it_was_read() -> None:
    cut = fold((*OPEN, ARMING, _sending(1, 3), RESUMED)).last
    assert cut is not None
    assert (cut.devices["a"].least, cut.devices["a"].most, cut.devices["a"].stage) == (0, 3, Stage.IN_HAND)
    read = fold((*OPEN, ARMING, _sending(1, 3), RESUMED, _read(0, A.running), BACK)).last
    assert read is not None
    assert (read.devices["a"].stage, read.devices["a"].armed) == (Stage.WENT_BACK, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"waves": (("a",),)},
        {"waves": (("a", "a"), ("b",))},
        {"waves": (("a",), ("b",), ())},
        {"plan": "none"},
    ],
)
def test_a_roll_out_that_can_t_be_is_no_value(wrong: dict[str, object]) -> None:
    given_ = {name: getattr(BEGUN, name) for name in Begun.__dataclass_fields__}
    with pytest.raises(ValueError, match=r"wave|digest"):
        Begun(**{**given_, **wrong})


def test_a_record_of_another_shape_is_none() -> None:
    plain = write_record(FAILED)
    others: tuple[object, ...] = (
        [],
        {},
        {**plain, "kind": "lost"},
        {**plain, "more": 1},
        {name: value for name, value in plain.items() if name != "at"},
        {**plain, "at": "2026-12-05T22:00:00Z"},
        {**plain, "device": 7},
        {**plain, "reason": "made up"},
        {**write_record(TAKEN), "edits": True},
        {**write_record(TAKEN), "edits": 2**60},
        {**write_record(_sending(1, 2)), "first": 3},
    )
    for odd in others:
        with pytest.raises((ValueError, TypeError)):
            read_record(cast("Plain", odd))


def test_a_reason_in_a_reason_is_kept() -> None:
    deep = because("journal_of_device", device="a", stage=because("stage_saved"), reason=(REASON, REASON))
    record = Failed(at=NOW, device="a", reason=deep)
    assert read_record(write_record(record)) == record
