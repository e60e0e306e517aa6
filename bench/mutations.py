"""How many faults in the texts of an example the judge sees: the score of `truc verify --mutations`, with the time it takes.

Prints one line for each kind of fault: `python -m bench.mutations [workspace] [uniform faults] [seed] [of each named kind]`.
A workspace that is not the small example is too large to enumerate: what may change routes there unseen is unclassified.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from controller.jobs.workers import make_workers
from intents.reason import describe_reason
from verification.mutation.faults import describe_fault, named_faults, uniform_faults
from verification.mutation.score import Outcome, Score, score

SMALL = Path("examples") / "small"


def main() -> None:
    """Draw the faults, judge each, print the table and what a reader must look at."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SMALL
    count, seed, each = (int(text) for text in (*sys.argv[2:5], *("1000", "1", "4")[len(sys.argv[2:5]) :]))
    compiled = compile_network(address(want(folder, None)))
    texts = {name: config.text for name, config in compiled.configs.items()}
    faults = (*uniform_faults(texts, count, seed), *named_faults(texts, seed, each))
    started = time.perf_counter()
    found = score(give(compiled, texts), faults, enumerate_unseen=folder == SMALL, workers=make_workers())
    _report(found, time.perf_counter() - started)


def _report(found: Score, spent: float) -> None:
    print(f"{len(found.faults)} faults in {spent:.0f} s")
    print(f"{'':28}" + "".join(f"{outcome.name.lower():>14}" for outcome in Outcome))
    for kind, row in found.table():
        print(f"{kind:28}" + "".join(f"{row[outcome]:>14}" for outcome in Outcome))
    print(f"{'all':28}" + "".join(f"{found.count(outcome):>14}" for outcome in Outcome))
    for item in found.to_list():
        print(f"{item.outcome}: {describe_fault(item.fault, 'en')} | {describe_reason(item.detail or '', 'en')}")


if __name__ == "__main__":
    main()
