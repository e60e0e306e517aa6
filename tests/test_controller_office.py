"""Office reports: what each says of the example province, the same in every form, with the objects behind every figure.

Goldens are the reports' own messages (`tests/golden/reports/NAME.jsonl`, the first rows of each table, and the digest of all). To
accept new ones after reading the difference: `python -m tests.test_controller_office`.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has no types

from controller.board.office import office_page
from controller.jobs.pipeline import want
from controller.office.calendar import DueItem, DueState, due_items
from controller.office.catalogue import REPORTS, due_of, next_day
from controller.office.connections import registration
from controller.office.facts import OfficeFacts
from controller.office.making import commit_of, make_report
from controller.office.report import GAP, Cell, OfficeReport, ReportName, Word, word
from controller.office.rule_status import RuleState, rule_status
from controller.output.words import Language, load_words
from controller.reports.office.texts import cell_text, csv_files, office_word
from controller.reports.office.workbook import MOST_EXACT, workbook_bytes
from examples.registers import write_registers
from intents.legal.registers import RecordKind
from tests.rule_cases import changed
from tests.small_commands import truc

ROOT = Path(__file__).parent.parent
PROVINCE = ROOT / "examples" / "thai-nguyen"
SMALL = ROOT / "examples" / "small"
GOLDEN = Path(__file__).parent / "golden" / "reports"
NAMES = list(ReportName)
SHARED = "shared_channels"
SHOWN = 4
"""Rows of each table that a golden shows; its digest has all."""


@cache
def made(name: ReportName) -> OfficeReport:
    return make_report(PROVINCE, name, None)


def golden_of(report: OfficeReport) -> str:
    """Return a report as its golden: figures, the first rows of each table in both languages, and a digest of everything."""
    lines: list[object] = [
        {"report": report.name, "due": str(report.due), "rules": [rule.requirement for rule in report.basis.rules]}
    ]
    lines += [{"figure": item.key, "value": item.value, "objects": len(item.objects)} for item in report.figures]
    lines += [{"note": cell_text("vi", note)} for note in report.notes]
    whole = sha256()
    for table in report.tables:
        lines.append({"table": table.key, "columns": table.columns, "rows": len(table.rows)})
        for at, line in enumerate(table.rows):
            said = {
                "vi": [cell_text("vi", cell) for cell in line.cells],
                "en": [cell_text("en", cell) for cell in line.cells],
                "objects": [f"{one.name} {one.where}" for one in line.objects],
            }
            text = json.dumps(said, ensure_ascii=False, sort_keys=True)
            whole.update(text.encode())
            if at < SHOWN:
                lines.append({**said, "objects": [*said["objects"][:SHOWN], len(said["objects"])]})
    lines.append({"digest": whole.hexdigest()})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_a_report_of_the_province_is_as_it_was(name: ReportName) -> None:
    assert golden_of(made(name)) == (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_and_no_row_stands_without_what_it_was_made_from(name: ReportName) -> None:
    report = made(name)
    assert report.figures
    for figure in report.figures:
        assert bool(figure.objects) == bool(figure.value) or figure.key == "years_without_drill", figure.key
    for table in report.tables:
        for line in table.rows:
            assert len(line.cells) == len(table.columns)
            zero = all(cell == 0 for cell in line.cells if isinstance(cell, int))
            assert line.objects or (zero and any(isinstance(cell, int) for cell in line.cells)), (table.key, line.cells)
            assert all(one.where.file for one in line.objects)


def added(cells: list[Cell]) -> int:
    """Return the sum of a column of numbers."""
    numbers = [cell for cell in cells if isinstance(cell, int)]
    assert len(numbers) == len(cells)
    return sum(numbers)


def test_totals_agree_with_the_tables_and_the_tables_with_the_workspace() -> None:
    wanted = want(PROVINCE, None)
    registry, inventory = wanted.registry, wanted.inventory
    value = {(str(name), figure.key): figure.value for name in NAMES for figure in made(name).figures}
    pairs = {(item.organisation or item.system or item.outside, item.site) for item in registry.attachments.values()}
    assert value["usage", "connections"] == value["connections", "connections"] == len(pairs)
    assert value["registration", "connections"] == len(pairs)
    access = [item for item in inventory.channels.values() if item.level]
    by_unit, by_site = made(ReportName.USAGE).tables
    assert added(by_unit.column("access_channels")) == len(access)
    assert added(by_unit.column("bandwidth")) == value["usage", "bandwidth"] == value["connections", "bandwidth"]
    assert added(by_unit.column("incidents")) == value["usage", "incidents"] == value["operation", "incidents"]
    assert added(by_unit.column("sites")) == value["operation", "sites"]
    assert added(by_unit.column("bandwidth")) == sum(item.bandwidth_mbps for item in access)
    assert value["registration", "bandwidth"] == sum(item.bandwidth_mbps for item in access)
    assert len(by_site.rows) == len(pairs)
    sources, lines = made(ReportName.BUDGET).tables
    assert added(sources.column("amount")) == value["budget", "amount"]
    assert len(lines.rows) == len(registry.attachments)
    assert value["operation", "devices"] == len(inventory.devices)
    states = [value["assessments", f"state_{key}"] for key in ("valid", "due", "overdue", "missing", "failed")]
    assert sum(states) == value["assessments", "subjects"]
    categories, organisations = made(ReportName.ORGANISATIONS).tables
    assert added(categories.column("count")) == len(organisations.rows) == len(registry.organisations)


@pytest.mark.parametrize("language", Language)
def test_the_same_label_gives_the_same_figure_in_every_report_of_a_day(language: Language) -> None:
    """But for the cells that a report lacks, which are that report's own."""
    found: dict[str, set[int]] = {}
    for name in NAMES:
        labels = [office_word(language, f"figure_{item.key}") for item in made(name).figures]
        assert len(labels) == len(set(labels)), name
        for label, figure in zip(labels, made(name).figures, strict=True):
            if figure.key != "gaps":
                found.setdefault(label, set()).add(figure.value)
    assert {label: values for label, values in found.items() if len(values) > 1} == {}


@pytest.mark.parametrize("folder", [SMALL, PROVINCE])
def test_a_channel_that_connections_share_is_summed_once(folder: Path) -> None:
    inventory = want(folder, None).inventory
    access = [item for item in inventory.channels.values() if item.level]
    for name in (ReportName.CONNECTIONS, ReportName.REGISTRATION):
        report = make_report(folder, name, None)
        (said,) = (item for item in report.figures if item.key == "bandwidth")
        (levels,) = (item for item in report.tables if item.key == "access_channels")
        assert said.value == added(levels.column("bandwidth")) == sum(item.bandwidth_mbps for item in access)
        assert added(levels.column("access_channels")) == len(said.objects) == len(access)
        rows = added(report.tables[0].column("bandwidth"))
        assert rows > said.value, "no channel is shared: the case shows nothing"
        assert word("shared_channels") in report.notes


INCIDENTS = {
    "core-1": "backbone_and_rest",
    "dc-edge-1": "backbone_and_rest",
    "core-1-core-2": "backbone_and_rest",
    "pop-1": "backbone_and_rest",
    "dc-tinh": "systems_and_networks",
    "tru-so-khcn": "province_itself",
    "gia-sang-1": "Phường Gia Sàng",
}


@pytest.mark.parametrize("subject", INCIDENTS)
def test_an_incident_is_in_one_row_wherever_it_was(subject: str, tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))

    def by_unit() -> dict[Cell, Cell]:
        report = make_report(workspace, ReportName.USAGE, None)
        units, sites = report.tables
        value = {item.key: item.value for item in report.figures}
        assert added(units.column("incidents")) == value["incidents"]
        assert added(units.column("connections")) == len(sites.rows) == value["connections"]
        return dict(zip(units.column("reporting_unit"), units.column("incidents"), strict=True))

    before = by_unit()
    with (workspace / "incidents.csv").open("a", encoding="utf-8") as file:
        file.write(f"SC-9/2026 (hư cấu),2026-09-01,outage,{subject},Mất dịch vụ,,2026-09-01\n")
    after = by_unit()
    grown = [unit for unit, count in after.items() if count != before[unit]]
    assert [unit.key if isinstance(unit, Word) else unit for unit in grown] == [INCIDENTS[subject]]


@pytest.mark.parametrize("name", NAMES)
def test_a_workbook_says_what_the_report_says(name: ReportName) -> None:
    report = made(name)
    data = workbook_bytes("vi", report)
    assert data == workbook_bytes("vi", report)
    book = load_workbook(io.BytesIO(data))
    about, *sheets, objects = book.worksheets
    said = {line[0].value: line[1].value for line in about.iter_rows(max_col=2)}
    for figure in report.figures:
        assert said[office_word("vi", f"figure_{figure.key}")] == figure.value
    assert len(sheets) == len(report.tables)
    for sheet, table in zip(sheets, report.tables, strict=True):
        found = [[cell.value for cell in line] for line in sheet.iter_rows()]
        assert found[0] == [office_word("vi", f"column_{key}") for key in table.columns]
        assert len(found) == 1 + len(table.rows)
        for line, row in zip(found[1:], table.rows, strict=True):
            for value, cell in zip(line, row.cells, strict=True):
                if isinstance(cell, date):
                    assert value.date() == cell
                elif isinstance(cell, int) and abs(cell) <= MOST_EXACT:
                    assert value == cell
                else:
                    assert value == cell_text("vi", cell)
    behind = sum(len(item.objects) for item in report.figures) + sum(
        len(row.objects) for one in report.tables for row in one.rows
    )
    assert objects.max_row == 1 + behind


@pytest.mark.parametrize("name", NAMES)
def test_csv_files_say_what_the_report_says(name: ReportName) -> None:
    report = made(name)
    files = csv_files("en", report)
    for table in report.tables:
        data = files[f"{table.key.replace('_', '-')}.csv"]
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert rows[0] == [office_word("en", f"column_{key}") for key in table.columns]
        assert rows[1:] == [[cell_text("en", cell) for cell in line.cells] for line in table.rows]


def test_a_text_that_a_spreadsheet_would_compute_is_none(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    path = workspace / "systems.yaml"
    text = path.read_text(encoding="utf-8")
    hostile = '=HYPERLINK("http://x","<b>y</b>")'
    path.write_text(text.replace("title: Kho dữ liệu dùng chung", f"title: '{hostile}'"), encoding="utf-8")
    report = make_report(workspace, ReportName.CONNECTIONS, None)
    assert hostile in report.tables[0].column("organisation")
    rows = list(csv.reader(io.StringIO(csv_files("vi", report)["connections.csv"].decode("utf-8-sig"))))
    assert [row[0] for row in rows if "HYPERLINK" in row[0]] == [f"'{hostile}"]
    book = load_workbook(io.BytesIO(workbook_bytes("vi", report)))
    lines = [line for sheet in book.worksheets for line in sheet.iter_rows()]
    cells = [cell for line in lines for cell in line if "HYPERLINK" in str(cell.value)]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    page = office_page(report)
    assert "<b>y</b>" not in page
    assert "&lt;b&gt;y&lt;/b&gt;" in page


def test_what_is_missing_is_a_gap_and_counted(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    rooms = workspace / "rooms.csv"
    lines = rooms.read_text(encoding="utf-8").splitlines(keepends=True)
    rooms.write_text("".join(line for line in lines if not line.startswith("tru-so-gia-sang,")), encoding="utf-8")
    before, after = (make_report(folder, ReportName.CONNECTIONS, None) for folder in (SMALL, workspace))
    gaps = [next(item.value for item in report.figures if item.key == "gaps") for report in (before, after)]
    attachments = want(SMALL, None).registry.attachments.values()
    there = len({item.organisation for item in attachments if item.site == "tru-so-gia-sang"})
    assert gaps[1] - gaps[0] == there > 0
    assert sum(cell == GAP for cell in after.tables[0].column("contact")) == there


def test_a_report_of_a_past_day_knows_nothing_of_what_came_later() -> None:
    early = make_report(PROVINCE, ReportName.OPERATION, date(2026, 3, 1))
    late = made(ReportName.OPERATION)
    incidents = [next(item.value for item in report.figures if item.key == "incidents") for report in (early, late)]
    assert incidents == [1, 2]
    packs = {rule.pack for rule in make_report(SMALL, ReportName.REGISTRATION, date(2026, 3, 29)).basis.rules}
    assert packs == {"tn-46-2024"}
    assert {rule.pack for rule in make_report(SMALL, ReportName.REGISTRATION, date(2026, 3, 30)).basis.rules} == {
        "tslcd-2026"
    }


KNOWN_BEFOREHAND = {"valid_to", "until"}
"""Columns of ends: that something ends is known before it does."""


@pytest.mark.parametrize("on", [date(2026, 1, 15), date(2026, 8, 3)])
@pytest.mark.parametrize("name", NAMES)
def test_no_report_of_a_past_day_says_or_counts_what_came_later(name: ReportName, on: date) -> None:
    kept = want(SMALL, on).registers
    papers = {item.number for item in kept.records.values() if item.day > on}
    assessed = {item.number for item in kept.assessments.values() if item.day > on}
    to_come = papers | assessed | {item.number for item in kept.incidents.values() if item.day > on}
    assert to_come
    report = make_report(SMALL, name, on)
    for table in report.tables:
        for column in table.columns:
            days = [cell for cell in table.column(column) if isinstance(cell, date)]
            assert column in KNOWN_BEFOREHAND or all(day <= on for day in days), (table.key, column)
            assert not to_come & {cell for cell in table.column(column) if isinstance(cell, str)}, (table.key, column)
        assert not to_come & {one.name for line in table.rows for one in line.objects}, table.key
    assert not to_come & {one.name for figure in report.figures for one in figure.objects}


def test_an_incident_is_open_on_the_days_before_it_was_resolved() -> None:
    def said(on: date) -> tuple[int, list[Cell]]:
        report = make_report(SMALL, ReportName.OPERATION, on)
        (incidents,) = (table for table in report.tables if table.key == "incidents")
        value = {figure.key: figure.value for figure in report.figures}
        return value["incidents_open"], [*incidents.rows[-1].cells[5:7]]

    assert said(date(2026, 8, 3)) == (1, [GAP, GAP])
    assert said(date(2026, 8, 4)) == (0, [date(2026, 8, 4), 1])


def test_an_incident_that_is_open_is_not_forgotten_with_its_year(tmp_path: Path) -> None:
    days = (("2026-08-03,cable", "2025-12-20,cable"), ("viettel-tn,2026-08-04", "viettel-tn,2026-01-20"))
    workspace = changed(tmp_path, *(("incidents.csv", *item) for item in days), source=SMALL)
    found = []
    for on in (date(2025, 12, 31), date(2026, 1, 19), date(2026, 1, 20)):
        report = make_report(workspace, ReportName.OPERATION, on)
        value = {figure.key: figure.value for figure in report.figures}
        rows = {table.key: len(table.rows) for table in report.tables}
        assert rows["incidents"] == value["incidents"]
        found.append((value["incidents"], value["incidents_open"], rows["incidents_earlier"]))
    assert found == [(1, 1, 0), (0, 1, 1), (0, 0, 0)]


def test_what_an_inventory_found_is_known_from_its_day_on() -> None:
    def rooms(on: date) -> set[tuple[Cell, Cell]]:
        report = make_report(SMALL, ReportName.OPERATION, on)
        (found,) = (table for table in report.tables if table.key == "rooms")
        return set(zip(found.column("inventoried"), found.column("condition"), strict=True))

    assert rooms(date(2026, 3, 30)) == {(GAP, GAP)}
    assert rooms(date(2026, 3, 31)) == {(date(2026, 3, 31), word("condition_good"))}


def test_what_was_decided_later_is_not_there_before(tmp_path: Path) -> None:
    old, new = (f"\n7/QĐ-UBND (hư cấu),decision,{day}" for day in ("2025-12-15", "2026-11-25"))
    workspace = changed(tmp_path, ("records.csv", old, new), source=SMALL)
    amounts = []
    for day in (24, 25):
        report = make_report(workspace, ReportName.BUDGET, date(2026, 11, day))
        amounts += [item.value for item in report.figures if item.key == "amount"]
    assert amounts[0] == 0 < amounts[1]


def test_a_request_leads_to_no_intent_that_was_decided_on_later(tmp_path: Path) -> None:
    old, new = (f'decision_ref: "{number}/QĐ-UBND (hư cấu)"\n' for number in (122, 99))
    later = ("intents/government.yaml", old, f"{new}      valid_from: 2026-12-01\n")
    paper = ("records.csv", "", "99/QĐ-UBND (hư cấu),decision,2026-11-20,provincial_pc,Tạm dừng,,\n")
    workspace = changed(tmp_path, later, paper, source=SMALL)
    led_to = []
    for day in (19, 20):
        (table,) = make_report(workspace, ReportName.REQUESTS, date(2026, 11, day)).tables
        led_to.append(table.column("led_to")[table.column("number").index("47/CV-SKHCN (hư cấu)")])
    assert led_to == [word("pending"), "no-warehouse-gia-sang"]


def test_growth_of_more_than_a_fifth_needs_a_justification(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    channels = workspace / "channels.csv"
    text = channels.read_text(encoding="utf-8")

    def outcome(mbps: int, *papers: str) -> tuple[list[object], list[str]]:
        old = "viettel-tn,duct-tay,200,2025-07-01,\n"
        assert text.count(old) == 1
        channels.write_text(text.replace(old, old.replace("200", str(mbps))), encoding="utf-8")
        write_registers(workspace)
        with (workspace / "records.csv").open("a", encoding="utf-8") as file:
            file.writelines(papers)
        now = want(workspace, None)
        then = want(SMALL, date(2026, 1, 20))
        last = next(item for item in now.registers.records.values() if item.kind is RecordKind.REGISTRATION)
        content = registration(OfficeFacts(now), OfficeFacts(then), last)
        return [line.cells[-1] for line in content.tables[1].rows[1:]], [note.key for note in content.notes]

    assert outcome(200) == ([], ["last_registration", SHARED])
    assert outcome(240) == ([word("within_limit")], ["last_registration", SHARED])
    assert outcome(241) == ([word("needs_justification")], ["last_registration", "growth_unjustified", SHARED])
    paper = "9/TM (hư cấu),justification,2026-07-01,dept_ict,Thuyết minh tăng băng thông,,\n"
    assert outcome(241, paper) == ([word("needs_justification")], ["last_registration", "growth_justified", SHARED])


def test_what_began_after_the_registration_is_named(tmp_path: Path) -> None:
    """Circular 06/2026 art. 11.4: a change off the cycle is registered by itself (B15)."""
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    path = workspace / "attachments.csv"
    text = path.read_text(encoding="utf-8")
    old = "3/CV-ĐK (hư cấu),12/QĐ-UBND (hư cấu),,,2025-07-01,"
    for day, named in (("2026-01-20", []), ("2026-01-21", ["so-khcn-vc"])):
        assert text.count(f",{old}") == 1
        path.write_text(text.replace(f",{old}", f",{old.replace('2025-07-01', day)}"), encoding="utf-8")
        report = make_report(workspace, ReportName.REGISTRATION, None)
        (off_cycle,) = (table for table in report.tables if table.key == "off_cycle")
        assert off_cycle.column("what") == named


# Days.


def test_before_a_day_means_strictly_before_it() -> None:
    assert next_day((12, 1), date(2026, 11, 30)) == date(2026, 12, 1)
    assert next_day((12, 1), date(2026, 12, 1)) == date(2027, 12, 1)
    item = DueItem(before=date(2026, 12, 1), what=word("due_usage"), requirement="E01")
    assert item.state(date(2026, 11, 30)) is DueState.SOON
    assert item.state(date(2026, 12, 1)) is DueState.OVERDUE
    assert due_of(ReportName.USAGE, date(2026, 12, 1)) == date(2027, 12, 1)


def due_on(on: date, folder: Path = SMALL) -> dict[str, list[tuple[date, DueState]]]:
    found: dict[str, list[tuple[date, DueState]]] = {}
    for item in due_items(OfficeFacts(want(folder, on))):
        found.setdefault(item.what.key, []).append((item.before, item.state(on)))
    return found


OVERDUE, SOON, LATER, DONE_LATE, UNSHOWN = DueState


def test_what_is_due_follows_the_day_and_the_registers() -> None:
    found = due_on(date(2026, 11, 24))
    assert found["due_usage"] == [(date(2026, 12, 1), SOON)]
    assert found["due_registration"] == [(date(2027, 1, 31), SOON)]
    assert found["due_five_years"] == [(date(2030, 6, 30), LATER)]
    assert found["due_usage_figures"] == [(date(2026, 11, 5), UNSHOWN), (date(2026, 12, 5), SOON)]
    assert "due_drill" not in found
    assert set(found["due_assessment"]) == {(date(2027, 3, 10), LATER)}
    spring = due_on(date(2026, 2, 10))
    assert spring["due_drill"] == [(date(2027, 1, 1), LATER)]
    assert spring["due_registration"] == [(date(2027, 1, 31), LATER)]
    assert due_on(date(2025, 12, 31))["due_usage_figures"][-1] == (date(2026, 1, 5), SOON)


def test_nothing_was_missed_before_there_was_a_network() -> None:
    """Its first paper is of 2025-05-12: the first year that it has whole is 2026."""
    found = due_on(date(2025, 7, 2))
    assert not {OVERDUE, DONE_LATE} & {state for lines in found.values() for _, state in lines}
    assert found["due_five_years"] == [(date(2025, 6, 30), UNSHOWN), (date(2030, 6, 30), LATER)]
    assert found["due_registration"] == [(date(2026, 1, 31), LATER)]
    assert not {"due_drill", "due_training"} & found.keys()


def test_what_was_missed_is_overdue_until_it_is_done(tmp_path: Path) -> None:
    missed = due_on(date(2028, 2, 29))
    assert missed["due_registration"] == [
        (date(2027, 1, 31), OVERDUE),
        (date(2028, 1, 31), OVERDUE),
        (date(2029, 1, 31), LATER),
    ]
    assert missed["due_enterprise"] == [(date(2027, 10, 21), OVERDUE)] * 2
    for key in ("due_drill", "due_training"):
        assert missed[key] == [(date(2028, 1, 1), OVERDUE), (date(2029, 1, 1), LATER)]
    workspace = changed(
        tmp_path, ("records.csv", "11/KH-SKHCN (hư cấu),training,2026-04-22", "11/KH,training,2028-02-20"), source=SMALL
    )
    done = due_on(date(2028, 2, 29), workspace)
    assert "due_training" not in done
    assert done["due_training_late"] == [(date(2027, 1, 1), DONE_LATE), (date(2028, 1, 1), DONE_LATE)]


@pytest.mark.parametrize("on", [date(2026, 2, 10), date(2026, 11, 24), date(2028, 2, 29), date(2030, 6, 30)])
@pytest.mark.parametrize("kind", ["drill", "none"])
def test_years_without_a_drill_are_the_ones_that_due_tells_of(on: date, kind: str, tmp_path: Path) -> None:
    other = kind if kind == "drill" else "inspection"
    workspace = changed(tmp_path, ("records.csv", ",drill,2026-09-10", f",{other},2026-09-10"), source=SMALL)
    report = make_report(workspace, ReportName.TRAINING, on)
    (missing,) = (item.value for item in report.figures if item.key == "years_without_drill")
    assert missing == len(due_on(on, workspace).get("due_drill", []))


@pytest.mark.parametrize(
    ("folder", "key", "code", "last"),
    [
        (SMALL, "due_enterprise", "TR444", date(2027, 10, 20)),
        (PROVINCE, "due_inventory", "TR449", date(2027, 3, 31)),
    ],
)
def test_due_and_validate_agree_on_what_is_late(folder: Path, key: str, code: str, last: date) -> None:
    for on in (last, last + timedelta(days=1), date(2028, 2, 29)):
        told = [finding for finding in want(folder, on).findings if finding.code == code]
        late = [line for line in due_on(on, folder)[key] if line[1] is OVERDUE]
        assert len(told) == len(late)
        assert bool(late) == (on > last)


@pytest.mark.parametrize(
    ("key", "before"),
    [
        ("due_usage", date(2026, 12, 1)),
        ("due_security_units", date(2026, 12, 20)),
        ("due_security_owner", date(2026, 12, 25)),
        ("due_usage_figures", date(2026, 12, 5)),
        ("due_address_review", date(2027, 1, 1)),
        ("due_five_years", date(2030, 6, 30)),
    ],
)
def test_what_no_register_shows_is_told_for_thirty_days(key: str, before: date) -> None:
    assert (before, SOON) in due_on(before - timedelta(days=1))[key]
    for days in (0, 29):
        lines = due_on(before + timedelta(days=days))[key]
        assert (before, UNSHOWN) in lines
        assert [state for day, state in lines if day > before] in ([SOON], [LATER])
    assert before not in {day for day, _ in due_on(before + timedelta(days=30))[key]}


def test_an_enterprise_whose_register_has_a_later_report_may_have_reported() -> None:
    assert due_on(date(2026, 8, 3))["due_enterprise"] == [(date(2026, 7, 2), UNSHOWN)] * 2


REGISTERED = ",registration,2026-01-20,dept_ict,"


@pytest.mark.parametrize("issuer", ["dept_ict", "so-khcn", "provincial_pc"])
def test_a_registration_on_the_last_day_was_late(issuer: str, tmp_path: Path) -> None:
    before = date(2026, 1, 31)
    for day, late in (("2026-01-30", False), ("2026-01-31", True)):
        workspace = changed(tmp_path / day, ("records.csv", REGISTERED, f",registration,{day},{issuer},"), source=SMALL)
        for on in (date(2026, 2, 10), date(2026, 12, 31)):
            found = due_on(on, workspace)
            assert [line[0] for line in found["due_registration"]] == [date(2027, 1, 31)]
            assert found.get("due_registration_late", []) == ([(before, DONE_LATE)] if late else [])
        assert "due_registration_late" not in due_on(date(2027, 1, 1), workspace)


@pytest.mark.parametrize("issuer", ["vnpt-tn", "so-tai-chinh", "telecom_enterprise"])
def test_a_registration_of_somebody_else_is_none(issuer: str, tmp_path: Path) -> None:
    workspace = changed(tmp_path, ("records.csv", REGISTERED, f",registration,2026-01-20,{issuer},"), source=SMALL)
    found = due_on(date(2026, 2, 10), workspace)["due_registration"]
    assert found == [(date(2026, 1, 31), OVERDUE), (date(2027, 1, 31), LATER)]
    notes = [note.key for note in make_report(workspace, ReportName.REGISTRATION, date(2026, 2, 10)).notes]
    assert "no_registration" in notes


def test_a_registration_that_was_missed_stays_due(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    path = workspace / "records.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",registration," not in line), encoding="utf-8")
    found = [(date(2026, 1, 31), OVERDUE), (date(2027, 1, 31), SOON)]
    assert due_on(date(2026, 11, 24), workspace)["due_registration"] == found
    path.unlink()
    assert due_on(date(2026, 2, 10), workspace)["due_registration"][0] == (date(2026, 1, 31), UNSHOWN)


# Where it comes from.


def test_a_report_says_the_commit_and_whether_files_differ_from_it(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    assert commit_of(workspace) == ("", False)

    def git(*words: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.vn")
        done = subprocess.run(["git", *who, "-C", str(workspace), *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    head = git("rev-parse", "HEAD")
    assert commit_of(workspace) == (head, False)
    before = make_report(workspace, ReportName.TRAINING, None).basis
    with (workspace / "records.csv").open("a", encoding="utf-8") as file:
        file.write("13/KH (hư cấu),drill,2026-10-01,dept_ict,Diễn tập,,\n")
    after = make_report(workspace, ReportName.TRAINING, None).basis
    assert (before.is_changed, after.is_changed, after.commit) == (False, True, head)
    assert before.digest != after.digest


# The command line.


def test_every_report_is_listed_with_its_articles() -> None:
    code, text = truc("report", "--list", "-w", SMALL)
    assert code == 0
    assert all(f"  {name} " in text for name in NAMES)
    assert "E01 (Đ14.4, tn-46-2024)" in text
    assert truc("report", "-w", SMALL) == (0, text)


@pytest.mark.parametrize("name", [ReportName.USAGE, ReportName.ADDRESSES])
def test_a_report_is_written_in_every_form_that_is_asked_for(name: ReportName, tmp_path: Path) -> None:
    page, book, folder = tmp_path / "r.html", tmp_path / "r.xlsx", tmp_path / "r"
    code, text = truc("report", name, "-w", SMALL, "--html", page, "--xlsx", book, "--csv", folder, "--lang", "vi")
    assert code == 0
    assert [line.rsplit("/", 1)[-1] for line in text.splitlines()[:3]] == ["r.html", "r.xlsx", "r"]
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert load_workbook(book).worksheets
    assert {"about.csv", "figures.csv", "objects.csv"} < {path.name for path in folder.iterdir()}


def test_a_report_as_messages_has_every_row_and_the_objects_behind_it() -> None:
    code, text = truc("report", "assessments", "-w", SMALL, "--json")
    assert code == 0
    head, *lines, last = map(json.loads, text.splitlines())
    assert head["report"] == "assessments"
    rows = [line for line in lines if line["type"] == "row"]
    assert last["rows"] == len(rows)
    assert all(line["objects"] for line in rows)


def test_a_report_that_is_none_is_refused() -> None:
    code, text = truc("report", "weather", "-w", SMALL)
    assert code == 1
    assert "TR858" in text
    assert "assessments" in text


def test_due_is_told_in_both_languages_and_as_messages() -> None:
    for language in Language:
        code, text = truc("due", "-w", SMALL, "--on", "2026-11-24", "--lang", language)
        assert (code, "2026-12-01" in text) == (0, True)
        assert office_word(language, "word_due_usage") in text
    code, text = truc("due", "-w", SMALL, "--on", "2026-11-24", "--json")
    assert (code, json.loads(text.splitlines()[1])["state"]) == (0, "unshown")
    assert json.loads(text.splitlines()[2])["before"] == "2026-12-01"


def test_the_status_says_what_is_broken_waived_held_and_not_looked_at(tmp_path: Path) -> None:
    states = {item.obligation.identifier: item.state for item in rule_status(PROVINCE, None)[0]}
    assert (states["A11"], states["A22"]) == (RuleState.WAIVED, RuleState.HELD)
    assert (states["A05"], states["C08"]) == (RuleState.ELSEWHERE, RuleState.NOT_CHECKABLE)
    workspace = tmp_path / "w"
    shutil.copytree(SMALL, workspace, ignore=shutil.ignore_patterns("out"))
    (workspace / "rooms.csv").unlink()
    path = workspace / "attachments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("12/QĐ-UBND", "99/QĐ-UBND", 1), encoding="utf-8")
    found = {item.obligation.identifier: item for item in rule_status(workspace, None)[0]}
    assert found["A22"].state is RuleState.BROKEN
    assert [str(item.where) for item in found["A22"].findings] == ["attachments.csv:3:73"]
    assert (found["A14"].state, found["A14"].missing) == (RuleState.NO_REGISTER, ("rooms.csv",))
    assert found["D01"].state is RuleState.NOT_REACHED
    assert truc("rules", "A22", "--status", "-w", workspace)[0] == 1
    assert truc("rules", "A15", "--status", "-w", SMALL)[0] == 0


def words_used() -> Iterator[str]:
    for name in NAMES:
        report = made(name)
        yield f"title_{name}"
        for figure in report.figures:
            yield f"figure_{figure.key}"
        for table in report.tables:
            yield f"table_{table.key}"
            yield from (f"column_{key}" for key in table.columns)


def test_both_languages_have_the_same_words_and_all_that_are_used() -> None:
    vi, en = (load_words(language, "office") for language in Language)
    assert vi.keys() == en.keys()
    assert set(words_used()) <= vi.keys()
    assert REPORTS.keys() == set(ReportName)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for report_name in NAMES:
        (GOLDEN / f"{report_name}.jsonl").write_text(golden_of(made(report_name)), encoding="utf-8")
