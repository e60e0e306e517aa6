"""Messages of carrying a plan out, each by what is wrong: for their goldens in tests/errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from controller.apply.derived import derive_devices
from controller.apply.opening import (
    check_free,
    check_journal,
    check_limit,
    check_signers,
    check_unused,
    check_workspaces,
    texts_of,
)
from controller.commands.rollout.apply import ApprovedPlan, judge_again
from controller.fleet.credentials import parse_reference
from controller.fleet.device_secrets import SecretName, open_secrets, read_secrets
from controller.fleet.readings import PLAIN, DeviceReach, DeviceTransport, NotRead, ReadingTrouble
from controller.journal.device_state import DeviceState, Stage
from controller.journal.records import Aim, Begun, DeviceTarget, SignersKnown
from controller.journal.state import JournalState, RolloutState
from controller.reports.devices import tell_reading
from controller.reports.rollout.apply import left_to_people
from controller.rollout.filed import FiledDevice, FiledPlan
from controller.rollout.plan import Wave
from intents.finding import Finding, Where, make_finding
from intents.reason import because
from routing.vendors.change import WayBack
from tests.small_commands import SMALL

_OLD, _NEW = f"sha256:{'0' * 64}", f"sha256:{'f' * 64}"
_NOON = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)


def _device(name: str) -> FiledDevice:
    return FiledDevice(
        device=name,
        platform="cisco_ios",
        running=_OLD,
        standing=_NEW,
        edits=(),
        back=(),
        notices=(),
        way_back=WayBack.REPLACE,
    )


PLAN = FiledPlan(
    digest=_NEW,
    base=_OLD,
    workspace=_NEW,
    running=_OLD,
    made_on=date(2026, 11, 30),
    expires_on=date(2026, 12, 4),
    serial="7",
    devices=(_device("cpe-a"), _device("core-1")),
    waves=(Wave(devices=("cpe-a",), canary=True), Wave(devices=("core-1",))),
    arrivals={},
    departures=(),
    interrupted=(),
    complete=True,
    request=None,
    body={},
)


def _rollout(state: DeviceState) -> RolloutState:
    begun = Begun(
        at=_NOON,
        plan=_OLD,
        base=_OLD,
        workspace=_NEW,
        operator="an",
        approvals=(),
        tool="0",
        devices=(state.target,),
        waves=((state.device,),),
        all_or_nothing=False,
    )
    return RolloutState(begun=begun, devices={state.device: state}, operator="an", last=_NOON)


_TARGET = DeviceTarget(device="core-1", running=_OLD, standing=_NEW, edits=40, back=40)
_STATE = DeviceState(target=_TARGET)
_REACH = DeviceReach(
    device="core-1",
    platform="cisco_ios",
    address="10.255.0.1",
    port=22,
    transport=DeviceTransport.CLI,
    host_key=None,
    credentials=parse_reference("env:TRUC_DEVICES"),
)


def _left(**changes: Any) -> tuple[Finding, ...]:
    return left_to_people(_rollout(replace(_STATE, **changes)))


def _gone() -> ApprovedPlan:
    raise FileNotFoundError(2, "No such file or directory", "plan.json")


def _unread() -> object:
    trouble = ReadingTrouble.TIMEOUT
    return texts_of({"core-1": NotRead(reach=_REACH, trouble=trouble, detail=PLAIN[trouble])}, tell_reading)


def _secrets(*rows: str) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        path = folder / "secrets.csv"
        path.write_text("\n".join(("secret,platform,credentials", *rows)) + "\n", encoding="utf-8")
        return read_secrets(path, path.name)

    return read


_NO_ENDS: Any = None
"""Workspaces that nobody asks for."""

APPLYING: Mapping[str, Callable[[Path], object]] = {
    "TR950-another-folder": lambda _: check_workspaces(PLAN, SMALL, SMALL),
    "TR952-not-read": lambda _: _unread(),
    "TR953-another-text": lambda _: (make_finding("TR953", Where(device="core-1"), device="core-1", digest=_OLD),),
    "TR954-other-lines": lambda _: (
        make_finding("TR954", Where(device="core-1"), device="core-1", reason=because("apply_other_edits")),
    ),
    "TR974-no-table": lambda _: open_secrets(None, {SecretName(name="tacacs-key", platform="junos"): ()}),
    "TR974-twice": _secrets("tacacs-key,junos,env:TRUC_A", "tacacs-key,junos,env:TRUC_B"),
    "TR974-no-hash": lambda _: (
        make_finding(
            "TR974",
            Where(),
            secret="admin",  # noqa: S106 - a name
            platform="junos",
            reason=because("secret_no_hash", form="$6$SALT$HASH"),
        ),
    ),
    "TR955-nothing-begun": lambda _: check_journal(JournalState(), PLAN, Aim.FORWARD),
    "TR956-another-plan": lambda _: check_free(JournalState(rollouts=(_rollout(_STATE),), current=1), PLAN),
    "TR957-not-in-plan": lambda _: check_limit(PLAN, None, ("core-9",)),
    "TR958-without-canary": lambda _: check_limit(PLAN, None, ("core-1",)),
    "TR959-wrong-way": lambda _: (
        make_finding("TR959", Where(device="agg-2"), device="agg-2", transport=str(DeviceTransport.CLI)),
    ),
    "TR960-not-known": lambda _: _left(stage=Stage.INDETERMINATE, failure=because("reading_timeout")),
    "TR961-half-way": lambda _: _left(
        stage=Stage.IN_HAND, least=12, most=12, failure=because("writing_echo", line="no shutdown")
    ),
    "TR962-refused": lambda _: _left(
        stage=Stage.WENT_BACK, failure=because("writing_said", line="vlan 7", said="% Invalid input")
    ),
    "TR963-wrong-key": lambda _: _left(barred=True),
    "TR964-not-saved": lambda _: _left(stage=Stage.CONFIRMED, least=40, most=40),
    "TR978-another-text": lambda _: _left(stage=Stage.FAILED, failure=because("writing_differs", device="core-1")),
    "TR979-no-kept-text": lambda _: derive_devices(PLAN, _NO_ENDS, {}, {}, kept_in=Path("journal.jsonl.texts/7")),
    "TR990-new-signers": lambda _: check_signers(
        JournalState(
            signers=SignersKnown(at=_NOON, rules=("approver an An dept_ict approver - -", "signatures - access 2"))
        ),
        ("approver an An dept_ict approver - -", "approver eve Eve dept_ict approver - -", "signatures - access 1"),
        accepted=False,
    ),
    "TR991-over": lambda _: check_unused(_rollout(replace(_STATE, stage=Stage.SAVED, least=40, most=40))),
    "TR992-accepted": lambda _: (
        make_finding(
            "TR992",
            Where(file="journal.jsonl", line=7),
            operator="an",
            at="2026-12-05 12:00:00",
            rules="approver eve Eve dept_ict approver - -",
        ),
    ),
    "TR965-another-plan": lambda _: judge_again(PLAN, lambda: ApprovedPlan(plan=replace(PLAN, digest=_OLD))),
    "TR965-no-plan": lambda _: judge_again(PLAN, _gone),
}
