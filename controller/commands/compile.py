"""`truc compile`: compile in memory, compare, perhaps write, and report."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from pathlib import Path

from controller.boundary import check_folder, parse_day
from controller.commands.addresses.in_netbox import compile_in_netbox
from controller.jobs.alone import alone_in
from controller.jobs.compile import CompileReport, compare, compile_wanted, recover, want_in, write
from controller.jobs.pipeline import LOCKFILE, OUT
from controller.jobs.targets import Target, check_targets, try_place
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.compile import print_compile, print_compile_json
from intents.reason import Reason, because


def compile_command(
    output: Output, folder: Path, on: str | None, out: Path | None, *, check: bool, detailed: bool
) -> ExitCode:
    """Return CHANGES if `detailed` and something changed; with `check` nothing is written. FindingsError, OSError."""
    check_folder(folder)
    day = parse_day(on)
    target = out or folder / OUT
    with nullcontext() if check else alone_in(folder):
        report = _compile(output, folder, day, target, check=check)
    if output.json:
        print_compile_json(output, report, written=not check)
    else:
        print_compile(output, report, written=not check)
    return ExitCode.CHANGES if detailed and report.changes else ExitCode.FINE


def _compile(output: Output, folder: Path, day: date | None, target: Path, *, check: bool) -> CompileReport:
    if not check:
        if not (folder / LOCKFILE).exists():
            try_place(Target(option="", path=folder / LOCKFILE))
        option: str | Reason = because("default_output") if target == folder / OUT else "-o"
        check_targets([Target(option=option, path=target, is_folder=True)], folder)
    wanted = want_in(folder, day, output)
    if wanted.settings.store == "netbox":
        return compile_in_netbox(output, wanted, target, check=check)
    compiled = compile_wanted(wanted, output)
    if not check:
        recover(target)
    report = compare(compiled, target, writing=not check)
    if not check:
        write(report)
    return report
