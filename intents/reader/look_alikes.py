"""A word that should be plain -> the letter in it that only looks plain.

The one idea: a Cyrillic letter or a blank that does not break shows like its twin, so no word that is like it may be offered: the
letter itself is named. Vietnamese letters with marks are seen by everybody, and are no matter of this.
"""

from __future__ import annotations

import unicodedata

from intents.finding import Finding, RuleRef, Severity, Where


def odd_finding(text: str, where: Where, rule: RuleRef | None = None) -> Finding | None:
    """Return the Finding for a word with a letter that only looks plain; None if it has none."""
    odd = odd_letter(text)
    if odd is None:
        return None
    return Finding(code="TR142", severity=Severity.ERROR, where=where, values=tuple(sorted(odd.items())), rule=rule)


def odd_letter(text: str) -> dict[str, str] | None:
    """Return what a message says of the first letter that is neither ASCII nor Latin; None if there is none."""
    for at, letter in enumerate(text, start=1):
        name = "" if letter.isascii() else unicodedata.name(letter, "an unnamed character")
        if name and not name.startswith("LATIN ") and not unicodedata.combining(letter):
            return {"text": text, "code_point": f"U+{ord(letter):04X}", "name": name, "at": str(at)}
        if name.startswith("LATIN SMALL LETTER DOTLESS"):
            return {"text": text, "code_point": f"U+{ord(letter):04X}", "name": name, "at": str(at)}
    return None
