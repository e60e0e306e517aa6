"""A configuration as statements that are never changed in place: set, deleted, moved, renamed, switched off.

The one idea: statements lie in sections by their first words, each under its key, so that a change copies one section; what the
user orders is kept beside them as lists of names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from routing.vendors.junos.execute.schema import (
    PlacedStatement,
    StatementWords,
    is_container,
    ordered_prefixes,
    place,
    starts_of,
)
from routing.vendors.junos.tree import INACTIVE, UNPARSED, paths_text, quote, read_statements, words

Lines = Mapping[StatementWords, StatementWords]
"""Statements by key."""
Orders = Mapping[StatementWords, tuple[str, ...]]
"""By the words that stand before them: names in the order of their user."""
_DEPTH = {"interfaces": 2, "firewall": 5, "policy-options": 3, "routing-instances": 2, "system": 2, "protocols": 2}
"""How many first words make a section."""
_TOP = (
    "version", "groups", "apply-groups", "system", "chassis", "security", "interfaces", "snmp", "forwarding-options",
    "event-options", "routing-options", "protocols", "policy-options", "firewall", "routing-instances",
)  # fmt: skip


class Part(NamedTuple):
    """The statements of one section, and the order of names in it."""

    lines: Lines
    orders: Orders


_EMPTY = Part({}, {})


@dataclass(frozen=True, kw_only=True)
class CandidateText:
    """Statements by section, the places that are switched off, and lines that can't be parsed."""

    parts: Mapping[StatementWords, Part] = field(default_factory=dict)
    off: frozenset[StatementWords] = frozenset()
    unparsed: tuple[str, ...] = ()

    @cached_property
    def as_printed(self) -> str:
        """The text, made once: see `printed`."""
        return paths_text(tuple(_paths(self)))


def section_of(statement: StatementWords) -> StatementWords:
    """Return the section of a statement."""
    return statement[: _DEPTH.get(statement[0], 1)]


def under(candidate: CandidateText, start: StatementWords) -> Iterator[tuple[StatementWords, StatementWords]]:
    """Yield key and words of the statements at or below a place."""
    if len(start) >= _DEPTH.get(start[0], 1):
        near = [section_of(start)]
    else:
        near = [section for section in candidate.parts if section[: len(start)] == start]
    for section in near:
        for key, statement in candidate.parts.get(section, _EMPTY).lines.items():
            if statement[: len(start)] == start:
                yield key, statement


def put(candidate: CandidateText, key: StatementWords, statement: StatementWords) -> CandidateText:
    """Return the candidate with a statement in the place of what has its key; what it fills no longer stands empty."""
    section = section_of(statement)
    part = candidate.parts.get(section, _EMPTY)
    if part.lines.get(key) == statement or (is_container(statement) and _is_filled(candidate, statement)):
        return candidate
    new = Part({**part.lines, key: statement}, _with_names(part.orders, statement))
    return without_filled(replace(candidate, parts={**candidate.parts, section: new}), statement)


def _is_filled(candidate: CandidateText, start: StatementWords) -> bool:
    """Return whether something is in effect below a place."""
    return any(line != start and not is_off(candidate.off, line) for _, line in under(candidate, start))


def without_filled(candidate: CandidateText, statement: StatementWords) -> CandidateText:
    """Return the candidate without containers above a statement that stand there as if they were empty, and are not."""
    if is_off(candidate.off, statement):
        return candidate
    parts = dict(candidate.parts)
    for start in starts_of(statement):
        home = section_of(start)
        if home in parts and start in parts[home].lines:
            parts[home] = parts[home]._replace(lines=_lacking(parts[home].lines, start))
    return replace(candidate, parts=parts)


def with_container(candidate: CandidateText, start: StatementWords) -> CandidateText:
    """Return the candidate in which the nearest list entry or container above a place stands, if need be empty (JUN-EXEC-03)."""
    above = next((place for place in starts_of(start) if is_container(place)), None)
    if above is None or is_off(candidate.off, above) or _is_filled(candidate, above):
        return candidate
    return put(candidate, above, above)


def _lacking(lines: Lines, key: StatementWords) -> Lines:
    return {other: statement for other, statement in lines.items() if other != key}


def _with_names(orders: Orders, statement: StatementWords) -> Orders:
    """Return the orders with the names of a statement, new ones last (JUN-EXEC-04)."""
    for prefix in ordered_prefixes(statement):
        name = statement[len(prefix)]
        if name not in orders.get(prefix, ()):
            orders = {**orders, prefix: (*orders.get(prefix, ()), name)}
    return orders


def without(candidate: CandidateText, start: StatementWords) -> CandidateText | None:
    """Return the candidate without what stands at or below a place, None if nothing does; what it stood in stays."""
    gone = {section_of(statement) for _, statement in under(candidate, start)}
    if not gone:
        return None
    parts = dict(candidate.parts)
    for section in gone:
        kept = {key: line for key, line in parts[section].lines.items() if line[: len(start)] != start}
        parts[section] = Part(kept, _orders_left(parts[section].orders, kept, start))
        if not kept:
            del parts[section]
    off = frozenset(mark for mark in candidate.off if mark[: len(start)] != start)
    return with_container(replace(candidate, parts=parts, off=off), start)


def _orders_left(orders: Orders, lines: Lines, start: StatementWords) -> Orders:
    """Return the orders of a section after a deletion: names that nothing has any more are gone."""
    left = {}
    for prefix, names in orders.items():
        length = len(prefix)
        if prefix[: len(start)] == start[:length]:
            standing = {line[length] for line in lines.values() if line[:length] == prefix and len(line) > length}
            names = tuple(name for name in names if name in standing)  # noqa: PLW2901 (fewer of the same)
        if names:
            left[prefix] = names
    return left


def moved(candidate: CandidateText, start: StatementWords, other: str, *, after: bool) -> CandidateText | None:
    """Return the candidate with a name of an ordered list put before or after another one, None if there are no such names."""
    prefix, name, section = start[:-1], start[-1], section_of(start)
    part = candidate.parts.get(section, _EMPTY)
    standing = part.orders.get(prefix, ())
    names = [item for item in standing if item != name]
    if other not in names or name not in standing:
        return None
    names.insert(names.index(other) + after, name)
    new = part._replace(orders={**part.orders, prefix: tuple(names)})
    return replace(candidate, parts={**candidate.parts, section: new})


def renamed(candidate: CandidateText, start: StatementWords, name: str) -> CandidateText | None:
    """Return the candidate with one name of a list changed; None if it is not there, the new one is, or something in it is
    switched off."""
    new = (*start[:-1], name)
    found = sorted(under(candidate, start), key=lambda item: _order_in(candidate, item[1]))
    off = any(mark[: len(start)] == start for mark in candidate.off)
    if not found or off or any(True for _ in under(candidate, new)):
        return None
    order = candidate.parts.get(section_of(start), _EMPTY).orders.get(start[:-1], ())
    changed = candidate
    for key, statement in found:
        changed = put(changed, (*new, *key[len(start) :]), (*new, *statement[len(start) :]))
    after = without(changed, start)
    part = None if after is None else after.parts.get(section_of(new))
    if after is None or part is None or start[:-1] not in part.orders:
        return after
    orders = {**part.orders, start[:-1]: tuple(name if item == start[-1] else item for item in order)}
    return replace(after, parts={**after.parts, section_of(new): part._replace(orders=orders)})


def read_candidate(text: str) -> CandidateText:
    """Return the statements of a text; those of no form known here are kept word for word."""
    lines: dict[StatementWords, dict[StatementWords, StatementWords]] = {}
    orders: dict[StatementWords, dict[StatementWords, tuple[str, ...]]] = {}
    off: set[StatementWords] = set()
    unparsed: dict[str, None] = {}
    for item in read_statements(text):
        if item.text.startswith(UNPARSED) or item.fault is not None:
            unparsed[item.text] = None
            continue
        statement = words_of(item.text.removeprefix(INACTIVE))
        if item.text.startswith(INACTIVE):
            off.add(statement)
        found = place(statement)
        section = section_of(statement)
        lines.setdefault(section, {})[found.key if isinstance(found, PlacedStatement) else statement] = statement
        names = orders.setdefault(section, {})
        names.update(_with_names(names, statement))
    _drop_filled(lines, frozenset(off))
    parts = {section: Part(found, orders[section]) for section, found in lines.items() if found}
    return CandidateText(parts=parts, off=frozenset(off), unparsed=tuple(unparsed))


def _drop_filled(
    lines: dict[StatementWords, dict[StatementWords, StatementWords]], off: frozenset[StatementWords]
) -> None:
    """Take containers away that do not stand empty: what is in effect in them says that they are there."""
    active = (line for found in lines.values() for line in found.values() if not (off and is_off(off, line)))
    filled = {start for line in active for start in starts_of(line)}
    for start in filled:
        if is_container(start):
            lines.get(section_of(start), {}).pop(start, None)


def words_of(text: str) -> StatementWords:
    """Return the words of a statement, each as it stands in it."""
    return tuple(map(quote, words(text)))


def printed(candidate: CandidateText) -> str:
    """Return the text of a candidate: `set` lines by hierarchy, names that their user orders in that order."""
    return candidate.as_printed


def _paths(candidate: CandidateText) -> Iterator[tuple[str, ...]]:
    statements = [
        (_order(part.orders, statement), statement)
        for part in candidate.parts.values()
        for statement in part.lines.values()
    ]
    statements.sort(key=_first)
    off = candidate.off
    yield from (((INACTIVE if off and is_off(off, line) else "") + " ".join(line),) for _, line in statements)
    yield from ((line,) for line in candidate.unparsed)


def _order_in(candidate: CandidateText, statement: StatementWords) -> tuple[int | str, ...]:
    return _order(candidate.parts[section_of(statement)].orders, statement)


def _first(item: tuple[tuple[int | str, ...], StatementWords]) -> tuple[int | str, ...]:
    return item[0]


def is_off(off: frozenset[StatementWords], statement: StatementWords) -> bool:
    """Return whether a statement, or something that it stands in, is switched off."""
    return statement in off or any(start in off for start in starts_of(statement))


def _order(orders: Orders, statement: StatementWords) -> tuple[int | str, ...]:
    words: list[int | str] = list(statement)
    for prefix in ordered_prefixes(statement):
        words[len(prefix)] = f"{orders[prefix].index(statement[len(prefix)]):06d}"
    return (_TOP.index(statement[0]) if statement[0] in _TOP else len(_TOP), *words)
