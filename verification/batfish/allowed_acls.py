"""`allowed` as access lists that Batfish reads, to be compared with the fences in the texts.

The one idea: a second snapshot has the same devices with lists of the same names, each saying exactly what is allowed there;
Batfish then tells for every list whether the two let the same packets pass, and shows one that only one of them does. The text
is written here, from `allowed` alone; the author of the real lists is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.prefix import Family, format_address
from intents.registry import AttachmentName
from routing.model import ESTABLISHED, AttachmentPort, Direction, IcmpMatch, NonInitial
from verification.batfish.protocol import Snapshot, name_snapshot
from verification.batfish.snapshot import file_of
from verification.evidence.evidence import Evidence
from verification.packets.flow_sets import FlowSet, Span
from verification.packets.header_space import HeaderSpace
from verification.packets.headers import HeaderMatch, HeaderSet
from verification.verdicts.flow import ICMP4, TCP, UDP

_NAMES = {TCP: "tcp", UDP: "udp", ICMP4: "icmp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFence:
    """One IPv4 fence as Batfish sees it: of which port, in which direction, and the list bound there ("" for none)."""

    attachment: AttachmentName
    port: AttachmentPort
    direction: Direction
    acl: str


def allowed_at(evidence: Evidence, fence: AskedFence) -> FlowSet:
    """Return the packets that a fence must admit."""
    side = evidence.sides[Family.V4]
    subnet = evidence.subnets.get((fence.port.device, fence.port.interface, Family.V4))
    if fence.direction is Direction.IN:
        return side.allowed.sent_from(fence.attachment, subnet)
    return side.allowed.delivered_to(fence.attachment, subnet)


def layers_of(fences: Iterable[AskedFence]) -> list[list[AskedFence]]:
    """Return fences in groups in which no list of a device has to say two things: mostly one group."""
    layers: list[dict[tuple[str, str], AskedFence]] = []
    for fence in fences:
        key = (fence.port.device, fence.acl)
        layer = next((item for item in layers if key not in item), None)
        if layer is None:
            layer = {}
            layers.append(layer)
        layer[key] = fence
    return [list(layer.values()) for layer in layers]


def reference_snapshot(evidence: Evidence, fences: Sequence[AskedFence], nodes: Mapping[str, str]) -> Snapshot:
    """Return a snapshot of lists that say what is allowed at these fences; `nodes` are Batfish's names of the devices."""
    cover = Cover(evidence.sides[Family.V4].space)
    texts: dict[str, list[str]] = {}
    for fence in fences:
        lines = texts.setdefault(fence.port.device, [f"hostname {nodes[fence.port.device]}"])
        lines.append(f"ip access-list extended {fence.acl}")
        lines += [f" {entry}" for entry in _entries(allowed_at(evidence, fence), cover)]
        lines.append(" deny ip any any")
    return name_snapshot("allowed", {file_of(device): "\n".join([*lines, ""]) for device, lines in texts.items()})


class Cover:
    """Finds conditions whose union is a given set of headers: those of `allowed` that lie in it."""

    def __init__(self, space: HeaderSpace) -> None:
        self._space = space
        self._known: dict[HeaderSet, tuple[HeaderMatch, ...]] = {}

    def __call__(self, mask: HeaderSet) -> tuple[HeaderMatch, ...]:
        """Return conditions for the whole packets of a mask; ValueError if no union of known conditions is it."""
        if mask not in self._known:
            inside = [(item, held) for item, held in self._space.masks.items() if held and not held & ~mask]
            inside.sort(key=lambda pair: (-pair[1].bit_count(), repr(pair[0])))
            chosen: list[HeaderMatch] = []
            left = mask
            for match, held in inside:
                if held & left:
                    left &= ~held
                    if match.non_initial is not NonInitial.ONLY:
                        chosen.append(match)
            if left:
                raise ValueError("allowed headers that no condition of the policy explains")
            self._known[mask] = tuple(chosen)
        return self._known[mask]


def _entries(allowed: FlowSet, cover: Cover) -> Iterator[str]:
    for low, high, row in allowed.rows:
        sources = [_wildcard(one) for one in _prefixes((low, high))]
        for to_low, to_high, mask in row:
            targets = [_wildcard(one) for one in _prefixes((to_low, to_high))]
            for match in cover(mask):
                for source in sources:
                    for target in targets:
                        yield from _entry(match, source, target)


def _entry(match: HeaderMatch, source: str, target: str) -> Iterator[str]:
    """Yield entries for one condition between two prefixes: one for each combination of ports or messages."""
    for protocol in match.protocols or (None,):
        name = "ip" if protocol is None else _NAMES.get(protocol, str(protocol))
        for from_ports in match.source_ports or (None,):
            for to_ports in match.destination_ports or (None,):
                head = f"permit {name} {source}{_ports(from_ports)} {target}{_ports(to_ports)}"
                for tail in _tails(match):
                    yield f"{head}{tail}"


def _ports(ports: Span | None) -> str:
    if ports is None:
        return ""
    return f" eq {ports[0]}" if ports[0] == ports[1] else f" range {ports[0]} {ports[1]}"


def _tails(match: HeaderMatch) -> tuple[str, ...]:
    """Return how entries end; ValueError for flags that `allowed` never names."""
    if match.icmp is not None:
        return tuple(_message(item) for item in match.icmp)
    if match.tcp_flags is None:
        return ("",)
    if match.tcp_flags != ESTABLISHED:
        raise ValueError("flags that the policy never names")
    return (" established",)


def _message(item: IcmpMatch) -> str:
    return f" {item.type}" if item.code is None else f" {item.type} {item.code}"


def _wildcard(prefix: Span) -> str:
    low, high = prefix
    if low == high:
        return f"host {format_address(Family.V4, low)}"
    return f"{format_address(Family.V4, low)} {format_address(Family.V4, high - low)}"


def _prefixes(span: Span) -> Iterator[Span]:
    """Yield a span of addresses as aligned blocks, the fewest."""
    low, high = span
    while low <= high:
        size = low & -low or 1 << Family.V4.bits
        while size > high - low + 1:
            size >>= 1
        yield low, low + size - 1
        low += size
