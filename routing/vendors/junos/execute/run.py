"""One line typed into a Junos device: what it does to the candidate, and a commit.

The one idea: nothing acts before a commit, and a commit is one step from one text to the next (JUN-UP-13).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from intents.reason import because, unclear
from routing.model import Device, UnknownLine
from routing.vendors.execution import Accepted, Answer, Notice, Refused, TextState, Unmodelled
from routing.vendors.junos.execute.candidate import (
    CandidateText,
    moved,
    printed,
    put,
    read_candidate,
    renamed,
    section_of,
    under,
    without,
    without_filled,
    words_of,
)
from routing.vendors.junos.execute.schema import PlacedStatement, SchemaFault, StatementWords, ordered_prefixes, place
from routing.vendors.junos.reader.device import read
from routing.vendors.junos.tree import read_statements

_MISSING = frozenset(
    {
        "names_undefined_filter", "names_undefined_policy", "community_undefined", "as_path_undefined",
        "prefix_list_undefined", "names_missing_interface", "class_undefined", "applies_undefined_group",
    }
)  # fmt: skip
"""Reasons for which the device refuses a commit: a name is used that nothing defines (JUN-REF-02 to JUN-REF-12)."""
_LOADS = ("load override terminal", "load update terminal", "load merge terminal", "load set terminal")


@dataclass(frozen=True, slots=True, kw_only=True)
class JunosState(TextState):
    """The candidate that lines change, and the text that acts (JUN-EXEC-05); `name` is the device's, for the reader."""

    name: str
    candidate: CandidateText = field(default_factory=CandidateText)
    committed: CandidateText = field(default_factory=CandidateText)
    configuring: bool = True


class CandidateOutcome(NamedTuple):
    """The next state of a Junos device, and what it said."""

    state: JunosState
    said: tuple[Answer, ...] = (Accepted(),)


def running_state(name: str, text: str) -> JunosState:
    """Return the state of a device on which a text acts, in configuration mode, with nothing changed yet.

    UnclearError for a text that would be read as another device in the order in which devices print statements.
    """
    found = read_candidate(text)
    there = printed(found)
    if there != text and _told(name, there) != _told(name, text):
        raise unclear("text_in_no_printed_order")
    return JunosState(name=name, candidate=found, committed=found)


def _told(name: str, text: str) -> tuple[Device, int]:
    """Return what a text says of a device, and how many lines of it are not understood; of two values of one harmless statement
    the device has the last one (JUN-GRAM-03)."""
    device = read(name, text).device
    return replace(device, harmless=(), unknown=()), len(device.unknown)


def execute(state: JunosState, line: str) -> CandidateOutcome:
    """Return the state after a line and what the device says; what is loaded at a terminal stands behind its command, line by
    line."""
    text = line.strip()
    if not text or text.startswith("#"):
        return CandidateOutcome(state)
    if not state.configuring:
        starts = text in ("configure", "configure exclusive")
        return CandidateOutcome(replace(state, configuring=True)) if starts else _unknown(state, text)
    if text.startswith(_LOADS):
        return _load(state, text)
    if "\n" in text:
        return _unknown(state, text.split("\n", 1)[0])
    if text.split()[0] in ("commit", "rollback", "top", "exit", "quit"):
        return _whole(state, " ".join(text.split()))
    return _edit(state, text)


def _whole(state: JunosState, text: str) -> CandidateOutcome:
    """Do what is about the whole candidate."""
    match text.split():
        case ["top"]:
            return CandidateOutcome(state)
        case ["rollback"] | ["rollback", "0"]:
            return CandidateOutcome(replace(state, candidate=state.committed))
        case ["exit" | "quit"] if state.candidate == state.committed:
            return CandidateOutcome(replace(state, configuring=False))
        case ["commit", "check"]:
            return CandidateOutcome(state, _checked(state))
        case ["commit"] | ["commit", "confirmed"]:
            return _commit(state)
        case ["commit", "confirmed", minutes] if minutes.isdigit():
            return _commit(state)
        case _:
            return _unknown(state, text)


def _commit(state: JunosState) -> CandidateOutcome:
    said = _checked(state)
    taken = all(isinstance(answer, Accepted) for answer in said)
    return CandidateOutcome(replace(state, committed=state.candidate) if taken else state, said)


def _checked(state: JunosState) -> tuple[Answer, ...]:
    """Return what a commit says: a name that nothing defines is refused; what else the reader understands less than before is not
    known to be taken."""
    if state.candidate == state.committed:
        return (Accepted(),)
    stood = {(line.path, line.reason) for line in _unknown_lines(state.name, printed(state.committed))}
    now = _unknown_lines(state.name, printed(state.candidate))
    new = [line for line in now if (line.path, line.reason) not in stood]
    missing = [line for line in new if line.reason.key in _MISSING]
    if missing:
        return (Refused(f"error: configuration check-out failed: {' '.join(missing[0].path)}"),)
    return (Unmodelled(new[0].reason),) if new else (Accepted(),)


@lru_cache(maxsize=8)
def _unknown_lines(name: str, text: str) -> tuple[UnknownLine, ...]:
    """Return what is not understood of a text; the way there and the way back ask of the same two."""
    return read(name, text).device.unknown


def _edit(state: JunosState, text: str) -> CandidateOutcome:
    """Do what is about one place of the candidate."""
    verb, _, rest = text.partition(" ")
    found = read_statements(f"set {rest}") if rest.strip() else []
    if not found or any(item.fault is not None for item in found):
        return _unknown(state, text)
    places = [words_of(item.text) for item in found]
    guarded = _guard(state.candidate, places)
    if guarded is not None:
        return CandidateOutcome(state, (Unmodelled(because("effect_beside_line", line=guarded)),))
    match verb:
        case "set":
            return _set(state, places)
        case "delete" if len(places) == 1:
            return _delete(state, places[0])
        case "deactivate" | "activate" if len(places) == 1:
            return _switch(state, places[0], off=verb == "deactivate")
        case "insert" if len(places) == 1 and len(places[0]) > 4:
            return _insert(state, places[0], text)
        case "rename" if len(places) == 1 and len(places[0]) > 4:
            return _rename(state, places[0], text)
        case _:
            return _unknown(state, text)


def _guard(candidate: CandidateText, places: list[StatementWords]) -> str | None:
    """Return a line that protects what is to be changed (JUN-GRAM-04)."""
    for _, line in under(candidate, ("protect",)):
        for place_ in places:
            length = min(len(line) - 1, len(place_))
            if line[1 : length + 1] == place_[:length]:
                return " ".join(line)
    return None


def _set(state: JunosState, places: list[StatementWords]) -> CandidateOutcome:
    candidate = state.candidate
    for statement in places:
        found = place(statement)
        if isinstance(found, SchemaFault):
            return CandidateOutcome(state, (Refused(found.value),))
        if found is None:
            return _unknown(state, f"set {' '.join(statement)}")
        old = _standing(candidate, found)
        if old is not None and old != statement and not found.replaces:
            return CandidateOutcome(state, (Unmodelled(because("effect_beside_line", line=" ".join(old))),))
        candidate = put(candidate, found.key, statement)
    return CandidateOutcome(replace(state, candidate=candidate))


def _standing(candidate: CandidateText, found: PlacedStatement) -> StatementWords | None:
    part = candidate.parts.get(section_of(found.key))
    return None if part is None else part.lines.get(found.key)


def _delete(state: JunosState, start: StatementWords) -> CandidateOutcome:
    found = without(state.candidate, start)
    if found is None:
        return CandidateOutcome(state, (Notice("warning: statement not found"),))
    return CandidateOutcome(replace(state, candidate=found))


def _switch(state: JunosState, start: StatementWords, *, off: bool) -> CandidateOutcome:
    """Switch a statement and all below it off, or what was switched off at this very place on again."""
    candidate = state.candidate
    if not any(True for _ in under(candidate, start)):
        return CandidateOutcome(state, (Refused("error: statement not found"),))
    near = [
        mark for mark in candidate.off if mark != start and (mark[: len(start)] == start or start[: len(mark)] == mark)
    ]
    if near:
        return CandidateOutcome(state, (Unmodelled(because("effect_beside_line", line=" ".join(near[0]))),))
    marks = candidate.off | {start} if off else candidate.off - {start}
    changed = replace(candidate, off=marks)
    for _, line in under(changed, start):
        changed = without_filled(changed, line)
    return CandidateOutcome(replace(state, candidate=changed))


def _insert(state: JunosState, words: StatementWords, text: str) -> CandidateOutcome:
    *start, way, _, other = words
    if way not in ("before", "after") or tuple(start[:-1]) not in ordered_prefixes(tuple(start)):
        return _unknown(state, text)
    found = moved(state.candidate, tuple(start), other, after=way == "after")
    if found is None:
        return CandidateOutcome(state, (Refused("error: statement not found"),))
    return CandidateOutcome(replace(state, candidate=found))


def _rename(state: JunosState, words: StatementWords, text: str) -> CandidateOutcome:
    *start, to, kind, name = words
    if to != "to" or kind != start[-2]:
        return _unknown(state, text)
    found = renamed(state.candidate, tuple(start), name)
    if found is None:
        return _unknown(state, text)
    return CandidateOutcome(replace(state, candidate=found))


def _load(state: JunosState, text: str) -> CandidateOutcome:
    """Load a text behind its command: instead of the candidate, or into it."""
    command, _, loaded = text.partition("\n")
    if command not in _LOADS:
        return _unknown(state, command)
    if command in _LOADS[:2]:
        return CandidateOutcome(replace(state, candidate=read_candidate(loaded)))
    outcome = CandidateOutcome(state)
    for item in read_statements(loaded):
        line = f"set {item.text}" if item.fault is None else item.text
        outcome = _edit(outcome.state, line)
        if not isinstance(outcome.said[0], Accepted):
            return CandidateOutcome(state, outcome.said)
    return outcome


def _unknown(state: JunosState, text: str) -> CandidateOutcome:
    return CandidateOutcome(state, (Unmodelled(because("line_form_not_executed", line=text)),))
