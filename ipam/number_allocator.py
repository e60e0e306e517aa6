"""Requests for numbers and the previous numbers into the next ones: VRFs, VLANs and AS numbers.

The one idea: the same as for prefixes (what exists stays, what is gone is quarantined, the rest takes the lowest free),
only simpler, since a number has no size and no pool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from intents.finding import Finding, Where, make_finding
from ipam.address_plan import EntryState, NumberEntry, NumberKind, number_order
from ipam.keys import LanScope, NumberKey, ProvinceScope, Scope
from ipam.requests import NumberRequest

RANGES: Mapping[NumberKind, tuple[int, int]] = {
    NumberKind.VRF: (1, 65535),
    NumberKind.VLAN: (100, 4094),
    NumberKind.ASN: (4200000001, 4294967294),
}
"""Lowest and highest number given out. The first private AS number is left out: it stands in route targets."""

_Space = tuple[NumberKind, Scope]


def allocate_numbers(
    wanted: Iterable[NumberRequest],
    previous: Iterable[NumberEntry],
    on: date,
    until: date,
    taken_asns: frozenset[int] = frozenset(),
) -> tuple[tuple[NumberEntry, ...], tuple[Finding, ...]]:
    """Return the numbers of one day, sorted, and a finding for each scope that has none left."""
    before = {(entry.kind, entry.scope, entry.key): entry for entry in previous if not _released(entry, on)}
    used: dict[_Space, set[int]] = {(NumberKind.ASN, ProvinceScope()): set(taken_asns)}
    for entry in before.values():
        used.setdefault((entry.kind, entry.scope), set()).add(entry.value)
    entries: list[NumberEntry] = []
    open_requests: list[NumberRequest] = []
    for request in sorted(set(wanted), key=_order):
        old = before.pop(request, None)
        if old is None:
            open_requests.append(request)
        else:
            entries.append(_active(old, on))
    entries += [_quarantined(entry, on, until) for entry in before.values()]
    placed, findings = _place(open_requests, used, on)
    return tuple(sorted((*entries, *placed), key=number_order)), findings


def _order(request: NumberRequest) -> tuple[str, str, str]:
    kind, scope, key = request
    return (kind, str(scope), str(key))


def _place(
    requests: Iterable[NumberRequest], used: Mapping[_Space, set[int]], on: date
) -> tuple[list[NumberEntry], tuple[Finding, ...]]:
    entries: list[NumberEntry] = []
    following: dict[_Space, int] = {}
    full: dict[_Space, list[NumberKey]] = {}
    for kind, scope, key in requests:
        lowest, highest = RANGES[kind]
        taken = used.get((kind, scope), set())
        value = following.get((kind, scope), lowest)
        while value in taken:
            value += 1
        following[kind, scope] = value + 1
        if value > highest:
            full.setdefault((kind, scope), []).append(key)
        else:
            entry = NumberEntry(kind=kind, scope=scope, key=key, value=value, state=EntryState.ACTIVE, since=on)
            entries.append(entry)
    findings = (
        make_finding("TR515", _where(scope), kind=kind, scope=str(scope) or "-", first=keys[0], count=len(keys))
        for (kind, scope), keys in sorted(full.items())
    )
    return entries, tuple(findings)


def _where(scope: Scope) -> Where:
    """Return the device that a scope is about, if it is one device's."""
    return Where(device=scope.device) if isinstance(scope, LanScope) else Where()


def _active(entry: NumberEntry, on: date) -> NumberEntry:
    if entry.state is EntryState.ACTIVE:
        return entry
    since = on if entry.state is EntryState.QUARANTINED else entry.since
    return replace(entry, state=EntryState.ACTIVE, since=since, until=None, reason="")


def _quarantined(entry: NumberEntry, on: date, until: date) -> NumberEntry:
    if entry.state is EntryState.QUARANTINED:
        return entry
    return replace(entry, state=EntryState.QUARANTINED, since=on, until=until, reason="no longer wanted")


def _released(entry: NumberEntry, on: date) -> bool:
    return entry.state is EntryState.QUARANTINED and entry.until is not None and entry.until < on
