"""What devices do wrong, fault by fault and over each transport: a device that can't be read whole is named, with the reason."""

from __future__ import annotations

import time

import pytest

from controller.fleet.readings import DeviceText, DeviceTransport, NotRead, ReadingTrouble
from tests.device_clients import ios, junos
from tests.device_faults import Fault, Place, Planned
from tests.device_server import Servers, served
from tests.device_state import Device
from tests.fleet_readings import CLI, IOS, JUNOS, NETCONF, reach_of, readings_of

WAYS = [("r1", CLI), ("j1", CLI), ("j1", NETCONF)]
IDS = ["ios-cli", "junos-cli", "junos-netconf"]
SHORT = 1.0  # seconds that a device may take where a fault lets it take all of them

AT_LOGIN = {
    Fault.DROP: ReadingTrouble.DROPPED,
    Fault.STALL: ReadingTrouble.TIMEOUT,
    Fault.REBOOT: ReadingTrouble.DROPPED,
}
AT_ANSWER = {
    Fault.REFUSE_LINE: ReadingTrouble.UNEXPECTED,
    Fault.DROP: ReadingTrouble.DROPPED,
    Fault.STALL: ReadingTrouble.TIMEOUT,
    Fault.HALF_ANSWER: ReadingTrouble.INCOMPLETE,
    Fault.REBOOT: ReadingTrouble.DROPPED,
    Fault.WRONG_PROMPT: ReadingTrouble.ANOTHER_NAME,
}
ELSEWHERE = {Fault.WRONG_KEY, Fault.DOES_NOTHING, Fault.ODD_PROMPT, Fault.ASKS}
"""Tried below, and in test_controller_line_prompts; what does nothing on a command line is no fault of reading."""


def both() -> tuple[Device, Device]:
    return ios(IOS), junos(JUNOS)


def trouble_of(servers: Servers, name: str, transport: DeviceTransport, fault: Planned) -> NotRead:
    servers.devices[name].faults.append(fault)
    (reading,) = readings_of([reach_of(servers, name, transport)], timeout=SHORT).values()
    assert isinstance(reading, NotRead)
    return reading


def test_every_fault_is_tried() -> None:
    assert set(AT_ANSWER) | ELSEWHERE == set(Fault)


@pytest.mark.parametrize(("name", "transport"), WAYS, ids=IDS)
@pytest.mark.parametrize("fault", AT_LOGIN)
def test_a_fault_at_login_is_named(fault: Fault, name: str, transport: DeviceTransport) -> None:
    with served(*both()) as servers:
        planned = Planned(fault=fault, place=Place.LOGIN)
        assert trouble_of(servers, name, transport, planned).trouble is AT_LOGIN[fault]


@pytest.mark.parametrize(
    ("fault", "name", "transport"),
    [
        pytest.param(fault, *way, id=f"{fault}-{known_as}")
        for fault in AT_ANSWER
        for way, known_as in zip(WAYS, IDS, strict=True)
        if (fault, way[1]) != (Fault.WRONG_PROMPT, NETCONF)  # which has no prompt
    ],
)
def test_a_fault_in_the_answer_is_named(fault: Fault, name: str, transport: DeviceTransport) -> None:
    with served(*both()) as servers:
        containing = "" if transport is NETCONF else "show "
        planned = Planned(fault=fault, place=Place.COMMAND, containing=containing)
        found = trouble_of(servers, name, transport, planned).trouble
        # What came of half a reply stays inside ncclient, so that it is over in time is all that can be said.
        half = fault is Fault.HALF_ANSWER and transport is NETCONF
        assert found is (ReadingTrouble.TIMEOUT if half else AT_ANSWER[fault])


@pytest.mark.parametrize(("name", "transport"), WAYS, ids=IDS)
def test_another_host_key_is_named_and_nobody_tries_to_log_in(name: str, transport: DeviceTransport) -> None:
    with served(*both()) as servers:
        reach = reach_of(servers, name, transport)
        assert isinstance(readings_of([reach])[name], DeviceText)
        before = servers.devices[name].logins
        servers.swap_key(name)
        begun = time.monotonic()
        reading = readings_of([reach])[name]
        assert isinstance(reading, NotRead)
        assert reading.trouble is ReadingTrouble.KEY_DIFFERS
        assert reach.host_key is not None
        assert dict(reading.detail.values)["pinned"] == reach.host_key.fingerprint
        assert time.monotonic() - begun < 5  # not a time-out under another name
        assert servers.devices[name].logins == before


@pytest.mark.parametrize(("name", "transport"), WAYS, ids=IDS)
def test_a_device_whose_key_nobody_knows_is_not_asked(name: str, transport: DeviceTransport) -> None:
    with served(*both()) as servers:
        reading = readings_of([reach_of(servers, name, transport, known=False)])[name]
        assert isinstance(reading, NotRead)
        assert reading.trouble is ReadingTrouble.KEY_UNKNOWN
        assert servers.devices[name].log == []


@pytest.mark.parametrize(("name", "transport"), WAYS, ids=IDS)
def test_a_refused_password_is_named(name: str, transport: DeviceTransport) -> None:
    with served(*both()) as servers:
        servers.devices[name].users = {"truc": "another"}
        reading = readings_of([reach_of(servers, name, transport)])[name]
        assert isinstance(reading, NotRead)
        assert reading.trouble is ReadingTrouble.LOGIN
        assert servers.devices[name].logins == 1


def test_nobody_at_the_port_is_named() -> None:
    with served(*both()) as servers:
        reach = reach_of(servers, "r1")
    reading = readings_of([reach])["r1"]
    assert isinstance(reading, NotRead)
    assert reading.trouble is ReadingTrouble.UNREACHABLE


@pytest.mark.parametrize(("name", "transport"), WAYS, ids=IDS)
def test_a_text_of_another_device_is_not_taken(name: str, transport: DeviceTransport) -> None:
    wrong = ios(IOS.replace("r1", "r11")), junos(JUNOS.replace("j1", "j11"))
    for device, own in zip(wrong, ("r1", "j1"), strict=True):
        device.name = own
    with served(*wrong) as servers:
        reading = readings_of([reach_of(servers, name, transport)])[name]
        assert isinstance(reading, NotRead)
        assert reading.trouble is ReadingTrouble.ANOTHER_NAME


def test_a_name_that_changes_before_the_first_command_is_seen_too() -> None:
    with served(*both()) as servers:
        planned = Planned(fault=Fault.WRONG_PROMPT, place=Place.COMMAND, containing="terminal length")
        assert trouble_of(servers, "r1", CLI, planned).trouble is ReadingTrouble.ANOTHER_NAME


def test_a_user_without_privileges_is_told_so() -> None:
    device = ios(IOS)
    device.enable_password = "never asked for"
    with served(device) as servers:
        reading = readings_of([reach_of(servers, "r1")])["r1"]
        assert isinstance(reading, NotRead)
        assert reading.detail.key == "reading_without_rights"


def test_a_device_that_says_ok_and_nothing_else_is_not_read() -> None:
    with served(*both()) as servers:
        planned = Planned(fault=Fault.DOES_NOTHING, place=Place.COMMAND)
        assert trouble_of(servers, "j1", NETCONF, planned).trouble is ReadingTrouble.UNEXPECTED


def test_a_device_that_restarted_is_read_the_next_time() -> None:
    with served(*both()) as servers:
        planned = Planned(fault=Fault.REBOOT, place=Place.COMMAND, containing="show ")
        assert trouble_of(servers, "r1", CLI, planned).trouble is ReadingTrouble.DROPPED
        time.sleep(servers.devices["r1"].away + 0.2)
        assert isinstance(readings_of([reach_of(servers, "r1")])["r1"], DeviceText)


def test_one_that_is_slow_holds_up_no_other() -> None:
    with served(*both()) as servers:
        servers.devices["r1"].faults.append(Planned(fault=Fault.STALL, place=Place.COMMAND, containing="show "))
        found = readings_of([reach_of(servers, "r1"), reach_of(servers, "j1")], timeout=SHORT)
        assert isinstance(found["r1"], NotRead)
        assert isinstance(found["j1"], DeviceText)
        assert found["j1"].seconds < SHORT
