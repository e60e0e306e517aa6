"""Times of records, which are in UTC -> days and words as people in Viet Nam have them, on whatever machine."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from intents.change_request import VIETNAM


def moment_in_words(at: datetime) -> str:
    """Return a time as it is told."""
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"


def end_of_day(day: date) -> datetime:
    """Return the moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)
