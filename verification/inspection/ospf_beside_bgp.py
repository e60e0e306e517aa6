"""What leaves open how OSPF and BGP stand beside each other: routes that both may have, in the whole network or under a failure.

The one idea: what a router may have by OSPF, and what it may hear by BGP, is reckoned without asking which of them it has now;
where both meet and BGP tells the one on, the order of arrival decides, and nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Prefix
from intents.reason import Reason, because
from routing.model import OSPF_SOURCES, Action, BgpInstance, Device, RouteSource
from verification.routes.ospf.graph import OspfNode
from verification.routes.ospf.routes import shortest_paths
from verification.routes.topology import Topology, rules_of


def beside_bgp(topology: Topology, key: OspfNode) -> Iterator[Reason]:
    """Yield routes of OSPF that BGP tells on and may hear of too, and what is not known of those that it tells."""
    instance, device = topology.instances.get(key.node), _device(topology, key)
    if instance is None:
        return
    rules, process = rules_of(device), topology.ospf.graph.routers[key]
    if process.distance > rules.external_distance:
        for prefix in sorted(_told_inside(topology, key) & brought_by_others(topology, key)):
            if prefix in instance.networks or _takes(instance, key, *OSPF_SOURCES):
                yield because("floating_route", prefix=prefix, distance=process.distance)
    if _takes(instance, key, *OSPF_SOURCES):
        if any(key.node in (leak.source, leak.target) for leak in topology.leaks):
            yield because("ospf_leaked")
        if not rules.tells_metric_of_ospf and _exports_ospf(device, instance):
            yield because("ospf_into_bgp")


def may_come_back(topology: Topology, key: OspfNode) -> bool:
    """Return whether routes of BGP that a router tells by OSPF may bear on BGP again, or are not what a plain session brought.

    Whoever tells them must prefer BGP, and so must whoever else has BGP; nobody in the area may tell external routes on by BGP,
    or resolve a next hop by what was told.
    """
    mine = topology.instances.get(key.node)
    if mine is not None and (mine.aggregates or any(key.node in (leak.source, leak.target) for leak in topology.leaks)):
        return True
    for other in shortest_paths(topology.ospf.graph, key):
        brought = brought_by_others(topology, key, besides=_device(topology, other).name)
        if _takes_up(topology, other, brought) or _resolves(topology, other, brought):
            return True
    return False


def brought_by_others(topology: Topology, key: OspfNode, besides: str = "") -> frozenset[Prefix]:
    """Return the prefixes that another device may bring to a router by BGP, in a path that is no loop there; `besides`: a device
    that does not count."""
    mine = topology.instances.get(key.node)
    if mine is None:
        return frozenset()
    accepts_own = any(neighbor.loops for neighbor in mine.neighbors)
    return frozenset(
        prefix
        for node, instance in topology.instances.items()
        if topology.nodes[node][0] not in (_device(topology, key).name, besides)
        and (accepts_own or instance.asn not in mine.loop_asns)
        for prefix in topology.local[node]
        if prefix.family is key.family
        and (prefix in instance.networks or any(item.family is key.family for item in instance.redistributions))
    )


def _told_inside(topology: Topology, key: OspfNode) -> frozenset[Prefix]:
    """Return the prefixes that other routers of the area announce or tell."""
    others = (other for other in shortest_paths(topology.ospf.graph, key) if other != key)
    return frozenset(prefix for other in others for prefix in topology.ospf.announced(other))


def _device(topology: Topology, key: OspfNode) -> Device:
    return topology.network.devices[topology.ospf.graph.devices[key]]


def _takes(instance: BgpInstance, key: OspfNode, *sources: RouteSource) -> bool:
    return any(item.source in sources and item.family is key.family for item in instance.redistributions)


def _takes_up(topology: Topology, key: OspfNode, brought: frozenset[Prefix]) -> bool:
    """Return whether BGP of a router may take a route that OSPF tells of BGP, or gives way to it."""
    instance = topology.instances.get(key.node)
    if instance is None:
        return False
    behind = rules_of(_device(topology, key)).external_distance
    return (
        behind >= topology.ospf.graph.routers[key].external_distance
        or _takes(instance, key, RouteSource.OSPF_EXTERNAL)
        or not brought.isdisjoint(instance.networks)
    )


def _resolves(topology: Topology, key: OspfNode, brought: frozenset[Prefix]) -> bool:
    """Return whether a static route of a router may find its next hop by a route that OSPF tells of BGP."""
    vrf = topology.nodes[key.node][1]
    return any(
        prefix.length and prefix.holds(static.next_hop)
        for static in _device(topology, key).statics
        if static.vrf == vrf and static.prefix.family is key.family and static.next_hop is not None
        for prefix in brought
    )


def _exports_ospf(device: Device, instance: BgpInstance) -> bool:
    """Return whether an export policy may accept a route of OSPF."""
    policies = {policy.name: policy for policy in device.policies}
    return any(
        clause.action is not Action.DENY and (clause.sources is None or set(OSPF_SOURCES) & set(clause.sources))
        for neighbor in instance.neighbors
        for name in neighbor.exports
        if name in policies
        for clause in policies[name].clauses
    )
