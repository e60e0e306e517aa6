"""Equipment tables and the places of attachments."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from intents.finding import FindingsError
from intents.registry import AttachmentName, as_at
from intents.workspace import load_intents
from ipam.inventory import Inventory, Medium, Place, Role
from ipam.inventory_reader import inventory_as_at, load_inventory

TINY = Path(__file__).parent / "data" / "tiny"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return shutil.copytree(TINY, tmp_path / "workspace")


def add(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def load(folder: Path) -> Inventory:
    inventory, findings = load_inventory(folder, load_intents(folder).registry)
    assert findings == ()
    return inventory


def codes(folder: Path) -> list[str]:
    registry = load_intents(folder).registry
    with pytest.raises(FindingsError) as caught:
        load_inventory(folder, registry)
    return [finding.code for finding in caught.value.findings]


def make_level_1(folder: Path) -> None:
    """Add a level-I office whose CPE has two channels to the edge."""
    add(folder / "sites.csv", "tinh-uy,Trụ sở Tỉnh ủy,19@2025-07-01,office,1,,")
    add(folder / "devices.csv", "l1-cpe,level1_cpe,cisco_ios,example-cpe,tinh-uy,central_post,,yes,,")
    add(
        folder / "channels.csv",
        "l1-b,dc-edge-1,GigabitEthernet0/0/8,l1-cpe,GigabitEthernet0/0/1,1,direct_fibre,,duct-x,1000,,",
        "l1-a,dc-edge-1,GigabitEthernet0/0/9,l1-cpe,GigabitEthernet0/0/2,1,direct_fibre,,duct-y,1000,,",
    )
    add(
        folder / "attachments.csv",
        "vp-l1,van-phong-ubnd-tinh,tinh-uy,government,8,vpn,main,,1/CV (fictional),1/QĐ-UBND (fictional),,,,",
    )


def test_devices_and_channels_hold_what_the_tables_say() -> None:
    inventory = load(TINY)
    assert inventory.devices["cpe-xa"].role is Role.CPE
    assert inventory.devices["cpe-xa"].platform == "junos"
    assert inventory.devices["cpe-xa"].ipv6
    channel = inventory.channels["agg-1-cpe-xa"]
    assert channel.ducts == ("duct-d", "duct-e")
    assert channel.medium is Medium.ENTERPRISE_INFRASTRUCTURE
    assert (channel.level, channel.bandwidth_mbps) == (2, 200)


def test_an_attachment_stands_on_the_only_device_that_can_be_meant() -> None:
    places = load(TINY).places
    assert places[AttachmentName("system-edoc")][0].device == "dc-edge-1"
    assert places[AttachmentName("xa-gov")] == (
        Place(attachment=AttachmentName("xa-gov"), device="cpe-xa", interface="ge-0/0/0"),
    )
    assert len(places) == 7


def test_a_level_1_attachment_stands_on_our_end_of_each_of_its_channels(workspace: Path) -> None:
    make_level_1(workspace)
    first, second = load(workspace).places[AttachmentName("vp-l1")]
    assert (first.channel, first.device, first.interface) == ("l1-a", "dc-edge-1", "GigabitEthernet0/0/9")
    assert (second.channel, second.device, second.interface) == ("l1-b", "dc-edge-1", "GigabitEthernet0/0/8")
    assert first.level1_cpe == second.level1_cpe == "l1-cpe"


def test_an_attachment_through_an_agencys_own_network_has_no_place(workspace: Path) -> None:
    add(
        workspace / "attachments.csv",
        "x-lan,ubnd-xa-an-binh,tru-so-tinh,government,8,vpn,via_lan,,1/CV (fictional),1/QĐ-UBND (fictional),,,,",
    )
    assert AttachmentName("x-lan") not in load(workspace).places


def test_an_outside_network_stands_on_its_gateway(workspace: Path) -> None:
    (workspace / "outside_networks.yaml").write_text(
        "outside_networks:\n  ndxp: {title: x, counterpart: z, purpose: shared, gateway: dc-edge-1, interface: Gi0/0/9,\n"
        "    prefixes: [198.51.100.0/26], services: {api: {tcp: [443]}}, decision_ref: d, request_ref: r}\n",
        encoding="utf-8",
    )
    (place,) = load(workspace).places[AttachmentName("outside-ndxp")]
    assert (place.device, place.interface) == ("dc-edge-1", "Gi0/0/9")


def test_a_device_that_follows_another_is_taken_on_its_day(workspace: Path) -> None:
    devices = workspace / "devices.csv"
    text = devices.read_text(encoding="utf-8")
    devices.write_text(text.replace("ge-0/0/0,yes,,", "ge-0/0/0,yes,,2026-06-30"), encoding="utf-8")
    add(devices, "cpe-xa-2,cpe,cisco_ios,example-cpe,tru-so-xa,dept_ict,Gi0/0,yes,2026-07-01,")
    registry = load_intents(workspace).registry
    inventory, _ = load_inventory(workspace, registry)
    assert inventory.places[AttachmentName("xa-gov")][0].device == "cpe-xa-2"
    for day, device in ((date(2026, 6, 30), "cpe-xa"), (date(2026, 7, 1), "cpe-xa-2")):
        then, _ = inventory_as_at(inventory, as_at(registry, day), day)
        assert then.places[AttachmentName("xa-gov")][0].device == device
        assert device in then.devices


def test_the_equipment_of_a_day_without_a_device_says_so() -> None:
    registry = load_intents(TINY).registry
    inventory, _ = load_inventory(TINY, registry)
    without = Inventory(
        devices={name: item for name, item in inventory.devices.items() if name != "cpe-tinh"},
        channels=inventory.channels,
        places={},
    )
    then, findings = inventory_as_at(without, registry, date(2026, 7, 15))
    assert {finding.code for finding in findings} == {"TR221"}
    assert "agg-1-cpe-tinh" not in then.channels


def test_one_interface_may_serve_two_channels_one_after_the_other(workspace: Path) -> None:
    channels = workspace / "channels.csv"
    text = channels.read_text(encoding="utf-8")
    channels.write_text(text.replace("duct-d;duct-e,200,,", "duct-d;duct-e,200,,2026-01-31"), encoding="utf-8")
    add(channels, "later,agg-1,GigabitEthernet0/0/3,cpe-xa,ge-0/0/1,2,direct_fibre,,,100,2026-02-01,")
    assert "later" in load(workspace).channels


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("x,core-1,Te1,nobody,Te1,0,direct_fibre,,,1000,,", "TR202"),
        ("x,core-1,Te1,core-1,Te2,0,direct_fibre,,,1000,,", "TR223"),
        ("x,cpe-xa,Te1,core-1,Te1,2,direct_fibre,,,1000,,", "TR224"),
        ("x,core-1,Te1,cpe-xa,Te1,0,direct_fibre,,,1000,,", "TR224"),
        ("x,core-1,GigabitEthernet0/0/1,cpe-xa,Te1,2,direct_fibre,,,1000,,", "TR225"),
        ("x,core-1,Te1,cpe-xa,Te1,2,radio,,,1000,,", "TR116"),
        ("x,core-1,Te1,cpe-xa,Te1,2,direct_fibre,,,0,,", "TR122"),
        ("x,core-1,Te1,cpe-xa,Te1,2,direct_fibre,,a;;b,1,,", "TR131"),
        ("x,core-1,Te1,cpe-xa,Te1,2,direct_fibre,,a;a,1,,", "TR121"),
        ("agg-1-cpe-xa,core-1,Te1,cpe-xa,Te1,2,direct_fibre,,,1,,", "TR201"),
    ],
)
def test_a_bad_channel_is_told(row: str, code: str, workspace: Path) -> None:
    add(workspace / "channels.csv", row)
    assert codes(workspace) == [code]


def test_a_missing_table_of_equipment_is_told(workspace: Path) -> None:
    (workspace / "channels.csv").unlink()
    assert codes(workspace) == ["TR101"]
