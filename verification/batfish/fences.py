"""The IPv4 fences of all attachments, each alone, as Batfish judges them.

The one idea: every list is compared with `allowed` by Batfish's own decision diagrams, all lists of a direction in one question;
what only one of the two admits comes back as a packet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from intents.prefix import Family
from intents.reason import because
from routing.model import Direction
from verification.batfish.allowed_acls import AskedFence, allowed_at, layers_of, reference_snapshot
from verification.batfish.flow import WHOLE, addresses, flow_of_row
from verification.batfish.protocol import BatfishError, BatfishSession, Row, Snapshot, Trouble
from verification.batfish.tables import Facts
from verification.evidence.evidence import Evidence
from verification.packets.flow_sets import FlowSet, Span, flow_of, rectangle, whole
from verification.verdicts.flow import Flow

PERMIT = "PERMIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceFault:
    """A packet that a fence admits though it is not allowed (`admits`), or drops though it is. `line` of the list decided."""

    fence: AskedFence
    flow: Flow
    admits: bool
    line: str


def fences_of(evidence: Evidence, facts: Facts) -> Iterator[AskedFence]:
    """Yield every IPv4 fence with the list that Batfish sees bound there."""
    own = evidence.sides[Family.V4].pairs.own
    for name, ports in sorted(evidence.ports.items()):
        for port in ports if name in own else ():
            seen = facts.interfaces.get((port.device, port.interface))
            for index, direction in enumerate((Direction.IN, Direction.OUT)):
                acl = seen.filters[index] if seen is not None else ""
                yield AskedFence(attachment=name, port=port, direction=direction, acl=acl)


class FenceOpinions:
    """The fences of a snapshot compared with what is allowed: `faults` has at most one packet of each kind for each fence."""

    def __init__(self, session: BatfishSession, snapshot: Snapshot, evidence: Evidence, facts: Facts) -> None:
        self._session, self._snapshot, self._evidence, self._facts = session, snapshot, evidence, facts
        self._references: dict[AskedFence, Snapshot] = {}
        self.all = tuple(fences_of(evidence, facts))
        faults = [fault for fence in self.all if not fence.acl for fault in _unbound(evidence, fence)]
        for layer in layers_of(fence for fence in self.all if fence.acl):
            faults += self._compare(layer)
        order = sorted(faults, key=lambda item: (item.fence.attachment, item.fence.direction, not item.admits))
        self.faults = tuple(order)

    def admitting(self, direction: Direction) -> tuple[AskedFence, ...]:
        """Return the fences of a direction that admit too much."""
        return tuple(fault.fence for fault in self.faults if fault.admits and fault.fence.direction is direction)

    def _compare(self, layer: Sequence[AskedFence]) -> Iterator[FenceFault]:
        reference = reference_snapshot(self._evidence, layer, self._facts.nodes)
        self._session.upload(reference)
        names = {fence.acl for fence in layer}
        written = lists_named(self._session, names, reference)
        standing = lists_named(self._session, names, self._snapshot)
        for fence in layer:
            self._references[fence] = reference
            key = (self._facts.nodes[fence.port.device], fence.acl)
            if key not in written:
                raise BatfishError(Trouble.INCOMPLETE, because("not_read_back", attachment=fence.attachment))
            if key not in standing:
                yield from _unbound(self._evidence, fence)
        for direction in (Direction.IN, Direction.OUT):
            asked = [fence for fence in layer if fence.direction is direction]
            if asked:
                yield from self._differences(asked, reference, WHOLE)

    def dropped(self, fence: AskedFence, spans: Sequence[Span]) -> FenceFault | None:
        """Return an allowed packet that a fence drops, to (or, at a destination, from) some addresses."""
        if fence not in self._references or not spans:
            return None
        headers = {**WHOLE, "dstIps" if fence.direction is Direction.IN else "srcIps": addresses(spans)}
        found = self._differences([fence], self._references[fence], headers)
        return next((fault for fault in found if not fault.admits), None)

    def _differences(
        self, fences: Sequence[AskedFence], reference: Snapshot, headers: Mapping[str, str]
    ) -> Iterator[FenceFault]:
        parameters = {"filters": filters_named({fence.acl for fence in fences}), "action": "permit", "headers": headers}
        if len(fences) == 1:
            parameters["nodes"] = self._facts.nodes[fences[0].port.device]
        rows = self._session.ask("searchFilters", parameters, self._snapshot, reference)
        return _faults(rows, fences, self._facts)


def lists_named(session: BatfishSession, names: Iterable[str], snapshot: Snapshot) -> frozenset[tuple[str, str]]:
    """Return which lists of these names a snapshot has, as (node, name): one that is missing is compared with nothing."""
    rows = session.ask("resolveFilterSpecifier", {"filters": filters_named(names)}, snapshot)
    return frozenset((str(row["Node"]["name"]), str(row["Filter_Name"])) for row in rows)


def filters_named(names: Iterable[str]) -> str:
    """Return what specifies lists by name; a slash would end it, so any character may stand there."""
    return f"/^({'|'.join(re.escape(name).replace('/', '.') for name in sorted(names))})$/"


def _faults(rows: Sequence[Row], fences: Sequence[AskedFence], facts: Facts) -> Iterator[FenceFault]:
    by_list = {(facts.nodes[fence.port.device], fence.acl): fence for fence in fences}
    for row in rows:
        fence = by_list.get((str(row["Node"]["name"]), str(row["Filter_Name"])))
        if fence is None:  # the same name elsewhere, in the other direction: asked about there
            continue
        found = replace(flow_of_row(row["Flow"], fence.port.device), start_interface=fence.port.interface)
        admits = str(row["Snapshot_Action"]) == PERMIT
        yield FenceFault(fence=fence, flow=found, admits=admits, line=str(row["Snapshot_Line_Content"] or ""))


def _unbound(evidence: Evidence, fence: AskedFence) -> Iterator[FenceFault]:
    """Yield a packet that passes where no filter is bound."""
    space = evidence.sides[Family.V4].space
    everything: FlowSet = rectangle(space, whole(Family.V4), whole(Family.V4), space.full)
    packet = (everything - allowed_at(evidence, fence)).witness()
    if packet is not None:
        flow = flow_of(packet, Family.V4, fence.port.device, fence.port.interface)
        yield FenceFault(fence=fence, flow=flow, admits=True, line="")
