"""A neutral device made into the canonical form that Junos text has.

The one idea: what differs mechanically between platforms (parents of units, the default export policy, redistribution by
export policy, the preference of static routes) is added here, so that a builder need not know it; what differs in meaning
is left for `render` to refuse.
"""

from __future__ import annotations

from dataclasses import replace

from intents.prefix import Family
from routing.model import (
    BgpInstance,
    BgpNeighbor,
    Device,
    Interface,
    Login,
    PolicyDefault,
    RoutePolicy,
    StaticRoute,
    Vrf,
    VrfFamily,
)
from routing.vendors.junos.harmless import in_canonical_order
from routing.vendors.junos.reader.bgp import junos_redistributions
from routing.vendors.junos.reader.device import PLATFORM
from routing.vendors.junos.reader.instances import DEFAULT_PREFERENCE
from routing.vendors.junos.reader.logins import opened
from routing.vendors.junos.reader.policies import PROTOCOL_POLICY

_IOS_DISTANCE = 1


def canonical(device: Device) -> Device:
    """Return the device in Junos' canonical form: idempotent, and without effect on what is already said.

    Adds parents of units, families of VRFs, logins that harmless lines open, `(default)` for neighbours without an export
    policy and its policy, redistributions; turns the neutral static distance 1 into Junos' 5; sorts.
    """
    bgp = tuple(_instance(instance) for instance in device.bgp)
    used = any(PROTOCOL_POLICY in neighbor.exports for instance in bgp for neighbor in instance.neighbors)
    services = {login.service for login in device.logins} | {s for path in device.harmless if (s := opened(path[0]))}
    policies = {policy.name: policy for policy in device.policies if policy.name != PROTOCOL_POLICY}
    if used:
        policies[PROTOCOL_POLICY] = RoutePolicy(name=PROTOCOL_POLICY, clauses=(), default=PolicyDefault.PROTOCOL)
    return replace(
        device,
        platform=PLATFORM,
        interfaces=_interfaces(device.interfaces),
        vrfs=tuple(sorted((_vrf(vrf, device.interfaces) for vrf in device.vrfs), key=lambda vrf: vrf.name)),
        acls=tuple(sorted(device.acls, key=lambda acl: acl.name)),
        policies=tuple(policies[name] for name in sorted(policies)),
        statics=_statics(device.statics),
        bgp=tuple(sorted(bgp, key=lambda instance: instance.vrf or "")),
        logins=tuple(Login(service=service) for service in sorted(services)),
        harmless=in_canonical_order(device.harmless),
        control_filters=tuple(sorted(device.control_filters, key=lambda item: (item.vrf or "", item.family))),
    )


def _interfaces(interfaces: tuple[Interface, ...]) -> tuple[Interface, ...]:
    found = {interface.name: interface for interface in interfaces}
    for name in list(found):
        parent = name.partition(".")[0]
        found.setdefault(parent, Interface(name=parent))
    return tuple(_interface(found[name]) for name in sorted(found))


def _interface(interface: Interface) -> Interface:
    has_ipv6 = any(address.family is Family.V6 for address in interface.addresses)
    return replace(interface, advertises=interface.advertises and has_ipv6)


def _vrf(vrf: Vrf, interfaces: tuple[Interface, ...]) -> Vrf:
    present = {
        address.family for interface in interfaces if interface.vrf == vrf.name for address in interface.addresses
    }
    old = {family.family: family for family in vrf.families}
    # What leaks is kept even where no interface is, so that `render` refuses it instead of losing it.
    leaking = {
        item.family for item in vrf.families if item.imports or item.exports or item.import_map or item.export_map
    }
    wanted = sorted(present | leaking)
    return replace(vrf, families=tuple(old.get(family, VrfFamily(family=family)) for family in wanted))


def _statics(statics: tuple[StaticRoute, ...]) -> tuple[StaticRoute, ...]:
    own = (replace(r, distance=DEFAULT_PREFERENCE) if r.distance == _IOS_DISTANCE else r for r in statics)
    return tuple(sorted(own, key=lambda route: (route.vrf or "", route.prefix, route.next_hop or -1)))


def _instance(instance: BgpInstance) -> BgpInstance:
    neighbors = tuple(
        sorted(map(_neighbor, instance.neighbors), key=lambda neighbor: (neighbor.family, neighbor.address))
    )
    families = sorted({neighbor.family for neighbor in neighbors})
    return replace(
        instance,
        neighbors=neighbors,
        redistributions=junos_redistributions(families),
        aggregates=tuple(sorted(instance.aggregates, key=lambda aggregate: aggregate.prefix)),
    )


def _neighbor(neighbor: BgpNeighbor) -> BgpNeighbor:
    return replace(neighbor, exports=neighbor.exports or (PROTOCOL_POLICY,), send_communities=True)
