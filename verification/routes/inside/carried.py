"""What a session inside an AS carries: routes as they are held, and reflected ones by the rules of RFC 4456.

The one idea: nothing of a route changes on the way but what a policy changes, and the marks that stop it from coming round; its
next hop has to be found by whoever receives it (RFC-IBGP-01, RFC-RR-01, RFC-RR-03).
"""

from __future__ import annotations

from intents.prefix import Address, Prefix
from intents.reason import Reason, because
from routing.model import RouteSource
from verification.routes.adjacency import Session
from verification.routes.best_path import Candidate
from verification.routes.groups import Group, Sent, through
from verification.routes.inside.next_hops import NextHops
from verification.routes.route_filters import SELF
from verification.routes.topology import Topology


class InternalRoutes:
    """The sending and the receiving half of internal sessions; `unclear` is told of what no document says."""

    def __init__(self, topology: Topology, unclear: dict[int, Reason]) -> None:
        self._topology = topology
        self._unclear = unclear
        self._reflecting = frozenset(
            node for node, item in topology.instances.items() if any(neighbor.client for neighbor in item.neighbors)
        )

    def sent(self, group: Group, prefix: Prefix, best: Candidate) -> Sent | None:
        """Return what a group's receivers would make of a path, their own loop checks aside (RFC-IBGP-02: what an internal
        neighbour told is told to clients, and to others if a client told it)."""
        first, path = group.first, best.attributes
        if "no-advertise" in path.communities or (best.internal and not (best.from_client or first.export.client)):
            return None
        leaving = path._replace(next_hop=self._next_hop(group, best))
        accepted = through(group.exports, prefix, leaving, announcing=True)
        if accepted is None:
            return None
        if accepted.next_hop is None:
            self._unclear[first.sender] = because("next_hop_of_own_route", prefix=prefix)
            accepted = accepted._replace(next_hop=SELF)
        if accepted.as_path != path.as_path:
            self._unclear[first.sender] = because("prepended_inside", prefix=prefix)
        arriving = accepted._replace(
            source=RouteSource.BGP,
            communities=accepted.communities if first.export.send_communities else frozenset(),
            originator=path.originator or best.router_id if best.internal else 0,
            clusters=(first.cluster, *path.clusters) if best.internal else (),
        )
        learned = through(group.imports, prefix, arriving, announcing=False)
        if learned is None:
            return None
        if learned.next_hop != accepted.next_hop:
            self._unclear[first.receiver] = because("next_hop_on_import", prefix=prefix)
        asns = accepted.as_path
        return Sent(learned, asns, frozenset(asns), None, best.neighbor if path.source is RouteSource.BGP else None)

    def _next_hop(self, group: Group, best: Candidate) -> int | None:
        """Return what a path is sent with as its next hop before policies: that of a reflected one stays as it is (RFC-RR-04),
        that of another AS too unless the neighbour is told otherwise (RFC-IBGP-03, IOS-NH-02); None: no document says."""
        path, statement = best.attributes, group.first.export
        if best.internal:
            return SELF if path.next_hop is None else path.next_hop
        if statement.next_hop_self or path.source in (RouteSource.CONNECTED, RouteSource.AGGREGATE):
            return SELF
        if path.source is RouteSource.BGP:
            return best.neighbor
        return None if any(hop.end != "NULL_ROUTED" for hop in best.hops) else SELF

    def received(self, session: Session, sent: Sent, next_hops: NextHops) -> Candidate | None:
        """Return what one receiver makes of it: None if it has seen the route before (RFC-RR-03), is its next hop itself, or
        finds no way there."""
        path = sent.accepted
        seen = session.receiver in self._reflecting and self._cluster(session) in path.clusters
        if seen or path.originator == session.receiver_id:
            return None
        address = Address(session.family, session.next_hop if path.next_hop == SELF else path.next_hop or 0)
        if (address.family, address.value) in self._topology.own[session.receiver]:
            return None
        found = next_hops.resolve(session.receiver, address)
        if found is None:
            return None
        return Candidate(
            path._replace(next_hop=address.value),
            found.hops,
            session.next_hop,
            external=False,
            internal=True,
            igp_metric=found.metric,
            router_id=path.originator or session.sender_id,
            from_client=session.accept.client,
        )

    def _cluster(self, session: Session) -> int:
        return self._topology.instances[session.receiver].cluster_id or session.receiver_id
