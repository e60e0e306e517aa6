"""Which lines found on a device are ours to change, given the paths that we intend there.

The one idea: ownership follows the thing that a line speaks of (an interface, a VRF, a list in our namespace), not the
section it stands in: `router bgp` mixes owners, and so do global lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from routing.model import LinePath
from routing.vendors.cisco_ios.names import interface_name

_NAMESPACE = "TRUC-"
_LIST_WORDS = frozenset({"access-list", "prefix-list", "community-list"})
# Commands that can be said once in their section: the intended line takes the place of the one found.
_SINGLE = (
    "hostname", "bgp router-id", "access-class", "ipv6 access-class", "transport input", "maximum-paths",
    "ip http access-class", "netconf-yang ssh ipv4", "netconf-yang ssh ipv6",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Claims:
    """What the intended paths speak of."""

    interfaces: frozenset[str]
    vrfs: frozenset[str]
    singles: frozenset[LinePath]


@lru_cache(maxsize=16)
def _claims(intended: frozenset[LinePath]) -> _Claims:
    interfaces, vrfs, singles = set(), set(), set()
    for path in intended:
        words = path[0].split()
        if words[0] == "interface" and len(words) == 2:
            interfaces.add(interface_name(words[1]) or words[1])
        elif words[:2] in (["vrf", "definition"], ["ip", "vrf"]) and len(words) == 3:
            vrfs.add(words[2])
        single = _single(path)
        if single is not None:
            singles.add(single)
    return _Claims(frozenset(interfaces), frozenset(vrfs), frozenset(singles))


def _single(path: LinePath) -> LinePath | None:
    text = path[-1].removeprefix("no ")
    for command in _SINGLE:
        if text.startswith(command + " "):
            return (*path[:-1], command)
    return None


def owned(path: LinePath, intended: frozenset[LinePath]) -> bool:
    """Return whether a line found on a device is ours to change."""
    if path in intended or (*path[:-1], _negation(path[-1])) in intended:
        return True
    claims = _claims(intended)
    if _single(path) in claims.singles:
        return True
    words = path[0].split()
    match words:
        case ["interface", name]:
            return (interface_name(name) or name) in claims.interfaces
        case ["vrf", "definition", name] | ["ip", "vrf", name] | ["ip" | "ipv6", "route", "vrf", name, *_]:
            return name in claims.vrfs
        case ["route-map", name, *_]:
            return name.startswith(_NAMESPACE)
        case ["ip" | "ipv6", kind, *rest] if kind in _LIST_WORDS:
            return any(word.startswith(_NAMESPACE) for word in rest[:2])
        case ["snmp-server", "group", name, *_]:
            return name.startswith(_NAMESPACE)
        case ["router", "bgp", _]:
            return len(path) > 1 and _family_vrf(path[1]) in claims.vrfs
        case _:
            return False


def _negation(line: str) -> str:
    return line.removeprefix("no ") if line.startswith("no ") else f"no {line}"


def _family_vrf(line: str) -> str | None:
    match line.split():
        case ["address-family", _, "vrf", name] | ["address-family", _, "unicast", "vrf", name]:
            return name
        case _:
            return None
