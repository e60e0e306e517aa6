"""A workspace and a day -> a report with what it was made from.

The one idea: the day decides everything: the objects that exist, the papers that were written, the rule packs that are in
force; so the report of a past day is the same command with that day.
"""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

from controller.jobs.digests import workspace_digest
from controller.jobs.pipeline import Wanted, address, want
from controller.office.catalogue import REPORTS, due_of
from controller.office.connections import registration
from controller.office.facts import OfficeFacts
from controller.office.report import Basis, Content, OfficeReport, ReportName
from intents.legal.registers import Record
from intents.rule_packs import rule_on

_GIT_SECONDS = 10


def make_report(folder: Path, name: ReportName, on: date | None) -> OfficeReport:
    """Return a report of a workspace; FindingsError, OSError. Writes nothing."""
    wanted = want(folder, on)
    kind = REPORTS[name]
    facts = OfficeFacts(wanted, address(wanted) if kind.needs_addresses else None)
    content = _registration(folder, facts) if kind.make is None else kind.make(facts)
    return OfficeReport(
        name=name,
        basis=basis_of(wanted, kind.requirements),
        due=due_of(name, wanted.on),
        figures=content.figures,
        tables=content.tables,
        notes=content.notes,
    )


def _registration(folder: Path, facts: OfficeFacts) -> Content:
    """Return the registration beside the day of the last one."""
    last = last_registration(facts)
    then = OfficeFacts(want(folder, last.day)) if last is not None else None
    return registration(facts, then, last)


def last_registration(facts: OfficeFacts) -> Record | None:
    """Return the newest registration before the day of the report."""
    earlier = [item for item in facts.registrations if item.day < facts.on]
    return earlier[-1] if earlier else None


def basis_of(wanted: Wanted, requirements: tuple[str, ...]) -> Basis:
    """Return what is said of where a report comes from."""
    commit, is_changed = commit_of(wanted.folder)
    return Basis(
        province=wanted.settings.province,
        on=wanted.on,
        commit=commit,
        is_changed=is_changed,
        digest=workspace_digest(wanted.folder),
        rules=tuple(rule_on(item, wanted.on) for item in requirements),
        missing=tuple(sorted(wanted.registers.missing)),
    )


def commit_of(folder: Path) -> tuple[str, bool]:
    """Return the commit that a workspace stands at, and whether files differ from it; "" if it is under no version control."""
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if not commit:
        return "", False
    # Where git can't say whether anything differs, nobody may read that nothing does.
    return commit, _git(folder, "status", "--porcelain", "--", ".") != ""


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what the user's own git says of a folder, writing nothing; None if it is not there, or refuses."""
    command = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False)  # noqa: S603 - no shell, fixed words
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
