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
        ["tenancy.tenant", "tenancy.tenantgroup", "dcim.region", "dcim.site", "dcim.location", "dcim.device", "dcim.devicerole",
         "dcim.devicetype", "dcim.manufacturer", "dcim.platform", "dcim.interface", "dcim.cable", "circuits.provider",
         "circuits.circuit", "circuits.circuittype", "circuits.circuittermination", "ipam.vlangroup", "ipam.vrf",
         "ipam.routetarget",
         "ipam.aggregate", "ipam.prefix", "ipam.vlan", "ipam.asn", "ipam.ipaddress", "ipam.iprange",
         "ipam.rir", "ipam.role", "extras.tag", "extras.customfield",
         "core.objectchange"],
        ["view"],
    ),
)  # fmt: skip
WRITER = (
    *READER,
    Permission(
        [
            "virtualization.vminterface",
            "wireless.wirelesslan",
            "vpn.l2vpntermination",
            "circuits.circuitgroupassignment",
            "tenancy.contactassignment",
            "extras.imageattachment",
            "extras.journalentry",
        ],
        ["view"],
    ),
    Permission(["dcim.devicetype", "dcim.interface", "circuits.provider", "ipam.routetarget"], ["add"]),
    Permission(
        ["tenancy.tenant", "dcim.region", "dcim.site", "dcim.location", "dcim.device", "ipam.vlangroup"],
        ["add", "change"],
    ),
    Permission(
        [
            "dcim.cable",
            "circuits.circuit",
            "circuits.circuittermination",
            "ipam.vrf",
            "ipam.aggregate",
            "ipam.prefix",
            "ipam.vlan",
            "ipam.asn",
        ],
        ["add", "change", "delete"],
    ),
)
