"""The IPv4 fences of all attachments, each alone, as Batfish judges them.

The one idea: every list is compared with the bounds of its fence by Batfish's own decision diagrams, all lists of a direction in
one question; what only one of the two admits comes back as a packet. Where must and may are the same, that is one comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from intents.prefix import Family
from intents.reason import because
from routing.model import Direction
from verification.batfish.allowed_acls import AskedFence, bounds_at, layers_of, reference_snapshot
from verification.batfish.flow import WHOLE, addresses, flow_of_row
from verification.batfish.protocol import BatfishError, BatfishSession, Row, Snapshot, Trouble
from verification.batfish.tables import Facts
from verification.evidence.evidence import Evidence
from verification.packets.flow_sets import FlowSet, Span, flow_of, rectangle, whole
from verification.verdicts.flow import Flow

PERMIT = "PERMIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceFault:
    """A packet that a fence admits though it may not pass (`admits`), or drops though it must. `line` of the list decided."""

    fence: AskedFence
    flow: Flow
    admits: bool
    line: str


def fences_of(evidence: Evidence, facts: Facts) -> Iterator[AskedFence]:
    """Yield every IPv4 fence with the list that Batfish sees bound there; none of a port that is gone and need not be there."""
    own = evidence.sides[Family.V4].own
    for name, ports in sorted(evidence.ports.items()):
        for port in ports if name in own else ():
            seen = facts.interfaces.get((port.device, port.interface))
            if seen is None and not evidence.stays(port):
                continue
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
        space, bounds = self._evidence.sides[Family.V4].space, {item: bounds_at(self._evidence, item) for item in layer}
        least = reference_snapshot(space, {item: found.must for item, found in bounds.items()}, self._facts.nodes)
        most = reference_snapshot(space, {item: found.may for item, found in bounds.items()}, self._facts.nodes)
        references = {least.name: least, most.name: most}
        for reference in references.values():
            self._upload(reference, layer)
        self._references.update((fence, least) for fence in layer)
        standing = lists_named(self._session, {fence.acl for fence in layer}, self._snapshot)
        for fence in layer:
            if (self._facts.nodes[fence.port.device], fence.acl) not in standing:
                yield from _unbound(self._evidence, fence)
        for direction in (Direction.IN, Direction.OUT):
            asked = [fence for fence in layer if fence.direction is direction]
            if not asked:
                continue
            found = {name: tuple(self._differences(asked, item, WHOLE)) for name, item in references.items()}
            yield from (
                fault
                for reference, faults in found.items()
                for fault in faults
                if reference == (most.name if fault.admits else least.name)
            )

    def _upload(self, reference: Snapshot, layer: Sequence[AskedFence]) -> None:
        """Let Batfish read a reference, every list of it. BatfishError if one is not there then."""
        self._session.upload(reference)
        written = lists_named(self._session, {fence.acl for fence in layer}, reference)
        for fence in layer:
            if (self._facts.nodes[fence.port.device], fence.acl) not in written:
                raise BatfishError(Trouble.INCOMPLETE, because("not_read_back", attachment=fence.attachment))

    def dropped(self, fence: AskedFence, spans: Sequence[Span]) -> FenceFault | None:
        """Return a packet that must pass and that a fence drops, to (or, at a destination, from) some addresses."""
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
    packet = (everything - bounds_at(evidence, fence).may).witness()
    if packet is not None:
        flow = flow_of(packet, Family.V4, fence.port.device, fence.port.interface)
        yield FenceFault(fence=fence, flow=flow, admits=True, line="")
