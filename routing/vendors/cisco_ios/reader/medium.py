"""Settings of a cable's hardware that both of its ends must have alike: speed, duplex, negotiation, MTU (BOTH-LINK-01,
BOTH-MTU-01).

The one idea: a setting is a name with a value, and what every port has without a line is no setting.
"""

from __future__ import annotations

import re

_MTU = re.compile(r"12[89]\d|1[3-9]\d\d|[2-9]\d{3}|\d{5}")
"""From 1,280 on, which IPv6 needs (RFC 8200 5)."""
_DEFAULTS = {
    "speed": "auto",
    "duplex": "auto",
    "negotiation": "auto",
    "mtu": "1500",
    "ip mtu": "1500",
    "ipv6 mtu": "1500",
}
_VALUES = {
    "speed": re.compile(r"auto|nonegotiate|\d+"),
    "duplex": re.compile(r"auto|full|half"),
    "negotiation": re.compile("auto"),
    "fec mode": re.compile(r"[a-z0-9-]+"),
    "mtu": _MTU,
    "ip mtu": _MTU,
    "ipv6 mtu": _MTU,
}


def medium_setting(words: list[str]) -> tuple[str, str | None] | None:
    """Return the setting that the words of a line make, its value None for the default; None if the line makes none."""
    negated = words[:1] == ["no"]
    words = words[1:] if negated else words
    size = 2 if words[:1] in (["ip"], ["ipv6"], ["fec"]) else 1
    name, values = " ".join(words[:size]), words[size:]
    if name not in _VALUES or len(values) > 1 or not (values or negated):
        return None
    if values and not _VALUES[name].fullmatch(values[0]):
        return None
    if name == "negotiation":
        return name, "none" if negated else None
    return name, None if negated or values[0] == _DEFAULTS.get(name) else values[0]
