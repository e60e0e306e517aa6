"""Records -> lines that are bound to one another by their hashes, and the bytes of a file -> the lines that stand in it.

The one idea: a line holds its number, the hash of the line before and its own, and only the bytes that canonical JSON (RFC 8785)
gives are a line. What a crash leaves is a line at the very end without its end, or with zeros that were never overwritten: it is
told apart from a chain that was broken, which is refused. A file cut off between two lines is a whole chain again: only a head
(the hash of a last line) that was written down elsewhere shows that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from controller.journal.plain import read_record, write_record
from controller.journal.records import Record
from controller.output.canonical_json import Plain, canonical_bytes
from intents.reason import Reason, because

FORMAT = "truc/journal/1"
NOTHING_BEFORE = f"sha256:{'0' * 64}"
MOST_LINE = 16 << 20
"""The longest line that is written: a roll-out of 50,000 devices begins with a shorter one."""
_END = b"\n"


class BrokenChainError(ValueError):
    """A line that is none, or does not follow the one before; `line` counts from 1."""

    def __init__(self, line: int, reason: Reason) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line of a journal: its number (the first has 0), its hash and what happened (None in the first, which only says whose
    journal it is)."""

    sequence: int
    digest: str
    record: Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A journal: `identity` names it, `whole` bytes of the file are lines (`last` is the last), `torn`
    is what a crash left behind them."""

    identity: str
    links: tuple[Link, ...]
    last: bytes
    whole: int
    torn: bytes = b""

    @property
    def head(self) -> str:
        """The hash of the last line: whoever keeps it can tell later that nothing before it was changed or cut off."""
        return self.links[-1].digest

    @property
    def records(self) -> tuple[Record, ...]:
        """What happened, in order."""
        return tuple(link.record for link in self.links if link.record is not None)


def first_line(identity: str) -> tuple[Link, bytes]:
    """Return the line that a journal begins with."""
    return _line(0, NOTHING_BEFORE, {"format": FORMAT, "identity": identity}, None)


def next_line(before: Link, record: Record) -> tuple[Link, bytes]:
    """Return the line that says what happened after another line; ValueError for a record that is too long."""
    link, line = _line(before.sequence + 1, before.digest, {"record": write_record(record)}, record)
    if len(line) > MOST_LINE:
        raise ValueError("a record that is too long")
    return link, line


def _line(sequence: int, before: str, held: dict[str, Plain], record: Record | None) -> tuple[Link, bytes]:
    body = canonical_bytes({"before": before, **held, "sequence": sequence})
    start = len(_start(before))
    digest = _digest(body)
    line = body[:start] + _own(digest) + body[start:] + _END
    return Link(sequence=sequence, digest=digest, record=record), line


def _start(before: str) -> bytes:
    """Return how a line begins: `before` is its first key, and `digest`, which is no part of what is hashed, comes next."""
    return f'{{"before":"{before}",'.encode()


def _own(digest: str) -> bytes:
    return f'"digest":"{digest}",'.encode()


def _digest(body: bytes) -> str:
    return f"sha256:{sha256(body).hexdigest()}"


def repair_of(torn: bytes) -> tuple[int, str]:
    """Return the length and the digest of what a crash left: what `Repaired` keeps of it."""
    return len(torn), _digest(torn)


def read_chain(data: bytes) -> Chain | None:
    """Return what stands in a journal's bytes, None if its making was not finished; BrokenChainError."""
    lines, torn = _parted(data)
    if not lines:
        if not _is_begun(torn):
            raise BrokenChainError(1, because("journal_line_no_journal", format=FORMAT))
        return None
    identity, first = _first(lines[0])
    links = [first]
    for line in lines[1:]:
        links.append(_following(links[-1], line))
    return Chain(identity=identity, links=tuple(links), last=lines[-1], whole=len(data) - len(torn), torn=torn)


def _parted(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the lines, and what is left at the end by a crash: a line without its end, or one with zeros in it."""
    whole, end, rest = data.rpartition(_END)
    lines = [line + _END for line in whole.split(_END)] if end else []
    if not rest and lines and b"\0" in lines[-1]:
        return lines[:-1], lines[-1]
    return lines, rest


def _is_begun(torn: bytes) -> bool:
    """Return whether some bytes can be what is left of a first line: as it begins, but for zeros."""
    start = _start(NOTHING_BEFORE) + b'"digest":"sha256:'
    return all(byte in (0, expected) for byte, expected in zip(torn, start, strict=False))


def _first(line: bytes) -> tuple[str, Link]:
    no_journal = BrokenChainError(1, because("journal_line_no_journal", format=FORMAT))
    try:
        whole = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise no_journal from error
    identity = whole.get("identity") if isinstance(whole, dict) and whole.get("format") == FORMAT else None
    if not isinstance(identity, str):
        raise no_journal
    link, expected = first_line(identity)
    if line != expected:
        raise BrokenChainError(1, because("journal_line_changed"))
    return identity, link


def _following(before: Link, line: bytes) -> Link:
    """Return the line after another: its bytes are those that were hashed, so nothing but its place and record are to be looked
    at."""
    number = before.sequence + 2
    start = len(_start(before.digest))
    end = start + len(_own(NOTHING_BEFORE))
    digest = _digest(line[:start] + line[end:-1])
    if line[start:end] != _own(digest):
        raise BrokenChainError(number, because("journal_line_changed"))
    if line[:start] != _start(before.digest):
        raise BrokenChainError(number, because("journal_line_elsewhere"))
    try:
        whole = json.loads(line)
        if whole.keys() != {"before", "digest", "record", "sequence"} or whole["sequence"] != before.sequence + 1:
            raise BrokenChainError(number, because("journal_line_elsewhere"))
        record = read_record(whole["record"])
    except BrokenChainError:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise BrokenChainError(number, because("journal_line_unknown")) from error
    return Link(sequence=before.sequence + 1, digest=digest, record=record)
