"""Hand-written Junos text means what the vendor's documentation says: packets, routes and fields, one snippet a case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from intents.prefix import Family, Prefix, format_address, parse_address, parse_prefix
from routing.model import (
    Acl,
    AclEntry,
    Action,
    AddressMatch,
    AsPathPattern,
    Device,
    NonInitial,
    PolicyClause,
    PolicyDefault,
)
from routing.vendors.junos import VENDOR
from routing.vendors.junos.names import PROTOCOLS
from routing.vendors.vendor import ReadDevice

_FOLDER = Path(__file__).parent / "readers" / "junos"
_SHORT = {
    "@F ": "set firewall family inet filter F term ",
    "@6 ": "set firewall family inet6 filter F term ",
    "@P ": "set policy-options policy-statement P term ",
    "@V ": "set routing-instances V ",
    "@N ": "set routing-instances V protocols bgp group G neighbor 10.0.0.2 ",
}
_BEHIND = {
    "bgp": """\
set interfaces ge-0/0/1 unit 0 family inet address 10.0.0.1/24
set interfaces ge-0/0/1 unit 0 family inet6 address 2001:db8::1/64
set routing-instances V instance-type virtual-router
set routing-instances V interface ge-0/0/1.0
set routing-instances V routing-options autonomous-system 65001
set routing-instances V protocols bgp group G type external
set routing-instances V protocols bgp group G peer-as 65002
set routing-instances V protocols bgp group G neighbor 10.0.0.2
set policy-options policy-statement ALL term a then accept
set policy-options policy-statement NONE term a then reject
set policy-options policy-statement TEN term a from route-filter 10.0.0.0/8 orlonger
set policy-options policy-statement TEN term a then accept
""",
}
_FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    name: str
    construct: str
    source: str
    text: str
    expected: tuple[str, ...]


def _load() -> Iterator[Snippet]:
    for path in sorted(_FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n=== ")[1:]:
            head, _, body = block.partition("\n")
            name, construct, source = (part.strip() for part in head.split("|"))
            text, _, expected = body.partition("\n---\n")
            lines = tuple(line for line in expected.splitlines() if line and not line.startswith("#"))
            yield Snippet(name=name, construct=construct, source=source, text=_expand(text), expected=lines)


def _expand(text: str) -> str:
    return "\n".join(_SHORT.get(line[:3], line[:3]) + line[3:] for line in text.split("\n")) + "\n"


def whole_text(snippet: Snippet) -> str:
    """Return a snippet with what it says to stand behind it."""
    used = (line.removeprefix("use ") for line in snippet.expected if line.startswith("use "))
    return snippet.text + "".join(_BEHIND[name] for name in used)


SNIPPETS = tuple(_load())

CONSTRUCTS = frozenset(
    [
        "actions",
        "address",
        "address-except",
        "address-mask",
        "aggregate",
        "apply-groups",
        "apply-groups-except",
        "apply-path",
        "as-number",
        "bgp-cluster",
        "bgp-export",
        "bgp-family",
        "bgp-group",
        "bgp-import",
        "bgp-inheritance",
        "bgp-internal",
        "bgp-local-address",
        "bgp-local-as",
        "bgp-loops",
        "bgp-multipath",
        "bgp-prefix-limit",
        "bgp-session",
        "bgp-unmodelled",
        "braces",
        "command",
        "comment",
        "community",
        "deactivate",
        "description",
        "disable",
        "filter-list",
        "filter-reference",
        "filter-unmodelled",
        "fragments",
        "group-precedence",
        "group-wildcard",
        "harmless",
        "icmp",
        "implicit-deny",
        "instance-type",
        "instance-unmodelled",
        "interface-address",
        "interface-filter",
        "interface-unmodelled",
        "list",
        "logins",
        "loopback-filter",
        "next-term",
        "no-from",
        "no-then",
        "payload-protocol",
        "next-header",
        "ospf",
        "ospf-export",
        "ospf-unmodelled",
        "policy-actions",
        "policy-chain",
        "policy-next-hop",
        "policy-protocol",
        "policy-term",
        "policy-unmodelled",
        "port",
        "port-except",
        "prefix-list",
        "prefix-list-filter",
        "prefix-list-undefined",
        "protocol",
        "protocol-except",
        "quoted",
        "route-filter",
        "router-id",
        "scalar-twice",
        "set-list",
        "static",
        "static-preference",
        "static-unmodelled",
        "stray",
        "system-unmodelled",
        "tcp-flags",
        "term-order",
        "vlan",
        "vrf",
    ]
)
"""What this reader claims to understand, or to refuse on purpose; each has a snippet."""


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.name)
def test_a_hand_written_snippet_means_what_its_document_says(snippet: Snippet) -> None:
    found = VENDOR.read("r1", whole_text(snippet))
    own_lines = snippet.text.count("\n")
    assert snippet.expected
    unknown = [line for line in snippet.expected if line.startswith("unknown ")]
    if unknown != ["unknown any"]:
        expected = [int(word) for line in unknown for word in line.split()[1:]]
        own = sorted({line for line in found.unknown_lines if line <= own_lines})
        assert own == expected, found.device.unknown
    assert [line for line in found.unknown_lines if line > own_lines] == []
    for line in snippet.expected:
        _check(found, line)


def test_there_are_two_hundred_snippets_each_named_once() -> None:
    names = [snippet.name for snippet in SNIPPETS]
    assert len(names) == len(set(names))
    assert len(names) >= 200


def test_every_construct_claimed_has_a_snippet_and_no_snippet_claims_another() -> None:
    assert {snippet.construct for snippet in SNIPPETS} == CONSTRUCTS


def test_no_snippet_is_text_of_our_own_render() -> None:
    assert not [snippet.name for snippet in SNIPPETS if "term t0001" in snippet.text or "TRUC-V4" in snippet.text]


def _check(found: ReadDevice, line: str) -> None:
    match line.split():
        case ["use" | "unknown", *_]:
            return
        case ["absent", kind, *names]:
            assert _find(found.device, kind, names) is None, line
        case ["policy", name, wanted, *route]:
            assert _route(found.device, name, route) == wanted + _wanted_sets(route), line
        case [name, "permit" | "deny" as wanted, *packet]:
            (acl,) = [acl for acl in found.device.acls if acl.name == name]
            assert _decide(acl, packet) == wanted, line
        case [kind, *names]:
            *names, attribute, value = names
            thing = _find(found.device, kind, names)
            assert thing is not None, line
            assert _show(getattr(thing, attribute)) == value, line
        case _:
            raise AssertionError(line)


def _find(device: Device, kind: str, names: list[str]) -> object | None:
    vrf = None if names[:1] == ["-"] else next(iter(names), None)
    match kind:
        case "device":
            return device
        case "interface":
            things: list[object] = [i for i in device.interfaces if i.name == names[0]]
        case "vrf":
            things = [v for v in device.vrfs if v.name == names[0]]
        case "static":
            things = [
                s
                for s in device.statics
                if (s.vrf, str(s.prefix)) == (vrf, names[1])
                and names[2] == ("discard" if s.next_hop is None else format_address(s.prefix.family, s.next_hop))
            ]
        case "bgp":
            things = [b for b in device.bgp if b.vrf == vrf]
        case "ospf":
            things = list(_of_ospf(device, vrf, names[1], names[2:]))
        case "neighbor":
            address = parse_address(names[1])
            things = [
                n for b in device.bgp if b.vrf == vrf for n in b.neighbors if (n.family, n.address) == tuple(address)
            ]
        case "clause":
            things = [item.clauses[int(names[1])] for item in device.policies if item.name == names[0]]
        case "login":
            things = [login for login in device.logins if login.service == names[0]]
        case "control":
            things = [c for c in device.control_filters if (c.vrf, str(int(c.family))) == (vrf, names[1])]
        case _:
            raise AssertionError(kind)
    return things[0] if len(things) == 1 else None


def _of_ospf(device: Device, vrf: str | None, family: str, names: list[str]) -> Iterator[object]:
    """Yield a process, what it says of an interface, or what it redistributes."""
    for process in device.ospf:
        if (process.vrf, str(int(process.family))) == (vrf, family):
            yield from [process] if not names else []
            yield from (item for item in process.interfaces if [item.name] == names)
            yield from (item for item in process.redistributions if ["redistribute", item.source] == names)


def _show(value: object) -> str:
    match value:
        case None | ():
            return "-"
        case tuple():
            if isinstance(value, Prefix):
                return str(value)
            return ",".join(_show(item) for item in value)
        case bool():
            return str(value).lower()
        case str():
            return str(value).replace(" ", "_")
        case int():
            return str(int(value))
        case _:
            pass
    for names in (("direction", "family", "acl"), ("asn", "prepend_in", "replace"), ("prefix",), ("service",)):
        if all(hasattr(value, name) for name in names):
            return ":".join(_show(getattr(value, name)) for name in names)
    if hasattr(value, "length"):
        return f"{format_address(value.family, value.value)}/{value.length}"  # type: ignore[attr-defined] # by shape
    return _show(value.family)  # type: ignore[attr-defined] # a VrfFamily is shown as its number


def _decide(acl: Acl, packet: list[str]) -> str:
    return next((entry.action.value for entry in acl.entries if _matches(acl.family, entry, packet)), "deny")


def _matches(family: Family, entry: AclEntry, packet: list[str]) -> bool:
    protocol, source, destination, *rest = packet
    number = PROTOCOLS[protocol] if protocol in PROTOCOLS else int(protocol)
    fragment = "frag" in rest
    if entry.protocols is not None and number not in entry.protocols:
        return False
    source_address, source_port = _end(family, source)
    destination_address, destination_port = _end(family, destination)
    if not _within(entry.sources, source_address) or not _within(entry.destinations, destination_address):
        return False
    if fragment or entry.non_initial is NonInitial.ONLY:
        return fragment and entry.non_initial is not NonInitial.SKIP
    for ports, port in ((entry.source_ports, source_port), (entry.destination_ports, destination_port)):
        if ports is not None and not any(low <= port <= high for low, high in ports):
            return False
    if entry.tcp_flags is not None:
        flags = sum(_FLAGS[letter] for word in rest for letter in word if letter in _FLAGS)
        if not any(flags & match.care == match.value for match in entry.tcp_flags):
            return False
    if entry.icmp is not None:
        kind, _, code = rest[0].partition("/")
        return any(m.type == int(kind) and m.code in {None, int(code or 0)} for m in entry.icmp)
    return True


def _end(family: Family, text: str) -> tuple[int, int]:
    """Return address and port of `10.0.0.1:80` or `2001:db8::1|80`."""
    address, _, port = text.partition(":" if family is Family.V4 else "|")
    return parse_address(address).value, int(port or 1024)


def _within(matches: tuple[AddressMatch, ...] | None, value: int) -> bool:
    return matches is None or any(value & match.care == match.value for match in matches)


def _wanted_sets(route: list[str]) -> str:
    return "".join(f" {word}" for word in route[route.index("->") + 1 :]) if "->" in route else ""


def _route(device: Device, name: str, route: list[str]) -> str:
    (policy,) = [policy for policy in device.policies if policy.name == name]
    words = route[: route.index("->")] if "->" in route else route
    prefix, source = parse_prefix(words[0]), words[1] if len(words) > 1 else "bgp"
    known = {"lp", "as"}
    carried = {word for word in words[2:] if word.partition("=")[0] not in known}
    told = dict(word.split("=") for word in words[2:] if word.partition("=")[0] in known)
    path = tuple(int(asn) for asn in told.get("as", "").split(",") if asn)
    said: list[str] = []
    for clause in policy.clauses:
        if not clause_holds(clause, prefix, source, carried, path, int(told.get("lp", "100"))):
            continue
        said += [f"lp={clause.local_preference}"] if clause.local_preference is not None else []
        said += [f"lp{clause.local_preference_change:+}"] if clause.local_preference_change else []
        said += [f"med={clause.metric}"] if clause.metric is not None else []
        said += [f"med{clause.metric_change:+}"] if clause.metric_change else []
        said += [f"origin={clause.origin}"] if clause.origin is not None else []
        said += [f"{'set' if clause.replace_communities else 'add'}={c}" for c in clause.add_communities]
        said += [f"prepend={asn}" for asn in clause.prepend]
        if clause.action is not None:
            decision = "accept" if clause.action is Action.PERMIT else "reject"
            return " ".join([decision, *(said if "->" in route else [])])
    decision = "reject" if policy.default is PolicyDefault.REJECT else "default"
    return " ".join([decision, *(said if "->" in route else [])])


def _expression(pattern: AsPathPattern) -> str:
    text = ""
    for step in pattern:
        few = [(low, high) for low, high in step.ranges if high - low < 999]
        numbers = [str(number) for low, high in few for number in range(low, high + 1)]
        one = "(?:" + ("|".join(numbers) or r"\d+") + ") "
        text += f"(?:{one}){{{step.least},{'' if step.most is None else step.most}}}"
    return text


def clause_holds(
    clause: PolicyClause, prefix: Prefix, source: str, carried: set[str], path: tuple[int, ...], preference: int
) -> bool:
    """Return whether all conditions of a clause hold for a route."""
    return (
        (clause.sources is None or source in clause.sources)
        and _communities_hold(clause, carried)
        and _path_holds(clause, path)
        and (clause.local_preferences is None or preference in clause.local_preferences)
        and _prefix_holds(clause, prefix)
    )


def _communities_hold(clause: PolicyClause, carried: set[str]) -> bool:
    if not clause.asks_communities or any(carried >= set(members) for members in clause.communities or ()):
        return True
    pairs = [tuple(map(int, one.split(":"))) for one in carried if one.count(":") == 1]
    return any(
        high == item.high and item.first <= low <= item.last for item in clause.community_ranges for high, low in pairs
    )


def _path_holds(clause: PolicyClause, path: tuple[int, ...]) -> bool:
    """Return whether a clause takes an AS path, by Python's expressions."""
    text = "".join(f"{asn} " for asn in path)
    return clause.as_paths is None or any(re.fullmatch(_expression(pattern), text) for pattern in clause.as_paths)


def _prefix_holds(clause: PolicyClause, prefix: Prefix) -> bool:
    if clause.prefixes is None:
        return True
    hits = (r.permit for r in clause.prefixes if r.prefix.covers(prefix) and r.low <= prefix.length <= r.high)
    return next(hits, False)
