"""What a session carries: the sending half once for all alike sessions of a node, the receiving half for each.

The one idea: most sessions of an aggregation differ only in who receives; those that send and accept by the same filters form
one group, whose filters are asked once a prefix; and a group whose filters reject a prefix whatever its attributes is left
out before any path is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, count

from intents.prefix import Prefix
from intents.reason import Reason, because
from routing.model import RoutePolicy, RouteSource
from verification.routes.adjacency import ForwardingHop, Session
from verification.routes.best_path import Candidate
from verification.routes.groups import Group, Sent, through
from verification.routes.inside.carried import InternalRoutes
from verification.routes.inside.next_hops import NextHops
from verification.routes.private_asns import without_private
from verification.routes.route_filters import (
    DEFAULT_PREFERENCE,
    WELL_KNOWN,
    Filter,
    Filters,
    PathAttributes,
    compile_filters,
)
from verification.routes.stubs import NO_STUBS, find_stubs
from verification.routes.topology import Topology

_REJECTING = RoutePolicy(name="", clauses=())
"""What stands for a policy that is named and not defined (IOS-REF-01, IOS-REF-02)."""


class Advertisements:
    """All sessions of a topology, grouped, with their compiled filters."""

    def __init__(self, topology: Topology, known: Filters | None = None) -> None:
        self._topology = topology
        self.filters = compile_filters(
            ((device.name, policy) for device in topology.network.devices.values() for policy in device.policies),
            known,
        )
        self._rejecting = Filter(_REJECTING, {})
        self.reads_paths = any(item.reads_paths for item in self.filters.values()) or any(
            item.export.remove_private is not None for item in topology.sessions
        )
        """Whether any policy asks for ASs of a path, or a session leaves some out."""
        self._preferring = tuple(self._find_preferring())
        usual = {item.default_preference for item in topology.instances.values()}
        self._all_contested = bool(topology.pairs) or bool(usual - {DEFAULT_PREFERENCE})
        self.contested = self._all_contested or bool(self._preferring)
        """Whether the routes to any prefix might settle in more than one way."""
        self.unclear: dict[int, Reason] = {}
        """Nodes that send what no document says, each with one such thing."""
        self._inside = InternalRoutes(topology, self.unclear)
        preferences = [item.preference for item in self.filters.values()]
        self._highest = max([0, *preferences, *(item.default_preference for item in topology.instances.values())])
        if any(item.raises for item in self.filters.values()):
            self._highest = (1 << 32) - 1
        self.stubs = find_stubs(topology, self._passing) if not self.contested else NO_STUBS
        self.group_of: dict[int, Group] = {}
        """The group of every session."""
        self._always: dict[int, tuple[Group, ...]] = {}
        self._sometimes: dict[tuple[int, Prefix], tuple[Group, ...]] = {}
        for node, groups in self._grouped().items():
            self._always[node] = tuple(group for group in groups if group.always)
            for group in groups:
                for prefix in () if group.always else group.stubs:
                    self._sometimes[(node, prefix)] = (*self._sometimes.get((node, prefix), ()), group)
        self._hops = tuple((_hop(item),) for item in topology.sessions)

    def is_contested(self, prefix: Prefix) -> bool:
        """Return whether the routes to a prefix might settle in more than one way."""
        return self._all_contested or any(item.may_prefer(prefix) for item in self._preferring)

    def _find_preferring(self) -> Iterator[Filter]:
        """Yield the policies over received, leaked or own routes that change a local preference."""
        used = {
            (self._topology.nodes[item.receiver][0], name)
            for item in self._topology.sessions
            for name in item.accept.imports
        }
        used |= {(self._topology.nodes[item.target][0], item.import_map or "") for item in self._topology.leaks}
        used |= {
            (self._topology.nodes[node][0], item.policy or "")
            for node, instance in self._topology.instances.items()
            for item in instance.redistributions
        }
        yield from dict.fromkeys(item for key, item in self.filters.items() if key in used and item.prefers)

    def _grouped(self) -> dict[int, tuple[Group, ...]]:
        found: dict[int, dict[tuple[object, ...], list[Session]]] = {}
        for session in self._topology.sessions:
            exports, imports = self._chain(session, sending=True), self._chain(session, sending=False)
            local_as = session.accept.local_as
            prepended = local_as.asn if local_as is not None and local_as.prepend_in else None
            key = (
                session.family,
                exports,
                imports,
                session.sender_path,
                session.export.send_communities,
                session.export.remove_private and (session.export.remove_private, session.export.remote_as),
                self._topology.rules[session.receiver].checks_first_as,
                prepended,
                session.internal and (session.export.client, session.export.next_hop_self),
                self._topology.instances[session.receiver].default_preference,
            )
            found.setdefault(session.sender, {}).setdefault(key, []).append(session)
        numbers = count()
        return {
            node: tuple(self._group(next(numbers), items) for items in groups.values())
            for node, groups in found.items()
        }

    def _group(self, number: int, sessions: list[Session]) -> Group:
        first = sessions[0]
        stubs: dict[Prefix, list[Session]] = {}
        for item in sessions:
            for prefix in self.stubs.settled.get(item.receiver, ()):
                stubs.setdefault(prefix, []).append(item)
        exports, imports = self._chain(first, sending=True), self._chain(first, sending=False)
        usual = self._topology.instances[first.receiver].default_preference
        given = max([usual, *(item.preference for item in imports)])
        origins = [item.origin for item in (*exports, *imports) if item.origin is not None]
        group = Group(
            number=number,
            family=first.family,
            exports=exports,
            imports=imports,
            first=first,
            preference=given + sum(item.raises for item in imports),
            origin=min(origins, default=None),
            always=tuple(item for item in sessions if item.receiver not in self.stubs.settled),
            stubs={prefix: tuple(items) for prefix, items in stubs.items()},
            highest=self._highest,
        )
        self.group_of.update((item.number, group) for item in sessions)
        return group

    def _passing(self, session: Session) -> frozenset[Prefix] | None:
        """Return the prefixes that can pass a session whatever their attributes, None if there is no bound."""
        chain = (*self._chain(session, sending=True), *self._chain(session, sending=False))
        bounds = [item.listed for item in chain if item.listed is not None]
        if not bounds:
            return None
        found = frozenset.intersection(*bounds)
        return frozenset(
            prefix for prefix in found if prefix.family is session.family and all(i.may_accept(prefix) for i in chain)
        )

    def _chain(self, session: Session, *, sending: bool) -> tuple[Filter, ...]:
        """Return the filters of a session's half."""
        node = session.sender if sending else session.receiver
        names = session.export.exports if sending else session.accept.imports
        return self.named(self._topology.nodes[node][0], names)

    def groups(self, node: int, prefix: Prefix) -> Iterator[Group]:
        """Yield the groups of a node that are told of a prefix, if it can pass, whatever its attributes."""
        for group in chain(self._always.get(node, ()), self._sometimes.get((node, prefix), ())):
            if group.passes(prefix):
                yield group

    def filtered(
        self, device: str, names: Iterable[str], prefix: Prefix, path: PathAttributes, *, announcing: bool
    ) -> PathAttributes | None:
        """Return the attributes after every named policy of a device, None if one rejects."""
        return through(self.named(device, names), prefix, path, announcing=announcing)

    def named(self, device: str, names: Iterable[str]) -> tuple[Filter, ...]:
        """Return the policies of a device that have these names; one that is not defined rejects everything (IOS-REF-01)."""
        return tuple(self.filters.get((device, name), self._rejecting) for name in names)

    def sent(self, group: Group, prefix: Prefix, best: Candidate) -> Sent | None:
        """Return what a group's receivers would make of a path, their own loop checks aside."""
        if group.first.internal:
            return self._inside.sent(group, prefix, best)
        first = group.first
        path = best.attributes
        if not WELL_KNOWN.isdisjoint(path.communities):
            return None
        # IOS-MED-01, IOS-MED-02
        is_foreign = best.external or path.source is RouteSource.LEAKED or (best.internal and bool(path.as_path))
        leaving = path._replace(metric=None if is_foreign else path.metric)
        accepted = through(group.exports, prefix, leaving, announcing=True)
        if accepted is None:
            return None
        if best.internal and not is_foreign and path.metric and accepted.metric == path.metric:
            self.unclear[first.sender] = because("metric_from_inside", prefix=prefix)
        prepended = accepted.as_path[: len(accepted.as_path) - len(path.as_path)]
        passed_on = without_private(path.as_path, first.export, first.sender_path[-1])
        if self._topology.rules[first.sender].prepends_behind_own_as:
            as_path = first.sender_path + prepended + passed_on
        else:
            as_path = prepended + first.sender_path + passed_on
        local_as = first.accept.local_as
        asns = as_path
        if local_as is not None and local_as.prepend_in:
            as_path = (local_as.asn, *as_path)
        arriving = PathAttributes(
            source=RouteSource.BGP,
            as_path=as_path,
            communities=accepted.communities if first.export.send_communities else frozenset(),
            local_preference=self._topology.instances[first.receiver].default_preference,
            metric=accepted.metric,
            origin=accepted.origin,
        )
        learned = through(group.imports, prefix, arriving, announcing=False)
        is_checked = self._topology.rules[first.receiver].checks_first_as
        if learned is None or (is_checked and asns[0] != first.accept.remote_as):
            return None
        if learned.next_hop is not None:
            self.unclear[first.receiver] = because("next_hop_on_import", prefix=prefix)
        received = path.source is RouteSource.BGP
        return Sent(
            learned,
            asns,
            frozenset(asns),
            path.as_path[0] if path.as_path else None,
            best.neighbor if received else None,
        )

    def received(self, session: Session, sent: Sent, next_hops: NextHops) -> Candidate | None:
        """Return what one receiver makes of it: None if it is not sent to this one, or if it finds its own AS in the path too
        often (RFC 4271 9.1.2)."""
        own = session.loop_asns
        rules, statement = self._topology.rules[session.sender], session.export
        if not rules.sends_back and sent.learned_from == statement.address:
            return None
        if not sent.asns.isdisjoint(own) and sum(asn in own for asn in sent.path) > session.accept.loops:
            return None
        if session.internal:
            return self._inside.received(session, sent, next_hops)
        if not rules.sends_to_first_as and not statement.advertise_peer_as and sent.held_first == statement.remote_as:
            return None
        return Candidate(sent.accepted, self._hops[session.number], session.next_hop, True)


def _hop(session: Session) -> ForwardingHop:
    return ForwardingHop(
        interface=session.interface,
        node=session.sender,
        peer_interface=session.peer_interface,
        link=session.link,
    )
