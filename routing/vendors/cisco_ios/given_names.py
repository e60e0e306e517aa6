"""Names that people give to VRFs, lists and maps: which of them a device takes.

The one idea: what a device refuses is not there, and whatever names it finds nothing; so a name that is not surely taken is no
name, for whoever reads it and for whoever would write it.
"""

from __future__ import annotations

import re

from intents.reason import Reason, UnclearError, because

LONGEST_VRF = 32
_LONGEST_LIST = 64
_LONGEST_OTHER = 63
_UNTYPED = frozenset('"?')
"""Characters that a terminal does not take as part of a word."""
_LETTER_FIRST = re.compile(r"[A-Za-z]")


def vrf_name_fault(name: str) -> Reason | None:
    """Return why a VRF can't have a name (IOS-NAME-01)."""
    return _fault(name, LONGEST_VRF)


def list_name_fault(name: str) -> Reason | None:
    """Return why an access list that is no numbered one can't have a name (IOS-NAME-02)."""
    if _LETTER_FIRST.match(name) is None:
        return because("name_without_letter_first", name=name)
    return _fault(name, _LONGEST_LIST)


def is_second_spelling(name: str) -> bool:
    """Return whether a number is written as no device prints it: it is the list of the number without its zeros."""
    return name.isdigit() and name[0] == "0"


def other_name_fault(name: str) -> Reason | None:
    """Return why a prefix list, a map, a group or a template can't have a name (IOS-NAME-03)."""
    return _fault(name, _LONGEST_OTHER)


def check_other_name(name: str) -> None:
    """Raise UnclearError for a name that a prefix list, a map, a group or a template can't have."""
    fault = other_name_fault(name)
    if fault is not None:
        raise UnclearError(fault)


def _fault(name: str, most: int) -> Reason | None:
    if not name or not name.isprintable() or not _UNTYPED.isdisjoint(name):
        return because("name_not_typed", name=name)
    return because("name_too_long", length=len(name), limit=most) if len(name) > most else None
