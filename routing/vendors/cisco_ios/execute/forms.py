"""Forms of commands as a closed table, and a typed line matched against it.

The one idea: a form says in one line what its words are, by which key its line is found again (the command without its value) and
in which order it is printed; so replacing, accumulating and taking back need no code of their own.

Patterns: plain words stand for themselves, `<name:kind>` takes one word of a kind (`words.py`), `<name:text>` the rest of the
line, `[words]` may be left out. A key is a template of names. Of an order, numbers stand for themselves, names for what was
taken, `text` for the line, `rank` for what comes first among plain lines, `entered` for the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from routing.vendors.cisco_ios.execute.lines import Order
from routing.vendors.cisco_ios.execute.words import Sort, WordKind, take_word, word_kind
from routing.vendors.cisco_ios.writer.device import harmless_rank

_OPTIONAL = re.compile(r"\[([^]]*)\]")
_TEXT = "text"


class Taking(StrEnum):
    """Which line a form takes back: `SAME` this very line, another one that stands there is not understood; `ANY` whatever has
    the key."""

    SAME = "same"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandForm:
    """One form of a command in one kind of section. `taking` is None for a form that puts a line.

    `group` and `group_order`: the lines that it is one of. `opens`: the kind of section that it opens. `act`: the name of what it
    does beside that. `loose`: what begins as the form may be another command, so nothing is said of its faults.
    """

    pattern: str
    key: str
    order: tuple[int | str, ...] = ()
    group: str = ""
    group_order: tuple[int | str, ...] = ()
    opens: str = ""
    act: str = ""
    taking: Taking | None = None
    loose: bool = False
    tokens: tuple[PatternWord, ...] = field(default=(), compare=False)


class PatternWord(NamedTuple):
    """One word of a pattern: a literal one, or a name with what it takes (None: the rest of the line)."""

    literal: str
    name: str = ""
    kind: WordKind | None = None


class FormMatch(NamedTuple):
    """A line that is of a form: the words taken, what they sort by, and the line as the device prints it."""

    form: CommandForm
    words: Mapping[str, str]
    sorts: Mapping[str, Sort]
    text: str

    def key(self) -> str:
        """Return the key of the line in its block or group."""
        return self.form.key.format_map(self.words)

    def keys(self) -> tuple[str, ...]:
        """Return the place of the line in its block."""
        key = self.key()
        return (self.form.group.format_map(self.words), key) if self.form.group else (key,)

    def order(self, entered: int) -> Order:
        """Return where the line is printed; `entered`: how many lines were entered before it."""
        return tuple(self._order(part, entered) for part in self.form.order)

    def group_order(self) -> Order:
        """Return where its group is printed."""
        return tuple(self._order(part, 0) for part in self.form.group_order)

    def _order(self, part: int | str, entered: int) -> object:
        if isinstance(part, int) or not part:
            return part
        if part == "entered":
            return entered
        return harmless_rank(self.text) if part == "rank" else self.sorts.get(part, self.text)


class _Words(dict[str, str]):
    """Words by name; a part that was left out is empty."""

    def __missing__(self, key: str) -> str:
        return ""


class TypingFault(StrEnum):
    """Why a line that begins as a form is none: the device says so."""

    INCOMPLETE = "% Incomplete command."
    INVALID = "% Invalid input detected at '^' marker."


def tokens_of(pattern: str) -> tuple[PatternWord, ...]:
    """Return the words of a pattern without optional parts."""
    found = []
    for word in pattern.split():
        name, _, kind = word[1:-1].partition(":") if word[0] == "<" else ("", "", "")
        found.append(PatternWord("", name, None if kind == _TEXT else word_kind(kind)) if name else PatternWord(word))
    return tuple(found)


def variants(pattern: str) -> Iterator[str]:
    """Yield a pattern with each choice of its optional parts."""
    parts = _OPTIONAL.split(pattern)
    for chosen in product((True, False), repeat=len(parts) // 2):
        kept = [part if index % 2 == 0 or chosen[index // 2] else "" for index, part in enumerate(parts)]
        yield " ".join("".join(kept).split())


class FormTable:
    """Forms by kind of section and first words."""

    def __init__(self, forms: Iterable[tuple[str, CommandForm]]) -> None:
        self._forms: dict[tuple[str, str], list[CommandForm]] = {}
        for kind, form in forms:
            first = form.tokens[0].literal
            word = f"no {form.tokens[1].literal}" if first == "no" else first
            self._forms.setdefault((kind, word), []).append(form)

    def forms(self) -> Iterator[CommandForm]:
        """Yield all forms."""
        yield from (form for forms in self._forms.values() for form in forms)

    def find(self, kind: str, text: str) -> FormMatch | TypingFault | None:
        """Return the form that a line is of, why it is none although it begins as one, or None: not known here."""
        words = text.split()
        first = " ".join(words[:2]) if words[0] == "no" else words[0]
        fault: TypingFault | None = None
        for form in self._forms.get((kind, first), ()):
            found = _match(form, words, text)
            if isinstance(found, FormMatch):
                return found
            fault = fault or (None if form.loose else found)
        return fault


def _match(form: CommandForm, words: list[str], text: str) -> FormMatch | TypingFault | None:
    taken = _Words()
    sorts: dict[str, Sort] = {}
    shown: list[str] = []
    tokens = form.tokens
    for at, token in enumerate(tokens):
        if at == len(words):
            return TypingFault.INCOMPLETE
        if token.literal:
            if words[at] != token.literal:
                return None
            shown.append(token.literal)
            continue
        if token.kind is None:
            taken[token.name] = rest = text.split(None, at)[at].strip()
            shown.append(rest)
            return FormMatch(form, taken, sorts, " ".join(shown))
        found = take_word(token.kind, words[at])
        if found is None:
            return TypingFault.INVALID if token.kind.looks.match(words[at]) else None
        taken[token.name], sorts[token.name] = found
        shown.append(found.text)
    return FormMatch(form, taken, sorts, " ".join(shown)) if len(words) == len(tokens) else None
