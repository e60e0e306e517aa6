"""The address plan that tests put into a NetBox, and what its users may do there."""

from __future__ import annotations

from ipam.address_plan import AddressPlan
from ipam.allocator import allocate
from tests.netbox_api import Permission
from tests.small_registries import ON, PC, POOLS, Numbers, attachment, inventory, organisation, registry

REGISTRY = registry(
    organisations=[organisation("ubnd-a", PC)], attachments=[attachment("ubnd-a", "s-1")], communes=(1,)
)
PLAN, _ = allocate(REGISTRY, inventory(REGISTRY), POOLS, AddressPlan(), Numbers(), ON)
# What docs/en/netbox.md asks an administrator for.
READER = (
    Permission(
        ["tenancy.tenant", "dcim.region", "ipam.vlangroup", "ipam.vrf", "ipam.aggregate", "ipam.prefix", "ipam.vlan", "ipam.asn",
         "ipam.ipaddress", "ipam.iprange", "ipam.rir", "ipam.role", "extras.tag", "extras.customfield", "core.objectchange"],
        ["view"],
    ),
)  # fmt: skip
WRITER = (
    *READER,
    Permission(["tenancy.tenant", "dcim.region", "ipam.vlangroup"], ["add", "change"]),
    Permission(["ipam.vrf", "ipam.aggregate", "ipam.prefix", "ipam.vlan", "ipam.asn"], ["add", "change", "delete"]),
)
