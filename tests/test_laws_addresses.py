"""Laws 1 to 5: what intents mean together, and how addresses are given out, whatever the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPNetwork, IPSet

from intents.compiler import compile_policy
from intents.model import Forbid, Intent, Permit, Selector, Within
from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
    ViaAssertion,
)
from intents.policy_order import normal_policy
from intents.policy_text import print_policy, read_policy
from intents.prefix import Family, Prefix, parse_prefix, prefix_of
from intents.registry import Category, OrganisationName, OutsideName, PurposeName, Registry, SystemName, Tier, Validity
from intents.service import Transport, service_set
from ipam.address_plan import AddressPlan, EntryState, NumberEntry, Pool, PoolUse, PrefixEntry
from ipam.allocator import allocate
from ipam.endpoints import Resolver
from ipam.free_space import FreeSpace
from ipam.keys import PrefixKey
from ipam.requests import NumberRequest
from ipam.store.lockfile import parse_plan, print_plan
from tests.small_registries import (
    FILES,
    GOVERNMENT,
    ON,
    PARTY,
    PARTY_BODY,
    PC,
    POOLS,
    WEB,
    Numbers,
    attachment,
    communes_of,
    head,
    inventory,
    named,
    organisation,
    registry,
    system,
    target,
)

NAMES = ("ubnd-a", "ubnd-b", "ubnd-c")
REGISTRY = registry(
    organisations=[organisation(name) for name in NAMES],
    attachments=[attachment(name, "s-1") for name in NAMES],
    systems=(system("edoc", {"web": WEB, "files": FILES}), system("mail", {"web": WEB})),
    communes=(1,),
)

one_service = st.one_of(
    st.builds(
        lambda transport, low, more: (transport, low, low + more),
        st.sampled_from([Transport.TCP, Transport.UDP]),
        st.integers(0, 60000),
        st.integers(0, 5000),
    ),
    st.just((Transport.ICMP_ECHO, 0, 0)),
)
services = st.lists(one_service, min_size=1, max_size=4).map(service_set)
few_names = st.sampled_from([(), ("ubnd-a",), ("ubnd-b",), ("ubnd-a", "ubnd-c")])
selectors = st.one_of(
    few_names.map(lambda names: communes_of(without=" ".join(names))),
    st.sampled_from([named("ubnd-a"), named("ubnd-b"), named("ubnd-a", "ubnd-c")]),
)
targets = st.sampled_from([target("edoc"), target("edoc", "web"), target("mail", "web")])
validities = st.builds(
    lambda start, end: Validity(start=start, end=end),
    st.sampled_from([None, date(2026, 1, 1), date(2026, 8, 1)]),
    st.sampled_from([None, date(2026, 7, 1), date(2026, 12, 31)]),
)


@st.composite
def intents(draw: st.DrawFn) -> list[Intent]:
    found: list[Intent] = []
    for number in range(draw(st.integers(0, 6))):
        heading = replace(head(f"i-{number}", number + 1), validity=draw(validities))
        sources = tuple(draw(st.lists(selectors, min_size=1, max_size=2)))
        goal = draw(st.one_of(selectors, targets))
        service = draw(services) if isinstance(goal, Selector) else None
        match draw(st.integers(0, 3)):
            case 0 | 1:
                found.append(Permit(head=heading, sources=sources, destinations=(goal,), service=service))
            case 2:
                found.append(Forbid(head=heading, sources=sources, destinations=(goal,), service=service))
            case _:
                found.append(Within(head=heading, organisations=sources[0], service=draw(services)))
    return found


names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
endpoints: st.SearchStrategy[Endpoint] = st.one_of(
    st.builds(
        ClassEndpoint,
        category=st.sampled_from(Category),
        tier=st.sampled_from(Tier),
        purpose=names.map(PurposeName),
        excluding=st.frozensets(names.map(OrganisationName), max_size=2).map(lambda found: tuple(sorted(found))),
    ),
    st.builds(OrganisationEndpoint, organisation=names.map(OrganisationName), purpose=names.map(PurposeName)),
    st.builds(SystemEndpoint, system=names.map(SystemName)),
    st.builds(OutsideEndpoint, outside=names.map(OutsideName)),
    st.builds(DevicesEndpoint),
)
rules = st.one_of(
    st.builds(Rule, effect=st.sampled_from(Effect), source=endpoints, destination=endpoints, service=services),
    st.builds(
        lambda end, service: Rule(
            effect=Effect.PERMIT, source=end, destination=end, service=service, same_organisation=True
        ),
        endpoints,
        services,
    ),
    st.builds(
        ViaAssertion,
        source=endpoints,
        destination=endpoints,
        devices=st.frozensets(names, min_size=1, max_size=2).map(lambda found: tuple(sorted(found))),
    ),
)
policies = st.lists(st.tuples(rules, st.frozensets(names, max_size=2)), max_size=6).map(normal_policy)


@given(st.data(), intents())
def test_the_order_of_intents_does_not_matter(data: st.DataObject, asked: list[Intent]) -> None:
    shuffled = data.draw(st.permutations(asked))
    first, second = compile_policy(asked, REGISTRY, ON), compile_policy(shuffled, REGISTRY, ON)
    assert first == second
    assert dict(first[0].sources) == dict(second[0].sources)


@given(policies)
def test_a_policy_printed_and_read_again_is_the_same_policy(policy: Policy) -> None:
    again = read_policy(print_policy(policy))
    assert again == policy
    assert dict(again.sources) == dict(policy.sources)


@given(intents())
def test_nothing_is_permitted_that_no_permit_in_force_asks_for(asked: list[Intent]) -> None:
    policy, _ = compile_policy(asked, REGISTRY, ON)
    in_force = {item.head.identifier for item in asked if item.head.validity.holds(ON)}
    assert all(rule.service and set(policy.sources[rule]) <= in_force for rule in policy.rules)
    if not in_force:
        assert policy == Policy()


# What a workspace may go through: per commune, which of two kinds of office stand there and with how many hosts.
stages = st.lists(
    st.dictionaries(
        st.tuples(st.integers(1, 7), st.sampled_from([(PC, GOVERNMENT), (PARTY_BODY, PARTY)])),
        st.sampled_from([1, 20, 61, 62, 120, 300]),
        max_size=9,
    ),
    min_size=1,
    max_size=5,
)
Stage = dict[tuple[int, tuple[Category, PurposeName]], int]
TIGHT = tuple(
    replace(pool, prefix=pool.prefix._replace(length=pool.prefix.family.bits - 8)) if pool.use is PoolUse.LAN else pool
    for pool in POOLS
)


def registry_of(stage: Stage) -> Registry:
    found = [
        (organisation(f"{category.value[:5]}-{number}".replace("_", "-"), category), number, purpose, hosts)
        for (number, (category, purpose)), hosts in sorted(stage.items())
    ]
    return registry(
        organisations=[item for item, _, _, _ in found],
        attachments=[attachment(item.name, f"s-{number}", purpose, hosts) for item, number, purpose, hosts in found],
        systems=(system("edoc", {"web": WEB}),),
        communes=range(1, 8),
    )


def go_through(steps: Sequence[Stage], pools: tuple[Pool, ...], days: int = 30) -> list[tuple[date, AddressPlan]]:
    plans: list[tuple[date, AddressPlan]] = []
    plan, day = AddressPlan(), ON
    for stage in steps:
        found = registry_of(stage)
        plan, _ = allocate(found, inventory(found), pools, plan, Numbers(), day)
        plans.append((day, plan))
        day += timedelta(days=days)
    return plans


def prefix_keys(plan: AddressPlan) -> dict[tuple[PrefixKey, Family], PrefixEntry]:
    return {
        (entry.key, entry.prefix.family): entry for entry in plan.prefixes if entry.state is not EntryState.QUARANTINED
    }


def number_keys(plan: AddressPlan) -> dict[NumberRequest, NumberEntry]:
    return {(entry.kind, entry.scope, entry.key): entry for entry in plan.numbers}


@given(stages, st.sampled_from([POOLS, TIGHT]))
def test_no_two_prefixes_overlap_and_each_lies_in_its_pool(steps: list[Stage], pools: tuple[Pool, ...]) -> None:
    for _, plan in go_through(steps, pools):
        ordered = sorted(entry.prefix for entry in plan.prefixes)
        assert not any(one.overlaps(two) for one, two in pairwise(ordered))
        by_name = {pool.name: pool for pool in plan.pools}
        assert all(by_name[entry.pool].prefix.covers(entry.prefix) for entry in plan.prefixes)


def theirs(prefix: Prefix) -> IPNetwork:
    """Return a prefix as netaddr has it, which shares no code with ours."""
    return IPNetwork((prefix.network, prefix.length), version=4 if prefix.family is Family.V4 else 6)


@st.composite
def near_prefixes(draw: st.DrawFn) -> list[Prefix]:
    """Return prefixes of one family, of which many hold, meet or touch one another."""
    family = draw(st.sampled_from(Family))
    middle = draw(st.integers(0, (1 << family.bits) - 1))
    places = st.integers(0, family.bits).map(lambda bit: middle ^ (1 << bit >> 1))
    return draw(
        st.lists(st.builds(prefix_of, st.just(family), places, st.integers(0, family.bits)), min_size=2, max_size=8)
    )


@given(near_prefixes())
def test_prefixes_are_read_sized_and_compared_as_netaddr_does(found: list[Prefix]) -> None:
    for one in found:
        their_one = theirs(one)
        assert parse_prefix(str(their_one)) == one
        assert IPNetwork(str(one)) == their_one
        assert (one.size, one.last) == (their_one.size, their_one.last)
        for other in found:
            their_other = theirs(other)
            assert one.covers(other) == (their_other in their_one)
            assert one.overlaps(other) == (their_other in their_one or their_one in their_other)


@given(near_prefixes(), st.integers(0, 12))
def test_what_is_free_in_a_pool_is_what_netaddr_has_left_of_it(found: list[Prefix], more: int) -> None:
    pool, *used = found
    space, left = FreeSpace(pool), IPSet([theirs(pool)])
    for prefix in used:
        space.take_overlap(prefix)
        left -= IPSet([theirs(prefix)])
    assert space.free == left.size
    length = min(pool.length + more, pool.family.bits)
    fitting = [block for block in left.iter_cidrs() if block.prefixlen <= length]
    lowest = space.lowest(length)
    assert (None if lowest is None else lowest.network) == (int(fitting[0].first) if fitting else None)


@given(stages, st.sampled_from([POOLS, TIGHT]))
def test_netaddr_finds_no_overlap_and_nothing_outside_its_pool_either(
    steps: list[Stage], pools: tuple[Pool, ...]
) -> None:
    _, plan = go_through(steps, pools)[-1]
    networks = [theirs(entry.prefix) for entry in plan.prefixes]
    assert sum(network.size for network in networks) == IPSet(networks).size
    by_name = {pool.name: theirs(pool.prefix) for pool in plan.pools}
    assert all(network in by_name[entry.pool] for entry, network in zip(plan.prefixes, networks, strict=True))


@given(stages)
def test_no_number_is_given_twice_in_a_scope(steps: list[Stage]) -> None:
    for _, plan in go_through(steps, POOLS):
        values = [(entry.kind, entry.scope, entry.value) for entry in plan.numbers]
        assert len(values) == len(set(values))


@given(stages, st.sampled_from([POOLS, TIGHT]))
def test_allocating_twice_changes_nothing(steps: list[Stage], pools: tuple[Pool, ...]) -> None:
    day, plan = go_through(steps, pools)[-1]
    found = registry_of(steps[-1])
    assert allocate(found, inventory(found), pools, plan, Numbers(), day + timedelta(days=1))[0] == plan


@given(stages)
def test_what_exists_keeps_its_address_and_numbers_while_others_come_and_go(steps: list[Stage]) -> None:
    plans = [plan for _, plan in go_through(steps, POOLS)]
    for before, after in pairwise(plans):
        old, new = prefix_keys(before), prefix_keys(after)
        moved = [key for key in old.keys() & new.keys() if old[key].prefix != new[key].prefix]
        outgrown = {entry.prefix for entry in after.prefixes if entry.reason.startswith("too small")}
        assert all(old[key].prefix in outgrown for key in moved)
        numbers, later = number_keys(before), number_keys(after)
        assert all(numbers[key].value == later[key].value for key in numbers.keys() & later.keys())


@given(stages)
def test_a_removed_prefix_is_quarantined_and_not_given_to_anybody_else_before_its_end(steps: list[Stage]) -> None:
    plans = go_through(steps, POOLS, days=100)
    for (_, before), (day, after) in pairwise(plans):
        kept = {entry.prefix: entry for entry in after.prefixes}
        for entry in before.prefixes:
            if entry.until is not None and entry.until < day:
                continue
            assert kept[entry.prefix].key == entry.key
            if kept[entry.prefix].state is EntryState.QUARANTINED:
                assert kept[entry.prefix].until is not None
                assert kept[entry.prefix].reason


@given(stages)
def test_a_key_that_comes_back_in_time_gets_its_prefix_back(steps: list[Stage]) -> None:
    stage = steps[0]
    (_, first), _, (_, third) = go_through([stage, {}, stage], POOLS)
    old, new = prefix_keys(first), prefix_keys(third)
    assert {key: entry.prefix for key, entry in old.items()} == {key: entry.prefix for key, entry in new.items()}


@given(st.integers(1, 12))
def test_a_full_pool_is_a_finding_and_never_an_overlap(count: int) -> None:
    stage: Stage = {(number, (PARTY_BODY, PARTY)): 20 for number in range(1, 8)}
    found = registry_of(stage)
    small = tuple(
        replace(pool, prefix=pool.prefix._replace(length=24)) if pool.name == "party-v4" else pool for pool in POOLS
    )
    plan, findings = allocate(found, inventory(found), small, AddressPlan(), Numbers(), ON + timedelta(days=count))
    lans = [entry for entry in plan.prefixes if entry.pool == "party-v4"]
    assert len(lans) == 4
    assert [(item.code, dict(item.values)["count"]) for item in findings if item.code == "TR511"] == [("TR511", "3")]


@given(stages)
def test_a_plan_printed_and_read_again_is_the_same_plan(steps: list[Stage]) -> None:
    _, plan = go_through(steps, POOLS)[-1]
    assert parse_plan(print_plan(plan), "truc.lock") == (plan, ())


@given(stages)
def test_allocating_inside_a_dedicated_pool_does_not_change_what_its_class_means(steps: list[Stage]) -> None:
    endpoint = ClassEndpoint(category=PC, tier=Tier.COMMUNE, purpose=GOVERNMENT)
    meanings = {Resolver(plan).prefixes(endpoint, Family.V4) for _, plan in go_through(steps, POOLS)}
    assert len(meanings) == 1
