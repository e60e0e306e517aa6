"""Junos expressions over TCP flags, into a disjunction of flag matches and back.

The one idea: an expression is kept in disjunctive normal form while it is parsed (a set of (flags that must be set, flags
that must be clear)), so that negation and brackets need no tree. `!` binds strongest, then `&` or `+`, then `|` or `,`.
"""

from __future__ import annotations

import re

from intents.reason import unclear
from routing.model import ESTABLISHED, FlagMatch
from routing.vendors.junos.names import TCP_FLAGS

_Normal = frozenset[tuple[int, int]]
_TOKEN = re.compile(r"\s*([a-z]+|[!&+|,()])")
_WORDS = {bit: word for word, bit in TCP_FLAGS.items()}
_LIMIT = 64


def parse_flags(text: str) -> tuple[FlagMatch, ...]:
    """Read an expression; sorted by (care, value). ValueError if it isn't one, or if no header satisfies it."""
    tokens: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or len(tokens) > _LIMIT:
            raise unclear("not_a_flag_expression", text=text)
        tokens.append(match.group(1))
        position = match.end()
    parser = _Parser(tokens)
    normal = parser.alternatives()
    if parser.rest() or not normal:
        raise unclear("not_a_flag_expression", text=text)
    matches = [FlagMatch(value=on, care=on | off) for on, off in normal]
    return tuple(sorted(matches, key=lambda match: (match.care, match.value)))


def format_flags(flags: tuple[FlagMatch, ...]) -> str:
    """Write a disjunction as an expression without brackets; ValueError for flags that Junos has no word for."""
    alternatives = []
    for match in flags:
        if not match.care or match.care & ~63 or match.value & ~match.care:
            raise ValueError("TCP flags outside the six that Junos filters know")
        bits = [1 << index for index in range(6) if match.care >> index & 1]
        alternatives.append(" & ".join(("" if match.value & bit else "!") + _WORDS[bit] for bit in bits))
    if not alternatives or flags != parse_flags(" | ".join(alternatives)):
        raise ValueError("TCP flags not in canonical order (by care, value), or none")
    return " | ".join(alternatives)


def is_established(flags: tuple[FlagMatch, ...]) -> bool:
    """Return whether this is what `tcp-established` says."""
    return flags == ESTABLISHED


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def rest(self) -> bool:
        return self._at < len(self._tokens)

    def _next(self, wanted: str) -> bool:
        if self.rest() and self._tokens[self._at] in wanted:
            self._at += 1
            return True
        return False

    def alternatives(self) -> _Normal:
        result = self._all()
        while self._next("|,"):
            result |= self._all()
        return result

    def _all(self) -> _Normal:
        result = self._one()
        while self._next("&+"):
            result = _both(result, self._one())
        return result

    def _one(self) -> _Normal:
        if self._next("!"):
            return _negate(self._one())
        if self._next("("):
            inner = self.alternatives()
            if not self._next(")"):
                raise unclear("bracket_not_closed")
            return inner
        if not self.rest() or self._tokens[self._at] not in TCP_FLAGS:
            raise unclear("not_a_tcp_flag")
        bit = TCP_FLAGS[self._tokens[self._at]]
        self._at += 1
        return frozenset({(bit, 0)})


def _both(left: _Normal, right: _Normal) -> _Normal:
    pairs = {(a_on | b_on, a_off | b_off) for a_on, a_off in left for b_on, b_off in right}
    return frozenset((on, off) for on, off in pairs if not on & off)


def _negate(normal: _Normal) -> _Normal:
    result: _Normal = frozenset({(0, 0)})
    for on, off in normal:
        literals = {(0, 1 << i) for i in range(6) if on >> i & 1} | {(1 << i, 0) for i in range(6) if off >> i & 1}
        result = _both(result, frozenset(literals))
    return result
