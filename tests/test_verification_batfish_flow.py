"""Specifiers that name everybody stay within what the server can follow."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from verification.batfish.answer_schema import shapes_of, wrong_column
from verification.batfish.flow import TERMS, addresses, end_of_trace, united


def widest(text: str) -> int:
    """Return how many terms the longest union has, of those in parentheses and of the whole."""
    counts, found = [1], 0
    for character in text:
        if character == "(":
            counts.append(1)
        elif character == ")":
            found = max(found, counts.pop())
        elif character == ",":
            counts[-1] += 1
    assert len(counts) == 1
    return max(found, counts[0])


@pytest.mark.parametrize("count", [0, 1, TERMS, TERMS + 1, 5000, TERMS * TERMS + 1])
def test_a_union_of_any_length_has_every_term_in_order_and_none_is_long(count: int) -> None:
    terms = [f"n{number}" for number in range(count)]
    text = united(terms)
    assert [item for item in text.replace("(", "").replace(")", "").split(", ") if item] == terms
    assert widest(text) <= TERMS
    assert ("(" in text) is (count > TERMS)


def test_addresses_are_single_ones_and_ranges() -> None:
    assert addresses([(1, 1), (3, 258)]) == "0.0.0.1, 0.0.0.3 - 0.0.1.2"
    assert addresses([]) == ""


def trace(disposition: str, *details: Mapping[str, object] | None) -> dict[str, object]:
    """Return a trace over two devices as a server of 2026 writes it, with the details of the last one's steps."""
    first = {"node": {"name": "one"}, "steps": [{"detail": {"outputInterface": "Gi0/9"}}]}
    last = {"node": {"name": "two"}, "steps": [{"detail": detail} for detail in details]}
    return {"disposition": disposition, "hops": [first, last]}


ROUTED = {"outputInterface": "Gi0/1.10"}
DELIVERED = {"outputInterface": {"hostname": "two", "interface": "Gi0/1.10"}, "resolvedNexthopIp": "10.0.0.1"}


@pytest.mark.parametrize(
    ("found", "end"),
    [
        (trace("DELIVERED_TO_SUBNET", {"inputVrf": "a"}, ROUTED, DELIVERED), ("device-2", "Gi0/1.10")),
        (trace("EXITS_NETWORK", ROUTED, None), ("device-2", "Gi0/1.10")),
        (trace("ACCEPTED", {"interface": "Lo0"}), ("device-2", "")),
        (trace("DENIED_OUT", ROUTED, {"filter": "f"}), ("device-2", "")),
    ],
)
def test_a_trace_ends_at_the_interface_that_it_is_delivered_by(found: dict[str, object], end: tuple[str, str]) -> None:
    assert wrong_column({"Traces": [found]}, shapes_of("reachability", ["Traces"])) == ""
    assert end_of_trace(found, {"two": "device-2"}) == end
