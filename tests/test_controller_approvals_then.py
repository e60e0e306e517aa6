"""`truc audit --base`: whether those had signed who must, at the moment at which a roll-out began, and not at any other."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from controller.apply.approvals_then import judge_then
from controller.approval import gate
from controller.approval.folder import approvals_folder, read_filed
from controller.approval.gate import approval_of, load_case
from controller.commands.rollout.apply import approved_plan
from controller.jobs.digests import workspace_digest
from controller.output.canonical_json import Plain
from intents.approval import ApproverRole
from intents.finding import Finding, Severity
from tests.audited_approvals import BEGAN, LATER, Night, night
from tests.signing_office import NOW, changed_bytes, changed_plan, office
from tests.small_commands import edit, truc

INTERRUPTING: dict[str, Plain] = {"interrupted": ["cpe-so-khcn"]}
"""What makes the office demand two signatures."""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "now_here", lambda: LATER)


def wrong(findings: Iterable[Finding]) -> list[str]:
    """Return the codes of errors, sorted."""
    return sorted(item.code for item in findings if item.severity is Severity.ERROR)


def reasons(findings: Iterable[Finding]) -> list[str]:
    """Return by which keys errors are explained, sorted."""
    found = [dict(item.values).get("reason") for item in findings if item.severity is Severity.ERROR]
    return sorted(getattr(reason, "key", "") for reason in found)


def test_a_night_that_was_approved_is_found_to_be_a_month_later(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an").carry_out()
    assert of.audit() == []
    words = ("audit", of.journal, "--plan", of.office.plan)
    code, told = truc(*words, "--base", of.office.base, "-w", of.office.after, "--json")
    assert (code, '"ok":true' in told.replace(" ", ""), "TR988" in told) == (0, True, False)
    code, told = truc(*words)
    assert (code, "TR988" in told, "no --base was given" in told) == (0, True, True)


def test_what_apply_writes_down_is_what_an_audit_looks_for(tmp_path: Path) -> None:
    """Of everybody who counted then: who approved, waived, and broke the glass."""
    of = night(tmp_path, second_judge=None, **INTERRUPTING)
    of = of.sign("binh").sign("binh", role=ApproverRole.WAIVER, reason="bảo trì")
    of = of.sign("an", role=ApproverRole.BREAK_GLASS, reason="đứt cáp trục")
    written = approved_plan(approval_of(of.office.request(), NOW, using=True))
    assert sorted(written.approvals) == sorted(of.approvals)
    night_of = replace(of, approvals=written.approvals).carry_out(break_glass=written.break_glass)
    assert [(item.code, item.severity) for item in night_of.audit()] == [("TR983", Severity.WARNING)]


def test_a_statement_that_is_not_there_any_more_is_named(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an").carry_out()
    shutil.rmtree(approvals_folder(of.office.plan))
    found = of.audit()
    assert wrong(found) == ["TR985", "TR987"]
    assert reasons(found) == ["audit_approval_gone", "short_persons"]
    code, told = truc("audit", of.journal, "--plan", of.office.plan, "--base", of.office.base, "-w", of.office.after)
    assert (code, "TR985" in told) == (1, True)


@pytest.mark.parametrize("kind", ["json", "sig"])
def test_each_flipped_byte_of_statement_and_signature_is_wrong(tmp_path: Path, kind: str) -> None:
    """Also where another who has signed would be enough: what the journal names must be what was signed."""
    of = night(tmp_path).sign("an").sign("binh").carry_out()
    case = load_case(of.office.request(), NOW)
    first, other = read_filed(of.office.plan)
    leave = of.leave()
    assert not [*judge_then(case, leave, (first, other), of.journal, LATER)]
    whole = first.content if kind == "json" else first.signature
    codes = set()
    for at in range(len(whole)):
        data = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        changed = replace(first, content=data) if kind == "json" else replace(first, signature=data)
        found = wrong(judge_then(case, leave, (changed, other), of.journal, LATER))
        assert found, at
        codes.update(found)
    assert codes == ({"TR985"} if kind == "json" else {"TR986"})


def test_a_changed_statement_is_told_from_one_that_is_gone(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an").carry_out()
    (file,) = approvals_folder(of.office.plan).glob("*.json")
    edit(file, '"an"', '"in"')
    assert reasons(of.audit()) == ["audit_approval_changed", "short_persons"]


def test_whoever_takes_it_up_again_is_held_against_that_moment(tmp_path: Path) -> None:
    """What was signed after the beginning counts then; a statement that is gone is missed at both moments."""
    of = night(tmp_path).sign("an")
    (first,) = of.approvals
    _, late = of.sign("binh", moment=NOW + timedelta(minutes=30)).approvals
    assert of.take_up(BEGAN + timedelta(minutes=40), first, late).audit() == []
    assert wrong(of.take_up(BEGAN + timedelta(minutes=10), first, late).audit()) == ["TR986"]
    assert wrong(of.take_up(BEGAN + timedelta(minutes=10)).audit()) == ["TR945", "TR987"]
    shutil.rmtree(approvals_folder(of.office.plan))
    found = of.take_up(BEGAN + timedelta(minutes=10), first).audit()
    assert wrong(found) == ["TR985", "TR985", "TR987", "TR987"]


def test_who_signs_after_the_beginning_has_not_approved_it(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an", moment=NOW + timedelta(minutes=10)).carry_out()
    assert wrong(of.audit()) == ["TR986", "TR987"]
    assert reasons(of.audit()) == ["short_persons", "signed_ahead"]
    # The same statement approves what begins after it.
    assert of.carry_out(at=BEGAN + timedelta(minutes=20)).audit() == []


def test_a_signature_of_another_plan_approves_nothing(tmp_path: Path) -> None:
    of = night(tmp_path)
    of = of.sign("an", other=changed_plan(serial="2026-7")).carry_out()
    assert reasons(of.audit()) == ["short_persons", "void_other_plan"]


def test_too_few_are_too_few_and_enough_are_enough(tmp_path: Path) -> None:
    of = night(tmp_path, **INTERRUPTING).sign("an").carry_out()
    (found,) = of.audit()
    said = dict(dict(found.values)["reason"].values)  # type: ignore[union-attr] # a reason
    assert (found.code, said["signed"], said["needed"]) == ("TR987", "1", "2")
    assert of.sign("binh").carry_out().audit() == []


def test_who_signs_afterwards_and_is_not_in_the_journal_is_not_counted(tmp_path: Path) -> None:
    of = night(tmp_path, **INTERRUPTING).sign("an").carry_out()
    of.sign("binh")
    assert wrong(of.audit()) == ["TR987"]


@pytest.mark.parametrize("where", ["base", "list"])
def test_a_key_that_was_revoked_by_then_approves_nothing(tmp_path: Path, where: str) -> None:
    public = (office().keys / "an.pub").read_text(encoding="utf-8")
    of, given = night(tmp_path), None
    if where == "list":
        given = tmp_path / "revoked"
        given.write_text(public, encoding="utf-8")
    else:
        base, after = tmp_path / "base", tmp_path / "after"
        for whole, copy in ((office().base, base), (office().after, after)):
            shutil.copytree(whole, copy)
            (copy / "revoked_keys").write_text(public, encoding="utf-8")
        made = night(tmp_path, base=workspace_digest(base), workspace=workspace_digest(after))
        of = replace(made, office=replace(made.office, base=base, after=after))
    of = of.sign("an").carry_out()
    assert reasons(of.audit(revoked=given)) == ["short_persons", "void_revoked_key"]


def test_a_key_that_has_ended_since_then_still_approved_it(tmp_path: Path) -> None:
    """Em's key ends at the midnight (UTC) before the roll-out: it approves what began before."""
    of = night(tmp_path).sign("em", moment=NOW - timedelta(hours=18))
    assert reasons(of.carry_out().audit()) == ["short_persons", "signer_key_not_valid"]
    early: Plain = {"from": "2026-11-25 05:00", "to": "2026-11-26 04:00"}
    said = of.plan.body["change"]
    assert isinstance(said, dict)
    change: Plain = {**said, "window": early}
    of = night(tmp_path, change=change)
    of = of.sign("em", moment=NOW - timedelta(hours=17)).carry_out(at=BEGAN - timedelta(hours=16, minutes=30))
    assert of.audit() == []


@pytest.mark.parametrize(("hours", "reason"), [(-2, "short_window"), (8, "short_window"), (24 * 9, "short_other_day")])
def test_a_roll_out_outside_of_its_window_and_days_was_not_approved(tmp_path: Path, hours: int, reason: str) -> None:
    of = night(tmp_path).sign("an", moment=NOW - timedelta(hours=12)).carry_out(at=BEGAN + timedelta(hours=hours))
    assert reason in reasons(of.audit())


def test_broken_glass_stays_flagged_until_another_has_reviewed_it(tmp_path: Path) -> None:
    of = night(tmp_path, **INTERRUPTING).sign("an", role=ApproverRole.BREAK_GLASS, reason="đứt cáp trục")
    of = of.carry_out(break_glass="đứt cáp trục")
    assert [(item.code, item.severity) for item in of.audit()] == [("TR983", Severity.WARNING)]
    reviews, afterwards = of.approvals[0], NOW + timedelta(days=2)
    of.sign("an", role=ApproverRole.REVIEWER, reviews=reviews, moment=afterwards)
    assert [item.code for item in of.audit()] == ["TR983"], "who has not the role reviews nothing"
    of.sign("chi", role=ApproverRole.REVIEWER, reviews="sha256:" + "0" * 64, moment=afterwards)
    assert [item.code for item in of.audit()] == ["TR983"], "a review of something else"
    of.sign("chi", role=ApproverRole.REVIEWER, reviews=reviews, moment=afterwards)
    assert of.audit() == []


def test_the_glass_that_the_journal_tells_of_is_that_which_somebody_broke(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an", role=ApproverRole.BREAK_GLASS, reason="đứt cáp trục").carry_out()
    assert reasons(of.audit()) == ["audit_glass_differs"]
    assert reasons(of.carry_out(break_glass="khác").audit()) == ["audit_glass_differs"]


def test_what_was_asked_and_could_not_be_checked_is_wrong(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an").carry_out()
    assert [(item.code, item.severity) for item in of.audit(of.office.base)] == [("TR988", Severity.ERROR)]
    base = tmp_path / "base"
    shutil.copytree(of.office.base, base)
    edit(base / "approvers.csv", "approver", "reviewer")
    assert reasons(of.audit(base, of.office.after)) == ["audit_signatures_no_folder"]
    code, told = truc("audit", of.journal, "--plan", of.office.plan, "--base", base, "-w", of.office.after)
    assert (code, "TR988" in told) == (1, True)
    found = of.audit(plans=())
    assert [(item.code, item.severity) for item in found] == [
        ("TR948", Severity.WARNING),
        ("TR988", Severity.WARNING),
    ]


def test_a_plan_that_was_signed_later_supersedes_nothing_that_was_done(tmp_path: Path) -> None:
    of = night(tmp_path).sign("an").carry_out()
    newer = tmp_path / "newer.json"
    newer.write_bytes(changed_bytes(serial="2026-8"))
    plan = Night(office=replace(of.office, plan=newer), journal=of.journal)
    plan.sign("binh", moment=NOW + timedelta(minutes=2))
    assert of.audit() == []
    plan.sign("chi", moment=NOW - timedelta(minutes=2))
    assert reasons(of.audit()) == ["short_superseded"]


def test_a_base_that_lays_down_nothing_lets_nothing_pass(tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(office().base, base)
    (base / "approvers.csv").unlink()
    of = night(tmp_path, base=workspace_digest(base)).sign("an").carry_out()
    assert wrong(of.audit(base, of.office.after))[0].startswith("TR92")
