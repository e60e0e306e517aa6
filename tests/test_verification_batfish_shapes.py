"""A row of an answer that is broken inside is told as one: it is no traceback, and nobody holds anything because of it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest

from intents.reason import describe_reason
from tests.batfish_cases import given_of, judged
from tests.test_verification_batfish_recorded import Rows, Tampered, recorded
from verification.batfish.answer_schema import shapes_of, wrong_column
from verification.batfish.opinions import ask_batfish
from verification.batfish.protocol import COLUMNS, BatfishError, Parameters, Row, Snapshot, Trouble, whole_rows

JUNK: tuple[Any, ...] = (None, -1, 2.5, True, "x", "", [], [None], {}, {"name": 3}, "300.1.1.1/99")

ANSWERED = (
    "bgpSessionStatus",
    "fileParseStatus",
    "initIssues",
    "interfaceProperties",
    "reachability",
    "resolveFilterSpecifier",
    "routes",
    "searchFilters",
    "testFilters",
)
"""Questions whose answers have rows in some recorded case."""


class Listening:
    """The recorded server, keeping the longest answer to each question."""

    def __init__(self) -> None:
        self.version, self.recorded = recorded().version, recorded().recorded
        self.answers: dict[str, Rows] = {}

    def upload(self, snapshot: Snapshot) -> None:
        recorded().upload(snapshot)

    def ask(self, question: str, parameters: Parameters, snapshot: Snapshot, reference: Snapshot | None = None) -> Rows:
        rows = recorded().ask(question, parameters, snapshot, reference)
        if len(rows) > len(self.answers.get(question, ())):
            self.answers[question] = rows
        return rows

    def discard(self, name: str) -> None:
        recorded().discard(name)


@cache
def answers() -> dict[str, Rows]:
    """Return an answer to every question that has rows somewhere."""
    session = Listening()
    for name in ("right", "a LAN is switched off", "both fences let an office's own packets through"):
        ask_batfish(session, given_of(name), judged(name))
    return session.answers


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place in a JSON value, the whole first."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*at, key))


def with_junk(row: Row, place: tuple[Any, ...], junk: Any) -> Any:
    """Return a row with something else at a place."""
    if not place:
        return junk
    found = json.loads(json.dumps(row))
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = junk
    return found


@pytest.mark.parametrize("question", ANSWERED)
def test_a_row_that_is_broken_inside_is_no_answer(question: str) -> None:
    row = answers()[question][0]
    read = COLUMNS[question]
    junks: tuple[Any, ...] = ([[]], 2.5)
    for name in read:
        for junk in junks:
            with pytest.raises(BatfishError) as caught:
                whole_rows(question, [{**row, name: junk}])
            assert caught.value.trouble is Trouble.INCOMPLETE
            assert name in describe_reason(caught.value.detail, "en")
    no_rows: tuple[Any, ...] = (None, 5, "row", [])
    for no_row in no_rows:
        with pytest.raises(BatfishError, match="lacks"):
            whole_rows(question, [no_row])


@pytest.mark.parametrize("question", sorted(COLUMNS))
@pytest.mark.parametrize("seed", range(2))
def test_no_broken_answer_ends_in_a_traceback(question: str, seed: int) -> None:
    choose = random.Random(f"{question} {seed}")  # noqa: S311 - which place is broken is no secret

    def change(rows: Rows) -> Rows:
        if not rows:
            return rows
        number = choose.randrange(len(rows))
        place = choose.choice(list(places(rows[number])))
        broken = with_junk(rows[number], place, choose.choice(JUNK))
        return whole_rows(question, (*rows[:number], broken, *rows[number + 1 :]))

    with suppress(BatfishError):
        ask_batfish(Tampered(question, change), given_of("right"), judged("right"))


FLOW = {"srcIp": "10.0.0.1", "dstIp": "10.0.0.2", "ipProtocol": "TCP", "ingressNode": "a", "srcPort": 1, "dstPort": 2}


@pytest.mark.parametrize(
    ("question", "column", "value"),
    [
        ("interfaceProperties", "All_Prefixes", ["10.0.0.1"]),
        ("interfaceProperties", "All_Prefixes", ["10.0.0.1/255.255.255.0"]),
        ("interfaceProperties", "All_Prefixes", ["2001:db8::1/64"]),
        ("interfaceProperties", "Active", None),
        ("routes", "Network", "10.0.0.0"),
        ("routes", "Network", "10.0.0.0/255.0.0.0"),
        ("routes", "Network", "10.0.0.1/24"),
        ("fileParseStatus", "Nodes", ["a"]),
        ("reachability", "Flow", {**FLOW, "ipProtocol": 999}),
        ("reachability", "Flow", {**FLOW, "ipProtocol": "9" * 5000}),
        ("reachability", "Flow", {**FLOW, "dstPort": 70000}),
        ("reachability", "Flow", {**FLOW, "icmpCode": 300}),
        ("reachability", "Flow", {**FLOW, "srcPort": True}),
    ],
)
def test_a_value_that_no_reader_could_take_is_no_answer(question: str, column: str, value: object) -> None:
    assert wrong_column({"Flow": FLOW}, shapes_of("reachability", ["Flow"])) == ""
    assert wrong_column({column: value}, shapes_of(question, [column])) == column
