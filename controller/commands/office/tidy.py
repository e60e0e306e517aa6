"""`truc tidy`: the tables of a workspace in the one form that all have, whatever a spreadsheet made of them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from controller.boundary import check_folder
from controller.jobs.alone import alone_in
from controller.jobs.tidy import tidy_tables, write_tables
from controller.output.exit_codes import ExitCode
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import tell_findings

TIDY_FORMAT = "truc/tidy/1"


def tidy_workspace(output: Output, folder: Path, *, check: bool) -> ExitCode:
    """Rewrite the tables that are not tidy; with `check` only say which (CHANGES). FindingsError, OSError."""
    if output.json:
        start_messages(output, TIDY_FORMAT)
    check_folder(folder)
    with nullcontext() if check else alone_in(folder):
        tables = tidy_tables(folder)
        if not check:
            write_tables(folder, tables)
    changed = [table for table in tables if table.changes]
    tell_findings(output, folder, [item for table in changed for item in table.warnings])
    if output.json:
        for table in tables:
            print_message(output, {"type": "table", "file": table.file, "changes": table.changes})
        print_message(output, {"type": "summary", "ok": True, "tables": len(tables), "changes": len(changed)})
    else:
        for table in changed:
            output.line(f"  {table.file}")
        output.say("tidied_check" if check else "tidied", count=len(changed), tables=len(tables))
    return ExitCode.CHANGES if check and changed else ExitCode.FINE
