"""What surrounds work with devices: the libraries' logs are silent, and what they leave behind is collected.

The one idea: a log of these libraries would hold answers, and answers hold secrets.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_LIBRARIES = ("nornir", "netmiko", "ncclient", "paramiko")


@contextmanager
def silent() -> Iterator[None]:
    """Let the libraries log nothing, whatever whoever runs this has set up."""
    with ExitStack() as stack:
        for name in _LIBRARIES:
            logger = logging.getLogger(name)
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL + 1)
        yield


@contextmanager
def tidy() -> Iterator[None]:
    """Collect garbage: the libraries leave circles behind each connection. What was there before is not looked through."""
    enabled = gc.isenabled()
    gc.freeze()
    gc.enable()
    try:
        yield
    finally:
        gc.unfreeze()
        if not enabled:
            gc.disable()
