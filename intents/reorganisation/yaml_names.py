"""A YAML file of a workspace -> the same text with today's names of organisations and units in it.

The one idea: only the words that name somebody are replaced, at the places where the reader found them; comments, order and
layout stay. A list that would name one organisation twice names it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from intents.finding import Finding, Where, make_finding
from intents.reader.nodes import MappingNode, Node, ScalarNode, SequenceNode
from intents.reader.parser_context import D11
from intents.reader.yaml_reader import parse_yaml
from intents.registry import UnitKey

LISTS = frozenset({"names", "except", "login_from"})
UNIT_FIELD = "below"
OWNER_FIELD = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNames:
    """Today's name of each organisation that is called otherwise, or was taken over; the successors of each unit that ends."""

    organisations: Mapping[str, str]
    units: Mapping[UnitKey, tuple[UnitKey, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Edit:
    """Characters from one place of a text to another, and what comes there."""

    start: int
    end: int
    text: str


def rename_in_yaml(text: str, shown: str, names: NewNames) -> tuple[str, tuple[Finding, ...]]:
    """Return a text with today's names, and a finding for each unit that has ended and has not exactly one successor.

    A text that is no YAML stays as it is: the readers of the workspace tell of that.
    """
    root, _ = parse_yaml(text, shown)
    if root is None:
        return text, ()
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    edits: list[_Edit] = []
    findings: list[Finding] = []
    for key, node in _fields(root):
        if key == UNIT_FIELD and isinstance(node, ScalarNode):
            following = names.units.get(UnitKey(node.text))
            if following is not None and len(following) != 1:
                units = ", ".join(following) or "-"
                findings.append(make_finding("TR257", node.where, rule=D11, unit=node.text, units=units))
            elif following is not None:
                edits.append(_replaced(text, starts, node, following[0]))
        elif key == OWNER_FIELD and isinstance(node, ScalarNode) and node.text in names.organisations:
            edits.append(_replaced(text, starts, node, names.organisations[node.text]))
        elif key in LISTS and isinstance(node, SequenceNode):
            edits += _list_edits(text, starts, node, names.organisations)
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text, tuple(findings)


def _fields(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield every field of every mapping in a tree."""
    if isinstance(node, MappingNode):
        for entry in node.entries:
            yield entry.key, entry.value
            yield from _fields(entry.value)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _fields(item)


def _offset(starts: Sequence[int], where: Where) -> int:
    return starts[where.line - 1] + where.column - 1


def _replaced(text: str, starts: Sequence[int], node: ScalarNode, name: str) -> _Edit:
    """Return the edit of one word, in quotes if it stands in quotes."""
    start = _offset(starts, node.where)
    start += 0 if node.plain else 1
    return _Edit(start=start, end=start + len(node.text), text=name)


def _list_edits(text: str, starts: Sequence[int], node: SequenceNode, names: Mapping[str, str]) -> Iterator[_Edit]:
    items = [item for item in node.items if isinstance(item, ScalarNode)]
    found = [names.get(item.text, item.text) for item in items]
    if found == [item.text for item in items]:
        return
    start = _offset(starts, node.where)
    if text[start : start + 1] == "[":
        kept = ", ".join(dict.fromkeys(found))
        yield _Edit(start=start, end=text.index("]", start) + 1, text=f"[{kept}]")
        return
    seen: set[str] = set()
    for item, name in zip(items, found, strict=True):
        if name in seen:
            yield _Edit(start=starts[item.where.line - 1], end=starts[item.where.line], text="")
        elif name != item.text:
            yield _replaced(text, starts, item, name)
        seen.add(name)
