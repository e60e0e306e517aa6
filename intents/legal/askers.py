"""Who may ask for what an organisation gets, and register it (art. 9, 14.2).

The one idea: papers stay when bodies go, so it is bodies of all days that are asked about, with those that one has taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intents.legal.registers import Registers
from intents.registry import Category, Domain, Organisation, Tier, UnitEvent, UnitKey


class Askers:
    """Who may ask for an organisation (art. 9, 14.2): itself, the department that runs the network, the Party's office for the
    Party's bodies, and for a body below the province the People's Committee of its unit; of all days, for papers stay. So do
    those of the bodies that it took over when units were put together."""

    def __init__(self, registers: Registers, events: Iterable[UnitEvent] = ()) -> None:
        organisations = registers.issuers.values()
        network = (item.name for item in organisations if item.domain is Domain.DEPT_ICT)
        self.of_all: frozenset[str] = frozenset((Domain.DEPT_ICT, *network))
        self._alike: dict[tuple[UnitKey, Category, Tier], list[str]] = {}
        for item in organisations:
            self._alike.setdefault((item.unit, item.category, item.tier), []).append(item.name)
        self._before: dict[UnitKey, list[UnitKey]] = {}
        for event in events:
            if event.after is not None:
                self._before.setdefault(event.after, []).append(event.before)

    def of(self, organisation: Organisation | None) -> frozenset[str]:
        """Return who may ask for one; None: for what is no organisation's."""
        if organisation is None:
            return self.of_all
        found: set[str] = {organisation.name}
        if organisation.domain is Domain.PARTY_OFFICE:
            found.add(Domain.PARTY_OFFICE)
        categories = [organisation.category]
        if organisation.tier is not Tier.PROVINCE:
            found.add(Domain.DISTRICT_PC)
            categories.append(Category.PEOPLES_COMMITTEE_BODY)
            found.update(self._of_unit(organisation.unit, categories[1:], organisation.tier))
        for unit in self._earlier(organisation.unit):
            found.update(self._of_unit(unit, categories, organisation.tier))
        return self.of_all | found

    def _of_unit(self, unit: UnitKey, categories: Iterable[Category], tier: Tier) -> Iterator[str]:
        for category in categories:
            yield from self._alike.get((unit, category, tier), ())

    def _earlier(self, unit: UnitKey) -> frozenset[UnitKey]:
        """Return the units that went into one, and into those, and so on."""
        found: set[UnitKey] = set()
        left = [unit]
        while left:
            before = set(self._before.get(left.pop(), ())) - found
            found |= before
            left += before
        return frozenset(found)
