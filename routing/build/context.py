"""What building reads, indexed once (`Plans`), and a device being put together (`Draft`).

The one idea: a device is a sum of independent contributions (its VRFs, one per attachment standing on it, one per channel
end), each made by a small function that knows nothing of the others. Which rule a thing serves is noted beside it, by `Ref`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from intents.policy import Policy, Rule
from intents.prefix import Family, Prefix
from intents.registry import PurposeName, Registry
from ipam.address_plan import AddressPlan
from ipam.endpoints import Resolver
from ipam.inventory import Channel, Inventory, InventoryDevice, Role
from ipam.keys import AttachmentOwner, LinkKey, PurposeOwner
from routing.build.fences import Fences
from routing.build.peers import Reachability
from routing.build.placement import MANAGEMENT, AttachmentCircuit, Numbers, index_plan, place_circuits, purpose_of
from routing.build.route_filters import ReachabilityFilters
from routing.model import (
    Acl,
    BgpInstance,
    BgpNeighbor,
    ControlFilter,
    Interface,
    LinePath,
    Login,
    Ref,
    RoutePolicy,
    StaticRoute,
    Vrf,
)
from routing.vendors.vendor import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Everything that building reads, indexed once."""

    registry: Registry
    inventory: Inventory
    address_plan: AddressPlan
    numbers: Numbers
    resolver: Resolver
    reachability: Reachability
    reachability_filters: ReachabilityFilters
    fences: Fences
    policy: Policy
    circuits: tuple[AttachmentCircuit, ...]
    by_device: Mapping[str, tuple[AttachmentCircuit, ...]]
    channels: Mapping[str, tuple[Channel, ...]]
    platforms: Mapping[str, Capabilities]
    target_asn: int
    login_sources: tuple[Prefix, ...]
    baselines: Mapping[str, tuple[LinePath, ...]]
    by_purpose: Mapping[PurposeName, tuple[Rule, ...]]

    def platform(self, device: str) -> Capabilities:
        return self.platforms[self.inventory.devices[device].platform]

    @property
    def purposes(self) -> tuple[PurposeName, ...]:
        return tuple(sorted(self.registry.purposes))

    def channels_of(self, device: str) -> tuple[Channel, ...]:
        """Return the channels that end on a device, by name."""
        return self.channels.get(device, ())

    def circuits_on(self, device: str) -> tuple[AttachmentCircuit, ...]:
        """Return the attachments that stand on a device, by name."""
        return self.by_device.get(device, ())

    def rules_of(self, circuit: AttachmentCircuit) -> tuple[Rule, ...]:
        """Return the rules that concern an attachment, forbids included."""
        return self.reachability.rules(circuit.membership, frozenset(circuit.subnet))

    def purpose_rules(self, purpose: PurposeName) -> tuple[Rule, ...]:
        """Return the rules with an end in a purpose: what its VRF on the backbone is there for."""
        return self.by_purpose.get(purpose, ())

    def infrastructure(self, family: Family) -> tuple[Prefix, ...]:
        """Return the blocks that routers' own addresses come from."""
        return self.resolver.infrastructure(family)


@dataclass(slots=True)
class DeviceBuilder:
    """A device being put together."""

    device: InventoryDevice
    interfaces: dict[str, Interface] = field(default_factory=dict)
    vrfs: dict[str, Vrf] = field(default_factory=dict)
    acls: dict[str, Acl] = field(default_factory=dict)
    policies: dict[str, RoutePolicy] = field(default_factory=dict)
    statics: list[StaticRoute] = field(default_factory=list)
    bgp: dict[str, BgpInstance] = field(default_factory=dict)
    neighbors: dict[str, list[BgpNeighbor]] = field(default_factory=dict)
    logins: list[Login] = field(default_factory=list)
    control_filters: list[ControlFilter] = field(default_factory=list)
    served: dict[Ref, tuple[Rule, ...]] = field(default_factory=dict)
    served_entries: dict[str, tuple[tuple[Rule, ...], ...]] = field(default_factory=dict)

    def serve(self, ref: Ref, rules: tuple[Rule, ...]) -> None:
        """Note that a thing serves these rules (no rule twice), besides those that it already serves."""
        if rules and ref not in self.served:
            self.served[ref] = rules
        elif rules:
            self.served[ref] = tuple(dict.fromkeys((*self.served.get(ref, ()), *rules)))

    def serve_entries(self, acl: str, rules: tuple[tuple[Rule, ...], ...]) -> None:
        """Note the rules that the entries of a list serve, the first ones first, besides those that they already serve."""
        held = self.served_entries.setdefault(acl, rules)
        if held is not rules:
            both = zip_longest(held, rules, fillvalue=())
            self.served_entries[acl] = tuple(tuple(dict.fromkeys((*old, *new))) for old, new in both)


def index_plans(
    *,
    policy: Policy,
    registry: Registry,
    inventory: Inventory,
    address_plan: AddressPlan,
    platforms: Mapping[str, Capabilities],
    target_asn: int,
    login_sources: tuple[Prefix, ...],
    baselines: Mapping[str, tuple[LinePath, ...]],
) -> Plans:
    """Return everything that building reads, indexed."""
    resolver = Resolver(address_plan)
    numbers = index_plan(address_plan)
    reachability = Reachability(policy, address_plan, resolver)
    circuits = place_circuits(registry, inventory, numbers, frozenset(reachability.endpoints))
    return Plans(
        registry=registry,
        inventory=inventory,
        address_plan=address_plan,
        numbers=numbers,
        resolver=resolver,
        reachability=reachability,
        reachability_filters=ReachabilityFilters(reachability),
        fences=Fences(reachability, resolver),
        policy=policy,
        circuits=circuits,
        by_device=_circuits_by_device(circuits),
        channels=_channels_by_device(inventory),
        platforms=platforms,
        target_asn=target_asn,
        login_sources=login_sources,
        baselines=baselines,
        by_purpose=_rules_by_purpose(policy, registry),
    )


def _rules_by_purpose(policy: Policy, registry: Registry) -> dict[PurposeName, tuple[Rule, ...]]:
    found: dict[PurposeName, list[Rule]] = {}
    for rule in policy.rules:
        for purpose in {purpose_of(rule.source, registry), purpose_of(rule.destination, registry)}:
            found.setdefault(purpose, []).append(rule)
    return {purpose: tuple(rules) for purpose, rules in found.items()}


def _circuits_by_device(circuits: tuple[AttachmentCircuit, ...]) -> dict[str, tuple[AttachmentCircuit, ...]]:
    found: dict[str, list[AttachmentCircuit]] = {}
    for item in circuits:
        found.setdefault(item.place.device, []).append(item)
    return {device: tuple(items) for device, items in found.items()}


def _channels_by_device(inventory: Inventory) -> dict[str, tuple[Channel, ...]]:
    found: dict[str, list[Channel]] = {}
    for _, channel in sorted(inventory.channels.items()):
        for device in (channel.a_device, channel.b_device):
            found.setdefault(device, []).append(channel)
    return {device: tuple(items) for device, items in found.items()}


def subnet_address(prefix: Prefix, far: bool) -> int:
    """Return an end's address on a link prefix: the lower one nearer the backbone, the higher one at the far end."""
    return prefix.last if far else prefix.network


def link_keys(channel: Channel, plans: Plans) -> tuple[tuple[LinkKey, PurposeName, AttachmentCircuit | None], ...]:
    """Return what a channel carries: (link key, purpose, the attachment served or None), sorted by key."""
    b_role = plans.inventory.devices[channel.b_device].role
    if b_role is Role.CPE:
        keys: list[tuple[LinkKey, PurposeName, AttachmentCircuit | None]] = [
            (LinkKey(channel.name, AttachmentOwner(item.attachment.name)), item.attachment.purpose, item)
            for item in plans.circuits_on(channel.b_device)
        ]
        keys.append((LinkKey(channel.name, PurposeOwner(MANAGEMENT)), MANAGEMENT, None))
        return tuple(sorted(keys, key=lambda key: str(key[0])))
    return tuple((LinkKey(channel.name, PurposeOwner(name)), name, None) for name in plans.purposes)
