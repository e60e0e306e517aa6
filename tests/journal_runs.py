"""Roll-outs that are made up: devices that take some of what is sent, go back by themselves, fail and fall silent, and a run that
writes down what it does and may be cut off between any two acts.

What a device truly carries is kept beside the journal, so that a test can hold the one against the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from random import Random

from controller.journal.device_state import DeviceState, Stage
from controller.journal.next_step import NextStep, next_steps
from controller.journal.records import (
    Activated,
    Aim,
    Alarm,
    Armed,
    Arming,
    Begun,
    Checked,
    Confirmed,
    Confirming,
    DeadMan,
    DeviceTarget,
    Ended,
    Failed,
    Indeterminate,
    ReadBack,
    Record,
    Released,
    Reserved,
    Resumed,
    Saved,
    SecurityEvent,
    Sending,
    StopCause,
    Stopped,
    Taken,
    TurnedBack,
    WaveBegun,
    WaveEnded,
    WentBack,
)
from controller.journal.state import AddressUse, JournalState, RolloutState, follow
from intents.reason import because

NOW = datetime(2026, 12, 5, 22, 0, tzinfo=UTC)
REASON = because("os_said", said="made up")


def digest(*of: object) -> str:
    return f"sha256:{sha256(repr(of).encode()).hexdigest()}"


class CutError(Exception):
    """The run ends here, as if its process had been killed."""


@dataclass
class Device:
    """What a device truly carries: after so many edits there, or `undone` edits of a way back that began after `place`."""

    target: DeviceTarget
    place: int = 0
    undone: int = 0
    armed_at: int | None = None

    @property
    def name(self) -> str:
        return self.target.device

    @property
    def way(self) -> int:
        """How many edits the way back from `place` has."""
        return self.target.back if self.place == self.target.edits else self.place

    def settle(self) -> None:
        """A way back that was gone to its end is the start."""
        if self.undone and self.undone == self.way:
            self.place = self.undone = 0

    @property
    def text(self) -> str:
        if self.undone:
            return digest(self.name, self.place, self.undone)
        ends = {0: self.target.running, self.target.edits: self.target.standing}
        return ends.get(self.place, digest(self.name, self.place))

    def revert(self) -> None:
        if self.armed_at is not None:
            self.place, self.undone, self.armed_at = self.armed_at, 0, None


def target(name: str, edits: int, back: int) -> DeviceTarget:
    return DeviceTarget(device=name, running=digest(name, "old"), standing=digest(name, "new"), edits=edits, back=back)


def begun(
    targets: tuple[DeviceTarget, ...], waves: tuple[tuple[str, ...], ...], *, all_or_nothing: bool = False
) -> Begun:
    return Begun(
        at=NOW,
        plan=digest("plan"),
        base=digest("base"),
        workspace=digest("workspace"),
        operator="an",
        approvals=(digest("approval"),),
        tool="1.0",
        devices=targets,
        waves=waves,
        all_or_nothing=all_or_nothing,
    )


@dataclass
class Run:
    """A roll-out, with chance deciding what goes wrong; `calm` says that nothing does from here on."""

    chance: Random
    devices: dict[str, Device]
    write: Callable[[Record], object]
    state: JournalState = field(default_factory=JournalState)
    records: list[Record] = field(default_factory=list)
    calm: bool = False

    @property
    def rollout(self) -> RolloutState:
        found = self.state.last
        assert found is not None
        return found

    def log(self, record: Record) -> None:
        self.cut()
        self.state = follow(self.state, record)
        self.write(record)
        self.records.append(record)
        self.cut()

    def at(self) -> datetime:
        return NOW + timedelta(seconds=len(self.records))

    def odds(self, of: float) -> bool:
        return not self.calm and self.chance.random() < of

    def cut(self) -> None:
        if self.odds(0.03):
            for device in self.devices.values():
                if self.odds(0.5):
                    device.revert()
            raise CutError

    def go(self) -> None:
        """Carry out what is to be done until nothing is: CannotFollowError would be a fault of the rules."""
        for number, wave in enumerate(self.rollout.begun.waves, start=1):
            steps = next_steps(self.rollout)
            if self.rollout.aim is Aim.FORWARD and any(self.is_to_do(steps[name]) for name in wave):
                self.log(WaveBegun(at=self.at(), number=number, devices=wave))
            order = list(wave)
            self.chance.shuffle(order)
            for name in order:
                self.finish(name)
            if self.rollout.in_wave and not any(self.is_at_work(name) for name in wave):
                self.log(WaveEnded(at=self.at(), number=number))
            failed = [name for name in wave if self.rollout.devices[name].failure is not None]
            if failed and self.rollout.begun.all_or_nothing and self.rollout.aim is Aim.FORWARD:
                self.log(TurnedBack(at=self.at(), reason=REASON))
        if self.rollout.aim is Aim.BACK:
            for name in next_steps(self.rollout):
                self.finish(name)
        if self.odds(0.1):
            self.log(Stopped(at=self.at(), why=StopCause.INTERRUPTED))
        self.log(Ended(at=self.at(), outcome=self.rollout.outcome, given_up=self.rollout.unsettled))

    @staticmethod
    def is_to_do(step: NextStep) -> bool:
        return step not in {NextStep.NOTHING, NextStep.PERSON}

    def is_at_work(self, name: str) -> bool:
        return self.rollout.devices[name].stage in {Stage.IN_HAND, Stage.STANDING, Stage.CONFIRMING}

    def finish(self, name: str) -> None:
        for _ in range(40):
            step = next_steps(self.rollout)[name]
            if not self.is_to_do(step):
                return
            self.step(name, step)
        raise AssertionError(f"{name} never ends")

    def step(self, name: str, step: NextStep) -> None:
        known, device, at = self.rollout.devices[name], self.devices[name], self.at()
        if self.odds(0.05):
            self.trouble(known, device)
            return
        match step:
            case NextStep.CHECK:
                self.log(Checked(at=at, device=name, digest=device.text))
                self.reserve(name)
            case NextStep.READ:
                self.log(self.seen(device))
                if device.text == device.target.running and known.stage is not Stage.UNTOUCHED:
                    self.log(WentBack(at=at, device=name, digest=device.text))
            case NextStep.SEND:
                self.send(known, device)
            case NextStep.CONFIRM:
                self.log(Confirming(at=at, device=name))
                device.armed_at = None
                self.cut()
                self.log(Confirmed(at=at, device=name, digest=device.text))
                self.reserve(name)
            case NextStep.SAVE:
                self.log(Saved(at=at, device=name))
            case NextStep.GO_BACK:
                self.go_back(known, device)
            case NextStep.NOTHING | NextStep.PERSON:
                raise AssertionError(step)

    def reserve(self, name: str) -> None:
        held = self.rollout.addresses.get(name)
        use = None if held is None else held.use
        stage = self.rollout.devices[name].stage
        if use in {None, AddressUse.FREE}:
            self.log(Reserved(at=self.at(), device=name, addresses=("10.0.0.0/24",)))
        elif stage is Stage.CONFIRMED:
            self.log(Activated(at=self.at(), device=name))
        elif stage is Stage.WENT_BACK:
            self.log(Released(at=self.at(), device=name))

    def trouble(self, known: DeviceState, device: Device) -> None:
        """Something goes wrong with a device before anything is sent to it."""
        if known.stage is Stage.INDETERMINATE or self.odds(0.3):
            self.log(Indeterminate(at=self.at(), device=device.name, reason=REASON))
            return
        if self.odds(0.3):
            self.log(SecurityEvent(at=self.at(), device=device.name, what=Alarm.WRONG_HOST_KEY))
        self.log(Failed(at=self.at(), device=device.name, reason=REASON))

    def seen(self, device: Device) -> ReadBack:
        edits = device.undone or device.place
        back = device.undone > 0
        return ReadBack(at=self.at(), device=device.name, digest=device.text, edits=edits, going_back=back)

    def send(self, known: DeviceState, device: Device) -> None:
        """Send some edits; the device may take only some, and say so or not."""
        name, at = device.name, self.at()
        if known.least == 0 and known.armed is None and self.odds(0.5):
            timer = DeadMan.REVERT_TIMER
            self.log(Arming(at=at, device=name, dead_man=timer, seconds=60))
            device.armed_at = device.place
            self.cut()
            self.log(Armed(at=at, device=name, dead_man=timer, seconds=60))
        first = known.least + 1
        last = self.chance.randint(first, known.target.edits)
        self.log(Sending(at=at, device=name, first=first, last=last))
        device.place = self.chance.randint(first - 1, last) if self.odds(0.2) else last
        self.cut()
        if device.place < last and self.odds(0.5):
            self.log(Indeterminate(at=at, device=name, reason=REASON))
            return
        self.log(Taken(at=at, device=name, edits=device.place))
        if device.place < last:
            self.log(Failed(at=at, device=name, reason=REASON))

    def go_back(self, known: DeviceState, device: Device) -> None:
        name, at = device.name, self.at()
        first = known.least + 1 if known.going_back else 1
        if device.text == known.target.running:
            self.log(WentBack(at=at, device=name, digest=device.text))
            return
        last = self.chance.randint(first, device.way)
        self.log(Sending(at=at, device=name, first=first, last=last, going_back=True))
        device.undone = self.chance.randint(first - 1, last) if self.odds(0.2) else last
        device.settle()
        self.cut()
        if self.odds(0.2):
            self.log(Failed(at=at, device=name, reason=REASON))
            return
        self.log(self.seen(device))
        if device.text == known.target.running:
            self.log(WentBack(at=at, device=name, digest=device.text))
            self.reserve(name)


def run_of(chance: Random, write: Callable[[Record], object] = lambda _: None) -> Run:
    """Return a roll-out that has just begun."""
    names = [f"device-{number}" for number in range(chance.randint(1, 5))]
    targets = tuple(target(name, chance.randint(1, 4), chance.randint(1, 4)) for name in names)
    cuts = sorted({0, len(names), *(chance.randint(0, len(names)) for _ in range(2))})
    waves = tuple(tuple(names[one:two]) for one, two in pairwise(cuts))
    run = Run(chance=chance, devices={item.device: Device(target=item) for item in targets}, write=write)
    run.calm = True
    run.log(begun(targets, waves, all_or_nothing=chance.random() < 0.5))
    run.calm = False
    return run


def play(run: Run, cuts: int = 4) -> None:
    """Carry a roll-out on, cut off and resumed as chance has it, and at last with nothing going wrong."""
    for number in range(cuts + 1):
        run.calm = number == cuts
        try:
            if number:
                aim = run.chance.choice([Aim.FORWARD, Aim.FORWARD, Aim.BACK, Aim.CONFIRM])
                run.log(Resumed(at=run.at(), operator="bình", aim=Aim.FORWARD if run.calm else aim))
            run.go()
        except CutError:
            continue
