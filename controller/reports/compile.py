"""A `CompileReport` -> the summary that a person reads, or JSON Lines.

The one idea: symbols first (`+` new, `~` changed, `-` gone), never colour alone; then what to do next.
"""

from __future__ import annotations

from shlex import quote

from controller.jobs.changes import TextChange, new_access, total_of
from controller.jobs.compile import CompileReport
from controller.jobs.pipeline import LOCKFILE
from controller.output.json_lines import print_message, start_messages
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.finding import Severity

COMPILE_FORMAT = "truc/compile/1"
MOST_SHOWN = 20


def print_compile(output: Output, report: CompileReport, *, written: bool) -> None:
    """Write what changes (or would change) and what to do next."""
    wanted = report.compiled.addressed.wanted
    warnings = [item for item in report.compiled.findings if item.severity is not Severity.INFO]
    tell_findings(output, wanted.folder, (*warnings, *report.foreign))
    _print_plan(output, report)
    _print_texts(output, report)
    if not report.changes and (report.wrote_before or not written):
        output.say("nothing_changes")
    if written:
        output.say("wrote", lockfile=wanted.folder / LOCKFILE, out=report.out)
        output.say("next_compile", folder=quote(str(wanted.folder)))
    else:
        output.say("next_check" if report.changes else "next_compile", folder=quote(str(wanted.folder)))


def _print_plan(output: Output, report: CompileReport) -> None:
    total = total_of(report.plan)
    output.say(
        "plan_changes",
        new=total.new,
        changed=total.changed,
        quarantined=total.quarantined,
        released=total.released,
        on=report.compiled.addressed.wanted.on,
    )
    if report.renamed:
        output.say("renamed", count=report.renamed)
    if any(report.pools):
        new, changed, gone = report.pools
        output.say("pool_changes", new=new, changed=changed, gone=gone)
    rows = [
        [_symbol(item.new, item.changed, item.quarantined + item.released), item.place, f"+{item.new:,}",
         f"~{item.changed:,}", f"-{item.quarantined:,}", f"x{item.released:,}"]
        for item in report.plan
    ]  # fmt: skip
    if rows:
        headers = [
            " ",
            *(output.words(f"column_{key}") for key in ("pool", "new", "changed", "quarantined", "released")),
        ]
        output.table(headers, rows, (2, 3, 4, 5))
    access = new_access(report.compiled.addressed.carried, report.compiled.addressed.address_plan)
    if access:
        output.say("access_changes", count=len(access))
        _print_some(output, [f"  + {text}" for text in access])
    output.line()


def _print_texts(output: Output, report: CompileReport) -> None:
    configs = report.compiled.configs
    lines = sum(item.text.count("\n") for item in configs.values())
    output.say("devices", devices=len(configs), lines=lines)
    if not report.wrote_before:
        output.say("never_written")
    elif report.texts:
        output.say(
            "text_changes",
            devices=len(report.texts),
            new=sum(item.new for item in report.texts),
            gone=sum(item.gone for item in report.texts),
        )
        _print_some(output, [_text_line(item) for item in report.texts])
    output.line()


def _text_line(item: TextChange) -> str:
    symbol = "+" if item.is_new else "-" if item.is_gone else "~"
    return f"  {symbol} {item.device}  +{item.new:,} -{item.gone:,}"


def _print_some(output: Output, lines: list[str]) -> None:
    for text in lines[:MOST_SHOWN]:
        output.line(text)
    if len(lines) > MOST_SHOWN:
        output.say("more_lines", count=len(lines) - MOST_SHOWN)


def _symbol(new: int, changed: int, gone: int) -> str:
    if new and not changed and not gone:
        return "+"
    return "-" if gone and not new and not changed else "~"


def print_compile_json(output: Output, report: CompileReport, *, written: bool) -> None:
    """Write findings, changes and a summary as JSON Lines."""
    wanted = report.compiled.addressed.wanted
    start_messages(output, COMPILE_FORMAT, on=wanted.on.isoformat())
    tell_findings(output, wanted.folder, (*report.compiled.findings, *report.foreign))
    for item in report.plan:
        print_message(
            output,
            {"type": "plan change", "place": item.place, "new": item.new, "changed": item.changed,
             "quarantined": item.quarantined, "released": item.released},
        )  # fmt: skip
    for text in report.texts:
        print_message(output, {"type": "text change", "file": text.device, "new": text.new, "gone": text.gone})
    print_message(
        output,
        {"type": "summary", "ok": True, "changes": report.changes, "written": written, "out": str(report.out),
         "renamed": report.renamed, "devices": len(report.compiled.configs)},
    )  # fmt: skip
