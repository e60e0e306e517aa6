"""What hands do to texts: each row edits the small example's texts, and the judge must not say that all is well.

The one idea: an edit is a device, a regular expression that fits exactly once and what stands there instead, so that a row is
readable beside the text and fails loudly when the text has moved on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from controller.jobs.evidence import give
from controller.jobs.pipeline import Compiled, address, compile_network, want
from intents.prefix import Family
from routing.model import Direction
from tests.small_builds import list_at
from verification.engine.engine import judge
from verification.verdicts.verdict import Holds

EXAMPLE = Path(__file__).parent.parent / "examples" / "small"
NEITHER = "not-modelled"


class Edit(NamedTuple):
    device: str
    pattern: str
    instead: str


class Row(NamedTuple):
    """What somebody did, how, and a question that must be violated (or NEITHER: nothing may be claimed)."""

    name: str
    expected: str
    edits: tuple[Edit, ...]


def row(name: str, expected: str, *edits: tuple[str, str, str]) -> Row:
    return Row(name, expected, tuple(Edit(*item) for item in edits))


@cache
def compiled() -> Compiled:
    return compile_network(address(want(EXAMPLE, None)))


def edited(edits: tuple[Edit, ...]) -> Mapping[str, str]:
    texts = {name: config.text for name, config in compiled().configs.items()}
    for device, pattern, instead in edits:
        texts[device], count = re.subn(pattern, instead, texts[device], flags=re.MULTILINE)
        assert count == 1, f"{pattern!r} fits {count} times on {device}"
    return texts


def verdicts(edits: tuple[Edit, ...]) -> frozenset[str]:
    """Return the kinds of the questions that don't hold; NEITHER if any of them is not answered."""
    answers = judge(give(compiled(), edited(edits))).answers
    bad = [item for item in answers if not isinstance(item.verdict, Holds)]
    kinds = {str(item.question.kind) for item in bad if type(item.verdict).__name__ == "Violated"}
    return frozenset(kinds | {NEITHER for item in bad if type(item.verdict).__name__ == "NotModelled"})


GIA_SANG, TAN_CUONG, EDGE = "cpe-gia-sang", "cpe-tan-cuong", "dc-edge-1"
LAN_IN = list_at(GIA_SANG, "GigabitEthernet0/0/1.101", Direction.IN)
LAN_OUT6 = list_at(GIA_SANG, "GigabitEthernet0/0/1.101", Direction.OUT, Family.V6)
JUNOS_IN = list_at(TAN_CUONG, "ge-0/0/1.101", Direction.IN)
SECTION = r"(?:\n [^\n]*)*?"
"""Lines inside the same section, as few as possible."""

ATTACHMENTS = (
    row(
        "a second address on a LAN",
        "addressing",
        (
            GIA_SANG,
            r"^( ip address 10\.196\.64\.65 255\.255\.255\.192)$",
            r"\1\n ip address 10.9.9.1 255.255.255.0 secondary",
        ),
    ),
    row(
        "a neighbour that nobody planned",
        "addressing",
        (
            GIA_SANG,
            r"^(  network 10\.196\.128\.64 mask .*)$",
            r"\1\n  neighbor 10.196.128.70 remote-as 65001\n  neighbor 10.196.128.70 activate",
        ),
    ),
    row(
        "hosts of a Junos LAN are told of no router",
        "addressing",
        (TAN_CUONG, r"^set routing-instances A-3 protocols router-advertisement interface ge-0/0/1\.100\n", ""),
    ),
    row(
        "hosts of an IOS LAN are told of no router",
        "addressing",
        (GIA_SANG, r"^( description LAN hdnd-gia-sang-cq)$", r"\1\n ipv6 nd ra suppress all"),
    ),
    row(
        "another's LAN in a VRF that is nobody's",
        "addressing",
        (
            EDGE,
            r"^(interface TenGigabitEthernet0/0/0\.101)$",
            r"interface TenGigabitEthernet0/0/0.999\n encapsulation dot1Q 999\n ip address 10.196.64.66 255.255.255.192\n\1",
        ),
    ),
    row(
        "two attachments swap VRFs",
        "session",
        (GIA_SANG, rf"^(interface GigabitEthernet0/0/1\.101{SECTION}\n vrf forwarding) A-4$", r"\1 A-19"),
        (GIA_SANG, rf"^(interface GigabitEthernet0/0/1\.103{SECTION}\n vrf forwarding) A-19$", r"\1 A-4"),
    ),
    row(
        "two LAN sub-interfaces swap tags",
        "source-fence",
        (GIA_SANG, rf"^(interface GigabitEthernet0/0/1\.101{SECTION}\n encapsulation dot1Q) 101$", r"\1 103"),
        (GIA_SANG, rf"^(interface GigabitEthernet0/0/1\.103{SECTION}\n encapsulation dot1Q) 103$", r"\1 101"),
    ),
    row(
        "a LAN loses its tag to another number",
        "source-fence",
        (GIA_SANG, rf"^(interface GigabitEthernet0/0/1\.101{SECTION}\n encapsulation dot1Q) 101$", r"\1 199"),
    ),
    row(
        "two LAN sub-interfaces swap addresses",
        "session",
        (GIA_SANG, r"10\.196\.64\.65 255\.255\.255\.192", "10.0.0.1 255.255.255.192"),
        (GIA_SANG, r"10\.196\.0\.65 255\.255\.255\.192", "10.196.64.65 255.255.255.192"),
        (GIA_SANG, r"10\.0\.0\.1 255\.255\.255\.192", "10.196.0.65 255.255.255.192"),
    ),
    row(
        "a LAN stands in a purpose's VRF",
        "wall",
        (EDGE, rf"^(interface TenGigabitEthernet0/0/0\.101{SECTION}\n vrf forwarding) A-15$", r"\1 P-SHARED"),
    ),
    row(
        "a LAN stands in the global table",
        "session",
        (
            GIA_SANG,
            rf"^(interface GigabitEthernet0/0/1\.101){SECTION}\n vrf forwarding A-4$",
            r"\1\n encapsulation dot1Q 101",
        ),
    ),
    row(
        "a second address that is another LAN's",
        "overlap",
        (
            GIA_SANG,
            r"^( ip address 10\.196\.64\.65 255\.255\.255\.192)$",
            r"\1\n ip address 10.196.64.129 255.255.255.192 secondary",
        ),
    ),
    row(
        "a wider mask on a LAN",
        "overlap",
        (GIA_SANG, r"10\.196\.64\.65 255\.255\.255\.192", "10.196.64.65 255.255.254.0"),
    ),
    row("a LAN is shut", "session", (GIA_SANG, r"^ description LAN hdnd-gia-sang-cq$", " shutdown")),
    row(
        "an uplink is shut",
        "session",
        ("agg-1", r"^ description so-khcn-1 so-khcn-cq$", " shutdown"),
    ),
    row(
        "one of two redundant uplinks is shut",
        "session",
        ("agg-1", r"^ description so-tai-chinh-1 so-tai-chinh-cq$", " shutdown"),
    ),
    row(
        "a new LAN that nobody declared",
        "wall",
        (
            GIA_SANG,
            r"^(interface Loopback0)$",
            "interface GigabitEthernet0/0/2\n vrf forwarding A-4\n ip address 10.196.65.1 255.255.255.192\n!\n\\1",
        ),
    ),
    row(
        "a new LAN in a purpose's VRF of the backbone",
        "backbone",
        (
            "agg-1",
            r"^(interface Loopback0)$",
            "interface GigabitEthernet0/0/9\n vrf forwarding P-GOVERNMENT\n ip address 10.196.65.1 255.255.255.192\n!\n\\1",
        ),
    ),
)

FILTERS = (
    row(
        "IPv4 filter unbound on the way in",
        "source-fence",
        (GIA_SANG, rf"^ ip access-group {LAN_IN} in\n", ""),
    ),
    row(
        "IPv6 filter unbound on the way out",
        "destination-fence",
        (GIA_SANG, rf"^ ipv6 traffic-filter {LAN_OUT6} out\n", ""),
    ),
    row(
        "a filter bound in the other direction",
        "source-fence",
        (GIA_SANG, rf"^ ip access-group ({LAN_IN}) in$", r" ip access-group \1 out"),
    ),
    row(
        "a filter that is not defined",
        "source-fence",
        (GIA_SANG, rf"^ ip access-group ({LAN_IN}) in$", " ip access-group NOWHERE in"),
    ),
    row(
        "a filter on a backbone link",
        "session",
        (
            "agg-1",
            r"^ description core-1-agg-1\n encapsulation dot1Q 100$",
            r" encapsulation dot1Q 100\n ip access-group TRUC-IN4-5a517640e934 in",
        ),
    ),
    row(
        "a filter on one of two parallel links",
        NEITHER,
        (
            EDGE,
            r"^ description core-2-dc-edge-1\n encapsulation dot1Q 103$",
            r" encapsulation dot1Q 103\n ip access-group TRUC-IN4-5a517640e934 in",
        ),
    ),
    row(
        "a filter on a link that only a failure uses",
        NEITHER,
        (
            "agg-1",
            r"^ description core-2-agg-1\n encapsulation dot1Q 102$",
            r" encapsulation dot1Q 102\n ip access-group TRUC-IN4-5a517640e934 in",
        ),
    ),
    row(
        "a Junos filter is deactivated",
        "source-fence",
        (
            TAN_CUONG,
            r"^(set interfaces ge-0/0/1 unit 101 family inet filter input \S+)$",
            r"\1\ndeactivate interfaces ge-0/0/1 unit 101 family inet filter input",
        ),
    ),
    row(
        "a Junos term is inserted first",
        "source-fence",
        (
            TAN_CUONG,
            rf"^(set firewall family inet filter {JUNOS_IN} term t0001 from protocol \S+)$",
            (
                f"set firewall family inet filter {JUNOS_IN} term all then accept\n"
                f"insert firewall family inet filter {JUNOS_IN} term all before term t0001\n\\1"
            ),
        ),
    ),
)

SESSIONS = (
    row(
        "a redundant session is gone, and another failure is all that it takes",
        "session",
        ("agg-2", r"^set routing-instances P-GOVERNMENT protocols bgp group \S+ neighbor 10\.192\.0\.52\n", ""),
    ),
    row(
        "own ASs are loops on a Junos CPE where two LANs meet over the backbone",
        "session",
        (
            TAN_CUONG,
            r"^set routing-instances A-6 routing-options autonomous-system independent-domain no-attrset\n",
            "",
        ),
        (TAN_CUONG, r"^set routing-instances A-6 protocols bgp group TRUC-V4-\S+ family inet unicast loops 2\n", ""),
    ),
    row(
        "an uplink prepends its attachment's AS, which takes the path for a loop",
        "session",
        (
            "agg-1",
            r"^(interface GigabitEthernet0/0/2)$",
            "route-map PREPEND permit 10\n set as-path prepend 4200000025 4200000008\n!\n\\1",
        ),
        (
            "agg-1",
            r"^(  neighbor 10\.192\.0\.95 activate)$",
            r"\1\n  neighbor 10.192.0.95 route-map PREPEND out",
        ),
    ),
    row(
        "an attachment accepts its AS once, and a failure leaves a path that holds it twice",
        "session",
        (
            "core-1",
            r"^(interface Loopback0)$",
            "route-map PREPEND permit 10\n set as-path prepend 4200000019 65099\n!\n\\1",
        ),
        ("core-1", r"^(  neighbor 10\.192\.0\.33 activate)$", r"\1\n  neighbor 10.192.0.33 route-map PREPEND in"),
        (
            "core-2",
            r"^(set routing-instances P-GOVERNMENT protocols bgp group TRUC-V4-10-192-0-63) (peer-as 4200000035)$",
            (
                'set policy-options policy-statement PREPEND term a then as-path-prepend "4200000019 4200000019"\n'
                "set policy-options policy-statement PREPEND term a then accept\n"
                "\\1 \\2\n\\1 import PREPEND"
            ),
        ),
        (GIA_SANG, r"^(  neighbor 10\.192\.0\.78 activate)$", r"\1\n  neighbor 10.192.0.78 allowas-in 1"),
    ),
    row(
        "a site with two channels carries the traffic of others",
        "transit",
        (
            "cpe-so-tai-chinh",
            r"^(set policy-options policy-statement TRUC-RM4-e437ef286199 term reject-all then) reject$",
            r"\1 accept",
        ),
        (
            "cpe-so-tai-chinh",
            r"^set routing-instances A-11 protocols bgp group TRUC-V4-10-192-0-110 import \S+\n",
            "",
        ),
        ("agg-1", r"^(  neighbor 10\.192\.0\.103) route-map (\S+) in$", r"\1 route-map PREFER in"),
        (
            "agg-1",
            r"^(route-map TRUC-RM4-cc87e0e0b5fb permit 10)$",
            r"route-map PREFER permit 10\n set local-preference 200\n!\n\1",
        ),
        ("agg-2", r"^set routing-instances P-GOVERNMENT protocols bgp group TRUC-V4-10-192-0-111 import \S+\n", ""),
    ),
    row(
        "a LAN stands in the management VRF of a site, which one of two channels tells nothing of the stations",
        "management",
        (
            "cpe-so-tai-chinh",
            r"^set routing-instances A-13 (interface ge-0/0/1\.101)$",
            r"set routing-instances P-MANAGEMENT \1",
        ),
        (
            "cpe-so-tai-chinh",
            r"^set routing-instances A-13 protocols router-advertisement interface ge-0/0/1\.101\n",
            "",
        ),
        (
            "cpe-so-tai-chinh",
            r"^(set routing-instances P-MANAGEMENT protocols bgp group TRUC-V4-10-192-0-108 import) \S+$",
            r"set policy-options policy-statement NONE term a then reject\n\1 NONE",
        ),
    ),
    row(
        "a neighbour is gone on one side",
        "session",
        ("agg-1", r"(?:^  neighbor 10\.192\.0\.87 .*\n){3}", ""),
    ),
    row(
        "a wrong remote AS",
        "session",
        ("agg-1", r"10\.192\.0\.87 remote-as 4200000005", "10.192.0.87 remote-as 4200000006"),
    ),
    row(
        "a local AS without replace-as",
        "session",
        (GIA_SANG, r"^(  neighbor 10\.192\.0\.74 local-as 4200000004) no-prepend replace-as$", r"\1"),
    ),
    row("a local AS is gone", "session", (GIA_SANG, r"^  neighbor 10\.192\.0\.74 local-as .*\n", "")),
    row("a neighbour is not activated", "session", (GIA_SANG, r"^  neighbor 10\.192\.0\.74 activate\n", "")),
    row(
        "a neighbour is shut down",
        "session",
        (GIA_SANG, r"^  neighbor 10\.192\.0\.74 activate$", "  neighbor 10.192.0.74 shutdown"),
    ),
    row(
        "one of two redundant sessions is gone",
        "session",
        ("core-1", r"(?:^  neighbor 10\.192\.0\.33 .*\n)+", ""),
    ),
    row(
        "nothing filters what an attachment learns",
        "wall",
        (GIA_SANG, r"^  neighbor 10\.192\.0\.74 route-map \S+ in\n", ""),
    ),
    row(
        "a limit of prefixes",
        NEITHER,
        ("agg-1", r"^(  neighbor 10\.192\.0\.2 activate)$", r"\1\n  neighbor 10.192.0.2 maximum-prefix 1"),
    ),
    row(
        "a neighbour in the Junos group is gone",
        "session",
        ("agg-2", r"^set routing-instances P-GOVERNMENT protocols bgp group \S+ neighbor 10\.192\.0\.75\n", ""),
    ),
    row(
        "Junos instance is deactivated",
        "session",
        (
            TAN_CUONG,
            r"^(set routing-instances A-6 instance-type virtual-router)$",
            r"\1\ndeactivate routing-instances A-6",
        ),
    ),
    row(
        "a Junos group applies to the instance",
        NEITHER,
        (
            TAN_CUONG,
            r"^(set system host-name cpe-tan-cuong)$",
            (
                "\\1\nset groups X routing-instances A-6 protocols bgp group <*> import OPEN\n"
                "set policy-options policy-statement OPEN then accept\nset routing-instances A-6 apply-groups X"
            ),
        ),
    ),
)

ROUTES = (
    row(
        "a route map permits all",
        "wall",
        (GIA_SANG, r"^(route-map TRUC-RM4-cea7f19e32f1 permit 10)\n match ip address \S+ \S+$", r"\1"),
    ),
    row(
        "a route map denies all", "session", (GIA_SANG, r"^(route-map TRUC-RM4-cea7f19e32f1) permit 10$", r"\1 deny 10")
    ),
    row(
        "an import map is gone",
        "wall",
        (EDGE, rf"^(vrf definition A-15{SECTION}\n address-family ipv4)\n  import map \S+$", r"\1"),
    ),
    row(
        "another system's routes are imported",
        "leak",
        (
            EDGE,
            r"^(vrf definition P-PARTY(?:\n [^\n]*)*?)\n  import map \S+\n(  route-target export 4200000000:27)",
            r"\1\n  route-target import 4200000000:15\n\2",
        ),
    ),
    row(
        "an export target is gone",
        "session",
        (
            EDGE,
            rf"^(vrf definition A-15{SECTION})\n  route-target export \S+((?:\n  route-target import \S+)+\n exit.*)$",
            r"\1\2",
        ),
    ),
    row(
        "a default route into nothing",
        "default-route",
        (EDGE, r"^(ip route vrf A-7 198\.51\.100\.0 .*)$", r"\1\nip route vrf P-SHARED 0.0.0.0 0.0.0.0 Null0"),
    ),
    row(
        "a default route to the outside",
        "default-route",
        (EDGE, r"^(ip route vrf A-7 198\.51\.100\.0 .*)$", r"\1\nip route vrf A-7 0.0.0.0 0.0.0.0 10.192.0.1"),
    ),
    row(
        "a route into another VRF's interface",
        NEITHER,
        (
            GIA_SANG,
            r"^(no ip http server)$",
            r"ip route vrf A-4 10.194.1.0 255.255.255.192 GigabitEthernet0/0/1.102\n\1",
        ),
    ),
    row(
        "a route that nobody needs dies at a null route, until that has failed and two cores prefer each other's",
        NEITHER,  # then there are two outcomes, and in one of them the wall is open
        (EDGE, rf"^(vrf definition A-15{SECTION}\n address-family ipv4)\n  import map \S+$", r"\1\n  import map OPEN"),
        (
            EDGE,
            r"^(interface Loopback0)$",
            (
                "ip prefix-list ONE seq 5 permit 10.194.0.128/25\n"
                "route-map OPEN permit 10\n match ip address prefix-list ONE\n!\n\\1"
            ),
        ),
        ("agg-1", r"^(no ip http server)$", r"ip route vrf P-GOVERNMENT 10.194.0.128 255.255.255.128 Null0\n\1"),
        (
            "core-1",
            r"^(interface Loopback0)$",
            (
                "ip prefix-list ONE seq 5 permit 10.194.0.128/25\n"
                "route-map PREFER permit 10\n match ip address prefix-list ONE\n set local-preference 200\n"
                "route-map PREFER permit 20\n!\n\\1"
            ),
        ),
        ("core-1", r"^(  neighbor 10\.192\.0\.3 activate)$", r"\1\n  neighbor 10.192.0.3 route-map PREFER in"),
        (
            "core-2",
            r"^(set routing-instances P-GOVERNMENT protocols bgp group TRUC-V4-10-192-0-43) (peer-as \S+)$",
            (
                "set policy-options policy-statement PREFER term a from route-filter 10.194.0.128/25 exact\n"
                "set policy-options policy-statement PREFER term a then local-preference 200\n"
                "set policy-options policy-statement PREFER term a then accept\n"
                "set policy-options policy-statement PREFER term b then accept\n"
                "\\1 \\2\n\\1 import PREFER"
            ),
        ),
    ),
    row(
        "a static route sends packets over a site, whose way on hangs on one channel",
        "session",
        (
            "agg-1",
            r"^(no ip http server)$",
            r"ip route vrf P-GOVERNMENT 10.196.64.64 255.255.255.192 10.192.0.107\n\1",
        ),
        (
            "cpe-so-tai-chinh",
            r"^(set routing-instances A-14 protocols bgp group TRUC-V4-10-192-0-114 import) \S+$",
            "set policy-options policy-statement ALL term a then accept\n\\1 ALL",
        ),
    ),
    row(
        "a site announces what covers another's LAN, which it hears of over one channel",
        "session",
        (
            "cpe-so-tai-chinh",
            r"^(set routing-instances A-14 instance-type virtual-router)$",
            (
                "\\1\nset routing-instances A-14 routing-options static route 10.196.64.0/25 discard\n"
                "set policy-options policy-statement ALL term a then accept\n"
                "set policy-options policy-statement TELL term a from route-filter 10.196.64.0/25 exact\n"
                "set policy-options policy-statement TELL term a from route-filter 10.193.68.0/26 exact\n"
                "set policy-options policy-statement TELL term a then accept\n"
                "set policy-options policy-statement TELL term reject-all then reject"
            ),
        ),
        (
            "cpe-so-tai-chinh",
            r"^(set routing-instances A-14 protocols bgp group TRUC-V4-10-192-0-114 import) \S+$",
            r"\1 ALL",
        ),
        (
            "cpe-so-tai-chinh",
            r"^(set routing-instances A-14 protocols bgp group TRUC-V4-10-192-0-106 export) \S+$",
            r"\1 TELL",
        ),
        ("agg-1", r"^  neighbor 10\.192\.0\.107 route-map \S+ in\n", ""),
        (
            "agg-1",
            r"^(interface Loopback0)$",
            (
                "ip prefix-list ONE seq 5 permit 10.196.64.64/26\n"
                "route-map NOT deny 10\n match ip address prefix-list ONE\nroute-map NOT permit 20\n!\n\\1"
            ),
        ),
        ("agg-1", r"^(  neighbor 10\.192\.0\.2 activate)$", r"\1\n  neighbor 10.192.0.2 route-map NOT in"),
        ("agg-1", r"^(  neighbor 10\.192\.0\.42 activate)$", r"\1\n  neighbor 10.192.0.42 route-map NOT in"),
        (
            "core-1",
            r"^(no ip http server)$",
            r"ip route vrf P-GOVERNMENT 10.196.64.0 255.255.255.0 Null0\n\1",
        ),
        ("core-1", r"^( address-family ipv4 vrf P-GOVERNMENT)$", r"\1\n  redistribute static"),
    ),
    row(
        "a null route over a LAN",
        "session",
        ("agg-1", r"^(no ip http server)$", r"ip route vrf P-GOVERNMENT 10.196.64.64 255.255.255.192 Null0\n\1"),
    ),
    row(
        "a null route over a part of a LAN",
        "session",
        ("agg-1", r"^(no ip http server)$", r"ip route vrf P-GOVERNMENT 10.193.0.96 255.255.255.224 Null0\n\1"),
    ),
    row(
        "a host route over a gateway of somebody else's LAN",
        "session",
        ("agg-1", r"^(no ip http server)$", r"ip route vrf P-GOVERNMENT 10.193.0.70 255.255.255.255 10.192.0.89\n\1"),
    ),
    row(
        "an aggregate that keeps the specifics back",
        "session",
        (
            "agg-1",
            r"^( address-family ipv4 vrf P-GOVERNMENT)$",
            r"\1\n  aggregate-address 10.196.0.0 255.255.128.0 summary-only",
        ),
    ),
    row(
        "a loopback hijacks a LAN",
        "session",
        (
            "agg-1",
            r"^(interface Loopback0)$",
            "interface Loopback7\n vrf forwarding P-GOVERNMENT\n ip address 10.193.0.70 255.255.255.255\n!\n\\1",
        ),
        ("agg-1", r"^( address-family ipv4 vrf P-GOVERNMENT)$", r"\1\n  redistribute connected"),
    ),
    row(
        "a loopback hijacks a LAN from another LAN's CPE and its filters are open",
        "session",
        (
            GIA_SANG,
            r"^(interface Loopback0)$",
            "interface Loopback7\n vrf forwarding A-4\n ip address 10.193.0.70 255.255.255.255\n!\n\\1",
        ),
        (GIA_SANG, r"^(  network 10\.196\.64\.64 mask 255\.255\.255\.192)$", r"\1\n  redistribute connected"),
        (GIA_SANG, r"^  neighbor 10\.192\.0\.74 route-map TRUC-RM4-9f1e809d9316 out\n", ""),
        ("agg-2", r"^set routing-instances P-GOVERNMENT protocols bgp group TRUC-V4-10-192-0-75 import \S+\n", ""),
    ),
    row(
        "another CPE announces somebody's LAN too",
        "session",
        (
            GIA_SANG,
            r"^(interface Loopback0)$",
            "interface Loopback7\n vrf forwarding A-4\n ip address 10.196.64.129 255.255.255.192\n!\n\\1",
        ),
        (
            GIA_SANG,
            r"^(ip prefix-list TRUC-PL-53e01f2a seq 5 permit 10\.196\.64\.64/26)$",
            r"\1\nip prefix-list TRUC-PL-53e01f2a seq 10 permit 10.196.64.128/26",
        ),
        (
            GIA_SANG,
            r"^(  network 10\.196\.64\.64 mask 255\.255\.255\.192)$",
            r"\1\n  network 10.196.64.128 mask 255.255.255.192",
        ),
        (
            "agg-2",
            r"^(set policy-options policy-statement TRUC-RM4-9f1e809d9316 term 10 from) route-filter 10\.196\.64\.64/26 exact$",
            r"\1 route-filter 10.196.64.64/26 exact\n\1 route-filter 10.196.64.128/26 exact",
        ),
    ),
    row(
        "a preference draws traffic to a site",
        NEITHER,
        (GIA_SANG, r"^(route-map TRUC-RM4-cea7f19e32f1 permit 10)$", r"\1\n set as-path replace any"),
    ),
    row(
        "Junos policy accepts all",
        "wall",
        (
            TAN_CUONG,
            r"^set policy-options policy-statement TRUC-RM4-cea7f19e32f1 term reject-all then reject$",
            "set policy-options policy-statement TRUC-RM4-cea7f19e32f1 term reject-all then accept",
        ),
    ),
    row(
        "Junos policy has an early accept",
        "wall",
        (
            TAN_CUONG,
            r"^(set policy-options policy-statement TRUC-RM4-cea7f19e32f1) (term 10 from route-filter 10\.193\.0\.64/26 exact)$",
            r"\1 term 1 then accept\n\1 \2",
        ),
    ),
    row(
        "Junos static to another table",
        NEITHER,
        (
            TAN_CUONG,
            r"^(set routing-instances A-6 instance-type virtual-router)$",
            r"\1\nset routing-instances A-6 routing-options static route 10.196.128.128/26 next-table A-3.inet.0",
        ),
    ),
    row(
        "Junos imports another instance",
        NEITHER,
        (
            TAN_CUONG,
            r"^(set routing-instances A-6 instance-type virtual-router)$",
            r"\1\nset routing-instances A-6 routing-options instance-import OPEN",
        ),
    ),
    row(
        "Junos static into nothing over a LAN",
        "session",
        (
            "agg-2",
            r"^(set routing-instances P-GOVERNMENT instance-type virtual-router)$",
            r"\1\nset routing-instances P-GOVERNMENT routing-options static route 10.193.0.64/26 discard",
        ),
    ),
    row(
        "Junos LAN in the wrong instance",
        "session",
        (
            TAN_CUONG,
            r"^set routing-instances A-6 interface ge-0/0/1\.101$",
            "set routing-instances A-3 interface ge-0/0/1.101",
        ),
        (
            TAN_CUONG,
            r"^set routing-instances A-6 (protocols router-advertisement interface ge-0/0/1\.101)$",
            r"set routing-instances A-3 \1",
        ),
    ),
    row(
        "Junos LAN is disabled",
        "session",
        (
            TAN_CUONG,
            r"^(set interfaces ge-0/0/1 unit 101 vlan-id 101)$",
            r"\1\nset interfaces ge-0/0/1 unit 101 disable",
        ),
    ),
)

ODD = rf"^(ip access-list extended {re.escape(LAN_IN)})$"
MASKS = (
    row(
        "a mask with many holes drops one address",
        "session",
        (GIA_SANG, ODD, r"\1\n 5 deny ip 10.196.64.70 255.255.255.0 any"),
    ),
    row("the fence drops it", "source-fence", (GIA_SANG, ODD, r"\1\n 5 deny ip 10.196.64.70 255.255.255.0 any")),
    row("who else is dropped is not known", NEITHER, (GIA_SANG, ODD, r"\1\n 5 deny ip 10.196.64.70 255.255.255.0 any")),
    row(
        "a mask with many holes admits",
        "isolation",
        (GIA_SANG, ODD, r"\1\n 5 permit ip 10.196.64.70 255.255.255.0 any"),
    ),
)

PHAN_DINH_PHUNG = "cpe-phan-dinh-phung"


def keys(one: str, other: str) -> tuple[tuple[str, str, str], ...]:
    """Return the edits that give both ends of a session of IOS a key."""
    return (
        (PHAN_DINH_PHUNG, r"^(  neighbor 10\.192\.0\.86 activate)$", rf"\1\n  neighbor 10.192.0.86 password {one}"),
        ("agg-1", r"^(  neighbor 10\.192\.0\.87 activate)$", rf"\1\n  neighbor 10.192.0.87 password {other}"),
    )


def junos_keys(one: str, other: str) -> tuple[tuple[str, str, str], ...]:
    """Return the edits that give both ends of a session of Junos a key."""
    group = r"^(set routing-instances {} protocols bgp group {}) type external$"
    said = r"\g<0>\n\1 authentication-key {}"
    return (
        (TAN_CUONG, group.format("A-6", "TRUC-V4-10-192-0-120"), said.format(one)),
        ("agg-2", group.format("P-GOVERNMENT", "TRUC-V4-10-192-0-121"), said.format(other)),
    )


def link_locals(one: str, other: str) -> tuple[tuple[str, str, str], ...]:
    return (
        (
            PHAN_DINH_PHUNG,
            r"^( ipv6 address 2001:DB8:1000::55/127)$",
            rf"\1\n ipv6 address {one} link-local",
        ),
        ("agg-1", r"^( ipv6 address 2001:DB8:1000::54/127)$", rf"\1\n ipv6 address {other} link-local"),
    )


BOTH_ENDS = (
    row("two keys of one session", "session", *keys("alpha", "beta")),
    row("a key at one end", "session", *keys("alpha", "alpha")[:1]),
    row("two veiled keys of one session", "session", *keys("7 0822455D0A16", "7 0014071C0F")),
    row("keys that no text shows", NEITHER, *keys("6 alpha", "6 alpha")),
    row("two keys of one Junos session", "session", *junos_keys("alpha", "beta")),
    row("two veiled keys of one Junos session", "session", *junos_keys('"$9$nnet/9pOBEyrv"', '"$9$nnet/p01RhrKM"')),
    row("one link-local address at both ends", NEITHER, *link_locals("FE80::1", "FE80::1")),
)
SAME_AT_BOTH_ENDS = (
    row("one key of one session", "", *keys("alpha", "alpha")),
    row("one key, veiled twice", "", *keys("7 0822455D0A16", "7 13061E010803")),
    row("one key of one Junos session", "", *junos_keys("abc", '"$9$nnet/9pOBEyrv"')),
    row("two link-local addresses", "", *link_locals("FE80::1", "FE80::2")),
)

LOGINS = (
    row(
        "a list that lets nobody in from a VRF",
        "management",
        (GIA_SANG, r"^( access-class \S+ in) vrf-also$", r"\1"),
    ),
    row(
        "a management session is gone",
        "management",
        (GIA_SANG, r"(?:^  neighbor 10\.192\.0\.82 .*\n)+", ""),
    ),
    row("telnet is open", "management", (GIA_SANG, r"^ transport input ssh$", " transport input ssh telnet")),
    row("a vty without a list", "management", (GIA_SANG, r"^ access-class \S+ in vrf-also\n", "")),
    row("the web server is on", "management", (GIA_SANG, r"^no ip http server$", "ip http server")),
    row("NETCONF without a list", "management", (GIA_SANG, r"^netconf-yang ssh ipv4 access-list name \S+\n", "")),
    row(
        "SNMP for everybody",
        "management",
        (GIA_SANG, r"^(ip domain name \S+)$", r"\1\nsnmp-server community public ro"),
    ),
    row(
        "further vty lines",
        "management",
        (GIA_SANG, r"^line vty 0 4$", "line vty 5 15\n transport input ssh\nline vty 0 4"),
    ),
    row(
        "a list of AAA that is not there",
        NEITHER,
        (GIA_SANG, r"^ login authentication default$", " login authentication NO"),
    ),
    row(
        "a group of AAA that is not there",
        NEITHER,
        (GIA_SANG, r"^(aaa authentication login default) .*$", r"\1 group NOGROUP"),
    ),
    row(
        "a list of AAA with nobody behind it",
        "management",
        (GIA_SANG, r"^(aaa authentication login default) .*$", r"\1 group radius"),
    ),
    row(
        "rights that nobody gives",
        "management",
        (GIA_SANG, r"^(aaa authorization exec default) .*$", r"\1 group radius"),
    ),
    row("logins without AAA", NEITHER, (GIA_SANG, r"^aaa new-model$", "no aaa new-model")),
    row("a user without rights", NEITHER, (GIA_SANG, r"^(username truc-admin privilege) 15", r"\1 0")),
    row("a key pair of SSH", NEITHER, (GIA_SANG, r"^(ip ssh version 2)$", r"\1\nip ssh rsa keypair-name NOKEY")),
    row(
        "Junos telnet",
        "management",
        (TAN_CUONG, r"^(set system services netconf rfc-compliant)$", r"\1\nset system services telnet"),
    ),
    row(
        "Junos loopback without a filter",
        "management",
        (TAN_CUONG, r"^set interfaces lo0 unit 0 family inet filter input \S+\n", ""),
    ),
)

UNKNOWN = (
    row("NAT on a LAN", NEITHER, (GIA_SANG, r"^( description LAN hdnd-gia-sang-cq)$", r"\1\n ip nat inside")),
    row(
        "policy routing on a LAN",
        NEITHER,
        (GIA_SANG, r"^( description LAN hdnd-gia-sang-cq)$", r"\1\n ip policy route-map X"),
    ),
    row(
        "a tunnel",
        NEITHER,
        (
            GIA_SANG,
            r"^(interface Loopback0)$",
            (
                "interface Tunnel1\n vrf forwarding A-4\n ip address 10.9.9.1 255.255.255.252\n"
                " tunnel source Loopback0\n tunnel destination 10.192.128.8\n!\n\\1"
            ),
        ),
    ),
    row(
        "OSPF",
        NEITHER,
        (GIA_SANG, r"^(no ip http server)$", "router ospf 1 vrf A-4\n network 0.0.0.0 255.255.255.255 area 0\n\\1"),
    ),
    row(
        "a bridge",
        NEITHER,
        (
            GIA_SANG,
            r"^(interface GigabitEthernet0/0/1)$",
            r"\1\n service instance 1 ethernet\n  encapsulation dot1q 101\n  bridge-domain 1",
        ),
    ),
    row(
        "Junos family mpls",
        NEITHER,
        (
            TAN_CUONG,
            r"^(set interfaces ge-0/0/1 unit 101 vlan-id 101)$",
            r"\1\nset interfaces ge-0/0/1 unit 101 family mpls",
        ),
    ),
    row(
        "Junos filter-based forwarding",
        NEITHER,
        (
            TAN_CUONG,
            rf"^(set firewall family inet filter {JUNOS_IN} term t0001 then) accept$",
            r"\1 routing-instance A-3",
        ),
    ),
    row(
        "Junos prefix action in a forwarding table filter",
        NEITHER,
        (
            TAN_CUONG,
            r"^(set system host-name cpe-tan-cuong)$",
            r"\1\nset forwarding-options family inet filter input X",
        ),
    ),
    row(
        "a core prefers what one aggregation tells it, and nothing is lost by it today",
        NEITHER,
        ("core-1", r"^(  neighbor 10\.192\.0\.3 activate)$", r"\1\n  neighbor 10.192.0.3 route-map PREFER in"),
        ("core-1", r"^(interface Loopback0)$", "route-map PREFER permit 10\n set local-preference 101\n!\n\\1"),
    ),
    row(
        "a static route that resolves through another one",
        NEITHER,
        (
            EDGE,
            r"^(ip route vrf A-7 198\.51\.100\.0 255\.255\.255\.192) 10\.192\.0\.1$",
            r"\1 192.0.2.1\nip route vrf A-7 192.0.2.0 255.255.255.0 10.192.0.1",
        ),
    ),
    row(
        "a static route that gives way to a received one",
        NEITHER,
        (GIA_SANG, r"^(ntp server .*)$", r"ip route vrf A-1 10.196.0.64 255.255.255.192 Null0 210\n\1"),
    ),
    row(
        "an import map that is not defined",
        NEITHER,
        (EDGE, r"^(vrf definition P-GOVERNMENT\n.*\n.*\n address-family ipv4\n  import map) \S+$", r"\1 NOT-THERE"),
    ),
    row(
        "an aggregate in a VRF that others import from",
        NEITHER,
        (
            EDGE,
            r"^( address-family ipv4 vrf A-7)$",
            r"\1\n  aggregate-address 198.51.100.0 255.255.255.0 summary-only",
        ),
    ),
    row(
        "one end of a channel has another speed",
        NEITHER,
        (GIA_SANG, r"^(interface GigabitEthernet0/0/0)$", r"\1\n speed 100"),
    ),
    row(
        "one end of a channel has longer packets",
        NEITHER,
        (TAN_CUONG, r"^(set interfaces ge-0/0/0) vlan-tagging$", r"\1 vlan-tagging\n\1 mtu 9014"),
    ),
    row(
        "a Junos device stops its own BGP on the way out",
        NEITHER,
        (
            "core-2",
            r"^(set interfaces xe-0/0/0 unit 101) vlan-id 101$",
            (
                r"\1 vlan-id 101\n\1 family inet filter output NO-BGP\n"
                r"set firewall family inet filter NO-BGP term a from protocol tcp\n"
                r"set firewall family inet filter NO-BGP term a from destination-port 179\n"
                r"set firewall family inet filter NO-BGP term a then discard\n"
                r"set firewall family inet filter NO-BGP term b then accept"
            ),
        ),
    ),
    row(
        "ASs prepended behind a local AS",
        NEITHER,
        (GIA_SANG, r"^(route-map TRUC-RM4-5e438eb423cf permit 10)$", r"\1\n set as-path prepend 65077"),
    ),
)

HARMLESS = (
    row("multipath is gone", "", ("core-2", r"^set routing-instances P-GOVERNMENT protocols bgp multipath\n", "")),
    row(
        "an own AS is accepted where none comes back",
        "",
        ("core-1", r"^(  neighbor 10\.192\.0\.33 activate)$", r"\1\n  neighbor 10.192.0.33 allowas-in 5"),
    ),
    row(
        "a prefix list that is wider than any route",
        "",
        (GIA_SANG, r"^(ip prefix-list \S+ seq 10 permit 10\.196\.0\.0/18 le) 26$", r"\1 30"),
    ),
    row(
        "one of two guards against loops",
        "",
        (TAN_CUONG, r"^set routing-instances A-6 protocols bgp group TRUC-V4-\S+ family inet unicast loops 2\n", ""),
    ),
    row("another description", "", (GIA_SANG, r"^ description LAN hdnd-gia-sang-cq$", " description Phong hop")),
)

ROWS = (*ATTACHMENTS, *FILTERS, *SESSIONS, *ROUTES, *MASKS, *BOTH_ENDS, *LOGINS, *UNKNOWN)


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.name.replace(" ", "-"))
def test_the_judge_sees_what_somebody_did_to_a_text(case: Row) -> None:
    assert case.expected in verdicts(case.edits)


@pytest.mark.parametrize("case", [*HARMLESS, *SAME_AT_BOTH_ENDS], ids=lambda case: case.name.replace(" ", "-"))
def test_the_judge_does_not_mind_what_changes_nothing(case: Row) -> None:
    assert verdicts(case.edits) == frozenset()


def test_the_judge_is_content_with_the_texts_as_they_are() -> None:
    assert verdicts(()) == frozenset()
