"""What happened, record by record -> what is known now of every roll-out and every device in it.

The one idea: the journal is the truth and this is only a fold over it: whoever reads the same records knows the same, and
one that can't follow those before it makes the journal a broken one, by name. Nothing is looked up elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from controller.journal.device_state import (
    IN_FORCE,
    CannotFollowError,
    DeviceState,
    Stage,
    follow_device,
    resume_device,
)
from controller.journal.records import (
    Activated,
    Aim,
    Begun,
    Ended,
    OfAddresses,
    OfDevice,
    OfJournal,
    OfRollout,
    Probed,
    Record,
    Released,
    Reopened,
    Repaired,
    Reserved,
    Resumed,
    RolloutOutcome,
    SecurityEvent,
    Sending,
    SignersKnown,
    Stopped,
    TurnedBack,
    WaveBegun,
    WaveEnded,
)
from intents.reason import Reason, because


class AddressUse(StrEnum):
    """What the addresses of a device are."""

    RESERVED = "reserved"
    ACTIVE = "active"
    FREE = "free"


_OUTCOMES: Mapping[RolloutOutcome, Reason] = {
    RolloutOutcome.APPLIED: because("outcome_applied"),
    RolloutOutcome.PARTLY_APPLIED: because("outcome_partly"),
    RolloutOutcome.NOT_APPLIED: because("outcome_not"),
}


def outcome_in_words(outcome: RolloutOutcome) -> Reason:
    """Return what became of a plan, in words."""
    return _OUTCOMES[outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAddresses:
    """The addresses that the plan gives to a device, and whether they are in use."""

    addresses: tuple[str, ...]
    use: AddressUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """By whose leave a roll-out of a plan goes forward from a moment on: digests of approvals, and why glass was broken ("" if it
    was not)."""

    plan: str
    at: datetime
    approvals: tuple[str, ...]
    break_glass: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutState:
    """What is known of one roll-out. `wave`: the furthest that was begun (0: none); `open_wave`,
    `in_wave`: the one that is open (0: none) and its devices;
    `operator`: who has it in hand; `last`: when something happened last; `leaves`: by whose leave it went forward, first when it
    began, then whenever it was taken up again for that; `probed`: what became of probes before the first wave."""

    begun: Begun
    devices: Mapping[str, DeviceState]
    operator: str
    last: datetime
    leaves: tuple[Leave, ...] = ()
    aim: Aim = Aim.FORWARD
    wave: int = 0
    open_wave: int = 0
    in_wave: frozenset[str] = frozenset()
    stopped: Stopped | None = None
    ended: Ended | None = None
    addresses: Mapping[str, DeviceAddresses] = field(default_factory=dict)
    security: tuple[SecurityEvent, ...] = ()
    probed: Probed | None = None

    @property
    def is_open(self) -> bool:
        """Return whether the roll-out is not over: it goes on, was stopped, or crashed."""
        return self.ended is None

    @property
    def unsettled(self) -> tuple[str, ...]:
        """Devices that carry neither the old text nor the new one for good, as far as is known."""
        return tuple(name for name, state in self.devices.items() if not state.is_settled)

    @property
    def outcome(self) -> RolloutOutcome:
        """What became of the plan so far."""
        done = sum(state.stage in IN_FORCE for state in self.devices.values())
        if done == len(self.devices):
            return RolloutOutcome.APPLIED
        return RolloutOutcome.PARTLY_APPLIED if done or self.unsettled else RolloutOutcome.NOT_APPLIED

    @property
    def counts(self) -> Mapping[Stage, int]:
        """How many devices are where, stages without one left out."""
        stages = [state.stage for state in self.devices.values()]
        return {stage: stages.count(stage) for stage in Stage if stage in stages}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalState:
    """What is known of all roll-outs, in the order in which they began. `current`: which one records are about, counted from 1
    (0: none); `signers`: who might sign when one last began (None: nobody wrote it down)."""

    rollouts: tuple[RolloutState, ...] = ()
    current: int = 0
    signers: SignersKnown | None = None

    @property
    def last(self) -> RolloutState | None:
        """The roll-out that is open, or was the last in work."""
        return self.rollouts[self.current - 1] if self.current else None

    def of_plan(self, plan: str) -> int:
        """Return which roll-out was the last of a plan (its digest), counted from 1; 0 if there is none."""
        found = (number for number, item in enumerate(self.rollouts, start=1) if item.begun.plan == plan)
        return max(found, default=0)

    def may_reopen(self, number: int) -> bool:
        """Return whether a roll-out may be taken up again: it is there, and those that began after it have left nothing."""
        later = self.rollouts[number:]
        return 1 <= number <= len(self.rollouts) and all(
            not item.is_open and item.outcome is RolloutOutcome.NOT_APPLIED for item in later
        )


def fold(records: Iterable[Record]) -> JournalState:
    """Return what is known after some records; CannotFollowError."""
    state = JournalState()
    for record in records:
        state = follow(state, record)
    return state


def follow(state: JournalState, record: Record) -> JournalState:
    """Return what is known after one more record; CannotFollowError if it can't follow."""
    if isinstance(record, OfJournal):
        return _of_journal(state, record)
    last = state.last
    if isinstance(record, Begun):
        if last is not None and last.is_open:
            raise CannotFollowError(because("journal_begun_twice"))
        rollouts = (*state.rollouts, _begun(record))
        return replace(state, rollouts=rollouts, current=len(rollouts))
    if last is None:
        raise CannotFollowError(because("journal_not_begun"))
    if not last.is_open and not isinstance(record, Resumed):
        raise CannotFollowError(because("journal_over"))
    found = replace(_next(last, record), last=record.at)
    return replace(state, rollouts=(*state.rollouts[: state.current - 1], found, *state.rollouts[state.current :]))


def _of_journal(state: JournalState, record: OfJournal) -> JournalState:
    match record:
        case Repaired():
            return state
        case SignersKnown():
            return replace(state, signers=record)
        case Reopened(number=number):
            if (state.last is not None and state.last.is_open) or not state.may_reopen(number):
                raise CannotFollowError(because("journal_reopened", number=number))
            return replace(state, current=number)
        case _:
            assert_never(record)


def _begun(record: Begun) -> RolloutState:
    return RolloutState(
        begun=record,
        devices={target.device: DeviceState(target=target) for target in record.devices},
        operator=record.operator,
        last=record.at,
        leaves=(_leave(record.plan, record),),
    )


def _leave(plan: str, record: Begun | Resumed) -> Leave:
    return Leave(plan=plan, at=record.at, approvals=record.approvals, break_glass=record.break_glass)


def _next(state: RolloutState, record: OfDevice | OfAddresses | OfRollout) -> RolloutState:
    if isinstance(record, OfDevice):
        return _of_device(state, record)
    match record:
        case Reserved() | Activated() | Released():
            return _of_addresses(state, record)
        case WaveBegun():
            return _wave_begun(state, record)
        case WaveEnded(number=number):
            at_work = [name for name in state.in_wave if _is_at_work(state.devices[name])]
            if not state.in_wave or number != state.open_wave or at_work:
                raise CannotFollowError(because("journal_wave_ended", number=number))
            return replace(state, open_wave=0, in_wave=frozenset())
        case Probed(wave=wave):
            return replace(state, probed=record) if wave == 0 else state
        case TurnedBack():
            return replace(state, aim=Aim.BACK)
        case Stopped():
            return replace(state, stopped=record)
        case Resumed():
            return _resumed(state, record)
        case Ended():
            return _ended(state, record)
        case Begun():
            raise CannotFollowError(because("journal_begun_twice"))
        case _:
            assert_never(record)


def _of_device(state: RolloutState, record: OfDevice) -> RolloutState:
    device = _device(state, record.device)
    if isinstance(record, Sending) and not record.going_back:
        _demand_forward(state, record.device)
    if isinstance(record, Sending) and state.aim is Aim.CONFIRM:
        raise CannotFollowError(because("journal_only_confirms", device=record.device))
    security = (*state.security, record) if isinstance(record, SecurityEvent) else state.security
    found = follow_device(device, record)
    return replace(state, devices={**state.devices, record.device: found}, security=security)


def _demand_forward(state: RolloutState, device: str) -> None:
    if state.aim is not Aim.FORWARD or device not in state.in_wave:
        raise CannotFollowError(because("journal_not_in_wave", device=device))


def _device(state: RolloutState, name: str) -> DeviceState:
    if name not in state.devices:
        raise CannotFollowError(because("journal_other_device", device=name))
    return state.devices[name]


def _is_at_work(device: DeviceState) -> bool:
    return device.stage in {Stage.IN_HAND, Stage.STANDING, Stage.CONFIRMING}


def _wave_begun(state: RolloutState, record: WaveBegun) -> RolloutState:
    """Begin a wave: the next, or one that was there (for what was left out, or after somebody has resumed)."""
    waves = state.begun.waves
    is_next = 1 <= record.number <= min(state.wave + 1, len(waves)) and state.aim is Aim.FORWARD
    if not (is_next and not state.in_wave and record.devices and set(record.devices) <= set(waves[record.number - 1])):
        raise CannotFollowError(because("journal_wave_begun", number=record.number))
    return replace(
        state,
        wave=max(state.wave, record.number),
        open_wave=record.number,
        in_wave=frozenset(record.devices),
    )


def _resumed(state: RolloutState, record: Resumed) -> RolloutState:
    devices = {name: resume_device(device) for name, device in state.devices.items()}
    leaves = (_leave(state.begun.plan, record),) if record.aim is Aim.FORWARD else ()
    return replace(
        state,
        operator=record.operator,
        leaves=(*state.leaves, *leaves),
        aim=record.aim,
        stopped=None,
        ended=None,
        devices=devices,
        open_wave=0,
        in_wave=frozenset(),
    )


def _ended(state: RolloutState, record: Ended) -> RolloutState:
    if set(record.given_up) != set(state.unsettled) or record.outcome is not state.outcome:
        raise CannotFollowError(because("journal_ended_otherwise", outcome=outcome_in_words(record.outcome)))
    return replace(state, ended=record, open_wave=0, in_wave=frozenset())


def _of_addresses(state: RolloutState, record: OfAddresses) -> RolloutState:
    """Addresses are reserved first, active once their device is confirmed, free once it carries nothing of the plan."""
    device, known = _device(state, record.device), state.addresses.get(record.device)
    found: DeviceAddresses | None = None
    match record:
        case Reserved(addresses=addresses):
            if known is None or known.use is AddressUse.FREE:
                found = DeviceAddresses(addresses=addresses, use=AddressUse.RESERVED)
        case Activated():
            if known is not None and device.stage in IN_FORCE:
                found = replace(known, use=AddressUse.ACTIVE)
        case Released():
            if known is not None and not device.is_touched and device.is_settled:
                found = replace(known, use=AddressUse.FREE)
        case _:
            assert_never(record)
    if found is None:
        raise CannotFollowError(because("journal_addresses", device=record.device))
    return replace(state, addresses={**state.addresses, record.device: found})
