"""Registers: what is read of them, what is wrong with a row, and references that lead to no paper, or to one that can't allow.

Each case changes one cell of the small example and looks at what `truc validate` finds.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from controller.jobs.pipeline import want
from examples.registers import write_registers
from intents.finding import Finding, FindingsError, Severity
from intents.legal.registers import LegalException, Register, registers_as_at
from intents.messages import LANGUAGES, describe
from intents.registry import Validity

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "examples" / "small"
QUIET = {"TR307"}
"""What the example's own intents are told of."""


def changed(folder: Path, *edits: tuple[str, str, str]) -> Path:
    """Return a copy of the small example in which each text stands for another one, once."""
    workspace = folder / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    for file, old, new in edits:
        path = workspace / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (file, old, text.count(old))
        path.write_text(text.replace(old, new), encoding="utf-8")
    return workspace


def found_in(workspace: Path, on: date | None = None) -> tuple[Finding, ...]:
    try:
        found = want(workspace, on).findings
    except FindingsError as error:
        found = error.findings
    return tuple(item for item in found if item.code not in QUIET)


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    """Return code, requirement and place of each."""
    return [(item.code, item.rule.requirement if item.rule else "", str(item.where)) for item in findings]


def test_the_examples_are_what_their_script_makes(tmp_path: Path) -> None:
    for name in ("small", "thai-nguyen"):
        folder = tmp_path / name
        shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("out"))
        write_registers(folder)
        for register in Register:
            assert (folder / register).read_bytes() == (ROOT / "examples" / name / register).read_bytes(), register


def test_an_example_in_order_has_nothing_to_tell() -> None:
    assert found_in(SMALL) == ()
    wanted = want(SMALL, None)
    assert wanted.registers.missing == frozenset()
    assert {item.system for item in wanted.registry.attachments.values() if item.system} <= {
        item.subject for item in wanted.registers.assessments.values()
    }


def test_registers_that_are_not_kept_are_told_once_with_what_nobody_checks(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    (workspace / Register.RECORDS).unlink()
    (workspace / Register.BUDGET).unlink()
    (told_of,) = found_in(workspace)
    assert (told_of.code, told_of.severity) == ("TR160", Severity.WARNING)
    text = describe(told_of, "en")
    assert (
        "no budget.csv, records.csv: nothing checks A17, A21, A22, A23, B03, B04, B05, B06, B12, E12 against them"
        in text
    )


WRONG_ROWS: tuple[tuple[str, tuple[str, str, str], str, str], ...] = (
    ("a kind that is none", ("records.csv", ",inspection,", ",look,"), "TR116", "records.csv:3:21"),
    ("no day", ("records.csv", ",inspection,2026-05-18,", ",inspection,,"), "TR131", "records.csv"),
    ("a day that is none", ("records.csv", ",inspection,2026-05-18,", ",inspection,18.5,"), "TR118", "records.csv"),
    ("a level of access that is none", ("enterprises.csv", "Viettel Thái Nguyên (hư cấu),2,", "VTN,3,"), "TR122", "enterp"),
    ("a security level that is none", ("enterprises.csv", "Viettel Thái Nguyên (hư cấu),2,3,", "VTN,2,9,"), "TR122", "enterp"),
    ("a span that is none", ("rooms.csv", "pop-1,dept_ict,machine_room,20-25", "pop-1,dept_ict,machine_room,25-20"),
     "TR163", "rooms.csv"),
    ("a row that stands twice", ("budget.csv", "dang-uy-phan-dinh-phung-dang,2026", "dang-uy-gia-sang-dang,2026"),
     "TR161", "budget.csv:4:1"),
    ("over before it was made", ("assessments.csv", "16/BC-ATTT (hư cấu),budget,Trung tâm Ứng cứu sự cố (hư cấu),2025-06-10",
     "16/BC-ATTT (hư cấu),budget,Trung tâm Ứng cứu sự cố (hư cấu),2026-08-10"), "TR165", "assessments.csv:3"),
    ("mended before it broke", ("incidents.csv", "vnpt-tn,2026-02-14", "vnpt-tn,2026-02-13"), "TR165", "incidents.csv:3"),
    ("yes or no", ("rooms.csv", "pop-1,dept_ict,machine_room,20-25,40-55,yes", "pop-1,dept_ict,machine_room,20-25,40-55,x"),
     "TR116", "rooms.csv"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "code", "place"), [case[1:] for case in WRONG_ROWS], ids=[case[0] for case in WRONG_ROWS]
)
def test_a_wrong_row_is_an_error_at_its_place(
    edit: tuple[str, str, str], code: str, place: str, tmp_path: Path
) -> None:
    (found,) = found_in(changed(tmp_path, edit))
    assert (found.code, found.severity) == (code, Severity.ERROR)
    assert str(found.where).startswith(place)
    assert all(describe(found, language) for language in LANGUAGES)


NOT_THERE = (
    ("records.csv", ",inspection,2026-05-18,dept_ict,", ",inspection,2026-05-18,so-khac,"),
    ("rooms.csv", "pop-1,dept_ict", "pop-9,dept_ict"),
    ("rooms.csv", "pop-1,dept_ict", "pop-1,nobody"),
    ("budget.csv", "dang-uy-gia-sang-dang,2026", "dang-uy-gia-sang,2026"),
    ("incidents.csv", ",cable,gia-sang-1,", ",cable,gia-sang-9,"),
    ("incidents.csv", ",vnpt-tn,", ",vnpt,"),
    ("assessments.csv", "16/BC-ATTT/2026 (hư cấu),budget,", "16/BC-ATTT/2026 (hư cấu),budgets,"),
)


@pytest.mark.parametrize("edit", NOT_THERE, ids=[edit[2] for edit in NOT_THERE])
def test_a_row_about_what_is_not_there_is_told_and_left_out(edit: tuple[str, str, str], tmp_path: Path) -> None:
    found = found_in(changed(tmp_path, edit))
    (row,) = (item for item in found if item.code == "TR162")
    assert row.severity is Severity.WARNING
    assert row.where.file == edit[0]


ATTACHMENT = "so-khcn-cq,so-khcn,tru-so-khcn,government,60,vpn,main,,1/CV-ĐK (hư cấu),12/QĐ-UBND (hư cấu),,,2025-07-01,"
FURTHER = "so-tai-chinh-cq-2,so-tai-chinh,tru-so-gia-sang,government,12,vpn,justified,05/TTr-STC (hư cấu)"
WRONG_REFERENCES: tuple[tuple[str, tuple[str, str, str], tuple[str, str]], ...] = (
    ("any string for a decision", ("attachments.csv", ATTACHMENT, ATTACHMENT.replace("12/QĐ-UBND (hư cấu)", "x")),
     ("TR430", "A22")),
    ("a dash for a request", ("attachments.csv", ATTACHMENT, ATTACHMENT.replace("1/CV-ĐK (hư cấu)", "-")), ("TR430", "A22")),
    ("a request for a decision",
     ("attachments.csv", ATTACHMENT, ATTACHMENT.replace("12/QĐ-UBND (hư cấu)", "1/CV-ĐK (hư cấu)")), ("TR431", "A22")),
    ("the request of another organisation",
     ("attachments.csv", ATTACHMENT, ATTACHMENT.replace("1/CV-ĐK (hư cấu)", "4/CV-ĐK (hư cấu)")),
     ("TR432", "A22")),
    ("a decision of the department",
     ("records.csv", "\n21/QĐ-UBND (hư cấu),decision,2025-06-16,provincial_pc",
      "\n21/QĐ-UBND (hư cấu),decision,2025-06-16,dept_ict"),
     ("TR432", "A22")),
    ("a decision after the start",
     ("records.csv", "\n21/QĐ-UBND (hư cấu),decision,2025-06-16", "\n21/QĐ-UBND (hư cấu),decision,2025-07-02"),
     ("TR433", "A22")),
    ("a decision that is still to come",
     ("records.csv", "\n21/QĐ-UBND (hư cấu),decision,2025-06-16", "\n21/QĐ-UBND (hư cấu),decision,2027-02-01"),
     ("TR433", "A22")),
    ("no justification of that number", ("attachments.csv", FURTHER, FURTHER.replace("05/TTr", "06/TTr")), ("TR430", "A17")),
    ("a local request that is not there", ("records.csv", "\n7/CV-ĐK (hư cấu),request", "\n70/CV-ĐK (hư cấu),request"),
     ("TR430", "B05")),
    ("an intent's decision", ("intents/government.yaml", '"120/QĐ-UBND (hư cấu)"', '"qwerty"'), ("TR430", "A22")),
    ("an agreement that is a request", ("counterparts.csv", "6/TT cuc-bdtw (hư cấu)", "1/CV-ĐK (hư cấu)"), ("TR431", "B04")),
    ("money that nobody decided on", ("budget.csv", "dang-uy-gia-sang-dang,2026,local,12,7/QĐ-UBND",
     "dang-uy-gia-sang-dang,2026,local,12,77/QĐ-UBND"), ("TR430", "A21")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "wanted"), [case[1:] for case in WRONG_REFERENCES], ids=[case[0] for case in WRONG_REFERENCES]
)
def test_a_reference_that_cannot_allow_anything_is_found(
    edit: tuple[str, str, str], wanted: tuple[str, str], tmp_path: Path
) -> None:
    found = found_in(changed(tmp_path, edit))
    assert {item[:2] for item in told(found)} == {wanted}
    assert all(describe(item, language) for item in found for language in LANGUAGES)


def test_a_paper_that_ended_allows_nothing_after_its_end(tmp_path: Path) -> None:
    rows = [
        row for row in (SMALL / "records.csv").read_text(encoding="utf-8").splitlines() if row.startswith("21/QĐ-UBND")
    ]
    assert len(rows) == 1
    workspace = changed(tmp_path, ("records.csv", rows[0], f"{rows[0].removesuffix(',,')},,2026-06-30"))
    assert {item[:2] for item in told(found_in(workspace))} == {("TR434", "A22")}
    assert found_in(workspace, date(2026, 6, 30)) == ()


def test_money_of_a_year_is_not_asked_about_on_days_of_another(tmp_path: Path) -> None:
    assert [item.code for item in found_in(SMALL, date(2025, 6, 30)) if item.code.startswith("TR43")] == []
    unpaid = ("budget.csv", "so-khcn-qt,2026,provincial,24,7/QĐ-UBND", "so-khcn-qt,2026,provincial,24,77/QĐ-UBND")
    workspace = changed(tmp_path, unpaid)
    assert {item[:2] for item in told(found_in(workspace)) if item[1] == "A21"} == {("TR430", "A21")}
    codes = {item.code for item in found_in(workspace, date(2025, 12, 31))}
    assert "TR451" in codes
    assert "TR430" not in codes


def test_an_issuer_that_was_renamed_is_still_the_issuer(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    rename(workspace, "so-tai-chinh", "so-tc")
    assert {item.code for item in found_in(workspace) if item.severity is Severity.ERROR} == set()
    records = want(workspace, None).registers.records
    assert "so-tc" in {item.issuer for item in records.values()}
    assert "so-tai-chinh" not in {item.issuer for item in records.values()}


def rename(workspace: Path, before: str, after: str) -> None:
    """Call an organisation otherwise wherever the tables and intents name it, but in the registers."""
    path = workspace / "organisations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    head = next(at for at, line in enumerate(lines) if not line.startswith("#"))
    lines[head] += ",renamed_from"
    for at in range(head + 1, len(lines)):
        own = lines[at].startswith(f"{before},")
        lines[at] = f"{lines[at].replace(f'{before},', f'{after},', 1)},{before}" if own else f"{lines[at]},"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    edits: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("attachments.csv", lambda text: text.replace(f",{before},tru-so", f",{after},tru-so")),
        ("systems.yaml", lambda text: text.replace(f"owner: {before}\n", f"owner: {after}\n")),
        ("intents/government.yaml", lambda text: text.replace(f"[{before}]", f"[{after}]")),
    )
    for file, edit in edits:
        where = workspace / file
        where.write_text(edit(where.read_text(encoding="utf-8")), encoding="utf-8")


def test_what_is_not_yet_written_is_not_there_on_an_earlier_day() -> None:
    registers = want(SMALL, None).registers
    before = registers_as_at(registers, date(2026, 3, 1))
    assert "SC-1/2026 (hư cấu)" in before.incidents
    assert "SC-2/2026 (hư cấu)" not in before.incidents
    assert "16/BC-ATTT (hư cấu)" in before.assessments
    assert "16/BC-ATTT/2026 (hư cấu)" not in before.assessments
    assert {item.reported_on for item in before.enterprises.values()} == {None}
    assert {(item.inventoried_on, item.condition) for item in before.rooms.values()} == {(None, None)}


def test_what_rests_on_a_decision_to_come_is_not_there_before_it() -> None:
    registers = want(SMALL, None).registers
    decided = next(iter(registers.records.values()))
    line = replace(next(iter(registers.budget.values())), decision_ref=decided.number)
    waiver = LegalException(
        name="nl-1",
        requirement="A11",
        subject="x",
        reason="x",
        approver="provincial_pc",
        decision_ref=decided.number,
        validity=Validity(),
        where=line.where,
    )
    kept = replace(registers, records={decided.number: decided}, budget={"x": line}, exceptions={waiver.name: waiver})
    before, then = (registers_as_at(kept, decided.day - timedelta(days=days)) for days in (1, 0))
    assert not before.records
    assert not before.budget
    assert not before.exceptions
    assert then.budget
    assert then.exceptions
