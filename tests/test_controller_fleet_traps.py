"""What the libraries below do that nobody expects, each with a test that it does not happen here."""

from __future__ import annotations

import gc
import io
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from controller.fleet.credentials import Credentials, Secret
from controller.fleet.readings import DeviceReading, DeviceText, NotRead, Pace, ReadingTrouble, Stop
from controller.fleet.sweep import read_fleet
from tests.device_clients import PASSWORD, ios, junos
from tests.device_faults import Fault, Place, Planned
from tests.device_server import HOST, served
from tests.device_state import Device
from tests.fleet_readings import CLI, IOS, JUNOS, KNOWN, NETCONF, REFERENCE, reach_of, readings_of

SECRET = "hunter2-in-the-text"
BANNER = (
    "banner motd ^C\n% This is no error\n% Invalid input is what others type\nr1#\nr1>\n"
    "banner of another kind\n --More-- \n^C\n"
)


class _Ends(Secret):
    """A secret that ends the thread which asks for it, as an interruption would."""

    def reveal(self) -> str:
        raise SystemExit


def several(count: int) -> list[Device]:
    return [ios(IOS.replace("r1", f"r{at}"), name=f"r{at}") for at in range(count)]


@pytest.fixture
def all_logs() -> Iterator[io.StringIO]:
    """Everything that anybody logs at any level, as a program with verbose logging sees it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.addFilter(lambda record: not record.name.startswith("async"))  # the devices' own
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(before)


def test_no_log_is_written_and_none_holds_a_password_or_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_logs: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    dropped = Planned(fault=Fault.DROP, place=Place.COMMAND, containing="show ")
    with served(ios(f"{IOS}snmp-server community {SECRET} ro\n"), junos(JUNOS), *several(1)) as servers:
        servers.devices["r0"].faults.append(dropped)
        found = readings_of([reach_of(servers, "r1"), reach_of(servers, "j1", NETCONF), reach_of(servers, "r0")])
    assert isinstance(found["r1"], DeviceText)
    assert SECRET in found["r1"].text
    assert list(tmp_path.iterdir()) == []
    assert all_logs.getvalue() + "".join(capfd.readouterr()) == ""
    for library in ("nornir", "paramiko", "netmiko", "ncclient"):
        assert logging.getLogger(library).level == logging.NOTSET  # only meanwhile


def test_a_device_that_failed_is_asked_again_in_the_next_run() -> None:
    with served(*several(3)) as servers:
        servers.devices["r1"].faults.append(Planned(fault=Fault.DROP, place=Place.LOGIN))
        fleet = [reach_of(servers, f"r{at}") for at in range(3)]
        first, second = readings_of(fleet), readings_of(fleet)
    assert [name for name, reading in first.items() if isinstance(reading, NotRead)] == ["r1"]
    assert set(second) == {"r0", "r1", "r2"}
    assert all(isinstance(reading, DeviceText) for reading in second.values())


def test_the_end_of_one_thread_loses_no_other_reading() -> None:
    known = dict(KNOWN)
    with served(*several(3)) as servers:
        fleet = [reach_of(servers, f"r{at}") for at in range(3)]
        other = replace(REFERENCE, place="OTHER")
        known[other] = Credentials(user="truc", password=_Ends(PASSWORD))
        fleet[1] = replace(fleet[1], credentials=other)
        found = readings_of(fleet, known=known)
    assert isinstance(found["r0"], DeviceText)
    assert isinstance(found["r2"], DeviceText)
    assert isinstance(found["r1"], NotRead)
    assert found["r1"].trouble is ReadingTrouble.FAULT
    assert dict(found["r1"].detail.values)["kind"] == "SystemExit"


def test_a_key_of_the_users_own_known_hosts_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    with served(ios(IOS), junos(JUNOS)) as servers:
        (tmp_path / ".ssh" / "known_hosts").write_text(servers.known_hosts(), encoding="utf-8")
        ours = reach_of(servers, "r1").host_key
        for name, transport in (("j1", CLI), ("j1", NETCONF)):
            reading = readings_of([reach_of(servers, name, transport, key=ours)])[name]
            assert isinstance(reading, NotRead)
            assert reading.trouble is ReadingTrouble.KEY_DIFFERS
        assert servers.devices["j1"].logins == 0


def test_no_key_of_an_agent_or_of_the_user_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with served(ios(IOS), junos(JUNOS)) as servers:
        servers.devices["r1"].keys = servers.devices["j1"].keys = (servers.host_key("r1"),)
        readings_of([reach_of(servers, "r1"), reach_of(servers, "j1", NETCONF)])
        assert servers.devices["r1"].logins == servers.devices["j1"].logins == 1


def test_lines_that_look_like_prompts_errors_pagers_and_banners_are_read_as_they_are() -> None:
    text = IOS + BANNER + "interface GigabitEthernet0/1\n description R1# and > and % and --More--\n shutdown\n"
    with served(ios(text)) as servers:
        reading = readings_of([reach_of(servers, "r1")])["r1"]
    assert isinstance(reading, DeviceText)
    for line in (
        "% This is no error",
        "r1#",
        "r1>",
        "banner of another kind",
        " description R1# and > and % and --More--",
    ):
        assert f"{line}\n" in reading.text
    assert reading.text.endswith("\nend\n")


def test_a_long_text_comes_whole_and_no_pager_stops_it() -> None:
    lines = "".join(f"access-list 101 permit tcp any host 10.{at // 250}.{at % 250}.1 eq 443\n" for at in range(4000))
    with served(ios(IOS + lines), junos(JUNOS)) as servers:
        found = readings_of([reach_of(servers, "r1"), reach_of(servers, "j1")])
    assert isinstance(found["r1"], DeviceText)
    assert found["r1"].text.count("access-list 101 ") == 4000


def test_sessions_are_closed_whatever_came_of_them() -> None:
    with served(*several(2), junos(JUNOS)) as servers:
        servers.devices["r1"].faults.append(Planned(fault=Fault.STALL, place=Place.COMMAND, containing="show "))
        readings_of([reach_of(servers, "r0"), reach_of(servers, "r1"), reach_of(servers, "j1", NETCONF)], timeout=1.0)
        until = time.monotonic() + 5
        while time.monotonic() < until and any(device.sessions for device in servers.devices.values()):
            time.sleep(0.02)
        assert {name: len(device.sessions) for name, device in servers.devices.items()} == {"r0": 0, "r1": 0, "j1": 0}


def test_no_more_texts_are_in_memory_than_devices_are_asked_at_once() -> None:
    most = 0

    def take(reading: DeviceReading) -> None:
        nonlocal most
        assert isinstance(reading, DeviceText)
        most = max(most, sum(isinstance(thing, DeviceText) for thing in gc.get_objects()))

    with served(*several(10)) as servers:
        fleet = [reach_of(servers, f"r{at}") for at in range(10)]
        read_fleet(fleet, KNOWN, Pace(workers=2, timeout=10), take, Stop())
    assert 1 <= most <= 3


def test_once_stopped_nobody_further_is_asked_and_all_are_named() -> None:
    stop, found = Stop(), list[DeviceReading]()

    def take(reading: DeviceReading) -> None:
        found.append(reading)
        stop.asked += 1

    with served(*several(5)) as servers:
        fleet = [reach_of(servers, f"r{at}") for at in range(5)]
        read_fleet(fleet, KNOWN, Pace(workers=1, timeout=10), take, stop)
        asked = [name for name, device in servers.devices.items() if device.log]
    assert sorted(reading.reach.device for reading in found) == ["r0", "r1", "r2", "r3", "r4"]
    assert [reading.reach.device for reading in found if isinstance(reading, DeviceText)] == ["r0"] == asked
    assert {reading.trouble for reading in found if isinstance(reading, NotRead)} == {ReadingTrouble.NOT_ASKED}


def test_what_goes_wrong_with_a_reading_ends_the_run_and_every_connection() -> None:
    def take(_: DeviceReading) -> None:
        raise OSError(28, "No space left on device")

    stalled = Planned(fault=Fault.STALL, place=Place.COMMAND, containing="show ")
    with served(*several(3)) as servers:
        servers.devices["r1"].faults.append(stalled)
        fleet = [reach_of(servers, f"r{at}") for at in range(3)]
        begun = time.monotonic()
        with pytest.raises(OSError, match="No space"):
            read_fleet(fleet, KNOWN, Pace(workers=3, timeout=30), take, Stop())
        assert time.monotonic() - begun < 5
        assert gc.isenabled()


def test_many_are_read_side_by_side() -> None:
    """Wall time is at most 1.3 times what one device takes by itself, times devices, by workers."""
    devices = several(12)
    for device in devices:
        device.delay = 0.15
    with served(*devices) as servers:
        fleet = [reach_of(servers, device.name) for device in devices]
        begun = time.monotonic()
        readings_of(fleet[:1])
        alone = time.monotonic() - begun
        begun = time.monotonic()
        found = readings_of(fleet, workers=4)
        wall = time.monotonic() - begun
    assert all(isinstance(reading, DeviceText) for reading in found.values())
    assert wall <= 1.3 * alone * len(fleet) / 4 + 0.2


def test_only_reading_commands_are_sent() -> None:
    with served(ios(IOS), junos(JUNOS)) as servers:
        readings_of([reach_of(servers, "r1"), reach_of(servers, "j1")])
        readings_of([reach_of(servers, "j1", NETCONF)])
        sent = {
            name: [line for line in device.log if line.startswith(("command", "line", "rpc"))]
            for name, device in servers.devices.items()
        }
    assert sent["r1"] == ["command terminal length 0", "command terminal width 0", "command show running-config"]
    assert sent["j1"] == [
        "command set cli screen-length 0",
        "command set cli screen-width 0",
        "command show configuration | display set | no-more",
        "rpc get-configuration",
    ]


def test_an_address_is_asked_once_for_one_reading() -> None:
    with served(ios(IOS)) as servers:
        readings_of([reach_of(servers, "r1")])
        assert servers.devices["r1"].log.count("connect") == 1
        assert HOST in reach_of(servers, "r1").address
