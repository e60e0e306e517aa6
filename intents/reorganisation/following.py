"""Whether one organisation goes on as another: by its own earlier names, or by the recorded event of its unit.

The one idea: who is called otherwise, or was taken over when units were joined, is the same people behind the same wall; only
tables of the later day can say so.
"""

from __future__ import annotations

from datetime import date

from intents.registry import Organisation, Registry


def goes_on_as(one: Organisation, other: Organisation, later: Registry) -> bool:
    """Return whether an organisation of before is, or was taken over by, another one of a later registry."""
    if one.name in other.renamed_from or one.name == other.name:
        return True
    alike = (one.category, one.tier) == (other.category, other.tier)
    return alike and any((event.before, event.after) == (one.unit, other.unit) for event in later.events)


def ended_with_its_unit(one: Organisation, later: Registry, on: date) -> bool:
    """Return whether an organisation of before is not in the registry of a later day, and its unit ended by a recorded event."""
    goes_on = any(one.name == other.name or one.name in other.renamed_from for other in later.organisations.values())
    return not goes_on and any(event.before == one.unit and event.day <= on for event in later.events)
