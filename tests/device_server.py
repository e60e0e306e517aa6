"""Made-up devices on loopback, each with a port and a host key of its own: SSH with a command line and NETCONF.

The one idea: one event loop in one thread serves them all, on asyncssh, which is another SSH than the tested one (paramiko). What
a device does with a line is in the modules of its platform; nothing here or there comes from the packages under test.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

import asyncssh

from tests.device_faults import Fault, Place
from tests.device_ios import IosSession
from tests.device_junos import JunosSession
from tests.device_netconf import NetconfSession
from tests.device_state import Device

HOST = "127.0.0.1"
_T = TypeVar("_T")


class _Login(asyncssh.SSHServer):
    """Who comes in; every attempt is counted."""

    def __init__(self, device: Device, connections: set[asyncssh.SSHServerConnection]) -> None:
        self.device = device
        self.fault: Fault | None = None
        self.connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.add(conn)
        self.device.log.append("connect")
        self.fault = self.device.bite(Place.LOGIN, "")
        if self.fault is Fault.DROP:
            conn.abort()
        elif self.fault is Fault.REBOOT:
            self.device.new_session(conn.abort)
            self.device.reboot()

    async def begin_auth(self, username: str) -> bool:
        self.device.logins += 1
        self.device.log.append(f"authentication {username}")
        if self.fault is Fault.STALL:
            await asyncio.sleep(3600)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return self.device.users.get(username) == password

    def public_key_auth_supported(self) -> bool:
        return bool(self.device.keys)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = {tuple(line.split()[:2]) for line in self.device.keys}
        return username in self.device.users and tuple(key.export_public_key().decode().split()[:2]) in known


class Servers:
    """Devices that are up, by name; made by `served`, and gone when that ends."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self.devices = {device.name: device for device in devices}
        self.ports: dict[str, int] = {}
        self.keys: dict[str, asyncssh.SSHKey] = {}
        self.loop = asyncio.new_event_loop()
        self._listeners: dict[str, asyncssh.SSHAcceptor] = {}
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def host_key(self, name: str) -> str:
        """Return the host key that is known of a device: its type and base64."""
        return " ".join(self.keys[name].export_public_key().decode().split()[:2])

    def known_hosts(self) -> str:
        return "".join(f"[{HOST}]:{self.ports[name]} {self.host_key(name)}\n" for name in self.devices)

    def call(self, do: Callable[[], _T]) -> _T:
        """Do something in the devices' own thread, so that no session is in between, and return what it returns."""
        done: Future[_T] = Future()
        self.loop.call_soon_threadsafe(lambda: done.set_result(do()))
        return done.result(timeout=10)

    def swap_key(self, name: str) -> None:
        """Let a device show another host key from now on, as one in the middle would."""
        other = asyncssh.generate_private_key("ssh-ed25519")
        asyncio.run_coroutine_threadsafe(self._show_key(name, other), self.loop).result(timeout=10)

    async def _show_key(self, name: str, key: asyncssh.SSHKey) -> None:
        self._listeners[name].update(server_host_keys=[key])

    async def start(self, name: str, port: int) -> None:
        device = self.devices[name]
        key = self.keys.setdefault(name, asyncssh.generate_private_key("ssh-ed25519"))
        if any(planned.fault is Fault.WRONG_KEY for planned in device.faults):
            key = asyncssh.generate_private_key("ssh-ed25519")
        self._listeners[name] = await asyncssh.listen(
            HOST,
            port,
            server_factory=lambda: _Login(device, self._connections),
            server_host_keys=[key],
            process_factory=lambda process: _serve(device, process),
            encoding=None,
            line_editor=False,
            x509_trusted_certs=[],
            login_timeout=30,
            compression_algs=None,
        )
        self.ports[name] = self._listeners[name].get_port()
        device.restart = lambda: self._restart(name)

    def _restart(self, name: str) -> None:
        task = self.loop.create_task(self._come_back(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _come_back(self, name: str) -> None:
        self._listeners[name].close()
        await self._listeners[name].wait_closed()
        await asyncio.sleep(self.devices[name].away)
        await self.start(name, self.ports[name])

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        for device in self.devices.values():
            if device.pending is not None and device.pending.clock is not None:
                device.pending.clock.cancel()
        for listener in self._listeners.values():
            listener.close()
        for connection in self._connections:
            connection.abort()
        for connection in self._connections:
            await connection.wait_closed()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _serve(device: Device, process: asyncssh.SSHServerProcess[bytes]) -> None:
    session: IosSession | JunosSession | NetconfSession
    if process.subsystem == "netconf":
        session = NetconfSession(device, process)
    elif process.subsystem is not None or device.platform == "netconf":
        process.exit(1)
        return
    elif device.platform == "junos":
        session = JunosSession(device, process)
    else:
        session = IosSession(device, process)
    await session.serve(process.command)
    process.exit(0)


@contextmanager
def served(*devices: Device, first_port: int | None = None) -> Iterator[Servers]:
    """Serve devices until the block ends, on free ports or from a first one on."""
    servers = Servers(devices)
    thread = threading.Thread(target=servers.loop.run_forever, daemon=True)
    thread.start()

    async def start_all() -> None:
        for at, name in enumerate(servers.devices):
            await servers.start(name, 0 if first_port is None else first_port + at)

    try:
        asyncio.run_coroutine_threadsafe(start_all(), servers.loop).result(timeout=120)
        yield servers
    finally:
        asyncio.run_coroutine_threadsafe(servers.stop(), servers.loop).result(timeout=30)
        servers.loop.call_soon_threadsafe(servers.loop.stop)
        thread.join(timeout=10)
        servers.loop.close()
