"""Asks a live Batfish server about every golden case and every snippet of the readers, and keeps its answers: `python -m
tests.record_batfish HOST[:PORT]`.

Writes nothing if the judges differ in any case: a disagreement is a defect of one of them, not something to get used to.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial

from controller.jobs.files import write_bytes
from controller.jobs.second_judge import parse_address
from intents.prefix import Family
from intents.reason import describe_reason
from tests.batfish_cases import CASES, MISREAD, RECORDED, given_of, judged
from tests.batfish_readers import RECORDED_READERS, compare_readers, faults
from tests.change_cases import CHANGES, RECORDED_CHANGES, changes_of
from tests.live_readers import LiveReaders
from verification.batfish.client import LiveBatfish
from verification.batfish.opinions import ask_batfish
from verification.batfish.recording import RecordingBatfish
from verification.change.batfish import ask_changes
from verification.questions.line_differences import line_differences
from verification.verdicts.opinions import Opinions
from verification.verdicts.question import question_in_words
from verification.verdicts.verdict import NotModelled, Violated


def main(where: str) -> int:
    """Record everything, or nothing. Return the exit code."""
    address = parse_address(where)
    live = LiveBatfish(address.host, address.port, address.deadline)
    cases, changes = RecordingBatfish(live), RecordingBatfish(live)
    readers = RecordingBatfish(LiveReaders(address.host, address.port, address.deadline))
    comparison = compare_readers(readers)
    print(comparison.told())  # noqa: T201 - what was recorded
    wrong = [*faults(comparison), *ask_cases(cases), *ask_about_changes(changes)]
    if wrong:
        print("nothing is recorded:", *wrong, sep="\n  ")  # noqa: T201
        return 1
    RECORDED.parent.mkdir(exist_ok=True)
    day = datetime.now(tz=UTC).date().isoformat()
    for path, session in ((RECORDED, cases), (RECORDED_CHANGES, changes), (RECORDED_READERS, readers)):
        write_bytes(path, session.recording(day))
    return 0


def ask_cases(session: RecordingBatfish) -> list[str]:
    """Ask about every golden case; return what the judges say differently."""
    wrong = []
    for name in (*CASES, *MISREAD):
        judgement = judged(name)
        found = ask_batfish(session, given_of(name), judgement)
        kinds = violated_kinds(name, found)
        print(f"{name}: {', '.join(sorted(kinds)) or 'holds'}")  # noqa: T201 - what was recorded
        if name in MISREAD:
            continue
        wrong += [f"{name}: {item}" for item in differences(name, found)]
        if kinds != CASES[name].violated:
            wrong.append(f"{name}: batfish finds {sorted(kinds)}, expected is {sorted(CASES[name].violated)}")
    return wrong


def ask_about_changes(session: RecordingBatfish) -> list[str]:
    """Ask what every golden change opens and cuts; return where judges differ."""
    wrong = []
    for name in CHANGES:
        told = changes_of(name, partial(ask_changes, session))
        print(f"change {name}: {len(told.changes)}")  # noqa: T201 - what was recorded
        wrong += [f"change {name}: {describe_reason(item, 'en')}" for item in told.differences if not told.doubts]
    return wrong


def violated_kinds(name: str, found: Opinions) -> frozenset[str]:
    """Return the kinds of questions that Batfish finds violated."""
    return frozenset(
        str(answer.question.kind)
        for answer, opinion in zip(judged(name).answers, found.opinions, strict=True)
        if opinion is not None and isinstance(opinion.verdict, Violated)
    )


def differences(name: str, found: Opinions) -> list[str]:
    """Return the questions to which the judges give different verdicts, those apart that only a failure or IPv6 breaks, and
    the lines of lists of which they say different things without a reason."""
    lines = line_differences(given_of(name), judged(name).lists.unreachable, found.lines)
    told = [f"{item.place.device}:{item.place.line}: {item.judge}" for item in lines if item.unseen is None]
    for answer, opinion in zip(judged(name).answers, found.opinions, strict=True):
        mine = answer.verdict
        if opinion is None or isinstance(mine, NotModelled) or (isinstance(mine, Violated) and only_engine_sees(mine)):
            continue
        if type(mine) is not type(opinion.verdict):
            told.append(
                f"{describe_reason(question_in_words(answer.question), 'en')}: engine {type(mine).__name__}"
                f" {describe_reason(getattr(mine, 'reason', ''), 'en')}, batfish {type(opinion.verdict).__name__}"
                f" {describe_reason(getattr(opinion.verdict, 'reason', ''), 'en')}"
            )
    return told


def only_engine_sees(verdict: Violated) -> bool:
    """Return whether a violation is one of IPv6, or of a failure: Batfish is asked about neither."""
    v6 = verdict.flow is not None and verdict.flow.family is Family.V6
    return v6 or bool(verdict.failure) or verdict.family is Family.V6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"))
