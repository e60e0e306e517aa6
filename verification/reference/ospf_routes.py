"""What OSPF adds to the routes that VRFs have of their own.

The one idea: each router asks every other one what it announces and adds what it costs to get there; inside beats outside, type 1
beats type 2, and of type 2 the one that is told cheapest, then the one that is nearest (RFC-OSPF-03).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from intents.prefix import Prefix, parse_prefix, prefix_of
from routing.model import Direction, Network, RouteSource
from routing.refs import ospf_ref
from verification.reference.bgp_sessions import Node
from verification.reference.cabling import Cables
from verification.reference.ospf import OspfCosts, OspfRouter, RouterKey, announced
from verification.reference.own_routes import Route
from verification.reference.paths import Exit, Path, apply_policies, behaviour_of

_EVERYWHERE = (parse_prefix("0.0.0.0/0"), parse_prefix("::/0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """What one router makes of another one's announcement: lower `rank` is better."""

    prefix: Prefix
    rank: tuple[int, int, int]
    metric: int
    source: RouteSource
    target: RouterKey


Table = Mapping[Node, Mapping[Prefix, Route]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What routers may tell from elsewhere: their connected and static routes, and what they forward by that BGP received."""

    own: Table
    received: Table


def with_ospf(wiring: Cables, costs: OspfCosts, sources: Sources, prefixes: tuple[Prefix, ...]) -> Table:
    """Return the routes of every VRF with those of OSPF where nothing of a lower distance is there."""
    own = sources.own
    found = {node: dict(routes) for node, routes in own.items()}
    for router in costs.routers.values():
        node = (router.device.name, router.instance.vrf)
        for route in _routes(wiring, costs, sources, router, frozenset(prefixes)):
            held = own[node].get(route.prefix)
            if (held is None or route.distance < held.distance) and route.prefix in prefixes:
                found[node][route.prefix] = route
    return found


def _routes(
    wiring: Cables,
    costs: OspfCosts,
    sources: Sources,
    router: OspfRouter,
    prefixes: frozenset[Prefix],
) -> Iterator[Route]:
    mine = {prefix for prefix, _ in announced(wiring, router)}
    offers: dict[Prefix, list[_Offer]] = {}
    for key, other in costs.routers.items():
        if key != router.key and key in costs.costs[router.key]:
            for offer in _offers(wiring, sources, other, costs.costs[router.key][key]):
                if offer.prefix in prefixes and offer.prefix not in mine:
                    offers.setdefault(offer.prefix, []).append(offer)
    for prefix, found in offers.items():
        lowest = min(item.rank for item in found)
        best = [item for item in found if item.rank == lowest]
        ways = dict.fromkeys(way for item in best for way in costs.exits(router.key, item.target))
        yield _route(router, best[0], tuple(ways), prefix)


def _route(router: OspfRouter, best: _Offer, ways: tuple[Exit, ...], prefix: Prefix) -> Route:
    instance = router.instance
    is_inside = best.source is RouteSource.OSPF
    paths = tuple(
        Path(
            prefix=prefix,
            source=best.source,
            exits=(way,),
            metric=best.metric,
            line=(router.device.name, ospf_ref(instance.vrf, instance.family)),
        )
        for way in ways
    )
    return Route(prefix=prefix, distance=instance.distance if is_inside else instance.external_distance, paths=paths)


def _offers(wiring: Cables, sources: Sources, other: OspfRouter, cost: int) -> Iterator[_Offer]:
    """Yield what another router announces and tells, as it looks from `cost` away."""
    for prefix, added in announced(wiring, other):
        metric = cost + added
        yield _Offer(prefix=prefix, rank=(0, metric, 0), metric=metric, source=RouteSource.OSPF, target=other.key)
    for prefix, kind, told in _told(other, sources):
        metric = told + cost if kind == 1 else told
        rank = (kind, metric, cost)
        yield _Offer(prefix=prefix, rank=rank, metric=metric, source=RouteSource.OSPF_EXTERNAL, target=other.key)


def _told(router: OspfRouter, sources: Sources) -> Iterator[tuple[Prefix, int, int]]:
    """Yield what a router tells from elsewhere: prefix, type (1 or 2) and metric, one of each prefix."""
    best: dict[Prefix, tuple[int, int]] = {}
    family, default = router.instance.family, router.instance.default
    node = (router.device.name, router.instance.vrf)
    own = sources.own[node]
    for prefix, route in (*own.items(), *sources.received.get(node, {}).items()):
        told = [] if prefix.family is not family else sorted(_redistributed(router, route))
        if told:
            best[prefix] = min(told[0], best.get(prefix, told[0]))
    for everywhere in _EVERYWHERE:
        if default is not None and everywhere.family is family and (default.always or everywhere in own):
            best[everywhere] = (default.type, default.metric)
    for prefix, (kind, metric) in best.items():
        yield prefix, kind, metric


def _redistributed(router: OspfRouter, route: Route) -> Iterator[tuple[int, int]]:
    if not route.prefix.length and not behaviour_of(router.device).redistributes_default:
        return
    for item in router.instance.redistributions:
        path = replace(route.paths[0], metric=None)
        if item.source is path.source:
            accepted = apply_policies(router.device, item.policies, path, Direction.OUT)
            if accepted is not None:
                yield item.type, item.metric if accepted.metric is None else accepted.metric


def ospf_prefixes(network: Network) -> frozenset[Prefix]:
    """Return the prefixes that only OSPF makes: hosts of loopbacks, and the default route that is always told."""
    found: set[Prefix] = set()
    for device in network.devices.values():
        for instance in device.ospf:
            if instance.default is not None and instance.default.always:
                found |= {prefix for prefix in _EVERYWHERE if prefix.family is instance.family}
            hosts = {item.name for item in instance.interfaces if item.host}
            found |= {
                prefix_of(address.family, address.value, address.family.bits)
                for item in device.interfaces
                for address in item.addresses
                if item.name in hosts and address.family is instance.family
            }
    return frozenset(found)
