"""The packets that matter at a province's edges: every port, honest and spoofed sources, every kind of destination and header.

The one idea: addresses and headers are taken from where something changes (both ends of a prefix, a service's ports and their
neighbours), so that few packets find most faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from controller.jobs.pipeline import Compiled
from intents.policy import Policy
from intents.prefix import Family, Prefix, parse_address
from intents.registry import AttachmentName, Registry
from intents.service import Transport
from ipam.endpoints import Resolver
from routing.model import AttachmentPort, Network
from verification.reference.allowed import AttachmentLans, attachment_lans, is_allowed
from verification.reference.routes import WalkRoutes, routes_to
from verification.verdicts.failure import NO_FAILURE, Failure, FailureName
from verification.verdicts.flow import ACK, ICMP4, ICMP6, RST, SYN, TCP, UDP, Flow

Question = tuple[AttachmentPort, Flow]
"""A packet and the port that it starts at."""
LINK_SCOPE = ("fe80::1", "ff02::1")
ICMP_TYPES = {Family.V4: (0, 3, 8, 11, 13), Family.V6: (1, 2, 128, 129, 133, 135, 136)}


@dataclass(frozen=True)
class Corners:
    """A network as it will be, with what is wanted of it; answers about one packet, and the packets to ask about."""

    compiled: Compiled
    network: Network

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver(self.compiled.addressed.address_plan)

    @property
    def policy(self) -> Policy:
        return self.compiled.addressed.wanted.policy

    @property
    def registry(self) -> Registry:
        return self.compiled.addressed.wanted.registry

    @cached_property
    def lans(self) -> AttachmentLans:
        return attachment_lans(self.registry, self.resolver)

    @cached_property
    def routers(self) -> frozenset[tuple[Family, int]]:
        """Return every address that some device has itself."""
        return frozenset(
            (address.family, address.value)
            for device in self.network.devices.values()
            for interface in device.interfaces
            for address in interface.addresses
        )

    def allows(self, flow: Flow, port: AttachmentPort) -> bool:
        """Return what the policy says of a packet that starts at a port: what is next to a level-I port is its link."""
        name = AttachmentName(port.attachment)
        plan = self.compiled.addressed.address_plan
        near = tuple(prefix for _, prefix in sorted(plan.active(port.subnet).items()))
        behind = AttachmentName(f"hosts of {name}")
        lans = {**self.lans, behind: self.lans[name], name: replace(self.lans[name], lans=near)}
        return is_allowed(self.policy, self.resolver, lans, flow, name)

    def is_somebody(self, flow: Flow) -> bool:
        """Return whether a packet goes to where hosts are: not to free space, nor to a router."""
        there = any(
            prefix.family is flow.family and prefix.holds(flow.destination)
            for item in self.lans.values()
            for prefix in item.own
        )
        return there and (flow.family, flow.destination) not in self.routers

    def routes(self, flow: Flow, failure: Failure = NO_FAILURE) -> WalkRoutes:
        """Return the routes to a packet's destination, remembered."""
        key = (flow.family, flow.destination, failure.name)
        if key not in self._known:
            self._known[key] = routes_to(self.network, failure, flow.family, flow.destination)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[Family, int, FailureName], WalkRoutes]:
        return {}

    def destinations(self, family: Family) -> tuple[int, ...]:
        """Return addresses in every LAN, in free space of every pool, on links and loopbacks, and far away."""
        plan = self.compiled.addressed.address_plan
        prefixes = [entry.prefix for entry in plan.prefixes if entry.prefix.family is family]
        found = {edge for prefix in prefixes for edge in _edges(prefix)}
        found |= {pool.prefix.last - 5 for pool in plan.pools if pool.prefix.family is family}
        far = {Family.V4: ("192.0.2.1",), Family.V6: ("2001:db8:aaaa::1", *LINK_SCOPE)}[family]
        return tuple(sorted(found | {parse_address(text).value for text in far}))

    def sources(self, port: AttachmentPort, family: Family) -> tuple[int, ...]:
        """Return addresses of the attachment itself, of its gateway, of its neighbours and of strangers."""
        own = self.lans[AttachmentName(port.attachment)].own
        mine = [edge for prefix in own if prefix.family is family for edge in _edges(prefix)]
        others = self.destinations(family)
        return tuple(dict.fromkeys((*mine, *others[:: max(1, len(others) // 4)])))

    def headers(self, family: Family) -> tuple[Flow, ...]:
        """Return packets without places: every service's ports and those beside them, both ways, all flags that count."""
        services = {rule.service for rule in self.policy.rules}
        edges = {(transport, edge) for item in services for transport, *ports in item.ranges for edge in ports}
        icmp = ICMP4 if family is Family.V4 else ICMP6
        blank = Flow(
            family=family, source=0, destination=0, protocol=icmp, start_device="nowhere", start_interface="none"
        )
        found = [replace(blank, icmp_type=kind) for kind in ICMP_TYPES[family]]
        found += [replace(blank, protocol=47)]
        found += [replace(blank, protocol=protocol, fragment=True) for protocol in (TCP, UDP, icmp)]
        for transport, port in sorted({*edges, (Transport.TCP, 443), (Transport.UDP, 53)}):
            if transport is not Transport.ICMP_ECHO:
                found += _both_ways(blank, transport, port)
        return tuple(found)

    def likely_flows(self, stride: int = 3) -> Iterator[Question]:
        """Yield honest packets from a host behind every port to a host of everybody, with every `stride`th header."""
        count = 0
        for family in Family:
            headers = self.headers(family)
            hosts = {name: _host(item.own, family) for name, item in sorted(self.lans.items())}
            for destination in hosts.values():
                for port in self.network.ports:
                    source = hosts[AttachmentName(port.attachment)]
                    count += 1
                    if source is not None and destination is not None:
                        for header in headers[count % stride :: stride]:
                            yield port, _sent(header, port, source, destination)

    def unlikely_flows(self, stride: int = 97, thinning: int = 5) -> Iterator[Question]:
        """Yield packets with any source from every port to all kinds of destinations, with every `stride`th header."""
        count = 0
        for family in Family:
            headers = self.headers(family)
            for destination in self.destinations(family)[::thinning]:
                for port in self.network.ports:
                    for source in self.sources(port, family):
                        count += 1
                        for header in headers[count % stride :: stride]:
                            yield port, _sent(header, port, source, destination)


def _sent(header: Flow, port: AttachmentPort, source: int, destination: int) -> Flow:
    return replace(
        header, source=source, destination=destination, start_device=port.device, start_interface=port.interface
    )


def _host(prefixes: Iterable[Prefix], family: Family) -> int | None:
    return next((prefix.network + 2 for prefix in prefixes if prefix.family is family), None)


def _edges(prefix: Prefix) -> tuple[int, ...]:
    """Return the first address, the gateway's, a host's, and the last."""
    return tuple(
        sorted(
            {
                value
                for value in (prefix.network, prefix.network + 1, prefix.network + 2, prefix.last)
                if prefix.holds(value)
            }
        )
    )


def _both_ways(blank: Flow, transport: Transport, port: int) -> list[Flow]:
    protocol = TCP if transport is Transport.TCP else UDP
    found: list[Flow] = []
    for number in sorted({port - 1, port, port + 1}):
        for flags in (SYN, ACK, RST, 0, SYN | ACK) if protocol == TCP else (0,):
            there = replace(blank, protocol=protocol, tcp_flags=flags, source_port=40000, destination_port=number)
            found += [there, replace(there, source_port=number, destination_port=40000)]
    return found
