"""Everything that registers say of one day, held against registry, intents and equipment: the findings of all checks.

The one idea: each check asks one register about one thing; a register that is not kept is asked nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from intents.finding import Finding
from intents.legal.assessments import check_assessments
from intents.legal.counterparts import check_counterparts
from intents.legal.references import check_references_to_records
from intents.legal.registers import Registers
from intents.model import Intent
from intents.registry import Registry
from ipam.inventory import Inventory
from ipam.legal.enterprises import check_enterprises


def check_duties(
    registers: Registers, registry: Registry, intents: Sequence[Intent], inventory: Inventory, on: date
) -> tuple[Finding, ...]:
    """Return the breaches of A06, A07, A15, A17, A21, A22, B04, B05, B07, B12, C11 and E09 that registers show."""
    return (
        *check_references_to_records(registers, registry, intents, on),
        *check_assessments(registers, registry, on),
        *check_counterparts(registers, registry, on),
        *check_enterprises(registers, inventory, on),
    )
