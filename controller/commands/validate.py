"""`truc validate`: everything that can be known of a workspace without writing a text."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from controller.boundary import check_folder, parse_day
from controller.jobs.pipeline import RUNNING, address, build_within_budgets, foresee, make_plans, want
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import count_findings, tell_findings
from intents.finding import Severity, raise_errors
from ipam.inventory import rendered_devices
from routing.device_texts import read_device_texts

VALIDATE_FORMAT = "truc/validate/1"


def validate_workspace(output: Output, folder: Path, on: str | None) -> ExitCode:
    """Load, check and address a workspace; write nothing but what was found; FindingsError."""
    if output.json:
        start_messages(output, VALIDATE_FORMAT)
    check_folder(folder)
    output.progress("want", 0, 0)
    addressed = address(want(folder, parse_day(on)))
    wanted = addressed.wanted
    output.note_day(wanted.on, stands_still=wanted.stands_still)
    platforms = {device.name: device.platform for device in rendered_devices(wanted.inventory)}
    _, texts = read_device_texts(folder / RUNNING, platforms, RUNNING, strangers=Severity.WARNING)
    plans = make_plans(addressed)
    feasible = raise_errors((*addressed.findings, *foresee(addressed, plans), *texts))
    _, fitting = build_within_budgets(addressed, plans)
    findings = raise_errors((*feasible, *fitting))
    counts = count_findings(findings)
    tell_findings(output, folder, findings)
    totals = {
        "intents": len(wanted.intents),
        "rules": len(wanted.policy.rules),
        "devices": len(wanted.inventory.devices),
        "attachments": len(wanted.registry.attachments),
    }
    if output.json:
        print_message(output, {"type": "summary", "ok": True, "on": wanted.on.isoformat(), **totals, **counts})
    else:
        output.say("validated", on=wanted.on, **totals, warnings=counts["warnings"], notes=counts["notes"])
        output.say("next_validate", folder=quote(str(folder)))
    return ExitCode.FINE
