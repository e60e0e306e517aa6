"""Prefix lists: their lines, gathered by name, to rules in the order in which the device tries them.

The one idea: lists are gathered as text and read once per content. On IOS a prefix list that is not defined matches everything
(IOS-REF-09, IOS-REF-10).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from intents.prefix import Family, parse_interface, prefix_of
from intents.reason import Reason, UnclearError, unclear
from routing.model import Action, PrefixRule
from routing.vendors.cisco_ios.given_names import other_name_fault
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.partial import PartialDevice

ACTIONS = {"permit": Action.PERMIT, "deny": Action.DENY}
LIST_NAMES = {Family.V4: "prefix-list ", Family.V6: "ipv6 prefix-list "}
Rules = tuple[PrefixRule, ...]
_MAX_SEQUENCE = 4294967294  # IOS-VAL-10


class RuleList(NamedTuple):
    """A prefix list: rules in order, the line each comes from (by position) and lines not understood."""

    rules: Rules
    sources: tuple[int, ...]
    unclear: tuple[tuple[int, Reason], ...]


def synthesized_name(family: Family, prefix_list: str) -> str:
    """Return the name of the policy that stands for a prefix list bound to a neighbour; no route map can have it."""
    return LIST_NAMES[family] + prefix_list


def read_prefix_list_line(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Note one line of `ip prefix-list` or `ipv6 prefix-list`; False if it is not a rule."""
    if len(words) < (7 if words[3:4] == ["seq"] else 5) or words[3] not in ("seq", "permit", "deny"):
        return False
    family = Family.V4 if words[0] == "ip" else Family.V6
    fault = other_name_fault(words[2])
    if fault is not None:
        partial.reject(index, (partial.lines[index].strip(),), fault)
        return True
    partial.prefix_lists.setdefault((family, words[2]), []).append((index, " ".join(words[3:])))
    return True


@lru_cache(maxsize=1 << 15)
def read_rules(family: Family, body: tuple[str, ...]) -> RuleList:
    """Return the rules of a prefix list, sorted by sequence number (one without takes the highest so far plus five)."""
    numbered: dict[int, tuple[int, PrefixRule]] = {}
    strange: list[tuple[int, Reason]] = []
    highest = 0
    for position, text in enumerate(body):
        words = text.split(None, 2)
        number: int | None = highest + 5 if words[0] != "seq" else small_number(words[1], _MAX_SEQUENCE)
        try:
            rule = read_rule(family, text if words[0] != "seq" else words[2])
            if not number or number in numbered or number > _MAX_SEQUENCE:
                raise unclear("sequence_number_taken")
            numbered[number] = (position, rule)
            highest = max(highest, number)
        except UnclearError as error:
            strange.append((position, error.reason))
    ordered = [numbered[number] for number in sorted(numbered)]
    return RuleList(tuple(rule for _, rule in ordered), tuple(position for position, _ in ordered), tuple(strange))


@lru_cache(maxsize=1 << 16)
def read_rule(family: Family, text: str) -> PrefixRule:
    """Return the rule `permit|deny P/L [ge N] [le N]`; UnclearError if it is none."""
    words = text.split()
    action = ACTIONS.get(words[0])
    try:
        found, value, length = parse_interface(words[1])
    except (ValueError, IndexError):
        raise unclear("not_a_prefix") from None
    if action is None or found is not family:
        raise unclear("not_a_rule_of_this_family")
    bounds = {"ge": length, "le": length}
    given = dict(zip(words[2::2], words[3::2], strict=False))
    if len(words) % 2 or words[2::2] not in ([], ["ge"], ["le"], ["ge", "le"]):
        raise unclear("option_of_rule")
    for bound, word in given.items():
        number = small_number(word, family.bits)
        if number is None:
            raise unclear("not_a_prefix_length")
        bounds[bound] = number
    low = bounds["ge"]
    high = family.bits if "ge" in given and "le" not in given else bounds["le"]
    if not length <= low <= high or (given and high == length) or ("ge" in given and low == length):
        raise unclear("lengths_not_in_order")  # IOS-VAL-03
    return PrefixRule(prefix=prefix_of(family, value, length), low=low, high=high, permit=action is Action.PERMIT)


def listed_rules(partial: PartialDevice, family: Family, name: str) -> tuple[Rules, list[int]]:
    """Return the rules of a list with the index of each one's line; none if the list is not defined."""
    found = partial.prefix_lists.get((family, name), [])
    listed = read_rules(family, tuple(text for _, text in found))
    return listed.rules, [found[position][0] for position in listed.sources]
