"""Route tables as devices print them, and labs compared with them: all outputs here are made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.foreign import TableOutcome, compare_lab, main
from bench.lab_folders import Lab, labs_in
from bench.route_outputs import (
    Sources,
    UnreadOutputError,
    comparable,
    read_route_json,
    read_route_text,
    read_vrf_names,
)
from intents.prefix import parse_prefix

HEAD = """Codes: L - local, C - connected, S - static, R - RIP, B - BGP
       D - EIGRP, O - OSPF, IA - OSPF inter area

Gateway of last resort is 10.0.0.2 to network 0.0.0.0

"""
TABLE = f"""{HEAD}S*    0.0.0.0/0 [1/0] via 10.0.0.2
      10.0.0.0/8 is variably subnetted, 5 subnets, 3 masks
C        10.0.0.0/30 is directly connected, GigabitEthernet0/1
L        10.0.0.1/32 is directly connected, GigabitEthernet0/1
B        10.7.0.0/16 [200/0] via 0.0.0.0, 00:10:00, Null0
B        10.8.1.0/24 [20/0] via 10.0.0.2 (shared), 1w2d
                     [20/0] via 10.0.0.6, 5d07h
D EX     10.9.9.0/24
           [170/130816] via 10.0.0.2, 00:06:19, GigabitEthernet0/1
      172.16.0.0/24 is subnetted, 2 subnets
O IA     172.16.4.0 [110/2] via 10.0.0.2, 00:00:09, GigabitEthernet0/1
O        172.16.5.0 is a summary, 00:01:02, Null0
C     192.168.7.0/24 is directly connected, Loopback7
"""


def shown(found: Sources | None) -> dict[str, str]:
    assert found is not None
    return {str(prefix): source for prefix, source in found.items()}


def test_a_printed_table_is_read_whole() -> None:
    assert shown(read_route_text(TABLE)) == {
        "0.0.0.0/0": "S",
        "10.0.0.0/30": "C",
        "10.0.0.1/32": "L",
        "10.7.0.0/16": "B",
        "10.8.1.0/24": "B",
        "10.9.9.0/24": "D EX",
        "172.16.4.0/24": "O IA",
        "172.16.5.0/24": "O",
        "192.168.7.0/24": "C",
    }


def test_a_vrf_that_is_not_there_is_no_table_and_an_empty_one_is() -> None:
    assert read_route_text("% IP routing table vrf Gi1 does not exist\n") is None
    assert read_route_text(HEAD) == {}
    assert read_route_text("Codes: C - connected\n\n") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "% Invalid input detected\n",
        TABLE.replace("5 subnets", "6 subnets"),
        TABLE.replace("2 subnets", "1 subnets"),
        TABLE + "something else\n",
        TABLE + "B        10.66.0.0/16\n",
        TABLE.replace("is directly connected, Loopback7", "is somewhere"),
    ],
)
def test_a_table_that_is_not_read_whole_is_refused(text: str) -> None:
    with pytest.raises(UnreadOutputError):
        read_route_text(text)


def test_names_of_vrfs_stand_two_columns_in() -> None:
    text = "  Name          Default RD      Protocols   Interfaces\n  blue          65000:1         ipv4        Gi1\n"
    assert read_vrf_names(text + "                                            Gi2\n  red   <not set>  ipv4  Gi3\n") == (
        "blue",
        "red",
    )


def scalar(text: str | None) -> list[dict[str, object]]:
    return [{"data": [None] if text is None else text}]


def row(prefix: str, *entries: tuple[str, str]) -> dict[str, object]:
    return {
        "rt-destination": scalar(prefix),
        "rt-entry": [{"active-tag": scalar(tag), "protocol-name": scalar(protocol)} for tag, protocol in entries],
    }


def table(name: str, rows: list[dict[str, object]], *, said: int | None = None, hidden: int = 0) -> dict[str, object]:
    count = len(rows) if said is None else said
    counts = {"destination-count": scalar(str(count)), "hidden-route-count": scalar(str(hidden))}
    return {"table-name": scalar(name), **counts, "rt": rows}


def printed(*tables: dict[str, object]) -> str:
    return json.dumps({"route-information": [{"route-table": list(tables)}]}) + "\n\n{master:0}\n"


def test_active_routes_of_every_instance_are_read() -> None:
    direct, inactive, own = ("*", "Direct"), ("", "BGP"), ("*", "Local")
    text = printed(
        table("inet.0", [row("10.0.0.0/24", direct), row("10.1.0.0/16", inactive), row("10.0.0.1/32", own)]),
        table("inet6.0", [row("2001:db8::/32", inactive, ("*", "Static")), row("fe80::1/128", own)]),
        table("blue-1.v2.inet.0", [row("10.2.0.0/16", ("#", "Multipath"), ("*", "BGP"))], said=2, hidden=1),
        table("inet.3", [row("10.3.0.0/16", ("*", "LDP"))]),
    )
    found = read_route_json(text)
    assert {name: shown(comparable(routes)) for name, routes in found.items()} == {
        "": {"10.0.0.0/24": "Direct", "2001:db8::/32": "Static"},
        "blue-1.v2": {"10.2.0.0/16": "BGP"},
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"route-information": 7}',
        printed(table("inet.0", [row("10.0.0.0/24", ("*", "Direct"))], said=3, hidden=1)),
        printed(table("inet.0", [row("10.0.0.0", ("*", "Direct")), row("x", ("*", "BGP"))])),
        printed({"table-name": scalar("inet.0")}),
    ],
)
def test_a_document_that_is_not_read_whole_is_refused(text: str) -> None:
    with pytest.raises(UnreadOutputError):
        read_route_json(text)


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    for read in (read_route_text, read_route_json):
        try:
            read(text)
        except UnreadOutputError:
            continue


def test_multicast_link_local_and_own_addresses_are_not_compared() -> None:
    routes = {"224.0.0.5/32": "OSPF", "ff02::2/128": "INET6", "10.0.0.1/32": "L", "10.0.0.0/24": "C", "0.0.0.0/0": "S"}
    kept = comparable({parse_prefix(prefix): source for prefix, source in routes.items()})
    assert shown(kept) == {"10.0.0.0/24": "C", "0.0.0.0/0": "S"}


# labs


def router(name: str, number: int, other: int) -> str:
    return f"""hostname {name}
interface GigabitEthernet0/1
 ip address 10.0.0.{number} 255.255.255.252
interface GigabitEthernet0/2
 ip address 10.1.{number}.1 255.255.255.0
router bgp 6500{number}
 bgp router-id {number}.{number}.{number}.{number}
 neighbor 10.0.0.{other} remote-as 6500{other}
 address-family ipv4
  network 10.1.{number}.0 mask 255.255.255.0
  neighbor 10.0.0.{other} activate
 exit-address-family
end
"""


LEFT, RIGHT = router("left", 1, 2), router("right", 2, 1)
SHOWN = f"""{HEAD}      10.0.0.0/8 is variably subnetted, 5 subnets, 3 masks
C        10.0.0.0/30 is directly connected, GigabitEthernet0/1
L        10.0.0.1/32 is directly connected, GigabitEthernet0/1
C        10.1.1.0/24 is directly connected, GigabitEthernet0/2
L        10.1.1.1/32 is directly connected, GigabitEthernet0/2
B        10.1.2.0/24 [20/0] via 10.0.0.2, 5d07h
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    """A lab of two routers, of which the left one's table was printed."""
    lab = tmp_path / "snapshots" / "pair"
    write(lab / "configs" / "left" / "show_running-config.txt", LEFT)
    write(lab / "configs" / "right" / "show_running-config.txt", RIGHT)
    write(lab / "configs" / "spine" / "show_running-config.txt", "feature bgp\nhostname spine\n")
    write(lab / "show" / "left" / "show_ip_route.txt", SHOWN)
    write(lab / "show" / "left" / "show_ip_route_vrf_Gi1.txt", "% IP routing table vrf Gi1 does not exist\n")
    return tmp_path


def only(folder: Path) -> Lab:
    (lab,) = labs_in(folder)
    return lab


def test_a_table_that_is_what_the_device_printed_is_equal(labs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = compare_lab(only(labs))
    assert (found.place, found.outcome, found.why) == ("pair/left", TableOutcome.EQUAL, ())
    assert main(labs, differences=True) == 0
    text = capsys.readouterr().out
    assert "cisco_ios: 2 of 2 files read whole" in text
    assert "tables: 1 equal, 0 different, 0 disputed, 0 not modelled" in text


def test_every_difference_is_listed(labs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = labs / "snapshots" / "pair" / "show" / "left" / "show_ip_route.txt"
    path.write_text(SHOWN.replace("10.1.2.0/24", "10.1.3.0/24"), encoding="utf-8")
    assert main(labs, differences=True) == 1
    text = capsys.readouterr().out
    assert "pair/left: different\n  - 10.1.3.0/24 B\n  + 10.1.2.0/24 bgp\n" in text


def test_a_table_that_an_unknown_line_can_touch_is_not_compared(labs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        labs / "snapshots" / "pair" / "configs" / "right" / "show_running-config.txt", RIGHT.replace("end", "frob\nend")
    )
    (found,) = compare_lab(only(labs))
    assert (found.outcome, found.why) == (TableOutcome.NOT_MODELLED, ("neighbour: not_modelled",))
    assert main(labs, differences=True) == 0
    assert "cisco_ios: 1 of 2 files read whole" in capsys.readouterr().out


def test_a_table_of_which_truc_knows_nothing_is_different(labs: Path) -> None:
    write(labs / "snapshots" / "pair" / "show" / "left" / "show_ip_route_vrf_blue.txt", TABLE)
    outcomes = {found.place: found.outcome for found in compare_lab(only(labs))}
    assert outcomes == {"pair/left": TableOutcome.EQUAL, "pair/left blue": TableOutcome.DIFFERENT}


def test_links_may_be_drawn(labs: Path) -> None:
    ends = [{"hostname": name, "interfaceName": "gigabitethernet0/1"} for name in ("LEFT", "right")]
    drawn = {
        "edges": [
            {"node1": ends[0], "node2": ends[1]},
            {"node1": ends[0], "node2": {"hostname": "x", "interfaceName": "y"}},
        ]
    }
    write(labs / "snapshots" / "pair" / "batfish" / "layer1_topology.json", json.dumps(drawn))
    lab = only(labs)
    assert [link.name for link in lab.texts.network.links] == ["left:GigabitEthernet0/1=right:GigabitEthernet0/1"]
    assert [found.outcome for found in compare_lab(lab)] == [TableOutcome.EQUAL]


def test_an_output_that_can_not_be_read_is_told(labs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        labs / "snapshots" / "pair" / "show" / "left" / "show_ip_route.txt",
        "Codes: x\nGateway of last resort is not set\nwhat\n",
    )
    assert main(labs, differences=False) == 0
    assert "left out: pair: show/left: what" in capsys.readouterr().out
