"""Configuration groups: `apply-groups` replaced by the statements that it brings in.

The one idea: an inherited statement is an ordinary statement with a rank: what stands at a place beats what is inherited
there, a group applied deeper beats one applied further out, an earlier name in a list beats a later one. Wildcards are
replaced by the names that stand in the configuration itself; where that is not certainly what a device does, the
inherited statement carries a fault. Source: Junos CLI guide, "Use Configuration Groups".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from intents.reason import because
from routing.vendors.junos.tree import INACTIVE, JunosStatement, quote, words

Words = tuple[str, ...]
_Children = dict[Words, dict[str, None]]
_ONE_ENGINE = frozenset({"re0", "re1", "node0", "node1"})
_ROOTS_WITHOUT_NAMES = frozenset({"interface-range", "traceoptions", "apply-groups", "apply-macro"})


class _Application(NamedTuple):
    place: Words
    group: str
    statement: JunosStatement


class _Inherited(NamedTuple):
    words: Words
    statement: JunosStatement
    group: str
    rank: int


def expand_groups(statements: list[JunosStatement]) -> tuple[list[JunosStatement], list[JunosStatement]]:
    """Return the statements in effect, inherited ones last, and those that only define or apply groups."""
    if not any(s.text.startswith("groups ") or "apply-groups" in s.text for s in statements):
        return statements, []
    local: list[JunosStatement] = []
    members: dict[str, list[tuple[Words, JunosStatement]]] = defaultdict(list)
    applied: list[_Application] = []
    excepted: list[_Application] = []
    support: list[JunosStatement] = []
    for statement in statements:
        if statement.fault or statement.text.startswith(INACTIVE) or not _is_group_text(statement.text):
            local.append(statement)
        else:
            support.append(_sort_out(statement, members, applied, excepted))
    support = [_check_name(s, a, members) for s, a in _with_application(support, applied + excepted)]
    inherited = list(_inherit(members, applied))
    local.extend(_concrete(local, inherited, excepted))
    used = {statement.source for statement in local if statement.source}
    return local, [s for s in support if s.fault or s.text not in used]


def _is_group_text(text: str) -> bool:
    return text.startswith(("groups ", "apply-groups")) or " apply-groups" in text


def _sort_out(
    statement: JunosStatement,
    members: dict[str, list[tuple[Words, JunosStatement]]],
    applied: list[_Application],
    excepted: list[_Application],
) -> JunosStatement:
    """File one statement; return it, with a fault if it is of a form that isn't followed."""
    parts = tuple(words(statement.text))
    if parts[0] == "groups" and len(parts) > 2:
        if "apply-groups" in parts or "apply-groups-except" in parts or parts[2] == "when":
            return statement._replace(fault=because("group_with_conditions"))
        members[parts[1]].append((parts[2:], statement))
        return statement
    if parts[0] == "groups":
        members[parts[-1]].extend(())
        return statement
    match parts[-2:]:
        case ("apply-groups", group):
            applied.append(_Application(parts[:-2], group, statement))
        case ("apply-groups-except", group):
            excepted.append(_Application(parts[:-2], group, statement))
        case _:
            return statement._replace(fault=because("not_an_application"))
    return statement


def _with_application(
    support: list[JunosStatement], applied: list[_Application]
) -> Iterator[tuple[JunosStatement, _Application | None]]:
    by_statement = {application.statement: application for application in applied}
    for statement in support:
        yield statement, by_statement.get(statement)


def _check_name(
    statement: JunosStatement, application: _Application | None, members: dict[str, list[tuple[Words, JunosStatement]]]
) -> JunosStatement:
    if application is not None and application.group not in members:
        return statement._replace(fault=because("applies_undefined_group"))
    return statement


def _inherit(
    members: dict[str, list[tuple[Words, JunosStatement]]], applied: list[_Application]
) -> Iterator[_Inherited]:
    """Yield what each application brings in, deepest place first, wildcards still in it."""
    order = sorted(applied, key=lambda application: -len(application.place))
    for rank, application in enumerate(order, 1):
        for parts, statement in members.get(application.group, ()):
            place = application.place
            if len(parts) >= len(place) and all(map(_matches, parts, place)):
                yield _Inherited(place + parts[len(place) :], statement, application.group, rank)


def _matches(pattern: str, word: str) -> bool:
    if _is_wildcard(pattern):
        return fnmatchcase(word, pattern[1:-1])
    return pattern == word


def _is_wildcard(word: str) -> bool:
    return len(word) > 2 and word[0] == "<" and word[-1] == ">"


def _concrete(
    local: list[JunosStatement], inherited: list[_Inherited], excepted: list[_Application]
) -> Iterator[JunosStatement]:
    """Yield the inherited statements with their wildcards filled in and the excepted ones left out."""
    wild = any(_is_wildcard(word) for item in inherited for word in item.words)
    here = _children(words(s.text) for s in local if not s.fault and not s.text.startswith(INACTIVE)) if wild else {}
    named = _children(item.words for item in inherited if not any(map(_is_wildcard, item.words))) if wild else {}
    siblings: dict[tuple[int, Words], set[Words]] = defaultdict(set)
    for item in inherited:
        for parts in _fill(item.words, here):
            siblings[item.rank, parts[:-1]].add(item.words[:-1])
    for item in inherited:
        filled = _fill(item.words, here)
        unsure = item.group in _ONE_ENGINE
        reason = because("one_engine_only") if unsure else None
        if any(map(_is_wildcard, item.words)) and set(_fill(item.words, named)) - set(filled):
            reason = because("wildcard_over_inherited")
        for parts in filled:
            if any(e.group == item.group and parts[: len(e.place)] == e.place for e in excepted):
                continue
            clash = len(siblings[item.rank, parts[:-1]]) > 1
            text = " ".join(map(quote, parts))
            fault = reason or (because("patterns_meet") if clash else None)
            yield JunosStatement(text, item.statement.line, item.rank, item.statement.text, fault)


def _children(sentences: Iterator[Words] | Iterator[list[str]]) -> _Children:
    children: _Children = {}
    for sentence in sentences:
        parts = tuple(sentence)
        for index, word in enumerate(parts):
            children.setdefault(parts[:index], {})[word] = None
    return children


def _fill(pattern: Words, children: _Children) -> list[Words]:
    """Return `pattern` with every wildcard replaced by each name that stands there."""
    found: list[Words] = [()]
    for word in pattern:
        if _is_wildcard(word):
            found = [
                (*prefix, name)
                for prefix in found
                for name in children.get(prefix, ())
                if name not in _ROOTS_WITHOUT_NAMES and fnmatchcase(name, word[1:-1])
            ]
        else:
            found = [(*prefix, word) for prefix in found]
    return found
