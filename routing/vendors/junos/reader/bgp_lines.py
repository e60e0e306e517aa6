"""Statements under `protocols bgp`, each kept at its level: protocol, group, neighbour.

The one idea: nothing is inherited here. A level is what the lines at one place say; `bgp` asks upward.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from intents.prefix import Address, Family, parse_address
from intents.reason import Reason, because, unclear
from routing.model import PrivateRemoval
from routing.vendors.junos.names import as_number, number
from routing.vendors.junos.reader.reading import Leaf, Leaves
from routing.vendors.junos.tree import JunosStatement
from routing.vendors.reserved import is_router_id
from routing.vendors.session_keys import junos_key

REMOVALS = {
    (): PrivateRemoval.LEADING,
    ("all",): PrivateRemoval.ALL,
    ("all", "replace"): PrivateRemoval.REPLACE,
}
_FAMILIES = {"inet": Family.V4, "inet6": Family.V6}


@dataclass(slots=True)
class Level:
    """What one level says."""

    first: JunosStatement
    leaves: Leaves = field(default_factory=Leaves)
    imports: list[Leaf] = field(default_factory=list)
    exports: list[Leaf] = field(default_factory=list)
    families: dict[Family, JunosStatement] = field(default_factory=dict)
    options: dict[Family, Leaves] = field(default_factory=dict)


_Key = tuple[str | None, Address | None]


@dataclass(slots=True)
class BgpLines:
    """All levels of one instance's BGP: (None, None), (group, None), (group, neighbour)."""

    levels: dict[_Key, Level] = field(default_factory=dict)

    def take(self, rest: list[str], statement: JunosStatement) -> Reason | None:
        """Take the words after `protocols bgp`; return why they aren't understood, or None."""
        match rest:
            case ["group", group, "neighbor", text, *more]:
                return _take(self._level(group, parse_address(text), statement), more, statement)
            case ["group", group, *more]:
                return _take(self._level(group, None, statement), more, statement)
            case _:
                return _take(self._level(None, None, statement), rest, statement)

    def _level(self, group: str | None, address: Address | None, statement: JunosStatement) -> Level:
        """Return a level; it and those above exist as soon as a line names it."""
        self.levels.setdefault((None, None), Level(statement))
        self.levels.setdefault((group, None), Level(statement))
        return self.levels.setdefault((group, address), Level(statement))


def _take(level: Level, rest: list[str], statement: JunosStatement) -> Reason | None:
    match rest:
        case []:
            pass
        case ["type", "external" | "internal" as word]:
            level.leaves.put("type", word, statement)
        case ["peer-as", text]:
            level.leaves.put("peer-as", str(as_number(text)), statement)
        case ["description", text]:
            level.leaves.put("description", text, statement)
        case ["authentication-key", text]:
            level.leaves.put("authentication-key", junos_key(text), statement)
        case ["local-address", text]:
            parse_address(text)
            level.leaves.put("local-address", text, statement)
        case ["local-as", *options] if options:
            return _take_local_as(level, options, statement)
        case ["import", name] if name != "(":
            level.imports.append(Leaf(name, statement))
        case ["export", name] if name != "(":
            level.exports.append(Leaf(name, statement))
        case ["family", "inet" | "inet6" as name, *options] if options[:1] in ([], ["unicast"]):
            family = _FAMILIES[name]
            level.families.setdefault(family, statement)
            return _take_family(level.options.setdefault(family, Leaves()), options[1:], statement)
        case _:
            return _take_manner(level, rest, statement)
    return None


def cluster_id(text: str) -> int:
    """Return a cluster ID, said as an IPv4 address (JUN-RR-01)."""
    found = parse_address(text)
    if found.family is not Family.V4 or not is_router_id(found.value):
        raise unclear("not_a_router_id")
    return found.value


def _take_manner(level: Level, rest: list[str], statement: JunosStatement) -> Reason | None:
    """Take a statement about how a session is opened, or what it leaves out."""
    match rest:
        case ["passive" | "multipath" as word]:
            level.leaves.put(word, "", statement)
        case ["cluster", text]:
            level.leaves.put("cluster", str(cluster_id(text)), statement)
        case ["advertise-peer-as" | "no-advertise-peer-as" as word]:
            level.leaves.put("advertise-peer-as", word, statement)
        case ["remove-private", *options] if tuple(options) in REMOVALS:
            # `all` and `replace` go on with the statement, so the longer one says it all.
            old = level.leaves.value("remove-private") or ""
            if len(" ".join(options)) >= len(old):
                level.leaves.put("remove-private", " ".join(options), statement)
        case _:
            return because("bgp_statement")
    return None


def _take_local_as(level: Level, options: list[str], statement: JunosStatement) -> Reason | None:
    rest = list(options)
    if rest[0][:1].isdigit():
        level.leaves.put("local-as", str(as_number(rest.pop(0))), statement)
    for option in rest:
        if option not in {"private", "no-prepend-global-as"}:
            return because("option_of_local_as")
        level.leaves.put(option, "", statement)
    return None


def _take_family(options: Leaves, rest: list[str], statement: JunosStatement) -> Reason | None:
    match rest:
        case []:
            pass
        case ["loops", text]:
            options.put("loops", str(number(text, 1, 10)), statement)
        case ["prefix-limit", *limit] if limit:
            return _take_limit(options, limit, statement)
        case _:
            return because("option_of_family")
    return None


def _take_limit(options: Leaves, limit: list[str], statement: JunosStatement) -> Reason | None:
    if limit[0] == "maximum" and len(limit) > 1:
        options.put("maximum", str(number(limit[1], 1, (1 << 32) - 1)), statement)
        limit = limit[2:]
    match limit:
        case []:
            pass
        case ["teardown"] | ["teardown", "idle-timeout", _]:
            options.put("teardown", "", statement)
        case ["teardown", percentage] | ["teardown", percentage, "idle-timeout", _]:
            number(percentage, 1, 100)
            options.put("teardown", "", statement)
        case _:
            return because("option_of_prefix_limit")
    return None


def statements_of(level: Level) -> Iterator[JunosStatement]:
    """Yield every statement of a level."""
    yield level.first
    for leaf in (*level.leaves.values(), *level.imports, *level.exports):
        yield leaf.statement
    yield from level.families.values()
    for options in level.options.values():
        yield from (leaf.statement for leaf in options.values())
