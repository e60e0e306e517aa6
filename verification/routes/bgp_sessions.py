"""eBGP sessions that come up, from neighbour statements and joints.

The one idea: a session is two statements that name each other's address and AS over a joint; each direction is one `Session`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents.prefix import Family, prefix_of
from routing.model import BgpInstance, BgpNeighbor, Interface
from verification.routes.adjacency import Adjacencies, Joint, Session


def sessions(wiring: Adjacencies, instances: Mapping[int, BgpInstance]) -> Iterator[Session]:
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
                if not _agree(accept, instances[receiver], export, instances[sender]):
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
    return accept.remote_as == presented_asn(export, there) and export.remote_as == presented_asn(accept, here)


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
