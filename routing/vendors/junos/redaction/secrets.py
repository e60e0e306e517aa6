"""The text of a Junos device without its secrets: `hide_secrets`.

The one idea: each secret gets a number, in the order of the text, and the same secret the same number. So statements that
were equal stay equal and others differ (a deactivated community is not taken for the active one). A plain text may stand
wherever Junos shows an encoded one, so the dummies need no shapes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from routing.vendors.junos.comments import Piece, pieces
from routing.vendors.junos.redaction.tokens import Spans, comment_spans, text_spans, tokens
from routing.vendors.junos.redaction.words import Position
from routing.vendors.junos.tree import SET_FORM
from routing.vendors.secrets import HIDDEN, Span, is_reference, is_suspicious, replace_spans

# Set lines that hold no secret, in full: filters, policies and sessions.
_NAME = r"[\w.:/-]+"
_PLAIN = re.compile(
    rf"set (?:firewall family inet6? filter {_NAME} term {_NAME} (?:from|then)(?: [a-z]+(?:-[a-z]+)*)(?: {_NAME})?"
    rf"|policy-options policy-statement {_NAME} term {_NAME} (?:from|then) [a-z-]+(?: {_NAME})?(?: exact)?"
    rf"|routing-instances {_NAME} (?:protocols bgp group {_NAME} (?:family inet6? unicast(?: loops \d+)?|type external"
    rf"|peer-as \d+|(?:import|export) {_NAME}|neighbor {_NAME})|interface {_NAME}|instance-type [a-z-]+|protocols bgp multipath"
    rf"|routing-options autonomous-system (?:\d+|independent-domain no-attrset))"
    rf"|interfaces {_NAME} unit \d+ (?:vlan-id \d+|family inet6? (?:address {_NAME}|filter (?:in|out)put {_NAME})))\Z"
)
_VERB = re.compile(r"\s*(?:set|deactivate|activate|delete|protect|unprotect|annotate|insert|rename|replace|copy)\s")
_MARKS = re.compile(r"\s*(?:/\*|#)*")
_NUMBERED = re.compile(rf"{HIDDEN}-(\d{{1,9}})#?[\x7f\xad]?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CACHED = 300  # characters of a line that may be met again


def hide_secrets(text: str) -> str:
    """Return the text with a dummy for each secret: same lines, same words, and the same device when it is read."""
    dummy = _Dummies(text)
    if SET_FORM.search(text) is None:
        return replace_spans(text, Spans(text).read(), dummy)
    lines = text.split("\n")
    plain = _PLAIN.match
    hiding = _SetLines(lines, dummy)
    for index in [index for index, line in enumerate(lines) if plain(line) is None]:
        hiding.take(index)
    return "\n".join(lines)


class _Dummies:
    """Numbers secrets: a dummy for each, the same for the same; what is a dummy already stays."""

    def __init__(self, text: str) -> None:
        taken = _NUMBERED.findall(text) if HIDDEN in text else ()
        self.next = max(map(int, taken), default=0) + 1
        self.numbers: dict[str, int] = {}

    def __call__(self, part: str, secret: str) -> str:
        """Return what stands for a part of a secret (or for a part that is one itself)."""
        if _NUMBERED.fullmatch(part) or is_reference(part):
            return part
        number = self.numbers.setdefault(secret or part, self.next)
        self.next = max(self.next, number + 1)
        # What tells the reader to look closely at a line, or to refuse it, is kept in kind.
        remark = "#" if "#" in part or "/*" in part else ""
        strange = "" if part.isprintable() else "\x7f" if _CONTROL.search(part) else "\xad"
        return f"{HIDDEN}-{number}{remark}{strange}"


class _Line(NamedTuple):
    """What is secret in a set line; whether its last word is; and whether a quoted string is open at its end."""

    spans: tuple[Span, ...]
    hides_end: bool
    open: bool


class _SetLines:
    """Replaces the secrets of set lines, one line after the other; plain lines are not shown to it."""

    def __init__(self, lines: list[str], dummy: _Dummies) -> None:
        self.lines = lines
        self.dummy = dummy
        self.last = -1
        self.before = _Line((), hides_end=False, open=False)
        self.in_comment = False
        self.suspicious = False

    def take(self, index: int) -> None:
        """Replace the secrets of the line at an index."""
        line, before = self.lines[index], self.before
        if index != self.last + 1:
            before = _Line((), hides_end=False, open=False)
        self.last = index
        self.before = found = self._line(line, before)
        self.lines[index] = replace_spans(line, found.spans, self.dummy)

    def _line(self, line: str, before: _Line) -> _Line:
        found, inside = pieces(line, self.in_comment)
        comments = [piece for piece in found if piece.comment]
        said = [piece for piece in found if not piece.comment]
        self.suspicious = bool(comments) and self.in_comment and self.suspicious
        self.in_comment = inside
        if comments and said and found[0].comment:
            return self._behind_comment(line, comments, said[0].start)
        if _VERB.match(line) is not None:
            return _set_line(line) if len(line) < _CACHED else _set_line.__wrapped__(line)
        marks = _MARKS.match(line)
        start = 0 if marks is None else marks.end()
        if before.open or (before.hides_end and len(line.split()) == 1):
            return _goes_on(line, start, before)
        if comments or line.lstrip().startswith("#"):
            self.suspicious = self.suspicious or is_suspicious(line[start:])
            return _Line(tuple(text_spans(line, start, len(line), self.suspicious)), hides_end=False, open=False)
        return _moved(_Line(Spans(line[start:]).read(), hides_end=False, open=False), start)

    def _behind_comment(self, line: str, comments: list[Piece], start: int) -> _Line:
        """Take a line that begins with a comment and goes on with a statement at `start`."""
        self.suspicious = self.suspicious or any(is_suspicious(line[item.start : item.end]) for item in comments)
        before = [
            span for item in comments if item.end <= start for span in text_spans(line, *item[:2], self.suspicious)
        ]
        after = _moved(_set_line.__wrapped__(line[start:]), start)
        return after._replace(spans=(*before, *after.spans))


def _moved(found: _Line, by: int) -> _Line:
    spans = (span._replace(start=span.start + by, end=span.end + by) for span in found.spans)
    return found._replace(spans=tuple(spans))


def _goes_on(line: str, start: int, before: _Line) -> _Line:
    """Take a line that goes on with a quoted string, or with a word."""
    quote = line.find('"', start) if before.open else -1
    end = len(line) if quote < 0 else quote
    hides = before.hides_end or is_suspicious(line[start:end])
    return _Line(tuple(text_spans(line, start, end, hides)), hides and quote < 0, before.open and quote < 0)


@lru_cache(maxsize=1 << 16)
def _set_line(line: str) -> _Line:
    """Return what is secret in a line that starts with a verb."""
    spans = Spans(line)
    found = list(tokens(line))
    for token in found:
        if token.kind == "comment":
            spans.found.extend(comment_spans(line, token.start, token.end))
    spans.pending = [token for token in found if token.kind not in ("comment", *'"{};')][1:]
    spans.follow(Position(), header=False)
    spans.found.sort()
    return _Line(tuple(spans.found), spans.hides_end, any(token.kind == '"' for token in found))
