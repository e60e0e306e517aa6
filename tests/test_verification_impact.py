"""Which prefixes a changed text may route otherwise: all whose treatment by some policy differs, and none else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family, Prefix
from routing.model import (
    Action,
    Aggregate,
    BgpInstance,
    Device,
    Direction,
    Network,
    PolicyClause,
    PrefixRule,
    RoutePolicy,
    RouteSource,
)
from verification.evidence.impact import rerouted
from verification.reference.paths import Path, apply_policy

PREFIXES = tuple(
    Prefix(Family.V4, (10 << 24) + (part << 28 >> 4), length) for part in range(4) for length in (8, 9, 10, 12)
)
rules = st.builds(
    lambda prefix, permit, more: PrefixRule(
        prefix=prefix, low=prefix.length, high=min(32, prefix.length + more), permit=permit
    ),
    st.sampled_from(PREFIXES),
    st.booleans(),
    st.integers(0, 4),
)
clauses = st.builds(
    PolicyClause,
    name=st.sampled_from(["10", "20"]),
    action=st.sampled_from([Action.PERMIT, Action.DENY]),
    prefixes=st.none() | st.lists(rules, max_size=4).map(tuple),
    local_preference=st.sampled_from([None, 50, 200]),
)
policies = st.builds(lambda found: RoutePolicy(name="P", clauses=tuple(found)), st.lists(clauses, max_size=3))


def network(*policies: RoutePolicy) -> Network:
    return Network(devices={"a": Device(name="a", platform="cisco_ios", policies=policies)}, links=())


@st.composite
def changes(draw: st.DrawFn) -> tuple[RoutePolicy, RoutePolicy]:
    """Draw a policy and another one, or the same with the rules of one clause in another order, or one less."""
    one = draw(policies)
    if not one.clauses or draw(st.booleans()):
        return one, draw(policies)
    at = draw(st.integers(0, len(one.clauses) - 1))
    found = draw(st.permutations(one.clauses[at].prefixes or ()))[draw(st.integers(0, 1)) :]
    clause = replace(one.clauses[at], prefixes=tuple(found))
    return one, replace(one, clauses=(*one.clauses[:at], clause, *one.clauses[at + 1 :]))


@given(changes(), st.sampled_from(PREFIXES))
def test_what_a_policy_makes_another_path_of_is_rerouted(ends: tuple[RoutePolicy, RoutePolicy], prefix: Prefix) -> None:
    was, now = ends
    path = Path(prefix=prefix, source=RouteSource.BGP, exits=())
    found = rerouted(network(was), network(now), PREFIXES)
    assert found is not None
    if prefix not in found:
        assert apply_policy(was, path, Direction.IN) == apply_policy(now, path, Direction.IN)


def test_a_rule_that_goes_reroutes_what_it_was_about_alone() -> None:
    one, other = (PrefixRule(prefix=prefix, low=8, high=32, permit=True) for prefix in (PREFIXES[1], PREFIXES[6]))
    both = RoutePolicy(name="P", clauses=(PolicyClause(name="10", action=Action.PERMIT, prefixes=(one, other)),))
    less = replace(both, clauses=(replace(both.clauses[0], prefixes=(other,)),))
    found = rerouted(network(both), network(less), PREFIXES)
    assert found is not None
    assert found == {prefix for prefix in PREFIXES if one.prefix.covers(prefix) and not other.prefix.covers(prefix)}


def test_where_more_than_policies_differs_anything_may_be_rerouted() -> None:
    one = network()
    device = one.devices["a"]
    other = replace(one, devices={"a": replace(device, bgp=(BgpInstance(vrf=None, asn=1),))})
    assert rerouted(one, other, PREFIXES) is None
    assert rerouted(one, replace(one, devices={}), PREFIXES) is None
    summary = BgpInstance(vrf=None, asn=1, aggregates=(Aggregate(prefix=PREFIXES[0], summary_only=False),))
    summed = replace(one, devices={"a": replace(device, bgp=(summary,))})
    assert rerouted(summed, summed, PREFIXES) is None
