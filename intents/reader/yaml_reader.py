"""YAML text -> one tree of nodes with places, or Findings.

The one idea: never compose or construct; walk libyaml's event stream with an explicit stack and refuse, event by event,
everything that lets a text mean more than it shows: anchors, aliases, tags, merge keys, repeated keys, a second document,
deep nesting, and plain words that YAML 1.1 and YAML 1.2 read differently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from intents.finding import Finding, Where, make_finding
from intents.reader.nodes import Entry, MappingNode, Node, ScalarNode, ScalarValue, SequenceNode
from intents.reader.source_text import FORBIDDEN_IN_VALUE, forbidden_character, merge_conflict, read_text

MAXIMUM_SIZE = 1 << 20
MAXIMUM_DEPTH = 32

_CORE: dict[str, ScalarValue] = {"": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
# What YAML 1.1 readers, YAML 1.2 readers and people take for different things.
_SURPRISES = re.compile(
    r"~|(?i:yes|no|on|off|y|n|true|false|null)"
    r"|[-+]?0[0-9_]+|[-+]?0[xXoObB][0-9a-fA-F_]+"
    r"|[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?"
    r"|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
    r"|[-+]?\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|[-+]?[0-9]+\.([eE][-+]?[0-9]+)?|[-+]?0[0-9]+\.[0-9]*"
    r"|[-+]?\.(?i:inf|nan)|[-+]?[0-9]{20,}|=|[0-9.]+[eE][-+]?[0-9]{4,}"
)


def read_yaml(path: Path, shown: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """Read one YAML file of at most 1 MB; `shown` is its name in messages. The node is None if there is any finding."""
    text = read_text(path, shown, MAXIMUM_SIZE)
    if isinstance(text, Finding):
        return None, (text,)
    for number, line in enumerate(text.split("\n"), start=1):
        conflict = merge_conflict(line, Where(file=shown, line=number, column=1))
        if conflict is not None:
            return None, (conflict,)
    return parse_yaml(text, shown)


def parse_yaml(text: str, shown: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """Read one YAML document from checked text; the node is None if there is any finding."""
    builder = _TreeBuilder(shown)
    try:
        for event in _events(text):
            builder.take(event)
    except _RefusedError as refused:
        return None, (*builder.findings, refused.finding)
    except yaml.MarkedYAMLError as error:
        return None, (*builder.findings, _syntax_finding(error, shown))
    except yaml.YAMLError as error:
        return None, (*builder.findings, make_finding("TR105", Where(file=shown), problem=str(error)))
    if builder.root is None and not builder.findings:
        return None, (make_finding("TR136", Where(file=shown, line=1, column=1)),)
    return (None if builder.findings else builder.root), tuple(builder.findings)


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=yaml.CSafeLoader)


def _syntax_finding(error: yaml.MarkedYAMLError, shown: str) -> Finding:
    mark = error.problem_mark or error.context_mark
    where = Where(file=shown) if mark is None else _at(shown, mark.line, mark.column)
    problem = error.problem or "not YAML"
    if "nesting depth" in problem:
        return make_finding("TR106", where, limit=MAXIMUM_DEPTH)
    return make_finding("TR105", where, problem=problem)


class _RefusedError(Exception):
    """A text that is not worth reading further."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


@dataclass(slots=True)
class _OpenList:
    """A list that is being read."""

    where: Where
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class _OpenMapping:
    """A mapping that is being read; `key` is the one that waits for its value."""

    where: Where
    entries: dict[str, Entry] = field(default_factory=dict)
    key: tuple[str, Where] | None = None


class _TreeBuilder:
    """Takes events one by one; `root` and `findings` are the outcome."""

    def __init__(self, shown: str) -> None:
        self.root: Node | None = None
        self.findings: list[Finding] = []
        self._shown = shown
        self._stack: list[_OpenList | _OpenMapping] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add one event to the tree."""
        match event:
            case yaml.ScalarEvent():
                self._refuse_anchor_and_tag(event, event.tag)
                self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._refuse_anchor_and_tag(event, event.tag)
                self._start(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.AliasEvent():
                raise _RefusedError(make_finding("TR107", self._where(event), what=f"*{event.anchor}"))
            case yaml.DocumentStartEvent():
                self._document(event)
            case _:
                pass

    def _where(self, event: yaml.Event) -> Where:
        mark = event.start_mark
        return Where(file=self._shown) if mark is None else _at(self._shown, mark.line, mark.column)

    def _refuse_anchor_and_tag(self, event: yaml.NodeEvent, tag: str | None) -> None:
        if event.anchor is not None:
            raise _RefusedError(make_finding("TR107", self._where(event), what=f"&{event.anchor}"))
        if tag is not None:
            raise _RefusedError(make_finding("TR108", self._where(event), tag=tag))

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _RefusedError(make_finding("TR111", self._where(event)))
        if event.version is not None or event.tags:
            raise _RefusedError(make_finding("TR108", self._where(event), tag="%YAML or %TAG"))

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        where = self._where(event)
        if len(self._stack) >= MAXIMUM_DEPTH:
            raise _RefusedError(make_finding("TR106", where, limit=MAXIMUM_DEPTH))
        if self._awaits_key() is not None:
            raise _RefusedError(make_finding("TR133", where))
        self._stack.append(_OpenMapping(where) if isinstance(event, yaml.MappingStartEvent) else _OpenList(where))

    def _end(self) -> None:
        match self._stack.pop():
            case _OpenList() as done:
                self._place(SequenceNode(tuple(done.items), done.where))
            case _OpenMapping() as done:
                self._place(MappingNode(tuple(done.entries.values()), done.where))

    def _awaits_key(self) -> _OpenMapping | None:
        """Return the innermost open collection if it is a mapping whose next node is a key."""
        innermost = self._stack[-1] if self._stack else None
        return innermost if isinstance(innermost, _OpenMapping) and innermost.key is None else None

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        where = self._where(event)
        plain = event.style in (None, "")
        hidden = FORBIDDEN_IN_VALUE.search(event.value)
        if hidden is not None:
            self.findings.append(forbidden_character(hidden.group(), where))
        mapping = self._awaits_key()
        # Letters and their marks may be written apart: the same text in tables and in YAML is the same value.
        text = event.value if event.value.isascii() else unicodedata.normalize("NFC", event.value)
        if mapping is not None:
            self._key(mapping, text, where, plain=plain)
            return
        value = self._resolve(text, where) if plain else text
        self._place(ScalarNode(value, text, plain, where))

    def _key(self, mapping: _OpenMapping, text: str, where: Where, *, plain: bool) -> None:
        if plain and text == "<<":
            raise _RefusedError(make_finding("TR109", where))
        if plain and not isinstance(self._resolve(text, where), str):
            self.findings.append(make_finding("TR133", where))
        earlier = mapping.entries.get(text)
        if earlier is not None:
            self.findings.append(make_finding("TR110", where, also=(earlier.where,), key=text))
        mapping.key = (text, where)

    def _resolve(self, text: str, where: Where) -> ScalarValue:
        if text in _CORE:
            return _CORE[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if _SURPRISES.fullmatch(text):
            self.findings.append(make_finding("TR115", where, text=text))
        return text

    def _place(self, node: Node) -> None:
        innermost = self._stack[-1] if self._stack else None
        if innermost is None:
            self.root = node
        elif isinstance(innermost, _OpenList):
            innermost.items.append(node)
        elif innermost.key is not None:
            key, where = innermost.key
            innermost.entries.setdefault(key, Entry(key, where, node))
            innermost.key = None


def _at(shown: str, line: int, column: int) -> Where:
    return Where(file=shown, line=line + 1, column=column + 1)
