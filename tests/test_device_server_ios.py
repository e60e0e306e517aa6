"""A made-up IOS-XE does with lines what the documents of IOS-XE say, and its faults are those that were planned.

Lines go through the engine where only their effect matters, and through netmiko where the session does.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from netmiko import ConfigInvalidException, NetmikoTimeoutException, ReadTimeout
from netmiko.exceptions import NetmikoAuthenticationException
from paramiko import SSHException  # type: ignore[import-untyped]  # it has no types

from tests.device_clients import ios, terminal
from tests.device_faults import Fault, Place, Planned
from tests.device_ios_config import IosConfig
from tests.device_ios_edit import Typing, load_text, type_line
from tests.device_ios_exec import find, unknown_neighbor
from tests.device_ios_special import NO_DOT1Q
from tests.device_server import Servers, served
from tests.device_state import Device

START = """hostname a-router-with-a-long-name
archive
 path flash:archive
vrf definition RED
 rd 65000:1
 address-family ipv4
 exit-address-family
 address-family ipv6
 exit-address-family
interface GigabitEthernet0/0/0
 ip address 10.0.0.1 255.255.255.0
 ip access-group A in
 ipv6 address 2001:db8::1/64
interface GigabitEthernet0/0/1
 no ip address
 shutdown
ip access-list extended A
 10 permit ip any any
ip prefix-list P seq 5 permit 10.0.0.0/8
route-map M permit 10
 match ip address prefix-list P
router bgp 65000
 neighbor 10.0.0.2 remote-as 65001
 neighbor 10.0.0.2 route-map M in
 address-family ipv4 vrf RED
  neighbor 10.9.0.2 remote-as 65002
 exit-address-family
"""


ONE, TWO = "interface GigabitEthernet0/0/0", "interface GigabitEthernet0/0/1"
LIST, MAP, BGP = "ip access-list extended A", "route-map M permit 10", "router bgp 65000"
NO_FAMILY = "% {} is not enabled in VRF NEW\n"
REMOVED = "% IPv4 and IPv6 addresses from all interfaces in VRF RED have been removed\n"
EXISTS = "%Insertion failed - prefix-list entry exists:\n"
RED = "address-family ipv4 vrf RED"


def typed(*lines: str, start: str = START) -> tuple[IosConfig, str]:
    """Return the configuration after lines typed at a terminal, and all answers."""
    config, typing = load_text(start), Typing()
    return config, "".join(type_line(config, typing, line, later=0.05) for line in lines)


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ((LIST, "10 deny ip any any"), "% Duplicate sequence number\n% Failed to add ace\n"),
        ((LIST, "10 permit ip any any"), ""),
        (("ip prefix-list P seq 5 permit 11.0.0.0/8",), f"{EXISTS} P seq 5 permit 11.0.0.0/8\n"),
        ((ONE, "vrf forwarding BLUE"), "% VRF BLUE does not exist\n"),
        (
            (ONE, "vrf forwarding RED"),
            "".join(
                f"% Interface GigabitEthernet0/0/0 {family} disabled and address(es) removed due to enabling VRF RED\n"
                for family in ("IPv4", "IPv6")
            ),
        ),
        ((TWO, "vrf forwarding RED"), ""),
        (("vrf definition NEW", TWO, "vrf forwarding NEW", "ip address 10.1.0.1 255.255.255.0"), NO_FAMILY.format("IPv4")),
        (("vrf definition NEW", TWO, "vrf forwarding NEW", "ipv6 address 2001:db8::9/64"), NO_FAMILY.format("IPv6")),
        (("interface GigabitEthernet0/0/1.7", "ip address 10.1.0.1 255.255.255.0"), NO_DOT1Q),
        (("interface GigabitEthernet0/0/1.7", "ipv6 address 2001:db8::9/64"), NO_DOT1Q),
        (("vrf definition NEW", "address-family ipv4", "route-target import 1:1"), "% VRF NEW does not have an RD\n"),
        (("vrf definition RED", "address-family ipv4", "route-target import 1:1"), ""),
        (("no vrf definition RED",), REMOVED),
        (
            ("no vrf definition RED", "vrf definition RED"),
            f"{REMOVED}% Deletion of VRF RED in progress; wait for it to complete\n",
        ),
        (("vrf definition RED", "no rd"), '% "rd 65000:1" for VRF RED scheduled for deletion\n'),
        (("router bgp 65001",), "BGP is already running; AS is 65000\n"),
        ((BGP, "neighbor 10.0.0.9 activate"), "% Specify remote-as or peer-group commands first\n"),
        ((BGP, "address-family ipv4 vrf BLUE"), "% VRF BLUE does not exist or does not have a RD.\n"),
        (("no interface GigabitEthernet0/0/0",), "% Removal of physical interfaces is not permitted\n"),
        ((TWO, "ip address 10.0.0.9 255.255.255.0"), "% 10.0.0.0 overlaps with GigabitEthernet0/0/0\n"),
        (("hostname",), "% Incomplete command.\n"),
        (("frobnicate all",), "^\n% Invalid input detected at '^' marker.\n\n"),
        (("  no frobnicate",), "     ^\n% Invalid input detected at '^' marker.\n\n"),
        (("interface Loopback1", "route-target import 1:1"), "^\n% Invalid input detected at '^' marker.\n\n"),
        (("route-map NEW", "match ip address prefix-list NOWHERE"), ""),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_line_is_answered_as_ios_answers_it(lines: tuple[str, ...], answer: str) -> None:
    assert typed(*lines)[1] == answer


@pytest.mark.parametrize(
    ("lines", "gone", "come"),
    [
        ((LIST, "5 deny ip any any"), "", " 5 deny ip any any\n 10 permit ip any any\n"),
        ((LIST, "permit tcp any any", "ip access-list resequence A 100 5"), " 20 ", " 105 permit tcp any any\n"),
        ((LIST, "permit tcp any any"), "", " 10 permit ip any any\n 20 permit tcp any any\n"),
        ((LIST, "no 10"), " 10 permit ip any any\n", "ip access-list extended A\n"),
        ((LIST, "20 permit ip any any"), "", " 10 permit ip any any\n!"),
        (("no ip access-list extended A",), "ip access-list", " ip access-group A in\n"),
        (("ip prefix-list P permit 11.0.0.0/8",), "", "ip prefix-list P seq 10 permit 11.0.0.0/8\n"),
        (("no ip prefix-list P seq 5",), "ip prefix-list", " match ip address prefix-list P\n"),
        ((MAP, "match ip address prefix-list Q"), "", " match ip address prefix-list P Q\n"),
        ((MAP, "match ip address prefix-list Q", "no match ip address prefix-list P"), "list P Q", "address prefix-list Q\n"),
        (("route-map M deny 10",), "route-map M permit 10\n", "route-map M deny 10\n match"),
        (("route-map M 20", "no route-map M"), "route-map M permit", " neighbor 10.0.0.2 route-map M in\n"),
        ((ONE, "ip access-group B in"), " A in", " ip access-group B in\n"),
        ((ONE, "ip access-group C out"), "", " ip access-group A in\n ip access-group C out\n"),
        ((ONE, "ip address 10.1.0.1 255.255.255.0"), "10.0.0.1", " ip address 10.1.0.1 255.255.255.0\n"),
        ((ONE, "no ip address"), "10.0.0.1", " no ip address\n"),
        ((TWO, "no shutdown"), "shutdown", ""),
        (("interface GigabitEthernet0/0/7",), "", "interface GigabitEthernet0/0/7\n no ip address\n shutdown\n"),
        (("interface GigabitEthernet0/0/7.5", "encapsulation dot1Q 5"), "", "0/0/7.5\n encapsulation dot1Q 5\n no ip address\n!"),
        (("vrf definition RED", "no address-family ipv6"), "address-family ipv6", ""),
        (("no vrf definition RED",), "vrf RED", ""),
        ((BGP, "no neighbor 10.0.0.2"), "neighbor 10.0.0.2", "neighbor 10.9.0.2"),
        ((BGP, RED, "bgp router-id 1.1.1.1"), "", "vrf RED\n  bgp router-id 1.1.1.1\n"),
        ((BGP, RED, "ip route 0.0.0.0 0.0.0.0 10.0.0.2"), "", "\nip route 0.0.0.0"),
        (("ip http server",), "no ip http server", ""),
        (("no ip http server",), "", "\nno ip http server\n"),
        (("banner login #hello", "world#"), "", "banner login ^Chello\nworld^C\n"),
        (("no description x", "logging host 10.0.0.7"), "", "logging host 10.0.0.7\n"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_line_does_what_ios_does(lines: tuple[str, ...], gone: str, come: str) -> None:
    text = typed(*lines)[0].text()
    assert come in text
    assert not gone or gone not in text


def test_a_deleted_vrf_can_come_back_when_its_deletion_is_over() -> None:
    config, typing = load_text(START), Typing()
    type_line(config, typing, "no vrf definition RED", later=0.02)
    time.sleep(0.03)
    assert type_line(config, typing, "vrf definition RED") == ""


def test_prompts_are_cut_as_ios_cuts_them(tmp_path: Path) -> None:
    with served(ios(START)) as servers, terminal(servers, tmp_path) as session:
        assert session.find_prompt() == "a-router-with-a-long-name#"
        said = session.send_config_set(["interface GigabitEthernet0/0/0.7", "router bgp 65000", RED])
    assert [line.split("#")[0] for line in str(said).splitlines() if "(" in line] == [
        "a-router-with-a-long(config)",
        "a-router-with-a-long(config-subif)",
        "a-router-with-a-long(config-router)",
        "a-router-with-a-long(config-router-af)",
    ]


def test_running_is_shown_with_its_header_and_saved_on_demand(tmp_path: Path) -> None:
    device = ios(START)
    with served(device) as servers, terminal(servers, tmp_path) as session:
        session.send_config_set(["hostname other"])
        session.set_base_prompt()
        shown = str(session.send_command("show running-config"))
        assert "hostname other" not in str(session.send_command("show startup-config"))
        session.save_config()
        assert "hostname other" in str(session.send_command("show startup-config"))
    head, _, rest = shown.partition("bytes\n")
    assert head.startswith("Building configuration...\n\nCurrent configuration : ")
    assert int(head.split()[-1]) == len(rest.encode())
    assert rest.endswith("end\n")
    assert [state.made_by for state in device.states] == ["started", "hostname other"]


def test_a_long_answer_stops_after_each_page_unless_the_terminal_has_no_length(tmp_path: Path) -> None:
    with served(ios(START)) as servers, terminal(servers, tmp_path) as session:
        session.send_command("terminal length 10")
        session.write_channel("show running-config\n")
        page = session.read_until_pattern(pattern="--More--")
        assert page.count("\n") == 10  # the command's own line, and nine of the answer
        session.write_channel("q")
        assert session.read_until_pattern(pattern="#").endswith("name#")


def test_privileges_have_a_password_if_there_is_one(tmp_path: Path) -> None:
    device = ios(START)
    device.enable_password = "secret"
    with served(device) as servers, terminal(servers, tmp_path, secret=device.enable_password) as session:
        assert session.find_prompt().endswith(">")
        assert "Invalid input" in str(session.send_command("show running-config"))
        session.enable()
        assert session.find_prompt().endswith("#")


def _arm(servers: Servers, folder: Path, *lines: str) -> str:
    with terminal(servers, folder) as session:
        said = str(session.send_command("configure terminal revert timer 1", expect_string="#"))
        if "Turn config archive on" not in said:
            session.send_config_set(list(lines), enter_config_mode=False)
        return said


def test_what_is_not_confirmed_is_undone_step_by_step_even_when_the_session_is_gone(tmp_path: Path) -> None:
    device = ios(START, minute=2.0)
    with served(device) as servers:
        _arm(servers, tmp_path, "hostname other", "interface Loopback5", "description five")
        before = device.states[0].text
        assert device.running.blocks() != device.states[0].blocks
        time.sleep(2.3)  # until the timer has run out
    assert device.states[-1].text == before
    assert [state.made_by for state in device.states[-2:]] == ["revert: no interface Loopback5", "revert: hostname"]
    assert "revert expired" in device.log


def test_what_is_confirmed_by_another_session_stays(tmp_path: Path) -> None:
    device = ios(START, minute=5.0)  # two sessions fit in, on a busy machine, too
    with served(device) as servers:
        _arm(servers, tmp_path, "hostname other")
        with terminal(servers, tmp_path) as session:
            assert "Timer value: 1 min" in str(session.send_command("show archive config rollback timer"))
            session.send_command("configure confirm")
            assert "%No Rollback Confirmed Change pending" in str(session.send_command("configure confirm"))
        time.sleep(5.1)  # until the timer would have run out, had nobody confirmed
    assert "hostname other\n" in device.states[-1].text


def test_no_revert_timer_without_an_archive(tmp_path: Path) -> None:
    device = ios(START.replace("archive\n path flash:archive\n", ""))
    with served(device) as servers:
        assert "Turn config archive on before using Rollback Confirmed Change" in _arm(servers, tmp_path, "hostname x")
    assert device.pending is None


def test_a_saved_file_replaces_running(tmp_path: Path) -> None:
    device = ios(START)
    with served(device) as servers, terminal(servers, tmp_path) as session:
        session.send_command("copy running-config flash:before")
        session.send_config_set(["no ip prefix-list P", "interface Loopback5"])
        assert "Rollback Done" in str(session.send_command("configure replace flash:before force"))
    assert device.states[-1].text == device.states[0].text


def test_a_lock_of_configuration_mode_is_told_to_others(tmp_path: Path) -> None:
    with served(ios(START)) as servers, terminal(servers, tmp_path) as one, terminal(servers, tmp_path) as other:
        one.send_command("configure terminal lock", expect_string="#")
        assert "Configuration mode is locked by process" in str(
            other.send_command("configure terminal", expect_string="#")
        )
        one.exit_config_mode()
        assert "Enter configuration commands" in str(other.send_command("configure terminal", expect_string="#"))


def test_soft_clears_are_counted(tmp_path: Path) -> None:
    device = ios(START)
    device.tables["show ip route vrf RED"] = "B 10.0.0.0/8\n"
    with served(device) as servers, terminal(servers, tmp_path) as session:
        session.send_command("clear ip bgp * soft")
        assert session.send_command("show ip route vrf RED") == "B 10.0.0.0/8"
        assert session.send_command("show ip route vrf BLUE") == ""
    assert device.cleared == 1


@pytest.mark.parametrize(
    ("command", "known"),
    [
        ("clear bgp ipv4 unicast 10.0.0.2 soft in", True),
        ("clear ip bgp * soft", True),
        ("clear bgp vpnv4 unicast vrf RED 10.9.0.2 soft out", True),
        ("clear bgp vpnv4 unicast vrf RED 10.0.0.2 soft out", False),
        ("clear bgp ipv4 unicast 10.9.0.2 soft in", False),
    ],
)
def test_a_clear_knows_the_neighbours_of_its_vrf(command: str, known: bool) -> None:
    found = find(command)
    assert found is not None
    assert (unknown_neighbor(load_text(START), found[1]) == "") is known


def test_secrets_are_shown_as_ios_shows_them(tmp_path: Path) -> None:
    user = "snmp-server user u G v3 auth sha one priv aes 128 two\n"
    device = ios(f"{START}tacacs server T\n key cisco\nntp authentication-key 1 md5 cisco\n{user}")
    device.shows_secrets = False
    with served(device) as servers, terminal(servers, tmp_path) as session:
        shown = str(session.send_command("show running-config"))
    assert " key 7 02050D480809\n" in shown  # a well-known pair of the type
    assert "ntp authentication-key 1 md5 02050D480809 7\n" in shown
    assert "snmp-server user" not in shown
    assert "snmp-server user" in device.states[0].text


# --- faults -------------------------------------------------------------------------------------------------------------


LINES = ["interface Loopback5", "description five", "ip address 10.5.0.1 255.255.255.255"]


def _suffer(fault: Fault, tmp_path: Path, place: Place = Place.LINE) -> Device:
    device = ios(START)
    device.faults.append(Planned(fault=fault, place=place, nth=2 if place is Place.LINE else 1))
    with served(device) as servers, terminal(servers, tmp_path) as session:
        session.send_config_set(LINES, error_pattern="% Invalid", read_timeout=0.6)
        session.save_config()
    return device


def test_a_refused_line_leaves_what_was_before_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalidException):
        _suffer(Fault.REFUSE_LINE, tmp_path)


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.HALF_ANSWER, Fault.WRONG_PROMPT])
def test_a_device_that_stays_silent_or_calls_itself_otherwise_runs_into_the_deadline(
    fault: Fault, tmp_path: Path
) -> None:
    device = ios(START)
    device.faults.append(Planned(fault=fault, place=Place.COMMAND, containing="show clock"))
    with served(device) as servers, terminal(servers, tmp_path) as session:
        session.send_command("show version")
        with pytest.raises(ReadTimeout):
            session.send_command("show clock", read_timeout=0.4)


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.HALF_ANSWER, Fault.WRONG_PROMPT])
def test_a_save_that_is_not_answered_is_done_all_the_same(fault: Fault, tmp_path: Path) -> None:
    device = ios(START)
    device.faults.append(Planned(fault=fault, place=Place.COMMIT))
    with served(device) as servers, terminal(servers, tmp_path) as session:
        session.send_config_set(LINES)
        with pytest.raises(ReadTimeout):
            session.send_command("write memory", read_timeout=0.4)
    assert device.startup.blocks() == device.states[-1].blocks
    assert "saved" in device.log


def test_a_line_that_is_not_answered_is_done_all_the_same(tmp_path: Path) -> None:
    device = ios(START)
    device.faults.append(Planned(fault=Fault.STALL, nth=2))
    with served(device) as servers, terminal(servers, tmp_path) as session, pytest.raises(ReadTimeout):
        session.send_config_set(LINES, read_timeout=0.4)
    assert "description five" in device.states[-1].text
    assert "10.5.0.1" not in device.states[-1].text


def test_another_name_in_the_prompt_of_configuration_mode_is_for_the_client_to_see(tmp_path: Path) -> None:
    device = ios(START)
    device.faults.append(Planned(fault=Fault.WRONG_PROMPT, nth=2))
    with served(device) as servers, terminal(servers, tmp_path) as session:
        said = str(session.send_config_set(LINES, exit_config_mode=False))
    assert said.count("another-device(config-if)#") == 2
    assert "a-router-with-a-long(config-if)#" in said


def test_a_device_that_drops_callers_is_met_before_any_password(tmp_path: Path) -> None:
    device = ios(START)
    device.faults.append(Planned(fault=Fault.DROP, place=Place.LOGIN))
    with served(device) as servers:
        with pytest.raises((SSHException, NetmikoTimeoutException)), terminal(servers, tmp_path):
            pass
        assert device.logins == 0
        with terminal(servers, tmp_path) as session:
            assert session.find_prompt().endswith("#")


def test_a_login_that_stalls_runs_into_the_deadline(tmp_path: Path) -> None:
    device = ios(START)
    device.faults.append(Planned(fault=Fault.STALL, place=Place.LOGIN))
    with (
        served(device) as servers,
        pytest.raises((NetmikoTimeoutException, NetmikoAuthenticationException)),
        terminal(servers, tmp_path, auth_timeout=0.5),
    ):
        pass
    assert device.logins == 1


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.REBOOT])
def test_a_device_that_falls_has_taken_the_line_and_forgets_it_only_by_a_reboot(fault: Fault, tmp_path: Path) -> None:
    device = ios(START)
    device.faults.append(Planned(fault=fault, nth=2))
    device.away = 0.1
    with served(device) as servers:
        with terminal(servers, tmp_path) as session, pytest.raises((OSError, ReadTimeout, EOFError)):
            session.send_config_set(LINES, read_timeout=1)
        time.sleep(0.2)
        with terminal(servers, tmp_path) as session:
            shown = str(session.send_command("show running-config"))
    assert ("description five" in shown) == (fault is Fault.DROP)
    assert ("interface Loopback5" in shown) == (fault is Fault.DROP)


def test_a_device_that_says_ok_and_does_nothing_is_seen_only_by_reading_back(tmp_path: Path) -> None:
    device = _suffer(Fault.DOES_NOTHING, tmp_path)
    assert "description five" not in device.running.blocks()
    assert "description five" not in device.states[-1].text
    assert "10.5.0.1" in device.states[-1].text


def test_a_save_that_does_nothing_leaves_startup(tmp_path: Path) -> None:
    device = _suffer(Fault.DOES_NOTHING, tmp_path, Place.COMMIT)
    assert device.startup.blocks() != device.running.blocks()
    assert "saved" not in device.log


@pytest.mark.parametrize("when", ["from the start", "later"])
def test_with_a_wrong_host_key_nobody_is_asked_for_a_password(when: str, tmp_path: Path) -> None:
    device = ios(START)
    if when == "from the start":
        device.faults.append(Planned(fault=Fault.WRONG_KEY, place=Place.LOGIN))
    with served(device) as servers:
        if when == "later":
            servers.swap_key("r1")
        with pytest.raises(NetmikoTimeoutException, match="does not match"), terminal(servers, tmp_path):
            pass
    assert device.logins == 0
    assert device.log == ["connect"]


def test_attempts_to_authenticate_are_counted_and_a_wrong_password_gets_nowhere(tmp_path: Path) -> None:
    device = ios(START)
    device.users = {"truc": "another"}
    with served(device) as servers, pytest.raises(NetmikoAuthenticationException), terminal(servers, tmp_path):
        pass
    assert device.logins == 1
    assert not device.states


def test_an_answer_comes_after_the_delay(tmp_path: Path) -> None:
    device = ios(START)
    with served(device) as servers, terminal(servers, tmp_path) as session:
        device.delay = 0.2
        begun = time.monotonic()
        session.send_command("show clock")
        assert time.monotonic() - begun >= 0.2
