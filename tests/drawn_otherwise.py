"""TRUC_SEED=N draws other examples of the laws that are too long for one sitting: several runs look at more than one does."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from hypothesis import seed

SEED = os.environ.get("TRUC_SEED", "")
_Law = TypeVar("_Law", bound=Callable[..., None])


def drawn_otherwise(law: _Law) -> _Law:
    """Return a law that draws by the seed, if one is given."""
    return seed(SEED)(law) if SEED else law
