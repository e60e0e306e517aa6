"""A statement of a Junos text -> what it configures, and which filters and policies it uses.

The one idea: names of policies stand behind few words; whatever follows one of these is a use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from routing.model import LinePath
from routing.vendors.junos.tree import INACTIVE, words
from routing.vendors.subject import OTHER, Subject, SubjectKind

_FAMILY = re.compile(r" family (inet6?) ")
_POLICY_KINDS = ("policy-statement", "prefix-list", "community", "as-path", "as-path-group")
_POLICY_WORDS = frozenset({"import", "export", "vrf-import", "vrf-export", "policy"})
_LIST_WORDS = {
    "prefix-list": "prefix-list",
    "prefix-list-filter": "prefix-list",
    "source-prefix-list": "prefix-list",
    "destination-prefix-list": "prefix-list",
    "as-path": "as-path",
    "as-path-group": "as-path-group",
}
_COMMUNITY_WORDS = frozenset({"add", "set", "delete", "+", "-", "="})


def subject_of(path: LinePath) -> Subject:
    """Return what a statement configures; those of kinds that truc does not write are OTHER."""
    said = words(path[0].removeprefix(INACTIVE)) if path else []
    kind, name = _thing(said)
    return OTHER if kind is SubjectKind.OTHER else Subject(kind, name, tuple(_uses(said)))


def edit_subject(typed: LinePath) -> Subject:
    """Return what a command (`set`, `delete` and the like) configures or takes away."""
    _, _, statement = typed[-1].partition(" ")
    return subject_of((statement,)) if statement else OTHER


def _thing(said: list[str]) -> tuple[SubjectKind, str]:
    match said:
        case ["system", "host-name", _]:
            return SubjectKind.DEVICE, ""
        case ["interfaces", port, "unit", unit, *_]:
            return SubjectKind.INTERFACE, f"{port}.{unit}"
        case ["interfaces", port, *_]:
            return SubjectKind.INTERFACE, port
        case ["firewall", "family", "inet" | "inet6" as family, "filter", name, *_]:
            return SubjectKind.LIST, f"filter {family} {name}"
        case ["firewall", "filter", name, *_]:
            return SubjectKind.LIST, f"filter inet {name}"
        case ["policy-options", kind, name, *_] if kind in _POLICY_KINDS:
            return SubjectKind.POLICY, f"{kind} {name}"
        case ["routing-instances", name, *rest]:
            return _of_table(rest, name) or (SubjectKind.VRF, name)
        case ["routing-options", "router-id" | "autonomous-system", *_]:
            return SubjectKind.PROCESS, ""
        case _:
            return _of_table(said, "") or (SubjectKind.OTHER, "")


def _of_table(said: list[str], vrf: str) -> tuple[SubjectKind, str] | None:
    match said:
        case ["protocols", "bgp", *_]:
            return SubjectKind.BGP, vrf
        case ["routing-options", "static", *_] | ["routing-options", "rib", _, "static", *_]:
            return SubjectKind.STATIC, vrf
        case ["protocols", protocol, *_] if protocol != "router-advertisement" and vrf:
            return SubjectKind.OTHER, ""
        case _:
            return None


def _uses(said: list[str]) -> Iterator[str]:
    line = " ".join(said)
    family = _FAMILY.search(line)
    is_definition = said[:1] == ["policy-options"]
    for index, word in enumerate(said[:-1]):
        name = said[index + 1]
        if is_definition and index < 2:
            continue
        if word in _POLICY_WORDS:
            yield f"policy-statement {name}"
        elif word in _LIST_WORDS:
            yield f"{_LIST_WORDS[word]} {name}"
        elif word == "community":
            named = said[index + 2] if name in _COMMUNITY_WORDS and index + 2 < len(said) else name
            yield f"community {named}"
        elif word in ("input", "output", "input-list", "output-list") and said[0] == "interfaces":
            yield f"filter {'inet' if family is None else family[1]} {name}"
