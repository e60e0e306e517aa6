"""The measure beside rivals: lines in text order are seen to open, truc's own are clean; no rival is needed."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from subprocess import CalledProcessError

import pytest

from bench.rival_lines import MAKERS
from bench.rivals import Case, Made, Seen, cases_of, drawn_cases, edits_of, made_by_rival, made_by_truc, row, seen
from routing.vendors.cisco_ios.changing import making, removing
from verification.verdicts.question import QuestionKind

CLEAN = Seen(
    lines=7, milliseconds=2.0, states=3, ends=True, acts=True, violated=frozenset(), refused=0, unknown=False
)  # fmt: skip


@cache
def case() -> Case:
    """Return one device of a drawn change of policy."""
    (found,) = drawn_cases("policy", 1, Random(2))  # noqa: S311 - the same case each time
    return found


def typed(case: Case) -> list[str]:
    return [line for edit in made_by_truc(case).edits for line in edit.typed]


def made_of(*lines: str) -> Made:
    return Made(edits_of(lines), 0.0)


def test_what_truc_types_is_clean_when_it_is_typed_as_lines() -> None:
    found = seen(case(), made_of(*typed(case())))
    assert found.is_clean
    assert found.lines == len(typed(case()))
    assert found.states > 2


def test_what_goes_before_what_comes_is_seen_to_open_or_cut() -> None:
    change = case().change
    edits = (*removing(change.running, change.standing), *making(change.running, change.standing))
    found = seen(case(), Made(edits, 0.0))
    assert found.violated
    assert not found.is_clean


def test_nothing_is_judged_behind_a_line_that_nobody_knows() -> None:
    found = seen(case(), made_of("frobnicate the flux", *typed(case())))
    assert (found.unknown, found.ends, found.states) == (True, False, 1)


def test_a_line_that_is_refused_is_counted_and_the_next_one_is_typed() -> None:
    lines = ("interface GigabitEthernet0/0/0", "ip address 10.0.0.1 255.0.255.0", "ip access-list extended OTHER")
    found = seen(case(), made_of(*lines, "10 permit ip any any"))
    assert (found.refused, found.unknown, found.ends, found.acts) == (1, False, False, True)
    assert found.states > 1


def test_a_roll_out_that_does_not_hold_has_no_cases() -> None:
    rollout = case().rollout
    (change, *others) = rollout.changes
    wrong = replace(rollout, changes=(replace(change, edits=edits_of(["no router bgp 65000"])), *others))
    assert list(cases_of("policy", rollout))
    assert list(cases_of("policy", wrong)) == []


def test_a_row_counts_cases() -> None:
    opens = replace(CLEAN, violated=frozenset({QuestionKind.ISOLATION, QuestionKind.LEAK}), ends=False)
    cells = row("both", [CLEAN, opens]).split()
    assert cells == ["both", "2", "1", "2", "6", "1", "0", "1", "0", "0", "1", "14", "2"]


def test_a_python_without_rivals_is_an_error_that_names_them() -> None:
    for name in MAKERS:
        with pytest.raises(CalledProcessError, match="rival_lines") as caught:
            made_by_rival(Path(sys.executable), name, [case()])
        assert "No module named" in caught.value.stderr
