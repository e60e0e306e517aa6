"""Who may stand in which purpose (A12), and how well protected a system must be that several share (A18).

The one idea: a purpose that is the home of some categories belongs to them; a purpose that is nobody's home is shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding
from intents.registry import PARTY_CATEGORIES, Registry, organisation_of
from intents.rule_packs import report_breach

SHARED_LEVEL = 3
"""The least security level of what agencies of a province share (Decree 331/2026 art. 13.3, as we infer)."""


def check_homes(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield purposes that mix the Party's home with another's, and what stands in a home that is not its own (A12)."""
    for purpose in registry.purposes.values():
        others = purpose.home_of - PARTY_CATEGORIES
        if others and others != purpose.home_of:
            yield report_breach(
                "A12",
                "TR418",
                purpose.where,
                on,
                purpose=purpose.name,
                party=", ".join(sorted(purpose.home_of & PARTY_CATEGORIES)),
                others=", ".join(sorted(others)),
            )
    for attachment in registry.attachments.values():
        found = organisation_of(attachment, registry)
        purpose = registry.purposes[attachment.purpose]
        if found is None or not purpose.home_of or found.category in purpose.home_of:
            continue
        yield report_breach(
            "A12",
            "TR417",
            attachment.where,
            on,
            also=(found.where, purpose.where),
            attachment=attachment.name,
            organisation=found.name,
            category=found.category,
            purpose=purpose.name,
            home=", ".join(sorted(purpose.home_of)),
        )


def check_shared_levels(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield systems in a purpose that several share whose security level is below that of shared infrastructure (A18)."""
    for system in registry.systems.values():
        if not registry.purposes[system.purpose].home_of and system.security_level < SHARED_LEVEL:
            yield report_breach(
                "A18.shared",
                "TR420",
                system.where,
                on,
                system=system.name,
                level=system.security_level,
                purpose=system.purpose,
                least=SHARED_LEVEL,
            )
