"""Links that subnets suggest, and links of a table of cables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.prefix import Family, parse_interface, parse_prefix
from routing.layer1_table import read_layer1
from routing.model import BgpInstance, BgpNeighbor, Device, Interface, OspfInstance, OspfInterface
from routing.subnet_links import WIDEST_LAN, UnclearKind, links_of_subnets
from tests.small_networks import interface


def device(name: str, *interfaces: Interface) -> Device:
    return Device(name=name, platform="cisco_ios", interfaces=interfaces)


def names(*devices: Device) -> list[str]:
    return [link.name for link in links_of_subnets(devices).links]


A = device("a", interface("Gi0/1", "10.0.0.1/30"), interface("Lo0", "10.9.9.1/24"))
B = device("b", interface("Gi0/2.7", "10.0.0.2/30"), interface("Lo0", "10.9.9.2/24"))


def test_two_interfaces_in_one_subnet_are_joined_at_their_ports() -> None:
    assert names(A, B) == ["a:Gi0/1=b:Gi0/2"]


def test_vrfs_do_not_part_a_wire() -> None:
    assert names(A, device("b", interface("Gi0/2", "10.0.0.2/30", vrf="X"))) == ["a:Gi0/1=b:Gi0/2"]


def test_three_in_one_subnet_are_joined_each_with_each() -> None:
    lan = [device(name, interface("Gi0", f"10.0.0.{n}/24")) for n, name in enumerate("abc", start=1)]
    assert names(*lan) == ["a:Gi0=b:Gi0", "a:Gi0=c:Gi0", "b:Gi0=c:Gi0"]


@pytest.mark.parametrize(
    ("others", "kind"),
    [
        ((interface("Gi0", "10.0.0.1/30"),), UnclearKind.REPEATED),
        ((interface("Gi0.5", "10.0.0.2/30", vlan=5),), UnclearKind.TAGS),
    ],
)
def test_a_subnet_that_leaves_open_who_is_joined_is_named(others: tuple[Interface, ...], kind: UnclearKind) -> None:
    found = links_of_subnets([A, device("b", *others)])
    assert found.links == ()
    assert [(item.prefix, item.kind) for item in found.unclear] == [(parse_prefix("10.0.0.0/30"), kind)]


def test_ports_of_routing_engines_are_joined_only_where_a_protocol_goes_that_way() -> None:
    """JUN-FIL-08: the network by which people come in passes nothing on from one device to another."""
    one, other = (
        device(name, replace(interface("fxp0.0", f"10.0.0.{n}/24"), transit=False)) for n, name in enumerate("ab", 1)
    )
    assert names(one, other) == []
    assert names(one, device("b", interface("ge-0/0/0.0", "10.0.0.2/24"))) == ["a:fxp0=b:ge-0/0/0"]
    spoken = (OspfInterface(name="fxp0.0", cost=1),)
    ospf = OspfInstance(vrf=None, family=Family.V4, area=0, interfaces=spoken, distance=10, external_distance=150)
    assert names(replace(one, ospf=(ospf,)), other) == ["a:fxp0=b:fxp0"]
    session = BgpNeighbor(family=Family.V4, address=parse_interface("10.0.0.1/24")[1], remote_as=65001)
    speaker = replace(other, bgp=(BgpInstance(vrf=None, asn=65002, neighbors=(session,)),))
    assert names(one, speaker) == ["a:fxp0=b:fxp0"]
    away = replace(session, address=parse_interface("10.0.1.1/24")[1])
    assert names(one, replace(other, bgp=(BgpInstance(vrf=None, asn=65002, neighbors=(away,)),))) == []


def test_a_lan_too_wide_joins_nobody() -> None:
    lan = [device(f"d{n}", interface("Gi0", f"10.0.0.{n}/24")) for n in range(1, WIDEST_LAN + 2)]
    found = links_of_subnets(lan)
    assert found.links == ()
    assert [item.kind for item in found.unclear] == [UnclearKind.WIDE]


def test_a_shut_spare_does_not_hide_who_took_its_address_over() -> None:
    spare = device("c", interface("Gi0/9", "10.0.0.1/30", enabled=False))
    assert names(A, B, spare) == ["a:Gi0/1=b:Gi0/2"]


def test_link_local_and_host_addresses_join_nobody() -> None:
    pair = [device(n, interface("Gi0", f"fe80::{i}/64", "10.0.0.1/32")) for i, n in enumerate("ab", start=1)]
    assert names(*pair) == []


def table(folder: Path, text: str) -> tuple[list[str], list[str]]:
    path = folder / "cables.csv"
    path.write_text(text, encoding="utf-8")
    long = device("a", interface("GigabitEthernet0/1.7", "10.0.0.1/30", vlan=7), interface("GigabitEthernet0/11"))
    links, findings = read_layer1(path, {"a": long, "b": B}, "cables.csv")
    return [link.name for link in links], [f"{item.code}:{item.where.line}" for item in findings]


def test_a_table_of_cables_takes_short_names_and_a_header(tmp_path: Path) -> None:
    text = "device,interface,device,interface\n# the pair\na,gi0/1,b,Gi0/2\n\nb,Gi0/2,a,GigabitEthernet0/11\n"
    assert table(tmp_path, text) == (["a:GigabitEthernet0/11=b:Gi0/2", "a:GigabitEthernet0/1=b:Gi0/2"], [])


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("a,gi0/1,b", ["TR716:1"]),
        ("a,gi0/1,c,Gi0/2", ["TR717:1"]),
        ("a,gi0/2,b,Gi0/2", ["TR718:1"]),
        ("x,y,z,t", ["TR717:1", "TR717:1"]),
    ],
)
def test_a_row_that_fits_nothing_is_refused(row: str, codes: list[str], tmp_path: Path) -> None:
    assert table(tmp_path, f"{row}\n") == ([], codes)


@given(st.text(alphabet=st.sampled_from('ab,gi0/12"\n\r\x00#é device'), max_size=120))
def test_any_table_gives_links_or_says_why_not(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    links, findings = table(tmp_path_factory.getbasetemp(), text)
    rows = [line for line in text.splitlines() if line.strip(' ,"')]
    assert bool(links or findings) <= bool(rows)
    ports = {"a:GigabitEthernet0/1", "a:GigabitEthernet0/11", "b:Gi0/2", "b:Lo0"}
    assert {end for name in links for end in name.split("=")} <= ports
