"""What is known of one device, and what a record makes of it.

The one idea: between two reads only bounds are known: at least `least` and at most `most` edits of its way are done.
Sending widens them before the first byte leaves, an answer or a read narrows them; what would be sent without knowing where the
device stands can't follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from controller.journal.records import (
    Armed,
    Arming,
    Checked,
    Confirmed,
    Confirming,
    DeviceTarget,
    Failed,
    Indeterminate,
    LinksSeen,
    OfDevice,
    ReadBack,
    Saved,
    SecurityEvent,
    Sending,
    Taken,
    WentBack,
)
from intents.reason import Reason, because


class Stage(StrEnum):
    """Where a device is in a roll-out."""

    UNTOUCHED = "untouched"
    CHECKED = "checked"
    IN_HAND = "in hand"
    """Some edits are done; `least` to `most` of them."""
    STANDING = "standing"
    """All edits are done and were read back; not confirmed yet."""
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    SAVED = "saved"
    WENT_BACK = "went back"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


IN_FORCE = frozenset({Stage.CONFIRMED, Stage.SAVED})
_UNSETTLED = frozenset({Stage.IN_HAND, Stage.STANDING, Stage.CONFIRMING, Stage.INDETERMINATE})


class CannotFollowError(ValueError):
    """A record that can't follow those before it: `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """What is known of one device. `going_back`, `start`: whether it is on a way back, and after how many edits that one began;
    `least`, `most`: edits of its way that are done; `read`: the digest of its text, if nothing was sent since; `armed`: the
    dead-man's handle that may be set; `seen`: what it showed as up before anything was sent, and `is_up`: whether that was looked
    at again with all edits done; `starts_new`: whether it starts with the plan's text; `barred`: it is another one."""

    target: DeviceTarget
    stage: Stage = Stage.UNTOUCHED
    going_back: bool = False
    start: int = 0
    least: int = 0
    most: int = 0
    read: str | None = None
    armed: Arming | Armed | None = None
    seen: LinksSeen | None = None
    is_up: bool = False
    failure: Reason | None = None
    starts_new: bool = False
    barred: bool = False

    @property
    def device(self) -> str:
        """The name of the device."""
        return self.target.device

    @property
    def is_known(self) -> bool:
        """Return whether it is known how many edits are done."""
        return self.least == self.most and self.stage is not Stage.INDETERMINATE

    @property
    def is_touched(self) -> bool:
        """Return whether anything of the plan may stand on it."""
        return self.going_back or self.most > 0 or self.stage is Stage.INDETERMINATE

    @property
    def is_settled(self) -> bool:
        """Return whether it carries the old text or the new one for good."""
        return self.stage not in _UNSETTLED and not (self.stage is Stage.FAILED and self.is_touched)

    @property
    def is_saved(self) -> bool:
        """Return whether it starts with what stands on it."""
        return self.starts_new == (self.stage in IN_FORCE)


def stage_in_words(stage: Stage) -> Reason:
    """Return where a device is, in words."""
    return _STAGES[stage]


_STAGES: Mapping[Stage, Reason] = {
    Stage.UNTOUCHED: because("stage_untouched"),
    Stage.CHECKED: because("stage_checked"),
    Stage.IN_HAND: because("stage_in_hand"),
    Stage.STANDING: because("stage_standing"),
    Stage.CONFIRMING: because("stage_confirming"),
    Stage.CONFIRMED: because("stage_confirmed"),
    Stage.SAVED: because("stage_saved"),
    Stage.WENT_BACK: because("stage_went_back"),
    Stage.FAILED: because("stage_failed"),
    Stage.INDETERMINATE: because("stage_indeterminate"),
}


def _demand(holds: object, reason: Reason, state: DeviceState) -> None:
    if not holds:
        stage = stage_in_words(state.stage)
        raise CannotFollowError(because("journal_of_device", device=state.device, stage=stage, reason=reason))


def follow_device(state: DeviceState, record: OfDevice) -> DeviceState:
    """Return what is known after a record; CannotFollowError."""
    if state.barred:
        _demand(isinstance(record, Failed | Indeterminate | SecurityEvent), because("journal_device_barred"), state)
    if state.stage is Stage.INDETERMINATE:
        only_read = isinstance(record, ReadBack | WentBack | Indeterminate | SecurityEvent)
        _demand(only_read, because("journal_device_unknown"), state)
    match record:
        case Checked():
            return _checked(state, record)
        case LinksSeen():
            _demand(state.stage not in {Stage.UNTOUCHED, Stage.WENT_BACK}, because("journal_out_of_turn"), state)
            if state.stage is Stage.CHECKED:
                return replace(state, seen=record)
            return replace(state, is_up=state.stage is Stage.STANDING)
        case Sending():
            return _sending_back(state, record) if record.going_back else _sending(state, record)
        case Taken():
            is_in_bounds = state.stage is Stage.IN_HAND and state.least <= record.edits <= state.most
            _demand(is_in_bounds, because("journal_sent_more"), state)
            return replace(state, least=record.edits, most=record.edits)
        case Arming() | Armed():
            _demand(state.stage not in {Stage.UNTOUCHED, Stage.WENT_BACK}, because("journal_out_of_turn"), state)
            return replace(state, armed=record)
        case ReadBack():
            return _read_back(state, record)
        case _:
            return _closing(state, record)


def _closing(
    state: DeviceState, record: Confirming | Confirmed | Saved | WentBack | Failed | Indeterminate | SecurityEvent
) -> DeviceState:
    """Return what is known after a record of what comes of the edits."""
    match record:
        case Confirming():
            _demand(_may_confirm(state), because("journal_confirmed_unread"), state)
            return replace(state, stage=Stage.CONFIRMING) if state.stage is Stage.STANDING else state
        case Confirmed():
            return _confirmed(state, record)
        case Saved():
            _demand(state.stage in IN_FORCE or state.stage is Stage.WENT_BACK, because("journal_out_of_turn"), state)
            is_new = state.stage in IN_FORCE
            return replace(state, stage=Stage.SAVED if is_new else state.stage, starts_new=is_new)
        case WentBack():
            return _went_back(state, record)
        case Failed(reason=reason):
            stays = state.stage in IN_FORCE or state.stage is Stage.WENT_BACK
            return replace(state, stage=state.stage if stays else Stage.FAILED, failure=reason)
        case Indeterminate(reason=reason):
            return replace(state, stage=Stage.INDETERMINATE, failure=reason, read=None)
        case SecurityEvent():
            return replace(state, barred=True)


def resume_device(state: DeviceState) -> DeviceState:
    """Return what is known of a device when somebody resumes: of one in work only that no more was done than was sent; one with a
    text that nobody knew may carry another by now."""
    found = replace(state, barred=False, is_up=False, failure=None)
    if state.stage in IN_FORCE:
        return replace(found, failure=state.failure)
    if state.stage is Stage.INDETERMINATE:
        return replace(found, failure=state.failure, read=None)
    if state.stage is Stage.WENT_BACK:
        return found
    if not state.is_touched and state.armed is None:
        return replace(found, stage=Stage.UNTOUCHED, read=None)
    return replace(found, stage=Stage.IN_HAND, least=0, read=None)


def _checked(state: DeviceState, record: Checked) -> DeviceState:
    fits = state.stage in {Stage.UNTOUCHED, Stage.CHECKED, Stage.WENT_BACK} and record.digest == state.target.running
    _demand(fits, because("journal_checked_other"), state)
    return replace(state, stage=Stage.CHECKED, read=record.digest, seen=None, is_up=False, failure=None)


def _sending(state: DeviceState, record: Sending) -> DeviceState:
    """Send edits of the plan: from where the device stands, and no more than there are."""
    _demand(
        state.stage in {Stage.CHECKED, Stage.IN_HAND} and not state.going_back, because("journal_out_of_turn"), state
    )
    _demand(state.is_known and record.first == state.least + 1, because("journal_sent_unknown"), state)
    _demand(record.last <= state.target.edits, because("journal_sent_more"), state)
    return replace(state, stage=Stage.IN_HAND, least=record.first - 1, most=record.last, read=None)


def _sending_back(state: DeviceState, record: Sending) -> DeviceState:
    """Send edits that lead back: a way of its own, which begins where the device stands."""
    _demand(state.is_touched and state.stage is not Stage.CONFIRMING, because("journal_out_of_turn"), state)
    begun = state.least if state.going_back else 0
    _demand(state.is_known and record.first == begun + 1, because("journal_sent_unknown"), state)
    start = state.start if state.going_back else state.least
    _demand(start < state.target.edits or record.last <= state.target.back, because("journal_sent_more"), state)
    return replace(
        state, stage=Stage.IN_HAND, going_back=True, start=start, least=record.first - 1, most=record.last, read=None
    )


def _read_back(state: DeviceState, record: ReadBack) -> DeviceState:
    """Take over what was read; a confirmed device that still is as it should be stays confirmed."""
    target = state.target
    if record.edits is None:
        _demand(state.stage not in {Stage.UNTOUCHED, Stage.CHECKED}, because("journal_out_of_turn"), state)
        why = state.failure or because("writing_differs", device=state.device)
        return replace(state, stage=Stage.INDETERMINATE, read=record.digest, failure=why)
    way = _way_read(state, record)
    if not record.going_back:
        expected = {0: target.running, target.edits: target.standing}.get(record.edits, record.digest)
        _demand(record.digest == expected, because("journal_read_other"), state)
    is_as_before = state.stage in {Stage.UNTOUCHED, Stage.CHECKED, Stage.WENT_BACK} and record.digest == target.running
    is_as_after = state.stage in IN_FORCE and record.digest == target.standing
    keeps = state.stage is Stage.FAILED or is_as_before or is_as_after
    stands = not way.going_back and way.least == target.edits
    stage = state.stage if keeps else Stage.STANDING if stands else Stage.IN_HAND
    failure = None if state.stage is Stage.INDETERMINATE else state.failure
    return replace(way, stage=stage, read=record.digest, failure=failure)


def _way_read(state: DeviceState, record: ReadBack) -> DeviceState:
    """Return on which way a device is found, and where: no further on it than it was sent, or all the way to the end."""
    edits = record.edits or 0
    if record.going_back:
        _demand(state.going_back and edits <= state.most, because("journal_read_further"), state)
        return replace(state, least=edits, most=edits)
    reach = state.start if state.going_back else state.most
    _demand(edits <= reach or record.digest == state.target.standing, because("journal_read_further"), state)
    return replace(state, going_back=False, start=0, least=edits, most=edits)


def _may_confirm(state: DeviceState) -> bool:
    """All edits were read back, or none of them: then the way back is what is confirmed."""
    is_back = state.stage in {Stage.IN_HAND, Stage.FAILED} and state.read == state.target.running
    return is_back or state.stage is Stage.STANDING


def _confirmed(state: DeviceState, record: Confirmed) -> DeviceState:
    """What stands is confirmed: it was read before, and what is armed was asked to let go."""
    is_asked = state.stage is Stage.CONFIRMING or (state.stage is Stage.STANDING and state.armed is None)
    _demand(is_asked or state.stage in IN_FORCE, because("journal_confirmed_unread"), state)
    _demand(record.digest == state.target.standing, because("journal_confirmed_other"), state)
    stage = state.stage if state.stage in IN_FORCE else Stage.CONFIRMED
    return replace(state, stage=stage, read=record.digest, armed=None)


def _went_back(state: DeviceState, record: WentBack) -> DeviceState:
    _demand(state.stage not in {Stage.UNTOUCHED, Stage.CHECKED}, because("journal_out_of_turn"), state)
    _demand(record.digest == state.target.running, because("journal_back_other"), state)
    return replace(
        state,
        stage=Stage.WENT_BACK,
        going_back=False,
        start=0,
        least=0,
        most=0,
        read=record.digest,
        armed=None,
    )
