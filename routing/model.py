"""A network of devices as configured: what both `build` produces and `read` recovers from text.

The one idea: a `Device` holds the *meaning* of every line that this project models, in vendor-neutral terms, plus two
lists of lines: harmless ones (each on its platform's closed list) and unknown ones. Where platforms mean different things
by similar words, the difference is resolved by the reader into plain fields (how an ACL entry treats a non-initial
fragment, which ASs the loop check looks for), so that whoever computes with a `Device` needs no vendor knowledge.
Names of prefix lists and community lists are not part of the meaning: their content stands inline, interned per content.
Which text line says a thing is a side table keyed by `Ref`, never a field. What an ACL entry matches is made of tuples with
names, which compare and hash at the speed of tuples: a province has millions of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from intents.prefix import Family, Prefix
from intents.reason import Reason
from ipam.keys import LanKey, LinkKey

Ref = tuple[str, ...]
"""Names one configured thing of a device, see `routing.refs` for the closed list of shapes."""

LinePath = tuple[str, ...]
"""A line with its enclosing section headers, outermost first, e.g. ("line vty 0 4", "exec-timeout 10 0")."""


KEY_NOT_SHOWN = "?"
"""The mark of a key that no text shows, so that nothing can be compared with it (RFC-SESS-08)."""


class Action(StrEnum):
    PERMIT = "permit"
    DENY = "deny"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class NonInitial(StrEnum):
    """How an ACL entry treats a non-initial fragment, which has no ports, flags or ICMP type.

    MATCH: the entry matches it on addresses and protocol alone (any entry without layer-4 terms; on IOS also a *permit*
    with layer-4 terms). SKIP: never matches it (IOS *deny* with layer-4 terms; Junos terms with layer-4 conditions).
    ONLY: matches nothing but non-initial fragments (IOS `fragments`, Junos `is-fragment`).
    """

    MATCH = "match"
    SKIP = "skip"
    ONLY = "only"


class AddressMatch(NamedTuple):
    """Addresses `a` with `a & care == value`; `care` all ones for a host, prefix mask for a prefix, 0 for any.

    `value & ~care` is 0 (the reader clears don't-care bits). Discontiguous masks are allowed.
    """

    value: int
    care: int


class FlagMatch(NamedTuple):
    """TCP headers whose flag byte `f` (FIN=1 SYN=2 RST=4 PSH=8 ACK=16 URG=32 ECE=64 CWR=128) has `f & care == value`."""

    value: int
    care: int


ESTABLISHED = (FlagMatch(value=4, care=4), FlagMatch(value=16, care=16))
"""TCP `established`: RST or ACK set (either one suffices); canonical order: sorted by (care, value)."""


class IcmpMatch(NamedTuple):
    """ICMP messages of one type; `code` None means any code."""

    type: int
    code: int | None = None


PortRange = tuple[int, int]
"""Inclusive range of ports, low <= high, 0..65535."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AclEntry:
    """One entry: matches a packet iff every field does; a field is a disjunction; None means "not restricted".

    `protocols`: sorted IP protocol numbers (IPv6: the upper-layer protocol). `sources`/`destinations`: tuples of
    `AddressMatch`; None is any; an *empty* tuple matches nothing (an empty Junos prefix list).
    """

    action: Action
    protocols: tuple[int, ...] | None = None
    sources: tuple[AddressMatch, ...] | None = None
    destinations: tuple[AddressMatch, ...] | None = None
    source_ports: tuple[PortRange, ...] | None = None
    destination_ports: tuple[PortRange, ...] | None = None
    tcp_flags: tuple[FlagMatch, ...] | None = None
    icmp: tuple[IcmpMatch, ...] | None = None
    non_initial: NonInitial = NonInitial.MATCH
    log: bool = False

    def between(
        self, sources: tuple[AddressMatch, ...] | None, destinations: tuple[AddressMatch, ...] | None
    ) -> AclEntry:
        """Return the same entry between other addresses (`replace`, but several times as fast: lists have thousands)."""
        return AclEntry(
            action=self.action,
            protocols=self.protocols,
            sources=sources,
            destinations=destinations,
            source_ports=self.source_ports,
            destination_ports=self.destination_ports,
            tcp_flags=self.tcp_flags,
            icmp=self.icmp,
            non_initial=self.non_initial,
            log=self.log,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Acl:
    """A packet filter: entries in order, first match decides, no match denies."""

    name: str
    family: Family
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AclBinding:
    direction: Direction
    family: Family
    acl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceAddress:
    """An address on an interface: integer value with host bits, prefix length."""

    family: Family
    value: int
    length: int
    secondary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A layer-3 interface or sub-interface, named as on the device (canonical long form).

    `vrf` None is the global table. `vlan` is the 802.1Q tag or None. `enabled` is the state of this (sub-)interface
    alone: a sub-interface works only if its parent is enabled too. `addresses` sorted by (family, secondary, value).
    `bindings` sorted by (direction, family); a bound ACL that is undefined or empty permits everything (IOS);
    on platforms where such a text does not commit the reader reports the line as unknown. `medium`: what both ends of a
    cable must have alike (speed, duplex, MTU, …), sorted, in the platform's words and without defaults (BOTH-LINK-01,
    BOTH-MTU-01). `transit` False: a port of the routing engine, by which nothing is forwarded (JUN-FIL-08). `advertises`: IPv6
    hosts on it are told that this router is their way out (IOS-UP-18, JUN-UP-15). `link_local`: its link-local IPv6 address where
    a line says one, which no neighbour on the link may have (RFC-DAD-01).
    """

    name: str
    vrf: str | None = None
    vlan: int | None = None
    addresses: tuple[InterfaceAddress, ...] = ()
    enabled: bool = True
    bindings: tuple[AclBinding, ...] = ()
    description: str | None = None
    medium: tuple[str, ...] = ()
    transit: bool = True
    advertises: bool = False
    link_local: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixRule:
    """Routes whose prefix lies in `prefix` and whose length is in low..high; `permit` False ends the list with no match."""

    prefix: Prefix
    low: int
    high: int
    permit: bool = True


class RouteSource(StrEnum):
    CONNECTED = "connected"
    STATIC = "static"
    BGP = "bgp"
    AGGREGATE = "aggregate"
    LEAKED = "leaked"
    OSPF = "ospf"
    """Inside the area."""
    OSPF_EXTERNAL = "ospf-external"
    """Told by a router of the domain that has it from elsewhere."""


OSPF_SOURCES = (RouteSource.OSPF, RouteSource.OSPF_EXTERNAL)
OWN_SOURCES = (RouteSource.CONNECTED, RouteSource.STATIC, *OSPF_SOURCES)
"""Where routes come from that BGP only tells."""


class CommunityRange(NamedTuple):
    """Communities `high:low` with `first <= low <= last`."""

    high: int
    first: int
    last: int


class AsPathStep(NamedTuple):
    """ASs in one of the inclusive `ranges`, `least` to `most` of them in a row (`most` None: any number)."""

    ranges: tuple[tuple[int, int], ...]
    least: int = 1
    most: int | None = 1


AsPathPattern = tuple[AsPathStep, ...]
"""Steps that take an AS path one after the other, from its first (most recent) AS to its last; no step: the empty path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyClause:
    """One clause of a route policy: if all conditions hold, apply the sets and take the action.

    `prefixes`: first-match rules, no match means the condition fails; None means no condition. `sources`: where the route
    came from, sorted; None is any. `communities`: the route carries all communities of at least one of the tuples;
    None is any, unless there are `community_ranges`: then the route may as well carry one community of one of them.
    `as_paths`: one of the patterns takes the AS path; `local_preferences`: it has one of these; None is any.
    `action` PERMIT accepts, DENY rejects, None goes on with the next clause. Sets: None leaves the attribute;
    `add_communities` adds (or replaces if `replace_communities`); `prepend` is a list of ASs put before the path. The changes are
    added (a metric that isn't there counts as 0), and stop at 0 and at 2^32-1. `origin`: 0 IGP, 1 EGP, 2 incomplete.
    `next_hop_self`: the sender's address on the session becomes the next hop.
    """

    name: str
    action: Action | None
    prefixes: tuple[PrefixRule, ...] | None = None
    sources: tuple[RouteSource, ...] | None = None
    communities: tuple[tuple[str, ...], ...] | None = None
    community_ranges: tuple[CommunityRange, ...] = ()
    as_paths: tuple[AsPathPattern, ...] | None = None
    local_preferences: tuple[int, ...] | None = None
    add_communities: tuple[str, ...] = ()
    replace_communities: bool = False
    local_preference: int | None = None
    local_preference_change: int = 0
    metric: int | None = None
    metric_change: int = 0
    origin: int | None = None
    prepend: tuple[int, ...] = ()
    next_hop_self: bool = False

    @property
    def asks_communities(self) -> bool:
        """Return whether it matters which communities a route carries."""
        return self.communities is not None or bool(self.community_ranges)

    @property
    def asks_beyond_prefix(self) -> bool:
        """Return whether a condition looks at more of a route than its prefix."""
        conditions = (self.sources, self.as_paths, self.local_preferences)
        return self.asks_communities or any(item is not None for item in conditions)


class PolicyDefault(StrEnum):
    """What happens to a route that no clause accepted or rejected.

    REJECT: IOS route-map, or an explicit last term. PROTOCOL: Junos default policy (BGP import: accept; BGP export: accept
    routes whose source is BGP, reject others).
    """

    REJECT = "reject"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePolicy:
    """A route map or policy statement."""

    name: str
    clauses: tuple[PolicyClause, ...]
    default: PolicyDefault = PolicyDefault.REJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class VrfFamily:
    """Route-target import and export of one family of a VRF, each sorted; maps are names of `RoutePolicy` or None.

    A route of this VRF's BGP table goes, on the same device, into every other VRF whose imports meet its exports, if that
    VRF's `import_map` accepts it; a route that was leaked in is not leaked on.
    """

    family: Family
    imports: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    import_map: str | None = None
    export_map: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vrf:
    """A VRF; `families` sorted and only those enabled in it; `rd` None on a platform whose VRF-lite needs none."""

    name: str
    rd: str | None = None
    families: tuple[VrfFamily, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute:
    """A static route: next hop address (same family as prefix), or an exit interface, or discard."""

    vrf: str | None
    prefix: Prefix
    next_hop: int | None = None
    interface: str | None = None
    discard: bool = False
    distance: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAs:
    """A neighbour's local AS. `prepend_in`: received paths get it too (IOS without no-prepend).
    `replace`: sent paths carry it instead of the instance's AS, else in front of it."""

    asn: int
    prepend_in: bool = False
    replace: bool = True


class PrivateRemoval(StrEnum):
    """Which private ASs (64512 to 65534, 4200000000 to 4294967294) of a path held are left out, or replaced by the own AS, when
    it is sent: those before the first public AS or the peer's own, or all."""

    LEADING = "leading"
    ALL = "all"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpNeighbor:
    """A neighbour of one family in one instance, named by its address; an internal one has the instance's own AS.

    `imports`/`exports`: names of `RoutePolicy`; a route must be accepted by all of them; no name accepts everything
    (IOS) and a name that is not defined accepts nothing (IOS-REF-01, IOS-REF-02; on Junos the reader reports it as unknown). For
    Junos without an export policy the reader adds the name of an empty PROTOCOL policy.
    `loops`: occurrences of an own AS in a received path that are still accepted (0 is the rule).
    `enabled` False: shutdown or not activated in this family. `maximum_prefixes` None is unlimited.
    `send_communities`: communities are sent along (Junos always).
    `remove_private`: what is done to private ASs of a path held (JUN-SEND-06). `passive`: this end waits for the other to open
    the session (JUN-SESS-05).
    `source`: the address that this end speaks from, None: that of the interface towards the neighbour. `client`: routes of
    internal neighbours are reflected to it, and its routes to them (RFC-RR-01). `next_hop_self`: it is told this end as the next
    hop of what came from another AS (IOS-NH-02).
    `advertise_peer_as`: the statement of that name (JUN-SEND-02). `guards`: what keeps the session down unless the other end has
    it, too, sorted: "password MARK", equal for equal keys, "ttl-security 1" (RFC-SESS-01, RFC-SESS-08, IOS-SESS-01).
    """

    family: Family
    address: int
    remote_as: int
    enabled: bool = True
    local_as: LocalAs | None = None
    imports: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    loops: int = 0
    maximum_prefixes: int | None = None
    send_communities: bool = False
    advertise_peer_as: bool = False
    passive: bool = False
    remove_private: PrivateRemoval | None = None
    source: int | None = None
    client: bool = False
    next_hop_self: bool = False
    guards: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redistribution:
    """Routes of `source` enter the BGP table of `family` if `policy` (or all, if None) accepts them."""

    family: Family
    source: RouteSource
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """An aggregate route, present while a more specific one of the same table is; discard next hop."""

    prefix: Prefix
    summary_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpInstance:
    """BGP in one VRF (None: global table). `asn` is the AS in use here (Junos: the instance's own, IOS: the device's).

    `loop_asns`: the ASs whose presence in a received path is a loop, sorted (IOS: the device's AS; Junos: those of all
    instances of the device unless `independent-domain`); a neighbour's `local_as` counts in addition.
    `networks`: prefixes announced if the VRF has exactly that route. On Junos originated routes come through export
    policies: the reader gives redistribution of connected and static with no policy there, and the export policies filter.
    `maximum_paths`: equal-cost paths used (1: best only). `cluster_id`: of the clients, None: the router ID (RFC-RR-02).
    `default_preference`: the local preference of own routes and of those of other ASs (IOS-LP-01). `deterministic_med`: MEDs are
    compared AS by AS (IOS-DEC-05).
    """

    vrf: str | None
    asn: int
    router_id: int | None = None
    cluster_id: int | None = None
    default_preference: int = 100
    deterministic_med: bool = False
    loop_asns: tuple[int, ...] = ()
    neighbors: tuple[BgpNeighbor, ...] = ()
    redistributions: tuple[Redistribution, ...] = ()
    networks: tuple[Prefix, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    maximum_paths: int = 1

    def is_internal(self, neighbor: BgpNeighbor) -> bool:
        """Return whether a neighbour is of the own AS."""
        return neighbor.remote_as == self.asn


class OspfNetwork(StrEnum):
    """How routers find each other on an interface; both ends must say the same (RFC 2328 9.5)."""

    BROADCAST = "broadcast"
    POINT_TO_POINT = "point-to-point"


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfInterface:
    """An interface on which OSPF runs, with all its addresses of the family.

    `cost` 1..65535 (0 for the loopback of a platform that counts none), None: it hangs on a bandwidth that no line says. `speed`:
    the kbit/s of the kind of port that the cost was worked out of, None if it was not. `passive`: it is announced, and nobody is
    greeted there (loopbacks always). `host`: its addresses are announced as hosts (RFC 2328 9.1, loopback). `hello`, `dead` in
    seconds; `mtu` in bytes of a packet, None: no line says. `priority` 0 never becomes the designated router.
    `authentication`: what a greeting carries, without the secret: "" nothing, "simple MARK",
    "message-digest 1 MARK 2 MARK" (number and mark of each key, RFC-OSPF-09).
    """

    name: str
    cost: int | None
    speed: int | None = None
    passive: bool = False
    host: bool = False
    network: OspfNetwork = OspfNetwork.BROADCAST
    hello: int = 10
    dead: int = 40
    mtu: int | None = 1500
    priority: int = 1
    authentication: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfRedistribution:
    """Routes of `source` become external ones of `type` (1 or 2) if all of `policies` accept them; one may set the metric."""

    source: RouteSource
    policies: tuple[str, ...] = ()
    metric: int
    type: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfDefault:
    """The default route as an external one: `always`, or while the VRF has one that is not OSPF's own."""

    always: bool
    metric: int
    type: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OspfInstance:
    """OSPF in one VRF (None: global table), in one family (OSPFv2, OSPFv3) and in one area; `interfaces` sorted by name.

    `router_id` None: the platform chooses among the addresses. `distance` of routes of the area, `external_distance` of others.
    """

    vrf: str | None
    family: Family
    area: int
    router_id: int | None = None
    interfaces: tuple[OspfInterface, ...] = ()
    redistributions: tuple[OspfRedistribution, ...] = ()
    default: OspfDefault | None = None
    distance: int
    external_distance: int


class LoginService(StrEnum):
    SSH = "ssh"
    TELNET = "telnet"
    NETCONF = "netconf"
    SNMP = "snmp"
    HTTP = "http"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One way into the device: a service that listens, and the ACLs (by family) that a source must pass.

    `vrfs` None: listens for packets of every VRF (IOS vty `access-class … vrf-also`; every Junos service), else of the
    named ones only ("" is the global table). A family without an ACL in `acls` is open to everyone in those VRFs.
    """

    service: LoginService
    vrfs: tuple[str, ...] | None = None
    acls: tuple[tuple[Family, str], ...] = ()
    families: tuple[Family, ...] = (Family.V4, Family.V6)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlFilter:
    """An ACL that packets to any of the device's own addresses in `vrf` (None: every VRF without one of its own) must pass
    (Junos filter on lo0)."""

    family: Family
    acl: str
    vrf: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownLine:
    """A line that the reader does not understand, and why; nothing may be claimed of what it can touch."""

    path: LinePath
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device as configured; every tuple sorted by name (instances, statics and neighbours by vrf, family, address)."""

    name: str
    platform: str
    interfaces: tuple[Interface, ...] = ()
    vrfs: tuple[Vrf, ...] = ()
    acls: tuple[Acl, ...] = ()
    policies: tuple[RoutePolicy, ...] = ()
    statics: tuple[StaticRoute, ...] = ()
    bgp: tuple[BgpInstance, ...] = ()
    ospf: tuple[OspfInstance, ...] = ()
    logins: tuple[Login, ...] = ()
    control_filters: tuple[ControlFilter, ...] = ()
    harmless: tuple[LinePath, ...] = ()
    unknown: tuple[UnknownLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalLink:
    """A cable or leased channel between two parent ports, with what fails together with it (ducts)."""

    name: str
    a_device: str
    a_interface: str
    b_device: str
    b_interface: str
    ducts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentPort:
    """Where an attachment's LAN is plugged in: the (sub-)interface whose arriving packets are the attachment's.

    `external`: what is behind it is not ours (level I CPE, outside network): its prefixes lie behind a next hop.
    `subnet`: the address plan's key of the interface's prefixes, if there is a plan; `vlan`: the tag that the LAN side expects.
    """

    attachment: str
    device: str
    interface: str
    external: bool = False
    subnet: LanKey | LinkKey | None = None
    vlan: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All devices by name, the links between them and the attachment ports."""

    devices: Mapping[str, Device]
    links: tuple[PhysicalLink, ...] = ()
    ports: tuple[AttachmentPort, ...] = ()
