"""Forms of statements as a closed table: which words tell a statement from others, which are its value, what may stand empty.

The one idea: a statement is found again by its words without its value; so a new value takes the place of the old one, while
names of a list accumulate. What is not in the table is neither set nor guessed at.

Patterns: `*` any word, `a|b` one of these, `=` the value (`=a|b` one of these, `=1-9` a number, `=...` all further words), `!`
before it: another value is not put in its place but not executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from routing.vendors.junos.execute.schema_lines import CONTAINERS, LEAVES, ORDERED, ORDERED_ANYWHERE

StatementWords = tuple[str, ...]
VALUE = "="
_REST = "..."


class SchemaFault(StrEnum):
    """Why a statement that begins as one of the table is none: the device says so."""

    MISSING = "missing argument."
    RANGE = "Value is not within range"


class PlacedStatement(NamedTuple):
    """A statement of the table: its key, and whether another value may take the place of the one that stands."""

    key: StatementWords
    replaces: bool = True


Found = PlacedStatement | SchemaFault | None


def _split(patterns: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for pattern in patterns:
        words = tuple(pattern.split())
        found.setdefault(words[0], []).append(words)
    return found


_LEAVES, _CONTAINERS, _ORDERED = _split(LEAVES), _split(CONTAINERS), _split(ORDERED)


@lru_cache(maxsize=1 << 16)
def place(words: StatementWords) -> Found:
    """Return the key of a statement, why the device does not take it, or None: of no form known here."""
    if is_container(words):
        return PlacedStatement(words)
    fault: SchemaFault | None = None
    for pattern in _LEAVES.get(words[0], ()):
        found = _match(pattern, words)
        if isinstance(found, PlacedStatement):
            return found
        fault = fault or found
    return fault


def _match(pattern: tuple[str, ...], words: StatementWords) -> Found:
    for at, part in enumerate(pattern):
        if at == len(words):
            return SchemaFault.MISSING if part[:1] in "=!" else None
        if part[:1] in "=!":
            return _with_value(part.removeprefix("!")[1:], words, at, replaces=part[0] != "!")
        if not _takes(part, words[at]):
            return None
    return PlacedStatement(words) if len(words) == len(pattern) else None


def _with_value(kind: str, words: StatementWords, at: int, *, replaces: bool) -> Found:
    if kind != _REST and len(words) != at + 1:
        return None
    if kind[:1].isdigit():
        low, high = kind.split("-")
        if not words[at].isdigit():
            return None
        if not int(low) <= int(words[at]) <= int(high):
            return SchemaFault.RANGE
    elif kind not in ("", _REST) and words[at] not in kind.split("|"):
        return None
    return PlacedStatement((*words[:at], VALUE), replaces)


def _takes(part: str, word: str) -> bool:
    return part == "*" or word in part.split("|")


@lru_cache(maxsize=1 << 16)
def is_container(words: StatementWords) -> bool:
    """Return whether a statement may stand with nothing below it (JUN-EXEC-03)."""
    return any(_is_whole(pattern, words) for pattern in _CONTAINERS.get(words[0], ()))


@lru_cache(maxsize=1 << 16)
def ordered_prefixes(words: StatementWords) -> tuple[StatementWords, ...]:
    """Return the starts of a statement behind which names stand in the order in which they were entered (JUN-GRAM-08)."""
    found = _ORDERED.get(words[0], ())
    starts = (words[:length] for length in range(1, len(words)))
    return tuple(s for s in starts if s[-1] in ORDERED_ANYWHERE or any(_is_whole(pattern, s) for pattern in found))


def _is_whole(pattern: tuple[str, ...], words: StatementWords) -> bool:
    return len(pattern) == len(words) and all(map(_takes, pattern, words))


def starts_of(words: StatementWords) -> Iterator[StatementWords]:
    """Yield the proper starts of a statement, the longest first."""
    return (words[:length] for length in range(len(words) - 1, 0, -1))
