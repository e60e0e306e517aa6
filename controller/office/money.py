"""Facts -> who pays (E08), what is waived (E12), what was practised (E16).

The one idea: each is a register, set beside what it should be about: an attachment without a line, an exception that is over, a
year without a drill are in the report because they are not in the register.
"""

from __future__ import annotations

from controller.office.facts import OfficeFacts, reported, written
from controller.office.report import GAP, Cell, Content, Figure, ReportRow, counted, row, summed, table, unique, word
from intents.legal.registers import BudgetLine, BudgetSource, LegalException, Record, RecordKind
from intents.registry import Attachment, party_of


def budget(facts: OfficeFacts) -> Content:
    """Return who pays for each attachment in the year of the day, and the sums by source."""
    year = facts.on.year
    lines = {item.subject: item for item in facts.registers.budget.values() if item.year == year}
    rows = [_budget_row(facts, item, lines.get(item.name)) for item in facts.registry.attachments.values()]
    found = table("budget", "attachment party purpose source amount decision", rows)
    sources = []
    for source in BudgetSource:
        of_source = [line for line in rows if line.cells[3] == word(f"source_{source}")]
        amount = sum(line.cells[4] for line in of_source if isinstance(line.cells[4], int))
        objects = unique(one for line in of_source for one in line.objects)
        sources.append(row((word(f"source_{source}"), len(of_source), amount), objects))
    by_source = table("budget_by_source", "source attachments amount", sources)
    return Content(
        figures=(
            summed("amount", found, "amount"),
            counted("attachments", map(reported, facts.registry.attachments.values())),
            counted("without_source", (line.objects[0] for line in rows if GAP in line.cells)),
        ),
        tables=(by_source, found),
    )


def _budget_row(facts: OfficeFacts, item: Attachment, line: BudgetLine | None) -> ReportRow:
    registry = facts.registry
    party = party_of(item, registry)
    head: tuple[Cell, ...] = (
        item.name,
        party.title if party is not None else "",
        registry.purposes[item.purpose].title,
    )
    if line is None:
        return row((*head, "", "", ""), (reported(item),))
    cells = (*head, word(f"source_{line.source}"), line.amount, line.decision_ref)
    return row(cells, (reported(item), written(item.name, line.where)))


def exceptions(facts: OfficeFacts) -> Content:
    """Return every exception, and whether it is in force, over, or not yet begun."""
    items = sorted(facts.registers.exceptions.values(), key=lambda item: (item.validity.end or facts.on, item.name))
    found = table(
        "exceptions",
        "exception requirement subject reason approver decision valid_from valid_to state",
        (_exception_row(facts, item) for item in items),
    )
    states = {name: [item for item in items if _state(facts, item) == name] for name in ("in_force", "over", "not_yet")}
    return Content(
        figures=tuple(
            counted(f"exceptions_{name}", (written(item.name, item.where) for item in members))
            for name, members in states.items()
        ),
        tables=(found,),
    )


def _state(facts: OfficeFacts, item: LegalException) -> str:
    if item.validity.holds(facts.on):
        return "in_force"
    return "over" if item.validity.end is not None and item.validity.end < facts.on else "not_yet"


def _exception_row(facts: OfficeFacts, item: LegalException) -> ReportRow:
    cells: tuple[Cell, ...] = (
        item.name,
        item.requirement,
        item.subject,
        item.reason,
        facts.body(item.approver),
        item.decision_ref,
        item.validity.start or "",
        item.validity.end or "",
        word(_state(facts, item)),
    )
    return row(cells, (written(item.name, item.where),))


def training(facts: OfficeFacts) -> Content:
    """Return drills and trainings by year; one without a drill that was asked for is a gap (Circular 06/2026 art. 8.6)."""
    papers = [item for item in facts.registers.records.values() if item.kind in (RecordKind.DRILL, RecordKind.TRAINING)]
    asked = facts.first_year_of("E16")
    years = range(min((asked, *(item.day.year for item in papers))), facts.on.year + 1)
    drilled = {item.day.year for item in papers if item.kind is RecordKind.DRILL}
    yearly = table("training_by_year", "year drills trainings", (_year_row(year, papers) for year in years))
    found = facts.papers("training", papers)
    missing = sum(year not in drilled for year in years if year >= asked)
    return Content(
        figures=(
            counted("drills", (written(item.number, item.where) for item in papers if item.kind is RecordKind.DRILL)),
            counted(
                "trainings", (written(item.number, item.where) for item in papers if item.kind is RecordKind.TRAINING)
            ),
            Figure(key="years_without_drill", value=missing, objects=()),
        ),
        tables=(yearly, found),
    )


def _year_row(year: int, papers: list[Record]) -> ReportRow:
    of_year = [item for item in papers if item.day.year == year]
    drills = [item for item in of_year if item.kind is RecordKind.DRILL]
    cells: tuple[Cell, ...] = (str(year), len(drills) or "", len(of_year) - len(drills) or "")
    return row(cells, (written(item.number, item.where) for item in of_year))
