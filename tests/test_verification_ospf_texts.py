"""OSPF between texts of two platforms: what one end says alone is never read over, and what both say is computed."""

from __future__ import annotations

import pytest

from intents.prefix import parse_prefix
from routing.subnet_links import links_of_subnets
from routing.vendors import VENDORS
from tests.small_networks import network
from verification.inspection.tables import InspectedTable, Inspection
from verification.inspection.texts import InspectedTexts, LinkKnowledge
from verification.verdicts.verdict import Holds, NotModelled

IOS = """\
hostname a
interface Loopback0
 ip address 10.9.1.1 255.255.255.255
interface GigabitEthernet0/1
 ip address 10.0.1.1 255.255.255.252
 ip ospf network point-to-point
{port} no shutdown
interface GigabitEthernet0/2
 ip address 10.1.1.1 255.255.255.0
{top}router ospf 1
 passive-interface GigabitEthernet0/2
 network 10.0.0.0 0.255.255.255 area 0
{process}"""
JUNOS = """\
set system host-name b
set interfaces ge-0/0/1 unit 0 family inet address 10.0.1.2/30
set interfaces lo0 unit 0 family inet address 10.9.2.2/32
set routing-options static route 10.7.0.0/16 discard
set policy-options policy-statement S term a from protocol static
set policy-options policy-statement S term a then metric 7
set policy-options policy-statement S term a then accept
set protocols ospf export S
set protocols ospf area 0 interface ge-0/0/1.0 interface-type p2p
set protocols ospf area 0 interface lo0.0 passive
"""
FAR, TOLD = parse_prefix("10.9.2.2/32"), parse_prefix("10.7.0.0/16")


def table(port: str = "", process: str = "", top: str = "", junos: str = "") -> InspectedTable:
    """The table of the IOS router, with further lines at either end."""
    ios = IOS.format(
        port=f" {port}\n" if port else "", process=f" {process}\n" if process else "", top=f"{top}\n" if top else ""
    )
    read = [VENDORS["cisco_ios"].read("a", ios), VENDORS["junos"].read("b", f"{JUNOS}{junos}\n")]
    devices = [item.device for item in read]
    found = InspectedTexts(
        network=network(devices, links_of_subnets(devices).links),
        knowledge=LinkKnowledge.SUBNETS,
        lines={item.device.name: item.lines for item in read},
        texts={"a": tuple(ios.split("\n")), "b": tuple(f"{JUNOS}{junos}".split("\n"))},
        unknown={item.device.name: item.unknown_lines for item in read},
    )
    return Inspection(found).table("a", None)


def metrics(found: InspectedTable) -> dict[str, int]:
    assert found.verdict == Holds(judges=("engine", "walk"))
    return {str(item.prefix): item.metric for item in found.entries}


def test_two_platforms_are_neighbours() -> None:
    assert metrics(table()) == {
        "10.0.1.0/30": 0,
        "10.1.1.0/24": 0,
        "10.7.0.0/16": 7,
        "10.9.1.1/32": 0,
        "10.9.2.2/32": 1,
    }


TCP_ALONE = """\
set firewall family inet filter F term a from protocol tcp
set firewall family inet filter F term a then accept"""
ONE_SIDED = (
    {"port": "ip mtu 1400"},
    {"port": "mtu 9000"},
    {"port": "speed 100"},
    {"junos": "set interfaces ge-0/0/1 unit 0 family inet mtu 1400"},
    {"junos": "set interfaces ge-0/0/1 gigether-options no-auto-negotiation"},
    {"port": "ip ospf hello-interval 5"},
    {"port": "ip ospf dead-interval 30"},
    {"port": "ip ospf dead-interval minimal hello-multiplier 3"},
    {"port": "ip ospf network broadcast"},
    {"port": "ip ospf network non-broadcast"},
    {"port": "ip ospf authentication"},
    {"port": "ip ospf authentication message-digest"},
    {"port": "ip ospf authentication key-chain K"},
    {"port": "ip ospf bfd"},
    {"port": "ip ospf mtu-ignore"},
    {"port": "ip ospf demand-circuit"},
    {"port": "ip ospf database-filter all out"},
    {"port": "ip ospf prefix-suppression"},
    {"port": "ip ospf shutdown"},
    {"port": "ip ospf 1 area 1"},
    {"port": "ip ospf 2 area 0"},
    {"port": "no ip ospf network"},
    {"port": "ip access-group TCP in", "top": "ip access-list extended TCP\n permit tcp any any"},
    {"port": "ip address 10.0.9.1 255.255.255.0 secondary"},
    {"process": "router-id 10.9.2.2"},
    {"process": "area 0 authentication message-digest"},
    {"process": "area 0 stub"},
    {"process": "area 0 range 10.0.0.0 255.0.0.0"},
    {"process": "area 0 virtual-link 10.9.2.2"},
    {"process": "network 10.0.1.1 0.0.0.0 area 1"},
    {"process": "distribute-list prefix P in"},
    {"process": "distance 200"},
    {"process": "max-metric router-lsa"},
    {"process": "bfd all-interfaces"},
    {"process": "no network 10.0.0.0 0.255.255.255 area 0"},
    {"process": "no passive-interface GigabitEthernet0/2"},
    {"process": "neighbor 10.0.1.2"},
    {"process": "shutdown"},
    {"process": "redistribute connected"},
    {"top": "router ospf 2\n network 10.1.1.0 0.0.0.255 area 0"},
    {"top": "ip route 10.8.0.0 255.255.0.0 10.9.2.2"},
    {"junos": "set protocols ospf area 0 interface ge-0/0/1.0 hello-interval 5"},
    {"junos": "set protocols ospf area 0 interface ge-0/0/1.0 dead-interval 5"},
    {"junos": "set protocols ospf area 0 interface ge-0/0/1.0 authentication md5 1 key x"},
    {
        "port": "ip ospf authentication message-digest\n ip ospf message-digest-key 1 md5 x",
        "junos": "set protocols ospf area 0 interface ge-0/0/1.0 authentication md5 1 key y",
    },
    {
        "port": "ip ospf authentication\n ip ospf authentication-key x",
        "junos": "set protocols ospf area 0 interface ge-0/0/1.0 authentication simple-password y",
    },
    {
        "port": "ip ospf authentication\n ip ospf authentication-key ninechars",
        "junos": "set protocols ospf area 0 interface ge-0/0/1.0 authentication simple-password ninechars",
    },
    {"junos": "set protocols ospf area 0 interface ge-0/0/1.0 bfd-liveness-detection minimum-interval 9"},
    {"junos": "set protocols ospf area 0 interface ge-0/0/1.0 disable"},
    {"junos": "set protocols ospf area 0 interface ge-0/0/1.0 link-protection"},
    {"junos": "set protocols ospf area 1 interface ge-0/0/1.0"},
    {"junos": "set protocols ospf area 0 stub"},
    {"junos": "set protocols ospf area 0 nssa"},
    {"junos": "set protocols ospf import P"},
    {"junos": "set protocols ospf overload"},
    {"junos": "set protocols ospf external-preference 5"},
    {"junos": "set protocols ospf disable"},
    {"junos": "set protocols ospf no-rfc-1583"},
    {"junos": "set routing-options router-id 10.9.1.1"},
    {"junos": "set interfaces ge-0/0/1 mtu 9192"},
    {"junos": f"set interfaces ge-0/0/1 unit 0 family inet filter input F\n{TCP_ALONE}"},
    {"junos": f"set interfaces lo0 unit 0 family inet filter input F\n{TCP_ALONE}"},
    {"junos": "set policy-options policy-statement S term b then metric add 3"},
)  # fmt: skip


@pytest.mark.parametrize("lines", ONE_SIDED, ids=lambda lines: " ".join(lines.values()).partition("\n")[0])
def test_what_one_end_says_alone_is_never_read_over(lines: dict[str, str]) -> None:
    assert isinstance(table(**lines).verdict, NotModelled)


@pytest.mark.parametrize(
    "lines",
    [
        {
            "port": "ip ospf hello-interval 5",
            "junos": "set protocols ospf area 0 interface ge-0/0/1.0 hello-interval 5",
        },
        {"port": "ip mtu 1400", "junos": "set interfaces ge-0/0/1 unit 0 family inet mtu 1400"},
        {
            "port": "ip ospf authentication message-digest\n ip ospf message-digest-key 1 md5 x",
            "junos": "set protocols ospf area 0 interface ge-0/0/1.0 authentication md5 1 key x",
        },
        {"port": "ip ospf priority 0", "junos": "set protocols ospf area 0 interface ge-0/0/1.0 priority 0"},
        {"process": "log-adjacency-changes"},
        {"process": "router-id 10.9.1.1"},
        {"port": "bandwidth 100000"},
    ],
)
def test_what_both_ends_say_or_what_changes_nothing_is_computed(lines: dict[str, str]) -> None:
    assert metrics(table(**lines)) == metrics(table())


@pytest.mark.parametrize(
    ("lines", "far"),
    [
        ({"port": "ip ospf cost 20"}, 20),
        ({"port": "bandwidth 5000"}, 20),
        ({"process": "auto-cost reference-bandwidth 20000"}, 20),
        ({"junos": "set protocols ospf area 0 interface lo0.0 metric 19"}, 20),
        ({"port": "shutdown\n ip ospf cost 5\n no shutdown"}, 5),
        ({"process": "passive-interface GigabitEthernet0/1"}, None),
        ({"process": "passive-interface default"}, None),
        ({"junos": "set protocols ospf area 0 interface ge-0/0/1.0 passive"}, None),
        ({"junos": "set interfaces ge-0/0/1 unit 0 disable"}, None),
    ],
)
def test_what_changes_a_way_changes_it(lines: dict[str, str], far: int | None) -> None:
    assert metrics(table(**lines)).get(str(FAR)) == far


def test_a_static_route_of_its_own_comes_before_what_ospf_tells() -> None:
    found = {item.prefix: item for item in table(top="ip route 10.7.0.0 255.255.0.0 Null0").entries}
    assert (found[TOLD].source, found[TOLD].distance) == ("static", 1)
    found = {item.prefix: item for item in table(top="ip route 10.7.0.0 255.255.0.0 Null0 200").entries}
    assert (found[TOLD].source, found[TOLD].distance) == ("ospf-external", 110)
