"""Documents lead somewhere: every relative link resolves, every path of the repository that they name is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SKIPPED = {".venv", ".venv-test", ".git", "node_modules", "out", ".hypothesis", ".pytest_cache"}


def documents() -> list[Path]:
    found = (path for path in sorted(ROOT.rglob("*.md")) if not SKIPPED & set(path.relative_to(ROOT).parts))
    return list(found)


def without_blocks(text: str) -> str:
    """Return a text without its fenced blocks, which show input and output and not this repository."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def links_of(text: str) -> Iterator[str]:
    """Yield the relative targets of links, without their fragments."""
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", without_blocks(text)):
        path = target.split("#", 1)[0]
        if path and not re.match(r"[a-z]+:", path):
            yield path


def headings_of(text: str) -> set[str]:
    """Return the fragments under which headings can be reached."""
    found = re.findall(r"^#+ (.+)$", without_blocks(text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def paths_of(text: str) -> Iterator[str]:
    """Yield words in backticks that look like a path of this repository: a folder that is at its root, then more."""
    tops = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in SKIPPED}
    for word in re.findall(r"`([^`\s]+)`", without_blocks(text)):
        looks = re.fullmatch(r"(\.?\w[\w.-]*)/[\w./-]+", word)
        if looks and looks[1] in tops:
            yield word.rstrip("/")


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_resolves(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert [target for target in links_of(text) if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_in_backticks_exists(document: Path) -> None:
    places = (ROOT, document.parent)
    named = paths_of(document.read_text(encoding="utf-8"))
    # `intents/` is both a package here and a folder of every workspace.
    in_workspace = (ROOT / "examples" / "small", ROOT / "examples" / "thai-nguyen")
    assert [path for path in named if not any((place / path).exists() for place in (*places, *in_workspace))] == []


def test_every_fragment_names_a_heading() -> None:
    for document in documents():
        for path, fragment in re.findall(
            r"\]\(([^)\s#:]*)#([^)\s]+)\)", without_blocks(document.read_text(encoding="utf-8"))
        ):
            target = document.parent / path if path else document
            assert fragment in headings_of(target.read_text(encoding="utf-8")), (document, fragment)


def test_every_decision_is_numbered_once_and_has_its_three_parts() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"], path.name


def test_a_link_to_nowhere_and_a_path_that_is_gone_are_found() -> None:
    text = "[a](docs/nowhere.md#x) [b](https://example.org) `docs/gone.md` `a/b` `docs`\n```\n[c](d)\n```\n"
    assert list(links_of(text)) == ["docs/nowhere.md"]
    assert list(paths_of(text)) == ["docs/gone.md"]
