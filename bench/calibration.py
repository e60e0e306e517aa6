"""What this machine does in a second just now: a fixed piece of work, done side by side on every core that the judge would use.

The one idea: a guard that counts seconds fails on a busy machine and sleeps on a fast one; one that counts rounds of work of the
same kind (dictionaries, tuples, sorting, sets of intervals in numpy) done just before and after fails for our own doing alone.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time

import numpy as np

ROUNDS = 12


def _round(number: int) -> int:
    """Do work as the judge does it: keys of tuples, grouping, sorting, and unions of intervals."""
    groups: dict[tuple[int, int], list[int]] = {}
    for index in range(60_000):
        groups.setdefault((index * 7919 % 977, index % 13), []).append(index ^ number)
    ordered = sorted((tuple(items[:4]), key) for key, items in groups.items())
    marks = np.arange(200_000, dtype=np.int64) * 48_271 % 2_147_483_647
    edges = np.unique(np.concatenate([marks, marks + 512]))
    inside = np.searchsorted(edges, marks, side="right")
    return len(ordered) + int(inside.sum() % 97)


def _seconds(number: int) -> float:
    started = time.perf_counter()
    for index in range(ROUNDS):
        _round(number + index)
    return time.perf_counter() - started


def calibrate() -> float:
    """Return the wall seconds that the work takes, done once on each core (two at most) at the same time."""
    cores = min(2, os.cpu_count() or 1)
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        pool.map(_round, range(cores), chunksize=1)  # the processes are up, numpy is loaded
        return max(pool.map(_seconds, range(cores), chunksize=1))


if __name__ == "__main__":
    sys.stdout.write(f"{calibrate():.2f} s\n")
