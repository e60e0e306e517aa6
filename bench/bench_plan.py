"""What a plan of each of the five everyday changes of the example province costs: CPU seconds, and what the plan says.

Run: `python -m bench.bench_plan [NAME …] [--write]` (all five if none is named). Each is planned offline from the texts that the
workspace makes, proved, judged and told; the figure is CPU seconds of one process and its children, goal 20 a plan. What a plan
says is held against the golden; `--write` makes that anew.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from tests.province_changes import CHANGES, GOLDEN, ends_of, golden, plan_of, short


def main() -> None:
    """Print a row for each plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", default=list(CHANGES))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    print(f"{'change':<18}{'CPU s':>8}{'wall s':>8}  what it says")
    for name in asked.name:
        with tempfile.TemporaryDirectory() as scratch:
            ends = ends_of(name, Path(scratch))
            began, used = time.monotonic(), _cpu()
            said = short(plan_of(name, ends))
            seconds, wall = _cpu() - used, time.monotonic() - began
        known = golden()
        told = ", ".join(f"{key} {value}" for key, value in said.items() if key != "digest")
        same = "as the golden" if known.get(name) == said else "NOT AS THE GOLDEN"
        print(f"{name:<18}{seconds:>8.1f}{wall:>8.1f}  {told}; {same}", flush=True)
        if asked.write:
            GOLDEN.write_text(json.dumps({**known, name: said}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(item.ru_utime + item.ru_stime for item in both)


if __name__ == "__main__":
    main()
