"""An audited journal and a plan of it -> what is stated of the applied plan, as canonical bytes, and back.

The one idea: a statement stands alone. It is an in-toto Statement (v1): its subjects are the devices by the digests of the texts
that stand, its predicate says by what plan, whose leave, which judges, and what nobody has judged; so whoever has the file and
the keys needs neither the journal nor a workspace.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.journal.audit import Audit
from controller.journal.records import Begun, Confirmed, Reopened, RolloutOutcome, WentBack
from controller.journal.state import RolloutState, outcome_in_words
from controller.output.canonical_json import Plain, canonical_bytes
from controller.rollout.filed import FiledPlan
from intents.reason import Reason, because

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://truc.invalid/applied-plan/v1"
"""A name, no address: the top-level domain `invalid` (RFC 2606) is nobody's, so nobody else can ever mean something by it."""
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_PREFIX = "sha256:"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedStatement:
    """What is stated of an applied plan. `subjects`: digests of the texts that stand, by device; `predicate`: all else;
    `audited`: when it was looked at, which is when it is signed."""

    subjects: Mapping[str, str]
    predicate: Mapping[str, Plain]
    audited: datetime

    @property
    def plan(self) -> str:
        """The digest of the plan."""
        return str(self.predicate["plan"])


def applied_bytes(statement: AppliedStatement) -> bytes:
    """Return what is signed: canonical JSON, ended by a newline."""
    subjects: list[Plain] = [
        {"name": name, "digest": {"sha256": digest.removeprefix(_PREFIX)}}
        for name, digest in sorted(statement.subjects.items())
    ]
    return _bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": PREDICATE_TYPE,
            "predicate": dict(statement.predicate),
        }
    )


def read_applied(content: bytes) -> AppliedStatement | None:
    """Return the statement that some bytes are; None for any others."""
    try:
        whole = json.loads(content)
        if (whole["_type"], whole["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
            return None
        predicate = whole["predicate"]
        statement = AppliedStatement(
            subjects={item["name"]: _PREFIX + item["digest"]["sha256"] for item in whole["subject"]},
            predicate=predicate,
            audited=datetime.strptime(predicate["audited"], _MOMENT).replace(tzinfo=UTC),
        )
        is_whole = predicate.keys() == _FIELDS and applied_bytes(statement) == content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return statement if is_whole else None


def applied_statement(plan: FiledPlan, found: Audit, audited: datetime) -> AppliedStatement | Reason:
    """Return what is stated of a plan that an audit found nothing wrong with, or why nothing is."""
    rollouts = [item for item in found.text.state.rollouts if item.begun.plan == plan.digest]
    if not rollouts:
        return because("audit_plan_unknown")
    rollout = rollouts[-1]
    if rollout.ended is None:
        return because("applied_not_over")
    if rollout.outcome is not RolloutOutcome.APPLIED or rollout.ended.outcome is not RolloutOutcome.APPLIED:
        return because("applied_otherwise", outcome=outcome_in_words(rollout.outcome))
    moment = _moment(audited)
    return AppliedStatement(
        subjects=dict(_standing(found, rollout.begun)),
        predicate=_predicate(plan, found, rollout, moment),
        audited=datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC),
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


_FIELDS = frozenset({
    *("plan", "serial", "decision_ref", "base", "workspace", "judges", "verdicts", "not_modelled"),
    *("approvals", "break_glass", "operator", "began", "ended", "audited", "findings", "journal"),
})  # fmt: skip


def _predicate(plan: FiledPlan, found: Audit, rollout: RolloutState, audited: str) -> dict[str, Plain]:
    begun, chain = rollout.begun, found.text.chain
    return {
        "plan": plan.digest,
        "serial": plan.serial,
        "decision_ref": "" if plan.request is None else plan.request.decision_ref,
        "base": plan.base,
        "workspace": plan.workspace,
        "judges": [{"name": "truc", "version": begun.tool}, *_second(plan)],
        "verdicts": _verdicts(plan),
        "not_modelled": _not_modelled(plan),
        "approvals": [*dict.fromkeys(digest for leave in rollout.leaves for digest in leave.approvals)],
        "break_glass": "; ".join(dict.fromkeys(leave.break_glass for leave in rollout.leaves if leave.break_glass)),
        "operator": begun.operator,
        "began": _moment(begun.at),
        "ended": _moment(rollout.last),
        "audited": audited,
        "findings": [*sorted({item.code for item in found.findings})],
        "journal": {"identity": chain.identity, "lines": len(chain.links), "head": chain.head},
    }


def _second(plan: FiledPlan) -> list[Plain]:
    judge = plan.body.get("second_judge")
    return [] if judge is None else [judge]


def _verdicts(plan: FiledPlan) -> dict[str, Plain]:
    """Return how many questions of how many states were asked, and how many held."""
    states = [state for state in _list(_object(plan.body.get("proof")).get("states")) if isinstance(state, dict)]
    asked, wrong = (sum(_count(state.get(name)) for state in states) for name in ("questions", "wrong"))
    return {"states": len(states), "asked": asked, "held": asked - wrong}


def _not_modelled(plan: FiledPlan) -> dict[str, Plain]:
    """Return what the plan itself says that nobody has judged, or that was taken for granted."""
    ways_in = _object(_object(plan.body.get("proof")).get("ways_in"))
    return {
        "second_judge": plan.body.get("second_judge") is None,
        "returns_not_proved": _list(_object(ways_in.get("returns")).get("not_proved")),
        "ways_in_rest_on": _list(ways_in.get("rests_on")),
    }


def _object(part: Plain) -> dict[str, Plain]:
    return part if isinstance(part, dict) else {}


def _list(part: Plain) -> list[Plain]:
    return part if isinstance(part, list) else []


def _count(part: Plain) -> int:
    return part if isinstance(part, int) else 0


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):{_MOMENT}}"


def _bytes(body: dict[str, Plain]) -> bytes:
    return canonical_bytes(body) + b"\n"
