"""Do both judges compute the same routes? Route by route, in every VRF.

The one idea: a table of Batfish and one of the engine are two sets of prefixes, which must be equal, each with the places that
packets go on to. Of equal ways a device may take the one that it heard of first, so the engine reckons with each of them, and
Batfish, which picks, must pick some of those. IPv4 and the whole network only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NewType

from intents.prefix import Family, Prefix, format_address
from verification.arrivals import Arrivals
from verification.batfish_facts import Facts, SeenRoute
from verification.evidence import Evidence
from verification.flow import Disposition
from verification.layout import lay_out
from verification.stub_routes import StubRoutes
from verification.wiring import Hop, NodeKey

Onward = NewType("Onward", str)
"""Where packets go on to: the next device's address, the interface that they leave by, or that they are discarded."""
Table = Mapping[Prefix, frozenset[Onward]]

_GLOBAL = "default"
"""What Batfish calls the global table."""
_OWN = "local"
"""Routes to a device's own addresses, which only one of the platforms lists."""
_DISCARDED = Onward("nowhere")


def check_routes(evidence: Evidence, facts: Facts) -> Iterator[str]:
    """Yield routes that only one of the two has, or that lead elsewhere, by device, VRF and prefix."""
    mine = {(device, vrf or _GLOBAL): table for (device, vrf), table in engine_tables(evidence).items()}
    theirs = batfish_tables(facts)
    for where in sorted(mine.keys() | theirs.keys()):
        for found in _differences(mine.get(where, {}), theirs.get(where, {})):
            yield f"VRF {where[1]} of {where[0]}: {found}"


def _differences(mine: Table, theirs: Table) -> Iterator[str]:
    for prefix in sorted(mine.keys() | theirs.keys()):
        if prefix not in theirs:
            yield f"the engine has a route to {prefix}, Batfish has none"
        elif prefix not in mine:
            yield f"Batfish has a route to {prefix}, the engine has none"
        elif not theirs[prefix] <= mine[prefix]:
            yield f"{prefix} leads to {_shown(mine[prefix])} for the engine, to {_shown(theirs[prefix])} for Batfish"


def _shown(ways: Iterable[str]) -> str:
    return " or ".join(sorted(ways))


def batfish_tables(facts: Facts) -> dict[tuple[str, str], dict[Prefix, frozenset[Onward]]]:
    """Return what Batfish has in every VRF, without routes to a device's own addresses."""
    found: dict[tuple[str, str], dict[Prefix, set[Onward]]] = {}
    for where, routes in facts.routes.items():
        table = found.setdefault(where, {})
        for route in routes:
            if route.protocol != _OWN:
                table.setdefault(route.prefix, set()).update(_onward(facts, where[0], route))
    return {where: {prefix: frozenset(ways) for prefix, ways in table.items()} for where, table in found.items()}


def _onward(facts: Facts, device: str, route: SeenRoute) -> Iterator[Onward]:
    """Yield where a route leads; a leaked one leads where the route that it was leaked from does."""
    if route.vrf:
        for other in facts.routes.get((device, route.vrf), ()):
            if other.prefix == route.prefix and other.protocol != _OWN and not other.vrf:
                yield from _onward(facts, device, other)
    else:
        yield Onward(route.next_hop or route.interface) or _DISCARDED


def engine_tables(evidence: Evidence) -> dict[NodeKey, dict[Prefix, frozenset[Onward]]]:
    """Return what the engine has in every VRF."""
    found: dict[NodeKey, dict[Prefix, frozenset[Onward]]] = {}
    for node, prefixes in enumerate(_candidates(evidence)):
        table = found.setdefault(evidence.topology.nodes[node], {})
        for prefix in prefixes:
            hops = evidence.whole.chosen_hops(node, prefix)
            if hops:
                device = evidence.topology.nodes[node][0]
                table[prefix] = frozenset(way for hop in hops for way in _ways(evidence, device, prefix, hop))
    return found


def _candidates(evidence: Evidence) -> list[set[Prefix]]:
    """Return for every node the IPv4 prefixes that it may have a route to."""
    plane = evidence.control_plane
    found = [{prefix for prefix in local if prefix.family is Family.V4} for local in evidence.topology.local]
    for prefix, state in plane.base.items():
        for node in state.selected if prefix.family is Family.V4 else ():
            found[node].add(prefix)
    layout = lay_out(evidence)
    routes = StubRoutes(layout, Arrivals(evidence, layout, evidence.whole))
    for node, sessions in plane.stubs.hears.items():
        groups = {plane.announcements.group_of[session.number].number: session for session in sessions}
        for session in groups.values():
            if session.family is Family.V4:
                found[node].update(layout.members(routes.offered(plane.announcements.group_of[session.number])))
    return found


def _ways(evidence: Evidence, device: str, prefix: Prefix, hop: Hop) -> Iterator[Onward]:
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
