"""The two example workspaces have what they promise, read plainly; and the loader accepts them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from examples.make_thai_nguyen import main as make_thai_nguyen
from intents.compiler import compile_policy
from intents.finding import Severity
from intents.registry import AttachmentName, as_at
from intents.workspace import load_intents
from ipam.address_plan import AddressPlan
from ipam.allocator import allocate
from ipam.inventory_reader import inventory_as_at, load_inventory
from ipam.keys import LanKey
from ipam.pools import make_pools

EXAMPLES = Path(__file__).parent.parent / "examples"
BIG = EXAMPLES / "thai-nguyen"
SMALL = EXAMPLES / "small"
MADE = (
    "attachments.csv", "channels.csv", "devices.csv", "organisations.csv", "settings.yaml", "sites.csv", "units.csv",
)  # fmt: skip
BOTH = pytest.mark.parametrize("folder", [BIG, SMALL], ids=["thai-nguyen", "small"])


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def intents(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    items = [item for path in sorted((folder / "intents").glob("*.yaml")) for item in document(path)["intents"]]
    return [pair for item in items for pair in item.items()]


def parties(intent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from intent.get("from", [])
    yield from intent.get("to", [])


def test_the_province_has_418_organisations_in_the_eight_categories() -> None:
    counts = Counter(row["category"] for row in rows(BIG, "organisations"))
    assert counts == {
        "party_building_body": 97,
        "party_committee_direct": 5,
        "elected_body": 93,
        "peoples_committee_body": 106,
        "peoples_court": 8,
        "peoples_procuracy": 8,
        "fatherland_front_org": 93,
        "vertical_sector_body": 8,
    }


def test_the_province_has_3_sites_of_level_1_and_138_of_level_2() -> None:
    assert Counter(row["level"] for row in rows(BIG, "sites") if row["kind"] == "office") == {"1": 3, "2": 138}


def test_four_organisations_share_the_building_of_each_of_the_92_communes() -> None:
    tenants: dict[str, set[str]] = {}
    tiers = {row["name"]: row["tier"] for row in rows(BIG, "organisations")}
    for row in rows(BIG, "attachments"):
        if tiers[row["organisation"]] == "commune":
            tenants.setdefault(row["site"], set()).add(row["organisation"])
    assert Counter(len(names) for names in tenants.values()) == {4: 92}


def test_every_code_of_today_was_the_code_of_an_old_unit() -> None:
    communes = [row for row in rows(BIG, "units") if row["type"] in ("commune", "ward", "township")]
    today = {row["code"] for row in communes if not row["valid_to"]}
    before = {row["code"] for row in communes if row["valid_to"]}
    assert (len(today), len(before), len(today - before)) == (92, 280, 0)


def test_units_of_today_lie_in_two_inherited_root_blocks() -> None:
    today = [row for row in rows(BIG, "units") if not row["valid_to"] and row["type"] != "province"]
    assert Counter(row["root_block"] for row in today) == {"thai-nguyen": 55, "bac-kan": 37}


def test_running_the_maker_again_gives_the_same_bytes(tmp_path: Path) -> None:
    make_thai_nguyen([str(tmp_path)])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(MADE)
    for name in MADE:
        assert (tmp_path / name).read_bytes() == (BIG / name).read_bytes(), name


def test_the_equipment_of_the_province_is_of_both_platforms() -> None:
    roles = Counter((row["role"], row["platform"]) for row in rows(BIG, "devices"))
    assert roles == {
        ("core", "cisco_ios"): 1,
        ("core", "junos"): 1,
        ("aggregation", "cisco_ios"): 4,
        ("aggregation", "junos"): 4,
        ("edge", "cisco_ios"): 3,
        ("level1_cpe", "cisco_ios"): 3,
        ("cpe", "cisco_ios"): 84,
        ("cpe", "junos"): 54,
    }


def test_the_small_example_has_ten_devices_of_both_platforms() -> None:
    devices = rows(SMALL, "devices")
    assert len(devices) == 10
    for role in ("core", "aggregation", "cpe"):
        assert {row["platform"] for row in devices if row["role"] == role} == {"cisco_ios", "junos"}


@BOTH
def test_every_name_that_a_table_refers_to_exists(folder: Path) -> None:
    units = {f"{row['code']}@{row['valid_from']}" for row in rows(folder, "units")}
    sites = {row["name"] for row in rows(folder, "sites")}
    organisations = {row["name"] for row in rows(folder, "organisations")}
    devices = {row["name"] for row in rows(folder, "devices")}
    assert {row["unit"] for row in (*rows(folder, "sites"), *rows(folder, "organisations"))} <= units
    assert {row["parent"] for row in rows(folder, "units")} - {""} <= units
    assert {row["site"] for row in (*rows(folder, "devices"), *rows(folder, "attachments"))} <= sites
    assert {row["organisation"] for row in rows(folder, "attachments")} == organisations
    assert {row[end] for row in rows(folder, "channels") for end in ("a_device", "b_device")} == devices


@BOTH
def test_no_interface_has_two_uses(folder: Path) -> None:
    uses = Counter(
        (row[f"{end}_device"], row[f"{end}_interface"]) for row in rows(folder, "channels") for end in ("a", "b")
    )
    uses.update((row["name"], row["lan_interface"]) for row in rows(folder, "devices") if row["lan_interface"])
    assert max(uses.values()) == 1


@BOTH
def test_every_aggregation_and_edge_reaches_both_cores_in_ducts_of_their_own(folder: Path) -> None:
    backbone = [row for row in rows(folder, "channels") if row["level"] == "0"]
    ducts = Counter(duct for row in backbone for duct in row["ducts"].split(";"))
    assert max(ducts.values()) == 1
    joined = {(row["a_device"], row["b_device"]) for row in backbone}
    for device in rows(folder, "devices"):
        if device["role"] in ("aggregation", "edge"):
            assert {("core-1", device["name"]), ("core-2", device["name"])} <= joined


def dual_homed_sites(folder: Path) -> set[str]:
    site_of = {row["name"]: row["site"] for row in rows(folder, "devices")}
    channels: dict[str, list[dict[str, str]]] = {}
    for row in rows(folder, "channels"):
        if row["level"] == "2":
            channels.setdefault(site_of[row["b_device"]], []).append(row)
    return {
        site
        for site, found in channels.items()
        if len({row["a_device"] for row in found}) == 2
        and not set(found[0]["ducts"].split(";")) & set(found[1]["ducts"].split(";"))
    }


def test_some_sites_have_two_channels_in_disjoint_ducts() -> None:
    assert len(dual_homed_sites(BIG)) == 6
    assert dual_homed_sites(SMALL) == {"tru-so-tai-chinh"}


@BOTH
def test_a_system_of_level_4_stands_at_a_dual_homed_office(folder: Path) -> None:
    offices = {row["name"] for row in rows(folder, "sites") if row["kind"] == "office"}
    systems = document(folder / "systems.yaml")["systems"]
    at_offices = {name: item for name, item in systems.items() if item["site"] in offices}
    assert [item["security_level"] for item in at_offices.values()] == [4]
    assert {item["site"] for item in at_offices.values()} <= dual_homed_sites(folder)


def test_each_site_of_level_1_has_two_fibres_to_two_edges_in_disjoint_ducts() -> None:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows(BIG, "channels"):
        if row["level"] == "1":
            found.setdefault(row["b_device"], []).append(row)
    assert len(found) == 3
    for channels in found.values():
        assert {row["a_device"] for row in channels} == {"dc-edge-1", "dc-edge-2"}
        assert {row["medium"] for row in channels} == {"direct_fibre"}
        assert len({row["ducts"] for row in channels}) == 2


@BOTH
def test_one_organisation_has_a_second_justified_site(folder: Path) -> None:
    further = [row for row in rows(folder, "attachments") if row["connection"] == "justified"]
    assert len(further) == 1
    assert further[0]["justification_ref"]


@BOTH
def test_every_class_in_use_has_its_own_pools_in_both_families(folder: Path) -> None:
    blocks = {f"{row['code']}@{row['valid_from']}": row["root_block"] for row in rows(folder, "units")}
    sites = {row["name"]: row for row in rows(folder, "sites")}
    organisations = {row["name"]: row for row in rows(folder, "organisations")}
    pools = {
        (pool["root_block"], pool["level"], pool["dedicated"]["category"], pool["dedicated"]["tier"], pool["purpose"],
         ":" in pool["prefix"])
        for pool in document(folder / "settings.yaml")["pools"]
        if "dedicated" in pool
    }  # fmt: skip
    for row in rows(folder, "attachments"):
        if row["purpose"] == "management":
            continue
        site, party = sites[row["site"]], organisations[row["organisation"]]
        place = (blocks[site["unit"]], int(site["level"]), party["category"], party["tier"], row["purpose"])
        assert {(*place, False), (*place, True)} <= pools


@BOTH
def test_intents_have_unique_identifiers_owners_and_fictional_references(folder: Path) -> None:
    found = [intent for _, intent in intents(folder)]
    assert max(Counter(intent["id"] for intent in found).values()) == 1
    for intent in found:
        assert intent["title"]
        assert "(hư cấu)" in intent["request_ref"]
        assert "(hư cấu)" in intent["decision_ref"]


@BOTH
def test_intents_about_party_organisations_belong_to_the_party_office(folder: Path) -> None:
    domains = {row["name"]: row["domain"] for row in rows(folder, "organisations")}
    for _, intent in intents(folder):
        named = {name for party in parties(intent) for name in party.get("names", [])}
        categories = {name for party in parties(intent) for name in party.get("categories", [])}
        of_party = any(domains[name] == "party_office" for name in named) or any(
            "party_" in name for name in categories
        )
        assert (intent["domain"] == "party_office") == of_party, intent["id"]


@BOTH
def test_intents_are_of_every_kind_and_some_are_mutual_or_end(folder: Path) -> None:
    found = intents(folder)
    assert {kind for kind, _ in found} == {"permit", "forbid", "within", "via"}
    assert any(intent.get("mutual") for _, intent in found)
    assert any("valid_to" in intent for kind, intent in found if kind == "permit")


def test_the_province_uses_every_way_of_selecting() -> None:
    conditions = {key for _, intent in intents(BIG) for party in parties(intent) for key in party}
    assert conditions == {
        "categories", "tiers", "domains", "labels", "names", "below", "except", "purpose", "systems",
        "outside_networks", "services",
    }  # fmt: skip


@BOTH
def test_a_forbid_bites_into_the_aggregate_of_a_permit(folder: Path) -> None:
    organisations = {row["name"]: row for row in rows(folder, "organisations")}
    bites = [
        (intent["from"][0]["names"][0], intent["to"][0]["systems"][0])
        for kind, intent in intents(folder)
        if kind == "forbid" and "names" in intent["from"][0] and "systems" in intent["to"][0]
    ]
    permitted = {
        (category, tier, system)
        for kind, intent in intents(folder)
        if kind == "permit"
        for start in intent["from"]
        for category in start.get("categories", [])
        for tier in start.get("tiers", [])
        for end in intent["to"]
        for system in end.get("systems", [])
    }
    assert bites
    for name, system in bites:
        assert (organisations[name]["category"], organisations[name]["tier"], system) in permitted


@BOTH
def test_what_runs_already_is_named_after_a_device_in_its_own_syntax(folder: Path) -> None:
    platforms = {row["name"]: row["platform"] for row in rows(folder, "devices")}
    files = sorted((folder / "running").iterdir())
    assert len(files) == (10 if folder == BIG else 2)
    for path in files:
        assert path.suffix == {"cisco_ios": ".cfg", "junos": ".conf"}[platforms[path.stem]]
        lines = path.read_text(encoding="utf-8").splitlines()
        assert all(line.startswith("set ") == (path.suffix == ".conf") for line in lines)


@BOTH
def test_a_whole_workspace_loads_compiles_and_gets_addresses_with_no_word_but_on_the_ended_permit(folder: Path) -> None:
    loaded = load_intents(folder)
    day = loaded.settings.default_on
    assert day is not None
    registry = as_at(loaded.registry, day)
    equipment, read = load_inventory(folder, loaded.registry)
    inventory, dated = inventory_as_at(equipment, registry, day)
    policy, compiled = compile_policy(loaded.intents, registry, day)
    pools, checked = make_pools(loaded.settings.pools, AddressPlan())
    plan, allocated = allocate(registry, inventory, pools, AddressPlan(), loaded.settings, day)
    findings = [*loaded.findings, *read, *dated, *compiled, *checked, *allocated]
    spoken = [(item.code, dict(item.values)["intent"]) for item in findings if item.severity is not Severity.INFO]
    assert spoken == ([("TR304", "drill-2026")] if folder == BIG else [])
    assert policy.rules
    assert {entry.key for entry in plan.prefixes} >= {
        LanKey(name) for name, item in registry.attachments.items() if not item.outside
    }


@BOTH
def test_the_servers_of_the_management_plane_stand_in_the_stations_lan(folder: Path) -> None:
    loaded = load_intents(folder)
    day = loaded.settings.default_on
    assert day is not None
    registry = as_at(loaded.registry, day)
    inventory, _ = inventory_as_at(load_inventory(folder, loaded.registry)[0], registry, day)
    pools, _ = make_pools(loaded.settings.pools, AddressPlan())
    plan, _ = allocate(registry, inventory, pools, AddressPlan(), loaded.settings, day)
    stations = plan.active(LanKey(AttachmentName("so-khcn-qt")))
    management = loaded.settings.management
    servers = (
        *management.ntp_servers,
        *management.syslog_servers,
        *management.tacacs_servers,
        *management.snmp_servers,
    )
    assert len(servers) == 4
    assert all(stations[server.family].holds(server.value) for server in servers)
