"""A journal's file -> the chain in it and what is known after it; changes nothing and locks nothing.

The one idea: whoever reads believes nothing that does not follow: neither a line from the one before, nor a record from those
before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from controller.journal.chain import BrokenChainError, Chain, read_chain
from controller.journal.device_state import CannotFollowError
from controller.journal.place import check_place
from controller.journal.state import JournalState, follow
from intents.finding import Finding, FindingsError, Where, make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalText:
    """What stands in a journal, and what is known after it."""

    chain: Chain
    state: JournalState


def read_journal(path: Path) -> JournalText:
    """Return what stands in a journal; OSError, and FindingsError if it is none, or a broken one."""
    check_place(path, writing=False)
    found = read_bytes(path.read_bytes(), path)
    if found is None:
        raise FindingsError(
            [make_finding("TR941", Where(file=str(path), line=1), file=path, length=path.stat().st_size)]
        )
    return found


def read_bytes(data: bytes, path: Path) -> JournalText | None:
    """Return what some bytes say, None if they are a journal whose making was not finished; FindingsError."""
    try:
        chain = read_chain(data)
    except BrokenChainError as error:
        where = Where(file=str(path), line=error.line)
        raise FindingsError([make_finding("TR940", where, file=path, line=error.line, reason=error.reason)]) from error
    return None if chain is None else JournalText(chain=chain, state=_folded(chain, path))


def _folded(chain: Chain, path: Path) -> JournalState:
    state = JournalState()
    for link in chain.links:
        if link.record is not None:
            try:
                state = follow(state, link.record)
            except CannotFollowError as error:
                raise FindingsError([cannot_follow(error, path, link.sequence + 1)]) from error
    return state


def cannot_follow(error: CannotFollowError, path: Path, line: int) -> Finding:
    """Return what is wrong with a record that does not follow those before it."""
    return make_finding("TR942", Where(file=str(path), line=line), file=path, line=line, reason=error.reason)
