"""Every row of the table of hostile inputs ends in a message with a code and a place, in time and within bounds."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.hostile_inputs import HostileInput, code_and_place, load_inputs, put, said_of, take_back, write_base

ROOT = Path(__file__).parent.parent
INPUTS = load_inputs()
GROUPS = {where: tuple(items) for where, items in groupby(INPUTS, key=lambda item: item.where.partition(":")[0])}
SECONDS, MEGABYTES = 2.0, 300
SAMPLE = INPUTS[:: len(INPUTS) // 12]
PEAK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from controller.cli import app
try:
    app(["validate", "-w", sys.argv[1]], standalone_mode=False)
finally:
    with open("/proc/self/status") as status:
        print("peak", next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""
"""What it took at most, in MiB; getrusage would count what stood before exec, which is the test runner's."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write_base(folder)
    return folder


def test_the_table_is_large_and_varied() -> None:
    assert len(INPUTS) >= 500
    assert len({item.where for item in INPUTS}) > 200
    assert len({item.kind for item in INPUTS}) > 100
    assert max(Counter((item.where, item.input) for item in INPUTS).values()) == 1


def test_without_them_nothing_is_wrong(workspace: Path) -> None:
    assert said_of(workspace)[0] == 0


@pytest.mark.parametrize("where", GROUPS)
def test_hostile_inputs_end_in_a_message_with_code_and_place(where: str, workspace: Path) -> None:
    for item in GROUPS[where]:
        path = put(workspace, item)
        try:
            started = time.process_time()
            code, output, first = said_of(workspace)
            taken = time.process_time() - started
        finally:
            take_back(workspace, path)
        assert code == 1, item
        assert "Traceback" not in output, item
        assert code_and_place(first) == (item.code, item.place), item
        assert re.fullmatch(r"TR\d{3}", item.code), item
        assert item.place, item
        assert taken < SECONDS, item


def places_elsewhere() -> Iterator[HostileInput]:
    for item in INPUTS:
        file = item.where.partition(":")[0].partition("*")[0]
        if not item.place.startswith(file):
            yield item


def test_the_first_error_stands_where_the_input_is() -> None:
    """But for what only others can know: a name that is fine in itself and not the one that they refer to."""
    assert {item.code for item in places_elsewhere()} <= {"TR202", "TR343"}
    assert len(tuple(places_elsewhere())) < 20


@pytest.mark.parametrize("item", SAMPLE, ids=lambda item: f"{item.where}, {item.kind}")
def test_the_memory_that_it_takes_is_bounded(item: HostileInput, tmp_path: Path) -> None:
    write_base(tmp_path)
    put(tmp_path, item)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in done.stderr.replace("typer.Exit", ""), done.stderr
    peak = re.search(r"^peak (\d+)$", done.stderr, re.MULTILINE)
    assert peak is not None, done.stderr
    assert int(peak[1]) < MEGABYTES
