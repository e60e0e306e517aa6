"""eBGP sessions of a device: one for each family of each channel sub-interface, in that sub-interface's VRF.

The one idea: what a session carries depends only on the kind of its two ends: an attachment VRF announces its own prefixes
and learns its peers'; the far side accepts only those prefixes; an edge's purpose VRF announces only what stands on it;
backbone purpose VRFs pass everything on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from intents.prefix import Family, Prefix, format_address
from intents.registry import PurposeName
from ipam.inventory import Channel, Role
from ipam.keys import DeviceOwner, LoopbackKey, PurposeOnDevice
from routing.build.context import DeviceBuilder, Plans, link_keys, subnet_address
from routing.build.placement import MANAGEMENT, AttachmentCircuit, purpose_vrf
from routing.build.route_filters import RouteFilter, exact_filter, passing_filter
from routing.model import (
    BgpInstance,
    BgpNeighbor,
    LocalAs,
    Redistribution,
    RoutePolicy,
    RouteSource,
)
from routing.refs import neighbor_ref, prefix_rule_ref

MAXIMUM_PATHS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """One end of a link in one VRF: its VRF, the AS that it presents, and the filters it applies."""

    vrf: str
    asn: int
    imports: RouteFilter | None
    exports: RouteFilter | None


def add_sessions(builder: DeviceBuilder, channel: Channel, plans: Plans) -> None:
    """Add the sessions over a channel that ends on this device."""
    if plans.inventory.devices[channel.b_device].role is Role.LEVEL1_CPE:
        return
    far = channel.b_device == builder.device.name
    for key, purpose, circuit in link_keys(channel, plans):
        for family, prefix in sorted(plans.numbers.prefixes.get(key, {}).items()):
            near_end = _backbone_end(channel.a_device, purpose, circuit, family, plans)
            if circuit is not None:
                far_end = _attachment_end(circuit, family, plans)
            elif plans.inventory.devices[channel.b_device].role is Role.CPE:
                far_end = _management_end(channel.b_device, family, plans)
            else:
                far_end = _backbone_end(channel.b_device, purpose, None, family, plans)
            if plans.inventory.devices[channel.b_device].role is Role.CPE and circuit is None:
                near_end = replace(near_end, imports=_loopback_filter(channel.b_device, family, plans))
            mine, theirs = (far_end, near_end) if far else (near_end, far_end)
            address = subnet_address(prefix, not far)
            rules = plans.purpose_rules(purpose) if circuit is None else plans.rules_of(circuit)
            builder.serve(neighbor_ref(mine.vrf, family, format_address(family, address)), rules)
            _add(builder, plans, mine, theirs, Family(family), address)


def _backbone_end(
    device: str, purpose: PurposeName, circuit: AttachmentCircuit | None, family: Family, plans: Plans
) -> _End:
    edge = plans.inventory.devices[device].role is Role.EDGE
    key = PurposeOnDevice(purpose, device) if edge else DeviceOwner(device)
    return _End(
        vrf=purpose_vrf(purpose),
        asn=plans.numbers.asn[key],
        imports=None if circuit is None else _own_filter(circuit, family, plans),
        exports=_edge_exports(device, purpose, family, plans)
        if edge
        else _backbone_exports(device, purpose, family, plans),
    )


def _backbone_exports(device: str, purpose: str, family: Family, plans: Plans) -> RouteFilter | None:
    """Return None (pass everything on), but where own routes enter by export policy: they too, in the management VRF."""
    if purpose != MANAGEMENT or not plans.platform(device).originates_by_export:
        return None
    return passing_filter(_loopback(device, family, plans))


def _edge_exports(device: str, purpose: str, family: Family, plans: Plans) -> RouteFilter:
    here = plans.circuits_on(device)
    own = [prefix for item in here for prefix in item.own.get(family, ())]
    if purpose == MANAGEMENT:
        own += _loopback(device, family, plans)
    return exact_filter(own)


def _attachment_end(circuit: AttachmentCircuit, family: Family, plans: Plans) -> _End:
    return _End(
        vrf=circuit.vrf,
        asn=circuit.asn,
        imports=plans.reachability_filters.of(circuit.membership, family),
        exports=_own_filter(circuit, family, plans),
    )


def _own_filter(circuit: AttachmentCircuit, family: Family, plans: Plans) -> RouteFilter:
    return exact_filter(circuit.own.get(family, ()), plans.rules_of(circuit))


def _management_end(device: str, family: Family, plans: Plans) -> _End:
    return _End(
        vrf=purpose_vrf(MANAGEMENT),
        asn=plans.numbers.asn[PurposeOnDevice(MANAGEMENT, device)],
        imports=exact_filter(prefix for prefix in plans.login_sources if prefix.family is family),
        exports=_loopback_filter(device, family, plans),
    )


def _loopback(device: str, family: Family, plans: Plans) -> list[Prefix]:
    found = plans.numbers.prefixes.get(LoopbackKey(device), {}).get(family)
    return [] if found is None else [found]


def _loopback_filter(device: str, family: Family, plans: Plans) -> RouteFilter:
    return exact_filter(_loopback(device, family, plans))


def _add(builder: DeviceBuilder, plans: Plans, mine: _End, theirs: _End, family: Family, address: int) -> None:
    platform = plans.platform(builder.device.name)
    device_asn = plans.numbers.asn[DeviceOwner(builder.device.name)]
    imports = _use(builder, mine.imports)
    exports = _use(builder, mine.exports)
    neighbor = BgpNeighbor(
        family=family,
        address=address,
        remote_as=theirs.asn,
        local_as=None if platform.instance_asn or mine.asn == device_asn else LocalAs(asn=mine.asn),
        imports=imports,
        exports=exports,
        loops=1 if platform.instance_asn else 0,
        send_communities=platform.originates_by_export,
    )
    builder.neighbors.setdefault(mine.vrf, []).append(neighbor)
    instance_asn = mine.asn if platform.instance_asn else device_asn
    builder.bgp[mine.vrf] = _instance(builder.device.name, mine.vrf, instance_asn, plans)


def _instance(device: str, vrf: str, asn: int, plans: Plans) -> BgpInstance:
    """Return BGP in a VRF; its router ID is the device's own address, because a VRF may have none to take it from (IOS-UP-01)."""
    own = _loopback(device, Family.V4, plans)
    return BgpInstance(
        vrf=vrf,
        asn=asn,
        router_id=own[0].network if own else None,
        loop_asns=(asn,),
        maximum_paths=MAXIMUM_PATHS,
    )


def _use(builder: DeviceBuilder, used: RouteFilter | None) -> tuple[str, ...]:
    if used is None:
        return ()
    _keep(builder.policies, used.policy)
    for (clause, index), rules in used.rules:
        builder.serve(prefix_rule_ref(used.policy.name, clause, index), rules)
    return (used.policy.name,)


def _keep(policies: dict[str, RoutePolicy], policy: RoutePolicy) -> None:
    policies[policy.name] = policy


def originate(builder: DeviceBuilder, plans: Plans) -> None:
    """Let own routes into BGP, exactly: LANs, what is behind an external attachment, the loopback."""
    platform = plans.platform(builder.device.name)
    here = {item.vrf: item for item in plans.circuits_on(builder.device.name)}
    if builder.device.role is Role.EDGE:
        for vrf in here:
            asn = plans.numbers.asn[DeviceOwner(builder.device.name)]
            builder.bgp.setdefault(vrf, _instance(builder.device.name, vrf, asn, plans))
    for vrf, instance in builder.bgp.items():
        families = sorted({item.family for item in builder.vrfs[vrf].families})
        rows: tuple[Redistribution, ...] = ()
        networks: tuple[Prefix, ...] = ()
        if platform.originates_by_export:
            sources = (RouteSource.AGGREGATE, RouteSource.CONNECTED, RouteSource.STATIC)
            with_session = sorted({item.family for item in builder.neighbors.get(vrf, ())})
            rows = tuple(Redistribution(family=family, source=source) for family in with_session for source in sources)
        else:
            networks = tuple(
                sorted(own for family in families for own in _own(builder, vrf, here.get(vrf), family, plans))
            )
        builder.bgp[vrf] = replace(
            instance,
            networks=networks,
            redistributions=rows,
            neighbors=tuple(sorted(builder.neighbors.get(vrf, ()), key=lambda item: (item.family, item.address))),
        )


def _own(
    builder: DeviceBuilder, vrf: str, circuit: AttachmentCircuit | None, family: Family, plans: Plans
) -> list[Prefix]:
    """Return the prefixes that a VRF has to tell others of: its LAN, what is behind it, or the device's own address."""
    if vrf == purpose_vrf(MANAGEMENT):
        return _loopback(builder.device.name, family, plans)
    return [] if circuit is None else list(circuit.own.get(family, ()))
