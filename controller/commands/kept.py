"""Where a command finds what an earlier run has worked out, and what is said if that place is of no use."""

from __future__ import annotations

from pathlib import Path

from controller.cache.store import Store, cache_folder
from controller.output.terminal import Output
from intents.reason import Reason


def open_store(output: Output, *, tells: bool) -> Store | None:
    """Return where judgements of earlier runs are, if there is such a place. `tells`: whether it is told if it could not be read
    or written; what somebody else may have put there is told always."""
    folder = cache_folder()

    def warn(path: Path, why: Reason) -> None:
        output.error(output.words("cache_unused", file=path, why=output.in_words(why)))

    def note(path: Path, why: Reason) -> None:
        if tells:
            warn(path, why)

    return None if folder is None else Store(folder=folder, warn=warn, note=note)
