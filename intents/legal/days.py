"""Days on which something was done, against the days that have come: A15, E06, E09.

The one idea: what was reported, counted, assessed or mended lies behind; a day that has not come for whoever asks, and not on the
calendar either, is a slip or a promise, and neither counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from intents.finding import Finding, Where
from intents.legal.registers import Registers
from intents.rule_packs import report_breach

_Done = tuple[str, str, str, date | None, Where]
"""A requirement, the object, the field, the day in it, and where it is."""


def check_days_done(registers: Registers, latest: date, on: date) -> Iterator[Finding]:
    """Yield days of something done that lie after the latest day that may have come."""
    for requirement, name, field, day, where in _days_of(registers):
        if day is not None and day > latest:
            values = {"name": name, "field": field, "day": day}
            yield report_breach(requirement, "TR474", where, on, also=(), about=name, **values)


def _days_of(registers: Registers) -> Iterator[_Done]:
    for enterprise in registers.enterprises.values():
        yield "E09.day", enterprise.name, "reported_on", enterprise.reported_on, enterprise.where
    for room in registers.rooms.values():
        yield "E06.day", room.site, "inventoried_on", room.inventoried_on, room.where
    for assessment in registers.assessments.values():
        yield "A15", assessment.subject, "date", assessment.day, assessment.where
    for incident in registers.incidents.values():
        yield "E09.day", incident.number, "date", incident.day, incident.where
        yield "E09.day", incident.number, "resolved_on", incident.resolved_on, incident.where


def late_from(day: date) -> date:
    """Return the first day that is more than a year after another one."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap else day.day) + timedelta(days=1)
