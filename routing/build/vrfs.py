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
from routing.build.context import Draft, Plans, link_keys, subnet_address
from routing.build.placement import MANAGEMENT, Standing, purpose_of, purpose_vrf
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


def add_parents(draft: Draft, plans: Plans) -> None:
    """Add the physical ports in use, and the management loopback."""
    name = draft.device.name
    used = {item.place.interface for item in plans.standings_on(name)}
    for channel in plans.channels_of(name):
        used |= {channel.a_interface} if channel.a_device == name else set()
        used |= {channel.b_interface} if channel.b_device == name else set()
    for parent in used:
        draft.interfaces[parent] = Interface(name=parent)
    platform = plans.platform(name)
    if platform.control_interface:
        draft.interfaces[platform.control_interface] = Interface(name=platform.control_interface)
    addresses = plans.numbers.prefixes.get(f"loopback/{name}", {})
    draft.interfaces[platform.loopback] = Interface(
        name=platform.loopback,
        vrf=purpose_vrf(MANAGEMENT),
        addresses=tuple(
            InterfaceAddress(family=family, value=prefix.network, length=prefix.length)
            for family, prefix in sorted(addresses.items())
        ),
    )


def add_channel_ends(draft: Draft, channel: Channel, plans: Plans) -> None:
    """Add the sub-interfaces of a channel that ends on this device."""
    name = draft.device.name
    if plans.inventory.devices[channel.b_device].role is Role.LEVEL1_CPE:
        return
    far = channel.b_device == name
    parent = channel.b_interface if far else channel.a_interface
    for key, purpose, standing in link_keys(channel, plans):
        prefixes = plans.numbers.prefixes.get(key, {})
        if not prefixes:
            continue
        vlan = plans.numbers.vlan[(f"channel/{channel.name}", key)]
        vrf = standing.vrf if far and standing is not None else purpose_vrf(purpose)
        served = "" if standing is None else f" {standing.attachment.name}"
        draft.interfaces[f"{parent}.{vlan}"] = Interface(
            name=f"{parent}.{vlan}",
            vrf=vrf,
            vlan=vlan,
            addresses=tuple(
                InterfaceAddress(family=family, value=subnet_address(prefix, far), length=prefix.length)
                for family, prefix in sorted(prefixes.items())
            ),
            description=f"{channel.name}{served}",
        )
        rules = plans.purpose_rules(purpose) if standing is None else plans.rules_of(standing)
        draft.serve(interface_ref(f"{parent}.{vlan}"), rules)


def add_attachment(draft: Draft, standing: Standing, plans: Plans) -> None:
    """Add an attachment's interface with both fences, and the static routes to what is behind an external one."""
    bindings: list[AclBinding] = []
    platform = plans.platform(draft.device.name)
    for family in sorted(standing.subnet):
        for direction in (Direction.IN, Direction.OUT):
            fence = plans.fences.fence(standing, family, direction, platform.fences)
            draft.acls[fence.acl.name] = fence.acl
            bindings.append(AclBinding(direction=direction, family=family, acl=fence.acl.name))
            draft.serve(binding_ref(standing.interface, direction, family), fence.all_rules)
            draft.serve_entries(fence.acl.name, fence.rules)
        for prefix in standing.own.get(family, ()):
            if standing.external:
                route = StaticRoute(vrf=standing.vrf, prefix=prefix, next_hop=standing.next_hop[family])
                draft.statics.append(route)
    draft.interfaces[standing.interface] = Interface(
        name=standing.interface,
        vrf=standing.vrf,
        vlan=standing.vlan,
        addresses=tuple(
            InterfaceAddress(family=family, value=standing.gateway[family], length=prefix.length)
            for family, prefix in sorted(standing.subnet.items())
        ),
        bindings=tuple(sorted(bindings, key=lambda item: (item.direction, item.family))),
        description=f"LAN {standing.attachment.name}",
    )
    draft.serve(interface_ref(standing.interface), plans.rules_of(standing))


def _all_rules(rules: tuple[tuple[Rule, ...], ...]) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(rule for group in rules for rule in group))


def add_vrfs(draft: Draft, plans: Plans) -> None:
    """Add the VRFs of the device, after its interfaces: those of purposes, and one for each attachment."""
    wanted = {item.vrf for item in draft.interfaces.values() if item.vrf is not None}
    for purpose in plans.purposes:
        if purpose_vrf(purpose) in wanted:
            number = plans.numbers.vrf[f"purpose/{purpose}"]
            draft.vrfs[purpose_vrf(purpose)] = _plain(draft, purpose_vrf(purpose), number, plans, f"purpose {purpose}")
            draft.serve(vrf_ref(purpose_vrf(purpose)), plans.purpose_rules(purpose))
    for standing in plans.standings_on(draft.device.name):
        text = f"attachment {standing.attachment.name}"
        draft.vrfs[standing.vrf] = _plain(draft, standing.vrf, standing.number, plans, text)
        draft.serve(vrf_ref(standing.vrf), plans.rules_of(standing))
    if draft.device.role is Role.EDGE:
        _add_leaks(draft, plans)


def _plain(draft: Draft, name: str, number: int, plans: Plans, text: str) -> Vrf:
    families = {address.family for item in draft.interfaces.values() if item.vrf == name for address in item.addresses}
    targets = plans.platform(draft.device.name).targets
    return Vrf(
        name=name,
        rd=f"{plans.target_asn}:{number}" if targets else None,
        families=tuple(VrfFamily(family=family) for family in sorted(families)),
        description=text,
    )


def _add_leaks(draft: Draft, plans: Plans) -> None:
    here = plans.standings_on(draft.device.name)
    for standing in here:
        _leak_into_attachment(draft, standing, here, plans)
    for purpose in plans.purposes:
        if purpose_vrf(purpose) in draft.vrfs:
            _leak_into_purpose(draft, purpose, here, plans)


def _target(plans: Plans, key: str) -> str:
    return f"{plans.target_asn}:{plans.numbers.vrf[key]}"


def _leak_into_attachment(draft: Draft, standing: Standing, here: tuple[Standing, ...], plans: Plans) -> None:
    for family in (item.family for item in draft.vrfs[standing.vrf].families):
        peers = plans.needs.peers(standing.membership, family)
        talking = [peer.prefix for peer in peers if peer.talks]
        targets = {
            _target(plans, f"attachment/{other.attachment.name}")
            for other in here
            if other.vrf != standing.vrf and _meet(other.own.get(family, ()), talking)
        }
        targets |= {
            _target(plans, f"purpose/{purpose}")
            for purpose in plans.purposes
            if purpose_vrf(purpose) in draft.vrfs and purpose in _peer_purposes(standing, plans)
        }
        own = _target(plans, f"attachment/{standing.attachment.name}")
        _set_leak(draft, standing.vrf, family, targets, plans.need_filters.of(standing.membership, family), own)
        draft.serve(vrf_export_ref(standing.vrf, family, own), plans.rules_of(standing))


def _meet(own: tuple[Prefix, ...], talking: list[Prefix]) -> bool:
    return any(item.overlaps(prefix) for item in own for prefix in talking)


def _leak_into_purpose(draft: Draft, purpose: PurposeName, here: tuple[Standing, ...], plans: Plans) -> None:
    for family in (item.family for item in draft.vrfs[purpose_vrf(purpose)].families):
        users = [item for item in here if purpose in _peer_purposes(item, plans)]
        targets = {_target(plans, f"attachment/{item.attachment.name}") for item in users}
        prefixes = [prefix for item in users for prefix in item.own.get(family, ())]
        own = _target(plans, f"purpose/{purpose}")
        _set_leak(draft, purpose_vrf(purpose), family, targets, exact_filter(prefixes), own)
        draft.serve(vrf_export_ref(purpose_vrf(purpose), family, own), plans.purpose_rules(purpose))
        for item in users:
            target = _target(plans, f"attachment/{item.attachment.name}")
            draft.serve(vrf_import_ref(purpose_vrf(purpose), family, target), plans.rules_of(item))


def _set_leak(
    draft: Draft, vrf: str, family: Family, targets: set[str], accepted: RouteFilter, own_target: str
) -> None:
    """Give a VRF its own target to export, and what it imports through an exact filter."""
    leak = VrfFamily(
        family=family,
        exports=(own_target,),
        imports=tuple(sorted(targets)),
        import_map=accepted.policy.name if targets else None,
    )
    old = draft.vrfs[vrf]
    families = tuple(leak if item.family is family else item for item in old.families)
    draft.vrfs[vrf] = replace(old, families=families)
    if targets:
        draft.policies[accepted.policy.name] = accepted.policy
        for (clause, index), rules in accepted.rules:
            draft.serve(prefix_rule_ref(accepted.policy.name, clause, index), rules)
        for target in targets:
            draft.serve(vrf_import_ref(vrf, family, target), _all_rules(tuple(r for _, r in accepted.rules)))


def _peer_purposes(standing: Standing, plans: Plans) -> frozenset[PurposeName]:
    """Return the purposes whose attachments elsewhere this one talks to."""
    found: set[PurposeName] = set()
    for family in standing.subnet:
        for peer in plans.needs.peers(standing.membership, family):
            if peer.talks:
                for rule in peer.rules:
                    found |= {purpose_of(endpoint, plans.registry) for endpoint in (rule.source, rule.destination)}
    return frozenset(found)
