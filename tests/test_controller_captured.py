"""`truc read`, `truc routes` and `truc trace` as people meet them: texts of any network, without a workspace."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.jobs.captured import LineKind, read_captured
from controller.jobs.inspected import TextSource, inspect_source
from controller.jobs.line_forms import form_of, unknown_forms
from controller.output.exit_codes import ExitCode
from controller.output.terminal import Output
from controller.reports.inspection import print_table
from controller.reports.inspection_json import print_table_json
from intents.prefix import parse_prefix
from routing.model import RouteSource
from tests.small_commands import ON, check_messages, copy_small, truc
from verification.inspection.tables import Inspection, disputed_routes
from verification.verdicts.route_entry import RouteEntry, RouteWay

SECRET = "S3cr3tW0rd"
R1 = f"""r1#show running-config
Building configuration...

Current configuration : 999 bytes
!
hostname r1
!
username admin privilege 15 secret 5 $1$abcd${SECRET}
interface GigabitEthernet0/1
 ip address 10.0.0.1 255.255.255.252
!
interface GigabitEthernet0/2
 ip address 10.1.1.1 255.255.255.0
 ip access-group LAN in
!
router bgp 65001
 bgp router-id 1.1.1.1
 neighbor 10.0.0.2 remote-as 65002
 neighbor 10.0.0.2 password {SECRET}
 address-family ipv4
  network 10.1.1.0 mask 255.255.255.0
  neighbor 10.0.0.2 activate
 exit-address-family
!
ip access-list extended LAN
 permit tcp any any eq 443
 deny ip any any
!
end

r1#
"""
R2 = f"""hostname r2
interface GigabitEthernet0/1
 ip address 10.0.0.2 255.255.255.252
interface GigabitEthernet0/2
 ip address 10.1.2.1 255.255.255.0
router bgp 65002
 bgp router-id 2.2.2.2
 neighbor 10.0.0.1 remote-as 65001
 neighbor 10.0.0.1 password {SECRET}
 address-family ipv4
  network 10.1.2.0 mask 255.255.255.0
  neighbor 10.0.0.1 activate
 exit-address-family
end
"""
PACKET = "tcp 10.1.1.9:40000 > 10.1.2.9:443 [SYN]"
START = ("--from", "r1:GigabitEthernet0/2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two routers as captured, under names that say nothing."""
    (tmp_path / "texts" / "site").mkdir(parents=True)
    (tmp_path / "texts" / "putty.log").write_text(R1, encoding="utf-8")
    (tmp_path / "texts" / "site" / "x.txt").write_text(R2.replace("\n", "\r\n"), encoding="utf-8", newline="")
    return tmp_path / "texts"


def messages(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def of_kind(text: str, kind: str) -> list[dict[str, object]]:
    return [item for item in messages(text) if item.get("type") == kind]


# truc read


def test_a_captured_text_is_read_with_what_was_stripped(folder: Path) -> None:
    code, text = truc("read", folder / "putty.log")
    assert "putty.log: r1 (cisco_ios)" in text
    assert f"stripped: prompts, 2 lines (1, {R1.count(chr(10))})" in text
    assert "2 interfaces, 0 VRFs, 2 addresses, 1 BGP neighbours, 0 static routes, 1 access lists (2 entries" in text
    assert code == ExitCode.FINE


def test_a_line_that_nobody_understands_is_named_with_its_number_and_form(folder: Path) -> None:
    with (folder / "putty.log").open("r+", encoding="utf-8") as file:
        text = file.read().replace("!\nend", "frobnicate 17 10.0.0.1 Red_Zone\n!\nend")
        file.seek(0)
        file.write(text)
    code, text = truc("read", folder)
    assert code == ExitCode.INCONCLUSIVE
    assert "   28  frobnicate 17 10.0.0.1 Red_Zone: " in text
    assert "frobnicate N A.B.C.D NAME" in text
    assert "1 not understood" in text.splitlines()[-1]
    (form,) = of_kind(truc("read", folder, "--json")[1], "form")
    assert (form["form"], form["lines"], form["files"]) == ("frobnicate N A.B.C.D NAME", 1, 1)


def test_all_lines_are_listed_if_asked_for(folder: Path) -> None:
    lines = of_kind(truc("read", folder / "putty.log", "--lines", "--json")[1], "line")
    assert {line["kind"] for line in lines} == {"modelled", "harmless"}
    numbers = [int(str(line["line"])) for line in lines]
    assert numbers == sorted(set(numbers))
    assert "modelled: hostname r1" in truc("read", folder / "putty.log", "--lines")[1]


def test_no_secret_is_ever_printed(folder: Path) -> None:
    with (folder / "putty.log").open("a", encoding="utf-8") as file:
        file.write(f"tacacs server t\n key {SECRET}\nfrobnicate password {SECRET}\n")
    calls: list[tuple[str | Path, ...]] = [
        ("read", folder, "--lines"),
        ("read", folder / "putty.log"),
        ("routes", folder, "--device", "r1", "--anyway"),
        ("trace", folder, PACKET, *START, "--anyway"),
    ]
    for words in calls:
        assert SECRET not in truc(*words)[1]
        assert SECRET not in truc(*words, "--json")[1]


def test_what_is_no_text_in_a_folder_is_left_out_with_a_warning(folder: Path) -> None:
    (folder / "topology.png").write_bytes(b"\x89PNG\x00")
    (folder / "README").write_text("Our routers.\n", encoding="utf-8")
    code, text = truc("read", folder)
    assert code == ExitCode.FINE
    assert "warning TR712" in text
    assert "warning TR714" in text


def test_a_platform_that_is_said_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("! nothing that tells\nntp server 10.0.0.1\n", encoding="utf-8")
    assert truc("read", path)[0] == ExitCode.ERROR
    assert truc("read", path, "--platform", "cisco_ios")[0] == ExitCode.FINE


def test_a_text_that_names_no_device_has_the_name_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "core.cfg").write_text(
        "interface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n", encoding="utf-8"
    )
    assert "the file's name stands for it: core" in truc("read", tmp_path)[1]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small example, compiled and written."""
    workspace = copy_small(tmp_path_factory.mktemp("compiled"))
    assert truc("compile", "-w", workspace, "--on", ON)[0] == ExitCode.FINE
    return workspace


def test_of_what_truc_writes_every_line_is_understood(compiled: Path) -> None:
    texts, findings = read_captured(compiled / "out" / "configs", None)
    assert findings == ()
    assert len(texts) == 10
    assert all(text.captured.stripped == () and text.named for text in texts)
    assert sum(text.count(LineKind.UNKNOWN) for text in texts) == 0
    assert truc("read", compiled / "out" / "configs")[0] == ExitCode.FINE


FORMS = (
    (("router ospf 7", "network 10.0.0.0 0.0.0.255 area 0"), "router ospf N > network A.B.C.D A.B.C.D area N"),
    (("interface GigabitEthernet0/0/1.7", "ip ospf cost 5"), "interface GigabitEthernetN > ip ospf cost N"),
    (("router bgp 1", "neighbor as2 peer-group"), "router bgp N > neighbor NAME peer-group"),
    (("protocols isis interface ge-0/0/1.0 level 2 disable",), "protocols isis interface geN level N disable"),
    (("interfaces lo0 unit 0 family inet6 address 2001:db8::1/128",), "interfaces loN unit N family inet6 address X:X::X/N"),
    (("policy-options policy-statement to-core term a",), "policy-options policy-statement NAME term NAME"),
    (("ipv6 route 2001:db8::/32 Null0",), "ipv6 route X:X::X/N NullN"),
    (("interface Vlan7", "description the way out"), "interface VlanN > description TEXT"),
    (("route-target import 65001:7",), "route-target import N:N"),
)  # fmt: skip


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_a_form_blanks_numbers_addresses_and_names(path: tuple[str, ...], form: str) -> None:
    assert form_of(path) == form


def test_forms_that_more_files_have_stand_first(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hostname a\nfrob 1\nfrob 2\nfrob 3\nblip 1\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("hostname b\nblip 2\n", encoding="utf-8")
    forms = unknown_forms(read_captured(tmp_path, None)[0])
    assert [(item.form, item.files, item.lines) for item in forms] == [("blip N", 2, 2), ("frob N", 1, 3)]


# hostile texts


@settings(max_examples=30, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from([*R1.splitlines(), *R2.splitlines(), "{", "}", "set interfaces", "set system host-name x"])
        ).map(lambda lines: "\n".join(lines).encode()),
        st.tuples(st.integers(0, len(R1)), st.binary(max_size=8)).map(
            lambda cut: R1[: cut[0]].encode() + cut[1] + R1[cut[0] :].encode()
        ),
    ),
    st.sampled_from([None, "cisco_ios", "junos"]),
)
def test_no_bytes_make_a_command_fall_over(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, platform: str | None
) -> None:
    path = tmp_path_factory.mktemp("hostile") / "text"
    path.write_bytes(raw)
    said = () if platform is None else ("--platform", platform)
    for words in (
        ("read", path, "--lines"),
        ("read", path.parent, "--json"),
        ("routes", path, "--device", "r1", "--anyway"),
        ("trace", path, PACKET, *START, "--anyway"),
    ):
        code, text = truc(*words, *said)
        assert code in {ExitCode.FINE, ExitCode.ERROR, ExitCode.INCONCLUSIVE}
        assert text.strip()


# truc routes


def test_a_table_shows_where_its_routes_come_from(folder: Path) -> None:
    code, text = truc("routes", folder, "--device", "r1")
    assert code == ExitCode.FINE
    assert "r1, global table: 3 routes: engine, walk agree" in text
    assert "guessed from subnets" in text
    (row,) = [line.split() for line in text.splitlines() if "10.1.2.0/24" in line]
    assert row[1:6] == ["bgp", "20", "GigabitEthernet0/1", "10.0.0.2", "65002"]
    assert row[6].endswith("putty.log:18")


def test_a_table_that_an_unknown_line_of_a_neighbour_could_touch_is_not_modelled(folder: Path) -> None:
    with (folder / "site" / "x.txt").open("r+", encoding="utf-8") as file:
        text = file.read().replace("end", "frobnicate all routes\nend")
        file.seek(0)
        file.write(text)
    code, text = truc("routes", folder, "--device", "r1")
    assert code == ExitCode.INCONCLUSIVE
    assert "NOT MODELLED r1, global table" in text
    assert "x.txt:14: frobnicate all routes" in text
    assert "10.1.2.0/24" not in text
    code, text = truc("routes", folder, "--device", "r1", "--anyway")
    assert code == ExitCode.INCONCLUSIVE
    assert "10.1.2.0/24" in text
    (table,) = of_kind(truc("routes", folder, "--device", "r1", "--json")[1], "table")
    assert table["verdict"] == "not modelled"


def test_two_keys_that_are_hidden_are_told_apart(folder: Path) -> None:
    """Secrets are hidden before texts are read; whether both ends have the same one is known all the same."""
    assert "10.1.2.0/24" in truc("routes", folder, "--device", "r1")[1]
    path = folder / "site" / "x.txt"
    path.write_text(R2.replace(SECRET, "0th3rW0rd"), encoding="utf-8")
    code, text = truc("routes", folder, "--device", "r1")
    assert code == ExitCode.FINE
    assert "10.1.2.0/24" not in text
    path.write_text(R2.replace(f"password {SECRET}", "password 6 abc"), encoding="utf-8")
    code, text = truc("routes", folder, "--device", "r1")
    assert code == ExitCode.INCONCLUSIVE
    assert "what authenticates 10.0.0.1 is not shown" in text


def test_a_vrf_is_named_or_default(folder: Path) -> None:
    assert truc("routes", folder, "--device", "r1", "--vrf", "default")[0] == ExitCode.FINE
    assert "TR842" in truc("routes", folder, "--device", "r1", "--vrf", "GREEN")[1]


def test_a_difference_between_the_meanings_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = inspect_source(TextSource(path=folder), Output("en"))
    table = Inspection(found.texts).table("r1", None)
    prefix = parse_prefix("10.1.2.0/24")
    mine = {entry.prefix: entry for entry in table.entries}
    other = RouteEntry(prefix=prefix, source=RouteSource.STATIC, distance=1, ways=(RouteWay(interface="Null0"),))
    differing = replace(table, disputes=disputed_routes(mine, {**mine, prefix: other}))
    print_table(Output("en"), found, differing, anyway=False)
    text = capsys.readouterr().out
    assert "engine:    10.1.2.0/24 bgp [20] GigabitEthernet0/1 65002" in text
    assert "walk:      10.1.2.0/24 static [1] Null0" in text
    print_table_json(Output("en", json=True), found, differing, anyway=False)
    assert "truc/routes/1 dispute" in check_messages('{"format": "truc/routes/1"}\n' + capsys.readouterr().out)


# truc trace


def test_a_packet_is_shown_hop_by_hop_with_the_lines_that_decide(folder: Path) -> None:
    code, text = truc("trace", folder, PACKET, *START)
    assert code == ExitCode.FINE
    assert "way 1 of 1: DELIVERED_TO_SUBNET" in text
    assert "1. r1: GigabitEthernet0/2 -> GigabitEthernet0/1 (10.0.0.2)" in text
    assert "putty.log:26: permit tcp any any eq 443" in text
    assert "route: 10.1.2.0/24 bgp, AS 65002" in text


def test_a_packet_that_a_filter_drops_ends_there(folder: Path) -> None:
    _, text = truc("trace", folder, PACKET.replace("443", "80"), *START)
    assert "way 1 of 1: DENIED_IN" in text
    assert "line:      " in text
    (way,) = of_kind(truc("trace", folder, PACKET.replace("443", "80"), *START, "--json")[1], "way")
    deciding = way["deciding"]
    assert isinstance(deciding, dict)
    assert (way["disposition"], deciding["line"], deciding["text"]) == ("DENIED_IN", 27, "deny ip any any")


@pytest.mark.parametrize(
    ("failure", "end"),
    [
        ("link/r1:GigabitEthernet0/1", "NO_ROUTE"),
        ("link/r1:GigabitEthernet0/1=r2:GigabitEthernet0/1", "NO_ROUTE"),
        ("device/r2", "NO_ROUTE"),
        ("device/r1", "NEIGHBOR_UNREACHABLE"),
    ],
)
def test_a_packet_is_followed_under_a_failure(folder: Path, failure: str, end: str) -> None:
    code, text = truc("trace", folder, PACKET, *START, "--failure", failure)
    assert code == ExitCode.FINE
    assert f"way 1 of 1: {end}" in text
    assert "failed: engine, walk agree" in text


def test_cables_may_be_said_by_a_table(folder: Path) -> None:
    table = folder.parent / "cables.csv"
    table.write_text("r1,gi0/2,r2,gi0/2\n", encoding="utf-8")  # the wrong ports: the session stays down
    code, text = truc("trace", folder, PACKET, *START, "--links", table)
    assert code == ExitCode.INCONCLUSIVE
    assert "from the table of cables" in text
    assert "no link that is known leads there" in text
    table.write_text("r1,gi0/1,r2,gi0/1\n", encoding="utf-8")
    assert truc("trace", folder, PACKET, *START, "--links", table)[0] == ExitCode.FINE


def test_texts_and_links_may_come_from_a_workspace(compiled: Path) -> None:
    flow = "icmp 10.196.0.3 > 10.196.64.3 from cpe-gia-sang GigabitEthernet0/0/1.104"
    code, alone = truc("trace", "-w", compiled, "--on", ON, flow, "--json")
    assert code == ExitCode.FINE
    code, captured = truc("trace", compiled / "out" / "configs", "-w", compiled, "--on", ON, flow, "--json")
    assert code == ExitCode.FINE
    assert of_kind(alone, "links")[0]["known"] == of_kind(captured, "links")[0]["known"] == "workspace"
    ends = [[way["disposition"] for way in of_kind(text, "way")] for text in (alone, captured)]
    assert ends[0] == ends[1]


def test_a_guessed_lan_end_is_said_to_be_a_guess(folder: Path) -> None:
    _, text = truc("trace", folder, PACKET.replace("10.1.2.9", "10.0.0.3"), *START)
    assert "NEIGHBOR_UNREACHABLE" in text
    assert "links were guessed from subnets" in text.replace("\n", " ")


def test_vietnamese_speaks_of_the_same(folder: Path) -> None:
    for words in (("read", folder), ("routes", folder, "--device", "r1"), ("trace", folder, PACKET, *START)):
        assert "tiếp: " in truc(*words, "--lang", "vi")[1]


def test_what_is_neither_file_nor_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "TR709" in truc("read", tmp_path / "pipe")[1]


def test_too_many_words_are_a_usage_error() -> None:
    assert truc("trace", "a", "b", "c")[0] != ExitCode.FINE
