"""What Batfish's data plane does to packets: who loses what is allowed, who gets what is not, who can be reached at all.

The one idea: source fences are proved exact elsewhere, so "whatever gets past a source fence arrives" is one question for the
whole network; it has as many packets as there are pairs of sites, and still one answer. Only where something is wrong are
narrower questions asked, until every question of the policy has its own answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.prefix import Family, parse_prefix
from intents.reason import Reason, because
from intents.registry import AttachmentName
from routing.model import AttachmentPort
from verification.batfish.flow import WHOLE, addresses, end_of_trace, hops_of_trace, united
from verification.batfish.protocol import BatfishError, BatfishSession, Row, Snapshot, Trouble
from verification.batfish.tables import Facts
from verification.evidence.evidence import Evidence
from verification.packets.flow_sets import Span, union_of
from verification.verdicts.flow import Flow
from verification.verdicts.verdict import Step

LOST = "denied_out,no_route,null_routed,neighbor_unreachable,insufficient_info,loop"
"""How a packet ends that has got past the source fence and does not arrive."""
ARRIVED = "success"
ANY = "0.0.0.0/0"
LOST_SOMEWHERE = because("lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A packet that Batfish followed, between whose addresses it is (None: nobody's), its way by devices, and how it ends."""

    flow: Flow
    source: AttachmentName
    destination: AttachmentName | None
    path: tuple[str, ...] = ()
    end: Reason = LOST_SOMEWHERE

    @property
    def steps(self) -> tuple[Step, ...]:
        """The way with its end, nothing if no way is known."""
        return (*self.path, self.end) if self.path else ()


class Asker:
    """Asks about packets of the network: starting points and addresses of attachments, looked up once."""

    def __init__(self, session: BatfishSession, snapshot: Snapshot, evidence: Evidence, facts: Facts) -> None:
        self.session = session
        self.snapshot = snapshot
        self.evidence = evidence
        self.facts = facts
        self.hosts = {name: _hosts(evidence, name) for name, family in evidence.own if family is Family.V4}
        self.ports = tuple(
            port
            for name, ports in sorted(evidence.ports.items())
            if name in self.hosts
            for port in ports
            if can_start(facts, port.device, port.interface)
        )
        self._at = {
            (port.device, port.interface): AttachmentName(port.attachment) for port in evidence.given.network.ports
        }
        self._owners = sorted(
            (low, high, name)
            for (name, family), spans in evidence.own.items()
            if family is Family.V4
            for low, high in spans
        )
        self.own_addresses = union_of(
            (value, value)
            for seen in facts.interfaces.values()
            for address, _ in seen.addresses
            for value in (parse_prefix(f"{address}/32").network,)
        )

    def attachment_at(self, device: str, interface: str) -> AttachmentName | None:
        """Return whose port an interface is."""
        return self._at.get((device, interface))

    def missing(self) -> frozenset[AttachmentName]:
        """Return the attachments that Batfish has no working interface of."""
        standing = {port.attachment for port in self.ports}
        return frozenset(name for name in self.hosts if name not in standing)

    def ports_of(self, names: Iterable[AttachmentName]) -> tuple[AttachmentPort, ...]:
        """Return the standing ports of attachments."""
        wanted = frozenset(str(name) for name in names)
        return tuple(port for port in self.ports if port.attachment in wanted)

    def spans_of(self, names: Iterable[AttachmentName]) -> tuple[Span, ...]:
        """Return the addresses that stand for attachments as destinations."""
        return union_of(span for name in names for span in self.hosts.get(name, ()))

    def reach(
        self,
        ports: Sequence[AttachmentPort],
        spans: Sequence[Span],
        actions: str,
        headers: dict[str, object] | None = None,
        *,
        bare: bool = False,
        avoiding: Iterable[str] = (),
        ending: Iterable[str] = (),
    ) -> tuple[Seen, ...]:
        """Return for every port one packet, if there is any, that ends so; `bare`: filters ignored; `avoiding`: devices that
        it does not pass; `ending`: devices on one of which it ends. Sources are any, unless `headers` names some."""
        if not ports or not spans:
            return ()
        found = {"srcIps": ANY, **WHOLE, **(headers or {}), "dstIps": addresses(spans)}
        constraints = {"startLocation": self._starts(ports)}
        for name, devices in (("forbiddenLocations", avoiding), ("endLocation", ending)):
            nodes = united(sorted(self.facts.nodes[device] for device in devices if device in self.facts.nodes))
            if nodes:
                constraints[name] = nodes
        parameters: dict[str, object] = {"pathConstraints": constraints, "headers": found, "actions": actions}
        if bare:
            parameters["ignoreFilters"] = True
        rows = self.session.ask("reachability", parameters, self.snapshot)
        return tuple(sorted((item for row in rows for item in self._seen(row)), key=_order))

    def follow(
        self, flow: Flow, headers: Mapping[str, object], actions: str, *, bare: bool = False
    ) -> tuple[tuple[str, str], ...]:
        """Return where one packet ends on the ways on which it ends so: device and interface, "" where it leaves by none."""
        start = f"@enter({self.facts.location(flow.start_device, flow.start_interface)})"
        parameters: dict[str, object] = {
            "pathConstraints": {"startLocation": start},
            "headers": headers,
            "actions": actions,
        }
        if bare:
            parameters["ignoreFilters"] = True
        rows = self.session.ask("reachability", parameters, self.snapshot)
        ends = (end_of_trace(trace, self.facts.devices) for row in rows for trace in row.get("Traces") or ())
        return tuple((device, self.facts.our_name(device, interface)) for device, interface in ends)

    def _starts(self, ports: Sequence[AttachmentPort]) -> str:
        return united([f"@enter({self.facts.location(port.device, port.interface)})" for port in ports])

    def _seen(self, row: Row) -> Iterator[Seen]:
        flow = self.facts.flow(row["Flow"])
        source = self.attachment_at(flow.start_device, flow.start_interface)
        if source is None:
            start = {"interface": flow.start_interface or "?", "device": flow.start_device}
            raise BatfishError(Trouble.INCOMPLETE, because("packet_starts_elsewhere", **start))
        traces = row.get("Traces") or ()
        path, end = hops_of_trace(traces[0], self.facts.devices) if traces else ((), LOST_SOMEWHERE)
        yield Seen(flow=flow, source=source, destination=self.owner_of(flow.destination), path=path, end=end)

    def owner_of(self, address: int) -> AttachmentName | None:
        """Return whose address it is."""
        index = bisect_right(self._owners, address, key=lambda item: item[0]) - 1
        if index < 0:
            return None
        _, high, name = self._owners[index]
        return name if address <= high else None


def _order(item: Seen) -> tuple[str, str, int, int]:
    return item.source, item.flow.start_interface, item.flow.destination, item.flow.source


def can_start(facts: Facts, device: str, interface: str) -> bool:
    """Return whether packets can start at an interface: it is there, works, and is no loopback."""
    seen = facts.interfaces.get((device, interface))
    return seen is not None and seen.active and not seen.is_loopback


def _hosts(evidence: Evidence, name: AttachmentName) -> tuple[Span, ...]:
    """Return the addresses that packets are sent to: of a LAN without its network and broadcast address."""
    spans = evidence.own[(name, Family.V4)]
    if evidence.given.bounds.attachments[name].outside is not None:
        return spans
    return tuple((low + 1, high - 1) if high - low > 2 else (low, high) for low, high in spans)
