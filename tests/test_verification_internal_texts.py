"""Texts of one AS, an IOS router and a Junos one: what one line at one end does to the session and the table of the other."""

from __future__ import annotations

import pytest

from routing.model import Device, RouteSource
from routing.subnet_links import links_of_subnets
from routing.vendors import VENDORS
from tests.small_networks import network
from verification.inspection.tables import Inspection
from verification.inspection.texts import InspectedTexts, LinkKnowledge
from verification.verdicts.verdict import Holds

_IOS = """\
hostname a
interface Loopback0
 ip address 192.168.0.1 255.255.255.255
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.252
interface GigabitEthernet0/1
 ip address 10.5.0.1 255.255.255.0
ip route 192.168.0.2 255.255.255.255 10.0.0.2
router bgp 65000
 network 10.5.0.0 mask 255.255.255.0
 neighbor 192.168.0.2 remote-as 65000
 neighbor 192.168.0.2 update-source Loopback0
"""
_JUNOS = """\
set system host-name b
set interfaces lo0 unit 0 family inet address 192.168.0.2/32
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.2/30
set routing-options router-id 192.168.0.2
set routing-options autonomous-system 65000
set routing-options static route 192.168.0.1/32 next-hop 10.0.0.1
set protocols bgp group I type internal
set protocols bgp group I local-address 192.168.0.2
set protocols bgp group I neighbor 192.168.0.1
"""
_KEY = "set protocols bgp group I authentication-key {}\n"
LAN = "10.5.0.0/24"


def inspected(ios: str = _IOS, junos: str = _JUNOS) -> Inspection:
    devices: list[Device] = [VENDORS["cisco_ios"].read("a", ios).device, VENDORS["junos"].read("b", junos).device]
    made = network(devices, links_of_subnets(devices).links)
    return Inspection(InspectedTexts(network=made, knowledge=LinkKnowledge.SUBNETS, lines={}, texts={}, unknown={}))


def test_both_platforms_speak_to_each_other_inside_an_as() -> None:
    table = inspected().table("b", None)
    assert isinstance(table.verdict, Holds)
    (found,) = [entry for entry in table.entries if str(entry.prefix) == LAN]
    assert (found.source, found.distance, found.ways[0].interface) == (RouteSource.BGP, 170, "ge-0/0/0.0")


def _without(text: str, line: str) -> str:
    assert line in text
    return text.replace(line, "")


SOURCE, ADDRESS = (
    " neighbor 192.168.0.2 update-source Loopback0\n",
    "set protocols bgp group I local-address 192.168.0.2\n",
)
PEER = " neighbor 192.168.0.2 remote-as 65000\n"


@pytest.mark.parametrize(
    ("ios", "junos", "reasons"),
    [
        (_without(_IOS, SOURCE), _JUNOS, {"session_unsure"}),
        (_IOS, _without(_JUNOS, ADDRESS), {"session_unsure"}),
        (_IOS.replace(SOURCE, SOURCE.replace("Loopback0", "GigabitEthernet0/0")), _JUNOS, {"session_unsure"}),
        (_IOS.replace(PEER, PEER.replace("65000", "65001")), _JUNOS, {"source_elsewhere", "neighbor_without_link"}),
        (_IOS.replace("192.168.0.2", "192.168.0.9"), _JUNOS, {"neighbor_without_text"}),
        (_IOS.replace("0.2 255.255.255.255 10.0.0.2", "0.2 255.255.255.255 10.0.0.3"), _JUNOS, {"session_unsure"}),
        (_without(_IOS, SOURCE + "") + SOURCE.replace("update-source Loopback0", "next-hop-self all"), _JUNOS,
         {"not_modelled", "session_unsure"}),
        (_IOS + " bgp confederation identifier 65100\n", _JUNOS, {"not_modelled"}),
        (_IOS.replace(" ip address 10.0.0.1 255.255.255.252\n", " ip address 10.0.0.1 255.255.255.252\n ip access-group X in\n")
         + "ip access-list extended X\n permit udp any any\n", _JUNOS, {"session_filtered"}),
    ],
)  # fmt: skip
def test_what_leaves_a_session_open_leaves_both_tables_open(ios: str, junos: str, reasons: set[str]) -> None:
    found = inspected(ios, junos)
    for device in "ab":
        assert reasons <= {doubt.reason.key for doubt in found.doubts.about(device)}
        assert not isinstance(found.table(device, None).verdict, Holds)


@pytest.mark.parametrize(
    ("ios", "junos"),
    [
        (_IOS + " neighbor 192.168.0.2 shutdown\n", _JUNOS),
        (_IOS + " neighbor 192.168.0.2 password 0 secret\n", _JUNOS),
        (_IOS + " neighbor 192.168.0.2 password alpha\n", _JUNOS + _KEY.format("beta")),
        (_IOS + " neighbor 192.168.0.2 password 7 0822455D0A16\n", _JUNOS + _KEY.format('"$9$nnet/9pOBEyrv"')),
        (_IOS + " bgp router-id 192.168.0.2\n", _JUNOS),
        (_without(_IOS, "ip route 192.168.0.2 255.255.255.255 10.0.0.2\n"), _JUNOS),
        (_IOS, _without(_JUNOS, "set routing-options static route 192.168.0.1/32 next-hop 10.0.0.1\n")),
        (_IOS, _JUNOS.replace("autonomous-system 65000", "autonomous-system 65001")),
    ],
)
def test_what_keeps_a_session_down_for_sure_leaves_no_route(ios: str, junos: str) -> None:
    table = inspected(ios, junos).table("b", None)
    assert isinstance(table.verdict, Holds)
    assert LAN not in {str(entry.prefix) for entry in table.entries}


@pytest.mark.parametrize(
    "line",
    [
        " neighbor 192.168.0.2 route-reflector-client\n",
        " neighbor 192.168.0.2 next-hop-self\n",
        " bgp cluster-id 9\n",
        " bgp deterministic-med\n",
        " bgp default local-preference 300\n",
    ],
)
def test_lines_of_one_end_that_the_other_need_not_say(line: str) -> None:
    table = inspected(_IOS + line).table("b", None)
    assert isinstance(table.verdict, Holds)
    assert LAN in {str(entry.prefix) for entry in table.entries}


@pytest.mark.parametrize(
    ("ios", "junos"),
    [
        ("password abc", "abc"),
        ("password 0 abc", '"$9$nnet/9pOBEyrv"'),
        ("password 7 0822455D0A16", "cisco"),
    ],
)
def test_one_key_is_the_same_however_it_is_written(ios: str, junos: str) -> None:
    table = inspected(_IOS + f" neighbor 192.168.0.2 {ios}\n", _JUNOS + _KEY.format(junos)).table("b", None)
    assert isinstance(table.verdict, Holds)
    assert LAN in {str(entry.prefix) for entry in table.entries}


@pytest.mark.parametrize(
    ("ios", "junos"),
    [
        ("password 6 abc", "abc"),
        ("password 7 00", "abc"),
        ("password HIDDEN", "HIDDEN"),
        ("password {{secret:key}}", "{{secret:key}}"),
        ("password abc", '"$8$aes256-gcm$hmac$x"'),
        ("password abc", '"$9$x"'),
    ],
)
def test_nothing_is_said_of_a_session_whose_key_no_text_shows(ios: str, junos: str) -> None:
    table = inspected(_IOS + f" neighbor 192.168.0.2 {ios}\n", _JUNOS + _KEY.format(junos)).table("b", None)
    assert "key_not_shown" in str(table.verdict)
