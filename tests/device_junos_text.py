"""Junos statements as text: `set` lines and braces, both ways.

The one idea: a statement is a path of words in a tree; which words open braces of their own is a matter of print alone, and what
is read is the same paths either way (Juniper, CLI User Guide, "Display set", "Load Configuration Files").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Words that are printed together with the name behind them, and words that open braces of their own.
NAMED = frozenset(
    (
        "unit", "family", "filter", "term", "group", "neighbor", "policy-statement", "prefix-list", "address", "route", "area",
        "user", "class", "host", "file", "server", "target-address", "target-parameters", "view", "community", "interface",
    )
)  # fmt: skip
CONTAINERS = frozenset(
    (
        "from", "then", "protocols", "bgp", "ospf", "ospf3", "routing-options", "system", "interfaces", "firewall",
        "policy-options", "routing-instances", "services", "ssh", "netconf", "login", "syslog", "ntp", "snmp", "static",
        "unicast", "authentication",
    )
)  # fmt: skip
BLOCKS = frozenset(("source-address", "destination-address", "source-prefix-list", "destination-prefix-list"))
_TOKENS = re.compile(r'/\*.*?\*/|##[^\n]*|#[^\n]*|"(?:[^"\\]|\\.)*"|[{};\[\]]|[^\s{};\[\]]+', re.DOTALL)

Path = tuple[str, ...]


class Node:
    """A word's place: the words below it, and whether a statement ends here."""

    __slots__ = ("below", "ends", "inactive")

    def __init__(self) -> None:
        self.below: dict[str, Node] = {}
        self.ends = False
        self.inactive = False

    def copy(self) -> Node:
        twin = Node()
        twin.ends, twin.inactive = self.ends, self.inactive
        twin.below = {word: node.copy() for word, node in self.below.items()}
        return twin


def set_lines(node: Node, path: Path) -> list[str]:
    """Print as `display set` does: a statement with others below it is said by those."""
    lines: list[str] = []
    _add_lines(lines, node, " ".join(path))
    return lines


def _add_lines(lines: list[str], node: Node, said: str) -> None:
    if said and not node.below:
        lines.append(f"set {said}")
    for word, inner in node.below.items():
        _add_lines(lines, inner, f"{said} {word}" if said else word)
    if node.inactive:
        lines.append(f"deactivate {said}")


def brace_lines(node: Node, indent: str, *, top: bool) -> Iterator[str]:
    for word, inner in node.below.items():
        yield from _brace_of(word, inner, indent, top=top)


def _brace_of(words: str, node: Node, indent: str, *, top: bool = False, entry: bool = False) -> Iterator[str]:
    """Print a statement: a name in front of its braces, a container with braces, the rest on one line."""
    last = words.rpartition(" ")[2]
    mark = "inactive: " if node.inactive else ""
    plain = not any(inner.below or inner.inactive for inner in node.below.values())
    if not node.below:
        yield f"{indent}{mark}{words};\n"
    elif last in NAMED and not top and not entry:
        for name, inner in node.below.items():
            yield from _brace_of(f"{words} {name}", inner, indent, entry=True)
    elif top or entry or last in CONTAINERS or last in BLOCKS or (len(node.below) > 1 and not plain):
        yield f"{indent}{mark}{words} {{\n"
        yield from brace_lines(node, indent + "    ", top=False)
        yield f"{indent}}}\n"
    elif len(node.below) > 1:
        yield f"{indent}{mark}{words} [ {' '.join(node.below)} ];\n"
    else:
        for name, inner in node.below.items():
            yield from _brace_of(f"{words} {name}", inner, indent)


def statements(text: str) -> Iterator[tuple[Path, str]]:
    """Yield the statements of a text in braces, with their tags; a tagged block comes before what is in it."""
    above: list[list[str]] = []
    words: list[str] = []
    values: list[str] | None = None
    tag = ""
    for token in _TOKENS.findall(text):
        if token.startswith(("/*", "#")):
            continue
        path = (*(word for level in above for word in level), *words)
        if token in {"replace:", "delete:", "inactive:"}:
            tag = token[:-1]
        elif token == "{":
            if tag in {"replace", "delete", "inactive"}:
                yield path, tag
            above.append(words)
            words, tag = [], ""
        elif token == "}":
            above.pop()
        elif token == "[":
            values = []
        elif token == "]":
            continue
        elif token == ";":
            for value in [None] if values is None else values:
                yield (path if value is None else (*path, value)), tag
            words, values, tag = [], None, ""
        elif values is not None:
            values.append(token)
        else:
            words.append(token)
