"""Settings of a cable's hardware that both of its ends must have alike: speed, duplex, negotiation, MTU (BOTH-LINK-01,
BOTH-MTU-01).

The one idea: a setting is a name with a value; what every port has without a statement is left out only when ends are compared,
for what OSPF costs and how long its packets may be hangs on the same statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from intents.prefix import Family

_ETHER = ("gigether-options", "ether-options", "fastether-options")
_MTU = re.compile(r"12[89]\d|1[3-9]\d\d|[2-9]\d{3}|\d{5}")
"""From 1,280 on, which IPv6 needs (BOTH-MTU-02)."""
_SPEED = re.compile(r"([1-9]\d*)([mg])\Z")
_VALUES = {
    "speed": re.compile(r"auto|[1-9]\d*[mg]"),
    "link-mode": re.compile(r"automatic|full-duplex|half-duplex"),
    "fec": re.compile(r"[a-z0-9]+"),
    "mtu": _MTU,
}
_NAMES = {"link-mode": "duplex", "mtu": "frame mtu"}
_WORDS = {"full-duplex": "full", "half-duplex": "half", "automatic": "auto", "no-auto-negotiation": "none"}
"""Where platforms mean the same by other words."""
_DEFAULTS = {"speed": "auto", "duplex": "auto", "negotiation": "auto", "frame mtu": "1514"}
"""Of a port without a statement; the Ethernet header is counted in its frames (JUN-OSPF-03)."""
_USUAL_MTU = "1500"


def medium_setting(rest: list[str]) -> tuple[str, str] | None:
    """Return the setting that the words behind a port's name make, None if they make none."""
    match rest:
        case [options, "auto-negotiation" | "no-auto-negotiation" as said] if options in _ETHER:
            return "negotiation", _WORDS.get(said, "auto")
        case [options, "speed" | "link-mode" | "fec" as name, value] if options in _ETHER:
            pass
        case ["speed" | "link-mode" | "mtu" as name, value]:
            pass
        case _:
            return None
    if not _VALUES[name].fullmatch(value):
        return None
    return _NAMES.get(name, name), _rate(value) if name == "speed" else _WORDS.get(value, value)


def _rate(value: str) -> str:
    """Return a speed in Mbit/s."""
    found = _SPEED.match(value)
    return value if found is None else str(int(found[1]) * (1000 if found[2] == "g" else 1))


def packet_setting(family: Family, value: str) -> tuple[str, str] | None:
    """Return the setting that `family … mtu` of a unit makes, None for a length that IPv6 has not."""
    return (_packets(family), value) if _MTU.fullmatch(value) else None


def _packets(family: Family) -> str:
    return f"IPv{int(family)} mtu"


def medium_of(own: Mapping[str, str], above: Mapping[str, str]) -> Iterator[str]:
    """Yield what the other end of the cable must have, too, sorted; `above`: what is said of a unit's port."""
    is_usual = all(item.get("frame mtu") in (None, _DEFAULTS["frame mtu"]) for item in (own, above))
    usual = _DEFAULTS | ({_packets(family): _USUAL_MTU for family in Family} if is_usual else {})
    yield from sorted(f"{name} {value}" for name, value in own.items() if value != usual.get(name))


def has_own_rate(medium: Mapping[str, str]) -> bool:
    """Return whether a port may be slower than its kind."""
    return "speed" in medium or "duplex" in medium


def packet_length(own: Mapping[str, str], above: Mapping[str, str], family: Family) -> int | None:
    """Return how long packets may be; None if it hangs on a length of frames (JUN-OSPF-03)."""
    said = own.get(_packets(family))
    if said is not None:
        return int(said)
    return None if "frame mtu" in above else int(_USUAL_MTU)
