"""The message catalogue: both languages alike, no code without words, no words without a code; and how findings look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from intents.finding import RuleRef, Severity, Where, make_finding
from intents.messages import LANGUAGES, describe, explain_code, load_catalogue, parameters_of, printable

ROOT = Path(__file__).parent.parent
PACKAGES = ("intents", "ipam", "routing", "verification", "controller")
# Codes appear in the source as whole string literals, never put together from pieces.
LITERAL = re.compile(r'"(TR[1-9][0-9]{2})"')


EXPECTED = """\
error TR112 intents/edoc.yaml:7:13: unknown field "fromm"
    7 |             fromm: x
      |             ^
why: a field that is not known would have no effect, and a restriction in it would be lost
do: use one of: from, to (did you mean "from"?)
rule: A07, Đ6.3, tn-46-2024
also: a.csv:1:2"""


def codes_in_source() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {code for text in texts for code in LITERAL.findall(text)}


def test_both_languages_have_the_same_codes_phrases_and_parameters() -> None:
    english, vietnamese = load_catalogue("en"), load_catalogue("vi")
    assert set(english.messages) == set(vietnamese.messages)
    assert set(english.phrases) == set(vietnamese.phrases)
    for code, message in english.messages.items():
        assert parameters_of(message) == parameters_of(vietnamese.messages[code]), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_says_what_why_and_what_to_do(language: str) -> None:
    for code, message in load_catalogue(language).messages.items():
        for part in (message.title, message.what, message.why, message.remedy):
            assert part, code
            assert part == part.strip(), code
            assert "\n" not in part, code


def test_every_code_in_the_source_is_in_the_catalogue_and_the_other_way_round() -> None:
    assert codes_in_source() == set(load_catalogue("en").messages)


def test_a_finding_shows_place_caret_reason_remedy_rule_and_further_places() -> None:
    finding = make_finding(
        "TR112",
        Where(file="intents/edoc.yaml", line=7, column=13),
        also=(Where(file="a.csv", line=1, column=2),),
        rule=RuleRef(requirement="A07", article="Đ6.3", pack="tn-46-2024"),
        excerpt="            fromm: x",
        field="fromm",
        suggestion="from",
        allowed="from, to",
    )
    assert describe(finding, "en") == EXPECTED
    assert describe(finding, "vi").startswith('lỗi TR112 intents/edoc.yaml:7:13: không có trường "fromm"')


def test_without_a_suggestion_nothing_is_suggested() -> None:
    finding = make_finding("TR112", Where(), field="x", suggestion="", allowed="y")
    assert "did you mean" not in describe(finding, "en")


def test_a_warning_says_that_it_is_one() -> None:
    finding = make_finding("TR136", Where(file="a.yaml"), severity=Severity.WARNING)
    assert describe(finding, "en").startswith("warning TR136 a.yaml: ")


@pytest.mark.parametrize(
    ("excerpt", "column", "indent"),
    [("ab", 2, 1), ("日本x", 3, 4), ("e\u0302x", 3, 1), ("\tx", 2, 1), ("\u202ex", 2, len("<U+202E>"))],
)
def test_the_caret_stands_below_the_character_that_is_meant(excerpt: str, column: int, indent: int) -> None:
    finding = make_finding("TR136", Where(file="a", line=1, column=column), excerpt=excerpt)
    caret = describe(finding, "en").splitlines()[2]
    assert caret.index("^") - caret.index("|") - 2 == indent


def test_a_long_line_is_cut_around_the_column() -> None:
    finding = make_finding("TR136", Where(file="a", line=1, column=501), excerpt="a" * 500 + "X" + "b" * 500)
    _, line, caret, *_ = describe(finding, "en").splitlines()
    assert line[caret.index("^")] == "X"
    assert len(line) < 120


def test_nothing_from_a_file_can_steer_the_terminal() -> None:
    hostile = "\x1b[2J\u202e\n"
    finding = make_finding(
        "TR112", Where(file=hostile, line=1), excerpt=hostile, field=hostile, suggestion="", allowed=""
    )
    text = describe(finding, "en")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert printable(hostile) == "<U+001B>[2J<U+202E><U+000A>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_can_be_explained(language: str) -> None:
    for code, message in load_catalogue(language).messages.items():
        assert explain_code(code, language).startswith(f"{code}: {message.title}\n")


def test_an_unknown_code_is_said_to_be_unknown() -> None:
    assert explain_code("TR000", "en") == "there is no message TR000"


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="no message catalogue"):
        load_catalogue("fr")
