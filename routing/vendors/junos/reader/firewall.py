"""Statements under `firewall` and prefix lists, as ACLs.

The one idea: lines are only sorted by filter and term here; what a term means is looked up by its content, so that a term
that stands on a thousand devices is understood once. Filters applied as a list are their terms one after the other.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from intents.prefix import Family
from intents.reason import Reason, because
from routing.model import Acl, AclEntry, Action
from routing.refs import acl_ref
from routing.vendors.junos.reader.filter import Lists, list_names
from routing.vendors.junos.reader.reading import JunosReading
from routing.vendors.junos.reader.term import read_term
from routing.vendors.junos.tree import JunosStatement, words

_FAMILIES = {"inet": Family.V4, "inet6": Family.V6}


@dataclass(slots=True)
class _Lines:
    clauses: list[str] = field(default_factory=list)
    statements: list[JunosStatement] = field(default_factory=list)
    inherited: bool = False


class _Filter(NamedTuple):
    first: JunosStatement
    terms: dict[str, _Lines]


class _Body(NamedTuple):
    entries: tuple[AclEntry, ...]
    lines: array[int]


@dataclass(slots=True)
class Filters:
    """All filters of a device, by family and name; `_last`: how the statements of the last term begin, and its lines."""

    found: dict[tuple[Family, str], _Filter] = field(default_factory=dict)
    bodies: dict[tuple[Family, str], _Body] = field(default_factory=dict)
    chains: dict[tuple[Family, str], _Body] = field(default_factory=dict)
    _last: tuple[str, _Lines | None] = ("", None)

    def take(self, statement: JunosStatement) -> Reason | None:
        """Take one statement; return why it isn't understood, or None."""
        start, lines = self._last
        if lines is not None and not statement.rank and statement.text.startswith(start):
            lines.clauses.append(statement.text[len(start) :])
            lines.statements.append(statement)
            return None
        parts = statement.text.split(" ", 7)
        match parts:
            case ["firewall", "family", "inet" | "inet6" as family, "filter", name, "term", term, *rest] if (
                '"' not in name + term
            ):
                lines = self._add(_FAMILIES[family], name, term, rest[0] if rest else "", statement)
                self._last = f"firewall family {family} filter {name} term {term} ", lines
                return None
            case _:
                return self._take_other(statement)

    def _take_other(self, statement: JunosStatement) -> Reason | None:
        """Take a statement without `family`, or with quoted names."""
        parts = words(statement.text)
        skipped = 3 if parts[1:2] == ["family"] else 1
        family = _FAMILIES.get("inet" if skipped == 1 else parts[2] if len(parts) > 2 else "")
        if family is None:
            return because("filter_family")
        match parts[skipped:]:
            case ["filter", name, "term", term, *rest]:
                self._add(family, name, term, _rest(statement.text, skipped + 4) if rest else "", statement)
                return None
            case _:
                return because("firewall_statement")

    def _add(self, family: Family, name: str, term: str, clause: str, statement: JunosStatement) -> _Lines:
        found = self.found.get((family, name))
        if found is None:
            found = self.found[family, name] = _Filter(statement, {})
        lines = found.terms.get(term)
        if lines is None:
            lines = found.terms[term] = _Lines()
        lines.clauses.append(clause)
        lines.statements.append(statement)
        lines.inherited = lines.inherited or statement.rank > 0
        return lines

    def chain(self, family: Family, names: list[str]) -> str | None:
        """Return the name of the ACL that is these filters one after the other; None if one isn't defined."""
        if any((family, name) not in self.bodies for name in names):
            return None
        if len(names) == 1:
            return names[0]
        name = "+".join(names)
        while any(taken == name for _, taken in self.bodies):
            name += "+"
        bodies = [self.bodies[family, part] for part in names]
        entries = tuple(entry for body in bodies for entry in body.entries)
        lines = array("I", (line for body in bodies for line in body.lines))
        self.chains[family, name] = _Body(entries, lines)
        return name


def _rest(text: str, count: int) -> str:
    """Return what follows the first `count` words of a statement, quotes kept."""
    at = 0
    for _ in range(count):
        if text[at] == '"':
            at = text.index('"', at + 1)
        at = text.index(" ", at) + 1
    return text[at:]


def read_filters(filters: Filters, lists: Callable[[str], tuple[str, ...] | None], reading: JunosReading) -> None:
    """Understand all filters; `lists` gives the content of a prefix list, None if it isn't defined."""
    for (family, name), found in filters.found.items():
        whole = _whole_rank(found)
        entries: list[AclEntry] = []
        numbers = array("I")
        for lines in found.terms.values():
            clauses = tuple(lines.clauses)
            content: Lists = ()
            if "prefix-list" in " ".join(clauses):
                content = tuple((n, c) for n in list_names(clauses) if (c := lists(n)) is not None)
            result, faults = read_term(family, clauses, content)
            entries.extend(result)
            numbers.extend([lines.statements[0].line] * len(result))
            for index, reason in faults:
                reading.unknown(lines.statements[index], reason)
            if whole is not None:
                _note_inherited(lines.statements, whole, reading)
        filters.bodies[family, name] = _Body(tuple(entries), numbers)


def _whole_rank(found: _Filter) -> int | None:
    """Return the rank of a filter's strongest line; None if it has no inherited line."""
    if not any(lines.inherited for lines in found.terms.values()):
        return None
    return min(statement.rank for lines in found.terms.values() for statement in lines.statements)


def _note_inherited(statements: list[JunosStatement], whole: int, reading: JunosReading) -> None:
    """Note which lines of groups shape a term; a filter is inherited as a whole, or it is not understood."""
    for statement in statements:
        if statement.source:
            reading.says(statement)
        if statement.rank > whole:
            reading.unknown(statement, because("filter_partly_inherited"))


def finish_filters(filters: Filters, reading: JunosReading) -> tuple[Acl, ...]:
    """Return the ACLs, sorted by name, lists of filters included."""
    acls: dict[str, Acl] = {}
    for (family, name), body in sorted(
        {**filters.bodies, **filters.chains}.items(), key=lambda item: (item[0][1], item[0][0])
    ):
        first = filters.found.get((family, name))
        if name in acls and first is not None:
            reading.unknown(first.first, because("filter_in_two_families"))
            continue
        # A filter that decides nothing by itself still ends in the discard that Junos puts behind every filter.
        entries = body.entries or (AclEntry(action=Action.DENY),)
        acls[name] = Acl(name=name, family=family, entries=entries)
        reading.says_entries(name, body.lines)
        if first is not None:
            reading.says(first.first, acl_ref(name))
    return tuple(acls.values())
