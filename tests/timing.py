"""What work costs, for tests that bound it: without a tracer, and the least of a few times, for other programs run beside it."""

import sys
import time
from collections.abc import Callable


def cost(work: Callable[[], object], times: int = 3) -> float:
    """Return the CPU seconds of the cheapest of several times."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return min(_once(work) for _ in range(times))
    finally:
        sys.settrace(tracer)


def _once(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
