"""Who gets a session on a Junos device while no server of names answers: users, their classes, the order of authentication, and
terms of SSH.

The one idea: a user of the device counts if its class permits all and the order asks the device itself: then it comes in whether
or not a server answers (JUN-UP-03, JUN-UP-16).
"""

from __future__ import annotations

import re

from intents.reason import because
from routing.model import Device, LinePath, LoginService
from routing.vendors.admission import Account, Admission
from routing.vendors.junos.lacking import in_effect

WAY_IN_FACTS = (
    "JUN-FIL-01", "JUN-FIL-07", "JUN-FIL-08", "JUN-UP-02", "JUN-UP-03", "JUN-UP-04", "JUN-UP-13", "JUN-UP-16", "JUN-UP-19",
    "JUN-UP-21", "JUN-CTL-02", "JUN-CTL-03",
)  # fmt: skip
"""The facts about devices of this platform that a verdict about the way in rests on."""

_USER = re.compile(r"system login user (\S+) (class|authentication) (.*)", re.DOTALL)
_CLASS = re.compile(r"system login class (\S+) permissions all")
_ORDER = "system authentication-order "
_FULL_CLASSES = frozenset({"super-user", "superuser"})
_TERMS = re.compile(
    r"system services (?:ssh|netconf ssh) (?:ciphers|macs|key-exchange|hostkey-algorithm|hostkey-algorithm-list|protocol-version"
    r"|max-sessions-per-connection|max-pre-authentication-packets|authentication-order|(?:connection-limit|rate-limit) [01]$)"
    r".*"
    r"|system login retry-options (?:lockout-period|minimum-time|maximum-time) .*"
    r"|system (?:tacplus|radius)-server \S+ (?:timeout|retry) (?!(?:[1-9]|10)$).*"
)
"""Lines that a session hangs on beside users: what the server speaks, how long it waits, whom it locks out (JUN-CTL-03)."""


def admission(device: Device, service: LoginService) -> Admission:
    """Return who gets in by SSH or NETCONF; lines of the device that are not understood are the asker's to look at."""
    said = tuple(in_effect(path[0] for path in device.harmless))
    terms = frozenset((text,) for text in said if _TERMS.fullmatch(text))
    methods = [text.removeprefix(_ORDER) for text in said if text.startswith(_ORDER)]
    if methods and "password" not in methods:
        return Admission(refusal=because("way_in_order_without_users"), terms=terms)
    full = {found[1] for text in said if (found := _CLASS.fullmatch(text)) is not None} | _FULL_CLASSES
    users = [found for text in said if (found := _USER.fullmatch(text)) is not None]
    classes = {found[1]: found[3] for found in users if found[2] == "class"}  # of two the last one counts (JUN-GRAM-03)
    able = {user for user, name in classes.items() if name in full}
    accounts = frozenset(
        Account(found[1], found[3]) for found in users if found[2] == "authentication" and found[1] in able
    )
    refusal = None if accounts else because("way_in_no_account")
    return Admission(accounts=accounts, refusal=refusal, terms=terms)


_ADMITTING = re.compile(
    r"system (?:"
    r"login user \S+ (?:class|authentication) .+"
    r"|login class \S+ (?:permissions|allow-\S+) .+"
    r"|root-authentication .+"
    r"|(?:tacplus|radius)-server \S+ secret .+"
    r"|authentication-order .+"
    r")|snmp (?:community \S+(?: .+)?|v3 usm local-engine user \S+ .+|v3 vacm .+)"
)
"""Lines without which somebody would not come in: users, passwords, keys, servers of names, SNMP."""


def admits(path: LinePath) -> bool:
    """Return whether a statement lets somebody in."""
    return _ADMITTING.fullmatch(" ".join(path)) is not None
