"""One BGP path at a time: through policies, out, in, and chosen among others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import parse_prefix
from routing.model import (
    Action,
    Device,
    Direction,
    LocalAs,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    RoutePolicy,
    RouteSource,
)
from tests.small_networks import bgp, exactly, neighbor
from verification.reference.paths import Exit, Path, announce, apply_policies, choose, learn

PREFIX = parse_prefix("10.2.0.0/24")


DEVICE = Device(name="d", platform="cisco_ios")


LEARNED = Path(
    prefix=PREFIX, source=RouteSource.BGP, exits=(Exit(interface="up"),), as_path=(65010, 65002), external=True
)


def applied(policy: RoutePolicy, path: Path, direction: Direction) -> Path | None:
    return apply_policies(replace(DEVICE, policies=(policy,)), (policy.name,), path, direction)


def test_a_policy_without_an_end_rejects_on_ios_and_falls_to_the_protocol_on_junos() -> None:
    ios = RoutePolicy(name="P", clauses=())
    junos = replace(ios, default=PolicyDefault.PROTOCOL)
    own = replace(LEARNED, source=RouteSource.CONNECTED)
    assert applied(ios, LEARNED, Direction.IN) is None
    assert applied(junos, LEARNED, Direction.IN) == LEARNED
    assert applied(junos, LEARNED, Direction.OUT) == LEARNED
    assert applied(junos, own, Direction.OUT) is None


def test_a_clause_without_action_sets_and_goes_on() -> None:
    clauses = (
        PolicyClause(name="10", action=None, local_preference=150),
        PolicyClause(name="20", action=Action.DENY, sources=(RouteSource.STATIC,)),
        PolicyClause(name="30", action=Action.PERMIT, metric=7, prepend=(65002,), add_communities=("1:1",)),
    )
    policy = RoutePolicy(name="P", clauses=clauses)
    changed = applied(policy, LEARNED, Direction.IN)
    assert changed == replace(
        LEARNED, local_preference=150, metric=7, as_path=(65002, 65010, 65002), communities=frozenset({"1:1"})
    )
    assert applied(policy, replace(LEARNED, source=RouteSource.STATIC), Direction.IN) is None


def test_a_deny_rule_of_a_prefix_list_makes_the_condition_fail() -> None:
    permitted = exactly("P", "10.2.0.0/24")
    (clause,) = permitted.clauses
    assert clause.prefixes is not None
    denied = replace(permitted, clauses=(replace(clause, prefixes=(replace(clause.prefixes[0], permit=False),)),))
    assert applied(permitted, LEARNED, Direction.IN) == LEARNED
    assert applied(denied, LEARNED, Direction.IN) is None


@pytest.mark.parametrize(
    ("prefix", "low", "high", "expected"),
    [
        ("10.2.0.0/16", 16, 32, True),
        ("10.2.0.0/16", 25, 32, False),
        ("10.2.0.0/16", 16, 23, False),
        ("10.3.0.0/16", 16, 32, False),
        ("10.2.0.0/25", 24, 32, False),
    ],
)
def test_a_prefix_rule_bounds_place_and_length(prefix: str, low: int, high: int, *, expected: bool) -> None:
    rule = PrefixRule(prefix=parse_prefix(prefix), low=low, high=high)
    policy = RoutePolicy(name="P", clauses=(PolicyClause(name="10", action=Action.PERMIT, prefixes=(rule,)),))
    assert (applied(policy, LEARNED, Direction.IN) is not None) is expected


def test_a_route_carries_all_communities_of_one_alternative() -> None:
    clause = PolicyClause(name="10", action=Action.PERMIT, communities=(("1:1", "1:2"), ("1:3",)))
    policy = RoutePolicy(name="P", clauses=(clause,))
    for carried, expected in ((("1:1",), False), (("1:1", "1:2", "1:9"), True), (("1:3",), True), ((), False)):
        path = replace(LEARNED, communities=frozenset(carried))
        assert (applied(policy, path, Direction.IN) is not None) is expected


def test_an_announcement_carries_the_own_as_and_leaves_what_was_received_at_home() -> None:
    held = replace(LEARNED, local_preference=300, metric=9, communities=frozenset({"1:1"}))
    plain = neighbor("10.255.0.1", 65003)
    sent = announce(DEVICE, bgp(None, 65001, plain), plain, held)
    assert sent == replace(held, as_path=(65001, 65010, 65002), metric=None, local_preference=100)
    silent = announce(DEVICE, bgp(None, 65001, plain), replace(plain, send_communities=False), held)
    assert silent is not None
    assert silent.communities == frozenset()


@pytest.mark.parametrize(("loops", "accepted"), [(0, False), (1, False), (2, True)])
def test_own_ass_in_a_received_path_are_counted(*, loops: int, accepted: bool) -> None:
    statement = replace(neighbor("10.255.0.1", 65010, local_as=LocalAs(asn=65101)), loops=loops)
    path = replace(LEARNED, as_path=(65010, 65001, 65101))
    assert (learn(DEVICE, bgp("A", 65001, statement), statement, path) is not None) is accepted


def test_a_path_must_begin_with_the_neighbours_as() -> None:
    statement = neighbor("10.255.0.1", 65010)
    assert learn(DEVICE, bgp(None, 65001, statement), statement, LEARNED) == LEARNED
    assert learn(DEVICE, bgp(None, 65001, statement), statement, replace(LEARNED, as_path=(65002,))) is None


def ordered() -> list[Path]:
    """Paths from best to worst, each better than the next by one step of the choice."""
    return [
        replace(LEARNED, source=RouteSource.STATIC, as_path=(), external=False),
        replace(LEARNED, local_preference=200, as_path=(65010, 65011, 65002)),
        replace(LEARNED, as_path=(65010,)),
        replace(LEARNED, metric=None, neighbor=5),
        replace(LEARNED, metric=5, neighbor=1),
        replace(LEARNED, source=RouteSource.LEAKED, metric=5),
    ]


@given(st.permutations(range(6)), st.integers(0, 5))
def test_the_choice_does_not_depend_on_the_order_of_the_paths(order: list[int], first: int) -> None:
    paths = ordered()
    offered = [paths[index] for index in order if index >= first]
    assert choose(offered)[0] == paths[first]


def test_a_metric_is_compared_only_between_paths_from_the_same_as() -> None:
    near = replace(LEARNED, as_path=(65011, 65002), metric=50, neighbor=1)
    far = replace(LEARNED, metric=10, neighbor=2)
    assert choose([far, near]) == (near,)
    assert choose([far, replace(near, metric=10)]) == (replace(near, metric=10), far)
