"""`truc drift`: what the texts found on devices do that the expected ones do not, in the forms asked for. It only reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.commands.kept import open_store
from controller.drift.found import find_drift
from controller.drift.report import DriftReport, read_since, report_of_day
from controller.drift.texts import read_texts
from controller.drift.witness import witness_of
from controller.jobs.compile import compile_workspace
from controller.jobs.files import write_text
from controller.jobs.judging import Extent
from controller.jobs.targets import Target, check_targets
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.drift import print_drift
from controller.reports.drift_json import print_drift_json
from controller.reports.drift_junit import drift_junit
from controller.reports.findings import tell_findings
from controller.reports.redaction import redact_drifts
from intents.finding import Severity

DriftPage = Callable[[DriftReport], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPageFile:
    """Where the page goes and what makes it: its library is slow to import, so only who wants a page brings it."""

    path: Path
    make_page: DriftPage


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRequest:
    """What is compared and how it is told. `running`: the folder of texts that were found; `approved`: of those expected (None:
    the compiled ones); `accept`: of a change in progress; `since`: an earlier report."""

    folder: Path
    running: Path
    on: str | None = None
    approved: Path | None = None
    accept: tuple[Path, ...] = ()
    since: Path | None = None
    junit: Path | None = None
    page: DriftPageFile | None = None
    extent: Extent = field(default_factory=Extent)
    uses_cache: bool = True
    tells_cache: bool = False


def drift_command(output: Output, request: DriftRequest) -> ExitCode:
    """Return whether anything drifts; FindingsError, OSError. Writes nothing but the files asked for."""
    check_folder(request.folder)
    targets = _targets(request)
    check_targets(targets, request.folder, (request.running, request.approved, *request.accept, request.since))
    output.owed = [target.path for target in targets]
    known = read_since(request.since)
    compiled = compile_workspace(request.folder, parse_day(request.on), output)
    texts, warnings = read_texts(compiled, request.running, request.approved, request.accept)
    store = open_store(output, tells=request.tells_cache) if request.uses_cache else None
    drifts = find_drift(compiled, texts, output, request.extent, store)
    findings = (*compiled.findings, *warnings)
    witness = witness_of(compiled, texts, request.running, output, drifting=bool(drifts.found or drifts.in_progress))
    failures = request.extent.failures
    found = report_of_day(compiled, texts, drifts, known, with_failures=failures, findings=findings, witness=witness)
    report = redact_drifts(found)
    _write(output, request, report)
    if output.json:
        print_drift_json(output, report)
    else:
        tell_findings(output, request.folder, [item for item in warnings if item.severity is not Severity.INFO])
        print_drift(output, report, tuple(target.path for target in targets))
    return report.exit_code


def _targets(request: DriftRequest) -> list[Target]:
    named = {"--junit": request.junit, "--html": None if request.page is None else request.page.path}
    return [Target(option=option, path=path) for option, path in named.items() if path is not None]


def _write(output: Output, request: DriftRequest, report: DriftReport) -> None:
    if request.junit is not None:
        write_text(request.junit, drift_junit(report))
        output.owed.remove(request.junit)
    if request.page is not None:
        write_text(request.page.path, request.page.make_page(report))
        output.owed.remove(request.page.path)
