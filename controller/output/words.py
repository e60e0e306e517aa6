"""The command line's own words, in Vietnamese and English.

Turns a key and named values into a sentence. The one idea: as with findings, words are data (`words.*.toml`; those of the
board's page in `board.*.toml`), so that a language is one more file and no module holds a sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from intents.messages import printable


class Language(StrEnum):
    """Languages of messages."""

    VI = "vi"
    EN = "en"


def named_language(text: str) -> Language | None:
    """Return the language that a word or a locale names (`vi`, `VI`, `vi_VN.UTF-8`), None if it is none of ours."""
    word = re.split("[_.@-]", text.strip().lower(), maxsplit=1)[0]
    return Language(word) if word in set(Language) else None


@cache
def load_words(language: str, book: str = "words") -> Mapping[str, str]:
    """Return all words of a language by key: those of the terminal, or of another book (`board`)."""
    text = (Path(__file__).parent / f"{book}.{language}.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def say(language: str, key: str, **values: object) -> str:
    """Return the terminal's sentence of a key with its values put in."""
    return fill(load_words(language)[key], values)


def fill(sentence: str, values: Mapping[str, object]) -> str:
    """Return a sentence with its values put in: numbers with thousands separated by commas, texts without what hides, reorders or
    breaks lines, whoever typed them."""
    shown = {name: f"{value:,}" if isinstance(value, int) else printable(str(value)) for name, value in values.items()}
    return sentence.format_map(shown)
