"""Findings -> what people or scripts read of them.

The one idea: every command tells its findings in one way, with the source line that each is about, then how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from controller.output.json_lines import finding_message, print_message, start_messages
from controller.output.terminal import Output
from intents.finding import Finding, Severity
from intents.messages import describe
from intents.reader.excerpts import add_excerpts

ERROR_FORMAT = "truc/error/1"


def tell_findings(output: Output, folder: Path, findings: Iterable[Finding], *, failed: bool = False) -> None:
    """Write every finding in words (or as messages), errors last so that they are still on the screen.

    Words about a command that `failed` go to standard error.
    """
    write = output.error if failed else output.line
    kept = add_excerpts(folder, findings)
    for finding in sorted(kept, key=lambda item: item.severity is Severity.ERROR):
        if output.json:
            print_message(output, finding_message(finding, output.language))
        else:
            write(f"{describe(finding, output.language)}\n")


def count_findings(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity, all of them named."""
    counts = dict.fromkeys(("errors", "warnings", "notes"), 0)
    names = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.INFO: "notes"}
    for finding in findings:
        counts[names[finding.severity]] += 1
    return counts


def tell_failure(output: Output, folder: Path, findings: Iterable[Finding]) -> None:
    """Write the findings that ended a command, their count and what to do next."""
    kept = tuple(findings)
    if output.json:
        start_messages(output, ERROR_FORMAT)
    tell_findings(output, folder, kept, failed=True)
    counts = count_findings(kept)
    if output.json:
        print_message(output, {"type": "summary", "ok": False, **counts})
    else:
        output.error(output.words("failed", **counts))
        output.error(output.words("next_correct"))
