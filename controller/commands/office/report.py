"""`truc report` and `truc due`: what an office reports of a day, in the forms asked for, and what is due. They only read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.jobs.files import Placing, write_bytes, write_text
from controller.jobs.pipeline import want
from controller.office.calendar import due_items
from controller.office.catalogue import REPORTS, due_of
from controller.office.facts import OfficeFacts
from controller.office.making import make_report
from controller.office.report import OfficeReport, ReportName
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.office.texts import csv_files, office_word, print_due, print_report, rule_text
from intents.rule_packs import rule_on

LIST_FORMAT = "truc/reports/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportForms:
    """Where a report goes besides the terminal; `page` and `workbook` make what is slow to import."""

    html: Path | None = None
    csv: Path | None = None
    xlsx: Path | None = None
    page: Callable[[OfficeReport], str] | None = None
    workbook: Callable[[str, OfficeReport], bytes] | None = None


def report_command(output: Output, folder: Path, name: ReportName, on: str | None, forms: ReportForms) -> ExitCode:
    """Make one report and write it in every form asked for, else to the terminal; FindingsError, OSError."""
    check_folder(folder)
    report = make_report(folder, name, parse_day(on))
    written = []
    if forms.html is not None and forms.page is not None:
        write_text(forms.html, forms.page(report))
        written.append(forms.html)
    if forms.xlsx is not None and forms.workbook is not None:
        write_bytes(forms.xlsx, forms.workbook(output.language, report))
        written.append(forms.xlsx)
    if forms.csv is not None:
        forms.csv.mkdir(parents=True, exist_ok=True)
        with Placing() as placing:
            for file, data in csv_files(output.language, report).items():
                placing.file(forms.csv / file, data)
            placing.put()
        written.append(forms.csv)
    if output.json or not written:
        print_report(output, report)
    else:
        for path in written:
            output.say("wrote_file", file=path)
    return ExitCode.FINE


def list_reports(output: Output, folder: Path, on: str | None) -> ExitCode:
    """Say which reports there are, what asks for each on the day, and when it is due."""
    check_folder(folder)
    wanted = want(folder, parse_day(on))
    if output.json:
        start_messages(output, LIST_FORMAT, on=wanted.on.isoformat())
    rows = []
    for name, kind in REPORTS.items():
        rules = ", ".join(rule_text(rule_on(item, wanted.on)) for item in kind.requirements)
        due = due_of(name, wanted.on)
        title = office_word(output.language, f"title_{name}")
        day = due.isoformat() if due is not None else ""
        if output.json:
            print_message(output, {"type": "report", "report": str(name), "title": title, "rules": rules, "due": day})
        rows.append([str(name), title, rules, day])
    if output.json:
        print_message(output, {"type": "summary", "ok": True, "rows": len(rows)})
        return ExitCode.FINE
    header = [office_word(output.language, f"column_{key}") for key in ("report", "title", "asked_by", "before_day")]
    output.table(header, rows)
    return ExitCode.FINE


def due_command(output: Output, folder: Path, on: str | None) -> ExitCode:
    """Say what is due, and when."""
    check_folder(folder)
    wanted = want(folder, parse_day(on))
    output.note_day(wanted.on, stands_still=wanted.stands_still)
    print_due(output, due_items(OfficeFacts(wanted)), wanted.on)
    return ExitCode.FINE
