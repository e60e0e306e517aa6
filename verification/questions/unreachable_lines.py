"""Lines of bound access lists that decide about no packet, with the lines before them that take their packets.

The one idea: a list of one content is looked at once, wherever it stands. Such a line does nothing wrong, so it shuts no gate;
but one that says the contrary of what is done hides a mistake, so it is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from intents.prefix import Family
from routing.model import Acl, AclEntry, Device, NonInitial
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


class ListContent:
    """What is said of all lists of one content: `dead`, the entries that no packet reaches with those that take their packets;
    None if the list is not expressible. Compared by identity: there is one for each content."""

    __slots__ = ("acl", "dead", "space")

    def __init__(self, acl: Acl, space: HeaderSpace) -> None:
        self.acl = acl
        self.space = space
        self.dead: Mapping[int, tuple[int, ...]] | None = None
        with suppress(NotExpressibleError):
            self.dead = unreached(acl, space)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLists:
    """Every bound list of a network judged. `of_device`: the content and the name of each list, by device; `contents`: each
    content once; `spaces`: the header spaces that they were judged in."""

    bound: BoundLists
    of_device: Mapping[str, tuple[tuple[ListContent, str], ...]]
    contents: Mapping[tuple[Family, tuple[AclEntry, ...]], ListContent]
    spaces: Mapping[Family, HeaderSpace]


def check_lines(given: Given) -> BoundLists:
    """Return the unreachable lines of all bound lists: shadowed ones first, then by device and line."""
    return judge_lists(given).bound


def judge_lists(given: Given, known: JudgedLists | None = None, changed: Collection[str] = ()) -> JudgedLists:
    """Judge the bound lists of a network; `known`: those of one from which only the `changed` devices differ."""
    devices = given.network.devices
    kept = {} if known is None else {name: known.of_device[name] for name in known.of_device if name not in changed}
    bound = {name: tuple(bound_acls(device)) for name, device in devices.items() if name not in kept}
    spaces = _spaces([acl for acls in bound.values() for acl in acls]) if known is None else known.spaces
    contents = {} if known is None else dict(known.contents)
    for acls in bound.values():
        for acl in acls:
            if (acl.family, acl.entries) not in contents:
                contents[acl.family, acl.entries] = ListContent(acl, _space_for(acl, spaces[acl.family]))
    of_device = {
        name: kept[name]
        if name in kept
        else tuple((contents[acl.family, acl.entries], acl.name) for acl in bound[name])
        for name in sorted(devices)
    }
    used = {content for held in of_device.values() for content, _ in held}
    if len(contents) > 2 * len(used):  # a resident judge must not remember every list that ever was
        contents = {key: content for key, content in contents.items() if content in used}
    return JudgedLists(bound=_bound_lists(given, of_device), of_device=of_device, contents=contents, spaces=spaces)


def _spaces(acls: Sequence[Acl]) -> dict[Family, HeaderSpace]:
    found = {(acl.family, acl.entries): acl for acl in acls}
    return {family: space_of(family, [acl for (of, _), acl in found.items() if of is family]) for family in Family}


def _space_for(acl: Acl, space: HeaderSpace) -> HeaderSpace:
    """Return a header space that knows every condition of a list: the given one if it does, else the list's own."""
    knows = all(header_match(entry) in space.masks for entry in acl.entries)
    return space if knows else space_of(acl.family, [acl])


def _bound_lists(given: Given, of_device: Mapping[str, tuple[tuple[ListContent, str], ...]]) -> BoundLists:
    places: dict[ListContent, list[Place]] = {}
    for device, held in of_device.items():
        for content, name in held:
            places.setdefault(content, []).append((device, name))
    skipped = sum(content.dead is None for content in places)
    lines = [line for content, found in places.items() if content.dead for line in _lines(given, content, found)]
    return BoundLists(lists=len(places) - skipped, skipped=skipped, unreachable=tuple(sorted(lines, key=_order)))


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


def _lines(given: Given, content: ListContent, places: Sequence[Place]) -> Iterator[UnreachableLine]:
    """Yield the lines all of whose entries are unreachable; where a line says other entries than elsewhere, it is another one."""
    acl, space, dead = content.acl, content.space, content.dead or {}
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
