"""One term of a Junos firewall filter, as the ACL entries that mean the same.

The one idea: a term is a function of its own lines and of the prefix lists it names, so it is read once per content, however
many devices carry it (without its plain addresses, see `read_term`). Kinds of conditions are joined by AND, values of one
kind by OR; `address`, `port` and `prefix-list` mean either end, so such a term becomes several entries. A term without
`then` accepts, one without `from` matches everything, one with `next term` decides nothing and becomes no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from intents.prefix import Family
from intents.reason import Reason, reason_of, unclear
from routing.model import AclEntry, Action, AddressMatch, FlagMatch, IcmpMatch, NonInitial, PortRange
from routing.vendors.junos.addresses import parse_condition, parse_match, select
from routing.vendors.junos.flags import parse_flags
from routing.vendors.junos.names import ICMP_CODES, ICMP_TYPES, PORTS, PROTOCOLS, numbers
from routing.vendors.junos.tree import words

Lists = tuple[tuple[str, tuple[str, ...]], ...]
"""The prefix lists that a term names: name and entries as text."""

Faults = tuple[tuple[int, Reason], ...]
"""What isn't understood: index of the line in the term, reason."""

_Range = tuple[int, int]
_MAX_CODES, _MAX_PORT, _MAX_OFFSET = 255, 65535, 8191


@dataclass(slots=True)
class _Term:
    family: Family
    lists: Mapping[str, tuple[str, ...]]
    addresses: dict[str, list[tuple[AddressMatch, bool]]] = field(default_factory=dict)
    ranges: dict[str, list[_Range]] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    flags: dict[str, None] = field(default_factory=dict)
    fragments: list[_Range] | None = None
    actions: set[str] = field(default_factory=set)
    action: str = "accept"
    log: bool = False


@lru_cache(maxsize=1 << 13)
def read_clauses(family: Family, clauses: tuple[str, ...], lists: Lists) -> tuple[tuple[AclEntry, ...], Faults]:
    """Return the entries of a term, given its lines without `term NAME`, and what in it isn't understood."""
    term = _Term(family, dict(lists))
    faults: list[tuple[int, Reason]] = []
    for index, clause in enumerate(clauses):
        try:
            match words(clause):
                case ["from", kind, *values]:
                    _condition(term, kind, values)
                case ["then", *action]:
                    _act(term, action)
                case ["from"] | [""]:
                    pass
                case _:
                    raise unclear("not_a_filter_statement")
        except ValueError as error:
            faults.append((index, reason_of(error)))
    try:
        return tuple(_entries(term)), tuple(faults)
    except ValueError as error:
        return (), (*faults, (0, reason_of(error)))


def list_names(clauses: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the prefix lists that a term's lines name."""
    found: dict[str, None] = {}
    for clause in clauses:
        parts = words(clause)
        if len(parts) > 2 and parts[0] == "from" and parts[1].endswith("prefix-list"):
            found[parts[2]] = None
    return tuple(found)


def _act(term: _Term, action: list[str]) -> None:
    match action:
        case []:
            pass
        case ["accept" | "discard" as word]:
            term.action = word
            term.actions.add("ends")
        case ["reject", *_]:
            term.action = "discard"
            term.actions.add("ends")
        case ["next", "term"]:
            term.action = "next"
            term.actions.add("next")
        case ["log" | "syslog"]:
            term.log = True
        case ["count", _]:
            pass
        case _:
            raise unclear("action_not_modelled", action=action[0])


def _condition(term: _Term, kind: str, values: list[str]) -> None:
    handler = _CONDITIONS.get(kind)
    if handler is None:
        raise unclear("condition_not_modelled", condition=kind)
    handler(term, kind, values)


def _take_address(term: _Term, kind: str, values: list[str]) -> None:
    listed = term.addresses.setdefault(kind.removesuffix("-address"), [])
    match values:
        case [text]:
            listed.append((parse_condition(term.family, text), False))
        case [text, "except"]:
            listed.append((parse_condition(term.family, text), True))
        case _:
            raise unclear("not_an_address")


def _take_list(term: _Term, kind: str, values: list[str]) -> None:
    match values:
        case [name] | [name, "except"] if name in term.lists:
            excepted = len(values) == 2
        case [name, *_] if name not in term.lists:
            raise unclear("prefix_list_undefined", name=name)
        case _:
            raise unclear("not_a_prefix_list")
    end = "address" if kind == "prefix-list" else kind.removesuffix("-prefix-list")
    found = [text for text in term.lists[name] if (":" in text) == (term.family is Family.V6)]
    if not found:
        raise unclear("prefix_list_empty", name=name)  # what a filter makes of it is on record nowhere (JUN-REF-04)
    listed = term.addresses.setdefault(end, [])
    listed.extend((parse_match(term.family, text), excepted) for text in found)


def _take_range(term: _Term, kind: str, values: list[str]) -> None:
    highest, table = _RANGES[kind.removesuffix("-except")]
    if kind.startswith("icmp-type"):
        table = ICMP_TYPES[term.family]
    upper = kind.startswith(("next-header", "payload-protocol"))
    if (upper and term.family is Family.V4) or (kind.startswith("protocol") and term.family is Family.V6):
        raise unclear("condition_of_other_family", condition=kind)
    text = _single(values)
    found = numbers(text, 0, highest, table)
    listed = term.ranges.setdefault(kind, [])
    if found not in listed:
        listed.append(found)


def _single(values: list[str]) -> str:
    if len(values) != 1:
        raise unclear("not_one_value")
    return values[0]


def _take_code(term: _Term, _kind: str, values: list[str]) -> None:
    text = _single(values)
    term.codes.append(text)


def _take_flags(term: _Term, kind: str, values: list[str]) -> None:
    match kind, values:
        case "tcp-established", []:
            text = "ack | rst"
        case "tcp-initial", []:
            text = "syn & !ack"
        case "tcp-flags", [text]:
            parse_flags(text)
        case _:
            raise unclear("not_a_form_of", condition=kind)
    if term.flags and text not in term.flags:
        raise unclear("several_flag_conditions")
    term.flags[text] = None


def _take_fragment(term: _Term, kind: str, values: list[str]) -> None:
    if term.family is Family.V6:
        raise unclear("condition_for_ipv6", condition=kind)
    if term.fragments is not None and (kind == "is-fragment" or (1, _MAX_OFFSET) in term.fragments):
        raise unclear("several_fragment_conditions")
    match kind, values:
        case "is-fragment", []:
            found = (1, _MAX_OFFSET)
        case "fragment-offset", [text]:
            found = numbers(text, 0, _MAX_OFFSET, {})
        case _:
            raise unclear("not_a_form_of", condition=kind)
    term.fragments = [*(term.fragments or ()), found]


_RANGES: dict[str, tuple[int, dict[str, int]]] = {
    "protocol": (255, PROTOCOLS),
    "next-header": (255, PROTOCOLS),
    "payload-protocol": (255, PROTOCOLS),
    "source-port": (_MAX_PORT, PORTS),
    "destination-port": (_MAX_PORT, PORTS),
    "port": (_MAX_PORT, PORTS),
    "icmp-type": (255, {}),
}
_CONDITIONS: dict[str, Callable[[_Term, str, list[str]], None]] = {
    **dict.fromkeys(("source-address", "destination-address", "address"), _take_address),
    **dict.fromkeys(("source-prefix-list", "destination-prefix-list", "prefix-list"), _take_list),
    **dict.fromkeys(_RANGES, _take_range),
    **dict.fromkeys((f"{kind}-except" for kind in _RANGES), _take_range),
    **dict.fromkeys(("tcp-flags", "tcp-established", "tcp-initial"), _take_flags),
    **dict.fromkeys(("is-fragment", "fragment-offset"), _take_fragment),
    "icmp-code": _take_code,
}


def _entries(term: _Term) -> Iterator[AclEntry]:
    if len(term.actions) > 1:
        raise unclear("next_term_beside_action")  # JUN-FIL-05
    if term.action == "next":
        return
    protocols = _protocols(term)
    flags = _flags(term, protocols)
    icmp = _icmp(term, protocols)
    ends = tuple(_port_ends(term, protocols))
    layer4 = flags is not None or icmp is not None or ends != ((None, None),)
    action = Action.PERMIT if term.action == "accept" else Action.DENY
    non_initial = _non_initial(term, layer4, action)
    for (sources, destinations), (source_ports, destination_ports) in product(_address_ends(term), ends):
        yield AclEntry(
            action=action,
            protocols=protocols,
            sources=sources,
            destinations=destinations,
            source_ports=source_ports,
            destination_ports=destination_ports,
            tcp_flags=flags,
            icmp=icmp,
            non_initial=non_initial,
            log=term.log,
        )


def _union(term: _Term, kind: str, highest: int) -> list[_Range] | None:
    """Return the ranges of a kind of condition, an `-except` turned into what it leaves; None if there is none."""
    taken, left = term.ranges.get(kind), term.ranges.get(f"{kind}-except")
    if taken is not None and left is not None:
        raise unclear("condition_with_and_without_except", condition=kind)
    return taken if left is None else _complement(left, highest)


def _complement(ranges: list[_Range], highest: int) -> list[_Range]:
    found, at = [], 0
    for low, high in sorted(ranges):
        if at < low:
            found.append((at, low - 1))
        at = max(at, high + 1)
    return [*found, (at, highest)] if at <= highest else found


def _members(ranges: list[_Range]) -> list[int]:
    return list(dict.fromkeys(value for low, high in ranges for value in range(low, high + 1)))


def _protocols(term: _Term) -> tuple[int, ...] | None:
    kinds = [kind for kind in ("protocol", "next-header", "payload-protocol") if _union(term, kind, 255) is not None]
    if len(kinds) > 1:
        raise unclear("several_protocol_conditions")
    ranges = _union(term, kinds[0], 255) if kinds else None
    return None if ranges is None else tuple(sorted(_members(ranges)))


def _flags(term: _Term, protocols: tuple[int, ...] | None) -> tuple[FlagMatch, ...] | None:
    if not term.flags:
        return None
    if protocols != (6,):
        raise unclear("flags_without_tcp")
    return parse_flags(next(iter(term.flags)))


def _icmp(term: _Term, protocols: tuple[int, ...] | None) -> tuple[IcmpMatch, ...] | None:
    ranges = _union(term, "icmp-type", 255)
    if ranges is None:
        if term.codes:
            raise unclear("icmp_code_without_type")
        return None
    if protocols != ((1,) if term.family is Family.V4 else (58,)):
        raise unclear("icmp_type_without_icmp")
    types = _members(ranges)
    if not term.codes:
        return tuple(IcmpMatch(type=number) for number in types)
    return tuple(IcmpMatch(type=number, code=code) for number in types for code in _codes(term, number))


def _codes(term: _Term, icmp_type: int) -> list[int]:
    words_here = {word: code for (word, number), code in ICMP_CODES[term.family].items() if number == icmp_type}
    return _members([numbers(text, 0, _MAX_CODES, words_here) for text in term.codes])


_Ports = tuple[PortRange, ...] | None
_Addresses = tuple[AddressMatch, ...] | None


def _port_ends(term: _Term, protocols: tuple[int, ...] | None) -> Iterator[tuple[_Ports, _Ports]]:
    source, destination, either = (
        _union(term, kind, _MAX_PORT) for kind in ("source-port", "destination-port", "port")
    )
    if source is None and destination is None and either is None:
        yield None, None
        return
    if protocols is None or not set(protocols) <= {6, 17}:
        raise unclear("ports_without_protocol")
    if either is None:
        yield None if source is None else tuple(source), None if destination is None else tuple(destination)
        return
    if source is not None or destination is not None or "port-except" in term.ranges:
        raise unclear("port_beside_other_ports")
    yield tuple(either), None
    yield None, tuple(either)


def _address_ends(term: _Term) -> Iterator[tuple[_Addresses, _Addresses]]:
    chosen = {end: select(term.family, listed) for end, listed in term.addresses.items()}
    if "address" not in chosen:
        yield chosen.get("source"), chosen.get("destination")
        return
    if len(chosen) > 1 or any(excepted for _, excepted in term.addresses["address"]):
        raise unclear("address_beside_other_addresses")
    yield chosen["address"], None
    yield None, chosen["address"]


def _non_initial(term: _Term, layer4: bool, action: Action) -> NonInitial:
    if "next-header" in term.ranges or "next-header-except" in term.ranges:
        # The first header of a fragment is the fragment header, so such a term never matches one. A denial would then pass
        # the first fragments that the model takes for whole packets.
        if action is Action.DENY or "next-header-except" in term.ranges:
            raise unclear("next_header_misses_packets")
        return NonInitial.SKIP
    match sorted(term.fragments or ()):
        case []:
            return NonInitial.SKIP if layer4 else NonInitial.MATCH
        case [(0, 0)]:
            return NonInitial.SKIP
        case [(1, 8191)]:
            if layer4:
                raise unclear("fragment_asked_for_ports")
            return NonInitial.ONLY
        case _:
            raise unclear("fragment_offset")
