"""Roll-outs in which something goes wrong at one of their boundaries, gone on with or taken back, and what must hold then.

The one idea: whatever goes wrong, what the journal says of a device is on it, or the journal says that nobody knows; nothing is
there that no proof was about; and the next run, the cause taken away, ends the night, the one behind it does nothing.
`python -m tests.chaos [RUNS]` tries so many of all cases, spread evenly: `make chaos`.
"""

from __future__ import annotations

import gc
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import chain, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from controller.apply.kept_texts import kept_texts
from controller.apply.rollout_run import RolloutRules
from controller.apply.ways import PlannedDevice, back_from, is_half_made, own_text, texts_along
from controller.journal.device_state import IN_FORCE, DeviceState, Stage
from controller.journal.reading import read_bytes
from controller.journal.records import Aim
from controller.journal.state import RolloutState
from routing.vendors import VENDORS
from tests.applied import Scene, scene, shown
from tests.chaos_faults import ON_DISK, Boundary, Kind
from tests.chaos_world import FOREIGN, HOURS, OUTCOMES, World, changes, freeze, fresh, syncing, thaw
from tests.device_state import Device
from tests.virtual_time import NIGHT

LONGEST = 1800.0
"""Seconds after which a run is over, whatever does not answer, when a device waits five minutes to be confirmed."""
_LATER = 900.0


_NOTICED = 120.0
"""Seconds after which a device has noticed that a session through which nothing went any more is gone, and its lock with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A roll-out: which plan, whether timers are armed, and whether it is the way back, from all of it, that is in hand."""

    scene: str
    arms: bool = False
    back: bool = False
    whole: bool = False

    def __str__(self) -> str:
        words = (self.scene, "armed" * self.arms, "all or nothing" * self.whole, "back" * self.back)
        return ", ".join(word for word in words if word)


COURSES = (
    Course(scene="renumber a LAN"),
    Course(scene="renumber a LAN", arms=True),
    Course(scene="renumber a LAN", back=True),
    Course(scene="renumber a LAN", arms=True, back=True),
    Course(scene="close a permit", whole=True),
    Course(scene="close a permit", back=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What goes wrong, at which boundary of a course, and where it goes from there; `waits`: not at once."""

    course: Course
    kind: Kind
    at: int
    boundary: Boundary
    aim: Aim
    waits: bool

    def __str__(self) -> str:
        place = f"{self.boundary.stage}, {self.boundary.when} {self.boundary.device}".rstrip()
        return f"{self.course}: {self.kind} at {self.at} ({place}), then {self.aim}{', later' * self.waits}"


class Chaos:
    """Cases of some courses, and how each is tried."""

    def __init__(self, courses: Sequence[Course], folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._starts = {course: self._start(course) for course in courses}
        self._boundaries = {course: self._whole(course) for course in courses}
        self._texts: dict[tuple[str, str], frozenset[str]] = {}
        self.said: Counter[str] = Counter()
        self.back = 0  # devices that were taken back, and compared line for line
        gc.freeze()

    def _place(self) -> Path:
        self._number += 1
        place = self._folder / f"{self._number}"
        place.mkdir(parents=True)
        return place / "journal.jsonl"

    def _start(self, course: Course) -> tuple[bytes, Path]:
        """Return the world in which a course begins, and its journal."""
        world = fresh(scene(course.scene), self._place())
        if course.back:
            with world.time.ruling():
                assert world.run(None, arms=course.arms) == OUTCOMES[Aim.FORWARD]
        return freeze(world), world.journal

    def _begin(self, course: Course) -> World:
        data, journal = self._starts[course]
        place = self._place()
        if journal.exists():
            shutil.copytree(journal.parent, place.parent, dirs_exist_ok=True)
        return thaw(scene(course.scene), place, data)

    def _whole(self, course: Course) -> tuple[Boundary, ...]:
        """Return the boundaries of a course in which nothing goes wrong."""
        world = self._begin(course)
        with world.time.ruling(), syncing(world):
            said = world.run(Aim.BACK if course.back else None, _rules(), arms=course.arms, whole=course.whole)
        assert said == OUTCOMES[Aim.BACK if course.back else Aim.FORWARD]
        shutil.rmtree(world.journal.parent)
        return tuple(world.seen)

    def cases(self) -> list[Case]:
        """Return all cases, in an order in which any that follow each other are of different kinds and courses."""
        rows = [list(self._of(course, kind)) for kind in Kind for course in self._boundaries]
        turns = zip_longest(*([row[at] for at in _spread(len(row))] for row in rows))
        return [case for case in chain.from_iterable(turns) if case is not None]

    def _of(self, course: Course, kind: Kind) -> Iterator[Case]:
        for at, boundary in enumerate(self._boundaries[course], start=1):
            if boundary.admits(kind):
                for aim in (Aim.FORWARD, Aim.BACK):
                    yield Case(course=course, kind=kind, at=at, boundary=boundary, aim=aim, waits=at % 2 == 0)

    # One case.

    def check(self, case: Case) -> None:
        """Let something go wrong, take the roll-out up, and see that all is as it must be."""
        world = self._begin(case.course)
        try:
            with world.time.ruling(), syncing(world):
                world = self._fail(case, world)
            with world.time.ruling():
                self._go_on(case, world)
        except BaseException:
            print(f"\n{world.said}")  # noqa: T201 (what a failed run needs)
            raise
        self.said[f"{case.kind}: {world.said[0] if world.said else 'killed'}"] += 1
        shutil.rmtree(world.journal.parent)

    def _fail(self, case: Case, world: World) -> World:
        world.fault, world.at = case.kind, case.at
        course = case.course
        aim = Aim.BACK if course.back else None
        if case.kind is Kind.KILL:
            return world.run_killed(aim, _rules(), arms=course.arms, whole=course.whole)
        begun = world.time.seconds
        world.run(aim, _rules(), arms=course.arms, whole=course.whole)
        assert world.at == 0, "nothing went wrong"
        assert world.time.seconds - begun < LONGEST, "it waited for what can't come"
        return world

    def _go_on(self, case: Case, world: World) -> None:
        self._check(world, case)
        if case.kind in ON_DISK and world.disk.is_full:
            self._check_full(case, world)
        world.mend()
        if case.waits:
            world.time.sleep(_LATER)
        state = _state(world)
        if state is None:
            assert all(device.log == [] or changes(device) == 0 for device in world.devices.values())
            if case.aim is Aim.BACK:
                return
        wanted = OUTCOMES[case.aim]
        for number in range(4):
            begun = world.time.seconds
            said = world.run(None if _state(world) is None else case.aim, arms=case.course.arms)
            assert world.time.seconds - begun < LONGEST, "it waited for what can't come"
            self._check(world, case)
            if said == wanted and _is_saved(world):
                break
            assert number < 3, world.said
            world.time.sleep(_LATER)
        self._check_end(world, case)
        before = {name: changes(device) for name, device in world.devices.items()}
        assert world.run(case.aim, arms=case.course.arms) == wanted
        assert {name: changes(device) for name, device in world.devices.items()} == before, "twice is not once"
        self._check_end(world, case)

    def _check_full(self, case: Case, world: World) -> None:
        """With a full disk nothing is begun."""
        before = {name: changes(device) for name, device in world.devices.items()}
        said = world.run(case.aim)
        assert said in {"OSError 28", "NotWrittenError TR947"}, said
        assert {name: changes(device) for name, device in world.devices.items()} == before

    # What must hold.

    def _check(self, world: World, case: Case) -> None:
        """What the journal says is so, and nothing else was ever there."""
        state = _state(world)
        for name, device in world.devices.items():
            self._check_texts(world, name, device)
            found = None if state is None else state.devices[name]
            self._check_claim(world, case, device, found)
        if state is not None:
            assert kept_texts(world.journal, world.scene.plan.digest) == {
                name: world.scene.texts[name] for name in world.scene.planned
            }

    def _check_claim(self, world: World, case: Case, device: Device, state: DeviceState | None) -> None:
        stands = stands_of(world.scene, device)
        if state is None:
            assert stands == "running"
        elif world.others or (case.kind is Kind.REBOOT and device.name == world.bitten and not state.is_saved):
            assert stands in {"running", "standing"}  # what happened since stands in no journal, or not in this one
        elif state.stage in IN_FORCE:
            assert stands == "standing", f"{device.name} is called {state.stage} and is {stands}"
        elif state.stage is not Stage.INDETERMINATE and state.is_settled:
            assert stands == "running", f"{device.name} is called {state.stage} and is {stands}"

    def _check_texts(self, world: World, name: str, device: Device) -> None:
        """Every text that a device ever carried is one of the plan's, there or back, but for what somebody else did."""
        planned = world.scene.planned[name]
        key = world.scene.name, name
        if key not in self._texts:
            self._texts[key] = frozenset(_own_texts(planned))
        for kept in device.states:
            if kept.text in _SEEN or (device.platform == "cisco_ios" and kept.made_by.startswith("revert: ")):
                continue  # the steps of `configure replace` are a device's own, and nobody's promise
            text = _without_foreign(VENDORS[planned.reach.platform].showing.settled(kept.text))
            mine = own_text(name, planned.reach.platform, text, planned.there.standing)
            assert mine is not None
            is_known = _without_version(mine) in self._texts[key] or is_half_made(
                planned.there, _with_version(mine, planned)
            )
            assert is_known, f"{name} carried a text that no proof is about, made by {kept.made_by}"
            _SEEN.add(kept.text)

    def _check_end(self, world: World, case: Case) -> None:
        wanted = "standing" if case.aim is Aim.FORWARD else "running"
        world.time.sleep(_NOTICED)
        state = _state(world)
        assert state is not None
        assert state.ended is not None
        assert not state.unsettled
        for name, device in world.devices.items():
            # Two journals of one network: what somebody did by the other stands in none of this one's lines.
            assert stands_of(world.scene, device) == wanted or world.others, name
            assert device.pending is None, f"{name} still waits to be confirmed"
            assert not device.locks
            assert not device.dirty, f"{name} has a candidate that somebody may commit"
            if case.aim is Aim.BACK and not world.others:
                # In the form of plans it is the same text; as Junos prints it, what was deleted and is back comes last.
                assert sorted(shown(device.running).splitlines()) == sorted(world.scene.texts[name].splitlines())
                self.back += 1
            if device.platform == "cisco_ios":
                assert device.startup.blocks() == device.running.blocks() or not state.devices[name].starts_new


_SEEN: set[str] = set()


def _rules() -> RolloutRules:
    return RolloutRules(workers=1, until=NIGHT + timedelta(seconds=4 * HOURS))


def _state(world: World) -> RolloutState | None:
    """Return what the journal says; it can always be read."""
    if not world.journal.exists():
        return None
    return _state_in(world.journal.read_bytes())


@lru_cache(maxsize=4)
def _state_in(content: bytes) -> RolloutState | None:
    text = read_bytes(content, Path("journal.jsonl"))
    return None if text is None else text.state.last


def stands_of(made: Scene, device: Device) -> str:
    """Return where a device really stands: at `running`, at `standing`, or at neither."""
    planned = made.planned[device.name]
    text = _without_foreign(shown(device.running))
    mine = own_text(device.name, planned.reach.platform, text, planned.there.standing)
    return "standing" if mine == planned.there.standing else "running" if mine == planned.there.running else "other"


def _own_texts(device: PlannedDevice) -> Iterator[str]:
    """Yield every text that a device may carry, there and back from anywhere."""
    for _, text in texts_along(device.there):
        yield _without_version(text)
    for edits in range(1, device.edits + 1):
        for _, text in texts_along(back_from(device, edits).change):
            yield _without_version(text)


def _without_foreign(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if line.strip() not in FOREIGN.values())


def _without_version(text: str) -> str:
    """Return a text without the line that a device prints of itself and does not keep."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("version ", "set version ")))


def _with_version(text: str, device: PlannedDevice) -> str:
    """Return a text with that line where the device prints it."""
    if text.startswith("set ") or "\nversion " in f"\n{text}":
        return text
    line = next((item for item in device.there.running.splitlines() if item.startswith("version ")), None)
    return text if line is None else f"{text}{line}\n"


def _spread(count: int) -> list[int]:
    """Return 0 to count - 1 so that any first few are spread over all (the golden section)."""
    return sorted(range(count), key=lambda number: (number * 0.6180339887498949) % 1.0)


def _is_saved(world: World) -> bool:
    """Return whether every device starts with what stands on it, as far as the journal knows; else a person is told (TR964)."""
    state = _state(world)
    return state is not None and all(device.is_saved for device in state.devices.values())


def main(runs: str = "5000", first: str = "0", courses: str = f"{len(COURSES)}") -> int:
    begun, failed = time.process_time(), 0
    with TemporaryDirectory() as scratch:
        chaos = Chaos(COURSES[: int(courses)], Path(scratch))
        every = chaos.cases()
        made = time.process_time() - begun
        for number, case in enumerate(every[int(first) : int(first) + int(runs)], start=1):
            try:
                chaos.check(case)
            except Exception as error:  # noqa: BLE001 (whatever it is: it is told, and the next is tried)
                failed += 1
                print(f"\n{case}\n  {' '.join(traceback.format_exception(error)[-2:])}")  # noqa: T201 (a program)
            print(f"\r{number} {case}\x1b[K", end="", flush=True)  # noqa: T201 (a program)
    spent = time.process_time() - begun
    print(f"\n{len(every)} cases, {number} runs, {failed} failed; {made:.1f} s + {spent - made:.1f} s of CPU")  # noqa: T201 (as above)
    print(f"{chaos.back} times a device was back, line for line as before")  # noqa: T201 (as above)
    for words, count in sorted(chaos.said.items()):
        print(f"{count:6} {words}")  # noqa: T201 (as above)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
