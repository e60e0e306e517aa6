"""Results as JSON Lines: one message a line, the first one says which format the rest has.

Turns findings and answers into messages. The one idea: a message is a flat mapping with a `type`; keys stand in the order
written here, so equal results are equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from controller.output.terminal import Output
from intents.finding import Finding, Where
from intents.messages import describe
from intents.reader.source_text import FORBIDDEN
from intents.reason import Reason, Telling, describe_reason
from verification.verdicts.flow import Flow, describe_flow
from verification.verdicts.question import Answer, subject_in_words
from verification.verdicts.verdict import Culprit, Disputed, Holds, NotModelled, Replay, Statement, Violated

Message = Mapping[str, object]


def start_messages(output: Output, name: str, **fields: object) -> None:
    """Write the first message, which names the format of the rest; a second call does nothing."""
    if not output.started:
        output.started = True
        print_message(output, {"format": name, **fields})


def print_message(output: Output, message: Message) -> None:
    """Write one message as one line; what hides or reorders text, or is no UTF-8, is escaped as JSON does it."""
    text = json.dumps(message, ensure_ascii=False, separators=(", ", ": "))
    output.line(FORBIDDEN.sub(lambda found: json.dumps(found.group())[1:-1], text))


def finding_message(finding: Finding, language: str) -> Message:
    """Return the message of a finding; `text` has its words."""
    rule = finding.rule
    return {
        "type": "finding",
        "code": finding.code,
        "severity": str(finding.severity),
        **_place(finding.where),
        "values": {name: describe_reason(value, "en") for name, value in finding.values},
        "also": [_place(where) for where in finding.also],
        "rule": None if rule is None else {"requirement": rule.requirement, "article": rule.article, "pack": rule.pack},
        "text": describe(finding, language),
    }


def _place(where: Where) -> Message:
    return {"file": where.file, "line": where.line, "column": where.column, "device": where.device}


def answer_message(answer: Answer) -> Message:
    """Return the message of an answered question."""
    question = answer.question
    return {
        "type": "question",
        "kind": str(question.kind),
        "subject": describe_reason(subject_in_words(question.subject), "en"),
        "intents": list(question.intents),
        "cases": question.cases,
        **_verdict(answer),
    }


def _verdict(answer: Answer) -> Message:
    match answer.verdict:
        case Holds(judges=judges, states=states):
            return {"verdict": "holds", "judges": list(judges), "states": states}
        case Violated() as found:
            return {
                "verdict": "violated",
                **because_message(found.reason),
                "failure": str(found.failure),
                "flow": None if found.flow is None else flow_message(found.flow),
                "replayed": found.replay is Replay.AGREES,
                "replay": str(found.replay),
                "seconded": next((item.replays for item in answer.opinions if item.replays is not None), None),
                "path": [describe_reason(step, "en") for step in found.path],
                "lines": [culprit_message(item) for item in found.culprits],
                "touched": list(found.intents),
            }
        case Disputed(one=one, other=other):
            return {
                "verdict": "disputed",
                "one": describe_reason(one.in_words(), "en"),
                "other": describe_reason(other.in_words(), "en"),
                "statements": [_statement(item) for item in (one, other)],
            }
        case NotModelled(reason=reason, culprits=culprits):
            lines = [culprit_message(item) for item in culprits]
            return {"verdict": "not modelled", **because_message(reason), "lines": lines}


def because_message(reason: Reason) -> Message:
    """Return why: in English for people, and by a key that never changes, with its values, for scripts."""
    found = reason_message(reason)
    return {"reason": describe_reason(reason, "en"), "reason_key": found["key"], "reason_values": found["values"]}


def reason_message(reason: Reason) -> Message:
    """Return a reason by its key and values."""
    return {"key": reason.key, "values": {name: _telling(value) for name, value in reason.values}}


def _telling(telling: Telling) -> object:
    if isinstance(telling, str):
        return telling
    return [reason_message(item) for item in telling] if isinstance(telling, tuple) else reason_message(telling)


def _statement(statement: Statement) -> Message:
    flow = None if statement.flow is None else flow_message(statement.flow)
    return {"judges": list(statement.judges), **because_message(statement.said), "flow": flow}


def flow_message(flow: Flow) -> Message:
    """Return a packet: in words, and where it starts."""
    return {"text": describe_flow(flow, "en"), "device": flow.start_device, "interface": flow.start_interface}


def culprit_message(culprit: Culprit) -> Message:
    """Return a guilty line."""
    return {"device": culprit.device, "line": culprit.line, "text": culprit.text, "thing": list(culprit.ref)}
