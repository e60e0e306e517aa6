"""Counterparts of the day's outside networks: A07 (art. 6.3). Their agreement is a reference like others (B04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding
from intents.legal.registers import Register, Registers
from intents.reader.suggestions import suggest
from intents.registry import Registry
from intents.rule_packs import report_breach


def check_counterparts(registers: Registers, registry: Registry, on: date) -> Iterator[Finding]:
    """Yield outside networks whose counterpart has no row that counts on the day, where counterparts are kept."""
    if not registers.keeps(Register.COUNTERPARTS):
        return
    for item in registry.outside_networks.values():
        if item.counterpart not in registers.counterparts:
            near = suggest(item.counterpart, registers.counterparts)
            values = {"name": item.name, "counterpart": item.counterpart, "day": on, "suggestion": near}
            yield report_breach("A07", "TR445", item.where, on, also=(), about=item.name, **values)
