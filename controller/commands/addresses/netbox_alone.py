"""One run of truc at a time writes to a NetBox, as `alone_in` sees to it in a folder.

The one idea: who has the right is a word that this workspace on this machine keeps: a run that was killed is followed by one that
has its word, and need not wait.
"""

from __future__ import annotations

import getpass
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from controller.cache.store import cache_folder
from controller.output.terminal import Output
from intents.messages import printable
from ipam.netbox.lease import LeaseHolder, WriteLease, leased
from ipam.netbox.server import Server

WAIT = 600.0
"""Seconds for which another run is waited for."""


@contextmanager
def alone_there(output: Output, server: Server, folder: Path, action: str) -> Iterator[WriteLease]:
    """Have the right to write to a NetBox, for a workspace that this run is alone in; FindingsError (TR902)."""
    output.stage = "netbox_wait"
    with leased(server, holder_of(folder, server.url, action), WAIT, _telling_once(output)) as lease:
        yield lease


def _telling_once(output: Output) -> Callable[[str], None]:
    """Return what tells, beside the result, who is waited for: once for each."""
    told: set[str] = set()

    def tell(holder: str) -> None:
        output.progress("netbox_wait", 0, 0)
        if holder not in told:
            told.add(holder)
            output.error(output.words("netbox_waits", holder=printable(holder)))

    return tell


def holder_of(folder: Path, url: str, action: str) -> LeaseHolder:
    """Return this workspace on this machine, as NetBox shows it; who can't keep a word has a new one each time."""
    word = secrets.token_hex(16)
    cache = cache_folder()
    if cache is not None:
        place = cache / "netbox" / sha256(f"{url}\0{folder.resolve()}".encode()).hexdigest()[:32]
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with place.open("x", encoding="ascii") as file:
                    file.write(word)
            except FileExistsError:
                kept = place.read_text(encoding="ascii")
                word = kept if len(kept) == len(word) and kept.isalnum() else word
        except (OSError, ValueError):
            pass
    return LeaseHolder(word=word, shown=f"truc {action}, {_user()}@{socket.gethostname()}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "-"
