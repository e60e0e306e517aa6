"""Needs, fences and route filters of the small example, looked at directly: who may reach whom, and in which names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.jobs.pipeline import address, compile_network, want
from intents.policy import OrganisationEndpoint, Policy, SystemEndpoint
from intents.prefix import Family, parse_prefix
from intents.registry import OrganisationName, PurposeName, SystemName
from routing.build.fence_entries import content_name, match_prefix
from routing.build.peers import Reachability
from routing.build.route_filters import exact_filter, passing_filter, reachability_filter
from routing.model import (
    AclEntry,
    Action,
    Direction,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
)
from tests.rule_cases import SMALL, changed
from tests.small_builds import (
    fence,
    lan,
    peers,
    plans,
    prefixes_of,
)

GIA_SANG = OrganisationEndpoint(organisation=OrganisationName("ubnd-gia-sang"), purpose=PurposeName("government"))
WAREHOUSE = SystemEndpoint(system=SystemName("data-warehouse"))


# needs


@pytest.mark.parametrize("family", Family)
def test_peers_nest_or_are_disjoint_and_the_most_specific_comes_first(family: Family) -> None:
    for item in plans().circuits:
        found = plans().reachability.peers(item.membership, family)
        for index, peer in enumerate(found):
            assert all(not peer.prefix.covers(other.prefix) for other in found[index + 1 :])


def test_a_peer_that_says_no_more_than_what_covers_it_is_left_out() -> None:
    for item in plans().circuits:
        found = plans().reachability.peers(item.membership, Family.V4)
        for index, peer in enumerate(found):
            cover = next((other for other in found[index + 1 :] if other.prefix.covers(peer.prefix)), None)
            assert peer.talks if cover is None else (peer.forward, peer.backward) != (cover.forward, cover.backward)


def test_a_forbid_takes_its_part_out_of_a_class() -> None:
    found = {peer.prefix: peer for peer in peers("system-data-warehouse")}
    hole = found[lan("ubnd-gia-sang-cq")]
    around = next(peer for prefix, peer in found.items() if prefix.covers(hole.prefix) and prefix != hole.prefix)
    assert around.backward
    assert not hole.talks
    assert {"no-warehouse-gia-sang", "warehouse-communes"} == {
        name for rule in hole.rules for name in plans().policy.sources[rule]
    }


def test_lists_of_peers_have_one_number_if_and_only_if_they_are_equal() -> None:
    reachability = plans().reachability
    lists = {
        (reachability.number_of_peers(item.membership, family), reachability.peers(item.membership, family))
        for item in plans().circuits
        for family in Family
    }
    assert len({number for number, _ in lists}) == len({found for _, found in lists}) == len(lists)


def test_who_is_in_no_rule_has_no_peers() -> None:
    nobody = Reachability(Policy(), plans().address_plan, plans().resolver)
    assert nobody.peers(frozenset({GIA_SANG}), Family.V4) == ()
    assert nobody.rules(frozenset({GIA_SANG}), frozenset(Family)) == ()


def test_what_one_may_start_the_other_may_be_started_from() -> None:
    here = {peer.prefix: peer for peer in peers("system-edoc")}
    there = {peer.prefix: peer for peer in peers("ubnd-tan-cuong-cq")}
    commune = next(peer for prefix, peer in here.items() if prefix.covers(lan("ubnd-tan-cuong-cq")))
    assert there[lan("system-edoc")].forward == commune.backward
    assert there[lan("system-edoc")].backward == commune.forward


def test_the_order_of_rules_changes_no_need() -> None:
    backwards = replace(plans().policy, rules=plans().policy.rules[::-1])
    reachability = Reachability(backwards, plans().address_plan, plans().resolver)
    for item in plans().circuits:
        for family in Family:
            expected = plans().reachability.peers(item.membership, family)
            found = reachability.peers(item.membership, family)
            assert [(peer.prefix, peer.forward, peer.backward) for peer in found] == [
                (peer.prefix, peer.forward, peer.backward) for peer in expected
            ]


# acls


def test_a_forbid_inside_an_aggregate_is_closed_by_a_deny_above_it() -> None:
    for direction in Direction:
        entries = fence("system-data-warehouse", direction).entries
        own, peer = (match_prefix(lan("system-data-warehouse")),), (match_prefix(lan("ubnd-gia-sang-cq")),)
        pair = (own, peer) if direction is Direction.IN else (peer, own)
        deny = AclEntry(action=Action.DENY, sources=pair[0], destinations=pair[1], log=True)
        aggregate = next(item.prefix for item in peers("system-data-warehouse") if item.talks and item.backward)
        wide = (match_prefix(aggregate),)
        permits = [
            index
            for index, entry in enumerate(entries)
            if entry.action is Action.PERMIT and wide in (entry.sources, entry.destinations)
        ]
        assert permits
        assert entries.index(deny) < min(permits)


def test_a_fence_ends_with_a_deny_of_everything_that_is_logged() -> None:
    for item in plans().circuits:
        for direction in Direction:
            last = fence(str(item.attachment.name), direction).entries[-1]
            assert last == AclEntry(action=Action.DENY, log=True)


ENTRIES = st.lists(
    st.builds(
        AclEntry,
        action=st.sampled_from(Action),
        protocols=st.none() | st.tuples(st.integers(0, 3)),
        destination_ports=st.none() | st.tuples(st.tuples(st.integers(0, 2), st.integers(2, 3))),
    ),
    max_size=3,
).map(tuple)


@given(ENTRIES, ENTRIES)
def test_lists_have_the_same_name_exactly_if_they_have_the_same_content(
    one: tuple[AclEntry, ...], other: tuple[AclEntry, ...]
) -> None:
    names = [content_name(Family.V4, Direction.IN, entries) for entries in (one, other)]
    assert (names[0] == names[1]) == (one == other)
    assert content_name(Family.V6, Direction.IN, one) != names[0] != content_name(Family.V4, Direction.OUT, one)


def test_a_change_of_intents_renames_exactly_the_fences_that_it_changes(tmp_path: Path) -> None:
    narrower = ("intents/government.yaml", "services: [web, ping]", "services: [web]")
    after = compile_network(address(want(changed(tmp_path, narrower, source=SMALL), None)))
    renamed = set()
    for item in plans().circuits:
        for direction in Direction:
            name = str(item.attachment.name)
            old, new = fence(name, direction), fence(name, direction, after)
            assert (old.name == new.name) == (old.entries == new.entries)
            renamed |= {name} if old.name != new.name else set()
    assert {"system-edoc", "ubnd-tan-cuong-cq"} <= renamed
    assert renamed.isdisjoint({"system-party-edoc", "dang-uy-tan-cuong-dang", "system-budget"})


# routes


def test_an_exact_filter_accepts_its_prefixes_once_each_and_nothing_else() -> None:
    one, two = parse_prefix("10.1.0.0/26"), parse_prefix("10.2.0.0/26")
    assert exact_filter([two, one, two]) == exact_filter([one, two])
    assert prefixes_of(exact_filter([one, two]).policy) == {one, two}
    assert [clause.action for clause in exact_filter([]).policy.clauses] == [Action.DENY]


def test_a_passing_filter_also_lets_through_what_came_by_bgp() -> None:
    own = parse_prefix("10.1.0.0/26")
    policy = passing_filter([own]).policy
    assert policy.default is PolicyDefault.PROTOCOL
    assert policy.name != exact_filter([own]).policy.name
    assert passing_filter([]).policy.clauses == ()


def test_routes_are_accepted_where_some_session_is_permitted_and_denied_where_a_forbid_leaves_none() -> None:
    clauses = reachability_filter(peers("system-data-warehouse")).policy.clauses
    assert [clause.action for clause in clauses] == [Action.DENY, Action.PERMIT]
    denied = clauses[0].prefixes
    hole = lan("ubnd-gia-sang-cq")
    assert denied == (PrefixRule(prefix=hole, low=hole.length, high=32),)
    accepted = clauses[1].prefixes
    assert accepted is not None
    assert any(rule.prefix.covers(hole) for rule in accepted)


def test_who_talks_to_nobody_accepts_no_route() -> None:
    assert reachability_filter(()).policy.clauses == (PolicyClause(name="10", action=Action.DENY),)


def test_every_index_of_a_filter_names_a_prefix_of_it_and_the_rules_it_serves() -> None:
    found = reachability_filter(peers("ubnd-gia-sang-cq"))
    places = {
        (number, index)
        for number, clause in enumerate(found.policy.clauses)
        for index, _ in enumerate(clause.prefixes or ())
    }
    assert {place for place, _ in found.rules} == places
    assert all(rules for _, rules in found.rules)
