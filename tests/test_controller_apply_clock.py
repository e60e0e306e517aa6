"""A clock that is put back while a device waits to be confirmed: whoever takes the roll-out up does not wait for hours."""

from __future__ import annotations

from pathlib import Path

from controller.journal.records import Aim
from tests.applied import scene
from tests.chaos import LONGEST
from tests.chaos_faults import Kind, Stage
from tests.chaos_world import HOURS, OUTCOMES, fresh


def test_a_clock_put_back_is_no_reason_to_wait(tmp_path: Path) -> None:
    whole = fresh(scene(), tmp_path / "whole.jsonl")
    with whole.time.ruling():
        whole.run(None)
    confirms = next(at for at, one in enumerate(whole.seen) if one.stage is Stage.CONFIRM)
    world = fresh(scene(), tmp_path / "journal.jsonl")
    world.fault = Kind.FULL
    world.at = max(at for at, one in enumerate(whole.seen[:confirms], start=1) if one.admits(Kind.FULL))
    with world.time.ruling():
        assert world.run(None) == "NotWrittenError TR947"
        world.mend()
        assert any(device.pending is not None for device in world.devices.values())
        world.time.jump(-5 * HOURS)
        begun = world.time.seconds
        world.access.away[world.bitten] = begun + 100 * HOURS
        assert world.run(Aim.FORWARD) == "partly applied"
        assert world.time.seconds - begun < LONGEST
        world.access.away.clear()
        assert world.run(Aim.FORWARD) == OUTCOMES[Aim.FORWARD]
