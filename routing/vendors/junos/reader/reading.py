"""What is collected while one device is read: lines not understood, harmless lines, and which line says what.

The one idea: every statement ends in exactly one of three ways: it shaped the model, it is on the closed harmless list, or
it is recorded as unknown with a reason. A statement inherited from a group stands for the group's own line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from intents.reason import Reason
from routing.model import LinePath, Ref, UnknownLine
from routing.vendors.junos.harmless import in_canonical_order
from routing.vendors.junos.tree import JunosStatement


class Leaf(NamedTuple):
    """A value and the statement that says it."""

    value: str
    statement: JunosStatement


class Leaves(dict[str, Leaf]):
    """Single values by name: what stands here beats what is inherited, a later `set` line beats an earlier one."""

    def put(self, name: str, value: str, statement: JunosStatement) -> None:
        """Set a value unless a stronger statement has set it."""
        old = self.get(name)
        if old is None or statement.rank <= old.statement.rank:
            self[name] = Leaf(value, statement)

    def value(self, name: str) -> str | None:
        """Return the value of this name, None if nothing sets it."""
        leaf = self.get(name)
        return None if leaf is None else leaf.value


@dataclass(slots=True)
class JunosReading:
    """The record of one reading."""

    reasons: dict[LinePath, tuple[Reason, int]] = field(default_factory=dict)
    harmless_lines: dict[LinePath, None] = field(default_factory=dict)
    modelled: set[LinePath] = field(default_factory=set)
    lines: dict[Ref, int] = field(default_factory=dict)
    runs: list[tuple[str, Sequence[int]]] = field(default_factory=list)

    def unknown(self, statement: JunosStatement, reason: Reason) -> None:
        """Record that a statement is not understood (the first reason stays)."""
        self.reasons.setdefault(statement.path, (reason, statement.line))

    def harmless(self, statement: JunosStatement) -> None:
        """Record that a statement is on the harmless list."""
        self.harmless_lines[statement.path] = None

    def says(self, statement: JunosStatement, *refs: Ref) -> None:
        """Record that a statement says these things; the first line of a thing stays."""
        if statement.source:
            self.modelled.add(statement.path)
        for ref in refs:
            self.lines.setdefault(ref, statement.line)

    def says_entries(self, acl: str, lines: Sequence[int]) -> None:
        """Record the line of every entry of an ACL."""
        self.runs.append((acl, lines))

    def unknown_lines(self) -> tuple[tuple[UnknownLine, ...], tuple[int, ...]]:
        """Return the lines not understood, by path, and the number of each, in the same order."""
        found = sorted((path, reason, line) for path, (reason, line) in self.reasons.items())
        unknown = tuple(UnknownLine(path=path, reason=reason) for path, reason, _ in found)
        return unknown, tuple(line for _, _, line in found)

    def harmless_paths(self) -> tuple[LinePath, ...]:
        """Return the harmless lines in their order; a group's line that also says something else is not one."""
        return in_canonical_order(
            path for path in self.harmless_lines if path not in self.reasons and path not in self.modelled
        )
