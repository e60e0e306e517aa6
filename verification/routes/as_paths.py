"""Whether an AS path fits a pattern, for the engine.

The one idea: a pattern is walked step by step with all the places in the path that it may have come to by then, so that no
pattern costs more than its length times the path's.
"""

from __future__ import annotations

from collections.abc import Iterator

from routing.model import AsPathPattern, AsPathStep


def fits(pattern: AsPathPattern, path: tuple[int, ...]) -> bool:
    """Return whether a pattern takes a path from its first AS to its last."""
    places = {0}
    for step in pattern:
        places = {end for start in places for end in _ends(step, path, start)}
    return len(path) in places


def _ends(step: AsPathStep, path: tuple[int, ...], start: int) -> Iterator[int]:
    """Yield where a step that starts at a place in the path may end."""
    run = start
    while run < len(path) and any(low <= path[run] <= high for low, high in step.ranges):
        run += 1
    last = run if step.most is None else min(run, start + step.most)
    yield from range(start + step.least, last + 1)
