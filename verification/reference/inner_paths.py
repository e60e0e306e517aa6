"""One BGP path over a session inside an AS, from the table of one end into that of the other.

The one idea: hand the path over as it is, then ask whether it may go: who told it, whether it was here before, and whether its
next hop can be found.
"""

from __future__ import annotations

from dataclasses import replace

from routing.model import Direction, RouteSource
from verification.reference.bgp_sessions import BgpSession
from verification.reference.paths import SENDER, Path, apply_policies, behaviour_of


def pass_inside(session: BgpSession, path: Path) -> Path | None:
    """Return what the receiver of a session inside an AS makes of its sender's best path, None if it does not get it."""
    if session.resolve is None or not _is_told(session, path):
        return None
    sender, receiver = session.sender, session.receiver
    outgoing = apply_policies(
        sender.device, sender.neighbor.exports, replace(path, next_hop=_next_hop(session, path)), Direction.OUT
    )
    if outgoing is None:
        return None
    sent = replace(
        outgoing,
        source=RouteSource.BGP,
        external=False,
        weighs=False,
        communities=outgoing.communities if sender.neighbor.send_communities else frozenset(),
        originator=(path.originator or path.router_id) if path.internal else 0,
        clusters=(_cluster(sender.instance.cluster_id, session.sender_id), *path.clusters) if path.internal else (),
    )
    own = {*receiver.instance.loop_asns, receiver.instance.asn}
    if sum(asn in own for asn in sent.as_path) > receiver.neighbor.loops or _was_here(session, sent):
        return None
    learned = apply_policies(receiver.device, receiver.neighbor.imports, sent, Direction.IN)
    if learned is None:
        return None
    next_hop = receiver.neighbor.address if learned.next_hop in (SENDER, None) else learned.next_hop or 0
    found = session.resolve(next_hop)
    if found is None:
        return None
    metric, exits = found
    return replace(
        learned,
        exits=exits,
        neighbor=receiver.neighbor.address,
        internal=True,
        from_client=receiver.neighbor.client,
        next_hop=next_hop,
        igp_metric=metric,
        router_id=learned.originator or session.sender_id,
    )


def _is_told(session: BgpSession, path: Path) -> bool:
    """Return whether a sender tells its neighbour a path at all: one from inside only to clients, or if a client told it."""
    sender = session.sender
    if "no-advertise" in path.communities:
        return False
    told_it = path.source is RouteSource.BGP and path.neighbor == sender.neighbor.address
    if told_it and not behaviour_of(sender.device).sends_back:
        return False
    return not path.internal or path.from_client or sender.neighbor.client


def _next_hop(session: BgpSession, path: Path) -> int:
    """Return the next hop that a path has when it leaves, if no policy says otherwise."""
    if path.internal and path.next_hop is not None:
        return path.next_hop
    if path.source is RouteSource.BGP and not session.sender.neighbor.next_hop_self:
        return path.neighbor
    return SENDER


def _was_here(session: BgpSession, sent: Path) -> bool:
    """Return whether a receiver sees its own mark on a path: it made the route, or reflected it."""
    receiver = session.receiver
    reflects = any(item.client for item in receiver.instance.neighbors)
    mine = _cluster(receiver.instance.cluster_id, session.receiver_id)
    return sent.originator == session.receiver_id or (reflects and mine in sent.clusters)


def _cluster(said: int | None, router_id: int) -> int:
    return router_id if said is None else said
