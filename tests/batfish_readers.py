"""What Batfish says of the hand-written snippets, beside what the readers make of them: packets, interfaces, routes, neighbours
and policies, item by item.

The one idea: both say a word about the same subject of the same device, and every pair of words falls in one of four: alike, on a
device of which Batfish did not read a line, on the closed list of forms that Batfish misreads, or different, which nobody keeps.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from routing.vendors import VENDORS
from tests.reader_devices import PacketCase, ReaderDevice, reader_devices, readers_snapshot
from tests.reader_policies import BatfishRoute, routes_for, said_of_route, wanted_of_route
from tests.reader_words import model_words, seen_words
from verification.batfish.flow import WHOLE
from verification.batfish.protocol import COLUMNS, BatfishSession, Columns, Row
from verification.batfish.snapshot import device_of

RECORDED_READERS = Path(__file__).parent / "recorded" / "readers.jsonl.gz"
MISREAD_READERS = Path(__file__).parent / "readers" / "batfish_misread.yaml"
READER_COLUMNS: Columns = {
    "bgpPeerConfiguration": frozenset(
        {"Export_Policy", "Import_Policy", "Local_AS", "Node", "Remote_AS", "Remote_IP", "Send_Community", "VRF"}
    ),
    "bgpProcessConfiguration": frozenset({"Multipath_EBGP", "Node", "Router_ID", "VRF"}),
    "fileParseStatus": COLUMNS["fileParseStatus"],
    "initIssues": COLUMNS["initIssues"],
    "interfaceProperties": COLUMNS["interfaceProperties"] | {"Admin_Up"},
    "nodeProperties": frozenset({"Node", "Routing_Policies", "VRFs"}),
    "routes": COLUMNS["routes"] | {"Admin_Distance"},
    "testFilters": frozenset({"Action", "Filter_Name", "Node"}),
    "testRoutePolicies": frozenset({"Action", "Input_Route", "Node", "Output_Route", "Policy_Name"}),
}
"""What the snippets are asked about; two of these questions judge no network."""
_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "interfaceProperties": {
        "properties": "Active,Admin_Up,All_Prefixes,Encapsulation_VLAN,Incoming_Filter_Name,Outgoing_Filter_Name,VRF"
    },
    "routes": {"protocols": "static"},
}
_FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")
_NO_LINE = "No hostname set"


class Outcome(StrEnum):
    ALIKE = "alike"
    UNREAD = "not read"
    LISTED = "listed"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One subject of one snippet: what it means, and what Batfish says ("-" for nothing)."""

    device: str
    subject: str
    wanted: str
    said: str
    outcome: Outcome

    @property
    def key(self) -> tuple[str, str]:
        """What the list of misread forms names it by."""
        return self.device, self.subject

    def __str__(self) -> str:
        return f"{self.device}: {self.subject}: {self.wanted}, batfish {self.said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All items; `refused`: snippets of which the reader claims nothing, `unread`: those of which Batfish misses a line."""

    items: tuple[Item, ...]
    unread: Mapping[str, tuple[str, ...]]
    refused: int
    hidden: int

    def of(self, outcome: Outcome) -> tuple[Item, ...]:
        """Return the items with an outcome."""
        return tuple(item for item in self.items if item.outcome is outcome)

    def counts(self) -> Counter[tuple[str, Outcome]]:
        """Return how many items of each kind have each outcome."""
        return Counter((item.subject.partition(" ")[0], item.outcome) for item in self.items)

    def told(self) -> str:
        """Return all counts in one line a kind."""
        counts = self.counts()
        lines = [
            f"{kind}: " + ", ".join(f"{counts[kind, outcome]} {outcome}" for outcome in Outcome)
            for kind in sorted({kind for kind, _ in counts})
        ]
        snippets = f"{len(reader_devices())} snippets, of {self.refused} the reader claims nothing"
        missed = f"of {len(self.unread)} others Batfish misses a line"
        hidden = f"{self.hidden} packets of IPv6, non-initial fragments or port 0 are not asked about"
        return "\n".join([*lines, f"{snippets}, {missed}; {hidden}"])


@cache
def misread_forms() -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return, by device and subject, the form that is misread and what Batfish says."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in yaml.safe_load(MISREAD_READERS.read_text(encoding="utf-8")):
        for subject, said in entry["said"].items():
            assert (entry["device"], subject) not in found
            found[entry["device"], subject] = (str(entry["form"]), str(said))
    return found


def compare_readers(session: BatfishSession) -> Comparison:
    """Ask a session all that the snippets are compared by. BatfishError."""
    snapshot = readers_snapshot()
    session.upload(snapshot)
    answers = {
        question: session.ask(question, _PARAMETERS.get(question, {}), snapshot)
        for question in READER_COLUMNS
        if not question.startswith("test")
    }
    nodes = nodes_of(answers["fileParseStatus"])
    claimed = {device.name: device for device in reader_devices() if device.is_claimed}
    missing = claimed.keys() - nodes.keys()
    assert not missing, f"Batfish has no node for {sorted(missing)}"
    unread = unread_lines(answers["initIssues"], claimed, nodes)
    items = [
        *_words(claimed, nodes, answers),
        *_packets(session, claimed, nodes),
        *_policies(session, claimed, nodes, answers["nodeProperties"]),
    ]
    return Comparison(
        items=tuple(
            Item(device=device, subject=subject, wanted=wanted, said=said, outcome=_judge(found, unread))
            for found in sorted(items)
            for device, subject, wanted, said in [found]
        ),
        unread=unread,
        refused=len(reader_devices()) - len(claimed),
        hidden=sum(device.hidden for device in reader_devices()),
    )


def faults(comparison: Comparison) -> list[str]:
    """Return what nobody may get used to: differences that are not listed, and entries of the list that do not differ."""
    stale = misread_forms().keys() - {item.key for item in comparison.of(Outcome.LISTED)}
    return [
        *map(str, comparison.of(Outcome.DIFFERENT)),
        *(f"{device}: {subject}: is listed, but does not differ" for device, subject in sorted(stale)),
    ]


Found = tuple[str, str, str, str]
"""Device, subject, what it means, what Batfish says."""


def _judge(found: Found, unread: Mapping[str, tuple[str, ...]]) -> Outcome:
    device, subject, wanted, said = found
    if device in unread:
        return Outcome.UNREAD
    if wanted == said:
        return Outcome.ALIKE
    listed = misread_forms().get((device, subject))
    return Outcome.LISTED if listed is not None and listed[1] == said else Outcome.DIFFERENT


def nodes_of(rows: Sequence[Row]) -> dict[str, str]:
    """Return Batfish's name of every snippet's device: its file's, but for a text that names itself."""
    found = {}
    for row in rows:
        names = [str(node["name"]) for node in row.get("Nodes") or ()]
        if names:
            found[device_of(str(row["File_Name"]))] = max(names, key=len)
    return found


def unread_lines(
    rows: Sequence[Row], claimed: Mapping[str, ReaderDevice], nodes: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return what Batfish did not read of claimed snippets, but for lines that their reader knows to mean nothing."""
    names = {node: name for name, node in nodes.items()}
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        details = str(row["Details"] or "")
        if details.startswith(_NO_LINE):
            continue
        places = [(device_of(str(one["filename"])), one.get("lines") or [0]) for one in row["Source_Lines"] or ()]
        for name, numbers in places or [(names.get(str(node), ""), [0]) for node in row["Nodes"] or ()]:
            if name in claimed:
                said = [_line(claimed[name], int(number)) or details for number in numbers]
                found[name] += [line for line in said if not _means_nothing(claimed[name], line, details)]
    return {name: tuple(lines) for name, lines in sorted(found.items()) if lines}


def _line(device: ReaderDevice, number: int) -> str:
    """Return a line as Batfish counts it: its first one names the platform."""
    lines = device.text.splitlines()
    return lines[number - 2].strip() if 1 < number <= len(lines) + 1 else ""


def _means_nothing(device: ReaderDevice, line: str, details: str) -> bool:
    harmless = {path[-1].strip() for path in device.read.device.harmless}
    gaps = [re.compile(pattern) for pattern, _ in VENDORS[device.platform].unread_by_batfish()]
    return line.removeprefix("set ") in harmless or any(gap.search(said) for gap in gaps for said in (line, details))


def _words(
    claimed: Mapping[str, ReaderDevice], nodes: Mapping[str, str], answers: Mapping[str, Sequence[Row]]
) -> Iterator[Found]:
    seen = seen_words(answers)
    for name, device in claimed.items():
        wanted, said = model_words(device), seen.get(nodes[name], {})
        for subject in sorted(wanted.keys() | said.keys()):
            if subject.startswith("bgp ") and subject not in wanted:  # Batfish makes up what the text leaves open
                continue
            yield name, subject, wanted.get(subject, "-"), said.get(subject, "-")


def _packets(session: BatfishSession, claimed: Mapping[str, ReaderDevice], nodes: Mapping[str, str]) -> Iterator[Found]:
    """Ask about each different packet once, at all filters that a snippet sends it through."""
    asked: dict[tuple[tuple[tuple[str, str], ...], frozenset[str] | None], list[tuple[str, PacketCase]]] = defaultdict(
        list
    )
    for name, device in claimed.items():
        for packet in device.packets:
            asked[packet.headers, packet.flags].append((name, packet))
    for (headers, flags), cases in asked.items():
        constraints: dict[str, object] = {**WHOLE, **dict(headers)}
        constraints["ipProtocols"] = [constraints["ipProtocols"]]
        if flags is not None:
            constraints["tcpFlags"] = [{flag: flag in flags for flag in _FLAGS}]
        parameters = {
            "nodes": _names(nodes[name] for name, _ in cases),
            "filters": _names(packet.filter for _, packet in cases),
            "headers": constraints,
        }
        rows = session.ask("testFilters", parameters, readers_snapshot())
        said = {(str(row["Node"]["name"]), str(row["Filter_Name"])): str(row["Action"]).lower() for row in rows}
        for name, packet in cases:
            subject = f"packet {packet.filter} {packet.text}"
            yield name, subject, packet.action, said.get((nodes[name], packet.filter), "-")


def _policies(
    session: BatfishSession, claimed: Mapping[str, ReaderDevice], nodes: Mapping[str, str], rows: Sequence[Row]
) -> Iterator[Found]:
    """Ask about routes at the corners of each policy, those that have the same corners together."""
    known = {(str(row["Node"]["name"]), str(name)) for row in rows for name in row["Routing_Policies"]}
    asked: dict[tuple[BatfishRoute, ...], list[tuple[str, str]]] = defaultdict(list)
    for name, device in claimed.items():
        for policy in device.read.device.policies:
            if (nodes[name], policy.name) in known:
                asked[routes_for(policy)].append((name, policy.name))
    for routes, places in asked.items():
        parameters = {
            "nodes": _names(nodes[name] for name, _ in places),
            "policies": _names(policy for _, policy in places),
            "inputRoutes": [route.parameter() for route in routes],
            "direction": "in",
        }
        answer = session.ask("testRoutePolicies", parameters, readers_snapshot())
        said = {
            (str(row["Node"]["name"]), str(row["Policy_Name"]), BatfishRoute.of_row(row["Input_Route"])): said_of_route(
                row
            )
            for row in answer
        }
        for name, wanted_policy in places:
            policy = next(one for one in claimed[name].read.device.policies if one.name == wanted_policy)
            for route in routes:
                subject = f"policy {policy.name} {route}"
                yield name, subject, wanted_of_route(policy, route), said.get((nodes[name], policy.name, route), "-")


def _names(names: Iterator[str]) -> str:
    """Return a specifier of names."""
    return f"/^({'|'.join(re.escape(name) for name in sorted(set(names)))})$/"
