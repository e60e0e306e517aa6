"""Do the two judges agree? `python -m bench.agreement HOST[:PORT] [NETWORKS] [SEED]` asks both about made-up provinces.

Every third network has a fault in one of its texts, drawn over all lines. Every question that Batfish sees is compared; a
difference counts unless it is of a named kind: IPv6, fragments or a failure, which Batfish is not asked about, a text that one
of them says it does not read, or a form that docs/en/batfish.md lists as read differently. Ends 1 if any other is found,
or if Batfish has no opinion about a network. That form is found by asking again with the entries in their order.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections import Counter
from itertools import groupby
from pathlib import Path

from bench.generate import write_province
from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from controller.jobs.second_judge import parse_address
from intents.prefix import Family
from intents.reason import describe_reason
from verification.batfish.client import LiveBatfish
from verification.batfish.opinions import ask_batfish
from verification.batfish.protocol import BatfishError, BatfishSession
from verification.evidence.evidence import Given
from verification.judge import judge_and_replay
from verification.mutation.faults import describe_fault, mutate, uniform_faults
from verification.mutation.score import text_of, with_text
from verification.questions.judgement import Judgement
from verification.questions.line_differences import line_differences
from verification.verdicts.opinions import Opinion
from verification.verdicts.question import Answer, question_in_words
from verification.verdicts.verdict import NotModelled, Violated

LISTED = "differs in a listed form"
SITES = (4, 5, 6, 7, 8)
NUMBERED = re.compile(r" (?:sequence )?(\d+) (?:permit|deny) ")
FAULTY = 3
"""Every so manieth network has a fault."""


def main(where: str, networks: int, seed: int) -> int:
    address_of = parse_address(where)
    session = LiveBatfish(address_of.host, address_of.port, address_of.deadline)
    counts: Counter[str] = Counter()
    for number in range(networks):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret depends on it
        given, fault = make_network(chance, faulty=number % FAULTY == FAULTY - 1)
        started = time.monotonic()
        counts.update(compare(session, given, f"{number} {fault}"))
        print(f"{number}: {len(given.network.devices)} devices, {time.monotonic() - started:.1f} s {fault}", flush=True)
    print(dict(counts))
    return 1 if counts["differs"] or counts["no opinion"] else 0


def make_network(chance: random.Random, *, faulty: bool) -> tuple[Given, str]:
    """Return what the judges get about one made-up province, and the fault in it in words ("" for none)."""
    with tempfile.TemporaryDirectory() as folder:
        write_province(chance.choice(SITES), chance.randrange(1 << 30), Path(folder))
        compiled = compile_network(address(want(Path(folder), None)))
    texts = {name: config.text for name, config in compiled.configs.items()}
    given = give(compiled, texts)
    if not faulty:
        return given, ""
    (fault,) = uniform_faults(texts, 1, chance.randrange(1 << 30))
    return with_text(given, fault.device, mutate(text_of(given, fault.device), fault)), describe_fault(fault, "en")


def compare(session: BatfishSession, given: Given, label: str) -> Counter[str]:
    """Return how many questions both answer alike, and how often and why not; tell every difference."""
    judgement = judge_and_replay(given)
    try:
        found = ask_batfish(session, given, judgement)
    except BatfishError as error:
        print(f"{label}: no opinion: {error}")
        return Counter({"no opinion": 1})
    counts: Counter[str] = Counter()
    doubtful = any(opinion is not None and isinstance(opinion.verdict, NotModelled) for opinion in found.opinions)
    for answer, opinion in zip(judgement.answers, found.opinions, strict=True):
        kind = kind_of(answer, opinion, doubtful=doubtful)
        counts[kind] += 1
        if kind == "differs" and opinion is not None:
            mine, theirs = answer.verdict, opinion.verdict
            print(f"{label}: {describe_reason(question_in_words(answer.question), 'en')}")
            print(f"    engine {type(mine).__name__} {getattr(mine, 'reason', '')}")
            print(f"    batfish {type(theirs).__name__} {getattr(theirs, 'reason', '')}", flush=True)
    for item in line_differences(given, judgement.lists.unreachable, found.lines):
        counts["lines explained" if item.unseen is not None else "differs"] += 1
        if item.unseen is None:
            print(f"{label}: {item.judge} alone calls unreachable: {item.place}", flush=True)
    counts["networks"] = 1
    if counts["differs"] and agrees_in_order(session, given, judgement, label):
        counts[LISTED] = counts.pop("differs")
    return counts


def agrees_in_order(session: BatfishSession, given: Given, judgement: Judgement, label: str) -> bool:
    """Return whether nothing differs once entries stand in the order of their numbers, which changes no answer of the engine.

    Batfish takes entries as they stand in the text (docs/en/batfish.md).
    """
    sorted_given = given
    for name in given.network.devices:
        text = text_of(given, name)
        if in_order(text) != text:
            sorted_given = with_text(sorted_given, name, in_order(text))
    if sorted_given is given:
        return False
    again = [item.verdict for item in judge_and_replay(sorted_given).answers]
    if [type(item) for item in again] != [type(item.verdict) for item in judgement.answers]:
        return False
    counts = compare(session, sorted_given, f"{label}, entries in order")
    return not counts["differs"] and not counts["no opinion"]


def in_order(text: str) -> str:
    """Return a text with the numbered entries of each IOS-XE list that stand together sorted by number."""
    lines = text.splitlines(keepends=True)
    runs = groupby(lines, key=lambda line: NUMBERED.match(line) is not None)
    return "".join(line for is_list, run in runs for line in (sorted(run, key=number_of) if is_list else run))


def number_of(line: str) -> int:
    """Return the number of an entry, 0 if it has none."""
    found = NUMBERED.match(line)
    return int(found[1]) if found else 0


def kind_of(answer: Answer, opinion: Opinion | None, *, doubtful: bool) -> str:
    """Return whether two answers agree, or why they may not."""
    mine = answer.verdict
    if opinion is None:
        return "engine alone"
    if type(mine) is type(opinion.verdict):
        return "agree"
    if isinstance(mine, NotModelled) or doubtful:
        return "not read by one"
    if isinstance(mine, Violated) and only_engine_sees(mine):
        return "out of Batfish's sight"
    return "differs"


def only_engine_sees(verdict: Violated) -> bool:
    """Return whether a violation is of IPv6, of a fragment or of a failure."""
    flow = verdict.flow
    packet = flow is not None and (flow.family.bits == 128 or flow.fragment)
    return packet or bool(verdict.failure) or verdict.family is Family.V6


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(arguments[0], *(int(item) for item in (*arguments[1:], *("200", "1")[len(arguments) - 1 :]))))
