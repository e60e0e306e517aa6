"""How many faults the judge sees: faults and a judge to a score with every fault in one of a few classes.

The one idea: whether a fault that no question sees does anything is decided by enumeration (`equivalence`), never by
comparing with what is expected; a fault that changes something and is not seen is `MISSED`, a fault of the judge. A fault is a
change of one text, so the right network is proved once and judged again with each fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import assert_never

from intents.reason import Reason, because, describe_reason
from routing.model import Device
from routing.vendors import VENDORS
from verification.engine.delta import delta
from verification.engine.engine import Proven, prove, reprove
from verification.engine.workers import Workers
from verification.evidence.evidence import Given, lines_of_text
from verification.evidence.routing_part import routing_device
from verification.mutation.edits import FaultKind
from verification.mutation.equivalence import Difference, Same, Unmutated
from verification.mutation.faults import Fault, mutate
from verification.questions.judgement import Judgement
from verification.verdicts.failure import NO_FAILURE, failures
from verification.verdicts.question import Answer, question_in_words
from verification.verdicts.verdict import Disputed, Holds, NotModelled, Violated


class Outcome(StrEnum):
    SEEN = "seen"
    REFUSED = "refused as not modelled"
    SAME = "shown to change nothing"
    UNCLASSIFIED = "unclassified"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFault:
    """One fault and what became of it. `detail`: the question that saw it, why it was refused, or what it changes.

    `harmless`: every line that it touches says nothing that is judged (a comment, or one on the platform's closed list).
    """

    fault: Fault
    outcome: Outcome
    detail: Reason | None = None
    harmless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    faults: tuple[ScoredFault, ...]

    def count(self, outcome: Outcome, kind: FaultKind | None = None) -> int:
        """Return how many faults (of a kind) came out so."""
        return sum(item.outcome is outcome and kind in (None, item.fault.kind) for item in self.faults)

    def table(self) -> Iterator[tuple[FaultKind, Mapping[Outcome, int]]]:
        """Yield for every kind that occurs how many of its faults came out how."""
        counted = Counter((item.fault.kind, item.outcome) for item in self.faults)
        for kind in FaultKind:
            row = {outcome: counted[kind, outcome] for outcome in Outcome}
            if any(row.values()):
                yield kind, row

    def to_list(self) -> tuple[ScoredFault, ...]:
        """Return what a reader must look at: all that was missed, and what changes nothing though its line is not harmless."""
        return tuple(
            item
            for item in self.faults
            if item.outcome is Outcome.MISSED or (item.outcome is Outcome.SAME and not item.harmless)
        )


def score(
    given: Given, faults: Sequence[Fault], *, enumerate_unseen: bool = True, workers: Workers | None = None
) -> Score:
    """Return what becomes of every fault of the texts in `given`; order is kept.

    `enumerate_unseen` False (a network too large to go through state by state): what is not seen and may change routes is
    unclassified; filters, logins and ports are still gone through. `workers`: judge faults side by side; None: one after the
    other here. ValueError if the unmutated texts are not right, because then every fault would seem to be seen.
    """
    every = prove(given, workers=workers)
    bad = _complaint(every.judgement)
    if bad is not None:
        raise ValueError(f"the unmutated texts are not right: {describe_reason(bad[1], 'en')}")
    backbone = sorted(given.roles.backbone & given.network.devices.keys())
    bench = _Bench(
        whole=prove(given, with_failures=False),
        every=every,
        unmutated=Unmutated(given.network, (NO_FAILURE, *failures(given.network, backbone))),
        enumerates_routes=enumerate_unseen,
    )
    work = partial(_score_part, bench)
    if workers is None:
        return Score(faults=work(faults))
    size = max(1, len(faults) // CHUNKS)
    with workers(work) as submit:
        begun = [submit(faults[start : start + size]) for start in range(0, len(faults), size)]
        return Score(faults=tuple(item for part in begun for item in part.result()))


CHUNKS = 64
"""In so many parts faults are shared out to workers: some take a hundred times as long as others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What stays the same from fault to fault: the right network, proved without failures and with every single one."""

    whole: Proven
    every: Proven
    unmutated: Unmutated
    enumerates_routes: bool


def _score_part(bench: _Bench, faults: Sequence[Fault]) -> tuple[ScoredFault, ...]:
    return tuple(_score_one(bench, fault) for fault in faults)


def _score_one(bench: _Bench, fault: Fault) -> ScoredFault:
    """Judge one fault, and find out what it changes if nobody sees it."""
    given = bench.whole.given
    before = given.network.devices[fault.device]
    faulty = with_text(given, fault.device, mutate(text_of(given, fault.device), fault))
    after = faulty.network.devices[fault.device]
    bad = _seen_by(bench, faulty, before, after)
    if bad is not None:
        return ScoredFault(fault=fault, outcome=bad[0], detail=bad[1])
    harmless = _is_harmless(fault, before, after)
    compare = bench.unmutated.compare if bench.enumerates_routes else bench.unmutated.compare_without_routes
    found = compare(after)
    match found:
        case None:
            return ScoredFault(fault=fault, outcome=Outcome.UNCLASSIFIED, harmless=harmless)
        case Difference():
            return ScoredFault(fault=fault, outcome=Outcome.MISSED, detail=found.what)
        case Same():
            return ScoredFault(fault=fault, outcome=Outcome.SAME, detail=_noted(found), harmless=harmless)
        case _:
            assert_never(found)


def _noted(found: Same) -> Reason | None:
    return because("notes", notes=found.notes) if found.notes else None


def _seen_by(bench: _Bench, faulty: Given, before: Device, after: Device) -> tuple[Outcome, Reason] | None:
    """Return which question sees a fault, or refuses; the whole network first, failures last and only if routes may differ."""
    if replace(before, harmless=()) == replace(after, harmless=()):
        return None
    change = delta(bench.whole.given, faulty)
    bad = _complaint(reprove(bench.whole, change).judgement)
    if bad is None and routing_device(before) != routing_device(after):
        bad = _complaint(reprove(bench.every, change).judgement)
    return bad


def text_of(given: Given, device: str) -> str:
    """Return the text of a device as it was read, with a newline at its end."""
    return "".join(f"{line}\n" for line in given.texts[device])


def with_text(given: Given, device: str, text: str) -> Given:
    """Return what the judge gets if one device has another text; only that text is read."""
    read = VENDORS[given.network.devices[device].platform].read(device, text)
    return replace(
        given,
        network=replace(given.network, devices={**given.network.devices, device: read.device}),
        lines={**given.lines, device: read.lines},
        texts={**given.texts, device: lines_of_text(text)},
        unknown_lines={**given.unknown_lines, device: read.unknown_lines},
    )


def _complaint(judgement: Judgement) -> tuple[Outcome, Reason] | None:
    """Return how a judgement is not all right: a violated question before one that is not answered."""
    open_questions: list[Reason] = []
    for answer in judgement.answers:
        match answer.verdict:
            case Violated(reason=reason):
                return Outcome.SEEN, _said(answer, reason)
            case NotModelled(reason=reason):
                open_questions.append(_said(answer, reason))
            case Disputed(one=one):
                open_questions.append(_said(answer, one.in_words()))
            case Holds():
                pass
    return (Outcome.REFUSED, open_questions[0]) if open_questions else None


def _said(answer: Answer, reason: Reason) -> Reason:
    return because("question_says", question=question_in_words(answer.question), said=reason)


def _is_harmless(fault: Fault, before: Device, after: Device) -> bool:
    """Return whether all lines that the fault touches are comments, descriptions or on the closed list."""
    listed = {path[-1].strip() for path in (*before.harmless, *after.harmless)}
    lines = [line.strip() for line in fault.touched]
    return all(not line or line.startswith(("!", "#", "description ")) or _bare(line) in listed for line in lines)


def _bare(line: str) -> str:
    return line.removeprefix("set ")
