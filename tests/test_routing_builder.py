"""What the builder makes of the small example, looked at directly: needs, fences, filters, sessions, VRFs and their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.pipeline import Compiled, address, compile_network, make_plans, want
from intents.policy import OrganisationEndpoint, Policy, SystemEndpoint
from intents.prefix import Family, Prefix, format_address, parse_prefix
from intents.registry import OrganisationName, PurposeName, SystemName
from ipam.inventory import Role
from routing.acls import content_name, match_prefix
from routing.config import render_device
from routing.draft import Plans
from routing.model import (
    Acl,
    AclEntry,
    Action,
    BgpNeighbor,
    Device,
    Direction,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    RoutePolicy,
    Vrf,
    VrfFamily,
)
from routing.needs import Needs, Peer, cover_of
from routing.refs import interface_ref, neighbor_ref, prefix_rule_ref, vrf_export_ref, vrf_import_ref, vrf_ref
from routing.routes import exact_filter, need_filter, passing_filter
from routing.standing import Standing, purpose_vrf
from tests.rule_cases import SMALL, changed, example
from tests.small_networks import interface

GIA_SANG = OrganisationEndpoint(organisation=OrganisationName("ubnd-gia-sang"), purpose=PurposeName("government"))
WAREHOUSE = SystemEndpoint(system=SystemName("data-warehouse"))


@cache
def plans() -> Plans:
    return make_plans(address(example(SMALL)))


@cache
def compiled() -> Compiled:
    return compile_network(address(example(SMALL)))


def devices() -> Iterator[Device]:
    yield from compiled().built.network.devices.values()


def standing(name: str) -> Standing:
    return next(item for item in plans().standings if item.attachment.name == name)


def peers(name: str, family: Family = Family.V4) -> tuple[Peer, ...]:
    return plans().needs.peers(standing(name).membership, family)


def lan(name: str) -> Prefix:
    (prefix,) = standing(name).own[Family.V4]
    return prefix


def fence(name: str, direction: Direction, done: Compiled | None = None) -> Acl:
    """The fence of an attachment in IPv4."""
    place = standing(name)
    device = (done or compiled()).built.network.devices[place.place.device]
    port = next(item for item in device.interfaces if item.name == place.interface)
    bound = next(item.acl for item in port.bindings if (item.direction, item.family) == (direction, Family.V4))
    return next(item for item in device.acls if item.name == bound)


def prefixes_of(policy: RoutePolicy) -> set[Prefix]:
    """The prefixes of an exact filter."""
    rules = [rule for clause in policy.clauses for rule in clause.prefixes or ()]
    assert all(rule.low == rule.high == rule.prefix.length for rule in rules)
    assert all(clause.action is Action.PERMIT for clause in policy.clauses if clause.prefixes)
    return {rule.prefix for rule in rules}


def sessions(device: Device) -> Iterator[tuple[str, BgpNeighbor]]:
    for instance in device.bgp:
        for neighbor in instance.neighbors:
            yield instance.vrf or "", neighbor


def policy_named(device: Device, name: str) -> RoutePolicy:
    return next(item for item in device.policies if item.name == name)


# needs


@pytest.mark.parametrize("family", Family)
def test_peers_nest_or_are_disjoint_and_the_most_specific_comes_first(family: Family) -> None:
    for item in plans().standings:
        found = plans().needs.peers(item.membership, family)
        for index, peer in enumerate(found):
            assert all(not peer.prefix.covers(other.prefix) for other in found[index + 1 :])


def test_a_peer_that_says_no_more_than_what_covers_it_is_left_out() -> None:
    for item in plans().standings:
        found = plans().needs.peers(item.membership, Family.V4)
        for index, peer in enumerate(found):
            cover = cover_of(peer, found[index + 1 :])
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


def test_who_is_in_no_rule_has_no_peers() -> None:
    nobody = Needs(Policy(), plans().address_plan, plans().resolver)
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
    needs = Needs(backwards, plans().address_plan, plans().resolver)
    for item in plans().standings:
        for family in Family:
            expected = plans().needs.peers(item.membership, family)
            found = needs.peers(item.membership, family)
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
    for item in plans().standings:
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
    for item in plans().standings:
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
    clauses = need_filter(peers("system-data-warehouse")).policy.clauses
    assert [clause.action for clause in clauses] == [Action.DENY, Action.PERMIT]
    denied = clauses[0].prefixes
    hole = lan("ubnd-gia-sang-cq")
    assert denied == (PrefixRule(prefix=hole, low=hole.length, high=32),)
    accepted = clauses[1].prefixes
    assert accepted is not None
    assert any(rule.prefix.covers(hole) for rule in accepted)


def test_who_talks_to_nobody_accepts_no_route() -> None:
    assert need_filter(()).policy.clauses == (PolicyClause(name="10", action=Action.DENY),)


def test_every_index_of_a_filter_names_a_prefix_of_it_and_the_rules_it_serves() -> None:
    found = need_filter(peers("ubnd-gia-sang-cq"))
    places = {
        (number, index)
        for number, clause in enumerate(found.policy.clauses)
        for index, _ in enumerate(clause.prefixes or ())
    }
    assert {place for place, _ in found.rules} == places
    assert all(rules for _, rules in found.rules)


# sessions


def test_a_cpe_announces_only_what_stands_on_it() -> None:
    checked = 0
    for device in devices():
        if plans().inventory.devices[device.name].role is not Role.CPE:
            continue
        own = {
            item.vrf: {p for found in item.own.values() for p in found} for item in plans().standings_on(device.name)
        }
        loopback = set(plans().numbers.prefixes[f"loopback/{device.name}"].values())
        for vrf, neighbor in sessions(device):
            (name,) = neighbor.exports
            announced = prefixes_of(policy_named(device, name))
            assert announced
            assert announced == {p for p in own.get(vrf, loopback) if p.family is neighbor.family}
            checked += 1
    assert checked > 20


def test_what_comes_from_an_attachment_is_accepted_only_if_it_is_its_own() -> None:
    own = {item.asn: {p for found in item.own.values() for p in found} for item in plans().standings}
    checked = 0
    for device in devices():
        if plans().inventory.devices[device.name].role is Role.AGGREGATION:
            for _, neighbor in sessions(device):
                if neighbor.remote_as in own:
                    (name,) = neighbor.imports
                    accepted = prefixes_of(policy_named(device, name))
                    assert accepted == {p for p in own[neighbor.remote_as] if p.family is neighbor.family}
                    checked += 1
    assert checked > 20


def test_both_ends_of_a_session_expect_what_the_other_one_presents() -> None:
    addresses = {
        (item.family, item.value): (device, port.vrf)
        for device in devices()
        for port in device.interfaces
        for item in port.addresses
    }
    for device in devices():
        for vrf, neighbor in sessions(device):
            far, far_vrf = addresses[(neighbor.family, neighbor.address)]
            (back,) = [
                item
                for name, item in sessions(far)
                if name == far_vrf and addresses[(item.family, item.address)] == (device, vrf)
                and neighbor.address ^ item.address == 1 and item.family is neighbor.family
            ]  # fmt: skip
            instance = next(item for item in device.bgp if item.vrf == vrf)
            presented = instance.asn if neighbor.local_as is None else neighbor.local_as.asn
            assert back.remote_as == presented


# vrfs


def test_every_attachment_stands_alone_in_a_vrf_with_numbers_of_its_own() -> None:
    found = plans().standings
    assert len({(item.place.device, item.vrf) for item in found}) == len(found)
    assert len({item.asn for item in found}) == len({item.number for item in found}) == len(found)
    for device in devices():
        for item in plans().standings_on(device.name):
            inside = [one for one in device.interfaces if one.vrf == item.vrf and one.bindings]
            assert [one.name for one in inside] == [item.interface]


def test_only_edges_lead_anything_between_vrfs() -> None:
    for device in devices():
        leaking = [family for vrf in device.vrfs for family in vrf.families if family.imports]
        assert bool(leaking) == (plans().inventory.devices[device.name].role is Role.EDGE)
        assert all(family.import_map is not None for family in leaking)


def test_a_purpose_never_gets_a_lan_of_another_one_but_for_exact_prefixes_that_it_has_rules_with() -> None:
    purposes = {purpose_vrf(name): name for name in plans().purposes}
    owner = {p: item for item in plans().standings for found in item.own.values() for p in found}
    led = 0
    for device in devices():
        for vrf, purpose, accepted in _let_in(device, purposes):
            for prefix in accepted & set(owner):
                if owner[prefix].attachment.purpose != purpose:
                    assert owner[prefix].place.device == device.name, (vrf, prefix)
                    assert set(plans().rules_of(owner[prefix])) & set(plans().purpose_rules(purpose))
                    led += 1
    assert led


def _let_in(device: Device, purposes: dict[str, PurposeName]) -> Iterator[tuple[Vrf, PurposeName, set[Prefix]]]:
    """What filters let into the VRFs of purposes, from attachments and by leaking."""
    for vrf in device.vrfs:
        if vrf.name in purposes:
            names = {family.import_map for family in vrf.families if family.import_map is not None}
            names |= {name for other, item in sessions(device) if other == vrf.name for name in item.imports}
            for name in sorted(names):
                yield vrf, purposes[vrf.name], prefixes_of(policy_named(device, name))


def test_nothing_is_led_into_a_vrf_that_its_own_target_would_carry_on() -> None:
    """Each VRF exports its own target only, so what is led into it carries none that another one imports."""
    for device in devices():
        exports = [(vrf.name, family.exports) for vrf in device.vrfs for family in vrf.families if family.exports]
        assert all(len(targets) == 1 for _, targets in exports)
        assert len({targets for _, targets in exports}) == len({name for name, _ in exports})


def test_both_ends_of_a_channel_use_the_same_tags() -> None:
    network = compiled().built.network
    for link in network.links:
        ends = (network.devices[link.a_device], link.a_interface), (network.devices[link.b_device], link.b_interface)
        tags = [
            {item.vlan for item in device.interfaces if item.vlan is not None and item.name.startswith(f"{port}.")}
            for device, port in ends
        ]
        assert tags[0] == tags[1] != set()


# what serves what


def test_everything_on_the_backbone_of_a_purpose_serves_the_rules_with_an_end_in_it() -> None:
    served = compiled().built.served["core-1"]
    core = compiled().built.network.devices["core-1"]
    for purpose in plans().purposes:
        rules = plans().purpose_rules(purpose)
        assert rules
        assert served[vrf_ref(purpose_vrf(purpose))] == rules
        for item in core.interfaces:
            if item.vrf == purpose_vrf(purpose) and item.vlan is not None:
                assert served[interface_ref(item.name)] == rules
    for vrf, neighbor in sessions(core):
        ref = neighbor_ref(vrf, neighbor.family, format_address(neighbor.family, neighbor.address))
        assert served[ref] == served[vrf_ref(vrf)]


def test_the_far_end_of_an_attachment_serves_the_rules_of_the_attachment_alone() -> None:
    served = compiled().built.served["agg-2"]
    device = compiled().built.network.devices["agg-2"]
    item = next(one for one in device.interfaces if one.description == "tan-cuong-1 ubnd-tan-cuong-cq")
    assert served[interface_ref(item.name)] == plans().rules_of(standing("ubnd-tan-cuong-cq"))


def test_every_prefix_that_an_attachment_announces_serves_the_rules_of_the_attachment() -> None:
    for item in plans().standings:
        served = compiled().built.served[item.place.device]
        device = compiled().built.network.devices[item.place.device]
        for vrf, neighbor in sessions(device):
            if vrf == item.vrf:
                (name,) = neighbor.exports
                assert set(served[prefix_rule_ref(name, 0, 0)]) >= set(plans().rules_of(item))


def test_a_target_that_is_led_in_serves_the_rules_of_who_is_behind_it() -> None:
    served = compiled().built.served["dc-edge-1"]
    item = standing("system-edoc")
    target = f"{plans().target_asn}:{item.number}"
    into = vrf_import_ref(purpose_vrf("government"), Family.V4, target)
    assert set(served[into]) == set(plans().rules_of(item))
    assert set(served[vrf_export_ref(item.vrf, Family.V4, target)]) == set(plans().rules_of(item))


# config


def test_a_device_that_its_platform_cannot_say_is_refused_by_name() -> None:
    leaking = Vrf(name="A", families=(VrfFamily(family=Family.V4, imports=("65000:1",)),))
    inside = interface("ge-0/0/0.1", "10.1.0.1/24", vrf="A", vlan=1)
    with pytest.raises(ValueError, match=r"^r9: VRF A: leaking is refused"):
        render_device(Device(name="r9", platform="junos", interfaces=(inside,), vrfs=(leaking,)))


def test_a_text_is_its_lines_and_named_after_its_device() -> None:
    for name, config in compiled().configs.items():
        rendered = render_device(compiled().built.network.devices[name])
        assert rendered.text.splitlines() == [part for line in rendered.lines for part in line.text.splitlines()]
        assert rendered.ours == config.ours
        assert config.file_name.startswith(f"{name}.")
