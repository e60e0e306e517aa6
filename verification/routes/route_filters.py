"""Route policies made fast: one table look-up per route for the lists that networks really have.

Turns a `RoutePolicy` into a `Filter` that transforms path attributes. The one idea: exact prefixes go into a dictionary, only
ranges are scanned, and an answer is remembered per prefix while a policy neither asks for nor sets anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from intents.prefix import Prefix
from routing.model import Action, PolicyClause, PolicyDefault, PrefixRule, RoutePolicy, RouteSource
from verification.routes.as_paths import fits

DEFAULT_PREFERENCE = 100
"""The local preference of a route that nobody gave one."""


class PathAttributes(NamedTuple):
    """What a policy may look at or change of a route."""

    source: RouteSource
    as_path: tuple[int, ...]
    communities: frozenset[str] = frozenset()
    local_preference: int = DEFAULT_PREFERENCE
    metric: int | None = None
    origin: int = 0
    """ORIGIN (RFC 4271 5.1.1): 0 IGP, 1 EGP, 2 incomplete."""
    next_hop: int | None = None
    """NEXT_HOP of a route that was received over iBGP, None of any other; SELF where a policy says so."""
    originator: int = 0
    """ORIGINATOR_ID (RFC 4456 8), 0 if the route was not reflected."""
    clusters: tuple[int, ...] = ()
    """CLUSTER_LIST (RFC 4456 8), the last reflector's first."""


SELF = -1
"""In the place of a next hop: whoever sends the route."""

WELL_KNOWN = frozenset({"no-export", "no-advertise", "no-export-subconfed", "local-as"})
"""Communities that keep a route from eBGP neighbours (RFC 1997; BOTH-SEND-01)."""


class RuleTable:
    """First-match prefix rules: exact ones by look-up, the first wider ones by scan. `exact`: the prefixes that it may accept,
    None if it accepts a range. There is one for each content, as of filters."""

    def __init__(self, rules: tuple[PrefixRule, ...]) -> None:
        self._exact: dict[Prefix, int] = {}
        self._ranges: list[tuple[int, PrefixRule]] = []
        self._rules = rules
        for index, rule in enumerate(rules):
            if rule.low == rule.high == rule.prefix.length:
                self._exact.setdefault(rule.prefix, index)
            else:
                self._ranges.append((index, rule))
        bounded = not any(rule.permit for _, rule in self._ranges)
        self.exact = frozenset(prefix for prefix in self._exact if self.accepts(prefix)) if bounded else None

    def accepts(self, prefix: Prefix) -> bool:
        """Return whether the first rule that matches a route permits it."""
        best = self._exact.get(prefix)
        for index, rule in self._ranges:
            if best is not None and best < index:
                break
            if rule.low <= prefix.length <= rule.high and rule.prefix.covers(prefix):
                best = index
                break
        return best is not None and self._rules[best].permit


@dataclass(frozen=True, slots=True)
class _Clause:
    clause: PolicyClause
    table: RuleTable | None


FilterContent = tuple[tuple[PolicyClause, ...], PolicyDefault]


class Filter:
    """One policy, compiled; `apply` is its meaning. `conditional`: it looks at more of a received route than its prefix, or
    puts ASs before its path. `prepends`: those ASs. `listed`: the prefixes that it may accept, None if there is no bound.
    `preference`: the highest local preference that it gives, 0 if none; `raises`: what it adds to one at most. `origin`: the
    lowest ORIGIN that it gives, None if none. `reads_paths`: it asks for ASs of the path.

    There is one for each content (`compile_filters`), so that a filter is a key for what is known of it.
    """

    def __init__(self, policy: RoutePolicy, tables: dict[tuple[PrefixRule, ...], RuleTable]) -> None:
        self.content = content_of(policy)
        self._default = policy.default
        self._passes: dict[Prefix, bool] = {}
        self._clauses = [
            _Clause(item, None if item.prefixes is None else _table(item.prefixes, tables)) for item in policy.clauses
        ]
        self.conditional = any(item.asks_beyond_prefix or item.prepend for item in policy.clauses)
        self.reads_paths = any(item.as_paths is not None for item in policy.clauses)
        self.prepends = frozenset(asn for item in policy.clauses for asn in item.prepend)
        self.preference = max((item.local_preference or 0 for item in policy.clauses), default=0)
        self.raises = sum(max(item.local_preference_change, 0) for item in policy.clauses)
        self._preferring = [item for item in self._clauses if _prefers(item.clause)]
        self.origin = min((item.origin for item in policy.clauses if item.origin is not None), default=None)
        self.listed = self._list()

    def _list(self) -> frozenset[Prefix] | None:
        found: frozenset[Prefix] = frozenset()
        if self._default is PolicyDefault.PROTOCOL:
            return None
        for item in self._clauses:
            if item.clause.action is Action.PERMIT:
                if item.table is None or item.table.exact is None:
                    return None
                found |= item.table.exact
        return found

    def tables(self) -> Iterator[RuleTable]:
        """Yield what it compares prefixes with."""
        return (item.table for item in self._clauses if item.table is not None)

    @property
    def prefers(self) -> bool:
        """Return whether it changes the local preference of some route."""
        return bool(self._preferring)

    def may_prefer(self, prefix: Prefix) -> bool:
        """Return whether it changes the local preference of a route with this prefix, for some attributes."""
        return any(item.table is None or item.table.accepts(prefix) for item in self._preferring)

    def may_accept(self, prefix: Prefix) -> bool:
        """Return whether a route with this prefix is accepted for some attributes."""
        if prefix not in self._passes:
            self._passes[prefix] = self._find_pass(prefix)
        return self._passes[prefix]

    def _find_pass(self, prefix: Prefix) -> bool:
        for item in self._clauses:
            if item.table is not None and not item.table.accepts(prefix):
                continue
            if item.clause.action is Action.PERMIT:
                return True
            if item.clause.action is Action.DENY and not item.clause.asks_beyond_prefix:
                return False
        return self._default is PolicyDefault.PROTOCOL

    def apply(self, prefix: Prefix, path: PathAttributes, announcing: bool) -> PathAttributes | None:
        """Return the attributes after the policy, None if it rejects the route."""
        for item in self._clauses:
            if not _holds(item, prefix, path):
                continue
            path = _changed(item.clause, path)
            if item.clause.action is Action.PERMIT:
                return path
            if item.clause.action is Action.DENY:
                return None
        if self._default is PolicyDefault.PROTOCOL and (not announcing or path.source is RouteSource.BGP):
            return path
        return None


def _prefers(clause: PolicyClause) -> bool:
    return clause.local_preference not in (None, DEFAULT_PREFERENCE) or clause.local_preference_change != 0


def _table(rules: tuple[PrefixRule, ...], tables: dict[tuple[PrefixRule, ...], RuleTable]) -> RuleTable:
    if rules not in tables:
        tables[rules] = RuleTable(rules)
    return tables[rules]


def _holds(item: _Clause, prefix: Prefix, path: PathAttributes) -> bool:
    clause = item.clause
    if item.table is not None and not item.table.accepts(prefix):
        return False
    if clause.sources is not None and path.source not in clause.sources:
        return False
    if clause.local_preferences is not None and path.local_preference not in clause.local_preferences:
        return False
    if clause.as_paths is not None and not any(fits(pattern, path.as_path) for pattern in clause.as_paths):
        return False
    return not clause.asks_communities or _carries(clause, path.communities)


def _carries(clause: PolicyClause, communities: frozenset[str]) -> bool:
    if any(communities.issuperset(wanted) for wanted in clause.communities or ()):
        return True
    ranges = {item.high: [] for item in clause.community_ranges}  # type: dict[int, list[tuple[int, int]]]
    for item in clause.community_ranges:
        ranges[item.high].append((item.first, item.last))
    for text in communities - WELL_KNOWN:
        high, low = map(int, text.split(":"))
        if any(first <= low <= last for first, last in ranges.get(high, ())):
            return True
    return False


def _changed(clause: PolicyClause, path: PathAttributes) -> PathAttributes:
    if clause.add_communities or clause.replace_communities:
        kept = frozenset() if clause.replace_communities else path.communities
        path = path._replace(communities=kept | frozenset(clause.add_communities))
    if clause.local_preference is not None:
        path = path._replace(local_preference=clause.local_preference)
    if clause.local_preference_change:
        path = path._replace(local_preference=_bounded(path.local_preference + clause.local_preference_change))
    if clause.metric is not None:
        path = path._replace(metric=clause.metric)
    if clause.metric_change:
        path = path._replace(metric=_bounded((path.metric or 0) + clause.metric_change))
    if clause.origin is not None:
        path = path._replace(origin=clause.origin)
    if clause.prepend:
        path = path._replace(as_path=clause.prepend + path.as_path)
    if clause.next_hop_self:
        path = path._replace(next_hop=SELF)
    return path


def _bounded(value: int) -> int:
    """Return a 32-bit number, the nearest one if the sum is none (JUN-POL-13)."""
    return min(max(value, 0), (1 << 32) - 1)


Filters = Mapping[tuple[str, str], Filter]
"""Compiled policies by (device, policy name)."""


def compile_filters(policies: Iterable[tuple[str, RoutePolicy]], known: Filters | None = None) -> Filters:
    """Return every policy of every device compiled, those of equal content once. `known`: filters that may be taken as they are,
    with what they found out so far."""
    compiled = {} if known is None else {item.content: item for item in known.values()}
    tables: dict[tuple[PrefixRule, ...], RuleTable] = {}
    found: dict[tuple[str, str], Filter] = {}
    for device, policy in policies:
        content = content_of(policy)
        if content not in compiled:
            compiled[content] = Filter(policy, tables)
        found[(device, policy.name)] = compiled[content]
    return found


def content_of(policy: RoutePolicy) -> FilterContent:
    """Return what a policy does, whatever it is called."""
    return policy.clauses, policy.default
