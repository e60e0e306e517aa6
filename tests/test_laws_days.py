"""Law 4 over days: where nothing is changed, no line of the lockfile changes, however many days go by."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from controller.jobs.compile import PROVENANCE
from controller.jobs.pipeline import LOCKFILE
from controller.output.exit_codes import ExitCode
from intents.registry import as_at
from intents.workspace import load_intents
from ipam.address_plan import AddressPlan, EntryState
from ipam.allocator import allocate
from ipam.inventory_reader import inventory_as_at, load_inventory
from ipam.keys import OutsideKey
from ipam.pools import make_pools
from ipam.store.lockfile import print_plan
from tests.small_commands import copy_small, truc
from tests.workspace_edits import drop_row, substitute

FIRST = date(2026, 9, 1)
DAYS = 400


@pytest.fixture
def undated(tmp_path: Path) -> Path:
    """The small example without a date that ends anything and without a day of its own."""
    workspace = copy_small(tmp_path)
    substitute(workspace, "settings.yaml", "default_on: 2026-11-24", "default_on: null")
    substitute(workspace, "intents/government.yaml", "      valid_to: 2027-06-30\n", "")
    return workspace


def plans(folder: Path, previous: AddressPlan, days: range) -> list[AddressPlan]:
    """Return the plan of each day, each made over the one before it."""
    loaded = load_intents(folder)
    equipment, _ = load_inventory(folder, loaded.registry)
    found = []
    for number in days:
        day = FIRST + timedelta(days=number)
        registry = as_at(loaded.registry, day)
        inventory, _ = inventory_as_at(equipment, registry, day)
        pools, _ = make_pools(loaded.settings.pools, previous, day)
        previous, _ = allocate(registry, inventory, pools, previous, loaded.settings, day)
        found.append(previous)
    return found


def standing(folder: Path) -> dict[Path, bytes]:
    """Return every file but the side table of lines, which says for which day it was made."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != PROVENANCE)
    return {path: path.read_bytes() for path in files}


def test_no_line_of_the_lockfile_changes_over_400_days(undated: Path) -> None:
    first, *later = plans(undated, AddressPlan(), range(DAYS))
    assert any(isinstance(entry.key, OutsideKey) for entry in first.prefixes)
    assert {print_plan(plan) for plan in later} == {print_plan(first)}


def test_a_quarantine_changes_no_line_until_it_ends_and_then_its_own_alone(undated: Path) -> None:
    (before,) = plans(undated, AddressPlan(), range(1))
    drop_row(undated, "attachments", "hdnd-tan-cuong-cq")
    first, *later = plans(undated, before, range(DAYS))
    texts = [print_plan(plan) for plan in (first, *later)]
    assert len(set(texts)) == 2
    last_of_quarantine = len([text for text in texts if text == texts[0]]) - 1
    gone = set(texts[0].splitlines()) - set(texts[-1].splitlines())
    assert last_of_quarantine == 180
    assert gone == {line for line in texts[0].splitlines() if f",{EntryState.QUARANTINED}," in line}
    assert set(texts[-1].splitlines()) < set(texts[0].splitlines())


def test_compiling_on_later_days_changes_nothing(undated: Path) -> None:
    assert truc("compile", "-w", undated, "--on", FIRST.isoformat())[0] == ExitCode.FINE
    before = standing(undated)
    for number in (1, 31, DAYS):
        day = (FIRST + timedelta(days=number)).isoformat()
        assert truc("compile", "-w", undated, "--on", day, "--check")[0] == ExitCode.FINE
        assert truc("compile", "-w", undated, "--on", day, "--detailed-exitcode")[0] == ExitCode.FINE
        assert standing(undated) == before
    assert undated / LOCKFILE in before
