"""A plan as it is filed -> what the journal says of it when a roll-out begins."""

from __future__ import annotations

from datetime import datetime

from controller.journal.records import Begun, DeviceTarget
from controller.rollout.filed import FiledPlan


def targets_of(plan: FiledPlan) -> tuple[DeviceTarget, ...]:
    """Return the devices of a plan with their digests before and after, and how many edits lead there and back."""
    return tuple(
        DeviceTarget(
            device=item.device,
            running=item.running,
            standing=item.standing,
            edits=len(item.edits),
            back=len(item.back),
        )
        for item in plan.devices
    )


def begun_of(
    plan: FiledPlan,
    *,
    at: datetime,
    operator: str,
    approvals: tuple[str, ...],
    tool: str,
    all_or_nothing: bool,
    break_glass: str = "",
) -> Begun:
    """Return the record that a roll-out of a plan begins with."""
    return Begun(
        at=at,
        plan=plan.digest,
        base=plan.base,
        workspace=plan.workspace,
        operator=operator,
        approvals=approvals,
        tool=tool,
        devices=targets_of(plan),
        waves=tuple(wave.devices for wave in plan.waves),
        all_or_nothing=all_or_nothing,
        break_glass=break_glass,
    )
