"""What Batfish read and computed: nodes, lines that it didn't read, interfaces, sessions and routes, checked for completeness.

The one idea: before Batfish is asked what the network does, it must show that it has the whole network: every text a node, every
node interfaces, some session, some route; zero of anything is an error, never a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from sys import intern
from typing import Any

from intents.prefix import Family, Prefix, parse_prefix
from intents.reason import Reason, because
from routing.vendors import VENDORS
from verification.batfish.flow import flow_of_row
from verification.batfish.protocol import BatfishError, BatfishSession, Parameters, Row, Snapshot, Trouble
from verification.batfish.snapshot import CONFIGS, device_of, file_of
from verification.evidence.evidence import Given
from verification.verdicts.flow import Flow
from verification.verdicts.verdict import Culprit, NotModelled

AT_ONCE = 200
"""Of how many devices the routes are asked for in one question: each may have thousands."""
_FATAL = frozenset({"FAILED", "EMPTY", "UNKNOWN", "UNSUPPORTED", "UNEXPECTED_PACKAGING"})
_PROPERTIES = "Active,VRF,All_Prefixes,Incoming_Filter_Name,Outgoing_Filter_Name,Encapsulation_VLAN"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadLine:
    """A line that Batfish does not read though the device's reader knows no reason why it may be left out; without a text it is
    told by the reason."""

    device: str
    line: int
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenInterface:
    """An interface as Batfish has it; a filter is "" if none filters there. `prefixes` with host bits, as text."""

    vrf: str
    active: bool
    vlan: int | None
    addresses: frozenset[tuple[str, int]]
    filters: tuple[str, str]

    @property
    def is_loopback(self) -> bool:
        """Return whether it is no interface that packets pass: it has host addresses only, or none."""
        return all(length == Family.V4.bits for _, length in self.addresses)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRoute:
    """A route of a VRF: where it comes from, the address of its next hop ("" if it has none), the interface that it leads out
    of where it has no address, and the VRF of the same device whose own route is meant (a leaked one), each "" if not so."""

    prefix: Prefix
    protocol: str
    next_hop: str
    interface: str = ""
    vrf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`nodes` and `devices` lead from our names to Batfish's and back. `sessions`: (device, VRF, local, remote address) of
    those that are established. `undefined`: names that texts use and don't define."""

    nodes: Mapping[str, str]
    devices: Mapping[str, str]
    unread: tuple[UnreadLine, ...]
    undefined: tuple[UnreadLine, ...]
    interfaces: Mapping[tuple[str, str], SeenInterface]
    sessions: frozenset[tuple[str, str, str, str]]
    routes: Mapping[tuple[str, str], tuple[SeenRoute, ...]]
    renamed: Mapping[tuple[str, str], str]
    """By device and our name of an interface, Batfish's name where it is another one; `ours` leads back."""
    ours: Mapping[tuple[str, str], str]

    def location(self, device: str, interface: str) -> str:
        """Return an interface as Batfish's location specifier."""
        return f"{self.nodes[device]}[{self.renamed.get((device, interface), interface)}]"

    def flow(self, seen: Mapping[str, Any]) -> Flow:
        """Return a flow as an answer has it, starting at an interface of ours."""
        node = str(seen.get("ingressNode"))
        found = flow_of_row(seen, self.devices.get(node, node))
        return replace(found, start_interface=self.our_name(found.start_device, found.start_interface))

    def our_name(self, device: str, interface: str) -> str:
        """Return our name of an interface that Batfish calls so."""
        return self.ours.get((device, interface), interface)

    @property
    def route_count(self) -> int:
        """The number of routes of all VRFs."""
        return sum(len(found) for found in self.routes.values())


def gather_facts(session: BatfishSession, snapshot: Snapshot, given: Given) -> Facts:
    """Ask everything that is no question about packets. BatfishError if something that was sent is not in the answers."""
    read = gather_texts(session, snapshot, given)
    up = frozenset(_sessions(session.ask("bgpSessionStatus", {}, snapshot), read.devices))
    if not up and len(given.network.devices) > 1:
        raise BatfishError(Trouble.INCOMPLETE, because("no_session_established"))
    routes: dict[tuple[str, str], tuple[SeenRoute, ...]] = {}
    for nodes in _in_parts(sorted(read.nodes.values())):
        routes |= _routes(session.ask("routes", nodes, snapshot), read)
    without = sorted(read.nodes.keys() - {device for device, _ in routes})
    if without:
        raise BatfishError(Trouble.INCOMPLETE, because("no_route_in_answer", devices=_some(without)))
    return replace(read, sessions=up, routes=routes)


def gather_texts(session: BatfishSession, snapshot: Snapshot, given: Given) -> Facts:
    """Return what Batfish read, without what it computed: no sessions, no routes. BatfishError as for `gather_facts`."""
    nodes = _nodes(session.ask("fileParseStatus", {}, snapshot), given)
    devices = {node: device for device, node in nodes.items()}
    renamed = dict(_renamed(given))
    ours = {(device, theirs): name for (device, name), theirs in renamed.items()}
    rows = session.ask("interfaceProperties", {"properties": _PROPERTIES}, snapshot)
    interfaces = {(key[0], ours.get(key, key[1])): seen for key, seen in _interfaces(rows, devices)}
    without = sorted(nodes.keys() - {device for device, _ in interfaces})
    if without:
        raise BatfishError(Trouble.INCOMPLETE, because("no_interface_in_answer", devices=_some(without)))
    return Facts(
        nodes=nodes,
        devices=devices,
        unread=(*_unread(session.ask("initIssues", {}, snapshot), given, devices), *_misread(given)),
        undefined=tuple(_undefined(session.ask("undefinedReferences", {}, snapshot))),
        interfaces=interfaces,
        sessions=frozenset(),
        routes={},
        renamed=renamed,
        ours=ours,
    )


def doubt_of(facts: Facts) -> NotModelled | None:
    """Return why nothing may be claimed: lines that Batfish did not read or misreads, or names that mean nothing."""
    lines: tuple[UnreadLine, ...] = (*facts.unread, *facts.undefined)
    if not lines:
        return None
    culprits = tuple(Culprit(device=item.device, ref=(), line=item.line, text=item.text) for item in lines[:20])
    first = {"device": lines[0].device, "line": lines[0].line, "text": lines[0].text or lines[0].reason}
    return NotModelled(reason=because("batfish_misreads", count=len(lines), **first), culprits=culprits)


def _renamed(given: Given) -> Iterator[tuple[tuple[str, str], str]]:
    for name, device in given.network.devices.items():
        vendor = VENDORS[device.platform]
        for item in device.interfaces:
            theirs = vendor.interface_name(item.name)
            if theirs != item.name:
                yield (name, item.name), theirs


def _some(names: Sequence[str]) -> Reason | str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else because("and_more", shown=shown, more=len(names) - 5)


def _nodes(rows: Sequence[Row], given: Given) -> dict[str, str]:
    """Return Batfish's name of every device that was sent."""
    found: dict[str, str] = {}
    for row in rows:
        path = str(row["File_Name"])
        nodes = row.get("Nodes") or []
        if path.startswith(CONFIGS) and len(nodes) == 1 and str(row.get("Status")) not in _FATAL:
            found[device_of(path)] = str(nodes[0]["name"])
    missing = sorted(given.network.devices.keys() - found.keys())
    if missing or not found:
        devices = _some(missing) or because("every_device")
        raise BatfishError(Trouble.INCOMPLETE, because("no_node_in_answer", devices=devices))
    return found


def _interfaces(rows: Sequence[Row], devices: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], SeenInterface]]:
    for row in rows:
        device = devices.get(str(row["Interface"]["hostname"]))
        if device is None:
            continue
        tag = row.get("Encapsulation_VLAN")
        yield (
            (device, str(row["Interface"]["interface"])),
            SeenInterface(
                vrf=str(row.get("VRF") or ""),
                active=bool(row.get("Active")),
                vlan=None if tag is None else int(tag),
                addresses=frozenset(_address(str(item)) for item in row.get("All_Prefixes") or ()),
                filters=(str(row.get("Incoming_Filter_Name") or ""), str(row.get("Outgoing_Filter_Name") or "")),
            ),
        )


def _address(text: str) -> tuple[str, int]:
    value, _, length = text.partition("/")
    return value, int(length)


def _sessions(rows: Sequence[Row], devices: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the sessions that are established."""
    for row in rows:
        if row["Established_Status"] == "ESTABLISHED":
            remote = row["Remote_IP"]
            address = str(remote.get("value") if isinstance(remote, Mapping) else remote)
            yield devices.get(str(row["Node"]["name"]), ""), str(row["VRF"]), str(row["Local_IP"]), address


def _in_parts(nodes: Sequence[str]) -> Iterator[Parameters]:
    """Yield the parameters of questions about all nodes: one, or several whose answers are not too large at once."""
    if len(nodes) <= AT_ONCE:
        yield {}
        return
    for start in range(0, len(nodes), AT_ONCE):
        yield {"nodes": ", ".join(nodes[start : start + AT_ONCE])}


def _routes(rows: Sequence[Row], read: Facts) -> dict[tuple[str, str], tuple[SeenRoute, ...]]:
    found: dict[tuple[str, str], list[SeenRoute]] = {}
    for row in rows:
        device = read.devices.get(str(row["Node"]["name"]))
        if device is None:
            continue
        hop = row.get("Next_Hop") or {}
        found.setdefault((device, str(row["VRF"])), []).append(
            SeenRoute(
                prefix=_prefix(str(row["Network"])),
                protocol=intern(str(row["Protocol"])),
                next_hop=intern(str(hop.get("ip") or "")),
                interface=intern(read.our_name(device, str(hop.get("interface") or ""))),
                vrf=intern(str(hop.get("vrf") or "")),
            )
        )
    return {key: tuple(sorted(items, key=repr)) for key, items in found.items()}


@cache
def _prefix(text: str) -> Prefix:
    return parse_prefix(text)  # a thousand sites have millions of routes to thousands of prefixes


def _unread(rows: Sequence[Row], given: Given, devices: Mapping[str, str]) -> Iterator[UnreadLine]:
    """Yield lines that Batfish did not read, or not wholly, and that may mean something."""
    harmless = {name: _harmless_lines(given, name) for name in given.network.devices}
    reasons = {name: _gaps(device.platform) for name, device in given.network.devices.items()}
    for row in rows:
        names: list[dict[str, Any]] = [
            {"filename": file_of(devices.get(str(name), "")), "lines": [0]} for name in row.get("Nodes") or ("",)
        ]
        for place in row.get("Source_Lines") or names:
            device = device_of(str(place["filename"]))
            for number in place.get("lines") or (0,):
                text = _line(given, device, int(number)) or str(row.get("Line_Text") or "").strip()
                if text in harmless.get(device, ()) or any(
                    one.search(said) for one in reasons.get(device, ()) for said in (text, str(row.get("Details")))
                ):
                    continue
                yield UnreadLine(
                    device=device, line=int(number), text=text, reason=because("os_said", said=row.get("Details") or "")
                )


def _misread(given: Given) -> Iterator[UnreadLine]:
    """Yield what Batfish reads as something else without a word."""
    for name, device in sorted(given.network.devices.items()):
        for reason in VENDORS[device.platform].misread_by_batfish(device):
            yield UnreadLine(device=name, line=0, text="", reason=reason)


def _line(given: Given, device: str, number: int) -> str:
    lines = given.texts[device] if device in given.network.devices else ()
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


def _harmless_lines(given: Given, name: str) -> frozenset[str]:
    """Return every line that the device's reader knows to change nothing, as it stands in a text and as a path."""
    paths = given.network.devices[name].harmless
    return frozenset({path[-1].strip() for path in paths} | {f"set {path[-1].strip()}" for path in paths})


def _gaps(platform: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern, _ in VENDORS[platform].unread_by_batfish())


def _undefined(rows: Sequence[Row]) -> Iterator[UnreadLine]:
    for row in rows:
        place = row["Lines"] or {}
        lines = place.get("lines") or [0]
        yield UnreadLine(
            device=device_of(str(place.get("filename", row["File_Name"]))),
            line=int(lines[0]),
            text=str(row["Ref_Name"]),
            reason=because("undefined_name", kind=row["Struct_Type"] or "?", context=row["Context"] or "?"),
        )
