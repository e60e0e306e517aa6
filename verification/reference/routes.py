"""The routes that one destination needs, in every VRF of a network under one failure.

The one idea: only prefixes that hold the destination matter (and those inside an aggregate that holds it, because they
keep the aggregate alive), so the whole network can be computed anew for each destination. Nothing is remembered in
between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from intents.prefix import Family, Prefix
from routing.model import Network, RouteSource
from routing.vendors.vendor import PlatformRules
from verification.reference.bgp_sessions import BgpSession, Node, sessions
from verification.reference.bgp_tables import Tables, settle
from verification.reference.cabling import Cables, connected_prefixes, wire
from verification.reference.inner_sessions import inner_sessions
from verification.reference.ospf import OspfCosts, ospf_costs
from verification.reference.ospf_routes import Sources, Table, ospf_prefixes, with_ospf
from verification.reference.own_routes import Route, own_routes
from verification.reference.paths import Path, behaviour_of
from verification.verdicts.failure import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRoutes:
    """What every VRF knows about one destination: its routes there, longest prefix first.

    `settled` False: the BGP tables kept changing, so nothing may be said of where packets go.
    """

    wiring: Cables
    family: Family
    destination: int
    settled: bool
    routes: Mapping[Node, tuple[Route, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peerings:
    """What does not depend on a destination: cables, the sessions that come up, and how routers reach each other by OSPF."""

    wiring: Cables
    sessions: tuple[BgpSession, ...]
    ospf: OspfCosts


def peerings_of(network: Network, failure: Failure) -> Peerings:
    """Return the peerings of a network under a failure; a caller with many destinations may pass it to `routes_to`."""
    wiring = wire(network, failure)
    found = Peerings(wiring=wiring, sessions=sessions(wiring), ospf=ospf_costs(wiring))
    speakers = [(instance, item) for d in network.devices.values() for instance in d.bgp for item in instance.neighbors]
    if not any(instance.is_internal(item) for instance, item in speakers):
        return found
    own = own_tables(found, tuple(_all_own_prefixes(network)))
    return replace(found, sessions=(*found.sessions, *inner_sessions(wiring, own)))


def routes_to(
    network: Network, failure: Failure, family: Family, destination: int, peerings: Peerings | None = None
) -> WalkRoutes:
    """Return the routes to one destination; a caller with many flows to it may pass them to `walk`.

    `peerings` is that of the same network and failure, if the caller has it already (else ValueError).
    """
    peerings = peerings or peerings_of(network, failure)
    wiring = peerings.wiring
    if wiring.network is not network or wiring.failure != failure:
        raise ValueError("peerings of another network, or under another failure")
    prefixes = _needed_prefixes(network, family, destination)
    own, tables = _settled(peerings, prefixes)
    found: dict[Node, tuple[Route, ...]] = {}
    for node, mine in own.items():
        learned = {} if tables is None else tables.get(node, {})
        holding = [prefix for prefix in reversed(prefixes) if prefix.holds(destination)]
        rules = behaviour_of(network.devices[node[0]])
        routes = [_winner(mine.get(prefix), _bgp_route(learned.get(prefix, ()), rules)) for prefix in holding]
        found[node] = tuple(route for route in routes if route is not None)
    return WalkRoutes(wiring=wiring, family=family, destination=destination, settled=tables is not None, routes=found)


def all_routes(peerings: Peerings, prefixes: tuple[Prefix, ...]) -> Mapping[Node, Mapping[Prefix, Route]] | None:
    """Return the routes of every VRF to all these prefixes at once, None if they never settle.

    For each prefix it is what `routes_to` finds, provided that all prefixes are there that anybody names.
    """
    own, tables = _settled(peerings, prefixes)
    if tables is None:
        return None
    found: dict[Node, dict[Prefix, Route]] = {}
    for node, mine in own.items():
        learned = tables.get(node, {})
        rules = behaviour_of(peerings.wiring.network.devices[node[0]])
        routes = (
            _winner(mine.get(prefix), _bgp_route(learned.get(prefix, ()), rules)) for prefix in {**mine, **learned}
        )
        found[node] = {route.prefix: route for route in routes if route is not None}
    return found


def _all_own_prefixes(network: Network) -> frozenset[Prefix]:
    """Return every prefix that BGP need not bring: what sessions inside an AS, and next hops there, are found by."""
    found = set(ospf_prefixes(network))
    for device in network.devices.values():
        found |= {static.prefix for static in device.statics}
        found |= {
            prefix for family in Family for item in device.interfaces for prefix in connected_prefixes(item, family)
        }
    return frozenset(found)


def own_tables(peerings: Peerings, prefixes: tuple[Prefix, ...], received: Table | None = None) -> Table:
    """Return the routes of every VRF that BGP has no part in: connected, static and OSPF's; `received`: what BGP has for OSPF."""
    wiring = peerings.wiring
    own = {node: own_routes(wiring, node, prefixes) for node in _nodes(wiring)}
    return with_ospf(wiring, peerings.ospf, Sources(own=own, received=received or {}), prefixes)


def _settled(peerings: Peerings, prefixes: tuple[Prefix, ...]) -> tuple[Table, Tables | None]:
    """Return the own routes of every VRF and the BGP tables (None: they never settle). Where OSPF tells routes of BGP, own routes
    are made once more when BGP is done: that they then change nothing in BGP is for doubts to say."""
    own = own_tables(peerings, prefixes)
    tables = settle(peerings.wiring, peerings.sessions, own, prefixes)
    if tables is None or not any(
        item.source is RouteSource.BGP
        for router in peerings.ospf.routers.values()
        for item in router.instance.redistributions
    ):
        return own, tables
    received: dict[Node, dict[Prefix, Route]] = {}
    for node, learned in tables.items():
        rules = behaviour_of(peerings.wiring.network.devices[node[0]])
        for prefix, paths in learned.items():
            route = _winner(own[node].get(prefix), _bgp_route(paths, rules))
            if route is not None and route.paths[0].source is RouteSource.BGP and route.paths[0].external:
                received.setdefault(node, {})[prefix] = route
    return own_tables(peerings, prefixes, received), tables


def _winner(own: Route | None, learned: Route | None) -> Route | None:
    if own is None or learned is None:
        return own or learned
    return learned if learned.distance < own.distance else own


def _bgp_route(paths: tuple[Path, ...], rules: PlatformRules) -> Route | None:
    """Return what a BGP table offers for forwarding: nothing for what it took from the VRF's own routes."""
    if not paths:
        return None
    best = paths[0]
    match best.source:
        case RouteSource.CONNECTED | RouteSource.STATIC | RouteSource.OSPF | RouteSource.OSPF_EXTERNAL:
            return None
        case RouteSource.BGP:
            distance = rules.internal_distance if best.internal else rules.external_distance
        case RouteSource.AGGREGATE:
            distance = rules.local_distance
        case RouteSource.LEAKED:
            distance = rules.external_distance if best.external else rules.local_distance
        case _:
            assert_never(best.source)
    return Route(prefix=best.prefix, distance=distance, paths=paths)


def _nodes(wiring: Cables) -> tuple[Node, ...]:
    found: set[Node] = set()
    for name, device in wiring.network.devices.items():
        if name not in wiring.failure.devices:
            found.add((name, None))
            found |= {(name, vrf.name) for vrf in device.vrfs}
            found |= {(name, interface.vrf) for interface in device.interfaces}
            found |= {(name, instance.vrf) for instance in device.bgp}
            found |= {(name, static.vrf) for static in device.statics}
            found |= {(name, instance.vrf) for instance in device.ospf}
    return tuple(sorted(found, key=lambda node: (node[0], node[1] or "")))


def _needed_prefixes(network: Network, family: Family, destination: int) -> tuple[Prefix, ...]:
    """Return, shortest first, the prefixes configured anywhere that hold the destination or lie in an aggregate that
    does."""
    named = set(ospf_prefixes(network))
    aggregates: set[Prefix] = set()
    for device in network.devices.values():
        named |= {prefix for item in device.interfaces for prefix in connected_prefixes(item, family)}
        named |= {static.prefix for static in device.statics}
        aggregates |= {item.prefix for instance in device.bgp for item in instance.aggregates}
    holding = [prefix for prefix in aggregates if prefix.family is family and prefix.holds(destination)]
    needed = {
        prefix
        for prefix in named | aggregates
        if prefix.family is family
        and (prefix.holds(destination) or any(aggregate.covers(prefix) for aggregate in holding))
    }
    return tuple(sorted(needed, key=lambda prefix: (prefix.length, prefix.network)))
