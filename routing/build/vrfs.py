"""VRFs and interfaces of a device: attachment VRFs with their fences, purpose VRFs, channel ends, leaking.

The one idea: an interface is always "parent, tag, VRF, link prefix, which end of it"; leaking is always "these targets come
in, and only these prefixes of them" (`import_map`), on edge devices alone.
"""

from __future__ import annotations

from dataclasses import replace

from intents.policy import Rule
from intents.prefix import Family, Prefix
from intents.registry import PurposeName
from ipam.inventory import Channel, Role
from ipam.keys import AttachmentOwner, ChannelScope, LoopbackKey, Owner, PurposeOwner
from routing.build.context import DeviceBuilder, Plans, link_keys, subnet_address
from routing.build.placement import MANAGEMENT, AttachmentCircuit, purpose_of, purpose_vrf
from routing.build.route_filters import RouteFilter, exact_filter
from routing.model import AclBinding, Direction, Interface, InterfaceAddress, StaticRoute, Vrf, VrfFamily
from routing.refs import (
    binding_ref,
    interface_ref,
    prefix_rule_ref,
    vrf_export_ref,
    vrf_import_ref,
    vrf_ref,
)


def add_parents(builder: DeviceBuilder, plans: Plans) -> None:
    """Add the physical ports in use, and the management loopback."""
    name = builder.device.name
    used = {item.place.interface for item in plans.circuits_on(name)}
    for channel in plans.channels_of(name):
        used |= {channel.a_interface} if channel.a_device == name else set()
        used |= {channel.b_interface} if channel.b_device == name else set()
    for parent in used:
        builder.interfaces[parent] = Interface(name=parent)
    platform = plans.platform(name)
    if platform.control_interface:
        builder.interfaces[platform.control_interface] = Interface(name=platform.control_interface)
    addresses = plans.numbers.prefixes.get(LoopbackKey(name), {})
    builder.interfaces[platform.loopback] = Interface(
        name=platform.loopback,
        vrf=purpose_vrf(MANAGEMENT),
        addresses=tuple(
            InterfaceAddress(family=family, value=prefix.network, length=prefix.length)
            for family, prefix in sorted(addresses.items())
        ),
    )


def add_channel_ends(builder: DeviceBuilder, channel: Channel, plans: Plans) -> None:
    """Add the sub-interfaces of a channel that ends on this device."""
    name = builder.device.name
    if plans.inventory.devices[channel.b_device].role is Role.LEVEL1_CPE:
        return
    far = channel.b_device == name
    parent = channel.b_interface if far else channel.a_interface
    for key, purpose, circuit in link_keys(channel, plans):
        prefixes = plans.numbers.prefixes.get(key, {})
        if not prefixes:
            continue
        vlan = plans.numbers.vlan[ChannelScope(channel.name), key]
        vrf = circuit.vrf if far and circuit is not None else purpose_vrf(purpose)
        served = "" if circuit is None else f" {circuit.attachment.name}"
        builder.interfaces[f"{parent}.{vlan}"] = Interface(
            name=f"{parent}.{vlan}",
            vrf=vrf,
            vlan=vlan,
            addresses=tuple(
                InterfaceAddress(family=family, value=subnet_address(prefix, far), length=prefix.length)
                for family, prefix in sorted(prefixes.items())
            ),
            description=f"{channel.name}{served}",
        )
        rules = plans.purpose_rules(purpose) if circuit is None else plans.rules_of(circuit)
        builder.serve(interface_ref(f"{parent}.{vlan}"), rules)


def add_attachment(builder: DeviceBuilder, circuit: AttachmentCircuit, plans: Plans) -> None:
    """Add an attachment's interface with both fences, and the static routes to what is behind an external one."""
    bindings: list[AclBinding] = []
    platform = plans.platform(builder.device.name)
    for family in sorted(circuit.subnet):
        for direction in (Direction.IN, Direction.OUT):
            fence = plans.fences.fence(circuit, family, direction, platform.fences)
            builder.acls[fence.acl.name] = fence.acl
            bindings.append(AclBinding(direction=direction, family=family, acl=fence.acl.name))
            builder.serve(binding_ref(circuit.interface, direction, family), fence.all_rules)
            builder.serve_entries(fence.acl.name, fence.rules)
        for prefix in circuit.own.get(family, ()):
            if circuit.external:
                route = StaticRoute(vrf=circuit.vrf, prefix=prefix, next_hop=circuit.next_hop[family])
                builder.statics.append(route)
    builder.interfaces[circuit.interface] = Interface(
        name=circuit.interface,
        vrf=circuit.vrf,
        vlan=circuit.vlan,
        addresses=tuple(
            InterfaceAddress(family=family, value=circuit.gateway[family], length=prefix.length)
            for family, prefix in sorted(circuit.subnet.items())
        ),
        bindings=tuple(sorted(bindings, key=lambda item: (item.direction, item.family))),
        description=f"LAN {circuit.attachment.name}",
        advertises=not circuit.external and Family.V6 in circuit.subnet,
    )
    builder.serve(interface_ref(circuit.interface), plans.rules_of(circuit))


def _all_rules(rules: tuple[tuple[Rule, ...], ...]) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(rule for group in rules for rule in group))


def add_vrfs(builder: DeviceBuilder, plans: Plans) -> None:
    """Add the VRFs of the device, after its interfaces: those of purposes, and one for each attachment."""
    wanted = {item.vrf for item in builder.interfaces.values() if item.vrf is not None}
    for purpose in plans.purposes:
        if purpose_vrf(purpose) in wanted:
            number = plans.numbers.vrf[PurposeOwner(purpose)]
            builder.vrfs[purpose_vrf(purpose)] = _plain(
                builder, purpose_vrf(purpose), number, plans, f"purpose {purpose}"
            )
            builder.serve(vrf_ref(purpose_vrf(purpose)), plans.purpose_rules(purpose))
    for circuit in plans.circuits_on(builder.device.name):
        text = f"attachment {circuit.attachment.name}"
        builder.vrfs[circuit.vrf] = _plain(builder, circuit.vrf, circuit.number, plans, text)
        builder.serve(vrf_ref(circuit.vrf), plans.rules_of(circuit))
    if builder.device.role is Role.EDGE:
        _add_leaks(builder, plans)


def _plain(builder: DeviceBuilder, name: str, number: int, plans: Plans, text: str) -> Vrf:
    families = {
        address.family for item in builder.interfaces.values() if item.vrf == name for address in item.addresses
    }
    targets = plans.platform(builder.device.name).targets
    return Vrf(
        name=name,
        rd=f"{plans.target_asn}:{number}" if targets else None,
        families=tuple(VrfFamily(family=family) for family in sorted(families)),
        description=text,
    )


def _add_leaks(builder: DeviceBuilder, plans: Plans) -> None:
    here = plans.circuits_on(builder.device.name)
    for circuit in here:
        _leak_into_attachment(builder, circuit, here, plans)
    for purpose in plans.purposes:
        if purpose_vrf(purpose) in builder.vrfs:
            _leak_into_purpose(builder, purpose, here, plans)


def _target(plans: Plans, owner: Owner) -> str:
    return f"{plans.target_asn}:{plans.numbers.vrf[owner]}"


def _leak_into_attachment(
    builder: DeviceBuilder, circuit: AttachmentCircuit, here: tuple[AttachmentCircuit, ...], plans: Plans
) -> None:
    for family in (item.family for item in builder.vrfs[circuit.vrf].families):
        peers = plans.reachability.peers(circuit.membership, family)
        talking = [peer.prefix for peer in peers if peer.talks]
        targets = {
            _target(plans, AttachmentOwner(other.attachment.name))
            for other in here
            if other.vrf != circuit.vrf and _meet(other.own.get(family, ()), talking)
        }
        targets |= {
            _target(plans, PurposeOwner(purpose))
            for purpose in plans.purposes
            if purpose_vrf(purpose) in builder.vrfs and purpose in _peer_purposes(circuit, family, plans)
        }
        own = _target(plans, AttachmentOwner(circuit.attachment.name))
        _set_leak(builder, circuit.vrf, family, targets, plans.reachability_filters.of(circuit.membership, family), own)
        builder.serve(vrf_export_ref(circuit.vrf, family, own), plans.rules_of(circuit))


def _meet(own: tuple[Prefix, ...], talking: list[Prefix]) -> bool:
    return any(item.overlaps(prefix) for item in own for prefix in talking)


def _leak_into_purpose(
    builder: DeviceBuilder, purpose: PurposeName, here: tuple[AttachmentCircuit, ...], plans: Plans
) -> None:
    for family in (item.family for item in builder.vrfs[purpose_vrf(purpose)].families):
        users = [item for item in here if purpose in _peer_purposes(item, family, plans)]
        targets = {_target(plans, AttachmentOwner(item.attachment.name)) for item in users}
        prefixes = [prefix for item in users for prefix in item.own.get(family, ())]
        own = _target(plans, PurposeOwner(purpose))
        _set_leak(builder, purpose_vrf(purpose), family, targets, exact_filter(prefixes), own)
        builder.serve(vrf_export_ref(purpose_vrf(purpose), family, own), plans.purpose_rules(purpose))
        for item in users:
            target = _target(plans, AttachmentOwner(item.attachment.name))
            builder.serve(vrf_import_ref(purpose_vrf(purpose), family, target), plans.rules_of(item))


def _set_leak(
    builder: DeviceBuilder, vrf: str, family: Family, targets: set[str], accepted: RouteFilter, own_target: str
) -> None:
    """Give a VRF its own target to export, and what it imports through an exact filter."""
    leak = VrfFamily(
        family=family,
        exports=(own_target,),
        imports=tuple(sorted(targets)),
        import_map=accepted.policy.name if targets else None,
    )
    old = builder.vrfs[vrf]
    families = tuple(leak if item.family is family else item for item in old.families)
    builder.vrfs[vrf] = replace(old, families=families)
    if targets:
        builder.policies[accepted.policy.name] = accepted.policy
        for (clause, index), rules in accepted.rules:
            builder.serve(prefix_rule_ref(accepted.policy.name, clause, index), rules)
        for target in targets:
            builder.serve(vrf_import_ref(vrf, family, target), _all_rules(tuple(r for _, r in accepted.rules)))


def _peer_purposes(circuit: AttachmentCircuit, family: Family, plans: Plans) -> frozenset[PurposeName]:
    """Return the purposes whose attachments elsewhere this one talks to over a family."""
    return frozenset(
        purpose_of(endpoint, plans.registry)
        for peer in plans.reachability.peers(circuit.membership, family)
        if peer.talks
        for rule in peer.rules
        for endpoint in (rule.source, rule.destination)
    )
