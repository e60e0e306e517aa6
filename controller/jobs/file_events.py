"""Changes of files as the system tells them (inotify and its like), by watchfiles.

The one idea: an event only says that it is time to look; what has changed is seen by looking, so an event too many does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import watch

_STEP = 20
"""Milliseconds for which events are gathered."""
_LONGEST = 2000
"""Milliseconds after which it is time to look although the system said nothing: it can't for every kind of file system."""


def events(folders: Sequence[Path]) -> Iterator[None]:
    """Yield whenever something may have changed in folders or below; OSError if there are none."""
    paths = [str(folder) for folder in folders]
    for _ in watch(
        *paths,
        watch_filter=None,
        debounce=10 * _STEP,
        step=_STEP,
        rust_timeout=_LONGEST,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        yield None
