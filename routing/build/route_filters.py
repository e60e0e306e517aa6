"""Route filters: what an attachment's VRF may learn, what it may announce, what leaks between VRFs.

From peers to `RoutePolicy` values named by content. The one idea: a filter is the same list as the fence's, reduced to "do the
two ever talk": so a pair without any permit is not even routable, and a route is an aggregate only where no forbid bites.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import groupby

from intents.policy import Rule
from intents.prefix import Family, Prefix
from routing.build.peers import Covers, Membership, Peer, Reachability
from routing.model import Action, PolicyClause, PolicyDefault, PrefixRule, RoutePolicy

_FIRST_FIELDS = (
    "name", "action", "prefixes", "sources", "communities", "add_communities", "replace_communities", "local_preference",
    "metric", "prepend",
)  # fmt: skip
"""The fields of a clause when devices were first given names of policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFilter:
    """A policy and, by (clause, prefix rule) index, the rules served."""

    policy: RoutePolicy
    rules: tuple[tuple[tuple[int, int], tuple[Rule, ...]], ...] = ()


class ReachabilityFilters:
    """What every membership may learn: `reachability_filter` of its peers, once for each list of peers."""

    def __init__(self, reachability: Reachability) -> None:
        self._reachability = reachability
        self._found: dict[int, RouteFilter] = {}

    def of(self, membership: Membership, family: Family) -> RouteFilter:
        """Return the filter of a membership in one family."""
        number = self._reachability.number_of_peers(membership, family)
        if number not in self._found:
            self._found[number] = reachability_filter(self._reachability.peers(membership, family))
        return self._found[number]


def reachability_filter(peers: tuple[Peer, ...]) -> RouteFilter:
    """Return the filter that accepts exactly the routes of peers with some permit in either direction."""
    steps = list(_steps(peers))
    clauses: list[PolicyClause] = []
    served: list[tuple[tuple[int, int], tuple[Rule, ...]]] = []
    for permit, group in groupby(steps, key=lambda item: item.talks):
        members = sorted(group, key=lambda item: item.prefix)
        action = Action.PERMIT if permit else Action.DENY
        rules = tuple(_rule(item, permit) for item in members)
        for index, item in enumerate(members):
            served.append(((len(clauses), index), item.rules))
        clauses.append(PolicyClause(name=str(10 * (len(clauses) + 1)), action=action, prefixes=rules))
    return RouteFilter(policy=_named(tuple(clauses)), rules=tuple(served))


def exact_filter(prefixes: Iterable[Prefix], served: tuple[Rule, ...] = ()) -> RouteFilter:
    """Return the filter that accepts exactly these prefixes, each of which serves the rules; nothing if there are none."""
    accepted = tuple(sorted(set(prefixes)))
    return RouteFilter(
        policy=_exact_policy(accepted), rules=tuple(((0, index), served) for index, _ in enumerate(accepted))
    )


@lru_cache(maxsize=1 << 13)
def _exact_policy(prefixes: tuple[Prefix, ...]) -> RoutePolicy:
    """Return the policy that accepts these prefixes; every session of an attachment asks for the same."""
    rules = tuple(PrefixRule(prefix=item, low=item.length, high=item.length) for item in prefixes)
    return _named((PolicyClause(name="10", action=Action.PERMIT, prefixes=rules),) if rules else ())


def passing_filter(own: Iterable[Prefix]) -> RouteFilter:
    """Return the filter that accepts these prefixes and whatever came by BGP."""
    accepted = exact_filter(own).policy
    clauses = tuple(clause for clause in accepted.clauses if clause.action is Action.PERMIT)
    name = accepted.name.replace("TRUC-RM", "TRUC-PASS")
    return RouteFilter(policy=RoutePolicy(name=name, clauses=clauses, default=PolicyDefault.PROTOCOL))


def _steps(peers: tuple[Peer, ...]) -> Iterable[Peer]:
    """Keep a peer only where it says something else than what covers it: as for routes, talking or not talking."""
    covers = Covers(peers)
    for peer in peers:
        cover = covers.of(peer)
        covered = cover is not None and cover.talks
        longer = cover is not None and peer.longest > cover.longest
        if covered != peer.talks or (covered and longer):
            yield peer


def _rule(peer: Peer, permit: bool) -> PrefixRule:
    high = peer.longest if permit else peer.prefix.family.bits
    return PrefixRule(prefix=peer.prefix, low=peer.prefix.length, high=high)


def _named(clauses: tuple[PolicyClause, ...]) -> RoutePolicy:
    clauses = clauses or (PolicyClause(name="10", action=Action.DENY),)
    digest = hashlib.sha256(_content(clauses).encode()).hexdigest()[:12]
    family = _family(clauses)
    return RoutePolicy(name=f"TRUC-RM{'' if family is None else int(family)}-{digest}", clauses=clauses)


def _content(clauses: tuple[PolicyClause, ...]) -> str:
    """Return what a policy is named by. A field that came to the model later counts where it says something: a name stays as the
    model grows."""
    shown = [f"PolicyClause({', '.join([*_first_fields(clause), *_later_fields(clause)])})" for clause in clauses]
    return f"({shown[0]},)" if len(shown) == 1 else f"({', '.join(shown)})"


def _first_fields(clause: PolicyClause) -> Iterable[str]:
    return (f"{name}={getattr(clause, name)!r}" for name in _FIRST_FIELDS)


def _later_fields(clause: PolicyClause) -> Iterable[str]:
    later = (item for item in fields(clause) if item.name not in _FIRST_FIELDS)
    said = ((item, getattr(clause, item.name)) for item in later)
    return (f"{item.name}={value!r}" for item, value in said if value != item.default)


def _family(clauses: tuple[PolicyClause, ...]) -> Family | None:
    for clause in clauses:
        for rule in clause.prefixes or ():
            return rule.prefix.family
    return None
