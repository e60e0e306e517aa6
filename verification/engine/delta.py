"""What differs between two networks that are to be judged one after the other: from two `Given` to a `Delta`.

The one idea: whatever can change is named: the texts of devices one by one, and everything else that is wanted (the bounds of
all declared states, roles of devices, cables and ports) together.
"""

from __future__ import annotations

from dataclasses import dataclass

from verification.evidence.evidence import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What has changed: `given` is the network after it, `devices` those whose meaning differs, came or went, `wanted` says
    whether anything but texts differs. A text that merely says the same elsewhere is in `given` alone."""

    given: Given
    devices: frozenset[str]
    wanted: bool


def delta(before: Given, after: Given) -> Delta:
    """Return what differs."""
    old, new = before.network.devices, after.network.devices
    return Delta(
        given=after,
        devices=frozenset(
            name
            for name in old.keys() | new.keys()
            if (was := old.get(name)) is not (now := new.get(name)) and was != now
        ),
        wanted=_wanted(before) != _wanted(after),
    )


def _wanted(given: Given) -> tuple[object, ...]:
    return (given.bounds, given.roles, given.network.links, given.network.ports)
