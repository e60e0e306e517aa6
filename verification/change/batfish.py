"""What a change of texts opens and cuts, as Batfish sees it.

The one idea: a differential question over all ports has, for every start, at most one packet that only the new network delivers
and one that only the old one does, and these hide all others of their kind; so it is asked of several groups of destinations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routing.model import AttachmentPort
from verification.batfish.flow import WHOLE, addresses, united
from verification.batfish.protocol import BatfishSession, Row
from verification.batfish.reachability import ANY, ARRIVED, can_start
from verification.batfish.snapshot import network_snapshot
from verification.batfish.tables import Facts, doubt_of, gather_texts
from verification.change.access import Place, Turn
from verification.evidence.evidence import Given
from verification.packets.flow_sets import Span
from verification.verdicts.flow import SUCCESS, Flow
from verification.verdicts.verdict import NotModelled


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenChanges:
    """What Batfish sees change, by group of destinations, start and turn. `starts`: ports that can be compared: they stand in
    both networks, by one name.
    `doubts`: why there may be more: lines of either network that it did not read."""

    starts: frozenset[Place]
    flows: Mapping[tuple[int, Place, Turn], Flow]
    doubts: tuple[NotModelled, ...]


def ask_changes(
    session: BatfishSession, running: Given, intended: Given, groups: Sequence[Sequence[Span]]
) -> SeenChanges:
    """Return what changes for packets to groups of IPv4 addresses. BatfishError."""
    before, after = network_snapshot(running), network_snapshot(intended)
    session.upload(before)
    session.upload(after)
    old, new = gather_texts(session, before, running), gather_texts(session, after, intended)
    ports = [port for port in intended.network.ports if _stands(old, port, new) and _stands(new, port, old)]
    starts = united([f"@enter({new.location(port.device, port.interface)})" for port in ports])
    flows: dict[tuple[int, Place, Turn], Flow] = {}
    for number, spans in enumerate(groups if ports and before.name != after.name else ()):
        parameters = {
            "pathConstraints": {"startLocation": starts},
            "headers": {**WHOLE, "srcIps": ANY, "dstIps": addresses(spans)},
            "actions": ARRIVED,
        }
        for row in session.ask("differentialReachability", parameters, after, before) if spans else ():
            flows.update(((number, place, turn), flow) for place, turn, flow in _turns(row, new))
    return SeenChanges(
        starts=frozenset((port.device, port.interface) for port in ports),
        flows=flows,
        doubts=tuple(doubt for doubt in (doubt_of(old), doubt_of(new)) if doubt is not None),
    )


def _stands(facts: Facts, port: AttachmentPort, other: Facts) -> bool:
    """Return whether packets can start at a port, and Batfish calls it by one name in both networks."""
    device, interface = port.device, port.interface
    if not can_start(facts, device, interface) or device not in other.nodes:
        return False
    return facts.location(device, interface) == other.location(device, interface)


def _turns(row: Row, facts: Facts) -> Iterator[tuple[Place, Turn, Flow]]:
    flow = facts.flow(row["Flow"])
    arrived = {turn: _arrives(row[column]) for turn, column in _COLUMNS.items()}
    for turn, here in arrived.items():
        if here and not all(arrived.values()):
            yield (flow.start_device, flow.start_interface), turn, flow


_COLUMNS = {Turn.OPENED: "Snapshot_Traces", Turn.CUT: "Reference_Traces"}


def _arrives(traces: Sequence[Mapping[str, Any]] | None) -> bool:
    return any(str(trace.get("disposition")) in SUCCESS for trace in traces or ())
