"""Kinds of words in commands: what each takes, how the device prints it, and how it sorts.

The one idea: a word that looks like its kind but is none (10.0.0.300, VLAN 5000) is refused by the device; one that does not even
look like it belongs to a form of the command that is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from intents.prefix import Family, format_address, parse_address, prefix_of
from intents.reason import UnclearError
from routing.vendors.cisco_ios.names import interface_name
from routing.vendors.cisco_ios.terms import ipv4, ipv6_interface, mask_length

Sort = int | str | tuple[int, ...]


class TakenWord(NamedTuple):
    """A word that was taken: as the device prints it, and what it sorts by."""

    text: str
    sort: Sort


Taker = Callable[[str], "TakenWord | None"]
_DIGITS = re.compile(r"[0-9]+\Z")
_DOTTED = re.compile(r"[0-9]+\.[0-9.]*\Z")
_COLONS = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:/[0-9]*)?\Z")
_NEVER = re.compile(r"(?!)")
_TARGET = re.compile(r"[0-9.]+:[0-9]+\Z")


class WordKind(NamedTuple):
    """What takes a word, and how a word looks that can only be meant for it."""

    take: Taker
    looks: re.Pattern[str]


def _address4(word: str) -> TakenWord | None:
    value = ipv4(word)
    return TakenWord(word, value)


def _mask(word: str) -> TakenWord | None:
    return TakenWord(word, mask_length(word))


def _address6(word: str) -> TakenWord | None:
    family, value = parse_address(word)
    return TakenWord(format_address(family, value).upper(), value) if family is Family.V6 else None


def _address(word: str) -> TakenWord | None:
    found = _address6(word) if ":" in word else _address4(word)
    return (
        None
        if found is None or not isinstance(found.sort, int)
        else TakenWord(found.text, (int(":" in word), found.sort))
    )


def _prefix6(word: str) -> TakenWord:
    value, length = ipv6_interface(word)
    found = prefix_of(Family.V6, value, length)  # host bits are cleared (IOS-VAL-02)
    return TakenWord(f"{format_address(Family.V6, found.network).upper()}/{length}", (found.network, length))


def _interface6(word: str) -> TakenWord:
    value, length = ipv6_interface(word)
    return TakenWord(f"{format_address(Family.V6, value).upper()}/{length}", (value, length))


def _interface(word: str) -> TakenWord | None:
    name = interface_name(word)
    return None if name is None else TakenWord(name, name)


def _target(word: str) -> TakenWord | None:
    high, _, low = word.partition(":")
    return TakenWord(word, (_number(high), int(low)))


def _number(word: str) -> int:
    return ipv4(word) if "." in word else int(word)


_KINDS: dict[str, WordKind] = {
    "a4": WordKind(_address4, _DOTTED),
    "m4": WordKind(_mask, _DOTTED),
    "a6": WordKind(_address6, _COLONS),
    "ip": WordKind(_address, re.compile(f"(?:{_DOTTED.pattern}|{_COLONS.pattern})")),
    "p6": WordKind(_prefix6, _COLONS),
    "i6": WordKind(_interface6, _COLONS),
    "if": WordKind(_interface, _NEVER),
    "rt": WordKind(_target, _TARGET),
    "w": WordKind(lambda word: TakenWord(word, word), re.compile("")),
}


@lru_cache(maxsize=256)
def word_kind(name: str) -> WordKind:
    """Return a kind by its name: one of the above, `LOW-HIGH` (a number) or `a|b|c` (one of these words)."""
    found = _KINDS.get(name)
    if found is not None:
        return found
    if "|" in name:
        choices = tuple(name.split("|"))
        return WordKind(lambda word: TakenWord(word, choices.index(word)) if word in choices else None, _NEVER)
    low, high = (int(number) for number in name.split("-"))
    return WordKind(lambda word: _in_range(word, low, high), _DIGITS)


def _in_range(word: str, low: int, high: int) -> TakenWord | None:
    if _DIGITS.match(word) is None or len(word) > 10 or not low <= int(word) <= high:
        return None
    return TakenWord(str(int(word)), int(word))


def take_word(kind: WordKind, word: str) -> TakenWord | None:
    """Return a word as its kind takes it, None if it is no such word."""
    try:
        return kind.take(word)
    except (UnclearError, ValueError):
        return None
