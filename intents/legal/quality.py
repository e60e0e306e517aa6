"""What quality the day's services are promised, and by which paper: A23 (art. 8.3).

The one idea: one target holds for all services (`quality_ref` in settings.yaml) unless a system has one of its own; either is a
reference to a paper like others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding, Where
from intents.legal.askers import Askers
from intents.legal.references import Reference, check_reference
from intents.legal.registers import RecordKind, Register, Registers
from intents.registry import Domain, Registry
from intents.rule_packs import report_breach
from intents.settings import Settings


def check_quality(registers: Registers, registry: Registry, settings: Settings, on: date) -> Iterator[Finding]:
    """Yield targets that are no paper, and that services have none, where papers are kept."""
    if not registers.keeps(Register.RECORDS):
        return
    own = {name: item for name, item in registry.systems.items() if item.quality_ref}
    without = [name for name, item in registry.attachments.items() if item.system not in own]
    if settings.quality_ref:
        told = _reference("settings.yaml", settings.quality_ref, settings.where, registers)
        yield from check_reference(told, registers, on)
    elif without:
        yield report_breach("A23", "TR464", settings.where, on, count=len(without), first=without[0])
    for name, item in own.items():
        yield from check_reference(_reference(name, item.quality_ref, item.where, registers), registers, on)


def _reference(name: str, number: str, where: Where, registers: Registers) -> Reference:
    return Reference(
        requirement="A23",
        field="quality_ref",
        name=name,
        number=number,
        kind=RecordKind.QUALITY_TARGET,
        bodies=Askers(registers).of_all | {Domain.CENTRAL_POST, Domain.PROVINCIAL_PC},
        begins=None,
        where=where,
    )
