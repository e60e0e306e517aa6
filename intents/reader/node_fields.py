"""Fields of a YAML mapping -> typed values: what `fields` reads from rows, and lists, nested mappings and unknown fields.

The one idea: the allowed fields are named once, when the reader is made, so that a misspelt one is always found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar

from intents.finding import RuleRef, Where, make_finding
from intents.reader.conversions import Choice, Complaint, to_choice, to_line
from intents.reader.fields import NO_RULES, FieldReader
from intents.reader.look_alikes import odd_letter
from intents.reader.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, kind_of
from intents.reader.parser_context import NameKind, ParserContext
from intents.reader.suggestions import suggest

Value = TypeVar("Value")


class NodeFields(FieldReader):
    """Reads the fields of one mapping; fields that are not `allowed` are findings at once."""

    def __init__(
        self, node: Node, reading: ParserContext, allowed: Collection[str], rules: Mapping[str, RuleRef] = NO_RULES
    ) -> None:
        super().__init__(reading, rules)
        self.where = node.where
        self._entries: dict[str, Entry] = {}
        self._meant: set[str] = set()
        self._is_mapping = isinstance(node, MappingNode)
        if not isinstance(node, MappingNode):
            self.complain("TR114", node.where, wanted="a mapping", found=kind_of(node))
            return
        self._entries = {entry.key: entry for entry in node.entries}
        for entry in node.entries:
            if entry.key not in allowed and (odd := odd_letter(entry.key)) is not None:
                self._meant.add(suggest(entry.key, allowed))
                self.complain("TR142", entry.where, **odd)
            elif entry.key not in allowed:
                nearest = suggest(entry.key, allowed)
                self._meant.add(nearest)
                allowed_text = ", ".join(allowed)
                self.complain("TR112", entry.where, field=entry.key, suggestion=nearest, allowed=allowed_text)

    def has(self, field: str) -> bool:
        """Return whether the field is written."""
        return field in self._entries

    def node(self, field: str) -> Node | None:
        """Return a field's node, None if the field is absent."""
        entry = self._entries.get(field)
        return entry.value if entry else None

    def place(self, field: str) -> Where:
        """Return the place of a field's value, or of the mapping."""
        node = self.node(field)
        return node.where if node else self.where

    def optional(self, field: str, wanted: str = "text") -> str:
        """Return a scalar's text; "" if the field is absent or null."""
        node = self.node(field)
        if node is None or (isinstance(node, ScalarNode) and node.value is None):
            return ""
        text = self.scalar(node, field, wanted)
        if text is not None and not text.strip(" "):
            self.complain("TR131", node.where, field=field)
        return text or ""

    def scalar(self, node: Node, field: str, wanted: str = "text") -> str | None:
        """Return the text of a scalar of the wanted kind; None (a finding) if it is something else."""
        if isinstance(node, ScalarNode) and kind_of(node) == wanted:
            return self._line(node, field)
        self.complain("TR114", node.where, wanted=wanted, found=kind_of(node))
        return None

    def _line(self, node: ScalarNode, field: str) -> str | None:
        """Return the text of a scalar if it is one short line; None (a finding) otherwise."""
        line = to_line(node.text)
        if isinstance(line, str):
            return line
        self.complain(line.code, node.where, field=field, **dict(line.values))
        return None

    def missing(self, field: str) -> None:
        """Record that a required field is absent or null; of a misspelt one that is already said."""
        if self.has(field):
            self.complain("TR131", self.place(field), field=field)
        elif field in self._meant or not self._is_mapping:
            self.ok = False
        else:
            self.complain("TR113", self.where, field=field)

    def flag(self, field: str) -> bool:
        """Return `true` or `false`; absent means false."""
        return self.optional(field, "true or false") == "true"

    def items(self, field: str, *, required: bool = True, may_be_empty: bool = False) -> tuple[Node, ...]:
        """Return the items of a list; an empty list is a finding unless it may be empty (empty never means any)."""
        node = self.node(field)
        if node is None:
            if required:
                self.missing(field)
            return ()
        if not isinstance(node, SequenceNode):
            self.complain("TR114", node.where, wanted="a list", found=kind_of(node))
            return ()
        if not node.items and not may_be_empty:
            self.complain("TR120", node.where, field=field)
        return node.items

    def texts(self, field: str, *, required: bool = True, may_be_empty: bool = False) -> tuple[tuple[str, Where], ...]:
        """Return the texts of a list with their places; a repeated one is a finding."""
        found: dict[str, Where] = {}
        for node in self.items(field, required=required, may_be_empty=may_be_empty):
            text = self.scalar(node, field)
            if text is None:
                continue
            if text in found:
                self.complain("TR121", node.where, field=field, item=text)
            found.setdefault(text, node.where)
        return tuple(found.items())

    def names_of(self, field: str) -> tuple[str, ...]:
        """Return the names in a field: one, or a list of them."""
        if isinstance(self.node(field), SequenceNode):
            return tuple(text for text, _ in self.texts(field, required=False))
        text = self.optional(field)
        return (text,) if text else ()

    def converted(
        self, field: str, convert: Callable[[str], Value | Complaint], *, required: bool = True
    ) -> tuple[Value, ...]:
        """Return the items of a list of texts, each converted."""
        values: list[Value] = []
        for text, where in self.texts(field, required=required):
            value = convert(text)
            if isinstance(value, Complaint):
                self.complain(value.code, where, field=field, **dict(value.values))
            else:
                values.append(value)
        return tuple(values)

    def choices(
        self, field: str, choices: type[Choice], *, required: bool = True, may_be_empty: bool = False
    ) -> frozenset[Choice]:
        """Return a list of members of a closed enumeration."""
        found: set[Choice] = set()
        for text, where in self.texts(field, required=required, may_be_empty=may_be_empty):
            value = to_choice(text, choices)
            if isinstance(value, Complaint):
                self.complain(value.code, where, field=field, **dict(value.values))
            else:
                found.add(value)
        return frozenset(found)

    def references(self, field: str, kind: NameKind, *, required: bool = True) -> tuple[str, ...]:
        """Return a list of names that must be declared."""
        names: list[str] = []
        for text, where in self.texts(field, required=required):
            if not self.reading.refer(kind, text, where, self._rules.get(field)):
                self.ok = False
            names.append(text)
        return tuple(names)

    def nested(self, field: str, allowed: Collection[str]) -> NodeFields | None:
        """Return a reader of a required nested mapping, None (a finding) if it is absent."""
        node = self.node(field)
        if node is None:
            self.missing(field)
            return None
        return NodeFields(node, self.reading, allowed)


def entries_of(node: Node, reading: ParserContext) -> Iterator[Entry]:
    """Yield the entries of a mapping of names; anything else is a finding."""
    if isinstance(node, MappingNode):
        yield from node.entries
    else:
        reading.findings.append(make_finding("TR114", node.where, wanted="a mapping", found=kind_of(node)))
