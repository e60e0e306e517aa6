"""The rendered lines of one device while they are written.

The one idea: a line is a statement plus what it serves; the word `set` in front, the path of one element and the check that a
name needs no quotes are added in one place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from routing.model import Ref
from routing.vendors.junos.tree import INACTIVE, quote
from routing.vendors.vendor import TextLine

_PROTECT = "protect "
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:+/-]*\Z")


@dataclass(slots=True)
class TokenLines:
    """Lines in the order in which they were added, each once."""

    found: dict[str, TextLine] = field(default_factory=dict)

    def add(self, statement: str, *refs: Ref) -> None:
        """Add a `set` line."""
        if not statement.startswith((INACTIVE, _PROTECT)):
            self._put(f"set {statement}", statement, refs)
        elif statement.startswith(_PROTECT):
            self._put(statement, statement, refs)
        else:
            bare = statement[len(INACTIVE) :]
            self._put(f"set {bare}", statement, refs)
            self._put(f"deactivate {bare}", statement, refs)

    def _put(self, text: str, statement: str, refs: tuple[Ref, ...]) -> None:
        old = self.found.get(text)
        if old is not None:
            refs = tuple(dict.fromkeys((*old.refs, *refs)))
        self.found[text] = TextLine(text, (statement,), refs)


def name_word(name: str) -> str:
    """Return a name as it stands in a line; ValueError if Junos would need it quoted."""
    if not _NAME.match(name):
        raise ValueError(f"a name that Junos can't carry as it is: {name!r}")
    return name


def free_text(text: str) -> str:
    """Return free text as it stands in a line; ValueError if it can't be quoted."""
    if '"' in text or "\\" in text or not text.isprintable():
        raise ValueError(f"text with quotes, backslashes or control characters: {text!r}")
    return quote(text)
