"""One run of truc at a time writes into a workspace.

The one idea: the lock is the system's own, on the workspace's folder itself; so it leaves no file behind and ends with the run,
however that ends. A file system that knows no such locks is written into without one, as before.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intents.finding import FindingsError, Where, make_finding

_HELD = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other runs from writing into a workspace; FindingsError if one is at it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                raise FindingsError([make_finding("TR897", Where(file=str(folder)))]) from error
        yield
    finally:
        os.close(descriptor)
