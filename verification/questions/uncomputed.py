"""What is read of a device but not computed: each feature that a platform lets decide by what neither meaning works out.

The one idea: where a device's answer hangs on the order of arrival, on a route that resolves through another, or on what no
document says, nothing may be claimed; the feature doubts like a line that nobody understands.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import Prefix, format_address, prefix_of
from intents.reason import Reason, because
from routing.model import AclBinding, BgpInstance, Device, RouteSource, StaticRoute
from verification.evidence.evidence import Evidence
from verification.questions.filters_on_paths import passes
from verification.questions.network import table_named
from verification.routes.route_filters import DEFAULT_PREFERENCE

EBGP_DISTANCE = 20
"""Of both platforms' order: a static route of a higher distance gives way to a received one (Junos' numbers are ranked alike)."""


def uncomputed(evidence: Evidence, device: Device) -> Iterator[Reason]:
    """Yield the features of a device that are read but not computed."""
    yield from _vrfs(device)
    yield from _policies(device)
    for static in device.statics:
        yield from _static(evidence, device, static)
    for instance in device.bgp:
        yield from _instance(evidence, device, instance)
    yield from _segments(evidence, device)
    for item in device.interfaces:
        if (device.name, item.name) in evidence.topology.ports:
            continue
        for binding in item.bindings:
            if not _passes_all(evidence, device.name, item.name, binding):
                yield because("filter_not_followed", acl=binding.acl, interface=item.name)


def _vrfs(device: Device) -> Iterator[Reason]:
    """Yield export maps, and import maps that stand nowhere (no document says what such a name does)."""
    policies = {policy.name for policy in device.policies}
    for vrf in device.vrfs:
        for family in vrf.families:
            if family.export_map:
                yield because("export_map")
            if family.import_map is not None and family.import_map not in policies:
                yield because("import_map_missing", policy=family.import_map, vrf=vrf.name)


def _policies(device: Device) -> Iterator[Reason]:
    """Yield policies over what a device takes that set a local preference other than the usual one."""
    used = {name for instance in device.bgp for neighbor in instance.neighbors for name in neighbor.imports}
    used |= {family.import_map for vrf in device.vrfs for family in vrf.families if family.import_map is not None}
    for policy in sorted(device.policies, key=lambda item: item.name):
        if policy.name in used and any(
            clause.local_preference not in (None, DEFAULT_PREFERENCE) for clause in policy.clauses
        ):
            yield because("local_preference", policy=policy.name)


def _static(evidence: Evidence, device: Device, static: StaticRoute) -> Iterator[Reason]:
    """Yield what is not known of a static route: who answers, what its next hop resolves through, whether it gives way."""
    if static.interface is not None and static.next_hop is None:
        yield because("route_without_next_hop", prefix=static.prefix, interface=static.interface)
    through = _resolving(evidence, device, static)
    if through is not None and static.next_hop is not None:
        next_hop = format_address(static.prefix.family, static.next_hop)
        yield because("recursive_route", prefix=static.prefix, next_hop=next_hop, through=through)
    if static.distance > EBGP_DISTANCE and _comes_from_elsewhere(evidence, device, static):
        yield because("floating_route", prefix=static.prefix, distance=static.distance)


def _resolving(evidence: Evidence, device: Device, static: StaticRoute) -> Prefix | None:
    """Return the route, not connected, default or itself, that a next hop may resolve through (IOS-STAT-01, IOS-STAT-02)."""
    node = evidence.topology.number.get((device.name, static.vrf))
    if node is None or static.next_hop is None or static.interface is not None:
        return None
    if not evidence.topology.rules[node].resolves_recursively:
        return None
    family, local = static.prefix.family, evidence.topology.local[node]
    for length in range(family.bits, 0, -1):
        prefix = prefix_of(family, static.next_hop, length)
        held, state = local.get(prefix), evidence.control_plane.base.get(prefix)
        if prefix == static.prefix or (held is not None and held.source == "connected"):
            continue
        if held is not None or (state is not None and state.choice(node) is not None):
            return prefix
    return None


def _comes_from_elsewhere(evidence: Evidence, device: Device, static: StaticRoute) -> bool:
    """Return whether another VRF has the prefix of its own, so that it may be received, too (IOS-STAT-09, JUN-STAT-06)."""
    here = evidence.topology.number.get((device.name, static.vrf))
    return any(static.prefix in held and node != here for node, held in enumerate(evidence.topology.local))


def _instance(evidence: Evidence, device: Device, instance: BgpInstance) -> Iterator[Reason]:
    """Yield limits, paths whose form no document says, and aggregates that are leaked or made of received routes."""
    prepending = {policy.name for policy in device.policies if any(clause.prepend for clause in policy.clauses)}
    for neighbor in instance.neighbors:
        address = format_address(neighbor.family, neighbor.address)
        if neighbor.maximum_prefixes is not None:
            yield because("prefix_limit", neighbor=address, count=neighbor.maximum_prefixes)
        if neighbor.local_as is not None and prepending.intersection(neighbor.exports):  # IOS-LAS-04
            yield because("prepend_with_local_as", neighbor=address)
    node = evidence.topology.number[(device.name, instance.vrf)]
    for item in instance.aggregates:
        if any(leak.source == node for leak in evidence.topology.leaks):  # IOS-AGG-02
            yield because("leaked_aggregate", prefix=item.prefix, vrf=table_named(instance.vrf))
        if not evidence.topology.rules[node].aggregates_start_anew and _has_received(evidence, node, item.prefix):
            yield because("aggregate_of_received", prefix=item.prefix, vrf=table_named(instance.vrf))  # JUN-AGG-02


def _has_received(evidence: Evidence, node: int, aggregate: Prefix) -> bool:
    return any(
        aggregate.covers(prefix)
        and prefix != aggregate
        and (chosen := state.choice(node)) is not None
        and chosen.used[0].attributes.source in (RouteSource.BGP, RouteSource.LEAKED)
        for prefix, state in evidence.control_plane.base.items()
    )


def _segments(evidence: Evidence, device: Device) -> Iterator[Reason]:
    """Yield ports that more than one cable ends on: a next hop may then be a third router's (RFC-BGP-03)."""
    ends = [
        port
        for link in evidence.given.network.links
        for name, port in ((link.a_device, link.a_interface), (link.b_device, link.b_interface))
        if name == device.name
    ]
    for port in sorted({port for port in ends if ends.count(port) > 1}):
        yield because("shared_segment", interface=port)


def _passes_all(evidence: Evidence, device: str, interface: str, binding: AclBinding) -> bool:
    """Return whether a filter lets through all that anybody may send."""
    side = evidence.sides[binding.family]
    return all(
        (allowed - passes(evidence, device, interface, binding.direction, allowed)).is_empty
        for allowed in (side.allowed.sent_from(name) for name in side.pairs.own)
    )
