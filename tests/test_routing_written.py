"""What an office writes into texts of devices: ports by their full names, and words that no platform takes for something else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from controller.jobs.pipeline import address, compile_network, want
from intents.finding import Finding, FindingsError
from intents.messages import describe
from intents.reason import Reason
from intents.workspace import load_intents
from ipam.inventory import Role
from ipam.inventory_reader import load_inventory
from routing.vendors import VENDORS
from routing.vendors.vendor import WrittenKind
from routing.written import check_written
from tests.rule_cases import TINY, Change, changed

IOS = {
    "Gi0/0/1": "GigabitEthernet0/0/1",
    "gi 0/0/1": "GigabitEthernet0/0/1",
    "Gig0/0/1": "GigabitEthernet0/0/1",
    "gigabitethernet0/0/1": "GigabitEthernet0/0/1",
    "GigabitEthernet 0/0/1": "GigabitEthernet0/0/1",
    "GigE0/0/1": "GigabitEthernet0/0/1",
    "Te0/1/0": "TenGigabitEthernet0/1/0",
    "TenGig0/1/0": "TenGigabitEthernet0/1/0",
    "Twe1/0/1": "TwentyFiveGigE1/0/1",
    "Fo1/0/1": "FortyGigabitEthernet1/0/1",
    "Hu1/0/1": "HundredGigE1/0/1",
    "Fa0/1": "FastEthernet0/1",
    "Eth0/1": "Ethernet0/1",
    "ge-0/0/1": "GigabitEthernet0/0/1",
    "GigabitEthernet0/0/1.100": "GigabitEthernet0/0/1",
    "foo": "",
    "0/0/1": "",
    "Loopback0": "",
    "Lo0": "",
    "Vlan10": "",
    "Port-channel1": "",
    "Tunnel1": "",
    "Null0": "",
    "GigabitEthernet": "",
    "GigabitEthernet00/1": "",
    "GigabitEthernet0/0/1\nshutdown": "",
    "GigabitEthernet0/0/1;": "",
    "GigabitEthernet0/0/1 !": "",
    "\uff27igabitEthernet0/0/1": "",
}
JUNOS = {
    "GE-0/0/1": "ge-0/0/1",
    "ge0/0/1": "ge-0/0/1",
    "ge 0/0/1": "ge-0/0/1",
    "ge-0/0/1.0": "ge-0/0/1",
    "ge-00/0/1": "ge-0/0/1",
    "AE1": "ae1",
    "lo0": "",
    "fxp0": "",
    "irb.100": "",
    "em0": "",
    "foo": "",
    "ge-0/0": "",
    "GigabitEthernet0/0/1": "",
    "ge-0/0/1 {": "",
    "ge-0/0/1;": "",
    "ge-0/0/1#": "",
}
PLACES: tuple[tuple[str, Change, str], ...] = (
    ("devices.csv:4:56", ("devices.csv", "GigabitEthernet0/0/0,yes,,\ncpe-tinh", "Gi0/0/0,yes,,\ncpe-tinh"), "Gi0/0/0"),
    ("devices.csv:6:49", ("devices.csv", "dept_ict,ge-0/0/0", "dept_ict,Gi0/0/0"), "Gi0/0/0"),
    ("channels.csv:2:21", ("channels.csv", "core-1,GigabitEthernet0/0/1,agg-1", "core-1,foo,agg-1"), "foo"),
    ("channels.csv:5:48", ("channels.csv", "cpe-xa,ge-0/0/1", "cpe-xa,Loopback0"), "Loopback0"),
    ("attachments.csv:6:104", ("attachments.csv", "cpe-xa,,2025", "cpe-xa,xe-0/0/0.7,2025"), "xe-0/0/0.7"),
    ("systems.yaml:34:16", ("systems.yaml", "", "    interface: ge-0/0/1\n"), "ge-0/0/1"),
)
SETTINGS: tuple[tuple[str, Change, str], ...] = (
    ("settings.yaml:35:13", ("settings.yaml", '"ICT 7"', '"ICT 99"'), "cisco_ios, junos"),
    ("settings.yaml:35:13", ("settings.yaml", '"ICT 7"', '"IST 5 30"'), "junos"),
    ("settings.yaml:35:13", ("settings.yaml", '"ICT 7"', '"ICT 7\\u0020\\u0020"'), "cisco_ios, junos"),
    ("settings.yaml:36:11", ("settings.yaml", "Chi nguoi", "^C nguoi"), "cisco_ios"),
    ("settings.yaml:36:11", ("settings.yaml", "Chi nguoi", '\\" nguoi'), "junos"),
    ("settings.yaml:36:11", ("settings.yaml", "Chi nguoi", "{{secret:enable}}"), "cisco_ios"),
    ("settings.yaml:36:11", ("settings.yaml", "Chi nguoi", "Chỉ người"), "cisco_ios"),
    ("settings.yaml:30:16", ("settings.yaml", "tslcd.example", '"a;b"'), "cisco_ios, junos"),
    ("settings.yaml:30:16", ("settings.yaml", "tslcd.example", f"{'a' * 64}.example"), "cisco_ios, junos"),
    ("devices.csv:5:1", ("devices.csv", "cpe-tinh,", "1-cpe,"), "cisco_ios"),
    ("purposes.yaml:6:3", ("purposes.yaml", "", f"  {'a' * 31}: {{title: A, home_of: []}}\n"), "cisco_ios"),
)


def found_in(workspace: Path) -> tuple[Finding, ...]:
    """Return what is said of texts that reach devices."""
    loaded = load_intents(workspace)
    inventory, _ = load_inventory(workspace, loaded.registry)
    return check_written(loaded.registry, inventory, loaded.settings.management)


@pytest.mark.parametrize("name", IOS)
def test_a_port_of_ios_has_its_full_name_and_others_are_told_it(name: str) -> None:
    fault = VENDORS["cisco_ios"].port_fault(name)
    assert fault is not None
    assert fault.suggestion == IOS[name]
    if fault.suggestion:
        assert VENDORS["cisco_ios"].port_fault(fault.suggestion) is None


@pytest.mark.parametrize("name", JUNOS)
def test_a_port_of_junos_has_its_own_name_and_others_are_told_it(name: str) -> None:
    fault = VENDORS["junos"].port_fault(name)
    assert fault is not None
    assert fault.suggestion == JUNOS[name]
    if fault.suggestion:
        assert VENDORS["junos"].port_fault(fault.suggestion) is None


def test_ports_are_ports() -> None:
    for name in ("GigabitEthernet0/0/1", "GigabitEthernet1", "TenGigabitEthernet0/1/0", "HundredGigE1/0/1"):
        assert VENDORS["cisco_ios"].port_fault(name) is None
    for name in ("ge-0/0/1", "xe-1/0/11", "et-0/0/0:3", "ae0"):
        assert VENDORS["junos"].port_fault(name) is None


@pytest.mark.parametrize(("place", "change", "text"), PLACES, ids=[place for place, _, _ in PLACES])
def test_a_name_that_is_no_port_is_told_where_it_stands(place: str, change: Change, text: str, tmp_path: Path) -> None:
    (finding,) = found_in(changed(tmp_path, change))
    assert (finding.code, str(finding.where)) == ("TR232", place)
    assert f'"{text}"' in describe(finding, "en")
    with pytest.raises(FindingsError):
        want(tmp_path / "workspace", None)


@pytest.mark.parametrize(
    ("place", "change", "platforms"), SETTINGS, ids=[str(number) for number in range(len(SETTINGS))]
)
def test_a_text_that_a_device_can_t_carry_is_told_where_it_stands(
    place: str, change: Change, platforms: str, tmp_path: Path
) -> None:
    workspace = changed(tmp_path, change)
    if change[0] == "devices.csv":
        path = workspace / "channels.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",cpe-tinh,", ",1-cpe,"), encoding="utf-8")
    finding = found_in(workspace)[0]
    assert (finding.code, str(finding.where)) == ("TR233", place)
    said = dict(finding.values)["platform"]
    assert said in (platforms, "cisco_ios, junos")
    for language in ("en", "vi"):
        assert "{" not in describe(finding, language).replace("{{", "")


def test_the_device_of_the_central_operator_may_be_of_any_make(tmp_path: Path) -> None:
    workspace = changed(tmp_path)
    loaded = load_intents(workspace)
    inventory, _ = load_inventory(workspace, loaded.registry)
    theirs = replace(inventory.devices["cpe-xa"], role=Role.LEVEL1_CPE, lan_interface="Eth-Trunk1.5")
    found = check_written(
        loaded.registry, replace(inventory, devices={**inventory.devices, "cpe-xa": theirs}), loaded.settings.management
    )
    assert found == ()


@pytest.mark.parametrize(("zone", "said"), [("ICT 7", "GMT-7"), ("BRT -3", "GMT+3"), ("UTC 0", "UTC")])
def test_a_zone_east_of_greenwich_is_written_with_the_sign_of_posix_on_junos(
    zone: str, said: str, tmp_path: Path
) -> None:
    workspace = changed(tmp_path, ("settings.yaml", '"ICT 7"', f'"{zone}"'))
    configs = compile_network(address(want(workspace, None))).configs
    assert f"set system time-zone {said}\n" in configs["cpe-xa"].text
    assert f"clock timezone {zone}\n" in configs["core-1"].text


def test_every_kind_of_text_has_a_grammar_on_every_platform() -> None:
    long = "x" * 400
    refused = {
        (name, kind) for name, vendor in VENDORS.items() for kind in WrittenKind if vendor.written_fault(kind, long)
    }
    words = {WrittenKind.DOMAIN_NAME, WrittenKind.TIMEZONE, WrittenKind.BANNER}
    assert {(name, kind) for name in VENDORS for kind in words} <= refused


def test_what_is_fine_is_fine() -> None:
    assert found_in(TINY) == ()
    fault = VENDORS["junos"].port_fault("x")
    assert fault is not None
    assert isinstance(fault.reason, Reason)
