"""Lines of bound access lists that decide about no packet, with the lines before them that take their packets.

The one idea: a list of one content is looked at once, wherever it stands. Such a line does nothing wrong, so it shuts no gate;
but one that says the contrary of what is done hides a mistake, so it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intents.prefix import Family
from routing.model import Acl, Device, NonInitial
from routing.refs import acl_entry_ref
from verification.evidence.evidence import Given
from verification.packets.flow_sets import NotExpressibleError
from verification.packets.header_space import HeaderSpace, header_space
from verification.packets.headers import header_match
from verification.packets.unreachable_entries import matches_all_of, unreached
from verification.verdicts.opinions import LineDifference
from verification.verdicts.verdict import Culprit

Place = tuple[str, str]
"""A list: device and name."""


class Anomaly(StrEnum):
    """Why a line is unreachable (names as in Al-Shaer and Hamed, Firewall Policy Advisor, 2003; EMPTY is ours)."""

    SHADOWED = "shadowed"
    """Lines before it treat some packet that it matches otherwise: a hidden mistake."""
    REDUNDANT = "redundant"
    """Lines before it do the same with all that it matches."""
    EMPTY = "empty"
    """It matches nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachableLine:
    """A line that decides about no packet, at every place where a list of this content stands. `covers`: the lines before it that
    take its packets, on the first place's device; those that act otherwise come first."""

    family: Family
    anomaly: Anomaly
    places: tuple[Culprit, ...]
    covers: tuple[Culprit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundLists:
    """What was found in lists that something is filtered by: how many different ones were looked at (`skipped`: were not, an
    address mask falls into too many pieces), and where two judges differ."""

    lists: int = 0
    skipped: int = 0
    unreachable: tuple[UnreachableLine, ...] = ()
    differences: tuple[LineDifference, ...] = ()

    @property
    def disputed(self) -> tuple[LineDifference, ...]:
        """The differences that nothing on the named list explains."""
        return tuple(item for item in self.differences if item.unseen is None)


def bound_acls(device: Device) -> Iterator[Acl]:
    """Yield the lists of a device that filter something: on an interface, for a login or for its own addresses."""
    bound = {(binding.family, binding.acl) for item in device.interfaces for binding in item.bindings}
    bound |= {guard for login in device.logins for guard in login.acls}
    bound |= {(item.family, item.acl) for item in device.control_filters}
    return (acl for acl in device.acls if acl.entries and (acl.family, acl.name) in bound)


def check_lines(given: Given) -> BoundLists:
    """Return the unreachable lines of all bound lists: shadowed ones first, then by device and line."""
    places: dict[Family, dict[tuple[object, ...], list[Place]]] = {family: {} for family in Family}
    acls: dict[Family, list[Acl]] = {family: [] for family in Family}
    for name, device in sorted(given.network.devices.items()):
        for acl in bound_acls(device):
            found = places[acl.family].setdefault(acl.entries, [])
            if not found:
                acls[acl.family].append(acl)
            found.append((name, acl.name))
    lines: list[UnreachableLine] = []
    skipped = 0
    for family in Family:
        space = space_of(family, acls[family])
        for acl in acls[family]:
            try:
                dead = unreached(acl, space)
            except NotExpressibleError:
                skipped += 1
            else:
                lines += _lines(given, acl, places[family][acl.entries], dead, space) if dead else ()
    return BoundLists(
        lists=sum(map(len, acls.values())) - skipped,
        skipped=skipped,
        unreachable=tuple(sorted(lines, key=_order)),
    )


def _order(item: UnreachableLine) -> tuple[int, str, int]:
    return list(Anomaly).index(item.anomaly), item.places[0].device, item.places[0].line


def space_of(family: Family, acls: Sequence[Acl]) -> HeaderSpace:
    """Return the header space of some lists."""
    return header_space(family, {header_match(entry) for acl in acls for entry in acl.entries})


def entries_by_line(given: Given, place: Place, acl: Acl) -> Mapping[int, tuple[int, ...]]:
    """Return the entries (indexes from 0) that each line of a device says; an entry that no line says is left out."""
    device, name = place
    found: dict[int, tuple[int, ...]] = {}
    for index in range(len(acl.entries)):
        number = given.lines.get(device, {}).get(acl_entry_ref(name, index), 0)
        if number:
            found[number] = (*found.get(number, ()), index)
    return found


def _lines(
    given: Given, acl: Acl, places: Sequence[Place], dead: Mapping[int, tuple[int, ...]], space: HeaderSpace
) -> Iterator[UnreachableLine]:
    """Yield the lines all of whose entries are unreachable; where a line says other entries than elsewhere, it is another one."""
    standing: dict[tuple[int, ...], list[Place]] = {}
    for place in places:
        for said in entries_by_line(given, place, acl).values():
            if dead.keys() >= set(said):
                standing.setdefault(said, []).append(place)
    for said, here in standing.items():
        takers = sorted({taker for index in said for taker in dead[index]} - set(said))
        device, name = here[0]
        covers = [given.culprit(device, acl_entry_ref(name, index)) for index in _shown(acl, space, said, takers)]
        yield UnreachableLine(
            family=acl.family,
            anomaly=_anomaly(acl, said, takers),
            places=tuple(given.culprit(where, acl_entry_ref(name, said[0])) for where, name in here),
            covers=tuple({item.line: item for item in covers}.values()),
        )


def _anomaly(acl: Acl, said: Sequence[int], takers: Sequence[int]) -> Anomaly:
    if not takers:
        return Anomaly.EMPTY
    return Anomaly.SHADOWED if _otherwise(acl, said, takers) else Anomaly.REDUNDANT


def _otherwise(acl: Acl, said: Sequence[int], takers: Sequence[int]) -> list[int]:
    """Return the takers that act otherwise; one for fragments alone hides nothing that a line says of whole packets."""
    action = acl.entries[said[0]].action
    about_packets = [index for index in takers if acl.entries[index].non_initial is not NonInitial.ONLY] or takers
    return [index for index in about_packets if acl.entries[index].action is not action]


def _shown(acl: Acl, space: HeaderSpace, said: Sequence[int], takers: Sequence[int]) -> Sequence[int]:
    """Return those takers that explain it best: one that matches all alone, else all; those that act otherwise first."""
    otherwise = _otherwise(acl, said, takers)
    for taker in otherwise or takers:
        if all(matches_all_of(acl, space, taker, index) for index in said):
            return (taker,)
    return (*otherwise, *(index for index in takers if index not in otherwise))
