"""One Junos policy statement, as clauses of a route policy.

The one idea: like filters, a policy is read once per content: its lines plus the prefix lists and communities it names. A
term without an action goes on with the next one, and so does the policy at its end, to the next of a chain or to the
protocol's default; only a last `then reject` without conditions closes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from intents.prefix import Prefix, parse_prefix
from intents.reason import Reason, because, reason_of, unclear
from routing.model import (
    OSPF_SOURCES,
    Action,
    AsPathPattern,
    PolicyClause,
    PolicyDefault,
    PrefixRule,
    RouteSource,
)
from routing.vendors.junos.as_paths import parse_as_path
from routing.vendors.junos.names import as_number, number
from routing.vendors.junos.reader.interface_routes import LEARNED
from routing.vendors.junos.route_filters import first_match, is_unambiguous, parse_route_filter
from routing.vendors.junos.tree import words

REJECT_ALL = "reject-all"
"""The name of the last term by which `render` says that a policy rejects what no clause decided."""

HIGHEST = (1 << 32) - 1
ORIGINS = ("igp", "egp", "incomplete")

Named = tuple[tuple[str, tuple[str, ...]], ...]
"""Prefix lists, communities or interfaces that a policy names: name and members as text."""


class Names(NamedTuple):
    """What a policy may name: prefix lists, communities, interfaces (with their direct routes), AS paths (one expression)."""

    lists: Named = ()
    communities: Named = ()
    interfaces: Named = ()
    as_paths: Named = ()


class _Tables(NamedTuple):
    lists: dict[str, tuple[str, ...]]
    communities: dict[str, tuple[str, ...]]
    interfaces: dict[str, tuple[str, ...]]
    as_paths: dict[str, tuple[str, ...]]


_SOURCES = {
    "direct": RouteSource.CONNECTED,
    "static": RouteSource.STATIC,
    "bgp": RouteSource.BGP,
    "aggregate": RouteSource.AGGREGATE,
}


class PolicyBody(NamedTuple):
    """A policy read: clauses, default, the lines' indexes (of each clause and its prefix rules), faults."""

    clauses: tuple[PolicyClause, ...]
    default: PolicyDefault
    starts: tuple[int, ...]
    rules: tuple[tuple[int, ...], ...]
    faults: tuple[tuple[int, Reason], ...]


@dataclass(slots=True)
class _Term:
    name: str
    start: int
    action: str = ""
    goes_on: str = ""
    kinds: dict[str, None] = field(default_factory=dict)
    filters: list[PrefixRule] = field(default_factory=list)
    rule_lines: dict[Prefix, int] = field(default_factory=dict)
    sources: dict[RouteSource, None] = field(default_factory=dict)
    direct: dict[Prefix, int] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=list)
    learns: bool = False
    communities: dict[tuple[str, ...], None] = field(default_factory=dict)
    add: list[str] = field(default_factory=list)
    replaces: bool = False
    as_paths: dict[AsPathPattern, None] = field(default_factory=dict)
    local_preferences: dict[int, None] = field(default_factory=dict)
    values: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    origin: int | None = None
    prepend: tuple[int, ...] = ()
    next_hop_self: bool = False


@lru_cache(maxsize=1 << 14)
def read_policy(lines: tuple[str, ...], names: Names) -> PolicyBody:
    """Read the lines of a policy statement, each without `policy-options policy-statement NAME`."""
    terms: dict[str, _Term] = {}
    faults: list[tuple[int, Reason]] = []
    tables = _Tables(*map(dict, names))
    for index, line in enumerate(lines):
        parts = words(line)
        if parts == [""]:
            continue
        name = parts[1] if parts[0] == "term" and len(parts) > 1 else ""
        statement = parts[2:] if name else parts
        term = terms.setdefault(name, _Term(name, index))
        try:
            _take(term, statement, index, tables)
        except ValueError as error:
            faults.append((index, reason_of(error)))
    ordered = sorted(terms.values(), key=lambda term: term.name == "")
    faults.extend(_next_policy_faults(ordered))
    clauses = []
    for term in ordered:
        try:
            clauses.append(_clause(term))
        except ValueError as error:
            faults.append((term.start, reason_of(error)))
            clauses.append(PolicyClause(name=term.name, action=None))
    return _close(clauses, ordered, tuple(faults))


def _close(clauses: list[PolicyClause], terms: list[_Term], faults: tuple[tuple[int, Reason], ...]) -> PolicyBody:
    default = PolicyDefault.PROTOCOL
    if clauses and clauses[-1] in {PolicyClause(name=name, action=Action.DENY) for name in (REJECT_ALL, "")}:
        default = PolicyDefault.REJECT
        clauses, terms = clauses[:-1], terms[:-1]
    starts = tuple(term.start for term in terms)
    rules = tuple(
        tuple(term.rule_lines[rule.prefix] for rule in clause.prefixes or ())
        for term, clause in zip(terms, clauses, strict=True)
    )
    return PolicyBody(tuple(clauses), default, starts, rules, faults)


def _next_policy_faults(terms: list[_Term]) -> list[tuple[int, Reason]]:
    reason = because("next_policy_too_early")
    return [(term.start, reason) for term in terms[:-1] if term.goes_on == "policy"]


def _take(term: _Term, statement: list[str], index: int, tables: _Tables) -> None:
    match statement:
        case ["from", "route-filter" | "prefix-list" | "prefix-list-filter" as kind, *values]:
            _take_prefixes(term, kind, values, tables.lists, index)
        case ["from", "protocol", protocol] if protocol in _SOURCES:
            term.sources[_SOURCES[protocol]] = None
        case ["from", "protocol", "ospf"]:
            term.sources |= dict.fromkeys(OSPF_SOURCES)
        case ["from", "community", name]:
            term.communities[_members(name, tables.communities)] = None
        case ["from", "as-path", name]:
            if name not in tables.as_paths:
                raise unclear("as_path_undefined", name=name)
            term.as_paths[parse_as_path(tables.as_paths[name][0])] = None
        case ["from", "local-preference", value]:
            term.local_preferences[number(value, 0, HIGHEST)] = None
        case ["from", "interface", name]:
            _take_interface(term, name, tables.interfaces, index)
        case ["from", condition, *_]:
            raise unclear("condition_not_modelled", condition=condition)
        case ["then", *action]:
            _act(term, action, tables.communities)
        case [] | ["from"]:
            pass
        case _:
            raise unclear("not_a_policy_statement")


def _take_prefixes(term: _Term, kind: str, values: list[str], lists: dict[str, tuple[str, ...]], index: int) -> None:
    term.kinds[kind] = None
    match kind, values:
        case "route-filter", _:
            _add_rule(term, values, index)
        case ("prefix-list", [name]) | ("prefix-list-filter", [name, "exact" | "longer" | "orlonger"]):
            if name not in lists:
                raise unclear("prefix_list_undefined", name=name)  # it would not commit (JUN-REF-03)
            for text in lists[name]:
                _add_rule(term, [text, *(values[1:] or ["exact"])], index)
        case _:
            raise unclear("condition_not_modelled", condition=kind)


def _add_rule(term: _Term, values: list[str], index: int) -> None:
    rule = parse_route_filter(values)
    term.filters.append(rule)
    term.rule_lines.setdefault(rule.prefix, index)


def _take_interface(term: _Term, name: str, interfaces: dict[str, tuple[str, ...]], index: int) -> None:
    if name not in interfaces:
        raise unclear("routes_of_interface", name=name)
    term.interfaces.append(name)
    for text in interfaces[name]:
        if text == LEARNED:
            term.learns = True
        else:
            term.direct.setdefault(parse_prefix(text), index)


def _members(name: str, communities: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    members = communities.get(name)
    if not members:
        raise unclear("community_undefined", name=name)
    return members


def _act(term: _Term, action: list[str], communities: dict[str, tuple[str, ...]]) -> None:
    match action:
        case ["accept" | "reject" as word]:
            term.action = word
        case ["next", "term" | "policy" as what]:
            term.goes_on = what
        case ["local-preference" | "metric" as what, value]:
            term.values[what] = number(value, 0, HIGHEST), 0
        case ["local-preference" | "metric" as what, "add" | "subtract" as way, value]:
            change = number(value, 0, HIGHEST)
            term.values[what] = None, change if way == "add" else -change  # it replaces what was set (JUN-POL-07)
        case ["origin", word] if word in ORIGINS:
            term.origin = ORIGINS.index(word)
        case ["validation-state", "valid" | "invalid" | "unknown"]:
            pass  # only `from validation-state` asks for it, which is a condition that isn't modelled (JUN-POL-14)
        case ["community", "add" | "+" | "set" | "=" as how, name]:
            replaces = how in {"set", "="}
            if term.add and (replaces or term.replaces):
                raise unclear("communities_set_and_added")
            term.add.extend(_members(name, communities))
            term.replaces = replaces
        case ["as-path-prepend", text]:
            term.prepend = tuple(as_number(word) for word in text.split())
        case ["next-hop", "self"]:
            term.next_hop_self = True  # also of what is reflected (JUN-NH-01)
        case ["load-balance", _] | []:
            pass
        case _:
            raise unclear("action_not_modelled", action=action[0])


def _clause(term: _Term) -> PolicyClause:
    # `next` decides whatever stands beside it (JUN-POL-05); of two of a kind the last one is kept (JUN-POL-04, JUN-POL-06).
    action = None if term.goes_on else {"accept": Action.PERMIT, "reject": Action.DENY}.get(term.action)
    preference, preference_change = term.values.get("local-preference", (None, 0))
    metric, metric_change = term.values.get("metric", (None, 0))
    return PolicyClause(
        name=term.name,
        action=action,
        prefixes=_rules(term) if not term.interfaces else _direct_rules(term, _rules(term)),
        sources=tuple(sorted(term.sources)) or (None if not term.interfaces else (RouteSource.CONNECTED,)),
        communities=tuple(term.communities) or None,
        add_communities=tuple(dict.fromkeys(term.add)),
        replace_communities=term.replaces,
        as_paths=tuple(term.as_paths) or None,
        local_preferences=tuple(sorted(term.local_preferences)) or None,
        local_preference=preference,
        local_preference_change=preference_change,
        metric=metric,
        metric_change=metric_change,
        origin=term.origin,
        prepend=term.prepend,
        next_hop_self=term.next_hop_self,
    )


def _rules(term: _Term) -> tuple[PrefixRule, ...] | None:
    if not term.kinds:
        return None
    if len(term.kinds) > 1:
        raise unclear("filters_and_lists")
    rules = tuple(dict.fromkeys(term.filters))  # none at all, of empty lists, match no route (JUN-REF-01)
    if "route-filter" in term.kinds:
        return first_match(rules)
    if not is_unambiguous(rules):
        raise unclear("lists_lie_in_each_other")
    return rules


def _direct_rules(term: _Term, rules: tuple[PrefixRule, ...] | None) -> tuple[PrefixRule, ...]:
    """Return the rules that take the direct routes of the term's interfaces, as far as its other prefixes take them."""
    if term.learns and set(term.sources) != {RouteSource.CONNECTED}:
        raise unclear("routes_learned_over_interface")
    if term.sources and RouteSource.CONNECTED not in term.sources:
        return ()
    if len(term.sources) > 1:
        raise unclear("interface_beside_protocols")
    for prefix, index in term.direct.items():
        term.rule_lines[prefix] = index
    return tuple(
        PrefixRule(prefix=prefix, low=prefix.length, high=prefix.length)
        for prefix in term.direct
        if rules is None or _takes(rules, prefix)
    )


def _takes(rules: tuple[PrefixRule, ...], prefix: Prefix) -> bool:
    hits = (r.permit for r in rules if r.prefix.covers(prefix) and r.low <= prefix.length <= r.high)
    return next(hits, False)


def chain_bodies(bodies: list[tuple[str, PolicyBody]]) -> tuple[tuple[PolicyClause, ...], PolicyDefault]:
    """Return the clauses and the default of policies evaluated one after the other."""
    clauses: list[PolicyClause] = []
    for name, body in bodies:
        clauses.extend(replace(clause, name=f"{name}:{clause.name}") for clause in body.clauses)
        if body.default is PolicyDefault.REJECT:
            return tuple(clauses), PolicyDefault.REJECT
    return tuple(clauses), PolicyDefault.PROTOCOL
