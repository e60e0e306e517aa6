"""Hostile command lines end in a message with a code: no traceback, in moments, in little memory, and nothing is changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.output.exit_codes import ExitCode
from intents.messages import load_catalogue
from tests.hostile_commands import HostileLine, make_surroundings, read_lines
from tests.small_commands import ROOT, truc

LINES = tuple(read_lines())
TRIED = [pytest.param(line, marks=pytest.mark.long if at % 12 else ()) for at, line in enumerate(LINES)]
SECONDS, MIB = 2.0, 300
"""Limits of each: seconds of processor (others may use it, too), and all memory that it ever held."""


def contents(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


class _Runner:
    """One process that runs lines."""

    def __init__(self, folder: Path) -> None:
        self.braces = make_surroundings(folder)
        self.workspace = folder / "w"
        assert truc("compile", "-w", self.workspace)[0] == ExitCode.FINE
        self.before = contents(self.workspace)
        command = [sys.executable, "-m", "tests.hostile_commands", str(folder)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, line: HostileLine) -> dict[str, object]:
        words = [re.sub(r"\{(\w+)\}", lambda found: self.braces[found[1]], word) for word in line.words]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"stdout": line.stdout, "words": words}) + "\n")
        self.process.stdin.flush()
        found: dict[str, object] = json.loads(self.process.stdout.readline())
        return found

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Runner]:
    made = _Runner(tmp_path_factory.mktemp("hostile"))
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("line", TRIED, ids=lambda line: str(line.place))
def test_a_hostile_command_line_ends_in_a_message_with_a_code(line: HostileLine, runner: _Runner) -> None:
    found = runner.run(line)
    said = str(found["said"])
    assert found["code"] in (ExitCode.ERROR, ExitCode.INCONCLUSIVE), said
    assert re.search(rf'^(?:error|warning) {line.code}\b|"code": "{line.code}"', said, re.MULTILINE), said[:2000]
    assert "Traceback" not in said
    assert float(str(found["cpu"])) < SECONDS
    assert float(str(found["mib"])) < MIB
    assert contents(runner.workspace) == runner.before


def test_there_are_many_of_each_kind_and_none_twice() -> None:
    assert len(LINES) >= 250
    assert len({(line.stdout, line.words) for line in LINES}) == len(LINES)
    assert min(Counter(line.place.partition(":")[0] for line in LINES).values()) >= 20
    assert {line.code for line in LINES} <= set(load_catalogue("en").messages) - {"TR890"}
