"""What the judge asks of workers that do parts of a job side by side; who has processors makes them.

The one idea: a job is a function of some of its items, and knows all that its parts share; workers are made for it, and hand back
a future for each part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


class Workers(Protocol):
    """Makes workers for a job, there as long as the context lasts; what it gives hands them a part."""

    def __call__(
        self, job: Callable[[Sequence[Item]], Found]
    ) -> AbstractContextManager[Callable[[Sequence[Item]], Future[Found]]]: ...
