"""A journal, the plans that were carried out and a head that was noted -> what is wrong, what is to be looked at.

The one idea: nothing is asked but files. Lines must follow one another and records must be able to; what a roll-out begins with
must be what its plan's file says, to the last digest: then what was read back is what the plan says, for nothing else can follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from controller.journal.chain import Link
from controller.journal.moments import moment_in_words
from controller.journal.reading import JournalText, read_journal
from controller.journal.records import Begun, Repaired, SignersKnown
from controller.journal.state import Leave, RolloutState
from controller.journal.targets import targets_of
from controller.rollout.filed import FiledPlan
from intents.finding import Finding, Severity, Where, make_finding
from intents.reason import because

ApprovalCheck = Callable[[Leave, Path | None], Iterable[Finding]]
"""Yields what is wrong with the approvals by which a roll-out went forward, broken glass included; the file of its plan is None
where it is not given."""
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What is held against what: a journal, plans by their files, a head that was noted earlier (None: none was), and who looks
    at signatures (None: nobody, which is said)."""

    path: Path
    plans: Mapping[Path, FiledPlan]
    head: str | None
    check_approvals: ApprovalCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What stands in a journal, and what was found."""

    text: JournalText
    findings: tuple[Finding, ...]

    @property
    def is_fine(self) -> bool:
        """Return whether nothing is wrong."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def flag_break_glass(journal: Path, leave: Leave) -> Iterator[Finding]:
    """Yield that a roll-out went by break-glass, if it says so: it stays flagged until a review of it was checked."""
    if leave.break_glass:
        where, severity, began = Where(file=str(journal)), Severity.WARNING, moment_in_words(leave.at)
        yield make_finding("TR983", where, severity=severity, reason=leave.break_glass, plan=leave.plan, began=began)


def audit(request: AuditRequest) -> Audit:
    """Return what is found; OSError, and FindingsError for a journal that is broken or none."""
    text = read_journal(request.path)
    rollouts = text.state.rollouts
    findings = [
        *_of_file(request, text),
        *_of_lines(request.path, text.chain.links),
        *_of_signers(request.path, text.chain.links),
        *_of_plans(request, rollouts),
        *(finding for rollout in rollouts for finding in _of_rollout(request, rollout)),
    ]
    return Audit(text=text, findings=tuple(findings))


def _of_file(request: AuditRequest, text: JournalText) -> Iterator[Finding]:
    chain, path = text.chain, request.path
    if chain.torn:
        where = Where(file=str(path), line=len(chain.links) + 1)
        yield make_finding("TR941", where, file=path, length=len(chain.torn))
    if request.head is not None and request.head not in {link.digest for link in chain.links}:
        yield make_finding("TR943", Where(file=str(path)), file=path, head=request.head)
    if request.check_approvals is None and text.state.rollouts:
        reason = because("audit_signatures_not_asked")
        yield make_finding("TR988", Where(file=str(path)), severity=Severity.INFO, reason=reason)


def _of_lines(path: Path, links: tuple[Link, ...]) -> Iterator[Finding]:
    before: datetime | None = None
    for link in links:
        record, line = link.record, link.sequence + 1
        if record is None:
            continue
        where = Where(file=str(path), line=line)
        if isinstance(record, Repaired):
            yield make_finding("TR980", where, severity=Severity.INFO, line=line, length=record.length)
        if before is not None and record.at < before:
            at = moment_in_words(record.at)
            yield make_finding("TR981", where, severity=Severity.WARNING, file=path, line=line, at=at)
        before = record.at


def _of_signers(path: Path, links: tuple[Link, ...]) -> Iterator[Finding]:
    """Yield who has accepted that more may sign than before."""
    known: tuple[str, ...] = ()
    for link in links:
        record = link.record
        if isinstance(record, SignersKnown):
            if record.accepted:
                more, at = "; ".join(sorted(set(record.rules) - set(known))), moment_in_words(record.at)
                where = Where(file=str(path), line=link.sequence + 1)
                yield make_finding(
                    "TR992", where, severity=Severity.WARNING, operator=record.accepted, at=at, rules=more
                )
            known = record.rules


def _of_plans(request: AuditRequest, rollouts: tuple[RolloutState, ...]) -> Iterator[Finding]:
    """Hold each plan's file against the roll-outs of its digest."""
    for file, plan in request.plans.items():
        begun = [rollout.begun for rollout in rollouts if rollout.begun.plan == plan.digest]
        if not begun:
            yield make_finding("TR944", Where(file=str(file)), file=file, reason=because("audit_plan_unknown"))
        for record in begun:
            differing = _differing(record, plan)
            if differing:
                reason = because("audit_plan_differs", parts=", ".join(differing))
                yield make_finding("TR944", Where(file=str(file)), file=file, reason=reason)


def _differing(begun: Begun, plan: FiledPlan) -> list[str]:
    parts: dict[str, tuple[object, object]] = {
        "base": (begun.base, plan.base),
        "workspace": (begun.workspace, plan.workspace),
        "devices": (begun.devices, targets_of(plan)),
        "waves": (begun.waves, tuple(wave.devices for wave in plan.waves)),
    }
    return [name for name, (one, other) in parts.items() if one != other]


def _of_leave(request: AuditRequest, leave: Leave, file: Path | None) -> Iterator[Finding]:
    if not leave.approvals and not leave.break_glass:
        reason, moment = because("audit_no_approval"), moment_in_words(leave.at)
        yield make_finding("TR945", Where(file=str(request.path)), reason=reason, plan=leave.plan, began=moment)
    check = request.check_approvals
    yield from flag_break_glass(request.path, leave) if check is None else check(leave, file)


def _of_rollout(request: AuditRequest, rollout: RolloutState) -> Iterator[Finding]:
    begun, path = rollout.begun, Where(file=str(request.path))
    file = next((file for file, plan in request.plans.items() if plan.digest == begun.plan), None)
    name, began = begun.plan, moment_in_words(begun.at)
    if file is None:
        yield make_finding("TR948", path, severity=Severity.WARNING, plan=name, began=began)
    for leave in rollout.leaves:
        yield from _of_leave(request, leave, file)
    if rollout.is_open:
        unsettled = [*rollout.unsettled[:_SHOWN], *(["…"] if len(rollout.unsettled) > _SHOWN else [])]
        yield make_finding(
            "TR949", path, severity=Severity.WARNING, devices=", ".join(unsettled) or "-", plan=name, began=began
        )
    for event in rollout.security:
        at = moment_in_words(event.at)
        where = Where(file=str(request.path), device=event.device)
        yield make_finding("TR984", where, severity=Severity.WARNING, at=at, device=event.device)
