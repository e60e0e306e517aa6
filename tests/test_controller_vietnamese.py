"""The Vietnamese reports have no English sentence left: every golden is read, and every sentence of the catalogue looked for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from intents.messages import LANGUAGES
from intents.reason import load_reasons

TESTS = Path(__file__).parent
GOLDEN, ERRORS = TESTS / "golden", TESTS / "errors"
# Words without which hardly an English sentence is made; none of them is a Vietnamese word, with or without its marks.
ENGLISH = frozenset(
    {"the", "is", "are", "was", "were", "of", "not", "and", "from", "with", "has", "have", "does", "that", "which", "where",
     "nothing", "nobody", "this", "there", "by", "for", "than", "what", "its", "isn't", "can't", "though", "only"}
)  # fmt: skip
# What a report quotes: source lines with their numbers, and what stands in quotation marks or brackets of a command.
QUOTED = re.compile(r'^ +\d+ \|.*$|^ +\|.*$|"[^"]*"|`[^`]*`|«[^»]*»', re.MULTILINE)
WORD = re.compile(r"[\w']+")
FRAGMENT = re.compile(r"\{[a-z_0-9]+\}")


def english_words(line: str) -> frozenset[str]:
    """Return the English words of a line, what it quotes left out."""
    return ENGLISH & {word.lower() for word in WORD.findall(QUOTED.sub(" ", line))}


class VietnamesePart(HTMLParser):
    """Collects what stands on the board's page for readers of Vietnamese: all but what is marked as English, or is code."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._left_out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if (self._left_out or tag == "style" or ("lang", "en") in attrs) and tag not in ("meta", "link", "br"):
            self._left_out.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._left_out and self._left_out[-1] == tag:
            self._left_out.pop()

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.lines.append(data)


def vietnamese_texts() -> dict[str, list[str]]:
    """Return the lines of every Vietnamese golden by its name: those of commands, of findings and of the board's page."""
    found = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in GOLDEN.glob("*.vi.txt")}
    for path in ERRORS.glob("*/expected.txt"):
        text = path.read_text(encoding="utf-8")
        found[path.parent.name] = QUOTED.sub(" ", text[_start_of_vietnamese(text) :]).splitlines()
    reader = VietnamesePart()
    reader.feed((GOLDEN / "board-report.html").read_text(encoding="utf-8"))
    found["board-report"] = reader.lines
    return found


def _start_of_vietnamese(text: str) -> int:
    match = re.search(r"^(?:lỗi|cảnh báo|lưu ý) TR", text, re.MULTILINE)
    return len(text) if match is None else match.start()


def english_fragments() -> frozenset[str]:
    """Return what the English sentences say between their parameters, where it is several words and Vietnamese says otherwise."""
    english, vietnamese = (load_reasons(language) for language in reversed(LANGUAGES))
    return frozenset(
        part.strip(" :;,().'")
        for key, sentence in english.items()
        for part in FRAGMENT.split(sentence)
        if part.strip() and part.strip(" :;,().'").count(" ") and part.strip() not in vietnamese[key]
    )


def test_there_are_vietnamese_texts_and_english_fragments_to_look_for() -> None:
    assert len(vietnamese_texts()) > 100
    assert sum(map(len, vietnamese_texts().values())) > 1000
    assert len(english_fragments()) > 300


def test_the_search_finds_an_english_sentence() -> None:
    assert english_words("lý do: not modelled and not on the list") >= {"not", "and", "the"}
    assert not english_words('lý do: "not modelled and not on the list"')
    assert "not modelled and not on the list of harmless lines" in english_fragments()


@pytest.mark.parametrize("name", sorted(vietnamese_texts()))
def test_no_vietnamese_golden_has_an_english_sentence(name: str) -> None:
    lines = vietnamese_texts()[name]
    assert [line for line in lines if len(english_words(line)) > 1] == []
    text = "\n".join(lines)
    assert [fragment for fragment in english_fragments() if fragment in text] == []
