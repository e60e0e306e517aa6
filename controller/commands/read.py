"""`truc read`: what is understood of texts that somebody captured, without any workspace."""

from __future__ import annotations

from pathlib import Path

from controller.jobs.captured import read_captured
from controller.jobs.line_forms import unknown_forms
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import finding_message, print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from controller.reports.read import print_forms, print_read, print_read_end, print_read_json

READ_FORMAT = "truc/read/1"


def read_command(output: Output, path: Path, platform: str | None, *, all_lines: bool) -> ExitCode:
    """Say what was made of every text; INCONCLUSIVE if a line is not understood. FindingsError, OSError. Writes nothing."""
    texts, findings = read_captured(path, platform)
    forms = unknown_forms(texts)
    if output.json:
        start_messages(output, READ_FORMAT)
        for finding in findings:
            print_message(output, finding_message(finding, output.language))
        print_read_json(output, texts, forms, all_lines=all_lines)
    else:
        tell_findings(output, Path(), findings)
        for text in texts:
            print_read(output, text, all_lines=all_lines)
        print_forms(output, forms, all_lines=all_lines)
        print_read_end(output, texts)
    return ExitCode.INCONCLUSIVE if forms else ExitCode.FINE
