"""The words of the board's page, each in Vietnamese and English at once.

The one idea: a page that is read in two languages never chooses one, so a word is a pair and there is no language to pass.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.output.words import Language, fill, load_words
from intents.reason import Telling, describe_reason

SECTIONS = (
    *("verdict", "inputs", "matrix", "intents", "others", "alone", "wrong", "change", "unreachable", "residue"),
    *("mutations", "findings", "words"),
)
"""The page's sections in their order. A sentence that points to one names it (`{section_wrong}`), never its number."""
_NUMBERS = {f"section_{name}": str(number) for number, name in enumerate(SECTIONS, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The same in Vietnamese and in English; `en` is "" for a name, which has one form only."""

    vi: str
    en: str = ""


def both(key: str, **values: object) -> Both:
    """Return the sentence of a key with its values put in; a value that is itself a pair goes into each language's own."""
    found = {}
    for language in Language:
        own = {**_NUMBERS, **{name: _in(language, value) for name, value in values.items()}}
        found[language] = fill(load_words(language, "board")[key], own)
    return Both(vi=found[Language.VI], en=found[Language.EN])


def both_ways(telling: Telling) -> Both:
    """Return what is told in both languages; a name has one form only."""
    if isinstance(telling, str):
        return Both(vi=telling)
    return Both(vi=describe_reason(telling, Language.VI), en=describe_reason(telling, Language.EN))


def spaced(number: int) -> str:
    """Return a number with its thousands set apart by blanks that do not break: a comma or a point is a decimal sign in one
    of the two languages."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def _in(language: Language, value: object) -> object:
    match value:
        case Both():
            return value.en if language is Language.EN and value.en else value.vi
        case int():
            return spaced(value)
        case _:
            return value
