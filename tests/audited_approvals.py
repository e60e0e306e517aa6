"""Roll-outs of the signing office's plan, as a journal tells them, and what is wrong with their approvals: cases of goldens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from controller.apply.approvals_then import WorkspacesThen, approvals_then
from controller.approval.folder import approvals_folder
from controller.approval.statement import digest_of_statement
from controller.commands.rollout.attest import AttestOrder, write_attestation
from controller.journal.audit import Audit, AuditRequest, audit
from controller.journal.records import Aim, Record, Resumed
from controller.journal.state import Leave
from controller.journal.targets import begun_of, targets_of
from controller.output.canonical_json import Plain
from controller.rollout.filed import FiledPlan, load_plan
from intents.approval import ApproverRole
from intents.finding import Finding
from tests.approval_cases import stable
from tests.journal_cases import journal_bytes
from tests.journal_runs import Device, Run, digest
from tests.signing_office import NOW, Office, changed_bytes, copied, office, stated
from tests.signing_office import filed as file_signed

BEGAN = NOW.astimezone(UTC)
"""When the roll-outs begin: an hour and a half after people have signed."""
LATER = NOW + timedelta(days=30)
"""When somebody looks at them: plan, window and signatures are long over."""
Produce = Callable[[Path], object]
_NAME = re.compile("-[0-9a-f]{12}(?=[.]json)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A roll-out: the office with a plan of its own, and the journal's file."""

    office: Office
    journal: Path
    approvals: tuple[str, ...] = ()

    @property
    def plan(self) -> FiledPlan:
        return load_plan(self.office.plan)

    def sign(self, principal: str, *, other: FiledPlan | None = None, **fields: object) -> Night:
        """File a statement of the plan, or of another one, which the journal will name."""
        statement = stated(other or self.plan, principal, **fields)
        file_signed(self.office.plan, statement)
        return replace(self, approvals=(*self.approvals, digest_of_statement(statement)))

    def carry_out(self, *, at: datetime = BEGAN, break_glass: str = "") -> Night:
        """Write the journal of a roll-out that went well."""
        self.journal.write_bytes(journal_bytes(self.records(at, break_glass)))
        return self

    def take_up(self, at: datetime, *approvals: str) -> Night:
        """Write the journal of one that went well, and was taken up again with these approvals."""
        records = self.records(BEGAN, "")
        again = Resumed(at=at, operator="bình", aim=Aim.FORWARD, approvals=approvals)
        self.journal.write_bytes(journal_bytes((*records, again, replace(records[-1], at=at))))
        return self

    def records(self, at: datetime, break_glass: str = "") -> list[Record]:
        plan = self.plan
        devices = {item.device: Device(target=item) for item in targets_of(plan)}
        run = Run(chance=Random(1), devices=devices, write=lambda _: None, calm=True)  # noqa: S311 (the same each time)
        run.log(
            begun_of(
                plan, at=at, operator="an", approvals=self.approvals, tool="1", all_or_nothing=False,
                break_glass=break_glass,
            )
        )  # fmt: skip
        run.go()
        return [replace(record, at=at) for record in run.records]

    def audit(self, *folders: Path, revoked: Path | None = None, plans: Iterable[Path] | None = None) -> list[Finding]:
        """Return what is wrong, looked at by the base's rules, a month later."""
        return list(self.read(folders, revoked, plans).findings)

    def read(
        self, folders: tuple[Path, ...] = (), revoked: Path | None = None, plans: Iterable[Path] | None = None
    ) -> Audit:
        """Return the journal, audited."""
        given = folders or (self.office.base, self.office.after)
        check = approvals_then(WorkspacesThen(journal=self.journal, folders=given, revoked=revoked), LATER)
        files = (self.office.plan,) if plans is None else plans
        plans_by_file = {file: load_plan(file) for file in files}
        request = AuditRequest(path=self.journal, plans=plans_by_file, head=None, check_approvals=check)
        return audit(request)

    def leave(self) -> Leave:
        """Return by whose leave it begins."""
        return Leave(plan=self.plan.digest, at=BEGAN, approvals=self.approvals, break_glass="")


def night(folder: Path, **parts: Plain) -> Night:
    """Return a night whose plan has texts with real digests, and these parts of its file replaced; nobody has signed it."""
    own = copied(folder)
    device: Plain = {
        "device": "cpe-gia-sang", "platform": "cisco_ios", "running": digest("old"), "standing": digest("new"),
        "edits": [{"kind": "create", "section": [], "line": "ip prefix-list TRUC-PL-1 seq 5 permit 10.196.0.0/18 le 26"}],
        "back": [], "notices": [], "way_back": "revert timer",
    }  # fmt: skip
    own.plan.write_bytes(changed_bytes(**{"devices": [device], **parts}))
    return Night(office=own, journal=folder / "journal.jsonl")


def _told(of: Night, revoked: Path | None = None) -> object:
    """Return what is found, statements by names that are the same in every run."""
    found = stable(of.carry_out().audit(revoked=revoked))
    return tuple(
        replace(item, where=replace(item.where, file=_NAME.sub("-STATEMENT", item.where.file))) for item in found
    )


def _gone(folder: Path) -> object:
    of = night(folder).sign("an").sign("binh")
    for file in approvals_folder(of.office.plan).glob("an-*"):
        file.unlink()
    return _told(of)


def _revoked(folder: Path) -> object:
    list_of_then = folder / "revoked"
    list_of_then.write_text((office().keys / "an.pub").read_text(encoding="utf-8"), encoding="utf-8")
    return _told(night(folder).sign("an").sign("binh"), revoked=list_of_then)


def _not_asked(folder: Path) -> object:
    of = night(folder).sign("an").carry_out()
    return audit(AuditRequest(path=of.journal, plans={}, head=None)).findings


def _stated_twice(folder: Path) -> object:
    of = night(folder).carry_out()
    return write_attestation(AttestOrder(out=of.journal, key=None, now=LATER), {}, of.read())


AUDITED: Mapping[str, Produce] = {
    "TR985-gone": _gone,
    "TR986-revoked": _revoked,
    "TR987-waiver-only": lambda folder: _told(night(folder).sign("binh", role=ApproverRole.WAIVER, reason="bảo trì")),
    "TR988-not-asked": _not_asked,
    "TR989-there-already": _stated_twice,
    "TR988-other-folder": lambda folder: stable(night(folder).sign("an").carry_out().audit(office().after)),
}
