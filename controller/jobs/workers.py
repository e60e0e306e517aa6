"""Processors -> workers that do parts of a job side by side.

The one idea: workers are forked when everything that they share is in place, so they inherit it and nothing is copied or
sent; what they share is known to them and to whoever started them, and to nobody else in this process.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import cast

from controller.interruptions import leave_interruptions
from verification.engine.workers import Found, Item, Workers

MINIMUM_WORKERS = 2
_ENDING = 2.0
"""Seconds that a thread may take to end once nobody works for it any more."""


def make_workers() -> Workers | None:
    """Return a maker of forked workers, one for each processor; None where there is one only, or no fork."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if count < MINIMUM_WORKERS or "fork" not in multiprocessing.get_all_start_methods():
        return None
    return partial(_forked, count)


@contextmanager
def _forked(count: int, job: Callable[[Sequence[Item]], Found]) -> Iterator[Callable[[Sequence[Item]], Future[Found]]]:
    context = multiprocessing.get_context("fork")
    before = frozenset(threading.enumerate())
    shared = (cast("Callable[[Sequence[object]], object]", job),)
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_Worker.begin, initargs=shared)
    try:
        yield lambda items: cast("Future[Found]", executor.submit(_Worker.do, items))
    except BaseException:  # nobody wants what is still to be done: somebody has interrupted it, or a part has failed
        executor.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        # The executor's threads: Python's exit stumbles over one that is ending.
        for thread in frozenset(threading.enumerate()) - before:
            thread.join(_ENDING)
        raise
    executor.shutdown()


class _Worker:
    """What one worker process does; never set in the process that started it."""

    _job: Callable[[Sequence[object]], object]

    @classmethod
    def begin(cls, job: Callable[[Sequence[object]], object]) -> None:
        """Keep the function that this process was forked for (a fork inherits it; nothing is pickled)."""
        leave_interruptions()
        cls._job = job

    @classmethod
    def do(cls, items: Sequence[object]) -> object:
        """Do one part."""
        return cls._job(items)
