"""What the routes of one network tell of another that differs from it in little: whole states of prefixes.

The one idea: where the same nodes have the same sessions, a prefix is settled by nothing but its own local routes and what
policies do with it; so it keeps its state unless one of those differs, or a stub settles it in one network alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from intents.prefix import Prefix
from routing.model import BgpInstance
from verification.routes.again.policy_changes import changed_policies, is_treated_otherwise
from verification.routes.rib import PrefixState
from verification.routes.route_filters import Filters
from verification.routes.stubs import Stubs
from verification.routes.topology import Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRoutes:
    """Routes of a network: `states` of every prefix, none where they are not sure, or might settle otherwise."""

    topology: Topology
    stubs: Stubs
    filters: Filters
    states: Mapping[Prefix, PrefixState]


def kept_states(known: SettledRoutes, topology: Topology, stubs: Stubs) -> Mapping[Prefix, PrefixState]:
    """Return the states that hold in a topology, too, by prefix."""
    if (
        not known.states
        or not _is_alike(known.topology, topology)
        or known.stubs.settled.keys() != stubs.settled.keys()
    ):
        return {}
    before = known.topology.network.devices
    devices = ((before[name], now) for name, now in topology.network.devices.items() if before[name] is not now)
    changed = [pair for was, now in devices for pair in changed_policies(was, now)]
    moved = frozenset(_moved(known.topology, topology)) | frozenset(_settled_otherwise(known.stubs, stubs))
    return {
        prefix: state
        for prefix, state in known.states.items()
        if prefix not in moved and not is_treated_otherwise(changed, prefix)
    }


def _is_alike(one: Topology, other: Topology) -> bool:
    """Return whether two topologies differ in nothing but local routes, policies and neighbours that no session comes up to; and
    whether no prefix's route hangs on another's."""
    return (
        one.nodes == other.nodes
        and one.rules == other.rules
        and one.sessions == other.sessions
        and one.leaks == other.leaks
        and one.identities == other.identities
        and not (one.pairs or other.pairs)
        and _instances(one) == _instances(other)
        and not any(device.ospf for item in (one, other) for device in item.network.devices.values())
        and not any(instance.aggregates for item in (one, other) for instance in item.instances.values())
    )


def _instances(topology: Topology) -> dict[int, BgpInstance]:
    return {node: replace(item, neighbors=()) for node, item in topology.instances.items()}


def _moved(one: Topology, other: Topology) -> Iterator[Prefix]:
    """Yield the prefixes that some node has another local route to."""
    for here, there in zip(one.local, other.local, strict=True):
        if here != there:
            yield from (prefix for prefix in here.keys() | there.keys() if here.get(prefix) != there.get(prefix))


def _settled_otherwise(one: Stubs, other: Stubs) -> Iterator[Prefix]:
    """Yield the prefixes that some stub settles in one network and asks for in the other."""
    for node, prefixes in one.settled.items():
        yield from prefixes ^ other.settled[node]
