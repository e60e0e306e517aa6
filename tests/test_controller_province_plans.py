"""Plans of everyday changes of the example province, as they were last looked at.

The cheapest is planned here, the others by `make rollouts` and by `python -m bench.bench_plan`.
"""

from __future__ import annotations

import os

import pytest

from tests.province_changes import CHANGES, golden, plan_change

TRIED = sorted(CHANGES) if "TRUC_LAWS" in os.environ else ["renumber a LAN"]


def test_every_golden_is_of_a_change_and_holds() -> None:
    assert golden().keys() == CHANGES.keys()
    assert all(said["holds"] for said in golden().values())


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIED)
def test_a_plan_of_the_province_says_what_it_said(name: str) -> None:
    assert plan_change(name) == golden()[name]
