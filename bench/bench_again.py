"""What judging again costs beside judging: one table, CPU seconds, medians, ratios in one run.

Each case changes one text, or one intent, of a workspace of which everything is proved and resident; reading the changed text is
counted, and so is writing and reading every text that a changed intent changes. Two rows are of `truc verify` as a process of its
own, with an empty cache and with the one that this leaves (wall seconds beside those of the processor). Run:
`python -m bench.bench_again [WORKSPACE …] [--sites N …] [--rounds 5]` (examples/thai-nguyen if nothing is named).
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

from bench.generate import main as generate
from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled, address, compile_network, want
from intents.policy import Effect
from verification.engine.delta import delta
from verification.engine.engine import Proven, prove, reprove
from verification.evidence.evidence import Given
from verification.mutation.score import text_of, with_text

Change = Callable[[Given], Given]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One change: its name, and the network after it; `again` makes it once more, reading and writing included."""

    name: str
    again: Change


def text_cases(given: Given) -> Iterator[Case]:
    """Yield one change of one text of each kind that the network has."""
    kinds = (
        ("one ACL entry", r"^ \d+ permit tcp .*\n"),
        ("one route filter line", r"^ip prefix-list (\S+) seq \d+ permit .*\n(?=ip prefix-list \1 seq )"),
        ("one route filter's only line", r"^ip prefix-list \S+ seq \d+ permit .*\n"),
        ("one session", r"^ +neighbor \S+ activate\n"),
    )
    sites = sorted(given.roles.sites & given.network.devices.keys())
    for name, pattern in kinds:
        for device in sites:
            text = text_of(given, device)
            found = re.search(pattern, text, re.MULTILINE)
            if found is not None:
                changed = text[: found.start()] + text[found.end() :]
                yield Case(name=f"{name} ({device})", again=partial(with_text, device=device, text=changed))
                break


def policy_case(compiled: Compiled) -> Case:
    """Return the change that one permit less makes: every text that it changes is written and read."""
    wanted = compiled.addressed.wanted
    gone = next(rule for rule in wanted.policy.rules if rule.effect is Effect.PERMIT)
    rules = tuple(rule for rule in wanted.policy.rules if rule != gone)
    addressed = replace(compiled.addressed, wanted=replace(wanted, policy=replace(wanted.policy, rules=rules)))

    def again(given: Given) -> Given:
        del given
        done = compile_network(addressed)
        return give(done, {name: item.text for name, item in done.configs.items()})

    return Case(name="one intent less, texts written anew", again=again)


def timed(proven: Proven, case: Case) -> float:
    """Return the CPU seconds from the changed text to its judgement."""
    gc.collect()
    started = time.process_time()
    after = case.again(proven.given)
    reprove(proven, delta(proven.given, after))
    return time.process_time() - started


def measure(folder: Path, name: str, rounds: int) -> None:
    """Print the rows of one workspace."""
    compiled = compile_network(address(want(folder, None)))
    given = give(compiled, {name: item.text for name, item in compiled.configs.items()})
    gc.collect()
    started = time.process_time()
    proven = prove(given)
    alone = time.process_time() - started
    print(f"{name:24} {'judged from nothing':44} {alone:8.3f} s")
    for case in (*text_cases(given), policy_case(compiled)):
        seconds = median(timed(proven, case) for _ in range(rounds))
        print(f"{name:24} {case.name:44} {seconds:8.3f} s {alone / seconds:8.1f} times", flush=True)


def measure_cache(folder: Path, name: str, rounds: int) -> None:
    """Print what a new process costs with an empty cache, and with nothing changed since."""
    with tempfile.TemporaryDirectory() as cache:
        first = verify_alone(folder, cache)
        again = sorted(verify_alone(folder, cache) for _ in range(rounds))[rounds // 2]
    for words, (wall, processor) in (("new process, empty cache", first), ("new process, unchanged", again)):
        print(
            f"{name:24} {words:44} {processor:8.3f} s {first[1] / processor:8.1f} times {wall:8.3f} s wall", flush=True
        )


def verify_alone(folder: Path, cache: str) -> tuple[float, float]:
    """Return wall and processor seconds of `truc verify` in a process of its own."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    code = "from controller.cli import main; main()"
    command = [sys.executable, "-c", code, "verify", "-w", str(folder)]
    subprocess.run(command, env={**os.environ, "XDG_CACHE_HOME": cache}, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - started, spent


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path, nargs="*")
    parser.add_argument("--sites", type=int, nargs="*", default=[])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    gc.disable()
    for folder in asked.workspace or ([] if asked.sites else [Path("examples/thai-nguyen")]):
        measure(folder, folder.name, asked.rounds)
        measure_cache(folder, folder.name, asked.rounds)
    for sites in asked.sites:
        with tempfile.TemporaryDirectory() as made:
            generate(["--sites", str(sites), "--seed", "1", made])
            measure(Path(made), f"{sites} sites", asked.rounds)
            measure_cache(Path(made), f"{sites} sites", asked.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
