"""What stands in a text beside its statements: comments, and what the command line prints around its output.

The one idea: comments are taken off line by line, with the line numbers kept; a comment that is never closed makes every line
from there on unreadable, because a device refuses such a text (JUN-GRAM-01).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_LEX = re.compile(r'\s+|#.*|"(?:[^"\\]|\\.)*"|(?P<open>/\*)|[{};\[\]]|[^\s{};\[\]"]+|(?P<bad>.)')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n|\Z)")
_ROLE = re.compile(r"\{(?:master|backup|linecard|primary|secondary|local)(?::(?:node)?\d+)?\}\Z")


def without_role(text: str) -> str:
    """Return a text whose first and last line don't say the role of the routing engine, as `{master:0}` (JUN-GRAM-10); such a
    line is emptied, so that the numbers of the others stay."""
    lines = text.split("\n")
    spoken = [index for index, line in enumerate(lines) if line.strip()]
    edges = {spoken[0], spoken[-1]} if spoken else set()
    for index in edges:
        if _ROLE.match(lines[index].strip()):
            lines[index] = ""
    return "\n".join(lines)


def hiding(text: str) -> Iterator[tuple[str, int]]:
    """Yield the lines, comments too, in which a control character stands, with their numbers: a terminal takes a carriage return
    for the end of the line, and what follows for a command (JUN-GRAM-13)."""
    if text.replace("\n", " ").isprintable():  # as nearly all are; several times as fast
        return
    for number, line in enumerate(text.split("\n"), 1):
        if _CONTROL.search(line):
            yield _CONTROL.sub("\ufffd", line).strip(), number


class Piece(NamedTuple):
    """A part of a line: where it is, and whether it is inside a comment."""

    start: int
    end: int
    comment: bool


def pieces(line: str, inside: bool) -> tuple[tuple[Piece, ...], bool]:
    """Return what a line consists of, marks of comments left out, and whether a comment is open at its end.

    `inside`: a comment is open at its start.
    """
    found: list[Piece] = []
    at = 0
    while True:
        if inside:
            end = line.find("*/", at)
            found.append(Piece(at, len(line) if end < 0 else end, comment=True))
            if end < 0:
                return tuple(found), True
            at = end + 2
        start = _start_of_comment(line, at)
        if line[at:start].strip():
            found.append(Piece(at, start, comment=False))
        if start == len(line):
            return tuple(found), False
        at, inside = start + 2, True


def uncommented(line: str, inside: bool) -> tuple[str, bool]:
    """Return what a line says outside comments, and whether a comment is open at its end; `inside`: one is at its start."""
    if not inside and "/*" not in line:
        stripped = line.strip()
        return "" if stripped.startswith("#") else stripped, False
    found, inside = pieces(line, inside)
    said = (line[piece.start : piece.end].strip() for piece in found if not piece.comment)
    return " ".join(text for text in said if not text.startswith("#")), inside


def _start_of_comment(line: str, at: int) -> int:
    """Return where the next comment is opened outside quotes, the length of the line if none is."""
    for match in _LEX.finditer(line, at):
        if match.lastgroup == "open":
            return match.start()
        if match.lastgroup == "bad":
            break
    return len(line)


def swallowed(lines: list[str], first: int) -> Iterator[tuple[str, int]]:
    """Yield the lines from number `first` on that say anything, with their numbers: what an unclosed comment swallows."""
    for number, line in enumerate(lines[first - 1 :], first):
        if line.strip():
            yield line.strip(), number
