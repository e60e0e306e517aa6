"""reach.csv and what a workspace says beside it: where devices are, and what is wrong, but never what may be a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.boundary import parse_day
from controller.fleet.reach_table import KnownDevice, read_reach
from controller.fleet.readings import DeviceReach, DeviceTransport, HostKey
from controller.jobs.pipeline import want
from controller.jobs.reach import WantedReach, reach_of
from intents.finding import FindingsError, Where
from intents.messages import describe
from tests.fleet_readings import REFERENCE
from tests.small_commands import ON, copy_small, truc

HEADING = "device,address,port,transport,host_key,credentials"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB3yVBSb2bPYbUZL0DXHtLMyG2lYmSXKO0n2hVpyAfVl"
DEVICES = {
    "r1": KnownDevice(platform="cisco_ios", address="10.0.0.1"),
    "j1": KnownDevice(platform="junos", address="10.0.0.2"),
    "x1": KnownDevice(platform="junos", address=""),
}
EVERYBODY = {name: Where(file="devices.csv") for name in (*DEVICES, "gone-1")}


def read(folder: Path, *rows: str) -> dict[str, DeviceReach]:
    (folder / "reach.csv").write_text("\n".join((HEADING, *rows)) + "\n", encoding="utf-8")
    return read_reach(folder, "reach.csv", DEVICES, EVERYBODY, REFERENCE)[0]


def refused(folder: Path, *rows: str) -> FindingsError:
    with pytest.raises(FindingsError) as error:
        read(folder, *rows)
    return error.value


def test_without_a_table_devices_are_where_the_plan_says(tmp_path: Path) -> None:
    reach, findings = read_reach(tmp_path, "reach.csv", DEVICES, EVERYBODY, REFERENCE)
    assert findings == ()
    assert {name: (item.address, item.port, item.transport) for name, item in reach.items()} == {
        "r1": ("10.0.0.1", 22, DeviceTransport.CLI),
        "j1": ("10.0.0.2", 22, DeviceTransport.CLI),
    }
    assert {item.host_key for item in reach.values()} == {None}


def test_a_row_says_what_the_workspace_does_not(tmp_path: Path) -> None:
    reach = read(
        tmp_path, f"j1,,,netconf,{KEY},file:/etc/truc/secret", f"x1,2001:DB8::1,2222,cli,{KEY} of x1,", "gone-1,,,,,"
    )
    assert (reach["j1"].address, reach["j1"].port, reach["j1"].transport) == ("10.0.0.2", 830, DeviceTransport.NETCONF)
    assert reach["j1"].host_key == HostKey(type="ssh-ed25519", base64=KEY.split()[1])
    assert str(reach["j1"].credentials) == "file:/etc/truc/secret"
    assert (reach["x1"].address, reach["x1"].port) == ("2001:db8::1", 2222)
    assert reach["x1"].credentials == REFERENCE
    assert set(reach) == {"r1", "j1", "x1"}


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("r2,,,,,", "TR202", 1),
        ("r1,10.0.0.256,,,,", "TR123", 4),
        ("r1,r1.example,,,,", "TR123", 4),
        ("r1,,0,,,", "TR122", 5),
        ("r1,,,telnet,,", "TR116", 6),
        ("r1,,,netconf,,", "TR863", 6),
        ("r1,,,,SHA256:abc,", "TR865", 7),
        ("r1,,,,ssh-ed25519 AAAA,", "TR865", 7),
        (f"r1,,,,ssh-rsa {KEY.split()[1]},", "TR865", 7),
        ("r1,,,,ssh-dss AAAAB3NzaC1kc3M=,", "TR865", 7),
        ("r1,,,,,admin:hunter2", "TR861", 8),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, row: str, code: str, column: int) -> None:
    (finding,) = refused(tmp_path, row).findings
    assert (finding.code, finding.where) == (code, Where(file="reach.csv", line=2, column=column))


def test_a_device_has_one_row(tmp_path: Path) -> None:
    (finding,) = refused(tmp_path, "r1,,,,,", f"r1,,,,{KEY},").findings
    assert (finding.code, finding.where.line) == ("TR864", 3)


@pytest.mark.parametrize(
    "row", ["r1,,,,,hunter2", "r1,,x,,,admin:hunter2", "r9,,,,,hunter2", "r1,,,,,hunter2,", '"r1",,0,,,hunter2']
)
def test_no_message_shows_what_may_be_a_password(tmp_path: Path, row: str) -> None:
    for finding in refused(tmp_path, row).findings:
        for language in ("en", "vi"):
            assert "hunter2" not in describe(finding, language)


def test_a_header_must_be_whole(tmp_path: Path) -> None:
    (tmp_path / "reach.csv").write_text("device,address\nr1,10.0.0.1\n", encoding="utf-8")
    with pytest.raises(FindingsError) as error:
        read_reach(tmp_path, "reach.csv", DEVICES, EVERYBODY, REFERENCE)
    assert {finding.code for finding in error.value.findings} == {"TR129"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = copy_small(tmp_path_factory.mktemp("reach"))
    truc("compile", "-w", made, "--on", ON)
    return made


def asked(*devices: str, table: Path | None = None) -> WantedReach:
    return WantedReach(devices=devices, table=table, credentials="env:TRUC_DEVICES")


def test_a_workspace_knows_the_management_address_of_every_device_of_ours(workspace: Path) -> None:
    fleet, _ = reach_of(want(workspace, parse_day(ON)), asked())
    loopbacks = {
        line.split(",")[1]: line for line in (workspace / "truc.lock.csv").read_text(encoding="utf-8").splitlines()
    }
    assert len(fleet) == 10
    assert [reach.device for reach in fleet] == sorted(reach.device for reach in fleet)
    for reach in fleet:
        assert any(
            f"loopback/{reach.device}," in line and f"{reach.address}/32" in line for line in loopbacks.values()
        ) or (f"{reach.address}/32" in (workspace / "truc.lock.csv").read_text(encoding="utf-8"))


def test_devices_may_be_named(workspace: Path) -> None:
    fleet, _ = reach_of(want(workspace, parse_day(ON)), asked("core-2", "core-1", "core-1"))
    assert [reach.device for reach in fleet] == ["core-1", "core-2"]
    with pytest.raises(FindingsError) as error:
        reach_of(want(workspace, parse_day(ON)), asked("core-1", "core-9", "core-8"))
    assert [finding.code for finding in error.value.findings] == ["TR806", "TR806"]


def test_a_device_without_an_address_is_an_error_before_anybody_is_asked(tmp_path: Path) -> None:
    made = copy_small(tmp_path)
    with pytest.raises(FindingsError) as error:
        reach_of(want(made, parse_day(ON)), asked("core-1"))
    assert [finding.code for finding in error.value.findings] == ["TR866"]


def test_a_table_that_is_named_must_be_there(workspace: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reach_of(want(workspace, parse_day(ON)), asked(table=workspace / "nowhere.csv"))
