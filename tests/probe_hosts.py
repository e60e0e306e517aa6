"""Hosts that one can log in to and ask for connections, on loopback: what becomes of one, a test says.

The one idea: asyncssh asks the test for each connection (RFC 4254 7.2), so no packet ever leaves.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncssh

Decide = Callable[[str, int], str]
"""Says what becomes of a connection to an address and a port: "" it stands, else the words of the system."""


class _Session(asyncssh.SSHTCPSession[bytes]):
    """A connection that stands and says nothing."""


class _Host(asyncssh.SSHServer):
    def __init__(self, decide: Decide) -> None:
        self._decide = decide

    def begin_auth(self, _username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("truc", "truc")

    def connection_requested(
        self, dest_host: str, dest_port: int, _orig_host: str, _orig_port: int
    ) -> asyncssh.SSHTCPSession[bytes]:
        said = self._decide(dest_host, dest_port)
        if said:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, said)
        return _Session()


@dataclass(frozen=True)
class HostPlace:
    """Where a host listens, and its key as a table has it."""

    port: int
    key: str


@contextmanager
def probe_host(decide: Decide) -> Iterator[HostPlace]:
    """Have a host up until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    key = asyncssh.generate_private_key("ssh-ed25519")

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(lambda: _Host(decide), "127.0.0.1", 0, server_host_keys=[key])

    async def stop(acceptor: asyncssh.SSHAcceptor) -> None:
        acceptor.close()
        await acceptor.wait_closed()

    acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    try:
        yield HostPlace(acceptor.get_port(), " ".join(key.export_public_key().decode().split()[:2]))
    finally:
        asyncio.run_coroutine_threadsafe(stop(acceptor), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
