"""Which prefixes a changed text can touch: all of a family, or, if only route policies differ, those that they treat differently.

The one idea: BGP computes every prefix on its own (but for aggregates, which the caller looks for), so what neither the changed
policies nor anything else tells apart for a prefix can't change its routes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from intents.prefix import Family, Prefix
from routing.model import Device
from verification.routes.again.policy_changes import changed_policies, is_treated_otherwise


def routing_part(device: Device) -> tuple[object, ...]:
    """Return all of a device that routes can depend on; equal parts need no routes computed."""
    return (device.policies, *(_family_part(device, family) for family in Family))


def _family_part(device: Device, family: Family) -> tuple[object, ...]:
    """Return what the routes of one family depend on, route policies aside."""
    interfaces = tuple(
        (item.name, item.vrf, item.vlan, item.enabled, tuple(one for one in item.addresses if one.family is family))
        for item in device.interfaces
    )
    vrfs = tuple(_meeting_targets(device, family))
    statics = tuple(item for item in device.statics if item.prefix.family is family)
    bgp = tuple(
        replace(
            item,
            router_id=None,
            neighbors=tuple(
                replace(one, description=None, maximum_prefixes=None) for one in item.neighbors if one.family is family
            ),
            redistributions=tuple(one for one in item.redistributions if one.family is family),
        )
        for item in device.bgp
    )
    ospf = tuple(replace(item, router_id=None) for item in device.ospf if item.family is family)
    return (interfaces, vrfs, statics, bgp, ospf)


def _meeting_targets(device: Device, family: Family) -> Iterator[tuple[object, ...]]:
    """Yield each VRF with its maps and those of its route targets that meet another VRF's on the device: only they leak."""
    of_family = {vrf.name: one for vrf in device.vrfs for one in vrf.families if one.family is family}
    for vrf in device.vrfs:
        own = of_family.get(vrf.name)
        others = [one for name, one in of_family.items() if name != vrf.name]
        if own is None:
            yield (vrf.name,)
            continue
        imports = {target for target in own.imports if any(target in one.exports for one in others)}
        exports = {target for target in own.exports if any(target in one.imports for one in others)}
        yield (vrf.name, frozenset(imports), frozenset(exports), own.import_map, own.export_map)


def affected_prefixes(before: Device, after: Device, prefixes: tuple[Prefix, ...]) -> tuple[Prefix, ...]:
    """Return those prefixes whose routes may differ once a device is changed, in the given order."""
    families = {family for family in Family if _family_part(before, family) != _family_part(after, family)}
    changed = changed_policies(before, after)
    return tuple(prefix for prefix in prefixes if prefix.family in families or is_treated_otherwise(changed, prefix))
