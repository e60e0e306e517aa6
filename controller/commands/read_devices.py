"""`truc read-devices`: the texts that stand on the devices now, into a folder.

The one idea: every device that is asked for is told, read or not; what is not read leaves the rest as it is, and what was read
before stays and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from controller.boundary import check_folder, parse_day
from controller.fleet.credentials import CredentialReference, Credentials, resolve
from controller.fleet.interruption import stopping
from controller.fleet.readings import DeviceReach, DeviceReading, DeviceText, HandOver, NotRead, Pace, Stop
from controller.jobs.device_folder import DeviceFolder
from controller.jobs.pipeline import OUT, want
from controller.jobs.reach import WantedReach, reach_of
from controller.jobs.targets import Target, check_targets
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import start_messages
from controller.output.terminal import Output
from controller.reports.devices import ReadingReport, print_device_json, print_readings, print_readings_json
from controller.reports.findings import tell_findings

READ_DEVICES_FORMAT = "truc/read-devices/1"
ReadFleet: TypeAlias = Callable[
    [Sequence[DeviceReach], Mapping[CredentialReference, Credentials], Pace, HandOver, Stop], None
]
"""Reads devices: `controller.fleet.sweep.read_fleet`, whose libraries may not be installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDevicesRequest:
    """What is asked for."""

    folder: Path
    on: str | None
    out: Path
    reach: WantedReach
    pace: Pace


def read_devices_command(output: Output, request: ReadDevicesRequest, read_fleet: ReadFleet) -> ExitCode:
    """Read devices into a folder; INCONCLUSIVE if one, or a table of one, was not read, INTERRUPTED if not all were asked.

    FindingsError, OSError.
    """
    check_folder(request.folder)
    check_targets(
        [Target(option="-o", path=request.out, is_folder=True)],
        request.folder,
        read=[request.reach.table, request.folder / OUT],
    )
    output.progress("want", 0, 0)
    wanted = want(request.folder, parse_day(request.on))
    output.note_day(wanted.on, stands_still=wanted.stands_still)
    fleet, warnings = reach_of(wanted, request.reach)
    credentials = resolve(reach.credentials for reach in fleet if reach.host_key is not None)
    folder = DeviceFolder(request.out)
    folder.open()
    if output.json:
        start_messages(output, READ_DEVICES_FORMAT)
    tell_findings(output, request.folder, warnings)
    report = ReadingReport(total=len(fleet), out=request.out)
    try:
        with stopping() as stop:

            def take(reading: DeviceReading) -> None:
                _take(output, folder, report, reading, stop)

            output.progress("devices", 0, len(fleet))
            read_fleet(fleet, credentials, request.pace, take, stop)
    finally:
        folder.close()
    (print_readings_json if output.json else print_readings)(output, report)
    if stop.asked:
        return ExitCode.INTERRUPTED
    return ExitCode.INCONCLUSIVE if report.not_read or report.tables else ExitCode.FINE


def _take(output: Output, folder: DeviceFolder, report: ReadingReport, reading: DeviceReading, stop: Stop) -> None:
    """Keep one reading, and remember of it what is told at the end, which is not its text."""
    file = folder.take(reading)
    match reading:
        case DeviceText():
            report.read += 1
            if reading.tables is not None and reading.tables.missing:
                report.tables.append(reading.tables)
        case NotRead():
            report.not_read.append((reading, file))
    if output.json:
        print_device_json(output, reading, file)
    done = report.read + len(report.not_read)
    output.progress("devices_end" if stop.asked else "devices", done, report.total)
