"""Terminal equipment of one day against the least of its level: A13 (art. 7.4, Circular 06/2026 annex I).

The one idea: what a model can do is a row of models.csv, from its data sheet; what a level asks is a table; a device is
held against both by the name of its model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intents.finding import Finding
from intents.legal.registers import ModelFeature, PlatformModel, Register, Registers
from intents.reader.suggestions import suggest
from intents.rule_packs import report_breach
from ipam.inventory import Channel, Inventory, InventoryDevice, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMinimum:
    """The ports that terminal equipment of a level has at least."""

    level: str
    lan_ports: int
    wan_ports: int


MINIMUM: Mapping[Role, ModelMinimum] = {
    Role.LEVEL1_CPE: ModelMinimum(level="I", lan_ports=8, wan_ports=4),
    Role.CPE: ModelMinimum(level="II", lan_ports=4, wan_ports=1),
}
ONE_OF: Sequence[frozenset[ModelFeature]] = (
    frozenset({ModelFeature.L2, ModelFeature.L3}),
    frozenset({ModelFeature.VLAN}),
    frozenset({ModelFeature.SNMP, ModelFeature.SYSLOG}),
    frozenset({ModelFeature.REMOTE_UPDATE}),
    frozenset({ModelFeature.IPV6}),
    frozenset({ModelFeature.ENCRYPTED_MANAGEMENT}),
)
"""Groups of features, of each of which a model of either level has one."""


def check_models(registers: Registers, inventory: Inventory, on: date) -> Iterator[Finding]:
    """Yield terminal equipment whose model is unknown, is less than its level asks, or forwards less than its channels carry."""
    if not registers.keeps(Register.MODELS):
        return
    channels: dict[str, list[Channel]] = {}
    for channel in inventory.channels.values():
        channels.setdefault(channel.b_device, []).append(channel)
    for device in inventory.devices.values():
        minimum = MINIMUM.get(device.role)
        if minimum is None:
            continue
        model = registers.models.get(device.model)
        if model is None:
            near = suggest(device.model, registers.models)
            values = {"device": device.name, "model": device.model, "suggestion": near}
            yield report_breach("A13.unknown", "TR461", device.where, on, also=(), about=device.name, **values)
            continue
        yield from _less_than(device, model, minimum, on)
        yield from _slower_than(device, model, channels.get(device.name, ()), on)


def _less_than(device: InventoryDevice, model: PlatformModel, minimum: ModelMinimum, on: date) -> Iterator[Finding]:
    ports = (("lan_ports", model.lan_ports, minimum.lan_ports), ("wan_ports", model.wan_ports, minimum.wan_ports))
    lacking = [f"{field} {has} < {least}" for field, has, least in ports if has < least]
    lacking += ["/".join(sorted(group)) for group in ONE_OF if not group & model.features]
    if lacking:
        values = {"device": device.name, "model": model.model, "level": minimum.level, "lacking": ", ".join(lacking)}
        yield report_breach("A13", "TR462", device.where, on, also=(model.where,), about=device.name, **values)


def _slower_than(
    device: InventoryDevice, model: PlatformModel, channels: Sequence[Channel], on: date
) -> Iterator[Finding]:
    """Yield a device whose channels carry more together than its model forwards."""
    total = sum(channel.bandwidth_mbps for channel in channels)
    if total > model.throughput_mbps:
        values = {"device": device.name, "model": model.model, "total": total, "throughput": model.throughput_mbps}
        also = (model.where, *(channel.where for channel in channels))
        yield report_breach("A13.throughput", "TR463", device.where, on, also=also, about=device.name, **values)
