"""The requirements on addresses with the article that they come from on a given day.

The one idea: the circular of 2026 replaced the one of 2023 on the day it was issued, so a requirement's article is looked
up by date, never written beside the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from intents.finding import RuleRef

PACK_2023, PACK_2026 = "tslcd-2023", "tslcd-2026"
IN_FORCE_2026 = date(2026, 3, 30)
"""Circular 06/2026/TT-BKHCN, which repeals 19/2023/TT-BTTTT."""

_ARTICLES: Mapping[str, str] = {
    "D01": "Đ7.2",
    "D02": "Đ7.4",
    "D03": "Đ7.4",
    "D04": "Đ7.5",
    "D05": "Đ7.3",
    "D06": "Đ7.4",
    "D07": "Đ7.6",
    "D13": "PL I d",
}


def rule_on(requirement: str, on: date | None = None) -> RuleRef:
    """Return the reference of a requirement on addresses on one day (None: the latest): circular 19/2023 or 06/2026."""
    if on is not None and on < IN_FORCE_2026:
        return RuleRef(requirement=requirement, article="TT19 Đ8", pack=PACK_2023)
    return RuleRef(requirement=requirement, article=f"TT06 {_ARTICLES[requirement]}", pack=PACK_2026)
