"""A roll-out that is killed at one of its boundaries, gone on with or taken back, and what must hold all the same.

The one idea: a boundary is a moment before or behind something that lasts: a record that goes to the disk, bytes that go to a
device. A process of its own carries the plan out and dies there without a word (SIGKILL); this one takes up what it left.
`python -m tests.chaos [EVERY]` tries every boundary (or every EVERY-th) both ways: `make chaos`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from controller.apply.rollout_run import RolloutRules
from controller.apply.ways import PlannedDevice, back_from, is_half_made, own_text, texts_along
from controller.fleet.readings import Stop
from controller.fleet.sessions import NetconfSession
from controller.fleet.terminals import Terminal
from controller.journal.device_state import IN_FORCE
from controller.journal.file import Journal
from controller.journal.reading import read_bytes
from controller.journal.records import Aim, RolloutOutcome
from routing.vendors import VENDORS
from tests.applied import Night, Scene, carry_out, night, scene

_T = TypeVar("_T")
BOUNDARIES: tuple[tuple[type, str], ...] = ((Journal, "append"), (Terminal, "put"), (NetconfSession, "do"))


@dataclass(frozen=True)
class Case:
    """Where a roll-out dies, and where it goes from there."""

    at: int
    aim: Aim

    def __str__(self) -> str:
        return f"{self.aim}-{self.at}"


def die_at(boundary: int, count: Callable[[int], None]) -> None:
    """Let this process die at its n-th boundary (0: at none); `count` hears of each."""
    seen = 0

    def pass_one() -> None:
        nonlocal seen
        seen += 1
        count(seen)
        if seen == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(do: Callable[..., _T]) -> Callable[..., _T]:
        def call(*given: Any, **named: Any) -> _T:
            pass_one()
            found = do(*given, **named)
            pass_one()
            return found

        return call

    for owner, name in BOUNDARIES:
        setattr(owner, name, watched(getattr(owner, name)))


def _child(made: Scene, ways: Mapping[str, tuple[int, str]], journal: Path, boundary: int, counted: Any) -> None:
    def count(seen: int) -> None:
        counted.value = seen

    die_at(boundary, count)
    carry_out(made, ways, journal, None, RolloutRules(), lambda _: None, Stop())


class Chaos:
    """Roll-outs of one plan that are killed."""

    def __init__(self, made: Scene, minute: float = 1.0) -> None:
        self.scene = made
        self.minute = minute
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.applied", "controller.fleet.access"])
        self._texts = {name: frozenset(_own_texts(device)) for name, device in made.planned.items()}

    def boundaries(self, folder: Path) -> int:
        """Return how many boundaries a roll-out has that nobody kills."""
        with night(self.scene, folder, minute=self.minute) as found:
            return self._begin(found, 0)

    def _begin(self, found: Night, boundary: int) -> int:
        counted = self._processes.Value("i", 0)
        given = (self.scene, found.ways, found.journal, boundary, counted)
        process = self._processes.Process(target=_child, args=given)
        process.start()
        process.join(120)
        assert process.exitcode == (-signal.SIGKILL if boundary else 0), process.exitcode
        return int(counted.value)

    def check(self, case: Case, folder: Path) -> None:
        """Kill a roll-out, take it up, and see that all is as it must be."""
        with night(self.scene, folder, minute=self.minute) as found:
            self._begin(found, case.at)
            done = _reported(found)
            if done is None:
                assert set(found.stands().values()) == {"running"}, "touched, and nobody wrote it down"
                return
            wanted = "standing" if case.aim is Aim.FORWARD else "running"
            outcome = RolloutOutcome.APPLIED if case.aim is Aim.FORWARD else RolloutOutcome.NOT_APPLIED
            for name in done:
                assert found.stands()[name] == "standing", "what was reported done is lost"
            # A device that goes back by itself while it is being confirmed is told as failed, and taken up once more.
            assert any(found.run(case.aim) is outcome for _ in range(3))
            self._check_end(found, wanted)
            before = _logs(found)
            assert found.run(case.aim) is outcome
            assert _logs(found) == before, "twice is not once"
            self._check_end(found, wanted)

    def _check_end(self, found: Night, wanted: str) -> None:
        assert set(found.stands().values()) == {wanted}
        state = found.state()
        assert state.ended is not None
        for name, device in found.servers.devices.items():
            assert device.pending is None, f"{name} still waits to be confirmed"
            assert not device.locks
            if device.platform == "cisco_ios":
                assert device.startup.blocks() == device.running.blocks() or not state.devices[name].starts_new
            self._check_states(name, [kept.text for kept in device.states])

    def _check_states(self, name: str, texts: list[str]) -> None:
        """Every text that a device ever carried is one of the plan's, there or back."""
        device = self.scene.planned[name]
        platform = device.reach.platform
        for text in texts:
            mine = own_text(name, platform, VENDORS[platform].showing.settled(text), device.there.standing)
            assert mine is not None
            known = _without_version(mine)
            is_known = known in self._texts[name] or is_half_made(device.there, _with_version(mine, device))
            assert is_known, f"{name} carried a text that no proof is about"


def _own_texts(device: PlannedDevice) -> Iterator[str]:
    """Yield every text that a device may carry, there and back from anywhere."""
    for _, text in texts_along(device.there):
        yield _without_version(text)
    for edits in range(1, device.edits + 1):
        for _, text in texts_along(back_from(device, edits).change):
            yield _without_version(text)


def _without_version(text: str) -> str:
    """Return a text without the line that a device prints of itself and does not keep."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("version ", "set version ")))


def _with_version(text: str, device: PlannedDevice) -> str:
    """Return a text with that line where the device prints it."""
    if text.startswith("set ") or "\nversion " in f"\n{text}":
        return text
    line = next((item for item in device.there.running.splitlines() if item.startswith("version ")), None)
    return text if line is None else f"{text}{line}\n"


def _reported(found: Night) -> set[str] | None:
    """Return the devices that the journal calls confirmed, None if it knows of no roll-out."""
    text = read_bytes(found.journal.read_bytes(), found.journal) if found.journal.exists() else None
    last = None if text is None else text.state.last
    if last is None:
        return None
    return {name for name, device in last.devices.items() if device.stage in IN_FORCE}


def _logs(found: Night) -> dict[str, int]:
    """Return how often something was done to each device."""
    words = ("line ", "loaded", "armed", "confirmed", "saved", "revert")
    return {name: sum(line.startswith(words) for line in device.log) for name, device in found.servers.devices.items()}


def sample(total: int, runs: int) -> list[Case]:
    """Return so many cases, spread evenly over the boundaries, on and back by turns."""
    aims = (Aim.FORWARD, Aim.BACK)
    step = max(total / max(runs, 1), 1.0)
    places = sorted({1 + int(number * step) for number in range(runs) if 1 + int(number * step) <= total})
    return [Case(at=place, aim=aims[number % 2]) for number, place in enumerate(places)]


def main(every: str = "1") -> None:
    made = scene()
    chaos = Chaos(made)
    with TemporaryDirectory() as scratch:
        total = chaos.boundaries(Path(scratch) / "whole")
        cases = [Case(at=at, aim=aim) for at in range(1, total + 1, int(every)) for aim in (Aim.FORWARD, Aim.BACK)]
        for number, case in enumerate(cases):
            chaos.check(case, Path(scratch) / f"{number}")
            print(f"\r{number + 1}/{len(cases)} {case}   ", end="", flush=True)  # noqa: T201 (a program)
    print(f"\n{total} boundaries, {len(cases)} runs, no broken invariant")  # noqa: T201 (as above)


if __name__ == "__main__":
    main(*sys.argv[1:])
