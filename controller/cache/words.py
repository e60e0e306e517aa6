"""Strings of a kept value -> plain values that hold no word of a device's text, and back.

The one idea: who reads a kept value has the texts that it was worked out of, for its key is a digest of them; so a word that
stands in them is kept as the number of its place there, never as itself. Beside those only words of our own code and numbers are
written; a string with anything else in it is refused, whatever it is: it could be part of a secret in another form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Union

Plain = Union[bool, int, float, str, list["Plain"], None]  # noqa: UP007 (it names itself)
"""What is written: JSON without objects."""

_WORD = re.compile(r"[^\W_]+|[\W_]")
"""Runs of letters and digits, every other character alone: texts and what quotes them, in quotation marks or not, fall into the
same words."""
_COMPUTED = re.compile(r"[0-9]{1,10}|[0-9a-f]{1,4}")
"""Numbers, and groups of an IPv6 address."""


class CodecError(ValueError):
    """A plain value that is no value of the type asked for, or a value that can't be written."""


def words_of(texts: Iterable[str]) -> Mapping[str, int]:
    """Return every word of texts and its number, in the order in which they come; equal lines are looked at once."""
    found: dict[str, int] = {"\n": 0}
    for line in dict.fromkeys(line for text in texts for line in text.split("\n")):
        for word in _WORD.findall(line):
            found.setdefault(word, len(found))
    return found


class Words:
    """The strings that who writes and who reads have both at hand.

    `own`: names that our code gives, written as they are. `declared`: strings, in the same order each time. `texts`: of devices,
    in the same order, too. `code`: the texts of our code, asked for if they are needed.
    """

    __slots__ = ("_ask", "_code", "_declared", "_found", "_own", "_strings", "_texts")

    def __init__(
        self,
        *,
        own: Collection[str],
        declared: Iterable[str],
        texts: Collection[str],
        code: Callable[[], Iterable[str]],
    ) -> None:
        self._own = frozenset(own)
        self._strings = tuple(dict.fromkeys(declared))
        self._declared = {text: number for number, text in enumerate(self._strings)}
        self._texts = texts
        self._ask = code
        self._found: tuple[Mapping[str, int], tuple[str, ...]] | None = None
        self._code: Mapping[str, int] | None = None

    def write(self, text: str) -> Plain:
        """Return a string as a name of ours, the number of a declared string, or a list of words; CodecError."""
        if text in self._own:
            return text
        number = self._declared.get(text)
        return [self._written(word) for word in _WORD.findall(text)] if number is None else number

    def read(self, plain: Plain) -> str:
        """Return the string that was written; CodecError if none was written so."""
        if isinstance(plain, list):
            return "".join(map(self._read, plain))
        if isinstance(plain, str) and plain in self._own:
            return plain
        return _numbered(self._strings, plain)

    def _written(self, word: str) -> int | str:
        number = self._places[0].get(word)
        if number is not None:
            return number
        if not self._is_ours(word):
            raise CodecError("it holds a word that is in no text")
        return word

    def _read(self, plain: Plain) -> str:
        if isinstance(plain, str) and self._is_ours(plain):
            return plain
        return _numbered(self._places[1], plain)

    def _is_ours(self, word: str) -> bool:
        if self._code is None:
            self._code = words_of(self._ask())
        return word in self._code or _COMPUTED.fullmatch(word) is not None

    @property
    def _places(self) -> tuple[Mapping[str, int], tuple[str, ...]]:
        if self._found is None:
            places = words_of((*self._texts, *self._strings))
            self._found = places, tuple(places)
        return self._found


def _numbered(strings: tuple[str, ...], plain: Plain) -> str:
    if type(plain) is not int or not 0 <= plain < len(strings):
        raise CodecError("no string")
    return strings[plain]
