"""References of IOS texts whose target is missing or empty: each cell of the table in platform_facts.toml, as the reader takes
it, and where it takes it, as the engine and `walk` do.

The one idea: two routers, the near one with a LAN of packets and the far one with the LAN that they are for; what the cell says
decides whether they get there.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from controller.jobs.evidence import give
from intents.prefix import Family, Prefix, parse_prefix
from routing.model import Device, Direction, Network
from routing.vendors.cisco_ios import VENDOR
from tests.small_networks import link, tcp
from tests.test_docs_platform_facts import references
from tests.test_verification_adversary import GIA_SANG, LAN_IN, LAN_OUT6, compiled, edited
from verification.evidence.evidence import gather
from verification.reference.walk import walk
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding, regions_of
from verification.routes.surviving import Surviving
from verification.routes.topology import build_topology
from verification.verdicts.failure import NO_FAILURE

NEAR = """interface GigabitEthernet0/0/0
 ip address 10.1.0.1 255.255.255.0
{lan}interface GigabitEthernet0/0/1
 ip address 10.255.0.0 255.255.255.254
{above}router bgp 65001
 {group}neighbor 10.255.0.1 remote-as 65002
{session} address-family ipv4
  neighbor 10.255.0.1 activate
{policy}"""
FAR = """interface GigabitEthernet0/0/0
 ip address 10.9.0.1 255.255.0.0
interface GigabitEthernet0/0/1
 ip address 10.255.0.1 255.255.255.254
{above}router bgp 65002
 network 10.9.0.0 mask 255.255.0.0
 neighbor 10.255.0.0 remote-as 65001
{policy}"""
V6 = """ipv6 unicast-routing
interface GigabitEthernet0/0/0
 ipv6 address 2001:db8:1::1/64
{lan}interface GigabitEthernet0/0/1
 ipv6 address 2001:db8:ff::{own}/64
ipv6 route 2001:db8:9::/64 2001:db8:ff::2
{above}"""
V6_FAR = """ipv6 unicast-routing
interface GigabitEthernet0/0/0
 ipv6 address 2001:db8:9::1/64
interface GigabitEthernet0/0/1
 ipv6 address 2001:db8:ff::2/64
"""


class Case(NamedTuple):
    """Texts of both routers; for a cell that is not understood the near one's lines that are not."""

    near: str
    far: str = ""
    unknown: tuple[str, ...] = ()


def near(
    *, lan: str = "", above: str = "", group: str = "", session: str = "", policy: str = "", far: str = ""
) -> Case:
    text = NEAR.format(lan=lan, above=above, group=group, session=session, policy=policy)
    return Case(text, far or FAR.format(above="", policy=""))


def far(*, above: str = "", policy: str = "") -> Case:
    return near(far=FAR.format(above=above, policy=policy))


def v6(*, lan: str, above: str = "") -> Case:
    return Case(V6.format(lan=lan, own=1, above=above), V6_FAR)


def lost(text: str, *unknown: str) -> Case:
    return Case(text, "", unknown)


VRF = "vrf definition A\n rd 1:1\n address-family ipv4\n"
EMPTY = "ip access-list standard E\n"
EMPTY6 = "ipv6 access-list E6\n"
BGP = "router bgp 65001\n"
IN = "  neighbor 10.255.0.1 {} in\n"
OUT = " neighbor 10.255.0.0 {} out\n"
MAP = "route-map M permit 10\n match {}\n"
DESCRIBED = "ip prefix-list E description empty\n"

CASES: dict[tuple[str, str], tuple[Case, ...]] = {
    ("access-group", "missing"): (near(lan=" ip access-group NONE in\n"),),
    ("access-group", "empty"): (near(lan=" ip access-group E in\n", above=EMPTY),),
    ("traffic-filter", "missing"): (v6(lan=" ipv6 traffic-filter NONE in\n"),),
    ("traffic-filter", "empty"): (v6(lan=" ipv6 traffic-filter E6 in\n", above=EMPTY6),),
    ("access-class", "missing"): (lost("line vty 0 4\n access-class NONE in\n", "access-class NONE in"),),
    ("access-class", "empty"): (lost(f"{EMPTY}line vty 0 4\n access-class E in\n", "access-class E in"),),
    ("ipv6-access-class", "missing"): (
        lost("line vty 0 4\n ipv6 access-class NONE in\n", "ipv6 access-class NONE in"),
    ),
    ("ipv6-access-class", "empty"): (
        lost(f"{EMPTY6}line vty 0 4\n ipv6 access-class E6 in\n", "ipv6 access-class E6 in"),
    ),
    ("service-list", "missing"): (
        lost("ip http server\nip http access-class 10\n", "ip http access-class 10"),
        lost("netconf-yang\nnetconf-yang ssh ipv4 access-list name N\n", "netconf-yang ssh ipv4 access-list name N"),
        lost("snmp-server community c RO 10\n", "snmp-server community c RO 10"),
    ),
    ("service-list", "empty"): (
        lost(f"{EMPTY}ip http server\nip http access-class ipv4 E\n", "ip http access-class ipv4 E"),
        lost(f"{EMPTY}snmp-server group G v3 priv access E\n", "snmp-server group G v3 priv access E"),
    ),
    ("object-group", "missing"): (
        lost("ip access-list extended X\n permit ip object-group N any\n", "permit ip object-group N any"),
    ),
    ("object-group", "empty"): (
        lost(
            "object-group network N\nip access-list extended X\n permit ip object-group N any\n",
            "object-group network N",
            "permit ip object-group N any",
        ),
    ),
    ("neighbor-prefix-list", "missing"): (
        near(policy=IN.format("prefix-list NONE")),
        far(policy=OUT.format("prefix-list NONE")),
    ),
    ("neighbor-prefix-list", "empty"): (
        near(above=DESCRIBED, policy=IN.format("prefix-list E")),
        far(above=DESCRIBED, policy=OUT.format("prefix-list E")),
    ),
    ("match-prefix-list", "missing"): (
        near(above=MAP.format("ip address prefix-list NONE"), policy=IN.format("route-map M")),
        far(above=MAP.format("ip address prefix-list NONE"), policy=OUT.format("route-map M")),
    ),
    ("match-prefix-list", "empty"): (
        near(above=DESCRIBED + MAP.format("ip address prefix-list E"), policy=IN.format("route-map M")),
    ),
    ("match-access-list", "missing"): (
        near(above=MAP.format("ip address 10"), policy=IN.format("route-map M")),
        far(above=MAP.format("ip address NONE"), policy=OUT.format("route-map M")),
    ),
    ("match-access-list", "empty"): (lost(EMPTY + MAP.format("ip address E"), "match ip address E"),),
    ("match-community", "missing"): (lost(MAP.format("community NONE"), "match community NONE"),),
    ("neighbor-route-map", "missing"): (
        near(policy=IN.format("route-map NONE")),
        far(policy=OUT.format("route-map NONE")),
        near(
            group="neighbor G peer-group\n ",
            session=" neighbor 10.255.0.1 peer-group G\n",
            policy="  neighbor G route-map NONE in\n",
        ),
    ),
    ("redistribute-route-map", "missing"): (
        lost(f"{BGP} redistribute connected route-map NONE\n", "redistribute connected route-map NONE"),
    ),
    ("network-route-map", "missing"): (
        lost(f"{BGP} network 10.0.0.0 route-map NONE\n", "network 10.0.0.0 route-map NONE"),
        lost(
            f"{BGP} aggregate-address 10.0.0.0 255.0.0.0 suppress-map N\n",
            "aggregate-address 10.0.0.0 255.0.0.0 suppress-map N",
        ),
    ),
    ("import-map", "missing"): (lost(f"{VRF}  import map NONE\n", "import map NONE"),),
    ("export-map", "missing"): (lost(f"{VRF}  export map NONE\n", "export map NONE"),),
    ("vrf", "missing"): (
        lost("interface Loopback1\n vrf forwarding NONE\n", "vrf forwarding NONE"),
        lost("ip route vrf NONE 10.0.0.0 255.0.0.0 10.1.0.1\n", "ip route vrf NONE 10.0.0.0 255.0.0.0 10.1.0.1"),
        lost(f"{BGP} address-family ipv4 vrf NONE\n", "address-family ipv4 vrf NONE"),
    ),
    ("vrf", "empty"): (
        lost(
            "vrf definition A\ninterface Loopback1\n vrf forwarding A\n ip address 10.0.0.1 255.255.255.255\n",
            "ip address 10.0.0.1 255.255.255.255",
        ),
        lost(f"vrf definition A\n rd 1:1\n{BGP} address-family ipv4 vrf A\n", "address-family ipv4 vrf A"),
    ),
    ("peer-group", "missing"): (
        lost(
            f"{BGP} neighbor 10.0.0.2 remote-as 1\n neighbor 10.0.0.2 peer-group N\n", "neighbor 10.0.0.2 peer-group N"
        ),
    ),
    ("peer-group", "empty"): (near(group="neighbor G peer-group\n ", session=" neighbor 10.255.0.1 peer-group G\n"),),
    ("template", "missing"): (
        lost(
            f"{BGP} neighbor 10.0.0.2 remote-as 1\n neighbor 10.0.0.2 inherit peer-session N\n",
            "neighbor 10.0.0.2 inherit peer-session N",
        ),
    ),
    ("template", "empty"): (
        near(
            group="template peer-session S\n  exit-peer-session\n ",
            session=" neighbor 10.255.0.1 inherit peer-session S\n",
        ),
    ),
}
FAR_LAN = {Family.V4: parse_prefix("10.9.0.0/16"), Family.V6: parse_prefix("2001:db8:9::/64")}
PACKET = {
    Family.V4: tcp("near GigabitEthernet0/0/0", "10.1.0.9", "10.9.0.9"),
    Family.V6: tcp("near GigabitEthernet0/0/0", "2001:db8:1::9", "2001:db8:9::9"),
}
CELLS = [
    (item.id, state, outcome)
    for item in references()
    for state, outcome in (("missing", item.missing), ("empty", item.empty))
]
TAKEN = [cell for cell in CELLS if cell[2] in {"passes all", "passes none", "as if absent"}]


def network_of(case: Case) -> Network:
    devices: dict[str, Device] = {}
    for name, text in (("near", case.near), ("far", case.far)):
        devices[name] = VENDOR.read(name, text).device
        assert devices[name].unknown == (), devices[name].unknown
    cable = link("cable", "near GigabitEthernet0/0/1", "far GigabitEthernet0/0/1")
    return Network(devices=devices, links=(cable,))


def family_of(net: Network) -> Family:
    return net.devices["near"].interfaces[0].addresses[0].family


def ends_of_engine(net: Network, region: Prefix) -> set[tuple[str, str]]:
    topology = build_topology(net)
    plane = ControlPlane(topology)
    state = Forwarding(plane, regions_of(plane), Surviving(topology, NO_FAILURE), {})
    return {(str(way.end), way.device) for way in state.ways(topology.number[("near", None)], region)}


def ends_of_walk(net: Network, family: Family) -> set[tuple[str, str]]:
    return {(str(trace.disposition), trace.hops[-1].device) for trace in walk(net, PACKET[family])}


def test_every_cell_has_a_case_and_every_case_a_cell() -> None:
    wanted = {(name, state) for name, state, outcome in CELLS if outcome != "can't be"}
    assert wanted == CASES.keys()


@pytest.mark.parametrize(("name", "state", "outcome"), CELLS)
def test_the_reader_takes_a_reference_as_its_cell_says(name: str, state: str, outcome: str) -> None:
    for case in CASES.get((name, state), ()):
        found = {item.path[-1] for item in VENDOR.read("r1", case.near).device.unknown}
        assert found == set(case.unknown)
        assert bool(found) is (outcome == "not understood")


@pytest.mark.parametrize(("name", "state", "outcome"), TAKEN)
def test_packets_get_where_the_cell_lets_them_in_both_meanings(name: str, state: str, outcome: str) -> None:
    expected = {("NO_ROUTE", "near")} if outcome == "passes none" else {("DELIVERED_TO_SUBNET", "far")}
    for case in CASES[(name, state)]:
        net = network_of(case)
        family = family_of(net)
        assert ends_of_engine(net, FAR_LAN[family]) == expected
        assert ends_of_walk(net, family) == expected


FILTERS = (
    pytest.param(LAN_IN, "ip access-group", Direction.IN, Family.V4, "ip access-list extended", id="IPv4"),
    pytest.param(LAN_OUT6, "ipv6 traffic-filter", Direction.OUT, Family.V6, "ipv6 access-list", id="IPv6"),
)


@pytest.mark.parametrize(("bound", "words", "direction", "family", "header"), FILTERS)
@pytest.mark.parametrize("is_empty", [False, True], ids=["missing", "empty"])
def test_the_engine_takes_a_filter_without_entries_for_none(
    *, bound: str, words: str, direction: Direction, family: Family, header: str, is_empty: bool
) -> None:
    edit = (GIA_SANG, rf"^ {words} {bound} {direction.value}$", f" {words} OTHER {direction.value}")
    texts = dict(edited((edit,)))  # type: ignore[arg-type] # a row's edit is such a tuple
    if is_empty:
        texts[GIA_SANG] = f"{header} OTHER\n{texts[GIA_SANG]}"
    interface = "GigabitEthernet0/0/1.101"
    assert gather(give(compiled(), texts)).filter_of(GIA_SANG, interface, direction, family) is None
    untouched = {name: config.text for name, config in compiled().configs.items()}
    assert gather(give(compiled(), untouched)).filter_of(GIA_SANG, interface, direction, family) is not None
