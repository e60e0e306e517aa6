"""Which permitted pairs Batfish sees cut, and which rules of the policy that breaks.

The one idea: one question for the whole network finds whether anything that is allowed is lost; if nothing is, every rule holds.
Else each rule that no found packet breaks is asked about by itself, as far as somebody in it loses packets to somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from intents.policy import Rule
from intents.prefix import Family
from intents.registry import AttachmentName
from intents.service import ServiceSet
from routing.model import Direction, NonInitial, PortRange
from verification.batfish_fences import FenceFault, Fences
from verification.batfish_flow import addresses
from verification.batfish_reach import LOST, Asker, Seen
from verification.batfish_reference import Cover, Fence
from verification.evidence import Evidence
from verification.flow import ICMP4, TCP, UDP
from verification.flow_sets import Span, clip, packet_of, union_of
from verification.header_space import HeaderMatch
from verification.session_headers import pair_matches
from verification.talkers import Partners

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
    reason: str
    fence: Fence | None = None


class Cuts:
    """Finds pairs that are cut: once for the whole network, then for one rule."""

    def __init__(self, asker: Asker, talking: Partners, fences: Fences) -> None:
        self._asker = asker
        self._evidence: Evidence = asker.evidence
        self._talking = talking
        self._fences = fences
        self._inexact = [fault for fault in fences.faults if not fault.admits]
        self._strays = any(
            any(seen.filters) and not seen.is_loopback
            for key, seen in asker.facts.interfaces.items()
            if not any((port.device, port.interface) == key for port in self._evidence.given.network.ports)
        )
        self._everybody = frozenset(asker.hosts)
        # What gets past a source fence that admits too much need not arrive: those are asked about service by service.
        self._open = frozenset(
            fault.fence.attachment for fault in fences.faults if fault.admits and fault.fence.direction is Direction.IN
        )
        self._open_losses: dict[AttachmentName, bool] = {}
        self._rows = self._lost_from(self._everybody - self._open, self._everybody)
        kept = list(self._kept(self._rows))
        self._blurred = len(kept) < len(self._rows) or self._strays
        self.found: list[Cut] = [*self._missing(), *map(self._dropped, self._inexact), *kept]

    @property
    def nothing(self) -> bool:
        """Return whether nothing at all is wrong."""
        return not self.found and not self._blurred and not self._open

    def of_rule(self, rule: Rule, sources: Members, destinations: Members) -> Cut | None:
        """Return a pair that a rule joins and that is cut, in either direction."""
        for cut in self.found:
            if (cut.source in sources and cut.destination in destinations) or (
                cut.source in destinations and cut.destination in sources
            ):
                return cut
        if self.nothing:
            return None
        found = next(self._asked(rule, sources, destinations), None)
        if found is not None:
            self.found.append(found)
        return found

    def _missing(self) -> Iterator[Cut]:
        for name in sorted(self._asker.missing()):
            for other in self._talking.of(name, Family.V4):
                yield Cut(source=name, destination=other, seen=None, reason="the interface is missing or down")
                yield Cut(source=other, destination=name, seen=None, reason="the interface is missing or down")

    def _dropped(self, fault: FenceFault) -> Cut:
        owner = self._asker.owner_of
        if fault.fence.direction is Direction.IN:
            source, destination = fault.fence.attachment, owner(fault.flow.destination)
        else:
            source, destination = owner(fault.flow.source) or fault.fence.attachment, fault.fence.attachment
        seen = Seen(flow=fault.flow, source=source, destination=destination, path=())
        return Cut(
            source=source,
            destination=destination or source,
            seen=seen,
            reason=f"a fence drops it: {fault.line}",
            fence=fault.fence,
        )

    def _judge(self, seen: Seen) -> Cut | None:
        """Return the cut that a lost packet shows; None if it is not allowed, so that nobody misses it."""
        if seen.destination is None or not self._talking.between(seen.source, seen.destination, Family.V4):
            return None
        allowed = self._evidence.sides[Family.V4].allowed.sent_from(seen.source)
        if packet_of(seen.flow) not in allowed:
            return None
        return Cut(
            source=seen.source, destination=seen.destination, seen=seen, reason=seen.path[-1] if seen.path else "lost"
        )

    def _asked(self, rule: Rule, sources: Members, destinations: Members) -> Iterator[Cut]:
        nothing = ServiceSet()
        for froms, tos, started, answered in (
            (sources, destinations, rule.service, nothing),
            (destinations, sources, nothing, rule.service),
        ):
            yield from self._drops_of_rule(froms, tos)
            headers = [inside(item) for item in pair_matches(started, answered, Family.V4) if _is_whole(item)]
            losing, lost_to = self._losses
            if self._blurred:
                yield from self._lost(froms & losing, tos & lost_to, headers, _FAILING)
            else:
                yield from self._kept(self._lost_from(froms & losing, tos & lost_to))
            yield from self._lost(frozenset(filter(self._loses, froms & self._open)), tos, headers, _FAILING)

    @cached_property
    def _losses(self) -> tuple[Members, Members]:
        """Return who loses packets that got past its source fence, and to whom: between no others is anything lost.

        The answer has one packet for every start; so whoever is found lost to is left out, and the rest asked about again. A
        filter in the middle drops what is not counted as lost here: then it may be anybody.
        """
        if self._strays:
            return self._everybody - self._open, self._everybody
        losing, found, rows = frozenset(row.source for row in self._rows), frozenset[AttachmentName](), self._rows
        for _ in range(ROUNDS):
            found |= {row.destination for row in rows if row.destination is not None}
            rows = self._lost_from(losing, self._everybody - found)
            if not rows:
                return losing, found
        return losing, self._everybody

    def _loses(self, name: AttachmentName) -> bool:
        """Return whether anything is lost that may be sent from behind a source fence that admits more: asked once for all
        rules, by what may be sent where."""
        if name not in self._open_losses:
            partners = frozenset(self._talking.of(name, Family.V4)) - {name}
            lost = (
                cut
                for headers, spans in self._sendable(name, self._asker.spans_of(partners))
                for cut in self._kept(self._honest(frozenset({name}), spans, _FAILING, headers))
            )
            self._open_losses[name] = next(lost, None) is not None
        return self._open_losses[name]

    def _sendable(
        self, name: AttachmentName, within: Sequence[Span]
    ) -> Iterator[tuple[dict[str, object], tuple[Span, ...]]]:
        """Yield headers with all addresses that an attachment may send such packets to."""
        side = self._evidence.sides[Family.V4]
        spans: dict[HeaderMatch, list[Span]] = {}
        cover = Cover(side.space)
        for _, _, row in side.allowed.sent_from(name).rows:
            for low, high, mask in row:
                held = clip([(low, high)], within)
                for match in cover(mask) if held else ():
                    spans.setdefault(match, []).extend(held)
        for match, everywhere in spans.items():
            yield inside(match), union_of(everywhere)

    def _lost_from(self, froms: Members, tos: Members) -> tuple[Seen, ...]:
        """Return for every port of some attachments one packet past its source fence, if there is any, that is lost."""
        return self._asker.reach(self._asker.ports_of(froms), self._asker.spans_of(tos), LOST)

    def _lost(self, froms: Members, tos: Members, headers: Sequence[dict[str, object]], actions: str) -> Iterator[Cut]:
        apart = froms.isdisjoint(tos)
        groups: Iterable[Members] = [froms] if apart else [frozenset({name}) for name in sorted(froms)]
        for group in groups:
            partners = {other for name in group for other in self._talking.of(name, Family.V4)} & tos
            for item in headers:
                yield from self._kept(self._honest(group, self._asker.spans_of(partners), actions, item))

    def _kept(self, rows: Iterable[Seen]) -> Iterator[Cut]:
        return (cut for cut in map(self._judge, rows) if cut is not None)

    def _honest(
        self, group: Members, spans: Sequence[Span], actions: str, headers: dict[str, object]
    ) -> Iterator[Seen]:
        """Yield lost packets of a group with some headers and honest sources."""
        ports = self._asker.ports_of(group)
        on_lan = [port for port in ports if not port.external]
        yield from self._asker.reach(on_lan, spans, actions, headers, inferred=True)
        for port in ports:
            if port.external:
                own = addresses(self._evidence.own[(AttachmentName(port.attachment), Family.V4)])
                yield from self._asker.reach((port,), spans, actions, {**headers, "srcIps": own})

    def _drops_of_rule(self, froms: Members, tos: Members) -> Iterator[Cut]:
        """Yield what a fence that is known to drop something drops of a rule."""
        for fault in self._inexact:
            mine = fault.fence.direction is Direction.IN and fault.fence.attachment in froms
            theirs = fault.fence.direction is Direction.OUT and fault.fence.attachment in tos
            if mine or theirs:
                others = {*self._talking.of(fault.fence.attachment, Family.V4)} & (tos if mine else froms)
                found = self._fences.dropped(fault.fence, self._asker.spans_of(others))
                if found is not None:
                    yield self._dropped(found)


def _is_whole(match: HeaderMatch) -> bool:
    return match.non_initial is not NonInitial.ONLY


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
