"""Access lists and expanded community lists in route maps: what they say of routes, against the words of the manual.

The one idea: the reader's rules are put to both meanings of a route policy, and the lists' own words to a few lines here: an
access list matches address and mask bit by bit, an expression is tried on the communities as they are printed.
"""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from intents.prefix import Family, Prefix, format_address, prefix_of
from routing.model import Direction, RoutePolicy, RouteSource
from routing.vendors.cisco_ios import VENDOR
from verification.reference.paths import Path, apply_policy
from verification.routes.route_filters import PathAttributes, compile_filters

ALL = 0xFFFFFFFF
ADDRESSES = st.integers(0, ALL) | st.sampled_from((0x0A000000, 0x0A010000, 0x0A018000, 0xC0000000, 0))
Entry = tuple[bool, int, int, int, int]
"""Permit or deny; address and wildcard of the source; of the destination."""


def accepts(policy: RoutePolicy, prefix: Prefix, communities: frozenset[str] = frozenset()) -> tuple[bool, bool]:
    """Return whether each of the two meanings accepts a route."""
    attributes = PathAttributes(RouteSource.BGP, (1,), communities)
    mine = compile_filters([("r1", policy)])[("r1", policy.name)].apply(prefix, attributes, announcing=False)
    path = Path(prefix=prefix, source=RouteSource.BGP, exits=(), communities=communities)
    return mine is not None, apply_policy(policy, path, Direction.IN) is not None


def policy_of(text: str) -> RoutePolicy:
    found = VENDOR.read("r1", text).device
    assert found.unknown == (), found.unknown
    return found.policies[0]


def wildcards() -> st.SearchStrategy[int]:
    return st.integers(0, 32).map(lambda length: ALL >> length)


def masks() -> st.SearchStrategy[int]:
    return st.integers(0, 32).map(lambda length: ALL ^ (ALL >> length))


def dotted(value: int) -> str:
    return format_address(Family.V4, value)


@st.composite
def routes(draw: st.DrawFn, entries: list[Entry]) -> Prefix:
    """Return a route, often one that begins where an entry does."""
    near = [address & ~wildcard & ALL for _, address, wildcard, _, _ in entries]
    address = draw(ADDRESSES | st.sampled_from(near))
    return prefix_of(Family.V4, address, draw(st.integers(0, 32)))


def says(entries: list[Entry], route: Prefix, *, extended: bool) -> bool:
    """Return what a list says of a route by the manual's words."""
    mask = ALL ^ (ALL >> route.length)
    for permit, address, wildcard, wanted, free in entries:
        if (route.network ^ address) & ~wildcard & ALL == 0 and (not extended or (mask ^ wanted) & ~free & ALL == 0):
            return permit
    return False


@settings(max_examples=400, deadline=None)
@given(
    st.data(),
    st.booleans(),
    st.lists(st.tuples(st.booleans(), ADDRESSES, wildcards(), masks(), st.integers(0, ALL)), min_size=1, max_size=4),
)
def test_an_access_list_says_of_a_route_what_its_bits_say(
    data: st.DataObject, extended: bool, entries: list[Entry]
) -> None:
    lines = [
        f"access-list {101 if extended else 10} {'permit' if permit else 'deny'} {'ip ' if extended else ''}"
        f"{dotted(address)} {dotted(wildcard)}" + (f" {dotted(wanted)} {dotted(free)}" if extended else "")
        for permit, address, wildcard, wanted, free in entries
    ]
    text = "\n".join(lines) + f"\nroute-map M permit 10\n match ip address {101 if extended else 10}\n"
    route = data.draw(routes(entries))
    expected = says(entries, route, extended=extended)
    assert accepts(policy_of(text), route) == (expected, expected)


NEW_FORMAT = "ip bgp-community new-format\n"
NUMBERS = st.sampled_from((1, 2, 7, 12, 20, 700, 6500, 65000)) | st.integers(1, 65534)
EXPRESSIONS = st.builds(
    "_{}:{}".format,
    NUMBERS,
    st.sampled_from(("", ".*", ".*_", "[0-9]*", "[0-9]+_", "0", "0_"))
    | st.builds("{}{}".format, NUMBERS, st.sampled_from(("", "_"))),
) | st.builds("{}:{}".format, st.integers(10000, 65534), st.sampled_from(("", ".*", "1_", "1")))
COMMUNITIES = st.frozensets(st.tuples(NUMBERS, st.integers(0, 65535) | NUMBERS | st.just(0)), max_size=3)


@settings(max_examples=400, deadline=None)
@given(st.data(), EXPRESSIONS, COMMUNITIES)
def test_an_expanded_list_says_what_its_expression_finds(
    data: st.DataObject, expression: str, others: frozenset[tuple[int, int]]
) -> None:
    text = f"{NEW_FORMAT}ip community-list expanded E permit {expression}\nroute-map M permit 10\n match community E\n"
    high, low = re.findall(r"\d+", expression.replace("[0-9]", "") + ":0")[:2]
    near = (int(high), int(data.draw(st.sampled_from((low, low + "0", low + "9", "5")))))
    carried = others | ({near} if data.draw(st.booleans()) and near[1] <= 65535 else frozenset())
    printed = " ".join(f"{one}:{two}" for one, two in sorted(carried))
    expected = re.search(expression.replace("_", "(?:^|$|[ ,{}()])"), printed) is not None
    communities = frozenset(f"{one}:{two}" for one, two in carried)
    assert accepts(policy_of(text), Prefix(Family.V4, 0, 0), communities) == (expected, expected)


def test_a_community_that_is_a_word_is_in_no_range() -> None:
    text = NEW_FORMAT + "ip community-list expanded E permit _1:\nroute-map M permit 10\n match community E\n"
    assert accepts(policy_of(text), Prefix(Family.V4, 0, 0), frozenset({"no-export"})) == (False, False)
