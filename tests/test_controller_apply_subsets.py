"""Any of a plan's devices may fail, and any others with it: what stands is what the journal says, and all or nothing is that.

Devices are in memory (`tests/memory_fleet.py`). All subsets of four devices here; of six by `make laws`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path

import pytest

from controller.apply.rollout_run import RolloutRules
from controller.journal.device_state import IN_FORCE
from controller.journal.records import Aim
from tests.applied import held, scene
from tests.chaos import stands_of
from tests.chaos_world import OUTCOMES, World, fresh
from tests.device_faults import Fault, Place, Planned

FOUR = "close a permit"
SIX = "close a permit + move a site"
RULES = RolloutRules(workers=1, stop_after=99)
CASES = [
    (FOUR, True),
    pytest.param(FOUR, False, marks=pytest.mark.long),
    pytest.param(SIX, True, marks=pytest.mark.long),
    pytest.param(SIX, False, marks=pytest.mark.long),
]


def _subsets(names: tuple[str, ...]) -> Iterator[frozenset[str]]:
    return map(frozenset, chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))


@pytest.mark.parametrize(("name", "whole"), CASES)
def test_whichever_devices_fail(name: str, tmp_path: Path, *, whole: bool) -> None:
    names = tuple(sorted(scene(name).planned))
    assert len(names) == (4 if name == FOUR else 6)
    for number, failing in enumerate(_subsets(names)):
        _try(name, failing, tmp_path / f"{number}", whole=whole)


def _try(name: str, failing: frozenset[str], folder: Path, *, whole: bool) -> None:
    folder.mkdir()
    world = fresh(scene(name), folder / "journal.jsonl")
    for at, device in enumerate(sorted(failing)):
        world.devices[device].faults.append(_fault(world, device, at))
    with world.time.ruling():
        said = world.run(None, RULES, whole=whole)
        assert not any(fault.times for device in world.devices.values() for fault in device.faults), "it never failed"
        back = frozenset(world.devices) if whole and failing else failing
        _check(world, back)
        assert said == (
            "applied" if not back else "not applied" if back == frozenset(world.devices) else "partly applied"
        )
        assert world.run(Aim.FORWARD, RULES) == OUTCOMES[Aim.FORWARD]
        _check(world, frozenset())


def _fault(world: World, name: str, at: int) -> Planned:
    """Return what makes a device fail while it is pushed: early or late, by a refusal or by going."""
    fault = (Fault.REFUSE_LINE, Fault.DROP)[at % 2]
    if world.devices[name].platform == "junos":
        # Gone behind the commit it would carry the plan's text all the same, and be gone on with.
        return Planned(fault=fault, place=Place.COMMIT if fault is Fault.REFUSE_LINE else Place.LINE)
    edits = world.scene.planned[name].edits
    return Planned(fault=fault, place=Place.LINE, nth=1 + (at * 37 + 5) % edits)


def _check(world: World, back: frozenset[str]) -> None:
    """These devices stand as before and all others as the plan says, on the fleet and in the journal."""
    with held(world.journal) as journal:
        assert journal.state.last is not None
        states = journal.state.last.devices
    for name, device in world.devices.items():
        assert stands_of(world.scene, device) == ("running" if name in back else "standing")
        assert (states[name].stage in IN_FORCE) == (name not in back)
        assert device.pending is None
        assert not device.locks
        assert not device.dirty
