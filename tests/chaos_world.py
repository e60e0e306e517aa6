"""Devices, disk and time of one night, with a fault that waits for its boundary.

The one idea: everything that outlives a run of truc is here and can be frozen; so the process that runs may really be killed, and
the devices go on as they were at that moment, their connections cut.
"""

from __future__ import annotations

import copy
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from controller.apply import kept_texts
from controller.apply.logbook import Logbook
from controller.apply.rollout_run import RolloutRules, RolloutRun
from controller.apply.terms import Patience, RolloutTerms
from controller.fleet.readings import Stop
from controller.journal.holder import LockedError
from controller.journal.records import Aim, Indeterminate, OfDevice, Record, Resumed, RolloutOutcome
from intents.finding import FindingsError
from tests.applied import Scene, begin, held
from tests.chaos_faults import Boundary, ChaosDisk, Kind, Stage, stage_of
from tests.device_ios_config import IosConfig
from tests.device_ios_edit import Typing, type_line
from tests.device_junos_config import JunosConfig
from tests.device_state import Config, Device, RefusedError
from tests.memory_fleet import MemoryAccess
from tests.virtual_time import VirtualTime

HOURS = 3600.0
FOREIGN = {"cisco_ios": "ntp server 192.0.2.99", "junos": "set system ntp server 192.0.2.99"}
AFTER = {"cisco_ios": "no ntp server 192.0.2.99", "junos": "delete system ntp server 192.0.2.99"}
_SOMEBODY = 9999
_CHANGES = ("line ", "loaded", "confirmed", "saved")


@dataclass(slots=True)
class World:
    """All that is there. `fault`, `at`: what goes wrong, and at which boundary from now on (0: at none)."""

    scene: Scene
    journal: Path
    devices: dict[str, Device]
    time: VirtualTime = field(default_factory=VirtualTime)
    fault: Kind | None = None
    at: int = 0
    seen: list[Boundary] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    bitten: str = ""  # the device that was hit
    others: bool = False  # whether somebody with another journal changed a device
    killed: Callable[[], None] = lambda: None
    marks: dict[str, int] = field(default_factory=dict)  # device that is INDETERMINATE -> changes until then
    disk: ChaosDisk = field(init=False)
    access: MemoryAccess = field(init=False)

    def __post_init__(self) -> None:
        self.disk = ChaosDisk(self.on_disk)
        self.access = MemoryAccess(self.devices, self.time, self.on_wire, 20.0)
        for device in self.devices.values():
            device.after = self.time.after
            device.restart = lambda name=device.name: self._falls(name)  # type: ignore[misc]  # a default is its own

    def _falls(self, name: str) -> None:
        self.access.away[name] = self.time.seconds + self.devices[name].away

    # Boundaries.

    def on_disk(self, boundary: Boundary) -> Kind | None:
        return self._pass(boundary)

    def on_wire(self, device: Device, when: str, data: bytes) -> str:
        found = self._pass(Boundary(stage=stage_of(data), when=when, device=device.name, platform=device.platform))
        return {Kind.RESET: "reset", Kind.STALL: "stall"}.get(found, "") if found is not None else ""

    def _pass(self, boundary: Boundary) -> Kind | None:
        """Let a boundary pass; the fault that is due happens, or is returned if whoever passes must suffer it."""
        self.seen.append(boundary)
        if len(self.seen) != self.at or self.fault is None:
            return None
        self.at = 0
        self.bitten = boundary.device or self._last_device()
        device = self.devices[self.bitten]
        match self.fault:
            case Kind.KILL:
                self.killed()
            case Kind.REBOOT:
                device.reboot()
            case Kind.FORWARD:
                self.time.jump(5 * HOURS)
            case Kind.BACKWARD:
                self.time.jump(-5 * HOURS)
            case Kind.SECOND_RUN:
                self._second_run()
            case Kind.SECOND_JOURNAL:
                self._second_journal()
            case Kind.FOREIGN | Kind.FOREIGN_CANDIDATE:
                edit(device, FOREIGN[device.platform], is_left=self.fault is Kind.FOREIGN_CANDIDATE)
            case _:
                return self.fault
        return None

    def _last_device(self) -> str:
        named = [record.device for record in self.records if isinstance(record, OfDevice)]
        return named[-1] if named else next(iter(self.devices))

    def _second_run(self) -> None:
        """Somebody else takes the same journal in hand, and is told that he can't."""
        before = {name: changes(device) for name, device in self.devices.items()}
        assert World(self.scene, self.journal, self.devices, self.time).run(Aim.BACK) == "LockedError TR946"
        assert before == {name: changes(device) for name, device in self.devices.items()}

    def _second_journal(self) -> None:
        before = {name: changes(device) for name, device in self.devices.items()}
        other = World(self.scene, self.journal.with_name("other.jsonl"), self.devices, self.time)
        self.said.append(f"other: {other.run(None)}")
        self.others = any(changes(device) != before[name] for name, device in self.devices.items())

    # Runs.

    def run(
        self, aim: Aim | None, rules: RolloutRules | None = None, *, arms: bool = False, whole: bool = False
    ) -> str:
        """Carry the plan out, or take it up again with an aim; return the outcome, or the error that ended it."""
        self.seen.clear()
        self.marks.clear()
        try:
            with held(self.journal, self.disk) as journal:
                log = Logbook(journal, self._hear)
                patience = Patience(seconds=300, arms=arms)
                terms = RolloutTerms(access=self.access, log=log, patience=patience, stop=Stop())
                begin(self.scene, self.journal, log, aim, all_or_nothing=whole)
                outcome = RolloutRun(self.scene.planned, terms, rules or RolloutRules(workers=1)).run()
            said = str(outcome)
        except LockedError as error:
            said = f"LockedError {error.findings[0].code}"
        except FindingsError as error:
            said = f"{type(error).__name__} {error.findings[0].code}"
        except OSError as error:
            said = f"OSError {error.errno}"
        for name, count in self.marks.items():
            assert changes(self.devices[name]) == count, f"{name} was touched though nobody knows what it carries"
        self.said.append(said)
        return said

    def _hear(self, record: Record) -> None:
        self.records.append(record)
        name = record.device if isinstance(record, OfDevice) else ""
        if isinstance(record, Indeterminate):
            self.marks[name] = changes(self.devices[name])
        elif isinstance(record, Resumed):
            self.marks.clear()
        elif name in self.marks:
            count = self.marks.pop(name)
            assert changes(self.devices[name]) == count, f"{name} was touched though nobody knows what it carries"

    def run_killed(self, aim: Aim | None, rules: RolloutRules, *, arms: bool, whole: bool) -> World:
        """Do the same in a process of its own, which is killed at the boundary; return the world that it leaves."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                self.killed = lambda: _die(self, writing)
                self.run(aim, rules, arms=arms, whole=whole)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            data = file.read()
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "it was not killed"
        assert os.WTERMSIG(status) == signal.SIGKILL
        return thaw(self.scene, self.journal, data)

    def mend(self) -> None:
        """Take the cause away: there is room on the disk, and what somebody else did is undone, if it is still there."""
        self.disk.is_full = False
        self.fault, self.at = None, 0
        device = self.devices.get(self.bitten)
        if device is not None and _is_foreign(device.running):
            edit(device, AFTER[device.platform], is_left=False)
        if device is not None and device.candidate is not None and _is_foreign(device.candidate):
            device.candidate = None


def changes(device: Device) -> int:
    """Return how often somebody did something to a device."""
    return sum(line.startswith(_CHANGES) for line in device.log)


def _is_foreign(config: Config) -> bool:
    return any("192.0.2.99" in block for block in config.blocks())


def edit(device: Device, line: str, *, is_left: bool) -> None:
    """Let somebody else change a device, as far as it lets him; with `is_left` only its candidate, which he leaves so."""
    if isinstance(device.running, IosConfig):
        type_line(device.running, Typing(), line)
    else:
        try:
            candidate = device.open_candidate(_SOMEBODY).copy()
            assert isinstance(candidate, JunosConfig)
            candidate.command(line)
            device.candidate = candidate
            if not is_left:
                device.commit(_SOMEBODY)
        except RefusedError:
            return
    device.note("somebody else")
    device.log.append("somebody else")


# A world that outlives whoever is in it.


def freeze(world: World) -> bytes:
    """Return all that lasts: devices, what they have still to do, and the time."""
    kept = []
    for device in world.devices.values():
        twin: Any = copy.copy(device)
        twin.notices, twin.restart, twin.after = [], None, None
        twin.sessions = dict.fromkeys(device.sessions)
        if device.pending is not None:
            twin.pending = copy.copy(device.pending)
            twin.pending.clock = device.pending.clock.at  # type: ignore[union-attr]  # an alarm of ours
        kept.append(twin)
    time = world.time.seconds, world.time.jumped
    return pickle.dumps((kept, time, world.access.away, world.records, world.marks, world.bitten, len(world.seen)))


def thaw(scene: Scene, journal: Path, data: bytes) -> World:
    """Return the world that was frozen, its connections cut."""
    devices, (seconds, jumped), away, records, marks, bitten, _ = pickle.loads(data)  # noqa: S301 (our own)
    time = VirtualTime()
    time.seconds, time.jumped = seconds, jumped
    world = World(scene, journal, {device.name: device for device in devices}, time)
    world.access.away.update(away)
    world.records, world.marks, world.bitten = records, marks, bitten
    for device in devices:
        if device.pending is not None:
            device.pending.clock = time.after(device.pending.clock - seconds, device.revert, "expired")
        for number in list(device.sessions):
            if device.locks.get("cli") == number:
                del device.locks["cli"]
            device.gone(number, reverts=device.platform != "junos")
    return world


def _die(world: World, writing: int) -> None:
    with os.fdopen(writing, "wb") as file:
        file.write(freeze(world))
    os.kill(os.getpid(), signal.SIGKILL)


def fresh(scene: Scene, journal: Path) -> World:
    """Return devices as they are before a plan."""
    devices = {}
    for device in scene.devices(60.0):
        device.running, device.startup = _read(device.running), _read(device.startup)
        device.away = 30.0
        devices[device.name] = device
    return World(scene, journal, devices)


def _read(config: Config) -> Config:
    """Return a configuration that is read already, so that it can be frozen."""
    assert isinstance(config, IosConfig | JunosConfig)
    _ = config.lines if isinstance(config, IosConfig) else config.root
    return config.copy() if isinstance(config, IosConfig) else config


@contextmanager
def syncing(world: World) -> Iterator[None]:
    """Let the texts beside the journal go to the disk of a world."""
    before = vars(kept_texts)["_sync"]

    def sync(_: Path) -> None:
        if world.on_disk(Boundary(stage=Stage.JOURNAL, when="before", at_sync=True)) is not None:
            raise OSError(5, "Input/output error")

    vars(kept_texts).update(_sync=sync)
    try:
        yield
    finally:
        vars(kept_texts).update(_sync=before)


OUTCOMES = {Aim.FORWARD: str(RolloutOutcome.APPLIED), Aim.BACK: str(RolloutOutcome.NOT_APPLIED)}
