"""`truc verify`: compile in memory, judge, and report in the forms asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.compile import compile_workspace
from controller.exit_codes import ExitCode
from controller.files import write_text
from controller.finding_report import tell_findings
from controller.junit import junit_text
from controller.mutation_report import MutationRun, code_of_score, print_score, print_score_json, try_mutations
from controller.output import Output
from controller.verify import VerifyReport, texts_to_judge, verify
from controller.verify_json import print_verify_json, print_verify_summary
from controller.verify_report import print_end, print_report
from intents.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What to judge and how to tell it. `configs`: a folder of texts, None for the compiled ones."""

    folder: Path
    on: str | None = None
    configs: Path | None = None
    junit: Path | None = None
    with_failures: bool = True
    mutations: MutationRun | None = None


def verify_command(output: Output, request: VerifyRequest) -> ExitCode:
    """Return what the verdicts lead to; FindingsError, OSError. Writes nothing but the JUnit file."""
    check_folder(request.folder)
    compiled = compile_workspace(request.folder, parse_day(request.on), output)
    texts = texts_to_judge(compiled, request.configs)
    report = verify(compiled, texts, output, with_failures=request.with_failures)
    if request.junit is not None:
        write_text(request.junit, junit_text(report))
    if output.json:
        print_verify_json(output, report)
    else:
        shown = [item for item in report.findings if item.severity is not Severity.INFO]
        tell_findings(output, request.folder, shown)
        print_report(output, report)
    code = _mutate(output, request, report)
    if output.json:
        print_verify_summary(output, report)
    else:
        if request.junit is not None:
            output.say("wrote_junit", file=request.junit)
        print_end(output, report)
    return report.exit_code or code


def _mutate(output: Output, request: VerifyRequest, report: VerifyReport) -> ExitCode:
    """Try faults if that was asked for and there is something that holds."""
    if request.mutations is None:
        return ExitCode.FINE
    if report.exit_code:
        if not output.json:
            output.say("mutations_skipped")
        return ExitCode.FINE
    output.progress("mutate", 0, 0)
    found = try_mutations(report.compiled, report.texts, request.mutations)
    if output.json:
        print_score_json(output, request.mutations, found)
    else:
        print_score(output, request.mutations, found)
    return code_of_score(found)
