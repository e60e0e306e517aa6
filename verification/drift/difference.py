"""The text expected of a device and the text found on it -> the lines in which they differ, if they mean something else.

The one idea: two texts are compared by what they say. Where both read as the same device, no spelling, order or default makes
a difference; lines that change nothing that is judged are compared one by one, in the form that the vendor module gives to lines
that say the same. What is not ours is kept as it is found: it counts only where it means something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from routing.model import Device, LinePath
from routing.vendors.vendor import ReadDevice, Vendor

MOST_TRIED = 40
"""Lines that differ and are taken away one by one, to see which of them mean something."""


class ReadKind(StrEnum):
    """What a reader makes of a line."""

    MODELLED = "modelled"
    HARMLESS = "harmless"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLine:
    """A line with its number in its own text. `path`: with the sections above it; `ours`: whether it is ours to change."""

    line: int
    path: LinePath
    kind: ReadKind
    ours: bool

    @property
    def text(self) -> str:
        """Return the line as it is quoted, sections first."""
        return " / ".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDifference:
    """Lines that only the expected text has, and lines that only the text found has.

    `judged`: whether anything that is judged may differ; else descriptions and harmless lines alone do. `foreign`: whether none
    of them is ours, so that they are a drift only if they have an effect. `admitting`: those found that let somebody in.
    """

    missing: tuple[DriftLine, ...]
    added: tuple[DriftLine, ...]
    judged: bool
    foreign: bool
    admitting: tuple[DriftLine, ...] = ()

    @property
    def unknown(self) -> bool:
        """Return whether a line was found that no reader understands."""
        return any(item.kind is ReadKind.UNKNOWN for item in self.added)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedText:
    """A text of a device, and what was read of it."""

    text: str
    read: ReadDevice


def difference_of(
    vendor: Vendor, expected: JudgedText, found: JudgedText, foreign: Collection[LinePath] = ()
) -> TextDifference | None:
    """Return in what two texts of a device differ, None if they say the same. `foreign`: paths of the expected text that are not
    ours."""
    one, other = _Lines(vendor, expected), _Lines(vendor, found)
    means_other = meaning_of(expected.read.device) != meaning_of(found.read.device)
    unknown = other.unknown - one.unknown
    ours = frozenset(entry.path for entry in one.entries) - frozenset(foreign)
    lost = [entry for entry in one.without(other) if one.kind(entry) is ReadKind.HARMLESS and entry.path in ours]
    admitting = [entry for entry in other.without(one) if vendor.admits(entry.path)]
    if not (means_other or unknown or lost or admitting):
        return None
    gone, came = _modelled(one, other) if means_other else ([], [])
    came = [
        *came,
        *admitting,
        *(entry for entry in other.entries if entry.like in unknown),
        *(entry for entry in other.without(one) if any(_replaces(entry, item) for item in lost)),
    ]
    missing = tuple(one.told(entry, ours=entry.path in ours) for entry in _in_order((*gone, *lost)))
    added = tuple(other.told(entry, ours=vendor.owned(entry.path, ours)) for entry in _in_order(came))
    return TextDifference(
        missing=missing,
        added=added,
        judged=bool(unknown) or _judged(expected.read.device) != _judged(found.read.device),
        foreign=not (admitting or any(line.ours for line in (*missing, *added))),
        admitting=tuple(line for line in added if vendor.admits(line.path)),
    )


def _modelled(one: _Lines, other: _Lines) -> tuple[list[_Entry], list[_Entry]]:
    """Return the modelled lines in which two texts differ that mean different things: those that matter alone, or else those that
    stand in another order, or else all."""
    gone = [item for item in one.without(other) if one.kind(item) is ReadKind.MODELLED]
    came = [item for item in other.without(one) if other.kind(item) is ReadKind.MODELLED]
    meant = one.meant(gone), other.meant(came)
    if not any(meant):
        meant = _moved(one, other)
    return meant if any(meant) else (gone, came)


class _Entry(NamedTuple):
    """A line of a text, and the form that lines of the same meaning share."""

    line: int
    path: LinePath
    like: LinePath
    default_of: str


class _Lines:
    """The lines of a text that can be compared."""

    def __init__(self, vendor: Vendor, text: JudgedText) -> None:
        self._vendor, self._text = vendor, text
        found = ((line, path, vendor.likeness(path)) for line, path in vendor.numbered_paths(text.text))
        self.entries = tuple(_Entry(line, path, *like) for line, path, like in found if like is not None)
        device = text.read.device
        self._said = {entry.like for entry in self.entries}
        self._harmless = _alike(vendor, device.harmless)
        self.unknown = _alike(vendor, (item.path for item in device.unknown))

    def kind(self, entry: _Entry) -> ReadKind:
        """Return what the reader made of a line."""
        if entry.like in self.unknown:
            return ReadKind.UNKNOWN
        return ReadKind.HARMLESS if entry.like in self._harmless else ReadKind.MODELLED

    def told(self, entry: _Entry, *, ours: bool) -> DriftLine:
        """Return a line as it is told."""
        return DriftLine(line=entry.line, path=entry.path, kind=self.kind(entry), ours=ours)

    def without(self, other: _Lines) -> list[_Entry]:
        """Return the lines that another text does not say; a default is said by whoever says nothing of its command."""
        return [
            entry
            for entry in self.entries
            if entry.like not in other._said and not (entry.default_of and not other._speaks_of(entry))
        ]

    def meant(self, entries: list[_Entry]) -> list[_Entry]:
        """Return the lines without which the text would say something else; all of them, where they are too many to be tried."""
        if len(entries) > MOST_TRIED:
            return entries
        device = self._text.read.device
        lines = self._text.text.split("\n")
        found = []
        for entry in entries:
            rest = "\n".join((*lines[: entry.line - 1], "", *lines[entry.line :]))
            if meaning_of(self._vendor.read(device.name, rest).device) != meaning_of(device):
                found.append(entry)
        return found

    def _speaks_of(self, default: _Entry) -> bool:
        return any(_is_command(like, default) for like in self._said)


def _is_command(like: LinePath, default: _Entry) -> bool:
    """Return whether a line is of the command, and in the section, of a line that says a default."""
    said = like[-1].removeprefix("no ")
    return like[:-1] == default.like[:-1] and f"{said} ".startswith(f"{default.default_of} ")


def _alike(vendor: Vendor, paths: Iterable[LinePath]) -> frozenset[LinePath]:
    return frozenset(like.path for like in map(vendor.likeness, paths) if like is not None)


def _in_order(entries: Iterable[_Entry]) -> list[_Entry]:
    return sorted(dict.fromkeys(entries))


def _replaces(entry: _Entry, lost: _Entry) -> bool:
    """Return whether a harmless line stands where one of ours stood: of the same command, or with half of its words in front."""
    if entry.like[:-1] != lost.like[:-1]:
        return False
    words, others = entry.like[-1].removeprefix("no ").split(), lost.like[-1].removeprefix("no ").split()
    same = 0
    while same < min(len(words), len(others)) and words[same] == others[same]:
        same += 1
    return (lost.default_of != "" and _is_command(entry.like, lost)) or same * 2 >= len(others)


def _moved(one: _Lines, other: _Lines) -> tuple[list[_Entry], list[_Entry]]:
    """Return the lines that stand in another order: both texts have them all."""
    before = [entry for entry in one.entries if one.kind(entry) is ReadKind.MODELLED]
    after = [entry for entry in other.entries if other.kind(entry) is ReadKind.MODELLED]
    gone: list[_Entry] = []
    came: list[_Entry] = []
    for section in dict.fromkeys(map(_section, before)):
        old = [entry for entry in before if _section(entry) == section]
        new = [entry for entry in after if _section(entry) == section]
        places = SequenceMatcher(None, [item.like for item in old], [item.like for item in new], autojunk=False)
        for tag, *span in places.get_opcodes():
            if tag != "equal":
                gone += old[span[0] : span[1]]
                came += new[span[2] : span[3]]
    return gone, came


def _section(entry: _Entry) -> str:
    return entry.like[0] if len(entry.like) > 1 else ""


def meaning_of(device: Device) -> Device:
    """Return a device without lines that say nothing, or nothing that is understood."""
    return replace(device, harmless=(), unknown=())


def _judged(device: Device) -> Device:
    """Return a device without lines and words that no question can hang on."""
    return replace(
        meaning_of(device),
        interfaces=tuple(replace(item, description=None) for item in device.interfaces),
        vrfs=tuple(replace(item, description=None) for item in device.vrfs),
        bgp=tuple(
            replace(instance, neighbors=tuple(replace(item, description=None) for item in instance.neighbors))
            for instance in device.bgp
        ),
    )
