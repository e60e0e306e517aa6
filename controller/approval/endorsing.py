"""A key and a role -> one more statement beside a plan: signed, checked as everybody else will check it, and only then filed.

The one idea: who signs is told by the key, and whether they may is asked before they are bothered for a passphrase.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from controller.approval.folder import file_statement, read_filed
from controller.approval.judging import judge_approval
from controller.approval.plan_checks import check_plan
from controller.approval.signing import fingerprint_of_key, sign
from controller.approval.standing import ApprovalCase, ApprovalStanding
from controller.approval.statement import ApprovalStatement, FiledStatement, statement_bytes
from controller.approval.statement_checks import (
    check_statement,
    is_author,
    keys_by_fingerprint,
    role_faults,
    said_of,
    validity_faults,
)
from intents.approval import ApproverRole, SignerKey
from intents.finding import Finding, FindingsError, Where, make_finding, raise_errors
from intents.reason import because


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsement:
    """What somebody wants to sign: with which key (its private or its public file), as what, and why."""

    key: Path
    role: ApproverRole = ApproverRole.APPROVER
    reason: str = ""


def endorse(case: ApprovalCase, plan: Path, wanted: Endorsement, now: datetime) -> tuple[Path, ...]:
    """Sign a plan in its file; return the files of the new statements, () if it is signed so already. FindingsError, OSError."""
    raise_errors(check_plan(case, now, using=False))
    signer = _signer(case, wanted, now)
    standing = judge_approval(case, read_filed(plan), now, using=False)
    statements = tuple(_statements(case, standing, signer, wanted, now))
    return tuple(_file(case, plan, statement, wanted.key, now) for statement in statements)


def _signer(case: ApprovalCase, wanted: Endorsement, now: datetime) -> SignerKey:
    """Return the key in the rules of whoever signs; FindingsError if they may not."""
    fingerprint, where = fingerprint_of_key(wanted.key), Where(file=str(wanted.key))
    known = keys_by_fingerprint(case.rules).get(fingerprint)
    if known is None or known.principal not in case.rules.approvers:
        raise FindingsError([make_finding("TR928", where, principal=because("anybody"), key=fingerprint)])
    raise_errors(_faults(case, known, wanted, now, where))
    return known


def _faults(case: ApprovalCase, key: SignerKey, wanted: Endorsement, now: datetime, where: Where) -> Iterator[Finding]:
    approver = case.rules.approvers[key.principal]
    if key.fingerprint in case.rules.revoked:
        yield make_finding("TR929", where, principal=approver.principal, key=key.fingerprint)
    for reason in validity_faults(case.rules, key, now):
        yield make_finding("TR930", where, principal=approver.principal, reason=reason)
    if is_author(case, approver):
        yield make_finding("TR931", where, principal=approver.principal, person=approver.person)
    for reason in role_faults(approver, wanted.role, wanted.reason):
        yield make_finding("TR937", where, principal=approver.principal, reason=reason)


def _statements(
    case: ApprovalCase, standing: ApprovalStanding, signer: SignerKey, wanted: Endorsement, now: datetime
) -> Iterator[ApprovalStatement]:
    """Yield what is to be signed: one statement, or of a reviewer one for each signature that waits for them."""
    serial, author, decision = said_of(case)
    waiting = [""]
    if wanted.role is ApproverRole.REVIEWER:
        person = case.rules.approvers[signer.principal].person
        waiting = [item.digest for item in standing.unreviewed if item.approver.person != person]
        if not waiting:
            where, reason = Where(file=case.file), because("nothing_to_review")
            raise FindingsError([make_finding("TR937", where, principal=signer.principal, reason=reason)])
    signed = {(item.statement.principal, item.statement.role) for item in standing.signatures}
    if wanted.role is not ApproverRole.REVIEWER and (signer.principal, wanted.role) in signed:
        return
    for reviewed in waiting:
        yield ApprovalStatement(
            plan=case.plan.digest,
            serial=serial,
            author=author,
            decision_ref=decision,
            principal=signer.principal,
            role=wanted.role,
            reason=wanted.reason,
            moment=now.astimezone(UTC).replace(microsecond=0),
            reviews=reviewed,
        )


def _file(case: ApprovalCase, plan: Path, statement: ApprovalStatement, key: Path, now: datetime) -> Path:
    content = statement_bytes(statement)
    signature = sign(content, key)
    found = check_statement(case, FiledStatement(file=str(key), content=content, signature=signature), now)
    if isinstance(found, Finding):
        raise FindingsError([found])
    return file_statement(plan, statement, signature)
