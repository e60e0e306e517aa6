"""`truc init --empty`: what an own workspace starts with, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from controller.boundary import parse_day
from controller.commands.blank import blank_files
from controller.commands.closed_lists import CLOSED_LISTS
from intents.messages import LANGUAGES
from tests.small_commands import truc

ON = "2026-12-01"


def blank(folder: Path, language: str = "en") -> Path:
    code, text = truc("init", folder / "town", "--empty", "--on", ON, "--lang", language)
    assert code == 0
    assert "11" in text
    return folder / "town"


def without_comments(text: str) -> list[str]:
    """Return the lines that are no comment, without comments at their ends and without values that are prose."""
    lines = (re.sub(r"(^|\s+)#.*", "", line) for line in text.splitlines())
    return [re.sub(r"(title|province|banner): [^,}]*", r"\1", line) for line in lines if line.strip()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_workspace_lacks_only_what_its_owner_must_say(language: str, tmp_path: Path) -> None:
    code, text = truc("validate", "-w", blank(tmp_path, language), "--on", ON)
    assert code == 1
    found = re.findall(r"^error (TR\d+) \S+: (.*)$", text, flags=re.MULTILINE)
    assert set(found) == {
        ("TR202", 'there is no root block "main"'),
        ("TR202", 'there is no organisation "network-office"'),
    }


def test_an_empty_workspace_is_the_same_in_both_languages() -> None:
    day = parse_day(ON)
    assert day is not None
    english, vietnamese = (blank_files(language, day) for language in LANGUAGES)
    assert english.keys() == vietnamese.keys()
    for path, content in english.items():
        assert without_comments(content.decode()) == without_comments(vietnamese[path].decode()), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_closed_list_stands_whole_in_the_files(language: str) -> None:
    day = parse_day(ON)
    assert day is not None
    texts = "".join(content.decode() for content in blank_files(language, day).values())
    assert [name for name, values in CLOSED_LISTS.items() if ", ".join(values) not in texts] == []
    assert not re.search(r"@[a-z_]+@", texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_carry_the_day_and_no_standing_day(language: str, tmp_path: Path) -> None:
    workspace = blank(tmp_path, language)
    assert ON in (workspace / "units.csv").read_text(encoding="utf-8")
    assert not re.search(r"^default_on:", (workspace / "settings.yaml").read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_in_comments_are_a_workspace(language: str, tmp_path: Path) -> None:
    workspace = blank(tmp_path, language)
    for path in workspace.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        rows = re.findall(r"^# ([a-z0-9-]+,\S.*\n)", text, flags=re.MULTILINE)
        assert {row.count(",") for row in rows} == {text.splitlines()[-1].count(",")}, path
        path.write_text(text + "".join(rows), encoding="utf-8")
    for path in (
        workspace / "systems.yaml",
        workspace / "outside_networks.yaml",
        workspace / "intents" / "intents.yaml",
    ):
        *comments, _ = path.read_text(encoding="utf-8").splitlines()
        start = comments.index(f"# {path.stem}:")
        kept = [line[2:] for line in comments[start:] if not re.match(r"# [AC]|#   (?:categories|tiers):", line)]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    settings = workspace / "settings.yaml"
    pools = re.sub(r"^  # ( ?[- ] )", r"  \1", settings.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings.write_text(pools, encoding="utf-8")
    code, text = truc("validate", "-w", workspace, "--on", ON)
    # No register is kept yet, which is said; nothing else is.
    assert (code, re.findall(r"^(?:error|warning) (TR\d+)", text, flags=re.MULTILINE)) == (0, ["TR160"])


def test_a_day_that_is_none_makes_no_workspace(tmp_path: Path) -> None:
    code, text = truc("init", tmp_path / "town", "--empty", "--on", "today")
    assert (code, "TR807" in text) == (1, True)
    assert list(tmp_path.iterdir()) == []
