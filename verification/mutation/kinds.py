"""The named faults, as rules about lines: which lines of a text can suffer each, and what they then say.

The one idea: each rule yields every instance there is in a text, of either style (sections by indentation, set lines); who
draws from them is `mutation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from random import Random

from verification.mutation.additions import added_lines
from verification.mutation.edits import DeviceLines, Edits, FaultKind, NamedKind

_ENTRY = re.compile(r" (sequence )?(\d+) (permit|deny) .*")
_TERM = re.compile(r"(set firewall family \S+ filter \S+ term) (\S+) .*")
_FILTER_ADDRESS = re.compile(r"(set firewall .* from (?:source|destination)-address) (\S+)")
_WILDCARD = re.compile(r"(?<= )(\d+\.\d+\.\d+\.\d+) (0\.\d+\.\d+\.\d+)(?= |$)")
_HOST4 = re.compile(r"(?<= )host (\d+\.\d+\.\d+\.\d+)(?= |$)")
_SLASH = re.compile(r"(?<= )([0-9A-Fa-f.:]+)/(\d+)(?= |$)")
_PREFIX_TEXT = re.compile(r"(?<= )(?:host \S+|\d+\.\d+\.\d+\.\d+ 0\.\d+\.\d+\.\d+|[0-9A-Fa-f.:]+/\d+)(?= |$)")
_LIST_RULE = re.compile(r"ipv?6? prefix-list (\S+) seq (\d+) permit (\S+)/(\d+)(?: le \d+)?")
_ROUTE_FILTER = re.compile(r"(set policy-options .* route-filter) (\S+)/(\d+) (\S.*)")
_UNBOUND = (
    re.compile(r" (?:ip access-group|ipv6 traffic-filter) \S+ (?:in|out)"),
    re.compile(r" (?:ipv6 )?access-class \S+ in.*"),
    re.compile(r"netconf-yang ssh ipv[46] access-list .*"),
    re.compile(r"set interfaces .* filter (?:input|output) \S+"),
)
_ANYTHING = {32: "0.0.0.0/0", 128: "::/0"}
_SNMP_ACCESS = re.compile(r"(snmp-server group .*) access .*")


def _dropped_rules(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    for index, line in enumerate(text.lines):
        if _ENTRY.fullmatch(line):
            yield (text.replace(index),)
    for places in _terms(text).values():
        yield tuple(text.replace(index) for index in places)


def _terms(text: DeviceLines) -> dict[tuple[str, str], list[int]]:
    """Return the lines of each term of each filter, in order."""
    found: dict[tuple[str, str], list[int]] = {}
    for index, line in enumerate(text.lines):
        match = _TERM.fullmatch(line)
        if match:
            found.setdefault((match[1], match[2]), []).append(index)
    return found


def _widened_masks(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    """One bit more or all bits; a host becomes the two addresses beside each other."""
    for index, line in enumerate(text.lines):
        if _ENTRY.fullmatch(line):
            for pattern, widen in ((_WILDCARD, _wider_wildcard), (_HOST4, _pair_of), (_SLASH, _shorter)):
                yield from (
                    (text.replace(index, line[: found.start()] + widen(found) + line[found.end() :]),)
                    for found in pattern.finditer(line)
                )
        match = _FILTER_ADDRESS.fullmatch(line)
        slash = None if match is None else _SLASH.search(line)
        if match is not None and slash is not None:
            yield (text.replace(index, f"{match[1]} {_shorter(slash)}"),)


def _wider_wildcard(found: re.Match[str]) -> str:
    value = int.from_bytes(bytes(int(octet) for octet in found[2].split(".")), "big")
    wider = ".".join(str(octet) for octet in min(value * 2 + 1, 0xFFFFFFFF).to_bytes(4, "big"))
    return f"{found[1]} {wider}"


def _pair_of(found: re.Match[str]) -> str:
    return f"{found[1]} 0.0.0.1"


def _shorter(found: re.Match[str]) -> str:
    return f"{found[1]}/{max(0, int(found[2]) - 1)}"


def _swapped_prefixes(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    """Source and destination exchanged, or a prefix of another rule in place of the right one."""
    rules = [
        index
        for index, line in enumerate(text.lines)
        if _ENTRY.fullmatch(line) or _LIST_RULE.fullmatch(line) or _ROUTE_FILTER.fullmatch(line)
        or _FILTER_ADDRESS.fullmatch(line)
    ]  # fmt: skip
    pool = sorted({found[0] for index in rules for found in _PREFIX_TEXT.finditer(text.lines[index])})
    for index in rules:
        line = text.lines[index]
        found = list(_PREFIX_TEXT.finditer(line))
        if len(found) == 2 and found[0][0] != found[1][0]:
            (a, b), (c, d) = found[0].span(), found[1].span()
            yield (text.replace(index, line[:a] + found[1][0] + line[b:c] + found[0][0] + line[d:]),)
        for item in found:
            others = [other for other in pool if other != item[0] and (":" in other) == (":" in item[0])]
            others = [other for other in others if ("/" in other) == ("/" in item[0])]
            if others:
                yield (text.replace(index, line[: item.start()] + random.choice(others) + line[item.end() :]),)


def _extra_imports(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    return _extra_set_imports(text, targets) if text.set_style else _extra_vrf_imports(text, targets)


def _extra_vrf_imports(text: DeviceLines, targets: tuple[str, ...]) -> Iterator[Edits]:
    """Each VRF with one more import, where one changes most: what another VRF here exports, and no import map stands in its way.

    Where no VRF exports anything, or all have maps, any import anywhere.
    """
    exported = tuple(sorted({line.split()[2] for line in text.lines if line.startswith("  route-target export ")}))
    places: list[tuple[int, bool]] = []
    inside = False
    for index, line in enumerate(text.lines):
        inside = line.startswith("vrf definition ") or (inside and line.startswith(" "))
        if inside and line.startswith(" address-family "):
            places.append((index, text.lines[index + 1].startswith("  import map ")))
    is_open = exported and not all(mapped for _, mapped in places)
    for place, mapped in places:
        if not (is_open and mapped):
            wanted = exported if is_open else targets
            yield from ((text.insert(place, f"  route-target import {target}"),) for target in wanted)


def _extra_set_imports(text: DeviceLines, targets: tuple[str, ...]) -> Iterator[Edits]:
    instances = {line.split()[2]: at for at, line in enumerate(text.lines) if line.startswith("set routing-instances ")}
    for name, index in instances.items():
        yield from (
            (text.insert(index, f"set routing-instances {name} vrf-target import target:{t}"),) for t in targets
        )
        for other in instances:
            if other != name:
                added = f"set routing-instances {name} routing-options instance-import FROM-{other}"
                policy = f"set policy-options policy-statement FROM-{other} term 10"
                opened = (f"{policy} from instance {other}", f"{policy} then accept")
                yield (text.insert(index, *opened, added),)


def _wrong_vrfs(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    """The interface in each other VRF of the device, and in none."""
    if text.set_style:
        pattern = re.compile(r"(set routing-instances) (\S+) (interface \S+)")
        names = sorted({line.split()[2] for line in text.lines if line.startswith("set routing-instances ")})
    else:
        pattern = re.compile(r"( vrf forwarding) (\S+)()")
        names = sorted({line.split()[2] for line in text.lines if line.startswith("vrf definition ")})
    for index, line in enumerate(text.lines):
        match = pattern.fullmatch(line)
        if match:
            yield (text.replace(index),)
            for name in names:
                if name != match[2]:
                    yield (text.replace(index, " ".join(part for part in (match[1], name, match[3]) if part)),)


def _reordered_rules(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    """Neighbours change places, and the last rule comes first."""
    lists: dict[str, list[int]] = {}
    header = ""
    for index, line in enumerate(text.lines):
        if not line.startswith(" "):
            header = line
        if _ENTRY.fullmatch(line):
            lists.setdefault(header, []).append(index)
        match = _LIST_RULE.fullmatch(line)
        if match:
            lists.setdefault(match[1], []).append(index)
    for places in lists.values():
        for one, other in {*pairwise(places), (places[0], places[-1])}:
            if one < other:
                yield _swapped_numbers(text, one, other)
    filters: dict[str, list[list[int]]] = {}
    for (name, _), places in _terms(text).items():
        filters.setdefault(name, []).append(places)
    for terms in filters.values():
        for one_term, other_term in pairwise(terms):
            if one_term[-1] < other_term[0]:
                yield tuple(
                    sorted(
                        (
                            *(text.replace(item) for item in one_term),
                            text.insert(other_term[-1], *(text.lines[item] for item in one_term)),
                        )
                    )
                )


def _swapped_numbers(text: DeviceLines, one: int, other: int) -> Edits:
    """Return the edits that exchange the sequence numbers of two rules."""
    number = re.compile(r"^( (?:sequence )?|.* seq )(\d+)")
    first, second = number.match(text.lines[one]), number.match(text.lines[other])
    if first is None or second is None:
        return ()
    return (
        text.replace(one, first[1] + second[2] + text.lines[one][first.end() :]),
        text.replace(other, second[1] + first[2] + text.lines[other][second.end() :]),
    )


def _unbound_acls(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    for index, line in enumerate(text.lines):
        if any(pattern.fullmatch(line) for pattern in _UNBOUND):
            yield (text.replace(index),)
        match = _SNMP_ACCESS.fullmatch(line)
        if match:
            yield (text.replace(index, match[1]),)


def _loosened_filters(text: DeviceLines, targets: tuple[str, ...], random: Random) -> Iterator[Edits]:
    """A shorter prefix, longer routes accepted, a condition that is gone, no filter at all."""
    for index, line in enumerate(text.lines):
        rule = _LIST_RULE.fullmatch(line)
        if rule:
            bits = 128 if ":" in rule[3] else 32
            start = line[: rule.start(3)] + rule[3]
            yield (text.replace(index, f"{start}/{rule[4]} le {bits}"),)
            yield (text.replace(index, f"{start}/{max(0, int(rule[4]) - 4)} le {bits}"),)
            yield (text.replace(index, f"{line[: rule.start(3)]}{_ANYTHING[bits]} le {bits}"),)
        route = _ROUTE_FILTER.fullmatch(line)
        if route:
            anything = _ANYTHING[128 if ":" in route[2] else 32]
            yield (text.replace(index, f"{route[1]} {route[2]}/{route[3]} orlonger"),)
            yield (text.replace(index, f"{route[1]} {route[2]}/{max(0, int(route[3]) - 4)} orlonger"),)
            yield (text.replace(index, f"{route[1]} {anything} orlonger"),)
        if _is_condition(line):
            yield (text.replace(index),)


def _is_condition(line: str) -> bool:
    """Return whether a line keeps routes out and nothing else: a match, a last reject, the use of a policy."""
    return (
        re.fullmatch(r" match ipv?6? address prefix-list \S+", line) is not None
        or re.fullmatch(r" +neighbor \S+ route-map \S+ (?:in|out)", line) is not None
        or re.fullmatch(r" +redistribute \S+ route-map \S+", line) is not None
        or re.fullmatch(r"set policy-options .* then reject", line) is not None
        or re.fullmatch(r"set routing-instances .* (?:import|export) \S+", line) is not None
    )


NAMED_KINDS: Mapping[FaultKind, NamedKind] = {
    FaultKind.DROPPED_RULE: _dropped_rules,
    FaultKind.WIDENED_MASK: _widened_masks,
    FaultKind.SWAPPED_PREFIX: _swapped_prefixes,
    FaultKind.EXTRA_IMPORT: _extra_imports,
    FaultKind.WRONG_VRF: _wrong_vrfs,
    FaultKind.REORDERED_RULE: _reordered_rules,
    FaultKind.UNBOUND_ACL: _unbound_acls,
    FaultKind.LOOSENED_FILTER: _loosened_filters,
    FaultKind.ADDED_LINE: added_lines,
}
