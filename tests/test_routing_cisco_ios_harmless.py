"""The closed list of harmless IOS-XE lines: a real-life baseline is on it, what can change traffic or access is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from routing.vendors.cisco_ios import VENDOR
from routing.vendors.vendor import BaselineSettings

DATA = Path(__file__).parent / "readers" / "cisco_ios"
HEADERS = (
    "interface GigabitEthernet0/0/0",
    "line vty 0 4",
    "line aux 0",
    "control-plane",
    "router bgp 65000",
    "router bgp 65001",
    " address-family ipv4 vrf A",
    "  neighbor 10.0.0.1 remote-as 65002",
    "flow record R",
    "flow monitor M",
    "sampler S",
    "call-home",
    " profile P",
    "aaa common-criteria policy PW",
)


def data(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def settings(
    banner: str = "Authorised access only", servers: tuple[str, ...] = ("10.0.0.1", "10.0.0.2")
) -> BaselineSettings:
    return BaselineSettings(
        domain_name="tslcd.example",
        management_vrf="MGMT",
        management_interface="Loopback0",
        ntp_servers=servers,
        syslog_servers=servers,
        tacacs_servers=servers,
        snmp_servers=servers,
        banner=banner,
        timezone="ICT 7 0",
        secret_names={use: use for use in ("tacacs", "snmp_auth", "snmp_priv", "ntp", "enable", "admin")},
    )


NAMED = "vrf definition MGMT\n rd 65000:1\ninterface Loopback0\n"
"""What the lines about AAA servers name (IOS-AAA-01)."""


def test_a_real_life_baseline_has_no_unknown_line() -> None:
    assert VENDOR.read("r1", NAMED + data("harmless.txt")).device.unknown == ()


def test_every_line_that_can_change_traffic_or_access_is_unknown() -> None:
    text = data("not_harmless.txt")
    unknown = set(VENDOR.read("r1", text).unknown_lines)
    missed = [
        line
        for number, line in enumerate(text.splitlines(), start=1)
        if number not in unknown and line not in HEADERS and not line.startswith("policy-map ")
    ]
    assert missed == []


COMMANDS = (
    "interface GigabitEthernet0/0/0",
    "no ip access-group FENCE in",
    "ip access-group FENCE in",
    "ip route 10.0.0.0 255.0.0.0 Null0",
    "ipv6 route ::/0 Null0",
    "router bgp 65001",
    "router ospf 1",
    "ip access-list extended FENCE",
    "no ip access-list extended FENCE",
    "ip prefix-list L seq 5 permit 0.0.0.0/0 le 32",
    "route-map M permit 10",
    "vrf definition A",
    "no vrf definition A",
    "line vty 0 4",
    "access-class L in",
    "default interface GigabitEthernet0/0/0",
)
"""Lines that mean something, and that a device runs wherever they stand: what is no command of the open mode is a global one."""


def test_no_harmless_section_swallows_a_command() -> None:
    """Below every line that may stand in the harmless list, and below that, a command of the reader's is never harmless."""
    headers = [line for line in data("harmless.txt").splitlines() if not line.startswith((" ", "banner"))]
    assert len(headers) > 100
    swallowed = []
    for header in headers:
        for command in COMMANDS:
            for text in (f"{header}\n {command}\n", f"{header}\n x\n  {command}\n"):
                found = VENDOR.read("r1", text).device
                swallowed += [(header, path) for path in found.harmless if path[-1] == command]
    assert swallowed == []


def test_every_pattern_starts_with_plain_words_and_has_a_reason() -> None:
    patterns = VENDOR.harmless()
    assert len(patterns) >= 150
    assert len({pattern for pattern, _ in patterns}) == len(patterns)
    for pattern, reason in patterns:
        re.compile(pattern)
        assert reason
        assert re.fullmatch(r"[\w-]+|\(\?:[\w|-]+\)", pattern.partition(" ")[0]), pattern


@pytest.mark.parametrize("banner", ["one line", "Ủy ban nhân dân tỉnh\nAuthorised access only"])
def test_the_baseline_is_harmless_sorted_and_read_back(banner: str) -> None:
    paths = VENDOR.baseline(settings(banner))
    assert list(paths) == sorted(set(paths))
    text = VENDOR.text(paths)
    read = VENDOR.read("r1", NAMED + text)
    assert read.device.unknown == ()
    assert set(read.device.harmless) == set(paths)
    assert set(VENDOR.paths(text)) == {*paths, ("line vty 0 4",)}


def test_the_baseline_names_secrets_and_never_holds_one() -> None:
    text = VENDOR.text(VENDOR.baseline(settings()))
    for line in text.splitlines():
        if re.search(r"\b(secret|key) \d? ?\S+$|auth sha", line) and "trusted" not in line and "server" not in line:
            assert "{{secret:" in line
    assert text.count("{{secret:") >= 6


def test_a_baseline_without_servers_still_logs_in_locally() -> None:
    paths = VENDOR.baseline(settings(servers=()))
    assert ("aaa authentication login default local",) in paths
    assert VENDOR.read("r1", NAMED + VENDOR.text(paths)).device.unknown == ()


@pytest.mark.parametrize("banner", ["", "  ", "a ^ b"])
def test_a_banner_that_the_device_would_cut_is_refused(banner: str) -> None:
    with pytest.raises(ValueError, match="banner"):
        VENDOR.baseline(settings(banner))


def test_a_secret_without_name_is_refused() -> None:
    incomplete = settings()
    with pytest.raises(ValueError, match="secret"):
        VENDOR.baseline(
            BaselineSettings(
                domain_name="x.example",
                management_vrf="MGMT",
                management_interface=incomplete.management_interface,
                ntp_servers=(),
                syslog_servers=(),
                tacacs_servers=(),
                snmp_servers=(),
                banner="x",
                timezone="ICT 7 0",
                secret_names={},
            )
        )
