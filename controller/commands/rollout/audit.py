"""`truc audit`: a journal held against itself, the plans that were carried out, and a head that was noted. It only reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from controller.journal.audit import ApprovalCheck, Audit, AuditRequest, audit
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.rollout.journal import print_audit
from controller.rollout.filed import FiledPlan, load_plan

Attest: TypeAlias = Callable[[Mapping[Path, FiledPlan], Audit], tuple[Path, ...]]
"""Writes a statement of what an audit found nothing wrong with; its libraries may not be installed."""


def audit_command(
    output: Output,
    path: Path,
    plans: tuple[Path, ...] = (),
    head: str | None = None,
    check_approvals: ApprovalCheck | None = None,
    attest: Attest | None = None,
) -> ExitCode:
    """Return whether anything is wrong with a journal; OSError, and FindingsError for one that is broken or none."""
    filed = {file: load_plan(file) for file in plans}
    found = audit(AuditRequest(path=path, plans=filed, head=head, check_approvals=check_approvals))
    made = attest(filed, found) if attest is not None and found.is_fine else ()
    print_audit(output, path, found)
    if not output.json:
        for file in made:
            output.say("wrote_file", file=file)
        output.say("next_audit" if found.is_fine else "next_audit_wrong")
    return ExitCode.FINE if found.is_fine else ExitCode.ERROR
