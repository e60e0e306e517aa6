"""What each stage of the main job costs, in seconds and memory, for made-up provinces and the examples: one table.

Each row is a process of its own, with its workers, whose memory is looked at now and then (what they share is counted once:
PSS of Linux; elsewhere the largest one's own). Run: `python -m bench.bench_stages [--sites 10 200 1000]
[--workspace FOLDER …] [--guard]`; `--guard` exits 1 if compile and verify at 1,000 sites take more than 2 GiB, or more rounds of
the work that `bench.calibration` does on this machine just before and after (twice what they took when the guard was set).
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from bench.calibration import calibrate
from bench.generate import main as generate
from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from controller.jobs.workers import make_workers
from verification.judge import judge_and_replay

GUARD_ROUNDS = 60.0
GUARD_BYTES = 2 * 1024**3
GUARD_SITES = 1000
STAGES = ("load", "address", "compile", "read", "judge")
LIMIT_SECONDS = 1800


def measure(folder: Path) -> dict[str, float | str]:
    """Run the main job on a workspace in this process: wall seconds by stage, counts, and peak resident bytes."""
    gc.disable()
    marks = [time.monotonic()]
    wanted = want(folder, None)
    marks.append(time.monotonic())
    addressed = address(wanted)
    marks.append(time.monotonic())
    compiled = compile_network(addressed)
    texts = {name: config.text for name, config in compiled.configs.items()}
    marks.append(time.monotonic())
    given = give(compiled, texts)
    marks.append(time.monotonic())
    judgement = judge_and_replay(given, workers=make_workers())
    marks.append(time.monotonic())
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    row: dict[str, float | str] = {
        name: after - before for name, before, after in zip(STAGES, marks, marks[1:], strict=False)
    }
    kinds = {type(answer.verdict).__name__ for answer in judgement.answers}
    return row | {
        "lines": sum(text.count("\n") for text in texts.values()),
        "devices": judgement.devices,
        "states": judgement.states,
        "bytes": max(used) * 1024,
        "verdicts": ", ".join(sorted(kinds)),
    }


def measure_apart(folder: Path) -> dict[str, float | str] | None:
    """Measure in a new process; None if it does not end in time."""
    command = [sys.executable, "-m", "bench.bench_stages", "--one", str(folder)]
    most = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        started = time.monotonic()
        while process.poll() is None:
            if time.monotonic() - started > LIMIT_SECONDS:
                process.kill()
                return None
            looked = time.monotonic()
            most = max(most, sum(shared_bytes(number) for number in with_children(process.pid)))
            time.sleep(max(0.2, 40 * (time.monotonic() - looked)))  # looking holds the processes up
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        row: dict[str, float | str] = json.loads(process.communicate()[0])
    return row | {"bytes": most or row["bytes"]}


def with_children(number: int) -> list[int]:
    """Return a process and all that it started, by number."""
    found = [number]
    for listed in Path(f"/proc/{number}/task").glob("*/children"):
        with suppress(OSError):
            found += [
                item for child in listed.read_text(encoding="ascii").split() for item in with_children(int(child))
            ]
    return found


def shared_bytes(number: int) -> int:
    """Return the memory of a process in bytes, of what it shares its part only; 0 if that is not to be had."""
    with suppress(OSError):
        for line in Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def print_row(name: str, row: dict[str, float | str] | None) -> None:
    """Print one row of the table."""
    if row is None:
        print(f"{name:24} not finished in {LIMIT_SECONDS} s")
        return
    seconds = [float(row[stage]) for stage in STAGES]
    cells = " ".join(f"{value:8.1f}" for value in [*seconds, sum(seconds)])
    memory = float(row["bytes"]) / 1024**2
    print(
        f"{name:24} {row['devices']:>7} {row['lines']:>9} {row['states']:>6} {cells} {memory:8.0f}  {row['verdicts']}"
    )


def within_guard(row: dict[str, float | str] | None, unit: float) -> bool:
    """Say whether the guard is kept, given the seconds that a round of the calibration takes."""
    rounds = math.inf if row is None else sum(float(row[stage]) for stage in STAGES) / unit
    kept = row is not None and rounds <= GUARD_ROUNDS and float(row["bytes"]) <= GUARD_BYTES
    said = "kept" if kept else "NOT kept"
    print(
        f"guard at {GUARD_SITES} sites ({GUARD_ROUNDS:.0f} rounds of {unit:.2f} s, {GUARD_BYTES // 1024**2} MiB): {said}, "
        f"{rounds:.1f} rounds"
    )
    return kept


def print_growth(rows: dict[int, dict[str, float | str]]) -> None:
    """Print, from each number of sites to the next, with which power of it the seconds of each stage grow."""
    for (few, before), (many, after) in pairwise(sorted(rows.items())):
        cells = [
            f"{math.log(_total(after, stages) / _total(before, stages)) / math.log(many / few):8.2f}"
            for stages in (*((stage,) for stage in STAGES), STAGES)
        ]
        print(f"{f'power, {few} to {many}':24} {'':7} {'':9} {'':6} {' '.join(cells)}")


def _total(row: dict[str, float | str], stages: tuple[str, ...]) -> float:
    return sum(float(row[stage]) for stage in stages)


def main() -> int:
    """Print the table; 1 if the guard is asked for and not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, nargs="*", default=[10, 200, 1000])
    parser.add_argument("--workspace", type=Path, nargs="*", default=[Path("examples/thai-nguyen")])
    parser.add_argument("--guard", action="store_true")
    parser.add_argument("--one", type=Path)
    asked = parser.parse_args()
    if asked.one is not None:
        print(json.dumps(measure(asked.one)))
        return 0
    heads = " ".join(f"{name:>8}" for name in (*STAGES, "total"))
    print(f"{'network':24} {'devices':>7} {'lines':>9} {'states':>6} {heads} {'MiB':>8}  verdicts (wall seconds)")
    for folder in asked.workspace:
        print_row(folder.name, measure_apart(folder))
    kept, rows = True, dict[int, dict[str, float | str]]()
    for sites in asked.sites:
        with tempfile.TemporaryDirectory() as made:
            generate(["--sites", str(sites), "--seed", "1", made])
            before = calibrate()
            row = measure_apart(Path(made))
            unit = (before + calibrate()) / 2
        print_row(f"{sites} sites", row)
        if row is not None:
            rows[sites] = row
        if sites == GUARD_SITES:
            kept = within_guard(row, unit)
    print_growth(rows)
    return 0 if kept or not asked.guard else 1


if __name__ == "__main__":
    sys.exit(main())
