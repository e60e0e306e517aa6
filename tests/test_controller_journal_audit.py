"""`truc audit` and `truc history`: what is wrong with a journal, and what stood on a device on a day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from controller.commands.rollout.audit import audit_command
from controller.journal.device_state import Stage
from controller.journal.history import history
from controller.journal.records import (
    Aim,
    Begun,
    Checked,
    Confirmed,
    Ended,
    ReadBack,
    Record,
    Resumed,
    RolloutOutcome,
    Sending,
    Taken,
    WaveBegun,
    WentBack,
)
from controller.journal.state import Leave
from controller.journal.targets import begun_of, targets_of
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.rollout.filed import FiledPlan, read_plan
from controller.rollout.plan import plan_bytes
from intents.finding import Finding, Where, make_finding
from tests.journal_cases import BEGUN, WHOLE, A, journal_bytes
from tests.journal_runs import NOW, Device, Run, digest
from tests.small_commands import SMALL, truc
from tests.test_controller_planning import planned


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a plan."""
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    path.write_bytes(plan_bytes(planned("add a site")))
    return path


def filed(plan: Path) -> FiledPlan:
    return read_plan(plan.read_bytes(), plan)


def carried_out(plan: FiledPlan, *, approvals: tuple[str, ...] = (digest("signed"),)) -> list[Record]:
    """Return the records of a roll-out of a plan, all well."""
    devices = {item.device: Device(target=item) for item in targets_of(plan)}
    run = Run(chance=Random(1), devices=devices, write=lambda _: None, calm=True)  # noqa: S311 (the same each time)
    run.log(begun_of(plan, at=NOW, operator="an", approvals=approvals, tool="1", all_or_nothing=False))
    run.go()
    return run.records


def put(folder: Path, records: Iterable[Record]) -> Path:
    path = folder / "journal.jsonl"
    path.write_bytes(journal_bytes(records))
    return path


def test_a_roll_out_of_a_plan_is_audited_with_its_file(tmp_path: Path, plan: Path) -> None:
    records = carried_out(filed(plan))
    path = put(tmp_path, records)
    code, text = truc("audit", path, "--plan", plan, "--json")
    messages = [json.loads(line) for line in text.splitlines()]
    assert (code, messages[-1]["ok"], messages[-1]["warnings"]) == (0, True, 0)
    (rollout,) = [item for item in messages if item.get("type") == "rollout"]
    assert (rollout["plan"], rollout["outcome"], rollout["open"]) == (filed(plan).digest, "applied", False)
    assert truc("audit", path, "--plan", plan, "--head", messages[-1]["head"])[0] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"base": digest("another")},
        {"workspace": digest("another")},
        {"devices": "standing"},
        {"devices": "edits"},
        {"waves": "turned"},
    ],
)
def test_a_roll_out_that_began_with_other_things_than_its_plan_says_is_wrong(
    tmp_path: Path, plan: Path, change: dict[str, object]
) -> None:
    begun = carried_out(filed(plan))[0]
    assert isinstance(begun, Begun)
    first = begun.devices[0]
    others = {"standing": replace(first, standing=digest("x")), "edits": replace(first, edits=first.edits + 1)}
    made = {
        name: (others[str(value)], *begun.devices[1:]) if name == "devices" else value for name, value in change.items()
    }
    if "waves" in change:
        made = {"waves": begun.waves[::-1]}
    path = put(tmp_path, [replace(begun, **made)])  # type: ignore[arg-type] # fields by name
    code, text = truc("audit", path, "--plan", plan)
    assert (code, "TR944" in text, next(iter(change)) in text) == (1, True, True)


def test_whoever_takes_a_roll_out_up_again_needs_leave_too(tmp_path: Path, plan: Path) -> None:
    whole = carried_out(filed(plan))
    at = whole[-1].at
    back, again = (Resumed(at=at, operator="bình", aim=aim) for aim in (Aim.BACK, Aim.FORWARD))
    ended = whole[-1]
    assert truc("audit", put(tmp_path, [*whole, back]), "--plan", plan)[0] == 0
    code, text = truc("audit", put(tmp_path, [*whole, again, ended]), "--plan", plan)
    assert (code, text.count("TR945")) == (1, 1)
    leave = replace(again, approvals=(digest("signed again"),))
    assert truc("audit", put(tmp_path, [*whole, leave, ended]), "--plan", plan)[0] == 0
    glass = replace(again, break_glass="đứt cáp")
    code, text = truc("audit", put(tmp_path, [*whole, glass, ended]), "--plan", plan)
    assert (code, "TR983" in text, "đứt cáp" in text) == (0, True, True)


def test_who_checks_signatures_is_asked_with_the_plan(tmp_path: Path, plan: Path) -> None:
    path, asked = put(tmp_path, carried_out(filed(plan))), list[tuple[str, Path | None]]()

    def check(leave: Leave, file: Path | None) -> Iterable[Finding]:
        asked.append((leave.plan, file))
        return () if file is None else (make_finding("TR988", Where(), reason="-"),)

    assert audit_command(Output("en"), path, (plan,), check_approvals=check) is ExitCode.ERROR
    assert audit_command(Output("en"), path, (), check_approvals=check) is ExitCode.FINE
    assert asked == [(filed(plan).digest, plan), (filed(plan).digest, None)]


def test_what_is_so_of_a_plan_each_time_is_said_once_with_how_often(tmp_path: Path, plan: Path) -> None:
    """Its signatures were not looked at: neither when it was begun nor when it was taken up again, twice."""
    whole = carried_out(filed(plan))
    again = Resumed(at=whole[-1].at, operator="bình", aim=Aim.FORWARD, approvals=(digest("signed"),))
    path = put(tmp_path, [*whole, again, whole[-1], again, whole[-1]])
    code, text = truc("audit", path, "--base", SMALL, "-w", SMALL)
    assert (code, text.count("TR988"), text.count("(the same 3 times in this journal)")) == (0, 1, 1)
    code, text = truc("audit", put(tmp_path, whole), "--base", SMALL, "-w", SMALL)
    assert (code, text.count("TR988"), "the same" in text) == (0, 1, False)


def test_a_roll_out_without_approvals_is_wrong_and_one_by_break_glass_is_marked(tmp_path: Path, plan: Path) -> None:
    code, text = truc("audit", put(tmp_path, carried_out(filed(plan), approvals=())), "--plan", plan)
    assert (code, "TR945" in text) == (1, True)
    path = put(tmp_path, (replace(BEGUN, approvals=(), break_glass="đứt cáp"),))
    code, text = truc("audit", path)
    assert (code, "TR945" in text, "TR983" in text, "đứt cáp" in text) == (0, False, True, True)


@pytest.mark.parametrize("data", [b"", journal_bytes(WHOLE)[:40], b"no journal"])
def test_a_file_that_holds_no_journal_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(data)
    assert truc("audit", path)[0] == 1
    assert truc("history", "--journal", path)[0] == 1
    assert path.read_bytes() == data


# history

DAY = timedelta(days=1)
NEXT = replace(
    BEGUN, at=NOW + DAY, plan=digest("second"), devices=(replace(A, running=A.standing, standing=A.running),)
)


def later(record: Record) -> Record:
    return replace(record, at=record.at + DAY)


def opened(begun: Begun) -> tuple[Record, ...]:
    (one,) = begun.devices
    return (
        begun,
        Checked(at=begun.at, device=one.device, digest=one.running),
        WaveBegun(at=begun.at, number=1, devices=(one.device,)),
        Sending(at=begun.at, device=one.device, first=1, last=3),
    )


SECOND = opened(NEXT)


def done(begun: Begun) -> tuple[Record, ...]:
    (one,) = begun.devices
    return (
        Taken(at=begun.at, device=one.device, edits=3),
        ReadBack(at=begun.at, device=one.device, digest=one.standing, edits=3),
        Confirmed(at=begun.at, device=one.device, digest=one.standing),
    )


def test_what_stands_on_a_device_is_what_the_last_settled_roll_out_left() -> None:
    records = (*WHOLE, *SECOND)
    first = history(records, date(2026, 12, 6)).standing["cpe-1"]
    assert (first.begun, first.in_work, first.text) == (BEGUN, None, A.standing)
    now = history(records).standing["cpe-1"]
    assert (now.begun, now.text, now.in_work) == (BEGUN, A.standing, (NEXT, Stage.IN_HAND))
    done_now = history((*records, *done(NEXT))).standing["cpe-1"]
    assert (done_now.begun, done_now.in_work, done_now.since) == (NEXT, None, NEXT.at)


def test_a_roll_out_that_went_back_leaves_what_stood_before() -> None:
    back = (
        ReadBack(at=NEXT.at, device="cpe-1", digest=A.standing, edits=0),
        WentBack(at=NEXT.at, device="cpe-1", digest=A.standing),
        Ended(at=NEXT.at, outcome=RolloutOutcome.NOT_APPLIED),
    )
    found = history((*WHOLE, *SECOND, *back)).standing["cpe-1"]
    assert (found.begun, found.in_work) == (BEGUN, None)


def test_a_plan_taken_back_after_its_end_no_longer_stands() -> None:
    back = (
        Resumed(at=NEXT.at, operator="an", aim=Aim.BACK),
        Sending(at=NEXT.at, device="cpe-1", first=1, last=2, going_back=True),
        WentBack(at=NEXT.at, device="cpe-1", digest=A.running),
        Ended(at=NEXT.at, outcome=RolloutOutcome.NOT_APPLIED),
    )
    assert history((*WHOLE, *back), date(2026, 12, 6)).standing["cpe-1"].begun == BEGUN
    found = history((*WHOLE, *back)).standing["cpe-1"]
    assert (found.begun, found.text) == (None, None)


def test_a_day_ends_at_midnight_in_viet_nam() -> None:
    late = tuple(replace(record, at=record.at.replace(hour=16, minute=59)) for record in WHOLE)
    next_day = tuple(replace(record, at=record.at.replace(hour=17, minute=0)) for record in WHOLE)
    assert history(late, date(2026, 12, 5)).rollouts
    assert not history(next_day, date(2026, 12, 5)).rollouts
    assert history(next_day, date(2026, 12, 6)).rollouts


def test_the_command_tells_roll_outs_and_devices(tmp_path: Path) -> None:
    path = put(tmp_path, (*WHOLE, *SECOND))
    code, text = truc("history", "--journal", path)
    assert (code, "not over" in text, "applied" in text, "1 of them in work" in text) == (0, True, True, True)
    code, text = truc("history", "cpe-1", "--journal", path)
    assert (code, BEGUN.plan in text, BEGUN.approvals[0] in text, NEXT.plan in text) == (0, True, True, True)
    code, text = truc("history", "cpe-1", "--journal", path, "--on", "2026-12-06")
    assert (code, BEGUN.plan in text, NEXT.plan in text) == (0, True, False)
    code, text = truc("history", "cpe-1", "--journal", path, "--on", "2026-12-01")
    assert (code, "no plan of this journal stands" in text) == (0, True)
    assert truc("history", "cpe-9", "--journal", path)[0] == 1
    assert truc("history", "cpe-1", "--journal", path, "--json")[0] == 0
    glass = put(tmp_path, (replace(BEGUN, break_glass="đứt cáp"), *WHOLE[1:]))
    assert "đứt cáp" in truc("history", "cpe-1", "--journal", glass, "--lang", "vi")[1]
