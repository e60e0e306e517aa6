"""Processors -> workers that judge failures side by side.

The one idea: workers are forked when everything that they share is in place, so they inherit it and nothing is copied or
sent; what they share is known to them and to whoever started them, and to nobody else in this process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

from verification.engine.failure_states import Submit, Tally
from verification.engine.routing_judgement import JudgeStates, Workers
from verification.verdicts.failure import Failure

MINIMUM_WORKERS = 2


def make_workers() -> Workers | None:
    """Return a maker of forked workers, one for each processor; None where there is one only, or no fork."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if count < MINIMUM_WORKERS or "fork" not in multiprocessing.get_all_start_methods():
        return None
    return partial(_forked, count)


@contextmanager
def _forked(count: int, judge: JudgeStates) -> Iterator[Submit]:
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_Worker.begin, initargs=(judge,)) as executor:
        yield lambda states: executor.submit(_Worker.judge, states)


class _Worker:
    """What one worker process does; never set in the process that started it."""

    _judge: JudgeStates

    @classmethod
    def begin(cls, judge: JudgeStates) -> None:
        """Keep the function that this process was forked for (a fork inherits it; nothing is pickled)."""
        cls._judge = judge

    @classmethod
    def judge(cls, states: Sequence[Failure]) -> Tally:
        """Judge some states."""
        return cls._judge(states)
