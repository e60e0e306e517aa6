"""A file that holds a table -> its lines as UTF-8, whatever a spreadsheet saved it in, as far as that is certain.

The one idea: UTF-16 shows itself (a byte order mark, or a zero beside each letter of the header); Windows' Vietnamese code page
(1258) is taken only if every word of the file is written in Vietnamese letters then. Everything else is told, never guessed.
"""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from intents.finding import Finding, Where, make_finding
from intents.reader.source_text import open_regular

MAXIMUM_SIZE = 64 << 20
MAXIMUM_RECODED = 8 << 20
"""Bytes of a table in another encoding than UTF-8: it is recoded whole."""
_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_LETTERS = frozenset(
    letter
    for vowel in (*_VOWELS, *_VOWELS.upper())
    for tone in _TONES
    for letter in unicodedata.normalize("NFC", vowel + tone)
) | frozenset("đĐ")
_MARKS = frozenset("\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u00a0")
_AFTER_VOWEL = frozenset(
    ("ươ", "uơ", "iê", "yê", "uê", "uô", "uâ", "uă", "oă", "ưu", "êu", "âu", "ây", "ôi", "ơi", "ơu", "ưi", "ưa")
)
"""Pairs of vowels of which one has a mark of its own; others stand in no Vietnamese syllable."""
_QUESTION = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])")
_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!|#+)")
"""What a spreadsheet shows in place of a value that it could not work out; number signs alone: of a column that is too narrow."""
_GI = re.compile(r"gi$", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class TableSource:
    """An open table whose bytes are UTF-8 now; `encoding` names what it was recoded from, "" if nothing."""

    file: BinaryIO
    encoding: str = ""


def open_table(path: Path, shown: str) -> TableSource | Finding:
    """Open a table of at most 64 MB for reading."""
    opened = open_regular(path, shown, MAXIMUM_SIZE)
    if isinstance(opened, Finding):
        return opened
    encoding = _utf16(opened.read(64))
    opened.seek(0)
    return _recode(opened, encoding, shown) if encoding else TableSource(opened)


def _utf16(start: bytes) -> str:
    """Return which UTF-16 the first bytes of a table are in, "" if in none."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) < 4 or (start[0] and start[1]):
        return ""
    return "utf-16-le" if not start[1] and not start[3] else "utf-16-be" if not start[0] and not start[2] else ""


def _recode(opened: BinaryIO, encoding: str, shown: str) -> TableSource | Finding:
    with opened as file:
        content = file.read(MAXIMUM_RECODED + 1)
    if len(content) > MAXIMUM_RECODED:
        return make_finding("TR102", Where(file=shown), file=shown, size=len(content), limit=MAXIMUM_RECODED)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        return make_finding("TR103", Where(file=shown), byte=f"0x{content[error.start]:02X}")
    return TableSource(io.BytesIO(text.encode("utf-8", errors="replace")), "UTF-16")


def in_code_page(path: Path, shown: str) -> TableSource | None:
    """Return a table that is not UTF-8 as one that is, if it surely is Vietnamese in code page 1258; None otherwise."""
    opened = open_regular(path, shown, MAXIMUM_RECODED)
    if isinstance(opened, Finding):
        return None
    with opened as file:
        content = file.read(MAXIMUM_RECODED)
    try:
        text = unicodedata.normalize("NFC", content.decode("cp1258"))
    except UnicodeDecodeError:
        return None
    return TableSource(io.BytesIO(text.encode("utf-8")), "Windows-1258") if _is_vietnamese(text) else None


def _is_vietnamese(text: str) -> bool:
    """Return whether all letters are Vietnamese, and no marked vowel stands beside one that it never stands beside."""
    odd = {letter for letter in text if not letter.isascii()}
    if not odd or not odd <= _LETTERS | _MARKS:
        return False
    return all(_is_syllable(word) for word in set(re.findall(r"[^\W\d_]+", text)))


def _is_syllable(word: str) -> bool:
    plain = "".join(_without_tone(letter) for letter in word.lower())
    for at, (first, second) in enumerate(pairwise(plain), start=1):
        pair = first + second
        both_vowels = first in _VOWELS and second in _VOWELS
        if both_vowels and not pair.isascii() and pair not in _AFTER_VOWEL and not _GI.search(plain[:at]):
            return False
    return True


def _without_tone(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES[1:]))


def letters_lost(line: str, *, code_page: bool) -> int:
    """Return the index of a mark that stands where a letter was lost, -1 if none: a question mark inside a word, as a code page
    leaves it of a letter that it lacks, or U+FFFD, as a reader leaves it of bytes that it can't read.

    `code_page`: the table was in one. Elsewhere an address of the web may have such question marks of its own.
    """
    found = _QUESTION.search(line) if "?" in line and (code_page or "://" not in line) else None
    return line.find("\ufffd") if found is None else found.start()


def error_value(cells: Sequence[str]) -> int:
    """Return the place of the first cell that holds an error value of a spreadsheet, -1 if none does."""
    return next(
        (at for at, cell in enumerate(cells) if cell.lstrip().startswith("#") and _ERROR_VALUE.fullmatch(cell.strip())),
        -1,
    )
