"""Route maps, to route policies that hold their lists inline.

The one idea: a route map is read last, when all lists are known. On IOS several lists in one `match` are alternatives, and
several kinds of `match` must all hold (Cisco IOS IP Routing Command Reference, `match ip address`).
"""

from __future__ import annotations

from intents.prefix import Family
from intents.reason import UnclearError, because, unclear
from routing.model import Action, CommunityRange, PolicyClause, PrefixRule, RoutePolicy
from routing.refs import clause_ref, policy_ref, prefix_rule_ref
from routing.vendors.cisco_ios.given_names import other_name_fault
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.names import small_number
from routing.vendors.cisco_ios.reader.community_lists import community, listed_communities
from routing.vendors.cisco_ios.reader.network_lists import is_extended, network_rules
from routing.vendors.cisco_ios.reader.partial import ClauseDraft, PartialDevice
from routing.vendors.cisco_ios.reader.prefix_lists import ACTIONS, Rules, listed_rules, read_rules, synthesized_name
from routing.vendors.cisco_ios.terms import as_number


def read_route_map(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Gather one clause of a route map."""
    action = ACTIONS.get(words[2]) if len(words) > 2 else Action.PERMIT
    number = small_number(words[3], 65535) if len(words) > 3 else 10
    lines = nested(partial.lines, section)
    is_clause = 2 <= len(words) <= 4 and action is not None and bool(number)
    fault = other_name_fault(words[1]) if is_clause else because("not_a_route_map_clause")
    if action is None or number is None or fault is not None:
        for index, path in lines:
            partial.reject(index, path, fault or because("not_a_route_map_clause"))
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
    _reject_extended_uses(partial)
    policies.extend(_synthesized(partial, family, name) for family, name in sorted(_bound_lists(partial)))
    return tuple(sorted(policies, key=lambda policy: policy.name))


def _reject_extended_uses(partial: PartialDevice) -> None:
    """Reject what asks an extended list about routes that no neighbour sends or is sent: documented for neighbours alone."""
    for instance in partial.instances.values():
        for redistribution, index, path in instance.redistributions.values():
            if redistribution.policy in partial.extended_maps:
                partial.reject(index, path, because("extended_list_elsewhere"))
    for process in partial.ospf.values():
        for found, line in process.redistributions.values():
            if partial.extended_maps.intersection(found.policies):
                partial.reject(*line, because("extended_list_elsewhere"))
    for vrf in partial.vrfs.values():
        for family in vrf.families.values():
            if family.map_line is not None and family.import_map in partial.extended_maps:
                partial.reject(*family.map_line, because("extended_list_elsewhere"))


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
    rules, indexes = listed_rules(partial, family, name)
    for position, index in enumerate(indexes):
        partial.say(prefix_rule_ref(policy, 0, position), index)
    if indexes:
        partial.say(policy_ref(policy), min(indexes))
        partial.say(clause_ref(policy, 0), min(indexes))
    return RoutePolicy(name=policy, clauses=(PolicyClause(name="10", action=Action.PERMIT, prefixes=rules or None),))


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
        self._policy = ""
        self._kind = ""
        self._lists: dict[str, tuple[Rules, list[int]]] = {}
        self._communities: set[tuple[str, ...]] = set()
        self._ranges: set[CommunityRange] = set()
        self._add: tuple[str, ...] = ()
        self._replace = False
        self._local_preference: int | None = None
        self._metric: int | None = None
        self._prepend: tuple[int, ...] = ()

    def read(self, policy: str, position: int) -> PolicyClause:
        self._policy = policy
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
            communities=tuple(sorted(self._communities)) or None,
            community_ranges=tuple(sorted(self._ranges)),
            add_communities=self._add,
            replace_communities=self._replace,
            local_preference=self._local_preference,
            metric=self._metric,
            prepend=self._prepend,
        )

    def _read_line(self, words: list[str]) -> bool:
        match words:
            case ["match", "ip", "address", "prefix-list", _, *_]:
                self._add_lists("ip prefix-list", {name: self._listed(Family.V4, name) for name in words[4:]})
            case ["match", "ipv6", "address", "prefix-list", _, *_]:
                self._add_lists("ipv6 prefix-list", {name: self._listed(Family.V6, name) for name in words[4:]})
            case ["match", "ip", "address", _, *_]:
                self._add_lists("ip access-list", {name: self._network_list(name) for name in words[3:]})
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

    def _listed(self, family: Family, name: str) -> tuple[Rules, list[int]]:
        return listed_rules(self._draft, family, name)

    def _network_list(self, name: str) -> tuple[Rules, list[int]]:
        if is_extended(self._draft.acls.get(name)):
            self._draft.extended_maps.add(self._policy)
        return network_rules(self._draft, name)

    def _add_lists(self, kind: str, found: dict[str, tuple[Rules, list[int]]]) -> None:
        """Add alternatives; a list with deny rules can stand beside others only as the last."""
        if self._kind not in ("", kind):
            raise unclear("clause_of_two_families")
        together = self._lists | found
        if len(together) > 1 and sum(_has_deny(rules) for rules, _ in together.values()) > 1:
            raise unclear("alternative_lists_with_deny")
        self._kind, self._lists = kind, together

    def _rules(self) -> tuple[Rules | None, list[int]]:
        """Return the alternatives as one list: a list with deny rules goes last, where it is as it was alone."""
        rules: list[PrefixRule] = []
        indexes: list[int] = []
        for own, lines in sorted(self._lists.values(), key=lambda item: _has_deny(item[0])):
            if not own:
                return None, []
            rules.extend(own)
            indexes.extend(lines)
        return (tuple(rules), indexes) if self._lists else (None, [])

    def _add_communities(self, names: list[str]) -> None:
        if names[-1] == "exact-match":
            raise unclear("exact_match")
        found = [listed_communities(self._draft, name) for name in names]
        for exact, ranges in found:
            self._communities |= exact
            self._ranges |= ranges


def _has_deny(rules: Rules) -> bool:
    return any(not rule.permit for rule in rules)


def _number32(word: str) -> int:
    number = small_number(word, 0xFFFFFFFF)
    if number is None:
        raise unclear("not_a_number")
    return number
