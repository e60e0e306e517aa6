"""Registry and intents of one day against the rules of the regulation that need no equipment and no addresses.

The one idea: what a single field can show is refused where the field is read; here are the rules about several things
together. Each check names its requirement, and the day decides which article is cited.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from intents.checks.homes import check_homes, check_shared_levels
from intents.checks.level_1 import check_level_1, check_level_1_points
from intents.checks.outside import check_outside
from intents.checks.party import check_party_domains, check_party_intents
from intents.checks.registry import check_levels, check_points, check_references, check_services
from intents.checks.units import check_ended_units
from intents.finding import Finding
from intents.model import Intent
from intents.registry import Registry


def check_registry_rules(registry: Registry, intents: Iterable[Intent], on: date) -> tuple[Finding, ...]:
    """Return the breaches of A02, A03, A09, A10, A12, A16 (one site), A17, A18 (levels, shared systems), A20 and D11; the
    `registry` is that of the day `on`. All of them: an exception may be about any."""
    return (
        *check_references(registry, on),
        *check_level_1(registry, on),
        *check_level_1_points(registry, on),
        *check_services(registry, on),
        *check_points(registry, on),
        *check_outside(registry, on),
        *check_homes(registry, on),
        *check_shared_levels(registry, on),
        *check_party_domains(registry, on),
        *check_ended_units(registry, on),
        *check_levels(registry, on),
        *check_party_intents(registry, intents, on),
    )
