"""What an IOS-XE device can't be made to say: checked before any text is written.

Turns a `Device` into nothing or a ValueError. The one idea: whatever would be read back as something else is refused
here or, for a single entry, where it is written; a refusal names the thing.
"""

from __future__ import annotations

from collections.abc import Mapping

from intents.prefix import Family
from routing.model import BgpInstance, Device, Interface, InterfaceAddress, StaticRoute, Vrf
from routing.vendors.cisco_ios.addresses import address_fault, clashes, is_no_destination, lacks_primary, standing
from routing.vendors.cisco_ios.names import ETHERNET_KINDS, interface_kind, interface_name
from routing.vendors.cisco_ios.reader.interface import MODELLED_KINDS, advertises
from routing.vendors.cisco_ios.reader.static import is_on_link
from routing.vendors.cisco_ios.terms import LINK_LOCAL
from routing.vendors.cisco_ios.writer.login import check_login
from routing.vendors.reserved import RESERVED_ASNS, is_router_id


def check_device(device: Device) -> None:
    """Refuse a device that the platform can't carry: ValueError that names the reason."""
    if device.unknown:
        raise ValueError(f"a line that is not understood can't be written: {' / '.join(device.unknown[0].path)}")
    if device.control_filters:
        raise ValueError("IOS-XE has no filter for packets to the box: use access classes and control-plane policing")
    if device.ospf:
        raise ValueError("OSPF is read and not written")
    _check_names(device)
    vrfs = {vrf.name: vrf for vrf in device.vrfs}
    distinguishers = [vrf.rd for vrf in device.vrfs if vrf.rd is not None]
    if len(set(distinguishers)) < len(distinguishers):
        raise ValueError("two VRFs have the same route distinguisher")
    for vrf in device.vrfs:
        _check_vrf(vrf)
    for interface in device.interfaces:
        _check_interface(interface, vrfs)
    found = [
        standing(interface.vrf, interface.name, address)
        for interface in device.interfaces
        for address in interface.addresses
        if interface.enabled
    ]
    for one, other in clashes(found):
        raise ValueError(f"addresses of {one.interface} and {other.interface} overlap")
    for route in device.statics:
        _check_static(route, vrfs, {interface.name: interface for interface in device.interfaces})
    for instance in device.bgp:
        _check_instance(instance, vrfs)
    _check_maps(device)
    _check_media(device)
    filled = {acl.name for acl in device.acls if acl.entries}
    for login in device.logins:
        check_login(login, filled)


def _check_instance(instance: BgpInstance, vrfs: Mapping[str, Vrf]) -> None:
    numbers = {instance.asn, *(item.remote_as for item in instance.neighbors)}
    numbers |= {item.local_as.asn for item in instance.neighbors if item.local_as is not None}
    if numbers & RESERVED_ASNS:
        raise ValueError(f"AS {min(numbers & RESERVED_ASNS)} is reserved: no speaker uses it")
    if instance.router_id is not None and not is_router_id(instance.router_id):
        raise ValueError(f"not a router ID: {instance.router_id}")
    if any(neighbor.passive or neighbor.remove_private for neighbor in instance.neighbors):
        raise ValueError("a neighbour that waits for the other end, or that is told no private ASs, is not written")
    inside = [item for item in instance.neighbors if item.source or item.client or item.next_hop_self]
    if inside or instance.cluster_id is not None or instance.default_preference != 100 or instance.deterministic_med:
        raise ValueError("what is said about sessions inside an AS is not written")
    if instance.vrf is not None and instance.vrf not in vrfs:
        raise ValueError(f"BGP in VRF {instance.vrf}, which is not defined")
    if instance.vrf is not None and vrfs[instance.vrf].rd is None:
        raise ValueError(f"BGP in VRF {instance.vrf}, which has no route distinguisher")


def _check_media(device: Device) -> None:
    for item in device.interfaces:
        if item.medium or not item.transit:
            raise ValueError(f"what a cable must have alike at {item.name} is not written")
        if item.link_local is not None:
            raise ValueError(f"the link-local address of {item.name} is not written")
        if item.advertises is not advertises(item.name, item.addresses):
            raise ValueError(f"that {item.name} tells hosts of no router is not written")


def _check_names(device: Device) -> None:
    kinds = (
        ("interface", [interface.name for interface in device.interfaces]),
        ("VRF", [vrf.name for vrf in device.vrfs]),
        ("access list", [acl.name for acl in device.acls]),
        ("policy", [policy.name for policy in device.policies]),
        ("BGP instance", [instance.vrf or "" for instance in device.bgp]),
    )
    for kind, names in kinds:
        if names != sorted(set(names)):
            raise ValueError(f"{kind} names are not sorted, or one comes twice")
    for kind, names in kinds[:3]:
        for name in names:
            if not name or name.split() != [name]:
                raise ValueError(f"not a name of a {kind}: {name!r}")


def _check_text(what: str, text: str | None) -> None:
    if text is not None and (not text or text != text.strip() or not text.isprintable()):
        raise ValueError(f"not a description: {what}")


def _check_vrf(vrf: Vrf) -> None:
    _check_text(vrf.name, vrf.description)
    for family in vrf.families:
        if family.export_map is not None:
            raise ValueError(f"VRF {vrf.name}: what an export map keeps back is not documented, so it is not modelled")
        if (family.imports or family.exports) and vrf.rd is None:
            raise ValueError(f"VRF {vrf.name}: route targets need a route distinguisher")


def _check_interface(interface: Interface, vrfs: dict[str, Vrf]) -> None:
    name = interface.name
    kind = interface_kind(name)
    if interface_name(name) != name or kind not in MODELLED_KINDS:
        raise ValueError(f"kind of interface is not modelled: {name}")
    _check_text(name, interface.description)
    families = {address.family for address in interface.addresses}
    if ("." in name) != (interface.vlan is not None) and (
        interface.vlan is not None or (families and kind in ETHERNET_KINDS)
    ):
        raise ValueError(f"a tag goes with a sub-interface: {name}")
    if interface.vrf is not None:
        vrf = vrfs.get(interface.vrf)
        if vrf is None or not families <= {family.family for family in vrf.families}:
            raise ValueError(f"{name}: VRF {interface.vrf} is not defined, or has no such address family")
    _check_addresses(name, interface.addresses)


def _check_addresses(name: str, addresses: tuple[InterfaceAddress, ...]) -> None:
    primary = [address for address in addresses if address.family is Family.V4 and not address.secondary]
    if len(primary) > 1 or any(address.secondary and address.family is Family.V6 for address in addresses):
        raise ValueError(f"{name}: one primary IPv4 address, and no secondary IPv6 address")
    if lacks_primary(addresses) or any(address_fault(address) is not None for address in addresses):
        raise ValueError(f"{name}: an address that no interface takes, or a secondary one without a primary")


def _check_maps(device: Device) -> None:
    """Refuse a map that is not defined where IOS does not document what it then does."""
    named = {family.import_map for vrf in device.vrfs for family in vrf.families}
    named |= {redistribution.policy for instance in device.bgp for redistribution in instance.redistributions}
    missing = named - {policy.name for policy in device.policies} - {None}
    if missing:
        raise ValueError(f"route map is not defined: {min(str(name) for name in missing)}")


def _check_static(route: StaticRoute, vrfs: dict[str, Vrf], interfaces: dict[str, Interface]) -> None:
    if route.vrf is not None and route.vrf not in vrfs:
        raise ValueError(f"static route in VRF {route.vrf}, which is not defined")
    if is_no_destination(route.prefix):
        raise ValueError(f"static route {route.prefix}: no device takes such a destination")
    if route.discard is (route.next_hop is not None or route.interface is not None):
        raise ValueError(f"static route {route.prefix} needs exactly one way: next hop, interface or discard")
    both = route.next_hop is not None and route.interface is not None
    if both and not is_on_link(route, interfaces.get(route.interface or "")):
        raise ValueError(f"static route {route.prefix}: the next hop is nobody's on {route.interface}")
    if route.prefix.family is Family.V6 and (route.next_hop or 0) >> 118 == LINK_LOCAL:
        raise ValueError(f"static route {route.prefix}: a link-local next hop")
    if not 1 <= route.distance <= 255:
        raise ValueError(f"static route {route.prefix}: distance is 1 to 255")
