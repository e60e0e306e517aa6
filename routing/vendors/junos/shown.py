"""A statement -> the form that it has in all texts which say the same, however a device prints it.

The one idea: Junos keeps what it was told, but for passwords: it stores them encoded, and under the name of the encoded form
(JUN-SHOW-01); nothing else is spelled in two ways once a text is read into statements.
"""

from __future__ import annotations

import re
from functools import lru_cache

from routing.model import LinePath
from routing.vendors.junos.redaction.secrets import hide_secrets
from routing.vendors.vendor import Likeness

_SECRET = "•"
_HIDDEN = re.compile(r'"?(?:HIDDEN-\d+#?|\{\{secret:[\w.-]{1,64}\}\})"?')
_PLAIN = (("authentication-password", "authentication-key"), ("privacy-password", "privacy-key"))


def likeness(path: LinePath) -> Likeness | None:
    """Return a statement as all texts that say the same have it."""
    return Likeness(path=tuple(map(_alike, path)))


@lru_cache(maxsize=1 << 16)
def _alike(statement: str) -> str:
    hidden = hide_secrets(f"set {statement}").removeprefix("set ")
    if hidden == statement and "{{secret:" not in statement:
        return statement
    for plain, encoded in _PLAIN:
        hidden = hidden.replace(f" {plain} ", f" {encoded} ")
    return _HIDDEN.sub(_SECRET, hidden)
