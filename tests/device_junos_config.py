"""A configuration of Junos as a made-up device keeps it: a tree of words, read and printed as `set` lines and in braces.

The one idea: every statement is a path of words, so that both notations are one tree; a leaf that has one value (a table says
which) loses the old one. After Juniper's CLI User Guide, "Load Configuration Files" and "Display set".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.device_junos_text import Node, Path, brace_lines, set_lines, statements
from tests.device_junos_veil import veiled
from tests.device_state import Config, RefusedError

TOP = frozenset(
    (
        "access", "accounting-options", "applications", "apply-groups", "chassis", "class-of-service", "event-options",
        "firewall", "forwarding-options", "groups", "interfaces", "policy-options", "protocols", "routing-instances",
        "routing-options", "security", "services", "snmp", "system", "version", "vlans",
    )
)  # fmt: skip
# Leaves with one value.
SINGLE = frozenset(
    (
        "host-name", "domain-name", "time-zone", "description", "vlan-id", "peer-as", "type", "instance-type", "router-id",
        "message", "route-distinguisher", "encrypted-password", "autonomous-system", "mtu", "metric", "local-preference",
        "input", "output", "idle-timeout", "local-address", "secret", "timeout", "loops", "connection-limit", "rate-limit",
        "message-processing-model", "security-level", "hold-time", "max-configurations-on-flash",
        "value",
    )
)  # fmt: skip
EXCLUSIVE = frozenset(("accept", "reject", "discard"))  # one of them below `then`
_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|\S+')
_POLICY = re.compile(r"(?:import|export|vrf-import|vrf-export) (\S+)$")
_FILTER = re.compile(r"^set interfaces .*family (inet6?) filter (?:input|output) (\S+)$")

_INSIDE = re.compile(r"^set routing-instances (\S+) interface ([^\s.]+)(?:\.(\d+))?$")


class JunosConfig:
    """Running or candidate; its text is read when it is first asked for. Copies share a tree until one of them is changed."""

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._root: Node | None = None
        self._is_shared = False
        self._printed: tuple[str, ...] | None = None

    @property
    def root(self) -> Node:
        if self._root is None:
            self._root = Node()
            if self._text:
                self.load(self._text, "set" if re.match(r"\s*(set|deactivate) ", self._text) else "merge")
        return self._root

    @root.setter
    def root(self, root: Node) -> None:
        self._root, self._is_shared, self._printed = root, False, None

    def copy(self) -> JunosConfig:
        twin = JunosConfig(self._text)
        self._is_shared = self._root is not None
        twin._root, twin._is_shared, twin._printed = self._root, self._is_shared, self._printed
        return twin

    def _change(self) -> None:
        """Take the tree for this one alone: it is about to be changed."""
        if self._is_shared:
            self._root, self._is_shared = self.root.copy(), False
        self._printed = None

    def blocks(self) -> tuple[str, ...]:
        if self._printed is None:
            self._printed = tuple(
                "".join(f"{line}\n" for line in set_lines(node, (word,))) for word, node in self.root.below.items()
            )
        return self._printed

    def set_text(self, path: Path = ()) -> str:
        if not path:
            return "".join(self.blocks())
        node = self.find(path)
        return "" if node is None else "".join(f"{line}\n" for line in set_lines(node, path))

    def brace_text(self, path: Path = ()) -> str:
        node = self.find(path)
        return "" if node is None else "".join(brace_lines(node, "", top=not path))

    def way_back(self, _: Config) -> Iterator[tuple[Config, str]]:
        """Go back in one step: a commit is one."""
        yield from ()

    @property
    def hostname(self) -> str:
        node = self.find(("system", "host-name"))
        return next(iter(node.below), "") if node is not None else ""

    def find(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for word in path:
            node = node.below.get(word) if node is not None else None
        return node

    # -- changes -------------------------------------------------------------------------------------------------------

    def set(self, path: Path) -> None:
        if path[0] == "version":  # the device's own, whatever a text says
            return
        self._change()
        if path[-2:-1] == ("secret",) or (path[-2:-1] == ("value",) and "authentication-key" in path):
            path = (*path[:-1], veiled(path[-1]))
        node, before = self.root, ""
        for word in path:
            if word not in node.below:
                if node.below and (before in SINGLE or before == "then"):
                    for other in [other for other in node.below if _one_of_them(before, other, word)]:
                        del node.below[other]
                node.below[word] = Node()
            node, before = node.below[word], word
        node.ends = True

    def delete(self, path: Path) -> bool:
        """Take away a path with all below it, and what is empty above; tell if it was there."""
        self._change()
        way = [self.root]
        for word in path:
            if word not in way[-1].below:
                return False
            way.append(way[-1].below[word])
        way[-1].below.clear()
        way[-1].ends = False
        for word, above, node in zip(reversed(path), reversed(way[:-1]), reversed(way[1:]), strict=True):
            if node.below or node.ends:
                break
            del above.below[word]
        return True

    def command(self, line: str, above: Path = ()) -> str:
        """Do `set`, `delete`, `rename`, `insert`, `activate` or `deactivate`; return a warning, or refuse."""
        self._change()
        words = _WORDS.findall(line)
        path = (*above, *words[1:])
        if not path or path[0] not in TOP:
            raise RefusedError("bad-element", f"syntax error: {line}")
        match words[0]:
            case "set":
                self.set(path)
            case "delete":
                return "" if self.delete(path) else "warning: statement not found\n"
            case "activate" | "deactivate":
                node = self.find(path)
                if node is None:
                    return "warning: statement not found\n"
                node.inactive = words[0] == "deactivate"
            case "rename" if "to" in path:
                self._rename(path)
            case "insert" if "before" in path or "after" in path:
                self._insert(path)
            case _:
                raise RefusedError("bad-element", f"syntax error: {line}")
        return ""

    def _rename(self, path: Path) -> None:
        at = path.index("to")
        above = self.find(path[: at - 1])
        new = path[-1]
        if above is None or path[at - 1] not in above.below:
            raise RefusedError("data-missing", "statement not found")
        above.below = {new if word == path[at - 1] else word: node for word, node in above.below.items()}

    def _insert(self, path: Path) -> None:
        where = "before" if "before" in path else "after"
        at = path.index(where)
        above, moved, mark = self.find(path[: at - 1]), path[at - 1], path[-1]
        if above is None or moved not in above.below or mark not in above.below:
            raise RefusedError("data-missing", "statement not found")
        node = above.below.pop(moved)
        order: dict[str, Node] = {}
        for word, other in above.below.items():
            order.update({moved: node, word: other} if word == mark and where == "before" else {word: other})
            if word == mark and where == "after":
                order[moved] = node
        above.below = order

    def load(self, text: str, how: str) -> None:
        """Load a text: `set` lines, or braces that merge, replace what is tagged, or stand for all (override, update)."""
        self._change()
        if how == "set":
            for line in text.splitlines():
                if line.strip() and not line.startswith("#"):
                    self.command(line)
            return
        if how in {"override", "update"}:
            self.root = Node()
        for path, tag in list(statements(text)):
            if path[:1] and path[0] not in TOP:
                raise RefusedError("bad-element", f"syntax error: {path[0]}")
            if tag in {"replace", "delete"}:
                self.delete(path)
            elif tag == "inactive":
                self.set(path)
                node = self.find(path)
                assert node is not None
                node.inactive, node.ends = True, not node.below
            else:
                self.set(path)

    def check(self) -> list[str]:
        """Return what a commit would say is wrong: policies, filters and units that are named and not defined."""
        lines = self.set_text().splitlines()
        policies = self.find(("policy-options", "policy-statement"))
        known = set(policies.below) if policies else set()
        said = []
        for line in lines:
            policy = _POLICY.search(line)
            if policy is not None and " bgp " in line and policy[1] not in known:
                said.append(f"error: Policy error: Policy {policy[1]} referenced but not defined")
            inside = _INSIDE.match(line)
            if inside is not None and self.find(("interfaces", inside[2], "unit", inside[3] or "0")) is None:
                said.append(
                    f"error: interface {inside[2]}.{inside[3] or '0'} of instance {inside[1]} is not configured"
                )
            bound = _FILTER.match(line)
            if bound is not None and self.find(("firewall", "family", bound[1], "filter", bound[2])) is None:
                said.append(f"error: Referenced filter '{bound[2]}' is not defined")
        return said


def _one_of_them(above: str, old: str, new: str) -> bool:
    """Tell if two words can't both stand below a third."""
    if above == "autonomous-system":  # the number is one, options stand beside it
        return old.isdigit() and new.isdigit()
    return above in SINGLE or (above == "then" and {old, new} <= EXCLUSIVE)
