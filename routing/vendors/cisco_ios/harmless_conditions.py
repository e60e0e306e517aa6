"""Lines that change nothing only as long as a text has none of another kind: patterns with a reason and a condition.

The one idea: such a line is looked up like any harmless one, but settled when the whole text has been read.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from enum import StrEnum

from routing.model import LinePath

_ADDRESS = r"\d+\.\d+\.\d+\.\d+"


class Condition(StrEnum):
    """What a text must be without."""

    IPV6 = "IPv6"
    """Nothing forwards IPv6: neither `ipv6 unicast-routing` nor an address or `ipv6 enable` on an interface."""
    MULTICAST = "multicast"
    """No `ip pim` anywhere: without it no packet to a group leaves its link (IOS-MCAST-01)."""
    RELAY = "relay"
    """A helper relays DHCP alone: every other protocol of its list is taken off it, and none put on (IOS-DHCP-01)."""


RELAYED_BY_DEFAULT = ("tftp", "nameserver", "domain", "time", "netbios-ns", "netbios-dgm", "tacacs")
"""What a helper relays besides DHCP unless `no ip forward-protocol udp` says otherwise."""

_CONDITIONAL: tuple[tuple[Condition, str, tuple[str, ...]], ...] = (
    (Condition.IPV6, "how IPv6 would be switched, in a text that forwards none (IOS-V6-01)", (r"no ipv6 cef",)),
    (Condition.MULTICAST, "groups are joined on their link only while nothing forwards them (IOS-MCAST-01)", (
        r"ip multicast-routing(?: distributed)?",
        rf"interface \S+ ip igmp join-group {_ADDRESS}(?: source {_ADDRESS})?", r"interface \S+ ip igmp version [123]",
    )),
    (Condition.RELAY, "the device asks a DHCP server for those on the link; no packet is passed on (IOS-DHCP-01)", (
        rf"interface \S+ ip helper-address {_ADDRESS}",
    )),
)  # fmt: skip

CONDITIONAL_PATTERNS = tuple((pattern, reason) for _, reason, patterns in _CONDITIONAL for pattern in patterns)
_COMPILED = tuple((re.compile(pattern), condition) for condition, _, patterns in _CONDITIONAL for pattern in patterns)


def relays_dhcp_alone(harmless: AbstractSet[LinePath]) -> bool:
    """Return whether the lines of a text leave a helper nothing but DHCP to relay."""
    start = "ip forward-protocol udp"
    taken_off = all((f"no {start} {name}",) in harmless for name in RELAYED_BY_DEFAULT)
    return taken_off and not any(path[0].startswith(start) for path in harmless)


def condition_of(path: LinePath) -> Condition | None:
    """Return what a text must be without for the line to be harmless; None if it is on no such list."""
    if len(path) > 1 and not path[0].startswith("interface "):
        return None
    line = " ".join(" ".join(part.split()) for part in path)
    return next((condition for pattern, condition in _COMPILED if pattern.fullmatch(line) is not None), None)
