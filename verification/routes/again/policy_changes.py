"""What a changed route policy does otherwise: two policies to the prefixes that it treats as it did not.

The one idea: a policy is asked what it may do with every route to one prefix, so that it does not matter how its rules are
written, or in which order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from intents.prefix import Prefix
from routing.model import Device, PolicyClause, PolicyDefault, PrefixRule, RoutePolicy


def changed_policies(before: Device, after: Device) -> list[tuple[RoutePolicy | None, RoutePolicy | None]]:
    """Return the policies that differ, as they were and as they are; None: there is none of that name."""
    one, other = ({policy.name: policy for policy in device.policies} for device in (before, after))
    return [
        (one.get(name), other.get(name))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def is_treated_otherwise(changed: Iterable[tuple[RoutePolicy | None, RoutePolicy | None]], prefix: Prefix) -> bool:
    """Return whether a policy does with some route to a prefix what it did not."""
    return any(
        _may_differ(was, now, prefix) and clauses_about(was, prefix) != clauses_about(now, prefix)
        for was, now in changed
    )


def _may_differ(was: RoutePolicy | None, now: RoutePolicy | None, prefix: Prefix) -> bool:
    """Return whether a prefix is one that rules which differ are about; True where more than rules differs."""
    rules = _differing_rules(was, now)
    return rules is None or any(_holds(rule, prefix) for rule in rules)


@lru_cache(maxsize=64)
def _differing_rules(was: RoutePolicy | None, now: RoutePolicy | None) -> tuple[PrefixRule, ...] | None:
    """Return the rules on prefixes that only one of two policies has, or has elsewhere; None where more than rules differs."""
    if was is None or now is None or _without_rules(was) != _without_rules(now):
        return None
    found: list[PrefixRule] = []
    for one, other in zip(was.clauses, now.clauses, strict=True):
        if one.prefixes is None or other.prefixes is None:
            if one.prefixes is not other.prefixes:
                return None
            continue
        same = [pair[0] == pair[1] for pair in zip(one.prefixes, other.prefixes, strict=False)]
        head = same.index(False) if False in same else len(same)
        rest = (one.prefixes[head:], other.prefixes[head:])
        same = [pair[0] == pair[1] for pair in zip(*(reversed(part) for part in rest), strict=False)]
        tail = same.index(False) if False in same else len(same)
        found += [rule for part in rest for rule in part[: len(part) - tail]]
    return tuple(found)


def _without_rules(policy: RoutePolicy) -> RoutePolicy:
    return replace(policy, clauses=tuple(replace(clause, name="", prefixes=None) for clause in policy.clauses))


def clauses_about(policy: RoutePolicy | None, prefix: Prefix) -> tuple[tuple[PolicyClause, ...], PolicyDefault] | None:
    """Return all that a policy may do with a prefix: the clauses whose prefix condition holds, without it and their names."""
    if policy is None:
        return None
    clauses = tuple(
        replace(clause, name="", prefixes=None)
        for clause in policy.clauses
        if clause.prefixes is None or next((rule.permit for rule in clause.prefixes if _holds(rule, prefix)), False)
    )
    return (clauses, policy.default)


def _holds(rule: PrefixRule, prefix: Prefix) -> bool:
    return rule.prefix.covers(prefix) and rule.low <= prefix.length <= rule.high
