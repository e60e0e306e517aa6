"""What registers say of a network, requirement by requirement, each with changes of the small example that break it.

Unchanged, the small example breaks none (`test_intents_registers` says so); the cases are data (`tests/data/duties.toml`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from controller.jobs.pipeline import want
from intents.checks.level_1 import LEVEL_1_SITES
from intents.finding import MOST_OF_A_KIND, Finding, FindingsError, Severity
from intents.messages import LANGUAGES, describe
from intents.rule_packs import load_rules
from ipam.legal.models import check_models
from tests.rule_cases import ROOT, SMALL, THAI_NGUYEN, Change, about, changed

EDOC = 'assessment_ref: "12/BC-ATTT (hư cấu)"'
BREAKING = tomllib.loads((ROOT / "tests" / "data" / "duties.toml").read_text(encoding="utf-8"))["breaks"]
WAREHOUSE = "hosts: 12\n    application_class: "
MEETING = (("systems.yaml", f"{WAREHOUSE}app_council_committee", f"{WAREHOUSE}app_other"),)
PARTY_IN_WAREHOUSE = """
  - permit:
      id: party-warehouse
      title: Đảng ủy cấp xã khai thác kho dữ liệu
      domain: party_office
      request_ref: "61/CV-SKHCN (hư cấu)"
      decision_ref: "140/QĐ-UBND (hư cấu)"
      from: [{categories: [party_building_body], tiers: [commune]}]
      to: [{systems: [data-warehouse], services: [api]}]
"""


WAIVABLE = frozenset(item.identifier for item in load_rules().requirements.values() if item.waivable)


def findings_of(workspace: Path, on: date | None = None) -> tuple[Finding, ...]:
    try:
        found = want(workspace, on).findings
    except FindingsError as error:
        found = error.findings
    return tuple(item for item in found if item.rule is not None or item.code != "TR307")


def told(findings: tuple[Finding, ...]) -> set[str]:
    """Return requirement and code of each; every one has words, and the severity and the article that its table gives."""
    for item in findings:
        assert all(describe(item, language) for language in LANGUAGES)
        if item.rule is not None:
            assert item in about(item.rule.requirement, findings)
            assert item.about or item.rule.requirement not in WAIVABLE
    return {f"{item.rule.requirement if item.rule else '-'} {item.code}" for item in findings}


@pytest.mark.parametrize("case", BREAKING, ids=lambda case: case["what"])
def test_a_breach_is_found_with_its_requirement(case: Mapping[str, Any], tmp_path: Path) -> None:
    edits: list[Change] = [(file, old, new) for file, old, new in case["edits"]]
    assert told(findings_of(changed(tmp_path, *edits, source=SMALL))) == set(case["told"])


def test_an_assessment_that_is_over_on_a_later_day_is_said_with_the_days() -> None:
    found = findings_of(SMALL, date(2027, 3, 19))
    assert "C11 TR440" in told(found)
    over = [item for item in found if item.code == "TR440"]
    assert {dict(item.values)["days"] for item in over} == {"10"}
    assert {item.about for item in over} == {
        *("edoc", "data-warehouse", "lgsp", "party-edoc", "budget"),
        *("dc-tinh", "dc-edge-1"),
    }


@pytest.mark.parametrize(("file", "old", "new"), MEETING)
def test_what_serves_everybody_crosses_no_class(file: str, old: str, new: str, tmp_path: Path) -> None:
    edits: tuple[Change, ...] = ((file, old, new), ("intents/party.yaml", "", PARTY_IN_WAREHOUSE))
    assert told(findings_of(changed(tmp_path, edits[1], source=SMALL))) == {"A11 TR458"}
    assert findings_of(changed(tmp_path / "other", *edits, source=SMALL)) == ()


def test_a_data_centre_at_an_enterprise_is_an_error_where_the_province_s_own_is_a_warning(tmp_path: Path) -> None:
    one_duct, hosted = ("channels.csv", "duct-dc-b", "duct-dc-a"), ("rooms.csv", "dc-tinh,dept_ict", "dc-tinh,vnpt-tn")
    (own,) = findings_of(changed(tmp_path, one_duct, source=SMALL))
    (other,) = findings_of(changed(tmp_path / "other", one_duct, hosted, source=SMALL))
    assert (own.severity, other.severity) == (Severity.WARNING, Severity.ERROR)


@pytest.mark.parametrize("left_out", ["l2;", "l3;", "snmp;", "syslog;"])
def test_of_two_features_that_stand_for_each_other_one_is_enough(left_out: str, tmp_path: Path) -> None:
    row = "C8300-1N1S-6T,4,2,2000,l2;l3;vlan;snmp;syslog;"
    assert findings_of(changed(tmp_path, ("models.csv", row, row.replace(left_out, "")), source=SMALL)) == ()


def test_level_i_asks_for_more_ports_than_level_ii() -> None:
    wanted = want(THAI_NGUYEN, None)
    small = replace(wanted.registers.models["ASR1001-HX"], lan_ports=7, wan_ports=4)
    registers = replace(wanted.registers, models={**wanted.registers.models, small.model: small})
    found = tuple(check_models(registers, wanted.inventory, wanted.on))
    assert {dict(item.values)["lacking"] for item in found} == {"lan_ports 7 < 8"}
    assert len(found) == LEVEL_1_SITES


def test_an_exception_is_found_among_more_findings_than_are_shown(tmp_path: Path) -> None:
    workspace = changed(tmp_path, source=THAI_NGUYEN)
    budget = workspace / "budget.csv"
    header, *rows = (line for line in budget.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    budget.write_text(f"{header}\n", encoding="utf-8")
    last = rows[-1].partition(",")[0]
    with (workspace / "exceptions.csv").open("a", encoding="utf-8") as file:
        file.write(f"nl-1,A21,{last},Chờ dự toán,provincial_pc,1512/QĐ-UBND (hư cấu),2026-01-01,2026-12-31\n")
    found = findings_of(workspace)
    assert {item.about for item in found if item.code == "TR453"} == {last, "front-edoc", "statistics-warehouse"}
    shown = [item for item in found if item.code == "TR451" and item.where.file == "attachments.csv"]
    assert len(shown) == MOST_OF_A_KIND
    assert "E12 TR456" not in told(found)


def test_only_what_keeps_no_networks_apart_can_be_waived() -> None:
    rules = load_rules().requirements.values()
    waivable = {item.identifier for item in rules if item.waivable}
    assert waivable == {
        "A11", "A13", "A14", "A17", "A18", "A19", "A21", "A24", "A25", "B10", "B12", "C11", "E06", "E09",
    }  # fmt: skip
    # Of A18 that a control point is named, not that what comes in passes it, nor that level 4 has two ways.
    assert [item.codes for item in rules if item.waivable and item.identifier == "A18"] == [("TR320",)]
    assert {item.identifier for item in rules if item.codes and not item.waivable} & waivable == {"A18"}


def test_a_register_that_is_not_kept_breaks_nothing(tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("systems.yaml", EDOC, 'assessment_ref: "-"'), source=SMALL)
    (workspace / "assessments.csv").unlink()
    (only,) = findings_of(workspace)
    assert only.code == "TR160"
    assert "A15, B07, C11" in describe(only, "en")
