"""By whose leave a roll-out went forward, its plan's file and the workspaces of that time -> whether it had what it needed then.

The one idea: nothing is asked of now. Only what the journal names counts, and it is judged by the rules of the base, at the
moment at which the roll-out began or was taken up again; but for reviews, which come afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.approval.folder import read_filed
from controller.approval.gate import ApprovalRequest, load_case
from controller.approval.judging import is_reviewed, judge_approval
from controller.approval.standing import ApprovalCase, Signature
from controller.approval.statement import FiledStatement, digest_of_statement, read_statement
from controller.approval.statement_checks import CLOCKS_DIFFER, check_statement
from controller.jobs.digests import workspace_digest
from controller.journal.audit import ApprovalCheck, flag_break_glass
from controller.journal.moments import moment_in_words
from controller.journal.state import Leave
from controller.rollout.filed import load_plan
from intents.approval import ApproverRole
from intents.change_request import VIETNAM
from intents.finding import Finding, FindingsError, Severity, Where, make_finding
from intents.reason import Reason, because


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspacesThen:
    """What signatures are held against: the workspaces that plans were made from and lead to, in any order (they are told by
    their digests), and the list of keys that were revoked beside those of the bases (None: no other was)."""

    journal: Path
    folders: tuple[Path, ...]
    revoked: Path | None = None


def approvals_then(then: WorkspacesThen, now: datetime) -> ApprovalCheck:
    """Return who looks at the approvals of roll-outs; `now` is for reviews only. OSError."""
    folders = {workspace_digest(folder): folder for folder in then.folders}

    def check(leave: Leave, file: Path | None) -> Iterator[Finding]:
        where = Where(file=str(then.journal))
        if file is None:
            yield make_finding(
                "TR988", where, severity=Severity.WARNING, reason=because("audit_signatures_no_plan", plan=leave.plan)
            )
            yield from flag_break_glass(then.journal, leave)
            return
        plan = load_plan(file)
        missing = [digest for digest in (plan.base, plan.workspace) if digest not in folders]
        if missing:
            reason = because("audit_signatures_no_folder", plan=leave.plan, digests=", ".join(missing))
            yield make_finding("TR988", where, reason=reason)
            yield from flag_break_glass(then.journal, leave)
            return
        base, after = folders[plan.base], folders[plan.workspace]
        request = ApprovalRequest(plan=file, base=base, workspace=after, revoked=then.revoked)
        try:
            # What supersedes it was signed by then, by the clock of whoever signed it: a later plan takes nothing from this one.
            case = load_case(request, leave.at - CLOCKS_DIFFER)
        except FindingsError as error:
            yield from error.findings
            yield from flag_break_glass(then.journal, leave)
            return
        yield from judge_then(case, leave, read_filed(file), then.journal, now)

    return check


def judge_then(
    case: ApprovalCase, leave: Leave, filed: Sequence[FiledStatement], journal: Path, now: datetime
) -> Iterator[Finding]:
    """Yield what is wrong with the approvals of a roll-out of a case's plan, statements beside its file given."""
    place, began, moment = Where(file=str(journal)), moment_in_words(leave.at), leave.at.astimezone(VIETNAM)
    named = {digest: item for item in filed if (digest := _digest(item)) in leave.approvals}
    for digest in leave.approvals:
        if digest not in named:
            yield make_finding(
                "TR985", place, approval=digest, began=began, file=case.file, reason=_trace(digest, filed)
            )
    counted: list[FiledStatement] = []
    for statement in named.values():
        found = check_statement(case, statement, moment)
        if isinstance(found, Signature):
            counted.append(statement)
        else:
            yield make_finding("TR986", Where(file=statement.file), began=began, reason=_void(found))
    standing = judge_approval(case, counted, moment, using=True)
    for finding in standing.findings:
        if finding.severity is Severity.ERROR:
            yield make_finding("TR987", place, plan=leave.plan, began=began, reason=_short(finding))
    said = "; ".join(item.statement.reason for item in standing.broken_glass)
    if said != leave.break_glass:
        reason = because("audit_glass_differs", said=leave.break_glass or "-", signed=said or "-")
        yield make_finding("TR987", place, plan=leave.plan, began=began, reason=reason)
    if not standing.broken_glass or not _are_reviewed(case, standing.broken_glass, filed, now):
        yield from flag_break_glass(journal, leave)


def _are_reviewed(
    case: ApprovalCase, broken: Sequence[Signature], filed: Sequence[FiledStatement], now: datetime
) -> bool:
    """Return whether others have reviewed all signatures that broke the glass, up to now."""
    found = [check_statement(case, item, now) for item in filed]
    reviews = [item for item in found if isinstance(item, Signature) and item.statement.role is ApproverRole.REVIEWER]
    return all(is_reviewed(item, reviews) for item in broken)


def _digest(filed: FiledStatement) -> str:
    statement = read_statement(filed.content)
    return "" if statement is None else digest_of_statement(statement)


def _trace(digest: str, filed: Sequence[FiledStatement]) -> Reason:
    """Return what is left of a statement that can't be found: a file of its name that holds something else, or nothing."""
    short = digest.removeprefix("sha256:")[:12]
    for item in filed:
        if Path(item.file).stem.endswith(f"-{short}"):
            return because("audit_approval_changed", file=item.file)
    return because("audit_approval_gone")


def _void(finding: Finding) -> Reason:
    """Return why a statement did not count, as a part of a sentence."""
    said = dict(finding.values)
    match finding.code:
        case "TR925":
            return because("void_other_plan", found=said["found"])
        case "TR926":
            return because("void_for_other", found=said["found"])
        case "TR928":
            return because("void_unknown_key", fingerprint=said["key"], principal=said["principal"])
        case "TR929":
            return because("void_revoked_key", fingerprint=said["key"], principal=said["principal"])
        case "TR931":
            return because("void_by_author", person=said["person"])
        case _:
            return _own(said)


def _short(finding: Finding) -> Reason:
    """Return why approvals were not enough, or why none would have been, as a part of a sentence."""
    said = dict(finding.values)
    match finding.code:
        case "TR922":
            return because("short_other_day", first=said["first"], last=said["last"])
        case "TR923":
            return because("short_window", window=said["window"], reason=said["reason"])
        case "TR924":
            return because("short_superseded", newer=said["newer"])
        case "TR932" | "TR933":
            return because(
                "short_persons",
                domain=said["domain"],
                needed=said["needed"],
                signed=said["signed"],
                things=said["things"],
            )
        case "TR934":
            return because("short_agreement", request=said["request"])
        case "TR938":
            return because("short_waiver")
        case _:
            return _own(said)


def _own(said: dict[str, str | Reason]) -> Reason:
    """Return the reason that a finding gives itself."""
    reason = said["reason"]
    assert isinstance(reason, Reason)
    return reason
