"""The table of requirements: complete, with words for every code, dated, and with two proofs of each requirement.

A requirement is proved by a test that breaks it and one that meets it, or by a case in tests/errors, which breaks it by changes
to a workspace that breaks no rule (tests/test_rules_golden.py), or by a case of
tests/test_requirement_cases.py, which has both.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from controller.office.catalogue import REPORTS
from controller.reports.office.rules import rules_page
from intents.finding import RuleRef
from intents.messages import LANGUAGES, load_catalogue
from intents.rule_packs import RuleStage, load_rules, rule_on
from tests.test_intents_registers import WRONG_REFERENCES
from tests.test_requirement_cases import CASES
from verification.verdicts.question import QuestionKind, traits_of

TESTS = Path(__file__).parent
REQUIRED = (
    *(f"A{number:02d}" for number in (*range(1, 11), 12, 16, 17, 18, 20, 22)),
    *(f"D{number:02d}" for number in (*range(1, 8), *range(10, 14))),
)
"""What has been asked so far; a requirement may come without being named here, none may go."""
PROOFS = tomllib.loads((TESTS / "data" / "proofs.toml").read_text(encoding="utf-8"))
"""Tests that break and meet what no change to a workspace breaks."""
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


def proved_elsewhere() -> set[str]:
    """Return what tables of cases break (and the examples meet), and what named tests break and meet."""
    duties = tomllib.loads((TESTS / "data" / "duties.toml").read_text(encoding="utf-8"))["breaks"]
    told = {text.split()[0] for case in duties for text in case["told"]}
    references = {requirement for _, _, (_, requirement) in WRONG_REFERENCES}
    return told | references | {case.requirement for case in CASES} | set(PROOFS)


def test_every_requirement_is_broken_by_something_and_met_by_something() -> None:
    found = proofs_in(path.read_text(encoding="utf-8") for path in sorted(TESTS.glob("test_rules_*.py")))
    proved = {requirement for requirement, verbs in found.items() if verbs == {"break", "meet"}} | broken_by_cases()
    rules = load_rules()
    obliged = {name for name, item in rules.obligations.items() if item.stages}
    assert {item.identifier for item in rules.requirements.values() if item.codes} <= obliged
    through = {name for name, item in rules.obligations.items() if item.through}
    assert obliged - (proved | proved_elsewhere() | through) == set()


def test_the_named_proofs_are_tests() -> None:
    for requirement, proofs in PROOFS.items():
        assert len(proofs) == 2, requirement
        for proof in proofs:
            file, _, name = proof.partition("::")
            assert re.search(rf"^def {name}\b", (TESTS / file).read_text(encoding="utf-8"), flags=re.MULTILINE), proof


def test_the_table_names_all_requirements_and_says_where_each_is_looked_at() -> None:
    rules = load_rules()
    assert [*rules.obligations] == [
        *(f"A{number:02d}" for number in range(1, 26)),
        *(f"B{number:02d}" for number in range(1, 20)),
        *(f"C{number:02d}" for number in range(1, 18)),
        *(f"D{number:02d}" for number in range(1, 17)),
        *(f"E{number:02d}" for number in range(1, 17)),
    ]
    for name, item in rules.obligations.items():
        assert bool(item.stages) != bool(item.needs), name
        assert item.statement["vi"] != item.statement["en"], name
        assert item.needs.keys() in (set(), {"vi", "en"}), name


def test_what_a_command_is_said_to_look_at_it_has_a_message_or_a_question_for() -> None:
    """A table that promises a check which nothing makes would be worse than none."""
    rules = load_rules()
    codes: dict[str, set[str]] = {}
    for part in rules.requirements.values():
        codes.setdefault(part.identifier, set()).update(part.codes)
    asked = {traits_of(kind).requirement for kind in QuestionKind}
    reported = {name for kind in REPORTS.values() for name in kind.requirements}
    for name, item in rules.obligations.items():
        early = {RuleStage.VALIDATE, RuleStage.COMPILE} & set(item.stages)
        assert not early or codes[name] or item.through or name in PROOFS, name
        assert RuleStage.VERIFY not in item.stages or name in asked, name
        only_reported = set(item.stages) == {RuleStage.REPORT} and name not in PROOFS
        assert not only_reported or name in reported, name


def test_the_pages_of_both_languages_are_the_table() -> None:
    for language in LANGUAGES:
        page = TESTS.parent / "docs" / language / "rules.md"
        assert page.read_text(encoding="utf-8") == rules_page(language)


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
