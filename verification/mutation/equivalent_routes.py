"""Where packets end by routing alone, from every interface to every stretch of addresses, in one state of a network.

Turns a network and a failure into routes of every VRF and, for one destination at a time, the ends of the ways there. The one
idea: the tables of `walk` are settled for all prefixes at once, and between the edges of all prefixes that anybody names one
address stands for all; packet filters are not looked at (they are compared one by one).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix, format_address
from routing.model import Interface, Network
from verification.reference.bgp_sessions import Node
from verification.reference.cabling import (
    Cables,
    connected_prefixes,
    is_linked,
    is_loopback,
    neighbours,
    owns,
    parent_of,
)
from verification.reference.paths import Exit, Path
from verification.reference.routes import all_routes, peerings_of
from verification.verdicts.failure import Failure
from verification.verdicts.flow import Disposition

End = tuple[str, str, str]
"""How a way ends (a `Disposition`), on which device, at which port and tag ("" where there is none)."""
Exits = tuple[Exit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingState:
    """The routes of every VRF in one state: exits by prefix; `settled` False if BGP never comes to rest."""

    wiring: Cables
    settled: bool
    routes: Mapping[Node, Mapping[Prefix, Exits]]


def route(network: Network, failure: Failure, prefixes: tuple[Prefix, ...]) -> RoutingState:
    """Return the routes to all these prefixes under a failure."""
    peerings = peerings_of(network, failure)
    found = all_routes(peerings, prefixes)
    routes = {} if found is None else found
    return RoutingState(
        wiring=peerings.wiring,
        settled=found is not None,
        routes={node: {prefix: _exits(item.paths) for prefix, item in held.items()} for node, held in routes.items()},
    )


def _exits(paths: Iterable[Path]) -> Exits:
    ways = {way for path in paths for way in path.exits}
    return tuple(sorted(ways, key=lambda way: (way.interface or "", way.next_hop or 0)))


def with_others(state: RoutingState, all_of: RoutingState, computed: tuple[Prefix, ...]) -> RoutingState:
    """Return a state whose routes to all but the prefixes `computed` are those of another state."""
    known = frozenset(computed)
    routes = {
        node: {**{prefix: way for prefix, way in all_of.routes.get(node, {}).items() if prefix not in known}, **held}
        for node, held in state.routes.items()
    }
    return RoutingState(wiring=state.wiring, settled=state.settled, routes=routes)


def stretches(prefixes: Iterable[Prefix]) -> tuple[tuple[Family, int], ...]:
    """Return one address of every stretch between the edges of prefixes (host addresses on LANs are edges too)."""
    found: set[tuple[Family, int]] = set()
    for prefix in prefixes:
        for edge in (prefix.network, prefix.network + 1, prefix.network + 2, prefix.last, prefix.last + 1):
            if edge < 1 << prefix.family.bits:
                found.add((prefix.family, edge))
    return tuple(sorted(found))


class Ends:
    """Finds where packets end that a VRF forwards, in one state; remembers nothing of meaning, only what it has followed."""

    def __init__(self, state: RoutingState) -> None:
        self.state = state
        self._known: dict[tuple[Node, Family, int], frozenset[End]] = {}

    def of(self, node: Node, family: Family, address: int) -> frozenset[End]:
        """Return every end of the ways from a VRF to an address."""
        key = (node, family, address)
        if key not in self._known:
            self._known[key] = frozenset(self._follow(node, family, address, ()))
        return self._known[key]

    def _follow(self, node: Node, family: Family, address: int, before: tuple[Node, ...]) -> Iterator[End]:
        if node in before:
            yield (Disposition.LOOP, *_names(node))
            return
        working = self.state.wiring.working[node[0]]
        own = next((item for item in working if item.vrf == node[1] and owns(item, family, address)), None)
        if own is not None:
            yield (Disposition.ACCEPTED, node[0], _place(own))
            return
        exits = _longest(self.state.routes.get(node, {}), family, address)
        if exits is None:
            yield (Disposition.NO_ROUTE, *_names(node))
        for way in exits or ():
            interface = next((item for item in working if item.name == way.interface), None)
            if interface is None or not is_linked(self.state.wiring, node[0], interface):
                yield _end_here(node[0], interface, way, (family, address))
            else:
                yield from self._cross(node, interface, way, (family, address), (*before, node))

    def _cross(
        self, node: Node, interface: Interface, way: Exit, destination: tuple[Family, int], before: tuple[Node, ...]
    ) -> Iterator[End]:
        family, address = destination
        if owns(interface, family, address):
            yield (Disposition.ACCEPTED, node[0], _place(interface))
            return
        target = address if way.next_hop is None else way.next_hop
        heard = list(neighbours(self.state.wiring, node[0], interface, family, target))
        if not heard:
            yield (Disposition.NEIGHBOR_UNREACHABLE, node[0], _place(interface))
        for device, far in heard:
            yield from self._follow((device, far.vrf), family, address, before)


def _place(interface: Interface) -> str:
    """Return where an interface is: its port, and its tag; the number of a sub-interface is only a name."""
    tag = "" if interface.vlan is None else f" tag {interface.vlan}"
    return parent_of(interface.name) + tag


def _names(node: Node) -> tuple[str, str]:
    return node[0], node[1] or ""


def _end_here(device: str, interface: Interface | None, way: Exit, destination: tuple[Family, int]) -> End:
    """Return the end of a packet that leaves by an interface without a link, or by none."""
    family, address = destination
    if interface is None:
        return (Disposition.NULL_ROUTED, device, "")
    if owns(interface, family, address):
        return (Disposition.ACCEPTED, device, _place(interface))
    if is_loopback(interface.name):
        return (Disposition.NEIGHBOR_UNREACHABLE, device, _place(interface))
    if way.next_hop is not None:
        return (Disposition.EXITS_NETWORK, device, f"{_place(interface)} to {format_address(family, way.next_hop)}")
    on_wire = any(item.holds(address) for item in connected_prefixes(interface, family))
    return (Disposition.DELIVERED_TO_SUBNET if on_wire else Disposition.EXITS_NETWORK, device, _place(interface))


def _longest(routes: Mapping[Prefix, Exits], family: Family, address: int) -> Exits | None:
    holding = [prefix for prefix in routes if prefix.family is family and prefix.holds(address)]
    return routes[max(holding, key=lambda prefix: prefix.length)] if holding else None
