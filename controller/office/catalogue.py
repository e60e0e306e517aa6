"""The reports by name: which requirements ask for each, when it is due, and the function that makes it.

The one idea: a report is a line of this table; the command line, the documents and the tests go through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from controller.office.addresses import addresses, zones
from controller.office.connections import connections, requests
from controller.office.facts import OfficeFacts
from controller.office.matrix import assessments, enterprises, level_1, organisations
from controller.office.money import budget, exceptions, training
from controller.office.report import Content, ReportName
from controller.office.usage import operation, usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportKind:
    """One kind of report: the requirements behind it; `before`: the day of the year that it is due before (art. 14.4: strictly),
    None if no day is set; `make`: what makes it (None: the registration, which needs an earlier day too)."""

    requirements: tuple[str, ...]
    before: tuple[int, int] | None
    make: Callable[[OfficeFacts], Content] | None
    needs_addresses: bool = False


REPORTS: Mapping[ReportName, ReportKind] = {
    ReportName.USAGE: ReportKind(requirements=("E01",), before=(12, 1), make=usage),
    ReportName.OPERATION: ReportKind(requirements=("E02",), before=None, make=operation),
    ReportName.REGISTRATION: ReportKind(requirements=("E03", "B14", "B15"), before=(1, 31), make=None),
    ReportName.CONNECTIONS: ReportKind(requirements=("E04",), before=None, make=connections),
    ReportName.ORGANISATIONS: ReportKind(requirements=("E05",), before=None, make=organisations),
    ReportName.LEVEL_1: ReportKind(requirements=("E06",), before=(1, 1), make=level_1),
    ReportName.ASSESSMENTS: ReportKind(requirements=("E07", "C11"), before=None, make=assessments),
    ReportName.BUDGET: ReportKind(requirements=("E08",), before=None, make=budget),
    ReportName.ENTERPRISES: ReportKind(requirements=("E09",), before=None, make=enterprises),
    ReportName.ADDRESSES: ReportKind(
        requirements=("D08", "D09"), before=(1, 1), make=addresses, needs_addresses=True
    ),
    ReportName.ZONES: ReportKind(requirements=("D15",), before=None, make=zones, needs_addresses=True),
    ReportName.EXCEPTIONS: ReportKind(requirements=("E12",), before=None, make=exceptions),
    ReportName.TRAINING: ReportKind(requirements=("E16",), before=(1, 1), make=training),
    ReportName.REQUESTS: ReportKind(requirements=("B05",), before=None, make=requests),
}  # fmt: skip


def due_of(name: ReportName, on: date) -> date | None:
    """Return the day that a report is next due before, seen from a day: on that day itself it is too late (E15)."""
    before = REPORTS[name].before
    return None if before is None else next_day(before, on)


def next_day(month_day: tuple[int, int], on: date) -> date:
    """Return the next such day after a day."""
    month, day = month_day
    this = date(on.year, month, day)
    return this if on < this else date(on.year + 1, month, day)
