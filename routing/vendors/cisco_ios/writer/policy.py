"""Route policies as route maps, with prefix and community lists that are named by their content.

Turns `RoutePolicy` values into lines. The one idea: a list has no meaning but its content, so equal lists are one list
with one name (`TRUC-PL-` or `TRUC-CL-` and a hash), and a changed list is a new one, made before the old one is gone.
A policy named `prefix-list L` is the prefix list L itself, bound to a neighbour without a route map.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from intents.prefix import Family, format_address
from routing.model import Action, PolicyClause, PolicyDefault, PrefixRule, Ref, RoutePolicy
from routing.refs import clause_ref, policy_ref, prefix_rule_ref
from routing.vendors.cisco_ios.reader.prefix_lists import LIST_NAMES, Rules
from routing.vendors.cisco_ios.writer.page import TextPage
from routing.vendors.reserved import RESERVED_ASNS, RESERVED_HIGH

NAMESPACE = "TRUC-"
Community = tuple[str, ...]


def address_text(family: Family, value: int) -> str:
    """Return an address as IOS prints it: IPv6 in capitals."""
    return format_address(family, value).upper()


def bound_list(policy: str) -> tuple[Family, str] | None:
    """Return the prefix list that a policy name stands for, None for a route map's name."""
    for family, start in LIST_NAMES.items():
        if policy.startswith(start):
            return family, policy.removeprefix(start)
    return None


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def rules_family(rules: Rules) -> Family:
    """Return the family of a prefix list; ValueError if it is empty or mixed."""
    families = {rule.prefix.family for rule in rules}
    if len(families) != 1:
        raise ValueError("a prefix list needs rules of exactly one family: an empty list would match everything")
    return families.pop()


def rule_text(rule: PrefixRule) -> str:
    """Return `permit|deny P/L [ge N] [le N]`; ValueError if the lengths are not in order."""
    prefix, bits = rule.prefix, rule.prefix.family.bits
    if not prefix.length <= rule.low <= rule.high <= bits:
        raise ValueError(f"lengths of a prefix rule are not in order: {rule}")
    text = f"{'permit' if rule.permit else 'deny'} {address_text(prefix.family, prefix.network)}/{prefix.length}"
    if rule.low > prefix.length:
        text += f" ge {rule.low}"
    if rule.high > prefix.length and not (rule.low > prefix.length and rule.high == bits):
        text += f" le {rule.high}"
    return text


def list_name(rules: Rules) -> str:
    """Return the name of a prefix list by its content."""
    return f"{NAMESPACE}PL-{_digest(map(rule_text, rules))}"


def community_list_name(communities: Community) -> str:
    """Return the name of a community list by its content."""
    return f"{NAMESPACE}CL-{_digest(communities)}"


def render_policies(page: TextPage, policies: tuple[RoutePolicy, ...]) -> None:
    """Write all lists, then all route maps; ValueError if the platform can't say one."""
    _render_prefix_lists(page, policies)
    _render_community_lists(page, policies)
    for policy in policies:
        if bound_list(policy.name) is None:
            _render_route_map(page, policy)


def _render_prefix_lists(page: TextPage, policies: tuple[RoutePolicy, ...]) -> None:
    lists: dict[tuple[Family, str], Rules] = {}
    users: dict[tuple[Family, str], list[tuple[str, int]]] = {}
    for policy in policies:
        bound = bound_list(policy.name)
        for index, clause in enumerate(policy.clauses):
            if clause.prefixes is None:
                continue
            family = rules_family(clause.prefixes)
            key = bound or (family, list_name(clause.prefixes))
            if key[0] is not family or lists.setdefault(key, clause.prefixes) != clause.prefixes:
                raise ValueError(f"two prefix lists would be named {key[1]}")
            users.setdefault(key, []).append((policy.name, index))
        if bound is not None and policy != _plain_list(policy):
            raise ValueError(f"policy {policy.name} is more than a prefix list")
    for key in sorted(lists):
        word = "ip" if key[0] is Family.V4 else "ipv6"
        for position, rule in enumerate(lists[key]):
            refs = [ref for policy_name, index in users[key] for ref in _rule_refs(policy_name, index, position)]
            page.line(f"{word} prefix-list {key[1]} seq {position * 5 + 5} {rule_text(rule)}", *refs)


def _rule_refs(policy: str, clause: int, rule: int) -> list[Ref]:
    found = [prefix_rule_ref(policy, clause, rule)]
    if rule == 0 and bound_list(policy) is not None:
        found.extend((policy_ref(policy), clause_ref(policy, clause)))
    return found


def _plain_list(policy: RoutePolicy) -> RoutePolicy:
    rules = policy.clauses[0].prefixes if policy.clauses else None
    clause = PolicyClause(name="10", action=Action.PERMIT, prefixes=rules)
    return RoutePolicy(name=policy.name, clauses=(clause,))


def _render_community_lists(page: TextPage, policies: tuple[RoutePolicy, ...]) -> None:
    clauses = [clause for policy in policies for clause in policy.clauses]
    for communities in sorted({found for clause in clauses for found in clause.communities or ()}):
        if not communities:
            raise ValueError("a community list needs a community")
        page.line(f"ip community-list standard {community_list_name(communities)} permit {' '.join(communities)}")


def _render_route_map(page: TextPage, policy: RoutePolicy) -> None:
    if policy.default is not PolicyDefault.REJECT or not policy.clauses:
        raise ValueError(f"route map {policy.name} needs a clause, and rejects what no clause accepts")
    numbers = [int(clause.name) if clause.name.isdigit() else 0 for clause in policy.clauses]
    if numbers != sorted(set(numbers)) or not 1 <= numbers[0] <= numbers[-1] <= 65535:
        raise ValueError(f"clauses of route map {policy.name} must be named by ascending numbers")
    for index, clause in enumerate(policy.clauses):
        if clause.community_ranges:
            raise ValueError(f"route map {policy.name}: a range of communities is not written")
        _check_numbers(policy.name, clause)
        if clause.action is None or clause.sources is not None or clause.communities == ():
            raise ValueError(f"route map {policy.name}: going on, route sources or no community can't be said on IOS")
        if clause.as_paths is not None or clause.local_preferences is not None or clause.origin is not None:
            raise ValueError(
                f"route map {policy.name}: AS paths, local preferences asked for and ORIGIN are not written"
            )
        if clause.next_hop_self:
            raise ValueError(f"route map {policy.name}: the own address as next hop is said of a neighbour on IOS")
        if clause.local_preference_change or clause.metric_change:
            raise ValueError(f"route map {policy.name}: values are set on IOS, not changed")
        refs = (clause_ref(policy.name, index),)
        first = (policy_ref(policy.name),) if index == 0 else ()
        with page.section(f"route-map {policy.name} {clause.action.value} {clause.name}", *first, *refs):
            for line in _clause_lines(clause):
                page.line(line, *refs)


def _check_numbers(name: str, clause: PolicyClause) -> None:
    """Refuse reserved numbers: they are not read back as what they are here (BOTH-VAL-03, BOTH-VAL-04)."""
    named = [text for found in (clause.add_communities, *(clause.communities or ())) for text in found]
    if any(text.startswith(f"{RESERVED_HIGH}:") for text in named) or RESERVED_ASNS.intersection(clause.prepend):
        raise ValueError(f"route map {name}: a reserved community or AS")


def _clause_lines(clause: PolicyClause) -> Iterable[str]:
    if clause.prefixes is not None:
        word = "ip" if rules_family(clause.prefixes) is Family.V4 else "ipv6"
        yield f"match {word} address prefix-list {list_name(clause.prefixes)}"
    if clause.communities is not None:
        yield "match community " + " ".join(community_list_name(found) for found in clause.communities)
    if clause.add_communities:
        yield f"set community {' '.join(clause.add_communities)}" + ("" if clause.replace_communities else " additive")
    elif clause.replace_communities:
        yield "set community none"
    if clause.local_preference is not None:
        yield f"set local-preference {clause.local_preference}"
    if clause.metric is not None:
        yield f"set metric {clause.metric}"
    if clause.prepend:
        yield f"set as-path prepend {' '.join(map(str, clause.prepend))}"
