"""Which prefixes a change of texts may route otherwise, in any state of the network: two networks to prefixes, or to "any".

The one idea: BGP settles every prefix on its own, so where only route policies differ, a prefix that each changed policy treats
as before keeps all its routes, whatever fails. That is not so where one prefix's route hangs on another's: where routes are
aggregated, and where OSPF or an AS's own routers carry them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from intents.prefix import Prefix
from routing.model import Device, Network, RoutePolicy
from verification.evidence.routing_part import routing_device
from verification.routes.again.policy_changes import changed_policies, is_treated_otherwise


def rerouted(before: Network, after: Network, prefixes: Iterable[Prefix]) -> frozenset[Prefix] | None:
    """Return those of all prefixes that anybody names whose routes may differ; None: any may."""
    if before.devices.keys() != after.devices.keys() or before.links != after.links:
        return None
    if not all(map(_is_by_prefix, after.devices.values())):
        return None
    changed: list[tuple[RoutePolicy | None, RoutePolicy | None]] = []
    for name, device in after.devices.items():
        was = before.devices[name]
        if was is device:
            continue
        if replace(routing_device(was), policies=()) != replace(routing_device(device), policies=()):
            return None
        changed += changed_policies(was, device)
    return frozenset(prefix for prefix in prefixes if is_treated_otherwise(changed, prefix))


def _is_by_prefix(device: Device) -> bool:
    """Return whether no route of a device hangs on a route to another prefix."""
    inside = any(instance.is_internal(item) for instance in device.bgp for item in instance.neighbors)
    return not (inside or device.ospf or any(instance.aggregates for instance in device.bgp))
