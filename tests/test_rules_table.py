"""The table of requirements: complete, with words for every code, dated, and with two proofs of each requirement.

A requirement is proved by a test that breaks it and one that meets it, or by a case in tests/errors, which breaks it by changes
to a workspace that breaks no rule (tests/test_rules_golden.py), or by a case of
tests/test_requirement_cases.py, which has both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from intents.finding import RuleRef
from intents.messages import load_catalogue
from intents.rule_packs import load_rules, rule_on
from tests.test_requirement_cases import CASES

TESTS = Path(__file__).parent
REQUIRED = (
    *(f"A{number:02d}" for number in (*range(1, 11), 12, 16, 17, 18, 20, 22)),
    *(f"D{number:02d}" for number in (*range(1, 8), *range(10, 14))),
)
"""What has been asked so far; a requirement may come without being named here, none may go."""
NAMED = re.compile(r"def test_([A-E]\d\d)_\w*_(breaks?|meets?)_it\b")


def proofs_in(texts: Iterable[str]) -> dict[str, set[str]]:
    """Return which requirements have a test that breaks them and one that meets them."""
    found: dict[str, set[str]] = {}
    for text in texts:
        for requirement, verb in NAMED.findall(text):
            found.setdefault(requirement, set()).add(verb.rstrip("s"))
    return found


def broken_by_cases() -> set[str]:
    """Return which requirements a change to the tiny workspace breaks, as the goldens cite them."""
    goldens = (
        case.with_name("expected.txt").read_text(encoding="utf-8") for case in TESTS.glob("errors/TR*/rules.toml")
    )
    return {requirement for text in goldens for requirement in re.findall(r"^rule: (\w+)", text, flags=re.MULTILINE)}


def test_every_requirement_is_broken_by_something_and_met_by_something() -> None:
    found = proofs_in(path.read_text(encoding="utf-8") for path in sorted(TESTS.glob("test_rules_*.py")))
    proved = {requirement for requirement, verbs in found.items() if verbs == {"break", "meet"}} | broken_by_cases()
    proved |= {case.requirement for case in CASES if case.requirement}
    assert proved == {item.identifier for item in load_rules().requirements.values()}


def test_a_case_proves_a_requirement() -> None:
    assert "A18" in broken_by_cases()


def test_a_requirement_with_one_test_only_would_be_seen() -> None:
    assert proofs_in(["def test_A01_a_bad_category_breaks_it(", "def test_A02_x_breaks_it("]) == {
        "A01": {"break"},
        "A02": {"break"},
    }


def test_the_table_has_lost_no_requirement() -> None:
    assert set(REQUIRED) <= {item.identifier for item in load_rules().requirements.values()}


def test_every_code_of_the_table_has_words_and_every_rule_code_is_in_the_table() -> None:
    codes = {code for item in load_rules().requirements.values() for code in item.codes}
    known = load_catalogue("en").messages.keys()
    assert codes <= known
    assert {code for code in known if code.startswith("TR4")} <= codes


def test_every_article_is_of_a_pack_that_is_dated() -> None:
    rules = load_rules()
    for name, item in rules.requirements.items():
        assert item.articles, name
        assert item.articles.keys() <= rules.packs.keys(), name
    assert all(pack.start is not None or pack.end is not None for pack in rules.packs.values())


def test_every_requirement_can_be_cited_on_every_day_from_a_pack_in_force() -> None:
    rules = load_rules()
    changes = {day for pack in rules.packs.values() for day in (pack.start, pack.end) if day is not None}
    days = sorted({day + timedelta(days=shift) for day in changes for shift in (-1, 0, 1)})
    for day in (item for item in days if item >= date(2024, 11, 15)):
        for name in rules.requirements:
            assert rules.packs[rule_on(name, day).pack].holds(day), (name, day)


@pytest.mark.parametrize(
    ("name", "day", "pack", "article"),
    [
        ("A08", date(2026, 3, 29), "tslcd-2023", "TT19 Đ8"),
        ("A08", date(2026, 3, 30), "tslcd-2026", "TT06 Đ7.2-7.5"),
        ("A17", date(2026, 11, 24), "tslcd-2026", "TT06 Đ5.3a-b"),
        ("A18.level", date(2026, 6, 30), "attt-2016", "NĐ85"),
        ("A18.level", date(2026, 7, 1), "anm-2026", "NĐ331"),
        ("A01", date(2020, 1, 1), "tn-46-2024", "Đ2"),
        ("D01", date(2020, 1, 1), "tslcd-2023", "TT19 Đ8"),
        ("D01", None, "tslcd-2026", "TT06 Đ7.2"),
    ],
)
def test_the_day_decides_which_article_is_cited(name: str, day: date | None, pack: str, article: str) -> None:
    assert rule_on(name, day) == RuleRef(requirement=name.partition(".")[0], article=article, pack=pack)
