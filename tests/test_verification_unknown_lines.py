"""Lines that nobody understands leave open whatever their device could do: what they touch, and what they don't."""

from __future__ import annotations

import re
from functools import cache

import pytest

from controller.jobs.evidence import give
from routing.vendors import VENDORS
from tests.small_builds import compiled
from verification.engine.delta import delta
from verification.engine.engine import Proven, prove, reprove
from verification.evidence.evidence import Given
from verification.questions.judgement import Judgement
from verification.verdicts.question import About, QuestionKind, traits_of
from verification.verdicts.verdict import Holds, NotModelled, Verdict, Violated

OF_THE_NETWORK = frozenset(kind for kind in QuestionKind if traits_of(kind).about is About.NETWORK)
BYPASSES = (
    "interface Tunnel7\n ip address 192.0.2.1 255.255.255.252\n tunnel source Loopback0\n tunnel destination 10.192.128.6",
    "l2vpn xconnect context past-the-backbone\n member GigabitEthernet0/0/1 service-instance 7",
    "bridge irb",
    "crypto map BYPASS 10 ipsec-isakmp",
)
"""Could join two LANs without the backbone."""
TRANSITS = (
    "ip nat inside source list 7 interface GigabitEthernet0/0/0 overload",
    "router eigrp 7\n network 0.0.0.0",
    "mpls ip",
    "router isis",
)
"""Could make a site carry what others send."""
LEAKS = (
    "route-map X permit 10\n set global",
    "ip policy route-map X",
    "vrf definition A-19\n route-replicate from vrf A-20 unicast all",
    "router bgp 65001\n bgp advertise-best-external",
)
"""Could bring a route into a VRF that nobody needs there."""
OF_JUNOS = (
    "interfaces {\n    gr-0/0/0 {\n        unit 0 {\n            tunnel source 10.192.128.1;\n        }\n    }\n}",
    "protocols {\n    mpls {\n        interface all;\n    }\n}",
    "routing-options {\n    rib-groups {\n        all {\n            import-rib [ inet.0 inet.2 ];\n        }\n    }\n}",
)
IOS, JUNOS = ("cpe-gia-sang", "dc-edge-1", "agg-1", "core-1"), ("cpe-tan-cuong", "agg-2", "core-2")
IDLE = ("ntp server 192.0.2.7", "snmp-server contact nobody", "ip http client source-interface Loopback0")


@cache
def texts() -> dict[str, str]:
    return {name: config.text for name, config in compiled().configs.items()}


@cache
def right() -> Proven:
    return prove(give(compiled(), texts()), with_failures=False)


def again(changed: dict[str, str]) -> tuple[Given, Judgement]:
    given = give(compiled(), {**texts(), **changed})
    return given, reprove(right(), delta(right().given, given)).judgement


def by_kind(judgement: Judgement) -> dict[QuestionKind, list[Verdict]]:
    found: dict[QuestionKind, list[Verdict]] = {}
    for answer in judgement.answers:
        found.setdefault(answer.question.kind, []).append(answer.verdict)
    return found


@pytest.mark.parametrize("line", [*BYPASSES, *TRANSITS, *LEAKS], ids=lambda line: line.partition("\n")[0])
def test_a_line_that_could_join_carry_or_leak_is_unknown_on_ios(line: str) -> None:
    for device in IOS:
        assert VENDORS["cisco_ios"].read(device, f"{texts()[device]}{line}\n").device.unknown


@pytest.mark.parametrize("line", OF_JUNOS, ids=lambda line: line.partition(" ")[0])
def test_a_line_that_could_join_carry_or_leak_is_unknown_on_junos(line: str) -> None:
    for device in JUNOS:
        assert VENDORS["junos"].read(device, f"{texts()[device]}{line}\n").device.unknown


@pytest.mark.parametrize("device", [*IOS, *JUNOS])
def test_an_unknown_line_of_any_device_leaves_the_whole_network_open(device: str) -> None:
    line = BYPASSES[0] if device in IOS else OF_JUNOS[0]
    found = by_kind(again({device: f"{texts()[device]}{line}\n"})[1])
    assert {QuestionKind.BACKBONE, QuestionKind.TRANSIT, QuestionKind.LEAK} < OF_THE_NETWORK
    assert all(isinstance(verdict, NotModelled) for kind in OF_THE_NETWORK for verdict in found[kind])


@pytest.mark.parametrize("line", IDLE)
def test_a_harmless_line_leaves_nothing_open(line: str) -> None:
    given, judgement = again({name: f"{texts()[name]}{line}\n" for name in ("cpe-gia-sang", "agg-1")})
    assert not any(device.unknown for device in given.network.devices.values())
    assert all(isinstance(answer.verdict, Holds) for answer in judgement.answers)


def test_what_is_wrong_stays_wrong_beside_an_unknown_line() -> None:
    line = "interface GigabitEthernet0/0/7\n no shutdown\n ip address 192.0.2.1 255.255.255.0\nfrobnicate everything\n"
    _, judgement = again({"cpe-gia-sang": texts()["cpe-gia-sang"] + line})
    assert isinstance(by_kind(judgement)[QuestionKind.BACKBONE][0], Violated)


def test_an_unknown_line_of_a_site_leaves_others_alone_only_if_nobody_would_take_others_routes_from_it() -> None:
    """The statement that opens the session may be the line that is not understood: then no session is seen."""
    site, above, elsewhere = "cpe-phan-dinh-phung", "agg-1", "cpe-tan-cuong"
    unread = {site: re.sub(r"^ *neighbor .*$", " frobnicate the neighbour", texts()[site], flags=re.MULTILINE)}
    ends = re.findall(
        r"^ ip(?:v6)? address ([0-9a-f.:]+)(?:/127| 255\.255\.255\.254)$", texts()[site], flags=re.MULTILINE
    )
    imports = rf"^ *neighbor (?:{'|'.join(map(re.escape, ends))}) route-map \S+ in$"
    unfiltered = {above: re.sub(imports, " !", texts()[above], flags=re.MULTILINE)}
    for changed, expected in ((unread, Holds), ({**unread, **unfiltered}, NotModelled)):
        given, judgement = again(changed)
        assert [name for name, device in given.network.devices.items() if device.unknown] == [site]
        others = {port.attachment for port in given.network.ports if port.device == elsewhere}
        walls = [
            answer.verdict
            for answer in judgement.answers
            if answer.question.kind is QuestionKind.WALL and answer.question.subject in others
        ]
        assert walls
        assert all(isinstance(verdict, expected) for verdict in walls)
