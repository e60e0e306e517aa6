"""Facts -> what is due, and when: reports, registers that run out, permits that end.

The one idea: "trước ngày X" means that X is too late (E15), so each line has the day that it must be done before; what the
registers already show as done is not due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from controller.office.catalogue import next_day
from controller.office.facts import OfficeFacts, reported, written
from controller.office.matrix import DUE_SOON
from controller.office.report import ReportedObject, Word, word
from intents.legal.registers import RecordKind
from intents.registry import SiteName

FIVE_YEARS = 5
"""Financial plans of five years end with years that five divides (Circular 06/2026 art. 11.2)."""


class DueState(StrEnum):
    """Whether a thing is late, due within three months, or later."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """Something to be done before a day, under a requirement; `objects` are what it is about."""

    before: date
    what: Word
    requirement: str
    objects: tuple[ReportedObject, ...] = ()

    def state(self, on: date) -> DueState:
        """Return how urgent it is on a day."""
        if self.before <= on:
            return DueState.OVERDUE
        return DueState.SOON if self.before - on <= DUE_SOON else DueState.LATER


def due_items(facts: OfficeFacts) -> tuple[DueItem, ...]:
    """Return all that is due, the earliest first."""
    found = (*_of_year(facts), *_of_registers(facts), *_of_validity(facts))
    return tuple(sorted(found, key=lambda item: (item.before, item.requirement, item.what.key, item.what.values)))


def _of_year(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield what every year asks for, but for what the registers show as done."""
    on, records = facts.on, facts.registers.records.values()
    yield DueItem(before=next_day((12, 1), on), what=word("due_usage"), requirement="E01")
    registered = any(item.kind is RecordKind.REGISTRATION and item.day >= date(on.year, 1, 1) for item in records)
    if not registered and on >= date(on.year, 1, 31):
        yield DueItem(before=date(on.year, 1, 31), what=word("due_registration"), requirement="E03")
    yield DueItem(before=next_day((1, 31), on), what=word("due_registration"), requirement="E03")
    last = on.year + (-on.year) % FIVE_YEARS
    five = date(last, 6, 30)
    yield DueItem(
        before=five if on < five else date(last + FIVE_YEARS, 6, 30), what=word("due_five_years"), requirement="E03"
    )
    yield DueItem(before=next_day((12, 20), on), what=word("due_security_units"), requirement="E10")
    yield DueItem(before=next_day((12, 25), on), what=word("due_security_owner"), requirement="E10")
    yield DueItem(before=_next_fifth(on), what=word("due_usage_figures"), requirement="C08")
    for kind, key in ((RecordKind.DRILL, "due_drill"), (RecordKind.TRAINING, "due_training")):
        if not any(item.kind is kind and facts.in_year(item.day) for item in records):
            yield DueItem(before=date(on.year + 1, 1, 1), what=word(key), requirement="E16")
    yield DueItem(before=date(on.year + 1, 1, 1), what=word("due_address_review"), requirement="D08")


def _next_fifth(on: date) -> date:
    this = date(on.year, on.month, 5)
    if on < this:
        return this
    return date(on.year + on.month // 12, on.month % 12 + 1, 5)


def _of_registers(facts: OfficeFacts) -> Iterator[DueItem]:
    """Yield assessments, exceptions, approvals and inventories that run out."""
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
    for enterprise in facts.registers.enterprises.values():
        last = enterprise.reported_on
        if last is None or last.year < facts.on.year:
            yield DueItem(
                before=date(facts.on.year + 1, 1, 1),
                what=word("due_enterprise", name=enterprise.title),
                requirement="E09",
                objects=(written(enterprise.name, enterprise.where),),
            )
    for room in facts.registers.rooms.values():
        site = facts.registry.sites.get(SiteName(room.site))
        if site is not None and site.level == 1 and not facts.in_year(room.inventoried_on):
            yield DueItem(
                before=date(facts.on.year + 1, 1, 1),
                what=word("due_inventory", site=site.title),
                requirement="E06",
                objects=(written(room.site, room.where),),
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
