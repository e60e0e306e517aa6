"""What the judge is given, and everything derived from it once: texts as read, cables, policy, addresses. Nothing of the author.

The one idea: questions are answered from this value alone; whatever is needed by many questions (topology, routes, header
space, compiled filters) is made here, once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from routing.model import Acl, AttachmentPort, Direction, Interface, Network, Ref
from verification.evidence.declared_state import DeclaredState, Side, declared_states, matches_of, side_of
from verification.evidence.routing_part import routing_network
from verification.packets.flow_sets import Span, clip
from verification.packets.header_space import header_space
from verification.packets.headers import HeaderMatch, header_match
from verification.packets.login_headers import login_matches
from verification.routes.adjacency import InterfaceKey
from verification.routes.control_plane import ControlPlane
from verification.routes.forwarding import Forwarding, Regions, regions_of
from verification.routes.surviving import Surviving
from verification.routes.topology import Topology, build_topology
from verification.verdicts.bounds import Bounds
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
    """The judge's input: the network read from text, where its lines are, and the bounds that it is judged between.

    `network.ports` are all places where some declared state has an attachment."""

    network: Network
    lines: Mapping[str, Mapping[Ref, int]]
    texts: Mapping[str, tuple[str, ...]]
    unknown_lines: Mapping[str, tuple[int, ...]]
    bounds: Bounds
    roles: Roles

    def culprit(self, device: str, ref: Ref) -> Culprit:
        """Return the line of a device that says a thing."""
        return quote_line(self.lines, self.texts, device, ref)


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
    states: tuple[DeclaredState, ...]
    own: Mapping[tuple[AttachmentName, Family], tuple[Span, ...]]
    """Where each attachment's packets come from in any declared state."""
    kept: Mapping[tuple[AttachmentName, Family], tuple[Span, ...]]
    """Where they come from in all of them; who has no such address is absent."""

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

    def stays(self, port: AttachmentPort) -> bool:
        """Return whether every declared state has the port's attachment there: only then is anything promised to it there."""
        return all(state.has(port) for state in self.states)

    def subnets_of(self, port: AttachmentPort, family: Family) -> frozenset[Prefix]:
        """Return the planned subnets of an attachment's interface: in each state its LAN, or the link to what is behind it."""
        key = (port.device, port.interface, family)
        return frozenset(state.subnets[key] for state in self.states if key in state.subnets)

    def tags_of(self, port: AttachmentPort) -> frozenset[int | None]:
        """Return the tags that an attachment may have where a port is: in each state its own."""
        place = (port.attachment, port.device, port.interface)
        return frozenset(
            item.vlan
            for item in self.ports.get(AttachmentName(port.attachment), ())
            if (item.attachment, item.device, item.interface) == place
        )

    def may_talk(self, one: AttachmentName, other: AttachmentName, family: Family) -> bool:
        """Return whether any declared state lets one of two attachments start some session to the other."""
        return any(state.talks(one, other, family) for state in self.states)

    def culprit(self, device: str, ref: Ref) -> Culprit:
        """Return the line of a device that says a thing."""
        return self.given.culprit(device, ref)


def routing_part(given: Given, known: Given | None = None, changed: Container[str] = ()) -> Given:
    """Return what routes hang on: the network without lists and logins, and nothing of its texts. `known`: that of a network that
    differs from it by the `changed` devices."""
    network = routing_network(given.network, None if known is None else known.network, changed)
    return replace(given, network=network, lines={}, texts={}, unknown_lines={})


def gather(given: Given) -> Evidence:
    """Return the evidence: topology and routes computed, header spaces made."""
    return add_filters(gather_routes(routing_part(given)), given)


def gather_routes(given: Given, known: Evidence | None = None) -> Evidence:
    """Return the evidence about routes, of a network without lists (`routing_part`): no filter is in it.

    `known`: of a network that is judged between the same bounds.
    """
    topology = build_topology(given.network)
    control_plane = ControlPlane(topology, None if known is None else known.control_plane.settled)
    regions = regions_of(control_plane)
    states = declared_states(given.bounds) if known is None else known.states
    sides = {family: _bare_side(states, family) for family in Family} if known is None else known.sides
    ports: dict[AttachmentName, list[AttachmentPort]] = {}
    for port in given.network.ports:
        ports.setdefault(AttachmentName(port.attachment), []).append(port)
    starts = {
        (port.device, port.interface): topology.number[(port.device, found.vrf)]
        for port in given.network.ports
        if (found := topology.interfaces.get((port.device, port.interface))) is not None
    }
    own = {(name, family): spans for family, side in sides.items() for name, spans in side.own.items()}
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
        acls={},
        states=states,
        own=own,
        kept={key: spans for key in own if (spans := _kept(states, *key))},
    )


def add_filters(evidence: Evidence, given: Given) -> Evidence:
    """Return evidence about routes together with the filters, logins and lines of the whole network that it is a part of."""
    acls = dict(_acls(given.network, given.network.devices))
    return replace(
        evidence,
        given=given,
        topology=_with_interfaces(
            evidence.topology, given.network, _interfaces(evidence, given, given.network.devices)
        ),
        sides={family: _with_lists(side, acls.values()) for family, side in evidence.sides.items()},
        acls=acls,
    )


def change_filters(routes: Evidence, known: Evidence, given: Given, changed: frozenset[str]) -> Evidence:
    """Return what `add_filters` returns, where only filters, logins and lines of the `changed` devices differ from what is known.

    `routes`: the evidence about routes, of the network after the change. Header spaces go on if they know every condition of the
    new lists.
    """
    came = dict(_acls(given.network, (name for name in changed if name in given.network.devices)))
    left = {key: acl for key, acl in known.acls.items() if key[0] not in changed}
    interfaces = {
        **{
            key: found
            for key in routes.topology.interfaces
            if (found := known.topology.interfaces.get(key)) is not None
        },
        **_interfaces(routes, given, (name for name in changed if name in given.network.devices)),
    }
    return replace(
        routes,
        given=given,
        topology=_with_interfaces(routes.topology, given.network, interfaces),
        sides={family: _with_more_lists(side, came.values()) for family, side in known.sides.items()},
        acls=left | came,
    )


def _acls(network: Network, devices: Iterable[str]) -> Iterator[tuple[tuple[str, Family, str], Acl]]:
    for name in devices:
        for acl in network.devices[name].acls:
            yield (name, acl.family, acl.name), acl


def _interfaces(evidence: Evidence, given: Given, devices: Iterable[str]) -> dict[InterfaceKey, Interface]:
    """Return the interfaces of some devices that are up, with what is bound to them."""
    return {
        (name, item.name): item
        for name in devices
        for item in given.network.devices[name].interfaces
        if (name, item.name) in evidence.topology.interfaces
    }


def _with_interfaces(topology: Topology, network: Network, interfaces: Mapping[InterfaceKey, Interface]) -> Topology:
    return replace(topology, network=network, wiring=replace(topology.wiring, interfaces=interfaces))


def _start_ports(network: Network, starts: Mapping[tuple[str, str], int]) -> dict[int, tuple[AttachmentPort, ...]]:
    found: dict[int, tuple[AttachmentPort, ...]] = {}
    for port in network.ports:
        node = starts.get((port.device, port.interface))
        if node is not None:
            found[node] = (*found.get(node, ()), port)
    return found


def _bare_side(states: tuple[DeclaredState, ...], family: Family) -> Side:
    """Return one family of a network without lists."""
    return side_of(states, family, header_space(family, {*matches_of(states, family), *login_matches()}))


def _with_lists(side: Side, acls: Iterable[Acl]) -> Side:
    """Return a side whose header space knows every condition of some lists."""
    conditions = _conditions(side.family, acls) | side.space.masks.keys()
    return side_of(side.states, side.family, header_space(side.family, conditions))


def _with_more_lists(side: Side, acls: Iterable[Acl]) -> Side:
    """Return the side itself if its header space knows every condition of some more lists, else one whose space does."""
    acls = tuple(acls)
    return side if _conditions(side.family, acls) <= side.space.masks.keys() else _with_lists(side, acls)


def _conditions(family: Family, acls: Iterable[Acl]) -> set[HeaderMatch]:
    contents = {acl.entries for acl in acls if acl.family is family}
    return {header_match(entry) for entries in contents for entry in entries}


def _kept(states: tuple[DeclaredState, ...], name: AttachmentName, family: Family) -> tuple[Span, ...]:
    first, *others = (state.own(name, family) for state in states)
    return reduce(lambda spans, other: tuple(clip(spans, other)), others, first)
