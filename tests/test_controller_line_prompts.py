"""What a device waits with behind a line that is typed: every mode's prompt is known, and what is none is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from controller.fleet.credentials import parse_reference
from controller.fleet.readings import DeviceReach, DeviceTransport
from controller.fleet.writing import LineSession, WritingError, WritingTrouble
from tests.device_faults import Fault, Planned
from tests.device_ios_edit import load_text
from tests.device_ios_words import PROMPTS, PROMPTS_BY_HEAD
from tests.device_state import Device
from tests.memory_fleet import MemoryAccess
from tests.virtual_time import VirtualTime

NAME = "cpe-ten-rat-dai-cua-phuong"
LINES = {
    "config": "ip domain name tslcd.example",
    "config-if": "interface GigabitEthernet0/0/1",
    "config-subif": "interface GigabitEthernet0/0/1.20",
    "config-vrf": "vrf definition P-GOVERNMENT",
    "config-vrf-af": "vrf definition P-GOVERNMENT\naddress-family ipv4",
    "config-router": "router bgp 64512",
    "config-router-af": "router bgp 64512\naddress-family ipv4 vrf P-GOVERNMENT",
    "config-route-map": "route-map TRUC-RM4-1 permit 10",
    "config-ext-nacl": "ip access-list extended TRUC-IN4-1",
    "config-std-nacl": "ip access-list standard KHAC",
    "config-ipv6-acl": "ipv6 access-list TRUC-IN6-1",
    "config-line": "line vty 0 4",
    "config-archive": "archive",
    "config-archive-log-cfg": "archive\nlog config",
    "config-server-tacacs": "tacacs server TRUC-TACACS-1",
    "config-radius-server": "radius server KHAC",
    "config-sg-tacacs+": "aaa group server tacacs+ TRUC-TACACS",
    "config-sg-radius": "aaa group server radius KHAC",
    "config-cmap": "class-map match-any KHAC",
    "config-pmap": "policy-map KHAC",
    "config-keychain": "key chain KHAC",
    "config-network-group": "object-group network KHAC",
    "config-track": "track 1 ip sla 1",
    "config-ip-sla": "ip sla 1",
    "ca-trustpoint": "crypto pki trustpoint KHAC",
    "config-cp": "control-plane",
    "config-red": "redundancy",
    "config-other": "",
}


@contextmanager
def session(*faults: Planned, time: VirtualTime | None = None) -> Iterator[tuple[LineSession, Device]]:
    """Have a device in configuration mode; its time passes only while somebody waits for it."""
    running = load_text(f"hostname {NAME}\nvrf definition P-GOVERNMENT\n rd 1:1\n address-family ipv4\n")
    device = Device(name=NAME, platform="cisco_ios", running=running, startup=running.copy(), faults=list(faults))
    access = MemoryAccess({NAME: device}, time or VirtualTime(), lambda *_: "", 60.0)
    reach = DeviceReach(
        device=NAME,
        platform="cisco_ios",
        address="127.0.0.1",
        port=22,
        transport=DeviceTransport.CLI,
        host_key=None,
        credentials=parse_reference("env:TRUC_DEVICES"),
    )
    with access.lines(reach) as lines:
        lines.text()
        lines.enter()
        yield lines, device


def test_every_mode_of_the_made_up_device_is_tried() -> None:
    assert set(LINES) == {*PROMPTS.values(), *PROMPTS_BY_HEAD.values()}


@pytest.mark.parametrize("prompt", [prompt for prompt, lines in LINES.items() if lines])
def test_lines_are_typed_in_every_mode(prompt: str) -> None:
    with session() as (lines, device):
        typed = LINES[prompt].split("\n")
        lines.type_lines(typed, frozenset())
        lines.type_lines(typed[-1:], frozenset())
        lines.leave()
        assert device.log[-1] == "line end" or f"line {typed[-1]}" in device.log


@pytest.mark.parametrize("fault", [Fault.ODD_PROMPT, Fault.ASKS])
@pytest.mark.parametrize("ahead", [True, False])
def test_what_is_no_prompt_is_told_in_seconds(fault: Fault, *, ahead: bool) -> None:
    time = VirtualTime()
    planned = Planned(fault=fault, containing="tacacs")
    line = "tacacs server TRUC-TACACS-1"
    with session(planned, time=time) as (lines, _):
        begun = time.seconds
        with pytest.raises(WritingError) as caught:
            lines.type_lines([line, "key Abc12345"] if ahead else [line], frozenset())
    assert caught.value.trouble is WritingTrouble.PROMPT
    assert time.seconds - begun < 5
    assert "Abc12345" not in repr(caught.value)
