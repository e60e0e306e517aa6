"""The rules on access links, channels and what stands behind them: for each one change that breaks it, and what meets it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from intents.finding import Finding
from ipam.checks_inventory import are_diverse, check_inventory_rules
from ipam.inventory import Channel, Medium, Role
from tests.rule_cases import SITE_OF_LEVEL_1, SMALL, THAI_NGUYEN, about, changed, codes, example
from tests.small_registries import channel


def checked(folder: Path, requirement: str, **channels: Channel) -> tuple[Finding, ...]:
    """Return the breaches in an example's equipment with some channels replaced (names with `_` for `-`)."""
    wanted = example(folder)
    new = {name.replace("_", "-"): value for name, value in channels.items()}
    assert new.keys() <= wanted.inventory.channels.keys()
    inventory = replace(wanted.inventory, channels={**wanted.inventory.channels, **new})
    return about(requirement, check_inventory_rules(wanted.registry, inventory, wanted.on))


def of(folder: Path, name: str) -> Channel:
    return example(folder).inventory.channels[name]


def test_A04_a_site_whose_channel_has_ended_breaks_it(tmp_path: Path) -> None:
    assert codes(
        "A04", changed(tmp_path, ("channels.csv", "duct-d;duct-e,200,,", "duct-d;duct-e,200,,2026-01-31"))
    ) == {"TR404"}


def test_A04_a_site_without_terminal_equipment_breaks_it(tmp_path: Path) -> None:
    changes = (
        ("devices.csv", "cpe-tinh,cpe,cisco_ios,example-cpe,tru-so-tinh", "cpe-tinh,cpe,cisco_ios,example-cpe,dc-tinh"),
    )
    assert codes("A04", changed(tmp_path, *changes)) == {"TR221"}


def test_A04_a_channel_that_ends_at_no_backbone_node_breaks_it(tmp_path: Path) -> None:
    change = ("channels.csv", "agg-1-cpe-xa,agg-1,GigabitEthernet0/0/3", "agg-1-cpe-xa,cpe-tinh,GigabitEthernet0/0/3")
    assert codes("A04", changed(tmp_path, change)) == {"TR224"}


def test_A04_terminal_equipment_a_channel_and_a_backbone_node_meet_it() -> None:
    assert any(item.role is Role.CPE for item in example(SMALL).inventory.devices.values())
    assert checked(SMALL, "A04") == ()


def test_A06_an_enterprise_channel_without_its_enterprise_breaks_it(tmp_path: Path) -> None:
    change = ("channels.csv", "enterprise_infrastructure,vnpt-vi-du", "enterprise_infrastructure,")
    assert codes("A06", changed(tmp_path, change)) == {"TR405"}


def test_A06_a_medium_that_is_neither_breaks_it(tmp_path: Path) -> None:
    change = ("channels.csv", "enterprise_infrastructure,vnpt-vi-du", "microwave,vnpt-vi-du")
    assert codes("A06", changed(tmp_path, change)) == {"TR116"}


def test_A06_direct_fibre_and_a_named_enterprise_meet_it() -> None:
    assert {item.medium for item in example(SMALL).inventory.channels.values()} == set(Medium)
    assert checked(SMALL, "A06") == ()


def test_A16_a_level_1_site_on_one_channel_of_an_enterprise_breaks_it(tmp_path: Path) -> None:
    assert codes("A16", changed(tmp_path, *SITE_OF_LEVEL_1)) == {"TR408"}


@pytest.mark.parametrize("ducts", [("duct-cap1-ubnd-1",), ("duct-cap1-ubnd-1", "duct-other"), ()])
def test_A16_two_fibre_channels_not_shown_to_be_apart_break_it(ducts: tuple[str, ...]) -> None:
    second = replace(of(THAI_NGUYEN, "cap1-ubnd-2"), ducts=ducts)
    assert {item.code for item in checked(THAI_NGUYEN, "A16", cap1_ubnd_2=second)} == {"TR408"}


def test_A16_a_second_channel_that_is_no_fibre_breaks_it() -> None:
    second = replace(of(THAI_NGUYEN, "cap1-ubnd-2"), medium=Medium.ENTERPRISE_INFRASTRUCTURE, enterprise="vnpt-tn")
    assert {item.code for item in checked(THAI_NGUYEN, "A16", cap1_ubnd_2=second)} == {"TR408"}


def test_A16_two_fibre_channels_in_separate_ducts_meet_it() -> None:
    assert sum(item.role is Role.LEVEL1_CPE for item in example(THAI_NGUYEN).inventory.devices.values()) == 3
    assert checked(THAI_NGUYEN, "A16") == ()


def test_A18_a_system_of_level_4_behind_two_channels_of_one_duct_breaks_it() -> None:
    second = replace(of(SMALL, "so-tai-chinh-2"), ducts=of(SMALL, "so-tai-chinh-1").ducts)
    assert {item.code for item in checked(SMALL, "A18", so_tai_chinh_2=second)} == {"TR412"}


def test_A18_a_system_of_level_4_behind_an_edge_with_one_duct_breaks_it(tmp_path: Path) -> None:
    old = 'security_level: 3\n    control_points: [dc-edge-1]\n    assessment_ref: "12/BC'
    one_duct = ("channels.csv", "direct_fibre,,duct-f,", "direct_fibre,,duct-b,")
    assert codes("A18", changed(tmp_path, ("systems.yaml", old, old.replace("3", "4", 1)), one_duct)) == {"TR412"}


@pytest.mark.parametrize(("level", "code"), [("security_level: 6", "TR122"), ("", "TR113")])
def test_A18_a_system_without_a_level_from_1_to_5_breaks_it(tmp_path: Path, level: str, code: str) -> None:
    assert codes("A18", changed(tmp_path, ("systems.yaml", "security_level: 4", level), source=SMALL)) == {code}


def test_A18_a_system_of_level_4_behind_two_channels_in_separate_ducts_meets_it() -> None:
    assert any(item.security_level == 4 for item in example(SMALL).registry.systems.values())
    assert checked(SMALL, "A18") == ()


def test_channels_are_diverse_only_if_two_of_them_share_nothing_and_say_so() -> None:
    first, second = channel("a", "agg-1", "cpe-1"), channel("b", "agg-2", "cpe-1")
    ways = [(("x",), ("y",)), (("x", "z"), ("y", "z")), (("x",), ()), ((), ())]
    found = [are_diverse([replace(first, ducts=one), replace(second, ducts=other)]) for one, other in ways]
    assert found == [True, False, False, False]
    assert not are_diverse([replace(first, ducts=("x",))])
