"""A YAML document as a small typed tree in which every node knows its place.

The one idea: three frozen kinds of node and nothing else of YAML; scalars are already null, truth values, numbers or text.
"""

from __future__ import annotations

from dataclasses import dataclass

from intents.finding import Where

ScalarValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value; `text` is as written (without quotes), `plain` whether it stood without quotes."""

    value: ScalarValue
    text: str
    plain: bool
    where: Where


@dataclass(frozen=True, slots=True)
class SequenceNode:
    items: tuple[Node, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and its value in a mapping."""

    key: str
    where: Where
    value: Node


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Entries in the order of the file; keys are text and differ."""

    entries: tuple[Entry, ...]
    where: Where


Node = ScalarNode | SequenceNode | MappingNode


def kind_of(node: Node) -> str:
    """Return what a node is, in words for messages: `a mapping`, `a list`, `text`, `a whole number` …"""
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    match node.value:
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case None:
            return "nothing"
