"""What is taken up again, what is not, and by whom: after a device of which nobody knows, after an end, with another base."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.apply.logbook import utc_now
from controller.apply.opening import check_free, check_journal, check_signers
from controller.apply.rollout_run import RolloutRules
from controller.approval.signers import widened
from controller.fleet.readings import Stop
from controller.journal.device_state import Stage
from controller.journal.records import Aim, Record, RolloutOutcome, SignersKnown, StopCause, Taken
from controller.journal.state import JournalState
from controller.output.exit_codes import ExitCode
from controller.reports.rollout.apply import left_to_people
from intents.finding import FindingsError
from tests.applied import Night, night, scene
from tests.device_faults import Fault, Place, Planned
from tests.device_ios_config import IosConfig
from tests.test_controller_apply_command import Operator, operator  # noqa: F401 (a fixture)

CHANGE = "close a permit"


def _first(found: Night) -> str:
    return found.scene.plan.waves[0].devices[0]


def _lose(found: Night, name: str) -> None:
    """Let somebody change a device by hand while it is changed."""
    device = found.device(name)

    def by_hand(record: Record, _: Stop) -> None:
        if isinstance(record, Taken) and record.device == name:
            assert isinstance(device.running, IosConfig)
            device.running.lines["ntp server 192.0.2.9"] = "ntp server 192.0.2.9"

    found.run(during=by_hand)
    assert found.state().devices[name].stage is Stage.INDETERMINATE


@pytest.mark.parametrize("limited", [False, pytest.param(True, marks=pytest.mark.long)])
def test_beside_a_device_of_which_nobody_knows_no_other_is_begun(tmp_path: Path, *, limited: bool) -> None:
    made = scene(CHANGE)
    with night(made, tmp_path) as found:
        name = _first(found)
        _lose(found, name)
        later = {one for wave in made.plan.waves[1:] for one in wave.devices}
        rules = RolloutRules(limit=frozenset(later)) if limited else RolloutRules()
        found.run(Aim.FORWARD, rules)
        state = found.state()
        assert state.devices[name].stage is Stage.INDETERMINATE
        assert {state.devices[one].stage for one in later} == {Stage.UNTOUCHED}
        assert all(found.stands()[one] == "running" for one in later)
        assert state.stopped is not None
        assert state.stopped.why is StopCause.STOP_RULE
        told = [item for item in left_to_people(state) if item.where.device == name]
        assert "apply_no_reason" not in str(told)
        if not limited:
            assert "writing_differs" in str(told)
        # Whoever takes the strange line out has the roll-out go on.
        running = found.device(name).running
        assert isinstance(running, IosConfig)
        del running.lines["ntp server 192.0.2.9"]
        assert found.run(Aim.FORWARD) is RolloutOutcome.APPLIED


# What was over.


def test_a_plan_goes_forward_once(operator: Operator) -> None:  # noqa: F811 (as above)
    assert operator.do("apply")[0] == ExitCode.FINE
    code, said = operator.do("apply")
    assert (code, "nothing was done" in said) == (ExitCode.FINE, True)
    assert operator.do("resume")[0] == ExitCode.FINE
    assert operator.do("rollback")[0] == ExitCode.FINE
    before = [len(device.log) for device in operator.servers.devices.values()]
    for command in ("apply", "resume"):
        code, said = operator.do(command)
        assert (code, "TR991" in said) == (ExitCode.ERROR, True), said
    assert not any(
        line.startswith("line ") or "load" in line
        for device, count in zip(operator.servers.devices.values(), before, strict=True)
        for line in device.log[count:]
    )
    assert operator.do("rollback")[0] == ExitCode.FINE
    assert operator.do("confirm")[0] == ExitCode.FINE or operator.do("confirm")[0] == ExitCode.ERROR


def test_a_text_that_is_kept_no_more_is_named(operator: Operator) -> None:  # noqa: F811 (as above)
    device = operator.device(1)
    device.faults.append(Planned(fault=Fault.REFUSE_LINE, place=Place.COMMIT))
    assert operator.do("apply")[0] == ExitCode.PARTLY_APPLIED
    folder = operator.folder / "journal.jsonl.texts"
    text = next(path for path in folder.rglob(device.name))
    whole = text.read_bytes()
    text.write_bytes(whole.replace(b"hostname", b"hostnames").replace(b"host-name", b"host-names"))
    for command in ("resume", "rollback", "confirm"):
        code, said = operator.do(command)
        assert (code, f"TR979 {text.parent}, {device.name}" in said, "TR953" in said) == (
            ExitCode.ERROR,
            True,
            False,
        ), said
    shutil.rmtree(folder)
    for command in ("resume", "rollback", "confirm"):
        code, said = operator.do(command)
        assert (code, said.count("TR979"), "KeyError" in said) == (ExitCode.ERROR, 2, False), said


def test_an_earlier_plan_keeps_its_way_back_if_a_later_one_left_nothing(tmp_path: Path) -> None:
    """Records of two plans one after the other: the earlier is taken up again, and taken back, and the journal holds together."""
    first, second = scene(CHANGE), scene("renumber a LAN")
    with night(first, tmp_path) as found:
        assert found.run() is RolloutOutcome.APPLIED
        with night(second, tmp_path / "other") as other:
            other.journal = found.journal
            other.device(_first(other)).faults.append(Planned(fault=Fault.REFUSE_LINE, place=Place.LINE))
            other.run()
            assert other.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        with found.held() as journal:
            number, rollout = check_journal(journal.state, first.plan, Aim.BACK)
            assert (number, rollout.begun.plan) == (1, first.plan.digest)
            assert check_journal(journal.state, second.plan, Aim.BACK)[0] == 0
        found.reopens = 1
        assert found.run(Aim.BACK) is RolloutOutcome.NOT_APPLIED
        assert set(found.stands().values()) == {"running"}
        with found.held() as journal:
            assert [item.outcome for item in journal.state.rollouts] == [RolloutOutcome.NOT_APPLIED] * 2
            with pytest.raises(FindingsError) as caught:
                check_journal(journal.state, first.plan, Aim.FORWARD)
            assert caught.value.findings[0].code == "TR991"
            assert check_free(journal.state, first.plan) is not None


# Who may sign.

AN, EVE = "approver an An dept_ict approver - -", "approver eve Eve dept_ict approver - -"
KEY, OTHER = "key an SHA256:a - - -", "key an SHA256:b - - -"
RULES = (
    AN,
    KEY,
    "days 7",
    "signatures - access 2",
    "signatures - routine 1",
    "signatures party access 1",
    "revoked SHA256:c",
)


@pytest.mark.parametrize(
    ("gone", "come", "more"),
    [
        ((), (), ()),
        ((), (EVE,), (EVE,)),
        ((), (OTHER,), (OTHER,)),
        ((AN,), (), ()),
        ((KEY,), (), ()),
        (("days 7",), ("days 8",), ("days 8",)),
        (("days 7",), ("days 6",), ()),
        (("signatures - access 2",), ("signatures - access 1",), ("signatures - access 1",)),
        (("signatures - access 2",), ("signatures - access 3",), ()),
        (("revoked SHA256:c",), (), ("revoked SHA256:c",)),
        ((), ("revoked SHA256:d",), ()),
        (("signatures party access 1",), (), ("signatures party access 1",)),
        ((), ("signatures party routine 1",), ()),
        ((), ("signatures front access 1",), ("signatures front access 1",)),
    ],
)
def test_what_lets_more_through(gone: tuple[str, ...], come: tuple[str, ...], more: tuple[str, ...]) -> None:
    after = tuple(sorted((set(RULES) - set(gone)) | set(come)))
    assert widened(RULES, after) == more
    known = JournalState(signers=SignersKnown(at=utc_now(), rules=RULES))
    check_signers(known, after, accepted=True)
    check_signers(JournalState(), after, accepted=False)
    if more:
        with pytest.raises(FindingsError) as caught:
            check_signers(known, after, accepted=False)
        assert caught.value.findings[0].code == "TR990"
    else:
        check_signers(known, after, accepted=False)


@given(st.sets(st.sampled_from(RULES)), st.sets(st.sampled_from((*RULES, EVE, OTHER))))
def test_nobody_new_comes_in_unseen(before: set[str], after: set[str]) -> None:
    grants = {line for line in after - before if line.startswith(("approver", "key"))}
    assert grants <= set(widened(before, after))
    assert widened(after, after) == ()
