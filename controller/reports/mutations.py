"""`truc verify --mutations N`: does the judge see faults in these very texts?

The one idea: a judge that never says no is worthless, so its report may say how many drawn faults it saw, and names every
one that it missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled
from controller.jobs.workers import make_workers
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import Message, print_message, reason_message
from controller.output.terminal import Output
from intents.messages import printable
from intents.reason import Reason, describe_reason
from verification.batfish.protocol import BatfishSession
from verification.mutation.edits import fault_in_words
from verification.mutation.faults import describe_fault, uniform_faults
from verification.mutation.score import Outcome, Score, score
from verification.mutation.second_score import SecondScore, Sight, score_second

SMALL = 20
"""Up to so many devices, a fault that no question sees is gone through packet by packet; above it is left unclassified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationRun:
    """How many faults are drawn (uniformly over all lines), and from which seed."""

    count: int
    seed: int


def try_mutations(compiled: Compiled, texts: Mapping[str, str], run: MutationRun) -> Score:
    """Return what became of every drawn fault; the unmutated texts must hold."""
    faults = uniform_faults(texts, run.count, run.seed)
    return score(give(compiled, texts), faults, enumerate_unseen=len(texts) <= SMALL, workers=make_workers())


def try_second(
    compiled: Compiled, texts: Mapping[str, str], found: Score, session: BatfishSession, output: Output
) -> SecondScore:
    """Return what the second judge says of the faults that the engine saw; BatfishError."""
    return score_second(session, give(compiled, texts), found, output.progress)


def print_second_score(output: Output, found: SecondScore) -> None:
    """Write how many faults both judges saw, and every one that only the engine saw, with the reason."""
    output.say(
        "mutations_second",
        both=found.count(Sight.SEEN),
        all=len(found.faults),
        refused=found.count(Sight.REFUSED),
        alone=found.count(Sight.ALONE),
        scopes=", ".join(f"{scope} {count}" for scope, count in found.scopes().items()) or "-",
        missed=found.count(Sight.MISSED),
    )
    for item in found.faults:
        if item.sight is Sight.MISSED:
            output.line(
                f"  {output.words('sight_missed')}: {printable(describe_fault(item.fault.fault, output.language))}"
            )
    output.line()


def print_second_score_json(output: Output, found: SecondScore) -> None:
    """Write every fault that the engine saw with what the second judge says."""
    for item in found.faults:
        print_message(
            output,
            {
                "type": "mutation second",
                "fault": describe_fault(item.fault.fault, "en"),
                "sight": str(item.sight),
                "scopes": [str(scope) for scope in item.scopes],
                **_detail(item.detail),
            },
        )
    print_message(
        output,
        {"type": "mutations second", **{sight.name.lower(): found.count(sight) for sight in Sight}},
    )


def print_score(output: Output, run: MutationRun, found: Score) -> None:
    """Write how many faults came out how, by kind, and every fault that a reader must look at."""
    output.say("mutations", count=run.count, seed=run.seed)
    headers = [output.words("column_fault"), *(output.words(f"outcome_{outcome.name.lower()}") for outcome in Outcome)]
    rows = [
        [output.in_words(fault_in_words(kind)), *(f"{row[outcome]:,}" for outcome in Outcome)]
        for kind, row in found.table()
    ]
    output.table(headers, rows, range(1, len(headers)))
    for item in found.to_list():
        outcome = output.words(f"outcome_{item.outcome.name.lower()}")
        detail = "" if item.detail is None else output.in_words(item.detail)
        fault = describe_fault(item.fault, output.language)
        output.line(f"  {outcome}: {printable(fault)}: {printable(detail)}")
    output.line()


def print_score_json(output: Output, run: MutationRun, found: Score) -> None:
    """Write every fault with what became of it."""
    for item in found.faults:
        message = {"type": "mutation", "fault": describe_fault(item.fault, "en"), "outcome": str(item.outcome)}
        print_message(output, {**message, **_detail(item.detail)})
    counts = {outcome.name.lower(): found.count(outcome) for outcome in Outcome}
    print_message(output, {"type": "mutations", "count": run.count, "seed": run.seed, **counts})


def _detail(detail: Reason | None) -> Message:
    """Return what became of a fault in detail: in English, and by key and values."""
    if detail is None:
        return {"detail": "", "detail_reason": None}
    return {"detail": describe_reason(detail, "en"), "detail_reason": reason_message(detail)}


def code_of_score(found: Score) -> ExitCode:
    """Return ERROR if the judge missed a fault."""
    return ExitCode.ERROR if found.count(Outcome.MISSED) else ExitCode.FINE


def code_of_second(found: SecondScore) -> ExitCode:
    """Return ERROR if the second judge missed a fault that it could see."""
    return ExitCode.ERROR if found.count(Sight.MISSED) else ExitCode.FINE
