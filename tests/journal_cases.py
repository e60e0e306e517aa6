"""Journals and what is wrong with each: cases of the goldens in tests/errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from controller.commands.rollout.history import history_command
from controller.journal.audit import AuditRequest, audit
from controller.journal.chain import first_line, next_line
from controller.journal.file import open_journal
from controller.journal.holder import Holder
from controller.journal.records import (
    Alarm,
    Checked,
    Confirmed,
    Ended,
    ReadBack,
    Record,
    Repaired,
    RolloutOutcome,
    SecurityEvent,
    Sending,
    Taken,
    WaveBegun,
    WaveEnded,
)
from controller.output.terminal import Output
from controller.rollout.filed import FiledPlan, read_plan
from controller.rollout.plan import plan_bytes
from intents.finding import Finding
from tests.journal_runs import NOW, begun, digest, target
from tests.power_cuts import FullDisk
from tests.test_controller_planning import planned

Produce = Callable[[Path], object]
A = target("cpe-1", 3, 2)
BEGUN = begun((A,), (("cpe-1",),))
CHECKED = Checked(at=NOW, device="cpe-1", digest=A.running)
WAVE = WaveBegun(at=NOW, number=1, devices=("cpe-1",))
SENDING = Sending(at=NOW, device="cpe-1", first=1, last=3)
WHOLE: tuple[Record, ...] = (
    BEGUN,
    CHECKED,
    WAVE,
    SENDING,
    Taken(at=NOW, device="cpe-1", edits=3),
    ReadBack(at=NOW, device="cpe-1", digest=A.standing, edits=3),
    Confirmed(at=NOW, device="cpe-1", digest=A.standing),
    WaveEnded(at=NOW, number=1),
    Ended(at=NOW, outcome=RolloutOutcome.APPLIED),
)
HOLDER = Holder(operator="an", host="noc-1", process=7, since=NOW)


def journal_bytes(records: Iterable[Record], identity: str = "made-up") -> bytes:
    """Return the journal of some records, whether they can follow one another or not."""
    link, line = first_line(identity)
    lines = [line]
    for record in records:
        link, line = next_line(link, record)
        lines.append(line)
    return b"".join(lines)


def audited(
    data: bytes, plans: Mapping[Path, FiledPlan] | None = None, head: str | None = None
) -> Callable[[Path], tuple[Finding, ...]]:
    """Return a case that audits a journal of these bytes."""

    def produce(folder: Path) -> tuple[Finding, ...]:
        path = folder / "journal.jsonl"
        path.write_bytes(data)
        return audit(AuditRequest(path=path, plans=plans or {}, head=head)).findings

    return produce


def _locked(folder: Path) -> object:
    with open_journal(folder / "journal.jsonl", HOLDER):
        return open_journal(folder / "journal.jsonl", HOLDER)


def _link(folder: Path) -> object:
    (folder / "link.jsonl").symlink_to("journal.jsonl")
    return open_journal(folder / "link.jsonl", HOLDER)


def _full(folder: Path) -> object:
    with open_journal(folder / "journal.jsonl", HOLDER, disk=FullDisk.with_room(400)) as journal:
        return journal.append(BEGUN)


def _history(folder: Path) -> object:
    path = folder / "journal.jsonl"
    path.write_bytes(journal_bytes(WHOLE))
    return history_command(Output("en"), path, "cpe-2")


def _other_plan(folder: Path) -> object:
    filed = read_plan(plan_bytes(planned("add a site")), Path("plan.json"))
    return audited(journal_bytes(WHOLE), {Path("plan.json"): filed})(folder)


BROKEN = journal_bytes(WHOLE).replace(b'"first":1', b'"first":2')
EVENT = SecurityEvent(at=NOW, device="cpe-1", what=Alarm.WRONG_HOST_KEY)

JOURNALS: Mapping[str, Produce] = {
    "TR940-changed": audited(BROKEN),
    "TR941-half-a-line": audited(journal_bytes(WHOLE) + b'{"before":"sha'),
    "TR942-unchecked": audited(journal_bytes((BEGUN, WAVE, SENDING))),
    "TR943-cut-off": audited(journal_bytes(WHOLE[:-1]), head=digest("the line that was last")),
    "TR944-another-plan": _other_plan,
    "TR945-nobody-signed": audited(journal_bytes((replace(BEGUN, approvals=()), *WHOLE[1:]))),
    "TR946-twice": _locked,
    "TR947-full": _full,
    "TR948-not-given": audited(journal_bytes(WHOLE)),
    "TR949-half-way": audited(journal_bytes(WHOLE[:4])),
    "TR977-link": _link,
    "TR980-repaired": audited(journal_bytes((*WHOLE, Repaired(at=NOW, length=17, digest=digest("torn"))))),
    "TR981-clock": audited(journal_bytes((BEGUN, replace(CHECKED, at=NOW - timedelta(hours=7))))),
    "TR982-stranger": _history,
    "TR983-in-the-night": audited(journal_bytes((replace(BEGUN, break_glass="đứt cáp, hội đồng không họp được"),))),
    "TR984-wrong-key": audited(journal_bytes((BEGUN, EVENT))),
}
