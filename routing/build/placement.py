"""Where every attachment stands, with everything that its device needs to know of it.

Turns registry, inventory and address plan into `AttachmentCircuit` values: one for each place of each attachment. The one idea:
after this, no code looks an attachment up anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    SystemEndpoint,
)
from intents.prefix import Family, Prefix
from intents.registry import Attachment, AttachmentName, ConnectionKind, PurposeName, Registry
from ipam.address_plan import AddressPlan, EntryState, NumberKind
from ipam.inventory import Inventory, Place, Role
from ipam.keys import AttachmentOwner, ChannelScope, LanKey, LanScope, LinkKey, NumberKey, OutsideKey, PrefixKey, Scope
from routing.build.peers import Membership

MANAGEMENT = PurposeName("management")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Active numbers and prefixes of a plan by key."""

    vrf: Mapping[NumberKey, int]
    asn: Mapping[NumberKey, int]
    vlan: Mapping[tuple[Scope, NumberKey], int]
    prefixes: Mapping[PrefixKey, Mapping[Family, Prefix]]
    outside: Mapping[AttachmentName, tuple[Prefix, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentCircuit:
    """One attachment at one place.

    `own`: the prefixes that its packets come from. `subnet`: of its interface on the device.
    `gateway`: the device's address there; `next_hop`: the far end's, for an external one (what is behind belongs to others).
    """

    attachment: Attachment
    place: Place
    vrf: str
    number: int
    asn: int
    vlan: int
    interface: str
    own: Mapping[Family, tuple[Prefix, ...]]
    subnet: Mapping[Family, Prefix]
    gateway: Mapping[Family, int]
    next_hop: Mapping[Family, int]
    membership: Membership

    @property
    def external(self) -> bool:
        """Return whether a next hop that is not ours stands before the LAN."""
        return bool(self.next_hop)


def attachment_vrf(number: int) -> str:
    """Return the name of an attachment's VRF."""
    return f"A-{number}"


def purpose_vrf(purpose: str) -> str:
    """Return the name of a purpose's VRF."""
    return f"P-{purpose.upper()}"


def index_plan(plan: AddressPlan) -> Numbers:
    """Return the active entries of a plan by key."""
    numbers: dict[NumberKind, dict[tuple[Scope, NumberKey], int]] = {kind: {} for kind in NumberKind}
    for entry in plan.numbers:
        if entry.state is EntryState.ACTIVE:
            numbers[entry.kind][(entry.scope, entry.key)] = entry.value
    prefixes: dict[PrefixKey, dict[Family, Prefix]] = {}
    outside: dict[AttachmentName, list[Prefix]] = {}
    for item in plan.prefixes:
        if item.state is not EntryState.ACTIVE:
            continue
        if isinstance(item.key, OutsideKey):
            outside.setdefault(item.key.attachment, []).append(item.prefix)
        else:
            prefixes.setdefault(item.key, {})[item.prefix.family] = item.prefix
    return Numbers(
        vrf={key: value for (_, key), value in numbers[NumberKind.VRF].items()},
        asn={key: value for (_, key), value in numbers[NumberKind.ASN].items()},
        vlan=numbers[NumberKind.VLAN],
        prefixes=prefixes,
        outside={name: tuple(sorted(found)) for name, found in outside.items()},
    )


def first_address(prefix: Prefix) -> int:
    """Return the gateway address of a LAN (its first usable one), or the lower end of a link."""
    return prefix.network if prefix.size == 2 else prefix.network + 1


def place_circuits(
    registry: Registry, inventory: Inventory, numbers: Numbers, endpoints: frozenset[Endpoint]
) -> tuple[AttachmentCircuit, ...]:
    """Return all standings sorted by attachment and device; `endpoints` are those that the policy names."""
    found = [
        _circuit(attachment, place, inventory, numbers, member_of(attachment, registry, endpoints))
        for name, attachment in registry.attachments.items()
        if attachment.connection is not ConnectionKind.VIA_LAN
        for place in inventory.places.get(name, ())
    ]
    return tuple(sorted(found, key=lambda item: (item.attachment.name, item.place.device, item.interface)))


def member_of(attachment: Attachment, registry: Registry, endpoints: frozenset[Endpoint]) -> Membership:
    """Return the endpoints that an attachment belongs to; its own one always."""
    if attachment.system is not None:
        return frozenset({SystemEndpoint(system=attachment.system)})
    if attachment.outside is not None:
        return frozenset({OutsideEndpoint(outside=attachment.outside)})
    if attachment.organisation is None:
        raise ValueError(f"attachment {attachment.name} belongs to nobody")
    organisation = registry.organisations[attachment.organisation]
    own: set[Endpoint] = {OrganisationEndpoint(organisation=organisation.name, purpose=attachment.purpose)}
    return frozenset(
        own
        | {
            item
            for item in endpoints
            if isinstance(item, ClassEndpoint)
            and (item.category, item.tier, item.purpose)
            == (organisation.category, organisation.tier, attachment.purpose)
            and organisation.name not in item.excluding
        }
    )


def _circuit(
    attachment: Attachment, place: Place, inventory: Inventory, numbers: Numbers, membership: Membership
) -> AttachmentCircuit:
    name = attachment.name
    lan = numbers.prefixes.get(LanKey(name), {})
    if place.level1_cpe:
        key: LanKey | LinkKey = LinkKey(place.channel, AttachmentOwner(name))
        scope: Scope = ChannelScope(place.channel)
    else:
        key, scope = LanKey(name), LanScope(place.device, place.interface)
    external = bool(place.level1_cpe) or attachment.outside is not None
    subnet = numbers.prefixes.get(key, {})
    vlan = numbers.vlan[scope, key]
    number = numbers.vrf[AttachmentOwner(name)]
    return AttachmentCircuit(
        attachment=attachment,
        place=place,
        vrf=attachment_vrf(number),
        number=number,
        asn=numbers.asn[AttachmentOwner(name)],
        vlan=vlan,
        interface=f"{place.interface}.{vlan}",
        own=_own_prefixes(name, attachment, lan, numbers),
        subnet=subnet,
        gateway={family: first_address(prefix) for family, prefix in subnet.items()},
        next_hop={family: prefix.last for family, prefix in subnet.items()} if external else {},
        membership=membership,
    )


def _own_prefixes(
    name: AttachmentName, attachment: Attachment, lan: Mapping[Family, Prefix], numbers: Numbers
) -> Mapping[Family, tuple[Prefix, ...]]:
    if attachment.outside is None:
        return {family: (prefix,) for family, prefix in lan.items()}
    behind = numbers.outside.get(name, ())
    return {
        family: found for family in Family if (found := tuple(prefix for prefix in behind if prefix.family is family))
    }


def purpose_of(endpoint: Endpoint, registry: Registry) -> PurposeName:
    """Return the purpose that an endpoint stands in; routers' own addresses are in the management purpose."""
    match endpoint:
        case ClassEndpoint(purpose=purpose) | OrganisationEndpoint(purpose=purpose):
            return purpose
        case SystemEndpoint(system=system):
            return registry.systems[system].purpose
        case OutsideEndpoint(outside=outside):
            return registry.outside_networks[outside].purpose
        case DevicesEndpoint():
            return MANAGEMENT
        case _:
            assert_never(endpoint)


def on_edge(circuit: AttachmentCircuit, inventory: Inventory) -> bool:
    """Return whether an attachment stands where purposes leak into each other."""
    return inventory.devices[circuit.place.device].role is Role.EDGE
