"""What keeps NetBox's own allocation out of truc's pools: it leaves nothing free there, and is no line of a plan.

NetBox takes as free in a prefix what no prefix inside it covers that is in the same VRF (its `get_available_prefixes`, which
tests/test_real_netbox_store.py asks itself); so it is worked out here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPNetwork, IPSet

from intents.prefix import Family, Prefix, parse_prefix
from ipam.address_plan import AddressPlan, Pool, PoolUse
from ipam.keys import LoopbackKey
from ipam.netbox.allocating import taken_of
from ipam.netbox.changes import changes_to, open_pools
from ipam.netbox.comparing import compare
from ipam.netbox.mapping import things_of
from ipam.netbox.reading import Reading, kept_plan
from ipam.netbox.thing import ObjectKind, Thing
from ipam.store.lockfile import print_plan
from tests.netbox_memory import answers_of, reading_of
from tests.netbox_plans import PLAN


@st.composite
def blocks(draw: st.DrawFn) -> Prefix:
    """Draw prefixes that often lie in one another, down to single addresses."""
    family = draw(st.sampled_from(Family))
    length = family.bits - draw(st.integers(0, 5))
    return Prefix(family, draw(st.integers(0, 31)) >> (family.bits - length) << (family.bits - length), length)


def plan_with(pools: set[Prefix], entries: set[Prefix]) -> AddressPlan:
    """Return a plan with such pools, and entries without a VRF: there is no number for one."""
    first = replace(PLAN.prefixes[0], pool="")
    return AddressPlan(
        pools=tuple(
            Pool(name=f"p-{number}", use=PoolUse.LAN, prefix=prefix, root_block="x", slot=prefix.length)
            for number, prefix in enumerate(sorted(pools))
        ),
        prefixes=tuple(
            replace(first, key=LoopbackKey(f"d-{number}"), prefix=prefix)
            for number, prefix in enumerate(sorted(entries))
        ),
    )


def free_in(prefix: str, things: tuple[Thing, ...]) -> IPSet:
    """Return what NetBox takes as free in a prefix that is in no VRF."""
    whole = IPNetwork(prefix)
    others = [IPNetwork(str(one.fields["prefix"])) for one in things if is_global(one)]
    return IPSet([whole]) - IPSet(one for one in others if one in whole and one != whole)


def is_global(thing: Thing) -> bool:
    return thing.endpoint is ObjectKind.PREFIX and "vrf" not in thing.fields


def is_held(thing: Thing) -> bool:
    return thing.fields.get("role") == "truc-held"


@given(st.sets(blocks(), min_size=1, max_size=6), st.sets(blocks(), max_size=6))
def test_nothing_in_a_pool_is_free_for_netbox_and_no_place_is_there_twice(
    pools: set[Prefix], entries: set[Prefix]
) -> None:
    plan = plan_with(pools, entries - pools)
    things = things_of(plan)
    for pool in pools:
        # A single address has no room for anything, and NetBox gives it out once only.
        assert free_in(str(pool), things) == (IPSet([str(pool)]) if pool.size == 1 else IPSet())
    places = [thing.fields["prefix"] for thing in things if is_global(thing)]
    assert len(set(places)) == len(places)
    assert len({thing.entry for thing in things}) == len(things)


def test_what_is_held_is_there_before_its_pool_and_is_no_line() -> None:
    things = things_of(PLAN)
    held = [thing for thing in things if is_held(thing)]
    assert len(held) == 2 * sum(pool.use is not PoolUse.ROOT for pool in PLAN.pools)
    first = next(place for place, thing in enumerate(things) if thing.endpoint is ObjectKind.PREFIX)
    assert list(things[first : first + len(held)]) == held
    reading = reading_of(answers_of(things))
    kept = kept_plan(reading)
    assert (kept.findings, print_plan(kept.plan)) == ((), print_plan(PLAN))
    assert taken_of(reading, PLAN.pools).prefixes == frozenset()
    changes = changes_to(reading, PLAN)
    assert (changes.count, changes.warnings, compare(reading, PLAN)) == (0, (), ())


def edited(change: Callable[[list[tuple[Thing, dict[str, Any]]]], object]) -> Reading:
    """Return what is read where somebody did something to the plan's answers."""
    answers = answers_of(things_of(PLAN))
    change(answers)
    return reading_of(answers)


def first_held(answers: list[tuple[Thing, dict[str, Any]]]) -> dict[str, Any]:
    return next(answer for thing, answer in answers if is_held(thing))


HELD = next(thing for thing in things_of(PLAN) if is_held(thing))


def test_what_somebody_deleted_is_told_and_made_again() -> None:
    reading = edited(lambda answers: answers.remove((HELD, first_held(answers))))
    assert kept_plan(reading).findings == ()
    changes = changes_to(reading, PLAN)
    assert [change.thing for change in changes.made] == [HELD]
    assert (changes.changed, changes.gone, changes.conflicts) == ((), (), ())
    told = [dict(item.values) for item in open_pools(reading, changes)]
    assert told == [{"count": "1", "first": HELD.fields["prefix"]}]


def test_nothing_is_told_where_the_pools_are_not_there_either() -> None:
    reading = reading_of([])
    assert list(open_pools(reading, changes_to(reading, PLAN))) == []
    whole = edited(lambda _: None)
    assert list(open_pools(whole, changes_to(whole, PLAN))) == []


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("prefix", lambda one: one.update(prefix="10.199.0.0/24")),
        ("status", lambda one: one.update(status={"value": "active"})),
        ("role", lambda one: one.update(role={"slug": "truc-lan"})),
        ("truc_reason", lambda one: one["custom_fields"].update(truc_reason="x")),
        ("vrf", lambda one: one.update(vrf={"id": 999})),
    ],
)
def test_what_somebody_changed_is_told_and_not_written_over(
    field: str, change: Callable[[dict[str, Any]], object]
) -> None:
    reading = edited(lambda answers: change(first_held(answers)))
    (finding,) = kept_plan(reading).findings
    assert (finding.code, dict(finding.values)["field"]) == ("TR996", field)
    (conflict,) = changes_to(reading, PLAN).conflicts
    assert (conflict.code, dict(conflict.values)["entry"]) == ("TR998", HELD.entry)


def test_it_goes_with_its_pool_and_moves_with_it() -> None:
    reading = edited(lambda _: None)
    pool = next(one for one in PLAN.pools if one.prefix.covers(parse_prefix(str(HELD.fields["prefix"]))) and one.slot)
    smaller = replace(pool, prefix=pool.prefix._replace(length=pool.prefix.length + 2))
    for pools in (
        tuple(one for one in PLAN.pools if one is not pool),
        tuple(smaller if one is pool else one for one in PLAN.pools),
    ):
        plan = replace(PLAN, pools=pools)
        changes = changes_to(reading, plan)
        wanted = {thing.entry for thing in things_of(plan) if is_held(thing)}
        there = {row.thing.entry for row in reading.rows if is_held(row.thing)}
        assert {row.thing.entry for row in changes.gone if is_held(row.thing)} == there - wanted != set()
        assert {one.thing.entry for one in changes.made if is_held(one.thing)} == wanted - there
        assert changes.conflicts == ()


@pytest.mark.parametrize("in_vrf", [False, True])
def test_what_others_have_in_the_very_place_does_as_well_if_netbox_sees_it(in_vrf: bool) -> None:
    theirs: dict[str, Any] = {"tags": [], "custom_fields": {}, "status": {"value": "container"}}
    theirs["vrf"] = {"id": 999} if in_vrf else None
    reading = edited(lambda answers: first_held(answers).update(theirs))
    assert [row.says for row in reading.foreign] == [HELD.fields["prefix"]]
    changes = changes_to(reading, PLAN)
    assert [change.thing for change in changes.made] == ([HELD] if in_vrf else [])
    assert [item.code for item in changes.warnings] == ["TR997"]
