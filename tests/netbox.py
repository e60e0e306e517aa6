"""A NetBox on loopback, for whoever wants to try truc with one: `make netbox`.

The one idea: it starts empty, with an administrator whose password and token are drawn anew, and is gone with Ctrl-C; a command
may fill it first, which finds where it is in NETBOX_URL and NETBOX_TOKEN. By hand, in the project's folder:
`python -m tests.netbox OUT [PORT] [--load COMMAND ...]`.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.netbox_server import ADMIN, NetBox, netbox_server
from tests.netbox_services import NotStartedError

PORT = 21000


@contextmanager
def token_file(server: NetBox, out: Path) -> Iterator[Path]:
    """Have the administrator's token in a file that only its owner reads, for as long as it is good for anything."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "token"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"{server.token}\n", encoding="utf-8")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def load(server: NetBox, command: Sequence[str]) -> None:
    """Run a command that fills the server; CalledProcessError if it fails."""
    subprocess.run(command, check=True, env={**os.environ, "NETBOX_URL": server.url, "NETBOX_TOKEN": server.token})


def main(out: Path, port: int, command: Sequence[str]) -> None:
    with netbox_server(port) as server, token_file(server, out) as token:
        if command:
            load(server, command)
        version = server.admin.get("/api/status/")["netbox-version"]
        print(f"NetBox {version} on {server.url}; user {ADMIN}, password {server.password}")  # noqa: T201 (a program)
        print(f"wrote {token}, the token of its API; Ctrl-C ends it", flush=True)  # noqa: T201 (a program)
        threading.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.netbox")
    parser.add_argument("out", type=Path)
    parser.add_argument("port", type=int, nargs="?", default=PORT)
    parser.add_argument("--load", nargs=argparse.REMAINDER, default=[], metavar="COMMAND")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it lets it clear up
    try:
        main(given.out, given.port, given.load)
    except KeyboardInterrupt:
        pass
    except (NotStartedError, subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"truc: {error}")
