"""Community lists, standard and expanded, to alternatives that a route may carry.

The one idea: an expanded list is a regular expression over the communities as the device prints them, so only the forms whose
answer is known for every route are taken: those that ask for one community, or for those of one AS (IOS-COMM-02). A device that
prints communities as one number takes other expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from intents.reason import UnclearError, unclear
from routing.model import CommunityRange
from routing.vendors.cisco_ios.given_names import check_other_name
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.partial import CommunityEntry, PartialDevice
from routing.vendors.reserved import RESERVED_HIGH

_NEW_FORMAT = ("ip bgp-community new-format",)
_FORM = re.compile(r"(_?)([1-9]\d{0,4}):(?:(?:(?:\.\*|\[0-9\][*+])_?)?|(0|[1-9]\d{0,4})(_?))")
_LAST_HIGH = 65534  # communities of 0 and 65535 may be printed as words
_ONE_LENGTH = 10000  # before five digits no further digit fits into 16 bits


def read_community_list_line(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Note one line of a community list; False if it is not understood: then nothing is known of the whole list."""
    named = words[2:3] in (["standard"], ["expanded"])
    rest = words[3:] if named else words[2:]
    if not rest:
        return False
    try:
        is_expanded = words[2] == "expanded" if named else _is_expanded(rest[0])
        _check_name(rest[0], is_expanded)
        entries = _entries(is_expanded, rest[1:])
    except UnclearError:
        partial.community_lists.setdefault(rest[0], []).append(None)
        return False
    partial.community_lists.setdefault(rest[0], []).extend(entries)
    return True


def _check_name(word: str, is_expanded: bool) -> None:
    """UnclearError for a number that is no list of the kind (IOS-NAME-04), and for a name that is none (IOS-NAME-03)."""
    if word[0].isdigit() and (word[0] == "0" or _is_expanded(word) is not is_expanded):
        raise unclear("not_a_number")
    check_other_name(word)


def _is_expanded(word: str) -> bool:
    number = small_number(word, 500)
    if not number:
        raise unclear("not_a_number")
    return number > 99


def _entries(is_expanded: bool, words: list[str]) -> list[CommunityEntry]:
    if len(words) < 2 or words[0] != "permit":
        raise unclear("not_modelled")
    if is_expanded:
        return [*expression_ranges(" ".join(words[1:]))]
    return [tuple(sorted({community(word) for word in words[1:]}))]


def listed_communities(
    partial: PartialDevice, name: str
) -> tuple[frozenset[tuple[str, ...]], frozenset[CommunityRange]]:
    """Return what a list asks for: all communities of one of the tuples, or one of one of the ranges."""
    entries = partial.community_lists.get(name)
    if entries is None:
        raise unclear("community_list_undefined", name=name)
    if None in entries:
        raise unclear("community_list_not_modelled", name=name)
    ranges = frozenset(entry for entry in entries if isinstance(entry, CommunityRange))
    if ranges and _NEW_FORMAT not in partial.harmless:
        raise unclear("communities_as_one_number", name=name)
    exact = frozenset(entry for entry in entries if entry is not None and not isinstance(entry, CommunityRange))
    return exact, ranges


@lru_cache(maxsize=1 << 10)
def expression_ranges(text: str) -> tuple[CommunityRange, ...]:
    """Return the communities of which a route must carry one to meet an expression; UnclearError if that isn't sure."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise unclear("community_expression")
    high, low = int(found[2]), found[3]
    if high > _LAST_HIGH or (not found[1] and high < _ONE_LENGTH):
        raise unclear("community_expression")
    if low is None:
        return (CommunityRange(high, 0, 0xFFFF),)
    if found[4]:
        return (CommunityRange(high, int(low), int(low)),) if int(low) <= 0xFFFF else ()
    return tuple(CommunityRange(high, *bounds) for bounds in _beginning_with(int(low)))


def _beginning_with(number: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of 16-bit numbers whose decimal digits begin with those of a number."""
    step = 1
    while number * step <= 0xFFFF and (number or step == 1):
        yield number * step, min(number * step + step - 1, 0xFFFF)
        step *= 10


@lru_cache(maxsize=1 << 14)
def community(word: str) -> str:
    """Return a community as `high:low`; UnclearError for the reserved ones, by name or number: they change how routes are sent
    (BOTH-VAL-04)."""
    high, colon, low = word.partition(":")
    if colon:
        numbers = small_number(high, 65535), small_number(low, 65535)
        if None not in numbers and numbers[0] != RESERVED_HIGH:
            return f"{numbers[0]}:{numbers[1]}"
    else:
        number = small_number(word, 0xFFFFFFFF)
        if number is not None and number >> 16 != RESERVED_HIGH:
            return f"{number >> 16}:{number & 0xFFFF}"
    raise unclear("not_a_numeric_community")
