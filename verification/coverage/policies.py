"""Clauses and prefix rules of route policies that no route of the network comes to.

The one idea: whatever fails, only prefixes that some device has can be asked about; a clause that would take none of those which
the clauses before it leave over, for sure, decides about nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

from intents.prefix import Family, Prefix
from intents.reason import Reason, because
from routing.model import Device, PrefixRule, Ref, RoutePolicy
from routing.refs import clause_ref, policy_ref, prefix_rule_ref


class Announced:
    """All prefixes of a network, by family and in order."""

    __slots__ = ("_by_family", "_starts")

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        held = frozenset(prefixes)
        self._by_family = {
            family: sorted(
                (item for item in held if item.family is family), key=lambda item: (item.network, item.length)
            )
            for family in Family
        }
        self._starts = {family: [item.network for item in found] for family, found in self._by_family.items()}

    def taken(self, rule: PrefixRule) -> Iterator[Prefix]:
        """Yield the prefixes that a rule matches."""
        starts, prefix = self._starts[rule.prefix.family], rule.prefix
        first, last = bisect_left(starts, prefix.network), bisect_right(starts, prefix.last)
        for item in self._by_family[prefix.family][first:last]:
            if rule.low <= item.length <= rule.high and item.length >= prefix.length:
                yield item


def unused_policies(announced: Announced, device: Device, named: Collection[str]) -> Iterator[tuple[Ref, Reason]]:
    """Yield policies that are not among the `named`, with all that is in them, and in the others what no prefix comes to."""
    for policy in device.policies:
        if policy.name in named:
            yield from _of_policy(announced, policy)
        else:
            yield policy_ref(policy.name), because("coverage_not_named")
            for index, clause in enumerate(policy.clauses):
                yield clause_ref(policy.name, index), because("coverage_not_named")
                for at in range(len(clause.prefixes or ())):
                    yield prefix_rule_ref(policy.name, index, at), because("coverage_not_named")


def _of_policy(announced: Announced, policy: RoutePolicy) -> Iterator[tuple[Ref, Reason]]:
    decided: set[Prefix] = set()
    everything = False  # a clause before takes whatever is left
    for index, clause in enumerate(policy.clauses):
        rules = clause.prefixes or ()
        firsts = [frozenset(found - decided) for found in _firsts(announced, rules)]
        if everything or (clause.prefixes is not None and not any(_permitted(rules, firsts))):
            yield clause_ref(policy.name, index), because("coverage_no_prefix")
        for at, found in enumerate(firsts):
            if everything or (not found and any(firsts)):  # a list that loses its last entry lets everything in
                yield prefix_rule_ref(policy.name, index, at), because("coverage_no_prefix")
        if clause.action is None or clause.asks_beyond_prefix:
            continue  # others may still be asked about the same prefixes
        everything = everything or clause.prefixes is None
        decided.update(*_permitted(rules, firsts))


def _firsts(announced: Announced, rules: Sequence[PrefixRule]) -> Iterator[set[Prefix]]:
    """Yield the prefixes that each rule is the first to match."""
    seen: set[Prefix] = set()
    for rule in rules:
        found = {item for item in announced.taken(rule) if item not in seen}
        seen |= found
        yield found


def _permitted(rules: Sequence[PrefixRule], firsts: Sequence[frozenset[Prefix]]) -> list[frozenset[Prefix]]:
    return [found for rule, found in zip(rules, firsts, strict=True) if rule.permit]
