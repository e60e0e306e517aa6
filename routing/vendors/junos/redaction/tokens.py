"""What is secret in Junos text, as spans: of set lines one by one, or of braces as a whole.

The one idea: the text is cut as the reader cuts it, and a span holds only what is inside a word or a quoted string, so
that statements, blocks and comments stay where they are. A quote that never ends is looked for once only; a comment that
never ends swallows the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from routing.vendors.junos.redaction.words import APPLYING, Next, Position, Treatment, follow, inside
from routing.vendors.secrets import Span, is_reference, is_suspicious, people_spans, word_spans

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
# The reader splits some lines at every kind of space and some at plain ones only; a word here may hold strange ones.
_SKIPPED = re.compile(r"[ \t-\r\x1c-\x1f]+|#[^\n]*")
_WORD = re.compile(r'[^ \t-\r\x1c-\x1f{};\[\]"]+')
# A run of characters that may be hidden: without spaces, and without what escapes a quote, opens or ends a comment.
_RUN = re.compile(r'(?:(?!\*/|(?<=\*)/|/\*|(?<=/)\*)[^\s"\\])+')
_REMARK = re.compile(r"[#*\s]*")
_MARK_OF_SECRETS = "SECRET-DATA"  # what Junos writes behind a secret
_STATES = ("inactive:", "protect:")  # said before a statement
_ANY_NAME = "<*>"  # in a group: whatever stands there
_ROUTE_WORDS = frozenset({"add", "set", "delete", "members", "invert-match"})


class Token(NamedTuple):
    """A piece of text: `kind` is "word", "quoted", "comment", or the mark itself; `start` and `end` are within the quotes."""

    kind: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield words, quoted strings, comments and marks; a quote that never ends is a mark too."""
    at, size, quotes = 0, len(text), True
    while at < size:
        char = text[at]
        if (skipped := _SKIPPED.match(text, at)) is not None:
            if char == "#":
                yield Token("comment", at + 1, skipped.end())
            at = skipped.end()
            continue
        if char == '"':
            quoted = _QUOTED.match(text, at) if quotes else None
            quotes = quoted is not None
            if quoted is not None:
                yield Token("quoted", at + 1, quoted.end() - 1)
                at = quoted.end()
                continue
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            yield Token("comment", at + 2, size if end < 0 else end)
            at = size if end < 0 else end + 2
            continue
        word = _WORD.match(text, at)
        end = at + 1 if word is None else word.end()
        yield Token(char if word is None else "word", at, end)
        at = end


def comment_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield what is secret in a comment between two places."""
    remark = _REMARK.match(text, start, end)
    start = start if remark is None else remark.end()
    if text[start:end].strip() != _MARK_OF_SECRETS:
        yield from text_spans(text, start, end, is_suspicious(text[start:end]))


def text_spans(text: str, start: int, end: int, suspicious: bool) -> Iterator[Span]:
    """Yield what is secret in a text for people between two places: all of it if it is suspicious."""
    yield from people_spans(((run.group(), run.start()) for run in _runs(text, start, end)), suspicious)


def hidden_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the words between two places, all of one secret."""
    secret = text[start:end]
    if secret != _ANY_NAME and not is_reference(secret):
        yield from (Span(run.start(), run.end(), secret) for run in _runs(text, start, end))


def _runs(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the runs of characters that may be hidden; readers look for `apply-groups` even in quoted strings."""
    return (run for run in _RUN.finditer(text, start, end) if not run.group().startswith("apply-"))


class Spans:
    """Gathers what is secret in one text while its statements are followed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Span] = []
        self.blocks = [Position()]
        self.pending: list[Token] = []
        self.hides_end = False
        """Whether the last word of the last statement is secret: it may go on in the next line."""

    def read(self) -> tuple[Span, ...]:
        """Return the spans of the text as braces, in order."""
        for token in tokens(self.text):
            if token.kind == "comment":
                self.found.extend(comment_spans(self.text, token.start, token.end))
            elif token.kind in "{};":
                self.end_statement(token.kind)
            elif token.kind != '"':
                self.pending.append(token)
        self.end_statement(";")
        self.found.sort()
        return tuple(self.found)

    def end_statement(self, mark: str) -> None:
        """Judge the words since the last mark."""
        marks = 0
        while marks < len(self.pending) and self._word(self.pending[marks]) in _STATES:
            marks += 1
        self.pending = self.pending[marks:]
        place = self.follow(self.blocks[-1], header=mark == "{")
        self.pending = []
        if mark == "{":
            self.blocks.append(inside(place))
        elif mark == "}" and len(self.blocks) > 1:
            self.blocks.pop()

    def follow(self, place: Position, header: bool) -> Position:
        """Follow the pending words as one statement."""
        if place.next is Next.START and self._is_of_routes():
            place = Position("policy-options", Next.ANY)
        last = len(self.pending) - 1
        self.hides_end = False
        for index, token in enumerate(self.pending):
            word = self._word(token)
            place, treatment = follow(place, word, index == last and not header)
            if treatment is Treatment.READ:
                self._judge_texts(self.pending[index:])
                break
            self.hides_end = treatment is Treatment.HIDE
            if treatment is Treatment.HIDE and token.kind not in "[]":
                self.found.extend(hidden_spans(self.text, token.start, token.end))
            elif treatment is Treatment.LOOK and token.kind == "word" and _RUN.fullmatch(word):
                self.found.extend(word_spans(word, token.start))
            elif treatment is Treatment.LOOK and token.kind not in "[]":
                self._judge_texts([token])
        return place

    def _judge_texts(self, texts: list[Token]) -> None:
        """Judge words and quoted strings as one text for people; it ends where groups are applied."""
        words = map(self._word, texts)
        texts = texts[: next((at for at, word in enumerate(words) if word in APPLYING), len(texts))]
        self.hides_end = is_suspicious(self.text[texts[0].start : texts[-1].end])
        for token in texts:
            if token.kind not in "[]":
                self.found.extend(text_spans(self.text, token.start, token.end, self.hides_end))

    def _is_of_routes(self) -> bool:
        """Return whether a statement without its surroundings is about a community of routes."""
        words = [self._word(token) for token in self.pending[:3]]
        return words[:1] == ["community"] and not _ROUTE_WORDS.isdisjoint(words[1:])

    def _word(self, token: Token) -> str:
        return self.text[token.start : token.end]
