"""An audited journal and a plan of it -> what is stated of the applied plan.

The one idea: what was carried out is what the journal's last records say stands; by what plan, whose leave, which judges, and
what nobody has judged goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from controller.journal.audit import Audit
from controller.journal.records import Begun, Confirmed, Reopened, RolloutOutcome, WentBack
from controller.journal.state import RolloutState, outcome_in_words
from controller.journal.statements import PlanStatement, StatementKind, moment_text, state
from controller.output.canonical_json import Plain
from controller.rollout.filed import FiledPlan
from controller.rollout.proved import judges_of, not_modelled, verdicts_of
from intents.reason import Reason, because


def applied_statement(plan: FiledPlan, found: Audit, audited: datetime) -> PlanStatement | Reason:
    """Return what is stated of a plan that an audit found nothing wrong with, or why nothing is."""
    rollouts = [item for item in found.text.state.rollouts if item.begun.plan == plan.digest]
    if not rollouts:
        return because("audit_plan_unknown")
    rollout = rollouts[-1]
    if rollout.ended is None:
        return because("applied_not_over")
    if rollout.outcome is not RolloutOutcome.APPLIED or rollout.ended.outcome is not RolloutOutcome.APPLIED:
        return because("applied_otherwise", outcome=outcome_in_words(rollout.outcome))
    return state(
        StatementKind.APPLIED, dict(_standing(found, rollout.begun)), _predicate(plan, found, rollout), audited
    )


def _standing(found: Audit, begun: Begun) -> Iterator[tuple[str, str]]:
    """Yield the digest of what was confirmed last on each device in a roll-out, as the journal has it."""
    confirmed: dict[str, str] = {}
    current: Begun | None = None
    begun_before: list[Begun] = []
    for record in found.text.chain.records:
        if isinstance(record, Begun):
            current = record
            begun_before.append(record)
        elif isinstance(record, Reopened):
            current = begun_before[record.number - 1]
        elif current is not begun:
            continue
        elif isinstance(record, Confirmed):
            confirmed[record.device] = record.digest
        elif isinstance(record, WentBack):
            confirmed.pop(record.device, None)
    yield from sorted(confirmed.items())


def _predicate(plan: FiledPlan, found: Audit, rollout: RolloutState) -> dict[str, Plain]:
    begun, chain = rollout.begun, found.text.chain
    return {
        "plan": plan.digest,
        "serial": plan.serial,
        "decision_ref": "" if plan.request is None else plan.request.decision_ref,
        "base": plan.base,
        "workspace": plan.workspace,
        "judges": judges_of(plan, begun.tool),
        "verdicts": verdicts_of(plan),
        "not_modelled": not_modelled(plan),
        "approvals": [*dict.fromkeys(digest for leave in rollout.leaves for digest in leave.approvals)],
        "break_glass": "; ".join(dict.fromkeys(leave.break_glass for leave in rollout.leaves if leave.break_glass)),
        "operator": begun.operator,
        "began": moment_text(begun.at),
        "ended": moment_text(rollout.last),
        "findings": [*sorted({item.code for item in found.findings})],
        "journal": {"identity": chain.identity, "lines": len(chain.links), "head": chain.head},
    }
