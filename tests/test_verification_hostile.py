"""Lines of hostile hands, one by one, in the texts of the small example: what changes something is never said to hold.

The one idea: the list is data (`tests/data/hostile`) and judged by `bench.hostile`, which goes through all of it; here a seeded
tenth is, and every line that is known to be read wrongly, so that one that is read rightly by now is taken off that list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from random import Random
from typing import TypeVar

import pytest

from bench.hostile import HELD, Bench, Injection, Outcome, injections, open_bench, outcome_of, table
from bench.hostile_lines import Entry, Expected, Place, load_entries
from bench.hostile_places import inject
from verification.engine.engine import judge
from verification.verdicts.verdict import NotModelled

SEED = 20
Item = TypeVar("Item")
ENTRIES = load_entries()
KNOWN = [item for item in ENTRIES if item.open]


def drawn(items: Sequence[Item], count: int) -> list[Item]:
    return Random(SEED).sample(items, count)  # noqa: S311 - a sample that can be drawn again, no secret


@cache
def bench() -> Bench:
    return open_bench()


@cache
def tenth() -> tuple[Injection, ...]:
    right = [item for item in ENTRIES if not item.open]
    return tuple(injections(bench(), drawn(right, len(right) // 10)))


def test_the_list_has_a_thousand_lines_of_both_platforms_and_none_twice() -> None:
    counts = Counter(item.platform for item in ENTRIES)
    assert counts["cisco_ios"] >= 600
    assert counts["junos"] >= 400
    keys = Counter((item.platform, item.section, item.text, item.braces) for item in ENTRIES)
    assert [key for key, count in keys.items() if count > 1] == []
    assert all(item.why for item in ENTRIES)


def test_a_line_that_changes_something_never_holds() -> None:
    changing = [item for item in tenth() if item.expected in (Expected.CHANGE, Expected.UNKNOWN)]
    assert len(changing) > 500
    assert [item for item in changing if item.outcome in HELD] == []


def test_a_line_that_changes_nothing_is_never_violated() -> None:
    idle = [item for item in tenth() if item.expected is Expected.NONE]
    assert len(idle) > 50
    assert [item for item in idle if item.is_wrong] == []
    assert any(item.outcome in HELD for item in idle)


def test_lines_are_read_in_every_way() -> None:
    outcomes = Counter(item.outcome for item in tenth())
    assert {Outcome.SAME, Outcome.HOLDS, Outcome.VIOLATED, Outcome.UNKNOWN_LINE} <= outcomes.keys()
    assert len(list(table(tenth()))) > 20


@pytest.mark.parametrize("entry", KNOWN, ids=lambda entry: f"{entry.platform}: {entry.text}")
def test_a_line_that_is_known_to_be_read_wrongly_still_is(entry: Entry) -> None:
    assert any(item.is_wrong for item in injections(bench(), [entry])), "take `open` off its entry"


def test_nothing_holds_of_a_device_with_an_unknown_line_that_holds_of_it() -> None:
    unknown = [item for item in tenth() if item.outcome is Outcome.UNKNOWN_LINE]
    targets = {item.device: item for item in bench().targets}
    for item in drawn(unknown, 12):
        text = inject(targets[item.device], item.entry, item.place)
        judgement = judge(bench().with_device(text, bench().read(targets[item.device], text)), with_failures=False)
        assert outcome_of(judgement) is not Outcome.HOLDS
        assert any(isinstance(answer.verdict, NotModelled) for answer in judgement.answers), item.entry.text


def test_a_place_is_where_it_is_said_to_be() -> None:
    entry = next(item for item in ENTRIES if item.section == "lan" and item.text == "shutdown")
    target = bench().targets[0]
    lines = {place: inject(target, entry, place).splitlines() for place in Place}
    assert lines[Place.TOP][0] == "shutdown"
    at = lines[Place.SECTION].index(" shutdown")
    assert lines[Place.SECTION][at + 1 : at + 3] == ["!", "interface GigabitEthernet0/0/1.102"]
    assert lines[Place.END][-2:] == [f"interface {target.names['lan']}", " shutdown"]
