"""Texts of devices -> what readers make of them, each read once while it is needed.

The one idea: texts of one device mostly say the same, so what one says as another said before is kept once; a plan with thousands
of positions has room for all that its devices say at them.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from routing.vendors import VENDORS
from routing.vendors.vendor import ReadDevice

MOST = 32
"""Of so many texts of one device all is kept that its reader says; one that nobody asked for that long is read again."""
_T = TypeVar("_T")


class TextReads:
    """Texts read, each once however often it stands in a network."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[str, ReadDevice]] = {}

    def read(self, name: str, platform: str, text: str) -> ReadDevice:
        """Return what a reader makes of a device's text."""
        known = self._known.setdefault((name, platform), {})
        found = known.pop(text, None) or _read_beside(known, name, platform, text)
        known[text] = found
        if len(known) > MOST:
            del known[next(iter(known))]
        return found


def _read_beside(known: dict[str, ReadDevice], name: str, platform: str, text: str) -> ReadDevice:
    """Read a text; what the one that was asked for last says, too, is the same thing."""
    found = VENDORS[platform].read(name, text)
    last = next(reversed(known.values()), None)
    return found if last is None else replace(found, device=shared(last.device, found.device))


def shared(known: _T, new: _T) -> _T:
    """Return a value equal to a new one, made of parts of a known one where these are equal."""
    if known == new:
        return known
    if type(known) is not type(new):
        return new
    if type(new) is tuple:
        return cast(_T, _shared_items(cast(tuple[object, ...], known), cast(tuple[object, ...], new)))
    if is_dataclass(new) and not isinstance(new, type):
        parts = {item.name: shared(getattr(known, item.name), getattr(new, item.name)) for item in fields(new)}
        return cast(_T, replace(new, **parts))
    return new


def _shared_items(known: tuple[object, ...], new: tuple[object, ...]) -> tuple[object, ...]:
    """Return items by what is alike at both ends; between these one by one, if they are as many."""
    head = _alike(known, new)
    tail = _alike(known[head:][::-1], new[head:][::-1])
    ends = (len(known) - tail, len(new) - tail)
    middle = new[head : ends[1]]
    if ends[0] == ends[1]:
        middle = tuple(map(shared, known[head : ends[0]], middle))
    return (*known[:head], *middle, *known[ends[0] :])


def _alike(known: tuple[object, ...], new: tuple[object, ...]) -> int:
    pairs = zip(known, new, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(known), len(new)))
