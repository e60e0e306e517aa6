"""Settings of a cable's hardware that both of its ends must have alike: speed, duplex, negotiation, MTU (BOTH-LINK-01,
BOTH-MTU-01).

The one idea: a setting is a name with a value, and what every port has without a statement is no setting.
"""

from __future__ import annotations

import re

_ETHER = ("gigether-options", "ether-options", "fastether-options")
_MTU = re.compile(r"12[89]\d|1[3-9]\d\d|[2-9]\d{3}|\d{5}")
"""From 1,280 on, which IPv6 needs (RFC 8200 5)."""
_VALUES = {
    "speed": re.compile(r"auto|\d+[mg]"),
    "link-mode": re.compile(r"automatic|full-duplex|half-duplex"),
    "fec": re.compile(r"[a-z0-9]+"),
    "mtu": _MTU,
}
_DEFAULTS = {"speed": "auto", "link-mode": "automatic"}
PORT_MTU = "1514"
"""Of a port without a statement, the Ethernet header counted."""
FAMILY_MTU = "1500"


def medium_setting(rest: list[str], mtu: str) -> tuple[str, str | None] | None:
    """Return the setting that the words behind a port's or a family's name make, its value None for the default; None if they
    make none. `mtu` is what it has without a statement."""
    match rest:
        case [options, "auto-negotiation" | "no-auto-negotiation" as said] if options in _ETHER:
            return "negotiation", None if said == "auto-negotiation" else "none"
        case [options, "speed" | "link-mode" | "fec" as name, value] if options in _ETHER:
            pass
        case ["speed" | "link-mode" | "mtu" as name, value]:
            pass
        case _:
            return None
    if not _VALUES[name].fullmatch(value):
        return None
    return name, None if value in (_DEFAULTS.get(name), mtu if name == "mtu" else None) else value
