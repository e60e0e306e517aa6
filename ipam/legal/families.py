"""Devices that can't forward IPv6, against what of the plan would need them to.

The one idea: what stands on such a device has IPv4 alone, and that is no fault; but IPv6 between sites goes over every core and
aggregation, in particular when one of them has failed, so there nothing may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from intents.finding import Finding, Severity, make_finding
from intents.prefix import Family
from intents.registry import AttachmentName, Registry
from ipam.address_plan import PrefixEntry
from ipam.inventory import Inventory, Role, families_at

_TRANSIT = frozenset({Role.CORE, Role.AGGREGATION})


def check_families(
    lans: Mapping[AttachmentName, tuple[PrefixEntry, ...]], registry: Registry, inventory: Inventory, on: date
) -> list[Finding]:
    """Return cores and aggregations that IPv6 would need, and outside networks whose IPv6 prefixes are left out."""
    return [*_in_the_way(lans, inventory, on), *_left_out(registry, inventory)]


def _in_the_way(
    lans: Mapping[AttachmentName, tuple[PrefixEntry, ...]], inventory: Inventory, on: date
) -> Iterator[Finding]:
    speaking = sorted(
        name for name, entries in lans.items() if any(entry.prefix.family is Family.V6 for entry in entries)
    )
    for _, device in sorted(inventory.devices.items()):
        if speaking and device.role in _TRANSIT and device.validity.holds(on) and not device.ipv6:
            yield make_finding(
                "TR560",
                device.where,
                device=device.name,
                model=device.model,
                role=device.role,
                count=len(speaking),
                first=speaking[0],
            )


def _left_out(registry: Registry, inventory: Inventory) -> Iterator[Finding]:
    for name, attachment in sorted(registry.attachments.items()):
        network = registry.outside_networks.get(attachment.outside) if attachment.outside is not None else None
        if network is None or Family.V6 in families_at(inventory, name):
            continue
        places = inventory.places.get(name, ())
        if places and any(prefix.family is Family.V6 for prefix in network.prefixes):
            yield make_finding(
                "TR561",
                network.where,
                severity=Severity.WARNING,
                also=(inventory.devices[places[0].device].where,),
                outside=network.name,
                device=places[0].device,
            )
