"""Hand-written access lists of IOS-XE mean what the vendor's documents say, packet by packet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from intents.prefix import Family, parse_address
from routing.model import AclEntry, Action, AddressMatch, NonInitial
from routing.vendors.cisco_ios import VENDOR

DATA = Path(__file__).parent / "readers" / "cisco_ios"
FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}
Case = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A packet as the snippets write it; a non-initial fragment has no ports, flags or ICMP type."""

    source: int
    destination: int
    protocol: int
    ports: tuple[int, int] = (0, 0)
    flags: int = 0
    icmp: tuple[int, int] | None = None
    fragment: bool = False


def parse_packet(text: str) -> Packet:
    protocol, source, _, destination, *rest = text.split()
    ported = protocol in ("tcp", "udp") and rest != ["fragment"]
    source, source_port = _end(source, ported=ported)
    destination, destination_port = _end(destination, ported=ported)
    family, value = parse_address(source)
    number = {"tcp": 6, "udp": 17, "icmp": 1 if family is Family.V4 else 58}.get(protocol) or int(protocol)
    option = rest[0] if rest else ""
    kind, slash, code = option.partition("/")
    return Packet(
        source=value,
        destination=parse_address(destination).value,
        protocol=number,
        ports=(source_port, destination_port),
        flags=sum(FLAGS[flag] for flag in option.split("+")) if ported and option else 0,
        icmp=(int(kind), int(code)) if slash else None,
        fragment=option == "fragment",
    )


def _end(text: str, *, ported: bool) -> tuple[str, int]:
    address, _, port = text.rpartition(":") if ported else (text, "", "0")
    return address, int(port)


def inside(value: int, matches: tuple[AddressMatch, ...] | None) -> bool:
    return matches is None or any(value & match.care == match.value for match in matches)


def layer4_fits(entry: AclEntry, packet: Packet) -> bool:
    for port, ranges in zip(packet.ports, (entry.source_ports, entry.destination_ports), strict=True):
        if ranges is not None and not any(low <= port <= high for low, high in ranges):
            return False
    if entry.tcp_flags is not None and not any(packet.flags & m.care == m.value for m in entry.tcp_flags):
        return False
    return entry.icmp is None or (
        packet.icmp is not None
        and any(m.type == packet.icmp[0] and m.code in (None, packet.icmp[1]) for m in entry.icmp)
    )


def fits(entry: AclEntry, packet: Packet) -> bool:
    if entry.protocols is not None and packet.protocol not in entry.protocols:
        return False
    if not inside(packet.source, entry.sources) or not inside(packet.destination, entry.destinations):
        return False
    if packet.fragment:
        return entry.non_initial is not NonInitial.SKIP
    return entry.non_initial is not NonInitial.ONLY and layer4_fits(entry, packet)


def permitted(entries: tuple[AclEntry, ...], packet: Packet) -> bool:
    return next((entry.action is Action.PERMIT for entry in entries if fits(entry, packet)), False)


def load(name: str) -> list[Case]:
    found = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    sources = {key for key in found if key != "snippets"}
    assert all(case["source"] in sources for case in found["snippets"])
    return list(found["snippets"])


CASES = load("acl.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_access_list_means_what_the_document_says(case: Case) -> None:
    read = VENDOR.read("r1", str(case["text"]))
    assert list(read.unknown_lines) == case.get("unknown", [])
    name = case.get("list", "X")
    entries = next((acl.entries for acl in read.device.acls if acl.name == name), ())
    wanted = {**dict.fromkeys(_texts(case, "permit"), True), **dict.fromkeys(_texts(case, "deny"), False)}
    assert {text: permitted(entries, parse_packet(text)) for text in wanted} == wanted
    assert len(entries) == case.get("entries", len(entries))
    assert [index for index, entry in enumerate(entries) if entry.log] == case.get(
        "logged", [index for index, entry in enumerate(entries) if entry.log]
    )


def _texts(case: Case, key: str) -> list[str]:
    found = case.get(key, [])
    assert isinstance(found, list)
    return [str(text) for text in found]


def test_snippet_names_are_distinct_and_each_says_something() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert all({"permit", "deny", "unknown", "entries"} & case.keys() for case in CASES)
