"""Do both judges compute the same routes? Route by route, in every VRF.

The one idea: a table of Batfish and one of the engine are two sets of prefixes, which must be equal, each with the places that
packets go on to. Of equal ways a device may take the one that it heard of first, so the engine reckons with each of them, and
Batfish, which picks, must pick some of those. IPv4 and the whole network only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NewType

from intents.prefix import Family, Prefix, format_address
from intents.reason import Reason, because
from verification.batfish.tables import Facts, SeenRoute
from verification.evidence.address_index import index_addresses
from verification.evidence.delivery import Deliveries
from verification.evidence.evidence import Evidence
from verification.evidence.stub_ribs import StubRibs
from verification.routes.adjacency import ForwardingHop, NodeKey
from verification.verdicts.flow import Disposition

Onward = NewType("Onward", str)
"""Where packets go on to: the next device's address, the interface that they leave by, or that they are discarded."""
Table = Mapping[Prefix, frozenset[Onward]]

_GLOBAL = "default"
"""What Batfish calls the global table."""
_OWN = "local"
"""Routes to a device's own addresses, which only one of the platforms lists."""
_DISCARDED = Onward("nowhere")


def check_routes(evidence: Evidence, facts: Facts) -> Iterator[Reason]:
    """Yield routes that only one of the two has, or that lead elsewhere, by device, VRF and prefix."""
    known = set()
    for (device, vrf), mine in engine_tables(evidence):
        where = device, vrf or _GLOBAL
        known.add(where)
        yield from _told(where, mine, batfish_table(facts, where))
    for where in sorted(facts.routes.keys() - known):
        yield from _told(where, {}, batfish_table(facts, where))


def _told(where: tuple[str, str], mine: Table, theirs: Table) -> Iterator[Reason]:
    device, vrf = where
    found = _differences(mine, theirs)
    return (because("routes_differ", vrf=vrf, device=device, difference=item) for item in found)


def _differences(mine: Table, theirs: Table) -> Iterator[Reason]:
    for prefix in sorted(mine.keys() | theirs.keys()):
        if prefix not in theirs:
            yield because("route_of_engine_only", prefix=prefix)
        elif prefix not in mine:
            yield because("route_of_batfish_only", prefix=prefix)
        elif not theirs[prefix]:
            yield because("route_of_batfish_nowhere", prefix=prefix)
        elif not theirs[prefix] <= mine[prefix]:
            ways = {"engine": _shown(mine[prefix]), "batfish": _shown(theirs[prefix])}
            yield because("route_leads_elsewhere", prefix=prefix, **ways)


def _shown(ways: Iterable[Onward]) -> Reason | str:
    """Return the ways of which one is taken."""
    *others, last = (because("discarded") if way == _DISCARDED else str(way) for way in sorted(ways))
    found: Reason | str = last
    for way in reversed(others):
        found = because("either_way", way=way, other=found)
    return found


def batfish_table(facts: Facts, where: tuple[str, str]) -> Table:
    """Return what Batfish has in a VRF, without routes to a device's own addresses."""
    device, _ = where
    table: dict[Prefix, set[Onward]] = {}
    leaked_from: dict[str, dict[Prefix, list[SeenRoute]]] = {}
    for route in facts.routes.get(where, ()):
        if route.protocol == _OWN:
            continue
        ways = table.setdefault(route.prefix, set())
        if route.vrf and route.vrf not in leaked_from:
            leaked_from[route.vrf] = _by_prefix(facts.routes.get((device, route.vrf), ()))
        # A leaked route leads where the route that it was leaked from does.
        sources = leaked_from[route.vrf].get(route.prefix, []) if route.vrf else [route]
        ways.update(Onward(source.next_hop or source.interface) or _DISCARDED for source in sources)
    return {prefix: frozenset(ways) for prefix, ways in table.items()}


def _by_prefix(routes: Iterable[SeenRoute]) -> dict[Prefix, list[SeenRoute]]:
    """Return routes by prefix that are a VRF's own: neither leaked into it nor to the device itself."""
    found: dict[Prefix, list[SeenRoute]] = {}
    for route in routes:
        if route.protocol != _OWN and not route.vrf:
            found.setdefault(route.prefix, []).append(route)
    return found


def engine_tables(evidence: Evidence) -> Iterator[tuple[NodeKey, Table]]:
    """Yield what the engine has in every VRF, one at a time: a thousand sites have millions of routes."""
    for node, prefixes in enumerate(_candidates(evidence)):
        device, _ = key = evidence.topology.nodes[node]
        table: dict[Prefix, frozenset[Onward]] = {}
        for prefix in prefixes:
            hops = evidence.whole.chosen_hops(node, prefix)
            if hops:
                table[prefix] = frozenset(way for hop in hops for way in _ways(evidence, device, prefix, hop))
        yield key, table


def _candidates(evidence: Evidence) -> list[set[Prefix]]:
    """Return for every node the IPv4 prefixes that it may have a route to."""
    plane = evidence.control_plane
    found = [{prefix for prefix in local if prefix.family is Family.V4} for local in evidence.topology.local]
    for prefix, state in plane.base.items():
        for node in state.selected if prefix.family is Family.V4 else ():
            found[node].add(prefix)
    address_index = index_addresses(evidence)
    routes = StubRibs(address_index, Deliveries(evidence, address_index, evidence.whole))
    for node, sessions in plane.stubs.receives.items():
        groups = {plane.advertisements.group_of[session.number].number: session for session in sessions}
        for session in groups.values():
            if session.family is Family.V4:
                found[node].update(address_index.members(routes.offered(plane.advertisements.group_of[session.number])))
    return found


def _ways(evidence: Evidence, device: str, prefix: Prefix, hop: ForwardingHop) -> Iterator[Onward]:
    """Yield the addresses of the interface that a way leads to; where it ends, the interface, and what a static route names."""
    topology = evidence.topology
    if hop.node is not None:
        peer = topology.interfaces[(topology.nodes[hop.node][0], hop.peer_interface)]
        for address in peer.addresses:
            if address.family is Family.V4:
                yield Onward(format_address(Family.V4, address.value))
        return
    yield _DISCARDED if hop.end == Disposition.NULL_ROUTED else Onward(hop.interface)
    for static in topology.network.devices[device].statics:  # of any VRF: it may have been leaked
        if static.prefix == prefix and static.next_hop is not None:
            yield Onward(format_address(Family.V4, static.next_hop))
