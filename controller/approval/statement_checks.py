"""A filed statement -> the signature that it is, or why it does not count.

The one idea: everything is asked of the bytes and of the rules that stood before the plan; the first thing that is wrong is told,
each by a message of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from controller.approval.signatures import read_signature
from controller.approval.standing import ApprovalCase, Signature
from controller.approval.statement import (
    NAMESPACE,
    ApprovalStatement,
    FiledStatement,
    digest_of_statement,
    read_statement,
)
from intents.approval import ApprovalRules, Approver, ApproverRole, SignerKey, fingerprint_of
from intents.finding import Finding, Where, make_finding
from intents.reason import Reason, because

TAMPERED = frozenset({"TR925", "TR926", "TR927", "TR928"})
"""What nobody files by accident: such a statement is looked into, whoever else has signed."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of who signs and of who carries out may be apart."""
_WITH_REASON = frozenset({ApproverRole.BREAK_GLASS, ApproverRole.WAIVER})


def check_statement(case: ApprovalCase, filed: FiledStatement, now: datetime) -> Signature | Finding:
    """Return a statement as a signature of the plan that counts at a moment, or what is wrong with it."""
    where = Where(file=filed.file)
    statement = read_statement(filed.content)
    if statement is None:
        return make_finding("TR927", where, reason=because("statement_shape"))
    key = read_signature(filed.content, filed.signature)
    if isinstance(key, Reason):
        return make_finding("TR927", where, reason=key)
    fingerprint = fingerprint_of(key.blob)
    if key.namespace != NAMESPACE:
        return make_finding("TR926", where, found=key.namespace, wanted=NAMESPACE, key=fingerprint)
    known = next((item for item in case.rules.keys if item.blob == key.blob), None)
    if known is None or known.principal != statement.principal or known.principal not in case.rules.approvers:
        return make_finding("TR928", where, principal=statement.principal, key=fingerprint)
    approver = case.rules.approvers[known.principal]
    for finding in _wrong(case, statement, (known, approver), now, where):
        return finding
    digest = digest_of_statement(statement)
    return Signature(file=filed.file, digest=digest, statement=statement, approver=approver, fingerprint=fingerprint)


def _wrong(
    case: ApprovalCase, statement: ApprovalStatement, signer: tuple[SignerKey, Approver], now: datetime, where: Where
) -> Iterator[Finding]:
    """Yield what is wrong with a statement that a known key signed, what matters most first."""
    key, approver = signer
    who = statement.principal
    if statement.plan != case.plan.digest:
        yield make_finding("TR925", where, principal=who, found=statement.plan, wanted=case.plan.digest)
    if (statement.serial, statement.author, statement.decision_ref) != said_of(case):
        yield make_finding("TR927", where, reason=because("statement_says_other"))
    if key.fingerprint in case.rules.revoked:
        yield make_finding("TR929", where, principal=who, key=key.fingerprint)
    if key.namespaces and NAMESPACE not in key.namespaces:
        found = ", ".join(key.namespaces)
        yield make_finding("TR926", where, found=found, wanted=NAMESPACE, key=key.fingerprint)
    for reason in _out_of_time(case, statement, signer, now):
        yield make_finding("TR930", where, principal=who, reason=reason)
    if is_author(case, approver):
        yield make_finding("TR931", where, principal=who, person=approver.person)
    for reason in role_faults(approver, statement.role, statement.reason):
        yield make_finding("TR937", where, principal=who, reason=reason)


def said_of(case: ApprovalCase) -> tuple[str, str, str]:
    """Return what a statement repeats of a plan: serial, author, decision."""
    request = case.plan.request
    return (case.plan.serial, "", "") if request is None else (case.plan.serial, request.author, request.decision_ref)


def is_author(case: ApprovalCase, approver: Approver) -> bool:
    """Return whether a person wrote the plan, under whatever name of theirs (B13)."""
    author = said_of(case)[1]
    written_by = case.rules.approvers.get(author)
    return approver.principal == author or (written_by is not None and written_by.person == approver.person)


def role_faults(approver: Approver, role: ApproverRole, reason: str) -> Iterator[Reason]:
    """Yield why somebody may not sign as what they would."""
    if role not in approver.roles:
        yield because("role_not_held", role=role, roles=", ".join(sorted(approver.roles)))
    elif role in _WITH_REASON and not reason.strip():
        yield because("role_without_reason", role=role)


def validity_faults(rules: ApprovalRules, key: SignerKey, at: datetime) -> Iterator[Reason]:
    """Yield why a key, or whoever holds it, may not sign at a moment."""
    approver = rules.approvers[key.principal]
    if not approver.validity.holds(at.date()):
        yield because("approver_not_valid", moment=_shown(at))
    if not key.holds(at):
        yield because("signer_key_not_valid", fingerprint=key.fingerprint, moment=_shown(at))


def _out_of_time(
    case: ApprovalCase, statement: ApprovalStatement, signer: tuple[SignerKey, Approver], now: datetime
) -> Iterator[Reason]:
    """Yield what is wrong with the moment of a signature, and with its use now; a review stays one."""
    key, _ = signer
    signed = statement.moment.astimezone(now.tzinfo)
    if signed > now + CLOCKS_DIFFER:
        yield because("signed_ahead", moment=_shown(signed))
    if signed.date() < case.plan.made_on:
        yield because("signed_before_plan", moment=_shown(signed), made_on=case.plan.made_on)
    days = case.rules.settings.days
    yield from validity_faults(case.rules, key, signed)
    if statement.role is not ApproverRole.REVIEWER:
        yield from validity_faults(case.rules, key, now)
        if now - signed > timedelta(days=days):
            yield because("signed_too_long_ago", moment=_shown(signed), days=days)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def keys_by_fingerprint(rules: ApprovalRules) -> Mapping[str, SignerKey]:
    """Return the keys that may sign, by their fingerprints."""
    return {key.fingerprint: key for key in rules.keys}
