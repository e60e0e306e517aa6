"""Sessions between ASs that come up, from neighbour statements and joints.

The one idea: a session is two statements that name each other's address and AS over a joint; each direction is one `Session`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, prefix_of
from routing.model import BgpInstance, BgpNeighbor, Interface
from routing.vendors.vendor import PlatformRules
from verification.routes.adjacency import Adjacencies, Joint, Session


@dataclass(frozen=True, slots=True)
class Identity:
    """A speaker's router ID (None: it has none, and starts no session), and whether it refuses to hear its own."""

    router_id: int | None
    refuses_own: bool


def identity_of(instance: BgpInstance, rules: PlatformRules, up: Iterable[Interface]) -> Identity:
    """Return who an instance says that it is: as configured, else by the highest loopback address, else by the highest other
    one, of the instance's own interfaces or of the global table's (IOS-RID-01, IOS-RID-03, JUN-UP-07); `up`: what works."""
    vrf = instance.vrf if rules.router_id_of_instance else None
    found = [
        (is_loopback(item.name), address.value)
        for item in up
        if item.vrf == vrf
        for address in item.addresses
        if address.family is Family.V4
    ]
    chosen = max(found)[1] if found else None
    said = instance.router_id
    return Identity(chosen if said is None else said, rules.refuses_own_router_id)


def is_loopback(interface: str) -> bool:
    """Return whether an interface is a loopback, by its name on either platform (`Loopback0`, `lo0.0`)."""
    return interface.lower().startswith("lo")


def sessions(
    wiring: Adjacencies, instances: Mapping[int, BgpInstance], identities: Mapping[int, Identity]
) -> Iterator[Session]:
    """Yield both directions of every session that comes up, numbered from 0, by the receiver's device and interface."""
    statements = {
        (node, neighbor.family, neighbor.address): neighbor
        for node, instance in instances.items()
        for neighbor in instance.neighbors
        if neighbor.enabled
    }
    count = 0
    for (device, name), joined in sorted(wiring.joints.items()):
        item = wiring.interfaces[(device, name)]
        receiver = wiring.number[(device, item.vrf)]
        for joint in joined:
            other = wiring.interfaces[(joint.device, joint.interface)]
            sender = wiring.number[(joint.device, other.vrf)]
            for mine, theirs in _address_pairs(item, other):
                accept = statements.get((receiver, mine[0], theirs[1]))
                export = statements.get((sender, mine[0], mine[1]))
                if accept is None or export is None:
                    continue
                if instances[receiver].is_internal(accept) or not _agree(
                    accept, instances[receiver], export, instances[sender]
                ):
                    continue
                if not _greet(identities[receiver], identities[sender]):
                    continue
                ends = _Ends(sender=sender, receiver=receiver, joint=joint, interface=name, next_hop=theirs[1])
                yield _session(count, ends, export, accept, instances)
                count += 1


def _address_pairs(item: Interface, other: Interface) -> Iterator[tuple[tuple[Family, int], tuple[Family, int]]]:
    for mine in item.addresses:
        subnet = prefix_of(mine.family, mine.value, mine.length)
        for theirs in other.addresses:
            back = prefix_of(theirs.family, theirs.value, theirs.length)
            if mine.family is theirs.family and subnet.holds(theirs.value) and back.holds(mine.value):
                yield (mine.family, mine.value), (theirs.family, theirs.value)


def presented_asn(neighbor: BgpNeighbor, instance: BgpInstance) -> int:
    """Return the AS that a neighbour sees at this end."""
    return neighbor.local_as.asn if neighbor.local_as is not None else instance.asn


def _agree(accept: BgpNeighbor, here: BgpInstance, export: BgpNeighbor, there: BgpInstance) -> bool:
    return (
        accept.remote_as == presented_asn(export, there)
        and export.remote_as == presented_asn(accept, here)
        and accept.guards == export.guards
        and not (accept.passive and export.passive)  # somebody has to open it (JUN-SESS-05)
    )


def _greet(one: Identity, other: Identity) -> bool:
    """Return whether both have a router ID, and neither refuses the other's (IOS-UP-01, RFC-SESS-03)."""
    if one.router_id is None or other.router_id is None:
        return False
    return one.router_id != other.router_id or not (one.refuses_own or other.refuses_own)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Both ends of a direction: nodes, the joint seen from the receiver's interface, and the sender's address."""

    sender: int
    receiver: int
    joint: Joint
    interface: str
    next_hop: int


def _session(
    count: int, ends: _Ends, export: BgpNeighbor, accept: BgpNeighbor, instances: Mapping[int, BgpInstance]
) -> Session:
    source, target = instances[ends.sender], instances[ends.receiver]
    if export.local_as is None:
        path: tuple[int, ...] = (source.asn,)
    elif export.local_as.replace:
        path = (export.local_as.asn,)
    else:
        path = (export.local_as.asn, source.asn)
    own = {*target.loop_asns, target.asn, *([accept.local_as.asn] if accept.local_as is not None else [])}
    return Session(
        number=count,
        sender=ends.sender,
        receiver=ends.receiver,
        family=accept.family,
        link=ends.joint.link,
        interface=ends.interface,
        peer_interface=ends.joint.interface,
        next_hop=ends.next_hop,
        export=export,
        accept=accept,
        sender_path=path,
        sender_asn=path[0],
        loop_asns=frozenset(own),
    )
