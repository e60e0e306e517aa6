"""A filed plan, both workspaces and the texts on the devices -> what is done on each device, worked out anew.

The one idea: what is signed names digests and lines without secrets, so whoever carries it out works everything out once more and
compares. Nothing is done that is not, line by line, what was signed; and nothing on a device that is not as the plan found it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from controller.apply.ways import PlannedDevice, own_text
from controller.fleet.readings import DeviceReach
from controller.jobs.pipeline import Compiled
from controller.rollout.filed import FiledDevice, FiledPlan
from controller.rollout.plan import device_part
from controller.rollout.planning import standing_text
from controller.rollout.steps import DeviceChange, StepError, change_both_ways, text_digest
from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reason import Reason, because

Count: TypeAlias = Callable[[int], None]
"""Hears how many devices are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEnds:
    """The workspace that was carried out last and the one that shall be, compiled."""

    before: Compiled
    after: Compiled


class AnotherStateError(Exception):
    """A device does not carry the text that the plan was made from."""


def derive_devices(
    plan: FiledPlan,
    ends: PlanEnds,
    reach: Mapping[str, DeviceReach],
    texts: Mapping[str, str],
    count: Count = lambda _done: None,
    kept_in: Path | None = None,
) -> dict[str, PlannedDevice]:
    """Return what is done on each device of a plan, from the text that it was made from; FindingsError with every device on which
    another text stands, or for which something else would be done now than was signed. `kept_in`: the folder in which the texts
    were kept (None: the devices have just shown them)."""
    found: dict[str, PlannedDevice] = {}
    findings: list[Finding] = []
    for number, filed in enumerate(plan.devices):
        name = filed.device
        count(number)
        if name not in texts:
            findings.append(_not_kept(name, kept_in, because("apply_text_missing")))
            continue
        try:
            found[name] = derive_device(filed, ends, reach[name], texts[name])
        except AnotherStateError:
            if kept_in is None:
                findings.append(make_finding("TR953", Where(device=name), device=name, digest=filed.running))
            else:
                findings.append(_not_kept(name, kept_in, because("apply_text_other")))
        except StepError as error:
            findings.append(make_finding("TR954", Where(device=name), device=name, reason=error.reason))
    if findings:
        raise FindingsError(findings)
    return found


def _not_kept(device: str, folder: Path | None, reason: Reason) -> Finding:
    assert folder is not None
    return make_finding("TR979", Where(file=str(folder), device=device), device=device, folder=folder, reason=reason)


def derive_device(filed: FiledDevice, ends: PlanEnds, reach: DeviceReach, running: str) -> PlannedDevice:
    """Return what is done on one device; AnotherStateError if this is not the text that the plan was made from, StepError if what
    would be done now is not what was signed."""
    name, platform = filed.device, filed.platform
    if reach.platform != platform or name not in ends.after.configs:
        raise StepError(name, platform, because("apply_other_inputs"))
    wanted = standing_text(ends.before, ends.after, name, running)
    found = own_text(name, platform, running, wanted)
    if found is None or text_digest(found) != filed.running:
        raise AnotherStateError
    ways = change_both_ways(name, platform, running, wanted)
    if ways is None:
        raise StepError(name, platform, because("apply_other_inputs"))
    there, back = ways
    _compare(filed, there)
    # A state is many times as large as its text, and whoever carries a plan out holds both ways of every device.
    return PlannedDevice(reach=reach, there=replace(there, start=None), back=replace(back, start=None))


def _compare(filed: FiledDevice, there: DeviceChange) -> None:
    """StepError unless what was worked out is, line by line, what was signed."""
    made = device_part(there)
    signed = {
        "running": filed.running,
        "standing": filed.standing,
        "edits": _edits(filed, back=False),
        "back": _edits(filed, back=True),
        "notices": list(filed.notices),
    }
    other = next((part for part, value in signed.items() if made[part] != value), None)
    if other is not None:
        reasons: Mapping[str, Reason] = {"standing": because("apply_other_end")}
        raise StepError(filed.device, filed.platform, reasons.get(other, because("apply_other_edits")))


def _edits(filed: FiledDevice, *, back: bool) -> list[object]:
    """Return edits as a plan's file holds them."""
    return [
        {
            "kind": str(edit.kind),
            "section": list(edit.section),
            "line": edit.line,
            **({"secret": True} if edit.with_secret else {}),
        }
        for edit in (filed.back if back else filed.edits)
    ]
