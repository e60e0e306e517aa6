"""A running Junos text and one that shall stand -> the candidate that changes the one into the other.

The one idea: nothing acts before the commit, and one commit is one state (JUN-UP-13), so there is no order to get wrong: what
comes is set in the order of the text, and what is then still there and not wanted is deleted, a whole section at once if nothing
in it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intents.reason import UnclearError, unclear
from routing.vendors.change import Edit, EditKind, MadeEdits
from routing.vendors.execution import Accepted, Notice, Refused, Unmodelled
from routing.vendors.junos.execute.candidate import printed
from routing.vendors.junos.execute.run import JunosState, execute
from routing.vendors.junos.tree import quote, words

_AWAY = {"set": "delete", "deactivate": "activate", "protect": "unprotect"}
_SHORTEST = 3
"""Words that a deleted section has at least, the first one counted: less is never deleted at once."""


def edits(state: JunosState, standing: str) -> MadeEdits:
    """Return the edits from the text of a state to another one, both as lines that set; none if they say the same.
    UnclearError."""
    running, wanted = printed(state.committed), standing.splitlines()
    there = frozenset(running.splitlines())
    notices: list[str] = []
    come = [line for line in wanted if line and line not in there]
    state = _typed(state, come, notices)
    gone = tuple(_deletions(printed(state.candidate).splitlines(), frozenset(wanted)))
    made = tuple(Edit(kind=EditKind.CREATE, line=line) for line in (*come, *gone))
    if made:
        made = (*made, Edit(kind=EditKind.COMMIT, line="commit"))
    state = _typed(state, (*gone, *(["commit"] if made else [])), notices)
    return MadeEdits(edits=made, state=state, notices=tuple(notices))


def _typed(state: JunosState, lines: Iterable[str], notices: list[str]) -> JunosState:
    for line in lines:
        state, said = execute(state, line)
        for answer in said:
            match answer:
                case Refused(text=text):
                    raise unclear("edit_refused", line=line, text=text)
                case Unmodelled(reason=reason):
                    raise UnclearError(reason)
                case Notice(text=text):
                    notices.append(text)
                case Accepted():
                    pass
    return state


def _deletions(there: Iterable[str], wanted: frozenset[str]) -> Iterator[str]:
    """Yield what deletes the lines that are not wanted."""
    unwanted = [line for line in there if line and line not in wanted]
    kept = {start for line in wanted for start in _starts(line)} if unwanted else set()
    done: set[str] = set()
    for line in unwanted:
        starts = list(_starts(line))
        start = next((item for item in starts[_SHORTEST - 1 :] if item not in kept), starts[-1])
        if start not in done:
            done.add(start)
            word, _, rest = start.partition(" ")
            yield f"{_AWAY[word]} {rest}"


def _starts(line: str) -> Iterator[str]:
    """Yield a line's beginnings, word by word, the whole line last."""
    found = ""
    for word in words(line):
        found = f"{found} {quote(word)}".strip()
        yield found
