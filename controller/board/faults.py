"""Seeded faults and what became of them -> the rows of the board's page: what the engine saw, what the second judge saw.

The one idea: a judge that never says no is worthless, so the page counts for each kind of fault how often each judge said no.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from controller.board.inputs import Edition
from controller.board.words import Both, both, both_ways
from controller.jobs.verify import VerifyReport
from controller.output.words import Language
from verification.mutation.edits import FaultKind, fault_in_words
from verification.mutation.faults import Fault, describe_fault
from verification.mutation.score import Outcome, Score
from verification.mutation.second_score import SecondScore, Sight

MOST_FAULTS = 100

KindCounts = tuple[tuple[Both | None, tuple[int, ...]], ...]
"""A row for each kind of fault that occurs, then their sum under None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFaults:
    """Of the faults that the engine saw, what the second judge says: by kind, and why the engine alone sees some."""

    count: int
    sights: tuple[Both, ...]
    rows: KindCounts
    scopes: tuple[tuple[Both, int], ...]
    missed: tuple[Both, ...]
    missed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Seeded faults: a row for each kind with its outcomes, and those that a reader must look at."""

    count: int
    seed: int
    outcomes: tuple[Both, ...]
    rows: KindCounts
    missed: int
    shown: tuple[tuple[Both, Both, Both], ...]
    left_out: int
    second: SecondFaults | None


def faults_of(report: VerifyReport, edition: Edition) -> Faults | None:
    """Return what became of the seeded faults, None if none were tried."""
    run, score = edition.run, edition.score
    if run is None or score is None:
        return None
    listed = score.to_list()
    return Faults(
        count=run.count,
        seed=run.seed,
        outcomes=tuple(_outcome(outcome) for outcome in Outcome),
        rows=_fault_rows(score),
        missed=score.count(Outcome.MISSED),
        shown=tuple(
            (
                _outcome(item.outcome),
                _fault(item.fault),
                Both(vi="") if item.detail is None else both_ways(item.detail),
            )
            for item in listed[:MOST_FAULTS]
        ),
        left_out=max(0, len(listed) - MOST_FAULTS),
        second=None if edition.second is None else _second_faults(report, edition.second),
    )


def _fault_rows(score: Score) -> KindCounts:
    rows = [
        (both_ways(fault_in_words(kind)), tuple(row[outcome] for outcome in Outcome)) for kind, row in score.table()
    ]
    return (*rows, (None, tuple(score.count(outcome) for outcome in Outcome)))


def _fault(fault: Fault) -> Both:
    return Both(vi=describe_fault(fault, Language.VI), en=describe_fault(fault, Language.EN))


def _outcome(outcome: Outcome) -> Both:
    return both(f"outcome_{outcome.name.lower()}")


def _second_faults(report: VerifyReport, score: SecondScore) -> SecondFaults:
    counted = Counter((item.fault.fault.kind, item.sight) for item in score.faults)
    kinds = [kind for kind in FaultKind if any(counted[kind, sight] for sight in Sight)]
    rows = [(both_ways(fault_in_words(kind)), tuple(counted[kind, sight] for sight in Sight)) for kind in kinds]
    missed = [item.fault.fault for item in score.faults if item.sight is Sight.MISSED]
    return SecondFaults(
        count=len(score.faults),
        sights=tuple(both(f"sight_{sight.name.lower()}") for sight in Sight),
        rows=(*rows, (None, tuple(score.count(sight) for sight in Sight))),
        scopes=tuple((both(f"scope_{scope}"), count) for scope, count in score.scopes().items()),
        missed=tuple(_fault(fault) for fault in missed[:MOST_FAULTS]),
        missed_count=len(missed),
    )
