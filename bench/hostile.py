"""Hostile lines, one by one, in the texts of the small example: what the judge says of each.

Prints a table by platform, kind and class, and every line that holds although it changes something, or is violated although it
changes nothing: `python -m bench.hostile [part of a platform, kind or line]`. The one idea: only one device is read for each
line; what became an unknown line is not judged (nothing is claimed of such a device), and equal devices are judged once.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from bench.hostile_lines import Entry, Expected, Place, load_entries
from bench.hostile_places import STANDINGS, Target, inject, target_of
from controller.jobs.evidence import SplitTexts, give
from controller.jobs.pipeline import address, compile_network, want
from intents.reason import Reason
from routing.model import Device, Network
from routing.vendors import VENDORS
from routing.vendors.vendor import ReadDevice
from verification.engine.engine import judge
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.questions.judgement import Judgement
from verification.verdicts.verdict import Disputed, NotModelled, Violated

SMALL = Path(__file__).parent.parent / "examples" / "small"


class Outcome(StrEnum):
    """What is said of a text with a hostile line. SAME: the device is read as before, so everything holds as before."""

    SAME = "same"
    HOLDS = "holds"
    VIOLATED = "violated"
    NOT_MODELLED = "not modelled"
    DISPUTED = "disputed"
    UNKNOWN_LINE = "unknown line"


HELD = frozenset({Outcome.SAME, Outcome.HOLDS})


class Injection(NamedTuple):
    """An entry at a place of a device, what is expected there, and what was said."""

    entry: Entry
    device: str
    place: Place
    expected: Expected
    outcome: Outcome

    @property
    def is_wrong(self) -> bool:
        """Whether what is said is more than is so: it holds although it changes, or is violated although it doesn't."""
        match self.expected:
            case Expected.NONE:
                return self.outcome in (Outcome.VIOLATED, Outcome.DISPUTED)
            case Expected.KEPT:
                return False
            case Expected.CHANGE | Expected.UNKNOWN:
                return self.outcome in HELD


Meaning = tuple[Device, tuple[Reason, ...]]
"""All of a device that a judge looks at: without its harmless lines, but with what it lacks for want of one."""


def meaning_of(device: Device) -> Meaning:
    """Return what a judge looks at."""
    return replace(device, harmless=()), tuple(VENDORS[device.platform].lacking(device))


@dataclass(slots=True)
class Bench:
    """The small example as it is judged, and what was said of devices so far."""

    texts: dict[str, str]
    given: Given
    targets: tuple[Target, ...]
    known: dict[Meaning, Outcome] = field(default_factory=dict)

    def read(self, target: Target, text: str) -> ReadDevice:
        """Read a target's changed text."""
        return VENDORS[target.platform].read(target.device, text)

    def with_device(self, text: str, read: ReadDevice) -> Given:
        """Return what the judge gets if one device has another text."""
        name, given = read.device.name, self.given
        return replace(
            given,
            network=Network(
                devices={**given.network.devices, name: read.device},
                links=given.network.links,
                ports=given.network.ports,
            ),
            lines={**given.lines, name: read.lines},
            texts=SplitTexts({**self.texts, name: text}),
            unknown_lines={**given.unknown_lines, name: read.unknown_lines},
        )

    def outcome(self, target: Target, text: str) -> Outcome:
        """Return what is said of a text: by the reader alone if it has unknown lines, else by the judge."""
        read = self.read(target, text)
        if read.device.unknown:
            return Outcome.UNKNOWN_LINE
        device = meaning_of(read.device)
        if device == meaning_of(self.given.network.devices[target.device]):
            return Outcome.SAME
        if device not in self.known:
            self.known[device] = self.judged(self.with_device(text, read))
        return self.known[device]

    def judged(self, given: Given) -> Outcome:
        """Judge the whole network; only what holds there is asked under every failure, and of the dull meaning."""
        first = outcome_of(judge(given, with_failures=False))
        return first if first is not Outcome.HOLDS else outcome_of(judge_and_replay(given))


def outcome_of(judgement: Judgement) -> Outcome:
    """Return what all answers together say."""
    kinds = {type(answer.verdict) for answer in judgement.answers}
    for kind, outcome in (
        (Violated, Outcome.VIOLATED),
        (Disputed, Outcome.DISPUTED),
        (NotModelled, Outcome.NOT_MODELLED),
    ):
        if kind in kinds:
            return outcome
    return Outcome.HOLDS


def open_bench() -> Bench:
    """Compile the small example and read it back; AssertionError if anything but Holds is said of it."""
    compiled = compile_network(address(want(SMALL, None)))
    texts = {name: config.text for name, config in compiled.configs.items()}
    given = give(compiled, texts)
    targets = tuple(target_of(item, given.network, texts[item.device]) for item in STANDINGS)
    bench = Bench(texts=texts, given=given, targets=targets)
    assert bench.judged(given) is Outcome.HOLDS
    return bench


def injections(bench: Bench, entries: Iterable[Entry]) -> Iterator[Injection]:
    """Yield what is said of each entry at every place of every target of its platform."""
    for entry in entries:
        for target in bench.targets:
            if target.platform == entry.platform:
                for place in Place:
                    expected = entry.expected_at(place, edge=target.is_edge)
                    outcome = bench.outcome(target, inject(target, entry, place))
                    yield Injection(entry, target.device, place, expected, outcome)


def table(found: Iterable[Injection]) -> Iterator[str]:
    """Yield the lines of a table: entries and injections by platform, kind and class, and what was said of them."""
    rows: dict[tuple[str, str, str], Counter[str]] = {}
    entries: dict[tuple[str, str, str], set[Entry]] = {}
    for item in found:
        for kind in (item.entry.kind, "all"):
            key = (item.entry.platform, kind, item.entry.expected.value)
            rows.setdefault(key, Counter())[item.outcome] += 1
            rows[key]["wrong"] += item.is_wrong
            entries.setdefault(key, set()).add(item.entry)
    columns = (*Outcome, "wrong")
    yield f"{'platform':10}{'kind':20}{'class':9}{'lines':>6}{'put':>6}" + "".join(f"{name:>14}" for name in columns)
    for key, row in sorted(rows.items(), key=lambda item: (item[0][0], item[0][1] == "all", item[0][1:])):
        put = row.total() - row["wrong"]
        counts = "".join(f"{row[name]:>14}" for name in columns)
        yield f"{key[0]:10}{key[1]:20}{key[2]:9}{len(entries[key]):>6}{put:>6}{counts}"


def main() -> None:
    """Put all lines (or those that an argument fits), print the table and what is wrong."""
    started, wanted = time.perf_counter(), sys.argv[1] if len(sys.argv) > 1 else ""
    bench = open_bench()
    entries = [item for item in load_entries() if any(wanted in text for text in (item.platform, item.kind, item.text))]
    found = list(injections(bench, entries))
    print(*table(found), sep="\n")
    wrong = [item for item in found if item.is_wrong]
    for item in wrong:
        entry, known = item.entry, f" [open: {item.entry.open}]" if item.entry.open else ""
        wish = f"{item.outcome}, not {item.expected}: {item.device} {item.place}"
        print(f"{wish} | {entry.text!r} | {entry.why}{known}")
    spent = time.perf_counter() - started
    print(
        f"{len(entries)} lines, {len(found)} injections, {len(wrong)} wrong, {len(bench.known)} judged in {spent:.0f} s"
    )


if __name__ == "__main__":
    main()
