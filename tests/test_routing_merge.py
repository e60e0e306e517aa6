"""Foreign lines stay, lines of ours that nobody intends any more go, and merging twice is merging once."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.jobs.pipeline import address, compile_network
from routing.config import DeviceConfig, render_device
from routing.merge import merge_text
from routing.vendors import VENDORS
from tests.rule_cases import SMALL, example

CISCO, JUNIPER = "agg-1", "cpe-tan-cuong"
FOREIGN = {
    CISCO: (
        "interface Loopback99\n description cua don vi khac\n ip address 192.0.2.1 255.255.255.255\n",
        "ip access-list extended OTHERS\n 10 permit ip any any\n",
        "snmp-server location Phong may\n",
        "ip route 198.51.100.0 255.255.255.0 Null0\n",
    ),
    JUNIPER: (
        'set interfaces ge-9/9/9 description "cua don vi khac"\n',
        "set firewall family inet filter OTHERS term 1 then accept\n",
        'set snmp location "Phong may"\n',
        "set routing-options static route 198.51.100.0/24 discard\n",
    ),
}
LEFT_OVER = {
    CISCO: (
        "ip access-list extended TRUC-IN4-000000000000\n 10 permit ip any any\n",
        "ip prefix-list TRUC-PL-00000000 seq 5 permit 10.0.0.0/8\n",
        "route-map TRUC-RM4-000000000000 permit 10\n",
    ),
    JUNIPER: (
        "set firewall family inet filter TRUC-IN4-000000000000 term 1 then accept\n",
        "set policy-options policy-statement TRUC-RM4-000000000000 term 10 then accept\n",
    ),
}


@cache
def configs() -> dict[str, DeviceConfig]:
    built = compile_network(address(example(SMALL))).built
    return {name: render_device(built.devices[name]) for name in (CISCO, JUNIPER)}


def paths_of(config: DeviceConfig, text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(VENDORS[config.platform].paths(text))


def stray_line_of(name: str) -> str:
    """A line that nobody intends, in an interface that only we make."""
    config = configs()[name]
    if name == CISCO:
        header = next(line for line in config.text.splitlines() if line.startswith("interface ") and "." in line)
        return f"{header}\n ip policy route-map OTHERS\n"
    line = next(line for line in config.text.splitlines() if line.startswith("set interfaces ") and " unit " in line)
    return " ".join(line.split()[:5]) + " family inet filter input OTHERS\n"


@pytest.mark.parametrize("name", [CISCO, JUNIPER])
def test_a_device_that_carries_what_is_intended_stays_as_it_is(name: str) -> None:
    config = configs()[name]
    assert merge_text(config, config.text) == config
    assert merge_text(config, "") == config


@pytest.mark.parametrize("name", [CISCO, JUNIPER])
def test_foreign_lines_stay_beside_everything_that_is_intended(name: str) -> None:
    config = configs()[name]
    for foreign in FOREIGN[name]:
        merged = merge_text(config, config.text + foreign)
        assert paths_of(config, merged.text) == paths_of(config, config.text) | paths_of(config, foreign)
        assert set(merged.foreign) == paths_of(config, foreign)
        assert merged.ours == config.ours


@pytest.mark.parametrize("name", [CISCO, JUNIPER])
def test_lines_of_our_name_space_that_are_not_intended_go(name: str) -> None:
    config = configs()[name]
    for text in LEFT_OVER[name]:
        assert not paths_of(config, text) <= paths_of(config, config.text)
        assert merge_text(config, config.text + text) == config


@pytest.mark.parametrize("name", [CISCO, JUNIPER])
def test_a_line_that_nobody_intends_in_an_interface_of_ours_goes(name: str) -> None:
    config = configs()[name]
    assert merge_text(config, config.text + stray_line_of(name)) == config


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([CISCO, JUNIPER]), st.data())
def test_merging_twice_is_merging_once(name: str, data: st.DataObject) -> None:
    config = configs()[name]
    parts = [config.text, *FOREIGN[name], *LEFT_OVER[name], stray_line_of(name)]
    running = "".join(data.draw(st.lists(st.sampled_from(parts), max_size=6)))
    once = merge_text(config, running)
    assert merge_text(config, once.text) == once
    assert set(once.foreign) <= paths_of(config, running)
    assert paths_of(config, config.text) <= paths_of(config, once.text)


FOREIGN_VRF = """\
vrf definition OTHERS
 rd 64999:1
 address-family ipv4
 exit-address-family
object-group network OTHERS
 host 192.0.2.9
ip access-list extended OTHERS
 permit ip object-group OTHERS any
interface Loopback99
 vrf forwarding OTHERS
 ip address 192.0.2.1 255.255.255.255
router ospf 99 vrf OTHERS
 capability vrf-lite
 passive-interface Loopback99
router bgp {asn}
 address-family ipv4 vrf OTHERS
  redistribute ospf 99
 exit-address-family
ip route vrf OTHERS 198.51.100.0 255.255.255.0 Null0
"""


def test_foreign_lines_stand_below_what_they_name() -> None:
    config = configs()[CISCO]
    asn = next(line.split()[2] for line in config.text.splitlines() if line.startswith("router bgp "))
    foreign = FOREIGN_VRF.format(asn=asn)
    merged = merge_text(config, config.text + foreign)
    assert paths_of(config, merged.text) == paths_of(config, config.text) | paths_of(config, foreign)
    read = VENDORS[config.platform].read(CISCO, merged.text).device
    assert read.unknown == ()
    assert any(instance.vrf == "OTHERS" for instance in read.bgp)
    appended = VENDORS[config.platform].read(
        CISCO, VENDORS[config.platform].text(VENDORS[config.platform].paths(config.text + foreign))
    )
    assert appended.device.unknown
