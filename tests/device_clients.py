"""How tests talk to made-up devices: netmiko for command lines and ncclient for NETCONF, each with the host key that is known.

The one idea: these are the clients that a roll-out uses, on paramiko; none of them takes a key that it was not given.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ncclient import manager  # type: ignore[import-untyped]  # it has no types
from netmiko import BaseConnection, ConnectHandler

from tests.device_ios_edit import load_text
from tests.device_junos_config import JunosConfig
from tests.device_server import HOST, Servers
from tests.device_state import Device

PASSWORD = "truc"
TYPES = {"cisco_ios": "cisco_xe", "junos": "juniper_junos"}


def ios(text: str, *, name: str = "r1", minute: float = 0.5) -> Device:
    return Device(
        name=name, platform="cisco_ios", running=load_text(text), startup=load_text(text), minute=minute, later=0.1
    )


def junos(text: str, *, name: str = "j1", minute: float = 0.5) -> Device:
    config = JunosConfig(text)
    return Device(name=name, platform="junos", running=config, startup=config.copy(), minute=minute)


def known_hosts(servers: Servers, folder: Path) -> Path:
    file = folder / "known_hosts"
    file.write_text(servers.known_hosts(), encoding="utf-8")
    return file


@contextmanager
def terminal(servers: Servers, folder: Path, name: str = "r1", **more: Any) -> Iterator[BaseConnection]:
    """Open a command line; the connection is closed without the good-bye that a broken device would not answer."""
    connection = ConnectHandler(
        device_type=TYPES[servers.devices[name].platform],
        host=HOST,
        port=servers.ports[name],
        username="truc",
        password=PASSWORD,
        ssh_strict=True,
        system_host_keys=False,
        alt_host_keys=True,
        alt_key_file=str(known_hosts(servers, folder)),
        allow_agent=False,
        **more,
    )
    try:
        yield connection
    finally:
        connection.paramiko_cleanup()


@contextmanager
def netconf(servers: Servers, name: str, *, handler: str = "default", key: str | None = None) -> Iterator[Any]:
    """Open a NETCONF session; `key` is the host key's base64, else the device's own."""
    session = manager.connect(
        host=HOST,
        port=servers.ports[name],
        username="truc",
        password=PASSWORD,
        hostkey_b64=key or servers.host_key(name).split()[1],
        device_params={"name": handler},
        allow_agent=False,
        look_for_keys=False,
        timeout=5,
    )
    try:
        yield session
    finally:
        session._session.close()
