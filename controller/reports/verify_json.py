"""A `VerifyReport` -> JSON Lines, format truc/verify/1."""

from __future__ import annotations

from controller.jobs.verify import VerifyReport, count_verdicts, judges_of
from controller.output.json_lines import (
    Message,
    answer_message,
    because_message,
    finding_message,
    print_message,
    start_messages,
)
from controller.output.terminal import Output
from controller.reports.change import change_messages
from controller.reports.coverage import coverage_messages
from controller.reports.unreachable_lines import line_messages
from intents.reason import describe_reason
from verification.verdicts.opinions import SecondJudge
from verification.verdicts.requirements import rule_of

VERIFY_FORMAT = "truc/verify/1"


def print_verify_json(output: Output, report: VerifyReport) -> None:
    """Write the format, then every finding, question, unknown line, unreachable line and residue row."""
    wanted = report.compiled.addressed.wanted
    start_messages(output, VERIFY_FORMAT, on=wanted.on.isoformat(), failures=report.with_failures)
    for finding in report.findings:
        print_message(output, finding_message(finding, output.language))
    for answer in report.judgement.answers:
        message = answer_message(answer)
        if message["verdict"] == "violated":
            message = {**message, "touched": list(report.intents_of(answer))}
        rule = rule_of(answer.question.kind, wanted.on)
        if rule is not None:
            message = {**message, "rule": [rule.requirement, rule.article, rule.pack]}
        print_message(output, message)
    if report.trouble is not None:
        print_message(output, finding_message(report.trouble, output.language))
    for alone in report.judgement.alone:
        print_message(output, {"type": "alone", "scope": str(alone.scope), "judge": alone.judge, "count": alone.count})
    for item in report.unknown:
        place: Message = {"device": item.device, "line": item.line, "text": item.text, **because_message(item.reason)}
        print_message(output, {"type": "unknown line", "file": report.file_name(item.device), **place})
    for message in (*line_messages(report), *coverage_messages(report), *change_messages(report.change)):
        print_message(output, message)
    for row in report.residue:
        asked = row.rule
        replies = [describe_reason(reply.in_words(), "en") for reply in row.replies]
        about = {"source": str(asked.source), "destination": str(asked.destination), "service": str(asked.service)}
        print_message(output, {"type": "residue", **about, "replies": replies, "pairs": row.pairs})


def print_verify_summary(output: Output, report: VerifyReport) -> None:
    """Write the last message: the questions by verdict, and over how much."""
    judgement = report.judgement
    print_message(
        output,
        {
            "type": "summary",
            "ok": not report.exit_code,
            "questions": len(judgement.answers),
            **count_verdicts(judgement.answers),
            "flows": judgement.flows,
            "devices": judgement.devices,
            "states": judgement.states,
            "walked": judgement.walked,
            "lists": judgement.lists.lists,
            "unreachable": len(judgement.lists.unreachable),
            "judges": list(judges_of(judgement.answers)),
            "second": _second(judgement.second),
        },
    )


def _second(second: SecondJudge | None) -> Message | None:
    """Return who the second judge was and over how much it judged."""
    if second is None:
        return None
    return {
        "name": second.name,
        "version": second.version,
        "snapshot": second.snapshot,
        "recorded": second.recorded,
        "devices": second.devices,
        "sessions": second.sessions,
        "routes": second.routes,
        "questions": second.questions,
        "flows": second.flows,
        "seconds": dict(second.seconds),
    }
