"""Free space of a pool: marking, finding the lowest free prefix, counting, against a set of addresses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family, Prefix, parse_prefix
from ipam.free_space import FreeSpace

POOL = parse_prefix("10.0.0.0/24")
prefixes = st.builds(
    lambda length, place: Prefix(Family.V4, POOL.network + (place >> (32 - length) << (32 - length)), length),
    st.integers(24, 32),
    st.integers(0, 255),
)


def addresses(prefix: Prefix) -> set[int]:
    return set(range(prefix.network, prefix.last + 1))


@given(st.lists(prefixes, max_size=12), st.integers(24, 32), st.integers(0, 300))
def test_it_agrees_with_a_plain_set_of_addresses(taken: list[Prefix], length: int, start: int) -> None:
    space, free = FreeSpace(POOL), addresses(POOL)
    for prefix in taken:
        whole = addresses(prefix) <= free
        assert space.holds(prefix) == whole
        assert space.take(prefix) == whole
        if whole:
            free -= addresses(prefix)
    assert space.free == len(free)
    first = POOL.network + start
    size = 1 << (32 - length)
    fitting = [place for place in range(POOL.network, POOL.last, size) if place >= first]
    expected = next((place for place in fitting if set(range(place, place + size)) <= free), None)
    if length == 32:
        expected = min((address for address in free if address >= first), default=None)
    found = space.lowest(length, first)
    assert (None if found is None else found.network) == expected


@given(st.lists(prefixes, max_size=8), prefixes)
def test_marking_an_overlap_marks_every_address_of_it(taken: list[Prefix], used: Prefix) -> None:
    space, free = FreeSpace(POOL), addresses(POOL)
    for prefix in taken:
        if space.take(prefix):
            free -= addresses(prefix)
    space.take_overlap(used)
    assert space.free == len(free - addresses(used))


def test_what_lies_outside_the_pool_marks_nothing() -> None:
    space = FreeSpace(POOL)
    space.take_overlap(parse_prefix("10.0.1.0/24"))
    assert space.largest == POOL
    full = FreeSpace(POOL)
    full.take_overlap(parse_prefix("10.0.0.0/8"))
    assert full.free == 0
    assert full.largest is None


def test_the_largest_free_prefix_is_the_lowest_of_its_size() -> None:
    space = FreeSpace(POOL)
    assert space.take(parse_prefix("10.0.0.0/26"))
    assert space.largest == parse_prefix("10.0.0.128/25")
    assert space.take(parse_prefix("10.0.0.128/26"))
    assert space.largest == parse_prefix("10.0.0.64/26")
