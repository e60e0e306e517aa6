"""Every modelled line of a network's texts -> whether some question rests on it; and how many do.

The one idea: a line counts by what it says. One that names nothing itself belongs to what the lines before it name: the same
neighbour, else the section that it stands in. Harmless lines, lines that are not understood and such as stand for nothing that
can be asked about are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intents.reason import Reason
from routing.model import Device, LinePath, Ref
from routing.vendors import VENDORS
from verification.coverage.policies import Announced
from verification.coverage.unused import Unused, unused_things
from verification.engine.engine import Proven
from verification.evidence.evidence import Evidence
from verification.questions.judgement import Judgement
from verification.questions.unreachable_lines import JudgedLists
from verification.verdicts.verdict import Culprit, NotModelled, Violated

Place = tuple[str, Ref]
"""A thing: device and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UncoveredLine:
    """A line whose loss would change no answer, and why."""

    line: Culprit
    why: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCoverage:
    """How many modelled lines a device's text has, and those of them that no question rests on."""

    device: str
    modelled: int
    uncovered: tuple[UncoveredLine, ...]

    @property
    def covered(self) -> int:
        """How many lines some question rests on."""
        return self.modelled - len(self.uncovered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the questions of one judgement rest on, by device (sorted)."""

    devices: tuple[DeviceCoverage, ...]

    @property
    def modelled(self) -> int:
        """How many modelled lines there are."""
        return sum(item.modelled for item in self.devices)

    @property
    def uncovered(self) -> tuple[UncoveredLine, ...]:
        """All lines that no question rests on, by device and line."""
        return tuple(line for item in self.devices for line in item.uncovered)

    @property
    def percent(self) -> float:
        """How much of all modelled lines some question rests on, in percent, rounded down to a tenth; 100 of no line."""
        return percent(self.modelled - len(self.uncovered), self.modelled)


def percent(part: int, whole: int) -> float:
    """Return a part in percent, rounded down to a tenth; 100 of nothing."""
    return 1000 * part // whole / 10 if whole else 100.0


def coverage_of(proven: Proven) -> Coverage | None:
    """Return what the questions of a judgement rest on; None if its routes do not settle: then nothing was asked."""
    if proven.parts is None:
        return None
    evidence, lists = proven.parts.filtered.evidence, proven.lists
    announced = Announced(evidence.control_plane.prefixes)
    devices = evidence.given.network.devices
    guilty = frozenset(_guilty(proven.judgement))
    return Coverage(
        devices=tuple(_of_device(evidence, lists, announced, devices[name], guilty) for name in sorted(devices))
    )


def _guilty(judgement: Judgement) -> Iterator[Place]:
    """Yield the things that are the very reason of an answer."""
    for answer in judgement.answers:
        if isinstance(answer.verdict, Violated | NotModelled):
            yield from ((item.device, item.ref) for item in answer.verdict.culprits)


def _of_device(
    evidence: Evidence, lists: JudgedLists, announced: Announced, device: Device, guilty: frozenset[Place]
) -> DeviceCoverage:
    # what a line that is not understood may name is not called unused
    unused = {} if device.unknown else unused_things(evidence, lists, announced, device)
    count, found = 0, []
    for number, refs in _said(evidence, device):
        count += 1
        if all(ref in unused and (device.name, ref) not in guilty for ref in refs):
            found.append(_uncovered(evidence, device, number, refs[0], unused))
    return DeviceCoverage(device=device.name, modelled=count, uncovered=tuple(found))


def _uncovered(evidence: Evidence, device: Device, number: int, ref: Ref, unused: Unused) -> UncoveredLine:
    text = evidence.given.texts[device.name][number - 1].strip()
    return UncoveredLine(line=Culprit(device=device.name, ref=ref, line=number, text=text), why=unused[ref])


def _said(evidence: Evidence, device: Device) -> Iterator[tuple[int, tuple[Ref, ...]]]:
    """Yield the number of each line that is modelled, with what it says or belongs to."""
    given, own = evidence.given, dict[int, list[Ref]]()
    for ref, number in given.lines[device.name].items():
        own.setdefault(number, []).append(ref)
    skipped = frozenset(device.harmless) | {item.path for item in device.unknown}
    said: dict[LinePath, tuple[Ref, ...]] = {}
    text = "\n".join(given.texts[device.name])
    for number, path in VENDORS[device.platform].numbered_paths(text):
        about = (*path[:-1], " ".join(path[-1].split()[:2]))
        refs = tuple(own.get(number, ())) or said.get(about) or said.get(path[:-1], ())
        said[path] = refs
        said.setdefault(about, refs)
        if refs and path not in skipped:
            yield number, refs
