"""Which permitted pairs Batfish sees cut, and which rules of the policy that breaks.

The one idea: one question for the whole network finds whether anything that is allowed is lost; if nothing is, every rule holds.
Else each rule that no found packet breaks is asked about by itself, as far as somebody in it loses packets to somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from intents.prefix import Family
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import Direction, PortRange
from verification.batfish.allowed_acls import AskedFence, Cover
from verification.batfish.fences import FenceFault, FenceOpinions
from verification.batfish.flow import addresses
from verification.batfish.reachability import LOST, Asker, Seen
from verification.evidence.evidence import Evidence
from verification.evidence.permitted_matrix import PermittedMatrix
from verification.packets.flow_sets import Span, clip, packet_of, union_of
from verification.packets.headers import HeaderMatch
from verification.verdicts.flow import ICMP4, TCP, UDP

_NAMES = {TCP: "TCP", UDP: "UDP", ICMP4: "ICMP"}
_FAILING = f"{LOST},denied_in"
ROUNDS = 4
"""How often it is asked who else is lost to, before everybody may be."""
Members = frozenset[AttachmentName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A pair whose packets are lost, with a packet if Batfish followed one (an interface that is missing has none), and the fence
    that drops it if one does."""

    source: AttachmentName
    destination: AttachmentName
    seen: Seen | None
    reason: Reason
    fence: AskedFence | None = None


class Cuts:
    """Finds pairs that are cut: once for the whole network, then for one rule."""

    def __init__(self, asker: Asker, permitted_matrix: PermittedMatrix, fences: FenceOpinions) -> None:
        self._asker = asker
        self._evidence: Evidence = asker.evidence
        self._talking = permitted_matrix
        self._fences = fences
        self._inexact = [fault for fault in fences.faults if not fault.admits]
        self._strays = frozenset(
            device
            for (device, interface), seen in asker.facts.interfaces.items()
            if any(seen.filters) and not seen.is_loopback and asker.attachment_at(device, interface) is None
        )
        self._everybody = frozenset(asker.hosts)
        self._staying = frozenset((port.device, port.interface) for port in asker.ports if asker.evidence.stays(port))
        # What gets past a source fence that admits too much need not arrive: those are asked about by what they may send.
        # So are those that stand on a device with a filter elsewhere: what drops a packet there, the answer does not say.
        self._apart = frozenset(
            (
                *(fence.attachment for fence in fences.admitting(Direction.IN)),
                *(AttachmentName(port.attachment) for port in asker.ports if port.device in self._strays),
            )
        )
        self._known: dict[AttachmentName, bool] = {}
        self._rows = self._lost_from(self._everybody - self._apart, self._everybody)
        kept = list(self._kept(self._rows))
        self._blurred = len(kept) < len(self._rows)
        self.found: list[Cut] = [*self._missing(), *map(self._dropped, self._inexact), *kept]

    @property
    def nothing(self) -> bool:
        """Return whether nothing at all is wrong."""
        return not self.found and not self._blurred and not self._apart

    def of_rule(self, sources: Members, destinations: Members) -> Cut | None:
        """Return a pair that a rule joins and that is cut, in either direction."""
        for cut in self.found:
            if (cut.source in sources and cut.destination in destinations) or (
                cut.source in destinations and cut.destination in sources
            ):
                return cut
        if self.nothing:
            return None
        found = next(chain(self._asked(sources, destinations), self._asked(destinations, sources)), None)
        if found is not None:
            self.found.append(found)
        return found

    def _missing(self) -> Iterator[Cut]:
        for name in sorted(self._asker.missing()):
            for other in self._talking.of(name, Family.V4):
                yield Cut(source=name, destination=other, seen=None, reason=because("port_is_missing"))
                yield Cut(source=other, destination=name, seen=None, reason=because("port_is_missing"))

    def _dropped(self, fault: FenceFault) -> Cut:
        owner = self._asker.owner_of
        if fault.fence.direction is Direction.IN:
            source, destination = fault.fence.attachment, owner(fault.flow.destination)
        else:
            source, destination = owner(fault.flow.source) or fault.fence.attachment, fault.fence.attachment
        seen = Seen(flow=fault.flow, source=source, destination=destination)
        return Cut(
            source=source,
            destination=destination or source,
            seen=seen,
            reason=because("fence_drops", line=fault.line),
            fence=fault.fence,
        )

    def _judge(self, seen: Seen) -> Cut | None:
        """Return the cut that a lost packet shows; None if nobody is promised that it arrives, so that nobody misses it."""
        if (seen.flow.start_device, seen.flow.start_interface) not in self._staying:
            return None
        if seen.destination is None or not self._talking.between(seen.source, seen.destination, Family.V4):
            return None
        if not self._may_be_sent(seen):
            return None
        return Cut(source=seen.source, destination=seen.destination, seen=seen, reason=seen.end)

    def _asked(self, froms: Members, tos: Members) -> Iterator[Cut]:
        """Yield what is lost from some attachments to some others.

        A lost packet that nobody misses may hide another one of the same start: then, and where the start's own fence lets
        through more than may be sent, exactly what may be sent is asked about.
        """
        yield from self._drops_between(froms, tos)
        losing, lost_to = self._losses
        rows = self._lost_from(froms & losing, tos & lost_to)
        yield from self._kept(rows)
        hiding = {row.source for row in rows if self._judge(row) is None}
        for name in sorted(hiding | {item for item in froms & self._apart if self._loses(item)}):
            yield from self._exactly(name, tos)

    @cached_property
    def _losses(self) -> tuple[Members, Members]:
        """Return who loses packets that got past an exact source fence, and to whom: between no others is anything lost.

        The answer has one packet for every start; so whoever is found lost to is left out, and the rest asked about again.
        """
        losing, found, rows = frozenset(row.source for row in self._rows), frozenset[AttachmentName](), self._rows
        for _ in range(ROUNDS):
            found |= {row.destination for row in rows if row.destination is not None}
            rows = self._lost_from(losing, self._everybody - found)
            if not rows:
                return losing, found
        return losing, self._everybody

    def _loses(self, name: AttachmentName) -> bool:
        """Return whether anything at all is lost that an attachment may send."""
        if name not in self._known:
            self._known[name] = next(self._exactly(name, self._everybody), None) is not None
        return self._known[name]

    def _exactly(self, name: AttachmentName, tos: Members) -> Iterator[Cut]:
        """Yield what is lost of exactly that which may be sent to some others."""
        partners = frozenset(self._talking.of(name, Family.V4)) & tos - {name}
        return self._kept(self._lost_of(name, self._asker.spans_of(partners)))

    def lost_to(self, names: Members, spans: Sequence[Span]) -> Seen | None:
        """Return a packet that some attachments may send to some addresses, of devices for instance, and that is lost."""
        dropping = {fault.fence.attachment for fault in self._inexact if fault.fence.direction is Direction.IN}
        suspects = {*(names & self._apart), *(names & dropping)}
        for row in self._lost_past(names, spans):
            if self._may_be_sent(row):
                return row
            suspects.add(row.source)
        return next((row for name in sorted(suspects) for row in self._lost_of(name, spans)), None)

    def _may_be_sent(self, seen: Seen) -> bool:
        return packet_of(seen.flow) in self._evidence.sides[Family.V4].sent_from(seen.source).must

    def _lost_of(self, name: AttachmentName, within: Sequence[Span]) -> Iterator[Seen]:
        """Yield packets that an attachment may send to some addresses and that are lost, whatever drops them."""
        source = {"srcIps": addresses(self._asker.hosts[name])}
        for headers, spans in self._sendable(name, within):
            yield from self._asker.reach(self._asker.ports_of((name,)), spans, _FAILING, {**headers, **source})

    def _sendable(
        self, name: AttachmentName, within: Sequence[Span]
    ) -> Iterator[tuple[dict[str, object], tuple[Span, ...]]]:
        """Yield headers with all addresses that an attachment may send such packets to."""
        side = self._evidence.sides[Family.V4]
        spans: dict[HeaderMatch, list[Span]] = {}
        cover = Cover(side.space)
        for _, _, row in side.sent_from(name).must.rows:
            for low, high, mask in row:
                held = clip([(low, high)], within)
                for match in cover(mask) if held else ():
                    spans.setdefault(match, []).extend(held)
        for match, everywhere in spans.items():
            yield inside(match), union_of(everywhere)

    def _lost_from(self, froms: Members, tos: Members) -> tuple[Seen, ...]:
        return self._lost_past(froms, self._asker.spans_of(tos))

    def _lost_past(self, froms: Members, spans: Sequence[Span]) -> tuple[Seen, ...]:
        """Return for every port with an exact source fence packets past it that are lost, one of a kind if there is any.

        What a filter in the middle drops on its way in ends there; no start stands on such a device.
        """
        ports = self._asker.ports_of(froms - self._apart)
        rows = self._asker.reach(ports, spans, LOST)
        if self._strays:
            rows += self._asker.reach(ports, spans, "denied_in", ending=self._strays)
        return rows

    def _kept(self, rows: Iterable[Seen]) -> Iterator[Cut]:
        return (cut for cut in map(self._judge, rows) if cut is not None)

    def _drops_between(self, froms: Members, tos: Members) -> Iterator[Cut]:
        """Yield what a fence that is known to drop something drops between some attachments and some others."""
        for fault in self._inexact:
            mine = fault.fence.direction is Direction.IN and fault.fence.attachment in froms
            theirs = fault.fence.direction is Direction.OUT and fault.fence.attachment in tos
            if mine or theirs:
                others = {*self._talking.of(fault.fence.attachment, Family.V4)} & (tos if mine else froms)
                found = self._fences.dropped(fault.fence, self._asker.spans_of(others))
                if found is not None:
                    yield self._dropped(found)


def inside(match: HeaderMatch) -> dict[str, object]:
    """Return a condition of `allowed` as Batfish's header constraints."""
    found: dict[str, object] = {"ipProtocols": [_NAMES[number] for number in match.protocols or ()]}
    if match.source_ports is not None:
        found["srcPorts"] = _ports(match.source_ports)
    if match.destination_ports is not None:
        found["dstPorts"] = _ports(match.destination_ports)
    if match.tcp_flags is not None:
        found["tcpFlags"] = [{"ack": True}, {"rst": True}]
    if match.icmp is not None:
        found["icmpTypes"] = ",".join(str(item.type) for item in match.icmp)
    return found


def _ports(ranges: Sequence[PortRange]) -> str:
    return ",".join(f"{low}-{high}" for low, high in ranges)
