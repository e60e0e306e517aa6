"""Lines that are not understood, grouped by form: numbers, addresses and names are blanked, so that equal constructs are one.

The one idea: what is worth adding to a reader is a construct, and how many lines and files wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from controller.jobs.captured import LineKind, ReadLine, ReadText
from routing.model import LinePath

_IPV4 = re.compile(r"\d+\.\d+\.\d+\.\d+")
_IPV6 = re.compile(r"(?=\S*:\S*:)[0-9A-Fa-f:.]+")
_NUMBER = re.compile(r"\d+")
_PORT = re.compile(r"(?P<kind>[A-Z][A-Za-z-]*[a-z]|(?:ae|em|et|fxp|ge|irb|lo|lt|me|reth|st|vlan|xe))-?\d+(?:[/.:]\d+)*")
_WITH_DIGITS = re.compile(
    r"(?:inet|ipv|vpnv|ospfv?|ripv?|v|sha-?|md|aes-?|dot|l|des|iso|snmpv|ikev)\d+\w{0,3}", re.IGNORECASE
)
_NAMING = frozenset(
    {"apply-groups", "as-path", "as-path-group", "chain", "class", "class-map", "community", "community-list",
     "domain-name", "ethernet-segment", "export", "extcommunity-list", "filter", "filter-list", "flow-map",
     "from-zone", "group", "groups", "host-name", "hostname", "import", "instance", "key", "name", "object-group",
     "peer-group", "policer", "policy-map", "policy-statement", "prefix-list", "prefix-list-name", "profile",
     "route-map", "routing-instances", "rule", "security-zone", "server-group", "term", "to-zone", "user",
     "username", "vrf"}
)  # fmt: skip
_TEXTS = frozenset({"description", "remark", "message", "annotate", "banner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineForm:
    """A construct that no reader understands: its form, how many lines and files have it, and the first of them."""

    form: str
    lines: int
    files: int
    example_file: str
    example: ReadLine


def unknown_forms(texts: Iterable[ReadText]) -> tuple[LineForm, ...]:
    """Return the forms of all lines that are not understood, by how many files and lines have them."""
    found: dict[str, list[tuple[str, ReadLine]]] = {}
    for text in texts:
        for line in text.lines:
            if line.kind is LineKind.UNKNOWN:
                found.setdefault(form_of(line.path), []).append((text.file, line))
    forms = (
        LineForm(
            form=form,
            lines=len(places),
            files=len({file for file, _ in places}),
            example_file=places[0][0],
            example=places[0][1],
        )
        for form, places in found.items()
    )
    return tuple(sorted(forms, key=lambda item: (-item.files, -item.lines, item.form)))


def form_of(path: LinePath) -> str:
    """Return the form of a line with its sections."""
    return " > ".join(_form_of_line(line) for line in path)


def _form_of_line(line: str) -> str:
    shown: list[str] = []
    before = ""
    for word in line.split("\n", 1)[0].split():
        if before in _TEXTS:
            shown.append("TEXT")
            break
        shown.append(_blanked(word, before))
        before = word
    return " ".join(shown)


def _blanked(word: str, before: str) -> str:
    """Return what a word stands for in a form; keywords stand for themselves."""
    if word.startswith('"'):
        return "TEXT"
    port = _PORT.fullmatch(word)
    if port is not None:
        return f"{port['kind']}N"
    if _IPV4.search(word):
        return _NUMBER.sub("N", _IPV4.sub("A.B.C.D", word).replace("A.B.C.D", "\0")).replace("\0", "A.B.C.D")
    if _IPV6.match(word):
        return "X:X::X" + ("/N" if "/" in word else "")
    if word[0].isdigit():
        return _NUMBER.sub("N", word)
    if before in _NAMING:
        return "NAME"
    if _WITH_DIGITS.fullmatch(word) or not (_NUMBER.search(word) or "_" in word or word != word.lower()):
        return word
    return "NAME"
