"""What a node puts into BGP itself: networks and redistributed routes, and aggregates while something contributes to them.

The one idea: an origination depends on local routes, and for an aggregate on more specific prefixes, which were settled before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intents.prefix import Prefix
from routing.model import OSPF_SOURCES, Aggregate, BgpInstance, RouteSource
from verification.routes.adjacency import ForwardingHop, LocalRoute
from verification.routes.advertisements import Advertisements
from verification.routes.best_path import Candidate
from verification.routes.rib import PrefixState
from verification.routes.route_filters import PathAttributes
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology


class Origins:
    """Who may originate which prefix. `prefixes`: all of them, more specific ones first."""

    def __init__(self, topology: Topology, advertisements: Advertisements) -> None:
        self._topology = topology
        self._advertisements = advertisements
        self.prefixes = _all_prefixes(topology)
        self.aggregating: Mapping[int, tuple[Aggregate, ...]] = {
            node: instance.aggregates for node, instance in topology.instances.items() if instance.aggregates
        }
        self._local: dict[Prefix, list[int]] = {}
        for node, held in enumerate(topology.local):
            for prefix in held:
                self._local.setdefault(prefix, []).append(node)

    def possible(self, prefix: Prefix) -> Iterator[int]:
        """Yield the nodes that may originate a prefix."""
        yield from self._local.get(prefix, ())
        for node, aggregates in self.aggregating.items():
            if prefix not in self._topology.local[node] and any(item.prefix == prefix for item in aggregates):
                yield node

    def suppressed(self, node: int, prefix: Prefix) -> bool:
        """Return whether a summary-only aggregate stands in for a prefix (which itself keeps that aggregate alive)."""
        return bool(self.aggregating) and any(
            item.summary_only and item.prefix != prefix and item.prefix.covers(prefix)
            for item in self.aggregating.get(node, ())
        )

    def originate(
        self, node: int, prefix: Prefix, surviving: Surviving, settled: Mapping[Prefix, PrefixState]
    ) -> Candidate | None:
        """Return what a node originates for a prefix, None if nothing; `settled`: more specific prefixes."""
        instance = self._topology.instances.get(node)
        if instance is None:
            return None
        route = surviving.local(node, prefix)
        if route is not None:
            path = self._redistributed(node, instance, prefix, route)
            if path is not None:
                return Candidate(path, route.hops, 0, False)
        for item in instance.aggregates:
            if item.prefix == prefix and self._contributes(node, item, settled):
                path = PathAttributes(RouteSource.AGGREGATE, (), local_preference=instance.default_preference)
                return Candidate(path, (ForwardingHop(interface="", end="NULL_ROUTED"),), 0, False)
        return None

    def _redistributed(
        self, node: int, instance: BgpInstance, prefix: Prefix, route: LocalRoute
    ) -> PathAttributes | None:
        source = RouteSource(route.source)
        metric = route.metric if source in OSPF_SOURCES else None  # IOS-OSPF-09
        if prefix in instance.networks:
            return PathAttributes(source, (), local_preference=instance.default_preference, metric=metric)
        rules = self._topology.rules[node]
        if not prefix.length and not rules.redistributes_default:
            return None
        path = PathAttributes(
            source=source,
            as_path=(),
            local_preference=instance.default_preference,
            metric=metric,
            origin=rules.redistributed_origin,
        )
        for item in instance.redistributions:
            if item.family is prefix.family and item.source is source:
                names = () if item.policy is None else (item.policy,)
                device = self._topology.nodes[node][0]
                accepted = self._advertisements.filtered(device, names, prefix, path, announcing=True)
                if accepted is not None:
                    return accepted
        return None

    def _contributes(self, node: int, aggregate: Aggregate, settled: Mapping[Prefix, PrefixState]) -> bool:
        for prefix in self.prefixes:
            if aggregate.prefix.covers(prefix) and prefix != aggregate.prefix:
                state = settled.get(prefix)
                if state is not None and state.choice(node) is not None:
                    return True
        return False


def _all_prefixes(topology: Topology) -> tuple[Prefix, ...]:
    found = {prefix for held in topology.local for prefix in held}
    found |= {item.prefix for instance in topology.instances.values() for item in instance.aggregates}
    return tuple(sorted(found, key=most_specific_first))


def most_specific_first(prefix: Prefix) -> tuple[int, int, int]:
    """Return the order in which prefixes are settled."""
    return (int(prefix.family), -prefix.length, prefix.network)
