"""Statements under `policy-options`, as route policies, and the lists that filters and policies name.

The one idea: prefix lists and communities are content, looked up by name when a policy or filter is read; an `apply-path` is
answered from the statements in effect, so a list made from the configuration has its members too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from intents.prefix import parse_interface, prefix_of
from intents.reason import Reason, because
from routing.model import Action, PolicyClause, PolicyDefault, RoutePolicy
from routing.refs import clause_ref, policy_ref, prefix_rule_ref
from routing.vendors.junos.reader.policy import Names, PolicyBody, chain_bodies, read_policy
from routing.vendors.junos.reader.reading import JunosReading, Leaves
from routing.vendors.junos.tree import INACTIVE, JunosStatement, words
from routing.vendors.reserved import RESERVED_HIGH

PROTOCOL_POLICY = "(default)"
"""The name of the empty policy that stands for "no export policy"; brackets can't stand in a policy's name."""

_COMMUNITY = re.compile(r"(\d{1,5}):(\d{1,5})\Z")
_LAST_LOW = 65535
_WELL_KNOWN = frozenset({"no-export", "no-advertise", "no-export-subconfed"})


@dataclass(slots=True)
class Policies:
    """All policies, prefix lists and communities of a device while they are read."""

    lines: dict[str, list[tuple[str, JunosStatement]]] = field(default_factory=lambda: defaultdict(list))
    lists: dict[str, dict[str, None]] = field(default_factory=dict)
    paths: list[tuple[str, list[str], JunosStatement]] = field(default_factory=list)
    communities: dict[str, dict[str, JunosStatement]] = field(default_factory=dict)
    odd_communities: set[str] = field(default_factory=set)
    as_paths: Leaves = field(default_factory=Leaves)
    bodies: dict[str, PolicyBody] = field(default_factory=dict)
    chains: dict[str, tuple[tuple[PolicyClause, ...], PolicyDefault]] = field(default_factory=dict)

    def take(self, statement: JunosStatement) -> Reason | None:
        """Take one statement; return why it isn't understood, or None."""
        match words(statement.text):
            case ["policy-options", "policy-statement", name, *rest]:
                self.lines[name].append((_after(statement.text, name), statement) if rest else ("", statement))
            case ["policy-options", "prefix-list", name]:
                self.lists.setdefault(name, {})
            case ["policy-options", "prefix-list", name, "apply-path", path]:
                self.lists.setdefault(name, {})
                self.paths.append((name, path.split(), statement))
            case ["policy-options", "prefix-list", name, text]:
                self.lists.setdefault(name, {})[_prefix(text)] = None
            case ["policy-options", "as-path", name, text]:
                self.as_paths.put(name, text, statement)
            case ["policy-options", "community", name, "members", text]:
                return self._add_member(name, text, statement)
            case ["policy-options", "community", name, *_]:
                self.odd_communities.add(name)
                return because("community_form")
            case _:
                return because("policy_option")
        return None

    def _add_member(self, name: str, text: str, statement: JunosStatement) -> Reason | None:
        match = _COMMUNITY.match(text)
        # What is reserved is known by its name alone: a number of it may be any of them, or one of later (BOTH-VAL-04).
        plain = match is not None and int(match[1]) < RESERVED_HIGH and int(match[2]) <= _LAST_LOW
        if not plain and text not in _WELL_KNOWN:
            self.odd_communities.add(name)
            return because("community_member")
        members = self.communities.setdefault(name, {})
        if {other.rank for other in members.values()} - {statement.rank}:
            self.odd_communities.add(name)
            return because("community_partly_inherited")
        members.setdefault(text, statement)
        return None

    def prefix_list(self, name: str) -> tuple[str, ...] | None:
        """Return the entries of a prefix list in order, None if it isn't defined."""
        found = self.lists.get(name)
        return None if found is None else tuple(found)

    def clauses(self, name: str) -> tuple[PolicyClause, ...]:
        """Return the clauses of a policy, or of several one after the other."""
        return self.chains[name][0] if name in self.chains else self.bodies[name].clauses

    def chain(self, names: list[str]) -> str | None:
        """Return the name of the policy that is these, one after the other; None if one isn't defined."""
        if any(name not in self.bodies for name in names):
            return None
        if len(names) == 1:
            return names[0]
        name = "+".join(names)
        while name in self.bodies:
            name += "+"
        self.chains[name] = chain_bodies([(part, self.bodies[part]) for part in names])
        return name


def _after(text: str, name: str) -> str:
    """Return what follows the policy's name in a statement, quotes kept."""
    start = len("policy-options policy-statement ")
    end = text.index('"', start + 1) + 1 if text[start] == '"' else start + len(name)
    return text[end + 1 :]


def _prefix(text: str) -> str:
    """Return a prefix list's entry with its length; a host's is left out in text."""
    if "/" not in text:
        text = f"{text}/{128 if ':' in text else 32}"
    return str(prefix_of(*parse_interface(text)))


def apply_paths(policies: Policies, statements: list[JunosStatement], reading: JunosReading) -> None:
    """Fill the prefix lists that are made from paths of the configuration."""
    for name, pattern, statement in policies.paths:
        reading.says(statement)
        for other in statements:
            if other.fault or other.text.startswith(INACTIVE):
                continue
            parts = words(other.text)
            if len(parts) < len(pattern) or not all(map(_step, pattern, parts)):
                continue
            try:
                policies.lists[name][_prefix(parts[len(pattern) - 1])] = None
            except ValueError:
                reading.unknown(statement, because("apply_path_to_no_address"))


def _step(pattern: str, word: str) -> bool:
    if pattern.startswith("<") and pattern.endswith(">"):
        return fnmatchcase(word, pattern[1:-1])
    return pattern == word


def read_policies(policies: Policies, direct: Mapping[str, tuple[str, ...]], reading: JunosReading) -> None:
    """Understand all policy statements; `direct`: the direct routes of each interface whose routes are its own."""
    lists = {name: tuple(members) for name, members in policies.lists.items()}
    communities = {n: tuple(m) for n, m in policies.communities.items() if n not in policies.odd_communities}
    as_paths = {name: (leaf.value,) for name, leaf in policies.as_paths.items()}
    for leaf in policies.as_paths.values():
        reading.says(leaf.statement)
    for name, lines in policies.lines.items():
        texts = tuple(text for text, _ in lines)
        used = {word for text in texts for word in text.split()}
        tables = (lists, communities, direct, as_paths)
        named = (tuple((n, c) for n, c in sorted(t.items()) if n in used or " " in n) for t in tables)
        body = read_policy(texts, Names(*named))
        policies.bodies[name] = body
        _record(name, lines, body, reading)


def _record(name: str, lines: list[tuple[str, JunosStatement]], body: PolicyBody, reading: JunosReading) -> None:
    statements = [statement for _, statement in lines]
    reading.says(statements[0], policy_ref(name))
    for clause, start in enumerate(body.starts):
        reading.says(statements[start], clause_ref(name, clause))
        for rule, line in enumerate(body.rules[clause]):
            reading.says(statements[line], prefix_rule_ref(name, clause, rule))
    for index, reason in body.faults:
        reading.unknown(statements[index], reason)
    rank = min(statement.rank for statement in statements)
    for statement in statements:
        if statement.source:
            reading.says(statement)
        if statement.rank > rank:
            reading.unknown(statement, because("policy_partly_inherited"))


def finish_policies(policies: Policies, used: set[str]) -> tuple[RoutePolicy, ...]:
    """Return the route policies, sorted by name, chains and the protocol's default included where they are used."""
    found = {name: RoutePolicy(name=name, clauses=b.clauses, default=b.default) for name, b in policies.bodies.items()}
    for name, (clauses, default) in policies.chains.items():
        found.setdefault(name, RoutePolicy(name=name, clauses=clauses, default=default))
    if PROTOCOL_POLICY in used:
        found[PROTOCOL_POLICY] = RoutePolicy(name=PROTOCOL_POLICY, clauses=(), default=PolicyDefault.PROTOCOL)
    return tuple(found[name] for name in sorted(found))


def rejects(policy: RoutePolicy) -> bool:
    """Return whether a policy can reject a route by itself."""
    return policy.default is PolicyDefault.REJECT or any(clause.action is Action.DENY for clause in policy.clauses)
