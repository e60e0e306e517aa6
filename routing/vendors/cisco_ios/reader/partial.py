"""What is known of a device while its text is being read: mutable, private to the reader.

The one idea: a section only writes down what it saw and where; whatever needs another section (prefix lists, VRFs,
object groups) is settled when the last line has been read, because a configuration is a state and not a sequence.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from routing.model import (
    AclBinding,
    Action,
    Aggregate,
    CommunityRange,
    Direction,
    InterfaceAddress,
    LinePath,
    LocalAs,
    OspfDefault,
    OspfRedistribution,
    Redistribution,
    Ref,
    StaticRoute,
)
from routing.vendors.cisco_ios.harmless import is_harmless
from routing.vendors.cisco_ios.harmless_conditions import Condition, condition_of
from routing.vendors.cisco_ios.prompts import asks_back
from routing.vendors.cisco_ios.reader.ospf_interface import OspfPort

CommunityEntry = tuple[str, ...] | CommunityRange | None
"""What a line of a community list asks for: these communities, one out of a range, or nobody knows."""


@dataclass(slots=True)
class InterfaceDraft:
    """An interface; indexes are those of the lines that say it."""

    name: str
    index: int
    vrf: str | None = None
    vlan: int | None = None
    addresses: dict[InterfaceAddress, tuple[int, LinePath]] = field(default_factory=dict)
    enabled: bool = True
    silent: bool = False
    """No router advertisements, or such that name no way out (BOTH-ARP-01)."""
    bindings: dict[tuple[Direction, Family], tuple[AclBinding, int]] = field(default_factory=dict)
    description: str | None = None
    vrf_line: tuple[int, LinePath] | None = None
    vlan_line: tuple[int, LinePath] | None = None
    family_lines: dict[Family, tuple[int, LinePath]] = field(default_factory=dict)
    ipv6_enable: tuple[int, LinePath] | None = None
    link_local: tuple[int, tuple[int, LinePath]] | None = None
    """The address that it has on its link alone, and the line that says so."""
    port: OspfPort = field(default_factory=OspfPort)


@dataclass(slots=True)
class FamilyDraft:
    """One address family of a VRF; `index`: of the line that makes it."""

    index: int
    imports: dict[str, int] = field(default_factory=dict)
    exports: dict[str, int] = field(default_factory=dict)
    import_map: str | None = None
    map_line: tuple[int, LinePath] | None = None


@dataclass(slots=True)
class VrfDraft:
    """A VRF; `both` holds route targets given outside any family. `rd_line`, `target_line`: the first ones."""

    name: str
    index: int
    rd: str | None = None
    rd_line: tuple[int, LinePath] | None = None
    description: str | None = None
    families: dict[Family, FamilyDraft] = field(default_factory=dict)
    both: FamilyDraft = field(default_factory=lambda: FamilyDraft(-1))
    target_line: tuple[int, LinePath] | None = None


@dataclass(slots=True)
class AclDraft:
    """An access list: body lines with their indexes, over all its sections; `headers` are the indexes of those."""

    name: str
    kind: str
    headers: list[int] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)

    def path(self, lines: list[str], position: int) -> LinePath:
        """Return the path of a body line; a numbered list has no sections."""
        index = self.indexes[position]
        header = self.headers[bisect(self.headers, index) - 1]
        text = lines[index].strip()
        return (text,) if header == index else (lines[header].strip(), text)


@dataclass(slots=True)
class ClauseDraft:
    """One clause of a route map with its body, read when all lists are known."""

    action: Action
    index: int
    body: list[tuple[int, LinePath]] = field(default_factory=list)


@dataclass(slots=True)
class NeighborSettings:
    """What lines say of a neighbour, a peer group or a template: None or absent is nothing said.

    `maximum_prefixes` 0 is a limit that only warns. `lines`: which line says a setting, by its words.
    """

    remote_as: int | None = None
    shutdown: bool | None = None
    guards: dict[str, str] = field(default_factory=dict)
    activated: bool | None = None
    local_as: LocalAs | None = None
    maps: dict[tuple[str, str], str] = field(default_factory=dict)
    loops: int | None = None
    maximum_prefixes: int | None = None
    send_communities: bool | None = None
    source: str | None = None
    client: bool | None = None
    next_hop_self: bool | None = None
    description: str | None = None
    lines: dict[str, tuple[int, LinePath]] = field(default_factory=dict)


@dataclass(slots=True)
class GroupDraft:
    """A peer group: what it says of sessions, and of the policy of each family."""

    name: str
    session: NeighborSettings = field(default_factory=NeighborSettings)
    policies: dict[Family, NeighborSettings] = field(default_factory=dict)


@dataclass(slots=True)
class NeighborDraft:
    """A BGP neighbour in one family of one instance; `inherits`: the peer group or template that it names, by what it takes
    from there (`session group`, `policy group`, `peer-session`, `peer-policy`), with the line that says so."""

    vrf: str | None
    family: Family
    address: int
    first: tuple[int, LinePath]
    settings: NeighborSettings = field(default_factory=NeighborSettings)
    inherits: dict[str, tuple[str, tuple[int, LinePath]]] = field(default_factory=dict)


@dataclass(slots=True)
class InstanceDraft:
    """BGP in one VRF; `families`: with the lines that open them; `processes`: the OSPF processes that it redistributes."""

    vrf: str | None
    first: tuple[int, LinePath]
    stated: bool = False
    router_id: int | None = None
    neighbors: dict[tuple[Family, int], NeighborDraft] = field(default_factory=dict)
    groups: dict[tuple[Family | None, str], GroupDraft] = field(default_factory=dict)
    redistributions: dict[tuple[Family, str], tuple[Redistribution, int, LinePath]] = field(default_factory=dict)
    networks: set[Prefix] = field(default_factory=set)
    aggregates: dict[Prefix, Aggregate] = field(default_factory=dict)
    paths: dict[Family, tuple[int, int, LinePath]] = field(default_factory=dict)
    families: dict[Family, tuple[int, LinePath]] = field(default_factory=dict)
    processes: dict[Family, tuple[str, tuple[int, LinePath]]] = field(default_factory=dict)


@dataclass(slots=True)
class OspfNetworkLine:
    """`network`: interfaces whose address has the same bits as `address` outside the wildcard are in the area."""

    address: int
    wildcard: int
    area: int
    line: tuple[int, LinePath]


@dataclass(slots=True)
class OspfDraft:
    """A process; `reference` in Mbit/s; `authentication`: what an area asks for; `asn`: the AS of BGP that is
    redistributed."""

    family: Family
    process: str
    vrf: str | None
    first: tuple[int, LinePath]
    router_id: int | None = None
    networks: list[OspfNetworkLine] = field(default_factory=list)
    passive_default: bool = False
    passive: dict[str, bool] = field(default_factory=dict)
    passive_lines: dict[str, tuple[int, LinePath]] = field(default_factory=dict)
    reference: int = 100
    vrf_lite: bool = False
    asn: str | None = None
    authentication: dict[int, str] = field(default_factory=dict)
    redistributions: dict[str, tuple[OspfRedistribution, tuple[int, LinePath]]] = field(default_factory=dict)
    default: OspfDefault | None = None


@dataclass(slots=True)
class LineDraft:
    """One vty line; an access class is (ACL, also for packets of VRFs, the line that says so)."""

    index: int
    transport: frozenset[str] | None = None
    classes: dict[Family, tuple[str, bool, tuple[int, LinePath]]] = field(default_factory=dict)


@dataclass(slots=True)
class PartialDevice:
    """Everything seen so far of one device."""

    name: str
    lines: list[str]
    refs: dict[Ref, int] = field(default_factory=dict)
    runs: dict[str, Sequence[int]] = field(default_factory=dict)
    harmless: set[LinePath] = field(default_factory=set)
    settled: list[tuple[int, LinePath]] = field(default_factory=list)
    """The harmless lines of sections that nothing models, with their places."""
    unknown: list[tuple[int, LinePath, Reason]] = field(default_factory=list)
    interfaces: dict[str, InterfaceDraft] = field(default_factory=dict)
    vrfs: dict[str, VrfDraft] = field(default_factory=dict)
    acls: dict[str, AclDraft] = field(default_factory=dict)
    groups: dict[str, dict[str, tuple[tuple[int, LinePath], list[tuple[int, LinePath]]]]] = field(
        default_factory=lambda: {"network": {}, "service": {}}
    )
    prefix_lists: dict[tuple[Family, str], list[tuple[int, str]]] = field(default_factory=dict)
    community_lists: dict[str, list[CommunityEntry]] = field(default_factory=dict)
    extended_maps: set[str] = field(default_factory=set)
    route_maps: dict[str, dict[int, ClauseDraft]] = field(default_factory=dict)
    statics: dict[tuple[str | None, Prefix, str], tuple[StaticRoute, int]] = field(default_factory=dict)
    asn: int | None = None
    bgp_router_id: int | None = None
    cluster_id: int | None = None
    default_preference: int = 100
    deterministic_med: bool = False
    router_id_of_vrf: tuple[int, LinePath] | None = None
    default_unicast: bool = True
    templates: dict[tuple[str, str], NeighborSettings] = field(default_factory=dict)
    instances: dict[str | None, InstanceDraft] = field(default_factory=dict)
    ospf: dict[tuple[Family, str], OspfDraft] = field(default_factory=dict)
    vty: dict[int, LineDraft] = field(default_factory=dict)
    http: dict[str, int] = field(default_factory=dict)
    netconf: int | None = None
    service_acls: dict[tuple[str, Family], tuple[str, int]] = field(default_factory=dict)
    snmp: list[tuple[int, tuple[tuple[Family, str], ...]]] = field(default_factory=list)
    acl_uses: list[tuple[int, LinePath, Family, str]] = field(default_factory=list)
    login_lists: set[tuple[int, LinePath, Family, str]] = field(default_factory=set)
    ipv6_routing: bool = False
    conditional: list[tuple[int, LinePath, Condition]] = field(default_factory=list)

    def say(self, ref: Ref, index: int) -> None:
        """Note that the line at an index says a thing, unless an earlier one does."""
        line = index + 1
        if self.refs.setdefault(ref, line) > line:
            self.refs[ref] = line

    def reject(self, index: int, path: LinePath, reason: Reason) -> None:
        """Note a line as not understood."""
        self.unknown.append((index, path, reason))

    def use_acl(self, index: int, path: LinePath, family: Family, acl: str) -> None:
        """Note that a line names an access list as one of the family."""
        self.acl_uses.append((index, path, family, acl))

    def set_aside(self, index: int, path: LinePath) -> None:
        """Note a line that no section models: harmless if it is on the list, else not understood."""
        if is_harmless(path):
            self.harmless.add(path)
            self.settled.append((index, path))
        elif (condition := condition_of(path)) is not None:
            self.conditional.append((index, path, condition))
        else:
            self.reject(index, path, because("asks_back") if asks_back(path) else because("not_modelled"))
