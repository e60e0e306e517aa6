"""Readings of devices -> what a person or a script reads of them; never a word of their texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from controller.fleet.readings import DeviceReading, DeviceText, NotRead, ReadingTrouble
from controller.jobs.device_folder import KeptFile
from controller.output.json_lines import Message, finding_message, print_message
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.finding import Finding, Severity, Where, make_finding
from intents.messages import printable
from intents.reason import because
from routing.vendors.device_tables import DeviceTables, scope_in_words

MOST_TABLES = 5
"""Tables of a device that are named where they are not had; the file has all."""
CODES = {
    ReadingTrouble.KEY_DIFFERS: "TR870",
    ReadingTrouble.KEY_UNKNOWN: "TR871",
    ReadingTrouble.LOGIN: "TR872",
    ReadingTrouble.UNREACHABLE: "TR873",
    ReadingTrouble.TIMEOUT: "TR874",
    ReadingTrouble.DROPPED: "TR875",
    ReadingTrouble.ANOTHER_NAME: "TR876",
    ReadingTrouble.INCOMPLETE: "TR877",
    ReadingTrouble.UNEXPECTED: "TR878",
    ReadingTrouble.NOT_ASKED: "TR879",
    ReadingTrouble.FAULT: "TR880",
}


@dataclass(slots=True, kw_only=True)
class ReadingReport:
    """What a run has come to: how many devices were read, which were not, with the text of an earlier reading, and what is not
    had of the tables that were asked for."""

    total: int
    out: Path
    read: int = 0
    not_read: list[tuple[NotRead, KeptFile | None]] = field(default_factory=list)
    tables: list[DeviceTables] = field(default_factory=list)
    """Of the devices of which a table was asked for and is not had."""


def tell_reading(reading: NotRead) -> Finding:
    """Return why a device was not read, as a finding."""
    reach = reading.reach
    return make_finding(
        CODES[reading.trouble],
        Where(device=reach.device),
        severity=Severity.WARNING,
        address=f"{reach.address} port {reach.port}",
        detail=reading.detail,
    )


def tell_missing(tables: DeviceTables) -> Finding:
    """Return which tables of a device are not had, and why, as a finding."""
    missing = tables.missing
    reasons = tuple(because("table_missing", table=scope_in_words(item.scope), why=item.missing) for item in missing)
    return make_finding(
        "TR899",
        Where(device=tables.device),
        severity=Severity.WARNING,
        count=len(missing),
        asked=len(tables.tables),
        tables=because("table_list", tables=reasons[:MOST_TABLES]),
    )


def tell_readings(report: ReadingReport) -> tuple[Finding, ...]:
    """Return what is to be said of a run, device by device, and which texts are older."""
    by_device = sorted(report.not_read, key=lambda pair: pair[0].reach.device)
    kept = [reading.reach.device for reading, file in by_device if file is not None]
    told = [tell_reading(reading) for reading, _ in by_device]
    if kept:
        where = Where(file=str(report.out))
        told.append(make_finding("TR883", where, severity=Severity.WARNING, devices=", ".join(kept)))
    told += [tell_missing(tables) for tables in sorted(report.tables, key=lambda item: item.device)]
    return tuple(told)


def print_readings(output: Output, report: ReadingReport) -> None:
    """Write which devices were not read, what to do next, and the closing line."""
    tell_findings(output, Path(), tell_readings(report))
    out = printable(str(report.out))
    if report.tables:
        output.say("devices_tables", count=sum(len(item.missing) for item in report.tables), devices=len(report.tables))
    output.say("next_devices_again" if report.not_read else "next_devices", out=out)
    missing = len(report.not_read)
    closing = output.words("devices_closing", read=report.read, total=report.total, missing=missing, out=out)
    output.line(output.paint(closing, "unsure" if missing else "good"))


def print_device_json(output: Output, reading: DeviceReading, file: KeptFile | None) -> None:
    """Write what came of one device as a message."""
    reach = reading.reach
    trouble = None if isinstance(reading, DeviceText) else str(reading.trouble)
    print_message(
        output,
        {
            "type": "device",
            "device": reach.device,
            "platform": reach.platform,
            "address": reach.address,
            "port": reach.port,
            "transport": str(reach.transport),
            "read": trouble is None,
            "trouble": trouble,
            "seconds": round(reading.seconds, 3),
            "file": None if file is None else file.name,
            "bytes": 0 if file is None else file.bytes,
            "lines": 0 if file is None else file.lines,
            "sha256": None if file is None else file.digest,
            "tables": _counts(reading.tables) if isinstance(reading, DeviceText) else None,
        },
    )


def _counts(tables: DeviceTables | None) -> Message | None:
    """Return how many tables were asked for and are had; None if none was."""
    if tables is None:
        return None
    return {"asked": len(tables.tables), "had": len(tables.tables) - len(tables.missing)}


def print_readings_json(output: Output, report: ReadingReport) -> None:
    """Write which devices were not read, and a summary, as messages."""
    for finding in tell_readings(report):
        print_message(output, finding_message(finding, output.language))
    missing = len(report.not_read)
    message = {
        "type": "summary",
        "ok": not missing and not report.tables,
        "devices": report.total,
        "read": report.read,
        "not_read": missing,
    }
    print_message(output, message)
