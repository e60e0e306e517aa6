"""A plan's file and the two workspaces that it leads between -> what it has of approvals now: what is asked before
anything is carried out.

The one idea: rules come from the base alone, and only from that base which the plan was made from; so no plan brings its
own judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from controller.approval.folder import FOLDER_SUFFIX, read_filed
from controller.approval.judging import judge_approval
from controller.approval.plan_checks import is_newer
from controller.approval.standing import ApprovalCase, ApprovalStanding, Signature
from controller.approval.statement_checks import check_statement
from controller.approval.touched import touched_by
from controller.jobs.digests import workspace_digest
from controller.jobs.pipeline import want
from controller.rollout.filed import FiledPlan, load_plan
from intents.approval import ApprovalRules
from intents.change_request import VIETNAM
from intents.finding import FindingsError, Where, make_finding, raise_errors
from intents.parser.signers import read_revoked
from intents.reason import because


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """What is asked. `plan`: its file; `base`, `workspace`: the folders that it was made from; `revoked`: a further list of
    revoked keys, None: only the base's."""

    plan: Path
    base: Path
    workspace: Path
    revoked: Path | None = None


def approval_of(request: ApprovalRequest, now: datetime, *, using: bool) -> ApprovalStanding:
    """Return what a plan has of approvals at a moment with a time zone. `using`: it is to be carried out now. FindingsError (no
    plan, no rules, other workspaces than it was made from), OSError."""
    return judge_approval(load_case(request, now), read_filed(request.plan), now, using=using)


def now_here() -> datetime:
    """Return the moment that it is, in the time of the place, whatever the machine's is."""
    return datetime.now(tz=VIETNAM)


def load_case(request: ApprovalRequest, now: datetime) -> ApprovalCase:
    """Return a plan with the rules of its base, what it touches, and what supersedes it; FindingsError, OSError."""
    plan = load_plan(request.plan)
    _check_digests(plan, request)
    base, after = want(request.base, plan.made_on), want(request.workspace, plan.made_on)
    if base.approval is None:
        raise FindingsError([make_finding("TR920", Where(file=str(request.base)), reason=because("approval_no_rules"))])
    rules = _revoke_more(base.approval, request.revoked)
    case = ApprovalCase(plan=plan, file=str(request.plan), touched=touched_by(plan, base, after), rules=rules)
    return replace(case, newer=tuple(_newer(request, case, now.astimezone(VIETNAM))))


def _check_digests(plan: FiledPlan, request: ApprovalRequest) -> None:
    pairs = (
        (request.base, plan.base, because("approval_other_base")),
        (request.workspace, plan.workspace, because("approval_other_workspace")),
    )
    found = [
        make_finding("TR921", Where(file=str(request.plan)), folder=folder, reason=reason)
        for folder, digest, reason in pairs
        if workspace_digest(folder) != digest
    ]
    if found:
        raise FindingsError(found)


def _revoke_more(rules: ApprovalRules, path: Path | None) -> ApprovalRules:
    """Return rules with a further list of revoked keys: it only ever takes away."""
    if path is None:
        return rules
    if not path.exists():
        raise FindingsError([make_finding("TR101", Where(file=str(path)), file=path)])
    revoked, findings = read_revoked(path, str(path))
    raise_errors(findings)
    return replace(rules, revoked=rules.revoked | revoked)


def _newer(request: ApprovalRequest, case: ApprovalCase, now: datetime) -> Iterator[str]:
    """Yield the serials of plans beside this one that were made from the same base, come later, and that somebody has signed."""
    for folder in sorted(request.plan.resolve().parent.glob(f"*{FOLDER_SUFFIX}")):
        file = folder.with_name(folder.name.removesuffix(FOLDER_SUFFIX))
        if file.name == request.plan.name or not file.is_file():
            continue
        try:
            other = load_plan(file)
        except FindingsError:
            continue  # what is no plan supersedes none
        if other.base == case.plan.base and is_newer(other.serial, case.plan.serial):
            of_other = replace(case, plan=other)
            if any(isinstance(check_statement(of_other, filed, now), Signature) for filed in read_filed(file)):
                yield other.serial
