"""The catalogue of reasons: both languages alike, every key in the source in it with its parameters, and no key unused."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from intents.messages import LANGUAGES
from intents.reason import (
    Reason,
    UnclearError,
    because,
    describe_reason,
    load_reasons,
    map_reason,
    parameters_of_reason,
    reason_of,
    unclear,
)

ROOT = Path(__file__).parent.parent
PACKAGES = ("intents", "ipam", "routing", "verification", "controller")
MAKERS = frozenset({"because", "unclear"})
CATALOGUE = ROOT / "intents" / "reason.py"
FUNCTIONS = (ast.FunctionDef, ast.Module)

Use = tuple[str, int, str, frozenset[str]]
"""File, line, key and parameters."""


def uses() -> Iterator[Use]:
    """Yield every reason that the source makes; a key that is no literal is yielded as ""."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path != CATALOGUE:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                for scope in (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)):
                    yield from _uses_in(str(path.relative_to(ROOT)), scope)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a function or module itself, not in a function inside it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _own(node)


def _uses_in(file: str, scope: ast.AST) -> Iterator[Use]:
    nodes = list(_own(scope))
    given = {
        target.id: frozenset(str(key.value) for key in node.value.keys if isinstance(key, ast.Constant))
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
            key = node.args[0]
            names: set[str] = set()
            for item in node.keywords:
                if item.arg is not None:
                    names.add(item.arg)
                elif isinstance(item.value, ast.Name):
                    names |= given[item.value.id]
            literal = isinstance(key, ast.Constant) and isinstance(key.value, str)
            yield (
                file,
                node.lineno,
                str(key.value) if literal and isinstance(key, ast.Constant) else "",
                frozenset(names),
            )


def test_both_languages_have_the_same_keys_and_parameters() -> None:
    english, vietnamese = load_reasons("en"), load_reasons("vi")
    assert list(english) == list(vietnamese)
    for key, sentence in english.items():
        assert parameters_of_reason(sentence) == parameters_of_reason(vietnamese[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_one_line_and_says_something(language: str) -> None:
    for key, sentence in load_reasons(language).items():
        assert sentence.strip(), key
        assert "\n" not in sentence, key


def test_every_reason_in_the_source_is_in_the_catalogue_with_its_parameters() -> None:
    english = load_reasons("en")
    wrong = [
        f"{file}:{line}: {key or 'a key that is no literal'} with {sorted(names)}"
        for file, line, key, names in uses()
        if key not in english or parameters_of_reason(english[key]) != names
    ]
    assert not wrong, "\n".join(wrong)


def test_no_sentence_of_the_catalogue_is_unused() -> None:
    used = {key for _, _, key, _ in uses()} | {"os_said"}
    assert sorted(load_reasons("en").keys() - used) == []


def test_there_is_something_to_check() -> None:
    assert len(list(uses())) > 300


def test_a_sentence_in_vietnamese_is_not_the_english_one() -> None:
    """What is the same in both languages is a frame, a name or a symbol: no two English words stand beside each other in it."""
    english, vietnamese = load_reasons("en"), load_reasons("vi")
    alike = {key for key, sentence in english.items() if sentence == vietnamese[key]}
    assert alike == {
        "os_said", "the_vrf", "a_loopback", "interface_of", "flow_details", "with_packet", "question", "question_says",
        "rule", "reply_echo", "says", "says_of_packet", "wrong_between", "unknown_line", "unusual_device", "unknown_lines",
        "batfish_question_finds", "server_said", "notes", "differs_in_filter",
        "table_missing", "table_of_device", "table_list", "shown_route", "shown_way", "journal_of_device",
    }  # fmt: skip


def test_a_reason_in_a_reason_is_said_in_the_same_language() -> None:
    inner = because("no_address")
    outer = because("other_addresses", where="r1", found=inner, planned="10.0.0.1/24")
    assert describe_reason(outer, "en") == "r1 has no address, planned is 10.0.0.1/24"
    assert describe_reason(outer, "vi") == "r1: địa chỉ (không có), quy hoạch là 10.0.0.1/24"


def test_several_reasons_are_said_one_after_the_other() -> None:
    lines = (because("export_map"), because("no_tag"))
    assert describe_reason(because("unknown_lines", lines=lines), "en") == "an export map changes route targets; none"


def test_names_are_changed_at_any_depth() -> None:
    inner = because("service_open", service="ssh", device="r1")
    outer = because("unknown_lines", lines=(because("unusual_device", device="r1", reason=inner),))
    found = map_reason(outer, lambda text: text.replace("r1", "r2"))
    assert describe_reason(found, "en") == "r2: ssh is open on r2"


def test_an_error_says_its_reason_and_another_ones_error_its_own_words() -> None:
    found = unclear("not_a_range", text="5-3")
    assert isinstance(found, UnclearError)
    assert str(found) == "not a range: '5-3'"
    assert reason_of(found) == Reason("not_a_range", (("text", "5-3"),))
    assert describe_reason(reason_of(ValueError("no such thing")), "vi") == "no such thing"
