"""What gets an address or a number, from which pool, and what happens to it when things change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from intents.finding import Finding, Severity
from intents.prefix import Family, parse_prefix
from intents.registry import (
    AttachmentName,
    Category,
    ConnectionKind,
    LegalService,
    Registry,
    SiteKind,
    SiteName,
    Tier,
    Validity,
)
from ipam.address_plan import AddressPlan, EntryState, NumberKind, Pool, PoolUse, PrefixEntry
from ipam.allocator import allocate
from ipam.inventory import Inventory, Place, Role
from ipam.keys import AttachmentOwner, ChannelScope, DeviceOwner, LinkKey, OutsideKey
from ipam.lan_demand import lan_length
from ipam.number_allocator import allocate_numbers
from ipam.utilisation import utilisation
from tests.small_registries import (
    GOVERNMENT,
    ON,
    PARTY,
    PC,
    POOLS,
    SHARED,
    WEB,
    Numbers,
    attachment,
    channel,
    device,
    inventory,
    organisation,
    outside,
    pool,
    registry,
    system,
    unit,
)

REGISTRY = registry(
    organisations=(
        organisation("office", PC, Tier.PROVINCE),
        organisation("ubnd-a"),
        organisation("ubnd-b"),
        organisation("party", Category.PARTY_BUILDING_BODY),
    ),
    attachments=(attachment("ubnd-a", "s-3"), attachment("ubnd-b", "s-1"), attachment("party", "s-1", PARTY)),
    systems=(system("edoc", {"web": WEB}),),
    outsides=(outside("ndxp", "198.51.100.0/26", "2001:db8:ffff::/48"),),
    communes=(1, 2, 3),
)


def allocated(
    found: Registry = REGISTRY,
    pools: tuple[Pool, ...] = POOLS,
    previous: AddressPlan | None = None,
    on: date = ON,
    equipment: Inventory | None = None,
) -> tuple[AddressPlan, tuple[Finding, ...]]:
    used = inventory(found) if equipment is None else equipment
    return allocate(found, used, pools, previous or AddressPlan(), Numbers(), on)


def entry(plan: AddressPlan, key: str, family: Family = Family.V4) -> PrefixEntry:
    (found,) = (
        item
        for item in plan.prefixes
        if (str(item.key), item.prefix.family) == (key, family) and item.state is EntryState.ACTIVE
    )
    return found


def keys(plan: AddressPlan, start: str) -> list[tuple[str, int]]:
    found = [(str(item.key), item.prefix.family) for item in plan.prefixes]
    return [(key, family) for key, family in found if key.startswith(start)]


def errors(findings: tuple[Finding, ...]) -> list[str]:
    return [item.code for item in findings if item.severity is Severity.ERROR]


def without(found: Registry, *names: str) -> Registry:
    return replace(found, attachments={key: item for key, item in found.attachments.items() if key not in names})


def hosts(found: Registry, name: str, count: int) -> Registry:
    grown = replace(found.attachments[AttachmentName(name)], hosts=count)
    return replace(found, attachments={**found.attachments, grown.name: grown})


def test_a_commune_takes_the_slot_of_its_place_among_the_communes() -> None:
    plan, findings = allocated()
    assert errors(findings) == []
    assert str(entry(plan, "lan/ubnd-b-government").prefix) == "10.196.0.0/26"
    assert str(entry(plan, "lan/ubnd-a-government").prefix) == "10.196.0.128/26"
    assert str(entry(plan, "lan/ubnd-a-government", Family.V6).prefix) == "2001:db8:1400:2::/64"


def test_a_second_office_of_a_commune_leaves_the_slots_of_other_communes_free() -> None:
    more = registry(
        organisations=[organisation("ubnd-b"), organisation("ubnd-b2")],
        attachments=[attachment("ubnd-b", "s-1"), attachment("ubnd-b2", "s-1")],
        communes=(1, 2, 3),
    )
    plan, _ = allocated(more)
    assert str(entry(plan, "lan/ubnd-b2-government").prefix) == "10.196.0.192/26"


def test_a_class_without_a_dedicated_pool_takes_the_pool_of_its_purpose() -> None:
    plan, _ = allocated()
    assert entry(plan, "lan/party-party").pool == "party-v4"
    assert keys(plan, "lan/party-party") == [("lan/party-party", 4)]


def test_a_system_takes_no_pool_of_a_class() -> None:
    shared = replace(REGISTRY.attachments[AttachmentName("system-edoc")], purpose=GOVERNMENT)
    changed = replace(REGISTRY, attachments={**REGISTRY.attachments, shared.name: shared})
    _, findings = allocated(changed)
    assert errors(findings) == ["TR510"]


def test_an_entry_says_whose_it_is() -> None:
    plan, _ = allocated()
    found = entry(plan, "lan/ubnd-a-government")
    assert (str(found.party), found.organisation, found.purpose) == ("organisation/ubnd-a", "ubnd-a", "government")
    assert (found.level, found.unit, found.registration_ref) == (2, "00003@2025-07-01", "1/QĐ")
    assert (found.state, found.since, found.until) == (EntryState.ACTIVE, ON, None)
    assert str(entry(plan, "lan/system-edoc").party) == "system/edoc"


@pytest.mark.parametrize(
    ("count", "headroom", "length"), [(1, 25, 26), (48, 25, 26), (49, 25, 25), (61, 0, 26), (62, 0, 25), (253, 0, 24)]
)
def test_a_lan_is_sized_by_hosts_headroom_and_three_more(count: int, headroom: int, length: int) -> None:
    assert lan_length(count, headroom, 26) == length


def test_an_outside_prefix_keeps_its_first_day_whatever_is_agreed_before_it() -> None:
    plan, _ = allocated()
    more = outside("ndxp", "192.0.2.0/26", "198.51.100.0/26", "2001:db8:ffff::/48")
    changed = replace(REGISTRY, outside_networks={more[0].name: more[0]})
    later = ON + timedelta(days=30)
    found, _ = allocated(changed, previous=plan, on=later)
    days = {str(item.prefix): item.since for item in found.prefixes if isinstance(item.key, OutsideKey)}
    assert days == {"192.0.2.0/26": later, "198.51.100.0/26": ON, "2001:db8:ffff::/48": ON}


def test_an_outside_network_keeps_its_own_prefixes_and_gets_a_link() -> None:
    plan, _ = allocated()
    own = [str(item.prefix) for item in plan.prefixes if str(item.key).startswith("outside/outside-ndxp/")]
    assert own == ["198.51.100.0/26", "2001:db8:ffff::/48"]
    assert entry(plan, "lan/outside-ndxp").pool == "links-v4"
    assert entry(plan, "lan/outside-ndxp", Family.V6).prefix.length == 127


def test_links_towards_a_cpe_serve_each_attachment_and_management_only() -> None:
    plan, _ = allocated()
    assert keys(plan, "link/core-1-cpe-s-1/") == [
        ("link/core-1-cpe-s-1/attachment/party-party", 4),
        ("link/core-1-cpe-s-1/attachment/party-party", 6),
        ("link/core-1-cpe-s-1/attachment/ubnd-b-government", 4),
        ("link/core-1-cpe-s-1/attachment/ubnd-b-government", 6),
        ("link/core-1-cpe-s-1/purpose/management", 4),
    ]


def test_links_of_the_backbone_carry_every_purpose_in_both_families() -> None:
    plan, _ = allocated()
    purposes = ("government", "management", "party", "shared")
    wanted = [(f"link/core-1-edge-1/purpose/{name}", family) for name in purposes for family in (4, 6)]
    assert keys(plan, "link/core-1-edge-1/") == wanted


def level_one() -> tuple[Registry, Inventory]:
    found = REGISTRY
    stands = replace(found.sites[SiteName("s-1")], level=1)
    found = replace(found, sites={**found.sites, stands.name: stands})
    used = inventory(found)
    cpe = device("far", Role.LEVEL1_CPE, "s-1")
    edges = {name: device(name, Role.EDGE, "dc") for name in ("edge-1", "edge-2")}
    ways = {f"to-far-{name[-1]}": channel(f"to-far-{name[-1]}", name, "far", 1) for name in edges}
    name = AttachmentName("ubnd-b-government")
    places = tuple(
        Place(attachment=name, device=way.a_device, interface=way.a_interface, channel=way.name, level1_cpe="far")
        for way in ways.values()
    )
    return found, replace(
        used,
        devices={**used.devices, **edges, "far": cpe},
        channels={**used.channels, **ways},
        places={**used.places, name: places},
    )


def test_a_level_one_attachment_has_a_link_and_a_vlan_on_each_of_its_channels() -> None:
    found, used = level_one()
    plan, _ = allocated(found, equipment=used)
    link = "attachment/ubnd-b-government"
    wanted = [("link/to-far-1/" + link, 4), ("link/to-far-1/" + link, 6)]
    assert keys(plan, "link/to-far-1/") == wanted
    tags = [(str(item.scope), str(item.key)) for item in plan.numbers if item.kind is NumberKind.VLAN]
    vlans = [(scope, key) for scope, key in tags if link in key]
    assert vlans == [(f"channel/to-far-{number}", f"link/to-far-{number}/{link}") for number in (1, 2)]
    assert keys(plan, "loopback/far") == []
    assert not any(item.key == DeviceOwner("far") for item in plan.numbers)


def test_numbers_are_given_to_attachments_purposes_devices_and_edges() -> None:
    plan, _ = allocated()
    by_kind = {
        kind: {str(item.key) for item in plan.numbers if item.kind is kind and item.kind is not NumberKind.VLAN}
        for kind in NumberKind
    }
    assert {"attachment/ubnd-a-government", "purpose/shared"} <= by_kind[NumberKind.VRF]
    assert {"device/cpe-s-1", "attachment/system-edoc", "purpose/party/edge-1"} <= by_kind[NumberKind.ASN]
    assert "purpose/party/core-1" not in by_kind[NumberKind.ASN]
    lans = {str(item.scope) for item in plan.numbers if str(item.key) == "lan/system-edoc"}
    assert lans == {"lan/edge-1/GigabitEthernet0/0/0"}


def test_an_attachment_through_an_own_network_gets_nothing() -> None:
    own = replace(REGISTRY.attachments[AttachmentName("party-party")], connection=ConnectionKind.VIA_LAN)
    plan, _ = allocated(replace(REGISTRY, attachments={**REGISTRY.attachments, own.name: own}))
    assert not any("party-party" in str(item.key) for item in plan.prefixes)
    assert not any("party-party" in str(item.key) for item in plan.numbers)


def test_what_is_out_of_date_in_the_inventory_gets_nothing() -> None:
    used = inventory(REGISTRY)
    old = replace(used.devices["cpe-s-2"], validity=Validity(end=ON - timedelta(days=1)))
    plan, _ = allocated(equipment=replace(used, devices={**used.devices, "cpe-s-2": old}))
    assert not any("s-2" in str(item.key) for item in plan.prefixes)


def test_a_lan_that_fits_no_more_moves_and_its_old_prefix_is_quarantined() -> None:
    first, _ = allocated()
    kept, _ = allocated(hosts(REGISTRY, "ubnd-b-government", 61), previous=first)
    assert entry(kept, "lan/ubnd-b-government").prefix == entry(first, "lan/ubnd-b-government").prefix
    grown, findings = allocated(hosts(REGISTRY, "ubnd-b-government", 62), previous=first)
    assert entry(grown, "lan/ubnd-b-government").prefix.length == 25
    (old,) = (item for item in grown.prefixes if item.state is EntryState.QUARANTINED)
    assert (str(old.key), old.until, old.prefix) == (
        "lan/ubnd-b-government",
        ON + timedelta(days=180),
        entry(first, "lan/ubnd-b-government").prefix,
    )
    assert [item.code for item in findings if item.where.file == "attachments.csv"] == ["TR512", "TR517"]


def test_a_quarantine_ends_the_day_after_its_last_day() -> None:
    first, _ = allocated()
    gone, _ = allocated(without(REGISTRY, "ubnd-b-government"), previous=first)
    last = ON + timedelta(days=180)
    for on, expected in ((last, True), (last + timedelta(days=1), False)):
        plan, _ = allocated(without(REGISTRY, "ubnd-b-government"), previous=gone, on=on)
        assert any(str(item.key) == "lan/ubnd-b-government" for item in plan.prefixes) is expected
        assert any(str(item.key) == "attachment/ubnd-b-government" for item in plan.numbers) is expected


def test_an_organisation_of_another_class_does_not_stay_in_the_pool_of_the_old_one() -> None:
    first, _ = allocated()
    changed = replace(REGISTRY.organisations[organisation("ubnd-b").name], category=Category.ELECTED_BODY)
    moved = replace(REGISTRY, organisations={**REGISTRY.organisations, changed.name: changed})
    pools = (*POOLS, pool("gov-v4", PoolUse.LAN, "10.198.0.0/20", 26, GOVERNMENT))
    plan, findings = allocated(moved, pools, first)
    assert entry(plan, "lan/ubnd-b-government").pool == "gov-v4"
    assert "TR513" in [item.code for item in findings]


def test_a_pool_that_is_moved_renumbers_nothing_but_is_an_error() -> None:
    first, _ = allocated()
    pools = tuple(
        replace(item, prefix=parse_prefix("10.199.0.0/20")) if item.name == "party-v4" else item for item in POOLS
    )
    plan, findings = allocated(pools=pools, previous=first)
    assert entry(plan, "lan/party-party").prefix == entry(first, "lan/party-party").prefix
    assert errors(findings) == ["TR514"]


def test_a_pool_that_is_renamed_changes_only_the_name_in_its_entries() -> None:
    first, _ = allocated()
    pools = tuple(replace(item, name="party-new") if item.name == "party-v4" else item for item in POOLS)
    plan, findings = allocated(pools=pools, previous=first)
    expected = replace(entry(first, "lan/party-party"), pool="party-new")
    assert entry(plan, "lan/party-party") == expected
    assert errors(findings) == []


def test_a_second_pool_takes_what_the_first_one_has_no_room_for() -> None:
    full = tuple(
        replace(item, prefix=parse_prefix("10.197.0.0/26")) if item.name == "party-v4" else item for item in POOLS
    )
    two = registry(
        organisations=[organisation(name, Category.PARTY_BUILDING_BODY) for name in ("p-1", "p-2")],
        attachments=[attachment("p-1", "s-1", PARTY), attachment("p-2", "s-2", PARTY)],
        communes=(1, 2),
    )
    plan, findings = allocated(two, (*full, pool("party-w4", PoolUse.LAN, "10.197.1.0/26", 26, PARTY)))
    assert entry(plan, "lan/p-2-party").pool == "party-w4"
    assert errors(findings) == []


def test_the_level_of_a_pool_chooses_between_pools() -> None:
    level_two = replace(pool("party-2", PoolUse.LAN, "10.197.16.0/20", 26, PARTY), level=2)
    level_one_only = replace(pool("party-1", PoolUse.LAN, "10.197.32.0/20", 26, PARTY), level=1)
    plan, _ = allocated(pools=(*POOLS, level_two, level_one_only))
    assert entry(plan, "lan/party-party").pool == "party-2"


def test_a_site_whose_unit_has_ended_keeps_its_addresses_and_gets_no_new_ones() -> None:
    first, _ = allocated()
    ended = replace(REGISTRY, units={key: item for key, item in REGISTRY.units.items() if key != unit(1).key})
    plan, findings = allocated(ended, previous=first)
    assert entry(plan, "lan/ubnd-b-government").prefix == entry(first, "lan/ubnd-b-government").prefix
    assert errors(findings) == []
    _, findings = allocated(ended)
    assert errors(findings) == ["TR523", "TR523"]
    assert "TR509" in [item.code for item in findings]


def test_public_space_is_for_dedicated_internet_access() -> None:
    public = pool("public-v4", PoolUse.LAN, "8.8.8.0/24", 29, PARTY)
    entitled = replace(
        REGISTRY.attachments[AttachmentName("party-party")], legal_service=LegalService.DEDICATED_INTERNET
    )
    plan, _ = allocated(
        replace(REGISTRY, attachments={**REGISTRY.attachments, entitled.name: entitled}), (*POOLS, public)
    )
    assert entry(plan, "lan/party-party").pool == "public-v4"
    plan, findings = allocated(pools=(*POOLS, public), previous=plan)
    assert entry(plan, "lan/party-party").pool == "party-v4"
    assert errors(findings) == []


def test_numbers_of_a_scope_run_out_with_a_finding() -> None:
    wanted = [
        (NumberKind.VLAN, ChannelScope("c"), LinkKey("c", AttachmentOwner(AttachmentName(f"{number:05d}"))))
        for number in range(4000)
    ]
    entries, findings = allocate_numbers(wanted, (), ON, ON)
    assert (len(entries), entries[0].value, entries[-1].value) == (3995, 100, 4094)
    assert [dict(item.values)["count"] for item in findings] == ["5"]


def test_utilisation_counts_used_quarantined_and_free_addresses() -> None:
    first, _ = allocated()
    plan, _ = allocated(without(REGISTRY, "party-party"), previous=first)
    found = {item.pool.name: item for item in utilisation(plan)}
    assert "root-v4" not in found
    assert (found["party-v4"].used, found["party-v4"].quarantined, found["party-v4"].free) == (0, 64, 4096 - 64)
    assert found["shared-v4"].used == 64
    assert found["shared-v4"].free_percent == 75.0
    assert found["shared-v4"].largest_free == parse_prefix("10.193.0.128/25")


def test_a_data_centre_site_needs_no_level() -> None:
    assert REGISTRY.sites[SiteName("dc")].kind is SiteKind.DATA_CENTRE
    plan, _ = allocated()
    assert (entry(plan, "lan/system-edoc").level, entry(plan, "lan/system-edoc").purpose) == (0, SHARED)


def test_a_prefix_whose_line_names_no_pool_stays_where_it_is_and_is_not_given_to_others() -> None:
    first, _ = allocated()
    moved = parse_prefix("10.196.9.0/26")
    nameless = tuple(
        replace(item, pool="", prefix=moved if item.key == entry(first, "lan/ubnd-b-government").key else item.prefix)
        for item in first.prefixes
        if item.prefix.family is Family.V4
    )
    before = replace(first, prefixes=nameless)
    kept, _ = allocated(previous=before)
    assert (entry(kept, "lan/ubnd-b-government").prefix, entry(kept, "lan/ubnd-b-government").since) == (moved, ON)
    assert entry(kept, "lan/ubnd-b-government").pool == "communes-gov-v4"
    gone, _ = allocated(without(REGISTRY, "ubnd-b-government"), previous=before)
    rests = {item.prefix for item in gone.prefixes if item.state is EntryState.QUARANTINED}
    assert moved in rests
    later, _ = allocated(without(REGISTRY, "ubnd-b-government"), previous=gone, on=ON + timedelta(days=1))
    assert moved in {item.prefix for item in later.prefixes if item.state is EntryState.QUARANTINED}
