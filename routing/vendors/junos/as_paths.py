"""Junos' regular expressions over AS paths, as patterns and back.

The one idea: an expression is a row of terms, each a set of AS numbers and how often it may come; whole numbers are matched, over
the whole path (JUN-POL-11). Brackets around more than one number, and `|` between anything but single numbers, bind in ways
that no output shows, so they are not understood. Source: Junos "Understanding AS Path Regular Expressions".
"""

from __future__ import annotations

import re

from intents.reason import unclear
from routing.model import AsPathPattern, AsPathStep

_HIGHEST = (1 << 32) - 1
ANY_AS = ((0, _HIGHEST),)
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|\{\d+(?:,\d*)?\}|\[[\d \t-]*\]|[.*+?|()^$])")
_TIMES = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_WORDS = {bounds: word for word, bounds in _TIMES.items()} | {(1, 1): ""}
_LIMIT = 64

Ranges = tuple[tuple[int, int], ...]


def parse_as_path(text: str) -> AsPathPattern:
    """Read an expression; ValueError for one that is none, or whose meaning is not on record."""
    tokens: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or len(tokens) > _LIMIT:
            raise unclear("not_an_as_path", text=text)
        tokens.append(match.group(1))
        position = match.end()
    if tokens[:1] == ["^"]:
        del tokens[0]
    if tokens[-1:] == ["$"]:
        del tokens[-1]
    if tokens == ["(", ")"]:
        return ()
    parser = _Parser(text, tokens)
    steps = []
    while parser.rest():
        steps.append(parser.step())
    if not steps:
        raise unclear("not_an_as_path", text=text)
    return tuple(steps)


def format_as_path(pattern: AsPathPattern) -> str:
    """Write a pattern as the expression that is read back as it."""
    text = " ".join(_set(step.ranges) + _times(step.least, step.most) for step in pattern) or "()"
    if parse_as_path(text) != pattern:
        raise ValueError("an AS path pattern that Junos can't say")
    return text


def _set(ranges: Ranges) -> str:
    if ranges == ANY_AS:
        return "."
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return str(ranges[0][0])
    return "[" + " ".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges) + "]"


def _times(least: int, most: int | None) -> str:
    if (least, most) in _WORDS:
        return _WORDS[least, most]
    return f"{{{least},{'' if most is None else most}}}" if least != most else f"{{{least}}}"


class _Parser:
    def __init__(self, text: str, tokens: list[str]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0

    def rest(self) -> bool:
        return self._at < len(self._tokens)

    def step(self) -> AsPathStep:
        """Take one term: numbers joined by `|`, in brackets or not, and how often they come."""
        bracket = self._next("(")
        found = [self._numbers()]
        while self._next("|"):
            found.append(self._numbers())
        if bracket and not self._next(")"):
            raise unclear("not_an_as_path", text=self._text)
        least, most = self._bounds()
        if len(found) > 1 and not bracket and (least, most) != (1, 1):
            raise unclear("not_an_as_path", text=self._text)
        if self.rest() and self._tokens[self._at] == "|":
            raise unclear("not_an_as_path", text=self._text)
        return AsPathStep(_joined([item for ranges in found for item in ranges]), least, most)

    def _next(self, wanted: str) -> bool:
        if self.rest() and self._tokens[self._at] == wanted:
            self._at += 1
            return True
        return False

    def _numbers(self) -> Ranges:
        token = self._tokens[self._at] if self.rest() else ""
        self._at += 1
        if token == ".":
            return ANY_AS
        if token.isdigit():
            return ((_number(token), _number(token)),)
        if token.startswith("[") and token[1:-1].strip():
            pairs = (item.partition("-") for item in token[1:-1].split())
            return tuple((_number(low), _number(high if dash else low)) for low, dash, high in pairs)
        raise unclear("not_an_as_path", text=self._text)

    def _bounds(self) -> tuple[int, int | None]:
        token = self._tokens[self._at] if self.rest() else ""
        if token in _TIMES:
            self._at += 1
            return _TIMES[token]
        if not token.startswith("{"):
            return 1, 1
        self._at += 1
        least, comma, most = token[1:-1].partition(",")
        bounds = int(least), int(least) if not comma else int(most) if most else None
        if bounds[1] is not None and not bounds[0] <= bounds[1] <= _LIMIT:
            raise unclear("not_an_as_path", text=self._text)
        return bounds


def _number(text: str) -> int:
    if not text.isdigit() or len(text) > 10 or int(text) > _HIGHEST:
        raise unclear("not_an_as_path", text=text)
    return int(text)


def _joined(ranges: list[tuple[int, int]]) -> Ranges:
    """Return ranges in order, those that meet or touch joined."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if low > high:
            raise unclear("not_an_as_path", text=f"{low}-{high}")
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return tuple(found)
