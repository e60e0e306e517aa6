"""Whether a text that people write for people says anything.

The one idea: a field that must be filled is filled with a dash, a letter or "n/a" by whoever has nothing to write; such a text is
as good as none, in every field of every register alike.
"""

from __future__ import annotations

FEWEST = 2
"""Letters and digits, different ones, of the shortest text that says something."""
_NOTHING = frozenset({"na", "none", "nil", "null", "tbd", "tba", "todo", "unknown"})
_NOTHING_IN_VIETNAMESE = frozenset({"không", "khôngcó", "khôngrõ", "chưacó", "chưarõ", "chưabiết", "khongco", "chuaco"})


def says_something(text: str) -> bool:
    """Return whether a text is more than signs, one letter again and again, or a word for "nothing"."""
    told = "".join(filter(str.isalnum, text.casefold()))
    return len(set(told)) >= FEWEST and told not in _NOTHING | _NOTHING_IN_VIETNAMESE
