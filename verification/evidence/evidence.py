"""What the judge is given, and everything derived from it once: texts as read, cables, policy, addresses. Nothing of the author.

The one idea: questions are answered from this value alone; whatever is needed by many questions (topology, routes, header
space, compiled filters) is made here, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents.policy import Policy
from intents.prefix import Family, Prefix
from intents.registry import AttachmentName, Registry
from ipam.address_plan import AddressPlan, EntryState, PoolUse
from ipam.endpoints import Resolver
from routing.model import Acl, AttachmentPort, Direction, Network, Ref
from verification.packets.bit_sets import union
from verification.packets.flow_sets import Span
from verification.packets.header_space import HeaderSpace, header_space
from verification.packets.headers import header_match
from verification.packets.login_headers import login_matches
from verification.packets.permitted_pairs import NOBODY, Kind, PairPolicy, pair_policy
from verification.packets.permitted_sets import AllowedSets, allowed_matches
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding, Regions, regions_of
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology, build_topology
from verification.verdicts.failure import NO_FAILURE
from verification.verdicts.verdict import Culprit


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Which devices are backbone (`transit`: those of them that carry others' traffic: core and aggregation, not edges),
    and which stand at sites; `ipv4_only` can't forward IPv6."""

    backbone: frozenset[str]
    transit: frozenset[str]
    sites: frozenset[str]
    ipv4_only: frozenset[str] = frozenset()

    def forwards(self, device: str, family: Family) -> bool:
        """Return whether a device can forward packets of a family."""
        return family is Family.V4 or device not in self.ipv4_only


def lines_of_text(text: str) -> tuple[str, ...]:
    """Return the lines of a text as every reader counts them: only a newline ends one, whatever else looks like one."""
    return tuple(text.replace("\r\n", "\n").removesuffix("\n").split("\n")) if text else ()


def quote_line(
    lines: Mapping[str, Mapping[Ref, int]], texts: Mapping[str, tuple[str, ...]], device: str, ref: Ref
) -> Culprit:
    """Return the line of a device that says a thing, given where things are said and all texts."""
    number = lines.get(device, {}).get(ref, 0)
    text = texts.get(device, ())
    shown = text[number - 1].strip() if 0 < number <= len(text) else ""
    return Culprit(device=device, ref=ref, line=number, text=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The judge's input: the network read from text, where its lines are, what is wanted, who has which address."""

    network: Network
    lines: Mapping[str, Mapping[Ref, int]]
    texts: Mapping[str, tuple[str, ...]]
    unknown_lines: Mapping[str, tuple[int, ...]]
    policy: Policy
    registry: Registry
    address_plan: AddressPlan
    roles: Roles
    login_sources: tuple[Prefix, ...]

    def culprit(self, device: str, ref: Ref) -> Culprit:
        """Return the line of a device that says a thing."""
        return quote_line(self.lines, self.texts, device, ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One family of the evidence: pairs, allowed sets and the header space they share with all filters."""

    family: Family
    pairs: PairPolicy
    space: HeaderSpace
    allowed: AllowedSets


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Given and derived. `ports` by attachment (several for one that stands at several places)."""

    given: Given
    topology: Topology
    control_plane: ControlPlane
    regions: Regions
    whole: Forwarding
    sides: Mapping[Family, Side]
    ports: Mapping[AttachmentName, tuple[AttachmentPort, ...]]
    starts: Mapping[tuple[str, str], int]
    """Node that packets from an attachment's port enter, by (device, interface); absent if it is not there or down."""
    start_ports: Mapping[int, tuple[AttachmentPort, ...]]
    """The ports of attachments on each node that has one."""
    acls: Mapping[tuple[str, Family, str], Acl]
    own: Mapping[tuple[AttachmentName, Family], tuple[Span, ...]]
    kinds: Mapping[tuple[AttachmentName, Family], Kind]
    subnets: Mapping[tuple[str, str, Family], Prefix]
    """Planned subnet of each attachment's interface by (device, interface, family)."""

    def filter_of(self, device: str, interface: str, direction: Direction, family: Family) -> Acl | None:
        """Return the ACL that filters there, None if nothing does (unbound, undefined or empty)."""
        found = self.topology.interfaces.get((device, interface))
        if found is None:
            return None
        for binding in found.bindings:
            if binding.direction is direction and binding.family is family:
                acl = self.acls.get((device, family, binding.acl))
                return acl if acl is not None and acl.entries else None
        return None

    def start_node(self, port: AttachmentPort) -> int | None:
        """Return the node that packets from a port enter, None if the interface is not there or down."""
        return self.starts.get((port.device, port.interface))

    def talks(self, one: AttachmentName, other: AttachmentName, family: Family) -> tuple[bool, bool]:
        """Return whether `one` may start some session to `other`, and the other way round."""
        pairs = self.sides[family].pairs
        mine, theirs = self.kinds.get((one, family), NOBODY), self.kinds.get((other, family), NOBODY)
        together = self.same_company(one, other)
        forward = pairs.touching(mine, theirs, company=together)
        backward = pairs.touching(theirs, mine, company=together)
        return bool(forward and pairs.services(forward)), bool(backward and pairs.services(backward))

    def same_company(self, one: AttachmentName, other: AttachmentName) -> bool:
        """Return whether both belong to one organisation, in one purpose."""
        mine, theirs = self.given.registry.attachments[one], self.given.registry.attachments[other]
        return mine.organisation is not None and (mine.organisation, mine.purpose) == (
            theirs.organisation,
            theirs.purpose,
        )

    def culprit(self, device: str, ref: Ref) -> Culprit:
        """Return the line of a device that says a thing."""
        return self.given.culprit(device, ref)


def gather(given: Given) -> Evidence:
    """Return the evidence: topology and routes computed, header spaces made."""
    topology = build_topology(given.network)
    control_plane = ControlPlane(topology)
    regions = regions_of(control_plane)
    resolver = Resolver(given.address_plan)
    acls = {
        (device.name, acl.family, acl.name): acl for device in given.network.devices.values() for acl in device.acls
    }
    sides = {family: _side(given, resolver, family, acls) for family in Family}
    ports: dict[AttachmentName, list[AttachmentPort]] = {}
    for port in given.network.ports:
        ports.setdefault(AttachmentName(port.attachment), []).append(port)
    starts = {
        (port.device, port.interface): topology.number[(port.device, found.vrf)]
        for port in given.network.ports
        if (found := topology.interfaces.get((port.device, port.interface))) is not None
    }
    own = {(name, family): spans for family, side in sides.items() for name, spans in side.pairs.own.items()}
    return Evidence(
        given=given,
        topology=topology,
        control_plane=control_plane,
        regions=regions,
        whole=Forwarding(control_plane, regions, Surviving(topology, NO_FAILURE), {}),
        sides=sides,
        ports={name: tuple(found) for name, found in ports.items()},
        starts=starts,
        start_ports=_start_ports(given.network, starts),
        acls=acls,
        own=own,
        subnets=_planned_subnets(given),
        kinds={key: _kind_of(sides[key[1]].pairs, spans) for key, spans in own.items()},
    )


def router_pools(plan: AddressPlan) -> tuple[Prefix, ...]:
    """Return the pools that routers have addresses from outside LANs: read here, by no code that the builder uses."""
    return tuple(pool.prefix for pool in plan.pools if pool.use in (PoolUse.LINK, PoolUse.LOOPBACK))


def _start_ports(network: Network, starts: Mapping[tuple[str, str], int]) -> dict[int, tuple[AttachmentPort, ...]]:
    found: dict[int, tuple[AttachmentPort, ...]] = {}
    for port in network.ports:
        node = starts.get((port.device, port.interface))
        if node is not None:
            found[node] = (*found.get(node, ()), port)
    return found


def _side(given: Given, resolver: Resolver, family: Family, acls: Mapping[tuple[str, Family, str], Acl]) -> Side:
    pairs = pair_policy(given.policy, given.registry, resolver, router_pools(given.address_plan), family)
    matches = {*allowed_matches(pairs), *login_matches()}
    seen: set[tuple[object, ...]] = set()
    for (_, acl_family, _), acl in acls.items():
        if acl_family is family and acl.entries not in seen:
            seen.add(acl.entries)
            matches |= {header_match(entry) for entry in acl.entries}
    space = header_space(family, matches)
    return Side(family=family, pairs=pairs, space=space, allowed=AllowedSets(pairs=pairs, space=space))


def _planned_subnets(given: Given) -> dict[tuple[str, str, Family], Prefix]:
    active = {
        (item.key, item.prefix.family): item.prefix
        for item in given.address_plan.prefixes
        if item.state is EntryState.ACTIVE
    }
    return {
        (port.device, port.interface, family): active[(port.subnet, family)]
        for port in given.network.ports
        for family in Family
        if (port.subnet, family) in active
    }


def _kind_of(pairs: PairPolicy, spans: tuple[Span, ...]) -> Kind:
    """Return the kind of an attachment's addresses: the rules that any of them takes part in."""
    kinds = [kind for _, _, kind in pairs.kinds_in(spans)]
    return Kind(union(kind.source_of for kind in kinds), union(kind.destination_of for kind in kinds))
