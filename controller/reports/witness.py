"""What devices' tables say of truc's own model -> findings, words of the terminal, and messages.

The one idea: only what nothing explains is a finding; the rest is counted, with what explains it, so that it drowns nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from controller.drift.report import DriftReport
from controller.output.json_lines import Message, culprit_message, print_message, reason_message
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.finding import Finding, Severity, Where, make_finding
from intents.messages import printable
from intents.reason import Reason, because, describe_reason
from routing.vendors.device_tables import scope_in_words
from verification.drift.witness import NotWitnessed, Witness, WitnessClass, WitnessDifference
from verification.verdicts.route_entry import table_named

MOST_FAULTS = 10
MOST_CAUSES = 5
MOST_SILENT = 10
"""Faults, causes and tables that are not had which a terminal shows."""

WORDS: Mapping[WitnessClass, str] = {
    WitnessClass.UNSETTLED: "witness_unsettled",
    WitnessClass.NOT_MODELLED: "witness_not_modelled",
    WitnessClass.OUTSIDE: "witness_outside",
    WitnessClass.FAILURE: "witness_failure",
    WitnessClass.DRIFT: "witness_drift",
}
"""What is said of the classes that are no faults, worst first."""


def faults_of(report: DriftReport) -> tuple[Finding, ...]:
    """Return every fault of the model as a finding at the line that the prediction rests on."""
    return () if report.witness is None else tuple(_fault(report, item) for item in report.witness.faults)


def _fault(report: DriftReport, item: WitnessDifference) -> Finding:
    line = item.culprits[0] if item.culprits else None
    return make_finding(
        "TR900",
        Where(file=report.file_name(item.device), line=0 if line is None else line.line, device=item.device),
        excerpt="" if line is None else line.text,
        vrf=table_named(item.vrf),
        about="-" if item.prefix is None else item.prefix,
        predicted=item.predicted,
        shown=item.shown,
        facts=", ".join(item.facts) or "-",
    )


def silent_of(report: DriftReport) -> tuple[Finding, ...]:
    """Return the devices whose tables are there and of no use, as findings."""
    if report.witness is None:
        return ()
    return tuple(
        make_finding("TR901", Where(device=item.device), severity=Severity.WARNING, reason=item.why, device=item.device)
        for item in report.witness.not_read
        if item.scope is None and item.why.key != "table_file_none"
    )


def counts_of(witness: Witness) -> Mapping[WitnessClass, int]:
    """Return how many differences each class has, all named."""
    found = Counter(item.witness_class for item in witness.differences)
    return {name: found[name] for name in WitnessClass}


def print_witness(output: Output, report: DriftReport) -> None:
    """Write the faults of the model, what else differs and why, what was not had, and one line about all; nothing without
    tables."""
    witness = report.witness
    if witness is None:
        return
    faults = faults_of(report)
    tell_findings(output, report.compiled.addressed.wanted.folder, (*silent_of(report), *faults[:MOST_FAULTS]))
    if len(faults) > MOST_FAULTS:
        output.say("more_model_faults", count=len(faults) - MOST_FAULTS)
    if witness.down:
        words = (printable(output.in_words(item)) for item in witness.down[:MOST_CAUSES])
        output.say("witness_down", count=len(witness.down), causes="; ".join(words))
    for name in WORDS:
        _print_class(output, name, [item for item in witness.differences if item.witness_class is name])
    for item in witness.not_read[:MOST_SILENT]:
        output.say("witness_not_read", table=printable(output.in_words(_silent(item))))
    if len(witness.not_read) > MOST_SILENT:
        output.say("witness_more_not_read", count=len(witness.not_read) - MOST_SILENT)
    said = output.words(
        "witness_closing", devices=witness.devices, tables=witness.tables, routes=witness.routes, faults=len(faults)
    )
    output.line(output.paint(said, "bad" if faults else "unsure" if not report.witness_is_sure else "good"))


def _print_class(output: Output, name: WitnessClass, found: list[WitnessDifference]) -> None:
    if not found:
        return
    causes = tuple(dict.fromkeys(cause for item in found for cause in item.causes))
    words = "; ".join(printable(output.in_words(cause)) for cause in causes[:MOST_CAUSES])
    output.say(WORDS[name], count=len(found), causes=words or "-")


def _silent(item: NotWitnessed) -> Reason:
    table = because("all_tables") if item.scope is None else scope_in_words(item.scope)
    return because("table_missing", table=because("table_of_device", device=item.device, table=table), why=item.why)


# messages


def print_witness_json(output: Output, report: DriftReport) -> None:
    """Write every difference, and every table that is not had, as messages; nothing without tables."""
    if report.witness is None:
        return
    tell_findings(output, report.compiled.addressed.wanted.folder, (*silent_of(report), *faults_of(report)))
    for difference in report.witness.differences:
        print_message(output, _message(difference))
    for down in report.witness.down:
        print_message(output, {"type": "down", "reason": describe_reason(down, "en"), "because": reason_message(down)})
    for item in report.witness.not_read:
        table = None if item.scope is None else describe_reason(scope_in_words(item.scope), "en")
        why = {"reason": describe_reason(item.why, "en"), "because": reason_message(item.why)}
        print_message(output, {"type": "not witnessed", "device": item.device, "table": table, **why})


def _message(item: WitnessDifference) -> Message:
    return {
        "type": "witness",
        "class": str(item.witness_class),
        "device": item.device,
        "vrf": item.vrf,
        "prefix": None if item.prefix is None else str(item.prefix),
        "predicted": describe_reason(item.predicted, "en"),
        "shown": describe_reason(item.shown, "en"),
        "lines": list(map(culprit_message, item.culprits)),
        "facts": list(item.facts),
        "causes": [describe_reason(cause, "en") for cause in item.causes],
    }


def witness_summary(report: DriftReport) -> Message | None:
    """Return what the summary says of tables, None if there were none."""
    witness = report.witness
    if witness is None:
        return None
    return {
        "devices": witness.devices,
        "tables": witness.tables,
        "routes": witness.routes,
        "not_read": len(witness.not_read),
        "down": len(witness.down),
        "classes": {str(name): count for name, count in counts_of(witness).items()},
    }
