"""What devices print, cut, mixed up or made up by somebody hostile: each table is whole, or it is not had."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from controller.fleet.templates import templates_of
from intents.prefix import Family, parse_address, parse_prefix
from routing.model import Vrf, VrfFamily
from routing.vendors import VENDORS
from routing.vendors.device_tables import (
    DeviceTable,
    ShownNeighbor,
    ShownRoute,
    ShownSource,
    ShownWay,
    TableKind,
    TableQuery,
    TableScope,
    Templates,
    UnreadTableError,
    may_be_asked,
    scopes_of,
)
from tests.batfish_cases import given_of
from tests.heard_tables import answers_of
from tests.recorded_tables import shown_devices

IOS, JUNOS = "cpe-gia-sang", "cpe-tan-cuong"
PLATFORMS = {IOS: "cisco_ios", JUNOS: "junos"}
ROUTES4 = TableScope(kind=TableKind.ROUTES, vrf="A", family=Family.V4)
ROUTES6 = TableScope(kind=TableKind.ROUTES, vrf="A", family=Family.V6)
NEIGHBORS6 = TableScope(kind=TableKind.NEIGHBORS, vrf="A", family=Family.V6)
NEIGHBORS4 = TableScope(kind=TableKind.NEIGHBORS, vrf="A", family=Family.V4)


def read(platform: str, answer: str, *scopes: TableScope) -> tuple[DeviceTable, ...]:
    vendor = VENDORS[platform]
    (query,) = vendor.table_queries(scopes)
    return vendor.read_tables(query, answer, templates_of(platform))


def queries(name: str) -> list[tuple[TableQuery, str]]:
    """Return every query of a device of the example with its answer."""
    device = given_of("right").network.devices[name]
    answers = answers_of(device, shown_devices()[name])
    found = VENDORS[device.platform].table_queries(scopes_of(device))
    return [(query, answers[query.command.partition(" |")[0]]) for query in found]


def outcome(name: str, query: TableQuery, answer: str) -> tuple[DeviceTable, ...] | None:
    try:
        return VENDORS[PLATFORMS[name]].read_tables(query, answer, templates_of(PLATFORMS[name]))
    except UnreadTableError:
        return None


@pytest.mark.parametrize("name", [IOS, JUNOS])
def test_a_table_cut_behind_any_line_is_not_had_or_loses_whole_blocks(name: str) -> None:
    """A cut between two networks of classes leaves an IPv4 table of IOS-XE whole to the last count; that the prompt came back
    says that nothing is cut there."""
    drawn = random.Random(1)  # noqa: S311 (cases, no secrets)
    for query, answer in queries(name):
        whole = outcome(name, query, answer)
        assert whole is not None
        lines = answer.rstrip("\n").splitlines(keepends=True)
        for length in sorted(drawn.sample(range(len(lines)), min(len(lines), 12))):
            found = outcome(name, query, "".join(lines[:length]))
            if found is None or found == whole:
                continue
            kind, family = query.scopes[0].kind, query.scopes[0].family
            assert kind is not TableKind.ROUTES or family is Family.V4
            assert {row for table in found for row in table.rows} < {row for table in whole for row in table.rows}
            assert kind is not TableKind.ROUTES or "subnetted" in lines[length] or "Gateway" in lines[length - 1]


@pytest.mark.parametrize("name", [IOS, JUNOS])
def test_answers_with_words_of_anybody_raise_nothing_else(name: str) -> None:
    drawn = random.Random(2)  # noqa: S311 (as above)
    for query, answer in queries(name):
        for _ in range(12):
            characters = list(answer)
            for _ in range(drawn.randint(1, 8)):
                characters[drawn.randrange(len(characters))] = drawn.choice("<>&/.:0 \n\t%#\x00\x1b\ud800é9f")
            found = outcome(name, query, "".join(characters))
            assert found is None or all(table.missing is None or table.rows == () for table in found)


HOSTILE = {
    "nothing": "",
    "a prompt": "r1#",
    "an error": "% VRF A does not exist",
    "XML with entities": '<!DOCTYPE a [<!ENTITY b "b">]><route-information>&b;</route-information>',
    "no end": "<route-information><route-table>",
    "two documents": "<route-information/><route-information/>",
    "deep": "<a>" * 3000 + "</a>" * 3000,
    "bytes": "\udc80\udcff" * 50,
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_table_is_not_read(answer: str) -> None:
    for scope in (ROUTES4, ROUTES6, NEIGHBORS4, NEIGHBORS6, TableScope(kind=TableKind.INTERFACES)):
        for platform in ("cisco_ios", "junos"):
            with pytest.raises(UnreadTableError):
                read(platform, answer, scope)


def ios4(*lines: str, head: str = "Routing Table: A\n") -> str:
    return f"{head}Codes: L - local, C - connected\n\nGateway of last resort is not set\n\n" + "\n".join(lines) + "\n"


def ios6(*lines: str, count: int) -> str:
    return f"IPv6 Routing Table - A - {count} entries\nCodes: C - Connected, L - Local\n" + "\n".join(lines) + "\n"


def route(prefix: str, source: ShownSource, distance: int, *ways: ShownWay) -> ShownRoute:
    return ShownRoute(prefix=parse_prefix(prefix), source=source, distance=distance, ways=ways)


def hop(text: str) -> int:
    return parse_address(text).value


GIG = "GigabitEthernet0/0/1.100"
FORMS: dict[str, tuple[str, TableScope, ShownRoute]] = {
    "a static route that discards": (
        ios4("      10.0.0.0/24 is subnetted, 1 subnets", "S        10.1.1.0 is directly connected, Null0"),
        ROUTES4,
        route("10.1.1.0/24", ShownSource.STATIC, -1, ShownWay(interface="")),
    ),
    "a default route": (
        ios4("S*    0.0.0.0/0 [1/0] via 10.0.0.1"),
        ROUTES4,
        route("0.0.0.0/0", ShownSource.STATIC, 1, ShownWay(interface=None, next_hop=hop("10.0.0.1"))),
    ),
    "a route on two lines": (
        ios4("B     192.168.5.0/24", "           [20/0] via 10.0.0.1, 2d05h"),
        ROUTES4,
        route("192.168.5.0/24", ShownSource.BGP, 20, ShownWay(interface=None, next_hop=hop("10.0.0.1"))),
    ),
    "a route leaked from a VRF": (
        ios4(
            "      10.0.0.0/8 is variably subnetted, 1 subnets, 1 masks",
            "B        10.3.0.0/26 is directly connected (P-PARTY), 1d00h, GigabitEthernet0/0/1.100",
        ),
        ROUTES4,
        route("10.3.0.0/26", ShownSource.BGP, -1, ShownWay(interface=None)),
    ),
    "an aggregate": (
        ios4(
            "      10.0.0.0/8 is variably subnetted, 1 subnets, 1 masks",
            "B        10.3.0.0/16 [200/0], 1d00h, Null0",
        ),
        ROUTES4,
        route("10.3.0.0/16", ShownSource.BGP, 200, ShownWay(interface="")),
    ),
    "an external route of OSPF with two ways": (
        ios4(
            "      10.0.0.0/8 is variably subnetted, 1 subnets, 1 masks",
            "O E2     10.3.0.0/16 [110/20] via 10.0.0.1, 00:10:00, GigabitEthernet0/0/1.100",
            "                     [110/20] via 10.0.0.5, 00:10:00, GigabitEthernet0/0/1.101",
        ),
        ROUTES4,
        route(
            "10.3.0.0/16",
            ShownSource.OSPF,
            110,
            ShownWay(interface=GIG, next_hop=hop("10.0.0.1")),
            ShownWay(interface="GigabitEthernet0/0/1.101", next_hop=hop("10.0.0.5")),
        ),
    ),
    "an IPv6 route by a link-local next hop": (
        ios6("B   2001:DB8:1::/48 [20/0]", f"     via FE80::1, {GIG}", count=1),
        ROUTES6,
        route("2001:db8:1::/48", ShownSource.BGP, 20, ShownWay(interface=GIG)),
    ),
    "an IPv6 static route": (
        ios6("S   2001:DB8:1::/48 [1/0]", "     via 2001:DB8::2", count=1),
        ROUTES6,
        route("2001:db8:1::/48", ShownSource.STATIC, 1, ShownWay(interface=None, next_hop=hop("2001:db8::2"))),
    ),
}


@pytest.mark.parametrize(("answer", "scope", "expected"), FORMS.values(), ids=FORMS)
def test_forms_that_documents_show_are_read(answer: str, scope: TableScope, expected: ShownRoute) -> None:
    (table,) = read("cisco_ios", answer, scope)
    assert table.rows == (expected,)


WRONG: dict[str, tuple[str, TableScope]] = {
    "one subnet fewer than counted": (
        ios4("      10.0.0.0/24 is subnetted, 2 subnets", "S        10.1.1.0 is directly connected, Null0"),
        ROUTES4,
    ),
    "a line that no template knows": (ios4("S*    0.0.0.0/0 [1/0] via 10.0.0.1", "frobnicated by nobody"), ROUTES4),
    "a route without a way": (ios4("B     192.168.5.0/24"), ROUTES4),
    "the global table in place of a VRF's": (ios4("S*    0.0.0.0/0 [1/0] via 10.0.0.1", head=""), ROUTES4),
    "an IPv6 entry fewer than counted": (ios6("S   2001:DB8:1::/48 [1/0]", "     via 2001:DB8::2", count=2), ROUTES6),
    "an IPv6 heading that the template does not know": (
        ios6("S   2001:DB8:1::/48 [1/0], tag 5", "     via 2001:DB8::2", count=1),
        ROUTES6,
    ),
    "a number that is no address": (ios4("S*    0.0.0.0/0 [1/0] via 999.0.0.1"), ROUTES4),
}


@pytest.mark.parametrize(("answer", "scope"), WRONG.values(), ids=WRONG)
def test_what_a_template_would_pass_over_makes_a_table_unread(answer: str, scope: TableScope) -> None:
    with pytest.raises(UnreadTableError):
        read("cisco_ios", answer, scope)


@pytest.mark.parametrize("name", [IOS])
def test_templates_of_a_release_with_other_columns_read_nothing(name: str) -> None:
    vendor = VENDORS[PLATFORMS[name]]
    for query, answer in queries(name):
        templates = templates_of(PLATFORMS[name])

        def older(command: str, text: str, templates: Templates = templates) -> Sequence[Mapping[str, str]]:
            return [{key.upper(): value for key, value in row.items()} for row in templates(command, text)]

        with pytest.raises(UnreadTableError):
            vendor.read_tables(query, answer, older)


SUMMARY = """BGP router identifier 10.0.0.1, local AS number 65000
BGP table version is 42, main routing table version 42

Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd
{rows}
"""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("2001:DB8::1     4        65001     100     100       42    0    0 1d02h          12", ("Established", 12)),
        (
            "2001:DB8:1:2::1\n                4        65001     100     100       42    0    0 1d02h          7",
            ("Established", 7),
        ),
        (
            "2001:DB8::1     4        65001       0       0        1    0    0 never    Idle (Admin)",
            ("Idle (Admin)", -1),
        ),
        ("2001:DB8::1     4        65001       0       0        1    0    0 never    Active", ("Active", -1)),
    ],
)
def test_ipv6_neighbours_are_read_though_the_template_knows_ipv4_addresses_only(
    rows: str, expected: tuple[str, int]
) -> None:
    (table,) = read("cisco_ios", SUMMARY.format(rows=rows), NEIGHBORS6)
    (neighbor,) = table.neighbors
    assert (neighbor.state, neighbor.accepted) == expected


def test_junos_says_all_prefixes_and_those_let_in() -> None:
    answer = (
        "<bgp-information><bgp-peer><peer-address>10.0.0.2+179</peer-address><peer-cfg-rti>A</peer-cfg-rti>"
        "<peer-state>Established</peer-state><bgp-rib><name>A.inet.0</name><received-prefix-count>9</received-prefix-count>"
        "<accepted-prefix-count>4</accepted-prefix-count></bgp-rib></bgp-peer></bgp-information>"
    )
    (table,) = read("junos", answer, NEIGHBORS4)
    shown = ShownNeighbor(address=hop("10.0.0.2"), state="Established", received=9, accepted=4)
    assert table.neighbors == (shown,)


@pytest.mark.parametrize("name", ["A | redirect flash:x", "A\nreload", "-x", "A;B", "", "A B"])
def test_a_name_out_of_a_text_is_put_into_a_command_only_if_it_is_a_plain_word(name: str) -> None:
    assert not may_be_asked(TableScope(kind=TableKind.ROUTES, vrf=name, family=Family.V4))
    device = given_of("right").network.devices[IOS]
    odd = replace(device, vrfs=(*device.vrfs, Vrf(name=name, families=(VrfFamily(family=Family.V4),))))
    asked = [scope for scope in scopes_of(odd) if may_be_asked(scope)]
    assert asked == list(scopes_of(device))
