"""A change held against its change request: nothing undeclared, nothing declared that does not happen; the board's page."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from controller.board.plan import plan_page
from controller.commands.rollout.plan import PlanTargets, plan_command, unread_findings
from controller.jobs.compile import compile_workspace
from controller.jobs.pipeline import Compiled
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.rollout.plan import print_plan_json
from controller.rollout.change_request import load_change_request
from controller.rollout.declared import Declaration, compare_declared, sessions
from controller.rollout.plan import ChangePlan, digest_of_plan
from controller.rollout.planning import PlanRequest, make_plan
from controller.rollout.premises import PremiseFault
from controller.rollout.suggested import moved_sites, suggested_lines
from intents.reason import because
from tests.small_commands import ON, check_messages, copy_small, edit, truc
from verification.change.access import AccessChange, Turn

REQUEST = """\
change:
  title: Các sở khai thác kho dữ liệu dùng chung
  request_ref: 61/CV-SKHCN (hư cấu)
  decision_ref: 140/QĐ-UBND (hư cấu)
  owner: dept_ict
  window: {from: 2026-12-05 22:00, to: 2026-12-06 04:00}
  intents: [warehouse-communes]
  opens:
    - from: [{categories: [peoples_committee_body], tiers: [province]}]
      to: [{systems: [data-warehouse]}]
"""
WAREHOUSE = "from: [{categories: [peoples_committee_body], tiers: [commune]}]\n      to: [{systems: [data-warehouse]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The small example and an edited one, both compiled, and the plan between them."""

    base: Path
    folder: Path
    ends: tuple[Compiled, Compiled]
    plan: ChangePlan

    @property
    def changes(self) -> tuple[AccessChange, ...]:
        return tuple(item.change for item in self.plan.access.changes)

    def compare(self, text: str, interrupted: Iterable[str] = ()) -> Declaration:
        """Return how a change request, written as the file, and the change compare."""
        file = self.folder / "changes" / "warehouse.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        request = load_change_request(file, self.ends, self.folder)
        return compare_declared(request, self.ends, self.changes, (*request.interrupted, *interrupted))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """Departments of the province get at the data warehouse, too."""
    base = copy_small(tmp_path_factory.mktemp("plan"))
    assert truc("compile", "-w", base, "--on", ON)[0] == 0
    folder = base.parent / "after"
    shutil.copytree(base, folder)
    edit(folder / "intents" / "government.yaml", WAREHOUSE, WAREHOUSE.replace("[commune]", "[commune, province]"))
    output = Output("en", json=True)
    day = date.fromisoformat(ON)
    ends = (compile_workspace(base, day, output), compile_workspace(folder, day, output))
    plan, _ = make_plan(ends, PlanRequest(base=base, workspace=folder), output)
    return Planned(base=base, folder=folder, ends=ends, plan=plan)


def codes(declaration: Declaration) -> list[str]:
    return [item.code for item in declaration.findings]


def test_what_a_request_declares_is_declared_and_its_replies_too(planned: Planned) -> None:
    found = planned.compare(REQUEST)
    assert found.complete
    assert codes(found) == []
    told = {(item.source, item.destination) for item in planned.plan.opens}
    assert told == {(other, one) for one, other in told}, "replies open with their sessions"
    assert planned.plan.closes == ()


def test_without_a_request_all_is_undeclared(planned: Planned) -> None:
    found = planned.plan.declaration
    assert found.undeclared == planned.changes
    assert not found.complete
    assert not found.is_silent


def test_an_opening_that_nobody_declared_is_found_with_its_packet(planned: Planned) -> None:
    found = planned.compare(
        REQUEST.replace("{categories: [peoples_committee_body], tiers: [province]}", "{names: [so-khcn]}")
    )
    assert {(str(item.source), str(item.destination)) for item in sessions(found.undeclared)} == {
        ("so-tai-chinh-cq", "system-data-warehouse"),
        ("so-tai-chinh-cq-2", "system-data-warehouse"),
    }
    assert codes(found) == ["TR834", "TR834"]
    assert not found.complete


@pytest.mark.parametrize(
    ("said", "wide", "idle"),
    [
        (
            "[peoples_committee_body], tiers: [province]",
            "[peoples_committee_body], tiers: [province, commune]",
            "commune",
        ),
        ("{systems: [data-warehouse]}", "{systems: [data-warehouse, lgsp]}", "lgsp"),
    ],
)
def test_whoever_is_named_and_gets_nothing_of_it_is_not_declared(
    planned: Planned, said: str, wide: str, idle: str
) -> None:
    """One pair that opens does not carry a request that says far more."""
    assert said in REQUEST
    found = planned.compare(REQUEST.replace(said, wide))
    assert codes(found) == ["TR835"]
    assert idle in dict(found.findings[0].values)["parts"].__repr__()
    assert not found.complete


def test_a_direction_is_declared_as_what_it_is(planned: Planned) -> None:
    """What opens is not declared by what closes."""
    found = planned.compare(REQUEST.replace("  opens:", "  closes:"))
    assert set(codes(found)) == {"TR834", "TR835"}
    assert found.undeclared == planned.changes


def test_a_declared_pair_covers_its_replies_whichever_end_is_named_first(planned: Planned) -> None:
    turned = REQUEST.replace("from: [{cat", "to: [{cat").replace("to: [{systems", "from: [{systems")
    assert turned != REQUEST
    assert planned.compare(turned).complete


def test_a_plan_of_what_devices_show_is_not_warned_of(planned: Planned, tmp_path: Path) -> None:
    request = PlanRequest(base=planned.base, workspace=planned.folder)
    assert [finding.code for finding in unread_findings(request)] == ["TR973"]
    assert unread_findings(replace(request, running=tmp_path)) == ()


def test_what_is_declared_and_does_not_happen_is_found_where_it_is_written(planned: Planned) -> None:
    found = planned.compare(f"{REQUEST}    - from: [{{names: [ubnd-tan-cuong]}}]\n      to: [{{systems: [budget]}}]\n")
    assert codes(found) == ["TR835"]
    assert (found.findings[0].where.file, found.findings[0].where.line) == ("changes/warehouse.yaml", 11)


def test_the_intents_that_are_touched_are_those_that_are_named(planned: Planned) -> None:
    assert planned.plan.declaration.touched == ("warehouse-communes",)
    assert codes(planned.compare(REQUEST.replace("  intents: [warehouse-communes]\n", ""))) == ["TR836"]
    assert codes(planned.compare(REQUEST.replace("[warehouse-communes]", "[warehouse-communes, edoc-all]"))) == [
        "TR837"
    ]


def test_who_is_cut_off_is_declared_by_the_request(planned: Planned) -> None:
    assert codes(planned.compare(REQUEST, ["cpe-tan-cuong"])) == ["TR838"]
    declared = f"""{REQUEST}  interruptions:
    - devices: [cpe-tan-cuong]
      from: 2026-12-05 22:00
      to: 2026-12-05 23:30
      way_back: Cắm lại cổng cũ
      agreed_by: UBND xã Tân Cương
"""
    found = planned.compare(declared)
    assert found.complete
    assert found.request is not None
    assert found.request.interrupted == ("cpe-tan-cuong",)


def test_the_lines_that_are_offered_declare_it(planned: Planned) -> None:
    """Whoever copies them has declared all, and nothing else."""
    lines = suggested_lines(planned.plan.declaration, planned.ends, ())
    head = REQUEST[: REQUEST.index("  intents:")]
    assert planned.compare(head + "\n".join(lines) + "\n").complete


def test_sites_whose_cables_differ_are_offered_as_interrupted(planned: Planned, tmp_path: Path) -> None:
    folder = tmp_path / "moved"
    shutil.copytree(planned.base, folder)
    edit(folder / "channels.csv", "tan-cuong-1,agg-2,ge-0/0/4", "tan-cuong-1,agg-2,ge-0/0/5")
    moved = compile_workspace(folder, date.fromisoformat(ON), Output("en", json=True))
    ends = (planned.ends[0], moved)
    assert moved_sites(ends, ()) == ("cpe-tan-cuong",)
    assert moved_sites(ends, ("cpe-tan-cuong",)) == ()
    assert moved_sites(planned.ends, ()) == ()
    assert "    - devices: [cpe-tan-cuong]" in suggested_lines(
        compare_declared(None, ends, (), ()), ends, ("cpe-tan-cuong",)
    )


# the command


def run(planned: Planned, targets: PlanTargets, change: Path | None, *, json: bool = False) -> tuple[ExitCode, str]:
    heard = io.StringIO()
    with redirect_stdout(heard):
        output = Output("en", json=json)
        request = PlanRequest(base=planned.base, workspace=planned.folder, change=change)
        code = plan_command(output, request, ON, targets)
    return code, heard.getvalue()


@pytest.mark.long
def test_a_plan_of_what_nobody_declared_is_written_only_if_that_is_asked_for(planned: Planned, tmp_path: Path) -> None:
    plan, page = tmp_path / "plan.json", tmp_path / "plan.html"
    code, text = run(planned, PlanTargets(plan=plan, page=page), None)
    assert (code, plan.exists(), page.exists()) == (ExitCode.ERROR, False, True)
    assert "opens 6, closes 0, undeclared 6;" in text
    assert "to: [{systems: [data-warehouse]}]" in text
    assert "--undeclared" in text
    code, _ = run(planned, PlanTargets(plan=plan, undeclared=True), None)
    assert code == ExitCode.CHANGES
    assert json.loads(plan.read_text(encoding="utf-8"))["declared"] is False


def test_a_declared_plan_carries_its_request(planned: Planned, tmp_path: Path) -> None:
    plan, change = tmp_path / "plan.json", tmp_path / "warehouse.yaml"
    change.write_text(REQUEST, encoding="utf-8")
    code, text = run(planned, PlanTargets(plan=plan), change, json=True)
    assert code == ExitCode.CHANGES
    assert "truc/plan-report/1 pair" in check_messages(text)
    assert all(item["declared"] for item in map(json.loads, text.splitlines()) if item.get("type") == "pair")
    written = json.loads(plan.read_text(encoding="utf-8"))
    assert written["declared"] is True
    assert written["change"]["decision_ref"] == "140/QĐ-UBND (hư cấu)"


def test_a_request_that_says_something_else_shuts_the_gate(planned: Planned, tmp_path: Path) -> None:
    plan, change = tmp_path / "plan.json", tmp_path / "warehouse.yaml"
    change.write_text(REQUEST.replace("tiers: [province]", "tiers: [commune]"), encoding="utf-8")
    code, text = run(planned, PlanTargets(plan=plan, undeclared=True), change)
    assert (code, plan.exists()) == (ExitCode.ERROR, False)
    assert "so-khcn-cq -> system-data-warehouse is opened, which the change request does not say: tcp " in text
    assert "nothing of this is opened" in text


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("140/QĐ-UBND (hư cấu)", "141/QĐ-UBND (hư cấu)", "TR430"),
        ("140/QĐ-UBND (hư cấu)", "61/CV-SKHCN (hư cấu)", "TR431"),
        ("61/CV-SKHCN (hư cấu)", "0/CV (hư cấu)", "TR430"),
        ("2026-12-05 22:00, to: 2026-12-06 04:00", "2026-08-20 22:00, to: 2026-08-21 04:00", "TR433"),
    ],
)
def test_a_change_that_no_paper_allows_shuts_the_gate(
    planned: Planned, old: str, new: str, code: str, tmp_path: Path
) -> None:
    """Its decision is there and is one, of the right body, and no younger than the window (B06)."""
    plan, change = tmp_path / "plan.json", tmp_path / "warehouse.yaml"
    assert REQUEST.count(old) == 1
    change.write_text(REQUEST.replace(old, new), encoding="utf-8")
    told, text = run(planned, PlanTargets(plan=plan), change)
    assert (told, plan.exists(), f"error {code} " in text) == (ExitCode.ERROR, False, True)


def test_a_device_that_is_nowhere_cant_be_cut_off(planned: Planned) -> None:
    code, text = truc("plan", "--base", planned.base, "-w", planned.folder, "--on", ON, "--interrupt", "cpe-tan-cong")
    assert code == ExitCode.ERROR
    assert "TR806" in text
    assert "cpe-tan-cuong" in text


def test_what_is_not_proved_is_told_to_scripts(planned: Planned) -> None:
    fault = PremiseFault(device="core-1", edits=3, reason=because("premise_login"))
    plan = replace(planned.plan, proof=replace(planned.plan.proof, faults=(fault,)))
    heard = io.StringIO()
    with redirect_stdout(heard):
        print_plan_json(Output("en", json=True), plan, (), ())
    assert "truc/plan-report/1 premise" in check_messages(heard.getvalue())


# the page


def test_the_page_says_who_reaches_whom_by_what_in_both_languages(planned: Planned) -> None:
    plan = replace(planned.plan, declaration=planned.compare(REQUEST))
    page = plan_page(plan, planned.ends, "1.2.3")
    text = " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).split())
    assert (
        "Ủy ban nhân dân, cơ quan chuyên môn, cấp tỉnh từ nay được mở phiên đến Kho dữ liệu dùng chung: tcp 8443"
        in text
    )
    assert "province tier may newly start sessions to Kho dữ liệu dùng chung: tcp 8443" in text
    assert "140/QĐ-UBND (hư cấu)" in text
    assert "Proved, and all that it changes is declared" in text
    assert digest_of_plan(plan) in text
    assert page == plan_page(plan, planned.ends, "1.2.3")
    assert plan_page(planned.plan, planned.ends, "1.2.3") != page


def test_the_page_does_nothing_that_a_request_says(planned: Planned) -> None:
    declaration = planned.compare(REQUEST)
    assert declaration.request is not None
    title = "<script>alert(1)</script>{{ 7*7 }}\u202e"
    request = replace(declaration.request, head=replace(declaration.request.head, title=title))
    plan = replace(planned.plan, declaration=replace(declaration, request=request))
    page = plan_page(plan, planned.ends, "1.2.3")
    assert "<script" not in page
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in page
    assert not re.search(r"(?:src|href)=", page)


def test_the_page_of_what_is_not_proved_says_so_first(planned: Planned) -> None:
    fault = PremiseFault(device="core-1", edits=3, reason=because("premise_login"))
    plan = replace(planned.plan, proof=replace(planned.plan.proof, faults=(fault,)))
    page = plan_page(plan, planned.ends, "1.2.3")
    assert "Not proved: nothing may be applied" in page
    assert "a way into the device is neither the old nor the new one" in page
    assert "stays reachable in every state between" not in page
    assert "Nothing undeclared opens under any routing" not in page
    assert "There is nothing to sign" in page
    assert digest_of_plan(plan) not in page
    assert {change.turn for change in plan.opens} == {Turn.OPENED}
