"""Junos text, as `set` lines or as braces, into one list of statements, and back.

The one idea: a statement is the text of a `set` line without the word `set`, words joined by one space and quoted only
where needed; braces are flattened to exactly that, lists `[ a b ]` become one statement per value, and what is inactive
says so in its first word. So whoever reads meaning sees one form only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from intents.reason import Reason, because
from routing.model import LinePath
from routing.vendors.junos.comments import hiding, swallowed, uncommented, without_role

INACTIVE = "inactive: "
UNPARSED = "unparsed: "
_VERBS = frozenset(
    {"activate", "annotate", "copy", "deactivate", "delete", "insert", "prompt", "protect", "rename", "replace", "unprotect",
     "wildcard"}
)  # fmt: skip
_TAGS = frozenset({"inactive:", "protect:", "set", "unparsed:"})  # marks, no first words of a statement (JUN-GRAM-11)
SET_FORM = re.compile(r"^(?:/\*.*?\*/[ \t]*)?(?:set|deactivate|delete|protect) ", re.MULTILINE)
_ORDINARY = re.compile(
    rf'set (?!(?:{"|".join(sorted(_VERBS | _TAGS))})(?: |\Z))[^"\[\]#{{}};\x00-\x1f\x7f]*[^"\[\]#{{}};\x00-\x1f\x7f ]\Z'
)
_TOKEN = re.compile(
    r'(?P<skip>\s+|/\*.*?\*/|\#[^\n]*)|(?P<open>/\*.*)|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<mark>[{};\[\]])|(?P<word>[^\s{};\[\]"]+)|(?P<bad>.)',
    re.DOTALL,
)
_PLAIN = re.compile(r'(?!/\*)[^\s"{}\[\];#\x00-\x1f\x7f()|&!]+\Z')
_QUOTED_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_MAX_DEPTH = 64


class JunosStatement(NamedTuple):
    """One statement. `rank` 0 stands here, higher ones are inherited from groups, weaker the higher; `source` is the text
    of the group's line that says an inherited one; `fault` says why it can't be understood (None if it may be)."""

    text: str
    line: int
    rank: int = 0
    source: str = ""
    fault: Reason | None = None

    @property
    def path(self) -> LinePath:
        """Return the path of the line that says this."""
        return (self.source or self.text,)


def quote(word: str) -> str:
    """Return a word as it stands in a statement: quoted only if it has to be."""
    return word if _PLAIN.match(word) else f'"{word}"'


def words(text: str) -> list[str]:
    """Split a statement into its words, quotes taken off."""
    if '"' not in text:
        return text.split(" ")
    return [quoted if bare == "" else bare for quoted, bare in _QUOTED_WORD.findall(text)]


def read_statements(text: str) -> list[JunosStatement]:
    """Read a whole configuration in either form; never fails: what can't be parsed is a statement with a fault."""
    text = without_role(text)
    found, off = _read_set_lines(text) if SET_FORM.search(text) else _read_braces(text)
    hidden = tuple(hiding(text))
    faulted = {item.line for item in found if item.fault} if hidden else set()
    for line, number in hidden:
        if number not in faulted:
            found.append(JunosStatement(UNPARSED + line, number, fault=because("invisible_character")))
    return _mark_inactive(found, off) if off else found


def statement_paths(text: str) -> tuple[LinePath, ...]:
    """Return the path of every statement of a text, in order."""
    return tuple(statement.path for statement in read_statements(text))


def paths_text(paths: tuple[LinePath, ...]) -> str:
    """Return `set` lines that say these paths, each once."""
    lines: dict[str, None] = {}
    for path in paths:
        statement = " ".join(path)
        if statement.startswith(INACTIVE):
            lines[f"set {statement[len(INACTIVE) :]}"] = None
            lines[f"deactivate {statement[len(INACTIVE) :]}"] = None
        elif statement.startswith(UNPARSED):
            lines[statement[len(UNPARSED) :]] = None
        elif statement.partition(" ")[0] in _VERBS:
            lines[statement] = None
        else:
            lines[f"set {statement}"] = None
    return "".join(f"{line}\n" for line in lines)


def _read_set_lines(text: str) -> tuple[list[JunosStatement], dict[str, int]]:
    found: list[JunosStatement] = []
    off: dict[str, int] = {}
    # Nearly every line of a large text ends here, so it is made without the named constructor.
    ordinary, new = _ORDINARY.match, tuple.__new__
    lines, opened = text.split("\n"), 0
    for number, raw in enumerate(lines, 1):
        if not opened and ordinary(raw) and "  " not in raw and "/*" not in raw:
            found.append(new(JunosStatement, (raw[4:], number, 0, "", None)))
            continue
        line, inside = uncommented(raw, opened > 0)
        opened = (opened or number) if inside else 0
        if line:
            found.extend(_read_set_line(line, number, off))
    found.extend(_never_closed(lines, opened))
    return found, off


def _never_closed(lines: list[str], opened: int) -> Iterator[JunosStatement]:
    """Yield what a comment that opens on this line (0: none) and is never closed swallows (JUN-GRAM-01, JUN-GRAM-02)."""
    for line, number in swallowed(lines, opened) if opened else ():
        yield JunosStatement(UNPARSED + line, number, fault=because("comment_not_closed"))


def _read_set_line(line: str, number: int, off: dict[str, int]) -> Iterator[JunosStatement]:
    tokens = _line_tokens(line)
    if tokens is None:
        yield JunosStatement(UNPARSED + line, number, fault=because("not_a_statement"))
        return
    verb, *rest = tokens
    if verb in {"set", "deactivate"} and rest and rest[0] not in _VERBS | _TAGS:
        for statement in _expand_lists(rest):
            if statement is None:
                yield JunosStatement(UNPARSED + line, number, fault=because("not_a_statement"))
            elif verb == "set":
                yield JunosStatement(statement, number)
            else:
                off[statement] = number
    elif verb == "protect" and rest:
        yield JunosStatement(" ".join(tokens), number)
    elif verb in _VERBS:
        yield JunosStatement(line, number, fault=because("command_not_configuration"))
    else:
        yield JunosStatement(UNPARSED + line, number, fault=because("not_a_statement"))


def _line_tokens(line: str) -> list[str] | None:
    """Return the canonical words and list marks of a line without its comment; None if it can't be tokenised."""
    tokens: list[str] = []
    for match in _TOKEN.finditer(line):
        kind, token = match.lastgroup, match.group()
        if kind == "skip":
            continue
        if kind == "bad" or token in "{};" or not token.isprintable():
            return None
        tokens.append(quote(token[1:-1]) if kind == "quoted" else token)
    return tokens or None


def _expand_lists(tokens: list[str]) -> Iterator[str | None]:
    """Yield one statement per value of a closing list `[ a b ]`; None if brackets stand otherwise."""
    if "[" not in tokens and "]" not in tokens:
        yield " ".join(tokens)
        return
    start = tokens.index("[") if "[" in tokens else len(tokens)
    values = tokens[start + 1 : -1]
    if tokens[-1] != "]" or not start or not values or "[" in values or "]" in values:
        yield None
        return
    for value in values:
        yield " ".join((*tokens[:start], value))


class _Block(NamedTuple):
    prefix: str
    line: int
    depth: int


class _BraceReader:
    """Flattens braces with a stack of its own, so that nesting is bounded by memory, not by recursion."""

    def __init__(self) -> None:
        self.found: list[JunosStatement] = []
        self.off: dict[str, int] = {}
        self.stack = [_Block("", 0, 0)]
        self.pending: list[str] = []
        self.start = 0
        self.empty = True

    def take(self, kind: str | None, token: str, line: int) -> None:
        """Take one token; `line` is where it stands."""
        if kind == "mark" and token in "{};":
            {"{": self.open, "}": self.close, ";": self.end}[token](line)
            return
        if token == "protect:" and self.pending in ([], ["inactive:"]):
            self.start = self.start if self.pending else line
            return
        if not self.pending:
            self.start = line
        bad = kind == "bad" or not token.isprintable()
        self.pending.append("\x00" if bad else quote(token[1:-1]) if kind == "quoted" else token)

    def statements(self) -> Iterator[str]:
        """Yield what the pending words say under the open blocks, and note what they make inactive."""
        inactive = self.pending[:1] == ["inactive:"]
        tokens = self.pending[1:] if inactive else self.pending
        self.pending = []
        prefix, too_deep = self.stack[-1].prefix, self.stack[-1].depth > _MAX_DEPTH
        command = not prefix and tokens[:1] and tokens[0] in _VERBS | _TAGS
        for statement in _expand_lists(tokens):
            if not tokens or command or statement is None or "\x00" in statement or too_deep:
                raw = " ".join(tokens).replace("\x00", "\ufffd")
                self.fault(
                    f"{prefix}{raw}",
                    self.start,
                    because("nested_too_deeply") if too_deep else because("not_a_statement"),
                )
            else:
                if inactive:
                    self.off[prefix + statement] = self.start
                yield prefix + statement

    def fault(self, text: str, line: int, reason: Reason) -> None:
        self.found.append(JunosStatement(UNPARSED + text, line, fault=reason))

    def open(self, line: int) -> None:
        if not self.pending:
            self.start = line
        opened = list(self.statements())
        block = self.stack[-1]
        prefix = opened[0] + " " if len(opened) == 1 else block.prefix
        depth = block.depth + 1 if len(opened) == 1 else _MAX_DEPTH + 1
        self.stack.append(_Block(prefix, self.start, depth))
        self.empty = True

    def close(self, line: int) -> None:
        if self.pending:
            self.fault(" ".join(self.pending).replace("\x00", "\ufffd"), self.start, because("without_semicolon"))
            self.pending = []
        if len(self.stack) == 1:
            self.fault("}", line, because("closes_nothing"))
            return
        block = self.stack.pop()
        if self.empty and block.depth <= _MAX_DEPTH:
            self.found.append(JunosStatement(block.prefix.rstrip(" "), block.line))
        self.empty = False

    def end(self, line: int) -> None:
        if not self.pending:
            self.start = line
        self.found.extend(JunosStatement(statement, self.start) for statement in list(self.statements()))
        self.empty = False


def _read_braces(text: str) -> tuple[list[JunosStatement], dict[str, int]]:
    reader, line, seen = _BraceReader(), 1, 0
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "skip":
            continue
        line += text.count("\n", seen, match.start())
        seen = match.start()
        if match.lastgroup == "open":
            reader.found.extend(_never_closed(text.split("\n"), line))
            break
        reader.take(match.lastgroup, match.group(), line)
    if reader.pending:
        reader.fault(" ".join(reader.pending).replace("\x00", "\ufffd"), reader.start, because("without_semicolon"))
    if len(reader.stack) > 1:
        reader.fault("{", reader.stack[-1].line, because("block_not_closed"))
    return reader.found, reader.off


def _mark_inactive(found: list[JunosStatement], off: dict[str, int]) -> list[JunosStatement]:
    """Mark every statement that stands at or under a deactivated one."""
    used: set[str] = set()
    marked: list[JunosStatement] = []
    for statement in found:
        cover = None if statement.fault else _cover(statement.text, off)
        if cover is not None:
            used.add(cover)
            marked.append(statement._replace(text=INACTIVE + statement.text))
        else:
            marked.append(statement)
    idle = [
        JunosStatement(f"deactivate {text}", line, fault=because("deactivates_nothing"))
        for text, line in off.items()
        if text not in used
    ]
    return marked + idle


def _cover(text: str, off: dict[str, int]) -> str | None:
    """Return the deactivated statement at or above `text`, or None."""
    end = text.find(" ")
    while end != -1:
        if text[:end] in off:
            return text[:end]
        end = text.find(" ", end + 1)
    return text if text in off else None
