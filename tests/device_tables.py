"""What made-up devices show of their routes, neighbours and interfaces, in the forms in which real ones print them.

The one idea: facts are plain values that somebody else worked out; here they are only put into words, after Cisco's IP Routing
and IPv6 Command References (show ip route, show ipv6 route, show bgp summary, show ip interface brief) and Juniper's Junos XML
API (route-information, bgp-information, interface-information). Nothing comes from the packages under test.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

Net = ipaddress.IPv4Network | ipaddress.IPv6Network
LINK_LOCAL = "FE80::A8BB:CCFF:FE00:100"


class Way(NamedTuple):
    """Out of an interface ("": discarded), to a next hop ("": none)."""

    interface: str
    next_hop: str = ""


class Route(NamedTuple):
    """A route: `source` is connected, local, static or bgp; `vrf` "" is the global table."""

    vrf: str
    prefix: str
    source: str
    distance: int
    ways: tuple[Way, ...]

    @property
    def net(self) -> Net:
        return ipaddress.ip_network(self.prefix)


class Port(NamedTuple):
    """An interface, its IPv4 address ("": none), and whether it is up."""

    name: str
    address: str
    up: bool = True


class Neighbor(NamedTuple):
    """A BGP neighbour in a VRF; `state` Established or another."""

    vrf: str
    address: str
    asn: int
    state: str = "Established"
    received: int = 3


@dataclass(frozen=True)
class Shown:
    """All that one device shows; `vrfs`: those that have a table, each with the families in it."""

    routes: tuple[Route, ...]
    ports: tuple[Port, ...]
    neighbors: tuple[Neighbor, ...]
    vrfs: frozenset[tuple[str, int]]


def _family(address: str) -> int:
    return ipaddress.ip_address(address).version


def _ordered(routes: Iterable[Route]) -> list[Route]:
    return sorted(routes, key=lambda route: (int(route.net.network_address), route.net.prefixlen))


# IOS-XE

_CODE = {"connected": "C", "local": "L", "static": "S", "bgp": "B", "ospf": "O"}
_CODES = """Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area
       n - NAT, Ni - NAT inside, No - NAT outside, Nd - NAT DIA
       o - ODR, P - periodic downloaded static route, l - LISP
       + - replicated route, % - next hop override, p - overrides from PfR
       & - replicated local route overrides by connected
"""
_CODES6 = """Codes: C - Connected, L - Local, S - Static, U - Per-user Static route
       B - BGP, R - RIP, H - NHRP, I1 - ISIS L1
       ND - ND Default, NDp - ND Prefix, DCE - Destination, NDr - Redirect
"""


def ios_tables(shown: Shown) -> dict[str, str]:
    """Return what a device answers to each show command."""
    found = {"show ip interface brief": _brief(shown.ports)}
    for vrf, family in sorted(shown.vrfs):
        routes = _ordered(route for route in shown.routes if route.vrf == vrf and route.net.version == family)
        behind = f" vrf {vrf}" if vrf else ""
        if family == 4:
            found[f"show ip route{behind}"] = ios_routes(vrf, routes)
        else:
            found[f"show ipv6 route{behind}"] = ios_routes6(vrf, routes)
    for vrf, family in sorted({(item.vrf, _family(item.address)) for item in shown.neighbors}):
        rows = [item for item in shown.neighbors if (item.vrf, _family(item.address)) == (vrf, family)]
        command = f"show bgp vpnv{family} unicast vrf {vrf} summary" if vrf else f"show bgp ipv{family} unicast summary"
        found[command] = ios_summary(rows)
    return found


def _brief(ports: Iterable[Port]) -> str:
    rows = [f"{'Interface':<23}{'IP-Address':<16}OK? Method Status                Protocol"]
    for port in ports:
        state = ("up", "up") if port.up else ("down", "down")
        rows.append(f"{port.name:<22} {port.address or 'unassigned':<15} YES NVRAM  {state[0]:<21} {state[1]:<8}")
    return "\n".join(rows) + "\n"


def _major(net: Net) -> Net:
    first = int(net.network_address) >> 24
    length = 8 if first < 128 else 16 if first < 192 else 24
    return ipaddress.ip_network((int(net.network_address) >> (32 - length) << (32 - length), length))


def ios_routes(vrf: str, routes: list[Route]) -> str:
    """Return `show ip route vrf NAME`: subnets stand below the network of classes that they are in."""
    lines = [f"\nRouting Table: {vrf}"] if vrf else []
    lines += [_CODES, "Gateway of last resort is not set\n"]
    majors: dict[Net, list[Route]] = {}
    for route in routes:
        majors.setdefault(_major(route.net), []).append(route)
    for major, inside in majors.items():
        masks = {route.net.prefixlen for route in inside}
        if len(masks) == 1:
            head = f"      {major.network_address}/{masks.pop()} is subnetted, {len(inside)} subnets"
        else:
            head = f"      {major} is variably subnetted, {len(inside)} subnets, {len(masks)} masks"
        lines += [head, *(line for route in inside for line in _ios_route(route))]
    return "\n".join(lines) + "\n"


def _ios_route(route: Route) -> Iterator[str]:
    text = f"{_CODE[route.source]:<9}{route.prefix}"
    for at, way in enumerate(route.ways):
        begin = text if at == 0 else " " * len(text)
        if way.next_hop:
            age = ", 1d02h" if route.source == "bgp" else ""
            yield f"{begin} [{route.distance}/0] via {way.next_hop}{age}"
        elif not way.interface:
            yield (
                f"{begin} is directly connected, Null0"
                if route.source == "static"
                else f"{begin} [{route.distance}/0], 1d02h, Null0"
            )
        elif route.source == "bgp":
            yield f"{begin} is directly connected, 1d02h, {way.interface}"
        else:
            yield f"{begin} is directly connected, {way.interface}"


def ios_routes6(vrf: str, routes: list[Route]) -> str:
    """Return `show ipv6 route vrf NAME`; next hops of BGP on a link are link-local ones."""
    lines = [f"IPv6 Routing Table - {vrf or 'default'} - {len(routes) + 1} entries", _CODES6.rstrip("\n")]
    for route in routes:
        lines.append(f"{_CODE[route.source]:<4}{route.prefix.upper()} [{route.distance}/0]")
        for way in route.ways:
            if route.source == "local" or not way.interface:
                lines.append(
                    f"     via {way.interface or 'Null0'}, receive" if route.source == "local" else "     via Null0"
                )
            elif way.next_hop and route.source == "bgp":
                lines.append(f"     via {LINK_LOCAL}, {way.interface}")
            elif way.next_hop:
                lines.append(f"     via {way.next_hop.upper()}")
            else:
                lines.append(f"     via {way.interface}, directly connected")
    lines += ["L   FF00::/8 [0/0]", "     via Null0, receive"]
    return "\n".join(lines) + "\n"


def ios_summary(rows: Iterable[Neighbor]) -> str:
    """Return `show bgp … summary`; behind an address that is long the rest stands on the next line."""
    lines = [
        "BGP router identifier 10.0.0.1, local AS number 65000",
        "BGP table version is 42, main routing table version 42",
        "12 network entries using 2976 bytes of memory",
        "",
        "Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd",
    ]
    for item in rows:
        established = item.state == "Established"
        sent, age = (1200, "1d02h") if established else (0, "never")
        told = str(item.received) if established else item.state
        rest = f"4 {item.asn:>12} {sent:>7} {sent:>7}       42    0    0 {age:<8} {told}"
        if len(item.address) < 16:
            lines.append(f"{item.address:<15} {rest}")
        else:
            lines += [item.address.upper(), f"{'':<15} {rest}"]
    return "\n".join(lines) + "\n"


# Junos

_PROTOCOL = {"connected": "Direct", "local": "Local", "static": "Static", "bgp": "BGP", "ospf": "OSPF"}
_SPACE = 'xmlns="http://xml.juniper.net/junos/23.4R2/junos-'


def junos_tables(shown: Shown) -> dict[str, str]:
    """Return what a device answers to each of three operations, as XML."""
    tables = "".join(_junos_table(vrf, family, shown) for vrf, family in sorted(shown.vrfs))
    peers = "".join(map(_junos_peer, shown.neighbors))
    ports = "".join(_junos_ports(shown.ports))
    return {
        "show route": f'<route-information {_SPACE}routing">\n{tables}</route-information>\n',
        "show bgp neighbor": f'<bgp-information {_SPACE}routing">\n{peers}</bgp-information>\n',
        "show interfaces terse": f'<interface-information {_SPACE}interface" style="terse">\n{ports}</interface-information>\n',
    }


def _junos_table(vrf: str, family: int, shown: Shown) -> str:
    routes = _ordered(route for route in shown.routes if route.vrf == vrf and route.net.version == family)
    name = ("inet.0", "inet6.0")[family == 6]
    rows = "".join(map(_junos_route, routes))
    return (
        f"<route-table>\n<table-name>{escape(f'{vrf}.{name}' if vrf else name)}</table-name>\n"
        f"<destination-count>{len(routes)}</destination-count>\n<total-route-count>{len(routes)}</total-route-count>\n"
        f"<active-route-count>{len(routes)}</active-route-count>\n<holddown-route-count>0</holddown-route-count>\n"
        f"<hidden-route-count>0</hidden-route-count>\n{rows}</route-table>\n"
    )


def _junos_route(route: Route) -> str:
    hops = ""
    for way in route.ways:
        if route.source == "local":
            hops += f"<nh-type>Local</nh-type><nh><nh-local-interface>{way.interface}</nh-local-interface></nh>\n"
        elif not way.interface:
            hops += "<nh-type>Discard</nh-type>\n"
        else:
            to = f"<to>{way.next_hop}</to>" if way.next_hop else ""
            hops += f"<nh><selected-next-hop/>{to}<via>{way.interface}</via></nh>\n"
    return (
        f"<rt>\n<rt-destination>{route.prefix}</rt-destination>\n<rt-entry>\n<active-tag>*</active-tag>\n"
        f"<current-active/>\n<last-active/>\n<protocol-name>{_PROTOCOL[route.source]}</protocol-name>\n"
        f"<preference>{route.distance}</preference>\n<age>1d 02:00:00</age>\n{hops}</rt-entry>\n</rt>\n"
    )


def _junos_peer(item: Neighbor) -> str:
    established = item.state == "Established"
    rib = f"{item.vrf}." if item.vrf else ""
    rib += "inet6.0" if _family(item.address) == 6 else "inet.0"
    counts = (
        f"<bgp-rib><name>{escape(rib)}</name><active-prefix-count>{item.received}</active-prefix-count>"
        f"<received-prefix-count>{item.received}</received-prefix-count>"
        f"<accepted-prefix-count>{item.received}</accepted-prefix-count></bgp-rib>\n"
    )
    return (
        f'<bgp-peer style="detail">\n<peer-address>{item.address}{"+179" if established else ""}</peer-address>\n'
        f"<peer-as>{item.asn}</peer-as>\n<peer-cfg-rti>{escape(item.vrf or 'master')}</peer-cfg-rti>\n"
        f"<peer-state>{item.state}</peer-state>\n{counts if established else ''}</bgp-peer>\n"
    )


def _junos_ports(ports: Iterable[Port]) -> Iterator[str]:
    """Yield ports with their units inside."""
    units: dict[str, list[Port]] = {}
    for port in ports:
        parent, dot, _ = port.name.partition(".")
        units.setdefault(parent, [])
        if dot:
            units[parent].append(port)
    known = {port.name: port.up for port in ports}
    for parent, inside in units.items():
        rows = "".join(_junos_state("logical-interface", item.name, up=item.up) for item in inside)
        yield _junos_state("physical-interface", parent, up=known.get(parent, True), inside=rows)


def _junos_state(kind: str, name: str, *, up: bool, inside: str = "") -> str:
    state = "up" if up else "down"
    states = f"<admin-status>up</admin-status>\n<oper-status>{state}</oper-status>\n"
    return f"<{kind}>\n<name>\n{name}\n</name>\n{states}{inside}</{kind}>\n"
