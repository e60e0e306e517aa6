"""Route policies as Junos policy statements, with communities named by their content.

The one idea: as for filters, a policy is written and at once read back, and refused if it would mean anything else (prefix
rules whose first match and longest match differ, several policies where Junos has one).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from intents.reason import describe_reason
from routing.model import Action, AsPathPattern, PolicyClause, PolicyDefault, Ref, RoutePolicy, RouteSource
from routing.refs import clause_ref, policy_ref, prefix_rule_ref
from routing.vendors.junos.as_paths import format_as_path
from routing.vendors.junos.lines import TokenLines, name_word
from routing.vendors.junos.reader.policies import PROTOCOL_POLICY
from routing.vendors.junos.reader.policy import ORIGINS, REJECT_ALL, Names, read_policy
from routing.vendors.junos.route_filters import format_route_filter
from routing.vendors.junos.tree import quote

_PROTOCOLS = {
    RouteSource.CONNECTED: "direct",
    RouteSource.STATIC: "static",
    RouteSource.BGP: "bgp",
    RouteSource.AGGREGATE: "aggregate",
}


def render_policies(policies: tuple[RoutePolicy, ...], lines: TokenLines) -> None:
    """Write the communities that are named, then the policies; ValueError for what Junos can't say."""
    for policy in policies:
        for index, clause in enumerate(policy.clauses):
            for members in _communities(clause):
                name = community_name(members)
                for member in members:
                    refs = (policy_ref(policy.name), clause_ref(policy.name, index))
                    lines.add(f"policy-options community {name} members {name_word(member)}", *refs)
            for pattern in clause.as_paths or ():
                refs = (policy_ref(policy.name), clause_ref(policy.name, index))
                name = as_path_name(pattern)
                lines.add(f"policy-options as-path {name} {quote(format_as_path(pattern))}", *refs)
    for policy in policies:
        if policy.name != PROTOCOL_POLICY:
            _render_policy(policy, lines)
        elif policy != RoutePolicy(name=PROTOCOL_POLICY, clauses=(), default=PolicyDefault.PROTOCOL):
            raise ValueError(f"{PROTOCOL_POLICY} is the protocol's own default and has no clauses")


def community_name(members: tuple[str, ...]) -> str:
    """Return the name of the community that has exactly these members, in this order."""
    if len(members) <= 3:
        return "TRUC-" + "_".join(members).replace(":", "-")
    return "TRUC-" + hashlib.sha256(" ".join(members).encode()).hexdigest()[:16]


def as_path_name(pattern: AsPathPattern) -> str:
    """Return the name of the AS path expression that is this pattern."""
    return "TRUC-" + hashlib.sha256(format_as_path(pattern).encode()).hexdigest()[:16]


def _communities(clause: PolicyClause) -> Iterator[tuple[str, ...]]:
    yield from clause.communities or ()
    if clause.add_communities:
        yield clause.add_communities


def _render_policy(policy: RoutePolicy, lines: TokenLines) -> None:
    start = f"policy-options policy-statement {name_word(policy.name)}"
    texts: list[tuple[str, tuple[Ref, ...]]] = []
    for index, clause in enumerate(policy.clauses):
        term = f"term {name_word(clause.name)} " if clause.name else ""
        try:
            for text, rule in _clause_lines(clause):
                refs: tuple[Ref, ...] = (policy_ref(policy.name), clause_ref(policy.name, index))
                refs = refs if rule is None else (*refs, prefix_rule_ref(policy.name, index, rule))
                texts.append((term + text, refs))
        except ValueError as error:
            raise ValueError(f"policy {policy.name}, clause {clause.name}: {error}") from error
    if policy.default is PolicyDefault.REJECT:
        texts.append((f"term {REJECT_ALL} then reject", (policy_ref(policy.name),)))
    _check(policy, tuple(text for text, _ in texts))
    for text, refs in texts or [("", (policy_ref(policy.name),))]:
        lines.add(f"{start} {text}".rstrip(" "), *refs)


def _check(policy: RoutePolicy, texts: tuple[str, ...]) -> None:
    communities = {community_name(members): members for clause in policy.clauses for members in _communities(clause)}
    patterns = {pattern for clause in policy.clauses for pattern in clause.as_paths or ()}
    as_paths = tuple(sorted((as_path_name(pattern), (format_as_path(pattern),)) for pattern in patterns))
    body = read_policy(texts, Names(communities=tuple(sorted(communities.items())), as_paths=as_paths))
    if body.faults:
        raise ValueError(f"policy {policy.name}: Junos can't say it: {describe_reason(body.faults[0][1], 'en')}")
    if (body.clauses, body.default) != (policy.clauses, policy.default):
        raise ValueError(
            f"policy {policy.name}: Junos would not mean the same (longest match, order or names of clauses)"
        )


def _clause_lines(clause: PolicyClause) -> Iterator[tuple[str, int | None]]:
    """Yield the lines of a term with the index of the prefix rule that each says."""
    if () in (clause.prefixes, clause.sources, clause.communities, clause.as_paths, clause.local_preferences) or () in (
        clause.communities or ()
    ):
        raise ValueError("a condition that nothing meets")
    for index, rule in enumerate(clause.prefixes or ()):
        yield f"from route-filter {format_route_filter(rule)}", index
    for source in clause.sources or ():
        if source not in _PROTOCOLS:
            raise ValueError(f"Junos has no routes of source {source}")
        yield f"from protocol {_PROTOCOLS[source]}", None
    for members in clause.communities or ():
        yield f"from community {community_name(members)}", None
    for pattern in clause.as_paths or ():
        yield f"from as-path {as_path_name(pattern)}", None
    for value in clause.local_preferences or ():
        yield f"from local-preference {value}", None
    for text in _action_lines(clause):
        yield text, None


def _value_lines(what: str, value: int | None, change: int) -> Iterator[str]:
    if value is not None and change:
        raise ValueError(f"Junos sets the {what} or changes it, not both")
    if value is not None:
        yield f"then {what} {value}"
    if change:
        yield f"then {what} {'add' if change > 0 else 'subtract'} {abs(change)}"


def _action_lines(clause: PolicyClause) -> Iterator[str]:
    yield from _value_lines("local-preference", clause.local_preference, clause.local_preference_change)
    yield from _value_lines("metric", clause.metric, clause.metric_change)
    if clause.origin is not None:
        yield f"then origin {ORIGINS[clause.origin]}"
    if clause.community_ranges:
        raise ValueError("a range of communities is not written")
    if clause.replace_communities and not clause.add_communities:
        raise ValueError("Junos can't replace communities by none")
    if clause.add_communities:
        how = "set" if clause.replace_communities else "add"
        yield f"then community {how} {community_name(clause.add_communities)}"
    if clause.next_hop_self:
        yield "then next-hop self"
    if clause.prepend:
        yield f"then as-path-prepend {quote(' '.join(map(str, clause.prepend)))}"
    match clause.action:
        case Action.PERMIT:
            yield "then accept"
        case Action.DENY:
            yield "then reject"
        case None:
            yield "then next term"
