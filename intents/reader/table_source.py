"""A file that holds a table -> its lines as UTF-8, whatever a spreadsheet saved it in, as far as that is certain.

The one idea: UTF-16 shows itself (a byte order mark, or a zero beside each letter of the header); Windows' Vietnamese code page
(1258) is taken only if every word of the file is written in Vietnamese letters then. Everything else is told, never guessed.
"""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from intents.finding import Finding, Where, make_finding
from intents.reader.source_text import open_regular
from intents.reason import Reason, because

MAXIMUM_SIZE = 64 << 20
MAXIMUM_RECODED = 8 << 20
"""Bytes of a table in another encoding than UTF-8: it is recoded whole."""
_FIRST_LINES = 64 << 10
_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LETTERS = frozenset(
    letter
    for vowel in (*_VOWELS, *_VOWELS.upper())
    for tone in _TONES
    for letter in unicodedata.normalize("NFC", vowel + tone)
) | frozenset("đĐ")
"""All letters of Vietnamese that are made with a tone mark or have a mark, and the plain vowels."""
_MARKS = frozenset("\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u00a0")
_AFTER_VOWEL = frozenset(
    ("ươ", "uơ", "iê", "yê", "uê", "uô", "uâ", "uă", "oă", "ưu", "êu", "âu", "ây", "ôi", "ơi", "ơu", "ưi", "ưa")
)
"""Pairs of vowels of which one has a mark of its own; others stand in no Vietnamese syllable."""
_LOST = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])")
_GI = re.compile(r"gi$", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class TableSource:
    """An open table whose bytes are UTF-8 now; `encoding` names what it was recoded from, "" if nothing; `line_ends`: whether its
    lines ended otherwise."""

    file: BinaryIO
    encoding: str = ""
    line_ends: bool = False


def open_table(path: Path, shown: str) -> TableSource | Finding:
    """Open a table of at most 64 MB for reading."""
    opened = open_regular(path, shown, MAXIMUM_SIZE)
    if isinstance(opened, Finding):
        return opened
    start = opened.read(64)
    reason = _no_table(start)
    if reason is not None:
        opened.close()
        return make_finding("TR150", Where(file=shown), reason=reason)
    encoding = _utf16(start)
    opened.seek(0)
    if encoding:
        return _recode(opened, encoding, shown)
    return _with_line_feeds(opened, shown) if _has_returns_alone(opened) else TableSource(opened)


def _has_returns_alone(opened: BinaryIO) -> bool:
    """Return whether the lines of a table end with carriage returns alone, as some spreadsheets of the Mac save them."""
    start = opened.read(_FIRST_LINES)
    opened.seek(0)
    return b"\r" in start.rstrip(b"\r") and b"\n" not in start


def _with_line_feeds(opened: BinaryIO, shown: str) -> TableSource | Finding:
    with opened as file:
        content = file.read(MAXIMUM_RECODED + 1)
    if len(content) > MAXIMUM_RECODED:
        return make_finding("TR102", Where(file=shown), file=shown, size=len(content), limit=MAXIMUM_RECODED)
    if b"\n" in content:
        return TableSource(io.BytesIO(content))
    return TableSource(io.BytesIO(content.replace(b"\r", b"\n")), line_ends=True)


def _no_table(start: bytes) -> Reason | None:
    """Return why a file that starts so is no table in text, None if it may be one."""
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return because("is_spreadsheet_file")
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) or b"\0\0\0" in start[:4]:
        return because("is_utf32")
    return None


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
    except UnicodeDecodeError:
        return make_finding("TR150", Where(file=shown), reason=because("is_broken_utf16"))
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
    if not odd or not odd <= LETTERS | _MARKS:
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


def letters_lost(line: str) -> int:
    """Return the index of a question mark inside a word, as a code page leaves it of a letter that it lacks; -1 if none."""
    found = _LOST.search(line)
    return -1 if found is None else found.start()
