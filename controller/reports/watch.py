"""What `truc watch` has seen -> what the terminal and JSON Lines say of it, each time.

The one idea: what is told is the difference to what was told before; the line that closes it is that of `truc verify`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from controller.jobs.changes import TextChange, compare_texts
from controller.jobs.resident import WatchRequest
from controller.jobs.turns import TurnedVerdict, culprits_of, reasons_of, turns
from controller.jobs.verify import VerifyReport, count_verdicts
from controller.output.json_lines import (
    Message,
    answer_message,
    because_message,
    culprit_message,
    print_message,
    start_messages,
)
from controller.output.terminal import Output
from controller.reports.details import print_detail
from controller.reports.findings import count_findings, tell_findings
from controller.reports.verify import COLOURS, closing_line, culprit_line
from intents.finding import Finding, Severity
from intents.messages import printable
from intents.reason import describe_reason
from verification.verdicts.question import Answer, subject_in_words, traits_of

WATCH_FORMAT = "truc/watch/1"
MOST_TURNS = 20
"""Turned questions that are shown; the rest is counted, and `--json` has all."""
_MOST_NAMES = 5


def tell_start(output: Output, request: WatchRequest, *, is_told: bool) -> None:
    """Say what is watched, and how; `is_told`: the system tells of changes."""
    if output.json:
        start_messages(output, WATCH_FORMAT, failures=request.with_failures, told=is_told)
    else:
        folders = [request.folder] if request.configs is None else [request.folder, request.configs]
        output.say("watching_told" if is_told else "watching_polled", folders=", ".join(map(str, folders)))
        output.line()
    output.flush()


def tell_refused(
    output: Output,
    request: WatchRequest,
    files: Sequence[Path],
    findings: Iterable[Finding],
    seconds: float,
    *,
    is_first: bool,
) -> None:
    """Say why there is nothing to judge; `is_first`: nothing was judged before."""
    kept = tuple(findings)
    counts = count_findings(kept)
    _tell_files(output, request, files)
    tell_findings(output, request.folder, kept)
    if output.json:
        print_message(output, {"type": "refused", "files": _names(request, files), "seconds": seconds, **counts})
    else:
        output.line(output.paint(output.words("watch_not_yet" if is_first else "watch_refused", **counts), "bad"))
        output.line()
    output.flush()


def tell_judged(
    output: Output,
    request: WatchRequest,
    files: Sequence[Path],
    before: VerifyReport | None,
    report: VerifyReport,
    seconds: float,
) -> None:
    """Say what has turned since `before` (None: nothing was judged yet), and over how much was judged."""
    found = turns(() if before is None else before.judgement.answers, report.judgement.answers)
    texts = () if before is None else compare_texts(before.texts, report.texts)
    known = () if before is None else before.findings
    findings = [item for item in report.findings if item.severity is not Severity.INFO and item not in known]
    _tell_files(output, request, files)
    tell_findings(output, request.folder, findings)
    if output.json:
        for turn in found:
            print_message(output, _turn_message(turn))
        print_message(output, _judged_message(report, _names(request, files), texts, seconds))
    else:
        _print_texts(output, texts)
        _print_turns(output, report, found)
        _print_counts(output, before, report)
        output.say("judged_in" if before is None else "judged_again_in", seconds=f"{seconds:.2f}")
        output.line(output.paint(closing_line(output, report), COLOURS[report.worst]))
        output.line()
    if before is None and output.standing_day is not None:
        write = output.error if output.json else output.line
        write(output.words("stands_still", on=output.standing_day))
    output.flush()


def _tell_files(output: Output, request: WatchRequest, files: Sequence[Path]) -> None:
    if files and not output.json:
        output.say("changed_files", files=_some(output, _names(request, files)))


def _names(request: WatchRequest, files: Sequence[Path]) -> list[str]:
    """Return the names of files as people know them: in the workspace, or where they are."""
    folder = request.folder
    return [str(path.relative_to(folder) if path.is_relative_to(folder) else path) for path in files]


def _some(output: Output, names: Sequence[str]) -> str:
    shown = printable(", ".join(names[:_MOST_NAMES]))
    more = len(names) - _MOST_NAMES
    return output.words("and_more_names", names=shown, count=more) if more > 0 else shown


def _print_texts(output: Output, texts: Sequence[TextChange]) -> None:
    if texts:
        new, gone = sum(item.new for item in texts), sum(item.gone for item in texts)
        names = _some(output, [item.device for item in texts])
        output.say("changed_texts", count=len(texts), names=names, new=new, gone=gone)


def _print_turns(output: Output, report: VerifyReport, found: Sequence[TurnedVerdict]) -> None:
    for turn in found[:MOST_TURNS]:
        before, after = turn.names
        words = output.words(after or "asked_no_more")
        was = output.words("turned_from", before=output.words(before)) if before else output.words("asked_newly")
        title = output.in_words(traits_of(turn.question.kind).words.name)
        subject = printable(output.in_words(subject_in_words(turn.question.subject)))
        heading = output.paint(words.upper(), COLOURS[after or "hold"])
        output.line(f"{heading} ({was}) {title}: {subject}")
        if turn.after is not None:
            _print_answer(output, report, turn.after)
    if len(found) > MOST_TURNS:
        output.say("more_turns", count=len(found) - MOST_TURNS)


def _print_answer(output: Output, report: VerifyReport, answer: Answer) -> None:
    for number, reason in enumerate(reasons_of(answer.verdict)):
        print_detail(output, "" if number else "reason", output.in_words(reason))
    for number, culprit in enumerate(culprits_of(answer.verdict)):
        print_detail(output, "" if number else "line", culprit_line(output, report, culprit))


def _print_counts(output: Output, before: VerifyReport | None, report: VerifyReport) -> None:
    """Write the numbers that are others than before."""
    if before is None:
        return
    old, new = _counts(before), _counts(report)
    changed = [
        output.words("count_changed", what=output.words(f"counted_{name}"), before=old[name], after=new[name])
        for name in new
        if old[name] != new[name]
    ]
    if changed:
        output.line("; ".join(changed))


def _counts(report: VerifyReport) -> dict[str, int]:
    judgement = report.judgement
    return {
        "questions": len(judgement.answers),
        "flows": judgement.flows,
        "devices": judgement.devices,
        "states": judgement.states,
        "unreachable": len(judgement.lists.unreachable),
        "unknown": len(report.unknown),
    }


def _turn_message(turn: TurnedVerdict) -> Message:
    was, now = (None if item is None else answer_message(item)["verdict"] for item in (turn.before, turn.after))
    reasons = () if turn.after is None else tuple(reasons_of(turn.after.verdict))
    culprits = () if turn.after is None else culprits_of(turn.after.verdict)
    return {
        "type": "turn",
        "kind": str(turn.question.kind),
        "subject": describe_reason(subject_in_words(turn.question.subject), "en"),
        "was": was,
        "now": now,
        "because": [because_message(reason) for reason in reasons],
        "lines": [culprit_message(item) for item in culprits],
    }


def _judged_message(report: VerifyReport, files: list[str], texts: Sequence[TextChange], seconds: float) -> Message:
    return {
        "type": "judged",
        "ok": not report.exit_code,
        "files": files,
        "texts": [{"device": item.device, "new": item.new, "gone": item.gone} for item in texts],
        "seconds": seconds,
        **count_verdicts(report.judgement.answers),
        **_counts(report),
        "walked": report.judgement.walked,
    }
