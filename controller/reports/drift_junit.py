"""A `DriftReport` -> JUnit XML: a test case for each device, so that a CI system shows which drift, and how badly.

The one idea: no report is all green where the command is not: a device that was not read, or of which nothing can be said, is an
error, a drift is a failure; a fault of truc's own model is an error of a suite of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from controller.drift.report import DriftReport
from controller.reports.witness import faults_of
from intents.finding import Finding
from intents.messages import describe, printable
from intents.reason import describe_reason
from verification.drift.classes import DriftClass
from verification.drift.found import DeviceDrift
from verification.verdicts.flow import describe_flow


def drift_junit(report: DriftReport) -> str:
    """Return the report as XML; without times, so that equal results are equal bytes."""
    root = Element("testsuites", name="truc drift")
    suite = SubElement(root, "testsuite", name="devices")
    drifting = {item.device: item for item in report.drifts.found}
    for device in sorted(report.texts.expected):
        case = SubElement(suite, "testcase", classname="device", name=printable(device))
        if device in drifting:
            _add_drift(case, report, drifting[device])
        elif device in report.texts.not_read:
            SubElement(case, "error", type="not-read", message="no text of it was found")
    suites = [suite]
    if report.witness is not None:
        suites.append(_model(root, report))
    for key, tag in (("tests", "testcase"), ("failures", "testcase/failure"), ("errors", "testcase/error")):
        for item in suites:
            item.set(key, str(len(item.findall(tag))))
        root.set(key, str(sum(int(item.get(key, "0")) for item in suites)))
    for item in suites:
        item.set("skipped", "0")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _model(root: Element, report: DriftReport) -> Element:
    """Add what devices' tables say of the model: a test case for each device, an error for each that is a witness against it."""
    suite = SubElement(root, "testsuite", name="model")
    faults: dict[str, list[Finding]] = {}
    for finding in faults_of(report):
        faults.setdefault(finding.where.device, []).append(finding)
    for device in sorted(report.texts.found):
        case = SubElement(suite, "testcase", classname="model", name=printable(device))
        if device in faults:
            told = [printable(describe(finding, "en")) for finding in faults[device]]
            SubElement(case, "error", type="model-fault", message=told[0]).text = "\n".join(told)
    return suite


def _add_drift(case: Element, report: DriftReport, drift: DeviceDrift) -> None:
    is_open = drift.drift_class is DriftClass.NOT_MODELLED
    told = [printable(text) for text in _told(report, drift)]
    found = SubElement(case, "error" if is_open else "failure", type=str(drift.drift_class), message=told[0])
    found.text = "\n".join((*told, f"since {report.since[drift.device]}"))


def _told(report: DriftReport, drift: DeviceDrift) -> Iterator[str]:
    for effect in drift.effects:
        packet = "" if effect.flow is None else f": {describe_flow(effect.flow, 'en')}"
        yield f"{effect.drift_class}: {describe_reason(effect.reason, 'en')}{packet}"
    file = report.file_name(drift.device)
    for sign, lines in (("-", drift.missing), ("+", drift.added)):
        for line in lines:
            yield f"{sign} {file}:{line.line}: {line.text}"
