"""Loading a workspace: every value arrives, every reference is checked once, all findings come together."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from intents.finding import Finding, FindingsError
from intents.messages import describe
from intents.model import Forbid, Permit, Selector, SystemTarget, Within
from intents.prefix import parse_prefix
from intents.registry import AttachmentName, Category, SystemName, Tier, UnitKey, as_at
from intents.service import EVERY_SERVICE, Transport, service_set
from intents.workspace import load_intents

TINY = Path(__file__).parent / "data" / "tiny"

OUTSIDE = """outside_networks:
  ndxp:
    title: Nền tảng quốc gia
    counterpart: central_post
    purpose: shared
    gateway: dc-edge-1
    prefixes: [2001:db8:ffff::/48, 198.51.100.0/26]
    services: {api: {tcp: [443]}}
    decision_ref: "2/QĐ-UBND (fictional)"
    request_ref: "2/CV (fictional)"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return shutil.copytree(TINY, tmp_path / "workspace")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def errors_of(folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(FindingsError) as caught:
        load_intents(folder)
    return caught.value.findings


def codes(folder: Path) -> list[str]:
    return [finding.code for finding in errors_of(folder)]


def test_the_registry_holds_what_the_tables_say() -> None:
    registry = load_intents(TINY).registry
    commune = registry.units[UnitKey("05443@2025-07-01")]
    assert (commune.name, commune.parent) == ("Xã An Bình", "19@2025-07-01")
    assert sorted(registry.organisations) == ["dang-uy-xa-an-binh", "ubnd-xa-an-binh", "van-phong-ubnd-tinh"]
    edoc = registry.systems[SystemName("edoc")]
    assert [service.name for service in edoc.services] == ["files", "ping", "web"]
    ports = [(Transport.TCP, 445, 445), (Transport.TCP, 5000, 5010), (Transport.UDP, 5004, 5004)]
    assert edoc.services[0].ports == service_set(ports)
    attachment = registry.attachments[AttachmentName("system-edoc")]
    assert (attachment.system, attachment.site, attachment.hosts) == ("edoc", "dc-tinh", 20)


def test_the_intents_come_in_the_order_of_files_and_lines() -> None:
    permit, forbid, offices, within = load_intents(TINY).intents
    assert isinstance(permit, Permit)
    assert isinstance(forbid, Forbid)
    assert isinstance(offices, Permit)
    assert isinstance(within, Within)
    (source,), (target,) = permit.sources, permit.destinations
    assert isinstance(source, Selector)
    assert source.categories == frozenset({Category.PEOPLES_COMMITTEE_BODY})
    assert source.tiers == frozenset({Tier.COMMUNE})
    assert source.names is None
    assert isinstance(target, SystemTarget)
    assert (sorted(target.systems), sorted(target.services or ())) == (["edoc"], ["files", "web"])
    assert permit.head.validity.end == date(2027, 6, 30)
    assert str(forbid.head.where) == "intents/edoc.yaml:13:11"
    assert within.service == EVERY_SERVICE


def test_the_settings_hold_pools_and_servers() -> None:
    settings = load_intents(TINY).settings
    assert settings.default_on == date(2026, 7, 15)
    pools = {pool.name: pool for pool in settings.pools}
    assert pools["communes-pc-gov-v4"].prefix == parse_prefix("10.196.0.0/18")
    dedicated = pools["communes-pc-gov-v4"].dedicated
    assert dedicated is not None
    assert (dedicated.category, dedicated.tier) == (Category.PEOPLES_COMMITTEE_BODY, Tier.COMMUNE)
    assert pools["root-v6"].slot == 36
    assert str(settings.management.ntp_servers[0]) == "10.193.240.10"


def test_loading_twice_gives_equal_values() -> None:
    assert load_intents(TINY) == load_intents(TINY)


def test_an_outside_network_is_an_attachment_at_its_gateways_site(workspace: Path) -> None:
    (workspace / "outside_networks.yaml").write_text(OUTSIDE, encoding="utf-8")
    registry = load_intents(workspace).registry
    attachment = registry.attachments[AttachmentName("outside-ndxp")]
    assert (attachment.outside, attachment.site, attachment.device) == ("ndxp", "dc-tinh", "dc-edge-1")
    (network,) = registry.outside_networks.values()
    assert [str(prefix) for prefix in network.prefixes] == ["198.51.100.0/26", "2001:db8:ffff::/48"]


def test_the_registry_is_of_all_dates(workspace: Path) -> None:
    with (workspace / "organisations.csv").open("a", encoding="utf-8") as file:
        file.write("old-org,Cũ,peoples_committee_body,district,19@2025-07-01,using_org,,,2025-12-31\n")
    registry = load_intents(workspace).registry
    assert "old-org" in registry.organisations
    assert "old-org" not in as_at(registry, date(2026, 1, 1)).organisations


def test_one_bad_row_is_told_once_and_not_where_it_is_referred_to(workspace: Path) -> None:
    change(workspace / "organisations.csv", "peoples_committee_body,province", "peoples,province")
    assert codes(workspace) == ["TR116"]


def test_a_missing_table_is_told_once_and_not_where_it_is_referred_to(workspace: Path) -> None:
    (workspace / "organisations.csv").unlink()
    assert codes(workspace) == ["TR101"]


def test_mistakes_in_every_file_come_together(workspace: Path) -> None:
    change(workspace / "sites.csv", "office,2", "office,3")
    change(workspace / "systems.yaml", "hosts: 20", "hosts: 0")
    change(workspace / "settings.yaml", "use: link", "use: links")
    change(workspace / "intents" / "edoc.yaml", "tiers: [commune]", "tiers: [communes]")
    assert codes(workspace) == ["TR116", "TR116", "TR116", "TR122", "TR122", "TR122"]


def test_a_selector_that_nobody_meets_today_is_no_error(workspace: Path) -> None:
    change(workspace / "organisations.csv", "pilot,2025-07-01,", "pilot,2025-07-01,2025-12-31")
    assert len(load_intents(workspace).intents) == 4


def test_below_selects_units_at_any_depth(workspace: Path) -> None:
    change(
        workspace / "intents" / "edoc.yaml", "{names: [ubnd-xa-an-binh]}", "{below: 19@2025-07-01, tiers: [commune]}"
    )
    assert load_intents(workspace).findings == ()


def test_a_workspace_that_is_no_folder_names_what_is_missing(tmp_path: Path) -> None:
    assert set(codes(tmp_path / "nothing")) == {"TR101"}


@pytest.mark.parametrize("file", ["intents/edoc.yaml", "units.csv", "settings.yaml"])
def test_a_link_to_nowhere_is_told_as_that(file: str, workspace: Path) -> None:
    (workspace / file).unlink()
    (workspace / file).symlink_to("gone/away")
    found = next(item for item in errors_of(workspace) if item.where.file == file)
    assert found.code == "TR134"
    assert "it is a link to gone/away, where nothing is" in describe(found, "en")


def test_a_file_in_the_place_of_the_folder_of_intents_is_told_as_that(workspace: Path) -> None:
    shutil.rmtree(workspace / "intents")
    (workspace / "intents").write_text("intents: []\n", encoding="utf-8")
    (found,) = errors_of(workspace)
    assert (found.code, found.where.file) == ("TR134", "intents")
    assert "it is no folder" in describe(found, "en")
