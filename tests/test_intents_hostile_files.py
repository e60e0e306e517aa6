"""Files made to exhaust memory or time are refused in under a second and under 256 MB."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MEMORY = 256 << 20
READER = """
import resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from intents.reader.csv_reader import read_csv
from intents.reader.yaml_reader import read_yaml
path = Path(sys.argv[1])
started = time.perf_counter()
if path.suffix == ".csv":
    findings = read_csv(path, path.name, {{"name": True, "title": False}})[1]
else:
    findings = read_yaml(path, path.name)[1]
print(",".join(finding.code for finding in findings), time.perf_counter() - started)
"""


def write_alias_bomb(path: Path) -> None:
    lines = ['a0: &a0 ["x", "x"]'] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    path.write_text("\n".join(lines), encoding="utf-8")


def write_repeated(text: str, times: int, head: str = "") -> object:
    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8") as file:
            file.write(head)
            for _ in range(times // 10_000):
                file.write(text * 10_000)

    return write


HOSTILE = {
    "alias-bomb.yaml": (write_alias_bomb, "TR107"),
    "flow-nesting.yaml": (write_repeated("[", 100_000), "TR106"),
    "block-nesting.yaml": (write_repeated("- ", 100_000), "TR106"),
    "mapping-nesting.yaml": (write_repeated("{a: ", 100_000), "TR106"),
    "huge.yaml": (write_repeated("a: bcdefghijklmnopqrstuvwxyz\n", 1_800_000), "TR102"),
    "huge-line.csv": (write_repeated("x" * 20, 10_000_000, "name,title\n"), "TR102"),
    "endless-line.csv": (write_repeated("x" * 20, 3_000_000, "name,title\n"), "TR125"),
    "endless-header.csv": (write_repeated("name,", 12_000_000), "TR125"),
    "many-columns.csv": (write_repeated("a,", 30_000), "TR130"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_second_and_in_256_mb(name: str, tmp_path: Path) -> None:
    write, code = HOSTILE[name]
    path = tmp_path / name
    assert callable(write)
    write(path)
    script = READER.format(memory=MEMORY)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    codes, seconds = done.stdout.split()
    assert code in codes.split(",")
    assert float(seconds) < 1.0


def test_a_pipe_in_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    script = READER.format(memory=MEMORY)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20
    )
    assert done.stdout.split()[0] == "TR134"
