"""Something goes wrong at a boundary of a roll-out: gone on with or taken back, it ends where it should, and twice is once.

500 cases of many (`make chaos` tries 5,000), each half in a process of its own, where time is virtual; and a few that are killed
over SSH, TRUC_CHAOS says how many.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.applied import scene
from tests.chaos_ssh import Chaos, sample

RUNS = int(os.environ.get("TRUC_CHAOS", "2"))
HALF = 250
QUICK = 4
"""Courses of the smallest plan."""


@pytest.mark.parametrize("half", [0, 1])
def test_whatever_goes_wrong_at_a_boundary(half: int) -> None:
    given = [f"{HALF}", f"{half * HALF}", f"{QUICK}"]
    found = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *given],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert found.returncode == 0, found.stdout.replace("\r", "\n")[-8000:] + found.stderr[-4000:]
    assert f"{HALF} runs, 0 failed" in found.stdout


def test_a_roll_out_that_is_killed_is_gone_on_with_or_taken_back(tmp_path: Path) -> None:
    chaos = Chaos(scene())
    total = chaos.boundaries(tmp_path / "whole")
    assert total > 100
    for case in sample(total, RUNS):
        chaos.check(case, tmp_path / str(case))
