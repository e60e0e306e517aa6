"""What must and what may pass as access lists that Batfish reads, to be compared with the fences in the texts.

The one idea: a second snapshot has the same devices with lists of the same names, each saying exactly what a bound of the fence
there is; Batfish then tells for every list whether the two let the same packets pass, and shows one that only one of them does.
The text is written here, from the bounds alone; the author of the real lists is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from intents.prefix import Family, format_address
from intents.registry import AttachmentName
from routing.model import ESTABLISHED, AttachmentPort, Direction, IcmpMatch, NonInitial, PortRange
from verification.batfish.protocol import Snapshot, name_snapshot
from verification.batfish.snapshot import file_of
from verification.evidence.evidence import Evidence
from verification.packets.flow_sets import FlowSet, Span, clip
from verification.packets.header_space import HeaderSpace
from verification.packets.headers import HeaderMatch, HeaderSet
from verification.packets.permitted_sets import PacketBounds
from verification.verdicts.flow import ICMP4, TCP, UDP

_NAMES = {TCP: "tcp", UDP: "udp", ICMP4: "icmp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFence:
    """One IPv4 fence as Batfish sees it: of which port, in which direction, and the list bound there ("" for none)."""

    attachment: AttachmentName
    port: AttachmentPort
    direction: Direction
    acl: str


def bounds_at(evidence: Evidence, fence: AskedFence) -> PacketBounds:
    """Return the packets that a fence must admit, and may."""
    side = evidence.sides[Family.V4]
    if fence.direction is Direction.IN:
        return side.sent_from(fence.attachment, fence.port)
    return side.delivered_to(fence.attachment, fence.port)


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


def reference_snapshot(space: HeaderSpace, wanted: Mapping[AskedFence, FlowSet], nodes: Mapping[str, str]) -> Snapshot:
    """Return a snapshot of lists that let pass exactly what is wanted at fences; `nodes` are Batfish's names of the devices."""
    cover = Cover(space)
    texts: dict[str, list[str]] = {}
    for fence, packets in wanted.items():
        lines = texts.setdefault(fence.port.device, [f"hostname {nodes[fence.port.device]}"])
        lines.append(f"ip access-list extended {fence.acl}")
        lines += [f" {entry}" for entry in _entries(packets, cover)]
        lines.append(" deny ip any any")
    return name_snapshot("allowed", {file_of(device): "\n".join([*lines, ""]) for device, lines in texts.items()})


class Cover:
    """Finds conditions whose union is a given set of headers: those of `allowed` that lie in it, and what two of them share.

    One declared state is a union of conditions; what several allow alike, of what conditions of theirs share.
    """

    def __init__(self, space: HeaderSpace) -> None:
        self._space = space
        self._known: dict[HeaderSet, tuple[HeaderMatch, ...]] = {}

    def __call__(self, mask: HeaderSet) -> tuple[HeaderMatch, ...]:
        """Return conditions for the whole packets of a mask; ValueError if no union of known conditions is it."""
        if mask not in self._known:
            chosen, left = _choose(mask, self._space.masks)
            candidates = dict(self._space.masks)
            while left:
                shared = _shared(candidates, left)
                if shared.keys() <= candidates.keys():
                    raise ValueError("allowed headers that no condition of the policy explains")
                candidates.update(shared)
                chosen, left = _choose(mask, candidates)
            self._known[mask] = chosen
        return self._known[mask]


def _choose(mask: HeaderSet, candidates: Mapping[HeaderMatch, HeaderSet]) -> tuple[tuple[HeaderMatch, ...], HeaderSet]:
    """Return conditions inside a mask for its whole packets, few of them, and what is left of it."""
    inside = [(item, held) for item, held in candidates.items() if held and not held & ~mask]
    inside.sort(key=lambda pair: (-pair[1].bit_count(), repr(pair[0])))
    chosen: list[HeaderMatch] = []
    left = mask
    for match, held in inside:
        if held & left:
            left &= ~held
            if match.non_initial is not NonInitial.ONLY:
                chosen.append(match)
    return tuple(chosen), left


def _shared(candidates: Mapping[HeaderMatch, HeaderSet], left: HeaderSet) -> dict[HeaderMatch, HeaderSet]:
    """Return what any two conditions share, as far as it holds some of a set."""
    found: dict[HeaderMatch, HeaderSet] = {}
    useful = [(match, held) for match, held in candidates.items() if held & left]
    for (one, held), (other, other_held) in combinations(useful, 2):
        both = shared_condition(one, other) if held & other_held & left else None
        if both is not None:
            found[both] = held & other_held
    return found


def shared_condition(one: HeaderMatch, other: HeaderMatch) -> HeaderMatch | None:
    """Return the condition that holds where both do; None where none can say it, as of two different flags."""
    if (
        one.protocols != other.protocols
        or one.icmp != other.icmp
        or NonInitial.ONLY in (one.non_initial, other.non_initial)
    ):
        return None
    if one.tcp_flags is not None and other.tcp_flags is not None and one.tcp_flags != other.tcp_flags:
        return None
    return HeaderMatch(
        protocols=one.protocols,
        source_ports=_ports_of_both(one.source_ports, other.source_ports),
        destination_ports=_ports_of_both(one.destination_ports, other.destination_ports),
        tcp_flags=one.tcp_flags or other.tcp_flags,
        icmp=one.icmp,
        non_initial=one.non_initial if one.non_initial is other.non_initial else NonInitial.SKIP,
    )


def _ports_of_both(
    one: tuple[PortRange, ...] | None, other: tuple[PortRange, ...] | None
) -> tuple[PortRange, ...] | None:
    if one is None or other is None:
        return one if other is None else other
    return clip(one, other)


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
