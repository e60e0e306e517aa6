"""The values that a topology is made of: joints between sub-interfaces, sessions, ways on, local routes, leaks.

The one idea: all of them are named by integers (nodes) and text names (devices, interfaces), so that routes computed from them
are small and comparable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from routing.model import BgpNeighbor, Interface

Vrf = str | None
NodeKey = tuple[str, Vrf]
InterfaceKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """The far end of a sub-interface: device, interface, and the cable between."""

    device: str
    interface: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One direction of a BGP session: routes go from `sender` to `receiver`.

    `sender_asn` is the AS that the receiver sees; `loop_asns` are the ASs whose presence the receiver takes for a loop;
    `interface` is the receiver's, towards `peer_interface` of the sender; `next_hop` is the sender's address. An `internal` one
    goes over whatever routes lead there, so it has no interfaces and no link; it knows the router IDs of both ends, and the
    sender's cluster ID.
    """

    number: int
    sender: int
    receiver: int
    family: Family
    link: str
    interface: str
    peer_interface: str
    next_hop: int
    export: BgpNeighbor
    accept: BgpNeighbor
    sender_path: tuple[int, ...]
    sender_asn: int
    loop_asns: frozenset[int]
    internal: bool = False
    sender_id: int = 0
    receiver_id: int = 0
    cluster: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingHop:
    """One way on from a node: over `interface` (of the node itself, or of the VRF that a route leaked from).

    `node` and `peer_interface` are the next device's; None if the packet ends here: `end` then says how
    (a `Disposition` name), `link` is the cable crossed.
    """

    interface: str
    node: int | None = None
    peer_interface: str = ""
    link: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRoute:
    """A route of a node that BGP has no part in (connected, static, OSPF's): distance, ways on, and OSPF's metric."""

    distance: int
    source: str
    hops: tuple[ForwardingHop, ...]
    metric: int = 0


Tables = tuple[Mapping[Prefix, LocalRoute], ...]
"""The routes of every node that BGP has no part in, by node number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Routes of node `source` (not leaked themselves) that enter `target`, on one device and in one family."""

    source: int
    target: int
    family: Family
    import_map: str | None
    export_map: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjacencies:
    """What routes and sessions are resolved by: interfaces that are up, who is joined to whom, node numbers, and the parent
    ports that have a cable to another device."""

    interfaces: Mapping[InterfaceKey, Interface]
    joints: Mapping[InterfaceKey, tuple[Joint, ...]]
    number: Mapping[NodeKey, int]
    linked: frozenset[InterfaceKey]

    def is_linked(self, device: str, interface: str) -> bool:
        """Return whether a sub-interface's parent port has a cable to another device."""
        return (device, parent_of(interface)) in self.linked


def parent_of(name: str) -> str:
    """Return the parent port of a (sub-)interface name."""
    return name.rpartition(".")[0] or name
