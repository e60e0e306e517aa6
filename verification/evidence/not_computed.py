"""What a reader understands of a device and no route computation follows: nothing may be claimed of what it touches.

The one idea: such a feature is named like a line that nobody understands, by the device alone, whatever is asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.prefix import format_address
from intents.reason import Reason, because
from routing.model import Device
from verification.routes.route_filters import DEFAULT_PREFERENCE


def not_computed(device: Device) -> Iterator[Reason]:
    """Yield the features of a device's routing that are read but not computed."""
    if any(family.export_map for vrf in device.vrfs for family in vrf.families):
        yield because("export_map")
    for name in _preferring(device):
        yield because("local_preference", policy=name)
    for static in device.statics:
        if static.interface is not None and static.next_hop is None:
            yield because("route_without_next_hop", prefix=static.prefix, interface=static.interface)
    for instance in device.bgp:
        for neighbor in instance.neighbors:
            if neighbor.maximum_prefixes is not None:
                address = format_address(neighbor.family, neighbor.address)
                yield because("prefix_limit", neighbor=address, count=neighbor.maximum_prefixes)


def _preferring(device: Device) -> list[str]:
    """Return the policies over what a device takes that set a local preference other than the usual one."""
    used = {name for instance in device.bgp for neighbor in instance.neighbors for name in neighbor.imports}
    used |= {family.import_map for vrf in device.vrfs for family in vrf.families if family.import_map is not None}
    return sorted(
        policy.name
        for policy in device.policies
        if policy.name in used
        and any(clause.local_preference not in (None, DEFAULT_PREFERENCE) for clause in policy.clauses)
    )
