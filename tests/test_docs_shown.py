"""Documents show what commands print: their closing sentences, with numbers that any change of the example or of questions moves.

To write them anew from the goldens of commands, in the project's folder: `python -m tests.test_docs_shown`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/en/batfish.md", "docs/vi/README.md")
PIECES = (
    ("verify.en.txt", r"\d+ questions: [^;\n]*"),
    ("verify.en.txt", r"\d+ flows, \d+ devices, \d+ routing states"),
    ("verify.vi.txt", r"\d+ câu hỏi: [^;\n]*"),
    ("verify.vi.txt", r"\d+ luồng, \d+ thiết bị"),
    ("validate.en.txt", r"\d+ intents, \d+ rules, \d+ devices, \d+ attachments"),
    ("validate.en.txt", r"warnings: \d+, notes: \d+"),
)
"""Goldens of commands, and the pieces of their closing sentences that documents show (days and judges are a document's own)."""


def printed(golden: str, piece: str) -> str:
    """Return what the command prints for a piece: it stands at the end, so the last one counts."""
    return str(re.findall(piece, (ROOT / "tests" / "golden" / golden).read_text(encoding="utf-8"))[-1])


def differences(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a document that commands do not print so, with what they print."""
    for golden, piece in PIECES:
        wanted = printed(golden, piece)
        yield from ((found, wanted) for found in re.findall(piece, text) if found != wanted)


@pytest.mark.parametrize("page", PAGES)
def test_a_document_shows_what_commands_print(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert any(re.search(piece, text) for _, piece in PIECES)
    assert list(differences(text)) == []


def test_another_number_is_found() -> None:
    assert [found for found, _ in differences("1 questions: 1 hold; 2 flows, 3 devices, 4 routing states\n")] == [
        "1 questions: 1 hold",
        "2 flows, 3 devices, 4 routing states",
    ]


if __name__ == "__main__":
    for name in PAGES:
        shown = (ROOT / name).read_text(encoding="utf-8")
        for was, now in differences(shown):
            shown = shown.replace(was, now)
        (ROOT / name).write_text(shown, encoding="utf-8")
