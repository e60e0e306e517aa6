"""One request of an editor or a script about the last judgement -> the messages that answer it (`truc/ask/1`).

The one idea: an answer is made of the judgement alone and says nothing that `truc verify --json` does not say; whoever asks gets
one line for each thing, and one that ends the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from controller.jobs.turns import culprits_of
from controller.jobs.verify import VerifyReport, count_verdicts
from controller.output.json_lines import Message, answer_message, because_message
from intents.reason import Reason, because

ASK_FORMAT = "truc/ask/1"
VERDICTS = ("holds", "violated", "disputed", "not modelled")
FIELDS: Mapping[str, Mapping[str, type]] = {
    "summary": {},
    "questions": {"verdict": str},
    "line": {"device": str, "line": int},
}
"""What may be asked, with the fields of each request; `verdict` may be left out: every question that does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastJudgement:
    """What was judged last (without secrets; None: nothing yet), and whether the files still say what it is of."""

    report: VerifyReport | None = None
    is_current: bool = False


def answer_request(line: str, last: LastJudgement) -> Iterator[Message]:
    """Yield what answers one line of a request, the message that ends it included."""
    asked = _request(line)
    if isinstance(asked, Reason):
        yield {"type": "error", **because_message(asked)}
    elif last.report is None:
        yield {"type": "error", **because_message(because("ask_nothing_judged"))}
    else:
        found = list(_answers(asked, last.report))
        yield from found
        yield {"type": "end", "messages": len(found), "current": last.is_current}


def _request(line: str) -> Mapping[str, object] | Reason:
    """Return the fields of a request, or why it is none."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return because("ask_not_json")
    if not isinstance(asked, dict) or asked.get("ask") not in list(FIELDS):
        return because("ask_unknown", known=", ".join(FIELDS))
    fields = FIELDS[asked["ask"]]
    if any(name not in fields for name in asked if name != "ask"):
        return because("ask_fields", ask=asked["ask"], fields=", ".join(fields) or "-")
    wrong = [name for name, kind in fields.items() if type(asked.get(name)) is not kind and name != "verdict"]
    if wrong or asked.get("verdict", VERDICTS[0]) not in VERDICTS:
        return because("ask_fields", ask=asked["ask"], fields=", ".join(fields) or "-")
    return asked


def _answers(asked: Mapping[str, object], report: VerifyReport) -> Iterator[Message]:
    answers = report.judgement.answers
    match asked["ask"]:
        case "summary":
            yield {
                "type": "judged",
                "ok": not report.exit_code,
                "questions": len(answers),
                **count_verdicts(answers),
                "unknown": len(report.unknown),
            }
        case "questions":
            wanted = [asked["verdict"]] if "verdict" in asked else VERDICTS[1:]
            yield from (found for found in map(answer_message, answers) if found["verdict"] in wanted)
        case _:
            place = (asked["device"], asked["line"])
            for answer in answers:
                if any((item.device, item.line) == place for item in culprits_of(answer.verdict)):
                    yield answer_message(answer)
