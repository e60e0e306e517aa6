"""Bytes of a file -> checked text, or the Finding that says why not.

The one idea: what a file may be (regular, bounded, UTF-8, no invisible characters) is settled before anything parses it,
and its size before anything reads it, so that no parser ever meets a hostile byte.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from pathlib import Path
from typing import BinaryIO

from intents.finding import Finding, Where, make_finding
from intents.reason import because

# Control characters but tab, line feed and carriage return; soft hyphen and zero-width characters; fillers that show as
# blanks; bidirectional marks, embeddings, overrides and isolates; line and paragraph separators; variation selectors;
# interlinear marks, tags and non-characters. An attacker could use any of them to show a reviewer another text.
_INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff"
)
FORBIDDEN = re.compile(f"[{_INVISIBLE}]|\r(?!\n)")
FORBIDDEN_IN_VALUE = re.compile(f"[{_INVISIBLE}\t\r]")

MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
"""What git puts in front of the lines where a merge left both sides."""

_BOM = b"\xef\xbb\xbf"


def open_regular(path: Path, shown: str, limit: int) -> BinaryIO | Finding:
    """Open a regular file of at most `limit` bytes for reading; the size is known before a byte is read.

    Opening never waits (a pipe in a workspace must not hang a build).
    """
    where = Where(file=shown)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        if path.is_symlink():
            nowhere = because("link_to_nowhere", target=path.readlink())
            return make_finding("TR134", where, file=shown, reason=nowhere)
        return make_finding("TR101", where, file=shown)
    except OSError as error:
        return make_finding("TR134", where, file=shown, reason=because("os_said", said=error.strerror or error))
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return make_finding("TR134", where, file=shown, reason=because("not_a_regular_file"))
    if status.st_size > limit:
        os.close(descriptor)
        return make_finding("TR102", where, file=shown, size=status.st_size, limit=limit)
    return os.fdopen(descriptor, "rb")


def read_content(path: Path, shown: str, limit: int) -> bytes | Finding:
    """Return the bytes of a regular file of at most `limit` bytes."""
    opened = open_regular(path, shown, limit)
    if isinstance(opened, Finding):
        return opened
    with opened as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        return make_finding("TR102", Where(file=shown), file=shown, size=len(content), limit=limit)
    return content


def read_text(path: Path, shown: str, limit: int) -> str | Finding:
    """Return the text of a regular UTF-8 file of at most `limit` bytes, without a byte order mark."""
    content = read_content(path, shown, limit)
    return content if isinstance(content, Finding) else decode_text(content, shown)


def decode_text(content: bytes, shown: str) -> str | Finding:
    """Return the text of UTF-8 bytes that hold no forbidden character, else the Finding at the first offender."""
    content = content.removeprefix(_BOM)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8")) + 1
        where = Where(file=shown, line=before.count(b"\n") + 1, column=column)
        return make_finding("TR103", where, byte=f"0x{content[error.start]:02X}")
    found = FORBIDDEN.search(text)
    if found is None:
        return text
    line, column = position_at(text, found.start())
    return forbidden_character(found.group()[0], Where(file=shown, line=line, column=column))


def forbidden_character(character: str, where: Where) -> Finding:
    """Return the Finding for one forbidden character: its code point and Unicode name."""
    name = unicodedata.name(character, "a control character")
    return make_finding("TR104", where, code_point=f"U+{ord(character):04X}", name=name)


def merge_conflict(line: str, where: Where) -> Finding | None:
    """Return the Finding for a line that git wrote between the sides of a merge; None if it is none."""
    return make_finding("TR149", where, marker=line[:7]) if line.startswith(MARKERS) else None


def position_at(text: str, index: int) -> tuple[int, int]:
    """Return the 1-based line and column of a character index."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1
