"""Every rule of a platform that code names is a fact with a source, and docs/en/platform-facts.md lists them all.

To write the page anew, in the project's folder: `python -m tests.test_docs_platform_facts`.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
DATA = ROOT / "routing" / "vendors" / "platform_facts.toml"
PAGE = ROOT / "docs" / "en" / "platform-facts.md"
NAMED = re.compile(r"\b(?:IOS|JUN|RFC|BOTH)-[A-Z0-9]+-\d{2}\b")
TITLES = {"ios": "Cisco IOS-XE", "junos": "Junos", "both": "Both"}
OPENING = """# What a verdict rests on beside the text

Defaults and behaviour of the platforms, made from `routing/vendors/platform_facts.toml`. A verdict is as true as these are.
*observed*: in outputs of real devices; *documented*: in a vendor's document or an RFC, as far as known, not each looked up
again; *inferred*: by analogy, nobody has seen it. A fact that code names is marked with ●.

"""
ASSUMPTIONS = """## What is assumed

What no text shows, or what truc leaves out on purpose: a verdict holds where this is so. `truc explain FILE:LINE` names what is
assumed about a line.

| fact | assumed |
|---|---|
"""


class Reference(NamedTuple):
    """A line that names something, and what it does if that is missing or empty."""

    id: str
    line: str
    missing: str
    empty: str
    facts: tuple[str, ...]


def facts() -> list[dict[str, str]]:
    found = tomllib.loads(DATA.read_text(encoding="utf-8"))["fact"]
    return [{str(key): str(value) for key, value in item.items()} for item in found]


def references() -> list[Reference]:
    """Return what references of IOS do whose target is missing or empty."""
    found = tomllib.loads(DATA.read_text(encoding="utf-8"))["reference"]
    return [
        Reference(str(item["id"]), str(item["line"]), str(item["missing"]), str(item["empty"]), tuple(item["facts"]))
        for item in found
    ]


def named_in_code() -> set[str]:
    rooms = ("intents", "ipam", "routing", "verification", "controller")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    return {name for path in files for name in NAMED.findall(path.read_text(encoding="utf-8"))}


def page() -> str:
    """Return the page: a table for each platform and area."""
    named = named_in_code()
    parts = [
        OPENING,
        ASSUMPTIONS,
        *(f"| {item['id']} | {cell(item['assumed'])} |\n" for item in facts() if "assumed" in item),
    ]
    for platform, title in TITLES.items():
        parts.append(f"\n## {title}\n")
        for area in sorted({item["area"] for item in facts() if item["platform"] == platform}):
            parts.append(f"\n### {title}: {area}\n\n| fact | rule | source |\n|---|---|---|\n")
            here = [item for item in facts() if (item["platform"], item["area"]) == (platform, area)]
            parts += [row(item, item["id"] in named) for item in here]
        if platform == "ios":
            parts += ["\n### Cisco IOS-XE: names whose target is missing or empty\n\n", REFERENCE_HEAD]
            parts += [reference_row(item) for item in references()]
    return "".join(parts)


REFERENCE_HEAD = "| line | target missing | target empty | facts |\n|---|---|---|---|\n"


def reference_row(item: Reference) -> str:
    cells = (item.line, item.missing, item.empty, ", ".join(item.facts))
    return "| " + " | ".join(map(cell, cells)) + " |\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def row(item: dict[str, str], is_named: bool) -> str:
    assumed = " (Something is [assumed](#what-is-assumed).)" if "assumed" in item else ""
    cells = (
        f"{item['id']}{' ●' if is_named else ''}",
        item["rule"] + assumed,
        f"{item['source']} ({item['confidence']})",
    )
    return "| " + " | ".join(map(cell, cells)) + " |\n"


def test_a_rule_that_code_names_is_a_fact() -> None:
    assert sorted(named_in_code() - {item["id"] for item in facts()}) == []


def test_a_fact_has_one_name_a_rule_and_a_source() -> None:
    names = [item["id"] for item in facts()]
    assert len(names) == len(set(names)) > 120
    for item in facts():
        assert NAMED.fullmatch(item["id"])
        assert item["platform"] in TITLES
        assert item["confidence"] in {"observed", "documented", "inferred"}
        assert all(item[key].strip() for key in ("area", "rule", "source")), item["id"]


def test_a_reference_has_a_known_outcome_for_each_state_and_facts_that_say_so() -> None:
    known = {item["id"] for item in facts()}
    assert len({item.id for item in references()}) == len(references()) >= 18
    for item in references():
        assert {item.missing, item.empty} <= OUTCOMES, item.id
        assert item.facts, item.id
        assert set(item.facts) <= known, item.id


OUTCOMES = {"passes all", "passes none", "not understood", "as if absent", "can't be"}


def test_what_is_assumed_is_a_sentence_and_nothing_else_is_said_of_a_fact() -> None:
    for item in facts():
        assert set(item) <= {"id", "platform", "area", "rule", "source", "confidence", "assumed"}, item["id"]
    assumed = [item["assumed"] for item in facts() if "assumed" in item]
    assert len(set(assumed)) == len(assumed) > 10
    assert all(text[0].isupper() and text.endswith(".") for text in assumed)


def test_the_page_lists_them_all() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
