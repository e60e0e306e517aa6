"""What a service is on the wire, as a value with Boolean algebra.

A `ServiceSet` is a set of (protocol, destination port) pairs. The one idea: keep it in one normal form (per protocol,
sorted disjoint non-adjacent ranges), so that equal sets are equal values and union and difference are interval arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Transport(StrEnum):
    """What a service may run on; ICMP_ECHO has no ports (its ranges are the single pair (0, 0))."""

    TCP = "tcp"
    UDP = "udp"
    ICMP_ECHO = "icmp-echo"


Range = tuple[int, int]
ALL_PORTS: Range = (0, 65535)


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """Pairs of transport and destination port; `ranges` is the normal form, sorted by (transport, low port)."""

    ranges: tuple[tuple[Transport, int, int], ...] = ()
    _hash: int = field(init=False, repr=False, compare=False, default=0)
    """Worked out once: rules with many ports are keys everywhere."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.ranges))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[ServiceSet], tuple[object, ...]]:
        # Another process hashes words otherwise.
        return ServiceSet, (self.ranges,)

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def of(self, transport: Transport) -> tuple[Range, ...]:
        """Return the port ranges of one transport, sorted and disjoint."""
        return tuple((low, high) for item, low, high in self.ranges if item is transport)

    def __or__(self, other: ServiceSet) -> ServiceSet:
        return service_set((*self.ranges, *other.ranges))

    def __sub__(self, other: ServiceSet) -> ServiceSet:
        kept: list[tuple[Transport, int, int]] = []
        cuts, at = other.ranges, 0
        for transport, low, high in self.ranges:
            start = low
            while at < len(cuts) and (cuts[at][0], cuts[at][2]) < (transport, start):
                at += 1
            while at < len(cuts) and cuts[at][0] is transport and cuts[at][1] <= high:
                _, cut_low, cut_high = cuts[at]
                if cut_low > start:
                    kept.append((transport, start, cut_low - 1))
                start = cut_high + 1
                if cut_high > high:
                    break  # it may cut the next range, too
                at += 1
            if start <= high:
                kept.append((transport, start, high))
        return ServiceSet(tuple(kept))

    def __and__(self, other: ServiceSet) -> ServiceSet:
        return self - (self - other)

    def covers(self, other: ServiceSet) -> bool:
        """Return whether every pair of `other` is in this set."""
        return not other - self

    def __str__(self) -> str:
        return ", ".join(_range_text(*item) for item in self.ranges) or "nothing"


def _range_text(transport: Transport, low: int, high: int) -> str:
    if transport is Transport.ICMP_ECHO:
        return str(transport)
    return f"{transport} {low}" if low == high else f"{transport} {low}-{high}"


def service_set(ranges: Iterable[tuple[Transport, int, int]]) -> ServiceSet:
    """Return the normal form of these (transport, low, high) ranges; ValueError on a port outside 0..65535."""
    merged: list[tuple[Transport, int, int]] = []
    for transport, low, high in sorted(ranges):
        if not 0 <= low <= high <= 65535:
            raise ValueError(f"not a port range: {low}-{high}")
        if merged and merged[-1][0] is transport and low <= merged[-1][2] + 1:
            merged[-1] = (transport, merged[-1][1], max(high, merged[-1][2]))
        else:
            merged.append((transport, low, high))
    return ServiceSet(tuple(merged))


EVERY_SERVICE = service_set([(Transport.TCP, *ALL_PORTS), (Transport.UDP, *ALL_PORTS), (Transport.ICMP_ECHO, 0, 0)])
"""What `services: any` means: every TCP and UDP port, and echo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedService:
    """A service of a system by its name."""

    name: str
    ports: ServiceSet


def united(services: Iterable[ServiceSet]) -> ServiceSet:
    """Return the union of many sets, in one step."""
    return service_set(item for service in services for item in service.ranges)
