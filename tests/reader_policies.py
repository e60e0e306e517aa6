"""Routes at the corners of a policy, and what becomes of them: by the reader's model, and by Batfish.

The one idea: a policy can only differ where one of its conditions turns, so each prefix rule is asked at its lengths and one
beside, with no communities, with those of each alternative, and with all but one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intents.prefix import Family, Prefix, parse_prefix
from routing.model import Action, PolicyClause, PrefixRule, RoutePolicy
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

    @classmethod
    def of_row(cls, row: Row) -> BatfishRoute:
        """Return the route of a row's column."""
        return cls(
            network=str(row["network"]),
            protocol=str(row["protocol"]),
            communities=tuple(sorted(str(one) for one in row.get("communities") or ())),
        )

    def parameter(self) -> dict[str, object]:
        """Return it as a question's parameter."""
        return {
            "network": self.network,
            "protocol": self.protocol,
            "communities": list(self.communities),
            "localPreference": PREFERENCE,
        }

    def __str__(self) -> str:
        return " ".join([self.network, self.protocol, *self.communities])


def routes_for(policy: RoutePolicy) -> tuple[BatfishRoute, ...]:
    """Return the IPv4 routes at the corners of a policy, sorted."""
    networks = {_ELSEWHERE, "0.0.0.0/0"}
    carried: set[tuple[str, ...]] = {()}
    for clause in policy.clauses:
        for rule in clause.prefixes or ():
            networks |= set(_corners(rule))
        for members in clause.communities or ():
            carried |= {tuple(sorted(members))} | {
                tuple(sorted(one for one in members if one != left)) for left in members
            }
    return tuple(
        sorted(
            BatfishRoute(network=network, protocol=protocol, communities=communities)
            for network in networks
            for communities in carried
            for protocol in ("bgp", "aggregate")
        )
    )


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
    preference, metric, path = PREFERENCE, 0, list[int]()
    communities = set(route.communities)
    for clause in policy.clauses:
        if not clause_holds(clause, parse_prefix(route.network), route.protocol, set(route.communities)):
            continue
        preference = preference if clause.local_preference is None else clause.local_preference
        metric = metric if clause.metric is None else clause.metric
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
    path = [int(asn) for group in out.get("asPath") or () for asn in group["asns"]]
    return _told(
        int(out["localPreference"]), int(out["metric"]), {str(one) for one in out.get("communities") or ()}, path
    )


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
