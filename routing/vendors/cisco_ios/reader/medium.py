"""Settings of a cable's hardware that both of its ends must have alike: speed, duplex, negotiation, MTU (BOTH-LINK-01,
BOTH-MTU-01).

The one idea: a setting is a name with a value as its line says it; what every port has without a line is left out only when
ends are compared, for what OSPF costs and how long its packets may be hangs on the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from intents.prefix import Family

_MTU = re.compile(r"12[89]\d|1[3-9]\d\d|[2-8]\d{3}|9[01]\d\d|92(?:0\d|1[0-6])")
"""From 1,280 on, which IPv6 needs (BOTH-MTU-02), to 9,216 (IOS-VAL-11)."""
_VALUES = {
    "speed": re.compile(r"auto|nonegotiate|10|100|1000|2500|5000|10000|25000|40000|50000|100000"),
    "duplex": re.compile(r"auto|full|half"),
    "negotiation": re.compile("auto"),
    "fec mode": re.compile(r"[a-z0-9-]+"),
    "mtu": _MTU,
    "ip mtu": _MTU,
    "ipv6 mtu": _MTU,
}
_DEFAULTS = {"speed": "auto", "duplex": "auto", "negotiation": "auto"}
_USUAL_MTU = "1500"
_PACKETS = {Family.V4: "ip mtu", Family.V6: "ipv6 mtu"}
_NAMES = {"ip mtu": "IPv4 mtu", "ipv6 mtu": "IPv6 mtu"}
"""Where platforms mean the same by other words."""


def read_medium_line(medium: dict[str, str], words: list[str]) -> bool:
    """Read a line into the settings of its interface; False if it is none about the medium."""
    negated = words[:1] == ["no"]
    words = words[1:] if negated else words
    size = 2 if words[:1] in (["ip"], ["ipv6"], ["fec"]) else 1
    name, values = " ".join(words[:size]), words[size:]
    if name not in _VALUES or len(values) > 1 or not (values or negated):
        return False
    if values and not _VALUES[name].fullmatch(values[0]):
        return False
    if not negated:
        medium[name] = values[0]
    elif name == "negotiation":
        medium[name] = "none"
    else:
        medium.pop(name, None)
    return True


def medium_of(own: Mapping[str, str], above: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the other end of the cable must have, too, sorted; `above`: what is said of a sub-interface's port."""
    is_usual = {own.get("mtu", _USUAL_MTU), above.get("mtu", _USUAL_MTU)} == {_USUAL_MTU}
    usual = _DEFAULTS | (dict.fromkeys(("mtu", *_PACKETS.values()), _USUAL_MTU) if is_usual else {})
    return tuple(sorted(f"{_NAMES.get(name, name)} {value}" for name, value in own.items() if value != usual.get(name)))


def line_rate(medium: Mapping[str, str]) -> int | None:
    """Return the Mbit/s that a line sets; None if the port runs as fast as it can."""
    value = medium.get("speed", "")
    return int(value) if value.isdigit() else None


def packet_length(own: Mapping[str, str], above: Mapping[str, str], family: Family) -> int | None:
    """Return how long packets on an interface may be; None if it hangs on what a sub-interface takes over from its port."""
    said = own.get(_PACKETS[family]) or own.get("mtu")
    if said is not None:
        return int(said)
    return int(_USUAL_MTU) if above.get("mtu", _USUAL_MTU) == _USUAL_MTU else None
