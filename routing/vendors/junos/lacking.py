"""What a device needs and its text has not: nothing commits without a password of root, and nobody logs in without a user.

The one idea: this is asked of a whole text that is to stand on a device, not of each text that is read: that may be a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from intents.reason import Reason, because
from routing.model import Device

_ROOT = "system root-authentication "
_GROUP = re.compile(r"groups (\S+) (.*)", re.DOTALL)
_USER = re.compile(r"system login user (\S+) (class|authentication) ")
_OF_USERS = frozenset({"class", "authentication"})


def lacking(device: Device) -> Iterator[Reason]:
    """Yield what keeps the whole text from its device (JUN-UP-01), or everybody out of it (JUN-UP-03)."""
    said = tuple(in_effect([path[0] for path in device.harmless]))
    if not any(text.startswith(_ROOT) for text in said):
        yield because("root_without_password")
    users: dict[str, set[str]] = {}
    for text in said:
        found = _USER.match(text)
        if found is not None:
            users.setdefault(found[1], set()).add(found[2])
    if device.logins and not any(words >= _OF_USERS for words in users.values()):
        yield because("no_user_to_log_in")


def in_effect(texts: Iterable[str]) -> Iterator[str]:
    """Yield statements, those of groups that the whole configuration applies as if they stood outside."""
    lines = list(texts)
    applied = {line.removeprefix("apply-groups ") for line in lines if line.startswith("apply-groups ")}
    for line in lines:
        found = _GROUP.fullmatch(line)
        if found is None:
            yield line
        elif found[1] in applied:
            yield found[2]
