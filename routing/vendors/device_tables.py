"""What a device shows of what it does, beside its text: which interfaces are up, the routes of each VRF, its BGP neighbours.

The one idea: a table is whole or it is not had, and then with the reason; half a table is never a small one. What is in it are
values of the model's kind, whatever platform printed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from intents.prefix import Family, Prefix, parse_prefix
from intents.reason import Reason, because
from routing.model import Device

Templates: TypeAlias = Callable[[str, str], Sequence[Mapping[str, str]]]
"""A show command and its answer -> the rows that the public template of that command makes of it; ValueError."""
MOST_ROWS = 2_000_000
"""Rows of one table that are read: more than any device holds."""
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/+-]{0,99}")
"""Names that may stand in a command: they came out of a device's text."""
_NO_ROUTE_OF_A_TEXT = tuple(map(parse_prefix, ("224.0.0.0/4", "ff00::/8", "fe80::/10")))
"""Multicast and link-local routes, which no text says."""


class TableKind(StrEnum):
    """What a table is about."""

    INTERFACES = "interfaces"
    ROUTES = "routes"
    NEIGHBORS = "neighbors"


class ShownSource(StrEnum):
    """Where a route comes from, as far as platforms tell it apart alike."""

    CONNECTED = "connected"
    STATIC = "static"
    BGP = "bgp"
    AGGREGATE = "aggregate"
    OSPF = "ospf"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableScope:
    """What one table covers: a VRF (None: the global one) in one family; interfaces are of the whole device (family None)."""

    kind: TableKind
    vrf: str | None = None
    family: Family | None = None

    @property
    def order(self) -> tuple[str, str, int]:
        """What scopes are sorted by."""
        return str(self.kind), self.vrf or "", int(self.family or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuery:
    """One question to a device that only reads: by its command line, or as an operation of NETCONF ("": the platform has none),
    and the tables that the answer holds. `last_line` ends every answer on the command line ("": nothing does)."""

    command: str
    operation: str = ""
    scopes: tuple[TableScope, ...]
    last_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInterface:
    """An interface and whether it passes packets: not shut, and its line protocol is up."""

    name: str
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWay:
    """One way of a route: out of an interface (None: not shown, "": discarded), to a next hop (-1: none, or a link-local one,
    which no text says)."""

    interface: str | None
    next_hop: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRoute:
    """A route in use; `distance` -1: not shown."""

    prefix: Prefix
    source: ShownSource
    distance: int = -1
    ways: tuple[ShownWay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNeighbor:
    """A BGP neighbour: its address, the state in the device's word, and how many prefixes came from it (-1: not shown): all, and
    those that policies let in."""

    address: int
    state: str
    received: int = -1
    accepted: int = -1

    @property
    def established(self) -> bool:
        """Whether routes are exchanged."""
        return self.state == ESTABLISHED


ESTABLISHED = "Established"
ShownRow: TypeAlias = ShownInterface | ShownRoute | ShownNeighbor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTable:
    """One table, whole; or (`missing`) why it is not had, and then without rows."""

    scope: TableScope
    rows: tuple[ShownRow, ...] = ()
    missing: Reason | None = None

    @property
    def interfaces(self) -> tuple[ShownInterface, ...]:
        """The rows of a table of interfaces."""
        return tuple(row for row in self.rows if isinstance(row, ShownInterface))

    @property
    def routes(self) -> tuple[ShownRoute, ...]:
        """The rows of a table of routes."""
        return tuple(row for row in self.rows if isinstance(row, ShownRoute))

    @property
    def neighbors(self) -> tuple[ShownNeighbor, ...]:
        """The rows of a table of neighbours."""
        return tuple(row for row in self.rows if isinstance(row, ShownNeighbor))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTables:
    """All tables that a device was asked for, each had or named; `digest`: SHA-256 of the text that it showed then."""

    device: str
    platform: str
    digest: str
    tables: tuple[DeviceTable, ...]

    @property
    def missing(self) -> tuple[DeviceTable, ...]:
        """The tables that are not had."""
        return tuple(table for table in self.tables if table.missing is not None)


class UnreadTableError(Exception):
    """An answer is not, or not wholly, the table that was asked for."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.key)
        self.reason = reason


def is_of_a_text(prefix: Prefix) -> bool:
    """Return whether a text may say a route: it is neither of multicast nor link-local."""
    return not any(prefix.family is item.family and item.covers(prefix) for item in _NO_ROUTE_OF_A_TEXT)


def scope_in_words(scope: TableScope) -> Reason:
    """Return what a table covers."""
    if scope.family is None:
        return because("table_interfaces")
    vrf, family = scope.vrf or because("global_table"), int(scope.family)
    if scope.kind is TableKind.ROUTES:
        return because("table_routes", vrf=vrf, family=family)
    return because("table_neighbors", vrf=vrf, family=family)


def may_be_asked(scope: TableScope) -> bool:
    """Return whether a scope's VRF may stand in a command: its name came out of a device's text."""
    return scope.vrf is None or _SAFE_NAME.fullmatch(scope.vrf) is not None


def scopes_of(device: Device) -> tuple[TableScope, ...]:
    """Return the tables that a device's text says it has: its interfaces; routes of every VRF in the families that it routes;
    neighbours where it names some."""
    found = {TableScope(kind=TableKind.INTERFACES)}
    for vrf, family in sorted(_routed(device), key=lambda item: (item[0] or "", item[1])):
        found.add(TableScope(kind=TableKind.ROUTES, vrf=vrf, family=family))
    for instance in device.bgp:
        for neighbor in instance.neighbors:
            if neighbor.enabled:
                found.add(TableScope(kind=TableKind.NEIGHBORS, vrf=instance.vrf, family=neighbor.family))
    return tuple(sorted(found, key=lambda scope: scope.order))


def _routed(device: Device) -> set[tuple[str | None, Family]]:
    """Return the VRFs of a device with the families that have an address, a static route or a neighbour in them."""
    return {
        *((item.vrf, address.family) for item in device.interfaces for address in item.addresses),
        *((item.vrf, item.prefix.family) for item in device.statics),
        *((instance.vrf, neighbor.family) for instance in device.bgp for neighbor in instance.neighbors),
        *((item.name, family.family) for item in device.vrfs for family in item.families),
    }
