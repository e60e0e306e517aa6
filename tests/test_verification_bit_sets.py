"""A set of numbered things is an integer, says who is in it, and never meets a set of other things."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mypy import api

from verification.packets.bit_sets import BitSet, bit, everything, first, from_bits, lowest, nothing, numbers, union

members = st.frozensets(st.integers(0, 300))

ALIASES = """
from verification.evidence.address_index import RegionSet
from verification.evidence.permitted_matrix import AttachmentSet
from verification.packets.acl_sets import EntrySet
from verification.packets.bit_sets import bit, nothing, union
from verification.packets.headers import HeaderSet
from verification.packets.permitted_pairs import RuleSet

def mix(regions: RegionSet, attachments: AttachmentSet, rules: RuleSet, headers: HeaderSet, entries: EntrySet) -> None:
"""
MIXES = (
    "regions & attachments",
    "attachments | rules",
    "rules ^ headers",
    "headers & ~entries",
    "regions | 1",
    "union([regions, attachments])",
    "takes_regions(attachments)",
    "takes_regions(3)",
    "found: RuleSet = regions",
)
PLAIN = ("regions & ~regions | bit(3)", "union([rules, rules])", "takes_regions(nothing())")


def set_of(found: frozenset[int]) -> BitSet[str]:
    return union(bit(number) for number in found)


@given(members, members)
def test_a_set_is_what_a_set_of_its_numbers_is(one: frozenset[int], other: frozenset[int]) -> None:
    mine, theirs = set_of(one), set_of(other)
    assert list(numbers(mine)) == sorted(one)
    assert mine.bit_count() == len(one)
    assert bool(mine) == bool(one)
    for found, wanted in (
        (mine | theirs, one | other),
        (mine & theirs, one & other),
        (mine & ~theirs, one - other),
        (mine ^ theirs, one ^ other),
        (mine & everything(), one),
        (mine | nothing(), one),
    ):
        assert frozenset(numbers(found)) == wanted
    if one:
        assert lowest(mine) == min(one)
    assert frozenset(numbers(mine & first(7))) == {number for number in one if number < 7}


def test_a_set_without_members_has_no_lowest_one() -> None:
    empty: BitSet[str] = nothing()
    with pytest.raises(ValueError, match="empty"):
        lowest(empty)


def test_a_set_is_a_plain_integer_at_run_time() -> None:
    found: BitSet[str] = from_bits(5)
    values: list[object] = [found, found | bit(1)]
    assert list(map(type, values)) == [int, int]


def test_sets_of_other_things_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).resolve().parent.parent
    lines = ["def takes_regions(found: RegionSet) -> None: ...", *(f"    {line}" for line in (*PLAIN, *MIXES))]
    head = ALIASES.replace("\ndef mix", f"\n{lines[0]}\n\ndef mix")
    snippet = tmp_path / "mixes.py"
    snippet.write_text(head + "\n".join(lines[1:]) + "\n", encoding="utf-8")
    monkeypatch.setenv("MYPYPATH", str(root))
    said, trouble, _ = api.run(
        [
            "--config-file=",
            "--strict",
            "--explicit-package-bases",
            "--follow-imports=silent",
            "--no-error-summary",
            "--cache-dir",
            str(tmp_path / "cache"),
            str(snippet),
        ]
    )
    assert trouble == ""
    start = head.count("\n") + len(PLAIN) + 1
    wrong = {int(line.split("mixes.py:")[1].split(":")[0]) for line in said.splitlines() if ": error: " in line}
    assert wrong == set(range(start, start + len(MIXES))), said
