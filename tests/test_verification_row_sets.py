"""Sets of headers in rows: the same algebra, examples and verdicts as numbered atoms give, for ports by the thousand."""

from __future__ import annotations

import operator
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.growth import CASES, ON
from controller.jobs.evidence import give
from controller.jobs.pipeline import address, compile_network, want
from intents.prefix import Family
from routing.model import ESTABLISHED, Acl, AclEntry, Action, NonInitial
from tests.small_commands import copy_small
from tests.test_verification_flow_sets import BASE, CORNER_HEADERS, acls, entries, packets, passes
from verification.judge import judge_and_replay
from verification.packets.acl_sets import permitted
from verification.packets.bit_sets import BitSet, everything, nothing
from verification.packets.compare_acl import check_source_fence
from verification.packets.flow_sets import Packet, packet_of
from verification.packets.header_space import LARGEST_GRID, HeaderSpace, header_space
from verification.packets.headers import HeaderMatch, HeaderSet, header_match
from verification.packets.permitted_sets import bounds_of
from verification.packets.row_sets import RowSet, from_rows, rows_of
from verification.packets.unreachable_entries import matches_all_of, unreached
from verification.verdicts.verdict import Disputed, Holds, Replay, Violated

Cells = frozenset[tuple[int, int]]
WIDTH = 5
cells = st.frozensets(st.tuples(st.integers(0, WIDTH - 1), st.integers(0, WIDTH - 1)))
CELLS: Cells = frozenset((source, rest) for source in range(WIDTH) for rest in range(WIDTH))
ALL: BitSet[object] = everything()
NONE: BitSet[object] = nothing()


def set_of(found: Cells) -> BitSet[object]:
    return from_rows((1 << source, sum(1 << rest for mine, rest in found if mine == source)) for source in range(WIDTH))


def cells_of(found: BitSet[object]) -> Cells:
    return frozenset(
        (source, rest)
        for sources, what in rows_of(found)
        for source, rest in CELLS
        if sources >> source & 1 and what >> rest & 1
    )


@given(cells, cells)
@example(frozenset(), frozenset())
@example(CELLS, CELLS)
def test_a_set_in_rows_is_what_a_set_of_its_cells_is(one: Cells, other: Cells) -> None:
    mine, theirs = set_of(one), set_of(other)
    assert cells_of(mine) == one
    assert (mine == theirs) == (one == other)
    assert bool(mine) == bool(one)
    assert mine.bit_count() == len(one)
    if one == other:
        assert hash(mine) == hash(theirs)
    for found, wanted in (
        (mine | theirs, one | other),
        (mine & theirs, one & other),
        (mine & ~theirs, one - other),
        (mine ^ theirs, one ^ other),
        (mine & everything(), one),
        (ALL & mine, one),
        (NONE | mine, one),
        (NONE ^ mine, one),
        (~~mine, one),
    ):
        assert found == set_of(wanted)
    assert (mine | ~mine) == everything()


def test_rows_never_meet_numbered_atoms() -> None:
    found = set_of(frozenset({(1, 2)}))
    for meet in (operator.and_, operator.or_, operator.xor):
        with pytest.raises(KeyError):
            meet(found, 5)


def both_spaces(*lists: Acl) -> tuple[HeaderSpace, HeaderSpace]:
    """Return the space of some lists with numbered atoms, and in rows however few there are."""
    matches = {header_match(entry) for acl in lists for entry in acl.entries}
    return header_space(Family.V4, matches), header_space(Family.V4, matches, largest_grid=0)


@given(acls, packets)
def test_a_list_permits_the_same_in_rows(acl: Acl, packet: Packet) -> None:
    _, rows = both_spaces(acl)
    assert (packet in permitted(acl, rows)) == passes(acl, packet)


@given(acls, acls)
def test_two_lists_differ_alike_in_rows_with_the_same_example(one: Acl, other: Acl) -> None:
    found = [
        [(mine - theirs).witness() for mine, theirs in ((a, b), (b, a))]
        for a, b in ((permitted(one, space), permitted(other, space)) for space in both_spaces(one, other))
    ]
    assert found[0] == found[1]


@given(acls)
def test_the_same_entries_are_unreached_in_rows(acl: Acl) -> None:
    numbered, rows = both_spaces(acl)
    assert unreached(acl, numbered) == unreached(acl, rows)


@given(st.tuples(entries, entries).map(lambda both: Acl(name="a", family=Family.V4, entries=both)))
def test_an_entry_matches_all_of_another_alike_in_rows(acl: Acl) -> None:
    numbered, rows = both_spaces(acl)
    assert matches_all_of(acl, numbered, 0, 1) == matches_all_of(acl, rows, 0, 1)


@given(st.lists(entries, max_size=8))
def test_samples_headers_and_places_are_alike_in_rows(found: list[AclEntry]) -> None:
    numbered, rows = both_spaces(Acl(name="a", family=Family.V4, entries=tuple(found)))
    assert {*numbered.headers} <= {*rows.headers}
    for mask_of in (lambda space: space.full, lambda space: space.unfragmented, *map(_mask_of, numbered.masks)):
        first, second = mask_of(numbered), mask_of(rows)
        assert bool(first) == bool(second)
        if first:
            assert numbered.sample(first) == rows.sample(second)
            assert numbered.sample(numbered.full & ~first | first) == rows.sample(rows.full & ~second | second)
    for header in CORNER_HEADERS:
        places = numbered.locate(header), rows.locate(header)
        assert all(places)
        for match in numbered.masks:
            assert bool(numbered.mask(match) & places[0]) == bool(rows.mask(match) & places[1])
    for space in (numbered, rows):
        assert space.sample(space.full & ~space.unfragmented).non_initial


def _mask_of(match: HeaderMatch) -> Callable[[HeaderSpace], HeaderSet]:
    return lambda space: space.mask(match)


def test_an_empty_set_has_no_sample() -> None:
    rows = header_space(Family.V4, [HeaderMatch()], largest_grid=0)
    with pytest.raises(ValueError, match="empty"):
        rows.sample(nothing())


def answered(ports: int) -> Acl:
    """Return a list that lets in so many single ports, and answers from them."""
    numbers = [((1000 + 7 * number, 1000 + 7 * number),) for number in range(ports)]
    forward = [AclEntry(action=Action.PERMIT, protocols=(6,), destination_ports=port) for port in numbers]
    back = [
        AclEntry(action=Action.PERMIT, protocols=(6,), source_ports=port, tcp_flags=ESTABLISHED) for port in numbers
    ]
    return Acl(name="a", family=Family.V4, entries=(*forward, *back))


def test_thousands_of_ports_on_both_sides_take_no_square_of_them() -> None:
    acl = answered(3000)
    wrong = replace(acl, entries=acl.entries[:-1])
    tracemalloc.start()
    space = header_space(Family.V4, {header_match(entry) for entry in acl.entries})
    bounds = bounds_of([permitted(acl, space)])
    (gap,) = check_source_fence(wrong, bounds, [(BASE, BASE + 7)], ("cpe", "Gi0.100")).gaps
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3000 * 3000 * 10  # bytes; the grid has 3000 * 3000 * 3 atoms, and 6000 conditions
    packet = packet_of(gap.flow)
    assert packet.header.source_port == 1000 + 7 * 2999
    assert passes(acl, packet)
    assert not passes(wrong, packet)


def test_atoms_are_numbered_up_to_the_largest_grid() -> None:
    few = header_space(Family.V4, {header_match(entry) for entry in answered(10).entries})
    full: list[object] = [few.full]
    assert list(map(type, full)) == [int]
    assert len(tuple(few.headers)) < LARGEST_GRID
    many = header_space(Family.V4, {header_match(entry) for entry in answered(200).entries})
    full = [many.full]
    assert list(map(type, full)) == [RowSet]


def test_a_condition_that_no_header_meets_is_empty_in_rows() -> None:
    never = HeaderMatch((6,), (), None, None, None, NonInitial.SKIP)
    space = header_space(Family.V4, [never, HeaderMatch((6,))], largest_grid=0)
    assert space.mask(never) == nothing()
    assert reduce(operator.and_, space.masks.values()) == nothing()


def test_one_wrong_port_among_hundreds_is_seen_and_followed(tmp_path: Path) -> None:
    folder = copy_small(tmp_path)
    CASES["ports"].write(folder, 200)
    compiled = compile_network(address(want(folder, ON)))
    texts = {name: item.text for name, item in compiled.configs.items()}
    judged = judge_and_replay(give(compiled, texts))
    assert {type(answer.verdict) for answer in judged.answers} == {Holds}
    name, line = next(
        (name, line) for name, text in texts.items() for line in text.splitlines() if line.endswith(" eq 301")
    )
    for wrong in (line.replace(" eq 301", " eq 302"), line.replace(" eq 301", " range 301 302")):
        judged = judge_and_replay(give(compiled, texts | {name: texts[name].replace(line, wrong)}))
        found = [answer.verdict for answer in judged.answers if isinstance(answer.verdict, Violated)]
        assert found
        assert any(verdict.replay is Replay.AGREES for verdict in found)
        assert not any(isinstance(answer.verdict, Disputed) for answer in judged.answers)
