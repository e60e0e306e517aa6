"""A statement -> the form that it has in all texts which say the same, however a device prints it.

The one idea: Junos keeps what it was told, but for passwords: it stores them encoded, and under the name of the encoded form
(JUN-SHOW-01); nothing else is spelled in two ways once a text is read into statements.
"""

from __future__ import annotations

import re
from functools import lru_cache

from intents.reason import Reason, because
from routing.model import LinePath
from routing.vendors.junos.redaction.secrets import hide_secrets
from routing.vendors.junos.tree import words
from routing.vendors.session_keys import unveiled
from routing.vendors.vendor import Likeness

_SECRET = "•"
_HIDDEN = re.compile(r'"?(?:HIDDEN-\d+#?|\{\{secret:[\w.-]{1,64}\}\})"?')
_CRYPT = re.compile(r"\$[56]\$(?:rounds=\d+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43,86}")
_PLAIN = (("authentication-password", "authentication-key"), ("privacy-password", "privacy-key"))


def likeness(path: LinePath) -> Likeness | None:
    """Return a statement as all texts that say the same have it."""
    return Likeness(path=tuple(map(_alike, path)))


def secret_fault(line: str, secret: str) -> Reason | None:
    """Return why a secret can't stand where a line names it."""
    if " encrypted-password " in line:
        return None if _CRYPT.fullmatch(secret) else because("secret_no_hash", form="$6$SALT$HASH")
    return because("secret_not_plain") if secret.startswith(("$8$", "$9$")) else None


def holds(shown: LinePath, secret: str) -> bool | None:
    """Return whether a statement holds a secret (JUN-SHOW-01); `$8$` is encrypted with a key of the device's own."""
    word = words(shown[-1])[-1]
    if word.startswith("$8$"):
        return None
    found = unveiled(word) if word.startswith("$9$") else word
    return None if found is None else found == secret


@lru_cache(maxsize=1 << 16)
def _alike(statement: str) -> str:
    hidden = hide_secrets(f"set {statement}").removeprefix("set ")
    if hidden == statement and "{{secret:" not in statement:
        return statement
    for plain, encoded in _PLAIN:
        hidden = hidden.replace(f" {plain} ", f" {encoded} ")
    return _HIDDEN.sub(_SECRET, hidden)
