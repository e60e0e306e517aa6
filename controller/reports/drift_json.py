"""A `DriftReport` -> JSON Lines, format truc/drift/1."""

from __future__ import annotations

from controller.drift.report import DRIFT_FORMAT, DriftReport
from controller.output.json_lines import (
    Message,
    because_message,
    culprit_message,
    finding_message,
    flow_message,
    print_message,
    reason_message,
    start_messages,
)
from controller.output.terminal import Output
from controller.reports.witness import print_witness_json, witness_summary
from intents.reason import describe_reason
from verification.drift.difference import DriftLine
from verification.drift.effects import DriftEffect
from verification.drift.found import DeviceDrift
from verification.verdicts.verdict import Replay


def print_drift_json(output: Output, report: DriftReport) -> None:
    """Write the format, then every finding, drift, device in progress or not read, and the summary."""
    against = "approved" if report.texts.approved else "compiled"
    start_messages(output, DRIFT_FORMAT, on=report.on.isoformat(), against=against, failures=report.with_failures)
    for finding in report.findings:
        print_message(output, finding_message(finding, output.language))
    for drift in report.drifts.found:
        print_message(output, _drift(report, drift))
    for kind, devices in (("in progress", report.drifts.in_progress), ("not read", report.texts.not_read)):
        for device in devices:
            print_message(output, {"type": kind, "device": device})
    print_witness_json(output, report)
    counts = report.counts
    print_message(
        output,
        {
            "type": "summary",
            "ok": not report.exit_code,
            "devices": len(report.texts.expected),
            "read": len(report.texts.found),
            "drifting": sum(counts.values()),
            "classes": {str(name): count for name, count in counts.items()},
            "in_progress": len(report.drifts.in_progress),
            "not_read": len(report.texts.not_read),
            "judged": report.drifts.judged,
            "alone": report.drifts.alone,
            "doubts": [describe_reason(item, "en") for item in report.drifts.doubts],
            "doubt_reasons": [reason_message(item) for item in report.drifts.doubts],
            "witness": witness_summary(report),
        },
    )


def _drift(report: DriftReport, drift: DeviceDrift) -> Message:
    return {
        "type": "drift",
        "device": drift.device,
        "file": report.file_name(drift.device),
        "class": str(drift.drift_class),
        "since": report.since[drift.device],
        "digest": report.digests[drift.device],
        "missing": list(map(_line, drift.missing)),
        "added": list(map(_line, drift.added)),
        "effects": list(map(_effect, drift.effects)),
    }


def _line(line: DriftLine) -> Message:
    return {"line": line.line, "path": list(line.path), "kind": str(line.kind), "ours": line.ours}


def _effect(effect: DriftEffect) -> Message:
    return {
        "class": str(effect.drift_class),
        "kind": effect.kind,
        "subject": describe_reason(effect.subject, "en"),
        "source": effect.source,
        "destination": effect.destination,
        "was": effect.was,
        "now": effect.now,
        **because_message(effect.reason),
        "flow": None if effect.flow is None else flow_message(effect.flow),
        "failure": str(effect.failure),
        "replayed": effect.replay is Replay.AGREES,
        "replay": str(effect.replay),
        "lines": [culprit_message(item) for item in effect.culprits],
        "alike": effect.alike,
        "together_with": list(effect.others),
        "hidden": effect.hidden,
    }
