"""What is known of a roll-out -> what is to be done next with each device: the same after a crash as without one.

The one idea: a step follows from what is known and where the roll-out is going, never from what a run remembers; doing it twice
is doing it once, for a device whose state is not known is read first.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from controller.journal.device_state import IN_FORCE, DeviceState, Stage
from controller.journal.records import Aim
from controller.journal.state import RolloutState


class NextStep(StrEnum):
    """What is to be done with a device."""

    CHECK = "check"
    """Read it and compare with the plan's running digest."""
    READ = "read"
    """Read it to learn after how many edits it stands."""
    SEND = "send"
    """Send the edits from `least` + 1 on."""
    CONFIRM = "confirm"
    SAVE = "save"
    GO_BACK = "go back"
    """Send what leads back from where it stands, or read that it is back already."""
    NOTHING = "nothing"
    PERSON = "person"
    """Nothing may be sent: it is not who it should be, or what stands on it is none of the plan's states."""


def next_steps(state: RolloutState) -> Mapping[str, NextStep]:
    """Return what is to be done with each device, in the order of the waves; going back, in the opposite order."""
    order = [device for wave in state.begun.waves for device in wave]
    if state.aim is Aim.BACK:
        order.reverse()
    return {device: next_step(state.devices[device], state.aim) for device in order}


def next_step(state: DeviceState, aim: Aim) -> NextStep:
    """Return what is to be done with one device."""
    if state.barred:
        return NextStep.PERSON
    if state.stage is Stage.INDETERMINATE:
        return NextStep.READ if state.read is None else NextStep.PERSON
    is_at_work = state.is_touched or state.armed is not None
    if state.stage is Stage.CONFIRMING or (is_at_work and not _is_read(state)):
        return NextStep.READ
    match aim:
        case Aim.FORWARD:
            return _forward(state)
        case Aim.BACK:
            return _back(state)
        case Aim.CONFIRM:
            if state.stage is Stage.STANDING:
                return NextStep.CONFIRM
            return _saving(state)
        case _:
            assert_never(aim)


def _is_read(state: DeviceState) -> bool:
    """Return whether it is known where a device stands: it was read, or has taken all that was sent, and that is not all yet."""
    is_all_sent = state.stage is Stage.IN_HAND and not state.going_back and state.least == state.target.edits
    return state.is_known and (state.read is not None or (state.least > 0 and not is_all_sent))


def _saving(state: DeviceState) -> NextStep:
    is_final = state.stage in IN_FORCE or state.stage is Stage.WENT_BACK
    return NextStep.SAVE if is_final and not state.is_saved else NextStep.NOTHING


def _forward(state: DeviceState) -> NextStep:
    match state.stage:
        case Stage.UNTOUCHED:
            return NextStep.CHECK
        case Stage.CHECKED:
            return NextStep.SEND
        case Stage.IN_HAND:
            return NextStep.GO_BACK if state.going_back else NextStep.SEND
        case Stage.STANDING:
            return NextStep.CONFIRM
        case Stage.WENT_BACK:
            return (
                NextStep.SAVE if not state.is_saved else NextStep.CHECK if state.failure is None else NextStep.NOTHING
            )
        case Stage.FAILED:
            return NextStep.GO_BACK if state.is_touched else NextStep.NOTHING
        case _:
            return _saving(state)


def _back(state: DeviceState) -> NextStep:
    match state.stage:
        case Stage.UNTOUCHED | Stage.CHECKED | Stage.WENT_BACK:
            return _saving(state)
        case Stage.FAILED if not state.is_touched:
            return NextStep.NOTHING
        case _:
            return NextStep.GO_BACK
