"""Two workspaces and the texts that stand on the devices -> a `ChangePlan`, complete and offline.

The one idea: what is planned is from the texts as found to the texts that will stand, foreign lines and secrets kept; everything
that a board reads of it is worked out here, before any device is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from controller.jobs.digests import workspace_digest
from controller.jobs.evidence import give_between, platforms_of, read_folder
from controller.jobs.pipeline import Compiled, device_budgets
from controller.jobs.second_judge import SecondJudgeRequest
from controller.output.terminal import Output
from controller.rollout.change_request import load_change_request
from controller.rollout.declared import compare_declared
from controller.rollout.end import judge_end
from controller.rollout.headroom import FullestUse, check_headroom, fullest_uses
from controller.rollout.plan import ChangePlan, Origin, waves_of
from controller.rollout.proof import prove_rollout
from controller.rollout.spelling import spelled_as_found
from controller.rollout.steps import DeviceChange, StepError, change_device, text_digest
from intents.change_request import ChangeRequest
from intents.finding import Finding, FindingsError, Severity, Where, make_finding, raise_errors
from routing.merge import merge_text
from routing.model import Device, LinePath
from routing.text_reads import TextReads
from routing.vendors import VENDORS
from routing.vendors.secrets import names_in
from verification.change.judge import judge_change
from verification.verdicts.bounds import NoBoundsError


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What to plan. `base`: the workspace as it was carried out last; `workspace`: as it shall be; `running`: a folder of the
    texts that stand on the devices, None: those that the base makes. `days`: how long the plan may be applied; `wave`: how many
    sites are changed at once. `change`: the file of the change request; `interrupted`: devices that are taken to be without
    the network in between, besides those that it declares. `second`: which second judge is asked about the texts that will
    stand."""

    base: Path
    workspace: Path
    running: Path | None = None
    days: int = 7
    wave: int = 20
    serial: str = ""
    change: Path | None = None
    interrupted: tuple[str, ...] = ()
    second: SecondJudgeRequest | None = None


def make_plan(
    ends: tuple[Compiled, Compiled], request: PlanRequest, output: Output
) -> tuple[ChangePlan, tuple[Finding, ...]]:
    """Return the plan from one compiled workspace to another, and warnings; FindingsError, OSError."""
    before, after = ends
    change = None if request.change is None else load_change_request(request.change, ends, request.workspace)
    interrupted = _interrupted(change, request)
    running, warnings = _running(before, request)
    standing = _standing(before, after, running)
    raise_errors(_unseen(after, running, standing))
    output.progress("plan_steps", 0, 0)
    changes = _changes(after, running, standing)
    reads = TextReads()
    headroom = _headroom(ends, (running, standing), changes, reads)
    nearly_full = raise_errors(check_headroom(headroom))
    arrivals = {name: text for name, text in standing.items() if name not in running}
    departures = tuple(sorted(running.keys() - standing.keys()))
    with _bounds_told():
        proof = prove_rollout(
            ends,
            running,
            changes,
            arrivals=arrivals,
            departures=departures,
            interrupted=interrupted,
            reads=reads,
            progress=output.progress,
        )
    end = judge_end(after, standing, reads, output, request.second)
    output.progress("plan_access", 0, 0)
    access = judge_change(give_between(ends, running, reads), give_between(ends[::-1], standing, reads))
    plan = ChangePlan(
        origin=_origin(request, running, after.addressed.wanted.on),
        changes=changes,
        waves=waves_of(proof, request.wave),
        arrivals={name: text_digest(text) for name, text in sorted(arrivals.items())},
        departures=departures,
        proof=replace(proof, states=(*proof.states, end.state)),
        access=access,
        declaration=compare_declared(change, ends, (item.change for item in access.changes), interrupted),
        interrupted=interrupted,
        headroom=headroom,
        second=end.second,
        unheard=end.unheard,
    )
    known = dict.fromkeys((*before.findings, *after.findings))  # what is wrong with both is said once
    secrets = _secret_findings(changes)
    return plan, (*known, *warnings, *nearly_full, *secrets, *window_findings(change, plan.origin))


def window_findings(change: ChangeRequest | None, origin: Origin) -> tuple[Finding, ...]:
    """Return what is said of a window in which the plan may not be carried out any more, or in part of which."""
    if change is None or origin.made_on <= change.window.end.date() <= origin.expires_on:
        return ()
    span, where = f"{origin.made_on} -> {origin.expires_on}", change.head.where
    return (make_finding("TR907", where, severity=Severity.WARNING, window=change.window, span=span),)


def _interrupted(change: ChangeRequest | None, request: PlanRequest) -> tuple[str, ...]:
    """Return who is taken to be without the network meanwhile: whom the change request declares, and whom the command names."""
    declared = () if change is None else change.interrupted
    return tuple(sorted({*declared, *request.interrupted}))


@contextmanager
def _bounds_told() -> Iterator[None]:
    """Tell that two workspaces can't be judged between as a finding: FindingsError."""
    try:
        yield
    except NoBoundsError as error:
        raise FindingsError([make_finding("TR884", Where(), reason=error.reason)]) from error


def _origin(request: PlanRequest, running: Mapping[str, str], made_on: date) -> Origin:
    return Origin(
        base=workspace_digest(request.base),
        workspace=workspace_digest(request.workspace),
        running=_running_digest(running),
        made_on=made_on,
        expires_on=made_on + timedelta(days=request.days),
        serial=request.serial,
    )


def _standing(before: Compiled, after: Compiled, running: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that will stand: the new ones, with what is foreign on devices that are there, as these print it."""
    return {
        name: standing_text(before, after, name, running[name]) if name in running else config.text
        for name, config in after.configs.items()
    }


def standing_text(before: Compiled, after: Compiled, name: str, running: str) -> str:
    """Return the text that will stand on a device that is there: the new one, with what is foreign on it, as it prints it."""
    config, earlier = after.configs[name], before.configs.get(name)
    typed = frozenset[LinePath]() if earlier is None else earlier.ours
    return spelled_as_found(merge_text(config, running, earlier), running, typed)


def standing_texts(ends: tuple[Compiled, Compiled], request: PlanRequest) -> dict[str, str]:
    """Return the texts that will stand when a plan is carried out, by device; FindingsError."""
    running, _ = _running(ends[0], request)
    return _standing(*ends, running)


def _headroom(
    ends: tuple[Compiled, Compiled],
    texts: tuple[Mapping[str, str], Mapping[str, str]],
    changes: Iterable[DeviceChange],
    reads: TextReads,
) -> tuple[FullestUse, ...]:
    devices = _read(texts[0], ends[0], reads), _read(texts[1], ends[1], reads)
    budgets = device_budgets(ends[1].addressed.wanted.inventory)
    return fullest_uses(ends, devices, (change.device for change in changes), budgets)


def _running(before: Compiled, request: PlanRequest) -> tuple[dict[str, str], tuple[Finding, ...]]:
    if request.running is None:
        return {name: config.text for name, config in before.configs.items()}, ()
    return read_folder(request.running, before.addressed.wanted.inventory)


def _changes(after: Compiled, running: Mapping[str, str], standing: Mapping[str, str]) -> tuple[DeviceChange, ...]:
    """Return what is done on each device; FindingsError for those that no known steps lead to their text."""
    platforms = platforms_of(after)
    found, faults = [], []
    for name in sorted(running.keys() & standing.keys()):
        try:
            change = change_device(name, platforms[name], running[name], standing[name])
        except StepError as error:
            faults.append(make_finding("TR885", Where(device=name), device=name, reason=error.reason))
            continue
        if change is not None:
            found.append(change)
    raise_errors(faults)
    return tuple(found)


def _unseen(after: Compiled, running: Mapping[str, str], standing: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each line that would come with another secret and that no device shows: nobody could read it back."""
    for name, platform in sorted(platforms_of(after).items()):
        vendor = VENDORS[platform]
        if name not in running or standing.get(name, running[name]) == running[name]:
            continue
        there = frozenset(vendor.paths(running[name]))
        for path in vendor.paths(standing[name]):
            if path not in there and re.match(vendor.capabilities.unseen_secrets, path[0]) and names_in(path[-1]):
                yield make_finding("TR975", Where(device=name), device=name, line=vendor.hide_secrets(path[-1]))


def _secret_findings(changes: Iterable[DeviceChange]) -> tuple[Finding, ...]:
    """Return what is said of a plan that types secrets: which have to be at hand when it is carried out."""
    edits = ((change, edit) for change in changes for edit in (*change.edits, *change.back))
    needed = sorted({(name, change.platform) for change, edit in edits for name in names_in(edit.line)})
    if not needed:
        return ()
    told = ", ".join(f"{name} ({platform})" for name, platform in needed)
    return (make_finding("TR976", Where(), severity=Severity.WARNING, secrets=told),)


def _read(texts: Mapping[str, str], end: Compiled, reads: TextReads) -> dict[str, Device]:
    platforms = platforms_of(end)
    return {name: reads.read(name, platforms[name], text).device for name, text in texts.items()}


def _running_digest(running: Mapping[str, str]) -> str:
    """Return one digest of all running texts."""
    found = sha256()
    for name, text in sorted(running.items()):
        found.update(f"{name}\0{text_digest(text)}\n".encode())
    return f"sha256:{found.hexdigest()}"
