"""One line typed into an IOS-XE device: where it is tried, and what it is there.

The one idea: a line is tried in the section that is open, then in global configuration (IOS-GRAM-01); indentation means nothing.
"""

from __future__ import annotations

from dataclasses import replace

from intents.reason import Reason, because
from routing.vendors.cisco_ios.execute.acts import act
from routing.vendors.cisco_ios.execute.clearing import execute_clear
from routing.vendors.cisco_ios.execute.entries import KINDS, execute_entry
from routing.vendors.cisco_ios.execute.forms import FormMatch, TypingFault
from routing.vendors.cisco_ios.execute.lines import Keys, StandingLine, drop, entry_at, put
from routing.vendors.cisco_ios.execute.state import IosState, LineOutcome, OpenSection, TypedLine, keys_of
from routing.vendors.cisco_ios.execute.table import TABLE
from routing.vendors.cisco_ios.execute.writing import negated
from routing.vendors.cisco_ios.harmless import is_harmless
from routing.vendors.cisco_ios.layout import LONGEST_LINE, SECTION_END, STRANGE, banner_at, split_lines
from routing.vendors.cisco_ios.writer.device import harmless_rank
from routing.vendors.execution import Refused, Unmodelled

_GLOBAL = "global"
_FAMILY = "address-family "


def execute(state: IosState, line: str) -> LineOutcome:
    """Return the state after a line and what the device says; a banner is one line with line ends in it."""
    text = line.strip()
    if not text or text[0] == "!":
        return LineOutcome(state)
    if text.startswith("banner ") and state.mode is not None:
        return _banner(state, text)
    if len(text) > LONGEST_LINE:
        return _unmodelled(state, because("line_too_long"))
    if STRANGE.search(text) or "\n" in text or "\t" in text or "?" in text:
        return _unmodelled(state, because("invisible_character"))
    if state.mode is None:
        return _outside(state, text)
    if text in ("exit", "end", SECTION_END):
        return _leave(state, text)
    if text.startswith("do "):
        return execute_clear(state, text[3:]) if text.startswith("do clear ") else _unknown(state, text)
    return _configure(state, state.mode, text)


def _outside(state: IosState, text: str) -> LineOutcome:
    """Take a command outside configuration mode."""
    if text == "configure terminal":
        return LineOutcome(replace(state, mode=()))
    return execute_clear(state, text) if text.startswith("clear ") else _unknown(state, text)


def _leave(state: IosState, text: str) -> LineOutcome:
    mode = state.mode or ()
    if text == SECTION_END and not (mode and mode[-1].header.startswith(_FAMILY)):
        return LineOutcome(state, (Refused(TypingFault.INVALID.value),))
    left = None if text == "end" or not mode else mode[:-1]
    return LineOutcome(replace(state, mode=left))


def _configure(state: IosState, mode: tuple[OpenSection, ...], text: str) -> LineOutcome:
    first = text.removeprefix("no ").split(" ", 1)[0]
    if mode and mode[-1].kind in KINDS and (first in {"permit", "deny", "sequence"} or first.isdigit()):
        return execute_entry(state, text)
    if mode and mode[-1].header.startswith(_FAMILY) and text.removeprefix("no ").startswith(_FAMILY):
        mode = mode[:-1]  # IOS-GRAM-09
    fault: TypingFault | None = None
    for tried in _tried(mode):
        kind = tried[-1].kind if tried else _GLOBAL
        found = TABLE.find(kind, text)
        if isinstance(found, FormMatch):
            return _act(state, tried, found)
        fault = fault or found
        plain = _take_plain(state, tried, text)
        if plain is not None:
            return plain
    return LineOutcome(state, (Refused(fault.value),)) if fault is not None else _unknown(state, text)


def _tried(mode: tuple[OpenSection, ...]) -> tuple[tuple[OpenSection, ...], ...]:
    """Return the sections in which a line is tried; a log's settings stand in the archive's, without a word that ends them."""
    if mode and mode[-1].kind == "archive-log":
        return (mode, mode[:-1], ())
    return (mode, ()) if mode else ((),)


def _act(state: IosState, mode: tuple[OpenSection, ...], match: FormMatch) -> LineOutcome:
    outcome = act(TypedLine(replace(state, mode=mode), keys_of(mode), match))
    taken = not any(isinstance(answer, Refused | Unmodelled) for answer in outcome.said)
    return outcome if taken else LineOutcome(state, outcome.said)


def _take_plain(state: IosState, mode: tuple[OpenSection, ...], text: str) -> LineOutcome | None:
    """Take a harmless line of no form of the table back (IOS-GRAM-07), if it stands word for word and nothing below it."""
    standing = negated(text)
    key: Keys = (*keys_of(mode), f"={standing}")
    entry = entry_at(state.root, key)
    path = (*(step.header for step in mode), standing)
    if entry is None or entry.below or not is_harmless(path):
        return None
    return LineOutcome(replace(state, root=drop(state.root, key), mode=mode))


def _banner(state: IosState, text: str) -> LineOutcome:
    """Set a banner."""
    lines = split_lines(text)
    found = banner_at(lines, 0)
    if found is None or found.fault is not None or found.end != len(lines):
        return _unmodelled(state, because("banner_without_end") if found is None or not found.fault else found.fault)
    root = put(state.root, (" ".join(text.split()[:2]),), banner_entry(found.text))
    return LineOutcome(replace(state, root=root, mode=()))


def banner_entry(text: str) -> StandingLine:
    """Return a banner as an entry."""
    return StandingLine(text, (80, harmless_rank(text), text))


def _unknown(state: IosState, text: str) -> LineOutcome:
    return _unmodelled(state, because("line_form_not_executed", line=text))


def _unmodelled(state: IosState, reason: Reason) -> LineOutcome:
    return LineOutcome(state, (Unmodelled(reason),))
