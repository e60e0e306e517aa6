"""Whether a prefix meets any of many, or is held by one: as by looking at each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family, Prefix
from ipam.address_plan import AddressPlan
from ipam.allocator import allocate
from ipam.netbox.overlaps import Outermost, prefix_in
from ipam.space import TakenSpace
from tests.small_registries import ON, PC, POOLS, Numbers, attachment, inventory, organisation, registry

LAN = next(pool for pool in POOLS if pool.name == "communes-gov-v4").prefix


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    length = draw(st.integers(26, 32))
    return Prefix(Family.V4, draw(st.integers(0, 63)) >> (32 - length) << (32 - length), length)


@given(many=st.lists(prefixes(), max_size=8), one=prefixes())
def test_it_is_told_as_by_looking_at_each(many: list[Prefix], one: Prefix) -> None:
    outermost = Outermost(many)
    assert outermost.meets(one) == any(other.overlaps(one) for other in many)
    assert outermost.holds(one) == any(other.covers(one) for other in many)


@given(st.lists(st.tuples(st.integers(0, 63), st.integers(20, 30)), max_size=20))
def test_nothing_new_gets_what_is_taken_and_nothing_that_exists_moves(drawn: list[tuple[int, int]]) -> None:
    taken = frozenset(
        Prefix(Family.V4, (LAN.network + place * 64) >> (32 - length) << (32 - length), length)
        for place, length in drawn
    )
    names = [f"o-{number}" for number in range(6)]
    plan = AddressPlan()
    for count in (3, 6):
        found = registry(
            organisations=[organisation(name, PC) for name in names[:count]],
            attachments=[attachment(name, "s-1") for name in names[:count]],
            communes=(1,),
        )
        before = set(plan.prefixes)
        space = TakenSpace(prefixes=taken, asns=frozenset({4200000002})) if before else TakenSpace()
        plan, _ = allocate(found, inventory(found), POOLS, plan, Numbers(), ON, space)
        assert before <= set(plan.prefixes)
        new = [entry.prefix for entry in plan.prefixes if entry not in before]
        assert not before or not any(one.overlaps(other) for one in new for other in taken)


def test_what_is_no_prefix_is_none() -> None:
    assert prefix_in("10.0.0.0/26") is not None
    assert [prefix_in(text) for text in ("", "x", "10.0.0.1/26", "10.0.0.0/33")] == [None] * 4
