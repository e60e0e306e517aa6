"""Which words of a Junos statement are secrets.

The one idea: a statement is followed word by word, and how far it has been followed is a small value (`Position`), so that
a block in braces hands it on to what stands inside, and set lines and braces are judged alike. A word that takes a name
spares the next one, whatever it is; a word that announces a secret hides what follows it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from routing.vendors.secrets import announces


class Next(Enum):
    """What the next word of a statement is."""

    START = "says which part of the configuration this is"
    START_NAME = "a name, then START"
    ANY = "anything"
    NAME = "a name, or a list of names"
    NAMES = "a name in a list"
    SECRET_NAME = "a name that is a secret"
    VALUE = "a secret, or a word before one"
    KEY = "a secret, a word before one, or the number of a key"
    REST = "more of a secret, until a word is known"
    TEXT = "a text for people"


class Position(NamedTuple):
    """How far a statement has been followed: its part of the configuration, and what comes next."""

    area: str = ""
    next: Next = Next.START


class Treatment(Enum):
    """What is to be done with a word: keep it, look at its shape, hide it, or take it as a text for people."""

    KEEP = 0
    LOOK = 1
    HIDE = 2
    READ = 3


_CONTAINERS = frozenset({"groups", "logical-systems", "tenants", "routing-instances"})
_MARKS = frozenset({
    "inactive:", "protect:", "replace:", "delete:", "active:", "protect", "set", "delete", "deactivate", "activate", "rename",
    "copy", "insert", "replace", "annotate"
})  # fmt: skip
# Here stand names of policies, lists and filters; communities are those of routes.
_ROUTE_AREAS = frozenset({"policy-options", "firewall"})
_NAME_FOLLOWS = frozenset({
    "group", "interface", "interfaces", "unit", "instance", "input", "output", "input-list", "output-list",
    "import", "export", "vrf-import", "vrf-export", "instance-import", "instance-export", "rib", "rib-group",
    "import-rib", "key-chain", "policy", "policer",
    "authentication-key-chain", "user", "class", "host-name", "authentication-order", "permissions",
    "hostkey-algorithm", "neighbor", "term", "hostkey-algorithm-list", "next-table", "filter-list", "prefix-list",
    "policy-statement"
})  # fmt: skip
APPLYING = frozenset({"apply-groups", "apply-groups-except", "apply-macro"})
_FOR_PEOPLE = frozenset({"description", "message", "announcement", "location", "contact"})
_SNMP_NAMES = frozenset({"community", "trap-group", "snmp-community"})
_ANNOUNCING = frozenset({
    "plain-text-password-value", "ssh-rsa", "ssh-dsa", "ssh-ecdsa", "ssh-ed25519", "cak", "ckn", "ascii-text",
    "hexadecimal"
})  # fmt: skip
_NOT_ANNOUNCING = frozenset({"trusted-key", "hash-key", "enhanced-hash-key", "fingerprint-hash"})
_BEFORE_VALUE = re.compile(
    r"ascii-text|hexadecimal|value|type|(?:hmac-|cmac-)?(?:md5|sha-?\d*(?:-\d{1,3})*|aes(?:-\d{1,3}|-[cg]\w\w)*|3?des)|=|:"
)
_NO_SECRET = re.compile(r"algorithm|start-time|options|tolerance|minimum-\S+|maximum-\S+|change-type|format")
_AFTERWARDS = frozenset({
    "authorization", "view", "clients", "client-list-name", "routing-instance", "logical-system", "targets",
    "version", "categories", "port", "timeout", "destination-port", "accounting-port", "source-address",
    "single-connection", "retry", "members", "algorithm", "start-time", "options", "from", "security-name",
    "community-name", "context", "tag"
})  # fmt: skip


def follow(place: Position, word: str, last: bool) -> tuple[Position, Treatment]:
    """Return where a statement stands after one more word, and what to do with it; `last`: no other word follows."""
    word = word.lower()
    if word in APPLYING:
        return Position(word if word == "apply-macro" else place.area, Next.NAME), Treatment.KEEP
    match place.next:
        case Next.START:
            return _start(place, word)
        case Next.START_NAME:
            return Position(place.area, Next.START), Treatment.KEEP
        case Next.NAME:
            return place._replace(next=Next.NAMES if word == "[" else Next.ANY), Treatment.KEEP
        case Next.NAMES:
            return place._replace(next=Next.ANY if word == "]" else Next.NAMES), Treatment.KEEP
        case Next.SECRET_NAME:
            return place._replace(next=Next.REST), Treatment.HIDE
        case Next.TEXT:
            return place, Treatment.READ
        case Next.VALUE | Next.KEY:
            return _value(place, word, last)
        case Next.REST if word not in _AFTERWARDS and not announces(word):
            return place, Treatment.HIDE
        case _:
            return _any(place, word)


def _start(place: Position, word: str) -> tuple[Position, Treatment]:
    if word in _MARKS:
        return place, Treatment.KEEP
    if word in _CONTAINERS:
        return Position(place.area, Next.START_NAME), Treatment.KEEP
    if word in _SNMP_NAMES:
        return Position("", Next.SECRET_NAME), Treatment.KEEP
    return _any(Position(word, Next.ANY), word)


def _any(place: Position, word: str) -> tuple[Position, Treatment]:
    """Take a word that may be anything."""
    area = place.area
    if area == "system" and word == "ntp":
        return Position(word, Next.ANY), Treatment.KEEP
    if area in _ROUTE_AREAS:
        return Position(area, Next.ANY), Treatment.KEEP
    if word in _FOR_PEOPLE:
        return Position(area, Next.TEXT), Treatment.KEEP
    if word in _NAME_FOLLOWS:
        return Position(area, Next.NAME), Treatment.KEEP
    if word == "community-name" or (area == "snmp" and word in _SNMP_NAMES):
        return Position(area, Next.SECRET_NAME), Treatment.KEEP
    if _announces(area, word):
        kind = Next.KEY if word.endswith("key") else Next.VALUE
        return Position(area, kind), Treatment.LOOK
    return Position(area, Next.ANY), Treatment.LOOK


def _announces(area: str, word: str) -> bool:
    if word in _NOT_ANNOUNCING or word.startswith("no-") or (area == "ntp" and word == "key"):
        return False
    return word in _ANNOUNCING or announces(word)


def _value(place: Position, word: str, last: bool) -> tuple[Position, Treatment]:
    """Take a word after one that announces a secret."""
    if word in ("[", "]"):
        return place, Treatment.KEEP
    if _NO_SECRET.fullmatch(word):
        return place._replace(next=Next.ANY), Treatment.KEEP
    numbered = place.next is Next.KEY and word.isdigit() and len(word) <= 5
    if not last and (numbered or _BEFORE_VALUE.fullmatch(word)):
        return place, Treatment.KEEP
    if not last and numbered is False and _announces(place.area, word):
        return place._replace(next=Next.KEY if word.endswith("key") else Next.VALUE), Treatment.KEEP
    return place._replace(next=Next.REST), Treatment.HIDE


def inside(place: Position) -> Position:
    """Return where the statements of a block start whose header ends at a place."""
    return place._replace(next=Next.ANY) if place.next in (Next.REST, Next.TEXT) else place
