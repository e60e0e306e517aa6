"""A plan that was proved -> what is stated of it, before anybody carries it out.

The one idea: the subjects are the texts that shall stand; what was asked of them, what held, what nobody could judge, and how
well the judges see faults in these very texts go with them. What was not measured is null, never a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.journal.statements import PlanStatement, StatementKind, state
from controller.output.canonical_json import Plain
from controller.rollout.filed import FiledPlan
from controller.rollout.proved import judges_of, not_modelled, verdicts_of
from verification.coverage.lines import Coverage
from verification.mutation.score import Outcome, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How well the judges see: what their questions rest on (None: nothing was asked), and what became of faults that were drawn
    by a seed (None: none were)."""

    coverage: Coverage | None
    score: Score | None = None
    seed: int = 0


def verified_statement(plan: FiledPlan, measured: Measured, version: str, at: datetime) -> PlanStatement:
    """Return what is stated of a plan that holds."""
    subjects = {device.device: device.standing for device in plan.devices} | dict(plan.arrivals)
    predicate: dict[str, Plain] = {
        "plan": plan.digest,
        "serial": plan.serial,
        "decision_ref": "" if plan.request is None else plan.request.decision_ref,
        "base": plan.base,
        "workspace": plan.workspace,
        "running": plan.running,
        "judges": judges_of(plan, version),
        "verdicts": verdicts_of(plan),
        "not_modelled": not_modelled(plan),
        "opens": _length(plan.body.get("opens")),
        "closes": _length(plan.body.get("closes")),
        "interrupted": list(plan.interrupted),
        "coverage": _coverage(measured.coverage),
        "mutations": _faults(measured),
    }
    return state(StatementKind.VERIFIED, subjects, predicate, at)


def _coverage(found: Coverage | None) -> Plain:
    if found is None:
        return None
    return {"modelled": found.modelled, "covered": found.modelled - len(found.uncovered)}


def _faults(measured: Measured) -> Plain:
    score = measured.score
    if score is None:
        return None
    return {**{str(outcome): score.count(outcome) for outcome in Outcome}, "seed": measured.seed}


def _length(part: Plain) -> int:
    return len(part) if isinstance(part, list) else 0
