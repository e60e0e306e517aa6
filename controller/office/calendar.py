"""Facts -> what is due, and when: reports, registers that run out, permits that end.

The one idea: "trước ngày X" means that X is too late (E15), so each line has the day that it must be done before. What the
registers show as done is not due; what they should show and do not is overdue until they do, however long ago it was; of what no
register can show, the line says just that for thirty days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from controller.office.facts import OfficeFacts, reported, written
from controller.office.matrix import DUE_SOON
from controller.office.report import ReportedObject, Word, word
from intents.legal.registers import Record, RecordKind, Register
from intents.registry import SiteName
from ipam.legal.enterprises import report_late_from
from ipam.legal.rooms import inventory_late_from

FIVE_YEARS = 5
"""Financial plans of five years end with years that five divides (Circular 06/2026 art. 11.2)."""
MAU_01 = (1, 31)
"""The month and the day before which needs are registered (Circular 06/2026 art. 11.1a)."""
REMEMBERED = timedelta(days=30)
"""How long after its day a thing is told that no register can show as done."""


class DueState(StrEnum):
    """Whether a thing is late, due within three months, or later; done, but late; past, and no register shows if it was done."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    DONE_LATE = "done_late"
    UNSHOWN = "unshown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """Something to be done before a day, under a requirement; `objects` are what it is about. `is_done`: it was, but late;
    `can_be_shown`: whether a register could say that it was."""

    before: date
    what: Word
    requirement: str
    objects: tuple[ReportedObject, ...] = ()
    is_done: bool = False
    can_be_shown: bool = True

    def state(self, on: date) -> DueState:
        """Return how urgent it is on a day."""
        if self.is_done:
            return DueState.DONE_LATE
        if self.before <= on:
            return DueState.OVERDUE if self.can_be_shown else DueState.UNSHOWN
        return DueState.SOON if self.before - on <= DUE_SOON else DueState.LATER


def due_items(facts: OfficeFacts) -> tuple[DueItem, ...]:
    """Return all that is due, the earliest first."""
    found = (*_of_reports(facts), *_of_papers(facts), *_of_registers(facts), *_of_validity(facts))
    return tuple(sorted(found, key=lambda item: (item.before, item.requirement, item.what.key, item.what.values)))


def _of_reports(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield what is handed in or looked through at fixed days, and what no register has a row for."""
    year = facts.on.year
    for month, day, key, requirement in (
        (12, 1, "due_usage", "E01"),
        (12, 20, "due_security_units", "E10"),
        (12, 25, "due_security_owner", "E10"),
    ):
        days = [date(year + years, month, day) for years in (-1, 0, 1)]
        yield from _unshown(facts, days, word(key), requirement)
    fifths = [date(year - 1, 12, 5), *(date(year, month, 5) for month in range(1, 13)), date(year + 1, 1, 5)]
    yield from _unshown(facts, fifths, word("due_usage_figures"), "C08")
    last = year + (-year) % FIVE_YEARS
    plans = [date(last + years, 6, 30) for years in (-FIVE_YEARS, 0, FIVE_YEARS)]
    yield from _unshown(facts, plans, word("due_five_years"), "E03")
    for reviewed in (year - 1, year):
        what = word("due_address_review", year=str(reviewed))
        yield from _unshown(facts, [date(reviewed + 1, 1, 1)], what, "D08")


def _unshown(facts: OfficeFacts, days: Sequence[date], what: Word, requirement: str) -> Iterator[DueItem]:
    """Yield a thing that no register can show as done: with its next day, and for a while with its last one."""
    ahead = [day for day in days if day > facts.on][:1]
    past = [day for day in days if facts.first_day < day <= facts.on and facts.on - day < REMEMBERED]
    for before in (*past, *ahead):
        yield DueItem(before=before, what=what, requirement=requirement, can_be_shown=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _YearlyPaper:
    """A paper that every year has: in its own year, before `before` of that year or, None, before the year is over."""

    key: str
    requirement: str
    papers: tuple[Record, ...]
    before: tuple[int, int] | None = None

    def day(self, year: int) -> date:
        """Return the day before which the paper of a year is due."""
        return date(year + 1, 1, 1) if self.before is None else date(year, *self.before)


def _of_papers(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield the papers that every year has: the registration, a drill, a training."""
    yearly = (
        _YearlyPaper(key="due_registration", requirement="E03", papers=facts.registrations, before=MAU_01),
        _YearlyPaper(key="due_drill", requirement="E16", papers=facts.papers_of(RecordKind.DRILL)),
        _YearlyPaper(key="due_training", requirement="E16", papers=facts.papers_of(RecordKind.TRAINING)),
    )
    for item in yearly:
        for year in range(facts.first_year_of(item.requirement), facts.on.year + 1):
            yield from _of_year(facts, item, year)
    this, following = (date(facts.on.year + years, *MAU_01) for years in (0, 1))
    if this <= facts.on or any(facts.in_year(paper.day) for paper in facts.registrations):
        yield DueItem(before=following, what=word("due_registration"), requirement="E03")


def _of_year(facts: OfficeFacts, item: _YearlyPaper, year: int) -> Iterator[DueItem]:
    """Yield what is to be said of one year: nothing if its paper came in time; a late one is told in the year that it came."""
    before = item.day(year)
    values = {} if item.before is not None else {"year": str(year)}
    done = next((paper for paper in item.papers if paper.day.year >= year), None)
    if not facts.registers.keeps(Register.RECORDS):
        yield from _unshown(facts, [before], word(item.key, **values), item.requirement)
    elif done is None:
        yield DueItem(before=before, what=word(item.key, **values), requirement=item.requirement)
    elif done.day >= before and done.day.year == facts.on.year:
        yield DueItem(
            before=before,
            what=word(f"{item.key}_late", number=done.number, day=str(done.day), **values),
            requirement=item.requirement,
            objects=(written(done.number, done.where),),
            is_done=True,
        )


def _of_registers(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield assessments and exceptions that run out, and what enterprises and rooms are asked for every year."""
    subjects = {*facts.registry.systems, *facts.registry.sites, *facts.wanted.inventory.devices}
    for subject, item in facts.newest_assessment.items():
        if subject in subjects:
            yield DueItem(
                before=item.valid_to + timedelta(days=1),
                what=word("due_assessment", subject=subject),
                requirement="E07",
                objects=(written(item.number, item.where),),
            )
    for exception in facts.registers.exceptions.values():
        if exception.validity.end is not None:
            yield DueItem(
                before=exception.validity.end + timedelta(days=1),
                what=word("due_exception", name=exception.name),
                requirement="E12",
                objects=(written(exception.name, exception.where),),
            )
    yield from _of_enterprises(facts)
    yield from _of_rooms(facts)


def _of_enterprises(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield the next report of each enterprise; if the register has one of a later day, it can't show those before."""
    for name, item in facts.registers.enterprises.items():
        yield DueItem(
            before=report_late_from(item) or facts.on,
            what=word("due_enterprise", name=item.title),
            requirement="E09",
            objects=(written(item.name, item.where),),
            can_be_shown=facts.wanted.registers.enterprises[name].reported_on == item.reported_on,
        )


def _of_rooms(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield the next inventory of each site of level I; if the register has one of a later day, it can't show those before."""
    for name, item in facts.registers.rooms.items():
        site = facts.registry.sites.get(SiteName(item.site))
        if site is not None and site.name in facts.level_1_sites:
            yield DueItem(
                before=inventory_late_from(item, site) or facts.on,
                what=word("due_inventory", site=site.title),
                requirement="E06",
                objects=(written(item.site, item.where),),
                can_be_shown=facts.wanted.registers.rooms[name].inventoried_on == item.inventoried_on,
            )


def _of_validity(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield intents and attachments that end: what they permit is denied afterwards."""
    for intent in facts.intents:
        end = intent.head.validity.end
        if end is not None and facts.on <= end:
            yield DueItem(
                before=end + timedelta(days=1),
                what=word("due_intent", name=intent.head.identifier),
                requirement="A22",
                objects=(written(intent.head.identifier, intent.head.where),),
            )
    for attachment in facts.registry.attachments.values():
        end = attachment.validity.end
        if end is not None:
            yield DueItem(
                before=end + timedelta(days=1),
                what=word("due_attachment", name=attachment.name),
                requirement="A22",
                objects=(reported(attachment),),
            )
