"""What a made-up device shows of its interfaces and neighbours right now, worked out from its own configuration.

The one idea: what is configured and not shut is up, unless somebody says that it is down; nothing comes from the packages under
test, and the forms are those of `tests/device_tables.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.device_ios_config import Block, IosConfig
from tests.device_junos_config import JunosConfig
from tests.device_state import Device
from tests.device_tables import Neighbor, Port, Shown, ios_tables, junos_tables

Down = Callable[[Device], frozenset[str]]
"""Says which interfaces and neighbours (by name and address) of a device are down."""


def nothing(_: Device) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True)
class Live:
    """Answers show commands of a device as it is configured at that moment."""

    down: Down = nothing

    def __call__(self, device: Device) -> dict[str, str]:
        dead = frozenset(item.lower() for item in self.down(device))
        if isinstance(device.running, IosConfig):
            return ios_tables(_shown(_ios_ports(device.running), _ios_neighbors(device.running), dead))
        assert isinstance(device.running, JunosConfig)
        text = device.running.set_text()
        return junos_tables(_shown(_junos_ports(text), _junos_neighbors(text), dead))


def _shown(ports: Iterator[Port], neighbors: Iterator[Neighbor], dead: frozenset[str]) -> Shown:
    return Shown(
        routes=(),
        ports=tuple(port._replace(up=port.up and port.name.lower() not in dead) for port in ports),
        neighbors=tuple(
            item._replace(state="Idle" if item.address.lower() in dead else item.state) for item in neighbors
        ),
        vrfs=frozenset(),
    )


def _ios_ports(config: IosConfig) -> Iterator[Port]:
    for block in config.interfaces():
        address = next(
            (
                line.split()[2]
                for line in block.lines.values()
                if isinstance(line, str) and line.startswith("ip address ")
            ),
            "",
        )
        yield Port(block.head.split(maxsplit=1)[1], address, up="shutdown" not in block.lines.values())


def _ios_neighbors(config: IosConfig) -> Iterator[Neighbor]:
    bgp = config.block("router bgp")
    if bgp is None:
        return
    for home in (bgp, *(line for line in bgp.lines.values() if isinstance(line, Block))):
        lines = [line for line in home.lines.values() if isinstance(line, str)]
        vrf = home.head.partition(" vrf ")[2]
        for line in lines:
            found = re.fullmatch(r"neighbor (\S+) remote-as (\d+)", line)
            if found and f"neighbor {found[1]} shutdown" not in lines:
                yield Neighbor(vrf, found[1], int(found[2]))


def _junos_ports(text: str) -> Iterator[Port]:
    units = sorted(set(re.findall(r"^set interfaces (\S+) unit (\d+)", text, re.MULTILINE)))
    for name in sorted({name for name, _ in units}):
        yield Port(name, "", up=f"set interfaces {name} disable" not in text.splitlines())
    for name, unit in units:
        shut = re.search(rf"^set interfaces {re.escape(name)}( unit {unit})? disable$", text, re.MULTILINE)
        yield Port(f"{name}.{unit}", "", up=shut is None)


def _junos_neighbors(text: str) -> Iterator[Neighbor]:
    form = r"^set (?:routing-instances (\S+) )?protocols bgp group \S+ neighbor (\S+)"
    for vrf, address in dict.fromkeys(re.findall(form, text, re.MULTILINE)):
        yield Neighbor(vrf, address, 65000)
