"""Administrative units and what lies in them (D10, D11): codes of the right length, days that go together.

The one idea: a unit's days are part of its key, so whoever names a unit says a time, too. A thing that never shares a day with
its unit is a mistake in the tables; one that outlives its unit is what a reorganisation leaves to be done, which time alone
brings about, and so a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from intents.finding import Finding, make_finding
from intents.reader.habits import CODE_DIGITS
from intents.registry import AdministrativeUnit, Organisation, Registry, Site, UnitKey
from intents.rule_packs import report_breach, rule_on


def check_units(registry: Registry) -> Iterator[Finding]:
    """Yield codes of another length than their type's or of two units at a time, and what exists on no day of its unit;
    `registry` is of all dates."""
    of_code: dict[str, list[AdministrativeUnit]] = {}
    for unit in registry.units.values():
        yield from _same_code(unit, of_code.setdefault(unit.code, []))
        of_code[unit.code].append(unit)
        wanted = CODE_DIGITS[unit.type]
        if len(unit.code) != wanted:
            yield make_finding(
                "TR212",
                unit.where,
                rule=rule_on("D10"),
                text=unit.code,
                type=unit.type,
                wanted=wanted,
                found=len(unit.code),
            )
        if unit.parent is not None:
            yield from _apart("administrative unit", unit.key, unit, registry.units.get(unit.parent))
    for organisation in registry.organisations.values():
        yield from _apart("organisation", organisation.name, organisation, registry.units.get(organisation.unit))
    for site in registry.sites.values():
        yield from _apart("site", site.name, site, registry.units.get(site.unit))


def _same_code(unit: AdministrativeUnit, others: Iterable[AdministrativeUnit]) -> Iterator[Finding]:
    for other in others:
        if unit.validity.overlaps(other.validity):
            yield make_finding(
                "TR217",
                unit.where,
                rule=rule_on("D10"),
                also=(other.where,),
                text=unit.code,
                unit=unit.key,
                other=other.key,
            )
            return


def check_ended_units(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield each unit that does not exist on the day and that organisations or sites of the day name (D11)."""
    left: dict[UnitKey, list[Organisation | Site]] = {}
    items: tuple[Organisation | Site, ...] = (*registry.organisations.values(), *registry.sites.values())
    for item in items:
        if item.unit not in registry.units:
            left.setdefault(item.unit, []).append(item)
    for unit, found in sorted(left.items()):
        first = min(found, key=lambda item: item.where)
        yield report_breach("D11.left", "TR422", first.where, on, unit=unit, count=len(found), first=first.name)


def _apart(
    kind: str, name: str, item: AdministrativeUnit | Organisation | Site, unit: AdministrativeUnit | None
) -> Iterator[Finding]:
    """Yield that a thing and its unit have no day in common; a unit that is not known is told of elsewhere."""
    if unit is not None and not item.validity.overlaps(unit.validity):
        yield make_finding(
            "TR213", item.where, rule=rule_on("D10"), also=(unit.where,), kind=kind, name=name, unit=unit.key
        )
