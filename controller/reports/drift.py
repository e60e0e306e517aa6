"""A `DriftReport` -> what a person reads on a terminal: the worst first, and no more than can be read.

The one idea: what a drift does comes before the lines that do it; whatever is left out is counted, and `--json` has it.
"""

from __future__ import annotations

from pathlib import Path

from controller.drift.report import DriftReport
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.details import print_detail, quoted_line
from controller.reports.witness import print_witness
from intents.messages import printable
from verification.drift.classes import DriftClass
from verification.drift.effects import ACCESS, ADMISSION, DriftEffect
from verification.drift.found import DeviceDrift
from verification.verdicts.flow import describe_flow

MOST_DEVICES = 20
MOST_EFFECTS = 4
MOST_LINES = 8
MOST_NAMES = 20
"""Devices, effects and lines of each, and names in a list, that are shown."""
COLOURS = {
    DriftClass.OPENS_FORBIDDEN: "bad",
    DriftClass.OPENS_UNDECLARED: "bad",
    DriftClass.BREAKS_PROMISE: "bad",
    DriftClass.WEAKENS_FENCE: "unsure",
    DriftClass.NEUTRAL: "good",
    DriftClass.NOT_MODELLED: "unsure",
}


def print_drift(output: Output, report: DriftReport, wrote: tuple[Path, ...] = ()) -> None:
    """Write every drifting device with what it does, then what was not looked at, what to do next and the closing line."""
    found = report.drifts.found
    for drift in found[:MOST_DEVICES]:
        _print_device(output, report, drift)
    if len(found) > MOST_DEVICES:
        output.say("more_drifts", count=len(found) - MOST_DEVICES)
        output.line()
    _print_names(output, "drift_in_progress", report.drifts.in_progress)
    _print_names(output, "drift_not_read", report.texts.not_read)
    if report.drifts.judged > report.drifts.alone:
        output.say("drift_together_only", count=report.drifts.judged - report.drifts.alone)
    for reason in report.drifts.doubts:
        output.say("change_doubt", reason=printable(output.in_words(reason)))
    if not report.with_failures and report.drifts.judged:
        output.say("no_failures_tried")
    print_witness(output, report)
    for path in wrote:
        output.say("wrote_file", file=path)
    output.say(f"next_drift_{_ending(report)}")
    output.line(output.paint(closing_line(output, report), _colour(report)))


def closing_line(output: Output, report: DriftReport) -> str:
    """Return the last line: how many devices were read, how many drift in each class, and against what."""
    counts = report.counts
    classes = ", ".join(
        output.words(f"drift_count_{_key(name)}", count=counts[name]) for name in DriftClass if counts[name]
    )
    against = output.words("drift_against_approved" if report.texts.approved else "drift_against_compiled")
    read = len(report.texts.expected) - len(report.texts.not_read)
    total = sum(counts.values())
    said = f": {classes}" if classes else ""
    return (
        output.words(
            "drift_closing",
            on=report.on,
            against=against,
            read=read,
            devices=len(report.texts.expected),
            drifting=total,
        )
        + said
    )


def _key(name: DriftClass) -> str:
    return str(name).replace("-", "_")


def _ending(report: DriftReport) -> str:
    match report.exit_code:
        case ExitCode.FINE:
            return "none"
        case ExitCode.INCONCLUSIVE:
            return "open" if report.witness_is_sure else "doubted"
        case _:
            return "found"


def _colour(report: DriftReport) -> str:
    return {"none": "good", "open": "unsure", "doubted": "unsure", "found": "bad"}[_ending(report)]


def _print_names(output: Output, key: str, names: tuple[str, ...]) -> None:
    if names:
        shown = ", ".join(names[:MOST_NAMES])
        more = len(names) - MOST_NAMES
        named = output.words("and_more_names", names=shown, count=more) if more > 0 else shown
        output.say(key, count=len(names), devices=named)


def _print_device(output: Output, report: DriftReport, drift: DeviceDrift) -> None:
    title = output.paint(output.words(f"drift_{_key(drift.drift_class)}"), COLOURS[drift.drift_class])
    output.line(output.words("drift_device", device=drift.device, what=title, since=report.since[drift.device]))
    for effect in drift.effects[:MOST_EFFECTS]:
        _print_effect(output, report, effect)
    if len(drift.effects) > MOST_EFFECTS:
        output.say("more_effects", count=len(drift.effects) - MOST_EFFECTS)
    file = report.file_name(drift.device)
    lines = [("-", item) for item in drift.missing] + [("+", item) for item in drift.added]
    for sign, line in lines[:MOST_LINES]:
        output.line(f"  {sign} {printable(f'{file}:{line.line}: {line.text}')}")
    if len(lines) > MOST_LINES:
        output.say("more_lines", count=len(lines) - MOST_LINES)
    output.line()


def _print_effect(output: Output, report: DriftReport, effect: DriftEffect) -> None:
    output.line(f"  {printable(effect_line(output, effect))}")
    if effect.flow is not None:
        print_detail(output, "packet", describe_flow(effect.flow, output.language))
        print_detail(output, "shown", output.words(f"replay_{effect.replay}"))
    if effect.failure:
        print_detail(output, "failure", output.in_words(effect.failure.in_words()))
    for culprit in effect.culprits[:2]:
        print_detail(output, "line", quoted_line(output, report.file_name(culprit.device), culprit))
    if effect.others:
        print_detail(output, "together", ", ".join(effect.others))


def effect_line(output: Output, effect: DriftEffect) -> str:
    """Return what an effect is in one line: the question that has turned, or the pair, and why."""
    reason = output.in_words(effect.reason)
    if effect.hidden:
        reason = output.words("drift_hidden", reason=reason)
    if effect.kind in {ACCESS, ADMISSION}:
        return reason
    was, now = (output.words(name) if name else "-" for name in (effect.was, effect.now))
    subject = output.in_words(effect.subject)
    about = output.words("drift_questions", count=effect.alike) if effect.alike > 1 else f"{effect.kind} {subject}"
    return output.words("drift_turned", question=about, was=was, now=now, reason=reason)
