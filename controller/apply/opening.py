"""A plan that is to be carried out, or is being -> its devices, known and worked out anew, before anything is touched.

The one idea: everything that can be refused is refused here, all at once and by name: another workspace, a device that is not
read, another text on it, another thing that would be done than was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

from controller.apply.derived import AnotherStateError, Count, PlanEnds, derive_device, derive_devices
from controller.apply.sending import is_candidate
from controller.apply.ways import PlannedDevice, planned_text
from controller.approval.signers import widened
from controller.fleet.device_secrets import DeviceSecrets
from controller.fleet.readings import DeviceReach, DeviceReading, DeviceText, DeviceTransport, NotRead, ReadingTrouble
from controller.jobs.digests import workspace_digest
from controller.journal.moments import moment_in_words
from controller.journal.records import Aim
from controller.journal.state import JournalState, RolloutState, outcome_in_words
from controller.rollout.filed import FiledPlan
from controller.rollout.steps import StepError
from intents.finding import Finding, FindingsError, Where, make_finding, raise_errors

Read: TypeAlias = Callable[[DeviceReach], DeviceReading]
"""Reads one device: `DeviceAccess.read`."""
NotReadFinding: TypeAlias = Callable[[NotRead], Finding]
"""Says why a device was not read."""


def check_workspaces(plan: FiledPlan, base: Path, workspace: Path) -> None:
    """FindingsError unless these are the workspaces that a plan was made from; OSError."""
    given = ((base, plan.base), (workspace, plan.workspace))
    raise_errors(
        make_finding("TR950", Where(file=str(folder)), folder=folder, digest=digest)
        for folder, digest in given
        if workspace_digest(folder) != digest
    )


def check_free(state: JournalState, plan: FiledPlan) -> RolloutState | None:
    """Return the roll-out that a plan has had already, None if it has had none; FindingsError if any is open."""
    last = state.last
    if last is not None and last.is_open:
        raise FindingsError([make_finding("TR956", Where(), digest=last.begun.plan, operator=last.operator)])
    number = state.of_plan(plan.digest)
    return state.rollouts[number - 1] if number else None


def check_unused(rollout: RolloutState | None) -> None:
    """FindingsError if a plan has had its roll-out: signatures are for one, and it is over."""
    if rollout is not None:
        outcome, plan = outcome_in_words(rollout.outcome), rollout.begun.plan
        raise FindingsError(
            [make_finding("TR991", Where(), digest=plan, outcome=outcome, at=moment_in_words(rollout.last))]
        )


def check_journal(state: JournalState, plan: FiledPlan, aim: Aim) -> tuple[int, RolloutState]:
    """Return the roll-out of a plan that is taken up again, and its number if it must be opened again for that (0: it need not);
    FindingsError if another is open, none was begun, or one that was taken back to its end is to go forward."""
    last, number = state.last, state.of_plan(plan.digest)
    is_ours = last is not None and last.begun.plan == plan.digest
    if last is not None and last.is_open and not is_ours:
        raise FindingsError([make_finding("TR956", Where(), digest=last.begun.plan, operator=last.operator)])
    if not number or not (is_ours or state.may_reopen(number)):
        raise FindingsError([make_finding("TR955", Where(), digest=plan.digest)])
    rollout = state.rollouts[number - 1]
    if aim is Aim.FORWARD and not rollout.is_open and rollout.aim is Aim.BACK:
        check_unused(rollout)
    return (0 if is_ours else number), rollout


def check_signers(state: JournalState, rules: tuple[str, ...], *, accepted: bool) -> None:
    """FindingsError if more may sign than when a roll-out last began, and nobody has accepted that."""
    more = () if state.signers is None else widened(state.signers.rules, rules)
    if more and not accepted:
        raise FindingsError([make_finding("TR990", Where(), rules="; ".join(more), count=len(more))])


def check_limit(plan: FiledPlan, rollout: RolloutState | None, limit: Iterable[str]) -> None:
    """FindingsError if a limit names a device that is not in the plan, or leaves out a whole wave before one of its devices."""
    chosen = frozenset(limit)
    known = {device.device for device in plan.devices}
    raise_errors(make_finding("TR957", Where(device=name), device=name) for name in sorted(chosen - known))
    begun = 0 if rollout is None else rollout.wave
    left_out: int | None = None
    for number, wave in enumerate(plan.waves, start=1):
        if not chosen & set(wave.devices):
            left_out = left_out or (number if number > begun else None)
        elif left_out is not None:
            raise FindingsError([make_finding("TR958", Where(), wave=left_out, devices=", ".join(wave.devices))])


def read_devices(
    reaches: Iterable[DeviceReach], read: Read, workers: int, count: Count = lambda _done: None
) -> dict[str, DeviceReading]:
    """Return a reading of each device, some at a time."""
    asked = tuple(reaches)
    found = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="read") as pool:
        for reach, reading in zip(asked, pool.map(read, asked), strict=True):
            found[reach.device] = reading
            count(len(found))
    return found


def texts_of(readings: Mapping[str, DeviceReading], tell: NotReadFinding) -> dict[str, str]:
    """Return the texts; FindingsError with every device that was not read."""
    missing = [tell(reading) for _, reading in sorted(readings.items()) if isinstance(reading, NotRead)]
    if missing:
        raise FindingsError([make_finding("TR952", Where(), count=len(missing)), *missing])
    return {name: reading.text for name, reading in readings.items() if isinstance(reading, DeviceText)}


def is_security_event(reading: DeviceReading) -> bool:
    """Return whether a device is not who it should be."""
    return isinstance(reading, NotRead) and reading.trouble is ReadingTrouble.KEY_DIFFERS


def open_devices(
    plan: FiledPlan,
    ends: PlanEnds,
    reach: Mapping[str, DeviceReach],
    texts: Mapping[str, str],
    count: Count,
    kept_in: Path | None = None,
) -> dict[str, PlannedDevice]:
    """Return what is done on each device of a plan; FindingsError for those that can't be changed over the way to them, too.
    `kept_in`: as of `derive_devices`."""
    found = derive_devices(plan, ends, reach, texts, count, kept_in)
    raise_errors(
        make_finding("TR959", Where(device=name), device=name, transport=str(device.reach.transport))
        for name, device in sorted(found.items())
        if (device.reach.transport is DeviceTransport.NETCONF) != is_candidate(device)
    )
    return found


def is_applied(
    plan: FiledPlan, ends: PlanEnds, reach: Mapping[str, DeviceReach], kept: Mapping[str, str], texts: Mapping[str, str]
) -> bool:
    """Return whether every device of a plan stands as the plan wants it: then there is nothing to be done."""
    for filed in plan.devices:
        name = filed.device
        try:
            device = derive_device(filed, ends, reach[name], kept[name])
        except (KeyError, AnotherStateError, StepError):
            return False
        if planned_text(device, texts[name], DeviceSecrets()) != device.there.standing:
            return False
    return True
