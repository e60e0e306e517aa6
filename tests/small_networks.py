"""Small networks for tests, as short as a drawing: constructors that fill in what a test does not care about."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace

from intents.prefix import Family, Prefix, parse_address, parse_interface, parse_prefix
from routing.model import (
    Acl,
    AclBinding,
    AclEntry,
    Action,
    AddressMatch,
    AttachmentPort,
    BgpInstance,
    BgpNeighbor,
    Device,
    Direction,
    Interface,
    InterfaceAddress,
    LocalAs,
    Network,
    PhysicalLink,
    PolicyClause,
    PrefixRule,
    Redistribution,
    RoutePolicy,
    RouteSource,
)
from verification.verdicts.flow import Flow

AGGREGATION_AS = 65010
CONNECTED = tuple(Redistribution(family=family, source=RouteSource.CONNECTED) for family in Family)
CONNECTED_V4 = Redistribution(family=Family.V4, source=RouteSource.CONNECTED)


def value(text: str) -> int:
    return parse_address(text).value


def interface(
    name: str,
    *addresses: str,
    vrf: str | None = None,
    vlan: int | None = None,
    acl_in: str = "",
    acl_out: str = "",
    enabled: bool = True,
) -> Interface:
    """An interface whose ACLs are bound in every family that it has an address in."""
    parsed = [parse_interface(text) for text in addresses]
    bound = [(Direction.IN, acl_in), (Direction.OUT, acl_out)]
    return Interface(
        name=name,
        vrf=vrf,
        vlan=vlan,
        enabled=enabled,
        addresses=tuple(
            InterfaceAddress(family=family, value=number, length=length) for family, number, length in parsed
        ),
        bindings=tuple(
            AclBinding(direction=direction, family=family, acl=acl)
            for direction, acl in bound
            for family in sorted({family for family, _, _ in parsed})
            if acl
        ),
    )


def neighbor(
    address: str,
    remote_as: int,
    *,
    local_as: LocalAs | None = None,
    imports: tuple[str, ...] = (),
    exports: tuple[str, ...] = (),
    enabled: bool = True,
) -> BgpNeighbor:
    family, number = parse_address(address)
    return BgpNeighbor(
        family=family,
        address=number,
        remote_as=remote_as,
        local_as=local_as,
        imports=imports,
        exports=exports,
        enabled=enabled,
        send_communities=True,
    )


def bgp(vrf: str | None, asn: int, *neighbors: BgpNeighbor, maximum_paths: int = 1) -> BgpInstance:
    """BGP that announces every connected prefix and takes its own AS in a path for a loop."""
    return BgpInstance(
        vrf=vrf,
        asn=asn,
        loop_asns=(asn,),
        neighbors=neighbors,
        redistributions=CONNECTED,
        maximum_paths=maximum_paths,
    )


def link(name: str, a: str, b: str, *ducts: str) -> PhysicalLink:
    """A link between two ends written `device port`."""
    (a_device, a_interface), (b_device, b_interface) = a.split(), b.split()
    return PhysicalLink(
        name=name,
        a_device=a_device,
        a_interface=a_interface,
        b_device=b_device,
        b_interface=b_interface,
        ducts=ducts,
    )


def complete(device: Device) -> Device:
    """A device with what a drawing leaves out: the parent of each sub-interface, and a router ID of its own."""
    names = {item.name for item in device.interfaces}
    parents = {item.name.rpartition(".")[0] for item in device.interfaces if "." in item.name} - names
    added = tuple(Interface(name=name) for name in parents)
    router_id = zlib.crc32(device.name.encode()) | 1
    return replace(
        device,
        interfaces=(*device.interfaces, *sorted(added, key=lambda item: item.name)),
        bgp=tuple(item if item.router_id is not None else replace(item, router_id=router_id) for item in device.bgp),
    )


def network(devices: Iterable[Device], links: Iterable[PhysicalLink] = (), outside: tuple[str, ...] = ()) -> Network:
    """A network; `outside` are ports, written `device interface`, behind which it is not ours."""
    ports = [text.split() for text in outside]
    return Network(
        devices={device.name: complete(device) for device in devices},
        links=tuple(links),
        ports=tuple(
            AttachmentPort(attachment="outside", device=device, interface=port, external=True) for device, port in ports
        ),
    )


def matching(*prefixes: str) -> tuple[AddressMatch, ...]:
    found = []
    for prefix in map(parse_prefix, prefixes):
        care = prefix_mask(prefix)
        found.append(AddressMatch(value=prefix.network, care=care))
    return tuple(found)


def prefix_mask(prefix: Prefix) -> int:
    everything = (1 << prefix.family.bits) - 1
    return everything ^ (prefix.size - 1)


def acl(name: str, *entries: AclEntry, family: Family = Family.V4) -> Acl:
    return Acl(name=name, family=family, entries=entries)


def permit_to(*prefixes: str) -> AclEntry:
    return AclEntry(action=Action.PERMIT, destinations=matching(*prefixes))


def exactly(name: str, *prefixes: str) -> RoutePolicy:
    """A policy that accepts exactly these prefixes."""
    parsed = [parse_prefix(text) for text in prefixes]
    rules = tuple(PrefixRule(prefix=prefix, low=prefix.length, high=prefix.length) for prefix in parsed)
    return RoutePolicy(name=name, clauses=(PolicyClause(name="10", action=Action.PERMIT, prefixes=rules),))


def tcp(start: str, source: str, destination: str, *, port: int = 443, flags: int = 2) -> Flow:
    """A TCP packet to a port; `start` is written `device interface`."""
    device, port_name = start.split()
    family, number = parse_address(source)
    return Flow(
        family=family,
        source=number,
        destination=value(destination),
        protocol=6,
        source_port=40000,
        destination_port=port,
        tcp_flags=flags,
        start_device=device,
        start_interface=port_name,
    )


def chain() -> Network:
    """cpe-1 (VRF A, LAN 10.1.0.0/24) - agg (VRF GOV) - cpe-2 (VRF B, LAN 10.2.0.0/24), one address family each way."""
    cpe_1 = Device(
        name="cpe-1",
        platform="cisco_ios",
        interfaces=(
            interface("lan", vlan=None),
            interface("lan.100", "10.1.0.1/24", "2001:db8:1::1/64", vrf="A", vlan=100),
            interface("up.10", "10.255.0.1/31", "2001:db8:ff::1/127", vrf="A", vlan=10),
        ),
        bgp=(bgp("A", 65001, neighbor("10.255.0.0", AGGREGATION_AS), neighbor("2001:db8:ff::", AGGREGATION_AS)),),
    )
    agg = Device(
        name="agg",
        platform="cisco_ios",
        interfaces=(
            interface("p1.10", "10.255.0.0/31", "2001:db8:ff::/127", vrf="GOV", vlan=10),
            interface("p2.20", "10.255.0.2/31", "2001:db8:ff::2/127", vrf="GOV", vlan=20),
        ),
        bgp=(
            bgp(
                "GOV",
                AGGREGATION_AS,
                neighbor("10.255.0.1", 65001),
                neighbor("10.255.0.3", 65002),
                neighbor("2001:db8:ff::1", 65001),
                neighbor("2001:db8:ff::3", 65002),
            ),
        ),
    )
    cpe_2 = Device(
        name="cpe-2",
        platform="cisco_ios",
        interfaces=(
            interface("lan.100", "10.2.0.1/24", "2001:db8:2::1/64", vrf="B", vlan=100),
            interface("up.20", "10.255.0.3/31", "2001:db8:ff::3/127", vrf="B", vlan=20),
        ),
        bgp=(bgp("B", 65002, neighbor("10.255.0.2", AGGREGATION_AS), neighbor("2001:db8:ff::2", AGGREGATION_AS)),),
    )
    links = (link("channel-1", "agg p1", "cpe-1 up"), link("channel-2", "agg p2", "cpe-2 up"))
    return network((cpe_1, agg, cpe_2), links)


def changed(net: Network, device: Device) -> Network:
    return replace(net, devices={**net.devices, device.name: device})


def with_interface(net: Network, device: str, changed_interface: Interface) -> Network:
    """The network with one interface replaced by the one of the same name."""
    old = net.devices[device]
    interfaces = tuple(changed_interface if item.name == changed_interface.name else item for item in old.interfaces)
    return changed(net, replace(old, interfaces=interfaces))


def find(net: Network, device: str, name: str) -> Interface:
    return next(item for item in net.devices[device].interfaces if item.name == name)


def diamond(maximum_paths: int = 1) -> Network:
    """left and right, each joined to both agg-1 and agg-2; left's channels share the duct `river`."""
    left = Device(
        name="left",
        platform="cisco_ios",
        interfaces=(
            interface("lan.1", "10.1.0.1/24", vrf="A", vlan=1),
            interface("u1.10", "10.255.1.1/31", vrf="A", vlan=10),
            interface("u2.10", "10.255.2.1/31", vrf="A", vlan=10),
        ),
        bgp=(
            bgp("A", 65001, neighbor("10.255.1.0", 65011), neighbor("10.255.2.0", 65012), maximum_paths=maximum_paths),
        ),
    )
    right = Device(
        name="right",
        platform="cisco_ios",
        interfaces=(
            interface("lan.1", "10.2.0.1/24", vrf="B", vlan=1),
            interface("u1.20", "10.255.3.1/31", vrf="B", vlan=20),
            interface("u2.20", "10.255.4.1/31", vrf="B", vlan=20),
        ),
        bgp=(bgp("B", 65002, neighbor("10.255.3.0", 65011), neighbor("10.255.4.0", 65012)),),
    )
    links = (
        link("left-1", "agg-1 l", "left u1", "river"),
        link("left-2", "agg-2 l", "left u2", "river"),
        link("right-1", "agg-1 r", "right u1"),
        link("right-2", "agg-2 r", "right u2"),
    )
    aggregations = (
        middle("agg-1", 65011, "10.255.1.0/31", "10.255.3.0/31"),
        middle("agg-2", 65012, "10.255.2.0/31", "10.255.4.0/31"),
    )
    return network((left, right, *aggregations), links)


def middle(name: str, asn: int, to_left: str, to_right: str) -> Device:
    peers = [str(parse_prefix(text)).split("/")[0][:-1] + "1" for text in (to_left, to_right)]
    return Device(
        name=name,
        platform="cisco_ios",
        interfaces=(interface("l.10", to_left, vrf="GOV", vlan=10), interface("r.20", to_right, vrf="GOV", vlan=20)),
        bgp=(bgp("GOV", asn, neighbor(peers[0], 65001), neighbor(peers[1], 65002)),),
    )


LEFT_TO_RIGHT = tcp("left lan.1", "10.1.0.9", "10.2.0.9")
"""Through the diamond."""
