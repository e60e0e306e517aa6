"""What spreadsheets make of a table: other separators, dates with the day first, lost zeros, empty columns and rows.

The one idea: a habit is undone where it is certain what was meant, and said once a file with the place where it was first seen;
what could mean two things is one finding, and nothing of it is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from intents.finding import Finding, Severity, Where, make_finding
from intents.reason import Reason, because

SEPARATORS = (",", ";", "\t")
DATE_COLUMNS = ("valid_from", "valid_to", "since")
KEY_COLUMNS = ("unit", "parent")
"""Columns of keys `CODE@DATE`."""
NUMBER_COLUMNS = ("hosts", "level", "bandwidth_mbps")
_DATE = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?: 0{1,2}:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})([./-])([0-9]{1,2})\2([0-9]{1,2})(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
_WHOLE = re.compile(r"([0-9]+)\.0+")
CODE_DIGITS = {"province": 2, "district": 3, "commune": 5, "ward": 5, "township": 5}
"""Digits of the codes of administrative units (Decision 124/2004/QD-TTg and its successors)."""


@dataclass(slots=True, eq=False)
class Habits:
    """The habits seen in one file: what each is, and the place where it was first seen."""

    seen: dict[Reason, Where] = field(default_factory=dict)

    def note(self, reason: Reason, where: Where) -> None:
        """Record a habit."""
        self.seen.setdefault(reason, where)

    def finding(self) -> Finding | None:
        """Return the one warning about all habits of the file, None if it has none."""
        if not self.seen:
            return None
        places = sorted(set(self.seen.values()))
        reason = because("habits_seen", habits=tuple(self.seen))
        return make_finding("TR143", places[0], severity=Severity.WARNING, also=tuple(places[1:]), reason=reason)


def separator_of(header: str, columns: Iterable[str]) -> str:
    """Return what stands between the names of a header: the separator by which most columns are known."""
    known = set(columns)

    def count(separator: str) -> int:
        return sum(1 for cell in header.split(separator) if cell.strip(' "').lower() in known)

    best = max(SEPARATORS, key=count)
    return best if count(best) > count(",") else ","


def separator_reason(separator: str) -> Reason:
    """Return the habit of another separator."""
    return because("habit_tabs") if separator == "\t" else because("habit_semicolons")


@dataclass(frozen=True, slots=True)
class DateCell:
    """A date as a spreadsheet shows it: two numbers of which one is the day, and the year."""

    first: int
    second: int
    year: int

    @property
    def certain(self) -> bool:
        """Return whether it is the same day whichever number is the day, or only one of them can be."""
        return self.first == self.second or self.order is not None

    @property
    def order(self) -> str | None:
        """Return `day` or `month`: what the first number must be, None if it may be either."""
        if self.first > 12 >= self.second:
            return "day"
        return "month" if self.second > 12 >= self.first else None

    def iso(self, order: str) -> str | None:
        """Return the date as YYYY-MM-DD, None if there is no such day."""
        day, month = (self.first, self.second) if order == "day" else (self.second, self.first)
        try:
            return date(self.year, month, day).isoformat()
        except ValueError:
            return None


def date_cell(text: str) -> DateCell | None:
    """Return a date written with day and month before the year, None if the text is none."""
    found = _DATE.fullmatch(text)
    return None if found is None else DateCell(int(found[1]), int(found[3]), int(found[4]))


def year_first(text: str) -> str | None:
    """Return a date that has the year first as YYYY-MM-DD, None if the text is none: nobody writes the day second then."""
    found = _YEAR_FIRST.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4])).isoformat()
    except ValueError:
        return None


def whole_number(text: str) -> str:
    """Return a whole number without the decimals that a spreadsheet gave it (`20.0`), any other text as it is."""
    found = _WHOLE.fullmatch(text)
    return text if found is None else found[1]


def order_of(cells: Sequence[tuple[DateCell, Where]]) -> str | Reason:
    """Return what stands first in all dates of a file, or why nobody can say."""
    orders = {cell.order for cell, _ in cells} - {None}
    if len(orders) == 2:
        return because("dates_in_both_orders")
    if orders:
        return str(next(iter(orders)))
    open_dates = [cell for cell, _ in cells if not cell.certain]
    return because("dates_either_way", count=len(open_dates)) if open_dates else "day"


def padded_code(code: str, kind: str) -> str:
    """Return the code of an administrative unit with the zeros that its type has and a spreadsheet dropped."""
    digits = CODE_DIGITS.get(kind, 0)
    return code.zfill(digits) if code.isascii() and code.isdigit() else code
