"""A misspelt word and the words there are -> the one that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 64
_MOST = 2000


def suggest(word: str, known: Iterable[str]) -> str:
    """Return the closest known word, or "" if none is close; among thousands only those of like length are compared."""
    if len(word) > _LONGEST:
        return ""
    near = sorted(name for name in known if name and abs(len(name) - len(word)) <= 4)
    alike = [name for name in near if name[0] == word[:1]] if len(near) > _MOST else near
    folded = {name.lower(): name for name in alike[:_MOST]}
    matches = get_close_matches(word.lower(), list(folded), n=1, cutoff=0.6)
    return folded[matches[0]] if matches else ""


def did_you_mean(suggestion: str) -> str:
    """Return ` (did you mean "x"?)`, or "" without a suggestion."""
    return f' (did you mean "{suggestion}"?)' if suggestion else ""
