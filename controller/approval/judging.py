"""A plan's case and the statements beside it -> what it has of approvals, and whether it may be carried out.

The one idea: persons are counted, not signatures. Of each domain that the plan touches, as many different persons as its risk
demands, none of whom wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from controller.approval.plan_checks import check_plan
from controller.approval.standing import ApprovalCase, ApprovalStanding, Shortage, Signature, persons_for
from controller.approval.statement import FiledStatement
from controller.approval.statement_checks import (
    TAMPERED,
    check_statement,
    is_author,
    keys_by_fingerprint,
    validity_faults,
)
from controller.approval.touched import names_in_short
from intents.approval import ApproverRole
from intents.change_request import VIETNAM
from intents.finding import Finding, Severity, Where, make_finding, sort_findings
from intents.reason import because
from intents.registry import Domain


def judge_approval(
    case: ApprovalCase, statements: Iterable[FiledStatement], now: datetime, *, using: bool = True
) -> ApprovalStanding:
    """Return what a plan has at a moment, in whatever zone it is given. `using`: it is to be carried out now, so its window must
    have begun. Whoever wrote the statements, and in whatever order they come, the same set is the same standing."""
    now = now.astimezone(VIETNAM)
    checked = [check_statement(case, filed, now) for filed in sorted(statements, key=lambda filed: filed.file)]
    signatures = tuple(item for item in checked if isinstance(item, Signature))
    refused = [item for item in checked if isinstance(item, Finding)]
    broken = tuple(item for item in signatures if item.statement.role is ApproverRole.BREAK_GLASS)
    unreviewed = tuple(item for item in broken if not is_reviewed(item, signatures))
    shortages = tuple(_shortages(case, signatures, now))
    findings = [*check_plan(case, now, using=using), *_missing(case, shortages, signatures, is_broken=bool(broken))]
    tampered = any(item.code in TAMPERED for item in refused)
    if not findings and not tampered:
        # Who is not needed any more keeps nobody back.
        refused = [replace(item, severity=Severity.WARNING) for item in refused]
    findings += [*refused, *(_unreviewed(item) for item in unreviewed)]
    return ApprovalStanding(
        case=case,
        signatures=signatures,
        shortages=shortages,
        findings=sort_findings(findings),
        broken_glass=broken,
        unreviewed=unreviewed,
    )


def _shortages(case: ApprovalCase, signatures: Sequence[Signature], now: datetime) -> Iterator[Shortage]:
    for domain, needed in case.needed().items():
        persons = persons_for(domain, signatures)
        if len(persons) < needed:
            candidates = tuple(sorted(_candidates(case, domain, persons, now)))
            yield Shortage(domain=domain, needed=needed, signed=len(persons), candidates=candidates)


def _candidates(case: ApprovalCase, domain: Domain, signed: frozenset[str], now: datetime) -> set[str]:
    """Return the names of those who may still sign for a domain."""
    rules = case.rules
    found = set()
    for key in keys_by_fingerprint(rules).values():
        approver = rules.approvers.get(key.principal)
        if approver is None or approver.domain is not domain or ApproverRole.APPROVER not in approver.roles:
            continue
        may = not is_author(case, approver) and key.fingerprint not in rules.revoked
        if may and approver.person not in signed and not any(validity_faults(rules, key, now)):
            found.add(approver.principal)
    return found


def _missing(
    case: ApprovalCase, shortages: Iterable[Shortage], signatures: Sequence[Signature], *, is_broken: bool
) -> Iterator[Finding]:
    """Yield what is not signed. Breaking the glass stands in for everybody but the Party's office."""
    where = Where(file=case.file)
    for item in shortages:
        is_party = item.domain is Domain.PARTY_OFFICE
        if is_broken and not is_party:
            continue
        yield make_finding(
            "TR933" if is_party else "TR932",
            where,
            domain=item.domain,
            needed=item.needed,
            signed=item.signed,
            candidates=", ".join(item.candidates) or because("nobody"),
            things=names_in_short(case.touched.domains[item.domain]),
        )
    waived = any(item.statement.role is ApproverRole.WAIVER for item in signatures)
    if case.plan.body.get("second_judge") is None and not waived:
        yield make_finding("TR938", where)


def is_reviewed(broken: Signature, signatures: Iterable[Signature]) -> bool:
    """Return whether another person has reviewed a break-glass signature."""
    return any(
        item.statement.role is ApproverRole.REVIEWER
        and item.statement.reviews == broken.digest
        and item.approver.person != broken.approver.person
        for item in signatures
    )


def _unreviewed(item: Signature) -> Finding:
    reason = because("role_unreviewed", reason=item.statement.reason)
    where = Where(file=item.file)
    return make_finding("TR937", where, severity=Severity.WARNING, principal=item.statement.principal, reason=reason)
