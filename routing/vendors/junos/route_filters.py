"""Route filters of one policy term, as first-match prefix rules and back.

The one idea: in Junos the longest route filter that holds a route decides alone, also when its match type then fails; the
model's rules are first-match. Both mean the same where no longer filter refuses what a shorter one would take; elsewhere
longer ones are put first, each followed by a refusal of the rest of its prefix. Source: Junos "Understanding Route Filters".
"""

from __future__ import annotations

from intents.prefix import Prefix, parse_prefix
from intents.reason import unclear
from routing.model import PrefixRule
from routing.vendors.junos.names import number


def parse_route_filter(values: list[str]) -> PrefixRule:
    """Read `PREFIX MATCH-TYPE [VALUE]`; ValueError for other match types, or for actions on the filter itself."""
    if not values or "/" not in values[0]:
        raise unclear("not_a_route_filter")
    prefix = parse_prefix(values[0])
    longest = prefix.family.bits
    match values[1:]:
        case ["exact"]:
            low, high = prefix.length, prefix.length
        case ["orlonger"]:
            low, high = prefix.length, longest
        case ["longer"]:
            low, high = prefix.length + 1, longest
        case ["upto", text] if text.startswith("/"):
            low, high = prefix.length, number(text[1:], prefix.length, longest)
        case ["prefix-length-range", text]:
            first, dash, last = text.partition("-")
            if not (dash and first.startswith("/") and last.startswith("/")):
                raise unclear("not_a_length_range")
            low = number(first[1:], prefix.length, longest)
            high = number(last[1:], low, longest)
        case _:
            raise unclear("match_type")
    if low > longest:
        raise unclear("longer_than_host")
    return PrefixRule(prefix=prefix, low=low, high=high)


def format_route_filter(rule: PrefixRule) -> str:
    """Write one rule as `PREFIX MATCH-TYPE [VALUE]`; ValueError if it refuses or if its lengths don't fit its prefix."""
    length, longest = rule.prefix.length, rule.prefix.family.bits
    if not rule.permit:
        raise ValueError("a route filter can't refuse")
    if not length <= rule.low <= rule.high <= longest:
        raise ValueError("lengths outside the prefix")
    if rule.low == length:
        if rule.high == length:
            return f"{rule.prefix} exact"
        return f"{rule.prefix} orlonger" if rule.high == longest else f"{rule.prefix} upto /{rule.high}"
    return f"{rule.prefix} prefix-length-range /{rule.low}-/{rule.high}"


def first_match(rules: tuple[PrefixRule, ...]) -> tuple[PrefixRule, ...]:
    """Return first-match rules that mean what longest match over these permitting rules means.

    The order given is kept where order makes no difference. ValueError if one prefix stands twice.
    """
    by_prefix = {rule.prefix: rule for rule in rules}
    if len(by_prefix) < len(rules):
        raise unclear("several_match_types")
    refusing = {rule.prefix for rule in rules if _refuses_inside(rule, by_prefix)}
    if not refusing:
        return rules
    result: list[PrefixRule] = []
    for rule in sorted(rules, key=lambda rule: (-rule.prefix.length, rule.prefix)):
        result.append(rule)
        if rule.prefix in refusing:
            length = rule.prefix.length
            result.append(PrefixRule(prefix=rule.prefix, low=length, high=rule.prefix.family.bits, permit=False))
    return tuple(result)


def is_unambiguous(rules: tuple[PrefixRule, ...]) -> bool:
    """Return whether longest match and any match mean the same for these permitting rules."""
    by_prefix = {rule.prefix: rule for rule in rules}
    return len(by_prefix) == len(rules) and not any(_refuses_inside(rule, by_prefix) for rule in rules)


def _refuses_inside(inner: PrefixRule, by_prefix: dict[Prefix, PrefixRule]) -> bool:
    """Return whether some shorter rule takes a length inside this rule's prefix that this rule does not."""
    prefix = inner.prefix
    for length in range(prefix.length):
        shift = prefix.family.bits - length
        outer = by_prefix.get(Prefix(prefix.family, prefix.network >> shift << shift, length))
        if outer is not None:
            low, high = max(outer.low, prefix.length), outer.high
            if low <= high and not (inner.low <= low and high <= inner.high):
                return True
    return False
