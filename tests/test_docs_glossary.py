"""Every noun and every command is in docs/glossary.md, and the glossary holds no noun that is gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
PACKAGES = ("intents", "ipam", "routing", "verification", "controller")


def nouns_of(text: str) -> Iterator[str]:
    """Yield the public values that a module defines: frozen dataclasses, named choices and named tuples."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and is_value(node):
            yield node.name


def classes_of(text: str) -> Iterator[str]:
    """Yield every public class of a module."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def is_value(node: ast.ClassDef) -> bool:
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
    frozen = any("frozen=True" in ast.unparse(decorator) for decorator in node.decorator_list)
    return frozen or bool(bases & {"StrEnum", "IntEnum", "NamedTuple"})


def commands_of(text: str) -> Iterator[str]:
    """Yield the commands that a module gives to the command line: functions under `@….command(…)`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(".command"):
                    yield name_of_command(decorator, node)


def name_of_command(decorator: ast.Call, node: ast.FunctionDef) -> str:
    given = [*decorator.args, *(word.value for word in decorator.keywords if word.arg == "name")]
    if given and isinstance(given[0], ast.Constant):
        return str(given[0].value)
    return node.name.strip("_").replace("_", "-")


def read_package(package: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / package).rglob("*.py"))]


def terms_of(glossary: str) -> set[str]:
    """Return the terms that have a line of their own: `| `Term` | …`."""
    return set(re.findall(r"^\| `([^`]+)` \|", glossary, flags=re.MULTILINE))


def all_nouns() -> set[str]:
    return {noun for package in PACKAGES for text in read_package(package) for noun in nouns_of(text)}


def all_commands() -> set[str]:
    return {f"truc {command}" for text in read_package("controller") for command in commands_of(text)}


def test_every_noun_is_in_the_glossary() -> None:
    assert sorted(all_nouns() - terms_of(GLOSSARY.read_text(encoding="utf-8"))) == []


def test_every_command_is_in_the_glossary() -> None:
    assert sorted(all_commands() - terms_of(GLOSSARY.read_text(encoding="utf-8"))) == []


def test_the_glossary_names_no_noun_that_is_gone() -> None:
    terms = terms_of(GLOSSARY.read_text(encoding="utf-8"))
    nouns = {term for term in terms if re.fullmatch(r"[A-Z][A-Za-z0-9]+", term)}
    assert sorted(nouns - all_nouns()) == []


def test_a_noun_is_one_thing() -> None:
    """The same name for two values sends a reader to the wrong one."""
    found = [noun for package in PACKAGES for text in read_package(package) for noun in classes_of(text)]
    assert sorted(noun for noun in set(found) if found.count(noun) > 1) == []


def test_every_term_has_one_line() -> None:
    found = re.findall(r"^\| `([^`]+)` \|", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(term for term in set(found) if found.count(term) > 1) == []


def test_a_value_a_choice_and_a_command_are_found() -> None:
    module = (
        "@dataclass(frozen=True, slots=True)\nclass Kept: ...\n"
        "class Choice(StrEnum): ...\n"
        "class Reader: ...\n"
        "@app.command()\ndef tell_all() -> None: ...\n"
        "@app.command('other')\ndef _whatever() -> None: ...\n"
    )
    assert list(nouns_of(module)) == ["Kept", "Choice"]
    assert list(commands_of(module)) == ["tell-all", "other"]


def test_a_term_counts_only_on_a_line_of_its_own() -> None:
    assert terms_of("| `Kept` | a value, unlike `Other` |\n") == {"Kept"}
