"""A roll-out that dies at a boundary: gone on with or taken back, it ends where it should, and twice is once.

Some boundaries, spread over all of them; TRUC_CHAOS says how many (`make chaos` tries all).
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.applied import scene
from tests.chaos_ssh import Chaos, sample

RUNS = int(os.environ.get("TRUC_CHAOS", "4"))


def test_a_roll_out_that_is_killed_is_gone_on_with_or_taken_back(tmp_path: Path) -> None:
    chaos = Chaos(scene())
    total = chaos.boundaries(tmp_path / "whole")
    assert total > 100
    for case in sample(total, RUNS):
        chaos.check(case, tmp_path / str(case))
