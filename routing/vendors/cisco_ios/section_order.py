"""Foreign sections among ours: above the first section that may name them, as a device prints them.

The one idea: a text is read in the order in which it could be entered, so what is only appended would be missing for the lines of
ours, or of others in sections of ours, that name it.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing.model import LinePath

_BEFORE: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("vrf definition ", "ip vrf "), ("interface ", "router ", "ipv6 router ", "ip route ", "ipv6 route ")),
    (("ipv6 unicast-routing",), ("interface ", "router ", "ipv6 router ")),
    (("object-group ",), ("ip access-list ", "access-list ")),
    (("interface ",), ("router ", "ipv6 router ", "ip route ", "ipv6 route ")),
    (("router ospf ", "ipv6 router ospf "), ("router bgp ",)),
)
"""Sections, and those that they stand above (IOS-REF-19, IOS-REF-20, IOS-REF-23, IOS-REF-27, IOS-UP-23)."""


def placed(intended: Sequence[LinePath], foreign: Sequence[LinePath]) -> tuple[LinePath, ...]:
    """Return the paths of a text of ours with foreign ones: each foreign section where it must stand, else behind ours."""
    ours = {path[0] for path in intended}
    inserted: dict[int, list[LinePath]] = {}
    for path in foreign:
        at = len(intended) if path[0] in ours else _place(intended, path[0])
        inserted.setdefault(at, []).append(path)
    found: list[LinePath] = []
    for index, path in enumerate(intended):
        found += [*inserted.get(index, ()), path]
    return (*found, *inserted.get(len(intended), ()))


def _place(intended: Sequence[LinePath], header: str) -> int:
    below = next((below for kinds, below in _BEFORE if header.startswith(kinds)), None)
    if below is None:
        return len(intended)
    return next((index for index, path in enumerate(intended) if path[0].startswith(below)), len(intended))
