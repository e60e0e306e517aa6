"""Everything that registers say of one day, held against registry, intents and equipment: the findings of all checks.

The one idea: each check asks one register about one thing; a register that is not kept is asked nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from intents.finding import Finding
from intents.legal.application_classes import check_application_classes
from intents.legal.assessments import check_assessments
from intents.legal.budget import check_budget
from intents.legal.conferences import check_conferences
from intents.legal.counterparts import check_counterparts
from intents.legal.exceptions import check_exceptions
from intents.legal.quality import check_quality
from intents.legal.references import check_references_to_records
from intents.legal.registers import Registers
from intents.model import Intent
from intents.registry import Registry
from intents.settings import Settings
from ipam.inventory import Inventory, Role
from ipam.legal.data_centres import check_data_centres
from ipam.legal.enterprises import check_enterprises
from ipam.legal.models import check_models
from ipam.legal.owners import check_owners
from ipam.legal.rooms import check_rooms


def check_duties(
    registers: Registers,
    registry: Registry,
    intents: Sequence[Intent],
    settings: Settings,
    inventory: Inventory,
    on: date,
) -> tuple[Finding, ...]:
    """Return what registers show of a day, under the requirements that each check names."""
    return (
        *check_references_to_records(registers, registry, intents, settings.granted, on),
        *check_assessments(registers, registry, on),
        *check_counterparts(registers, registry, on),
        *check_enterprises(registers, inventory, on),
        *check_quality(registers, registry, settings, on),
        *check_conferences(registry, intents, on),
        *check_rooms(registers, registry, inventory, on),
        *check_budget(registers, registry, on),
        *check_models(registers, inventory, on),
        *check_data_centres(registers, registry, inventory, on),
        *check_application_classes(registers, registry, intents, on),
        *check_owners(registry, intents, settings.pools, inventory, on),
        *check_exceptions(registers, of_level_1(registry, inventory), on),
    )


def of_level_1(registry: Registry, inventory: Inventory) -> frozenset[str]:
    """Return what belongs to level I, and so to the central operator: sites, attachments there, equipment and channels."""
    sites = {name for name, item in registry.sites.items() if item.level == 1}
    attachments = (name for name, item in registry.attachments.items() if item.site in sites)
    devices = (name for name, item in inventory.devices.items() if item.role is Role.LEVEL1_CPE)
    channels = (name for name, item in inventory.channels.items() if item.level == 1)
    return frozenset((*sites, *attachments, *devices, *channels))
