"""The lines of a device -> which are proposed as ours and which stay foreign, each with its reason.

The one idea: lines go with the thing that they configure. An interface is ours if it faces a cable or people, a VRF with its
routes if its table is, and a list or route policy if ours uses it and nobody else does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from controller.adopt.standing import OURS, Facing, FoundStanding
from controller.jobs.captured import ReadText
from routing.model import LinePath
from routing.vendors import VENDORS
from routing.vendors.subject import Subject, SubjectKind


class ClaimGround(StrEnum):
    """Why a line is proposed as ours, or stays foreign (with what an interface faces, see `Facing`)."""

    DEVICE = "device"
    TABLE = "table"
    """Its VRF, or the global table, is ours."""
    USED = "used"
    """Ours uses it, and nobody else."""
    LOGIN = "login"
    ALONE = "alone"
    LEFT = "left"
    UNUSED = "unused"
    USED_BY_OTHERS = "used by others"
    SHARED = "shared"
    """Ours uses it, and foreign lines do too."""
    NOT_WRITTEN = "not written"
    """Of a kind that truc never writes."""
    NOT_UNDERSTOOD = "not understood"
    NOT_UNDERSTOOD_INSIDE = "not understood inside"
    """Not understood, and in a thing that is ours otherwise."""


class LineClaim(NamedTuple):
    """One line: whether it is proposed as ours, of which kind it is, and why."""

    path: LinePath
    ours: bool
    kind: SubjectKind
    ground: ClaimGround | Facing


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClaims:
    """All lines of a device, in order."""

    device: str
    claims: tuple[LineClaim, ...]

    @property
    def counts(self) -> Mapping[tuple[bool, SubjectKind, ClaimGround | Facing], int]:
        """Return how many lines there are of each kind and ground."""
        return Counter((item.ours, item.kind, item.ground) for item in self.claims)


def claims_of(text: ReadText, standing: FoundStanding) -> DeviceClaims:
    """Return which lines of a device are proposed as ours."""
    device = text.device
    vendor = VENDORS[device.platform]
    unknown = frozenset(line.path for line in device.unknown)
    lines = [(path, vendor.subject_of(path)) for path in dict.fromkeys(vendor.paths(text.captured.text))]
    decide = _Decision(device.name, standing, lines)
    return DeviceClaims(
        device=device.name,
        claims=tuple(_claim(path, subject, decide, is_unknown=path in unknown) for path, subject in lines),
    )


def _claim(path: LinePath, subject: Subject, decide: _Decision, *, is_unknown: bool) -> LineClaim:
    ours, ground = decide.of(subject)
    if is_unknown:
        return LineClaim(
            path, False, subject.kind, ClaimGround.NOT_UNDERSTOOD_INSIDE if ours else ClaimGround.NOT_UNDERSTOOD
        )
    return LineClaim(path, ours, subject.kind, ground)


_LISTS = (SubjectKind.LIST, SubjectKind.POLICY)


class _Decision:
    """Whose each thing of a device is."""

    def __init__(self, device: str, standing: FoundStanding, lines: Iterable[tuple[LinePath, Subject]]) -> None:
        self._device, self._standing = device, standing
        lines = tuple(lines)
        named = {subject.name for _, subject in lines if subject.kind in _LISTS}
        inside: dict[str, set[str]] = {name: set() for name in named}
        mine: set[str] = set()
        theirs: set[str] = set()
        self._speaks_bgp = any(
            subject.kind is SubjectKind.BGP and standing.takes((device, subject.name)) for _, subject in lines
        )
        by_word: dict[str, set[str]] = {}
        for name in named:
            by_word.setdefault(name.rpartition(" ")[2], set()).add(name)
        for path, subject in lines:
            if subject.kind in _LISTS:
                inside[subject.name] |= named & set(subject.uses)
            elif self._thing(subject)[0]:
                mine |= named & set(subject.uses)
            else:
                words = path[-1].split() if subject.kind is SubjectKind.OTHER else ()
                theirs |= (named & set(subject.uses)).union(*(by_word.get(word, set()) for word in words))
        self._mine, self._theirs = _closure(mine, inside), _closure(theirs, inside)

    def of(self, subject: Subject) -> tuple[bool, ClaimGround | Facing]:
        """Return whether a line that speaks of a thing is proposed as ours, and why."""
        if subject.kind not in _LISTS:
            return self._thing(subject)
        if subject.name in self._mine:
            shared = subject.name in self._theirs
            return (False, ClaimGround.SHARED) if shared else (True, ClaimGround.USED)
        return False, ClaimGround.USED_BY_OTHERS if subject.name in self._theirs else ClaimGround.UNUSED

    def _thing(self, subject: Subject) -> tuple[bool, ClaimGround | Facing]:
        match subject.kind:
            case SubjectKind.DEVICE:
                return True, ClaimGround.DEVICE
            case SubjectKind.LOGIN:
                return True, ClaimGround.LOGIN
            case SubjectKind.INTERFACE:
                facing = self._facing(subject.name)
                return facing in OURS, facing
            case SubjectKind.VRF | SubjectKind.STATIC | SubjectKind.BGP:
                return self._table((self._device, subject.name))
            case SubjectKind.PROCESS:
                return (True, ClaimGround.TABLE) if self._speaks_bgp else (False, ClaimGround.ALONE)
            case _:
                return False, ClaimGround.NOT_WRITTEN

    def _facing(self, name: str) -> Facing:
        facing = self._standing.facings.get((self._device, name))
        if facing is not None:
            return facing
        above = f"{name}."
        carries = any(
            device == self._device and other.startswith(above) and found in OURS
            for (device, other), found in self._standing.facings.items()
        )
        return Facing.PARENT if carries else Facing.NOTHING

    def _table(self, table: tuple[str, str]) -> tuple[bool, ClaimGround]:
        if table in self._standing.left:
            return False, ClaimGround.LEFT
        return (False, ClaimGround.ALONE) if table in self._standing.alone else (True, ClaimGround.TABLE)


def _closure(used: Iterable[str], inside: Mapping[str, set[str]]) -> frozenset[str]:
    """Return lists that are used, and those that these use."""
    found, waiting = set(used), list(used)
    while waiting:
        more = inside.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return frozenset(found)


def total_counts(devices: Iterable[DeviceClaims]) -> Mapping[tuple[bool, SubjectKind, ClaimGround | Facing], int]:
    """Return how many lines of all devices there are of each kind and ground."""
    found: Counter[tuple[bool, SubjectKind, ClaimGround | Facing]] = Counter()
    for item in devices:
        found.update(item.counts)
    return found


def foreign_of(claims: DeviceClaims) -> Iterator[LineClaim]:
    """Yield the lines that stay foreign."""
    return (item for item in claims.claims if not item.ours)
