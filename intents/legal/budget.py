"""Who pays for what is attached, in the year of the day: A21 (art. 10, 12, 14.3).

The one idea: every attachment has a line of the year, whose source is one that may pay for the organisation it serves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding
from intents.legal.registers import BudgetSource, Register, Registers
from intents.registry import Attachment, Category, Domain, Registry, Tier, organisation_of
from intents.rule_packs import report_breach

NATIONAL = frozenset({Category.PEOPLES_COURT, Category.PEOPLES_PROCURACY, Category.VERTICAL_SECTOR_BODY})
"""Bodies of a national branch, which has money of its own."""


def check_budget(registers: Registers, registry: Registry, on: date) -> Iterator[Finding]:
    """Yield attachments without a line of the year, or with a source that can't pay for them, where budgets are kept."""
    if not registers.keeps(Register.BUDGET):
        return
    for item in registry.attachments.values():
        line = registers.budget.get(f"{item.name} {on.year}")
        if line is None:
            yield report_breach("A21", "TR451", item.where, on, about=item.name, attachment=item.name, year=on.year)
            continue
        sources = sources_for(item, registry)
        if line.source not in sources:
            fitting = ", ".join(sorted(sources))
            values = {"attachment": item.name, "year": on.year, "source": line.source, "sources": fitting}
            yield report_breach("A21", "TR452", line.where, on, also=(item.where,), about=item.name, **values)


def sources_for(attachment: Attachment, registry: Registry) -> frozenset[BudgetSource]:
    """Return who may pay: the province for all agencies of art. 2 (art. 10), the locality for its own (art. 14.3), a national
    branch for its bodies, the state for the central operator's and, beside the province, for what leads to other networks."""
    if attachment.outside is not None:
        return frozenset({BudgetSource.PROVINCIAL, BudgetSource.CENTRAL})
    organisation = organisation_of(attachment, registry)
    if organisation is None:
        return frozenset({BudgetSource.PROVINCIAL})
    if organisation.domain is Domain.CENTRAL_POST:
        return frozenset({BudgetSource.CENTRAL})
    found = {BudgetSource.PROVINCIAL}
    if organisation.tier is not Tier.PROVINCE:
        found.add(BudgetSource.LOCAL)
    if organisation.category in NATIONAL:
        found |= {BudgetSource.CENTRAL, BudgetSource.OWN}
    return frozenset(found)
