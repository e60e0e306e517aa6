"""Prefix lists, community lists and route maps, to route policies that hold their lists inline.

The one idea: lists are gathered as text and read once per content; a route map is read last, when all lists are known.
On IOS a prefix list that is not defined matches everything, several lists in one `match` are alternatives, and several
kinds of `match` must all hold (Cisco IOS IP Routing Command Reference, `match ip address`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from intents.prefix import Family, parse_interface, prefix_of
from intents.reason import Reason, UnclearError, because, unclear
from routing.model import Action, PolicyClause, PrefixRule, RoutePolicy
from routing.refs import clause_ref, policy_ref, prefix_rule_ref
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.partial import ClauseDraft, PartialDevice

_ACTIONS = {"permit": Action.PERMIT, "deny": Action.DENY}
LIST_NAMES = {Family.V4: "prefix-list ", Family.V6: "ipv6 prefix-list "}
Rules = tuple[PrefixRule, ...]


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
        number: int | None = highest + 5 if words[0] != "seq" else small_number(words[1], 1 << 32)
        try:
            rule = read_rule(family, text if words[0] != "seq" else words[2])
            if not number or number in numbered:
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
    action = _ACTIONS.get(words[0])
    try:
        found, value, length = parse_interface(words[1])
    except (ValueError, IndexError):
        raise unclear("not_a_prefix") from None
    if action is None or found is not family:
        raise unclear("not_a_rule_of_this_family")
    bounds = {"ge": length, "le": length}
    given = dict(zip(words[2::2], words[3::2], strict=False))
    if len(words) % 2 or len(given) != (len(words) - 2) // 2 or not bounds.keys() >= given.keys():
        raise unclear("option_of_rule")
    for bound, word in given.items():
        number = small_number(word, family.bits)
        if number is None:
            raise unclear("not_a_prefix_length")
        bounds[bound] = number
    low = bounds["ge"]
    high = family.bits if "ge" in given and "le" not in given else bounds["le"]
    if not length <= low <= high:
        raise unclear("lengths_not_in_order")
    return PrefixRule(prefix=prefix_of(family, value, length), low=low, high=high, permit=action is Action.PERMIT)


def read_community_list_line(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Note one line of a standard community list; False if it is anything else."""
    if len(words) < 3:
        return False
    rest = words[3:] if words[2] == "standard" else words[2:]
    number = small_number(rest[0], 99) if rest else None
    if len(rest) < 3 or (words[2] != "standard" and not number) or rest[1] != "permit":
        if len(words) > 3:  # whoever matches it can't be understood
            name = words[3] if words[2] in ("standard", "expanded") else words[2]
            partial.community_lists.setdefault(name, []).append((index, None))
        return False
    try:
        communities = tuple(sorted({community(word) for word in rest[2:]}))
    except UnclearError:
        partial.community_lists.setdefault(rest[0], []).append((index, None))
        return False
    partial.community_lists.setdefault(rest[0], []).append((index, communities))
    return True


@lru_cache(maxsize=1 << 14)
def community(word: str) -> str:
    """Return a community as `high:low`; UnclearError for names, which change how routes are sent."""
    high, colon, low = word.partition(":")
    if colon:
        numbers = small_number(high, 65535), small_number(low, 65535)
        if None not in numbers:
            return f"{numbers[0]}:{numbers[1]}"
    else:
        number = small_number(word, 0xFFFFFFFF)
        if number is not None:
            return f"{number >> 16}:{number & 0xFFFF}"
    raise unclear("not_a_numeric_community")


def read_route_map(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Gather one clause of a route map."""
    action = _ACTIONS.get(words[2]) if len(words) > 2 else Action.PERMIT
    number = small_number(words[3], 65535) if len(words) > 3 else 10
    lines = nested(partial.lines, section)
    if len(words) < 2 or len(words) > 4 or action is None or number is None:
        for index, path in lines:
            partial.reject(index, path, because("not_a_route_map_clause"))
        return
    next(lines)
    clause = partial.route_maps.setdefault(words[1], {}).setdefault(number, ClauseDraft(action, section.start))
    clause.action = action
    clause.body.extend(lines)


def finish_policies(partial: PartialDevice) -> tuple[RoutePolicy, ...]:
    """Return the route policies, those that stand for prefix lists of neighbours included."""
    for (family, _), found in partial.prefix_lists.items():
        for position, reason in read_rules(family, tuple(text for _, text in found)).unclear:
            index = found[position][0]
            partial.reject(index, (partial.lines[index].strip(),), reason)
    policies = [_finish_route_map(partial, name, clauses) for name, clauses in partial.route_maps.items()]
    policies.extend(_synthesized(partial, family, name) for family, name in sorted(_bound_lists(partial)))
    return tuple(sorted(policies, key=lambda policy: policy.name))


def _bound_lists(partial: PartialDevice) -> set[tuple[Family, str]]:
    neighbors = [neighbor for instance in partial.instances.values() for neighbor in instance.neighbors.values()]
    return {
        (neighbor.family, name)
        for neighbor in neighbors
        for (kind, _), name in neighbor.settings.maps.items()
        if kind == "prefix-list"
    }


def _synthesized(partial: PartialDevice, family: Family, name: str) -> RoutePolicy:
    policy = synthesized_name(family, name)
    rules, indexes = _listed(partial, family, name)
    for position, index in enumerate(indexes):
        partial.say(prefix_rule_ref(policy, 0, position), index)
    if indexes:
        partial.say(policy_ref(policy), min(indexes))
        partial.say(clause_ref(policy, 0), min(indexes))
    return RoutePolicy(name=policy, clauses=(PolicyClause(name="10", action=Action.PERMIT, prefixes=rules or None),))


def _listed(partial: PartialDevice, family: Family, name: str) -> tuple[Rules, list[int]]:
    """Return the rules of a list with the index of each one's line; none if the list is not defined."""
    found = partial.prefix_lists.get((family, name), [])
    listed = read_rules(family, tuple(text for _, text in found))
    return listed.rules, [found[position][0] for position in listed.sources]


def _finish_route_map(partial: PartialDevice, name: str, clauses: dict[int, ClauseDraft]) -> RoutePolicy:
    found = []
    for position, number in enumerate(sorted(clauses)):
        clause = clauses[number]
        partial.say(policy_ref(name), clause.index)
        partial.say(clause_ref(name, position), clause.index)
        found.append(_ClauseReader(partial, clause, str(number)).read(name, position))
    return RoutePolicy(name=name, clauses=tuple(found))


class _ClauseReader:
    """Reads the body of one clause; `rules` None: no condition, or one that every route meets."""

    def __init__(self, partial: PartialDevice, clause: ClauseDraft, number: str) -> None:
        self._draft = partial
        self._clause = clause
        self._number = number
        self._lists: list[tuple[Family, str]] = []
        self._communities: set[tuple[str, ...]] | None = None
        self._add: tuple[str, ...] = ()
        self._replace = False
        self._local_preference: int | None = None
        self._metric: int | None = None
        self._prepend: tuple[int, ...] = ()

    def read(self, policy: str, position: int) -> PolicyClause:
        for index, path in self._clause.body:
            try:
                done = len(path) == 2 and self._read_line(path[1].split())
            except UnclearError as error:
                self._draft.reject(index, path, error.reason)
                continue
            if not done:
                self._draft.set_aside(index, path)
        rules, indexes = self._rules()
        for rule, index in enumerate(indexes):
            self._draft.say(prefix_rule_ref(policy, position, rule), index)
        return PolicyClause(
            name=self._number,
            action=self._clause.action,
            prefixes=rules,
            communities=None if self._communities is None else tuple(sorted(self._communities)),
            add_communities=self._add,
            replace_communities=self._replace,
            local_preference=self._local_preference,
            metric=self._metric,
            prepend=self._prepend,
        )

    def _read_line(self, words: list[str]) -> bool:
        match words:
            case ["match", "ip", "address", "prefix-list", _, *_]:
                self._add_lists(Family.V4, words[4:])
            case ["match", "ipv6", "address", "prefix-list", _, *_]:
                self._add_lists(Family.V6, words[4:])
            case ["match", "community", _, *_]:
                self._add_communities(words[2:])
            case ["set", "community", _, *_]:
                self._replace = words[-1] != "additive"
                given = words[2:] if self._replace else words[2:-1]
                self._add = () if given == ["none"] else tuple(sorted({community(word) for word in given}))
            case ["set", "local-preference", word]:
                self._local_preference = _number32(word)
            case ["set", "metric", word]:
                self._metric = _number32(word)
            case ["set", "as-path", "prepend", _, *_]:
                self._prepend = tuple(as_number(word) for word in words[3:])
            case _:
                return False
        return True

    def _add_lists(self, family: Family, names: list[str]) -> None:
        if any(other is not family for other, _ in self._lists):
            raise unclear("clause_of_two_families")
        listed = [name for name in names if self._has_deny(family, name)]
        if listed and len(self._lists) + len(names) > 1:
            before = [name for other, name in self._lists if self._has_deny(other, name)]
            if len(set(before + listed)) > 1:
                raise unclear("alternative_lists_with_deny")
        self._lists.extend((family, name) for name in names if (family, name) not in self._lists)

    def _has_deny(self, family: Family, name: str) -> bool:
        return any(not rule.permit for rule in _listed(self._draft, family, name)[0])

    def _rules(self) -> tuple[Rules | None, list[int]]:
        """Return the alternatives as one list: a list with deny rules goes last, where it is as it was alone."""
        if len(self._lists) == 1:
            only, lines = _listed(self._draft, *self._lists[0])
            return only or None, lines
        rules: list[PrefixRule] = []
        indexes: list[int] = []
        for family, name in sorted(self._lists, key=lambda item: self._has_deny(*item)):
            own, lines = _listed(self._draft, family, name)
            if not own:
                return None, []
            rules.extend(own)
            indexes.extend(lines)
        return (tuple(rules), indexes) if self._lists else (None, [])

    def _add_communities(self, names: list[str]) -> None:
        found: set[tuple[str, ...]] = set()
        if names[-1] == "exact-match":
            raise unclear("exact_match")
        for name in names:
            entries = self._draft.community_lists.get(name)
            if entries is None:
                raise unclear("community_list_undefined", name=name)
            for _, communities in entries:
                if communities is None:
                    raise unclear("community_list_not_modelled", name=name)
                found.add(communities)
        self._communities = found | (self._communities or set())


def _number32(word: str) -> int:
    number = small_number(word, 0xFFFFFFFF)
    if number is None:
        raise unclear("not_a_number")
    return number


@lru_cache(maxsize=1 << 14)
def as_number(word: str) -> int:
    """Return an AS number, plain or as `high.low`; UnclearError if it is none."""
    high, dot, low = word.partition(".")
    if dot:
        upper, lower = small_number(high, 65535), small_number(low, 65535)
        number = None if upper is None or lower is None else upper << 16 | lower
    else:
        number = small_number(word, 0xFFFFFFFF)
    if not number:
        raise unclear("not_an_as_number")
    return number
