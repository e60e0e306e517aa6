"""Routes at the corners of a policy, and what becomes of them: by the reader's model, and by Batfish.

The one idea: a policy can only differ where one of its conditions turns, so each prefix rule is asked at its lengths and one
beside, with no communities, with those of each alternative, and with all but one of them, with paths that a pattern takes and
shorter ones, and with each local preference that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intents.prefix import Family, Prefix, parse_prefix
from routing.model import Action, AsPathPattern, CommunityRange, PolicyClause, PrefixRule, RoutePolicy
from tests.test_routing_junos_snippets import clause_holds
from verification.batfish.protocol import Row

PREFERENCE = 7
"""The local preference that a route comes with: another one was set."""
_ELSEWHERE = "203.0.113.0/24"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BatfishRoute:
    """A route of BGP or an aggregate; Batfish asks no policy about others."""

    network: str
    protocol: str
    communities: tuple[str, ...]
    path: tuple[int, ...] = ()
    preference: int = PREFERENCE

    @classmethod
    def of_row(cls, row: Row) -> BatfishRoute:
        """Return the route of a row's column."""
        return cls(
            network=str(row["network"]),
            protocol=str(row["protocol"]),
            communities=tuple(sorted(str(one) for one in row.get("communities") or ())),
            path=_path(row),
            preference=int(row["localPreference"]),
        )

    def parameter(self) -> dict[str, object]:
        """Return it as a question's parameter."""
        return {
            "network": self.network,
            "protocol": self.protocol,
            "communities": list(self.communities),
            "localPreference": self.preference,
            "asPath": [{"asns": [asn], "confederation": False} for asn in self.path],
        }

    def __str__(self) -> str:
        path = [f"path {','.join(map(str, self.path))}"] if self.path else []
        preference = [f"lp {self.preference}"] if self.preference != PREFERENCE else []
        return " ".join([self.network, self.protocol, *self.communities, *path, *preference])


def routes_for(policy: RoutePolicy) -> tuple[BatfishRoute, ...]:
    """Return the IPv4 routes at the corners of a policy, sorted."""
    networks = {_ELSEWHERE, "0.0.0.0/0"}
    carried: set[tuple[str, ...]] = {()}
    paths: set[tuple[int, ...]] = {()}
    preferences = {PREFERENCE}
    for clause in policy.clauses:
        for rule in clause.prefixes or ():
            networks |= set(_corners(rule))
        paths |= {path for pattern in clause.as_paths or () for path in _paths(pattern)}
        preferences |= set(clause.local_preferences or ())
        carried |= {(one,) for item in clause.community_ranges for one in _edges(item)}
        for members in clause.communities or ():
            carried |= {tuple(sorted(members))} | {
                tuple(sorted(one for one in members if one != left)) for left in members
            }
    return tuple(
        sorted(
            BatfishRoute(network=network, protocol=protocol, communities=communities, path=path, preference=preference)
            for network in networks
            for communities in carried
            for path in paths
            for preference in preferences
            for protocol in ("bgp", "aggregate")
        )
    )


def _edges(item: CommunityRange) -> list[str]:
    """Return the first and last communities of a range, and one beside each."""
    lows = {item.first - 1, item.first, item.last, item.last + 1} & set(range(65536))
    return [f"{item.high}:{low}" for low in lows]


def _paths(pattern: AsPathPattern) -> list[tuple[int, ...]]:
    """Return a path that a pattern takes, that path without its last AS, and with one more."""
    taken = tuple(step.ranges[0][0] or 1 for step in pattern for _ in range(step.least))
    return [taken, taken[:-1], (*taken, 64999)]


def _corners(rule: PrefixRule) -> list[str]:
    """Return prefixes at a rule's lengths, one shorter and one longer, and one beside it."""
    if rule.prefix.family is not Family.V4:
        return []
    prefix = rule.prefix
    lengths = {
        length
        for edge in (prefix.length, rule.low, rule.high)
        for length in (edge - 1, edge, edge + 1)
        if 0 <= length <= 32
    }
    found = [_prefix(prefix.network, length) for length in lengths]
    if prefix.length:
        found.append(_prefix(prefix.network ^ 1 << 32 - prefix.length, prefix.length))
    return found


def _prefix(value: int, length: int) -> str:
    return str(Prefix(family=Family.V4, network=value >> 32 - length << 32 - length, length=length))


def wanted_of_route(policy: RoutePolicy, route: BatfishRoute) -> str:
    """Return what the model says of a route: whether this policy accepts it, and with what it goes on."""
    preference, metric, path = route.preference, 0, list(route.path)
    communities = set(route.communities)
    for clause in policy.clauses:
        told = (route.protocol, set(route.communities), route.path, route.preference)
        if not clause_holds(clause, parse_prefix(route.network), *told):
            continue
        preference = preference if clause.local_preference is None else clause.local_preference
        preference = max(0, preference + clause.local_preference_change)
        metric = metric if clause.metric is None else clause.metric
        metric = max(0, metric + clause.metric_change)
        path = [*clause.prepend, *path]
        communities = _communities(clause, communities)
        if clause.action is not None:
            accepted = clause.action is Action.PERMIT
            return _told(preference, metric, communities, path) if accepted else "reject"
    return "reject"


def _communities(clause: PolicyClause, carried: set[str]) -> set[str]:
    return ({*()} if clause.replace_communities else carried) | set(clause.add_communities)


def said_of_route(row: Row) -> str:
    """Return what Batfish says, in the same words: a route that falls off a policy's end is not accepted by it."""
    if str(row["Action"]) != "PERMIT":
        return "reject"
    out: Any = row["Output_Route"]
    communities = {str(one) for one in out.get("communities") or ()}
    return _told(int(out["localPreference"]), int(out["metric"]), communities, list(_path(out)))


def _path(row: Row) -> tuple[int, ...]:
    return tuple(int(asn) for group in row.get("asPath") or () for asn in group["asns"])


def _told(preference: int, metric: int, communities: set[str], path: list[int]) -> str:
    return " ".join(
        [
            "accept",
            f"lp {preference}",
            f"med {metric}",
            *(f"community {one}" for one in sorted(communities)),
            *(f"prepend {asn}" for asn in path),
        ]
    )
