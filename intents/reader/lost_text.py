"""A text -> why it can't be what somebody wrote: cells that a spreadsheet could not compute, letters that were lost on the way.

The one idea: such a text is never the one that was meant, whatever field it stands in, so it is named before anything reads it.
"""

from __future__ import annotations

import re
import unicodedata

from intents.reader.table_source import LETTERS
from intents.reason import Reason, because

_NAMED = r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA)|Err:[0-9]{3}"
_ERROR = re.compile(rf'\s*"?\s*({_NAMED}|#{{3,}})\s*"?\s*')
_FIRST = re.compile(rf'"?\s*(?:{_NAMED})\s*"?\s*(?:[,;\t]|$)')
"""What spreadsheets show instead of a value: an error, or number signs where a column is too narrow for a date."""
_FORMULA = re.compile(r"\s*(?:=|[+@-][A-Za-z]+[(|!])")
_PILED_UP = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Characters that each font draws otherwise: what symbol fonts leave of letters."""
_QUESTION = re.compile(r"(?<![\w?/])\?+(?=[^\W\d_])|(?<=[^\W\d_])\?+(?=[^\W\d_])")
_TCVN3 = re.compile("(?<=[^\\W\\d_])[\u00a1-\u00a9\u00ab\u00ac\u00ae\u00b6\u00b8\u00b9\u00bc-\u00be](?=[^\\W\\d_])")
# Bytes of UTF-8 as code page 1252 shows them. Closing quotes, dashes and points also stand behind a capital letter with a tilde.
_SHOWN = {bytes([byte]).decode("cp1252", errors="ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
_AFTER = "".join(letter for letter, byte in _SHOWN.items() if byte < 0xC0)
_UNCERTAIN = "\u2018\u2019\u201c\u201d\u2013\u2014\u2026"
_UTF8 = re.compile(
    f"\u00c3[{re.escape(''.join(letter for letter in _AFTER if letter not in _UNCERTAIN))}]"
    f"|[\u00c4\u00c6][{re.escape(_AFTER)}]|\u00e1[\u00ba\u00bb][{re.escape(_AFTER)}]"
)


def is_lost_value(cell: str) -> bool:
    """Return whether a cell holds what a spreadsheet shows where it has no value, `#N/A` for instance."""
    return _ERROR.fullmatch(cell) is not None


def starts_with_lost_value(line: str) -> bool:
    """Return whether the first cell of a line is an error of a spreadsheet, which is no comment though it starts with `#`."""
    return _FIRST.match(line) is not None


def is_formula(cell: str) -> bool:
    """Return whether a cell holds a formula, not what comes of it."""
    return _FORMULA.match(cell) is not None


def lost_letters(text: str) -> Reason | None:
    """Return how letters of a text were lost; None if none surely were. What holds an address of the web keeps its `?`."""
    if "?" in text and "://" not in text and (found := _QUESTION.search(text)) is not None:
        return because("letters_became", character="?", at=found.start() + 1)
    if text.isascii():
        return None
    if "\ufffd" in text:
        return because("letters_became", character="U+FFFD", at=text.index("\ufffd") + 1)
    if (found := _PRIVATE.search(text)) is not None:
        return because("letters_of_a_font", character=f"U+{ord(found.group()):04X}", at=found.start() + 1)
    if (found := _PILED_UP.search(text)) is not None:
        return because("marks_piled_up", at=found.start() + 1)
    for found in _UTF8.finditer(text):
        if (meant := _decoded(found.group())) in LETTERS:
            return because("letters_of_utf8", shown=found.group(), meant=meant, at=found.start() + 1)
    found = _TCVN3.search(text)
    return None if found is None else because("letters_of_tcvn3", shown=found.group(), at=found.start() + 1)


def _decoded(shown: str) -> str:
    """Return the letter whose bytes in UTF-8 are shown so, "" if there is none."""
    return unicodedata.normalize("NFC", bytes(_SHOWN[letter] for letter in shown).decode("utf-8", errors="ignore"))
