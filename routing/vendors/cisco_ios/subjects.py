"""A line of an IOS text -> what it configures, and which lists and route maps it uses.

The one idea: a list is called by the words of its command and its name, so that a use and a definition of it are equal texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from routing.model import LinePath
from routing.vendors.cisco_ios.names import interface_name
from routing.vendors.subject import OTHER, Subject, SubjectKind

_LOGIN = re.compile(
    r"(?:ipv6 )?access-class |transport input |(?:no )?ip http (?:access-class|server|secure-server)|(?:no )?netconf-yang"
    r"|snmp-server group \S+ .*\baccess "
)
_TAKEN_BACK = re.compile(r"^(?:no|default) ")
_POLICY_LISTS = ("prefix-list", "community-list")
_USES = (
    (re.compile(r"\broute-map (\S+)"), "route-map"),
    (re.compile(r"^(?:im|ex)port map (\S+)"), "route-map"),
    (re.compile(r"^(?:import|export) ipv[46] \S+ map (\S+)"), "route-map"),
    (re.compile(r"^match ip address prefix-list (.+)"), "ip prefix-list"),
    (re.compile(r"^match ipv6 address prefix-list (.+)"), "ipv6 prefix-list"),
    (re.compile(r"^match ip address (?!prefix-list)(.+)"), "ip access-list"),
    (re.compile(r"^match ipv6 address (?!prefix-list)(.+)"), "ipv6 access-list"),
    (re.compile(r"^match community (.+)"), "ip community-list"),
    (re.compile(r"^match as-path (.+)"), "ip as-path"),
    (re.compile(r"^neighbor \S+\.\S+ prefix-list (\S+)"), "ip prefix-list"),
    (re.compile(r"^neighbor \S+:\S+ prefix-list (\S+)"), "ipv6 prefix-list"),
    (re.compile(r"^neighbor \S+ distribute-list (\S+)"), "ip access-list"),
    (re.compile(r"^neighbor \S+ filter-list (\S+)"), "ip as-path"),
    (re.compile(r"^ip access-group (\S+)"), "ip access-list"),
    (re.compile(r"^ipv6 traffic-filter (\S+)"), "ipv6 access-list"),
    (re.compile(r"^access-class (\S+)"), "ip access-list"),
    (re.compile(r"^ipv6 access-class (\S+)"), "ipv6 access-list"),
    (re.compile(r"^ip http access-class (?:ipv4 )?(\S+)"), "ip access-list"),
    (re.compile(r"^snmp-server group .*\baccess (?:ipv6 \S+ )?(?!ipv6 )(\S+)"), "ip access-list"),
    (re.compile(r"^snmp-server group .*\baccess ipv6 (\S+)"), "ipv6 access-list"),
    (re.compile(r"^netconf-yang ssh ipv4 access-list name (\S+)"), "ip access-list"),
    (re.compile(r"^netconf-yang ssh ipv6 access-list name (\S+)"), "ipv6 access-list"),
)


def subject_of(path: LinePath) -> Subject:
    """Return what a line configures; lines of kinds that truc does not write are OTHER."""
    kind, name = _thing(path)
    if kind is SubjectKind.OTHER:
        return OTHER
    return Subject(kind, name, () if kind is SubjectKind.LIST else tuple(_uses(path[-1])))


def edit_subject(typed: LinePath) -> Subject:
    """Return what a typed line configures or takes away."""
    return subject_of((*typed[:-1], _TAKEN_BACK.sub("", typed[-1])))


def _thing(path: LinePath) -> tuple[SubjectKind, str]:
    words = path[0].split()
    match words:
        case ["hostname", _] | ["ipv6", "unicast-routing"]:
            return SubjectKind.DEVICE, ""
        case ["interface", *rest] if rest:
            name = "".join(rest)
            return SubjectKind.INTERFACE, interface_name(name) or name
        case ["vrf", "definition", name] | ["ip", "vrf", name]:
            return SubjectKind.VRF, name
        case ["ip" | "ipv6", "route", "vrf", name, *_]:
            return SubjectKind.STATIC, name
        case ["ip" | "ipv6", "route", *_]:
            return SubjectKind.STATIC, ""
        case ["router", "bgp", _]:
            return _of_bgp(path)
        case _:
            return _list_or_login(path, words)


def _of_bgp(path: LinePath) -> tuple[SubjectKind, str]:
    """Return whose line one of BGP is: that of a VRF, of the global table, or of all (IOS has one AS and one router ID)."""
    if len(path) == 1 or re.match(r"bgp |no bgp |maximum-paths ", path[1]):
        return SubjectKind.PROCESS, ""
    family = re.match(r"address-family \S+ (?:unicast )?vrf (\S+)", path[1])
    return SubjectKind.BGP, "" if family is None else family[1]


def _list_or_login(path: LinePath, words: list[str]) -> tuple[SubjectKind, str]:
    match words:
        case ["route-map", name, *_]:
            return SubjectKind.POLICY, f"route-map {name}"
        case ["access-list", name, *_] | ["ip", "access-list", "extended" | "standard", name]:
            return SubjectKind.LIST, f"ip access-list {name}"
        case ["ipv6", "access-list", name, *_]:
            return SubjectKind.LIST, f"ipv6 access-list {name}"
        case ["ip" | "ipv6" as family, kind, *rest] if kind in _POLICY_LISTS and rest:
            name = rest[1] if rest[0] in ("standard", "expanded") and len(rest) > 1 else rest[0]
            return SubjectKind.POLICY, f"{family} {kind} {name}"
        case ["ip", "as-path", "access-list", name, *_]:
            return SubjectKind.POLICY, f"ip as-path {name}"
        case ["line", "vty", *_] if len(path) == 1:
            return SubjectKind.LOGIN, ""
        case _:
            is_login = _LOGIN.match(path[-1]) is not None and (len(path) == 1 or words[:2] == ["line", "vty"])
            return (SubjectKind.LOGIN, "") if is_login else (SubjectKind.OTHER, "")


def _uses(line: str) -> Iterator[str]:
    for pattern, command in _USES:
        for match in pattern.finditer(line):
            yield from (f"{command} {name}" for name in match[1].split() if name != "exact-match")
