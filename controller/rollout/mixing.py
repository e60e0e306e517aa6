"""Which sites can't be changed in any mix with the others: those that would take in a route that only one end has.

The one idea: a site that takes in a route to somebody who leaves, as it did not, must not do so before they have left; one
that took in a route to somebody who comes, as it will not, must have ceased before they come. Who is told of in another way does
both. Everything else that a site takes in is as at one of both ends, whatever the others do (ADR 41).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from controller.rollout.premises import Stand
from intents.prefix import Family, Prefix, prefix_of
from routing.model import Action, Device, PolicyClause, PolicyDefault, RoutePolicy
from verification.routes.again.policy_changes import clauses_about

_Session = tuple[str | None, Family, int]
_Policies = tuple[RoutePolicy | None, ...]


def tied_to_order(stands: Mapping[str, Sequence[Stand]]) -> frozenset[str]:
    """Return the sites, of those that would be changed in any order, that have to come before or behind others. `stands`: the
    positions of each site."""
    ends = {name: (found[0].in_force, found[-1].in_force) for name, found in stands.items()}
    told = [(frozenset(_told(before)), frozenset(_told(after))) for before, after in ends.values()]
    leaving = frozenset(prefix for before, after in told for prefix, *_ in before - after)
    coming = frozenset(prefix for before, after in told for prefix, *_ in after - before)
    return frozenset(
        name for name, (before, after) in ends.items() if _is_tied(_imports(before), _imports(after), leaving, coming)
    )


def _is_tied(
    before: Mapping[_Session, _Policies],
    after: Mapping[_Session, _Policies],
    leaving: frozenset[Prefix],
    coming: frozenset[Prefix],
) -> bool:
    """Return whether a session takes in somebody who leaves only in the end, or somebody who comes only at first."""
    return any(
        _takes_otherwise(now.get(key), was.get(key), prefix)
        for now, was, prefixes in ((after, before, leaving), (before, after, coming))
        for key in now
        if now[key] != was.get(key)
        for prefix in prefixes
        if prefix.family is key[1]
    )


def _takes_otherwise(policies: _Policies | None, others: _Policies | None, prefix: Prefix) -> bool:
    """Return whether some route to a prefix may get in, and not as by the other policies. None: there is no such session."""
    if policies is None or not all(_may_accept(policy, prefix) for policy in policies):
        return False
    return others is None or [clauses_about(one, prefix) for one in policies] != [
        clauses_about(one, prefix) for one in others
    ]


def _may_accept(policy: RoutePolicy | None, prefix: Prefix) -> bool:
    """Return whether a policy may take some route to a prefix; of one that nobody defined, it is said that it may."""
    if policy is None:
        return True
    clauses, _ = clauses_about(policy, prefix) or ((), None)
    for clause in clauses:
        if clause.action is Action.PERMIT:
            return True
        if clause.action is Action.DENY and _asks_nothing_else(clause):
            return False
    return policy.default is PolicyDefault.PROTOCOL


def _asks_nothing_else(clause: PolicyClause) -> bool:
    return (clause.sources, clause.communities, clause.as_paths, clause.local_preferences) == (None,) * 4 and (
        not clause.community_ranges
    )


def _imports(device: Device) -> dict[_Session, _Policies]:
    """Return what each session takes in by, policies by their content."""
    policies = {item.name: item for item in device.policies}
    return {
        (instance.vrf, item.family, item.address): tuple(policies.get(one) for one in item.imports)
        for instance in device.bgp
        for item in instance.neighbors
    }


def _told(device: Device) -> Iterator[tuple[Prefix, object, object]]:
    """Yield what a device has routes to by itself, each with its VRF and all that decides how others are told of it there."""
    policies = {item.name: item for item in device.policies}
    for vrf, prefix in dict.fromkeys(_local(device)):
        ways = tuple(
            (
                prefix in instance.networks,
                tuple(replace(one, policy=None) for one in instance.redistributions),
                _about([one.policy for one in instance.redistributions if one.policy is not None], policies, prefix),
                tuple(
                    (item.address, item.enabled, _about(item.exports, policies, prefix))
                    for item in instance.neighbors
                    if item.family is prefix.family
                ),
            )
            for instance in device.bgp
            if instance.vrf == vrf
        )
        yield prefix, vrf, ways


def _about(names: Iterable[str], policies: Mapping[str, RoutePolicy], prefix: Prefix) -> tuple[object, ...]:
    return tuple(clauses_about(policies.get(name), prefix) for name in names)


def _local(device: Device) -> Iterator[tuple[str | None, Prefix]]:
    """Yield what a device has routes to by itself, by VRF."""
    for item in device.interfaces:
        if item.enabled:
            yield from ((item.vrf, prefix_of(one.family, one.value, one.length)) for one in item.addresses)
    yield from ((item.vrf, item.prefix) for item in device.statics)
    for instance in device.bgp:
        own = (*instance.networks, *(item.prefix for item in instance.aggregates))
        yield from ((instance.vrf, prefix) for prefix in own)
