"""Small networks for tests, as short as a drawing: constructors that fill in what a test does not care about."""

from __future__ import annotations

from collections.abc import Iterable

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
from verification.flow import Flow

CONNECTED = tuple(Redistribution(family=family, source=RouteSource.CONNECTED) for family in Family)


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


def network(devices: Iterable[Device], links: Iterable[PhysicalLink] = (), outside: tuple[str, ...] = ()) -> Network:
    """A network; `outside` are ports, written `device interface`, behind which it is not ours."""
    ports = [text.split() for text in outside]
    return Network(
        devices={device.name: device for device in devices},
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
