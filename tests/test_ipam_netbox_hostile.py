"""Whatever stands in an object of NetBox's changes the shape of nothing: no line, table, message, lockfile or terminal.

A hostile value stands in one field of one object of a small plan, and what `truc netbox check` and `import` make of it is looked
at as whoever gets it would: a terminal, a reader of lines, a reader of JSON, the next run that reads the lockfile.
"""

from __future__ import annotations

import io
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from controller.commands.addresses.netbox_request import tell_lines
from controller.output.terminal import Output
from controller.reports.findings import tell_findings
from intents.finding import Finding, Where, make_finding, sort_findings
from intents.messages import LANGUAGES
from intents.reader.source_text import FORBIDDEN, decode_text
from ipam.address_plan import AddressPlan
from ipam.netbox.changes import changes_to
from ipam.netbox.comparing import EntryDifference, LineTurn, compare
from ipam.netbox.mapping import NAMED_KINDS, PLAN_ONLY, things_of
from ipam.netbox.reading import Reading, kept_plan
from ipam.netbox.rows import ShapeError
from ipam.netbox.server import ServerAnswer, refusal_of
from ipam.netbox.thing import Thing
from ipam.store.lockfile import parse_plan, print_plan
from tests.hostile_texts import hostile_value
from tests.netbox_memory import SHOWN, answers_of, reading_of
from tests.netbox_office import LESS

Answers = list[tuple[Thing, dict[str, Any]]]
ANSWERS = answers_of(things_of(LESS))
LINES = Counter(print_plan(LESS).split("\n"))
_STARTS = {
    "en": ("error", "warning", "why", "do", "rule", "also"),
    "vi": ("lỗi", "cảnh báo", "vì sao", "cần làm", "quy định", "cũng ở"),
}


def spoilt(draw: random.Random) -> tuple[Thing, Answers]:
    """Return what is answered where somebody wrote a hostile value into a field, and of which object."""
    answers = list(ANSWERS)
    place = draw.randrange(len(answers))
    thing, answer = answers[place][0], deepcopy(answers[place][1])
    value = hostile_value(draw)
    where = draw.choice(("field", "custom", "custom", "custom", "tag", "inner"))
    if where == "custom":
        answer["custom_fields"][draw.choice(sorted(answer["custom_fields"]))] = value
    elif where == "tag":
        answer["tags"] = [*answer["tags"], {"slug": value}]
    else:
        name = draw.choice(sorted(answer.keys() - {"custom_fields", "tags"}))
        inner = isinstance(answer[name], dict) and where == "inner"
        answer[name] = dict.fromkeys(answer[name], value) if inner else value
    answers[place] = (thing, answer)
    return thing, answers


@contextmanager
def printed() -> Iterator[io.StringIO]:
    """Collect what is printed."""
    kept, sys.stdout = sys.stdout, io.StringIO()
    try:
        yield sys.stdout
    finally:
        sys.stdout = kept


def holds_shape(language: str, lines: tuple[EntryDifference, ...], findings: tuple[Finding, ...]) -> None:
    """AssertionError unless what is printed has the lines of what is told, and steers nothing."""
    with printed() as out:
        output = Output(language)
        tell_lines(output, lines)
        tell_findings(output, Path(), findings)
    text = out.getvalue()
    text.encode()
    assert FORBIDDEN.search(text) is None
    both = sum(one.turn in (LineTurn.EDITED, LineTurn.BEHIND) for one in lines)
    rules, also = sum(one.rule is not None for one in findings), sum(len(one.also) for one in findings)
    assert text.count("\n") == len(lines) + both + 4 * len(findings) + rules + also
    starts = Counter(line.partition(":")[0].partition(" TR")[0] for line in text.split("\n"))
    error, warning, why, do, *_ = _STARTS[language]
    assert starts[error] + starts[warning] == starts[why] == starts[do] == len(findings)


def holds_messages(lines: tuple[EntryDifference, ...], findings: tuple[Finding, ...]) -> None:
    """AssertionError unless each message is one line of JSON and says what it is about."""
    with printed() as out:
        output = Output("en", json=True)
        tell_lines(output, lines)
        tell_findings(output, Path(), findings)
    text = out.getvalue()
    text.encode()
    assert FORBIDDEN.search(text) is None
    told = [json.loads(line) for line in text.split("\n")[:-1]]
    assert [one["type"] for one in told] == ["line"] * len(lines) + ["finding"] * len(findings)
    assert [(one["lockfile"], one["netbox"]) for one in told[: len(lines)]] == [
        (one.lockfile, one.netbox) for one in lines
    ]


def holds_plan(thing: Thing, plan: AddressPlan) -> None:
    """AssertionError unless a plan that was read is the one that was written but for lines of one object."""
    text = print_plan(plan)
    assert decode_text(text.encode(), "x") == text
    assert parse_plan(text, "x") == (plan, ())
    lines = Counter(text.split("\n"))
    come, gone = lines - LINES, LINES - lines
    assert come.total() <= gone.total()
    if thing.entry.partition(" ")[0] not in NAMED_KINDS:
        assert gone.total() <= 1


def looked_at(seed: int, count: int) -> Counter[str]:
    """Look at as many hostile values; return how often what was made of them."""
    draw = random.Random(seed)  # noqa: S311 (nothing secret)
    found: Counter[str] = Counter()
    for _ in range(count):
        thing, answers = spoilt(draw)
        try:
            reading = reading_of(answers)
        except ShapeError as error:
            found["refused"] += 1
            holds_shape("en", (), (make_finding("TR993", Where(file=SHOWN), reason=str(error)),))
            continue
        found[_looked_at(draw.choice(LANGUAGES), thing, reading)] += 1
    return found


def _looked_at(language: str, thing: Thing, reading: Reading) -> str:
    kept, changes, lines = kept_plan(reading), changes_to(reading, LESS), compare(reading, LESS)
    findings = sort_findings((*kept.findings, *changes.warnings, *changes.conflicts))
    holds_shape(language, lines, findings)
    holds_messages(lines, findings)
    if kept.findings:
        assert kept.plan == AddressPlan()
        return "told"
    holds_plan(thing, kept.plan)
    # What would be written over is refused.
    ours = [row.thing for row in reading.rows if row.thing.endpoint in PLAN_ONLY]
    is_edited = any(thing != one for thing in ours for one in things_of(LESS) if thing.entry == one.entry)
    assert bool(changes.conflicts) == is_edited
    return "taken" if kept.plan != LESS else "the same"


def test_a_hostile_value_in_a_field_changes_the_shape_of_nothing() -> None:
    found = looked_at(1, 1500)
    assert set(found) == {"refused", "told", "taken", "the same"}
    assert min(found.values()) >= 10


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_a_hundred_thousand_hostile_values_change_the_shape_of_nothing(part: int) -> None:
    assert looked_at(2 + part, 10_000).total() == 10_000


def test_a_hostile_refusal_changes_the_shape_of_nothing() -> None:
    draw = random.Random(7)  # noqa: S311 (nothing secret)
    for _ in range(500):
        answer = ServerAnswer(
            status=400, body=draw.choice((hostile_value, lambda one: {"detail": hostile_value(one)}))(draw)
        )
        for code in ("TR913", "TR916"):
            finding = make_finding(code, Where(file=SHOWN), done=0, reason=refusal_of(answer))
            holds_shape(draw.choice(LANGUAGES), (), (finding,))
            holds_messages((), (finding,))
