"""`truc verify`: compile in memory, judge, and report in the forms asked for."""

from __future__ import annotations

from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.compile import compile_workspace
from controller.exit_codes import ExitCode
from controller.files import write_text
from controller.finding_report import tell_findings
from controller.junit import junit_text
from controller.output import Output
from controller.verify import verify
from controller.verify_json import print_verify_json
from controller.verify_report import print_report
from intents.finding import Severity


def verify_command(
    output: Output, folder: Path, on: str | None, configs: Path | None, junit: Path | None, *, with_failures: bool
) -> ExitCode:
    """Return what the verdicts lead to; FindingsError, OSError. Writes nothing but the JUnit file."""
    check_folder(folder)
    compiled = compile_workspace(folder, parse_day(on), output)
    report = verify(compiled, configs, output, with_failures=with_failures)
    if junit is not None:
        write_text(junit, junit_text(report))
    if output.json:
        print_verify_json(output, report)
    else:
        tell_findings(output, folder, [item for item in report.findings if item.severity is not Severity.INFO])
        print_report(output, report)
    return report.exit_code
