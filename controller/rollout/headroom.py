"""Both ends of a change -> what every device carries at its fullest, held against the budget of its platform.

The one idea: what comes is made before what goes is taken away, so no state between carries more than both ends together, what is
alike in them counted once. That is counted as a built device is (`routing.build.budgets`). On IOS-XE it is what stands before the
first deletion (IOS-EXEC-14); on Junos the hardware makes the new filters of a commit before it drops the old ones (JUN-EXEC-07).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from controller.jobs.pipeline import Compiled
from intents.finding import Finding, Severity, Where, make_finding
from ipam.address_plan import AddressPlan
from routing.build.budgets import expected_prefixes, uses
from routing.model import BgpInstance, Device
from routing.vendors.vendor import Budget

NEARLY_FULL_PERCENT = 90
Devices = Mapping[str, Device]


@dataclass(frozen=True, slots=True, kw_only=True)
class FullestUse:
    """How many things of one kind a device carries before a change, at its fullest and after it, of how many it may."""

    device: str
    kind: str
    start: int
    fullest: int
    end: int
    limit: int

    @property
    def is_nearly_full(self) -> bool:
        """Return whether hardly anything is left at the fullest."""
        return 100 * self.fullest > NEARLY_FULL_PERCENT * self.limit

    @property
    def overflows(self) -> bool:
        """Return whether more than the device may carry comes to stand on it; what stands there already is no matter of a
        change."""
        return self.fullest > max(self.limit, self.start)


def fullest_uses(
    ends: tuple[Compiled, Compiled],
    devices: tuple[Devices, Devices],
    changed: Iterable[str],
    budgets: Mapping[str, Budget],
) -> tuple[FullestUse, ...]:
    """Return what devices that stay carry; `devices`: as read from their texts at both ends, `budgets` by device.

    Of those that are `changed`, and those that come to know more routes in between. Foreign lines are not counted, as they are
    not when a device is built.
    """
    running, standing = devices
    plans = (ends[0].addressed.address_plan, ends[1].addressed.address_plan)
    built = ends[1].built.devices
    names = sorted(running.keys() & standing.keys())
    together = {name: _together(running[name], standing[name]) for name in names}
    counted = [
        _counted(running, _routes(running, plans[:1]), budgets),
        _counted(together, _routes_of_both(running, standing, plans), budgets),
        _counted(standing, _routes(standing, plans[1:]), budgets),
        _counted(built, _routes(built, plans[1:]), budgets),
    ]
    changing = frozenset(changed)
    found = (use for name in names for use in _uses(name, [part[name] for part in counted], budgets[name]))
    return tuple(use for use in found if use.device in changing or use.fullest > use.start)


def check_headroom(found: Iterable[FullestUse]) -> Iterator[Finding]:
    """Yield an error for everything that goes over its budget, and a warning for what is more than 90 % used at its fullest."""
    for use in found:
        if use.overflows or use.is_nearly_full:
            yield make_finding(
                "TR906",
                Where(device=use.device),
                severity=Severity.ERROR if use.overflows else Severity.WARNING,
                kind=use.kind,
                start=use.start,
                fullest=use.fullest,
                end=use.end,
                limit=use.limit,
                percent=100 * use.fullest // use.limit if use.limit else 100,
            )


def _uses(name: str, counts: Iterable[Mapping[str, int]], budget: Budget) -> Iterator[FullestUse]:
    """Yield the uses of a device from its counts before, at its fullest, after, and as it is built."""
    start, fullest, end, built = counts
    limits = {use.kind: use.limit for use in uses(Device(name=name, platform=""), 0, budget)}
    for kind, limit in limits.items():
        foreign = end[kind] - built[kind]
        yield FullestUse(
            device=name,
            kind=kind,
            start=start[kind] - foreign,
            fullest=fullest[kind] - foreign,
            end=built[kind],
            limit=limit,
        )


def _counted(
    devices: Devices, routes: Mapping[str, int], budgets: Mapping[str, Budget]
) -> Mapping[str, Mapping[str, int]]:
    return {
        name: {use.kind: use.count for use in uses(device, routes[name], budgets[name])}
        for name, device in devices.items()
        if name in budgets
    }


def _routes(devices: Devices, plans: Iterable[AddressPlan]) -> Mapping[str, int]:
    return {name: len(found) for name, found in expected_prefixes(devices, plans).items()}


def _routes_of_both(running: Devices, standing: Devices, plans: Iterable[AddressPlan]) -> Mapping[str, int]:
    """Return how many routes each device knows at most while any of them are as they were and any as they will be."""
    ends = [
        {f"{name} {number}": device for name, device in part.items()} for number, part in enumerate((running, standing))
    ]
    found = expected_prefixes(dict(chain(*(part.items() for part in ends))), plans)
    return {name: len(found[f"{name} 0"] | found[f"{name} 1"]) for name in running.keys() & standing.keys()}


def _together(before: Device, after: Device) -> Device:
    """Return all that is counted of two states of a device, each thing once: lists by name and content, all else by name."""
    return replace(
        after,
        acls=tuple(dict.fromkeys((*before.acls, *after.acls))),
        interfaces=tuple({item.name: item for item in (*before.interfaces, *after.interfaces)}.values()),
        vrfs=tuple({item.name: item for item in (*before.vrfs, *after.vrfs)}.values()),
        bgp=tuple(_sessions_of_both(before, after)),
    )


def _sessions_of_both(before: Device, after: Device) -> Iterator[BgpInstance]:
    """Yield the instances of the later state, and of the earlier one those with the sessions that go."""
    kept = {(instance.vrf, item.family, item.address) for instance in after.bgp for item in instance.neighbors}
    yield from after.bgp
    for instance in before.bgp:
        gone = (item for item in instance.neighbors if (instance.vrf, item.family, item.address) not in kept)
        yield replace(instance, neighbors=tuple(gone))
