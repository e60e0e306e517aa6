"""Reading made-up devices in tests: where they are, and what came of asking them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from controller.fleet.credentials import CredentialReference, Credentials, Secret, parse_reference
from controller.fleet.readings import DeviceReach, DeviceReading, DeviceTransport, HostKey, Pace, Stop
from controller.fleet.sweep import read_fleet
from tests.device_clients import PASSWORD
from tests.device_server import HOST, Servers

REFERENCE = parse_reference("env:TRUC_DEVICES")
KNOWN: Mapping[CredentialReference, Credentials] = {
    REFERENCE: Credentials(user="truc", password=Secret(PASSWORD)),
}
IOS = "hostname r1\ninterface Loopback0\n description châu Âu\n ip address 10.0.0.1 255.255.255.255\n"
JUNOS = "set system host-name j1\nset interfaces lo0 unit 0 family inet address 10.0.0.2/32\n"
CLI, NETCONF = DeviceTransport.CLI, DeviceTransport.NETCONF


def key_of(text: str) -> HostKey:
    type_, base64 = text.split()[:2]
    return HostKey(type=type_, base64=base64)


def reach_of(
    servers: Servers, name: str, transport: DeviceTransport = CLI, *, key: HostKey | None = None, known: bool = True
) -> DeviceReach:
    """Return where a made-up device is; `key`: another than its own; `known` False: none at all."""
    return DeviceReach(
        device=name,
        platform=servers.devices[name].platform,
        address=HOST,
        port=servers.ports[name],
        transport=transport,
        host_key=(key or key_of(servers.host_key(name))) if known else None,
        credentials=REFERENCE,
    )


def readings_of(
    fleet: Iterable[DeviceReach],
    *,
    workers: int = 4,
    timeout: float = 10.0,
    known: Mapping[CredentialReference, Credentials] = KNOWN,
    stop: Stop | None = None,
) -> dict[str, DeviceReading]:
    """Return what came of asking, by device; each device has one reading."""
    found: list[DeviceReading] = []
    read_fleet(list(fleet), known, Pace(workers=workers, timeout=timeout), found.append, stop or Stop())
    by_name = {reading.reach.device: reading for reading in found}
    assert len(by_name) == len(found)
    return by_name
