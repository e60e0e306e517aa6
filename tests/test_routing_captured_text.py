"""What a captured text is, and what is stripped from its edges: lines stay where they are, and nothing else goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.captured_text import Edge, recognise, tidy
from routing.config import render_device
from routing.model import Device, Interface
from routing.vendors import VENDORS
from tests.small_networks import interface

CLEAN = "hostname r1\n!\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n!\nend\n"


def edges(raw: str) -> dict[str, tuple[int, ...]]:
    return {str(item.edge): item.lines for item in tidy(raw).stripped}


@pytest.mark.parametrize(
    ("raw", "stripped"),
    [
        (CLEAN, {}),
        (f"r1#show running-config\nBuilding configuration...\n\nCurrent configuration : 99 bytes\n{CLEAN}",
         {"prompt": (1,), "header": (2, 4)}),
        (f"{CLEAN}\nr1#\nr1#exit\n", {"prompt": (8, 9)}),
        (f"{CLEAN}\n{{master:0}}\n", {"header": (8,)}),
        (f"admin@r1> show configuration | display set\n{CLEAN}", {"prompt": (1,)}),
        (CLEAN.replace("\n", "\r\n"), {"carriage-return": (1, 2, 3, 4, 5, 6)}),
        (CLEAN.replace(" ip", " --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b ip"), {"pager": (4,)}),
        (CLEAN.replace(" ip", "---(more 12%)---\r                    \r ip"), {"pager": (4,)}),
        (CLEAN.replace(" ip", "\x1b[0m ip\x1b[K"), {"escape": (4,)}),
        (f"r1#show clock\n12:00:00\nr1#sh run\n{CLEAN}r1#show version\nsome words\n",
         {"prompt": (3,), "other-output": (1, 2, 10, 11)}),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_stripped_and_told(raw: str, stripped: dict[str, tuple[int, ...]]) -> None:
    found = tidy(raw)
    assert edges(raw) == stripped
    lines = [line for line in found.text.split("\n") if line]
    assert lines == [line for line in CLEAN.split("\n") if line] or "ip address" in found.text
    assert found.text.count("\n") == raw.count("\n")


def test_indentation_behind_a_pager_mark_stays() -> None:
    raw = CLEAN.replace(" ip", " --More-- \r         \r ip")
    assert tidy(raw).text == CLEAN


@pytest.mark.parametrize("line", ["r1#reload", "{master:0}", "Building configuration...", "exit"])
def test_what_looks_like_an_edge_in_the_middle_stays(line: str) -> None:
    raw = CLEAN.replace("!\nend", f"{line}\n!\nend")
    assert line in tidy(raw).text.split("\n")


def test_what_is_indented_is_no_edge() -> None:
    raw = "hostname r1\ncrypto pki certificate chain C\n certificate ca 01\n  3082\n  quit\n"
    assert tidy(raw).text == raw


@pytest.mark.parametrize("end", ["", "r1#exit\n"])
def test_configurations_of_two_devices_in_one_file_are_told(end: str) -> None:
    assert tidy(f"r1#show run\n{CLEAN}{end}r2#show run\n{CLEAN}").several == ("r2#",)


def test_the_same_device_shown_twice_is_read_once() -> None:
    found = tidy(f"r1#show run\n{CLEAN}r1#show run | include hostname\nhostname r1\n")
    assert (found.several, found.text.count("hostname")) == ((), 1)


@pytest.mark.parametrize("width", [80, 132])
def test_a_line_as_long_as_the_terminal_was_wide_is_named(width: int) -> None:
    cut = f" description {'x' * (width - 13)}"
    raw = CLEAN.replace("!\nend", f"{cut}\nyz\n!\nend")
    assert (tidy(raw).width, tidy(raw).wrapped) == (width, (5,))


@pytest.mark.parametrize("below", [" no shutdown", "!", "end", "interface GigabitEthernet0/2", "}"])
def test_a_long_line_above_a_statement_is_not_cut(below: str) -> None:
    raw = CLEAN.replace("!\nend", f" description {'x' * 67}\n{below}\nend")
    assert tidy(raw).wrapped == ()


def device(platform: str, name: str, port: Interface) -> Device:
    return Device(name=name, platform=platform, interfaces=(port,))


@pytest.mark.parametrize(("platform", "port"), [("cisco_ios", "GigabitEthernet0/0/1"), ("junos", "ge-0/0/1.0")])
def test_a_rendered_text_is_recognised_and_left_alone(platform: str, port: str) -> None:
    text = render_device(device(platform, "r-1", interface(port, "10.0.0.1/24"))).text
    found = tidy(text)
    assert (found.text, found.stripped, found.wrapped) == (text, (), ())
    assert recognise(text) == platform
    assert VENDORS[platform].host_name(text) == "r-1"


@pytest.mark.parametrize(
    "text",
    [
        "hostname sw1\nfeature bgp\ninterface Ethernet1/1\n  ip address 10.0.0.1/24\n",
        "! device: leaf1 (vEOS, EOS-4.23.0F)\nhostname leaf1\ninterface Ethernet1\n   ip address 10.0.0.1/31\n",
        "!! IOS XR Configuration 6.1.3\nhostname r1\ninterface GigabitEthernet0/0/0/0\n ipv4 address 10.0.0.1 255.255.255.0\n",
        "frr version 7.4\nfrr defaults traditional\nhostname r1\nrouter bgp 65001\n",
        "set interfaces ethernet eth0 address '10.0.0.1/24'\nset system host-name 'vyos'\n",
        "set deviceconfig system hostname fw1\nset system x y\n",
        "# notes\n\nThe network of the province.\n",
        "",
    ],
)
def test_a_text_of_another_platform_is_not_taken_for_ours(text: str) -> None:
    assert recognise(text) is None


@given(st.text(alphabet=st.sampled_from("ab#>\r\n\b -More()!\x1b[K0:}{"), max_size=400))
def test_no_line_moves_whatever_is_captured(raw: str) -> None:
    found = tidy(raw)
    assert found.text.count("\n") == raw.count("\n")
    told = {number for item in found.stripped for number in item.lines}
    before, after = raw.split("\n"), found.text.split("\n")
    assert {number for number, pair in enumerate(zip(before, after, strict=True), 1) if pair[0] != pair[1]} == told


def test_every_edge_has_a_case() -> None:
    cases = ("r1#show x\nr1#sh run\n\x1b[0mBuilding configuration\nhostname r\r\n --More-- end\nr1#x\n",)
    assert {edge for raw in cases for edge in edges(raw)} == set(Edge)
